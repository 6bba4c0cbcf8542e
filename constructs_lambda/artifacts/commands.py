"""What a container starts, by its ENTRYPOINT and CMD."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_SERVERS = frozenset({"apache2-foreground", "caddy", "daphne", "fastapi", "flask", "granian", "gunicorn", "httpd",
                      "httpd-foreground", "http.server", "hypercorn", "nginx", "php-fpm", "puma", "rackup",
                      "streamlit", "uvicorn", "uwsgi", "waitress-serve"})  # fmt: skip
_OTHERS = frozenset({"catalina.sh", "mariadbd", "memcached", "mongod", "mysqld", "postgres", "rabbitmq-server",
                     "redis-server", "valkey-server"})  # fmt: skip
_SHELLS = frozenset({"ash", "bash", "irb", "jshell", "sh", "sleep"})
_INTERPRETER = re.compile(r"python[0-9.]*|pypy3?|node(?:js)?|ruby|php|java|deno|bun")
_SCRIPT = re.compile(r"[\w./@-]+\.(?:py|js|mjs|cjs|rb|php)")
_HARMLESS = frozenset({"-u", "-B", "-O", "-OO", "-I", "-s", "-E", "--enable-source-maps"})
_HANDLER = re.compile(r"(?:[\w-]+/)*[A-Za-z_][\w-]*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_RIC = "awslambdaric"
_SUFFIXES = frozenset({"bin", "cjs", "exe", "jar", "js", "linux", "mjs", "out", "pex", "php", "pl", "py", "pyz", "rb",
                       "run", "sh", "ts"})  # fmt: skip


class Kind(StrEnum):
    """What kind of program it is."""

    SERVER = "server"
    PROGRAM = "program"
    SCRIPT = "script"
    CLIENT = "client"
    HANDLER = "handler"


@dataclass(frozen=True, slots=True)
class Started:
    """What a container starts.

    Args:
        kind: What kind of program it is. A `SERVER` or another `PROGRAM` is itself no client; a `SCRIPT` may be one,
            a `CLIENT` is Python's runtime interface client, and a `HANDLER` isn't a program at all.
        name: The program, the script or the handler.
    """

    kind: Kind
    name: str


def read_started(words: Sequence[str]) -> Started | None:
    """What is started, None where that isn't certain.

    Args:
        words: ENTRYPOINT and CMD, one after the other.
    """
    words = plain_words(words)
    if not words:
        return None
    first, rest = words[0].rpartition("/")[2], [*words[1:]]
    if first in _SERVERS:
        return Started(Kind.SERVER, first)
    if first in _OTHERS:
        return Started(Kind.PROGRAM, first)
    if first == _RIC:
        return Started(Kind.CLIENT, _RIC)
    if first in _SHELLS:
        return Started(Kind.PROGRAM, first) if not rest or first == "sleep" else None
    if first == "tail" and rest == ["-f", "/dev/null"]:
        return Started(Kind.PROGRAM, first)
    if first in ("npm", "yarn", "pnpm") and rest in (["start"], ["run", "start"]):
        return Started(Kind.SCRIPT, f"{first} start")
    if _INTERPRETER.fullmatch(first):
        return _interpreted(first, rest)
    return Started(Kind.HANDLER, words[0]) if not rest and is_handler(words[0]) else None


def _interpreted(program: str, rest: list[str]) -> Started | None:
    if not rest or (program, rest) == ("php", ["-a"]):
        return Started(Kind.PROGRAM, program)  # it reads its standard input, which is empty
    while rest and rest[0] in _HARMLESS:
        rest = rest[1:]
    if program == "java":
        return Started(Kind.SCRIPT, rest[1]) if rest[:1] == ["-jar"] and len(rest) > 1 else None
    if rest[:1] == ["-m"] and len(rest) > 1:
        if rest[1] in _SERVERS:
            return Started(Kind.SERVER, rest[1])
        return Started(Kind.CLIENT, _RIC) if rest[1] == _RIC else None
    return Started(Kind.SCRIPT, rest[0]) if rest and _SCRIPT.fullmatch(rest[0]) else None


def plain_words(words: Sequence[str]) -> list[str]:
    """The words without the shell that starts them; none where the shell does more than that."""
    words = [word for word in words if word]
    if words[:2] == ["/bin/sh", "-c"]:
        words = " ".join(words[2:3]).split()
        words = words[1:] if words[:1] == ["exec"] else words
        if any(re.search(r"[;&|`(<>]", word) for word in words) or re.search(r"['\"$=]", "".join(words[:1])):
            return []
    return words


def is_handler(word: str) -> bool:
    """Whether a word looks like the handler of a function, as `app.handler`, and not like a program's file."""
    return _HANDLER.fullmatch(word) is not None and word.rpartition(".")[2].lower() not in _SUFFIXES


def server_in(words: Sequence[str]) -> str | None:
    """The web server that a command starts, None where it starts none that is known.

    Args:
        words: ENTRYPOINT and CMD, one after the other.
    """
    started = read_started(words)
    return started.name if started and started.kind is Kind.SERVER else None

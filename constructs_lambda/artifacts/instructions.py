"""The syntax of a Dockerfile: its directives, instructions, variables and commands."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_LONGEST_VALUE = 4_096
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_VARIABLE = re.compile(r"\\(.)|\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")


class Instruction(NamedTuple):
    """One instruction of a Dockerfile.

    Args:
        name: Its name in capitals.
        rest: The rest of the line, with continued lines joined.
        text: What its here-documents hold.
    """

    name: str
    rest: str
    text: str = ""


def directives(text: str) -> dict[str, str]:
    """The parser directives at the beginning, `syntax` and `escape`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _DIRECTIVE.fullmatch(line)
        if match is None:
            break
        found[match[1].lower()] = match[2].strip()
    return found


def instructions_in(text: str) -> Iterator[Instruction]:
    """Every instruction of a Dockerfile's text, in order."""
    lines, at = text.splitlines(), 0
    escape = "`" if directives(text).get("escape") == "`" else "\\"
    last = {line: number for number, line in enumerate(lines)}
    last_indented = {line.lstrip("\t"): number for number, line in enumerate(lines)}
    continued = re.compile(re.escape(escape) + r"[ \t]*$")
    while at < len(lines):
        parts: list[str] = []
        while at < len(lines):
            line = lines[at]
            at += 1
            if not line.strip() or line.lstrip().startswith("#"):  # also between the lines of one instruction
                if parts or at >= len(lines):
                    continue
                break
            end = continued.search(line)
            parts.append(line[: end.start()] if end else line)
            if not end:
                break
        match = _INSTRUCTION.fullmatch("".join(parts)) if parts else None
        if match is None:
            continue
        name, rest = match[1].upper(), (match[2] or "").strip()
        held: list[str] = []
        if name in ("RUN", "COPY", "ADD", "ONBUILD"):
            for dash, _, word in _HEREDOC.findall(rest):
                while (last_indented if dash else last).get(word, -1) >= at:  # else it's no here-document
                    line = lines[at]
                    at += 1
                    if (line.lstrip("\t") if dash else line) == word:
                        break
                    held.append(line)
        yield Instruction(name, rest, "\n".join(held))


def substituted(text: str, arguments: Mapping[str, str]) -> str | None:
    """The text with its variables replaced, or None where one of them isn't known."""
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[1]:
            return match[1]
        found = arguments.get(match[2] or match[3])
        operator, word = match[4], match[5]
        if operator and operator.endswith("+"):
            return word if found else ""
        if operator and (found is None or (operator == ":-" and not found)):
            return str(word)
        unknown = unknown or found is None
        return found or ""

    if len(text) > _LONGEST_VALUE:
        return None
    result = _VARIABLE.sub(value, text.strip("\"'"))
    return None if unknown or "$" in result or len(result) > _LONGEST_VALUE else result


def read_command(rest: str) -> tuple[str, ...]:
    """A CMD or ENTRYPOINT as a list; the form of a shell is started by one."""
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
    return ("/bin/sh", "-c", rest)


def split_words(text: str) -> list[str]:
    """The words of a text as a shell splits it, or at blanks where it can't."""
    try:
        return shlex.split(text) if len(text) <= _LONGEST_VALUE else text.split()
    except ValueError:
        return text.split()

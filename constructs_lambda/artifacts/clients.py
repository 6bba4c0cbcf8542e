"""Whether something in an image may ask the Runtime API for events: what is named, and what can't be seen."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from constructs_lambda.artifacts.dockerfiles import Dockerfile
from constructs_lambda.artifacts.instructions import Instruction
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.errors import InputError

CLIENT = re.compile(
    r"awslambdaric|lambda[-_]ric|runtime[-_]interface|lambda[-_.]?runtime|lambda[-_]adapter|web[-_]adapter"
    r"|RuntimeSupport|aws-lambda-(?:go|cpp|rust)|2018-06-01|lambda[-_]entrypoint|/var/(?:runtime|lang)"
    r"|(?:from|import) bootstrap",
    re.IGNORECASE,
)
_NO_CONTENT = frozenset({"CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "STOPSIGNAL", "USER"})
# What may bring a client unseen: another index, another place.
_ELSEWHERE = re.compile(
    r"[a-z]+://|/opt(?:[\s/\"']*$|/extensions)|index[-_]url|registry|trusted[-_]host|find[-_]links|\bssh\b|secret",
    re.IGNORECASE | re.MULTILINE,
)
# What brings none, whatever its arguments are, or nothing but packages of the distribution.
_HARMLESS = frozenset({
    ":", "[", "a2enmod", "addgroup", "adduser", "apk", "apt", "apt-get", "cat", "cd", "chmod", "chown",
    "corepack", "cp", "dnf", "docker-php-ext-install", "echo", "exit", "export", "find", "groupadd",
    "ldconfig", "ln", "locale-gen", "ls", "microdnf", "mkdir", "mv", "printf", "rm", "rmdir", "sed", "set",
    "test", "touch", "true", "update-ca-certificates", "useradd", "usermod", "yum",
})  # fmt: skip
_PACKAGE_MANAGERS = frozenset({"npm", "pip", "pip3", "pipenv", "pnpm", "poetry", "uv", "yarn"})
_PYTHON = re.compile(r"python[0-9.]*")
_CONTAINED = (".csv", ".css", ".eot", ".gif", ".html", ".ico", ".jpeg", ".jpg", ".md", ".mp4", ".pdf", ".png", ".rst",
              ".svg", ".ttf", ".webp", ".woff", ".woff2", "dockerfile", ".dockerignore")  # fmt: skip
_CONTAINERS = (".a", ".class", ".dll", ".egg", ".exe", ".gz", ".jar", ".node", ".npmrc", ".phar", ".pyc", ".so", ".tar",
               ".tgz", ".war", ".wasm", ".whl", ".xz", ".zip", "pip.conf")  # fmt: skip
_LARGEST_TEXT = 256 * 1024
_MOST_TEXTS = 200
_MOST_TEXT = 4 * 1024 * 1024
# Packages that are no client and need none. Any other one may be a framework that speaks to the Runtime API.
_KNOWN = frozenset({
    "aiofiles", "aiohttp", "alembic", "anyio", "asgiref", "asyncpg", "attrs", "beautifulsoup4", "black", "boto3",
    "botocore", "celery", "certifi", "click", "coverage", "cryptography", "daphne", "django", "django-cors-headers",
    "djangorestframework", "fastapi", "flake8", "flask", "flask-cors", "flask-login", "flask-sqlalchemy", "gevent",
    "granian", "greenlet", "gunicorn", "httptools", "httpx", "hypercorn", "idna", "isort", "itsdangerous", "jinja2",
    "lxml", "mako", "markupsafe", "matplotlib", "mypy", "mysqlclient", "numpy", "openpyxl", "orjson", "packaging",
    "pandas", "passlib", "pillow", "pip", "poetry", "psutil", "psycopg", "psycopg-binary", "psycopg2",
    "psycopg2-binary", "pydantic", "pydantic-core", "pydantic-settings", "pyjwt", "pymongo", "pymysql", "pytest",
    "pytest-asyncio", "pytest-cov", "python-dateutil", "python-dotenv", "python-jose", "python-multipart",
    "python-slugify", "pytz", "pyyaml", "redis", "requests", "ruff", "s3transfer", "scikit-learn", "scipy",
    "setuptools", "six", "sqlalchemy", "sqlmodel", "starlette", "streamlit", "tornado", "tqdm", "typing-extensions",
    "tzdata", "ujson", "urllib3", "uv", "uvicorn", "uvloop", "virtualenv", "waitress", "websockets", "werkzeug",
    "wheel", "whitenoise",
    "axios", "bcrypt", "body-parser", "chai", "compression", "concurrently", "cookie-parser", "cors", "cross-env",
    "dayjs", "dotenv", "ejs", "esbuild", "eslint", "express", "express-session", "express-validator", "fastify",
    "handlebars", "helmet", "http-errors", "jest", "jsonwebtoken", "koa", "koa-bodyparser", "koa-router", "lodash",
    "mocha", "moment", "mongodb", "mongoose", "morgan", "multer", "mysql", "mysql2", "next", "nodemailer", "nodemon",
    "passport", "pg", "pino", "prettier", "react", "react-dom", "rimraf", "rxjs", "sequelize", "sinon", "socket-io",
    "supertest", "ts-jest", "ts-node", "tslib", "tsx", "typescript", "uuid", "validator", "vite", "winston", "ws",
    "yargs", "zod",
})  # fmt: skip
_KNOWN_SCOPES = ("@types/", "@typescript-eslint/", "@eslint/", "@fastify/", "@babel/")
_OTHER_MANIFESTS = frozenset({"setup.py", "setup.cfg", "environment.yml", "environment.yaml", "env.yml", "env.yaml",
                              "gemfile", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "go.mod",
                              "cargo.toml", "deno.json", "deno.jsonc", "import_map.json"})  # fmt: skip
_NAME = re.compile(r"@?[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


def names_client(dockerfile: Dockerfile) -> bool:
    """Whether what goes into an image names a client: its instructions, but not what they start."""
    return any(CLIENT.search(f"{rest}\n{text}") for rest, text in _contents(dockerfile.instructions))


def _contents(instructions: Sequence[Instruction]) -> Iterator[tuple[str, str]]:
    return ((rest, text) for name, rest, text in instructions if name not in _NO_CONTENT)


def unseen_in(dockerfile: Dockerfile) -> str:
    """Why the build may bring a client that nothing names, empty where it can't."""
    for name, rest, text in dockerfile.instructions:
        if name == "ONBUILD":
            return "ONBUILD runs elsewhere"
        if name in _NO_CONTENT:
            continue
        if _ELSEWHERE.search(f"{rest}\n{text}"):
            return "the build may fetch more than is written in it"
        if name == "RUN":
            for words in _commands(rest, text):
                if not _is_harmless(words):
                    return f"what {' '.join(words[:3])} does isn't known"
    return ""


def _commands(rest: str, text: str) -> Iterator[list[str]]:
    """The commands of a RUN, each as words; one that can't be read is a single `?`."""
    while flag := re.match(r"--\w[\w-]*(?:=\S*)?\s+", rest):
        rest = rest[flag.end() :]
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except (ValueError, RecursionError):
            words = None
        yield [str(word) for word in words] if isinstance(words, list) and words else ["?"]
        return
    script = f"{rest}\n{text}" if not re.match(r"<<-?\s*['\"]?\w", rest) else text
    if re.search(r"[`(]", script):
        yield ["?"]
        return
    for part in re.split(r"&&|\|\|?|;|\n", script):
        try:
            words = shlex.split(part, comments=True) if len(part) < 4_096 else ["?"]
        except ValueError:
            words = ["?"]
        while words and re.fullmatch(r"sudo|exec|\w+=\S*", words[0]):
            words = words[1:]
        if words:
            yield words


def _is_harmless(words: Sequence[str]) -> bool:
    return words[0] in _HARMLESS or _installer(words) is not None


def _installer(words: Sequence[str]) -> list[str] | None:
    """The words of a command that installs packages, from the manager's name on; None where it is none."""
    found = [words[0].rpartition("/")[2], *words[1:]]
    if _PYTHON.fullmatch(found[0]) and found[1:2] == ["-m"]:
        found = found[2:]
    return found if found and found[0] in _PACKAGE_MANAGERS else None


def hidden_in(context: Package, *, besides: Path) -> str:
    """Why a client may be among the sources of an image, empty where none is.

    Args:
        context: The folder that the image is built in.
        besides: The Dockerfile, which is looked at otherwise.
    """
    texts = total = 0
    for entry in context.entries:
        if entry.name.startswith(".git/") or context.path / entry.name == besides:
            continue
        name = entry.name.rpartition("/")[2].lower()
        if entry.kind != "file" or CLIENT.search(entry.name) or name.endswith(_CONTAINERS):
            return f"{entry.name} may bring a client"
        if name.endswith(_CONTAINED) or name.startswith("dockerfile."):
            continue
        texts, total = texts + 1, total + entry.size_bytes
        if texts > _MOST_TEXTS or total > _MOST_TEXT:
            return "there are too many sources to read them all"
        try:
            content = context.read(entry.name, _LARGEST_TEXT)
        except InputError:
            return f"{entry.name} can't be read"
        if b"\0" in content or CLIENT.search(content.decode("utf-8", "replace")):
            return f"{entry.name} may bring a client"
    return ""


def unknown_dependency(dockerfile: Dockerfile, context: Package) -> str:
    """A dependency that may be a framework with a client of its own, empty where there is none.

    Args:
        dockerfile: What `RUN` installs.
        context: The folder with `requirements.txt`, `pyproject.toml`, `Pipfile` or `package.json`.
    """
    listed = {name for name, _, _ in _split(context) if "requirements" in name}
    for name, rest, text in dockerfile.instructions:
        for words in _commands(rest, text) if name == "RUN" else ():
            installer = _installer(words)
            if installer is None:
                continue
            for dependency, is_list in _installed(installer):
                if is_list:
                    files = {file for file, _, _ in _split(context) if file == dependency.rpartition("/")[2].lower()}
                    if not files:
                        return dependency
                    listed |= files
                elif not _is_known(dependency):
                    return dependency
    for name, path, is_manifest in _split(context):
        if is_manifest or name in listed:
            try:
                text = context.read(path, _LARGEST_TEXT).decode("utf-8", "replace")
            except InputError:
                return path
            for dependency in _declared(name, text):
                if not _is_known(dependency):
                    return dependency or path
    return ""


def _split(context: Package) -> list[tuple[str, str, bool]]:
    """Of each file its own name in small letters, its path, and whether it is a manifest."""
    manifests = _OTHER_MANIFESTS | {"package.json", "pyproject.toml", "pipfile"}
    names = ((entry.name.rpartition("/")[2].lower(), entry.name) for entry in context.entries)
    return [(name, path, name in manifests or name.endswith(".csproj")) for name, path in names]


def _installed(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """What an installer is told to install: packages, and lists of packages (True)."""
    at, verbs = 1, {"install", "add", "i", "run", "ci", "sync", "pip"}
    while at < len(words) and words[at] not in verbs:
        at += 1
    if words[at : at + 1] in (["run"], ["ci"], ["sync"]):
        return
    at += 2 if words[at : at + 1] == ["pip"] else 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in ("-r", "--requirement", "-c", "--constraint"):
            yield (words[at] if at < len(words) else "?"), True
            at += 1
        elif re.match(r"-[rc]\S", word):
            yield word[2:], True
        elif word.startswith("--requirement="):
            yield word.partition("=")[2], True
        elif word in ("-t", "--target", "--prefix", "--root", "--python", "-d", "--platform", "--only-binary"):
            at += 1
        elif not word.startswith("-") and word not in (".", "./", ">", "/dev/null") and not word.startswith(">"):
            yield word, False


def _is_known(dependency: str) -> bool:
    """Whether a dependency, perhaps with its version, is one that brings no client."""
    if dependency.startswith(_KNOWN_SCOPES):
        return True
    name, rest = (match[0], dependency[match.end() :]) if (match := _NAME.match(dependency)) else ("", dependency)
    name = name.partition("@")[0] if not name.startswith("@") else name
    return re.sub(r"[_.]+", "-", name).lower() in _KNOWN and not re.search(r"://|@\s*[a-z]", rest)


def _declared(name: str, text: str) -> Iterator[str]:
    """The dependencies in a manifest; an empty text where it can't be read."""
    try:
        if name == "package.json":
            yield from _of_node(json.loads(text))
        elif name in ("pyproject.toml", "pipfile"):
            yield from _of_toml(tomllib.loads(text), name == "pipfile")
        elif name in _OTHER_MANIFESTS or name.endswith(".csproj"):
            yield ""
        else:
            yield from _of_requirements(text)
    except (ValueError, RecursionError, AttributeError, TypeError):
        yield ""


def _of_requirements(text: str) -> Iterator[str]:
    for line in text.splitlines():
        line = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if line.startswith("--hash") or line in ("", "\\", "-e .", "."):
            continue
        if line.startswith(("-r", "-c", "--requirement", "--constraint")) and "requirements" in line.rpartition("/")[2]:
            continue  # it is looked at by its name
        yield line.partition(";")[0]


def _of_node(content: Mapping[str, Any]) -> Iterator[str]:
    for group in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        for name, version in content.get(group, {}).items():
            is_plain = re.fullmatch(r"[\w.^~<>=*| -]*|workspace:.*", str(version))
            yield str(name) if is_plain else ""
    if re.search(r"\b(?:curl|wget|git|npx)\b", " ".join(map(str, content.get("scripts", {}).values()))):
        yield ""


def _of_toml(content: Mapping[str, Any], is_pipfile: bool) -> Iterator[str]:
    if is_pipfile:
        groups: list[Any] = [group for name, group in content.items() if name not in ("source", "requires", "scripts")]
        if any(source.get("url", "").rstrip("/") != "https://pypi.org/simple" for source in content.get("source", [])):
            yield ""
    else:
        project, tool = content.get("project", {}), content.get("tool", {})
        groups = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
        groups += content.get("dependency-groups", {}).values()
        poetry = tool.get("poetry", {})
        groups += [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
        groups += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
        if (
            poetry.get("source")
            or tool.get("pdm")
            or tool.get("hatch")
            or {"sources", "index"} & set(tool.get("uv", {}))
        ):
            yield ""
    for group in groups:
        for each in group:
            version = group[each] if isinstance(group, Mapping) else ""
            if isinstance(each, str) and each.lower() != "python":
                yield each if isinstance(version, str) or set(version) <= {"version", "extras", "optional"} else ""

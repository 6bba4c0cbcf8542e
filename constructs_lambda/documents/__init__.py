"""JSON and YAML templates in, plain Python values out: in bounded time and memory, or an InputError of one line.

Short-form intrinsics of YAML (`!Ref X`) come out in their long form (`{"Ref": "X"}`).
"""

from __future__ import annotations

import codecs
import json
import os
import re
import select
import stat
from pathlib import Path

from constructs_lambda.errors import InputError, one_line

MAX_BYTES = 16 * 2**20  # CloudFormation takes 1 MB; a template that is too large must still be read to be reported
MAX_DEPTH = 200
MAX_INTEGER_DIGITS = 300  # still fits into a float, so arithmetic on it never raises
_WAIT_MS = 1000  # for somebody who writes into a named pipe
_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?Infinity|NaN)')


def read_document(path: Path) -> object:
    """Reads a JSON or YAML file.

    Args:
        path: The file; a name ending in `.json` is read as JSON only.

    Raises:
        InputError: The file can't be read or holds no document that is safe to use.
    """
    return load_document(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Reads a file, but no more than one byte above the size that `load_document` takes.

    Raises:
        InputError: The file can't be read.
    """
    try:
        with open(path, "rb", opener=_open) as file:  # Path.open takes no opener
            data = file.read(MAX_BYTES + 1)
            if data or not stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
                return data
            reason = "is a pipe into which nothing was written"
    except FileNotFoundError:
        reason = "no such file"
    except IsADirectoryError:
        reason = "is a folder, not a file"
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
    except ValueError as problem:  # a null character in the name
        reason = str(problem)
    raise InputError(one_line(f"{path}: {reason}"))


def _open(name: str, flags: int) -> int:
    """Opens a file without waiting for ever: a named pipe into which nobody writes ends at once."""
    file = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISFIFO(os.fstat(file).st_mode):
        waiting = select.poll()
        waiting.register(file, select.POLLIN)
        waiting.poll(_WAIT_MS)
    os.set_blocking(file, True)
    return file


def load_document(data: bytes, name: str) -> object:
    """Parses a JSON or YAML document; which of the two is seen from its name and its first character.

    Args:
        data: The content: UTF-8, or UTF-16 with a byte order mark.
        name: The file's name for messages, `-` for standard input.

    Raises:
        InputError: Too large, too deep, not text, empty, broken, or with a tag that CloudFormation doesn't know.
    """
    try:
        return _parse(_decode(data), name.lower())
    except InputError as problem:
        raise InputError(one_line(f"{'standard input' if name == '-' else name}: {problem}")) from None


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 2**20} MiB")
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise InputError(f"is not text: {problem.reason} at byte {problem.start}") from None


def _parse(text: str, name: str) -> object:
    first = re.search(r"\S", text)
    if not first:
        raise InputError("is empty")
    if not name.endswith(".json") and first[0] not in "{[":
        return _from_yaml(text)
    try:
        return _from_json(text)
    except json.JSONDecodeError as problem:
        broken = f"broken JSON at line {problem.lineno}, column {problem.colno}: {problem.msg}"
        is_yaml = not isinstance(problem, _ConstantError) or name.endswith((".yaml", ".yml"))
    if name.endswith(".json") or not is_yaml:
        raise InputError(broken)
    try:
        return _from_yaml(text)  # in flow style it begins like JSON
    except InputError:
        if name.endswith((".yaml", ".yml")):
            raise
        raise InputError(broken) from None


class _ConstantError(json.JSONDecodeError):
    """NaN or Infinity, which only Python and JavaScript take."""


def _from_json(text: str) -> object:
    def refuse(constant: str) -> None:
        places = (match.start() for match in _STRING_OR_CONSTANT.finditer(text) if match[1])
        raise _ConstantError(f"{constant} is no number in JSON", text, next(places, 0))

    too_deep = InputError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        document: object = json.loads(text, parse_int=_integer, parse_constant=refuse)
    except RecursionError:
        raise too_deep from None
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return document
    raise too_deep


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise InputError(f"holds an integer of {len(digits)} digits")
    return int(digits)


def _from_yaml(text: str) -> object:
    from constructs_lambda.documents.from_yaml import parse  # PyYAML costs 20 ms that JSON need not pay

    return parse(text)

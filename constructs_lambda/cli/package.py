"""`constructs-lambda package`: what takes the space in packages, and in each function of an app, against the limit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from constructs_lambda.cli import help_option, write
from constructs_lambda.errors import InputError, one_line

if TYPE_CHECKING:
    from constructs_lambda.artifacts.packages import Package
    from constructs_lambda.cli.unpacked import Part, Unpacked

_KB, _MB = 1024, 1024 * 1024
_SHOWN, _SHOWN_IN_FUNCTION = 20, 5
_LONGEST_NAME = 48
_WHOLE = "that a function and its layers may unpack to"


@click.command("package", short_help="Show what takes the space in packages, and in each function of an app.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the sizes are written.",
)
@help_option
def command(paths: Sequence[str], style: str) -> int:
    """Shows what takes the space in every PATH: the functions of a cdk.out folder, another folder, or an archive.

    Sizes are unpacked, as Lambda counts them, in MB of 1,048,576 bytes. The exit status is 0 where all fits into a
    function, 1 where something is too large, and 2 where a PATH can't be read.
    """
    from constructs_lambda import limits
    from constructs_lambda.artifacts.assets import AssetStore
    from constructs_lambda.cli.unpacked import is_assembly, read_functions, read_package

    store, problems = AssetStore(), dict[str, None]()
    found: dict[str, Part | list[Unpacked]] = {}
    for path in dict.fromkeys(paths):
        try:
            is_app = is_assembly(Path(path))
            found[path] = read_functions(Path(path), store, problems) if is_app else read_package(Path(path))
        except InputError as problem:
            problems[str(problem)] = None
        except OSError as problem:
            problems[f"{path}: {(problem.strerror or str(problem)).lower()}"] = None
    if found:
        limit = (limits.UNZIPPED_PACKAGE_SIZE.maximum or 0) + 1
        write(_as_json(found.values(), limit) if style == "json" else "\n".join(_as_text(found, limit)) + "\n")
    if problems:
        raise InputError("\n".join(problems))
    sizes = [one.size for each in found.values() for one in (each if isinstance(each, list) else [each])]
    return 0 if all(map(limits.UNZIPPED_PACKAGE_SIZE.admits, sizes)) else 1


def _as_json(found: Iterable[Part | list[Unpacked]], limit: int) -> str:
    parts: list[Part] = []
    functions: list[Unpacked] = []
    for each in found:
        functions += each if isinstance(each, list) else []
        parts += [part for function in each for part in function.parts] if isinstance(each, list) else [each]
    document = {
        "limit_bytes": limit,
        "packages": list({str(part.package.path): _package_as_json(part.package, part.sizes)
                          for part in parts if part.package}.values()),
        "functions": [_function_as_json(function) for function in functions],
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


def _package_as_json(package: Package, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "path": str(package.path),
        "files": len(package.entries),
        "packed_bytes": package.packed_bytes,
        "unpacked_bytes": package.unpacked_bytes,
        "contents": [{"name": name, "bytes": size} for name, size in sizes.items()],
        "problems": list(package.problems),
    }


def _function_as_json(function: Unpacked) -> dict[str, Any]:
    return {
        "path": function.path,
        "template": function.template,
        "unpacked_bytes": function.size,
        "parts": [
            {
                "what": part.what,
                "name": part.name,
                "path": str(part.package.path) if part.package else None,
                "unpacked_bytes": part.size if part.package else None,
                "unknown": part.unknown,
            }
            for part in function.parts
        ],
        "twice": [{"name": name, "bytes": size} for name, size in function.twice.items()],
    }


def _as_text(found: Mapping[str, Part | list[Unpacked]], limit: int) -> Iterator[str]:
    for number, (path, each) in enumerate(found.items()):
        if number:
            yield ""
        if len(found) > 1:
            yield one_line(path)
        if isinstance(each, list):
            yield from _app(each, limit)
        elif each.package:
            yield from _package(each.package, each.sizes, limit)


def _package(package: Package, sizes: Mapping[str, int], limit: int) -> Iterator[str]:
    yield from _table([*_largest(sizes, _SHOWN), ("total", package.unpacked_bytes)], limit)
    files = f"{len(package.entries):,} {'file' if len(package.entries) == 1 else 'files'}"
    packed = "" if package.packed_bytes is None else f", {_in_units(package.packed_bytes)} packed"
    yield f"{files}{packed}; {_verdict(package.unpacked_bytes, limit)}"
    yield from (f"odd: {problem}" for problem in package.problems)


def _app(functions: Sequence[Unpacked], limit: int) -> Iterator[str]:
    """The functions of which something is known, each with a table, then the others."""
    others = [one_line(f"{each.path}: {each.parts[0].unknown}") for each in functions if not each.is_known]
    blocks = [list(_function(each, limit)) for each in functions if each.is_known] + [others] * bool(others)
    for number, block in enumerate(blocks or [["no Lambda function"]]):
        yield from ["", *block] if number else block


def _function(function: Unpacked, limit: int) -> Iterator[str]:
    own = function.parts[0].package
    yield one_line(f"{function.path}  {own.path if own else ''}".rstrip())
    rows: list[tuple[str, int | str]] = []
    for part in function.parts:
        rows.append((part.shown, part.size if part.package else part.unknown))
        rows += [(f"  {name}", size) for name, size in _largest(part.sizes, _SHOWN_IN_FUNCTION)]
    yield from _table([*rows, ("total", function.size)], limit)
    if function.twice:
        yield "more than once: " + ", ".join(f"{one_line(n)} {_in_units(s)}" for n, s in function.twice.items())
    at_most = "" if all(part.package for part in function.parts) else "at most "
    yield at_most + _verdict(function.size, limit)


def _largest(sizes: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    rows = list(sizes.items())
    others = rows[most:]
    return [*rows[:most], (f"({len(others)} more)", sum(size for _, size in others))] if len(others) > 1 else rows


def _table(rows: Sequence[tuple[str, int | str]], limit: int) -> Iterator[str]:
    """The rows, with a line above the last one."""
    names = [one_line(name) for name, _ in rows]
    names = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..." for name in names]
    width = max(map(len, names))
    for name, (whole, size) in zip(names, rows, strict=True):
        if isinstance(size, str):
            yield f"{one_line(whole)}  {one_line(size)}"
            continue
        line = f"{name:<{width}}  {_in_units(size):>13}  {100 * size / limit:>6.1f} %"
        if (whole, size) == rows[-1]:
            yield "-" * len(line)
        yield line


def _verdict(size: int, limit: int) -> str:
    left = limit - size
    verdict = f"{_in_units(left)} left" if left > 0 else f"too large by {_in_units(1 - left)}"
    return f"{verdict} of the {limit / _MB:,.0f} MB {_WHOLE}"


def _in_units(size: int) -> str:
    for unit, count in (("MB", _MB), ("KB", _KB)):
        if size >= count / 100:
            return f"{size / count:,.2f} {unit}"
    return f"{size} byte{'s' * (size != 1)}"

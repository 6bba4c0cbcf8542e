"""`constructs-lambda package`: what takes the space in a package, against the limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from constructs_lambda.cli import write

if TYPE_CHECKING:
    from constructs_lambda.artifacts.packages import Package

_MB = 1024 * 1024
_SHOWN = 20
_LONGEST_NAME = 48


@click.command("package", short_help="Show what takes the space in a folder or zip archive.")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the sizes are written.",
)
def command(path: Path, style: str) -> int:
    """Shows what takes the space in PATH: a folder, a zip archive, or an asset in cdk.out.

    Sizes are unpacked, as Lambda counts them, in MB of 1,048,576 bytes. The exit status is 0 where it fits into a
    function, 1 where it is too large, and 2 where PATH can't be read.
    """
    from constructs_lambda import limits
    from constructs_lambda.artifacts.archives import inspect
    from constructs_lambda.artifacts.sizes import bytes_by_package

    package = inspect(path)
    sizes = bytes_by_package(package)
    limit = (limits.UNZIPPED_PACKAGE_SIZE.maximum or 0) + 1
    write(_as_json(package, sizes, limit) if style == "json" else _as_text(package, sizes, limit))
    return 0 if limits.UNZIPPED_PACKAGE_SIZE.admits(package.unpacked_bytes) else 1


def _as_json(package: Package, sizes: Mapping[str, int], limit: int) -> str:
    document = {
        "path": str(package.path),
        "files": len(package.entries),
        "packed_bytes": package.packed_bytes,
        "unpacked_bytes": package.unpacked_bytes,
        "limit_bytes": limit,
        "packages": [{"name": name, "bytes": size} for name, size in sizes.items()],
        "problems": list(package.problems),
    }
    return json.dumps(document, indent=2) + "\n"


def _as_text(package: Package, sizes: Mapping[str, int], limit: int) -> str:
    from constructs_lambda.errors import one_line

    rows = [(one_line(name), size) for name, size in sizes.items()]
    if len(rows) > _SHOWN:
        others = rows[_SHOWN:]
        rows = [*rows[:_SHOWN], (f"({len(others)} more)", sum(size for _, size in others))]
    rows = [(name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}...", size) for name, size in rows]
    rows.append(("total", package.unpacked_bytes))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {size / _MB:>10,.2f} MB  {100 * size / limit:>6.1f} %" for name, size in rows]
    lines.insert(-1, "-" * len(lines[-1]))
    files = f"{len(package.entries):,} {'file' if len(package.entries) == 1 else 'files'}"
    packed = "" if package.packed_bytes is None else f", {package.packed_bytes / _MB:,.2f} MB packed"
    left = limit - package.unpacked_bytes
    verdict = f"{left / _MB:,.2f} MB left" if left > 0 else f"too large by {(1 - left) / _MB:,.2f} MB"
    lines.append(
        f"{files}{packed}; {verdict} of the {limit / _MB:,.0f} MB that a function and its layers may unpack to"
    )
    lines.extend(f"odd: {problem}" for problem in package.problems)
    return "\n".join(lines) + "\n"

"""CL204 to CL207: a package or a layer by itself: its size, and whether it is an archive that can be unpacked.

What reads packages is imported where there is one: an app or a template without assets doesn't pay for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.artifacts.verdicts import listed
from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function, Upload
from constructs_lambda.rules import Problem, rule
from constructs_lambda.tokens import known

_UPDATE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-function-zip.html"
_TROUBLE = "https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html"
_MB = 1024 * 1024
_LONGEST_NAME = 40
_WORTH_NAMING = 0.02  # share of the whole
_MOST_TEXT = 300
SIZE_LIMIT = f"{(limits.UNZIPPED_PACKAGE_SIZE.maximum or 0) + 1:,}"


def in_mb(size: int) -> str:
    """A size for a sentence, in MB of 1,048,576 bytes."""
    return f"{size / _MB:,.1f} MB"


def cut(text: str) -> str:
    """A clause about names of files, which may be long."""
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."


def ways_out(sizes: Mapping[str, int], function: Function | None = None) -> str:
    """What to do about packages that are too large together.

    Args:
        sizes: Bytes by package.
        function: The function, where it isn't about a layer.
    """
    left, moved = sum(sizes.values()), 0
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    named = [(name, size) for name, size in largest[:3] if size > left * _WORTH_NAMING]
    names = ", ".join(f"{one_line(name)[:_LONGEST_NAME]} {in_mb(size)}" for name, size in named)
    for _, size in largest:
        if limits.UNZIPPED_PACKAGE_SIZE.admits(left - moved):
            break
        moved += size
    needed = max(math.ceil(moved / _MB), limits.EPHEMERAL_STORAGE.minimum or 0)
    if function is not None:
        needed = max(needed, int(known(function.ephemeral_storage_mb) or 0))
    image = limits.IMAGE_SIZE
    load = f" or load them at the start into {needed:,} MB of ephemeral storage"
    load = load if limits.EPHEMERAL_STORAGE.admits(needed) else " or mount a file system"
    return f"Drop or move the biggest ({names}), use an image (up to {image.maximum} {image.unit}),{load}."


@rule(
    "CL204",
    "Package or layer too large",
    Severity.ERROR,
    aws="The Lambda API refuses it: the unzipped size must be smaller than 262,144,000 bytes.",
    fix="Drop what isn't needed, use a container image, or load files into ephemeral storage at the start.",
    source=limits.UNZIPPED_ARCHIVE_SIZE.source,
)
def too_large(upload: Upload) -> Iterator[Problem]:
    package = upload.asset.package
    if package is not None and not limits.UNZIPPED_ARCHIVE_SIZE.admits(package.unpacked_bytes):
        from constructs_lambda.artifacts.sizes import bytes_by_package

        size = package.unpacked_bytes
        yield Problem(
            upload.property,
            f"the {upload.what} is too large: it unpacks to {size:,} bytes; AWS takes less than {SIZE_LIMIT} bytes",
            ways_out(upload.asset.ask(bytes_by_package) or {}, upload.function),
        )


@rule(
    "CL205",
    "Package or layer empty",
    Severity.ERROR,
    aws="The Lambda API refuses it: the uploaded file must be a non-empty zip.",
    fix="Put the code where the asset is made from, or correct the path.",
    source=_UPDATE,
)
def empty(upload: Upload) -> Iterator[Problem]:
    package = upload.asset.package
    if package is not None and package.is_empty:
        yield Problem(
            upload.property, f"the {upload.what} is empty: no file is in it", "Correct the path, or put files into it."
        )


@rule(
    "CL206",
    "Archive that can't be unpacked",
    Severity.ERROR,
    aws="The Lambda API refuses it: could not unzip the uploaded file.",
    fix="Make the archive anew.",
    source=_TROUBLE,
)
def damaged(upload: Upload) -> Iterator[Problem]:
    asset = upload.asset
    found = asset.defect
    if not found and asset.package is not None and asset.package.packed_bytes is not None:
        from constructs_lambda.artifacts.zips import verify_sizes
        from constructs_lambda.packaging.archive import COMMENT

        if asset.package.comment.startswith(COMMENT):
            return  # written by this library
        found = listed(list(asset.ask(verify_sizes) or ()), 2)
    if found:
        yield Problem(upload.property, f"the archive of the {upload.what}: {cut(found)}", "Make the archive anew.")


@rule(
    "CL207",
    "Odd archive",
    Severity.WARNING,
    aws="Lambda may refuse the archive, or unpack something else than what other tools show.",
    fix="Make the archive anew, with relative names, each once, and without encryption.",
    source=_UPDATE,
)
def odd(upload: Upload) -> Iterator[Problem]:
    package = upload.asset.package
    problems = list(package.problems) if package is not None else []
    if upload.asset.path.suffix == ".jar":  # Gradle writes a licence twice, and nothing minds
        problems = [each for each in problems if not each.startswith("two files are named ")]
    if problems:
        yield Problem(
            upload.property,
            f"the archive of the {upload.what} is odd: {cut(listed(problems, 2))}",
            "Make the archive anew, with relative names, each once, and without encryption.",
        )

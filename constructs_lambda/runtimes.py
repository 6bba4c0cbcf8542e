"""Every runtime that Lambda has or had, as dated data, and what can be said for certain about a runtime's name.

AWS calls dates in the future projections and moves them. A date that isn't set is `None`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from constructs_lambda.records import record

SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"
READ = datetime.date(2026, 11, 22)


@record()
class LambdaRuntime:
    """One runtime: its life, and what functions on it can use.

    Args:
        name: Identifier as CloudFormation takes it.
        family: `nodejs`, `python`, `java`, `dotnet`, `ruby`, `go` or `provided`.
        deprecated: Day from which AWS no longer patches it.
        create_blocked: Day from which no function can be created with it.
        update_blocked: Day from which no function on it can be updated.
        snap_start: Whether SnapStart takes it.
        managed_instances: Whether Lambda Managed Instances takes it.
        inline_code: Whether code can stand in the template.
        operating_system: `amzn1`, `amzn2` or `amzn2023`.
        container_only: Whether it exists as a base image only, never for a zip package.
        preview: Whether AWS called it a public preview on the day of `READ`.
    """

    name: str
    family: str
    deprecated: datetime.date | None
    create_blocked: datetime.date | None
    update_blocked: datetime.date | None
    snap_start: bool
    managed_instances: bool
    inline_code: bool
    operating_system: str
    container_only: bool = False
    preview: bool = False


# name, operating system, deprecated, create blocked, update blocked
_LIVES = """
nodejs          amzn1     2016-08-30  2016-09-30  2016-10-31
nodejs4.3       amzn1     2020-03-05  2020-02-03  2020-03-05
nodejs4.3-edge  amzn1     2020-03-05  2019-03-31  2019-04-30
nodejs6.10      amzn1     2019-08-12  2019-07-12  2019-08-12
nodejs8.10      amzn1     2020-03-06  2020-02-04  2020-03-06
nodejs10.x      amzn2     2021-07-30  2021-07-30  2022-02-14
nodejs12.x      amzn2     2023-03-31  2023-03-31  2023-04-30
nodejs14.x      amzn2     2023-12-04  2024-01-09  2027-03-03
nodejs16.x      amzn2     2024-06-12  2027-02-01  2027-03-03
nodejs18.x      amzn2     2025-09-01  2027-02-01  2027-03-03
nodejs20.x      amzn2023  2026-04-30  2027-02-01  2027-03-03
nodejs22.x      amzn2023  2027-04-30  2027-06-01  2027-07-01
nodejs24.x      amzn2023  2028-04-30  2028-06-01  2028-07-01
nodejs26.x      amzn2023  -           -           -
python2.7       amzn1     2021-07-15  2021-07-15  2022-05-30
python3.6       amzn1     2022-07-18  2022-07-18  2022-08-29
python3.7       amzn1     2023-12-04  2024-01-09  2027-03-03
python3.8       amzn2     2024-10-14  2027-02-01  2027-03-03
python3.9       amzn2     2025-12-15  2027-02-01  2027-03-03
python3.10      amzn2     2026-10-31  2027-02-01  2027-03-03
python3.11      amzn2     2027-06-30  2027-07-31  2027-08-31
python3.12      amzn2023  2028-10-31  2028-11-30  2029-01-10
python3.13      amzn2023  2029-06-30  2029-07-31  2029-08-31
python3.14      amzn2023  2029-06-30  2029-07-31  2029-08-31
python3.15      amzn2023  -           -           -
java8           amzn1     2024-01-08  2024-02-08  2027-03-03
java8.al2       amzn2     2027-06-30  2027-07-31  2027-08-31
java8.al2023    amzn2023  2029-06-30  -           -
java11          amzn2     2027-06-30  2027-07-31  2027-08-31
java11.al2023   amzn2023  2029-06-30  -           -
java17          amzn2     2027-06-30  2027-07-31  2027-08-31
java17.al2023   amzn2023  2029-06-30  -           -
java21          amzn2023  2029-06-30  2029-07-31  2029-08-31
java25          amzn2023  2029-06-30  2029-07-31  2029-08-31
dotnetcore1.0   amzn1     2019-06-27  2019-06-30  2019-07-30
dotnetcore2.0   amzn1     2019-05-30  2019-04-30  2019-05-30
dotnetcore2.1   amzn1     2022-01-05  2022-01-05  2022-04-13
dotnetcore3.1   amzn2     2023-04-03  2023-04-03  2023-05-03
dotnet5.0       amzn2     2022-05-10  -           -
dotnet6         amzn2     2024-12-20  2027-02-01  2027-03-03
dotnet7         amzn2     2024-05-14  -           -
dotnet8         amzn2023  2026-11-10  2027-02-01  2027-03-03
dotnet9         amzn2023  2026-11-10  -           -
dotnet10        amzn2023  2028-11-14  2028-12-14  2029-01-15
ruby2.5         amzn1     2021-07-30  2021-07-30  2022-03-31
ruby2.7         amzn2     2023-12-07  2024-01-09  2027-03-03
ruby3.2         amzn2     2026-03-31  2027-02-01  2027-03-03
ruby3.3         amzn2023  2027-03-31  2027-04-30  2027-05-31
ruby3.4         amzn2023  2028-03-31  2028-04-30  2028-05-31
ruby4.0         amzn2023  2029-03-31  2029-04-30  2029-05-31
go1.x           amzn1     2024-01-08  2024-02-08  2027-03-03
provided        amzn1     2024-01-08  2024-02-08  2027-03-03
provided.al2    amzn2     2026-07-31  2027-02-01  2027-03-03
provided.al2023 amzn2023  2029-06-30  2029-07-31  2029-08-31
"""

_CONTAINER_ONLY = frozenset({"dotnet5.0", "dotnet7", "dotnet9"})
_PREVIEWS = frozenset({"nodejs26.x", "python3.15"})
_FAMILIES = {family: family for family in ("nodejs", "python", "java", "dotnet", "ruby", "go", "provided")}
_FAMILIES["dotnetcore"] = "dotnet"
_SNAP_START_FROM = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
_MANAGED_INSTANCES_FROM = {"python": (3, 13), "nodejs": (22,), "java": (21,), "dotnet": (8,), "provided": (2023,)}

_YEARS_OF_VERSIONS = 20

# Letters, a version, and what only stands in some families' names: `.x`, `.al2023`, `-edge`.
_NAME = re.compile(r"([a-z]+)(?:\.al)?([0-9.]{0,16}?)(\.x|\.al[0-9]+|-edge)?")


def family_of(name: str) -> str | None:
    """Return the family a name belongs to by its letters, or None; the runtime itself need not exist."""
    letters = re.match(r"[a-z]*", name)
    return _FAMILIES.get(letters.group()) if letters else None


def _version(digits: str) -> tuple[int, ...]:
    """The version as numbers, without zeros at the end: `8` and `8.0` are the same."""
    numbers = [int(part) for part in digits.split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _version_of(name: str) -> tuple[int, ...]:
    match = _NAME.fullmatch(name)
    return _version(match.group(2)) if match else ()


def _runtime(line: str) -> LambdaRuntime:
    name, operating_system, *days = line.split()
    family = family_of(name) or ""
    version = _version_of(name)
    deprecated, create_blocked, update_blocked = (
        None if day == "-" else datetime.date.fromisoformat(day) for day in days
    )
    return LambdaRuntime(
        name=name,
        family=family,
        deprecated=deprecated,
        create_blocked=create_blocked,
        update_blocked=update_blocked,
        snap_start=family in _SNAP_START_FROM and version >= _SNAP_START_FROM[family],
        managed_instances=family in _MANAGED_INSTANCES_FROM and version >= _MANAGED_INSTANCES_FROM[family],
        inline_code=family in ("nodejs", "python"),
        operating_system=operating_system,
        container_only=name in _CONTAINER_ONLY,
        preview=name in _PREVIEWS,
    )


RUNTIMES: dict[str, LambdaRuntime] = {runtime.name: runtime for runtime in map(_runtime, _LIVES.strip().splitlines())}


def newest(family: str) -> LambdaRuntime:
    """Return the newest runtime of a family for zip packages, previews left out.

    Args:
        family: One of the families in `RUNTIMES`.

    Raises:
        KeyError: If no runtime has this family.
    """
    known = [
        runtime
        for runtime in RUNTIMES.values()
        if runtime.family == family and not runtime.preview and not runtime.container_only
    ]
    if not known:
        raise KeyError(family)
    return max(known, key=lambda runtime: _version_of(runtime.name))


def nearest(name: str) -> str | None:
    """Return the known runtime whose name is most like this one, upper and lower case aside, or None.

    Previews, and runtimes that are a base image only, are never suggested.
    """
    candidates = [known for known, runtime in RUNTIMES.items() if not runtime.preview and not runtime.container_only]
    return _close(name.strip().lower(), candidates, 0.75)


def never_existed(name: str) -> bool:
    """Whether it is certain that AWS has no such runtime: a gap between known versions, or a misspelt name.

    What a newer AWS may have gives False: a version above those known, a family not known, a known version on another
    operating system, an ARN.
    """
    if name in RUNTIMES:
        return False
    match = _NAME.fullmatch(re.sub(r"[\s_-]", "", name.lower()))
    if match is None:
        return False
    letters, digits, suffix = match.groups()
    if suffix and suffix != ".x":
        return False  # java8.al2023 came ten years after java8
    family = _FAMILIES.get(_close(letters, _FAMILIES, 0.8) or "") if len(letters) > 3 else _FAMILIES.get(letters)
    if family is None:
        return False
    version = _version(digits)
    newest_known = max(_version_of(known) for known in RUNTIMES if family_of(known) == family)
    return version <= newest_known or _far_above(version, newest_known)


def _far_above(version: tuple[int, ...], newest_known: tuple[int, ...]) -> bool:
    """Whether a version is one that no AWS of the next years has: 3.99, or 312 for 3.12."""
    for number, known in zip(version, newest_known, strict=False):
        if number != known:
            return number > known + _YEARS_OF_VERSIONS
    return False


def _close(word: str, candidates: Iterable[str], cutoff: float) -> str | None:
    import difflib  # rarely needed, and not free to load

    matches = difflib.get_close_matches(word, list(candidates), n=1, cutoff=cutoff)
    return matches[0] if matches else None

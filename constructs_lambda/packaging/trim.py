"""What is left out of a package: patterns that one can see and change.

A pattern is read like a line of `.gitignore`. Without a slash it fits any file or folder of that name, at any depth;
with a slash it fits the path from the top, where `**` stands for any number of folders. A folder that fits is left out
whole.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from constructs_lambda.errors import InputError

DEPENDENCY_PATTERNS = (
    "__pycache__",
    "*.pyc",
    "*.pyo",
    "*.pyi",  # but where lazy_loader is installed, which reads them
    "*-stubs",
    "*/**/tests",  # unless what stays imports them; `test` stays: django.test and others run
    "*/**/conftest.py",
    "*.h",
    "*.hpp",
    "*.hxx",
    "*.c",
    "*.cc",
    "*.cpp",
    "*.cxx",
    "*.pyx",
    "*.pxd",
    "*.pxi",
    "*.a",
    "share/doc",
    "share/man",
    ".lock",
    # METADATA, WHEEL, entry points and licences stay, and RECORD as a list of names: importlib.metadata reads them.
    # These differ from one machine to the next, or serve pip only.
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
    "*.dist-info/uv_*.json",
)
"""Left out of dependencies. Scripts in `bin/` go too, where they name an interpreter of the building machine."""

_NEVER_SOURCE = (
    ".git",
    ".hg",
    ".svn",
    ".gitignore",
    ".gitattributes",
    ".venv",
    "venv",
    "node_modules",
    "cdk.out",
    ".aws-sam",
    "__pycache__",
    "*.pyc",
    "*.pyo",
    "*.egg-info",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".tox",
    ".nox",
    ".idea",
    ".vscode",
    ".DS_Store",
    ".coverage",
)

SOURCE_PATTERNS = (
    *_NEVER_SOURCE,
    # The manifests have done their work, and may name a registry.
    "/requirements*.txt",
    "/requirements*.in",
    "/pyproject.toml",
    "/uv.lock",
    "/uv.toml",
    "/poetry.lock",
    "/poetry.toml",
    "/.python-version",
)
"""Left out of one's own source. A folder that holds a `pyvenv.cfg` is left out too, whatever its name."""

PROJECT_PATTERNS = (
    *(pattern for pattern in _NEVER_SOURCE if pattern not in (".gitignore", ".gitattributes", "venv", "node_modules")),
    "/venv",
    "/node_modules",
    "/build",
    "/dist",
)
"""What of a local project no wheel is made of."""

BOTO3 = frozenset({"boto3", "botocore", "s3transfer", "jmespath"})
BOTO3_NEEDS = ("urllib3", "python-dateutil", "six")  # in this order: what requires another comes first


@dataclasses.dataclass(frozen=True, slots=True)
class Trim:
    """What is left out of a package.

    Args:
        patterns: Left out of dependencies; the module's docstring says how a pattern is read.
        source_patterns: Left out of one's own source.
        without: Names of distributions that are left out, because a layer that isn't ours has them: `powertools_layer`,
            for instance. What only they need stays, unless it is named too.
        without_boto3: Leave out boto3, botocore, s3transfer and jmespath, which the runtime has; of what they need,
            also urllib3, python-dateutil and six where neither the manifest nor another package names them.

    Raises:
        InputError: A pattern that can't be read.
        TypeError: No tuple of texts.
    """

    patterns: tuple[str, ...] = DEPENDENCY_PATTERNS
    source_patterns: tuple[str, ...] = SOURCE_PATTERNS
    without: tuple[str, ...] = ()
    without_boto3: bool = False

    def __post_init__(self) -> None:
        """Refuse what would leave out nothing, or everything, without a word."""
        for name in ("patterns", "source_patterns", "without"):
            value: object = getattr(self, name)
            if not isinstance(value, tuple | list) or not all(isinstance(each, str) for each in value):
                raise TypeError(f"Trim: {name} must be a tuple of texts; got {value!r}")
            object.__setattr__(self, name, tuple(value))
        for pattern in (*self.patterns, *self.source_patterns):
            if pattern.startswith("!") or "[" in pattern or "\\" in pattern or not pattern.strip("/"):
                raise InputError(
                    f"Trim: the pattern {pattern!r} can't be read; there is *, ? and **, no !, [...] or \\"
                )


@functools.lru_cache(maxsize=32)
def matcher(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression that fits, with `fullmatch`, each path of which a pattern takes the last part."""
    return re.compile("|".join(_translate(pattern) for pattern in patterns) or r"(?!)", re.DOTALL)


def _translate(pattern: str) -> str:
    pattern = pattern.rstrip("/")
    if "/" not in pattern:
        pattern = f"**/{pattern}"
    parts = []
    for part in pattern.lstrip("/").split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
        else:
            parts.append("".join({"*": "[^/]*", "?": "[^/]"}.get(sign, re.escape(sign)) for sign in part) + "/")
    text = "".join(parts).removesuffix("/")
    return f"{text[: -len('(?:[^/]+/)*')]}.+" if pattern.endswith("/**") else text


def normalized(name: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclasses.dataclass(frozen=True, slots=True)
class Distribution:
    """One installed distribution: its name and version, the files it brought, and what it requires."""

    name: str
    version: str
    files: frozenset[str]
    requires: frozenset[str]


def distributions(folder: Path) -> list[Distribution]:
    """Read what is installed in a folder, from each `*.dist-info`."""
    found = []
    for info in sorted(folder.glob("*.dist-info")):
        name, version, requires = info.name.removesuffix(".dist-info").split("-")[0], "", set()
        for line in (info / "METADATA").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(": ")
            if not line:
                break
            if key == "Name":
                name = value
            elif key == "Version":
                version = value
            elif key == "Requires-Dist" and not re.search(r"\bextra\b", value):
                requires.add(normalized(re.split(r"[^A-Za-z0-9._-]", value, maxsplit=1)[0]))
        files = frozenset(_recorded(info / "RECORD"))
        found.append(Distribution(normalized(name), version.strip(), files, frozenset(requires)))
    return found


def _recorded(record: Path) -> list[str]:
    import csv

    with record.open(encoding="utf-8", newline="") as lines:
        return [row[0] for row in csv.reader(lines) if row]


def needless(installed: Collection[Distribution], named: Collection[str]) -> frozenset[str]:
    """Return which of the packages that only boto3 needed are installed for nobody else.

    Args:
        installed: What is there after boto3 was left out.
        named: Normalized names that the manifest itself names; they stay.
    """
    left: dict[str, Distribution] = {each.name: each for each in installed}
    for name in BOTO3_NEEDS:
        if name in left and name not in named and not any(name in each.requires for each in left.values()):
            del left[name]
    return frozenset(each.name for each in installed) - left.keys()


def sizes(installed: Collection[Distribution], kept: Mapping[str, int]) -> dict[str, int]:
    """Bytes a distribution, of the files that were kept (path to size)."""
    return {each.name: sum(kept.get(file, 0) for file in each.files) for each in installed}

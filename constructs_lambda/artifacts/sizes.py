"""What takes the space: bytes by package, as the user knows the packages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from constructs_lambda.artifacts.packages import Package

_SITE = re.compile(r"(?:(?:python/)?lib/python3\.\d+/site-packages/|python/)")
_NODE = re.compile(r"(?:nodejs/(?:node\d+/)?)?node_modules/")
_LARGEST_RECORDS = 16 * 1024 * 1024  # of all together
_MOST_DISTRIBUTIONS = 2_000
_METADATA = re.compile(r"([^/]+?)-[^-/]+\.(?:dist-info|data)")


@dataclass(frozen=True, slots=True)
class Owners:
    """Which package each file belongs to, as the user knows it.

    Args:
        files: Distribution by path, for the files that a RECORD names.
        modules: Distribution by top-level module.
    """

    files: Mapping[str, str]
    modules: Mapping[str, str]

    def of(self, path: str) -> str:
        """The name of the package that a file belongs to.

        Files of a Python distribution belong to it under the name it is installed by (`PyYAML` for `yaml` and `_yaml`),
        by its RECORD, else its top_level.txt, else its own name; compiled libraries (`numpy.libs`) too. Packages of
        Node.js go by their name in `node_modules`. All else goes by the first part of its path.

        Args:
            path: Name of a package's entry.
        """
        return self.files.get(path) or _group(path, self.modules)


def bytes_by_package(package: Package) -> Mapping[str, int]:
    """The unpacked size of each package in a package, largest first, by the names that `Owners.of` gives.

    Args:
        package: A function's package or a layer's.
    """
    owners = find_owners(package)
    sizes: dict[str, int] = {}
    for entry in package.entries:
        name = owners.of(entry.name)
        sizes[name] = sizes.get(name, 0) + entry.size_bytes
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def site_folders(package: Package) -> tuple[str, ...]:
    """The folders that Python's modules are in, each with a `/` at its end: the root, and those of a layer."""
    versions = package.folders.get("python/lib", ())
    sites = [f"python/lib/{version}/site-packages" for version in sorted(versions)]
    return ("", *(f"{site}/" for site in ("python", *sites) if site in package.folders))


def distributions(package: Package) -> Iterator[tuple[str, str, str]]:
    """Every installed distribution: the folder it is in, its `*.dist-info`, and its name."""
    return itertools.islice(_distributions(package), _MOST_DISTRIBUTIONS)


def _distributions(package: Package) -> Iterator[tuple[str, str, str]]:
    for site in site_folders(package):
        for folder in sorted(package.folders.get(site.rstrip("/"), ())):
            match = _METADATA.fullmatch(folder)
            if match and folder.endswith(".dist-info") and site + folder in package.folders:
                yield site, folder, match.group(1)


def find_owners(package: Package) -> Owners:
    """Which distribution owns each file and each top-level module; reads small files of their metadata.

    Args:
        package: A function's package or a layer's.
    """
    files: dict[str, str] = {}
    modules: dict[str, str] = {}
    left = _LARGEST_RECORDS
    for site, folder, name in distributions(package):
        record = f"{site}{folder}/RECORD"
        text = package.read_text([record], left)
        left -= len(text)
        for line in text.splitlines():
            path = line.rsplit(",", 2)[0].strip('"')
            if site + path in package.files:
                files[site + path] = name
                modules.setdefault(_first(path), name)
        if record not in package.files:
            for module in package.read_text([f"{site}{folder}/top_level.txt"], 64 * 1024).split():
                modules.setdefault(module, name)
        modules.setdefault(_plain(name), name)
    return Owners(files, modules)


def _group(path: str, modules: Mapping[str, str]) -> str:
    if match := _NODE.match(path):
        parts = path[match.end() :].split("/", 2)
        return "/".join(parts[:2]) if parts[0].startswith("@") and len(parts) > 1 else parts[0]
    if match := _SITE.match(path):
        path = path[match.end() :]
    first = path.partition("/")[0]
    if match := _METADATA.fullmatch(first):
        return modules.get(_plain(match.group(1)), match.group(1))
    name = _first(path)
    return modules.get(name) or modules.get(_plain(name)) or (name if "/" in path else first)


def _first(path: str) -> str:
    """The top-level module that a file belongs to: `six` for `six.py`, `numpy` for `numpy.libs/x.so`."""
    first, folder, _ = path.partition("/")
    return first.removesuffix(".libs") if folder else first.partition(".")[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()

"""From an entry folder to one zip: dependencies and local projects as parts that are kept, then one's own source."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import install, sources, trees
from constructs_lambda.packaging.archive import COMMENT, WITHOUT_DEPENDENCIES, File, Writer
from constructs_lambda.packaging.cache import Cache, Entry
from constructs_lambda.packaging.pins import Manifest, Pins, name_of, pinned_version
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import (
    BOTO3,
    PROJECT_PATTERNS,
    Distribution,
    Trim,
    distributions,
    needless,
    normalized,
    sizes,
)

BUILDER = 3  # raised with every change of what is built from the same input
_LAYER = "python/"


@dataclasses.dataclass(frozen=True, slots=True)
class Built:
    """A package that is ready to be an asset.

    Args:
        path: The zip, in the cache; read-only.
        content_hash: Hex digest over names, modes and uncompressed contents, the target, what was trimmed and this
            builder's version: the same on every machine.
        packages: Bytes a dependency, uncompressed and after trimming, by normalized name.
        versions: Version of each dependency.
        source_bytes: Bytes of one's own source.
        notes: What whoever builds should know: an unpinned manifest, a cache that can't be written to.
    """

    path: Path
    content_hash: str
    packages: Mapping[str, int]
    versions: Mapping[str, str]
    source_bytes: int
    notes: tuple[str, ...]


def build(
    entry: Path | str,
    target: Target,
    *,
    source: str = ".",
    layer: bool = False,
    trim: Trim | None = None,
    in_layers: Mapping[str, str] = MappingProxyType({}),
    bundling: bool = True,
    cache: Cache | None = None,
    progress: bool | None = None,
) -> Built:
    """Package a folder of Python source and what it depends on.

    Args:
        entry: The folder, with `uv.lock`, `poetry.lock`, `requirements.txt` or `pyproject.toml`, or none of them.
        target: Runtime and architecture to build for.
        source: Folder below the entry that becomes the root of the package, as `src`; the entry itself by default.
        layer: Lay everything out below `python/`. A source that has a folder `python` already is taken as it is.
        trim: What is left out; `Trim()` by default.
        in_layers: Version of each distribution that the function's layers hold; what is needed in that very version is
            left out.
        bundling: False leaves dependencies out, for unit tests.
        cache: The cache; by default the one of this user.
        progress: Whether to show on standard error what is fetched; by default on a terminal only.

    Raises:
        PackagingError: If the package can't be built.
    """
    entry = Path(entry)
    root = entry / source
    if not root.is_dir():
        raise PackagingError(f"{root} is not a folder" if root.exists() else f"{root} doesn't exist")
    if not root.resolve().is_relative_to(entry.resolve()):
        raise PackagingError(f"source {source!r} leaves the entry {entry}")
    progress = (sys.stderr is not None and sys.stderr.isatty()) if progress is None else progress
    held = {normalized(name): version for name, version in in_layers.items()}
    job = _Job(entry, target, _LAYER if layer else "", trim or Trim(), held, cache or Cache(), progress)
    try:
        return job.build(root, bundling)
    finally:
        job.cache.settle()


def _digest(*values: object) -> str:
    return hashlib.sha256(json.dumps([BUILDER, *values], sort_keys=True).encode()).hexdigest()


class _Job:
    """One build; its methods go from the outside in."""

    def __init__(
        self,
        entry: Path,
        target: Target,
        prefix: str,
        trim: Trim,
        held: Mapping[str, str],
        cache: Cache,
        progress: bool,
    ) -> None:
        self.entry, self.target, self.prefix, self.trim = entry, target, prefix, trim
        self.held, self.cache, self.progress = held, cache, progress
        self.left_out = frozenset(normalized(name) for name in trim.without)
        self.left_out |= BOTO3 if trim.without_boto3 else frozenset()
        self.used: tuple[str, ...] = ()
        self.common = [str(target), target.platform, prefix, trim.patterns, sorted(self.left_out), trim.without_boto3]

    def build(self, root: Path, bundling: bool) -> Built:
        noted = len(self.cache.notes)
        manifest = sources.manifest(self.entry)
        files = self._source(root, manifest)
        self.used = self._tests_used(files) if manifest and bundling else ()
        notes: list[str] = []
        parts: list[Entry] = []
        if manifest and bundling:
            pins = self._pins(manifest)
            notes += [*manifest.notes, *pins.notes]
            parts = [part for part in self._parts(manifest, pins) if part.data["files"]]
        elif manifest:
            notes.append("bundling is off: the package holds no dependencies")
        if not files and not parts:
            raise PackagingError(f"{self.entry} holds nothing to package")
        source = trees.fingerprint(files)
        is_whole = bundling or not manifest
        comment = COMMENT if is_whole else WITHOUT_DEPENDENCIES
        digests = [part.data["digest"] for part in parts]
        key = _digest(
            self.common, self.trim.source_patterns, digests, source, *([] if is_whole else [comment.decode()])
        )

        def make(folder: Path) -> dict[str, Any]:
            return {"replaced": self._write(folder / "package.zip", parts, files, source, comment)}

        package = self.cache.get_or_make("packages", key, make)
        if replaced := package.data["replaced"]:
            notes.append(
                f"{len(replaced)} files of dependencies are replaced by files nearer to the source: {replaced[0]} ..."
            )
        return Built(
            path=package.path,
            content_hash=key,
            packages=MappingProxyType(_merged(parts, "packages")),
            versions=MappingProxyType(_merged(parts, "versions")),
            source_bytes=sum(file.size for file in files),
            notes=(*notes, *self.cache.notes[noted:]),
        )

    def _source(self, root: Path, manifest: Manifest | None) -> list[File]:
        files = trees.source_files(root, self.trim.source_patterns, self.entry)
        if manifest:
            used = {file.resolve(): file.name for file in manifest.files}
            alike = frozenset(used.values())  # to resolve each file would take long
            files = [file for file in files if file.path.name not in alike or file.path.resolve() not in used]
        if self.prefix and not any(file.name.startswith(self.prefix) for file in files):
            files = [dataclasses.replace(file, name=self.prefix + file.name) for file in files]
        return files

    def _tests_used(self, files: list[File]) -> tuple[str, ...]:
        """Folders named `tests` that the source imports: those of dependencies stay then."""
        found: set[str] = set()
        for file in files:
            if file.name.endswith(".py") and (code := trees.opened_bytes(file.path, [b"tests"])):
                names = trees.named_in(code, file.name.removeprefix(self.prefix))
                found.update(name for name in names if name.endswith(".tests"))
        return tuple(sorted(found))

    def _pins(self, manifest: Manifest) -> Pins:
        if manifest.is_secret:  # the cache holds no credentials
            return manifest.resolve(self.target, self.progress)

        def make(folder: Path) -> dict[str, Any]:
            return dataclasses.asdict(manifest.resolve(self.target, self.progress))

        data = self.cache.get_or_make("pins", _digest(manifest.key, str(self.target), self.target.platform), make).data
        return Pins.of(data)

    def _parts(self, manifest: Manifest, pins: Pins) -> list[Entry]:
        """Local projects one by one, then all from an index: a change in one project installs only that one."""
        held = sorted(self.held.items())
        parts = [
            self._part(["local", self._content(self.entry / place), held], self.entry / place, manifest, pins)
            for place in pins.local
        ]
        wanted = [pin for pin in pins.requirements if name_of(pin) not in self.left_out and not self._is_held(pin)]
        if wanted:
            text = "\n".join((*manifest.settings, *wanted))
            names = {name_of(pin) for pin in wanted}
            still_held = [each for each in held if each[0] in names]
            key: list[object] = ["pins", sorted(wanted), manifest.found, manifest.origin, still_held]
            parts.append(self._part(key, text, manifest, pins))
        return parts

    def _is_held(self, pin: str) -> bool:
        version = self.held.get(name_of(pin))
        return version is not None and pinned_version(pin) == version

    def _content(self, path: Path) -> str:
        if path.is_dir():
            return trees.fingerprint(trees.source_files(path, PROJECT_PATTERNS))
        if not path.is_file():
            raise PackagingError(f"{self.entry} depends on {path}, which isn't there")
        return trees.fingerprint([File(path.name, path, 0, False)])

    def _part(self, key: list[object], what: str | Path, manifest: Manifest, pins: Pins) -> Entry:
        named = pins.named if self.trim.without_boto3 else ()

        def make(folder: Path) -> dict[str, Any]:
            if self.progress:
                sys.stderr.write(f"Installing dependencies of {self.entry} for {self.target}\n")
            with self.cache.scratch() as scratch:
                install.install(
                    what if isinstance(what, str) else install.wheel(what, scratch / "wheel", self.target),
                    scratch / "installed",
                    self.target,
                    folder=self.entry,
                    complete_but=self.left_out | self.held.keys() if pins.unchecked else None,
                    options=manifest.options,
                    environment=manifest.environment,
                    progress=self.progress,
                )
                if isinstance(what, Path):
                    _forget_builder(scratch / "installed")
                return self._pack(scratch / "installed", folder / "package.zip", named)

        return self.cache.get_or_make("parts", _digest(self.common, named, self.used, *key), make)

    def _pack(self, installed: Path, archive: Path, named: Collection[str]) -> dict[str, Any]:
        found = distributions(installed)
        unwanted = needless(found, named) if self.trim.without_boto3 else frozenset()
        unwanted |= self.left_out
        unwanted |= {each.name for each in found if self.held.get(each.name) == each.version}
        dropped = frozenset(file for each in found if each.name in unwanted for file in each.files)
        files = trees.installed_files(installed, self.trim.patterns, dropped, self.used)
        kept = {file.name: file.size for file in files}
        found = [each for each in found if each.name not in unwanted]
        files = [_as_list(file, found, kept) if file.name.endswith(".dist-info/RECORD") else file for file in files]
        kept = {file.name: file.size for file in files}
        with archive.open("wb") as output:
            writer = Writer(output)
            digest = writer.add([dataclasses.replace(file, name=self.prefix + file.name) for file in files])
            writer.close()
        versions = {each.name: each.version for each in found}
        return {"digest": digest, "files": len(files), "packages": sizes(found, kept), "versions": versions}

    def _write(self, archive: Path, parts: list[Entry], files: list[File], source: str, comment: bytes) -> list[str]:
        with archive.open("wb") as output:
            writer = Writer(output)
            if writer.add(files) != source:
                raise PackagingError(f"{self.entry} changed while it was packaged; build again")
            replaced = [name for part in parts for name in writer.copy(part.path)]
            writer.close(comment)
        return replaced


def _forget_builder(installed: Path) -> None:
    """Takes out which version of which backend built a local project; it would differ from one day to the next."""
    for wheel in installed.glob("*.dist-info/WHEEL"):
        lines = wheel.read_text(encoding="utf-8").splitlines(keepends=True)
        wheel.unlink()  # it may be a link into uv's cache
        wheel.write_text("".join(line for line in lines if not line.startswith("Generator:")), encoding="utf-8")


def _as_list(record: File, distributions: Collection[Distribution], kept: Mapping[str, int]) -> File:
    """A RECORD that names the files that are left, in order; without hashes, and without what differs by machine."""
    owner = next((each for each in distributions if record.name in each.files), None)
    names = sorted(name for name in owner.files if name in kept) if owner else []
    text = "".join(f'"{name}",,\n' if "," in name else f"{name},,\n" for name in names)
    record.path.unlink()  # it may be a link into uv's cache
    record.path.write_text(text, encoding="utf-8", newline="")
    return dataclasses.replace(record, size=len(text.encode()), executable=False)


def _merged(parts: list[Entry], what: str) -> dict[str, Any]:
    return dict(sorted((name, value) for part in parts for name, value in part.data[what].items()))

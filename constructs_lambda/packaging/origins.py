"""What decides which packages a manifest means, beside its text: uv's settings, folders of wheels, local projects."""

from __future__ import annotations

import configparser
import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from constructs_lambda.packaging import trees
from constructs_lambda.packaging.archive import File
from constructs_lambda.packaging.install import redact
from constructs_lambda.packaging.pins import name_of, place_of, read, toml
from constructs_lambda.packaging.trim import normalized

_VARIABLES = (
    "UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX", "UV_INDEX_STRATEGY",
    "UV_EXCLUDE_NEWER", "UV_PRERELEASE", "UV_RESOLUTION", "UV_NO_SOURCES", "UV_FORK_STRATEGY",
)  # fmt: skip
_VARIABLES_WITH_FILES = ("UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_BUILD_CONSTRAINT")
_SAYS_NOTHING = {"workspace", "dev-dependencies", "default-groups", "cache-keys", "managed", "package", "build-backend"}
_METADATA = ("pyproject.toml", "setup.py", "setup.cfg")
_SECRET = re.compile(r"://[^/\s@'\"]+@|://[^\s'\"#;]*\?[^\s'\"#;]")


@dataclasses.dataclass(frozen=True, slots=True)
class Origins:
    """Where the packages of an entry come from.

    Args:
        digest: Digest of the settings, without credentials.
        found: Digest of the wheels in local folders, empty where there are none.
        fresh: Options that make uv look at these wheels anew; it knows them by their names alone.
    """

    digest: str
    found: str
    fresh: tuple[str, ...]

    @property
    def parts(self) -> list[bytes]:
        """What enters a manifest's key."""
        return [self.digest.encode(), self.found.encode()]


def origins(
    entry: Path, settings: Iterable[str] = (), folders: Iterable[Path] = (), root: Path | None = None
) -> Origins:
    """Look at all that leads uv to packages.

    Args:
        entry: The entry.
        settings: Lines of a requirements file that set indexes.
        folders: Local folders that they name.
        root: The root of the workspace, if there is one.
    """
    said: list[object] = [redact(line) for line in settings if not _local_folder(line)]
    places = [*folders]
    for file, table in _configured(entry, root):
        kept = {name: value for name, value in table.items() if name not in _SAYS_NOTHING}
        said.append(redact(json.dumps(kept, sort_keys=True, default=str)))
        for name in _places(table):
            places += [folder] if (folder := local_path(name, file.parent)) and folder.is_dir() else []
    for name in _VARIABLES:
        if value := os.environ.get(name):
            said.append([name, redact(value)])
            for each in re.split(r"\s+", value):
                folder = local_path(each.split("=", 1)[-1], entry)
                places += [folder] if folder and folder.is_dir() else []
    for name in _VARIABLES_WITH_FILES:
        for each in os.environ.get(name, "").split():
            said.append([name, redact(read(entry / each)) if (entry / each).is_file() else redact(each)])
    for each in re.split(r"[,\n]", os.environ.get("UV_FIND_LINKS", "")):
        if each.strip():
            folder = local_path(each.strip(), entry)
            is_local = folder is not None and folder.is_dir()
            places += [folder] if folder and is_local else []
            said += [] if is_local else [["UV_FIND_LINKS", redact(each)]]
    wheels = sorted({wheel for place in places for wheel in (*place.glob("*.whl"), *place.glob("*/*.whl"))})
    # uv takes a wheel in a folder for the one it knows, by its name, even if it was built anew.
    fresh = tuple(sorted({f"--refresh-package={name_of(wheel.name.split('-')[0])}" for wheel in wheels}))
    found = trees.fingerprint([File(f"{i}/{wheel.name}", wheel, 0, False) for i, wheel in enumerate(wheels)])
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    return Origins(digest, found if wheels else "", fresh)


def local_path(name: str, base: Path) -> Path | None:
    """The path that a place means, None for one in the network."""
    if name.startswith("file:"):
        return base / unquote(urlsplit(name).path or "/")
    return None if "://" in name or not name else base / Path(name).expanduser()


def _local_folder(line: str) -> bool:
    return bool(re.match(r"(-f|--find-links)\b", line)) and "://" not in line


def _places(table: dict[str, Any]) -> Iterator[str]:
    for settings in (table, table.get("pip", {})):
        yield from settings.get("find-links", ())
        for index in settings.get("index", ()):
            yield index.get("url", "") if isinstance(index, dict) else ""


def _configured(entry: Path, root: Path | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The settings for uv that hold in an entry, with the files that they stand in."""
    entry = entry.resolve()
    own = [entry / "pyproject.toml", *([root.resolve() / "pyproject.toml"] if root else [])]
    files = list(own)
    if os.environ.get("UV_NO_CONFIG", "").lower() not in ("1", "true", "yes", "on", "t", "y"):
        for folder in (entry, *entry.parents):  # the nearest counts
            if (folder / "uv.toml").is_file():
                files.append(folder / "uv.toml")
                break
            project = folder / "pyproject.toml"
            if project.is_file() and "uv" in toml(project).get("tool", {}):
                files.append(project)
                break
        home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        files += [Path(home).expanduser() / "uv/uv.toml", Path("/etc/uv/uv.toml")]
    if chosen := os.environ.get("UV_CONFIG_FILE"):
        files.append(entry / chosen)
    for file in dict.fromkeys(files):
        if file.is_file():
            text = toml(file)
            table = text if file.name != "pyproject.toml" else text.get("tool", {}).get("uv", {})
            if table:
                yield file, table


def reachable(entry: Path, requirements: Iterable[tuple[str, Path]], *, whole: bool = False) -> list[Path]:
    """The local projects that requirements lead to, each once; those that they require in turn included.

    Args:
        entry: The entry.
        requirements: Requirements, each with the folder that its path is relative to.
        whole: Whether to begin with the entry's own project, too.
    """
    found: dict[Path, None] = {}
    waiting = [entry.resolve()] if whole else []
    waiting += [path for line, base in requirements if (path := place_of(line, base))]
    while waiting:
        folder = waiting.pop()
        if folder not in found and folder.is_dir():
            found[folder] = None
            waiting += _required_by(folder)
    return sorted(found)


def _required_by(folder: Path) -> Iterator[Path]:
    project = folder / "pyproject.toml"
    declared = toml(project) if project.is_file() else {}
    for line in requirements_of(declared):
        if path := place_of(line, folder):
            yield path
    tool = declared.get("tool", {})
    for sources in (tool.get("uv", {}).get("sources", {}), tool.get("poetry", {}).get("dependencies", {})):
        for value in sources.values():
            for source in value if isinstance(value, list) else [value]:
                if isinstance(source, dict) and isinstance(source.get("path"), str):
                    yield (folder / source["path"]).resolve()
                if isinstance(source, dict) and source.get("workspace"):
                    yield from _members(folder)


def requirements_of(declared: dict[str, Any]) -> list[str]:
    """All requirements of a project, those of its extras included."""
    project = declared.get("project", {})
    optional = [each for extra in project.get("optional-dependencies", {}).values() for each in extra]
    return [*project.get("dependencies", ()), *optional]


def _members(folder: Path) -> Iterator[Path]:
    for root in (folder, *folder.parents):
        project = root / "pyproject.toml"
        workspace = toml(project).get("tool", {}).get("uv", {}).get("workspace") if project.is_file() else None
        if workspace is not None:
            yield root
            for pattern in workspace.get("members", ()):
                yield from (path for path in root.glob(pattern) if (path / "pyproject.toml").is_file())
            return


def project_name(folder: Path) -> str:
    """The name of a local project, empty where its setup.py alone knows it."""
    project = folder / "pyproject.toml"
    declared = toml(project) if project.is_file() else {}
    name = declared.get("project", {}).get("name") or declared.get("tool", {}).get("poetry", {}).get("name")
    if not name and (folder / "setup.cfg").is_file():
        config = configparser.ConfigParser(interpolation=None)
        try:
            config.read_string(read(folder / "setup.cfg"))
        except configparser.Error:
            return ""
        name = config.get("metadata", "name", fallback="")
    return normalized(name) if isinstance(name, str) else ""


def building(projects: Iterable[Path]) -> list[str]:
    """Options that let uv ask the build backends of local projects what these require, and of no others."""
    options = set()
    for folder in projects:
        if name := project_name(folder):
            options.add(f"--no-binary={name}")
            project = folder / "pyproject.toml"
            declared = toml(project) if project.is_file() else {}
            if (folder / "setup.py").is_file() or "dependencies" in declared.get("project", {}).get("dynamic", ()):
                options.add(f"--refresh-package={name}")  # uv looks at the files that it knows of only
    return sorted(options)


def metadata(entry: Path, projects: Iterable[Path]) -> list[bytes]:
    """What local projects say about themselves, and where they lie as the entry sees it."""
    result = []
    for folder in projects:
        result.append(os.path.relpath(folder, entry.resolve()).encode())
        texts = sorted(path for pattern in ("requirements*", "*requirements") for path in folder.glob(f"{pattern}.txt"))
        files = [folder / name for name in _METADATA] + texts + _dynamic(folder)
        for file in dict.fromkeys(files):
            if file.is_file() and not (folder == entry.resolve() and file.name == "requirements.txt"):
                result += [file.name.encode(), plain(read(file)).encode()]
    return result


def _dynamic(folder: Path) -> list[Path]:
    """Files that setuptools reads requirements from."""
    if not (folder / "pyproject.toml").is_file():
        return []
    dynamic = toml(folder / "pyproject.toml").get("tool", {}).get("setuptools", {}).get("dynamic", {})
    files = []
    for table in (dynamic.get("dependencies", {}), *dynamic.get("optional-dependencies", {}).values()):
        names = table.get("file", ())
        files += [folder / name for name in ([names] if isinstance(names, str) else names)]
    return files


def is_secret(lines: Iterable[str]) -> bool:
    """Whether a requirement holds credentials, or a query, which may be some."""
    return any(_SECRET.search(line) and not re.search(r"git\+ssh://[\w-]+@", line) for line in lines)


def secrets_of(projects: Iterable[Path]) -> bool:
    """Whether a local project requires something with credentials."""
    for folder in projects:
        if (project := folder / "pyproject.toml").is_file():
            declared = toml(project)
            tool = declared.get("tool", {})
            sources = [tool.get("uv", {}).get("sources", {}), tool.get("poetry", {}).get("dependencies", {})]
            if is_secret([*requirements_of(declared), json.dumps(sources, default=str)]):
                return True
    return False


def plain(text: str) -> str:
    """A text without the credentials in addresses; queries and fragments stay, since they say what is meant."""
    return re.sub(r"(?<=://)[^/\s@'\"`]+@", "***@", text)

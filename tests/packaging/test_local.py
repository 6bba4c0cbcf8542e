"""Projects on this machine: built from a copy, and noticed when anything of them changes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lambda.packaging import Built, Cache, build

from .conftest import TARGET, names

pytestmark = pytest.mark.slow  # the backend comes from the package index


@pytest.fixture(autouse=True)
def _own_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "UV_NO_CONFIG"):  # as the machine has it
        monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Makes a library beside an entry that depends on it."""

    def make(backend: str, **files: str) -> Path:
        library, entry = tmp_path / "lib", tmp_path / "entry"
        for folder in (library / "lib/dist", entry):
            folder.mkdir(parents=True)
        build_system = f'[build-system]\nrequires = ["{backend.split(".")[0]}"]\nbuild-backend = "{backend}"\n'
        (library / "pyproject.toml").write_text(f'{build_system}[project]\nname = "lib"\nversion = "1.0"\n')
        for name in ("lib/__init__.py", "lib/gone.py", "lib/dist/__init__.py"):
            (library / name).write_text("V = 'old'\n")
        (entry / "app.py").write_text("def handler(event, context): ...\n")
        (entry / "requirements.txt").write_text("../lib\n")
        return entry

    return make


def package(entry: Path, cache: Path) -> Built:
    return build(entry, TARGET, cache=Cache(cache))


@pytest.mark.parametrize("backend", ["setuptools.build_meta", "hatchling.build"])
def test_it_is_built_from_a_copy(project: Callable[..., Path], tmp_path: Path, backend: str) -> None:
    entry = project(backend)
    library = tmp_path / "lib"
    before = {path.relative_to(library) for path in library.rglob("*")}
    first = package(entry, tmp_path / "cache")
    assert {path.relative_to(library) for path in library.rglob("*")} == before
    assert {"lib/gone.py", "lib/dist/__init__.py"} <= set(names(first.path))
    with zipfile.ZipFile(first.path) as archive:
        assert b"Generator" not in archive.read("lib-1.0.dist-info/WHEEL")
    (library / "lib/gone.py").unlink()
    (library / "lib/dist/__init__.py").write_text("V = 'new'\n")
    second = package(entry, tmp_path / "cache")
    with zipfile.ZipFile(second.path) as archive:
        assert archive.read("lib/dist/__init__.py") == b"V = 'new'\n"
    assert "lib/gone.py" not in names(second.path)
    assert package(entry, tmp_path / "fresh").content_hash == second.content_hash


def test_what_a_backend_ignores_is_part_of_it(project: Callable[..., Path], tmp_path: Path) -> None:
    entry = project("hatchling.build")
    (tmp_path / "lib/lib/data.json").write_text("{}")
    (tmp_path / "lib/.gitignore").write_text("*.json\n")
    assert "lib/data.json" not in names(package(entry, tmp_path / "cache").path)
    (tmp_path / "lib/.gitignore").unlink()
    assert "lib/data.json" in names(package(entry, tmp_path / "cache").path)


def test_what_needs_its_surroundings_is_built_in_its_place(
    project: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is left of the copy that it couldn't be built from."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    entry = project("hatchling.build")
    declared = tmp_path / "lib/pyproject.toml"
    section = '[tool.hatch.build.targets.wheel.force-include]\n"../VERSION" = "lib/VERSION"\n'
    declared.write_text(f"{declared.read_text()}{section}")
    (tmp_path / "VERSION").write_text("1\n")
    assert "lib/VERSION" in names(package(entry, tmp_path / "cache").path)
    assert list((tmp_path / "temporary").iterdir()) == []

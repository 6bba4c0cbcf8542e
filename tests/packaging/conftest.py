"""Wheels made by hand, so that no test here needs a network."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from constructs_lambda.packaging import Cache, Target

Wheel = Callable[..., Path]
TARGET = Target("python3.13", "arm64")


@pytest.fixture(autouse=True)
def _no_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def wheel(tmp_path: Path) -> Wheel:
    """Makes a wheel in `wheels`."""

    def make(
        name: str,
        version: str = "1.0",
        tag: str = "py3-none-any",
        files: Mapping[str, str] | None = None,
        requires: tuple[str, ...] = (),
    ) -> Path:
        folder = tmp_path / "wheels"
        folder.mkdir(exist_ok=True)
        info = f"{name}-{version}.dist-info"
        contents = dict(files or {f"{name}/__init__.py": f"VERSION = {version!r}\n"})
        contents[f"{info}/METADATA"] = "\n".join(
            [
                "Metadata-Version: 2.1",
                f"Name: {name}",
                f"Version: {version}",
                *(f"Requires-Dist: {each}" for each in requires),
                "",
                "",
            ]
        )
        contents[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"
        contents[f"{info}/RECORD"] = "".join(f"{each},,\n" for each in [*contents, f"{info}/RECORD"])
        path = folder / f"{name}-{version}-{tag}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for file, text in contents.items():
                archive.writestr(file, text)
        return path

    return make


@pytest.fixture
def entry(tmp_path: Path) -> Callable[..., Path]:
    """Makes an entry folder, with a `requirements.txt` that finds the wheels of the test."""

    def make(
        *requirements: str, name: str = "orders", source: str = "def handler(event, context):\n    return 1\n"
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "app.py").write_text(source)
        if requirements:
            head = ["--no-index", f"--find-links {tmp_path / 'wheels'}"]
            (folder / "requirements.txt").write_text("\n".join([*head, *requirements, ""]))
        return folder

    return make


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()

"""With packages from the public index, for the runtimes that people use."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from constructs_lambda.packaging import Cache, Target, Trim, build

pytestmark = pytest.mark.slow

LIGHT = "aws-lambda-powertools[tracer,parser]\nboto3\nrequests\npydantic\n"
MACHINES = {"arm64": (183, "aarch64"), "x86_64": (62, "x86_64")}


@pytest.fixture(autouse=True)
def _own_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "UV_NO_CONFIG"):  # as the machine has it
        monkeypatch.delenv(name)


@pytest.fixture
def light(tmp_path: Path) -> Path:
    folder = tmp_path / "light"
    folder.mkdir()
    (folder / "requirements.txt").write_text(LIGHT)
    (folder / "app.py").write_text(
        "import aws_lambda_powertools, aws_xray_sdk, boto3, pydantic, requests\nprint(pydantic.VERSION)\n"
    )
    return folder


@pytest.mark.parametrize(
    ("runtime", "architecture"), [("python3.13", "arm64"), ("python3.14", "arm64"), ("python3.11", "x86_64")]
)
def test_native_code_is_for_the_target(light: Path, tmp_path: Path, runtime: str, architecture: str) -> None:
    target = Target(runtime, architecture)
    package = build(light, target, cache=Cache(tmp_path / "cache"), trim=Trim(without_boto3=True))
    machine, name = MACHINES[architecture]
    version = runtime.removeprefix("python").replace(".", "")
    native = 0
    with zipfile.ZipFile(package.path) as archive:
        for member in archive.namelist():
            data = archive.read(member)
            if data.startswith(b"\x7fELF"):
                native += 1
                assert struct.unpack_from("<H", data, 18) == (machine,), member
                assert f"cpython-{version}-{name}" in member or ".abi3." in member or "cpython" not in member
            if member.endswith(".dist-info/WHEEL"):
                for line in data.decode().splitlines():
                    if line.startswith("Tag: ") and not line.endswith("-any"):
                        assert line.endswith(name), member
        modules = set(archive.namelist())
    assert native >= 3
    assert "pydantic/__init__.py" in modules
    assert "boto3" not in package.packages
    assert sum(package.packages.values()) < 20_000_000


@pytest.mark.skipif(sys.version_info[:2] != (3, 11) or os.uname().machine != "x86_64", reason="is imported for real")
def test_it_is_imported_for_real(light: Path, tmp_path: Path) -> None:
    package = build(light, Target("python3.11", "x86_64"), cache=Cache(tmp_path / "cache"))
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(tmp_path / "task")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import app"
    command = [sys.executable, "-I", "-c", code, str(tmp_path / "task")]
    assert subprocess.check_output(command, text=True).strip() == package.versions["pydantic"]

"""Which packages this machine can't load."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import pytest
from local_assemblies import assembly, template

from constructs_lambda.documents import read_document
from constructs_lambda.local.manifests import read_plans
from constructs_lambda.local.natives import misfits

MACHINES = {"aarch64": 183, "arm64": 183, "x86_64": 62}
HERE = MACHINES[platform.machine()]
OTHER = 62 if HERE == 183 else 183
SYSTEM = {183: "arm64", 62: "x86_64"}
MINOR = sys.version_info.minor


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(11) + machine.to_bytes(2, "little") + bytes(44)


def misfits_of(folder: Path, name: str, content: bytes, *, runtime: str = "python3.14") -> list[str]:
    """What is told of a function, and a layer, with one file in their package."""
    code = {"S3Bucket": "b", "S3Key": "code.zip"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": code, "Runtime": runtime}}
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": code}}
    outdir = assembly(folder, Shop=template(Orders=function, **({"Shared": layer} if "python" in runtime else {})))
    (outdir / "code").mkdir()
    (outdir / "code" / name).write_bytes(content)
    manifest = json.loads((outdir / "Shop.assets.json").read_text())
    place = {"bucketName": "b", "objectKey": "code.zip"}
    manifest["files"]["code"] = {"source": {"path": "code", "packaging": "zip"}, "destinations": {"here": place}}
    (outdir / "Shop.assets.json").write_text(json.dumps(manifest))
    plans = read_plans(outdir)
    templates = {plan.template.file.resolve(): read_document(plan.template.file) for plan in plans}
    return misfits(plans, templates)  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform != "linux", reason="here everything of Linux is a misfit")
@pytest.mark.parametrize(
    ("name", "machine", "is_told"),
    [
        ("lib.so", HERE, False),
        ("lib.so", OTHER, True),
        (f"fast.cpython-3{MINOR}-{platform.machine()}-linux-gnu.so", HERE, False),
        (f"fast.cpython-3{MINOR - 1}-{platform.machine()}-linux-gnu.so", HERE, True),
        ("fast.abi3.so", HERE, False),
        ("fast.abi3.so", OTHER, True),
        ("app.py", OTHER, False),
    ],
)
def test_what_fits_this_machine(tmp_path: Path, name: str, machine: int, is_told: bool) -> None:
    told = misfits_of(tmp_path, name, elf(machine))
    assert [line.partition(":")[0] for line in told] == (["Shop/Orders", "Shop/Shared"] if is_told else [])


@pytest.mark.skipif(sys.platform != "linux", reason="here everything of Linux is a misfit")
def test_what_is_told(tmp_path: Path) -> None:
    name = f"fast.cpython-3{MINOR - 1}-{platform.machine()}-linux-gnu.so"
    built_for = f"linux on {SYSTEM[HERE]} and Python 3.{MINOR - 1}"
    assert misfits_of(tmp_path, name, elf(HERE))[0] == f"Shop/Orders: {name} is built for {built_for}"


def test_what_is_for_another_system(tmp_path: Path) -> None:
    windows = f"fast.cp3{MINOR}-win_amd64.pyd"
    assert misfits_of(tmp_path, windows, b"MZ")[0].startswith(f"Shop/Orders: {windows} is built for windows")


def test_functions_in_javascript_are_no_concern(tmp_path: Path) -> None:
    assert misfits_of(tmp_path, "lib.node", elf(OTHER), runtime="nodejs24.x") == []

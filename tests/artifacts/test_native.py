"""Compiled code: what it was built for, and when that is wrong for a function."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.native import NativeFile, native_files, wheel_tags, wrong_for
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import bytes_by_package

X86, ARM = 62, 183


def elf(machine: int, order: int = 1) -> bytes:
    number = machine.to_bytes(2, "little" if order == 1 else "big")
    return b"\x7fELF\x02" + bytes([order]) + b"\1" + bytes(9) + b"\3\0" + number + bytes(100)


def package(root: Path, files: dict[str, bytes]) -> Package:
    with zipfile.ZipFile(root / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return inspect(root / "a.zip")


@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        ("a.cpython-314-x86_64-linux-gnu.so", elf(X86), ("linux", "x86_64", "cp314", "gnu")),
        ("a.cpython-314-aarch64-linux-gnu.so", elf(ARM), ("linux", "arm64", "cp314", "gnu")),
        ("a.cpython-312-aarch64-linux-musl.so", elf(ARM), ("linux", "arm64", "cp312", "musl")),
        ("a.cpython-314t-x86_64-linux-gnu.so", b"", ("linux", "x86_64", "cp314t", "gnu")),
        ("a.cpython-313-darwin.so", b"\xcf\xfa\xed\xfe" + bytes(60), ("darwin", None, "cp313", None)),
        ("a.cp313-win_amd64.pyd", b"MZ", ("windows", "x86_64", "cp313", None)),
        ("a.abi3.so", elf(ARM), ("linux", "arm64", "abi3", None)),
        ("libx.so.1.2", elf(X86), ("linux", "x86_64", None, None)),
        ("x.libs/libc.musl-x86_64.so.1", elf(X86), ("linux", "x86_64", None, "musl")),
        ("bin/tool", elf(ARM), ("linux", "arm64", None, None)),
        ("bootstrap", elf(X86, order=2), ("linux", "x86_64", None, None)),
        ("extensions/agent", elf(40), ("linux", "arm", None, None)),
        ("build/x.node", elf(243), ("linux", "ELF machine 243", None, None)),
    ],
)
def test_what_a_file_was_built_for(tmp_path: Path, name: str, header: bytes, expected: tuple[str | None, ...]) -> None:
    assert native_files(package(tmp_path, {name: header})) == (NativeFile(name, *expected),)


@pytest.mark.parametrize(
    ("name", "content"), [("bootstrap", b"#!/bin/sh\n"), ("bin/x", b""), ("a.so", b"\x7fELF"), ("x.py", elf(X86))]
)
def test_what_is_no_compiled_code(tmp_path: Path, name: str, content: bytes) -> None:
    assert native_files(package(tmp_path, {name: content})) == ()


@pytest.mark.parametrize(
    ("files", "architecture", "runtime", "reason"),
    [
        ({"m.cpython-314-x86_64-linux-gnu.so": elf(X86)}, "arm64", "python3.14", "architecture x86_64"),
        ({"m.cpython-314-x86_64-linux-gnu.so": elf(ARM)}, "arm64", "python3.14", "architecture x86_64"),
        ({"m.cpython-314-x86_64-linux-gnu.so": elf(X86)}, "x86_64", "python3.13", "is built for Python 3.14"),
        ({"m.cpython-314t-x86_64-linux-gnu.so": elf(X86)}, "x86_64", "python3.14", "Python 3.14 without its lock"),
        ({"m.cpython-314-x86_64-linux-musl.so": elf(X86)}, "x86_64", "python3.14", "musl"),
        ({"m.cpython-314-darwin.so": b""}, "arm64", "python3.14", "macOS"),
        ({"lib/libx.so.1": elf(X86)}, "arm64", None, "architecture x86_64"),
        ({"bootstrap": elf(X86)}, "arm64", "provided.al2023", "architecture x86_64"),
        ({"node_modules/@img/sharp-linux-x64/lib/a.node": elf(X86)}, "arm64", "nodejs22.x", "architecture x86_64"),
        (
            {"node_modules/@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node": elf(X86)},
            "x86_64",
            "nodejs22.x",
            "musl",
        ),
        ({"build/Release/b.node": b"MZ" + bytes(60)}, "x86_64", "nodejs22.x", "Windows"),
        ({"bootstrap": b"MZ" + bytes(60)}, "x86_64", "provided.al2023", "Windows"),
        ({"org/libx.so": elf(ARM)}, "x86_64", "java21", "architecture arm64"),
        (
            {"python/lib/python3.14/site-packages/m.cpython-313-x86_64-linux-gnu.so": elf(X86)},
            "x86_64",
            "python3.14",
            "Python 3.13",
        ),
        (
            {"numpy/m.cpython-313-x86_64-linux-gnu.so": elf(X86), "numpy.libs/libblas.so": elf(X86)},
            "x86_64",
            "python3.14",
            "Python 3.13",
        ),
        ({"bin/one": elf(X86), "bin/two": elf(ARM)}, "arm64", "python3.14", "architecture x86_64"),
        (
            {"node_modules/a/binding.node": elf(X86), "node_modules/b/binding.node": elf(ARM)},
            "arm64",
            "nodejs22.x",
            "architecture x86_64",
        ),
    ],
)
def test_what_cant_be_loaded(
    tmp_path: Path, files: dict[str, bytes], architecture: str, runtime: str | None, reason: str
) -> None:
    (misfit,) = wrong_for(package(tmp_path, files), architecture, runtime)
    assert reason in misfit.reason


@pytest.mark.parametrize(
    ("files", "architecture", "runtime"),
    [
        ({"m.cpython-314-aarch64-linux-gnu.so": elf(ARM)}, "arm64", "python3.14"),
        ({"m.abi3.so": elf(ARM), "n.so": elf(ARM), "lib/libx.so": elf(ARM)}, "arm64", "python3.14"),
        (
            {"m.cpython-314-x86_64-linux-gnu.so": elf(X86), "m.cpython-314-aarch64-linux-gnu.so": elf(ARM)},
            "arm64",
            "python3.14",
        ),
        (
            {"m.cpython-313-x86_64-linux-gnu.so": elf(X86), "m.cpython-314-x86_64-linux-gnu.so": elf(X86)},
            "x86_64",
            "python3.14",
        ),
        ({"prebuilds/linux-x64/a.node": elf(X86), "prebuilds/linux-arm64/a.node": elf(ARM)}, "arm64", "nodejs22.x"),
        (
            {"m.cpython-314-darwin.so": b"\xcf\xfa\xed\xfe", "m.cpython-314-x86_64-linux-gnu.so": elf(X86)},
            "x86_64",
            "python3.14",
        ),
        (
            {
                f"python/lib/python3.{minor}/site-packages/m.cpython-3{minor}-x86_64-linux-gnu.so": elf(X86)
                for minor in (13, 14)
            },
            "x86_64",
            "python3.14",
        ),
        ({"python/lib/python3.13/site-packages/m.cpython-313-x86_64-linux-gnu.so": elf(X86)}, "x86_64", "python3.14"),
        (
            {
                "node_modules/aws-crt/dist/bin/linux-x64-glibc/a.node": elf(X86),
                "node_modules/aws-crt/dist/bin/win32/b.node": b"MZ",
            },
            "x86_64",
            "nodejs22.x",
        ),
        (
            {
                "node_modules/.prisma/client/libquery_engine-linux-arm64-openssl-3.0.x.so.node": elf(ARM),
                "node_modules/@prisma/engines/libquery_engine-debian-openssl-3.0.x.so.node": elf(X86),
            },
            "arm64",
            "nodejs22.x",
        ),
        (
            {
                "node_modules/@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node": elf(X86),
                "node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node": elf(X86),
            },
            "x86_64",
            "nodejs22.x",
        ),
        ({"node_modules/@rollup/rollup-linux-x64-gnu/rollup.linux-x64-gnu.node": elf(X86)}, "arm64", "nodejs22.x"),
        (
            {"org/a/Linux/x86_64/liba.so": elf(X86), "org/a/Linux-Android/aarch64/liba.so": elf(ARM), "z.so": elf(8)},
            "x86_64",
            "java21",
        ),
        (
            {"runtimes/linux-x64/native/a.so": elf(X86), "runtimes/linux-armel/native/a.so": elf(40)},
            "x86_64",
            "dotnet10",
        ),
        ({"bin/tool.exe": b"MZ"}, "x86_64", "python3.14"),
        ({"node_modules/fsevents/fsevents.node": b"\xcf\xfa\xed\xfe" + bytes(60)}, "arm64", "nodejs22.x"),
        ({"m.cpython-313-aarch64-linux-gnu.so": elf(ARM)}, "arm64", None),
        (
            {
                "tool/attach_amd64.so": elf(X86),
                "tool-1.dist-info/RECORD": b"tool/attach_amd64.so,,\n",
                "tool-1.dist-info/WHEEL": b"Tag: py3-none-any\n",
            },
            "arm64",
            "python3.14",
        ),
    ],
)
def test_what_fits(tmp_path: Path, files: dict[str, bytes], architecture: str, runtime: str | None) -> None:
    assert wrong_for(package(tmp_path, files), architecture, runtime) == ()


@pytest.mark.parametrize(
    ("tags", "architecture", "runtime", "reason"),
    [
        ("cp314-cp314-manylinux_2_28_x86_64", "arm64", "python3.14", "is a wheel for x86_64"),
        ("cp313-cp313-manylinux_2_28_aarch64", "arm64", "python3.14", "is a wheel for Python 3.13"),
        ("cp311-cp311-manylinux_2_28_x86_64", "x86_64", "python3.11", "glibc 2.28, and python3.11 has 2.26"),
        ("cp311-cp311-manylinux_2_28_x86_64 cp311-cp311-manylinux_2_17_x86_64", "x86_64", "python3.11", ""),
        ("cp312-cp312-manylinux_2_28_x86_64", "x86_64", "python3.12", ""),
        ("cp314-cp314-musllinux_1_2_x86_64", "x86_64", "python3.14", "musl"),
        ("cp314-cp314-macosx_11_0_arm64", "arm64", "python3.14", "macOS"),
        ("cp39-abi3-manylinux2014_aarch64", "arm64", "python3.14", ""),
        ("py3-none-manylinux2014_aarch64", "arm64", "python3.14", ""),
        ("py3-none-any", "arm64", "python3.14", ""),
        ("nonsense", "arm64", "python3.14", ""),
    ],
)
def test_wheel_tags(tmp_path: Path, tags: str, architecture: str, runtime: str, reason: str) -> None:
    name = "python/x-1.0.dist-info/WHEEL"
    found = package(tmp_path, {name: "".join(f"Tag: {tag}\n" for tag in tags.split()).encode()})
    assert wheel_tags(found) == {name: tuple(tags.split())}
    misfits = wrong_for(found, architecture, runtime)
    assert [misfit.package for misfit in misfits] == (["x"] if reason else [])
    assert all(reason in misfit.reason for misfit in misfits)


def test_sizes_by_the_names_that_users_know(tmp_path: Path) -> None:
    found = package(
        tmp_path,
        {
            "python/yaml/__init__.py": b"1" * 10,
            "python/_yaml/__init__.py": b"1" * 5,
            "python/PyYAML-6.0.dist-info/RECORD": b"yaml/__init__.py,,\n_yaml/__init__.py,,\n",
            "python/numpy/core.so": b"1" * 1000,
            "python/numpy.libs/blas.so": b"1" * 500,
            "python/numpy-2.0.dist-info/METADATA": b"1" * 7,
            "python/six.py": b"1" * 3,
            "python/dateutil/x.py": b"1" * 4,
            "python/python_dateutil-2.dist-info/top_level.txt": b"dateutil",
            "python/google/auth/x.py": b"1" * 20,
            "python/google/rpc/x.py": b"1" * 30,
            "python/google_auth-1.dist-info/RECORD": b'"google/auth/x.py",,\n',
            "python/googleapis_common-1.dist-info/RECORD": b"google/rpc/x.py,,\n",
            "nodejs/node_modules/@scope/name/index.js": b"1" * 2,
            "nodejs/node_modules/left/index.js": b"1",
            "readme.md": b"",
        },
    )
    sizes = dict(bytes_by_package(found))
    assert next(iter(sizes)) == "numpy"
    assert sizes["numpy"] == 1507
    assert sizes["PyYAML"] == 15 + len(b"yaml/__init__.py,,\n_yaml/__init__.py,,\n")
    assert sizes["python_dateutil"] == 12
    assert sizes["google_auth"] == 20 + len(b'"google/auth/x.py",,\n')
    assert sizes["googleapis_common"] == 30 + len(b"google/rpc/x.py,,\n")
    assert (sizes["six.py"], sizes["@scope/name"], sizes["left"], sizes["readme.md"]) == (3, 2, 1, 0)
    assert sum(sizes.values()) == found.unpacked_bytes

"""What a package is built for: Lambda, or this machine."""

from __future__ import annotations

import platform
import sys

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import Target, this_machine
from constructs_lambda.packaging.install import for_target
from constructs_lambda.packaging.markers import holds


def machine(monkeypatch: pytest.MonkeyPatch, system: str, processor: str, libc: tuple[str, str]) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    monkeypatch.setattr(platform, "libc_ver", lambda: libc)


@pytest.mark.parametrize(
    ("system", "processor", "libc", "expected"),
    [
        ("darwin", "arm64", ("", ""), "aarch64-apple-darwin"),
        ("darwin", "x86_64", ("", ""), "x86_64-apple-darwin"),
        ("linux", "aarch64", ("glibc", "2.39"), "aarch64-manylinux_2_34"),
        ("linux", "x86_64", ("glibc", "2.34"), "x86_64-manylinux_2_34"),
        ("linux", "x86_64", ("glibc", "2.33"), "x86_64-manylinux_2_31"),
        ("linux", "x86_64", ("glibc", "2.30"), "x86_64-manylinux_2_28"),
        ("linux", "x86_64", ("glibc", "2.12"), "x86_64-manylinux_2_17"),
        ("linux", "x86_64", ("", ""), "x86_64-unknown-linux-musl"),
    ],
)
def test_wheels_that_this_machine_loads(
    monkeypatch: pytest.MonkeyPatch, system: str, processor: str, libc: tuple[str, str], expected: str
) -> None:
    machine(monkeypatch, system, processor, libc)
    target = this_machine()
    assert target.platform == expected
    assert target.runtime == f"python3.{sys.version_info.minor}"
    assert for_target(target)[:2] == ["--python-platform", expected]


def test_a_processor_that_lambda_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "linux", "riscv64", ("glibc", "2.39"))
    with pytest.raises(PackagingError, match="processor is 'riscv64'; packages are built for arm64, x86_64"):
        this_machine()


def test_markers_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, "darwin", "arm64", ("", ""))
    here, there = this_machine(), Target("python3.13", "arm64")
    for marker in ("sys_platform == 'darwin'", "platform_system == 'Darwin'"):
        assert (holds(marker, here), holds(marker, there)) == (True, False)
    assert (holds("sys_platform == 'linux'", here), holds("sys_platform == 'linux'", there)) == (False, True)


def test_a_target_of_this_machine_is_another_one() -> None:
    here = this_machine()
    there = Target(here.runtime, here.architecture)
    assert here != there
    assert str(here) == f"{there} of this machine"
    assert there.system == "linux"

"""What a package is built for: the Python version, and the wheels that the runtime's glibc can load."""

from __future__ import annotations

import dataclasses
import platform
import re
import sys

from constructs_lambda.errors import PackagingError
from constructs_lambda.runtimes import RUNTIMES, nearest

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}

# Amazon Linux 2023 has glibc 2.34. Amazon Linux 2 has 2.26, and of the tags below it uv knows only this one.
_MANYLINUX = {"amzn2023": "manylinux_2_34", "amzn2": "manylinux_2_17"}
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "x86_64": "x86_64"}
"""Processors as Python names them, and as Lambda does."""
_OF_MACHINES = ((2, 17), (2, 28), (2, 31), (2, 34))  # what uv knows up to that of Amazon Linux 2023


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A runtime and an architecture to build for.

    Args:
        runtime: A Python runtime's name, as `python3.13`.
        architecture: `arm64` (the default) or `x86_64`.
        is_here: Whether it is built for the operating system of this machine instead of Lambda's.

    Raises:
        PackagingError: If the runtime isn't a Python 3 runtime, or the architecture isn't one of the two.
    """

    runtime: str
    architecture: str = "arm64"
    is_here: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"python3\.\d{1,2}", self.runtime):
            near = nearest(self.runtime)
            hint = f"; did you mean {near}?" if near and near.startswith("python3.") else ""
            raise PackagingError(f"runtime {self.runtime!r} is not a Python 3 runtime such as python3.13{hint}")
        if self.architecture not in MACHINES:
            raise PackagingError(f"architecture {self.architecture!r} is not one of {', '.join(MACHINES)}")

    @property
    def python_version(self) -> str:
        """The Python version, as `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def platform(self) -> str:
        """The platform as uv names it: the newest wheels that the runtime's operating system can load."""
        if self.is_here:
            return f"{MACHINES[self.architecture]}-{_system_here()}"
        known = RUNTIMES.get(self.runtime)
        system = known.operating_system if known else "amzn2023"  # a runtime newer than this library
        return f"{MACHINES[self.architecture]}-{_MANYLINUX.get(system, _MANYLINUX['amzn2'])}"

    @property
    def system(self) -> str:
        """The operating system, as `sys.platform` names it."""
        return sys.platform if self.is_here else "linux"

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture}" + (" of this machine" if self.is_here else "")


LOCAL_CONTEXT = "constructs-lambda:local"
"""The context with which an app's packages are built for this machine."""


def this_machine() -> Target:
    """What can be loaded by the Python that runs this, on this machine.

    Raises:
        PackagingError: Lambda has no such processor.
    """
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise PackagingError(f"this machine's processor is {machine!r}; packages are built for {', '.join(MACHINES)}")
    return Target(f"python3.{sys.version_info.minor}", ARCHITECTURES[machine], is_here=True)


def _system_here() -> str:
    """This machine's operating system as uv names it, with the newest wheels that its C library can load."""
    if sys.platform == "darwin":
        return "apple-darwin"
    name, version = platform.libc_ver()
    if name != "glibc":
        return "unknown-linux-musl"
    found = tuple(map(int, version.split(".")[:2]))
    return "manylinux_{}_{}".format(*max((each for each in _OF_MACHINES if each <= found), default=_OF_MACHINES[0]))

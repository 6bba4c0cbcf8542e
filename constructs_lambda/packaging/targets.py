"""What a package is built for: the Python version, and the wheels that the runtime's glibc can load."""

from __future__ import annotations

import dataclasses
import re

from constructs_lambda.errors import PackagingError
from constructs_lambda.runtimes import RUNTIMES, nearest

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}

# Amazon Linux 2023 has glibc 2.34. Amazon Linux 2 has 2.26, and of the tags below it uv knows only this one.
_MANYLINUX = {"amzn2023": "manylinux_2_34", "amzn2": "manylinux_2_17"}


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A runtime and an architecture to build for.

    Args:
        runtime: A Python runtime's name, as `python3.13`.
        architecture: `arm64` (the default) or `x86_64`.

    Raises:
        PackagingError: If the runtime isn't a Python 3 runtime, or the architecture isn't one of the two.
    """

    runtime: str
    architecture: str = "arm64"

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
        known = RUNTIMES.get(self.runtime)
        system = known.operating_system if known else "amzn2023"  # a runtime newer than this library
        return f"{MACHINES[self.architecture]}-{_MANYLINUX.get(system, _MANYLINUX['amzn2'])}"

    def __str__(self) -> str:
        return f"{self.runtime} on {self.architecture}"

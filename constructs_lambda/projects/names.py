"""The name of a project, and what follows from it."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from collections.abc import Collection

from constructs_lambda.errors import InputError, one_line

_MAX_LENGTH = 63
"""As a label of a domain name may have: https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_SHOWN = 80


def names_of(name: str, reserved: Collection[str] = ()) -> dict[str, str]:
    """The variables that a name gives to every template.

    Args:
        name: The name, such as `my-service`.
        reserved: Names of packages that the project uses itself.

    Returns:
        `name` itself and `package` (`my_service`).

    Raises:
        InputError: It isn't in lower case with hyphens or longer than 63 characters, or a Python package can't be
            called that.
    """
    shown = one_line(name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}...")
    if not _NAME.fullmatch(name) or len(name) > _MAX_LENGTH:
        near = _nearest(name)
        raise InputError(
            f"the name {shown!r}: has to be lower-case letters and digits in words joined by single hyphens, a letter "
            f"first, at most {_MAX_LENGTH} characters; for example {near or 'my-service'!r}"
        )
    package = name.replace("-", "_")
    if keyword.iskeyword(package):
        taken = "is a keyword of Python"
    elif package in sys.stdlib_module_names or package == "test":
        taken = "is a module of Python itself"
    elif package in reserved:
        taken = "is a package that the project uses itself"
    else:
        return {"name": name, "package": package}
    raise InputError(f"the name {shown!r}: its package would be {package!r}, which {taken}; try '{name}-service'")


def _nearest(name: str) -> str | None:
    """A name that can be used, as near as can be."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)).encode("ascii", "ignore")
    near = "-".join(re.findall(r"[a-z0-9]+", plain.decode().lower())).lstrip("0123456789-")[:_MAX_LENGTH].rstrip("-")
    return near if _NAME.fullmatch(near) else None

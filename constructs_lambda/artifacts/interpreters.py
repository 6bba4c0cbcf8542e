"""What Python finds on Lambda before anybody adds anything: the standard library, and what the runtime brings."""

from __future__ import annotations

import sys
from collections.abc import Mapping

IN_RUNTIME = frozenset(
    {
        # The AWS SDK and what it needs, the runtime's own client and what that needs, and what Python itself installs.
        *("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six", "docutils", "awscrt"),
        *("awslambdaric", "simplejson", "snapshot_restore_py", "runtime_client", "bootstrap"),
        *("lambda_runtime_client", "lambda_runtime_exception", "lambda_runtime_marshaller"),
        *("pip", "setuptools", "pkg_resources"),
    }
)
"""Modules that a Python runtime may have beside the standard library; some are only in some of them."""

_NEVER_LISTED = frozenset({"__main__", "test"})  # what `sys.stdlib_module_names` leaves out


def _by_name(lists: Mapping[int, str]) -> dict[str, int]:
    return {name: minor for minor, names in lists.items() for name in names.split()}


# https://docs.python.org/3/whatsnew/: the last and the first minor version of Python 3 that has a module. The running
# Python may be older or newer than the function's.
_LAST = _by_name(
    {
        7: "macpath",
        8: "dummy_threading",
        9: "formatter parser symbol",
        10: "binhex",
        11: "asynchat asyncore distutils imp smtpd",
        12: "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd"
        " sunau telnetlib uu xdrlib",
    }
)
_FIRST = _by_name(
    {7: "contextvars dataclasses", 9: "graphlib zoneinfo", 11: "tomllib", 14: "annotationlib compression"}
)


def is_in_runtime(name: str, version: tuple[int, int] | None) -> bool:
    """Whether a runtime may have a module of this name, without the function's package and layers.

    Args:
        name: A top-level module.
        version: The Python of the runtime, None where it isn't known: then any version counts.
    """
    if name in IN_RUNTIME or name in _NEVER_LISTED:
        return True
    if name in _LAST or name in _FIRST:
        return version is None or _FIRST.get(name, 0) <= version[1] <= _LAST.get(name, version[1])
    return name in sys.stdlib_module_names


def versions_with(name: str) -> str:
    """Which versions of Python have a module that others lack, as `until 3.11`; empty where that isn't so."""
    if name in _LAST:
        return f"until 3.{_LAST[name]}"
    return f"since 3.{_FIRST[name]}" if name in _FIRST else ""

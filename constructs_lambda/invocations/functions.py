"""What a function is run with, wherever it was found, and what a command line may set on it."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.packaging.targets import ARCHITECTURES
from constructs_lambda.records import record

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""The runtime that this interpreter is."""
ARCHITECTURE = ARCHITECTURES.get(platform.machine(), "x86_64")
"""What Lambda calls this machine's processor."""
SETTABLE = frozenset(
    {"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
)
"""Variables that Lambda reserves and a command line may set: whose account is used is the developer's word."""
_OWN_FOLDERS = frozenset({"HOME", "TMPDIR"})
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


@record(kw_only=True)
class LocalFunction:
    """A function that can be run on this machine.

    Args:
        name: Its name.
        handler: Module and function, as `app.handler`.
        timeout_seconds: How long it may run.
        memory_mb: How much memory it has.
        code: Its package, a folder or a zip archive; or the text of its inline code.
        layers: The layers, folders or zip archives, in order.
        environment: Its variables.
        region: The Region it believes to be in.
        account: The AWS account it believes to be in.
        log_format: `JSON` or `Text`.
        log_level: From which level on it logs, where the format is JSON.
        tenant: The tenant that it is invoked for, empty where it isn't isolated by tenants.
        notes: What is different here, a sentence each.
    """

    name: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    code: Path | str
    layers: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    account: str = "123456789012"
    log_format: str = "JSON"
    log_level: str = "INFO"
    tenant: str = ""
    notes: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """The ARN that it was invoked by, as far as it can tell."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


@record(kw_only=True)
class Settings:
    """What a command line sets; it goes before what the function says itself.

    Args:
        handler: Module and function.
        timeout_seconds: Seconds.
        memory_mb: MB.
        environment: Variables by name.
        layers: Folders of layers, as `PythonLayer` takes them.
        tenant: Id of a tenant.

    Raises:
        InputError: What AWS would refuse, all at once.
    """

    handler: str | None = None
    timeout_seconds: int | None = None
    memory_mb: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[Path, ...] = ()
    tenant: str | None = None

    def __post_init__(self) -> None:
        """Refuses what AWS would refuse."""
        problems = []
        for option, value, limit in (
            ("--timeout", self.timeout_seconds, limits.FUNCTION_TIMEOUT),
            ("--memory", self.memory_mb, limits.FUNCTION_MEMORY),
        ):
            if value is not None and not limit.admits(value):
                problems.append(f"{option} is {limit.counted(value)}; AWS allows {limit.allowed}")
        if self.handler is not None and not self.handler.strip():
            problems.append("--handler is empty; it must be module and function, such as app.handler")
        if self.tenant is not None and not (
            limits.TENANT_ID_LENGTH.admits(len(self.tenant)) and re.fullmatch(limits.TENANT_ID_PATTERN, self.tenant)
        ):
            problems.append(
                f"--tenant {self.tenant!r}: an id has {limits.TENANT_ID_LENGTH.allowed}: letters, digits, spaces and "
                "._:/=+-@"
            )
        for name in self.environment:
            if not re.fullmatch(limits.ENVIRONMENT_KEY_PATTERN, name):
                problems.append(
                    f"--env {name!r}: a name starts with a letter and holds letters, digits and _, two at least"
                )
            elif name in limits.RESERVED_ENVIRONMENT_KEYS - SETTABLE:
                problems.append(f"--env {name}: Lambda sets this variable itself")
            elif name in _OWN_FOLDERS:
                problems.append(f"--env {name}: is a folder that is made for this run, and removed after it")
        if problems:
            raise InputError("\n".join(problems))

    def applied(self, function: LocalFunction) -> LocalFunction:
        """The function with the handler, timeout, memory and variables that are set here.

        Raises:
            InputError: Its variables are larger than AWS takes.
        """
        variables = {**function.environment, **self.environment}
        limit = limits.ENVIRONMENT_SIZE
        own = {name: value for name, value in variables.items() if name not in SETTABLE}
        size = len(json.dumps(own, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape"))
        if self.environment and not limit.admits(size):
            raise InputError(f"--env: all variables are {limit.counted(size)} as JSON; AWS allows {limit.allowed}")
        regions = (self.environment.get(name) for name in _REGIONS)
        return replace(
            function,
            handler=self.handler or function.handler,
            timeout_seconds=self.timeout_seconds or function.timeout_seconds,
            memory_mb=self.memory_mb or function.memory_mb,
            environment=variables,
            region=next(filter(None, regions), function.region),
            tenant=self.tenant or function.tenant,
        )

"""The keywords of `Function`: checked before anything is made, with the defaults filled in."""

from __future__ import annotations

import inspect
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, aws_iam, aws_lambda
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk import powertools, tenants
from constructs_lambda.cdk.inputs import refuse_no_switch, set_only
from constructs_lambda.cdk.options import JSII_NAMES
from constructs_lambda.cdk.profiles.applied import FROM_IMAGE, INVOKE_COMMAND, with_profiles
from constructs_lambda.cdk.properties import async_properties, function_properties, wrong_type
from constructs_lambda.cdk.reach import path_of, place
from constructs_lambda.cdk.triggers.base import event_sources
from constructs_lambda.errors import LimitError

if TYPE_CHECKING:
    from constructs_lambda.cdk.function import Function
    from constructs_lambda.findings import Finding

DEFAULT_MEMORY_MB = 128
DEFAULT_TIMEOUT_SECONDS = 3
_OWN_KEYWORDS = ("network", "reach", "usage", "monitor", "invoke_command")
_KEYWORDS = JSII_NAMES.keys() | _OWN_KEYWORDS


def checked(
    kind: type[Function],
    scope: Construct,
    id: str,
    options: Mapping[str, Any],
    *,
    is_managed: bool,
    others: Collection[str] = (),
) -> dict[str, Any]:
    """The keywords of `Function` that are set, with the defaults filled in, after all that can be known was checked.

    `network` has become CDK's keywords; `reach` is what the function must reach, `usage` how much it is used, and
    `invoke_command` whether an output says how it is invoked, where that was said.

    Args:
        kind: What is to be made.
        scope: The parent to be.
        id: The id to be.
        options: The keywords; what is None counts as not set. `code` may be missing.
        is_managed: Whether the function will run on Managed Instances.
        others: Keywords of a subclass, for the nearest name to one that doesn't exist.

    Raises:
        LimitError: What AWS would refuse, everything at once.
        InputError: It must reach private resources, and is in no network.
        TypeError: A keyword that doesn't exist, or a value of the wrong type.
    """
    _refuse_no_place(scope, id)
    given = {name: value for name, value in options.items() if value is not None}
    _refuse_unknown_keywords(kind, given, others)
    reach, unreachable = place(given, scope, id)
    usage = given.pop("usage", None)
    if usage is not None:
        from constructs_lambda.cdk.usage import refuse_wrong_usage

        refuse_wrong_usage(usage, path_of(scope, id), "AWS::Lambda::Function")
    if given.get("monitor") is not None:
        from constructs_lambda.cdk.monitors.monitor import refuse_no_monitor

        refuse_no_monitor(given["monitor"])
    refuse_no_switch(invoke_command=given.get(INVOKE_COMMAND))
    said = with_profiles(given, scope, is_managed=is_managed)
    invoke_command = said.pop(INVOKE_COMMAND, None)
    monitor = said.pop("monitor", None)
    is_image = said.get("handler") == FROM_IMAGE
    if (kind.sets_powertools or monitor) and (not is_image or "monitor" in given):
        said |= set_only(environment=powertools.environment(said, scope, monitor or None))
    keywords = {**defaults_of(said, is_managed), **said}
    if not can_be_extended(given.get("role")):
        keywords["tracing"] = given.get("tracing")  # Lambda refuses tracing with a role that may not write traces
    _refuse_what_aws_refuses(scope, id, keywords, is_managed, unreachable)
    return {**keywords, **set_only(reach=reach, usage=usage, monitor=monitor, invoke_command=invoke_command)}


def _refuse_no_place(scope: object, id: object) -> None:
    if not isinstance(scope, Construct):
        raise TypeError(f"scope must be a construct, such as a Stack; got {scope!r}")
    if not isinstance(id, str):
        raise TypeError(f"id must be a text; got {id!r}")


def _refuse_unknown_keywords(kind: type[Function], given: Mapping[str, Any], others: Collection[str]) -> None:
    if given.keys() <= _KEYWORDS:
        return
    from constructs_lambda.rules import nearest

    installed = inspect.signature(aws_lambda.Function.__init__).parameters  # may be newer than our list
    known = [*JSII_NAMES, *_OWN_KEYWORDS, *others]
    if unknown := [f"{name!r}{nearest(name, known)}" for name in given if name not in {*installed, *_OWN_KEYWORDS}]:
        raise TypeError(f"{kind.__name__}() got unexpected keyword arguments: {', '.join(unknown)}")


def defaults_of(given: Mapping[str, Any], is_managed: bool = False) -> dict[str, Any]:
    """What `Function` sets where nobody else says anything.

    Args:
        given: The keywords that are set.
        is_managed: Whether it runs on Managed Instances.
    """
    defaults: dict[str, Any] = {
        "memory_size": limits.MANAGED_INSTANCES_MEMORY.minimum if is_managed else DEFAULT_MEMORY_MB,
        "timeout": _default_timeout(),
        "tracing": aws_lambda.Tracing.ACTIVE,
    }
    if "log_format" not in given:
        defaults["logging_format"] = aws_lambda.LoggingFormat.JSON
    return defaults


@cache
def _default_timeout() -> Duration:
    return Duration.seconds(DEFAULT_TIMEOUT_SECONDS)


def _refuse_what_aws_refuses(
    scope: Construct, id: str, keywords: Mapping[str, Any], is_managed: bool, unreachable: Sequence[Finding]
) -> None:
    for name, value in keywords.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise TypeError(f"{name}: {value} is no number that a template can hold")
    try:
        properties = function_properties(keywords, is_managed=is_managed)
    except (AttributeError, TypeError) as error:
        raise wrong_type(keywords, error) from None
    from constructs_lambda.cdk.refusal import broken_in_function  # with the model and all rules

    findings = [*broken_in_function(properties, async_properties(keywords)), *unreachable]
    if "tenancy_config" in keywords:
        findings.extend(tenants.excluded("", event_sources(keywords.get("events", ()))))
    if findings:
        path = path_of(scope, id)
        raise LimitError([replace(finding, path=path) for finding in findings])


def can_be_extended(role: aws_iam.IRole | None) -> bool:
    """Whether a role takes the rights that our defaults need: CDK's own, or one that this app makes.

    Args:
        role: The role that was given, if any.
    """
    return role is None or isinstance(role, aws_iam.Role | aws_iam.LazyRole)

"""What a release checks before anything is made: types first, then what excludes each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aws_cdk import RemovalPolicy, Stack, Token, aws_iam, aws_lambda
from constructs import IConstruct

from constructs_lambda.cdk.inputs import set_only
from constructs_lambda.cdk.provisioned import Provisioned, least, most
from constructs_lambda.cdk.refusal import what_aws_refuses
from constructs_lambda.cdk.shifts import Shift
from constructs_lambda.findings import Finding
from constructs_lambda.model import Alias, Place
from constructs_lambda.model import Stack as StackModel
from constructs_lambda.template.companions import read_alias
from constructs_lambda.template.functions import read_function
from constructs_lambda.tokens import is_number_token

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch

_FUNCTION = "Function"
_RESERVED = "ReservedConcurrentExecutions"
_PREFIX = "CodeDeployHook_"
"""What AWS's policy AWSCodeDeployRoleForLambdaLimited lets CodeDeploy invoke, however qualified."""
_ARN = re.compile(
    r"arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)
_released: WeakKeyDictionary[IConstruct, dict[str, int | None]] = WeakKeyDictionary()
"""For each function the aliases of its releases, with what is provisioned on each for certain."""


def remember(function: aws_lambda.Function, alias_name: str, every: Sequence[Provisioned]) -> None:
    """Remembers a release, so that the next one of the function is added to it.

    Args:
        function: The function.
        alias_name: Name of the alias.
        every: What is provisioned on it.
    """
    _released.setdefault(function, {})[alias_name] = _certain(every)


def release_id(alias_name: str) -> str:
    """The id of a release within its function."""
    return f"Release-{alias_name}"


def alias_id(alias_name: str) -> str:
    """The id that CDK's `add_alias` gives, so that whoever comes from it keeps the alias."""
    return f"Alias{alias_name}"


def refuse_wrong_types(
    function: object,
    alias_name: object,
    shift: object,
    alarms: object,
    hooks: Mapping[str, object],
    removal_policy: object,
    description: object,
) -> None:
    """Refuses keywords of `Release` that are none.

    Raises:
        TypeError: One of them is of the wrong type.
    """
    if not isinstance(function, aws_lambda.Function):
        raise TypeError(f"function must be one of this app, whose versions can be published; got {function!r}")
    for name, text in (("alias_name", alias_name), ("description", description)):
        if not isinstance(text, str) and not (text is None and name == "description"):
            raise TypeError(f"{name} must be a text; got {text!r}")
    if Token.is_unresolved(alias_name):
        raise TypeError(f"alias_name must be known at synth, such as 'live'; got the token {alias_name!r}")
    if shift is not None and not isinstance(shift, Shift):
        raise TypeError(f"shift must be a Shift, such as Shift.canary(); got {shift!r}")
    if isinstance(alarms, str) or not isinstance(alarms, Sequence):
        raise TypeError(f"alarms must be a list of alarms; got {alarms!r}")
    for alarm in alarms:
        if not hasattr(alarm, "alarm_arn"):
            raise TypeError(f"alarms holds alarms, such as an aws_cloudwatch.Alarm; got {alarm!r}")
    for name, hook in hooks.items():
        if not hasattr(hook, "function_arn"):
            raise TypeError(f"{name} must be a function; got {hook!r}")
    if removal_policy is not None and not isinstance(removal_policy, RemovalPolicy):
        raise TypeError(f"removal_policy must be such as RemovalPolicy.DESTROY; got {removal_policy!r}")


def excluded(
    function: aws_lambda.Function, alias_name: str, every: Sequence[Provisioned], description: str | None
) -> list[Finding]:
    """What the rules find in the function, its other releases and this one: what AWS would refuse.

    Args:
        function: The function.
        alias_name: Name of the alias.
        every: What is to be provisioned on it.
        description: Description of the alias.
    """
    place = Place(function.node.path, _FUNCTION)
    certain = _certain(every)
    alias = _alias(place, alias_name, most(every) if certain is None else certain, description)
    others = {name: _alias(place, name, number) for name, number in _released.get(function, {}).items()}
    properties = _properties_of(function)
    # Scaling reaches its maximum only while AWS has so much, so only what is there for certain is added up.
    sums = {**others, alias_name: _alias(place, alias_name, certain)}
    stack = StackModel(place=place, functions={_FUNCTION: read_function(properties, place)}, aliases=sums)
    subjects: list[Any] = [alias, stack]
    if certain is None:
        unreserved = read_function({**properties, _RESERVED: None}, place)
        subjects.append(replace(stack, functions={_FUNCTION: unreserved}, aliases={alias_name: alias}))
    return what_aws_refuses(subjects, alias.place)


def _certain(every: Sequence[Provisioned]) -> int | None:
    number = least(every)
    return None if is_number_token(number) or number < 1 else number


def _alias(place: Place, name: str, provisioned: int | None, description: str | None = None) -> Alias:
    properties: dict[str, Any] = {
        "FunctionName": {"Ref": _FUNCTION},
        "FunctionVersion": {"Fn::GetAtt": ["CurrentVersion", "Version"]},
        "Name": name,
        **set_only(Description=description),
    }
    if provisioned is not None:
        properties["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": provisioned}
    return read_alias(properties, Place(f"{place.path}/{alias_id(name)}"))


def _properties_of(function: aws_lambda.Function) -> dict[str, Any]:
    resource = function.node.default_child
    if not isinstance(resource, aws_lambda.CfnFunction):
        return {}
    given = {
        "SnapStart": resource.snap_start,
        "TenancyConfig": resource.tenancy_config,
        _RESERVED: resource.reserved_concurrent_executions,
        "CapacityProviderConfig": resource.capacity_provider_config,
    }
    resolved = Stack.of(function).resolve({name: value for name, value in given.items() if value is not None})
    properties: dict[str, Any] = _as_written(resolved)
    return properties


def _as_written(value: Any) -> Any:
    """CloudFormation's names for CDK's."""
    if isinstance(value, Mapping):
        return {f"{name[:1].upper()}{name[1:]}": _as_written(each) for name, each in value.items()}
    return value


def taken(function: aws_lambda.Function, alias_name: str) -> Iterator[str]:
    """What is wrong where the function has such an alias.

    Args:
        function: The function.
        alias_name: Name of the alias.
    """
    if any(function.node.try_find_child(id) is not None for id in (release_id(alias_name), alias_id(alias_name))):
        yield f"the function has an alias {alias_name!r} already. Fix: use that one, or another alias_name."


def same_alarms(alarms: Sequence[aws_cloudwatch.IAlarm]) -> Iterator[str]:
    """What is wrong where an alarm is given twice, which CodeDeploy refuses.

    Args:
        alarms: The alarms that are given.
    """
    names = Counter(alarm.alarm_name for alarm in alarms)
    for alarm in {each.alarm_name: each for each in alarms if names[each.alarm_name] > 1}.values():
        yield f"alarms has {alarm.node.path} more than once; CodeDeploy takes each alarm once. Fix: keep one."


def without_shift(alarms: Sequence[object], hooks: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with alarms and hooks where nothing shifts.

    Args:
        alarms: The alarms that are given.
        hooks: The hooks that are given, by keyword.
    """
    names = [*(["alarms"] if alarms else []), *hooks]
    if names:
        yield (
            f"{', '.join(names)} given without a shift, in which alone CodeDeploy looks at them. Fix: "
            "shift=Shift.canary(), or Shift.all_at_once()."
        )


def wrong_hooks(
    function: aws_lambda.Function, hooks: Mapping[str, aws_lambda.IFunction], *, is_watched: bool
) -> Iterator[str]:
    """What is wrong with hooks: they need the deployment group, which needs the alias, which needs them.

    Args:
        function: The function.
        hooks: The hooks that are given, by keyword.
        is_watched: Whether an alarm of our own looks at the version, so that the group needs the function.
    """
    own = Stack.of(function).node.path
    for name, hook in hooks.items():
        if hook.node.path == function.node.path:
            yield f"{name} is the function itself. Fix: a function of its own that tests the new version."
        elif _is_published_from(hook, function):
            yield f"{name} is a version or an alias of the function. Fix: a function of its own that tests it."
        elif Stack.of(hook).node.path != own:
            yield (
                f"{name} stands in {Stack.of(hook).node.path}, and the two stacks would need each other. Fix: make it "
                f"in {own}."
            )
        elif problem := _wrong_kind(name, hook) or _wrong_import(name, hook, Stack.of(function)):
            yield problem
        elif is_watched and _share_a_role(function, hook):
            yield (
                f"{name} has the role of the function, which would need the deployment group, whose alarm needs the "
                "function. Fix: give it a role of its own."
            )


def _wrong_kind(name: str, hook: aws_lambda.IFunction) -> str:
    """What is wrong with a hook that Lambda refuses to run for CodeDeploy, which invokes it by its name."""
    if hook.tenancy_config is not None:
        return (
            f"{name} is {hook.node.path}, which has tenant isolation, and CodeDeploy names no tenant. Fix: a function "
            "without it."
        )
    resource = hook.node.default_child
    if isinstance(resource, aws_lambda.CfnFunction) and resource.durable_config is not None:
        return (
            f"{name} is the durable function {hook.node.path}, which Lambda runs by a version or an alias only. Fix: "
            "its alias, or a function that isn't durable."
        )
    return ""


def _wrong_import(name: str, hook: aws_lambda.IFunction, stack: Stack) -> str:
    """What is wrong with a hook that is imported by its ARN: CodeDeploy knows it by the name alone."""
    if _cant_be_let_in(hook, stack):
        return (
            f"{name} is imported so that CDK doesn't know its account, and can't let CodeDeploy invoke it. Fix: "
            "Function.from_function_attributes(..., same_environment=True)."
        )
    match = _ARN.fullmatch(hook.function_arn)
    if match is None:
        return ""
    for what, theirs, ours in (("account", match["account"], stack.account), ("Region", match["region"], stack.region)):
        if not Token.is_unresolved(ours) and theirs != ours:
            return (
                f"{name} is in the {what} {theirs}, and CodeDeploy looks for it in {ours}. Fix: a function of the same "
                "account and Region."
            )
    if match["qualifier"] and match["qualifier"] not in hook.function_name and not match["name"].startswith(_PREFIX):
        return (
            f"{name} is {match['name']}:{match['qualifier']}, and CodeDeploy invokes {match['name']}, for which its "
            "role gets no right. Fix: import it without a version or alias."
        )
    return ""


def _cant_be_let_in(hook: aws_lambda.IFunction, stack: Stack) -> bool:
    """Whether CDK refuses to let a role of the stack invoke it, which it would only say once the alias is made."""
    is_known = Token.is_unresolved(hook.env.account) is Token.is_unresolved(stack.account)
    if is_known or getattr(hook, "_can_create_permissions", True):
        return False
    try:
        hook.grant_invoke(aws_iam.ArnPrincipal(f"arn:{stack.partition}:iam::{stack.account}:root"))
    except RuntimeError:
        return True
    return False  # skip_permissions=True


def _is_published_from(hook: aws_lambda.IFunction, function: aws_lambda.Function) -> bool:
    if not isinstance(hook, aws_lambda.Version | aws_lambda.Alias):
        return False
    return bool(hook.lambda_.node.path == function.node.path)


def _share_a_role(function: aws_lambda.Function, hook: aws_lambda.IFunction) -> bool:
    """An imported role may get no rights at all, so nothing is certain of one."""
    ours, theirs = function.role, hook.role
    if not isinstance(ours, aws_iam.Role) or theirs is None:
        return False
    return bool(ours.node.path == theirs.node.path)

"""`Shift`: how the requests of a release move from one version to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack, aws_cloudwatch, aws_iam, aws_lambda
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import beyond, refuse_no_number, refuses_unknown_keywords
from constructs_lambda.cdk.role_findings import inline_policies
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.tokens import is_number_token

if TYPE_CHECKING:
    from aws_cdk import aws_codedeploy

_NAMES = ("canary", "linear", "all_at_once")
_PREDEFINED = {
    ("canary", 10, 5): "CANARY_10_PERCENT_5_MINUTES",
    ("canary", 10, 10): "CANARY_10_PERCENT_10_MINUTES",
    ("canary", 10, 15): "CANARY_10_PERCENT_15_MINUTES",
    ("canary", 10, 30): "CANARY_10_PERCENT_30_MINUTES",
    ("linear", 10, 1): "LINEAR_10_PERCENT_EVERY_1_MINUTE",
    ("linear", 10, 2): "LINEAR_10_PERCENT_EVERY_2_MINUTES",
    ("linear", 10, 3): "LINEAR_10_PERCENT_EVERY_3_MINUTES",
    ("linear", 10, 10): "LINEAR_10_PERCENT_EVERY_10_MINUTES",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How the requests of an alias move to a new version: what one of the methods below makes.

    `Shift.canary()`, `Shift.linear()`, `Shift.all_at_once()`. CodeDeploy does it, while CloudFormation waits; the first
    deployment has nothing to shift.

    Args:
        name: The method that made it.
        percentage: Per cent of the requests that each step moves.
        interval: Time between the steps.
    """

    name: str
    percentage: int = 100
    interval: Duration | None = None

    def __post_init__(self) -> None:
        if self.name not in _NAMES:
            raise TypeError(f"name must be one of {', '.join(_NAMES)}; got {self.name!r}")
        refuse_no_number(percentage="None" if self.percentage is None else self.percentage)
        if not isinstance(self.interval, Duration) and (self.is_gradual or self.interval is not None):
            raise TypeError(f"interval must be a Duration, such as Duration.minutes(5); got {self.interval!r}")

    @classmethod
    @refuses_unknown_keywords
    def canary(cls, *, percentage: int = 10, interval: Duration | None = None) -> Shift:
        """A share at first, and the rest after a while.

        Args:
            percentage: Per cent of the requests that go to the new version at first.
            interval: For how long. 5 minutes where it isn't given.

        Raises:
            TypeError: A value of the wrong type.
        """
        return cls(name="canary", percentage=percentage, interval=interval or Duration.minutes(5))

    @classmethod
    @refuses_unknown_keywords
    def linear(cls, *, percentage: int = 10, interval: Duration | None = None) -> Shift:
        """A share, and another one after each interval, until all is moved.

        Args:
            percentage: Per cent of the requests that each step moves.
            interval: Time between two steps. 1 minute where it isn't given.

        Raises:
            TypeError: A value of the wrong type.
        """
        return cls(name="linear", percentage=percentage, interval=interval or Duration.minutes(1))

    @classmethod
    @refuses_unknown_keywords
    def all_at_once(cls) -> Shift:
        """All of them in one step, once a hook has said that the new version is well."""
        return cls(name="all_at_once")

    @property
    def is_gradual(self) -> bool:
        """Whether both versions are invoked for a while, so that one can be watched."""
        return self.name != "all_at_once"


def problems(shift: Shift) -> Iterator[str]:
    """What CodeDeploy would refuse.

    Args:
        shift: How requests are to move.
    """
    if not shift.is_gradual:
        return
    yield from beyond("percentage", shift.percentage, limits.TRAFFIC_SHIFT_PERCENTAGE, fix="10 is usual")
    minutes = _minutes(shift)
    if minutes is None:
        return
    if minutes != int(minutes):
        yield f"interval is {minutes * 60:g} s, and CodeDeploy counts whole minutes. Fix: Duration.minutes(5), for one."
        return
    steps = ceil(100 / shift.percentage) - 1 if shift.name == "linear" and shift.percentage > 0 else 1
    between = minutes * max(steps, 1)
    if not limits.TRAFFIC_SHIFT_MINUTES.admits(between):
        limit = limits.TRAFFIC_SHIFT_MINUTES
        apart = limit.counted(int(between))
        yield f"first and last step are {apart} apart; AWS allows {limit.allowed}. Fix: another interval."


def _minutes(shift: Shift) -> float | None:
    if shift.interval is None or shift.interval.is_unresolved():
        return None
    return float(shift.interval.to_milliseconds()) / 60_000


def deployment_role(
    scope: Construct, alias_arn: str, alarms: Sequence[aws_cloudwatch.IAlarm], hooks: Mapping[str, aws_lambda.IFunction]
) -> tuple[aws_iam.Role, aws_iam.Policy]:
    """The role in which CodeDeploy shifts one alias: what of AWS's AWSCodeDeployRoleForLambdaLimited that takes.

    Its rights stand beside it. Hooks have a right that names the deployment group, which names the role: where the role
    named the hooks, or a function with the same role as one, the circle would be closed.

    Args:
        scope: Where it is made.
        alias_arn: The alias, by an ARN that doesn't refer to it: it is made after the deployment group.
        alarms: What CodeDeploy looks at.
        hooks: What it invokes.

    Returns:
        The role, and its rights, which have to be there before the alias is changed.
    """
    function_arn, _, _ = alias_arn.rpartition(":")
    # Of a composite alarm nobody is told who may not ask for all.
    is_known = all(isinstance(each, aws_cloudwatch.Alarm) for each in alarms)
    rights = {
        ("lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"): [function_arn, alias_arn],
        ("cloudwatch:DescribeAlarms",): [each.alarm_arn for each in alarms] if is_known else ["*"],
        ("lambda:InvokeFunction",): [each.function_arn for each in hooks.values()],
    }
    principal = aws_iam.ServicePrincipal("codedeploy.amazonaws.com")
    role = aws_iam.Role(scope, "DeploymentRole", assumed_by=principal)
    policy = aws_iam.Policy(
        scope,
        "DeploymentPolicy",
        roles=[role],
        statements=[
            aws_iam.PolicyStatement(actions=list(actions), resources=resources)
            for actions, resources in rights.items()
            if resources
        ],
    )
    before_synth(scope).expect(policy, inline_policies)
    return role, policy


def shared_config_id(shift: Shift) -> str:
    """The id of a configuration of the account's own, which all releases of a stack share: an account has few."""
    return f"DeploymentConfig{shift.name.capitalize()}{shift.percentage}Percent{int(_minutes(shift) or 0)}Minutes"


def deployment_config(shift: Shift, scope: Construct) -> aws_codedeploy.ILambdaDeploymentConfig:
    """AWS's own configuration where it has one, else one of the account's, the same for all releases of a stack.

    Args:
        shift: How requests are to move.
        scope: The release.
    """
    from aws_cdk import aws_codedeploy  # loaded only where there is a shift

    if not shift.is_gradual or shift.interval is None:
        return aws_codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE
    if name := _PREDEFINED.get((shift.name, shift.percentage, int(_minutes(shift) or 0))):
        predefined: aws_codedeploy.ILambdaDeploymentConfig = getattr(aws_codedeploy.LambdaDeploymentConfig, name)
        return predefined
    id = "DeploymentConfig"
    if _minutes(shift) is not None and not is_number_token(shift.percentage):
        scope, id = Stack.of(scope), shared_config_id(shift)
    shared = scope.node.try_find_child(id)
    if isinstance(shared, aws_codedeploy.LambdaDeploymentConfig):
        return shared
    routing = aws_codedeploy.TrafficRouting
    make = routing.time_based_canary if shift.name == "canary" else routing.time_based_linear
    return aws_codedeploy.LambdaDeploymentConfig(
        scope, id, traffic_routing=make(percentage=shift.percentage, interval=shift.interval)
    )

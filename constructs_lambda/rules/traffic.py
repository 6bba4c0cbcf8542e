"""CL715 to CL717: traffic that CodeDeploy shifts from one version of a function to the next."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Alias, DeploymentConfig, DeploymentGroup, Link, Stack, Target
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted
from constructs_lambda.tokens import known

_CONFIGS = "https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html"
_UPDATES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html"
_PREDEFINED = "CodeDeployDefault."
_MINUTES = {"Canary": (5, 10, 15, 30), "Linear": (1, 2, 3, 10)}
PREDEFINED = (
    f"{_PREDEFINED}LambdaAllAtOnce",
    *(f"{_PREDEFINED}LambdaCanary10Percent{minutes}Minutes" for minutes in _MINUTES["Canary"]),
    f"{_PREDEFINED}LambdaLinear10PercentEvery1Minute",
    *(f"{_PREDEFINED}LambdaLinear10PercentEvery{minutes}Minutes" for minutes in _MINUTES["Linear"][1:]),
)
"""The steps for Lambda that CodeDeploy has by itself."""
_STYLES = ("WITH_TRAFFIC_CONTROL", "BLUE_GREEN")


@rule(
    "CL715",
    "Steps of a deployment not allowed",
    Severity.ERROR,
    aws="CodeDeploy refuses the deployment configuration.",
    fix="Shift 1 to 99 % at a time, within 2 days.",
    source=limits.TRAFFIC_SHIFT_PERCENTAGE.source,
)
def steps(config: DeploymentConfig) -> Iterator[Problem]:
    kinds = ("TimeBasedCanary", "TimeBasedLinear", "AllAtOnce")
    yield from one_of("TrafficRoutingConfig.Type", "the type of the steps", config.kind, kinds)
    kind = known(config.kind) or ""
    name = kind.removeprefix("TimeBased")
    for part, what, value, limit in (
        ("Percentage", "the share of a step", config.percentage, limits.TRAFFIC_SHIFT_PERCENTAGE),
        ("Interval", "the time between steps", config.minutes, limits.TRAFFIC_SHIFT_MINUTES),
    ):
        prop = f"TrafficRoutingConfig.{kind}.{name}{part}"
        yield from number_problem(prop, what, value, limit, f"Choose {limit.allowed}.")


@rule(
    "CL716",
    "Alias that CodeDeploy can't shift",
    Severity.ERROR,
    aws="CodeDeploy refuses the deployment: it shifts an alias from one published version to another, in steps that "
    "are for Lambda.",
    fix="Point the alias at a published version, and choose steps for Lambda.",
    source=_CONFIGS,
)
def shifted(stack: Stack) -> Iterator[Problem]:
    for alias in stack.aliases.values():
        if alias.shift is None or alias.place.conditional:
            continue
        if known(alias.version) == "$LATEST":
            message = "CodeDeploy shifts the alias, which points at $LATEST"
            yield Problem("FunctionVersion", message, "Point it at a published version.", alias.place)
        group = _group(stack, alias.shift)
        if group is not None:
            yield from _settings(group)
            yield from _platform(stack, group)


def _settings(group: DeploymentGroup) -> Iterator[Problem]:
    config = known(group.config)
    if config is not None and config.startswith(_PREDEFINED) and config not in PREDEFINED:
        what = "is not for Lambda" if "Lambda" not in config else "is none that CodeDeploy has"
        message = f"the deployment configuration {quoted(config)} {what}"
        yield Problem("DeploymentConfigName", message, f"Write one such as {PREDEFINED[1]}.", group.place)
    for name, value, expected in zip(("Option", "Type"), (group.option, group.type), _STYLES, strict=True):
        if known(value) not in (None, expected):
            message = f"the deployment's style is {value}; Lambda takes {expected}"
            yield Problem(f"DeploymentStyle.Deployment{name}", message, f"Write {expected}.", group.place)


def _platform(stack: Stack, group: DeploymentGroup) -> Iterator[Problem]:
    link = group.application_link
    is_here = isinstance(link, Link) and link.kind == "resource"
    application = stack.deployment_applications.get(link.name) if is_here and isinstance(link, Link) else None
    if application is None or application.place.conditional:
        return
    platform = "Server" if application.platform is None else known(application.platform)
    if platform not in (None, "Lambda"):
        message = f"CodeDeploy shifts a Lambda alias with the application, which is for the platform {quoted(platform)}"
        yield Problem("ComputePlatform", message, "Write Lambda.", application.place)


def _group(stack: Stack, link: Target) -> DeploymentGroup | None:
    return stack.deployment_groups.get(link.name) if isinstance(link, Link) and link.kind == "resource" else None


@rule(
    "CL717",
    "Alias that CodeDeploy may fail to shift",
    Severity.WARNING,
    aws="CodeDeploy runs one deployment of a group at a time: an update of both aliases fails. It shifts an alias from "
    "the one version that it points at, and sets the weights itself.",
    fix="Give each alias a deployment group of its own, and no RoutingConfig.",
    source=_UPDATES,
)
def shared_group(stack: Stack) -> Iterator[Problem]:
    first: dict[str, Alias] = {}
    for alias in stack.aliases.values():
        weights = known(alias.weights)
        if alias.shift is not None and weights and not alias.place.conditional:
            message = "CodeDeploy shifts the alias, which splits its invocations by RoutingConfig already"
            yield Problem("RoutingConfig", message, "Remove RoutingConfig; CodeDeploy sets the weights.", alias.place)
        group = _group(stack, alias.shift)
        if group is None or alias.place.conditional:
            continue
        other = first.setdefault(group.place.resource, alias)
        if other is not alias:
            message = f"the alias has the deployment group of {other.place.path}: {group.place.path}"
            yield Problem("", message, "Give each alias a deployment group of its own.", alias.place)

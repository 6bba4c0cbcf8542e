"""CL710 to CL714: auto scaling of provisioned concurrency."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function, Number, ScalableTarget, Stack, TrackingPolicy, scaled_alias
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, or_raise, quoted, unless_raised
from constructs_lambda.rules.snap_start import uses_snap_start
from constructs_lambda.rules.totals import available
from constructs_lambda.tokens import known

_LAMBDA = "https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-lambda.html"
_SCHEDULED = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"
_DIMENSION = "lambda:function:ProvisionedConcurrency"
_SCHEDULES = ("at(", "cron(", "rate(")


@rule(
    "CL710",
    "Bounds of auto scaling not allowed",
    Severity.ERROR,
    aws="Application Auto Scaling refuses a minimum above the maximum, a negative one, and a scheduled action that "
    "sets neither.",
    fix="Set a minimum and a maximum, the minimum not above the maximum.",
    source=limits.SCALABLE_CAPACITY.source,
)
def bounds(target: ScalableTarget) -> Iterator[Problem]:
    yield from _bounds("", "the scalable target", target.minimum, target.maximum)
    for index, action in enumerate(target.actions):
        prop = f"ScheduledActions.{index}.ScalableTargetAction"
        what = f"the scheduled action {quoted(known(action.name) or str(index))}"
        yield from _bounds(f"{prop}.", what, action.minimum, action.maximum)
        if action.minimum is None and action.maximum is None:
            yield Problem(prop, f"{what} sets neither a minimum nor a maximum", "Set one of them, or both.")
        schedule = known(action.schedule)
        if schedule is not None and not (schedule.startswith(_SCHEDULES) and schedule.endswith(")")):
            message = f"the schedule {quoted(schedule)} of {what} is none; AWS takes at(...), rate(...) and cron(...)"
            yield Problem(f"ScheduledActions.{index}.Schedule", message, "Write cron(0 8 * * ? *), for example.")


def _bounds(prefix: str, what: str, minimum: Number, maximum: Number) -> Iterator[Problem]:
    for name, word, value in (("MinCapacity", "minimum", minimum), ("MaxCapacity", "maximum", maximum)):
        yield from number_problem(
            f"{prefix}{name}", f"the {word} of {what}", value, limits.SCALABLE_CAPACITY, "Choose 0 or more."
        )
    least, most = known(minimum), known(maximum)
    if least is not None and most is not None and least > most:
        message = f"{what} has a minimum of {least:,} and a maximum of {most:,}"
        yield Problem(f"{prefix}MinCapacity", message, "Raise the maximum or lower the minimum.")


@rule(
    "CL711",
    "Auto scaling of what can't be scaled",
    Severity.ERROR,
    aws="Application Auto Scaling refuses the target: concurrency is provisioned on an alias or a version, never on "
    "$LATEST or the function itself.",
    fix="Write function:<name>:<alias or version> as the resource id.",
    source=_LAMBDA,
)
def scalable(target: ScalableTarget) -> Iterator[Problem]:
    fix = "Write function:<name>:<alias>, with an alias of the function."
    shown = quoted(known(target.resource_id) or "the id")
    if target.is_wrong:
        yield Problem("ResourceId", f"{shown} is no function's resource id", fix)
    elif target.qualifier is None and (target.function or target.function_name):
        yield Problem("ResourceId", "the resource id names a function without an alias or version", fix)
    elif known(target.qualifier) == "$LATEST":
        yield Problem("ResourceId", "the resource id names $LATEST, which can't have provisioned concurrency", fix)
    yield from one_of("ScalableDimension", "the scalable dimension", target.dimension, (_DIMENSION,))
    yield from one_of("ServiceNamespace", "the service namespace", target.namespace, ("lambda",))


@rule(
    "CL712",
    "Target utilization out of range",
    Severity.WARNING,
    aws="The target is a share of the provisioned concurrency: above 0.9 it is met too late or never, below 0.1 nearly "
    "all stays idle.",
    fix="Choose 0.1 to 0.9; 0.7 is usual.",
    source=limits.PROVISIONED_UTILIZATION.source,
)
def utilization(policy: TrackingPolicy) -> Iterator[Problem]:
    target, limit = known(policy.target), limits.PROVISIONED_UTILIZATION
    if target is not None and not limit.admits(round(target * 100, 6)):
        yield Problem(
            "TargetTrackingScalingPolicyConfiguration.TargetValue",
            f"the target utilization is {target:,}; it is a share, and {(limit.minimum or 0) / 100} to "
            f"{(limit.maximum or 0) / 100} of the provisioned concurrency make sense",
            f"Write {target / 100:g}." if limit.admits(target) else "Choose 0.1 to 0.9; 0.7 is usual.",
        )


@rule(
    "CL713",
    "Auto scaling beyond what there is",
    Severity.WARNING,
    aws="The Lambda API refuses to provision more than the function has reserved, or the account has, and scaling ends "
    "there.",
    fix="Lower the maximum, or reserve more.",
    source=limits.PROVISIONED_CONCURRENCY.source,
)
def beyond(stack: Stack, context: Context) -> Iterator[Problem]:
    for target in stack.scalable_targets.values():
        function = stack.function_of(target.function)
        actions = enumerate(target.actions)
        maxima = [
            ("MaxCapacity", known(target.maximum)),
            *((f"ScheduledActions.{i}.ScalableTargetAction.MaxCapacity", known(each.maximum)) for i, each in actions),
        ]
        certain = ((prop, number) for prop, number in maxima if number is not None)
        prop, most = max(certain, key=_number, default=("", 0))
        if function is None or not most:
            continue
        reserved = known(function.reserved_concurrency)
        account, quota = available(context, target.place)
        if reserved is not None and reserved >= 0 and most > reserved:
            message = f"auto scaling goes up to {most:,}, but {function.place.path} has reserved {reserved:,}"
            yield Problem(prop, message, "Lower the maximum, or reserve more for the function.", target.place)
        elif function.reserved_concurrency is None and most > account:
            whole = f"{quota.counted(quota.maximum)}{unless_raised(quota)}"
            message = f"auto scaling goes up to {most:,}, and the account can provision {account:,} of {whole}"
            yield Problem(prop, message, or_raise("Lower the maximum", quota), target.place)


def _number(pair: tuple[str, int | float]) -> int | float:
    return pair[1]


@rule(
    "CL714",
    "Auto scaling of a function that excludes it",
    Severity.ERROR,
    aws="The Lambda API refuses provisioned concurrency with SnapStart, with tenant isolation and on $LATEST, so "
    "nothing is ever provisioned.",
    fix="Keep auto scaling, or what it excludes.",
    source=limits.PROVISIONED_CONCURRENCY.source,
)
def excluded(stack: Stack) -> Iterator[Problem]:
    for target in stack.scalable_targets.values():
        function, alias = stack.function_of(target.function), scaled_alias(stack, target)
        if function is None or target.place.conditional:
            continue
        for what in _exclusions(function):
            message = f"auto scaling provisions concurrency for {function.place.path}, whose {what} excludes it"
            yield Problem("ResourceId", message, f"Remove the scalable target, or do without {what}.", target.place)
        if alias and known(alias.version) == "$LATEST":
            message = f"the alias {alias.place.path} points at $LATEST, which can't have provisioned concurrency"
            yield Problem("ResourceId", message, "Point the alias at a published version.", target.place)


def _exclusions(function: Function) -> Iterator[str]:
    if uses_snap_start(function):
        yield "SnapStart"
    if known(function.tenant_isolation) == "PER_TENANT":
        yield "tenant isolation"

"""CL710 to CL714, CL718 and CL719: auto scaling of provisioned concurrency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function, Number, ScalableTarget, Scaled, TrackingPolicy
from constructs_lambda.rules import Context, Problem, nearest, rule
from constructs_lambda.rules.problems import number_problem, one_of, or_raise, quoted, too_long, unless_raised
from constructs_lambda.rules.senders import wrong_numbers
from constructs_lambda.rules.snap_start import uses_snap_start
from constructs_lambda.rules.totals import available
from constructs_lambda.tokens import known

_LAMBDA = "https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-lambda.html"
_SCHEDULED = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"
_DIMENSION = "lambda:function:ProvisionedConcurrency"
_SCHEDULES = ("at(", "cron(", "rate(")
_CRON_FIELDS = 6
_MOST_SHOWN = 5


@rule(
    "CL710",
    "Bounds of auto scaling not allowed",
    Severity.ERROR,
    aws="Application Auto Scaling refuses a minimum above the maximum, a negative one, and a scheduled action that "
    "sets neither, whose schedule is none, or whose name is too long or has a colon, a slash or a bar.",
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
        name, schedule = known(action.name), known(action.schedule)
        prop = f"ScheduledActions.{index}.ScheduledActionName"
        if name is not None and not re.fullmatch(limits.SCHEDULED_ACTION_NAME_PATTERN, name):
            message = f"the scheduled action is named {quoted(name)}; AWS takes no :, /, | and no blank at either end"
            yield Problem(prop, message, "Rename it.")
        longest = limits.SCHEDULED_ACTION_NAME_LENGTH
        yield from too_long(prop, "the name of a scheduled action", action.name, longest, "Shorten it.")
        if schedule is not None and not (schedule.startswith(_SCHEDULES) and schedule.endswith(")")):
            message = f"the schedule {quoted(schedule)} of {what} is none; AWS takes at(...), rate(...) and cron(...)"
            yield Problem(f"ScheduledActions.{index}.Schedule", message, "Write cron(0 8 * * ? *), for example.")
        elif schedule is not None and (wrong := wrong_numbers(schedule)):
            message = f"the schedule {quoted(schedule)} of {what} {wrong}"
            yield Problem(f"ScheduledActions.{index}.Schedule", message, "Write cron(0 8 * * ? *), for example.")
        elif schedule is not None and schedule.startswith("cron("):
            number = len(schedule[len("cron(") : -1].split())
            if number != _CRON_FIELDS:
                message = f"the schedule {quoted(schedule)} of {what} has {number} fields; AWS takes {_CRON_FIELDS}"
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
def scalable(scaled: Scaled) -> Iterator[Problem]:
    target, fix = scaled.target, "Write function:<name>:<alias>, with an alias of the function."
    shown = quoted(known(target.resource_id) or "the id")
    if scaled.has_arn:
        yield Problem("ResourceId", "an ARN stands in the resource id, where AWS takes names", fix)
    elif target.is_wrong:
        yield Problem("ResourceId", f"{shown} is no function's resource id", fix)
    elif target.qualifier is None and target.function_parts:
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
def beyond(scaled: Scaled, context: Context) -> Iterator[Problem]:
    function, (prop, most) = scaled.function, max(_capacities(scaled.target), key=_number, default=("", 0))
    if function is None or not most:
        return
    reserved = known(function.reserved_concurrency)
    account, quota = available(context, scaled.place)
    word = "maximum" if prop.endswith("MaxCapacity") else "minimum"
    if reserved is not None and reserved >= 0 and most > reserved:
        message = f"auto scaling goes up to {most:,}, but {function.place.path} has reserved {reserved:,}"
        yield Problem(prop, message, f"Lower the {word}, or reserve more for the function.")
    elif reserved is not None and reserved >= 0 and scaled.together > reserved:
        what = f"the aliases of {function.place.path}, which has reserved {reserved:,}"
        message = f"auto scaling goes up to {scaled.together:,} over {what}"
        yield Problem("MaxCapacity", message, "Lower a maximum, or reserve more for the function.")
    elif function.reserved_concurrency is None and most > account:
        whole = f"{quota.counted(quota.maximum)}{unless_raised(quota)}"
        message = f"auto scaling goes up to {most:,}, and the account can provision {account:,} of {whole}"
        yield Problem(prop, message, or_raise(f"Lower the {word}", quota))


def _capacities(target: ScalableTarget) -> Iterator[tuple[str, int | float]]:
    """Every capacity that auto scaling goes to, with where it stands; maxima first."""
    given = [("MaxCapacity", target.maximum)]
    for part in ("MaxCapacity", "MinCapacity"):
        for index, action in enumerate(target.actions):
            value = action.maximum if part == "MaxCapacity" else action.minimum
            given.append((f"ScheduledActions.{index}.ScalableTargetAction.{part}", value))
    for prop, capacity in given:
        number = known(capacity)
        if number is not None:
            yield prop, number


def _number(pair: tuple[str, int | float]) -> int | float:
    return pair[1]


@rule(
    "CL714",
    "Auto scaling of a function that excludes it",
    Severity.ERROR,
    aws="The Lambda API refuses provisioned concurrency with SnapStart, with tenant isolation, on $LATEST and on an "
    "alias whose version has some already, so nothing is ever provisioned.",
    fix="Keep auto scaling, or what it excludes.",
    source=limits.PROVISIONED_CONCURRENCY.source,
)
def excluded(scaled: Scaled) -> Iterator[Problem]:
    function, alias = scaled.function, scaled.alias
    if function is None or scaled.place.conditional:
        return
    for what in _exclusions(function):
        message = f"auto scaling provisions concurrency for {function.place.path}, whose {what} excludes it"
        yield Problem("ResourceId", message, f"Remove the scalable target, or do without {what}.")
    version = scaled.version
    if version and known(version.provisioned_concurrency) and not version.place.conditional:
        message = f"the version {version.place.path} of the alias has provisioned concurrency already"
        yield Problem("ResourceId", message, "Provision nothing on the version.")
    if alias and known(alias.version) == "$LATEST":
        message = f"the alias {alias.place.path} points at $LATEST, which can't have provisioned concurrency"
        yield Problem("ResourceId", message, "Point the alias at a published version.")


def _exclusions(function: Function) -> Iterator[str]:
    if uses_snap_start(function):
        yield "SnapStart"
    if known(function.tenant_isolation) == "PER_TENANT":
        yield "tenant isolation"


@rule(
    "CL718",
    "Auto scaling of an alias that isn't there",
    Severity.WARNING,
    aws="Application Auto Scaling takes no target for an alias that the function doesn't have.",
    fix="Name an alias of the function.",
    source=_LAMBDA,
)
def lacking_alias(scaled: Scaled) -> Iterator[Problem]:
    name = known(scaled.target.qualifier)
    if name is None or not re.fullmatch(limits.ALIAS_NAME_PATTERN, name) or not scaled.function:
        return
    if scaled.other_aliases and not scaled.place.conditional:
        there = ", ".join(map(quoted, scaled.other_aliases[:_MOST_SHOWN]))
        message = f"{scaled.function.place.path} has no alias {quoted(name)} in this app; it has {there}"
        yield Problem("ResourceId", message, f"Name one of its aliases{nearest(name, scaled.other_aliases)}.")


@rule(
    "CL719",
    "Auto scaling that contradicts itself",
    Severity.WARNING,
    aws="Application Auto Scaling knows an alias once, and a scheduled action by its name: what comes later replaces "
    "what came first. A scheduled minimum above the maximum in force fails when its time comes.",
    fix="Write one scalable target for each alias, names that differ, and a maximum beside a minimum that is above it.",
    source=_SCHEDULED,
)
def contradiction(scaled: Scaled) -> Iterator[Problem]:
    target = scaled.target
    if scaled.first:
        message = f"what it scales is scaled already: {scaled.first.path}"
        yield Problem("ResourceId", message, "Keep one scalable target for each alias.")
    names = Counter(name for action in target.actions if (name := known(action.name)))
    for name, number in names.items():
        if number > 1:
            message = f"{number} scheduled actions have the name {quoted(name)}; the last one replaces the others"
            yield Problem("ScheduledActions", message, "Give each a name of its own.")
    maxima = [target.maximum, *(action.maximum for action in target.actions if action.maximum is not None)]
    certain = [most for each in maxima if (most := known(each)) is not None]
    if len(certain) < len(maxima):
        return
    for index, action in enumerate(target.actions):
        least = known(action.minimum)
        if action.maximum is None and least is not None and least > max(certain):
            prop = f"ScheduledActions.{index}.ScalableTargetAction.MinCapacity"
            message = f"the scheduled minimum is {least:,}, and no maximum is above {max(certain):,}"
            yield Problem(prop, message, "Set MaxCapacity beside it.")

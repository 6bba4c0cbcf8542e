"""What a `Monitor` refuses: types first, then numbers and names that no alarm could do anything with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, Token, Tokenization

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import beyond, refuse_no_switch
from constructs_lambda.quotas import Quotas
from constructs_lambda.tokens import is_number_token

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor

_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo")
_ACCOUNT = re.compile(r"[0-9]{12}")
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_ARN_PARTS = 6
_MOST_THROTTLES = 10**12
"""Far above what any account invokes in five minutes."""
_SHOWN = 80
"""Characters of a value that a message shows."""


def refuse_wrong_types(monitor: Monitor) -> None:
    """Refuses values of the wrong type.

    Args:
        monitor: The monitor.

    Raises:
        TypeError: One is.
    """
    for each in monitor.actions:
        is_action = isinstance(each, str) or hasattr(each, "topic_arn") or hasattr(each, "bind")
        if isinstance(each, type) or not is_action:
            raise TypeError(
                f"action is a topic, the name or ARN of one, CDK's alarm action, or a list of them; got {each!r}"
            )
    for name in ("errors", "throttles", "duration", "concurrency", "client_errors"):
        value = getattr(monitor, name)
        takes_duration = name == "duration" and isinstance(value, Duration)
        if value is not False and not takes_duration and (value is True or not isinstance(value, int | float)):
            raise TypeError(f"{name} must be a number, or False for no alarm; got {value!r}")
    is_set = monitor.message_age is not None and monitor.message_age is not False
    if is_set and not isinstance(monitor.message_age, Duration):
        raise TypeError(f"message_age must be a Duration, or False for no alarm; got {monitor.message_age!r}")
    for name in ("dead_letters", "dashboard"):
        if getattr(monitor, name) is None:
            raise TypeError(f"{name} must be True or False; got None")
    refuse_no_switch(dead_letters=monitor.dead_letters, dashboard=monitor.dashboard)
    if monitor.service is not None and (not isinstance(monitor.service, str) or not monitor.service.strip()):
        raise TypeError(f"service must be a text that says something; got {monitor.service!r}")
    if monitor.quotas is not None and not isinstance(monitor.quotas, Quotas):
        raise TypeError(f"quotas must be Quotas, such as Quotas(concurrent_executions=3_000); got {monitor.quotas!r}")


def refuse_actions(actions: Sequence[Any]) -> None:
    """Refuses actions that no alarm on functions, queues and APIs can take.

    Args:
        actions: Topics, texts and CDK's actions.

    Raises:
        InputError: One is for instances.
    """
    if any(hasattr(each, "bind") for each in actions):
        from constructs_lambda.cdk.alarm_actions import refuse_of_instances  # loaded only where there is an action

        refuse_of_instances(actions)


def problems(monitor: Monitor) -> Iterator[str]:
    """What is wrong with the values of a monitor.

    Args:
        monitor: The monitor.
    """
    yield from beyond("action", len(monitor.actions), limits.ALARM_ACTIONS, fix="one topic with several subscriptions")
    for each in monitor.actions:
        if isinstance(each, str):
            yield from _wrong_text(each)
    for name in ("errors", "client_errors"):
        value = getattr(monitor, name)
        if value is not False and not is_number_token(value) and not 0 <= value < 1:
            fix = "Fix: 0.01 is one in a hundred."
            yield f"{name} is {_told(value)}; it is a share of at least 0 and less than 1. {fix}"
    for name in ("duration", "concurrency"):
        value = getattr(monitor, name)
        if value is False or isinstance(value, Duration):
            continue
        if is_number_token(value):
            yield f"{name} has to be known at synth, because a share of it is worked out then. Fix: a number."
        elif not 0 < value < 1:
            yield f"{name} is {_told(value)}; it is a share between 0 and 1. Fix: 0.8 is four fifths."
    throttles = monitor.throttles
    is_known = throttles is not False and not is_number_token(throttles)
    if is_known and not (0 <= throttles < _MOST_THROTTLES and float(throttles).is_integer()):
        yield (
            f"throttles is {_told(throttles)}; it is a whole number of at least 0, and less than {_MOST_THROTTLES:,}. "
            "Fix: 0 lets none pass."
        )
    for name, unit, limit in (
        ("duration", "millis", limits.MANAGED_INSTANCES_TIMEOUT),
        ("message_age", "seconds", limits.QUEUE_RETENTION),
    ):
        value = getattr(monitor, name)
        if isinstance(value, Duration):
            yield from _wrong_duration(name, value, unit, limit)
    service = monitor.service
    if service is not None and (not service.isprintable() or not limits.ENVIRONMENT_SIZE.admits(len(service.encode()))):
        yield (
            f"service has {len(service):,} characters, or some that can't be printed; it is an environment variable of "
            f"functions, {limits.ENVIRONMENT_SIZE.allowed} with all others. Fix: a short name, such as 'checkout'."
        )


def is_arn(named: str) -> bool:
    """Whether a text is an ARN: one that starts as one, or a single token. Any other text is a name.

    Args:
        named: The text.
    """
    return named.startswith("arn:") or (Token.is_unresolved(named) and Tokenization.reverse_string(named).length == 1)


def _wrong_text(text: str) -> Iterator[str]:
    """What is wrong with the name or the ARN of a topic, as far as it is known."""
    if Token.is_unresolved([text]) and not Token.is_unresolved(text):
        yield "action is a list that isn't known at synth. Fix: one parameter for each ARN, Monitor(action=[arn, arn])."
        return
    if is_arn(text):
        parts = text.split(":")
        is_known = not Token.is_unresolved(text)
        is_whole = len(parts) == _ARN_PARTS and parts[2] == "sns" and all(parts) and _NAME.fullmatch(parts[-1])
        if is_known and not (is_whole and _ACCOUNT.fullmatch(parts[4])):
            yield (
                f"action is {text[:_SHOWN]!r}; the ARN of a topic is arn:aws:sns:REGION:ACCOUNT:NAME. Fix: copy it "
                "from the topic, or the name of a topic in the account and Region of the stack."
            )
        return
    if not _NAME.fullmatch(_TOKEN.sub("x", text)):
        yield (
            f"action is {text[:_SHOWN]!r}; the name of a topic has 1 to 256 letters, digits, - and _. Fix: such a "
            "name, or the ARN of a topic."
        )


def _wrong_duration(name: str, value: Duration, unit: str, limit: limits.Limit) -> Iterator[str]:
    if value.is_unresolved():
        if value.unit_label() != unit:
            yield f"{name} isn't known at synth, and CDK doesn't convert such a duration. Fix: Duration.{unit}(...)."
        return
    millis = float(value.to_milliseconds(integral=False))
    seconds = millis / 1_000
    if unit == "millis" and not millis.is_integer():
        yield f"{name} is {millis:g} ms; it is whole milliseconds. Fix: Duration.millis(1)."
    elif seconds == 0:
        yield f"{name} is 0 s; everything takes longer. Fix: False for no alarm."
    elif limit.maximum is not None and seconds >= limit.maximum:
        yield f"{name} is {seconds:,.10g} s; nothing gets there, as AWS allows {limit.allowed}. Fix: a shorter one."


def _told(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)[:_SHOWN]

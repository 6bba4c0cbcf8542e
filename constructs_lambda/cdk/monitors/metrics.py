"""Whether alarms see what they watch: its metrics are where they are, and their thresholds can be reached."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, Duration, Stack, Token, aws_apigateway, aws_sqs
from constructs import IConstruct

from constructs_lambda.cdk.synthesis import stage_of
from constructs_lambda.cdk.topics import construct_of
from constructs_lambda.errors import InputError
from constructs_lambda.tokens import is_number_token

_DEFAULT_STAGE = "$default"
_DEFAULT_RETENTION_SECONDS = 345_600
"""SQS's own, where a template says nothing."""
_rest_apis: WeakKeyDictionary[IConstruct, dict[tuple[str, ...], IConstruct]] = WeakKeyDictionary()
"""For each app the REST APIs that are watched, by where they are, their name and stage."""


def is_seen(construct: Any) -> bool:
    """Whether alarms beside a construct see its metrics: not where it is imported of another account or Region.

    Args:
        construct: A function, a queue or an API.
    """
    here, there = Stack.of(construct), construct.env
    return not any(
        not Token.is_unresolved(one) and not Token.is_unresolved(other) and one != other
        for one, other in ((here.region, there.region), (here.account, there.account))
    )


def refuse_unseen(construct: Any) -> None:
    """Refuses what no alarm would see.

    Args:
        construct: A function, a queue or an API.

    Raises:
        InputError: It is of another account or Region, or a version.
    """
    if hasattr(construct, "function_arn") and hasattr(construct, "edge_arn"):
        raise InputError(
            f"{construct.node.path} is a version of a function: CDK names its metrics in a way that CloudWatch has "
            "none of. Fix: an alias of it, or the function; of an EdgeFunction, monitor.apply(edge_function.lambda_)."
        )
    if not is_seen(construct):
        here, there = Stack.of(construct), construct.env
        raise InputError(
            f"{construct.node.path} is in account {there.account}, {there.region}, and its alarms would be in "
            f"{here.account}, {here.region}: they see the metrics of their own account and Region only. Fix: "
            "monitor it in a stack over there."
        )


def stage_of_api(api: Any, said: str | None) -> str:
    """The name of the stage whose metrics are looked at: what was said, or the stage that CDK knows.

    Args:
        api: An HTTP API or a REST API.
        said: What was said.

    Raises:
        InputError: There is none, or the API's name isn't known.
    """
    is_imported = api.node.default_child is None
    if is_imported and getattr(api, "rest_api_name", None) == api.node.id:
        raise InputError(
            f"{api.node.path} is imported without its name, and CloudWatch knows a REST API by that. Fix: "
            "RestApi.from_rest_api_attributes(..., rest_api_name=...), with an id that isn't the name."
        )
    if said is not None:
        return said
    if not hasattr(api, "rest_api_name"):
        if is_imported or api.default_stage is not None:
            return _DEFAULT_STAGE
        raise InputError(
            f"{api.node.path} has no default stage, and its metrics are those of a stage. Fix: "
            "monitor.apply(api, stage='...')."
        )
    try:
        return str(api.deployment_stage.stage_name)
    except RuntimeError:  # what jsii says where there is none
        raise InputError(
            f"{api.node.path} has no stage that CDK knows of, and its metrics are those of a stage. Fix: "
            "monitor.apply(api, stage='...')."
        ) from None


def warn_of_duration(construct: IConstruct, longest: Duration | None, allowed_ms: float | None, what: str) -> None:
    """Warns where nothing can take as long as an alarm waits for.

    Args:
        construct: What is watched.
        longest: What may be taken, None for no alarm.
        allowed_ms: How many milliseconds it can take at the most, None where that isn't known.
        what: What the most is.
    """
    if longest is None or longest.is_unresolved() or allowed_ms is None:
        return
    said = float(longest.to_milliseconds(integral=False))
    if said >= allowed_ms:
        _warn(
            construct,
            "alarmDuration",
            f"{construct.node.path}: duration is {said / 1_000:g} s, and {what} {allowed_ms / 1_000:g} s; the alarm "
            "never goes off. Fix: a shorter duration, or a share, Monitor(duration=0.9)",
        )


def warn_of_retention(queue: aws_sqs.IQueue, age: Duration) -> None:
    """Warns where a queue drops its messages before they are as old as an alarm waits for.

    Args:
        queue: The queue.
        age: The age.
    """
    resource = queue.node.default_child
    if not isinstance(resource, aws_sqs.CfnQueue) or age.is_unresolved():
        return
    kept = resource.message_retention_period
    kept = _DEFAULT_RETENTION_SECONDS if kept is None else kept
    said = float(age.to_seconds(integral=False))
    if not is_number_token(kept) and said >= kept:
        _warn(
            queue,
            "alarmMessageAge",
            f"{queue.node.path}: message_age is {said:g} s, and the queue keeps messages for {kept:g} s; the alarm "
            "never goes off. Fix: a shorter message_age, or a longer retention_period",
        )


def warn_of_name(api: aws_apigateway.IRestApi, stage: str) -> None:
    """Warns where two REST APIs of an app share their metrics: CloudWatch knows them by name and stage.

    Args:
        api: The API.
        stage: Name of its stage.
    """
    stack = Stack.of(api)
    made = construct_of(stage)
    name = stage if made is None else made.node.default_child.stage_name
    # Stacks of two stages that say no account may well be for two.
    where = stage_of(api).node.path if Token.is_unresolved(stack.account) else ""
    key = (where, stack.account, stack.region, api.rest_api_name, str(name))
    first = _rest_apis.setdefault(stack.node.root, {}).setdefault(key, api)
    if first is not api:
        _warn(
            api,
            "alarmApiName",
            f"{api.node.path} has the name {api.rest_api_name!r} and the stage of {first.node.path}, in the same "
            "account and Region for all that is known: CloudWatch adds up what they measure. Fix: another name",
        )


def _warn(construct: IConstruct, id: str, message: str) -> None:
    Annotations.of(construct).add_warning_v2(f"constructs-lambda:{id}", f"{message}.")

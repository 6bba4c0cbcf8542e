"""What a function failed at when it was invoked asynchronously: kept in a queue, unless it goes somewhere already.

AWS has one configuration of asynchronous invocations for a function, and one for each version and alias of it. What was
configured before is completed; what is configured later wins, and is completed right before the synth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import CfnResource, Fn, Stack, Token, aws_iam, aws_lambda
from constructs import Construct, IDependable

from constructs_lambda.cdk.role_findings import inline_policies
from constructs_lambda.cdk.synthesis import BeforeSynth, before_synth
from constructs_lambda.errors import InputError

if TYPE_CHECKING:
    from aws_cdk import aws_sqs

_OURS = "AsyncFailures"
_CDKS = "EventInvokeConfig"
_FAILURE = "onFailure"
_NAMES = {"on_success": "onSuccess", "on_failure": _FAILURE}
_CONFIG = "Config"
_EXTENDABLE = (aws_iam.Role, aws_iam.LazyRole)

_settling: WeakKeyDictionary[BeforeSynth, list[_Default]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Default:
    """A configuration of ours, which gives way to one that somebody else makes for the same function."""

    place: Construct
    config: aws_lambda.CfnEventInvokeConfig
    queue: aws_sqs.IQueue
    policy: IDependable | None


def keep_failures(target: aws_lambda.IFunction) -> aws_sqs.IQueue | None:
    """The queue that keeps what a function fails at, made where its failures aren't kept yet.

    Args:
        target: The function, or a version or an alias of one.

    Returns:
        The queue; None where failures go somewhere already, and where nothing can be made: for an imported function,
        and for one with an imported role, which may not be allowed to write to it.
    """
    place = target.node.try_find_child(_OURS)
    if place is not None:
        made: Any = place.node.find_child("Queue")
        return cast("aws_sqs.IQueue", made)
    resource = resource_of(target)
    configured = _configured(target)
    if resource is None or resource.dead_letter_config is not None or not isinstance(target.role, _EXTENDABLE):
        return None
    if configured is not None and _FAILURE in _destinations(configured):
        return None
    place = Construct(as_scope(target), _OURS)
    from constructs_lambda.cdk.queues import keep_queue  # with all of SQS

    queue = keep_queue(place, "Queue")
    policy = _allow_send(place, target.role, queue)
    if configured is not None:
        _complete(configured, queue)
        config = configured
    else:
        logical_id = _logical_id_of_cdks(target)
        config = aws_lambda.CfnEventInvokeConfig(
            place,
            _CONFIG,
            function_name=_unqualified(target).function_name,
            qualifier=_qualifier(target),
            destination_config={_FAILURE: {"destination": queue.queue_arn}},
        )
        config.override_logical_id(logical_id)
        _settle_later(target, _Default(place, config, queue, policy))
    if policy is not None:
        config.node.add_dependency(policy)  # Lambda refuses a destination that the role may not write to
    return queue


def kept_failures(target: aws_lambda.IFunction) -> aws_sqs.IQueue | None:
    """The queue of `keep_failures`, unless failures go elsewhere by now.

    Args:
        target: The function, or a version or an alias of one.
    """
    place = target.node.try_find_child(_OURS)
    if place is None:
        return None
    queue: Any = place.node.find_child("Queue")
    stack = Stack.of(target)
    arn = stack.resolve(queue.queue_arn)
    mine = stack.resolve([_unqualified(target).function_name, _qualifier(target)])
    for each, identity in _configurations(stack):
        if identity == mine and stack.resolve(_destinations(each)).get(_FAILURE, arn) != arn:
            return None
    return cast("aws_sqs.IQueue", queue)


def add_destination(
    target: aws_lambda.IFunction,
    *,
    on_success: aws_lambda.IDestination | None = None,
    on_failure: aws_lambda.IDestination | None = None,
) -> None:
    """Sends on what comes of asynchronous invocations, beside what is configured already.

    Args:
        target: The function, or a version or an alias of one.
        on_success: Where answers go.
        on_failure: Where failures go, once the retries are used up.

    Raises:
        InputError: Neither is given, or there is one already.
        TypeError: No destination.
    """
    given: dict[str, Any] = {
        name: each for name, each in (("on_success", on_success), ("on_failure", on_failure)) if each is not None
    }
    if not given:
        raise InputError(f"{target.node.path}: add_destination needs on_success=, on_failure= or both")
    from aws_cdk.aws_lambda_event_sources import S3OnFailureDestination, SnsDlq, SqsDlq

    for name, destination in given.items():
        if not hasattr(destination, "bind"):
            raise TypeError(f"{name} must be a destination, such as SqsDestination(queue); got {destination!r}")
        if isinstance(destination, SqsDlq | SnsDlq | S3OnFailureDestination):
            given_kind = type(destination).__name__
            raise TypeError(
                f"{name} must be a destination, such as SqsDestination(queue); {given_kind} is for event sources"
            )
    configured = _configured(target)
    if configured is None:
        target.configure_async_invoke(on_success=on_success, on_failure=on_failure)
        return
    arns = _destinations(configured)
    if on_failure is not None and _is_ours(target, arns.get(_FAILURE)):
        del arns[_FAILURE]
    if taken := [name for name in given if _NAMES[name] in arns]:
        raise InputError(f"{target.node.path} has {' and '.join(taken)} already. Fix: AWS takes one of each; keep one.")
    for name, destination in given.items():
        kind = aws_lambda.DestinationType.SUCCESS if name == "on_success" else aws_lambda.DestinationType.FAILURE
        arns[_NAMES[name]] = destination.bind(configured, _unqualified(target), type=kind).destination
    _set_destinations(configured, arns)


def resource_of(target: aws_lambda.IFunction) -> aws_lambda.CfnFunction | None:
    """The function's resource, of a version or alias too; None of an imported one."""
    if target.node.default_child is None:
        return None
    resource = _unqualified(target).node.default_child
    return resource if isinstance(resource, aws_lambda.CfnFunction) else None


def as_scope(target: aws_lambda.IFunction) -> Construct:
    """A function as the parent of what belongs to it; CDK's interfaces don't say that all of theirs are constructs."""
    return cast("Construct", target)


def _unqualified(target: Any) -> aws_lambda.IFunction:
    function: aws_lambda.IFunction = getattr(target, "lambda_", target)
    return function


def _qualifier(target: aws_lambda.IFunction) -> str:
    """Of a version or alias, out of its ARN, so that CloudFormation makes the configuration after it."""
    if _unqualified(target) is target:
        return "$LATEST"
    version = getattr(target, "version", None)
    return version if isinstance(version, str) else Fn.select(7, Fn.split(":", target.function_arn))


def _configured(target: aws_lambda.IFunction) -> aws_lambda.CfnEventInvokeConfig | None:
    """What CDK made for `on_failure=`, `retry_attempts=` and the like, or `configure_async_invoke`."""
    made = target.node.try_find_child(_CDKS)
    resource = made.node.default_child if made is not None else None
    return resource if isinstance(resource, aws_lambda.CfnEventInvokeConfig) else None


def _destinations(config: aws_lambda.CfnEventInvokeConfig) -> dict[str, str]:
    """The ARNs that are set, by CDK's names, `onSuccess` and `onFailure`."""
    destinations: dict[str, Any] = Stack.of(config).resolve(config.destination_config) or {}
    arns = {name: each.get("destination") for name, each in destinations.items() if each}
    return {name: arn if isinstance(arn, str) else Token.as_string(arn) for name, arn in arns.items() if arn}


def _is_ours(target: aws_lambda.IFunction, arn: str | None) -> bool:
    """Whether failures go to the queue of a trigger, which gives way."""
    place = target.node.try_find_child(_OURS)
    if place is None or arn is None:
        return False
    queue: Any = place.node.find_child("Queue")
    theirs, ours = Stack.of(target).resolve([arn, queue.queue_arn])
    return bool(theirs == ours)


def _set_destinations(config: aws_lambda.CfnEventInvokeConfig, arns: Mapping[str, str]) -> None:
    properties: Any = {name: {"destination": arn} for name, arn in arns.items()}
    config.destination_config = properties


def _complete(config: aws_lambda.CfnEventInvokeConfig, queue: aws_sqs.IQueue) -> None:
    destinations = _destinations(config)
    if _FAILURE not in destinations:
        _set_destinations(config, {**destinations, _FAILURE: queue.queue_arn})


def _allow_send(place: Construct, role: aws_iam.IRole, queue: aws_sqs.IQueue) -> IDependable | None:
    """Lets the role write to the queue; in a policy beside the queue where the role is of another stack.

    Returns:
        What has to be made before Lambda is told of the queue.
    """
    statement = aws_iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])
    if Stack.of(role).node.path == Stack.of(place).node.path:
        return role.add_to_principal_policy(statement).policy_dependable
    policy = aws_iam.Policy(place, "SendFailures", roles=[role], statements=[statement])
    before_synth(place).expect(policy, inline_policies)
    return policy


def _settle_later(target: aws_lambda.IFunction, default: _Default) -> None:
    ready = before_synth(Stack.of(target))
    if ready not in _settling:
        defaults = _settling[ready] = []
        ready.then(lambda: _settle(defaults))
    _settling[ready].append(default)


def _settle(defaults: Sequence[_Default]) -> None:
    """Completes what somebody else configured for the same functions, and takes ours out there.

    A default whose function was refused or removed isn't in the tree any more. All others stay for the next synth.
    """
    by_stack: dict[str, list[_Default]] = {}
    for default in defaults:
        by_stack.setdefault(Stack.of(default.place).node.path, []).append(default)
    for group in by_stack.values():
        found = _configurations(Stack.of(group[0].place))
        for default in group:
            ours = next((identity for each, identity in found if each is default.config), None)
            others = [each for each, identity in found if identity == ours and each is not default.config]
            if others and ours is not None:
                default.place.node.try_remove_child(_CONFIG)
                for other in others:
                    _complete(other, default.queue)
                    if isinstance(default.policy, aws_iam.Policy):
                        other.add_dependency(cast("CfnResource", default.policy.node.default_child))


def _configurations(stack: Stack) -> list[tuple[aws_lambda.CfnEventInvokeConfig, Any]]:
    """All that a stack configures, with what says for which function and qualifier."""
    found = [node for node in stack.node.find_all() if isinstance(node, aws_lambda.CfnEventInvokeConfig)]
    identities = stack.resolve([[each.function_name, each.qualifier] for each in found])
    return list(zip(found, identities, strict=True))


def _logical_id_of_cdks(target: aws_lambda.IFunction) -> str:
    """What CDK's own configuration would be called, so that the one may follow the other in a deployed stack.

    AWS has one for each function. Under another id CloudFormation would make it a second time, and be refused.
    """
    place = Construct(as_scope(target), _CDKS)
    stand_in = CfnResource(place, "Resource", type=aws_lambda.CfnEventInvokeConfig.CFN_RESOURCE_TYPE_NAME)
    logical_id = Stack.of(target).get_logical_id(stand_in)
    target.node.try_remove_child(_CDKS)
    return logical_id

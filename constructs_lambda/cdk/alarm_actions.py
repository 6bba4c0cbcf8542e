"""CDK's alarm actions, where CDK binds them in a way that doesn't fit every alarm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Aws, Stack, Token, aws_cloudwatch, aws_cloudwatch_actions, aws_lambda
from constructs import Construct

from constructs_lambda.cdk.topics import construct_of
from constructs_lambda.errors import InputError

_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"
_PERMISSION = "AllowAlarms"
_invoked: WeakKeyDictionary[aws_cloudwatch_actions.LambdaAction, str] = WeakKeyDictionary()
"""The ARN of the function or alias that an action invokes."""


def refuse_of_instances(actions: Iterable[Any]) -> None:
    """Refuses what alarms do to instances: nothing that is watched here is one.

    Args:
        actions: Topics, texts and CDK's actions.

    Raises:
        InputError: One is an `Ec2Action`.
    """
    if any(isinstance(each, aws_cloudwatch_actions.Ec2Action) for each in actions):
        raise InputError(
            "action: an Ec2Action needs an alarm on a metric of an instance, and functions, queues and APIs have none. "
            "Fix: a topic, or another one of CDK's alarm actions."
        )


def bound(action: aws_cloudwatch.IAlarmAction, alarm: aws_cloudwatch.AlarmBase) -> aws_cloudwatch.IAlarmAction:
    """The action as an alarm is to be told of it.

    CDK makes a permission for each alarm that invokes a function, under ids that are taken at the second alarm. So
    alarms get one permission for all of their account and Region, which also keeps the function's policy small.

    Args:
        action: The action.
        alarm: The alarm, not yet told of it.

    Raises:
        InputError: The function has CDK's permission for another alarm.
    """
    if not isinstance(action, aws_cloudwatch_actions.LambdaAction):
        return action
    if action not in _invoked:
        _invoked[action] = _arn(action, alarm)
    _let_invoke(_invoked[action], alarm)
    return _Known(_invoked[action])


@jsii.implements(aws_cloudwatch.IAlarmAction)
class _Known:
    """An action whose ARN is known."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def bind(self, scope: Construct, alarm: aws_cloudwatch.IAlarm) -> aws_cloudwatch.AlarmActionConfig:
        """What it is; CDK calls it."""
        return aws_cloudwatch.AlarmActionConfig(alarm_action_arn=self._arn)


def _arn(action: aws_cloudwatch_actions.LambdaAction, alarm: aws_cloudwatch.AlarmBase) -> str:
    try:
        arn: str = action.bind(alarm, alarm).alarm_action_arn
    except RuntimeError as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(
            f"{alarm.node.path}: CDK can't let the alarm invoke the function. {first}. Fix: where other alarms invoke "
            "it, LambdaAction(function, use_unique_permission_id=True) for those."
        ) from None
    function = construct_of(arn)
    for each in function.node.children if function is not None else ():
        if (
            isinstance(each, aws_lambda.CfnPermission)
            and each.principal == _PRINCIPAL
            and each.source_arn == alarm.alarm_arn
        ):
            function.node.try_remove_child(each.node.id)
    return arn


def _let_invoke(arn: str, alarm: aws_cloudwatch.AlarmBase) -> None:
    """Lets the alarms of a stack invoke a function; it stands beside the function, so that no stack needs the other."""
    stack = Stack.of(alarm)
    function = construct_of(arn)
    if function is None:
        if arn.split(":")[3:5] == [stack.region, stack.account]:  # elsewhere it takes a permission over there
            written = json.dumps(stack.resolve(arn), sort_keys=True)
            _permit(stack, f"{_PERMISSION}{hashlib.sha256(written.encode()).hexdigest()[:8]}", arn, stack)
        return
    at_home = Stack.of(function)
    env = [stack.account, stack.region]
    is_elsewhere = not Token.is_unresolved("".join(env)) and env != [at_home.account, at_home.region]
    _permit(function, "-".join([_PERMISSION, *(env if is_elsewhere else ())]), arn, stack)


def _permit(place: Construct, id: str, arn: str, stack: Stack) -> None:
    if place.node.try_find_child(id) is not None:
        return
    aws_lambda.CfnPermission(
        place,
        id,
        action="lambda:InvokeFunction",
        function_name=arn,
        principal=_PRINCIPAL,
        source_account=stack.account,
        source_arn=f"arn:{Aws.PARTITION}:cloudwatch:{stack.region}:{stack.account}:alarm:*",
    )

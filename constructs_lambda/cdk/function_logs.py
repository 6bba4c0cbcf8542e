"""The log group of `Function`: one beside it, or the one that CDK makes."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import FeatureFlags, aws_lambda, aws_logs
from constructs import Construct, IConstruct

from constructs_lambda.cdk.function_inputs import can_be_extended
from constructs_lambda.cdk.profiles.applied import defaults_for
from constructs_lambda.errors import ConstructsLambdaError

_LOG_GROUP_FLAG = "@aws-cdk/aws-lambda:useCdkManagedLogGroup"
_flagged: WeakKeyDictionary[IConstruct, bool] = WeakKeyDictionary()


def keep_logs_as_profiles_say(function: aws_lambda.Function, scope: Construct) -> None:
    """Sets for how long the log group keeps logs that CDK makes as a child, where a feature flag has it so.

    Args:
        function: The function.
        scope: Where it is made.
    """
    retention = defaults_for(scope).get("log_retention")
    if retention is None or not _has_flag(scope):
        return
    from constructs_lambda.cdk.profiles.retention import days_of

    for child in function.node.find_all():
        if isinstance(child, aws_logs.CfnLogGroup):
            days = days_of(retention)
            child.retention_in_days = days if isinstance(days, int) else None


def own_log_group(scope: Construct, id: str, keywords: dict[str, Any]) -> aws_logs.LogGroup | None:
    """Makes the log group beside a function, where nobody else makes one.

    Args:
        scope: Where the function is made.
        id: Id of the function.
        keywords: Its keywords; `log_removal_policy` is taken out.

    Raises:
        ConstructsLambdaError: Its id is taken.
    """
    if "log_group" in keywords or "log_retention" in keywords or not can_be_extended(keywords.get("role")):
        return None
    if _has_flag(scope):
        return None
    log_group = aws_logs.LogGroup.__new__(aws_logs.LogGroup)
    options = {"removalPolicy": keywords.pop("log_removal_policy")} if "log_removal_policy" in keywords else {}
    retention = defaults_for(scope).get("log_retention")
    if retention is not None:
        options["retention"] = retention
    try:
        jsii.create(aws_logs.LogGroup, log_group, [scope, f"{id}LogGroup", options])
    except RuntimeError as error:
        if "should be created in the scope of a Stack" in str(error):
            raise RuntimeError(f"Function {id!r} must be created in the scope of a Stack") from None
        if not is_taken(f"{id}LogGroup", error):
            raise
        place = scope.node.path or "the app"
        if scope.node.try_find_child(id) is not None:
            raise RuntimeError(f"There is already a Construct with name {id!r} in {place}") from None
        raise ConstructsLambdaError(
            f"{place}: {id} needs the id '{id}LogGroup' for its log group, and there is a construct with it already. "
            "Fix: pass it as log_group=, or give one of the two another id."
        ) from None
    return log_group


def _has_flag(scope: Construct) -> bool:
    if scope not in _flagged:
        _flagged[scope] = bool(FeatureFlags.of(scope).is_enabled(_LOG_GROUP_FLAG))
    return _flagged[scope]


def is_taken(id: str, error: BaseException) -> bool:
    """Whether CDK refused a construct because its id is taken.

    Args:
        id: The id.
        error: What CDK said.
    """
    return f"There is already a Construct with name '{id}'" in str(error)

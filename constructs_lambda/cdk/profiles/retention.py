"""For how long the logs of a function are kept: in CDK's words, in days, and in a template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_logs

from constructs_lambda.model import Function, Stack
from constructs_lambda.tokens import UNKNOWN, is_intrinsic, resolve_number

_DAYS = {
    "ONE_DAY": 1,
    "THREE_DAYS": 3,
    "FIVE_DAYS": 5,
    "ONE_WEEK": 7,
    "TWO_WEEKS": 14,
    "ONE_MONTH": 30,
    "TWO_MONTHS": 60,
    "THREE_MONTHS": 90,
    "FOUR_MONTHS": 120,
    "FIVE_MONTHS": 150,
    "SIX_MONTHS": 180,
    "ONE_YEAR": 365,
    "THIRTEEN_MONTHS": 400,
    "EIGHTEEN_MONTHS": 545,
    "TWO_YEARS": 731,
    "THREE_YEARS": 1096,
    "FIVE_YEARS": 1827,
    "SIX_YEARS": 2192,
    "SEVEN_YEARS": 2557,
    "EIGHT_YEARS": 2922,
    "NINE_YEARS": 3288,
    "TEN_YEARS": 3653,
}
FOR_EVER = "forever"
_PREFIX = "/aws/lambda/"


def days_of(retention: aws_logs.RetentionDays) -> int | str:
    """The days that CloudFormation calls a retention, `forever` where there is no end.

    Args:
        retention: CDK's word for it.
    """
    return _DAYS.get(retention.value, FOR_EVER)


def retention_of(function: Function, stack: Stack) -> Any:
    """For how many days the logs of a function are kept; unknown where its log group isn't in its template.

    Args:
        function: The function.
        stack: Its stack.
    """
    logging = stack.resources[function.place.resource].properties.get("LoggingConfig")
    named = logging.get("LogGroup") if isinstance(logging, Mapping) else None
    if named is None:
        return _by_name(function, stack)
    target = named.get("Ref") if isinstance(named, Mapping) else None
    group = stack.resources.get(target) if isinstance(target, str) else None
    if group is None or group.type != "AWS::Logs::LogGroup":
        return UNKNOWN
    return _days(group.properties)


def _by_name(function: Function, stack: Stack) -> Any:
    """What is set for `/aws/lambda/<name>`: by a log group of that name, or by CDK's deprecated `log_retention`.

    Where nobody makes it, Lambda does, and it keeps everything. Another stack may make it: then nobody can tell.
    """
    for resource in stack.resources.values():
        if resource.type in ("AWS::Logs::LogGroup", "Custom::LogRetention"):
            name = resource.properties.get("LogGroupName")
            written = json.dumps(name, default=str) if isinstance(name, Mapping) else str(name)
            refers = f'"{function.place.resource}"' in written and _PREFIX in written
            if refers or (isinstance(function.name, str) and name == f"{_PREFIX}{function.name}"):
                return _days(resource.properties)
    return None


def _days(properties: Mapping[str, Any]) -> Any:
    days = properties.get("RetentionInDays")
    if days is None:
        return FOR_EVER
    return UNKNOWN if is_intrinsic(days) else resolve_number(days)

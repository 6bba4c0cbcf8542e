"""CL62x: the filters of event source mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping, Polling
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.patterns import pattern_problems
from constructs_lambda.rules.problems import or_raise, quoted, too_long, unless_raised
from constructs_lambda.tokens import certain_count

_DATA = {"dynamodb": "dynamodb", "kafka": "value", "kinesis": "data", "mq": "data", "sqs": "body"}
"""What the records of each source have, and filters look into."""
_ABSENT = [{"exists": False}]
_FILTERING = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"


@rule(
    "CL622",
    "Too many filters on an event source",
    Severity.ERROR,
    aws="The Lambda API refuses more filters than the account's quota: 5 by default, 10 on request.",
    fix="Merge filters, since a list of values means any of them, or have the quota raised and name it in Quotas.",
    source=_FILTERING,
    early=False,
)
def filter_count(mapping: EventSourceMapping, context: Context) -> Iterator[Problem]:
    count, limit = certain_count(mapping.filters), context.limit(limits.EVENT_SOURCE_FILTERS, mapping.place)
    if not limit.admits(count):
        message = f"the mapping has {count} filters; AWS allows {limit.allowed}{unless_raised(limit)}"
        fix = or_raise("Merge filters, since a list of values means any of them", limit)
        yield Problem("FilterCriteria.Filters", message, fix)


@rule(
    "CL623",
    "Filter of an event source not valid",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping: a pattern is a JSON object in a text, at most 4,096 "
    "characters long, whose keys have lists of values and operators.",
    fix="Write the pattern as Lambda takes it.",
    source=_FILTERING,
)
def patterns(mapping: EventSourceMapping) -> Iterator[Problem]:
    for index, text in enumerate(mapping.patterns):
        prop = f"FilterCriteria.Filters.{index}.Pattern"
        yield from too_long(prop, "the filter", text, limits.EVENT_SOURCE_FILTER_LENGTH, "Make two filters of it.")
        if isinstance(text, str):
            pattern = _pattern(text)
            example = 'Write {"body": {"state": ["paid"]}}.'
            if pattern is None:
                yield Problem(prop, f"the filter {quoted(text)} is no JSON object", example)
            else:
                yield from pattern_problems(pattern, prop, "the filter")


def _pattern(text: str) -> Mapping[str, Any] | None:
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return pattern if isinstance(pattern, Mapping) else None


@rule(
    "CL633",
    "Filter that doesn't filter what the source has",
    Severity.WARNING,
    aws="A filter without a pattern lets everything through. One that asks for what only other sources have lets "
    "nothing through, and Lambda deletes from a queue what is filtered out.",
    fix="Filter by body for SQS, data for Kinesis and Amazon MQ, dynamodb for DynamoDB, value for Kafka.",
    source=_FILTERING,
)
def fitting_filters(polling: Polling) -> Iterator[Problem]:
    for index, text in enumerate(polling.mapping.patterns):
        prop = f"FilterCriteria.Filters.{index}"
        if text is None:
            yield Problem(prop, "the filter has no pattern, and lets everything through", "Set its Pattern.")
        own = _DATA.get(polling.service)
        pattern = _pattern(text) if isinstance(text, str) and own else None
        for key, value in (pattern or {}).items():
            if key != own and key in _DATA.values() and value != _ABSENT:
                message = f"the filter asks for {key}, which what comes from the source doesn't have"
                yield Problem(f"{prop}.Pattern", message, f"Filter by {own}.")

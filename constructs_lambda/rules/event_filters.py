"""CL62x: the filters of event source mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.patterns import pattern_problems
from constructs_lambda.rules.problems import quoted, too_long
from constructs_lambda.tokens import certain_count

_FILTERING = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"


@rule(
    "CL622",
    "Too many filters on an event source",
    Severity.ERROR,
    aws="The Lambda API refuses more filters than the account's quota: 5 by default, 10 on request.",
    fix="Merge filters: a list of values means any of them.",
    source=_FILTERING,
)
def filter_count(mapping: EventSourceMapping) -> Iterator[Problem]:
    count, limit = certain_count(mapping.filters), limits.EVENT_SOURCE_FILTERS
    if not limit.admits(count):
        message = f"the mapping has {count} filters; AWS allows {limit.allowed}, and up to 10 on request"
        yield Problem("FilterCriteria.Filters", message, "Merge filters: a list of values means any of them.")


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
        if not isinstance(text, str):
            continue
        try:
            pattern = json.loads(text)
        except (ValueError, RecursionError):
            pattern = None
        if not isinstance(pattern, Mapping):
            yield Problem(prop, f"the filter {quoted(text)} is no JSON object", 'Write {"body": {"state": ["paid"]}}.')
            continue
        yield from pattern_problems(pattern, prop, "the filter")

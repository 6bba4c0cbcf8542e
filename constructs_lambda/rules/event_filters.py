"""CL62x: the filters of event source mappings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.patterns import wrong_parts
from constructs_lambda.rules.problems import or_raise, quoted, too_long, unless_raised
from constructs_lambda.tokens import certain_count

_FILTERING = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"
_MOST_SHOWN = 5


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
        if not isinstance(text, str):
            continue
        try:
            pattern = json.loads(text)
        except (ValueError, RecursionError):
            pattern = None
        if not isinstance(pattern, Mapping):
            yield Problem(prop, f"the filter {quoted(text)} is no JSON object", 'Write {"body": {"state": ["paid"]}}.')
            continue
        for at, what, fix in list(wrong_parts(pattern))[:_MOST_SHOWN]:
            yield Problem(prop, f"the filter's key {quoted(at)} {what}", fix)

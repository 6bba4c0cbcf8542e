"""CL827 and CL828: permissions for Alexa, which name a skill by a token."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Permission
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted, too_long
from constructs_lambda.tokens import known

_ALEXA = ("alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com")


@rule(
    "CL827",
    "Event source token not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the permission.",
    fix="Write the id of the skill, such as amzn1.ask.skill.1234.",
    source=limits.EVENT_SOURCE_TOKEN_LENGTH.source,
)
def token(permission: Permission) -> Iterator[Problem]:
    prop, text = "EventSourceToken", known(permission.event_source_token)
    limit = limits.EVENT_SOURCE_TOKEN_LENGTH
    yield from too_long(prop, "the event source token", permission.event_source_token, limit, "Shorten it.")
    if text is not None and not re.fullmatch(limits.EVENT_SOURCE_TOKEN_PATTERN, text):
        message = f"the event source token is {quoted(text)}; AWS takes letters, digits, dots, hyphens and underscores"
        yield Problem(prop, message, "Write the id of the skill, such as amzn1.ask.skill.1234.")


@rule(
    "CL828",
    "Permission for every skill of Alexa",
    Severity.WARNING,
    aws="Lambda lets Alexa invoke the function for the skills of anybody who knows its ARN.",
    fix="Name the skill's id as EventSourceToken.",
    source=limits.EVENT_SOURCE_TOKEN_LENGTH.source,
)
def every_skill(permission: Permission) -> Iterator[Problem]:
    if permission.principal in _ALEXA and permission.event_source_token is None:
        yield Problem(
            "EventSourceToken",
            f"{permission.principal} may invoke the function for any skill: the permission names none",
            "Add the skill's id as EventSourceToken.",
        )

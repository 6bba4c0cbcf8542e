"""CL915 and CL916: names that aren't in the template, and resources that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.rules import Problem, nearest, rule
from constructs_lambda.rules.problems import quoted

_MOST_SHOWN = 6  # resources of a circle
_FUNCTIONS = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html"
)
_CIRCLES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"


@rule(
    "CL915",
    "Name that isn't in the template",
    Severity.ERROR,
    aws="CloudFormation refuses the template before it creates anything: unresolved resource dependencies.",
    fix="Correct the name, or add what it names.",
    source=_FUNCTIONS,
)
def dangling(stack: Stack) -> Iterator[Problem]:
    for each in stack.dangling:
        near = nearest(each.name, each.names)
        message = f"{each.how} names {quoted(each.name)}, and the template has no such {each.what}{near}"
        yield Problem(each.property, message, "Correct the name, or add what it names.", each.place)


@rule(
    "CL916",
    "Resources that wait for each other",
    Severity.ERROR,
    aws="CloudFormation refuses the template before it creates anything: circular dependency between resources.",
    fix="Take one of the references out, by a name of its own or a resource in between.",
    source=_CIRCLES,
)
def circles(stack: Stack) -> Iterator[Problem]:
    for circle in stack.waiting:
        shown = [place.path for place in circle[:_MOST_SHOWN]] + ["..."] * (len(circle) > _MOST_SHOWN)
        message = f"{' waits for '.join([*shown, circle[0].path])}: a circle that CloudFormation can't begin"
        yield Problem("", message, "Take one of its references or DependsOn out.", circle[0])

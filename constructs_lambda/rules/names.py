"""CL915, CL916 and CL921: names that aren't there, resources that wait for each other, names in two stacks."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Clash, Stack
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


@rule(
    "CL921",
    "One name in two stacks",
    Severity.ERROR,
    aws="CloudFormation refuses the second stack: the name of a function or an export is there once in an account and "
    "Region, that of a role once in an account.",
    fix="Rename one of them, or leave the names to CloudFormation.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html",
)
def in_two_stacks(clash: Clash) -> Iterator[Problem]:
    first = clash.first.path if clash.what != "export" else f"the stack {clash.first.path}"
    message = f"the {clash.what} has the name {quoted(clash.name)}, which {first} has already"
    yield Problem(clash.property, message, "Rename one of the two, or leave the names to CloudFormation.")

"""What the tables of cases are made of: resources, and the ids of the rules that speak of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from constructs_lambda.findings import Finding
from constructs_lambda.model import Topology
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, check_stack, check_topology, check_uses
from constructs_lambda.template import read_template

TODAY = date(2026, 11, 22)


class Absent:
    """What isn't set, with a name that is the same in each process: the ids of tests hold it."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()
NO_VALUE = {"Ref": "AWS::NoValue"}
TEXT_TOKEN = "${Token[TOKEN.1]}"
NUMBER_TOKEN = -1.8881545897087626e289
UNKNOWN: tuple[object, ...] = (
    {"Ref": "Parameter"},
    {"Fn::If": ["Condition", 1, 2]},
    {"Fn::GetAtt": ["Resource", "Attribute"]},
    {"Fn::Sub": "${Parameter}"},
    TEXT_TOKEN,
    "{{resolve:ssm:/parameter}}",
)
UNKNOWN_NUMBERS = (*UNKNOWN, NUMBER_TOKEN)
ROLE = "arn:aws:iam::111122223333:role/orders"
TRUSTED = {
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
    ]
}
OF_WHOLE_TEMPLATES = ("CL643", "CL644", "CL830", "CL831", "CL915", "CL916", "CL917", "CL919")
LENIENT = Severities(dict.fromkeys(OF_WHOLE_TEMPLATES, "off"))
"""The tables leave out, or name without it being there, what matters not; `test_names.py` and `test_neighbours.py` have
the rules that speak of that."""
IMAGE_URI = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
Resource = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Resources, and the ids of the rules that speak of them, in the order of the ids."""

    what: str
    expected: tuple[str, ...]
    resources: dict[str, Resource]
    template: dict[str, Any] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        return check({"Resources": self.resources, **self.template})


def check(document: dict[str, Any], quotas: Quotas | None = None, **about: Any) -> list[Finding]:
    stack = read_template(document, **{"template": "t.json", "size_bytes": 1, **about})
    context, app = Context(TODAY, quotas or Quotas()), Topology([stack])
    return [
        *check_stack(stack, context, LENIENT),
        *check_topology(app, context, LENIENT),
        *check_uses([app], context, LENIENT),
    ]


def ids(findings: list[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.rule for finding in findings}))


def resource(kind: str, properties: Resource) -> Resource:
    given = {name: value for name, value in properties.items() if value is not ABSENT}
    return {"Type": f"AWS::Lambda::{kind}", "Properties": given}


def zipped(**properties: Any) -> Resource:
    """A valid function from a zip package, with these properties."""
    code = {"S3Bucket": "packages", "S3Key": "orders.zip"}
    valid = {"Code": code, "Handler": "index.handler", "Role": ROLE, "Runtime": "python3.13"}
    return resource("Function", {**valid, **properties})


def image(**properties: Any) -> Resource:
    """A valid function from a container image, with these properties."""
    return resource("Function", {"Code": {"ImageUri": IMAGE_URI}, "PackageType": "Image", "Role": ROLE, **properties})


def managed(settings: Resource | None = None, **properties: Any) -> Resource:
    """A valid function on Managed Instances."""
    arn = "arn:aws:lambda:eu-west-1:111122223333:capacity-provider:pool"
    config = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": arn, **(settings or {})}}
    return zipped(CapacityProviderConfig=config, MemorySize=8192, **properties)


def one(what: str, expected: str, function: Resource, /, **beside: Resource) -> Case:
    """A function `F`, what stands beside it, and the ids expected, with blanks between them."""
    return Case(what, tuple(expected.split()), {"F": function, **beside})


def stack(what: str, expected: str, /, template: dict[str, Any] | None = None, **resources: Resource) -> Case:
    return Case(what, tuple(expected.split()), resources, template or {})


def around(
    what: str, rule: str, bounds: tuple[int | None, int | None], make: Callable[[Any], Resource], **beside: Resource
) -> Iterator[Case]:
    """A resource with values at, within and beyond the bounds, and with every kind of unknown one."""
    minimum, maximum = bounds
    if minimum is not None:
        yield one(f"{what}: {minimum} - 1", rule, make(minimum - 1), **beside)
        yield one(f"{what}: {minimum}", "", make(minimum), **beside)
        if maximum is None or maximum > minimum:
            yield one(f"{what}: {minimum} + 1", "", make(minimum + 1), **beside)
    if maximum is not None:
        if minimum is None or maximum > minimum:
            yield one(f"{what}: {maximum} - 1", "", make(maximum - 1), **beside)
        yield one(f"{what}: {maximum}", "", make(maximum), **beside)
        yield one(f"{what}: {maximum} + 1", rule, make(maximum + 1), **beside)
        yield one(f"{what}: {maximum} + 1 as a text", rule, make(str(maximum + 1)), **beside)
    for unknown in (*UNKNOWN_NUMBERS, NO_VALUE):
        yield one(f"{what}: {unknown}", "", make(unknown), **beside)


def up_to(what: str, rule: str, maximum: int, make: Callable[[Any], Resource]) -> Iterator[Case]:
    """A resource with texts or lists of a length: `make` takes the length."""
    yield one(f"{what}: {maximum - 1:,} long", "", make(maximum - 1))
    yield one(f"{what}: {maximum:,} long", "", make(maximum))
    yield one(f"{what}: {maximum + 1:,} long", rule, make(maximum + 1))


def unknowns(what: str, make: Callable[[Any], Resource], **beside: Resource) -> Iterator[Case]:
    for unknown in (*UNKNOWN, NO_VALUE):
        yield one(f"{what}: {unknown}", "", make(unknown), **beside)

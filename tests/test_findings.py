"""Findings, reports and the errors made of them."""

from __future__ import annotations

from dataclasses import replace

from constructs_lambda.errors import ConstructsLambdaError, InputError, LimitError
from constructs_lambda.findings import Finding, Report, Severity, in_order

SLOW = Finding(
    rule="CL102",
    severity=Severity.ERROR,
    path="Shop/Orders",
    resource="Orders1",
    template="Shop.template.json",
    message="timeout is 1000 s; AWS allows 1 to 900 s",
    fix="Lower the timeout.",
    source="https://docs.aws.amazon.com/x",
    property="Timeout",
)
TEXT = """\
CL102  Shop/Orders  timeout is 1000 s; AWS allows 1 to 900 s
       Fix: Lower the timeout.
       https://docs.aws.amazon.com/x"""


def test_text() -> None:
    assert SLOW.text() == TEXT


def test_severities_rank_from_the_worst() -> None:
    assert sorted(Severity, key=lambda severity: severity.rank) == [Severity.ERROR, Severity.WARNING, Severity.INFO]
    assert f"{Severity.ERROR}" == "error"


def test_errors_of_a_report() -> None:
    warning = replace(SLOW, severity=Severity.WARNING)
    assert Report((SLOW, warning), 1, 1).errors == (SLOW,)


def test_order_is_by_template_and_path_then_the_worst() -> None:
    ordered = (
        replace(SLOW, template="a", path="z"),
        replace(SLOW, template="b", path="a", severity=Severity.INFO),
        replace(SLOW, template="b", path="b", severity=Severity.ERROR, rule="CL900"),
        replace(SLOW, template="b", path="b", severity=Severity.WARNING, rule="CL100"),
        replace(SLOW, template="b", path="b", severity=Severity.WARNING, rule="CL101", property="A"),
        replace(SLOW, template="b", path="b", severity=Severity.WARNING, rule="CL101", property="B"),
    )
    assert in_order(reversed(ordered)) == ordered


def test_a_limit_error_tells_every_finding() -> None:
    error = LimitError([SLOW, SLOW])
    assert str(error) == f"2 problems, nothing was created:\n\n{TEXT}\n\n{TEXT}"
    assert str(LimitError([SLOW])).startswith("1 problem, nothing was created:")
    assert error.findings == (SLOW, SLOW)
    assert isinstance(error, ConstructsLambdaError)
    assert isinstance(InputError("x"), ConstructsLambdaError)

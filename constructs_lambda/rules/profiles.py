"""CL93x: what a platform team's profile asks for, and its waivers."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import ANY, Breach, Exemption
from constructs_lambda.rules import Problem, rule

_PAGE = "https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html"


@rule(
    "CL930",
    "Requirement of a profile broken",
    Severity.ERROR,
    aws="Nothing: it is the organisation that asks for it, in a `Profile`. The message names the profile.",
    fix="Set what the profile requires, or ask whoever keeps it for a waiver.",
    source=_PAGE,
    early=False,
)
def broken_requirement(breach: Breach) -> Iterator[Problem]:
    because = f" ({breach.because})" if breach.because else ""
    unit = f" {breach.unit}" if breach.unit else ""
    is_now = "missing" if breach.is_now is None else f"{breach.is_now}{unit if breach.is_now[0].isdigit() else ''}"
    required = breach.required if breach.required != ANY else "it" if breach.is_now is None else "a value"
    yield Problem(
        breach.property,
        f"{breach.what} is {is_now}; {breach.profile} requires {required}{unit}{because}",
        f"Set {breach.what} as required, or ask who keeps the profile for a waiver.",
    )


@rule(
    "CL931",
    "Waiver past its date",
    Severity.ERROR,
    aws="Nothing: what the waiver let pass is reported again.",
    fix="Mend what it was for, or agree on a new date with the owner.",
    source=_PAGE,
    early=False,
)
def waiver_is_over(exemption: Exemption) -> Iterator[Problem]:
    if exemption.is_over:
        yield Problem(
            "",
            f"the waiver of {exemption.rule} in {exemption.profile} was good until {exemption.until}; its owner is "
            f"{exemption.owner}",
            f"Mend what it was for, or let {exemption.owner} agree on a new date.",
        )


@rule(
    "CL932",
    "Waiver that matches nothing",
    Severity.WARNING,
    aws="Nothing: whoever reads the profile believes that something is let pass.",
    fix="Remove it, or correct its rule or path.",
    source=_PAGE,
    early=False,
)
def waiver_of_nothing(exemption: Exemption) -> Iterator[Problem]:
    if exemption.is_used is False and not exemption.is_over:
        near = f" ({exemption.near})" if exemption.near else ""
        yield Problem(
            "",
            f"the waiver of {exemption.rule} in {exemption.profile} matches no finding{near}; its owner is "
            f"{exemption.owner}",
            "Remove it, or correct its rule or path.",
        )

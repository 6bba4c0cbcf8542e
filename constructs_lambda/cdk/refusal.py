"""What the constructors of constructs refuse: limits that are broken for certain, everything at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from constructs_lambda.errors import LimitError
from constructs_lambda.findings import Finding
from constructs_lambda.model import Place, Stack, Topology
from constructs_lambda.rules import Context, Severities, check_subject
from constructs_lambda.template.companions import read_async_invocation
from constructs_lambda.template.functions import read_function

_OWN_SEVERITIES = Severities()


def refuse_what_aws_refuses(subjects: Iterable[Any], place: Place) -> None:
    """Raises where a rule finds an error in what is about to be made.

    Args:
        subjects: Objects of the model.
        place: Where they will stand.

    Raises:
        LimitError: What AWS would refuse, everything at once.
    """
    if findings := what_aws_refuses(subjects, place):
        raise LimitError(findings)


def what_aws_refuses(subjects: Iterable[Any], place: Place) -> list[Finding]:
    """The errors that rules find in what is about to be made.

    Args:
        subjects: Objects of the model.
        place: Where they will stand.
    """
    every = list(subjects)
    for app in [Topology([each]) for each in every if isinstance(each, Stack)]:
        every += [*app.qualified(), *app.provisioned()]
    return _broken(every, place)


def broken_in_function(properties: Mapping[str, Any], invocation: Mapping[str, Any] | None) -> list[Finding]:
    """The errors that rules find in a function that is about to be made, without a path.

    Args:
        properties: The properties it will have.
        invocation: Those of its `AWS::Lambda::EventInvokeConfig`, None where none will be made.
    """
    nowhere = Place("")
    subjects: list[Any] = [read_function(properties, nowhere)]
    if invocation is not None:
        subjects.append(read_async_invocation(invocation, nowhere))
    return _broken(subjects, nowhere)


def _broken(subjects: Iterable[Any], place: Place) -> list[Finding]:
    context = Context(date.today())
    return [each for one in subjects for each in check_subject(one, place, context, _OWN_SEVERITIES, early=True)]

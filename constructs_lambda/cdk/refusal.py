"""What the constructors of constructs refuse: limits that are broken for certain, everything at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from constructs_lambda.errors import LimitError
from constructs_lambda.model import Place, Stack, Topology
from constructs_lambda.rules import Context, Severities, check_subject

_OWN_SEVERITIES = Severities()


def refuse_what_aws_refuses(subjects: Iterable[Any], place: Place) -> None:
    """Raises where a rule finds an error in what is about to be made.

    Args:
        subjects: Objects of the model.
        place: Where they will stand.

    Raises:
        LimitError: What AWS would refuse, everything at once.
    """
    context = Context(date.today())
    every = list(subjects)
    for app in [Topology([each]) for each in every if isinstance(each, Stack)]:
        every += [*app.qualified(), *app.provisioned()]
    findings = [
        finding for each in every for finding in check_subject(each, place, context, _OWN_SEVERITIES, early=True)
    ]
    if findings:
        raise LimitError(findings)

"""`LambdaChecks`: the rules as a plugin for CDK's Validations.

The rules and what they need are loaded when they are first asked for, not with this module.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import jsii
from aws_cdk import IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport

from constructs_lambda.cdk.inputs import refuses_unknown_keywords
from constructs_lambda.findings import NAMESPACE, Severity
from constructs_lambda.quotas import Quotas

if TYPE_CHECKING:
    from constructs_lambda.rules import Severities


@jsii.implements(IPolicyValidationPlugin)
class LambdaChecks:
    """Checks every Lambda function of an app at synth, plain CDK ones included.

    Register it once, at the app: `Validations.of(app).add_plugins(LambdaChecks())`. Our constructs register one of
    their own at synth; where you register yours, at any time, yours reports and theirs stays silent. Errors stop the
    synth. To accept one:

        Validations.of(scope).acknowledge(Acknowledgment(id="constructs-lambda::CL101", reason="..."))

    Args:
        severity: Rule id to `error`, `warning`, `info` or `off`. Rules that are not named keep their own severity. It
            says what a synth reports; a constructor of ours refuses a broken limit whatever is set here.
        today: The day on which runtimes are judged. The current day where it isn't given.
        quotas: What AWS has raised for the accounts that the app is deployed to.

    Raises:
        InputError: A rule id or severity that doesn't exist.
    """

    @refuses_unknown_keywords
    def __init__(
        self,
        *,
        severity: Mapping[str, Severity | str] | None = None,
        today: date | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        if severity is not None and not isinstance(severity, Mapping):
            raise TypeError(f"severity must be a mapping of rule ids, such as {{'CL101': 'warning'}}; got {severity!r}")
        if today is not None and not isinstance(today, date):
            raise TypeError(f"today must be a datetime.date; got {today!r}")
        if quotas is not None and not isinstance(quotas, Quotas):
            raise TypeError(f"quotas must be Quotas, such as Quotas(concurrent_executions=3_000); got {quotas!r}")
        self._severities = _severities(severity) if severity is not None else None
        self._today = today
        self._quotas = quotas

    @property
    def name(self) -> str:
        """The namespace of the rules in acknowledgements."""
        return NAMESPACE

    @property
    def version(self) -> str:
        """Version of this library."""
        return _version()

    @property
    def rule_ids(self) -> list[str]:
        """Every rule's id."""
        from constructs_lambda.rules import all_rules

        return list(all_rules())

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Checks the templates that CDK names; CDK calls it at the end of `app.synth()`.

        Args:
            context: The templates, and the app they come from.
        """
        from constructs_lambda.cdk.validation import validate

        try:
            return validate(context, self._today, self._quotas, self._severities)
        except Exception:  # CDK keeps the message and throws the traceback away
            traceback.print_exc(file=sys.stderr)
            raise


def _severities(severity: Mapping[str, Severity | str]) -> Severities:
    from constructs_lambda.rules import Severities

    return Severities({str(rule).removeprefix(f"{NAMESPACE}::"): value for rule, value in severity.items()})


@cache
def _version() -> str:
    from importlib import metadata  # not free to load, and only needed at synth

    try:
        return metadata.version("constructs-lambda")
    except metadata.PackageNotFoundError:  # run from a checkout that isn't installed
        return "unknown"


class _OwnChecks(LambdaChecks):
    """The plugin that our constructs register: after all others, so that it reports what nobody has reported."""


def own_checks() -> LambdaChecks:
    """A plugin to register where one of our constructs is in an app."""
    return _OwnChecks()

"""What profiles do at synth: their settings count, their requirements are checked, and their waivers hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from constructs import IConstruct

from constructs_lambda.cdk.profiles.applied import scopes_below
from constructs_lambda.cdk.profiles.exemptions import acknowledge, exemptions, profiles_of, write_down
from constructs_lambda.cdk.profiles.injection import made_by_cdk
from constructs_lambda.cdk.profiles.settings import breaches
from constructs_lambda.findings import NAMESPACE, Finding, Severity
from constructs_lambda.model import Stack
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, check_subject


def settings_of(app: IConstruct, severities: Severities | None, quotas: Quotas | None) -> tuple[Severities, Quotas]:
    """What counts for the checks of an app: what `LambdaChecks` was given, else what its profiles say.

    Args:
        app: The app.
        severities: What `LambdaChecks` was given.
        quotas: What `LambdaChecks` was given.
    """
    profiles = profiles_of(app)
    if severities is None:
        merged: dict[str, Severity | str] = {}
        for profile in reversed(profiles):
            merged |= profile.severity
        severities = Severities(merged)
    return severities, quotas or next((each.quotas for each in profiles if each.quotas is not None), Quotas())


def broken(app: IConstruct, stacks: Iterable[Stack], context: Context, severities: Severities) -> Iterator[Finding]:
    """The findings on functions that break a requirement.

    Args:
        app: The app.
        stacks: Its stacks.
        context: What rules may know beside the model.
        severities: Which rules run.
    """
    every = [(scope.node.path, profile) for scope, profiles in scopes_below(app) for profile in profiles]
    demanding = [(path, profile) for path, profile in every if profile.single or profile.by_name]
    if not demanding:
        return
    of_cdk = made_by_cdk(app)
    for stack in stacks:
        for function in stack.functions.values():
            path = function.place.path
            if path in of_cdk:
                continue
            for scope, profile in demanding:
                if not scope or path.startswith(f"{scope}/"):
                    for breach in breaches(function, stack, profile.shown, profile.single, profile.by_name):
                        yield from check_subject(breach, breach.place, context, severities)


def enforced(
    app: IConstruct, stacks: Iterable[Stack], findings: Sequence[Finding], context: Context, severities: Severities
) -> list[Finding]:
    """What profiles add to the findings of a synth, once their waivers have let pass what they are for.

    Args:
        app: The app.
        stacks: Its stacks.
        findings: What the rules found.
        context: What rules may know beside the model.
        severities: Which rules run.
    """
    found = list(broken(app, stacks, context, severities))
    for finding in (*findings, *found):
        acknowledge(app, f"{NAMESPACE}::{finding.rule}", finding.path, context.today)
    for exemption in exemptions(app, context.today):
        found.extend(check_subject(exemption, exemption.place, context, severities))
    write_down(app)
    return found

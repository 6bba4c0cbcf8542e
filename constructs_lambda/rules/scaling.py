"""CL70x: concurrency, and the aliases that it is provisioned on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Alias, Function, Provisioned, Qualified, Stack, Version
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.managed_instances import environment_problems
from constructs_lambda.rules.problems import number_problem, quoted, too_long
from constructs_lambda.rules.runtimes import update_problems
from constructs_lambda.tokens import known

_VERSION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html"


@rule(
    "CL701",
    "Reserved concurrency below zero",
    Severity.ERROR,
    aws="The Lambda API refuses it.",
    fix="Reserve 0 or more; 0 stops the function.",
    source=limits.RESERVED_CONCURRENCY.source,
)
def reserved_concurrency(function: Function) -> Iterator[Problem]:
    yield from number_problem(
        "ReservedConcurrentExecutions",
        "reserved concurrency",
        function.reserved_concurrency,
        limits.RESERVED_CONCURRENCY,
        "Reserve 0 or more; 0 stops the function.",
    )


@rule(
    "CL702",
    "Alias not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the alias: a name of digits only would be a version.",
    fix="Use 1 to 128 letters, digits, hyphens and underscores, not digits only, and point it at a version's number.",
    source=limits.ALIAS_NAME_LENGTH.source,
)
def alias(alias: Alias | Qualified) -> Iterator[Problem]:
    if isinstance(alias, Qualified):
        if alias.has_arn_as_version:
            message = "the alias points at an ARN; AWS takes a version's number or $LATEST"
            yield Problem("FunctionVersion", message, "Write Fn::GetAtt: [the version, Version].")
        return
    yield from too_long("Name", "the alias's name", alias.name, limits.ALIAS_NAME_LENGTH, "Shorten the name.")
    name, version = known(alias.name), known(alias.version)
    if name is not None and not re.fullmatch(limits.ALIAS_NAME_PATTERN, name):
        what = "only digits" if name.isdigit() else "other characters than letters, digits, hyphens and underscores"
        yield Problem("Name", f"the alias name {quoted(name)} has {what if name else 'no character'}", "Rename it.")
    if version is not None and not re.fullmatch(r"\$LATEST(\.PUBLISHED)?|[0-9]+", version):
        yield Problem(
            "FunctionVersion",
            f"the alias points at {quoted(version)}; AWS takes a version's number or $LATEST",
            "Write the version's number.",
        )
    what = "the alias's description"
    yield from too_long("Description", what, alias.description, limits.FUNCTION_DESCRIPTION_LENGTH, "Shorten it.")
    yield from _routing(alias, version)


def _routing(alias: Alias, version: str | None) -> Iterator[Problem]:
    weights, prop = known(alias.weights) or (), "RoutingConfig.AdditionalVersionWeights"
    for weight in weights:
        number = known(weight)
        if number is not None and not 0 <= number <= 1:
            message = f"the weight of the additional version is {number}; AWS allows 0.0 to 1.0"
            yield Problem(prop, message, "Write the share of the invocations, such as 0.1.")
    if len(weights) > 1:
        yield Problem(prop, f"the alias has {len(weights)} additional versions; AWS allows one", "Keep one.")
    if weights and version == "$LATEST":
        yield Problem(
            prop, "the alias splits the invocations with $LATEST; AWS takes two versions", "Publish a version."
        )
    if not known(alias.provisioned_concurrency):
        return
    if weights:
        message = "the alias has provisioned concurrency and an additional version, which exclude each other"
        yield Problem(prop, message, "Remove the additional version, or the provisioned concurrency.")
    if version == "$LATEST":
        message = "the alias points at $LATEST, which can't have provisioned concurrency"
        yield Problem("FunctionVersion", message, "Point the alias at a published version.")


@rule(
    "CL704",
    "Version not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the version.",
    fix="Shorten the description to 256 characters, and write values that AWS takes.",
    source=_VERSION,
)
def version(version: Version) -> Iterator[Problem]:
    what = "the version's description"
    yield from too_long("Description", what, version.description, limits.FUNCTION_DESCRIPTION_LENGTH, "Shorten it.")
    yield from update_problems("RuntimePolicy", version.runtime_update, version.runtime_version)
    yield from environment_problems(version.scaling)


@rule(
    "CL705",
    "Two aliases of one name",
    Severity.ERROR,
    aws="The second alias fails: the function has one of that name already.",
    fix="Rename one of the aliases.",
    source=limits.ALIAS_NAME_LENGTH.source,
)
def same_alias(stack: Stack) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for alias in stack.aliases.values():
        function, name = stack.function_of(alias.function), known(alias.name)
        if function is None or name is None or alias.place.conditional:
            continue
        first = seen.setdefault((function.place.resource, name), alias.place.path)
        if first != alias.place.path:
            message = f"the function has an alias {quoted(name)} already: {first}"
            yield Problem("Name", message, "Rename one of the two.", alias.place)


@rule(
    "CL703",
    "Provisioned concurrency not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses provisioned concurrency below 1, more of it than the function has reserved, and on an "
    "alias whose version has some already.",
    fix="Provision 1 or more, in all at most what is reserved, on the alias or on its version.",
    source=limits.PROVISIONED_CONCURRENCY.source,
)
def provisioned_concurrency(subject: Qualified | Provisioned) -> Iterator[Problem]:
    if isinstance(subject, Qualified):
        for problem in number_problem(
            "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
            "provisioned concurrency",
            known(subject.resource.provisioned_concurrency),
            limits.PROVISIONED_CONCURRENCY,
            "Provision 1 or more, or remove the setting.",
        ):
            yield problem.at(subject.place)
        yield from _twice(subject)
        return
    total, reserved = subject.number, known(subject.function.reserved_concurrency)
    if reserved is not None and total > reserved >= 0:
        yield Problem(
            "ReservedConcurrentExecutions",
            f"provisioned concurrency of {total:,} in all, but reserved concurrency of {reserved:,}",
            "Raise the reserved concurrency, or provision less.",
            subject.place,
        )


def _twice(subject: Qualified) -> Iterator[Problem]:
    version = subject.version
    if version is None or version.place.conditional or subject.place.conditional:
        return
    if known(subject.resource.provisioned_concurrency) and known(version.provisioned_concurrency):
        message = f"concurrency is provisioned on the alias, and on its version {version.place.path} already"
        yield Problem("ProvisionedConcurrencyConfig", message, "Keep it on the alias.", subject.place)

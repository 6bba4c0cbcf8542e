"""CL70x: concurrency, and the aliases that it is provisioned on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Alias, Function, Stack, Version
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, quoted, too_long
from constructs_lambda.tokens import known


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
def alias(alias: Alias) -> Iterator[Problem]:
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
    yield from too_long(
        "Description", "the description", alias.description, limits.FUNCTION_DESCRIPTION_LENGTH, "Shorten it."
    )


@rule(
    "CL703",
    "Provisioned concurrency not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses provisioned concurrency below 1, and more of it than the function has reserved.",
    fix="Provision 1 or more, in all at most what is reserved.",
    source=limits.PROVISIONED_CONCURRENCY.source,
)
def provisioned_concurrency(stack: Stack) -> Iterator[Problem]:
    sums: Counter[str] = Counter()
    every: tuple[Alias | Version, ...] = (*stack.aliases.values(), *stack.versions.values())
    for qualified in every:
        number = known(qualified.provisioned_concurrency)
        for problem in number_problem(
            "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
            "provisioned concurrency",
            number,
            limits.PROVISIONED_CONCURRENCY,
            "Provision 1 or more, or remove the setting.",
        ):
            yield Problem(problem.property, problem.message, problem.fix, qualified.place)
        function = stack.function_of(qualified.function)
        if function and number and not qualified.place.conditional:
            sums[function.place.resource] += int(number)
    for name, total in sums.items():
        function = stack.functions[name]
        reserved = known(function.reserved_concurrency)
        if reserved is not None and total > reserved >= 0:
            yield Problem(
                "ReservedConcurrentExecutions",
                f"provisioned concurrency of {total:,} in all, but reserved concurrency of {reserved:,}",
                "Raise the reserved concurrency, or provision less.",
                function.place,
            )

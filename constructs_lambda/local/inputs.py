"""What a deployment is given: values of stack parameters, SSM parameters and secrets."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.clients import explained
from constructs_lambda.local.needs import SECRET, SSM, Need, asked_for, made_by, needs, ssm_names
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.local.emulator import Emulator
    from constructs_lambda.local.fits import Fitted

_PARAMETER = "parameter"
_OPTIONS = {_PARAMETER: "--parameters", SSM: "--ssm", SECRET: "--secret"}
_KEYWORDS = {_PARAMETER: "parameters", SSM: "ssm", SECRET: "secrets"}
_SUFFIX_LENGTH = 7
"""What AWS puts behind the name of a secret in its ARN: a hyphen and six characters."""
_OF_AWS = ("aws", "ssm")
"""What the names of SSM parameters begin with, after a slash, that only AWS can make."""


@record()
class Inputs:
    """What a deployment is given.

    Args:
        parameters: Values of stack parameters by `NAME` or `STACK:NAME`.
        ssm: Values of SSM parameters by name.
        secrets: Values of secrets by name, or ARN.
        is_by_keywords: Whether Python gives them, so texts name its keyword arguments in place of options.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    ssm: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    is_by_keywords: bool = False

    def value_of(self, need: Need) -> str | None:
        """The value for what a stack needs; None where it isn't given.

        Args:
            need: What it needs.
        """
        names = [need.name]
        if need.kind == SECRET and need.name[-_SUFFIX_LENGTH:][:1] == "-":
            names.append(need.name[:-_SUFFIX_LENGTH])
        elif need.kind == SSM and not need.is_certain:  # an ARN doesn't tell whether there is a slash
            names.append(need.name.removeprefix("/") if need.name.startswith("/") else f"/{need.name}")
        given = self.ssm if need.kind == SSM else self.named_secrets
        return next((given[name] for name in names if name in given), None)

    @property
    def named_secrets(self) -> dict[str, str]:
        """The values of secrets by their names, where ARNs were given too."""
        return {name.partition(":secret:")[2] or name: value for name, value in self.secrets.items()}

    def place(self, kind: str, name: str) -> str:
        """Where a value is given, as `--ssm NAME` or `ssm['NAME']`.

        Args:
            kind: What it is a value of.
            name: Its name.
        """
        return f"{_KEYWORDS[kind]}[{name!r}]" if self.is_by_keywords else f"{_OPTIONS[kind]} {name}"

    def giving(self, kind: str, name: str, value: str) -> str:
        """What gives a value, as a shell or Python reads it.

        Args:
            kind: What it is a value of.
            name: Its name.
            value: The value.
        """
        if self.is_by_keywords:
            return f"{_KEYWORDS[kind]}={ {name: value} }"
        return f"{_OPTIONS[kind]} {shlex.quote(f'{name}={value}')}"


@explained
def supply(aws: Emulator, app: Fitted, inputs: Inputs) -> Fitted:
    """Puts what is given into an emulator, for an app that is deployed next.

    Args:
        aws: The emulator.
        app: The app.
        inputs: What is given.

    Returns:
        The app with the values of its stacks' parameters.

    Raises:
        InputError: Something is missing, or given in vain; all of it is said.
    """
    if not app.plans:
        raise InputError(f"nothing can be deployed: no resource is left in {', '.join(app.empty)}")
    values = _values(app, inputs)
    wanted, made = needs(app, values), made_by(app)
    missing = [each for each in wanted if each.is_certain and inputs.value_of(each) is None]
    lines = [*_missing_parameters(app, inputs, values), *_shown(aws, inputs, missing, made)]
    problems = list(_wrong(app, inputs, values, wanted, made))
    if lines:
        problems += ["the app needs values that it doesn't have; nothing is deployed without them:", *lines]
    if problems:
        raise InputError("\n".join(dict.fromkeys(problems)))
    _put(aws, app, inputs, wanted)
    return _with_values(app, inputs, values, wanted)


def perhaps_read(app: Fitted, inputs: Inputs) -> list[str]:
    """What isn't given and functions may read while they run, a line each for people to read.

    Args:
        app: The app.
        inputs: What is given.
    """
    wanted, made = needs(app, _values(app, inputs)), made_by(app)
    made |= {(each.kind, each.name) for each in wanted if each.is_certain}
    return list(_shown(None, inputs, [each for each in wanted if inputs.value_of(each) is None], made))


def _values(app: Fitted, inputs: Inputs) -> dict[str, dict[str, str]]:
    """The values of stack parameters that are given, by stack; what is said for one stack goes before the rest."""
    found = {}
    for plan in app.plans:
        has = asked_for(plan, app.templates[plan.template.file.resolve()])
        general = {name: value for name, value in inputs.parameters.items() if name in has}
        own = {name: inputs.parameters.get(f"{plan.name}:{name}") for name in has}
        found[plan.name] = general | {name: value for name, value in own.items() if value is not None}
    return found


def _wrong(
    app: Fitted,
    inputs: Inputs,
    values: Mapping[str, Mapping[str, str]],
    wanted: Sequence[Need],
    made: set[tuple[str, str]],
) -> Iterator[str]:
    """What is given and can't be taken."""
    has = {plan.name: asked_for(plan, app.templates[plan.template.file.resolve()]) for plan in app.plans}
    for given in inputs.parameters:
        place = inputs.place(_PARAMETER, given)
        stack, colon, name = given.rpartition(":")
        names = set(has.get(stack, ())) if colon else {each for names in has.values() for each in names}
        if colon and stack not in has:
            yield one_line(f"{place}: no stack is called {stack!r}; there are: {', '.join(has)}")
        elif name not in names:
            whose = f"the stack {stack} has" if colon else "the app's stacks have"
            there = ", ".join(sorted(names)) or "none"
            yield one_line(f"{place}: {whose} no parameter {name}; the parameters are: {there}")
    for kind, by_name in ((SSM, inputs.ssm), (SECRET, inputs.named_secrets)):
        for name in by_name:
            if (kind, name) in made:
                yield one_line(f"{inputs.place(kind, name)}: the app makes this {kind} itself; leave it out")
    of_parameters = {name for *_, name in ssm_names(app, values)}
    for name in inputs.ssm:
        if _is_of_aws(name) and name not in of_parameters:
            yield one_line(
                f"{inputs.place(SSM, name)}: names that begin with aws or ssm are AWS's own, so it can only be given "
                "where it is the value of a stack's parameter"
            )
    for need in wanted:
        value = inputs.value_of(need)
        if need.key and value is not None and not _has_key(value, need.key):
            example = json.dumps({need.key: "VALUE"})
            yield one_line(
                f"{inputs.place(SECRET, need.name)}: the stack {need.stack} takes {need.key!r} out of it: {example}"
            )


def _has_key(value: str, key: str) -> bool:
    try:
        found = json.loads(value)
    except ValueError:
        return False
    return isinstance(found, dict) and key in found


def _is_of_aws(name: str) -> bool:
    return name.removeprefix("/").lower().startswith(_OF_AWS)


def _missing_parameters(app: Fitted, inputs: Inputs, values: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for plan in app.plans:
        for name, each in asked_for(plan, app.templates[plan.template.file.resolve()]).items():
            if "Default" not in each and name not in values[plan.name]:
                allowed = each.get("AllowedValues")
                kind = "one of " + ", ".join(map(str, allowed)) if isinstance(allowed, list) else each.get("Type")
                way = inputs.giving(_PARAMETER, f"{plan.name}:{name}", "VALUE")
                yield one_line(f"  {plan.name}: the parameter {name} ({kind}): {way}")


def _shown(aws: Emulator | None, inputs: Inputs, missing: Sequence[Need], made: set[tuple[str, str]]) -> Iterator[str]:
    """What is missing, with what gives it; without what the app makes, and what is in the emulator."""
    keys: dict[tuple[str, str], list[str]] = {}
    for each in missing:
        keys.setdefault((each.kind, each.name), []).append(each.key)
    for each in {(each.kind, each.name): each for each in missing}.values():
        if (each.kind, each.name) not in made and not (aws and _is_there(aws, each)):
            named = sorted({*keys[each.kind, each.name]} - {""})
            value = json.dumps(dict.fromkeys(named, "VALUE")) if named else "VALUE"
            way = inputs.giving(each.kind, each.name, value)
            yield one_line(f"  {each.stack}: the {each.kind} {each.name}: {way}")


def _is_there(aws: Emulator, need: Need) -> bool:
    """Whether the emulator has it already: put there before, or one of AWS's own that it knows."""
    from botocore.exceptions import ClientError  # type: ignore[import-untyped]

    region, _, account = (need.elsewhere or f"{need.region}:{need.account}").partition(":")
    try:
        if need.kind == SSM:
            aws.client("ssm", account=account, region=region).get_parameter(Name=need.name)
        else:
            aws.client("secretsmanager", account=account, region=region).describe_secret(SecretId=need.name)
    except ClientError:
        return False
    return True


def _put(aws: Emulator, app: Fitted, inputs: Inputs, wanted: Sequence[Need]) -> None:
    """Puts SSM parameters and secrets into each account and Region of the app."""
    places = {(plan.account, plan.region) for plan in app.plans}
    values: dict[tuple[str, str, str, str], tuple[str, int]] = {}
    for account, region in sorted(places):
        for kind, given in ((SSM, inputs.ssm), (SECRET, inputs.named_secrets)):
            values |= {(kind, account, region, name): (value, 1) for name, value in given.items()}
    for need in wanted:
        value, key = inputs.value_of(need), (need.kind, need.account, need.region, need.name)
        if value is not None:  # a secret may be named with what AWS puts behind its name
            values[key] = (value, max(need.version, values.get(key, (value, 1))[1]))
    for (kind, account, region, name), (value, version) in values.items():
        if kind == SECRET:
            _put_secret(aws.client("secretsmanager", account=account, region=region), name, value)
        elif not _is_of_aws(name):
            for _ in range(version):
                aws.client("ssm", account=account, region=region).put_parameter(
                    Name=name, Value=value, Type="String", Overwrite=True
                )


def _put_secret(client: Any, name: str, value: str) -> None:
    try:
        client.create_secret(Name=name, SecretString=value)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=value)


def _with_values(
    app: Fitted, inputs: Inputs, values: Mapping[str, Mapping[str, str]], wanted: Sequence[Need]
) -> Fitted:
    """The app with the values of its stacks' parameters.

    SSM parameters that only AWS can make become values in the template, and ARNs of secrets get the place of the stack.
    """
    templates: dict[Path, Mapping[str, Any]] = dict(app.templates)
    given = {stack: dict(each) for stack, each in values.items()}
    for plan, file, parameter, name in ssm_names(app, values):
        if _is_of_aws(name) and name in inputs.ssm:
            template = templates[file]
            kind = "CommaDelimitedList" if "List<" in template["Parameters"][parameter]["Type"] else "String"
            own = {**template["Parameters"], parameter: {"Type": kind, "Default": inputs.ssm[name]}}
            templates[file] = {**template, "Parameters": own}
            given[plan.name].pop(parameter, None)
    for plan in app.plans:
        theirs = [each for each in wanted if each.stack == plan.name and each.elsewhere and each.kind == SECRET]
        arns = {f":{each.elsewhere}:secret:{each.name}" for each in theirs if inputs.value_of(each) is not None}
        for place in [each.file.resolve() for each in plan.files] if arns else ():
            text = json.dumps(templates[place])
            for arn in arns:
                text = text.replace(arn, f":{plan.region}:{plan.account}:secret:{arn.partition(':secret:')[2]}")
            templates[place] = json.loads(text)
    return replace(app, templates=templates, parameters=given)

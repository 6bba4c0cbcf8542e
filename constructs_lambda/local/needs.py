"""What an app needs that isn't in it: values of stack parameters, SSM parameters and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.local.manifests import PARTITION, StackPlan
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.local.fits import Fitted

SSM, SECRET = "SSM parameter", "secret"
_OF_SSM = "AWS::SSM::Parameter::Value<"
"""What the types of stack parameters begin with whose value is the name of an SSM parameter."""
_NAMED = {"AWS::SSM::Parameter": SSM, "AWS::SecretsManager::Secret": SECRET}
_OF_BOOTSTRAP = "/cdk-bootstrap/"
_UNKNOWN = "\0"
"""What stands in a text for what only the deployment tells."""
_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):(.*?)\}\}")
_SECRET_ARN = re.compile(r"arn:[^:]*:secretsmanager:([^:]*:[^:]*):secret:([^:*?\0]+?)(?:-\?{6}|\*)?")
_SSM_ARN = re.compile(r"arn:[^:]*:ssm:([^:]*:[^:]*):parameter/([^:*?\0]+)")
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@record()
class Need:
    """An SSM parameter or a secret that a stack needs.

    Args:
        kind: `SSM` or `SECRET`.
        name: Its name. That of a secret may have the six characters at its end that AWS puts behind it in an ARN.
        account: The account of the stack.
        region: The Region of the stack.
        stack: The stack.
        version: The version of the SSM parameter; 1 where any will do.
        key: What the secret has, as a JSON object; empty where it may be anything.
        is_certain: Whether the stack can't be created without it; otherwise a function may read it.
        elsewhere: Region and account, as they are in its ARN, where they aren't the stack's.
    """

    kind: str
    name: str
    account: str
    region: str
    stack: str
    version: int = 1
    key: str = ""
    is_certain: bool = True
    elsewhere: str = ""


def asked_for(plan: StackPlan, template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parameters of a stack by name, without CDK's own for the version of the bootstrap stack.

    Args:
        plan: The stack.
        template: Its template.
    """
    found = {name: each for name, each in template.get("Parameters", {}).items() if isinstance(each, Mapping)}
    return {name: each for name, each in found.items() if each.get("Default") not in plan.parameters}


def made_by(app: Fitted) -> set[tuple[str, str]]:
    """Kinds and names of the SSM parameters and secrets that an app makes itself."""
    found = set()
    for plan in app.plans:
        for file in plan.files:
            for each in app.templates[file.file.resolve()]["Resources"].values():
                name = _text(each.get("Properties", {}).get("Name"), _pseudo(plan))
                if each.get("Type") in _NAMED and _UNKNOWN not in name:
                    found.add((_NAMED[each["Type"]], name))
    return found


def ssm_names(app: Fitted, given: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[StackPlan, Path, str, str]]:
    """The SSM parameters whose values stack parameters have: stack, file of the template, parameter, name in SSM.

    Args:
        app: The app.
        given: Values of stack parameters, by stack.
    """
    for plan in app.plans:
        for file in plan.files:
            place = file.file.resolve()
            own = given.get(plan.name, {}) if file is plan.template else {}
            for parameter, each in asked_for(plan, app.templates[place]).items():
                name = own.get(parameter, each.get("Default"))
                if str(each.get("Type")).startswith(_OF_SSM) and name is not None:
                    yield plan, place, parameter, str(name)


def needs(app: Fitted, given: Mapping[str, Mapping[str, str]]) -> list[Need]:
    """The SSM parameters and secrets that the templates of an app name, each once.

    What is only there under a condition is never certain.

    Args:
        app: The app.
        given: Values of stack parameters, by stack.
    """
    found = {Need(SSM, name, plan.account, plan.region, plan.name): None for plan, *_, name in ssm_names(app, given)}
    for plan in app.plans:
        for file in plan.files:
            template = app.templates[file.file.resolve()]
            values = _pseudo(plan)
            if file is plan.template:  # those of nested stacks are given by the outer ones
                parameters = asked_for(plan, template)
                known = {name: each.get("Default") for name, each in parameters.items()}
                known |= given.get(plan.name, {})
                values |= {
                    name: str(value)
                    for name, value in known.items()
                    if value is not None and not str(parameters[name].get("Type")).startswith(_OF_SSM)
                }
            for resource in template["Resources"].values():
                is_certain = "Condition" not in resource
                for text, is_sure in _texts(resource.get("Properties"), values, is_certain):
                    found |= dict.fromkeys(_named_in(text, plan, is_sure))
    return [each for each in found if not each.name.startswith(_OF_BOOTSTRAP)]


def _named_in(text: str, plan: StackPlan, is_certain: bool) -> Iterator[Need]:
    here = f"{plan.region}:{plan.account}"

    def need(kind: str, name: str, place: str, **more: Any) -> Iterator[Need]:
        if name and _UNKNOWN not in f"{name}{place}{more.get('key', '')}":
            elsewhere = "" if place == here else place
            yield Need(kind, name, plan.account, plan.region, plan.name, elsewhere=elsewhere, **more)

    for service, body in _REFERENCE.findall(text):
        parts = body.split(":")
        if service == "secretsmanager":
            place = here
            if parts[0] == "arn":
                place, parts = ":".join(parts[3:5]), parts[6:]
            key = parts[2] if len(parts) > 2 else ""
            yield from need(SECRET, "".join(parts[:1]), place, key=key, is_certain=is_certain)
        elif len(parts) == 1 or (len(parts) == 2 and parts[1].isdecimal()):
            yield from need(SSM, parts[0], here, version=int("".join(parts[1:]) or 1), is_certain=is_certain)
    for kind, pattern in ((SECRET, _SECRET_ARN), (SSM, _SSM_ARN)):
        if match := pattern.fullmatch(text):
            place, name = match.groups()
            whole = f"/{name}" if kind == SSM and "/" in name else name
            yield from need(kind, whole, place, is_certain=False)


def _pseudo(plan: StackPlan) -> dict[str, str]:
    return {
        "AWS::AccountId": plan.account,
        "AWS::Partition": PARTITION,
        "AWS::Region": plan.region,
        "AWS::StackName": plan.name,
    }


def _texts(value: Any, values: Mapping[str, str], is_certain: bool) -> Iterator[tuple[str, bool]]:
    """Every text in a value, as far as it is known, and whether it is surely there."""
    if isinstance(value, str):
        yield value, is_certain
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, values, is_certain)
    elif isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::Join", "Fn::Sub"):
            yield _text(value, values), is_certain
        for name, each in value.items():
            if name not in ("Ref", "Fn::Sub"):
                yield from _texts(each, values, is_certain and name != "Fn::If")


def _text(value: Any, values: Mapping[str, str]) -> str:
    """A text; what isn't known of it is `_UNKNOWN`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return _UNKNOWN
    ((name, content),) = value.items()
    if name == "Ref":
        return values.get(str(content), _UNKNOWN)
    if name == "Fn::Join" and isinstance(content, list) and len(content) == 2 and isinstance(content[1], list):
        return str(content[0]).join(_text(each, values) for each in content[1])
    if name == "Fn::Sub":
        text, own = content if isinstance(content, list) and len(content) == 2 else (content, {})
        more = {key: _text(each, values) for key, each in own.items()} if isinstance(own, Mapping) else {}
        known = {**values, **more}
        return _VARIABLE.sub(lambda match: known.get(match[1], _UNKNOWN), str(text))
    return _UNKNOWN

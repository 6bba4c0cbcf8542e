"""What Lambda puts beside inline code: the module that answers CloudFormation for custom resources."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.invocations import cfnresponse
from constructs_lambda.local.clients import explained
from constructs_lambda.local.resources import FUNCTION
from constructs_lambda.local.templates import as_text

if TYPE_CHECKING:
    from constructs_lambda.local.emulator import Emulator
    from constructs_lambda.local.fits import Fitted

_MODULE = "cfnresponse"


@explained
def with_cfnresponse(aws: Emulator, app: Fitted) -> Fitted:
    """Gives a layer with `cfnresponse` to the Python functions whose inline code names it.

    Args:
        aws: The emulator, which gets the layer.
        app: The app.

    Returns:
        The app with the layer.
    """
    templates: dict[Path, Mapping[str, Any]] = dict(app.templates)
    for plan in app.plans:
        arn = ""
        for place in (each.file.resolve() for each in plan.files):
            functions = {id: each for id, each in templates[place]["Resources"].items() if _needs_it(each)}
            if functions:
                arn = arn or _published(aws, plan.account, plan.region)
                given = {id: _with_layer(each, arn) for id, each in functions.items()}
                templates[place] = {**templates[place], "Resources": {**templates[place]["Resources"], **given}}
    return replace(app, templates=templates)


def _needs_it(resource: Mapping[str, Any]) -> bool:
    properties = resource.get("Properties") or {}
    code = properties.get("Code") if resource.get("Type") == FUNCTION else None
    if not isinstance(code, Mapping) or not isinstance(properties.get("Layers", []), list):
        return False
    return str(properties.get("Runtime")).startswith("python") and _MODULE in as_text(code.get("ZipFile", ""))


def _with_layer(function: Mapping[str, Any], arn: str) -> dict[str, Any]:
    properties = function["Properties"]
    return {**function, "Properties": {**properties, "Layers": [*properties.get("Layers", []), arn]}}


def _published(aws: Emulator, account: str, region: str) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(cfnresponse.__file__, f"python/{_MODULE}.py")
    client = aws.client("lambda", account=account, region=region)
    published = client.publish_layer_version(LayerName=_MODULE, Content={"ZipFile": buffer.getvalue()})
    return str(published["LayerVersionArn"])

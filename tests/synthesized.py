"""What a synth wrote, for the tests of constructs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aws_cdk import App


def template_of(app: App, stack_id: str = "Shop") -> dict[str, Any]:
    """The template that a synth writes for a stack."""
    document: dict[str, Any] = json.loads((Path(app.synth().directory) / f"{stack_id}.template.json").read_text())
    return document


def resources_of(app: App, kind: str, stack_id: str = "Shop") -> dict[str, Any]:
    """The resources of one type, by logical id."""
    return {
        logical_id: resource
        for logical_id, resource in template_of(app, stack_id)["Resources"].items()
        if resource["Type"] == kind
    }

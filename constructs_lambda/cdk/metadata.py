"""What a template can't show otherwise, in the Metadata of a resource."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnResource
from constructs import IConstruct

VERSION = 1


def note(resource: IConstruct | None, **what: Any) -> None:
    """Adds to what a resource says under our key; what stands there already stays.

    Args:
        resource: The resource, such as `function.node.default_child`.
        **what: What is to be known, as JSON; no secrets and no paths of a machine.
    """
    if isinstance(resource, CfnResource):
        from constructs_lambda.template.functions import METADATA_KEY  # loads the model

        resource.add_metadata(METADATA_KEY, {"version": VERSION, **noted(resource), **what})


def noted(resource: CfnResource) -> dict[str, Any]:
    """What a resource says under our key.

    Args:
        resource: The resource.
    """
    from constructs_lambda.template.functions import METADATA_KEY  # loads the model

    return dict(resource.get_metadata(METADATA_KEY) or {})

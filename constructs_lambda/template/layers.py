"""CloudFormation properties of layer versions -> model."""

from __future__ import annotations

from constructs_lambda.artifacts.assets import Asset
from constructs_lambda.model import LayerVersion, Place
from constructs_lambda.template.properties import Properties


def read_layer(values: object, place: Place, *, asset: Asset | None = None) -> LayerVersion:
    """The model of an `AWS::Lambda::LayerVersion`.

    Args:
        values: Its properties, as CloudFormation names them.
        place: Where it stands.
        asset: Its content, where that is on this machine.
    """
    p = Properties(values)
    return LayerVersion(
        place=place,
        name=p.text("LayerName"),
        description=p.text("Description"),
        license=p.text("LicenseInfo"),
        runtimes=p.items("CompatibleRuntimes"),
        architectures=p.items("CompatibleArchitectures"),
        asset=asset,
        malformed=p.malformed,
        missing=p.missing("Content.S3Bucket", "Content.S3Key"),
    )

"""`powertools_layer`: the layer of Powertools for AWS Lambda that AWS publishes."""

from __future__ import annotations

from aws_cdk import Stack, Token, aws_lambda
from constructs import Construct

from constructs_lambda.cdk.layers import target_of
from constructs_lambda.errors import InputError

# https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/#lambda-layer
# as of November 2026 (docs/getting-started/install.md of aws-powertools/powertools-lambda-python, commit 05d7b18).
POWERTOOLS_VERSION = 37
_POWERTOOLS = ("aws", "017000801446", POWERTOOLS_VERSION)
_POWERTOOLS_ELSEWHERE = {
    "cn-north-1": ("aws-cn", "498634801083", POWERTOOLS_VERSION),
    "us-gov-east-1": ("aws-us-gov", "165087284144", 27),
    "us-gov-west-1": ("aws-us-gov", "165093116878", 27),
}
_POWERTOOLS_RUNTIMES = frozenset(f"python3.{minor}" for minor in range(10, 15))
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def powertools_layer(
    scope: Construct,
    id: str,
    *,
    runtime: aws_lambda.Runtime,
    architecture: aws_lambda.Architecture,
    version: int | None = None,
) -> aws_lambda.ILayerVersion:
    """The layer of Powertools for AWS Lambda (Python) that AWS publishes, by its ARN in the stack's Region.

    In a stack without a Region it is the one of the commercial Regions. What it holds isn't known before the
    deployment, so a `PythonFunction` leaves nothing out for it.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        runtime: Python runtime of the function.
        architecture: Processor of the function.
        version: Version of the layer. The one that AWS's documentation named when this library was released where it
            isn't given: 37, and 27 in GovCloud; it changes with a minor release only.

    Raises:
        InputError: AWS publishes none for this runtime or Region.
    """
    target = target_of(runtime, architecture)
    region = Stack.of(scope).region
    is_elsewhere = not Token.is_unresolved(region) and region.startswith(_OTHER_PARTITIONS)
    found = _POWERTOOLS_ELSEWHERE.get(region) if is_elsewhere else _POWERTOOLS
    if found is None or target.runtime not in _POWERTOOLS_RUNTIMES:
        where = f"in {region}" if found is None else f"for {target.runtime}"
        raise InputError(
            f"AWS's documentation names no Powertools layer {where}; for a newer one use CDK's "
            "LayerVersion.from_layer_version_arn, or package aws-lambda-powertools with the function"
        )
    partition, account, latest = found
    name = f"AWSLambdaPowertoolsPythonV3-{target.runtime.replace('.', '')}-{target.architecture}"
    return aws_lambda.LayerVersion.from_layer_version_attributes(
        scope,
        id,
        layer_version_arn=f"arn:{partition}:lambda:{region}:{account}:layer:{name}:{version or latest}",
        compatible_runtimes=[runtime],
    )

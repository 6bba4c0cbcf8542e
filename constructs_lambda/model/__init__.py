"""What matters of a Lambda application: plain data, filled by the constructs and by the synthesized template.

A field is None where nothing is set, `Unknown` where only the deployment will tell, otherwise its value. Rules, prices
and reports read the model and nothing else. Sizes and times carry their unit in the name.
"""

from constructs_lambda.model.companions import (
    COMPANION_FIELDS,
    Alias,
    AsyncInvocation,
    CapacityProvider,
    CodeSigningConfig,
    Companion,
    Cors,
    EventSourceMapping,
    FunctionUrl,
    ScalingPolicy,
    Version,
)
from constructs_lambda.model.functions import (
    KNOWN_PARTS,
    KNOWN_PROPERTIES,
    Durable,
    EnvironmentScaling,
    FileSystem,
    Flag,
    Function,
    Image,
    Items,
    Logging,
    Malformed,
    ManagedInstances,
    Number,
    Place,
    Text,
)
from constructs_lambda.model.packages import Deployment, ImageAsset, LayerVersion, Upload
from constructs_lambda.model.stacks import (
    Acknowledgement,
    Stack,
)

__all__ = [
    "COMPANION_FIELDS",
    "KNOWN_PARTS",
    "KNOWN_PROPERTIES",
    "Acknowledgement",
    "Alias",
    "AsyncInvocation",
    "CapacityProvider",
    "CodeSigningConfig",
    "Companion",
    "Cors",
    "Deployment",
    "Durable",
    "EnvironmentScaling",
    "EventSourceMapping",
    "FileSystem",
    "Flag",
    "Function",
    "FunctionUrl",
    "Image",
    "ImageAsset",
    "Items",
    "LayerVersion",
    "Logging",
    "Malformed",
    "ManagedInstances",
    "Number",
    "Place",
    "ScalingPolicy",
    "Stack",
    "Text",
    "Upload",
    "Version",
]

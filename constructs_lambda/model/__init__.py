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
    Version,
)
from constructs_lambda.model.functions import (
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
from constructs_lambda.model.stacks import (
    Acknowledgement,
    Stack,
)

__all__ = [
    "COMPANION_FIELDS",
    "KNOWN_PROPERTIES",
    "Acknowledgement",
    "Alias",
    "AsyncInvocation",
    "CapacityProvider",
    "CodeSigningConfig",
    "Companion",
    "Cors",
    "Durable",
    "EnvironmentScaling",
    "EventSourceMapping",
    "FileSystem",
    "Flag",
    "Function",
    "FunctionUrl",
    "Image",
    "Items",
    "Logging",
    "Malformed",
    "ManagedInstances",
    "Number",
    "Place",
    "Stack",
    "Text",
    "Version",
]

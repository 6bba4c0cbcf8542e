"""Published versions: which change makes a new one, and what becomes of the old ones.

CDK tells versions apart by the function's own properties: tags, rights and other resources make no new one. With the
flag `recognizeLayerVersion` it also looks into the function's layers. Without it a changed layer is missed, because its
logical id stays as it is; that is made up for here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from aws_cdk import CfnDeletionPolicy, CfnResource, FeatureFlags, RemovalPolicy, Stack, aws_lambda
from constructs import IConstruct

_LAYER_FLAG = "@aws-cdk/aws-lambda:recognizeLayerVersion"
_LAYER_PROPERTIES = (
    "compatible_architectures",
    "compatible_runtimes",
    "content",
    "description",
    "layer_name",
    "license_info",
)
_layers: WeakKeyDictionary[IConstruct, list[aws_lambda.ILayerVersion]] = WeakKeyDictionary()
_published: WeakKeyDictionary[IConstruct, RemovalPolicy | None] = WeakKeyDictionary()
"""For each function with a version what is to become of it, where a release says so."""


def add_layers(function: aws_lambda.Function, layers: Iterable[aws_lambda.ILayerVersion]) -> None:
    """Remembers the layers that a function is given, which CDK doesn't tell.

    Args:
        function: The function.
        layers: What it is given, besides those that it has.
    """
    _layers.setdefault(function, []).extend(layers)
    if function in _published:
        _tell_apart(function, layers)


def wrong_policy(function: aws_lambda.Function, removal_policy: RemovalPolicy | None) -> Iterator[str]:
    """What is wrong with what is to become of old versions.

    Args:
        function: The function.
        removal_policy: What the next release of it says.
    """
    if removal_policy is RemovalPolicy.SNAPSHOT:
        yield "removal_policy is SNAPSHOT, and of a version there is none. Fix: RETAIN or DESTROY."
    other = _published.get(function)
    if removal_policy is not None and other is not None and other is not removal_policy:
        yield (
            f"removal_policy is {removal_policy.name}, and {other.name} in another release of the function: they share "
            "the version. Fix: say it in one of them."
        )


def policy_of(function: aws_lambda.Function) -> RemovalPolicy | None:
    """What releases have said so far of a function's old versions."""
    return _published.get(function)


def withdraw(function: aws_lambda.Function, removal_policy: RemovalPolicy | None, before: RemovalPolicy | None) -> None:
    """Takes back what a release said that couldn't be made. The version stays: CDK keeps it, and the next one takes it.

    Args:
        function: The function.
        removal_policy: What the release said.
        before: What was said before.
    """
    if removal_policy is None or before is not None:
        return
    _published[function] = None
    resource = function.current_version.node.default_child
    if isinstance(resource, CfnResource):
        resource.cfn_options.deletion_policy = resource.cfn_options.update_replace_policy = None


def publish(function: aws_lambda.Function, removal_policy: RemovalPolicy | None) -> aws_lambda.Version:
    """The version of the function as it is, one for each function.

    Args:
        function: The function.
        removal_policy: What becomes of it once there is a newer one. It is kept where nothing is said, here or in the
            function's `current_version_options`, unless it runs on Managed Instances, where each one that is kept
            costs instances.
    """
    version = function.current_version
    if function not in _published:
        _published[function] = None
        _tell_apart(function, _layers[function] if function in _layers else _found_layers(function))
    resource = version.node.default_child
    if isinstance(resource, CfnResource):
        if removal_policy is not None:
            _published[function] = removal_policy
            resource.apply_removal_policy(removal_policy)
        elif resource.cfn_options.deletion_policy is None and not is_managed(function):
            # Not plain Retain: after a rollback the same code could not be published again.
            resource.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE
            resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
    return version


def is_managed(function: aws_lambda.Function) -> bool:
    """Whether a function runs on Managed Instances.

    Args:
        function: The function.
    """
    resource = function.node.default_child
    return isinstance(resource, aws_lambda.CfnFunction) and resource.capacity_provider_config is not None


def _tell_apart(function: aws_lambda.Function, layers: Iterable[IConstruct]) -> None:
    if FeatureFlags.of(function).is_enabled(_LAYER_FLAG):
        return
    for layer in layers:
        resource = layer.node.default_child
        if isinstance(resource, aws_lambda.CfnLayerVersion):  # an imported one has its version in its ARN
            from hashlib import sha256  # not free to load

            properties = {name: getattr(resource, name) for name in _LAYER_PROPERTIES}
            content = json.dumps(Stack.of(layer).resolve(properties), sort_keys=True)
            function.invalidate_version_based_on(sha256(f"{layer.node.path} {content}".encode()).hexdigest())


def _found_layers(function: aws_lambda.Function) -> list[IConstruct]:
    """The layers of a function of CDK's own, by what its resource refers to."""
    resource, stack = function.node.default_child, Stack.of(function)
    if FeatureFlags.of(function).is_enabled(_LAYER_FLAG) or not isinstance(resource, aws_lambda.CfnFunction):
        return []
    references = [each for each in stack.resolve(resource.layers) or [] if not isinstance(each, str)]
    if not references:
        return []
    every = [each for each in function.node.root.node.find_all() if isinstance(each, aws_lambda.CfnLayerVersion)]
    meant = [each for each in every if stack.resolve(each.ref) in references]
    return [each.node.scope for each in meant if each.node.scope is not None]

"""Gives L1 functions the defaults of profiles, which CDK's property injectors don't reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnResource, ConstructSelector, Mixin, Mixins, aws_lambda
from constructs import IConstruct

from constructs_lambda.cdk.profiles.applied import LOG_RETENTION, defaults_for, profiles_for
from constructs_lambda.cdk.profiles.injection import (
    injected_count,
    injected_paths,
    log_group_beside,
    note_made_by_cdk,
    refuse_missed,
)
from constructs_lambda.cdk.profiles.requirements import plain
from constructs_lambda.cdk.synthesis import stage_of

_FUNCTION = "AWS::Lambda::Function"
_SCALARS = ("description", "memory_size", "recursive_loop", "reserved_concurrent_executions", "timeout")
"""Keywords whose values the resource has under the same names."""


class ProfileMixin(Mixin):
    """The defaults of the profiles that hold where a `CfnFunction` stands; what is set stays.

    Profiles apply it themselves at synth. By hand: `Mixins.of(function).apply(ProfileMixin())`. Its role is somebody's
    own: what needs rights, tracing and a log group, is left to the developer.
    """

    def supports(self, construct: IConstruct) -> bool:
        """Whether it is an L1 function.

        Args:
            construct: The construct.
        """
        return isinstance(construct, CfnResource) and construct.cfn_resource_type == _FUNCTION

    def apply_to(self, construct: IConstruct) -> None:
        """Sets what isn't set.

        Args:
            construct: The function.
        """
        scope = construct.node.scope
        if scope is None:
            return
        defaults = defaults_for(scope)
        if not isinstance(construct, aws_lambda.CfnFunction):  # one that CDK's core makes for itself
            note_made_by_cdk(construct.node.root, construct.node.path)
            if LOG_RETENTION in defaults and isinstance(construct, CfnResource):
                group = log_group_beside(scope, construct.node.id, defaults[LOG_RETENTION])  # type: ignore[arg-type]
                construct.add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})
            return
        if construct.package_type != "Image":
            _set(construct, defaults)


def _set(function: aws_lambda.CfnFunction, defaults: Mapping[str, Any]) -> None:
    for keyword in _SCALARS:
        if keyword in defaults and getattr(function, keyword) is None:
            setattr(function, keyword, plain(defaults[keyword]))
    if "architecture" in defaults and function.architectures is None:
        function.architectures = [str(plain(defaults["architecture"]))]
    if "ephemeral_storage_size" in defaults and function.ephemeral_storage is None:
        size = aws_lambda.CfnFunction.EphemeralStorageProperty(size=plain(defaults["ephemeral_storage_size"]))  # type: ignore[arg-type]
        function.ephemeral_storage = size
    _set_environment(function, defaults.get("environment", {}))
    if "logging_format" in defaults and function.logging_config is None:
        log_format = str(plain(defaults["logging_format"]))
        function.logging_config = aws_lambda.CfnFunction.LoggingConfigProperty(log_format=log_format)


def _set_environment(function: aws_lambda.CfnFunction, defaults: Mapping[str, str]) -> None:
    """Adds variables to those that can be read; what only the deployment will tell stays as it is."""
    if not defaults:
        return
    given: Any = function.environment
    variables = getattr(given, "variables", None) if given is not None else {}
    if isinstance(given, Mapping):
        variables = given.get("variables", {})
    if isinstance(variables, Mapping):
        merged = {**defaults, **variables}
        function.environment = aws_lambda.CfnFunction.EnvironmentProperty(variables=merged)


def reach_others(stage: IConstruct) -> None:
    """Gives the defaults to the functions of a stage that CDK's injectors don't reach: L1, and those of CDK's core.

    Args:
        stage: The stage, or the app.

    Raises:
        InputError: A profile holds for functions that were made before, or behind another injector.
    """
    functions = Mixins.of(stage, ConstructSelector.resources_of_type(_FUNCTION)).selected_constructs
    if len(functions) == injected_count(stage):
        return  # all of them were: looking at each would take a third of a millisecond
    reached = {f"{path}/Resource" for path in injected_paths(stage)}
    mixin, missed = ProfileMixin(), []
    for function in functions:
        scope = function.node.scope
        if function.node.path in reached or scope is None or not profiles_for(scope):
            continue
        if isinstance(scope, aws_lambda.Function):
            missed.append(scope.node.path)
        elif stage_of(function) is stage and mixin.supports(function):
            Mixins.of(function, ConstructSelector.only_itself()).apply(mixin)
    refuse_missed(missed)

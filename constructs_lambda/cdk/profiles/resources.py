"""Gives L1 functions the defaults of profiles, which CDK's property injectors don't reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnResource, ConstructSelector, Mixin, Mixins, aws_lambda
from constructs import IConstruct

from constructs_lambda.cdk.profiles.applied import LOG_RETENTION, defaults_for
from constructs_lambda.cdk.profiles.injection import injected_count, injected_paths, log_group_beside, note_made_by_cdk
from constructs_lambda.cdk.profiles.requirements import plain

_FUNCTION = "AWS::Lambda::Function"
_SCALARS = {
    "description": "description",
    "memory_size": "memory_size",
    "recursive_loop": "recursive_loop",
    "reserved_concurrent_executions": "reserved_concurrent_executions",
    "timeout": "timeout",
}


class ProfileMixin(Mixin):
    """The defaults of the profiles that hold where a `CfnFunction` stands; what is set stays.

    Profiles apply it themselves at synth. By hand: `Mixins.of(function).apply(ProfileMixin())`.
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
                if group is not None:
                    construct.add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})
            return
        is_image = construct.package_type == "Image"
        if not is_image:
            _set(construct, defaults)
        if LOG_RETENTION in defaults and construct.logging_config is None:
            group = log_group_beside(scope, construct.node.id, defaults[LOG_RETENTION])  # type: ignore[arg-type]
            if group is not None:
                format_name = plain(defaults["logging_format"]) if "logging_format" in defaults else None
                construct.logging_config = aws_lambda.CfnFunction.LoggingConfigProperty(
                    log_group=group.log_group_name,
                    log_format=str(format_name) if format_name and not is_image else None,
                )


def _set(function: aws_lambda.CfnFunction, defaults: Mapping[str, Any]) -> None:
    for keyword, attribute in _SCALARS.items():
        if keyword in defaults and getattr(function, attribute) is None:
            setattr(function, attribute, plain(defaults[keyword]))
    if "architecture" in defaults and function.architectures is None:
        function.architectures = [str(plain(defaults["architecture"]))]
    if "ephemeral_storage_size" in defaults and function.ephemeral_storage is None:
        size = aws_lambda.CfnFunction.EphemeralStorageProperty(size=plain(defaults["ephemeral_storage_size"]))  # type: ignore[arg-type]
        function.ephemeral_storage = size
    if "tracing" in defaults and function.tracing_config is None:
        mode = str(plain(defaults["tracing"]))
        function.tracing_config = aws_lambda.CfnFunction.TracingConfigProperty(mode=mode)
    for name, value in defaults.get("environment", {}).items():
        variables = getattr(function.environment, "variables", None) or {}
        if not isinstance(variables, Mapping) or name not in variables:
            function.add_property_override(f"Environment.Variables.{name}", value)
    if "logging_format" in defaults and LOG_RETENTION not in defaults and function.logging_config is None:
        log_format = str(plain(defaults["logging_format"]))
        function.logging_config = aws_lambda.CfnFunction.LoggingConfigProperty(log_format=log_format)


def reach_others(stage: IConstruct) -> None:
    """Gives the defaults to the functions of a stage that no injector of ours was asked about.

    Args:
        stage: The stage, or the app without its stages.
    """
    functions = Mixins.of(stage, ConstructSelector.resources_of_type(_FUNCTION)).selected_constructs
    if len(functions) == injected_count(stage):
        return  # all of them were: looking at each would take a third of a millisecond
    reached = {f"{path}/Resource" for path in injected_paths(stage)}
    mixin = ProfileMixin()
    for function in functions:
        if function.node.path not in reached and mixin.supports(function):
            Mixins.of(function, ConstructSelector.only_itself()).apply(mixin)

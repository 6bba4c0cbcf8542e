"""Which reader makes which field of a `Stack` from which type of resource, for those that are read on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from constructs_lambda.model import Place
from constructs_lambda.template.http_apis import (
    read_http_api,
    read_http_authorizer,
    read_http_stage,
    read_integration,
    read_route,
)
from constructs_lambda.template.invokers import (
    is_custom,
    read_custom_resource,
    read_state_machine,
    read_target_group,
    read_user_pool,
)
from constructs_lambda.template.permissions import read_permission
from constructs_lambda.template.releases import (
    read_deployment_application,
    read_deployment_config,
    read_deployment_group,
    read_scalable_target,
    read_tracking_policy,
)
from constructs_lambda.template.rest_apis import (
    read_method,
    read_rest_api,
    read_rest_authorizer,
    read_rest_resource,
    read_rest_stage,
)
from constructs_lambda.template.roles import read_inline_policy, read_managed_policy, read_policy, read_role

Reader = Callable[[object, Place, Mapping[str, object] | None], Any]

ON_DEMAND: dict[str, tuple[str, Reader]] = {
    "AWS::ApiGateway::Authorizer": ("rest_authorizers", read_rest_authorizer),
    "AWS::ApiGateway::Method": ("rest_methods", read_method),
    "AWS::ApiGateway::Resource": ("rest_resources", read_rest_resource),
    "AWS::ApiGateway::RestApi": ("rest_apis", read_rest_api),
    "AWS::ApiGateway::Stage": ("rest_stages", read_rest_stage),
    "AWS::ApiGatewayV2::Api": ("http_apis", read_http_api),
    "AWS::ApiGatewayV2::Authorizer": ("http_authorizers", read_http_authorizer),
    "AWS::ApiGatewayV2::Integration": ("http_integrations", read_integration),
    "AWS::ApiGatewayV2::Route": ("http_routes", read_route),
    "AWS::ApiGatewayV2::Stage": ("http_stages", read_http_stage),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("scalable_targets", read_scalable_target),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("tracking_policies", read_tracking_policy),
    "AWS::CodeDeploy::Application": ("deployment_applications", read_deployment_application),
    "AWS::CodeDeploy::DeploymentConfig": ("deployment_configs", read_deployment_config),
    "AWS::CodeDeploy::DeploymentGroup": ("deployment_groups", read_deployment_group),
    "AWS::Cognito::UserPool": ("invokers", read_user_pool),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("invokers", read_target_group),
    "AWS::IAM::ManagedPolicy": ("policies", read_managed_policy),
    "AWS::IAM::Policy": ("policies", read_inline_policy),
    "AWS::IAM::Role": ("roles", read_role),
    "AWS::IAM::RolePolicy": ("policies", read_policy),
    "AWS::Lambda::Permission": ("permissions", read_permission),
    "AWS::StepFunctions::StateMachine": ("invokers", read_state_machine),
}
_CUSTOM: tuple[str, Reader] = ("invokers", read_custom_resource)


def reader_of(kind: str) -> tuple[str, Reader] | None:
    """The field and the reader of a type of resource; None for one that is read otherwise, or not at all."""
    return ON_DEMAND.get(kind) or (_CUSTOM if is_custom(kind) else None)


FIELDS = tuple(dict.fromkeys(field for field, _ in ON_DEMAND.values()))
DEPLOYMENT = "AWS::ApiGateway::Deployment"
"""With a name for it, it makes a stage as well."""
DOMAINS = ("AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName")
ADDS = ("AWS::ApiGatewayV2::ApiGatewayManagedOverrides", "AWS::Lambda::ResourcePolicy")
"""What adds permissions or routes in a way that isn't read."""

"""A stack with all that is in it, and what was acknowledged in an app."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from constructs_lambda import limits
from constructs_lambda.model.apis import (
    API_FIELDS,
    ApiPart,
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
    HttpStage,
    RestApi,
    RestAuthorizer,
    RestMethod,
    RestResource,
    RestStage,
)
from constructs_lambda.model.companions import (
    COMPANION_FIELDS,
    Alias,
    AsyncInvocation,
    CapacityProvider,
    CodeSigningConfig,
    Companion,
    EventSourceMapping,
    FunctionUrl,
    Version,
)
from constructs_lambda.model.functions import Function, Place, Text
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.invokers import Invoker
from constructs_lambda.model.messages import Messages
from constructs_lambda.model.networks import Link, Networks, Target
from constructs_lambda.model.packages import Deployment, LayerVersion
from constructs_lambda.model.releases import (
    RELEASE_FIELDS,
    DeploymentApplication,
    DeploymentConfig,
    DeploymentGroup,
    Release,
    ScalableTarget,
    TrackingPolicy,
)
from constructs_lambda.model.resources import Resource
from constructs_lambda.model.roles import Policy, Role
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known


@record(kw_only=True)
class Acknowledgement:
    """A finding that somebody accepted with `Validations.of(scope).acknowledge(...)`.

    Args:
        rule: The id that was acknowledged, `constructs-lambda::CL101`.
        path: Construct path of the scope; it holds for everything below. Empty is the whole app.
        reason: Why, in the words of whoever accepted it.
        template: Template of the stack it stands in, empty for an app or stage.
        used: Whether it holds for any finding.
    """

    rule: str
    path: str
    reason: str
    template: str = ""
    used: bool = True

    @property
    def place(self) -> Place:
        """Where it was said."""
        return Place(self.path, "", self.template)


@record(kw_only=True)
class Dangling:
    """A name that isn't in the template that names it.

    Args:
        place: Where the resource stands that names it, or the template for an output.
        property: `DependsOn`, `Condition` or `Outputs.Name`; empty within a resource's properties.
        how: What names it, such as `Ref`.
        name: The name.
        what: What it would be: a resource, a resource or parameter, or a condition.
        names: Those that the template has.
    """

    place: Place
    property: str
    how: str
    name: str
    what: str
    names: tuple[str, ...] = field(default=(), compare=False)


@record(kw_only=True)
class Stack:
    """One template: a stack, a nested stack, or a file that was given to the command line.

    Args:
        place: Construct path of the stack and its template file.
        name: Name of the stack in CloudFormation, None for a bare template or a nested stack.
        account: AWS account id where the app names one.
        region: AWS Region where the app names one.
        size_bytes: Size of the template as it is uploaded.
        resource_count: Resources, the ones this library doesn't know included; None where a macro or loop adds some.
        parameter_count: Parameters.
        parameters: Parameters as they are written.
        output_count: Outputs.
        mapping_count: Mappings.
        description: What the template says of itself.
        bad_names: `Section.Name` of every resource, parameter and output whose name is no logical id.
        exports: Name of an export, or the text of the intrinsic that makes it, and the outputs that use it.
        format_version: What the template names as its format.
        lacking: `Parameters.P.Type` and `Outputs.O.Value` where those are missing.
        shared_names: Names that a parameter and a resource have in common.
        mapping_attributes: Names in each mapping, on the level that has the most.
        output_descriptions: Bytes of the description of each output that has one.
        dangling: What something names that isn't in the template.
        waiting: Resources that wait for each other in a circle.
        waits_for: What each resource waits for, directly; empty where a macro or a loop may add to it.
        outputs: What each output names.
        nested: By the file of a nested stack's template, the resource that makes it and what its parameters are given.
        networks: What of VPCs stands in it.
        messages: Queues, topics and what sends events.
        permissions: Who may invoke functions.
        has_mutual_tls: Whether a custom domain name of an API asks callers for a certificate.
        may_gain: Whether a transform, a loop or a template that isn't here may add resources, such as permissions.
        services: Queues, topics, streams and the like by logical id, with the service that they are of, such as `sqs`.
        service_paths: Construct path of each of those.
        resources: Every resource as it is written; each is read when somebody asks for it.
        types: The logical ids of the resources of each type.
    """

    place: Place
    name: str | None = None
    account: str | None = None
    region: str | None = None
    size_bytes: int = 0
    resource_count: int | None = 0
    parameter_count: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict, compare=False)
    output_count: int = 0
    mapping_count: int = 0
    description: Text = None
    bad_names: tuple[str, ...] = ()
    exports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    format_version: str | None = None
    lacking: tuple[str, ...] = ()
    shared_names: tuple[str, ...] = ()
    mapping_attributes: Mapping[str, int] = field(default_factory=dict)
    output_descriptions: Mapping[str, int] = field(default_factory=dict)
    dangling: tuple[Dangling, ...] = ()
    waiting: tuple[tuple[Place, ...], ...] = ()
    waits_for: Mapping[str, Collection[str]] = field(default_factory=dict, compare=False)
    functions: Mapping[str, Function] = field(default_factory=dict)
    urls: Mapping[str, FunctionUrl] = field(default_factory=dict)
    async_invocations: Mapping[str, AsyncInvocation] = field(default_factory=dict)
    versions: Mapping[str, Version] = field(default_factory=dict)
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    event_source_mappings: Mapping[str, EventSourceMapping] = field(default_factory=dict)
    capacity_providers: Mapping[str, CapacityProvider] = field(default_factory=dict)
    code_signing_configs: Mapping[str, CodeSigningConfig] = field(default_factory=dict)
    layers: Mapping[str, LayerVersion] = field(default_factory=dict)
    outputs: Mapping[str, Target] = field(default_factory=dict)
    nested: Mapping[str, tuple[str, Mapping[str, Target]]] = field(default_factory=dict)
    networks: Networks = field(default_factory=Networks)
    roles: Mapping[str, Role] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    messages: Messages = field(default_factory=Messages)
    permissions: Mapping[str, Permission] = field(default_factory=dict)
    rest_apis: Mapping[str, RestApi] = field(default_factory=dict)
    rest_resources: Mapping[str, RestResource] = field(default_factory=dict)
    rest_methods: Mapping[str, RestMethod] = field(default_factory=dict)
    rest_stages: Mapping[str, RestStage] = field(default_factory=dict)
    rest_authorizers: Mapping[str, RestAuthorizer] = field(default_factory=dict)
    http_apis: Mapping[str, HttpApi] = field(default_factory=dict)
    http_routes: Mapping[str, HttpRoute] = field(default_factory=dict)
    http_integrations: Mapping[str, HttpIntegration] = field(default_factory=dict)
    http_stages: Mapping[str, HttpStage] = field(default_factory=dict)
    http_authorizers: Mapping[str, HttpAuthorizer] = field(default_factory=dict)
    scalable_targets: Mapping[str, ScalableTarget] = field(default_factory=dict)
    tracking_policies: Mapping[str, TrackingPolicy] = field(default_factory=dict)
    deployment_configs: Mapping[str, DeploymentConfig] = field(default_factory=dict)
    deployment_applications: Mapping[str, DeploymentApplication] = field(default_factory=dict)
    deployment_groups: Mapping[str, DeploymentGroup] = field(default_factory=dict)
    invokers: Mapping[str, Invoker] = field(default_factory=dict)
    has_mutual_tls: bool = False
    may_gain: bool = False
    services: Mapping[str, str] = field(default_factory=dict)
    service_paths: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict, compare=False)
    types: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)

    def companions(self) -> Iterator[Companion | Permission | ApiPart | Release]:
        """The resources beside the functions."""
        for name in (*COMPANION_FIELDS, "permissions", *API_FIELDS, *RELEASE_FIELDS):
            yield from getattr(self, name).values()

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, as they are written."""
        for each in types:
            for logical_id in self.types.get(each, ()):
                yield self.resources[logical_id]

    def deployment(self, function: Function, find: Callable[[Target], LayerVersion | None] | None = None) -> Deployment:
        """A function of this stack, with all that it is deployed with.

        Args:
            function: The function.
            find: Finds a layer; by default those of this stack are found.
        """
        find = find or self.layer
        links = known(function.layer_links) or ()
        layers = tuple(layer for link in links if (layer := find(link)))
        is_open = isinstance(function.layers, Unknown)
        others = limits.FUNCTION_LAYERS.maximum or 0 if is_open else len(links) - len(layers)
        return Deployment(
            place=function.place, function=function, region=self.region, layers=layers, unknown_layers=others
        )

    def layer(self, link: Target) -> LayerVersion | None:
        """The layer of this stack that a link names."""
        return self.layers.get(link.name) if isinstance(link, Link) and link.kind == "resource" else None

    def function_of(self, reference: str | None) -> Function | None:
        """The function behind a logical id: itself, or the one that an alias or a version belongs to."""
        for _ in range(3):
            if reference is None or reference in self.functions:
                break
            qualified = self.aliases.get(reference) or self.versions.get(reference)
            reference = qualified.function if qualified else None
        return self.functions.get(reference) if reference else None

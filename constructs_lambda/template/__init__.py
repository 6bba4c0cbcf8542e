"""A CloudFormation template -> model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from constructs_lambda.errors import InputError
from constructs_lambda.model import MESSAGE_FIELDS, Messages, Networks, Place, Stack, Target
from constructs_lambda.template.assets import StackAssets, image_address
from constructs_lambda.template.catalog import ADDS, DEPLOYMENT, DOMAINS, FIELDS, reader_of
from constructs_lambda.template.companions import (
    read_alias,
    read_async_invocation,
    read_capacity_provider,
    read_code_signing_config,
    read_event_source_mapping,
    read_url,
    read_version,
)
from constructs_lambda.template.functions import METADATA_KEY, read_function
from constructs_lambda.template.layers import read_layer
from constructs_lambda.template.links import read_link
from constructs_lambda.template.messages import READERS as MESSAGE_READERS
from constructs_lambda.template.names import read_names
from constructs_lambda.template.networks import READERS as NETWORK_READERS
from constructs_lambda.template.on_demand import OnDemand
from constructs_lambda.template.properties import MACRO
from constructs_lambda.template.releases import concerns_lambda
from constructs_lambda.template.resources import Resources
from constructs_lambda.template.rest_apis import read_rest_stage
from constructs_lambda.template.sections import read_sections
from constructs_lambda.template.serverless import WRITTEN_AS, plain
from constructs_lambda.template.values import mapping
from constructs_lambda.tokens import export_name, may_grow, resolve_text

_READERS: dict[str, tuple[str, Callable[[object, Place], Any]]] = {
    "AWS::Lambda::EventInvokeConfig": ("async_invocations", read_async_invocation),
    "AWS::Lambda::Version": ("versions", read_version),
    "AWS::Lambda::EventSourceMapping": ("event_source_mappings", read_event_source_mapping),
    "AWS::Lambda::CapacityProvider": ("capacity_providers", read_capacity_provider),
    "AWS::Lambda::CodeSigningConfig": ("code_signing_configs", read_code_signing_config),
}
_FAMILIES = (
    "AWS::Lambda::",
    "AWS::ApiGateway",
    "AWS::ApplicationAutoScaling::",
    "AWS::CodeDeploy::",
    "AWS::EC2::",
    "AWS::IAM::",
    "AWS::CloudFormation::Stack",
    "AWS::Route53::HostedZone",
    "Custom::VpcRestrictDefaultSG",
)
_SERVICES = {
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::Events::EventBus": "events",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::MSK::Cluster": "kafka",
    "AWS::MSK::ServerlessCluster": "kafka",
    "AWS::S3::Bucket": "s3",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
}
"""What Lambda polls, or delivers to, by type of resource."""
_LONGEST_NAME = 255
_ADD_NOTHING = {"AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen"}
_TRANSFORMS_THAT_ONLY_ADD = {"AWS::Serverless-2016-10-31", *_ADD_NOTHING}


def read_template(
    document: object,
    *,
    template: str,
    size_bytes: int,
    stack_path: str = "",
    name: str | None = None,
    account: str | None = None,
    region: str | None = None,
    paths: Mapping[str, str] | None = None,
    assets: StackAssets | None = None,
) -> Stack:
    """The model of one template.

    Args:
        document: The parsed template.
        template: Its file, as it is shown.
        size_bytes: Its size as it is uploaded.
        stack_path: Construct path of the stack; the file's own name is shown where there is none.
        name: Name of the stack in CloudFormation.
        account: AWS account id the stack goes to.
        region: AWS Region the stack goes to.
        paths: Construct path by logical id, where the cloud assembly tells them.
        assets: What the stack deploys from this machine, where the cloud assembly tells it.

    Raises:
        InputError: The document is no CloudFormation template.
    """
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    if resources is None and isinstance(document, Mapping) and stack_path:
        resources = {}  # CDK writes an empty stack this way
    if not (isinstance(document, Mapping) and isinstance(resources, Mapping)):
        raise InputError(f"{template}: not a CloudFormation template: it has no Resources")
    has_macro = _has_macro(document)
    found: dict[str, dict[str, Any]] = {
        "functions": {},
        "layers": {},
        "urls": {},
        "aliases": {},
        **{field: {} for field, _ in _READERS.values()},
    }
    networks: dict[str, Any] = {}
    later: dict[str, dict[str, Callable[[], Any]]] = {field: {} for field in FIELDS}
    messages: dict[str, dict[str, Callable[[], Any]]] = {field: {} for field in MESSAGE_FIELDS}
    may_gain = not _adds_nothing(document) or may_grow(resources)
    has_mutual_tls = False
    nested: dict[str, tuple[str, Mapping[str, Target]]] = {}
    services: dict[str, str] = {}
    shown: dict[str, str] = {}
    types: dict[str, list[str]] = {}

    def placed(logical_id: str, resource: Mapping[str, Any]) -> Place:
        logical_id = str(resource.get(WRITTEN_AS, logical_id))
        path = _path(logical_id, mapping(resource.get("Metadata")), paths, stack_path)
        return Place(path, logical_id, template, conditional=resource.get("Condition") is not None)

    def place_of(key: str) -> Place:
        return placed(key, mapping(resources.get(key))) if key else Place(stack_path or template, "", template)

    for key, resource in plain(document, resources):
        kind = resource.get("Type") if isinstance(resource, Mapping) else None
        if not isinstance(kind, str):
            continue
        if key in resources and not str(key).startswith("Fn::"):
            types.setdefault(resources[key]["Type"], []).append(key)
        if kind in _SERVICES:
            services[str(key)] = _SERVICES[kind]
            shown[str(key)] = placed(str(key), resource).path
        reader = reader_of(kind)
        if reader is None and not kind.startswith(_FAMILIES) and kind not in MESSAGE_READERS:
            continue
        logical_id, properties, place = str(key), resource.get("Properties"), placed(str(key), resource)
        if has_macro:
            properties = {MACRO: None, **(properties if isinstance(properties, Mapping) else {})}
        own = mapping(resource.get("Metadata")).get(METADATA_KEY)
        own = own if isinstance(own, Mapping) else None
        if kind == "AWS::Lambda::Function":
            code = properties.get("Code") if isinstance(properties, Mapping) else None
            found["functions"][logical_id] = read_function(
                properties,
                place,
                own,
                asset=assets.package(code) if assets else None,
                image_asset=assets.image(code) if assets else None,
                image_address=image_address(code, account, region),
            )
        elif kind == "AWS::Lambda::LayerVersion":
            content = properties.get("Content") if isinstance(properties, Mapping) else None
            found["layers"][logical_id] = read_layer(
                properties, place, asset=assets.package(content) if assets else None
            )
        elif kind == "AWS::Lambda::Url":
            found["urls"][logical_id] = read_url(properties, place, own)
        elif kind == "AWS::Lambda::Alias":
            found["aliases"][logical_id] = read_alias(properties, place, resource.get("UpdatePolicy"))
        elif kind in _READERS:
            field, read = _READERS[kind]
            found[field][logical_id] = read(properties, place)
        elif kind in NETWORK_READERS:
            field, read = NETWORK_READERS[kind]
            networks.setdefault(field, {})[logical_id] = read(properties, place)
        elif kind in MESSAGE_READERS:
            for field, read_message in MESSAGE_READERS[kind]:
                messages[field][logical_id] = partial(read_message, properties, place)
        elif reader is not None:
            if not concerns_lambda(kind, properties):
                continue
            field, read_later = reader
            later[field][logical_id] = partial(read_later, properties, place, own)
        elif kind == DEPLOYMENT and isinstance(properties, Mapping) and "StageName" in properties:
            later["rest_stages"][logical_id] = partial(read_rest_stage, properties, place, own)
        elif kind in ADDS:
            may_gain = True
        elif kind in DOMAINS and isinstance(properties, Mapping):
            has_mutual_tls = has_mutual_tls or "MutualTlsAuthentication" in properties
        elif kind == "AWS::CloudFormation::Stack":
            file = assets.template(properties.get("TemplateURL")) if assets and isinstance(properties, Mapping) else ""
            if not file:
                may_gain = True
                continue
            given = _links(properties.get("Parameters"))
            nested[file] = ("", {}) if file in nested else (logical_id, given)  # one file for two: whose is it?

    dangling, waiting, edges = read_names(document, place_of)
    fields: dict[str, Any] = {**found, **({} if has_macro else read_sections(document))}
    fields |= {field: OnDemand(readers) for field, readers in later.items()}
    return Stack(
        place=place_of(""),
        name=name,
        account=account,
        region=region,
        size_bytes=size_bytes,
        resource_count=None if has_macro else _count(resources),
        parameter_count=_count(document.get("Parameters")),
        parameters=mapping(document.get("Parameters")),
        output_count=_count(document.get("Outputs")),
        mapping_count=_count(document.get("Mappings")),
        description=resolve_text(document.get("Description")),
        bad_names=tuple(_bad_names(document)),
        exports=_exports(document.get("Outputs")),
        outputs=_links({name: value for name, (value, _) in _outputs(document.get("Outputs")).items()}),
        nested=nested,
        dangling=dangling,
        waiting=waiting,
        waits_for=edges,
        networks=Networks(is_open=has_macro or may_grow(resources), **networks),
        services=services,
        service_paths=shown,
        has_mutual_tls=has_mutual_tls,
        may_gain=may_gain,
        resources=Resources(resources, place_of),
        types=types,
        messages=Messages(**{field: OnDemand(readers) for field, readers in messages.items()}),
        **fields,
    )


def _path(logical_id: str, metadata: Mapping[str, Any], paths: Mapping[str, str] | None, stack_path: str) -> str:
    path = paths.get(logical_id) if paths else None
    if path is None:
        written = metadata.get("aws:cdk:path")
        path = written if isinstance(written, str) and written else None
    if path is None:
        return f"{stack_path}/{logical_id}" if stack_path else logical_id
    return path.removeprefix("/").removesuffix("/Resource")


def _count(section: object) -> int:
    return sum(not str(key).startswith("Fn::") for key in section) if isinstance(section, Mapping) else 0


def _has_macro(document: Mapping[str, Any]) -> bool:
    """Whether a macro stands over the template that may change or take away anything in it."""
    transforms = document.get("Transform") or []
    transforms = transforms if isinstance(transforms, list) else [transforms]
    return MACRO in document or any(
        not (isinstance(name, str) and name in _TRANSFORMS_THAT_ONLY_ADD) for name in transforms
    )


def _adds_nothing(document: Mapping[str, Any]) -> bool:
    """Whether no macro stands over the template that may add resources to it."""
    transforms = document.get("Transform") or []
    transforms = transforms if isinstance(transforms, list) else [transforms]
    return MACRO not in document and all(isinstance(name, str) and name in _ADD_NOTHING for name in transforms)


def _bad_names(document: Mapping[str, Any]) -> Iterator[str]:
    for section in ("Resources", "Parameters", "Outputs"):
        names = document.get(section)
        for name in names if isinstance(names, Mapping) else ():
            text = str(name)
            if not (text.isascii() and text.isalnum() and len(text) <= _LONGEST_NAME) and text[:4] != "Fn::":
                yield f"{section}.{text}"


def _outputs(outputs: object) -> dict[str, tuple[object, object]]:
    """Value and export name of each output that is certain to be there."""
    return {
        str(name): (
            output.get("Value"),
            output["Export"].get("Name") if isinstance(output.get("Export"), Mapping) else None,
        )
        for name, output in (outputs.items() if isinstance(outputs, Mapping) else ())
        if isinstance(output, Mapping) and "Condition" not in output
    }


def _exports(outputs: object) -> dict[str, tuple[str, ...]]:
    exports: dict[str, list[str]] = {}
    for name, (_, exported) in _outputs(outputs).items():
        if exported is not None:
            exports.setdefault(export_name(exported), []).append(name)
    return {text: tuple(names) for text, names in exports.items()}


def _links(values: object) -> dict[str, Target]:
    return {str(name): read_link(value) for name, value in (values.items() if isinstance(values, Mapping) else ())}

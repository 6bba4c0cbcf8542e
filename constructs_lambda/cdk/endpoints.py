"""The services of AWS that a network can have an endpoint for, by AWS's names."""

from __future__ import annotations

import re
from functools import cache

from aws_cdk import aws_ec2

from constructs_lambda.errors import InputError
from constructs_lambda.rules import nearest
from constructs_lambda.tokens import literal_part, resolve_text

_LONG_NAME = re.compile(r"^(?:cn\.)?com\.amazonaws\.[a-z]{2}(?:-[a-z]+)+-[0-9]\.")
GATEWAYS = ("s3", "dynamodb")
"""What each network has a gateway endpoint for, because those cost nothing."""


def service_of(service: str | aws_ec2.IInterfaceVpcEndpointService) -> aws_ec2.IInterfaceVpcEndpointService:
    """The service with a name; raises InputError where CDK knows none.

    Args:
        service: AWS's name, such as `secretsmanager` or `ecr.api`, or CDK's object for it.
    """
    if not isinstance(service, str):
        return service
    service = short_name(service)
    for attribute in sorted(_attributes(), key=lambda attribute: not _are_alike(attribute, service)):
        if _short_name(attribute) == service:  # a property of CDK, and there are hundreds: the likely ones come first
            found: aws_ec2.IInterfaceVpcEndpointService = getattr(aws_ec2.InterfaceVpcEndpointAwsService, attribute)
            return found
    if service in _attributes():  # CDK's name for it
        raise InputError(
            f"endpoint {service!r}: CDK knows no service with this name. Did you mean {_short_name(service)!r}? Fix: "
            "write it as in com.amazonaws.<region>.<name>"
        )
    known = sorted(map(_short_name, _attributes()))
    raise InputError(
        f"endpoint {service!r}: CDK knows no service with this name{nearest(service, known)}. Fix: write it as in "
        f"com.amazonaws.<region>.<name>, or pass aws_ec2.InterfaceVpcEndpointAwsService({service!r}) if it is new"
    )


def short_name(service: str) -> str:
    """`sqs` for `com.amazonaws.us-east-1.sqs`.

    Args:
        service: AWS's name of a service.
    """
    return _LONG_NAME.sub("", service)


def name_of(service: aws_ec2.IInterfaceVpcEndpointService) -> str:
    """The name of a service: AWS's own, or the one that another provider's endpoint service has."""
    if isinstance(service, aws_ec2.InterfaceVpcEndpointAwsService):
        return service.short_name
    return literal_part(resolve_text(service.name)).removeprefix("com.amazonaws.").strip(".")


@cache
def _attributes() -> tuple[str, ...]:
    return tuple(name for name in dir(aws_ec2.InterfaceVpcEndpointAwsService) if name.isupper())


@cache
def _short_name(attribute: str) -> str:
    service: aws_ec2.InterfaceVpcEndpointAwsService = getattr(aws_ec2.InterfaceVpcEndpointAwsService, attribute)
    return service.short_name


def _are_alike(attribute: str, service: str) -> bool:
    """Whether `SECRETS_MANAGER` may be `secretsmanager`, `CLOUDWATCH_LOGS` `logs`, or `ECR` `ecr.api`."""
    one, other = attribute.replace("_", "").lower(), service.replace(".", "").replace("-", "").lower()
    return one in other or other in one

"""`CustomDomain`: an API under a name of one's own."""

from __future__ import annotations

import re
from typing import cast
from weakref import WeakKeyDictionary

from aws_cdk import Stack, aws_apigatewayv2, aws_certificatemanager, aws_route53, aws_route53_targets
from constructs import Construct, IConstruct

from constructs_lambda.errors import InputError

_domains: WeakKeyDictionary[aws_apigatewayv2.IDomainName, set[str]] = WeakKeyDictionary()
"""The base paths that domains have already."""
_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_BASE_PATH = re.compile(r"[A-Za-z0-9$_.+!*'()-]+(/[A-Za-z0-9$_.+!*'()-]+)*")
Domain = str | aws_apigatewayv2.IDomainName


class CustomDomain:
    """A name for an `HttpApi` or a `RestApi`, with TLS 1.2, and mutual TLS where it is asked for.

    It is a recipe: the API that it is given to makes the resources. That API then answers under this name only; AWS's
    own address is switched off, because it would bypass mutual TLS and whatever else guards the name.

    Creates: `AWS::ApiGatewayV2::DomainName` and `AWS::ApiGatewayV2::ApiMapping`; two `AWS::Route53::RecordSet`, for
    IPv4 and IPv6, with a `hosted_zone`.

    Costs when idle: nothing; the hosted zone 0.50 USD a month.

    Args:
        name: Such as `api.example.com`; or an `aws_apigatewayv2.DomainName` that is there already, for several APIs
            under one name.
        certificate: Certificate for the name, in the API's Region. Needed with a name, not with a domain that is there.
        hosted_zone: Zone in which the name is made an alias of the API. Without it you do that yourself.
        base_path: Part of the path under which this API answers, such as `orders`; all of it where it isn't given.
        mtls: Where the certificates of the authorities stand whose clients are let in.

    Raises:
        InputError: No domain can be made of it, everything at once.
        TypeError: A value of the wrong type.
    """

    def __init__(
        self,
        name: Domain,
        *,
        certificate: aws_certificatemanager.ICertificate | None = None,
        hosted_zone: aws_route53.IHostedZone | None = None,
        base_path: str | None = None,
        mtls: aws_apigatewayv2.MTLSConfig | None = None,
    ) -> None:
        is_there = hasattr(name, "regional_domain_name")
        if not is_there and not isinstance(name, str):
            raise TypeError(f"name must be a text or an aws_apigatewayv2.DomainName; got {name!r}")
        for what, value, attribute in (
            ("certificate", certificate, "certificate_arn"),
            ("hosted_zone", hosted_zone, "hosted_zone_id"),
            ("mtls", mtls, "bucket"),
        ):
            if value is not None and not hasattr(value, attribute):
                raise TypeError(f"{what} is of the wrong type: {value!r}")
        problems = []
        is_known = isinstance(name, str) and "${Token[" not in name
        if isinstance(name, str) and is_known and not _NAME.fullmatch(name):
            problems.append(f"{name!r} is no domain name. Fix: write one in small letters, such as 'api.example.com'.")
        zone = hosted_zone.zone_name if hosted_zone is not None else ""
        if (
            isinstance(name, str)
            and is_known
            and zone
            and "${Token[" not in zone
            and not f".{name}".endswith(f".{zone}")
        ):
            problems.append(f"{name} is not in the hosted zone {zone}. Fix: the zone of the name.")
        if isinstance(name, str) and certificate is None:
            problems.append(f"{name}: needs a certificate. Fix: certificate=aws_certificatemanager.Certificate(...)")
        if is_there and (certificate is not None or mtls is not None):
            problems.append("the domain is there already. Fix: give it its certificate and mtls where it is made.")
        if base_path is not None and "${Token[" not in base_path and not _BASE_PATH.fullmatch(base_path):
            problems.append(
                f"base_path is {base_path!r}. Fix: write it without slashes at its ends, such as 'orders/v1'."
            )
        if problems:
            raise InputError("\n".join(problems))
        self._name = name
        self._certificate = certificate
        self._hosted_zone = hosted_zone
        self._base_path = base_path
        self._mtls = mtls
        self._is_made = False

    @property
    def url(self) -> str:
        """Where the API answers."""
        name = self._name if isinstance(self._name, str) else self._name.name
        return f"https://{name}/" + (f"{self._base_path}/" if self._base_path else "")

    def bind(self, scope: Construct, api_id: str, stage: IConstruct, stage_name: str) -> aws_apigatewayv2.IDomainName:
        """Makes the domain, its mapping and its records; the API calls it.

        Args:
            scope: Where they are made.
            api_id: Id of the API.
            stage: Its stage.
            stage_name: The stage's name.
        """
        self._refuse_what_is_taken(scope)
        domain = self._domain(scope)
        mapping = aws_apigatewayv2.CfnApiMapping(
            scope,
            "DomainMapping",
            api_id=api_id,
            stage=stage_name,
            domain_name=domain.name,
            api_mapping_key=self._base_path,
        )
        mapping.node.add_dependency(stage)  # the name alone is no reference
        if self._hosted_zone is not None:
            alias = aws_route53.RecordTarget.from_alias(
                aws_route53_targets.ApiGatewayv2DomainProperties(
                    domain.regional_domain_name, domain.regional_hosted_zone_id
                )
            )
            is_ours = isinstance(self._name, str)  # of another one nobody knows whether it answers on IPv6
            for record in (aws_route53.ARecord, aws_route53.AaaaRecord) if is_ours else (aws_route53.ARecord,):
                record(
                    scope,
                    f"Domain{record.__name__}",
                    zone=self._hosted_zone,
                    record_name=f"{domain.name}.",  # absolute: CDK would add the zone's name to a token
                    target=alias,
                )
        return domain

    def _refuse_what_is_taken(self, scope: Construct) -> None:
        """Raises where another API has the name already, or the certificate is of another Region."""
        problems = []
        if isinstance(self._name, str):
            if self._is_made:
                problems.append(
                    f"{self._name} is another API's name already. Fix: make an aws_apigatewayv2.DomainName, and give "
                    "each API a CustomDomain(name, base_path=...)."
                )
            self._is_made = True
            region = Stack.of(scope).region
            arn = self._certificate.certificate_arn.split(":") if self._certificate is not None else []
            if "${Token[" not in region and len(arn) > 5 and "${Token[" not in arn[3] and arn[3] != region:
                problems.append(
                    f"the certificate of {self._name} is of {arn[3]}. Fix: one of {region}, where the API is."
                )
        else:
            taken = _domains.setdefault(self._name, set())
            if (base_path := self._base_path or "") in taken:
                problems.append(f"the domain has an API under {base_path or '/'!r} already. Fix: another base_path.")
            taken.add(base_path)
        if problems:
            raise InputError("\n".join(f"{scope.node.path}: {problem}" for problem in problems))

    def _domain(self, scope: Construct) -> aws_apigatewayv2.IDomainName:
        if not isinstance(self._name, str):
            return self._name
        return aws_apigatewayv2.DomainName(
            scope,
            "Domain",
            domain_name=self._name,
            certificate=cast(aws_certificatemanager.ICertificate, self._certificate),  # a name without one was refused
            security_policy=aws_apigatewayv2.SecurityPolicy.TLS_1_2,
            ip_address_type=aws_apigatewayv2.IpAddressType.DUAL_STACK,
            mtls=self._mtls,
        )


def refuse_wrong_domain(domain: object) -> None:
    """Raises where something else than a custom domain is given."""
    if domain is not None and not isinstance(domain, CustomDomain):
        raise TypeError(f"domain must be such as CustomDomain('api.example.com', certificate=...); got {domain!r}")


def switched_off(given: bool | None, domain: CustomDomain | None) -> bool | None:
    """Whether AWS's own address of an API is switched off: what is given, and with a domain that it is."""
    return (domain is not None or None) if given is None else given

"""What a REST API is given, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aws_cdk import Size, aws_apigateway

from constructs_lambda.cdk.apis.custom_domain import CustomDomain
from constructs_lambda.cdk.refusal import refuse_what_aws_refuses
from constructs_lambda.errors import InputError
from constructs_lambda.model import Place
from constructs_lambda.template.rest_apis import read_rest_api, read_rest_stage

_EXAMPLE = "{'method.request.querystring.page': True}"
_PARAMETER = re.compile(r"method\.request\.(?P<kind>(multivalue)?(querystring|header)|path)\.(?P<name>[^\s.]+)")


def wrong_parameters(route: str, parameters: Mapping[str, bool] | None) -> Iterator[str]:
    """What is wrong with the parameters that a route asks for."""
    if parameters is not None and not isinstance(parameters, Mapping):
        raise TypeError(f"request_parameters must be a mapping, such as {_EXAMPLE}; got {parameters!r}")
    for name, needed in (parameters or {}).items():
        match = _PARAMETER.fullmatch(name)
        if match is None or not isinstance(needed, bool):
            yield f"{route}: request_parameters has {name!r}: {needed!r}. Fix: write it as {_EXAMPLE}."
        elif match["kind"] == "path" and not re.search(rf"\{{{re.escape(match['name'])}\+?\}}", str(route)):
            part = f"{{{match['name']}}}"
            yield f"{route}: request_parameters has {name!r}, and the path no {part}. Fix: name it in the path."


def endpoints_of(configuration: aws_apigateway.EndpointConfiguration | None) -> tuple[str, ...]:
    """Where it answers: `REGIONAL`, `EDGE` or `PRIVATE`."""
    if configuration is None:
        return ("REGIONAL",)
    if not isinstance(configuration, aws_apigateway.EndpointConfiguration):
        raise TypeError(
            "endpoint_configuration must be an aws_apigateway.EndpointConfiguration(types=[...]); got "
            f"{configuration!r}"
        )
    return tuple(each.value for each in configuration.types)


def refuse_what_breaks(
    path: str, endpoints: tuple[str, ...], domain: CustomDomain | None, web_acl: object, policy: object
) -> None:
    """What goes together at no time."""
    problems = []
    if "PRIVATE" in endpoints and policy is None:
        problems.append(
            "a private API needs a resource policy, or AWS refuses to deploy it. Fix: policy=PolicyDocument(...) that "
            "allows execute-api:Invoke from your VPC or its endpoint."
        )
    if "PRIVATE" in endpoints and domain is not None:
        problems.append("a private API can't have a public name. Fix: leave out domain=, or make it Regional.")
    arn = arn_of(web_acl) if web_acl is not None else ""
    if getattr(web_acl, "scope", None) == "CLOUDFRONT" or ":global/webacl/" in arn:
        problems.append("web_acl is one for CloudFront. Fix: one of the scope REGIONAL, in the API's Region.")
    elif isinstance(web_acl, str) and "${Token[" not in arn and ":regional/webacl/" not in arn:
        problems.append(
            f"web_acl is {arn!r}. Fix: the ARN of a web ACL, arn:aws:wafv2:<region>:<account>:regional/webacl/..."
        )
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))


def refuse_wrong_settings(path: str, stage_name: str, min_compression_size: Size | None) -> None:
    """What of a REST API and its stage AWS would refuse."""
    if "${Token[" in stage_name:
        raise TypeError(
            "stage_name has to be known at synth, because CDK names the stage's construct after it; got a token"
        )
    place = Place(path)
    size = None if min_compression_size is None else min_compression_size.to_bytes()
    api = read_rest_api({"Name": "-"} if size is None else {"Name": "-", "MinimumCompressionSize": size}, place)
    stage = read_rest_stage({"RestApiId": "-", "StageName": stage_name}, place)
    refuse_what_aws_refuses([api, stage], place)


def arn_of(web_acl: object) -> str:
    """The ARN of a web ACL."""
    arn = web_acl if isinstance(web_acl, str) else getattr(web_acl, "attr_arn", None)
    if not isinstance(arn, str):
        raise TypeError(f"web_acl must be an aws_wafv2.CfnWebACL or an ARN; got {web_acl!r}")
    return arn

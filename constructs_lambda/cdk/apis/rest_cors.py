"""What browsers of other origins are told where a REST API refuses a request itself."""

from __future__ import annotations

from aws_cdk import aws_apigateway


def tell_browsers_of_refusals(api: aws_apigateway.RestApi, cors: aws_apigateway.CorsOptions) -> None:
    """Puts the CORS header on the answers of an authorizer or a model: without it a browser shows no more than "CORS".

    Args:
        api: The API.
        cors: What it tells of other origins. Where it names several, whoever asked gets an answer: it holds no data.
    """
    origins = cors.allow_origins
    origin = f"'{origins[0]}'" if len(origins) == 1 else "method.request.header.Origin"
    headers = {"Access-Control-Allow-Origin": origin}
    if cors.allow_credentials:
        headers["Access-Control-Allow-Credentials"] = "'true'"
    for kind in (aws_apigateway.ResponseType.DEFAULT_4_XX, aws_apigateway.ResponseType.DEFAULT_5_XX):
        api.add_gateway_response(f"Response-{kind.response_type}", type=kind, response_headers=headers)

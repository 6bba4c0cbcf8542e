"""The authorizers: one handler for each kind of event, and one way to verify a token.

API Gateway caches an answer by the token, for all routes of the API. So a policy never names the route that was asked
for: it says all that this token may do. The event is never logged: it holds the token.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import event_source
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerEventV2,
    APIGatewayAuthorizerRequestEvent,
    APIGatewayAuthorizerResponse,
    APIGatewayAuthorizerResponseV2,
    APIGatewayAuthorizerTokenEvent,
    APIGatewayRouteArn,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from verification import Unauthorized, User, verify

logger = Logger()


@logger.inject_lambda_context
@event_source(data_class=APIGatewayAuthorizerTokenEvent)
def token(event: APIGatewayAuthorizerTokenEvent, context: LambdaContext) -> dict[str, Any]:
    """Who has a good token may call every route."""
    answer = policy(event.parsed_arn, verify(event.authorization_token))
    answer.allow_all_routes()
    return answer.asdict()


@logger.inject_lambda_context
@event_source(data_class=APIGatewayAuthorizerRequestEvent)
def request(event: APIGatewayAuthorizerRequestEvent, context: LambdaContext) -> dict[str, Any]:
    """Who has a good token may call the routes of their tenant, whichever tenant's this request is for."""
    user = verify(event.headers.get("Authorization"))
    answer = policy(event.parsed_arn, user)
    answer.allow_route("*", f"tenants/{user.tenant}/*")
    return answer.asdict()


@logger.inject_lambda_context
@event_source(data_class=APIGatewayAuthorizerEventV2)
def http(event: APIGatewayAuthorizerEventV2, context: LambdaContext) -> dict[str, Any]:
    """The same for an HTTP API, in its simple form."""
    try:
        user = verify(event.headers.get("Authorization"))
    except Unauthorized:
        return APIGatewayAuthorizerResponseV2(authorize=False).asdict()
    return APIGatewayAuthorizerResponseV2(authorize=True, context=user.as_context()).asdict()


def policy(arn: APIGatewayRouteArn, user: User) -> APIGatewayAuthorizerResponse:
    """An answer that allows nothing yet, for the API and the stage of an ARN."""
    return APIGatewayAuthorizerResponse(
        user.user_id,
        region=arn.region,
        aws_account_id=arn.aws_account_id,
        api_id=arn.api_id,
        stage=arn.stage,
        partition=arn.partition,
        context=user.as_context(),
    )

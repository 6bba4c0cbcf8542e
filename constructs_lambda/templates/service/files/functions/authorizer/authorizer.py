"""Judges who calls: whoever has a token that was signed with the key of this service.

API Gateway keeps an answer for five minutes, for all routes: it must not depend on the route that was asked for. The
event is never logged, because it holds the token.
"""

import os
from typing import Any

import jwt
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.typing import LambdaContext

AUDIENCE, KEY_ARN = os.environ["AUDIENCE"], os.environ["KEY_ARN"]
ALGORITHMS = ["HS256"]  # said here, and never taken from the token
REQUIRED = ["aud", "exp", "sub"]
KEY_AGE_SECONDS = 300

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    scheme, _, token = event["headers"].get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return {"isAuthorized": False}
    key = get_secret(KEY_ARN, max_age=KEY_AGE_SECONDS)
    try:
        claims = jwt.decode(token, key, algorithms=ALGORITHMS, audience=AUDIENCE, options={"require": REQUIRED})
    except jwt.InvalidTokenError as error:
        logger.info("token refused", reason=str(error))
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"user": claims["sub"]}}

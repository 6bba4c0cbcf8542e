"""Verifies the tokens of one issuer, and says whom they are about."""

import os
import re
from dataclasses import asdict, dataclass

import jwt
from aws_lambda_powertools import Logger

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
ALGORITHMS = ["ES256", "RS256"]  # of key pairs alone: with HS256 among them, the public key would sign
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "tenant", "role"]
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")  # a tenant stands in ARNs, where an asterisk would mean all of them

keys = jwt.PyJWKClient(os.environ["JWKS_URL"], timeout=2)  # holds the keys for 5 minutes
logger = Logger()


class Unauthorized(Exception):
    """API Gateway answers 401 to an exception with just this text, and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@dataclass(frozen=True, slots=True)
class User:
    """What the functions get to know of who calls."""

    user_id: str
    tenant: str
    role: str

    def as_context(self) -> dict[str, str]:
        """The context of an answer: flat, and without the token."""
        return asdict(self)


def verify(authorization: str | None) -> User:
    """The user whom a header is about.

    Args:
        authorization: The header, `Bearer <token>`.

    Raises:
        Unauthorized: There is no token, or it isn't good.
        PyJWKClientConnectionError: The issuer doesn't answer, so nobody can tell.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme != "Bearer":
        raise Unauthorized
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token, key, algorithms=ALGORITHMS, issuer=ISSUER, audience=AUDIENCE, options={"require": REQUIRED}
        )
    except jwt.PyJWKClientConnectionError:
        raise
    except jwt.PyJWTError as error:
        logger.info("token refused", reason=str(error))
        raise Unauthorized from None
    tenant, role = claims["tenant"], claims["role"]
    if not all(isinstance(each, str) and NAME.fullmatch(each) for each in (tenant, role)):
        logger.info("token refused", reason="the tenant or the role is no name")
        raise Unauthorized
    return User(claims["sub"], tenant, role)

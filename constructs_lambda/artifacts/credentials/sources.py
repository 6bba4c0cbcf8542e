"""Where credentials come from: the parts of an authorizer's event, the answers of AWS's APIs, the environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from constructs_lambda.artifacts.credentials.names import (
    is_credential,
    is_credential_cookie,
    is_credential_header,
    is_harmless_part,
    of_environment,
)
from constructs_lambda.artifacts.credentials.values import PLAIN, UNKNOWN, Taint, Value, role, tainted

_EVENT = {
    "authorizationToken": tainted("the authorization token"),
    "identitySource": tainted("the identity source", is_certain=False),
    "cookies": role("cookies"),
    "headers": role("headers"),
    "resolvedHeadersField": role("headers"),
    "multiValueHeaders": role("headers"),
    "queryStringParameters": role("query"),
    "multiValueQueryStringParameters": role("query"),
    "requestContext": role("request context"),
    "rawEvent": role("event"),
    "rawQueryString": UNKNOWN,
}
_CONTEXT = {"identity": role("identity"), "authentication": UNKNOWN}
_IDENTITY = {"apiKey": tainted("the API key"), "accessKey": tainted("the AWS access key")}
_CLEAN_OF_CREDENTIALS = frozenset({"Expiration", "expiration", "expiry_time", "CreateDate", "Status", "UserName"})
_CLEAN_OF_SECRET = frozenset({"ARN", "Name", "VersionId", "VersionStages", "CreatedDate", "ResponseMetadata"})
# Claims of a token that say who somebody is and what the token is for.
_CLAIMS = frozenset({"aud", "azp", "exp", "iat", "iss", "jti", "nbf", "scope", "scp", "sub"})
# Keys of AWS's answers that are never anything else, whatever they are read from.
_ALWAYS = frozenset({"SecretAccessKey", "SessionToken", "SecretString", "SecretBinary", "AccessKeyId"})
_WHOLE = {
    "event": Taint("the whole event"),
    "headers": Taint("all headers"),
    "cookies": Taint("the cookies"),
    "each:cookies": Taint("a cookie", is_certain=False),
    "cookie header": Taint("the Cookie header"),
    "credentials": Taint("AWS credentials", kind="aws"),
    "sts": Taint("AWS credentials", kind="aws"),
    "secret": Taint("a secret of Secrets Manager", kind="secret"),
    "parameter": Taint("a decrypted parameter", kind="secret"),
    "maybe parameter": Taint("a parameter, perhaps decrypted", is_certain=False, kind="secret"),
    "tokens": Taint("tokens of a user pool", kind="aws"),
    "environ": Taint("the whole environment", kind="secret"),
}
ANSWERS = {
    "assume_role": "sts",
    "assume_role_with_saml": "sts",
    "assume_role_with_web_identity": "sts",
    "get_session_token": "sts",
    "get_federation_token": "sts",
    "get_credentials_for_identity": "sts",
    "create_access_key": "sts",
    "get_role_credentials": "sts",
    "get_secret_value": "secret",
    "batch_get_secret_value": "secret",
    "initiate_auth": "tokens",
    "admin_initiate_auth": "tokens",
    "respond_to_auth_challenge": "tokens",
    "get_frozen_credentials": "credentials",
}
"""What the methods of AWS's clients return that have credentials in it, by name."""


def whole(name: str) -> Taint | None:
    """The credential that what stands for something is as a whole."""
    return _WHOLE.get(name) or _WHOLE.get(name.removeprefix("each:"))


def part(name: str, key: str) -> Value:
    """A part of what stands for something.

    Args:
        name: What it stands for: a role of a `Value`.
        key: The key or attribute.
    """
    if name == "each:cookies":  # as a `Morsel` of http.cookies, or as text
        return role(name) if key in ("value", "coded_value", "OutputString") else UNKNOWN
    name = name.removeprefix("each:")
    if name == "event":
        return _EVENT.get(_camel(key), PLAIN if _camel(key) in ("methodArn", "routeArn") else UNKNOWN)
    if name == "headers":
        if key.lower() == "cookie":
            return role("cookie header")
        return tainted(f"the {key} header") if is_credential_header(key) else UNKNOWN
    if name in ("cookies", "cookie header"):
        return cookie(name, key)
    if name == "claims":
        return of_anything(key) if is_credential(key) else PLAIN
    if name == "query":
        return tainted(f"the query parameter {key}") if is_credential(key) else UNKNOWN
    if name == "request context":
        return _CONTEXT.get(key, UNKNOWN)
    if name == "identity":
        return _IDENTITY.get(_camel(key), UNKNOWN)
    if name == "environ":
        return environment(key)
    return _of_answer(name, key)


def _of_answer(name: str, key: str) -> Value:
    if name == "sts":
        return role("credentials") if re.search("credentials|AccessKey$", key, re.IGNORECASE) else UNKNOWN
    if name == "credentials":
        return UNKNOWN if key in _CLEAN_OF_CREDENTIALS else tainted(f"AWS credentials ({key})", "aws")
    if name == "secret":
        return UNKNOWN if key in _CLEAN_OF_SECRET else tainted("a secret of Secrets Manager", "secret")
    if name in ("parameter", "maybe parameter"):
        if key in ("Parameter", "Parameters") or key.lstrip("-").isdigit():
            return role(name)
        return tainted(_WHOLE[name].what, "secret", is_certain=name == "parameter") if key == "Value" else UNKNOWN
    if name == "tokens":
        if key == "AuthenticationResult":
            return role(name)
        return tainted(f"a token of a user pool ({key})", "aws") if is_credential(key) else UNKNOWN
    return UNKNOWN


def cookie(name: str, key: str) -> Value:
    """One of the cookies, by its name or its place; a single header may stand in a list."""
    if key.lstrip("-").isdigit():
        return role("each:cookies" if name == "cookies" else name)
    key = key.strip().partition("=")[0]
    return tainted(f"the cookie {key}") if is_credential_cookie(key) else UNKNOWN


def identity(sources: Sequence[str | None]) -> list[Value]:
    """What stands in the identity source of an event of an HTTP API.

    Args:
        sources: The authorizer's identity sources, as `$request.header.Authorization`; None for one that isn't known.
    """
    found = [_identity(source or "") for source in sources]
    return [tainted("the identity source", is_certain=False)] if found == [UNKNOWN] else found


def _identity(source: str) -> Value:
    place, _, key = source.removeprefix("$").removeprefix("request.").partition(".")
    if place == "header":
        return part("headers", key)
    if place == "querystring":
        return part("query", key)
    return UNKNOWN if source else tainted("the identity source", is_certain=False)


def environment(key: str) -> Value:
    """A variable of the environment."""
    certain = of_environment(key)
    if certain is False:
        return UNKNOWN
    return tainted(f"the environment variable {key}", "secret", is_certain=certain is True)


def of_anything(key: str) -> Value:
    """What a key says, whatever it is read from."""
    if key in _ALWAYS:
        kind = "secret" if key.startswith("SecretS") or key.endswith("Binary") else "aws"
        return tainted("a secret of Secrets Manager" if kind == "secret" else f"AWS credentials ({key})", kind)
    if key == "Credentials":
        return role("credentials")
    if key in _CLAIMS:
        return PLAIN
    return tainted(f"the name '{key}'", "name", is_certain=False) if is_credential(key) else UNKNOWN


def part_of_taint(taint: Taint, key: str | None) -> Value:
    """A part of a credential: of a secret that was a JSON object, or of a text that was cut."""
    if taint.kind == "name":
        return of_anything(key) if key else UNKNOWN
    if taint.kind == "secret" and key is None:  # by what somebody sends: rather what belongs to a secret
        return Value(taints=frozenset({replace(taint, is_certain=False)}))
    if key and taint.kind == "secret" and is_harmless_part(key):
        return UNKNOWN
    return Value(taints=frozenset({taint}))


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest) if rest and first else key

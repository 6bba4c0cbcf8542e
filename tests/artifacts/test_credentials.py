"""Which credentials authorizers put into their context: all of them, and nothing else."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from textwrap import dedent, indent

import pytest

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.artifacts.credentials import Leak, leaks, package_leaks
from constructs_lambda.artifacts.credentials.names import (
    is_credential,
    is_credential_cookie,
    is_credential_header,
    of_environment,
)
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE

POLICY = """
def policy(principal, effect, resource, context=None):
    response = {"principalId": principal, "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]}}
    if context:
        response["context"] = context
    return response
"""


def handler(body: str) -> str:
    """A module whose handler has this body."""
    return "def handler(event, context):\n" + indent(dedent(body).strip(), "    ") + "\n"


def context_of(expression: str, before: str = "pass") -> str:
    """A module whose handler does something, then answers with a context."""
    return handler(f"{dedent(before).strip()}\nreturn {{'isAuthorized': True, 'context': {expression}}}")


def certain(source: str) -> list[str]:
    return [leak.what for leak in leaks(source, "app.py", "handler") if leak.is_certain]


GOOD = {
    "PyJWT": """
        import os, jwt
        def handler(event, context):
            token = event["authorizationToken"].replace("Bearer ", "")
            try:
                claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"])
            except jwt.InvalidTokenError:
                raise Exception("Unauthorized")
            return {
                "principalId": claims["sub"],
                "policyDocument": {"Version": "2012-10-17", "Statement": []},
                "context": {"email": claims["email"], "scope": claims.get("scope", ""), "admin": str(claims["admin"])},
            }
        """,
    "PyJWT with a JWKS client": """
        import os, jwt
        from jwt import PyJWKClient
        jwks = PyJWKClient(os.environ["JWKS_URL"])
        def verify(token):
            key = jwks.get_signing_key_from_jwt(token)
            return jwt.decode(token, key.key, algorithms=["RS256"], audience=os.environ["AUDIENCE"])
        def handler(event, context):
            scheme, _, token = event["headers"].get("authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                return {"isAuthorized": False}
            claims = verify(token)
            return {"isAuthorized": True, "context": {"sub": claims["sub"], "scheme": scheme, "claims": claims}}
        """,
    "python-jose with Cognito's keys": """
        import json, time, urllib.request
        from jose import jwk, jwt
        from jose.utils import base64url_decode
        with urllib.request.urlopen("https://example.com/.well-known/jwks.json") as f:
            keys = json.loads(f.read().decode("utf-8"))["keys"]
        def handler(event, context):
            token = event["authorizationToken"].split(" ")[1]
            kid = jwt.get_unverified_headers(token)["kid"]
            key = next((k for k in keys if k["kid"] == kid), None)
            message, encoded = str(token).rsplit(".", 1)
            if not jwk.construct(key).verify(message.encode("utf8"), base64url_decode(encoded.encode("utf-8"))):
                raise Exception("Unauthorized")
            claims = jwt.get_unverified_claims(token)
            if time.time() > claims["exp"]:
                raise Exception("Unauthorized")
            context = {"username": claims["cognito:username"], "groups": ",".join(claims["cognito:groups"]),
                       "token_use": claims["token_use"]}
            return {"principalId": claims["sub"], "policyDocument": {}, "context": context}
        """,
    "authlib": """
        from authlib.jose import JsonWebToken, JWTClaims
        jwt = JsonWebToken(["RS256"])
        def handler(event, context):
            headers = {k.lower(): v for k, v in event["headers"].items()}
            auth = headers.get("authorization")
            if not auth or not auth.startswith("Bearer "):
                return {"isAuthorized": False, "context": {"reason": "no token"}}
            claims = jwt.decode(auth[len("Bearer "):], load_keys())
            claims.validate()
            return {"isAuthorized": True, "context": {"user": claims["sub"], "tenant": headers.get("x-tenant-id")}}
        """,
    "Powertools, as its documentation does": """
        from aws_lambda_powertools.utilities.data_classes import event_source
        from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
            APIGatewayAuthorizerRequestEvent, APIGatewayAuthorizerResponse, DENY_ALL_RESPONSE)
        def get_user_by_token(token):
            if compare(token, "x"):
                return {"id": 1, "name": "Jane"}
            return None
        @event_source(data_class=APIGatewayAuthorizerRequestEvent)
        def handler(event, context):
            user = get_user_by_token(event.headers["Authorization"])
            if user is None:
                return DENY_ALL_RESPONSE
            arn = event.parsed_arn
            policy = APIGatewayAuthorizerResponse(principal_id=user["id"], context={"user": user["name"]},
                region=arn.region, aws_account_id=arn.aws_account_id, api_id=arn.api_id, stage=arn.stage)
            policy.allow_all_routes()
            return policy.asdict()
        """,
    "Powertools, simple answer": """
        from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
            APIGatewayAuthorizerEventV2, APIGatewayAuthorizerResponseV2)
        def handler(event, context):
            event = APIGatewayAuthorizerEventV2(event)
            user = find(event.headers.get("x-token"))
            if not user:
                return APIGatewayAuthorizerResponseV2().asdict()
            return APIGatewayAuthorizerResponseV2(authorize=True, context={"user": user.name,
                "path": event.raw_path}).asdict()
        """,
    "Powertools parameters": """
        import jwt
        from aws_lambda_powertools.utilities import parameters
        def handler(event, context):
            secret = parameters.get_secret("jwt-secret")
            claims = jwt.decode(event["headers"]["authorization"], secret, algorithms=["HS256"])
            return {"isAuthorized": True, "context": {"sub": claims["sub"]}}
        """,
    "a hash of the token": """
        import hashlib
        def handler(event, context):
            token = event["authorizationToken"]
            token_hash = hashlib.sha256(token.encode()).hexdigest()
            return {"principalId": "u", "policyDocument": {}, "context": {"tokenHash": token_hash,
                "token": token_hash[:8]}}
        """,
    "an HMAC of the token": """
        import hmac, os
        def handler(event, context):
            digest = hmac.new(os.environ["PEPPER_SECRET"].encode(), event["authorizationToken"].encode(),
                "sha256").hexdigest()
            return {"principalId": digest, "policyDocument": {}, "context": {"fingerprint": digest}}
        """,
    "booleans": """
        import hmac, os
        def handler(event, context):
            token = event["headers"].get("authorization")
            ok = hmac.compare_digest(token or "", os.environ["API_TOKEN"])
            return {"isAuthorized": ok, "context": {"token": bool(token), "hasToken": token is not None,
                    "secret": token == os.environ["API_TOKEN"], "length": len(token), "both": token and ok}}
        """,
    "what is about a token": """
        import jwt
        def handler(event, context):
            token = event["authorizationToken"]
            claims = jwt.decode(token, "k", algorithms=["HS256"])
            return {"principalId": "u", "policyDocument": {}, "context": {
                "token_type": "Bearer", "token_use": claims["token_use"], "token_expires_at": claims["exp"],
                "password_changed_at": claims["pwd_at"], "secret_santa": claims["santa"], "partition_key": claims["pk"],
                "tenant_key": claims["tk"], "tokenIssuedAt": claims["iat"], "key": claims["k"],
                    "next_token": claims["n"]}}
        """,
    "claims in JSON": """
        import json, jwt
        def handler(event, context):
            claims = jwt.decode(event["authorizationToken"], "k", algorithms=["HS256"])
            return {"principalId": "u", "policyDocument": {}, "context": {"claims": json.dumps(claims)}}
        """,
    "claims of a token that isn't verified": """
        import base64, json
        def handler(event, context):
            token = event["headers"]["authorization"].removeprefix("Bearer ")
            payload = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return {"isAuthorized": True, "context": {"user": claims["sub"], "email": claims.get("email")}}
        """,
    "the user of basic authentication": """
        import base64
        def handler(event, context):
            auth = event["headers"]["authorization"]
            user, password = base64.b64decode(auth.split(" ")[1]).decode().split(":", 1)
            if not check(user, password):
                return {"isAuthorized": False}
            return {"isAuthorized": True, "context": {"user": user}}
        """,
    "a table of API keys": """
        import boto3
        table = boto3.resource("dynamodb").Table("keys")
        def handler(event, context):
            api_key = event["headers"].get("x-api-key")
            item = table.get_item(Key={"pk": api_key}).get("Item")
            if item is None:
                return {"isAuthorized": False}
            return {"isAuthorized": True, "context": {"customer": item["customer"], "plan": item["plan"]}}
        """,
    "a user by a session cookie": """
        from http.cookies import SimpleCookie
        def handler(event, context):
            cookies = SimpleCookie("; ".join(event["cookies"]))
            session = sessions.find(cookies["session"].value)
            return {"isAuthorized": bool(session), "context": {"user": session.user_id}}
        """,
    "AWS's blueprint": """
        import re
        class HttpVerb:
            GET = "GET"
            ALL = "*"
        class AuthPolicy(object):
            awsAccountId = ""
            principalId = ""
            version = "2012-10-17"
            def __init__(self, principal, awsAccountId):
                self.awsAccountId = awsAccountId
                self.principalId = principal
                self.allowMethods = []
                self.denyMethods = []
            def _addMethod(self, effect, verb, resource, conditions):
                resourceArn = "arn:aws:execute-api:" + self.region + ":" + self.awsAccountId + "/" + verb + resource
                if effect.lower() == "allow":
                    self.allowMethods.append({"resourceArn": resourceArn, "conditions": conditions})
            def denyAllMethods(self):
                self._addMethod("Deny", HttpVerb.ALL, "*", [])
            def build(self):
                policy = {"principalId": self.principalId, "policyDocument": {"Version": self.version, "Statement": []}}
                return policy
        def handler(event, context):
            print("Client token: " + event["authorizationToken"])
            print("Method ARN: " + event["methodArn"])
            principalId = "user|a1b2c3d4"
            tmp = event["methodArn"].split(":")
            apiGatewayArnTmp = tmp[5].split("/")
            policy = AuthPolicy(principalId, tmp[4])
            policy.restApiId = apiGatewayArnTmp[0]
            policy.denyAllMethods()
            authResponse = policy.build()
            context = {"key": "value", "number": 1, "bool": True}
            authResponse["context"] = context
            return authResponse
        """,
    "overwritten before it is returned": """
        def handler(event, context):
            ctx = {"token": event["authorizationToken"]}
            user = lookup(ctx["token"])
            ctx = {"user": user["id"]}
            return {"principalId": "u", "policyDocument": {}, "context": ctx}
        """,
    "taken out again": """
        def handler(event, context):
            ctx = {"token": event["authorizationToken"], "user": "u", "secret": event["authorizationToken"]}
            check(ctx.pop("token"))
            del ctx["secret"]
            return {"principalId": "u", "policyDocument": {}, "context": ctx}
        """,
    "a variable that is used again": """
        def handler(event, context):
            value = event["authorizationToken"]
            value = find_user(value)
            return {"principalId": "u", "policyDocument": {}, "context": {"user": value}}
        """,
    "decoded claims in a variable called token": """
        def handler(event, context):
            token = verify(event["headers"]["authorization"])
            return {"isAuthorized": True, "context": {"user": token["sub"], "mail": token.get("email"),
                "org": token.org}}
        """,
    "claims that are chosen": """
        import jwt
        ALLOWED = ("sub", "email", "tenant")
        def handler(event, context):
            claims = jwt.decode(event["authorizationToken"], "k")
            return {"principalId": "u", "policyDocument": {}, "context": {k: str(v) for k,
                v in claims.items() if k in ALLOWED}}
        """,
    "claims that are chosen in a loop": """
        def handler(event, context):
            raw = {"token": event["authorizationToken"], "ip": "1", "path": "/x"}
            ctx = {}
            for name in ("ip", "path"):
                ctx[name] = raw[name]
            return {"principalId": "u", "policyDocument": {}, "context": ctx}
        """,
    "everything but the token": """
        def handler(event, context):
            raw = {"token": event["authorizationToken"], "ip": "1"}
            return {"principalId": "u", "policyDocument": {}, "context": {k: v for k, v in raw.items() if k != "token"}}
        """,
    "headers that are no credentials": """
        def handler(event, context):
            h = event["headers"]
            return {"isAuthorized": True, "context": {"agent": h["user-agent"],
                "ip": event["requestContext"]["http"]["sourceIp"],
                    "tenant": h.get("X-Tenant"), "csrf": h.get("x-request-id"), "path": event["rawPath"],
                    "route": event["routeArn"], "trace": {k: v for k, v in h.items() if k.startswith("x-trace")}}}
        """,
    "headers without the credential": """
        def handler(event, context):
            kept = {}
            for name, value in event["headers"].items():
                if name.lower() == "authorization":
                    continue
                kept[name] = value
            return {"isAuthorized": True, "context": kept}
        """,
    "an answer of STS that is used": """
        import boto3
        def handler(event, context):
            credentials = boto3.client("sts").assume_role(RoleArn="r", RoleSessionName="s")["Credentials"]
            table = boto3.resource("dynamodb", aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                    aws_session_token=credentials["SessionToken"]).Table("t")
            user = table.get_item(Key={"id": 1})["Item"]
            return {"isAuthorized": True, "context": {"user": user["id"], "until": str(credentials["Expiration"])}}
        """,
    "environment that is no secret": """
        import os
        def handler(event, context):
            return {"isAuthorized": True, "context": {"stage": os.environ["STAGE"], "issuer": os.getenv("TOKEN_ISSUER"),
                "table": os.environ.get("PARTITION_KEY"), "secret_arn": os.environ["SECRET_ARN"],
                    "region": os.environ["AWS_REGION"]}}
        """,
    "the user of a secret": """
        import boto3, json
        def handler(event, context):
            response = boto3.client("secretsmanager").get_secret_value(SecretId="db")
            db = json.loads(response["SecretString"])
            return {"isAuthorized": True, "context": {"db_user": db["username"], "host": db["host"],
                "version": response["VersionId"]}}
        """,
    "a parameter that isn't encrypted": """
        import boto3
        def handler(event, context):
            value = boto3.client("ssm").get_parameter(Name="/issuer")["Parameter"]["Value"]
            other = boto3.client("ssm").get_parameter(Name="/issuer", WithDecryption=False)["Parameter"]["Value"]
            return {"isAuthorized": True, "context": {"issuer": value, "other": other}}
        """,
    "introspection by the provider": """
        import requests
        def handler(event, context):
            token = event["headers"]["authorization"]
            info = requests.get("https://idp.example.com/userinfo", headers={"Authorization": token}).json()
            return {"isAuthorized": True, "context": {"sub": info["sub"], "active": info["active"]}}
        """,
    "a class of the code": """
        from dataclasses import dataclass, asdict
        @dataclass
        class User:
            id: str
            email: str
        class Authorizer:
            def __init__(self, token):
                self.token = token
                self.user = User(id="1", email="a@example.com")
            def context(self):
                return asdict(self.user)
        def handler(event, context):
            return {"isAuthorized": True, "context": Authorizer(event["headers"]["authorization"]).context()}
        """,
    "no context": """
        def handler(event, context):
            return {"principalId": "u", "policyDocument": {}, "usageIdentifierKey": event["headers"]["x-api-key"]}
        """,
    "a cookie that is no credential": """
        def handler(event, context):
            cookies = dict(cookie.split("=", 1) for cookie in event.get("cookies", []))
            return {"isAuthorized": bool(cookies["session"]), "context": {"theme": cookies.get("theme", "light")}}
        """,
    "cookies in a loop": """
        def handler(event, context):
            theme = None
            for cookie in event["cookies"]:
                name, _, value = cookie.strip().partition("=")
                if name == "theme":
                    theme = value
            return {"isAuthorized": True, "context": {"theme": theme}}
        """,
    "cookies by a function": """
        from http.cookies import SimpleCookie
        def cookie(event, name):
            for each in event["cookies"]:
                if each.startswith(name + "="):
                    return each.split("=")[1]
        def handler(event, context):
            jar = SimpleCookie(event["headers"]["cookie"])
            other = SimpleCookie()
            other.load("; ".join(event["cookies"]))
            return {"isAuthorized": True, "context": {"a": cookie(event, "theme"), "b": jar["lang"].value,
                "c": other["tz"].value}}
        """,
    "the Cookie header, cut": """
        import re
        def handler(event, context):
            header = event["headers"].get("cookie", "")
            cookies = {k: v for k, v in (each.strip().split("=", 1) for each in header.split(";"))}
            found = re.search(r"(?:^|; )lang=([^;]+)", header)
            return {"isAuthorized": True, "context": {"theme": cookies["theme"], "lang": found.group(1),
                "tz": header.split("tz=")[1].split(";")[0]}}
        """,
    "a few characters of a token": """
        LAST = 4
        def mask(text, shown=4):
            return "*" * (len(text) - shown) + text[-shown:]
        def handler(event, context):
            key = event["headers"]["x-api-key"]
            return {"isAuthorized": True, "context": {"key": key[-4:], "token": key[:2] + "***", "a": mask(key),
                "b": key[:LAST] + "..." + key[-LAST:], "c": f"{key[3:8]}****", "d": key.replace(key[4:], "*"),
                "e": key[-8:-4], "f": key[:8], "g": f"{key[0]}***{key[-1]}", "h": key[0] + "..." + key[-1],
                "i": f"{key:.8}", "j": f"{key:.3s}..."}}
        """,
    "ids and states": """
        def handler(event, context):
            user = find(event)
            decoded = decode(event["authorizationToken"])
            return {"principalId": user["token"], "policyDocument": {}, "context": {
                "token_id": event["pathParameters"]["token"], "token": decoded["jti"], "secret": decoded.get("sub"),
                "must_change_password": user["must_change_password"], "password_expired": user["password_expired"],
                "is_token_valid": user["is_token_valid"], "has_secret": user["has_secret"],
                "user_must_change_password": user["x"], "force_password": user["x"], "forgotPassword": user["x"]}}
        """,
    "claims of any name": """
        import jwt
        def handler(event, context):
            decoded = jwt.decode(event["authorizationToken"], key=find(), algorithms=["RS256"])
            return {"principalId": decoded["sub"], "policyDocument": {}, "context": {"token": decoded["tid"],
                "secret": decoded.get("santa"), "credentials": decoded}}
        """,
    "a table of what was seen": """
        SEEN = {}
        def handler(event, context):
            token = event["authorizationToken"]
            SEEN[token] = find(token)
            return {"principalId": SEEN[token].id, "policyDocument": {}, "context": {"user": SEEN[token].name}}
        """,
    "a principal that is a part or a hash": """
        import hashlib
        def handler(event, context):
            token = event["authorizationToken"]
            if token == "a":
                return {"principalId": hashlib.sha256(token.encode()).hexdigest(), "policyDocument": {}}
            return {"principalId": "key-" + token[:6], "policyDocument": {}}
        """,
    "headers that the credentials were taken out of": """
        import json
        def handler(event, context):
            copied = dict(event["headers"])
            copied.pop("Authorization", None)
            lower = {name.lower(): value for name, value in event["headers"].items()}
            del lower["authorization"]
            return {"isAuthorized": True, "context": {**copied, "headers": json.dumps(lower)}}
        """,
    "filtered": """
        def handler(event, context):
            raw = {"token": event["authorizationToken"], "ip": "1"}
            return {"isAuthorized": True, "context": dict(filter(lambda pair: pair[0] != "token", raw.items()))}
        """,
    "functions that run when the module is loaded": """
        import boto3, os
        def secret(name):
            return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        def setting(name):
            return os.environ[name]
        KEY = secret("key")
        ISSUER = setting("ISSUER")
        def handler(event, context):
            return {"isAuthorized": verify(event, KEY), "context": {"issuer": ISSUER}}
        """,
    "one of several headers": """
        def handler(event, context):
            tenant = token = None
            for name, value in event["headers"].items():
                if name.lower() == "authorization":
                    token = value
                elif name.lower() == "x-tenant":
                    tenant = value
            return {"isAuthorized": verify(token), "context": {"tenant": tenant}}
        """,
    "claims as the whole context": """
        def handler(event, context):
            decoded_token = decode(event["headers"]["authorization"])
            return {"isAuthorized": True, "context": decoded_token}
        """,
    "an object that can be called": """
        class Handler:
            def __call__(self, event, context):
                return {"isAuthorized": True, "context": {"n": len(event["headers"]["authorization"])}}
        handler = Handler()
        """,
    "a model without its token": """
        from pydantic import BaseModel
        class User(BaseModel):
            id: str
            token: str
        def handler(event, context):
            user = User(id="u", token=event["authorizationToken"])
            kept = user.model_dump(include={"id"})
            return {"principalId": "u", "policyDocument": {}, "context": {**user.model_dump(exclude={"token"}), **kept}}
        """,
    "overwritten in a copy": """
        def handler(event, context):
            raw = {"token": event["authorizationToken"], "ip": "1"}
            shown = {key: "***" if key == "token" else value for key, value in raw.items()}
            return {"principalId": "u", "policyDocument": {}, "context": {**raw, **shown, "token": None}}
        """,
    "masked": """
        import re, zlib
        def handler(event, context):
            token = event["authorizationToken"]
            masked = "*" * len(token)
            return {"principalId": "u", "policyDocument": {}, "context": {"token": masked, "secret": re.sub(".",
                "*", token),
                    "crc": zlib.crc32(token), "prefix": token.startswith("Bearer ")}}
        """,
    "everything that isn't called token": """
        def handler(event, context):
            raw = {"accessToken": event["authorizationToken"], "ip": "1", "token": event["authorizationToken"]}
            kept = {k: v for k, v in raw.items() if not k.lower().endswith("token")}
            for key, value in raw.items():
                if "oken" not in key:
                    kept[key] = value
            return {"principalId": "u", "policyDocument": {}, "context": kept}
        """,
    "an answer through JSON": """
        import json
        def build(user):
            answer = {"principalId": user, "policyDocument": {}, "context": {"stringKey": "stringval", "user": user}}
            return json.dumps(answer)
        def handler(event, context):
            return json.loads(build(find(event["authorizationToken"])))
        """,
    "errors in the context": """
        def handler(event, context):
            try:
                claims = decode(event["authorizationToken"])
            except Exception as error:
                return {"isAuthorized": False, "context": {"error": str(error), "token": None, "password": "",
                    "secret": "hidden"}}
            return {"isAuthorized": True, "context": {"sub": claims.sub}}
        """,
}


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD.keys())
def test_good_authorizers(source: str) -> None:
    assert leaks(dedent(source), "app.py", "handler") == ()


AUTH = 'event["headers"]["Authorization"]'
BAD = {
    "the token": (context_of('{"token": event["authorizationToken"]}'), "the authorization token"),
    "the token of get": (context_of('{"a": event.get("authorizationToken")}'), "the authorization token"),
    "a header": (context_of(f'{{"a": {AUTH}}}'), "the Authorization header"),
    "a header in small letters": (context_of('{"a": event["headers"]["authorization"]}'), "the authorization header"),
    "a header of get": (
        context_of('{"a": event.get("headers", {}).get("Authorization", "")}'),
        "the Authorization header",
    ),
    "headers or none": (
        context_of('{"a": h.get("Authorization") or h.get("Authorization")}', 'h = event.get("headers") or {}'),
        "the Authorization header",
    ),
    "several values": (context_of('{"a": event["multiValueHeaders"]["Authorization"][0]}'), "the Authorization header"),
    "an API key": (context_of('{"a": event["headers"]["x-api-key"]}'), "the x-api-key header"),
    "a cookie header": (context_of('{"a": event["headers"]["Cookie"]}'), "the Cookie header"),
    "cookies": (context_of('{"session": event["cookies"]}'), "the cookies"),
    "cookies of Powertools": (context_of('{"a": list(event.cookies)}'), "the cookies"),
    "a cookie by its name": (
        context_of('{"a": c["session"]}', 'c = dict(each.split("=", 1) for each in event["cookies"])'),
        "the cookie session",
    ),
    "a cookie of a jar": (
        context_of('{"a": c["JSESSIONID"].value}', 'c = SimpleCookie()\nc.load(event["headers"]["Cookie"])'),
        "the cookie JSESSIONID",
    ),
    "a cookie of a parsed header": (
        context_of('{"a": SimpleCookie(event["headers"]["Cookie"]).get("id_token").value}'),
        "the cookie id_token",
    ),
    "a cookie that is looked for": (
        "def cookie(event, name):\n    for each in event['cookies']:\n        key, _, value = each.partition('=')\n"
        "        if key.strip() == name:\n            return value\n" + context_of('{"a": cookie(event, "auth")}'),
        "the cookie auth",
    ),
    "a cookie that starts right": (
        context_of('{"a": next(c for c in event["cookies"] if c.startswith("session="))[8:]}'),
        "the cookie session",
    ),
    "a cookie by a pattern": (
        context_of('{"a": re.search("session_id=([^;]*)", event["headers"]["cookie"]).group(1)}', "import re"),
        "the cookie session_id",
    ),
    "a cookie that is cut out": (
        context_of('{"a": event["headers"]["cookie"].split("session=")[1]}'),
        "the cookie session",
    ),
    "nine characters": (context_of('{"a": event["authorizationToken"][-9:]}'), "the authorization token"),
    "nine first characters": (context_of('{"a": event["authorizationToken"][:9]}'), "the authorization token"),
    "nine characters inside": (context_of('{"a": event["authorizationToken"][1:10]}'), "the authorization token"),
    "nine formatted characters": (context_of(f"{{'a': f'{{{AUTH}:.9}}'}}"), "the Authorization header"),
    "all but a few": (context_of('{"a": event["authorizationToken"][:-4]}'), "the authorization token"),
    "every second one": (context_of('{"a": event["authorizationToken"][0:8:-1]}'), "the authorization token"),
    "a key of the context": (context_of('{event["authorizationToken"]: "x"}'), "the authorization token"),
    "a key of a copy": (
        context_of("{**ctx}", 'ctx = {}\nctx[event["authorizationToken"].lower()] = 1'),
        "the authorization token",
    ),
    "a key that was taken in": (
        context_of("ctx", 'ctx = {}\nctx.update({event["authorizationToken"]: 1})'),
        "the authorization token",
    ),
    "keys of a comprehension": (
        context_of("{each: 1 for each in [event['authorizationToken']]}"),
        "the authorization token",
    ),
    "the token as principal": (
        handler('return {"principalId": event["authorizationToken"], "policyDocument": {}}'),
        "the authorization token",
    ),
    "a header as principal": (
        POLICY + handler(f'return policy({AUTH}.split()[1], "Allow", event["methodArn"])'),
        "the Authorization header",
    ),
    "Powertools' principal": (
        handler('return APIGatewayAuthorizerResponse(principal_id=event.authorization_token, region="r").asdict()'),
        "the authorization token",
    ),
    "joined cookies": (context_of('{"session": ";".join(event["cookies"])}'), "the cookies"),
    "a token in the query": (
        context_of('{"a": event["queryStringParameters"]["access_token"]}'),
        "the query parameter access_token",
    ),
    "the whole event": (context_of('{"event": json.dumps(event)}', "import json"), "the whole event"),
    "the event as text": (context_of('{"event": str(event)}'), "the whole event"),
    "all headers": (context_of('event["headers"]'), "all headers"),
    "all headers, unpacked": (context_of('{**event["headers"], "user": 1}'), "all headers"),
    "all headers, one by one": (
        context_of("ctx", 'ctx = {}\nfor k, v in event["headers"].items():\n    ctx[k] = v'),
        "all headers",
    ),
    "all headers, in small letters": (
        context_of('{k.lower(): v for k, v in event["headers"].items()}'),
        "all headers",
    ),
    "all headers, nested": (context_of('{"h": dict(event["headers"])}'), "all headers"),
    "a header of a copy": (
        context_of('{"a": h["authorization"]}', 'h = {k.lower(): v for k, v in event["headers"].items()}'),
        "the authorization header",
    ),
    "a header that is looked for": (
        context_of(
            '{"a": found}',
            """
            found = None
            for name, value in event["headers"].items():
                if name.lower() == "authorization":
                    found = value
                    break
            """,
        ),
        "the authorization header",
    ),
    "a header that next finds": (
        context_of('{"a": next((v for k, v in event["headers"].items() if k.lower() == "authorization"), None)}'),
        "the authorization header",
    ),
    "a header whose name is a constant": (
        'NAME = "Authorization"\n' + context_of('{"a": event["headers"][NAME]}'),
        "the Authorization header",
    ),
    "split": (context_of(f'{{"a": {AUTH}.split(" ")[1]}}'), "the Authorization header"),
    "the last part": (context_of(f'{{"a": {AUTH}.split()[-1]}}'), "the Authorization header"),
    "unpacked": (context_of('{"a": raw}', f'scheme, raw = {AUTH}.split(" ", 1)'), "the Authorization header"),
    "partition": (context_of('{"a": raw}', f'_, _, raw = {AUTH}.partition(" ")'), "the Authorization header"),
    "replaced": (context_of(f'{{"a": {AUTH}.replace("Bearer ", "").strip()}}'), "the Authorization header"),
    "without its prefix": (context_of(f'{{"a": {AUTH}.removeprefix("Bearer ")}}'), "the Authorization header"),
    "cut": (context_of(f'{{"a": {AUTH}[7:]}}'), "the Authorization header"),
    "formatted": (context_of(f"{{'a': f'got {{{AUTH}}}'}}"), "the Authorization header"),
    "percent": (context_of(f'{{"a": "got %s" % {AUTH}}}'), "the Authorization header"),
    "put together": (context_of(f'{{"a": "got " + {AUTH}}}'), "the Authorization header"),
    "format": (context_of(f'{{"a": "got {{}}".format({AUTH})}}'), "the Authorization header"),
    "in JSON": (context_of(f'{{"a": json.dumps({{"t": {AUTH}}})}}', "import json"), "the Authorization header"),
    "in base64": (
        context_of(f'{{"a": b64encode({AUTH}.encode()).decode()}}', "from base64 import b64encode"),
        "the Authorization header",
    ),
    "matched": (
        context_of(f'{{"a": re.match(r"Bearer (.*)", {AUTH}).group(1)}}', "import re"),
        "the Authorization header",
    ),
    "nested": (context_of(f'{{"user": {{"id": 1, "auth": [{AUTH}]}}}}'), "the Authorization header"),
    "a walrus": (context_of('{"a": raw}', f"if (raw := {AUTH}):\n    pass"), "the Authorization header"),
    "one of two ways": (
        context_of('{"a": x}', f'if event["type"] == "TOKEN":\n    x = {AUTH}\nelse:\n    x = "none"'),
        "the Authorization header",
    ),
    "one of two values": (context_of(f'{{"a": {AUTH} if event["type"] else ""}}'), "the Authorization header"),
    "updated": (context_of("ctx", f'ctx = {{}}\nctx.update({{"a": {AUTH}}})'), "the Authorization header"),
    "updated by keyword": (context_of("ctx", f"ctx = dict(user=1)\nctx.update(a={AUTH})"), "the Authorization header"),
    "united": (context_of(f'{{"user": 1}} | {{"a": {AUTH}}}'), "the Authorization header"),
    "united in place": (context_of("ctx", f'ctx = {{}}\nctx |= {{"a": {AUTH}}}'), "the Authorization header"),
    "dict": (context_of(f"dict(a={AUTH}, user=1)"), "the Authorization header"),
    "dict of pairs": (context_of(f'dict([("a", {AUTH})])'), "the Authorization header"),
    "set later": (
        handler(f'r = {{"isAuthorized": True}}\nr["context"] = {{}}\nr["context"]["a"] = {AUTH}\nreturn r'),
        "the Authorization header",
    ),
    "set after it was put in": (
        handler(f'ctx = {{}}\nr = {{"context": ctx}}\nctx["a"] = {AUTH}\nreturn r'),
        "the Authorization header",
    ),
    "dict of the answer": (
        handler(f"return dict(isAuthorized=True, context=dict(a={AUTH}))"),
        "the Authorization header",
    ),
    "through functions": (
        "def bearer(e):\n    return e['headers']['authorization'].split()[1]\n"
        "def make(user, tok):\n    return {'user': user, 'tok': tok}\n" + context_of("make('u', bearer(event))"),
        "the authorization header",
    ),
    "through a function for policies": (
        POLICY + handler(f'return policy("u", "Allow", event["methodArn"], {{"a": {AUTH}}})'),
        "the Authorization header",
    ),
    "through a default": (
        "def f(e, name='Authorization'):\n    return e['headers'].get(name)\n" + context_of("{'a': f(event)}"),
        "the Authorization header",
    ),
    "through keywords": (
        "def f(**kw):\n    return kw\n" + context_of(f"f(a={AUTH})"),
        "the Authorization header",
    ),
    "through a closure": (
        handler(f'raw = {AUTH}\ndef make():\n    return {{"a": raw}}\nreturn {{"context": make()}}'),
        "the Authorization header",
    ),
    "through a class": (
        "class A:\n    def __init__(self, e):\n        self.raw = e['headers']['Authorization']\n"
        "    @property\n    def tok(self):\n        return self.raw[7:]\n"
        "    def context(self):\n        return {'a': self.tok}\n" + context_of("A(event).context()"),
        "the Authorization header",
    ),
    "through a dataclass": (
        "from dataclasses import dataclass, asdict\n@dataclass\nclass User:\n    id: str\n    raw: str\n"
        + context_of(f"asdict(User('u', {AUTH}))"),
        "the Authorization header",
    ),
    "through a generator": (
        "def parts(e):\n    yield e['headers']['Authorization']\n" + context_of('{"a": next(parts(event))}'),
        "the Authorization header",
    ),
    "through a decorator of the code": (
        "def deco(f):\n    def inner(e, c):\n        r = f(e, c)\n        r['context']['a'] = e['authorizationToken']\n"
        "        return r\n    return inner\n@deco\ndef handler(event, context):\n    return {'context': {}}\n",
        "the authorization token",
    ),
    "in an except": (
        handler(
            f'try:\n    check()\nexcept ValueError:\n    return {{"context": {{"a": {AUTH}}}}}\n'
            "return {'context': {}}"
        ),
        "the Authorization header",
    ),
    "after a try": (
        context_of('{"a": x}', f"try:\n    x = {AUTH}\nexcept KeyError:\n    x = None"),
        "the Authorization header",
    ),
    "in a match": (
        handler('match event:\n    case {"headers": {"authorization": raw}}:\n        return {"context": {"a": raw}}'),
        "the authorization header",
    ),
    "in a lambda": (
        'handler = lambda event, context: {"context": {"a": event["authorizationToken"]}}\n',
        "the authorization token",
    ),
    "credentials of STS": (
        context_of(
            '{"accessKey": cr["AccessKeyId"]}',
            "import boto3\ncr = boto3.client('sts').assume_role(RoleArn='r', RoleSessionName='s')['Credentials']",
        ),
        "AWS credentials (AccessKeyId)",
    ),
    "all credentials of STS": (
        context_of("{**cr}", "cr = sts.get_session_token()['Credentials']"),
        "AWS credentials",
    ),
    "credentials of the session": (
        context_of('{"a": boto3.Session().get_credentials().secret_key}', "import boto3"),
        "AWS credentials (secret_key)",
    ),
    "an access key of IAM": (
        context_of('{"a": iam.create_access_key(UserName="u")["AccessKey"]["SecretAccessKey"]}'),
        "AWS credentials (SecretAccessKey)",
    ),
    "a token of a user pool": (
        context_of('{"a": cognito.initiate_auth(ClientId="c")["AuthenticationResult"]["AccessToken"]}'),
        "a token of a user pool (AccessToken)",
    ),
    "a secret": (
        context_of(
            '{"a": sm.get_secret_value(SecretId="s")["SecretString"]}',
            "import boto3\nsm = boto3.client('secretsmanager')",
        ),
        "a secret of Secrets Manager",
    ),
    "a part of a secret": (
        context_of('{"a": json.loads(sm.get_secret_value(SecretId="s")["SecretString"])["password"]}', "import json"),
        "a secret of Secrets Manager",
    ),
    "a secret that is kept": (
        "import boto3\n_kept = None\ndef load():\n    global _kept\n    if _kept is None:\n"
        "        _kept = boto3.client('secretsmanager').get_secret_value(SecretId='s')['SecretString']\n"
        "    return _kept\n" + context_of('{"a": load()}'),
        "a secret of Secrets Manager",
    ),
    "a secret of Powertools": (
        "from aws_lambda_powertools.utilities import parameters\n" + context_of('{"a": parameters.get_secret("s")}'),
        "a secret of Secrets Manager",
    ),
    "an imported function of Powertools": (
        "from aws_lambda_powertools.utilities.parameters import get_secret\n" + context_of('{"a": get_secret("s")}'),
        "a secret of Secrets Manager",
    ),
    "a parameter": (
        context_of('{"a": ssm.get_parameter(Name="n", WithDecryption=True)["Parameter"]["Value"]}'),
        "a decrypted parameter",
    ),
    "parameters": (
        context_of('{"a": [p["Value"] for p in ssm.get_parameters(Names=["n"], WithDecryption=True)["Parameters"]]}'),
        "a decrypted parameter",
    ),
    "the environment": (
        context_of('{"a": os.environ["DB_PASSWORD"]}', "import os"),
        "the environment variable DB_PASSWORD",
    ),
    "getenv": (context_of('{"a": os.getenv("API_TOKEN", "")}', "import os"), "the environment variable API_TOKEN"),
    "environ itself": (
        "from os import environ\n" + context_of('{"a": environ.get("CLIENT_SECRET")}'),
        "the environment variable CLIENT_SECRET",
    ),
    "credentials of the function": (
        context_of('{"a": os.environ["AWS_SECRET_ACCESS_KEY"]}', "import os"),
        "the environment variable AWS_SECRET_ACCESS_KEY",
    ),
    "a constant of the module": (
        'import os\nKEY = os.environ["SIGNING_KEY"]\n' + context_of('{"a": KEY}'),
        "the environment variable SIGNING_KEY",
    ),
    "the whole environment": (context_of("dict(os.environ)", "import os"), "the whole environment"),
    "a key in the code": (context_of('{"a": "AKIAIOSFODNN7EXAMPLE"}'), "an AWS access key in the code"),
    "Powertools' token event": (
        "from x import event_source, E\n@event_source(data_class=E)\n" + context_of('{"a": event.authorization_token}'),
        "the authorization token",
    ),
    "Powertools' header": (context_of('{"a": event.get_header_value("Authorization")}'), "the Authorization header"),
    "Powertools' event, wrapped": (
        context_of('{"a": e.headers.get("authorization")}', "e = APIGatewayAuthorizerEventV2(event)"),
        "the authorization header",
    ),
    "Powertools' raw event": (context_of('{"a": json.dumps(event.raw_event)}', "import json"), "the whole event"),
    "Powertools' answer": (
        handler(
            'r = APIGatewayAuthorizerResponse(principal_id="u", context={"a": event.authorization_token})\n'
            "r.allow_all_routes()\nreturn r.asdict()"
        ),
        "the authorization token",
    ),
    "Powertools' answer by place": (
        handler(
            'return APIGatewayAuthorizerResponse("u", "r", "a", "i", "s", {"a": event.authorization_token}).asdict()'
        ),
        "the authorization token",
    ),
    "Powertools' answer of an ARN": (
        handler(
            'p = APIGatewayAuthorizerResponse.from_route_arn(event.method_arn, "u", {"a": event.authorization_token})\n'
            "return p.asdict()"
        ),
        "the authorization token",
    ),
    "Powertools' simple answer": (
        handler(f'return APIGatewayAuthorizerResponseV2(authorize=True, context={{"a": {AUTH}}}).asdict()'),
        "the Authorization header",
    ),
    "the context of a policy": (
        handler(f'policy = make_policy()\npolicy.context = {{"a": {AUTH}}}\nreturn policy'),
        "the Authorization header",
    ),
    "the context of a policy, item by item": (
        handler(f'r = make_policy()\nr["context"]["a"] = {AUTH}\nreturn r'),
        "the Authorization header",
    ),
    "an answer through JSON": (
        "import json\n"
        + handler('r = {"context": {"a": event["authorizationToken"]}}\nreturn json.loads(json.dumps(r))'),
        "the authorization token",
    ),
    "a wrapped handler": (
        "def f(event, context):\n    return {'context': {'a': event['authorizationToken']}}\nhandler = wrap(f)\n",
        "the authorization token",
    ),
    "an awaited one": (
        "import asyncio\nasync def f(e):\n    return {'context': {'a': e['authorizationToken']}}\n"
        + handler("return asyncio.run(f(event))"),
        "the authorization token",
    ),
    "all headers, by their names": (
        context_of("ctx", 'ctx = {}\nfor k in event["headers"]:\n    ctx[k] = event["headers"].get(k)'),
        "all headers",
    ),
    "a decrypted parameter of Powertools": (
        "from aws_lambda_powertools.utilities import parameters\n"
        + context_of('{"a": parameters.get_parameter("s", decrypt=True)}'),
        "a decrypted parameter",
    ),
    "a secret that is evaluated": (
        context_of('{"a": eval(sm.get_secret_value(SecretId="s")["SecretString"])["client_secret"]}'),
        "a secret of Secrets Manager",
    ),
    "a typed dictionary": (
        "from typing import TypedDict\nclass Answer(TypedDict):\n    isAuthorized: bool\n    context: dict\n"
        + handler(f'return Answer(isAuthorized=True, context={{"a": {AUTH}}})'),
        "the Authorization header",
    ),
    "one of several headers": (
        context_of(
            '{"a": found}',
            """
            found = None
            for name, value in event["headers"].items():
                if name == "x-tenant":
                    tenant = value
                elif name in ("authorization", "Authorization"):
                    found = value
            """,
        ),
        "the Authorization header",
    ),
    "an object that can be called": (
        "class H:\n    def __call__(self, event, context):\n"
        "        return {'context': {'a': event['authorizationToken']}}\nhandler = H()\n",
        "the authorization token",
    ),
    "a named tuple": (
        "from collections import namedtuple\nAuth = namedtuple('Auth', 'scheme raw')\n"
        + context_of('{"a": auth.raw, "b": auth.scheme}', 'auth = Auth(*event["authorizationToken"].split())'),
        "the authorization token",
    ),
    "claims and the token": (
        context_of("claims", 'claims = decode(event)\nclaims.update(raw=event["authorizationToken"])'),
        "the authorization token",
    ),
    "everything of Powertools' parameters": (
        "from aws_lambda_powertools.utilities.parameters import *\n" + context_of('{"a": get_secret("s")}'),
        "a secret of Secrets Manager",
    ),
    "an event loop": (
        "import asyncio\nasync def f(e):\n    return {'context': {'a': e['authorizationToken']}}\n"
        + handler("return asyncio.get_event_loop().run_until_complete(f(event))"),
        "the authorization token",
    ),
    "a model with its token": (
        "class User(BaseModel):\n    id: str\n    raw: str\n"
        + context_of('User(id="u", raw=event["authorizationToken"]).model_dump(exclude={"id"})'),
        "the authorization token",
    ),
    "what isn't empty": (
        context_of("{k: v for k, v in raw.items() if v}", 'raw = {"a": event["authorizationToken"]}'),
        "the authorization token",
    ),
    "the API key of the identity": (
        context_of('{"a": event["requestContext"]["identity"]["apiKey"]}'),
        "the API key",
    ),
}


@pytest.mark.parametrize(("source", "what"), BAD.values(), ids=BAD.keys())
def test_certain_leaks(source: str, what: str) -> None:
    assert certain(source) == [what]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (context_of('{"password": user.find()}'), "the name 'password'"),
        (context_of('{"apiKey": lookup(event)}'), "the name 'apiKey'"),
        (context_of('{"x": row["api_key"]}', "row = find()"), "the name 'api_key'"),
        (context_of('{"x": user.password}', "user = find()"), "the name 'password'"),
        (context_of('{"x": access_token}', "access_token = external(event)"), "the name 'access_token'"),
        (context_of('{"user": {"secret": find()}}'), "the name 'secret'"),
        (context_of('{"x": os.environ["APP_KEY"]}', "import os"), "the environment variable APP_KEY"),
        (context_of('{"secret": "s3cr3t-value"}'), "the name 'secret'"),
        (
            context_of('{"x": ssm.get_parameter(Name="n", WithDecryption=flag)["Parameter"]["Value"]}'),
            "a parameter, perhaps decrypted",
        ),
        (
            context_of(
                '{"customer": json.loads(sm.get_secret_value(SecretId="s")["SecretString"]).get(key)}',
                'import json\nkey = event["headers"]["x-api-key"]',
            ),
            "a secret of Secrets Manager",
        ),
        (
            context_of(
                "{k: v for k, v in raw.items() if not is_secret(k)}", 'raw = {"a": event["authorizationToken"]}'
            ),
            "the authorization token",
        ),
        (
            context_of(
                "ctx",
                """
                ctx, raw = {}, {"a": event["authorizationToken"]}
                for key, value in raw.items():
                    if is_secret(key):
                        continue
                    ctx[key] = value
                """,
            ),
            "the authorization token",
        ),
        (handler('return build(context={"a": event["authorizationToken"]})'), "the authorization token"),
        (context_of('{"x": get_secret("n")}', "from shared import get_secret"), "a secret of Secrets Manager"),
        (context_of('{"a": event["identitySource"][0]}'), "the identity source"),
        (context_of('{"a": x}', 'tenant, x = event["identitySource"]'), "the identity source"),
        (context_of('{"a": ",".join(event["identitySource"])}'), "the identity source"),
        (handler('return {"principalId": event["identitySource"][0]}'), "the identity source"),
        (context_of('{"a": event["cookies"][0]}'), "a cookie"),
        (context_of('{"a": SimpleCookie(event["headers"]["cookie"])[find()].value}'), "a cookie"),
        (context_of('{"a": event["headers"]["cookie"].split(";")[1].split("=")[1]}'), "a cookie"),
        (context_of('{"a": event["authorizationToken"].split(".")[0]}'), "the authorization token"),
        (context_of('{"a": event["authorizationToken"][:n] + "..."}', "n = find()"), "the authorization token"),
        (context_of("""{"a": f'{event["authorizationToken"][:n]}***'}""", "n = find()"), "the authorization token"),
        (
            context_of('{"a": "".join(c if i < 4 else "*" for i, c in enumerate(event["authorizationToken"]))}'),
            "the authorization token",
        ),
        (context_of('{"a": jwt.encode({"sub": "u"}, "k", algorithm="HS256")}', "import jwt"), "a signed token"),
        (
            context_of('{"a": jwt.encode(h, c, k).decode()}', "jwt = JsonWebToken(['RS256'])"),
            "a signed token",
        ),
        (context_of('{"a": user["password_hash"]}', "user = find()"), "the name 'password_hash'"),
        (context_of('{"passwordHash": user.x}', "user = find()"), "the name 'passwordHash'"),
        (context_of('{"a": jwt.decode(t, k)["access_token"]}', "import jwt"), "the name 'access_token'"),
    ],
)
def test_likely_leaks(source: str, what: str) -> None:
    assert [(leak.what, leak.is_certain) for leak in leaks(source, "app.py", "handler")] == [(what, False)]


TENANT, AUTHORIZATION, QUERY = "$request.header.X-Tenant", "$request.header.Authorization", "$request.querystring.token"
INDEXED = context_of('{"a": event["identitySource"][0], "b": event["identitySource"][1]}')


@pytest.mark.parametrize(
    ("source", "identity", "expected"),
    [
        (INDEXED, [TENANT, AUTHORIZATION], [("b", "the Authorization header", True)]),
        (INDEXED, [AUTHORIZATION, "$context.routeKey"], [("a", "the Authorization header", True)]),
        (INDEXED, [QUERY, "$stageVariables.realm"], [("a", "the query parameter token", True)]),
        (INDEXED, [None, TENANT], [("a", "the identity source", False)]),
        (INDEXED, ["$request.header.X-My-Auth"], [("a", "the identity source", False)]),
        (INDEXED, [TENANT, "$request.header.X-Region"], []),
        (INDEXED, None, [("a", "the identity source", False), ("b", "the identity source", False)]),
        (
            context_of('{"a": tenant, "b": x.split()[1]}', "tenant, x = event.identity_source"),
            [TENANT, AUTHORIZATION],
            [("b", "the Authorization header", True)],
        ),
        (
            context_of('{"a": event["identitySource"][-1]}'),
            [AUTHORIZATION, TENANT],
            [],
        ),
        (
            context_of('{"a": event.get("identitySource", [])}'),
            [TENANT, AUTHORIZATION],
            [("a", "the Authorization header", True)],
        ),
    ],
)
def test_identity_sources(
    source: str, identity: list[str | None] | None, expected: list[tuple[str, str, bool]]
) -> None:
    found = leaks(source, "app.py", "handler", identity=identity)
    assert [(leak.key, leak.what, leak.is_certain) for leak in found] == expected


def test_the_principal_is_told_from_the_context() -> None:
    source = handler('token = event["authorizationToken"]\nreturn {"principalId": token, "context": {"t": token}}')
    assert leaks(source, "app.py", "handler") == (
        Leak("app.py", 3, "", "the authorization token", True, "principalId"),
        Leak("app.py", 3, "t", "the authorization token", True),
    )


def test_the_place() -> None:
    source = handler('c = {}\nc["tok"] = event["authorizationToken"]\nreturn {"context": c}')
    assert leaks(source, "src/app.py", "handler") == (Leak("src/app.py", 3, "tok", "the authorization token", True),)


def test_all_at_once() -> None:
    source = context_of('{"a": event["authorizationToken"], "b": os.environ["DB_PASSWORD"], "c": 1}', "import os")
    assert [(leak.key, leak.what) for leak in leaks(source, "app.py", "handler")] == [
        ("a", "the authorization token"),
        ("b", "the environment variable DB_PASSWORD"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *dict.fromkeys(
            ["password", "dbPassword", "access_token", "X-Api-Key", "apikey", "AWS_SECRET_ACCESS_KEY", "privateKey",
             "accessKeyId", "token_value", "authorization", "authorization_header", "credentials", "idToken",
             "secret2", "password_hash", "pwdDigest", "reset_token"],
            True,
        ).items(),
        *dict.fromkeys(
            ["token_use", "token_type", "token_expires_at", "password_changed_at", "secret_santa", "csrf_token", "key",
             "partition_key", "tenant_key", "has_password", "isToken", "nextToken", "max_tokens", "api_key_id",
             "public_key", "secret_arn", "", "ünï", "passwordless", "tokenizer", "verified_token",
             "must_change_password", "user_has_password", "token_hash", "hash", "token_id"],
            False,
        ).items(),
    ],
)  # fmt: skip
def test_names(name: str, expected: bool) -> None:
    assert is_credential(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("authorization", True),
        ("Cookie", True),
        ("x-amz-security-token", True),
        ("x-csrf-token", False),
        ("user-agent", False),
    ],
)
def test_headers(name: str, expected: bool) -> None:
    assert is_credential_header(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("session", True),
        ("__Host-session", True),
        ("connect.sid", True),
        ("PHPSESSID", True),
        ("session_id", True),
        ("id_token", True),
        ("theme", False),
        ("cookie_consent", False),
        ("csrftoken", False),
        ("csrf_session", False),
        ("user_id", False),
        ("", False),
    ],
)
def test_cookies(name: str, expected: bool) -> None:
    assert is_credential_cookie(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DB_PASSWORD", True),
        ("API_KEY", True),
        ("APP_KEY", None),
        ("SORT_KEY", False),
        ("SECRET_NAME", False),
        ("STAGE", False),
    ],
)
def test_environment(name: str, expected: bool | None) -> None:
    assert of_environment(name) is expected


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context:\n",
        "",
        "handler = 1",
        "def handler():\n    return handler()",
        "def handler(event, context):\n    return handler(event, context)",
        "def handler(event, context):\n    return {'context': " + "(" * 150 + "1" + ")" * 150 + "}",
        "x = " + "-" * 5_000 + "1\ndef handler(event, context): ...",
        "x = " + " + ".join(["'a'"] * 20_000) + "\ndef handler(event, context): ...",
        "# coding: latin-1\n# é\ndef handler(event, context): return {}",
        "# coding: nonsense\ndef handler(event, context): return {}",
        "\0",
        "\ud800",
        "#" * (LARGEST_SOURCE + 1),
        "def handler(event, context):\n    while True:\n        c = {'context': c}\n    return c",
        "class A(A): ...\nclass A(A): ...\ndef handler(e, c):\n    return A().x",
        "def handler(e, c):\n    a = []\n    a.append(a)\n    return {'context': {'a': str(a)}}",
        "from .nowhere import *\nimport handler.b, c.d\nfrom . import x\nfrom ...... import y\n"
        "def handler(e, c): return x(y)",
        "class handler:\n    context: dict\n    other: dict\n",
        "def f(n): return [f(n), f(n), f(n)]\ndef handler(e, c): return {'context': f(f(f(1)))}",
    ],
)
def test_odd_code_says_nothing(source: str) -> None:
    start = time.process_time()
    assert leaks(source, "app.py", "handler") == ()
    assert time.process_time() - start < 20


def test_endless_work_is_cut_off() -> None:
    loops = "".join(f"{'    ' * (at + 1)}for a{at} in x:\n" for at in range(14)) + "    " * 15 + "y = x\n"
    start = time.process_time()
    assert leaks(f"def handler(x, c):\n{loops}    return {{}}", "app.py", "handler") == ()
    assert time.process_time() - start < 20


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


MODULES: dict[str, dict[str, str | bytes]] = {
    "a module beside": {
        "app.py": "from tokens import bearer\n" + context_of('{"a": bearer(event)}'),
        "tokens.py": "def bearer(e):\n    return e['headers']['authorization']\n",
    },
    "import": {
        "app.py": "import tokens as t\n" + context_of('{"a": t.bearer(event)}'),
        "tokens.py": "def bearer(e):\n    return e['headers']['authorization']\n",
    },
    "a package": {
        "app.py": "import lib.tokens\n" + context_of('{"a": lib.tokens.bearer(event)}'),
        "lib/__init__.py": "",
        "lib/tokens.py": "from . import names\nfrom .names import other\n"
        "def bearer(e):\n    return other(e, names.NAME)\n",
        "lib/names.py": "NAME = 'authorization'\ndef other(e, n):\n    return e['headers'][n]\n",
    },
    "everything": {
        "app.py": "from lib import *\n" + context_of('{"a": bearer(event)}'),
        "lib/__init__.py": "from .tokens import bearer\n",
        "lib/tokens.py": "def bearer(e):\n    return e['headers']['authorization']\n",
    },
    "another encoding": {
        "app.py": ("# coding: latin-1\n# \u00e9\n" + context_of('{"a": event["headers"]["authorization"]}')).encode(
            "latin-1"
        )
    },
}


@pytest.mark.parametrize("files", MODULES.values(), ids=MODULES.keys())
def test_modules_of_a_package(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    write(tmp_path, files)
    for runtime, expected in (("python3.13", ["the authorization header"]), ("nodejs22.x", [])):
        found = package_leaks(inspect(tmp_path), "app.handler", runtime)
        assert [leak.what for leak in found if leak.is_certain] == expected


def test_the_file_that_leaks_is_named(tmp_path: Path) -> None:
    write(tmp_path, {
        "src/app.py": "from .answers import answer\ndef handler(event, context):\n    return answer(event)\n",
        "src/__init__.py": "",
        "src/answers.py": "\n\ndef answer(e):\n    return {'context': {'a': e['authorizationToken']}}\n",
    })  # fmt: skip
    expected = (Leak("src/answers.py", 4, "a", "the authorization token", True),)
    assert package_leaks(inspect(tmp_path), "src.app.handler", "python3.13") == expected
    assert package_leaks(inspect(tmp_path), "src/app.handler", "python3.13") == expected
    asset = AssetStore().asset(tmp_path.parent, tmp_path.name)
    assert asset is not None
    assert asset.ask(package_leaks, "src/app.handler", "python3.13") == expected


def test_layers_and_archives(tmp_path: Path) -> None:
    write(tmp_path, {"code/app.py": "from shared import bearer\n" + context_of('{"a": bearer(event)}')})
    layer = tmp_path / "layer.zip"
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("python/shared.py", "def bearer(e):\n    return e['authorizationToken']\n")
    code = inspect(tmp_path / "code")
    assert package_leaks(code, "app.handler", "python3.13") == ()
    assert [leak.key for leak in package_leaks(code, "app.handler", "python3.13", layers=[inspect(layer)])] == ["a"]


def test_installed_modules_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {
        "app.py": "from jwt import decode\n" + context_of('{"a": decode(event["authorizationToken"])}'),
        "jwt/__init__.py": "def decode(t):\n    return t\n",
        "pyjwt-2.0.dist-info/RECORD": "jwt/__init__.py,,\n",
        "pyjwt-2.0.dist-info/METADATA": "Name: pyjwt\n",
    })  # fmt: skip
    assert package_leaks(inspect(tmp_path), "app.handler", "python3.13") == ()


@pytest.mark.parametrize(
    "name", ["handler", "app", ".handler", "app.", "nowhere.handler", "app.other", "a..b", "a/../b.c"]
)
def test_handlers_that_are_not_there(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"app.py": context_of('{"a": event["authorizationToken"]}')})
    assert package_leaks(inspect(tmp_path), name, "python3.13") == ()


def test_a_name_is_clean_after_it_was_overwritten() -> None:
    body = 'c = {"a": event["authorizationToken"]}\nif x():\n    c["a"] = 1\n{more}return {"context": c}'
    assert certain(handler(body.replace("{more}", ""))) == ["the authorization token"]
    assert certain(handler(body.replace("{more}", 'else:\n    c["a"] = 2\n'))) == []

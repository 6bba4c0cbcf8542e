"""The handlers of examples/authorizers out of their packages, built for the Python that runs this.

The tokens are signed for real, and the keys that verify them are fetched from an issuer on this machine.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from example_apps import NOT_HERE, load
from issuer import AUDIENCE, CLAIMS, NAME, Issuer, forged

from constructs_lambda.testing import Answer, Api, Authorizer, Kind, LambdaContext

pytestmark = pytest.mark.skipif(NOT_HERE, reason="packages for Lambda don't run here")

USER = {"user_id": "ada", "tenant": "acme", "role": "buyer"}
ROUTES = {"token": "GET /me", "request": "GET /tenants/{tenant}/orders", "simple": "GET /me"}
HANDLERS = {"token": "token", "request": "request", "simple": "http"}
REFUSED = {"token": 401, "request": 401, "simple": 403}
KINDS: list[Kind] = ["token", "request", "simple"]


@pytest.fixture
def handlers(unpacked_authorizers: Path, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delitem(sys.modules, "verification", raising=False)  # it holds the keys of the test before
    values = {"ISSUER": NAME, "AUDIENCE": AUDIENCE, "JWKS_URL": issuer.jwks_url, "no_proxy": "*"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load(unpacked_authorizers / "authorizers" / "app.py")


@pytest.fixture
def shop(unpacked_authorizers: Path) -> Any:
    return load(unpacked_authorizers / "shop" / "app.py")


def ask(handlers: Any, kind: Kind, token: str | None, *, tenant: str = "acme", api: Api | None = None) -> Answer:
    """What API Gateway makes of a request with a header."""
    authorizer = Authorizer(getattr(handlers, HANDLERS[kind]), kind, api=api)
    within = ["GET /tenants/acme/orders", "DELETE /tenants/acme/orders/1"] if kind == "request" else None
    path = {"tenant": tenant} if kind == "request" else None
    return authorizer.authorize(token, ROUTES[kind], routes=within, path_parameters=path)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_good_token_gets_through(handlers: Any, issuer: Issuer, kind: Kind, algorithm: str) -> None:
    answer = ask(handlers, kind, f"Bearer {issuer.token(algorithm)}")
    assert answer.is_allowed
    assert answer.context == USER
    assert answer.principal_id == (None if kind == "simple" else "ada")


BAD: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 1),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + 60),
    "for another audience": lambda issuer: issuer.token(aud="bank"),
    "for other audiences": lambda issuer: issuer.token(aud=["bank", "post"]),
    "of another issuer": lambda issuer: issuer.token(iss="https://login.example.org/"),
    "of an issuer that begins alike": lambda issuer: issuer.token(iss=f"{NAME}other"),
    "signed with another key": lambda issuer: issuer.token(key=issuer.stranger),
    "signed with a key nobody knows": lambda issuer: issuer.token(key=issuer.stranger, kid="unknown"),
    "signed with the other key": lambda issuer: issuer.token(kid="RS256"),
    "of no algorithm": lambda _: forged({"alg": "none", "kid": "ES256"}, lambda _: b""),
    "of no algorithm, in capitals": lambda _: forged({"alg": "NONE", "kid": "ES256"}, lambda _: b""),
    "signed with the public key": lambda issuer: issuer.signed_with_the_public_key(),
    "without a key's id": lambda _: forged({"alg": "ES256"}, lambda _: b"s" * 64),
    "without a signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "changed": lambda issuer: changed(issuer.token()),
    "garbage": lambda _: "garbage",
    "garbage in three parts": lambda _: "a.b.c",
    "empty": lambda _: "",
    "two": lambda issuer: f"{issuer.token()} {issuer.token()}",
    **{f"without {name}": lambda issuer, name=name: issuer.token(**{name: None}) for name in ["exp", "iat", *CLAIMS]},  # type: ignore[misc]
    "without iss": lambda issuer: issuer.token(iss=None),
    "without aud": lambda issuer: issuer.token(aud=None),
    "of every tenant": lambda issuer: issuer.token(tenant="*"),
    "of a tenant within another": lambda issuer: issuer.token(tenant="acme/../globex"),
    "of a tenant and a line": lambda issuer: issuer.token(tenant="acme\n"),
    "of an empty tenant": lambda issuer: issuer.token(tenant=""),
    "of two tenants": lambda issuer: issuer.token(tenant=["acme", "globex"]),
    "of two roles": lambda issuer: issuer.token(role=["buyer"]),
}


def changed(token: str) -> str:
    """A token whose claims are another one's."""
    header, claims, signature = token.split(".")
    return ".".join([header, claims[:-4] + ("AAAA" if claims[-4:] != "AAAA" else "BBBB"), signature])


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_token_is_refused(handlers: Any, issuer: Issuer, kind: Kind, what: str) -> None:
    answer = ask(handlers, kind, f"Bearer {BAD[what](issuer)}")
    assert (answer.is_allowed, answer.status, answer.context) == (False, REFUSED[kind], {})
    assert answer.is_invoked


@pytest.mark.parametrize("kind", KINDS)
def test_another_scheme_is_refused(handlers: Any, issuer: Issuer, kind: Kind) -> None:
    for header in (f"Basic {issuer.token()}", issuer.token(), f"bearer{issuer.token()}"):
        assert ask(handlers, kind, header).status == REFUSED[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_token_is_refused_before_anything_runs(handlers: Any, kind: Kind) -> None:
    answer = ask(handlers, kind, None)
    assert (answer.status, answer.is_invoked) == (401, False)


def test_a_token_opens_the_routes_of_its_tenant_whatever_was_asked_for(handlers: Any, issuer: Issuer) -> None:
    """The answer is kept by the token: one that refused the other tenant's route would refuse one's own next."""
    token = f"Bearer {issuer.token()}"
    own, other = ask(handlers, "request", token), ask(handlers, "request", token, tenant="globex")
    assert (own.is_allowed, other.is_allowed, other.status) == (True, False, 403)
    assert own.returned == other.returned


@pytest.mark.parametrize("kind", ["token", "request"])
def test_in_another_partition(handlers: Any, issuer: Issuer, kind: Kind) -> None:
    api = Api(partition="aws-cn", region="cn-north-1")
    assert ask(handlers, kind, f"Bearer {issuer.token()}", api=api).is_allowed


def test_the_keys_are_fetched_once(handlers: Any, issuer: Issuer) -> None:
    for kind in KINDS * 2:
        assert ask(handlers, kind, f"Bearer {issuer.token()}").is_allowed
    issuer.is_down = True
    assert ask(handlers, "token", f"Bearer {issuer.token('RS256')}").is_allowed
    assert issuer.requests == 1


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_refused_because_the_issuer_is_down(handlers: Any, issuer: Issuer, kind: Kind) -> None:
    """401 or 403 would tell the user that the token is bad, and be kept for five minutes."""
    issuer.is_down = True
    assert ask(handlers, kind, f"Bearer {issuer.token()}").status == 500
    issuer.is_down = False
    assert ask(handlers, kind, f"Bearer {issuer.token()}").is_allowed


def call(shop: Any, event: dict[str, Any]) -> tuple[int, Any]:
    answer = shop.handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("kind", ["token", "simple"])
def test_the_function_knows_who_calls(handlers: Any, shop: Any, issuer: Issuer, kind: Kind) -> None:
    token = issuer.token()
    event = ask(handlers, kind, f"Bearer {token}").proxy_event()
    assert call(shop, event) == (200, USER)
    assert token not in json.dumps(event["requestContext"])


@pytest.mark.parametrize(("role", "status"), [("buyer", 201), ("reader", 403)])
def test_what_a_role_may_do(handlers: Any, shop: Any, issuer: Issuer, role: str, status: int) -> None:
    order = {"sku": "book", "quantity": 2}
    answer = ask(handlers, "token", f"Bearer {issuer.token(role=role)}")
    placed = call(shop, answer.proxy_event("POST /orders", body=order))
    assert placed[0] == status
    if status == 201:
        assert placed[1] == {**order, "tenant": "acme", "placed_by": "ada"}


def test_the_orders_of_a_tenant(handlers: Any, shop: Any, issuer: Issuer) -> None:
    event = ask(handlers, "request", f"Bearer {issuer.token()}").proxy_event()
    assert call(shop, event) == (200, {"tenant": "acme", "orders": [], "read_by": "ada"})


def test_where_nobody_said_who_calls_nothing_is_told(shop: Any) -> None:
    event = {"version": "2.0", "rawPath": "/me", "requestContext": {"http": {"method": "GET"}, "stage": "$default"}}
    with pytest.raises(KeyError, match="user_id"):
        shop.handler(event, LambdaContext())

"""examples/authorizers, deployed into an emulator of AWS and called over HTTP.

What the emulator doesn't do, and test_authorizers_app.py asserts on the templates instead: it invokes functions without
any permission, makes no request validator, and neither throttles nor logs requests.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_apps import FOR_HERE, NOT_HERE, load
from issuer import AUDIENCE, NAME, Issuer, forged

from constructs_lambda.local import Answer, Emulator, LocalApp

pytestmark = [
    pytest.mark.cdk,
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(NOT_HERE, reason="packages for Lambda don't run here"),
]

EXAMPLE = Path(__file__).parents[2] / "examples" / "authorizers"
USER = {"user_id": "ada", "tenant": "acme", "role": "buyer"}
ORDER = {"sku": "book", "quantity": 2}
APIS = ["RestShop", "HttpShop"]


@pytest.fixture(scope="module")
def issuer(unpacked_authorizers: Path) -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def shop(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    from aws_cdk import App

    example = load(EXAMPLE / "app.py")
    outdir = tmp_path_factory.mktemp("authorizers") / "cdk.out"
    app = App(outdir=str(outdir), analytics_reporting=False, context=FOR_HERE)
    identity = example.IdentityStack(app, "Identity", issuer=NAME, audience=AUDIENCE, jwks_url=issuer.jwks_url)
    example.ShopStack(app, "Shop", identity=identity)
    app.synth()
    with Emulator() as aws:
        shop = aws.deploy(outdir)
        yield shop
        shop.close()


def call(shop: LocalApp, api: str, route: str, token: str | None = None, body: object = None) -> Answer:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return shop.request(route, api=api, headers=headers, body=body)


@pytest.mark.parametrize("api", APIS)
def test_the_users_data_arrives_in_the_function(shop: LocalApp, issuer: Issuer, api: str) -> None:
    token = issuer.token()
    for _ in range(2):  # the second answer of the authorizer is out of the cache
        answer = call(shop, api, "GET /me", token)
        assert (answer.status, answer.json()) == (200, USER)


@pytest.mark.parametrize("api", APIS)
def test_anyone_may_ask_how_it_is(shop: LocalApp, api: str) -> None:
    answer = call(shop, api, "GET /status")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("api", APIS)
def test_without_a_token(shop: LocalApp, api: str) -> None:
    assert call(shop, api, "GET /me").status == 401


@pytest.mark.parametrize(("api", "status"), [("RestShop", 401), ("HttpShop", 403)])
def test_with_a_bad_token(shop: LocalApp, issuer: Issuer, api: str, status: int) -> None:
    expired = issuer.token(exp=int(time.time()) - 1)
    unsigned = forged({"alg": "none", "kid": "ES256"}, lambda _: b"")
    for token in (expired, unsigned, issuer.token(key=issuer.stranger), issuer.token(aud="bank"), "garbage"):
        assert call(shop, api, "GET /me", token).status == status


def test_each_tenant_has_its_own_orders(shop: LocalApp, issuer: Issuer) -> None:
    ada, eve = issuer.token(), issuer.token(sub="eve", tenant="globex")
    paths = {"acme": "GET /tenants/acme/orders", "globex": "GET /tenants/globex/orders"}
    assert call(shop, "RestShop", paths["globex"], ada).status == 403  # and the answer is kept by the token
    assert call(shop, "RestShop", paths["acme"], ada).json() == {"tenant": "acme", "orders": [], "read_by": "ada"}
    assert call(shop, "RestShop", paths["acme"], eve).status == 403
    assert call(shop, "RestShop", paths["globex"], eve).status == 200
    assert call(shop, "RestShop", paths["acme"]).status == 401


def test_one_token_opens_every_route_of_the_api(shop: LocalApp, issuer: Issuer) -> None:
    token = issuer.token()
    assert call(shop, "RestShop", "GET /me", token).status == 200
    placed = call(shop, "RestShop", "POST /orders", token, ORDER)
    assert (placed.status, placed.json()) == (201, {**ORDER, "tenant": "acme", "placed_by": "ada"})


def test_who_is_no_buyer_places_no_order(shop: LocalApp, issuer: Issuer) -> None:
    refused = call(shop, "RestShop", "POST /orders", issuer.token(role="reader"), ORDER)
    assert (refused.status, refused.json()["message"]) == (403, "only buyers place orders")


def test_no_token_is_logged(shop: LocalApp, issuer: Issuer) -> None:
    good, bad = issuer.token(sub="log"), issuer.token(aud="logs")
    for api in APIS:
        assert call(shop, api, "GET /me", good).status == 200
        assert call(shop, api, "GET /me", bad).status in (401, 403)
    lines = [line.message for line in shop.logs()]
    assert any("token refused" in line for line in lines)
    assert not any(part in line for line in lines for token in (good, bad) for part in (token, token.split(".")[2]))

"""What APIs cost: requests, pieces of 512 KB, tiers, and the caches of REST APIs."""

from __future__ import annotations

import pytest
from priced import Resource, amounts, cost, line, made, missing, prices, quantities, unpriced, usd

M = 1_000_000


def http(usage: object = None, **properties: object) -> Resource:
    return made("ApiGatewayV2::Api", usage, **{"ProtocolType": "HTTP", **properties})


@pytest.mark.parametrize(
    ("payload", "pieces"),
    [(None, 1), (0, 1), (0.1, 1), (511, 1), (512, 1), (512.001, 2), (513, 2), (1024, 2), (1025, 3)],
)
def test_an_http_api_counts_each_512_kb(payload: float | None, pieces: int) -> None:
    usage = {"requests": M} if payload is None else {"requests": M, "payload_kb": payload}
    report = cost({"Api": http(usage)})
    assert quantities(report) == {"HTTP API requests": pieces * M}
    assert usd(report) == f"{pieces}.00"


def test_pieces_fill_the_tiers() -> None:
    report = cost({"Api": http({"requests": 200 * M, "payload_kb": 513})})
    assert [(int(each.quantity), f"{each.amount:.2f}") for each in report.lines] == [
        (300 * M, "300.00"),
        (100 * M, "90.00"),
    ]
    whole = "200,000,000 requests x 2 of 512 KB = 400,000,000 requests"
    assert report.lines[1].formula == f"{whole}, of which 100,000,000 x 0.0000009 USD"


def test_a_rest_api_counts_requests_of_any_size() -> None:
    usage = {"requests": M, "payload_kb": 2048}
    assert amounts(cost({"Api": made("ApiGateway::RestApi", usage)})) == {"REST API requests": "3.50"}


@pytest.mark.parametrize(
    ("requests", "expected"),
    [(333 * M - 1, "1165.50"), (333 * M, "1165.50"), (334 * M, "1168.30"), (1_001 * M, "3035.48")],
)
def test_the_tiers_of_rest_apis(requests: int, expected: str) -> None:
    # 333 x 3.50 = 1,165.50; one million more 2.80; 667 of those 1,867.60; one million more 2.38.
    assert usd(cost({"Api": made("ApiGateway::RestApi", {"requests": requests})})) == expected


def test_two_apis_are_in_one_tier_but_not_those_of_another_kind() -> None:
    apis = {"A": http({"requests": 300 * M}), "B": http({"requests": 300 * M})}
    assert usd(cost(apis)) == "570.00"
    rest = made("ApiGateway::RestApi", {"requests": 300 * M})
    assert usd(cost({"A": http({"requests": 300 * M}), "R": rest})) == "1350.00"


def test_an_api_of_a_document_is_an_http_api() -> None:
    assert amounts(cost({"Api": made("ApiGatewayV2::Api", {"requests": M}, Body={})})) == {"HTTP API requests": "1.00"}


def test_without_usage() -> None:
    report = cost({"Api": http(), "R": made("ApiGateway::RestApi")})
    assert {(each.item, str(each.unit_price)) for each in report.unpriced} == {
        ("HTTP API requests", "0.000001"),
        ("REST API requests", "0.0000035"),
    }


@pytest.mark.parametrize("protocol", [{"Ref": "P"}, {"Fn::If": ["C", "HTTP", "WEBSOCKET"]}, "${Token[TOKEN.1]}"])
def test_an_unknown_protocol(protocol: object) -> None:
    report = cost({"Api": http({"requests": M}, ProtocolType=protocol)})
    assert (report.lines, unpriced(report)) == ((), {"requests": "its protocol is known at the deployment only"})


@pytest.mark.parametrize(("payload", "pieces"), [(32, 1), (33, 2)])
def test_a_websocket_api_counts_each_32_kb(payload: int, pieces: int) -> None:
    api = http({"requests": M, "payload_kb": payload}, ProtocolType="WEBSOCKET")
    report = cost({"Api": api}, prices=prices({"api-websocket-messages": "0.000001"}))
    assert line(report, "WebSocket messages").quantity == pieces * M
    assert missing(report, "minutes of WebSocket connections").unit_price is None


# Caches: the price is the test's own.


def cached(**settings: object) -> Resource:
    return made("ApiGateway::Stage", **settings)


@pytest.mark.parametrize("size", ["0.5", 0.5, None])
def test_a_cache_of_half_a_gb(size: object) -> None:
    given = {"CacheClusterEnabled": True} if size is None else {"CacheClusterEnabled": "true", "CacheClusterSize": size}
    report = cost({"S": cached(**given)}, prices=prices({"api-cache-0.5-hours": "0.02"}))
    assert amounts(report) == {"API cache of 0.5 GB": "14.60"}


def test_a_cache_of_a_deployment() -> None:
    description = {"CacheClusterEnabled": True, "CacheClusterSize": "6.1"}
    deployment = {"D": made("ApiGateway::Deployment", StageDescription=description)}
    assert usd(cost(deployment, prices=prices({"api-cache-6.1-hours": "0.2"}))) == "146.00"
    assert unpriced(cost(deployment, prices=prices({}))) == {"API cache of 6.1 GB": "no price is known in us-east-1"}


@pytest.mark.parametrize(
    "settings",
    [
        {"CacheClusterEnabled": {"Ref": "P"}},
        {"CacheClusterEnabled": True, "CacheClusterSize": {"Ref": "P"}},
        {"CacheClusterEnabled": True, "CacheClusterSize": "7"},
    ],
)
def test_a_cache_that_is_not_known(settings: dict[str, object]) -> None:
    assert set(unpriced(cost({"S": cached(**settings)}))) == {"API cache"}


@pytest.mark.parametrize("settings", [{}, {"CacheClusterEnabled": False, "CacheClusterSize": "0.5"}])
def test_no_cache(settings: dict[str, object]) -> None:
    report = cost({"S": cached(**settings), "D": made("ApiGateway::Deployment", StageDescription={"Ref": "P"})})
    assert (report.lines, report.unpriced) == ((), ())

"""Prices from price lists on a server of this machine, and what goes wrong on the way."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler

import pytest
from price_server import LISTS, PriceServer, price_server, send

from constructs_lambda.errors import InputError
from constructs_lambda.pricing import refresh as module
from constructs_lambda.pricing.items import all_items
from constructs_lambda.pricing.prices import shipped_prices
from constructs_lambda.pricing.refresh import Refreshed, refresh
from constructs_lambda.pricing.usage_types import WANTED

TODAY = date(2027, 1, 31)


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as server:
        yield server


def read(server: PriceServer, *regions: str) -> Refreshed:
    return refresh(regions or ("us-east-1",), today=TODAY, progress=lambda *_: None, url=server.url)


def test_all_that_the_lists_say(server: PriceServer) -> None:
    refreshed = read(server)
    assert [*refreshed.by_region] == ["us-east-1"]
    found = refreshed.by_region["us-east-1"]
    assert {*found} == {*all_items()} - {"cloudwatch-dashboards"}
    for name, price in found.items():
        shipped = shipped_prices().find(name, "us-east-1")
        assert shipped is not None
        assert price.tiers == shipped.tiers
        assert (price.read, price.verified) == (TODAY, True)
    assert found["sns-requests"].source == f"{server.url}/AmazonSNS/current/us-east-1/index.csv"
    assert refreshed.missing == [
        "no price of cloudwatch-dashboards in us-east-1: in AmazonCloudWatch it isn't in the list"
    ]


def test_each_list_of_each_region_is_read_once(server: PriceServer) -> None:
    refreshed = read(server, "eu-west-1", "us-gov-west-1")
    assert [*refreshed.by_region] == ["eu-west-1", "us-gov-west-1"]
    assert len(refreshed.missing) == 2
    assert server.asked == [
        f"/offers/v1.0/aws/{service}/current/{region}/index.csv"
        for region in ("eu-west-1", "us-gov-west-1")
        for service in WANTED
    ]


def test_a_changed_price(server: PriceServer) -> None:
    text = (LISTS / "AmazonSNS.csv").read_text()
    server.answers["AmazonSNS"] = text.replace("0.0000005000", "0.0000007000").encode()
    assert read(server).by_region["us-east-1"]["sns-requests"].usd == Decimal("0.0000007")


def test_what_a_list_does_not_say_is_told(server: PriceServer) -> None:
    text = (LISTS / "AmazonVPC.csv").read_text()
    server.answers["AmazonVPC"] = text.replace("VpcEndpoint-Hours", "VpcEndpoint-Days").encode()
    refreshed = read(server)
    assert "vpc-endpoint-hours" not in refreshed.by_region["us-east-1"]
    assert "vpc-endpoint-data" in refreshed.by_region["us-east-1"]
    assert "no price of vpc-endpoint-hours in us-east-1: in AmazonVPC it isn't in the list" in refreshed.missing


def test_progress(server: PriceServer) -> None:
    told: list[tuple[str, str, int, bool]] = []
    refresh(("us-east-1",), today=TODAY, progress=lambda *each: told.append(each), url=server.url)
    done = [(service, region, size) for service, region, size, is_done in told if is_done]
    assert done == [(service, "us-east-1", (LISTS / f"{service}.csv").stat().st_size) for service in WANTED]
    assert all(size <= (LISTS / f"{service}.csv").stat().st_size for service, _, size, _ in told)


# --- What goes wrong --------------------------------------------------------------------------------------------------


def problem(server: PriceServer, service: str = "AmazonSNS") -> str:
    with pytest.raises(InputError) as raised:
        read(server)
    text = str(raised.value)
    assert text.startswith(f"{server.url}/{service}/current/us-east-1/index.csv: ")
    assert "\n" not in text
    return text.split("index.csv: ")[1]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (403, "the server answers 403 Forbidden; is the Region right?"),
        (404, "the server answers 404 Not Found; is the Region right?"),
        (500, "the server answers 500 Internal Server Error"),
    ],
)
def test_the_server_refuses(code: int, text: str, server: PriceServer) -> None:
    server.answers["AmazonSNS"] = lambda handler: handler.send_error(code)
    assert problem(server) == text


@pytest.mark.parametrize("kept", [0, 100, 1000, -1])
def test_a_list_that_is_cut_off(kept: int, server: PriceServer) -> None:
    body = (LISTS / "AmazonSNS.csv").read_bytes()
    server.answers["AmazonSNS"] = lambda handler: send(handler, body[:kept], len(body))
    assert problem(server) == f"ended after {len(body[:kept]):,} of {len(body):,} bytes; try again"


def test_chunks_that_are_cut_off(server: PriceServer) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        body = (LISTS / "AmazonSNS.csv").read_bytes()
        handler.wfile.write(b"%x\r\n%b" % (len(body), body[:-9]))
        handler.close_connection = True

    server.answers["AmazonSNS"] = answer
    assert problem(server) == "ended too early; try again"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "no line begins with SKU"),
        (b"<html><body>Please log in</body></html>\n" * 50, "no line begins with SKU"),
        (bytes(range(128, 256)) * 100, "'utf-8' codec can't decode"),
        (b"\x1f\x8b\x08\x00" + b"\x00" * 100, "is no price list of AWS: "),
        (b"x" * 3_000_000, "a line has more than 1,000,000 characters"),
    ],
)
def test_something_else_than_a_price_list(body: bytes, text: str, server: PriceServer) -> None:
    server.answers["AmazonSNS"] = body
    assert problem(server).startswith("is no price list of AWS: ")
    assert text in "is no price list of AWS: " + problem(server)


def test_a_list_in_another_currency(server: PriceServer) -> None:
    server.answers["AmazonSNS"] = (LISTS / "AmazonSNS.csv").read_bytes().replace(b'"USD"', b'"CNY"')
    assert problem(server) == "is no price list of AWS: its prices are in 'CNY'; only USD can be summed up"


def test_no_server_there(server: PriceServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server.url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert problem(server, "AWSLambda") == "can't be read: Connection refused"


def test_a_server_that_says_nothing(server: PriceServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert problem(server, "AWSLambda") == "can't be read: timed out"


@pytest.mark.slow
def test_memory_stays_flat(server: PriceServer) -> None:
    lines = (LISTS / "AmazonEC2.csv").read_bytes().splitlines(keepends=True)
    other = lines[6].replace(b"NatGateway-Hours", b"BoxUsage:m7i.large") * 100
    times = 50_000_000 // len(other)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        size = sum(map(len, lines)) + times * len(other)
        send(handler, b"".join(lines), size)
        for _ in range(times):
            handler.wfile.write(other)

    server.answers["AmazonEC2"] = answer
    tracemalloc.start()
    try:
        refreshed = read(server)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "ebs-gp3-storage" in refreshed.by_region["us-east-1"]
    assert peak < 8_000_000

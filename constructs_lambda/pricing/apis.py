"""What APIs cost: their requests, and the caches of REST APIs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import CACHE_SIZES_GB, HOURS_A_MONTH, Item, api_cache
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import resolve_flag, resolve_text

_HTTP_PIECE_KB = 512  # https://aws.amazon.com/api-gateway/pricing/
_MESSAGE_PIECE_KB = 32


def api_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the APIs of an app are charged for.

    Args:
        app: The app.
    """
    for subject in app.subjects:
        if subject.type == "AWS::ApiGateway::RestApi":
            yield from _requests(subject, items.API_REST_REQUESTS, None)
        elif subject.type == "AWS::ApiGatewayV2::Api":
            yield from _of_second_version(subject)
        elif subject.type == "AWS::ApiGateway::Stage":
            yield from _cache(subject, subject.properties)
        elif subject.type == "AWS::ApiGateway::Deployment":
            description = subject.properties.get("StageDescription")
            yield from _cache(subject, description if isinstance(description, dict) else {})


def _of_second_version(subject: Subject) -> Iterator[Charge | Unpriced]:
    protocol = resolve_text(subject.properties.get("ProtocolType"))
    if protocol == "WEBSOCKET":
        yield from _requests(subject, items.API_WEBSOCKET_MESSAGES, _MESSAGE_PIECE_KB)
        yield Unpriced(subject=subject, title="minutes of WebSocket connections", reason="no price is known here")
    elif protocol in ("HTTP", None):  # an OpenAPI document leaves it out
        yield from _requests(subject, items.API_HTTP_REQUESTS, _HTTP_PIECE_KB)
    else:
        yield Unpriced(subject=subject, title="requests", reason="its protocol is known at the deployment only")


def _requests(subject: Subject, item: Item, piece_kb: int | None) -> Iterator[Charge | Unpriced]:
    if subject.use.requests is None:
        yield without_usage(subject, item)
    else:
        yield in_pieces(subject, item, subject.use.requests, piece_kb)


def in_pieces(subject: Subject, item: Item, requests: Decimal, piece_kb: int | None) -> Charge:
    """Requests, of which each counts once for every piece that it has begun.

    Args:
        subject: What is charged.
        item: The item.
        requests: How many.
        piece_kb: Size of a piece, None where each request counts once.
    """
    payload, formula = subject.use.payload_kb, f"{shown(requests)} {item.unit}s"
    pieces = Decimal(1)
    if piece_kb is not None and payload is not None:
        pieces = max(pieces, (payload / piece_kb).to_integral_value(ROUND_CEILING))
        formula += f" x {shown(pieces)} of {piece_kb} KB"
    return Charge(subject=subject, item=item, quantity=requests * pieces, formula=formula)


def _cache(subject: Subject, settings: object) -> Iterator[Charge | Unpriced]:
    written = settings if isinstance(settings, dict) else {}
    is_on = resolve_flag(written.get("CacheClusterEnabled"))
    if is_on is None or is_on is False:
        return
    size = resolve_text(written.get("CacheClusterSize"))
    name = size if isinstance(size, str) else CACHE_SIZES_GB[0] if size is None else ""
    if is_on is not True or name not in CACHE_SIZES_GB:
        yield Unpriced(subject=subject, title="API cache", reason="its size is known at the deployment only")
        return
    yield Charge(
        subject=subject, item=api_cache(name), quantity=Decimal(HOURS_A_MONTH), formula=f"{HOURS_A_MONTH} hours"
    )

"""What AWS charges for, one item each: its unit, and what of it is free every month. Prices are in `prices.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from decimal import Decimal
from functools import cache

from constructs_lambda.records import record

HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600


@record()
class Allowance:
    """What AWS gives to each account every month without time limit, over all Regions; offers for new accounts aren't.

    Args:
        name: What it is of; items of one allowance share it.
        quantity: How much, in the unit of the items.
        source: The page that says so.
    """

    name: str
    quantity: Decimal
    source: str


@record()
class Item:
    """Something that AWS charges for.

    Args:
        name: Its key in price files.
        title: What a line of an estimate calls it.
        unit: What the price is for one of: `request`, `GB-second`, `hour`, `GB`; `GB-month` and the like for one that
            is kept for a month.
        allowance: What of it is free, None where nothing is.
    """

    name: str
    title: str
    unit: str
    allowance: Allowance | None = field(default=None, repr=False)


_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_WATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_FREE_REQUESTS = Allowance("Lambda requests", Decimal(1_000_000), _LAMBDA)
_FREE_DURATION = Allowance("Lambda duration", Decimal(400_000), _LAMBDA)
_FREE_TOPICS = Allowance("SNS requests", Decimal(1_000_000), "https://aws.amazon.com/sns/pricing/")
_FREE_QUEUES = Allowance("SQS requests", Decimal(1_000_000), "https://aws.amazon.com/sqs/pricing/")
_FREE_LOGS = Allowance("CloudWatch Logs", Decimal(5), _WATCH)
_FREE_ALARMS = Allowance("CloudWatch alarms", Decimal(10), _WATCH)
_FREE_DASHBOARDS = Allowance("CloudWatch dashboards", Decimal(3), _WATCH)
FREE_DASHBOARD_METRICS = 50
"""The metrics that a dashboard may refer to and be free."""
_FREE_KEY_REQUESTS = Allowance("KMS requests", Decimal(20_000), "https://aws.amazon.com/kms/pricing/")

# fmt: off
LAMBDA_REQUESTS = Item("lambda-requests", "requests", "request", _FREE_REQUESTS)
LAMBDA_DURATION_X86 = Item("lambda-duration-x86", "duration, x86", "GB-second", _FREE_DURATION)
LAMBDA_DURATION_ARM = Item("lambda-duration-arm", "duration, Arm", "GB-second", _FREE_DURATION)
LAMBDA_STORAGE = Item("lambda-ephemeral-storage", "ephemeral storage above 512 MB", "GB-second")
LAMBDA_PROVISIONED_REQUESTS = Item("lambda-provisioned-requests", "requests, provisioned", "request")
LAMBDA_PROVISIONED_X86 = Item("lambda-provisioned-concurrency-x86", "provisioned concurrency, x86", "GB-second")
LAMBDA_PROVISIONED_ARM = Item("lambda-provisioned-concurrency-arm", "provisioned concurrency, Arm", "GB-second")
LAMBDA_PROVISIONED_DURATION_X86 = Item("lambda-provisioned-duration-x86", "duration, provisioned, x86", "GB-second")
LAMBDA_PROVISIONED_DURATION_ARM = Item("lambda-provisioned-duration-arm", "duration, provisioned, Arm", "GB-second")
LAMBDA_SNAPSHOT_CACHE = Item("lambda-snapstart-cache", "SnapStart cache", "GB-second")
LAMBDA_SNAPSHOT_RESTORE = Item("lambda-snapstart-restore", "SnapStart restores", "GB")
API_REST_REQUESTS = Item("api-rest-requests", "REST API requests", "request")
API_HTTP_REQUESTS = Item("api-http-requests", "HTTP API requests", "request")
API_WEBSOCKET_MESSAGES = Item("api-websocket-messages", "WebSocket messages", "message")
SNS_REQUESTS = Item("sns-requests", "SNS publishes", "request", _FREE_TOPICS)
SQS_STANDARD_REQUESTS = Item("sqs-standard-requests", "SQS requests", "request", _FREE_QUEUES)
SQS_FIFO_REQUESTS = Item("sqs-fifo-requests", "SQS FIFO requests", "request", _FREE_QUEUES)
NAT_GATEWAY_HOURS = Item("nat-gateway-hours", "NAT gateway", "hour")
NAT_GATEWAY_DATA = Item("nat-gateway-data", "data through a NAT gateway", "GB")
REGIONAL_NAT_GATEWAY_HOURS = Item("regional-nat-gateway-hours", "zone of a regional NAT gateway", "hour")
IPV4_ADDRESS_HOURS = Item("ipv4-address-hours", "public IPv4 address", "hour")
NAT_INSTANCE_HOURS = Item("ec2-t4g-nano-hours", "t4g.nano instance", "hour")
VOLUME_STORAGE = Item("ebs-gp3-storage", "gp3 volume", "GB-month")
ENDPOINT_HOURS = Item("vpc-endpoint-hours", "interface endpoint in a zone", "hour")
ENDPOINT_DATA = Item("vpc-endpoint-data", "data through an interface endpoint", "GB")
BETWEEN_ZONES_DATA = Item("zone-transfer-data", "data between zones, in each direction", "GB")
LOGS_INGESTION = Item("logs-ingestion", "logs that come in", "GB", _FREE_LOGS)
LOGS_INFREQUENT_INGESTION = Item("logs-infrequent-ingestion", "logs that come in, infrequent access", "GB", _FREE_LOGS)
LOGS_VENDED_INGESTION = Item("logs-vended-ingestion", "flow logs that come in", "GB", _FREE_LOGS)
LOGS_STORAGE = Item("logs-storage", "logs that are kept", "GB-month", _FREE_LOGS)
ALARMS = Item("cloudwatch-alarms", "metrics of alarms", "metric-month", _FREE_ALARMS)
HIGH_RESOLUTION_ALARMS = Item("cloudwatch-high-resolution-alarms", "high-resolution metrics of alarms", "metric-month")
COMPOSITE_ALARMS = Item("cloudwatch-composite-alarms", "composite alarms", "alarm-month")
DASHBOARDS = Item("cloudwatch-dashboards", "dashboards", "dashboard-month", _FREE_DASHBOARDS)
KEYS = Item("kms-keys", "customer-managed keys", "key-month")
KEY_REQUESTS = Item("kms-requests", "requests of keys", "request", _FREE_KEY_REQUESTS)
SECRETS = Item("secrets", "secrets", "secret-month")
SECRET_REQUESTS = Item("secrets-requests", "calls for secrets", "request")
# fmt: on

CACHE_SIZES_GB = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
"""Sizes of an API cache as `CacheClusterSize` names them; each has a price of its own."""


@cache
def api_cache(size_gb: str) -> Item:
    """The hours of an API cache of a size.

    Args:
        size_gb: One of `CACHE_SIZES_GB`.
    """
    return Item(f"api-cache-{size_gb}-hours", f"API cache of {size_gb} GB", "hour")


@cache
def large_dashboards() -> Item:
    """Dashboards with more metrics than a free one has."""
    return replace(DASHBOARDS, title=f"dashboards with more than {FREE_DASHBOARD_METRICS} metrics", allowance=None)


@cache
def all_items() -> Mapping[str, Item]:
    """Every item by its name, in the order of the source."""
    single = [value for value in globals().values() if isinstance(value, Item)]
    return {item.name: item for item in (*single, *map(api_cache, CACHE_SIZES_GB))}

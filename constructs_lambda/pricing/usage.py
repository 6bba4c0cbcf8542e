"""How much a resource is used a month: the keys of a usage file and of metadata, and what they may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation, localcontext

from constructs_lambda.records import record


@record()
class Key:
    """A key of usage.

    Args:
        name: Its name.
        unit: What its number counts.
        most: The most that makes sense.
        is_positive: Whether it must be more than zero.
    """

    name: str
    unit: str
    most: Decimal
    is_positive: bool = False

    @property
    def allowed(self) -> str:
        """What it may hold, as a message says it."""
        return f"{'more than 0 and' if self.is_positive else 'at least 0 and'} at most {self.most:,f} {self.unit}"


# What is above is a slip of the keyboard, or a number in another unit.
KEYS = {
    key.name: key
    for key in (
        Key("requests", "requests a month", Decimal(10**13)),
        Key("duration_ms", "milliseconds", Decimal(900_000), is_positive=True),
        Key("init_ms", "milliseconds", Decimal(900_000)),
        Key("cold_share", "(the share of requests that start cold)", Decimal(1)),
        Key("payload_kb", "KB", Decimal(10_240)),
        Key("data_gb", "GB a month", Decimal(10**9)),
        Key("provisioned_hours", "hours a month", Decimal(744)),
    )
}
_LONGEST = 60
_DECIMALS = 12  # what lies behind them costs nothing, and makes numbers that nobody can read
_MOST_DIGITS = 100
_REQUESTED = ("requests", "payload_kb")
_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "AWS::Lambda::Function": ("requests", "duration_ms", "init_ms", "cold_share", "provisioned_hours", "data_gb"),
    "AWS::Lambda::Alias": ("provisioned_hours",),
    "AWS::Lambda::Version": ("provisioned_hours",),
    "AWS::ApiGateway::RestApi": _REQUESTED,
    "AWS::ApiGatewayV2::Api": _REQUESTED,
    "AWS::SNS::Topic": _REQUESTED,
    "AWS::SQS::Queue": _REQUESTED,
    "AWS::EC2::VPC": ("data_gb",),
    "AWS::EC2::NatGateway": ("data_gb",),
    "AWS::EC2::VPCEndpoint": ("data_gb",),
    "AWS::Logs::LogGroup": ("data_gb",),
    "AWS::KMS::Key": ("requests",),
    "AWS::SecretsManager::Secret": ("requests",),
}
"""What can be said of the usage of each type of resource."""


def keys_of(type: str) -> tuple[str, ...]:
    """The keys that say something of the price of a type of resource.

    Args:
        type: Its CloudFormation type.
    """
    return _BY_TYPE.get(type, ())


_UNITLESS = {"duration": "duration_ms", "init": "init_ms", "payload": "payload_kb", "data": "data_gb"}


@record(kw_only=True)
class Use:
    """How much a resource is used; None is what nobody said.

    Args:
        requests: Invocations of a function, requests to an API, a queue, a key or a secret, publishes to a topic.
        duration_ms: How long an invocation takes on average, without its initialisation.
        init_ms: How long a cold start takes before that.
        cold_share: The share of the requests that start cold.
        payload_kb: Size of a request or message.
        data_gb: What goes through a NAT gateway or an endpoint, or comes into a log group, in GB.
        provisioned_hours: For how long concurrency is provisioned.
    """

    requests: Decimal | None = None
    duration_ms: Decimal | None = None
    init_ms: Decimal | None = None
    cold_share: Decimal | None = None
    payload_kb: Decimal | None = None
    data_gb: Decimal | None = None
    provisioned_hours: Decimal | None = None

    @property
    def stated(self) -> tuple[str, ...]:
        """The names of what is said."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is not None)


UNSAID = Use()


def read_use(written: object, where: str, problems: list[str]) -> Use:
    """The usage in a table of a usage file, or in metadata.

    Args:
        written: The table.
        where: What a message calls it.
        problems: Filled with what is wrong, a line each.
    """
    if not isinstance(written, Mapping):
        problems.append(f"{where} must be a table, such as requests = 1000000; got {_told(written)}")
        return UNSAID
    found: dict[str, Decimal] = {}
    for name, value in written.items():
        if name not in KEYS:
            problems.append(f"{where}: {_unknown(str(name))}")
            continue
        number = _number(value)
        key = KEYS[name]
        if number is None:
            problems.append(f"{where}.{name} must be a number, {key.allowed}; got {_told(value)}")
        elif not 0 <= number <= key.most or (key.is_positive and number == 0):
            problems.append(f"{where}.{name} is {number:,f}; it must be {key.allowed}")
        else:
            found[name] = number
    return Use(**found)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        return None
    if isinstance(value, int):
        return number
    with localcontext(prec=2 * _MOST_DIGITS):
        cut = round(number, _DECIMALS)
        return number if cut == number else cut.normalize()


def _told(value: object) -> str:
    """A value as a message shows it."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write a number of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _unknown(name: str) -> str:
    if name in _UNITLESS:
        return f"{name} has no unit: write {_UNITLESS[name]}"
    return f"there is no {name!r}; {nearest(name, KEYS)}"


def nearest(name: str, names: Mapping[str, object] | list[str]) -> str:
    """What to say of a name that isn't among these.

    Args:
        name: The name.
        names: The right ones.
    """
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(name, list(names), 1, 0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    shown = list(names)[:10]
    return f"there is {', '.join(shown)}{', ...' if len(names) > len(shown) else ''}" if shown else "there is none"


def without_sense(use: Use, where: str) -> Iterator[str]:
    """What is wrong with usage whose keys are all right alone.

    Args:
        use: The usage.
        where: What a message calls it.
    """
    if use.init_ms is not None and use.cold_share is None:
        yield f"{where}.cold_share is missing; init_ms counts for that share of the requests"

"""`Usage`: how much a resource will be used a month, said where the resource is made, for the price of the app."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aws_cdk import CfnResource, Duration, Size, SizeRoundingBehavior
from constructs import Construct, IConstruct

from constructs_lambda.cdk.metadata import note, noted
from constructs_lambda.errors import InputError
from constructs_lambda.pricing.usage import keys_of, read_use, without_sense
from constructs_lambda.tokens import is_number_token

_KEYS = {
    "requests_per_month": "requests",
    "duration": "duration_ms",
    "init_duration": "init_ms",
    "cold_start_share": "cold_share",
    "payload": "payload_kb",
    "data_per_month": "data_gb",
    "provisioned_hours": "provisioned_hours",
}
_NAMES = {key: name for name, key in _KEYS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much a resource is used in a month of 730 hours; `constructs-lambda cost` takes its price from it.

    `Function(..., usage=Usage(requests_per_month=2_000_000, duration=Duration.millis(120)))`, and the same keyword on
    `HttpApi`, `RestApi`, `Network`, `TopicTrigger` and `QueueTrigger`. For anything else, plain CDK constructs
    included: `Usage(data_per_month=Size.gibibytes(5)).apply(log_group)`. It is written into the resource's metadata and
    changes nothing that is deployed; a usage file goes before it (docs/cost.md).

    Args:
        requests_per_month: Invocations of a function, requests to an API, a queue, a key or a secret, publishes to a
            topic. Where a function is the only one behind an API or topic, one of the two is enough.
        duration: How long an invocation takes on average, without its initialisation; billed in whole milliseconds,
            rounded up.
        init_duration: How long a cold start takes before that; it is billed too. It needs `cold_start_share`.
        cold_start_share: The share of requests that start cold, 0 to 1.
        payload: Size of a request or message: HTTP APIs count one for each 512 KB, topics and queues for each 64 KB.
            One each where it isn't given.
        data_per_month: What goes through the NAT gateways of a network or through an endpoint, or comes into a log
            group; of a function, the logs that it writes.
        provisioned_hours: For how many hours the concurrency of a function is provisioned. The whole month where it
            isn't given.

    Raises:
        InputError: A number that no usage has; all at once.
        TypeError: A number without its unit, or a value of the wrong type.
    """

    requests_per_month: float | None = None
    duration: Duration | None = None
    init_duration: Duration | None = None
    cold_start_share: float | None = None
    payload: Size | None = None
    data_per_month: Size | None = None
    provisioned_hours: float | None = None
    _written: Mapping[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuses what no usage is."""
        for name, kind, example in (
            ("duration", Duration, "Duration.millis(120)"),
            ("init_duration", Duration, "Duration.millis(300)"),
            ("payload", Size, "Size.kibibytes(4)"),
            ("data_per_month", Size, "Size.gibibytes(100)"),
        ):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                unit = " has no unit:" if isinstance(value, int | float) and not isinstance(value, bool) else ""
                raise TypeError(f"{name}{unit} must be a {kind.__name__}, such as {example}; got {value!r}")
            if value is not None and value.is_unresolved():
                raise InputError(f"{name} is known at the deployment only. Fix: state a number, or leave it out.")
        for name in ("requests_per_month", "cold_start_share", "provisioned_hours"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise TypeError(f"{name} must be a number; got {value!r}")
            # CDK's own question would send a NaN to jsii, which ends of it.
            if value is not None and value != -math.inf and is_number_token(value):
                raise InputError(f"{name} is known at the deployment only. Fix: state a number, or leave it out.")
        object.__setattr__(self, "_written", dict(self._convert()))  # once: each is a call to Node
        problems: list[str] = []
        use = read_use(self.written, "usage", problems)
        problems += without_sense(use, "usage")
        if problems:
            raise InputError("\n".join(_in_own_names(problem) for problem in problems))

    @property
    def written(self) -> dict[str, float]:
        """What is stated, by the keys of a usage file."""
        return dict(self._written)

    def _convert(self) -> Iterator[tuple[str, float]]:
        for name, key in _KEYS.items():
            value = getattr(self, name)
            if isinstance(value, Duration):
                value = _whole(value.to_milliseconds(integral=False))
            elif isinstance(value, Size):
                convert = value.to_kibibytes if name == "payload" else value.to_gibibytes
                value = _whole(convert(rounding=SizeRoundingBehavior.NONE))
            if value is not None:
                yield key, value

    def apply(self, construct: IConstruct) -> None:
        """States it for a construct, one of plain CDK included; what was stated of it before stays, key by key.

        Args:
            construct: A function, API, topic, queue, VPC, NAT gateway, endpoint, log group, key or secret.

        Raises:
            InputError: Something is stated that such a resource doesn't cost by.
            TypeError: No construct that makes a resource, such as an imported one.
        """
        resource = construct if isinstance(construct, CfnResource) else _resource_of(construct)
        if resource is None:
            raise TypeError(f"usage can be stated for a construct that makes a resource; got {construct!r}")
        self.refuse_wrong_keys(construct.node.path, resource.cfn_resource_type)
        before = noted(resource).get("usage")
        note(resource, usage={**(before if isinstance(before, dict) else {}), **self.written})

    def refuse_wrong_keys(self, path: str, type: str) -> None:
        """Refuses what says nothing of the price of a resource.

        Args:
            path: What a message calls the resource.
            type: Its CloudFormation type.

        Raises:
            InputError: Something is stated that such a resource doesn't cost by.
        """
        allowed = keys_of(type)
        wrong = [_NAMES[key] for key in self.written if key not in allowed]
        if wrong:
            takes = f"it takes {', '.join(_NAMES[key] for key in allowed)}" if allowed else "it has no usage that costs"
            raise InputError(f"{path}: usage says {', '.join(wrong)} of an {type}; {takes}.")


def refuse_wrong_usage(usage: object, path: str, type: str) -> None:
    """Refuses what is no usage, or none of a kind of resource.

    Args:
        usage: The value, None where it isn't given.
        path: What a message calls the resource.
        type: Its CloudFormation type.

    Raises:
        InputError: It states something that such a resource doesn't cost by.
        TypeError: It is no usage.
    """
    if usage is None:
        return
    if not isinstance(usage, Usage):
        raise TypeError(f"usage must be a Usage, such as Usage(requests_per_month=1_000_000); got {usage!r}")
    usage.refuse_wrong_keys(path, type)


def _resource_of(construct: object) -> CfnResource | None:
    """The resource of a construct: its own, or that of the one that it is about."""
    for each in (construct, getattr(construct, "api", None), getattr(construct, "vpc", None)):
        child = each.node.default_child if isinstance(each, Construct) else None
        if isinstance(child, CfnResource):
            return child
    return None


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _in_own_names(problem: str) -> str:
    """A problem of a key, with the name that the keyword has here."""
    for key, name in sorted(_NAMES.items(), key=lambda each: -len(each[0])):
        problem = problem.replace(f"usage.{key}", name)
        problem = problem.replace(key, name) if "_" in key else problem  # others are words of the message too
    return problem

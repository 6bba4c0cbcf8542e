"""CL60x: subscriptions to topics and their filter policies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Published, Redrive, Subscribed
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.patterns import OR, alternatives, has_unknown, is_unknown, pattern_problems
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.tokens import Unknown, certain_count, known

_FILTERS = "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"
_OPERATORS = "https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"
_SUBSCRIBE = "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_RAW = ("http", "https", "sqs", "firehose")
_SCOPES = ("MessageAttributes", "MessageBody")
_ENDPOINTS = {"lambda": re.compile(r"arn:[a-z0-9-]+:lambda:"), "sqs": re.compile(r"arn:[a-z0-9-]+:sqs:")}
_OF = {"lambda": "function", "sqs": "queue"}
_BYTES_PER_KB = 1024


@rule(
    "CL605",
    "Filter policy too large",
    Severity.ERROR,
    aws="SNS refuses the subscription: a filter policy has at most 5 keys, 150 combinations of values and 256 KB.",
    fix="Name fewer keys or values, or make two subscriptions of it.",
    source=_FILTERS,
)
def filter_policy_size(subscribed: Subscribed) -> Iterator[Problem]:
    policy, prop = _policy(subscribed)
    if policy is None:
        return
    keys = sum(not (isinstance(value, Mapping) and "Fn::If" in value) for value in policy.values())
    if not limits.FILTER_POLICY_KEYS.admits(keys):
        message = f"the filter policy has {keys} keys; AWS allows {limits.FILTER_POLICY_KEYS.allowed}"
        yield Problem(prop, message, "Filter by fewer keys, and by the others in the function.")
    combinations = _combinations(policy)
    if not limits.FILTER_POLICY_COMBINATIONS.admits(combinations):
        yield Problem(
            prop,
            f"the filter policy has {combinations:,} combinations of values, the lengths of its lists multiplied (a "
            f"nested one also by its depth); AWS allows {limits.FILTER_POLICY_COMBINATIONS.allowed}",
            "Name fewer values, or use prefix or anything-but.",
        )
    maximum = (limits.FILTER_POLICY_SIZE.maximum or 0) * _BYTES_PER_KB
    text = json.dumps(policy, ensure_ascii=False, separators=(",", ":"), default=str)
    if len(text) > maximum // 4 and len(text.encode("utf-8", "replace")) > maximum and not has_unknown(policy):
        message = f"the filter policy is larger than {limits.FILTER_POLICY_SIZE.maximum} KB, which is the most of SNS"
        yield Problem(prop, message, "Name fewer values.")


def _policy(subscribed: Subscribed) -> tuple[Mapping[str, Any] | None, str]:
    """The filter policy where it is a mapping of known keys, and where it stands."""
    policy = subscribed.subscription.filter_policy
    is_certain = isinstance(policy, Mapping) and not any(str(key).startswith("Fn::") for key in policy)
    return (policy if is_certain else None), f"{subscribed.subscription.within}FilterPolicy"


def _combinations(policy: Mapping[str, Any], depth: int = 1, so_far: int = 1) -> int:
    """The combinations of values at the least, as SNS counts them."""
    for key, value in policy.items():
        if is_unknown(value):
            continue
        if isinstance(value, Mapping):
            so_far = _combinations(value, depth + 1, so_far)
        elif key == OR and alternatives(value):
            so_far = sum(_combinations(each, depth, so_far) for each in value)
        elif isinstance(value, list):
            so_far *= max(certain_count(tuple(value)), 1) * depth
    return so_far


@rule(
    "CL606",
    "Filter policy not valid",
    Severity.ERROR,
    aws="SNS refuses the subscription: a filter policy is a JSON object whose keys have lists of texts, numbers, "
    "true, false, null and operators; only that of a message's body may be nested.",
    fix="Write it as SNS takes it.",
    source=_OPERATORS,
)
def filter_policy(subscribed: Subscribed) -> Iterator[Problem]:
    subscription = subscribed.subscription
    policy, prop = _policy(subscribed)
    whole = subscription.filter_policy
    if whole is not None and not isinstance(whole, Unknown | Mapping):
        yield Problem(prop, "the filter policy is no JSON object", 'Write an object, such as {"state": ["paid"]}.')
    yield from one_of(
        f"{subscription.within}FilterPolicyScope", "the scope of the filter policy", subscription.filter_scope, _SCOPES
    )
    if policy is None:
        return
    if subscription.filter_scope in (None, _SCOPES[0]):
        for key, value in policy.items():
            if isinstance(value, Mapping) and not is_unknown(value):
                message = f"the filter policy's key {quoted(str(key))} is nested, and it filters by message attributes"
                fix = "Set FilterPolicyScope to MessageBody, or name attributes at the top."
                yield Problem(f"{prop}.{key}", message, fix)
                return
    yield from pattern_problems(policy, f"{prop}.", "the filter policy", limits.FILTER_POLICY_NUMBER)


@rule(
    "CL607",
    "Subscription not accepted",
    Severity.ERROR,
    aws="SNS refuses the subscription. A FIFO topic delivers to queues only, a standard topic to standard queues; the "
    "endpoint is of the kind that the protocol says; only queues, URLs and Firehose get messages raw.",
    fix="Name an endpoint and settings that go with the protocol and the topic.",
    source=_SUBSCRIBE,
)
def subscription(subscribed: Subscribed) -> Iterator[Problem]:
    within, protocol = subscribed.subscription.within, known(subscribed.subscription.protocol)
    if protocol is not None:
        yield from one_of(f"{within}Protocol", "the protocol", protocol, _PROTOCOLS)
        yield from _topic(subscribed, protocol)
        yield from _endpoint(subscribed, protocol)
    if subscribed.subscription.is_raw is True and protocol in {*_PROTOCOLS} - {*_RAW}:
        yield Problem(
            f"{within}RawMessageDelivery",
            f"raw message delivery is on, and the protocol is {protocol}; AWS takes it with {', '.join(_RAW)}",
            "Remove RawMessageDelivery, or put an SQS queue between the two.",
        )
    yield from _dead_letters(subscribed)


def _topic(subscribed: Subscribed, protocol: str) -> Iterator[Problem]:
    is_fifo, within = _is_fifo_topic(subscribed), subscribed.subscription.within
    if is_fifo and protocol in _PROTOCOLS and protocol != "sqs":
        message = f"the topic is a FIFO topic, and the protocol is {protocol}; AWS delivers from it to SQS queues only"
        yield Problem(f"{within}Protocol", message, "Subscribe a queue, and let that trigger the function.")
    arn = known(subscribed.subscription.endpoint) or ""
    queue_is_fifo = arn.endswith(".fifo") or (subscribed.queue is not None and subscribed.queue.is_fifo is True)
    if is_fifo is False and protocol == "sqs" and queue_is_fifo:
        message = "the queue is a FIFO queue, and the topic is a standard one, which AWS doesn't let deliver to it"
        yield Problem(f"{within}Endpoint", message, "Use a standard queue, or a FIFO topic.")


def _is_fifo_topic(subscribed: Subscribed) -> bool | None:
    if subscribed.topic is not None:
        fifo = subscribed.topic.is_fifo
        return None if isinstance(fifo, Unknown) or subscribed.topic.place.conditional else bool(fifo)
    arn = known(subscribed.subscription.topic_arn)
    return arn.endswith(".fifo") if arn and arn.startswith("arn:") else None


def _endpoint(subscribed: Subscribed, protocol: str) -> Iterator[Problem]:
    prop, endpoint = f"{subscribed.subscription.within}Endpoint", known(subscribed.subscription.endpoint)
    if protocol in ("http", "https") and endpoint and not endpoint.startswith(f"{protocol}://"):
        yield Problem(prop, f"the endpoint {quoted(endpoint)} is no {protocol} address", "Write the whole URL.")
    if protocol not in _OF:
        return
    what = _OF[protocol]
    fix = f"Name the ARN of a {what}."
    if endpoint is not None:
        if not _ENDPOINTS[protocol].match(endpoint):
            message = f"the endpoint {quoted(endpoint)} is no {what}'s ARN, and the protocol is {protocol}"
            yield Problem(prop, message, fix)
    elif subscribed.endpoint and subscribed.endpoint != what:
        message = f"the endpoint is a {subscribed.endpoint}, and the protocol is {protocol}"
        yield Problem(prop, message, f"Name the ARN of a {what}, or correct the protocol.")
    elif subscribed.endpoint and subscribed.attribute != "Arn":
        got = subscribed.attribute or f"Ref of a {what}"
        yield Problem(prop, f"the endpoint is the {got}, which is no ARN; AWS takes the {what}'s ARN", fix)


def _dead_letters(subscribed: Subscribed) -> Iterator[Problem]:
    redrive, prop = subscribed.subscription.redrive, f"{subscribed.subscription.within}RedrivePolicy"
    if not isinstance(redrive, Redrive):
        return
    arn = known(redrive.arn)
    if not redrive.has_target:
        message = "the redrive policy names no deadLetterTargetArn"
        yield Problem(prop, message, "Name the ARN of a queue there, or leave out the policy.")
    elif arn is not None and not _ENDPOINTS["sqs"].match(arn):
        message = f"the dead-letter target {quoted(arn)} is no queue's ARN; SNS takes queues only"
        yield Problem(f"{prop}.deadLetterTargetArn", message, "Name the ARN of a queue.")
    is_fifo = (arn or "").endswith(".fifo") or (
        subscribed.dead_letters is not None and subscribed.dead_letters.is_fifo is True
    )
    if is_fifo and _is_fifo_topic(subscribed) is False:
        message = "the dead-letter queue is a FIFO queue; a subscription to a standard topic takes a standard one"
        yield Problem(f"{prop}.deadLetterTargetArn", message, "Name a standard queue.")


@rule(
    "CL608",
    "Number that a filter policy doesn't compare exactly",
    Severity.WARNING,
    aws="SNS compares numbers from -10^9 to 10^9 with five decimals; others may match what they shouldn't, or nothing.",
    fix="Compare smaller numbers, or texts.",
    source=_FILTERS,
)
def filter_policy_numbers(subscribed: Subscribed) -> Iterator[Problem]:
    policy, prop = _policy(subscribed)
    for at, number, is_compared in _numbers(policy or {}):
        within = limits.FILTER_POLICY_NUMBER.admits(number)
        if (not within and not is_compared) or (
            within and _decimals(number) > (limits.FILTER_POLICY_DECIMALS.maximum or 0)
        ):
            allowed = f"{limits.FILTER_POLICY_NUMBER.allowed} with {limits.FILTER_POLICY_DECIMALS.maximum} decimals"
            message = f"the filter policy's key {quoted(at)} names the number {number}; SNS compares {allowed}"
            yield Problem(f"{prop}.{at}"[:150], message, "Compare a smaller or shorter number, or a text.")
            return


def _numbers(value: object, at: str = "", is_compared: bool = False) -> Iterator[tuple[str, float, bool]]:
    """The numbers in a filter policy, with their key and whether an operator compares with them."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not is_unknown(value):
        yield at, value, is_compared
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each, at, is_compared)
    elif isinstance(value, Mapping) and not is_unknown(value):
        for key, inner in value.items():
            is_operator = key in ("numeric", "anything-but")
            path = at if is_operator else f"{at}.{key}" if at else str(key)
            yield from _numbers(inner, path, key == "numeric")


def _decimals(number: float) -> int:
    text = repr(number)
    return 0 if isinstance(number, int) or "e" in text else len(text.partition(".")[2])


@rule(
    "CL609",
    "Many filter policies on a topic",
    Severity.WARNING,
    aws="SNS refuses the next filter policy of a topic that has as many as the quota allows, 200 by default.",
    fix="Ask for more, or filter in fewer subscriptions.",
    source="https://docs.aws.amazon.com/general/latest/gr/sns.html",
)
def filter_policies(published: Published) -> Iterator[Problem]:
    limit = limits.TOPIC_FILTER_POLICIES
    if not limit.admits(published.filter_policies):
        message = (
            f"{published.filter_policies} subscriptions of one topic have a filter policy; the quota is {limit.maximum}"
        )
        yield Problem("", message, "Have the quota raised, or filter in fewer subscriptions.")

"""CL60x: subscriptions to topics and their filter policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from constructs_lambda.findings import Severity
from constructs_lambda.model import Redrive, Subscribed, Subscription
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.filter_policies import SCOPES, certain_policy, condition_problems, size_problems
from constructs_lambda.rules.patterns import has_unknown
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.tokens import Unknown, known

_FILTERS = "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"
_OPERATORS = "https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"
_SUBSCRIBE = "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
_RAW = ("http", "https", "sqs", "firehose")
_ENDPOINTS = {"lambda": re.compile(r"arn:[a-z0-9-]+:lambda:"), "sqs": re.compile(r"arn:[a-z0-9-]+:sqs:")}
_QUEUE = re.compile(r"arn:[a-z0-9-]+:sqs:([a-z0-9-]+):")
_OF = {"lambda": "function", "sqs": "queue"}


@rule(
    "CL605",
    "Filter policy too large",
    Severity.ERROR,
    aws="SNS refuses the subscription: a filter policy has at most 5 keys, 150 combinations of values and 256 KB.",
    fix="Name fewer keys or values, or make two subscriptions of it.",
    source=_FILTERS,
)
def filter_policy_size(subscribed: Subscribed) -> Iterator[Problem]:
    policy, prop = certain_policy(subscribed)
    if policy is not None:
        yield from size_problems(policy, prop)


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
    policy, prop = certain_policy(subscribed)
    whole = subscription.filter_policy
    if whole is not None and not isinstance(whole, Unknown | Mapping):
        yield Problem(prop, "the filter policy is no JSON object", 'Write an object, such as {"state": ["paid"]}.')
    yield from one_of(
        f"{subscription.within}FilterPolicyScope", "the scope of the filter policy", subscription.filter_scope, SCOPES
    )
    if policy is not None:
        yield from condition_problems(policy, subscription.filter_scope, prop)


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
    own = subscribed.region
    match = _QUEUE.match(arn) if arn else None
    if own and match and match[1] != own:
        message = f"the dead-letter queue is in {match[1]}, and the subscription in {own}; AWS takes the same Region"
        yield Problem(f"{prop}.deadLetterTargetArn", message, f"Name a queue in {own}.")
    is_fifo = (arn or "").endswith(".fifo") or (
        subscribed.dead_letters is not None and subscribed.dead_letters.is_fifo is True
    )
    if is_fifo and _is_fifo_topic(subscribed) is False:
        message = "the dead-letter queue is a FIFO queue; a subscription to a standard topic takes a standard one"
        yield Problem(f"{prop}.deadLetterTargetArn", message, "Name a standard queue.")


@rule(
    "CL639",
    "Subscribed twice with different settings",
    Severity.ERROR,
    aws="SNS refuses the second subscription: one of the topic, protocol and endpoint exists already with different "
    "attributes.",
    fix="Merge the two: a list of values in a filter policy means any of them, and $or combines keys.",
    source=_SUBSCRIBE,
)
def subscribed_twice(subscribed: Subscribed) -> Iterator[Problem]:
    for other in subscribed.others[:1]:
        differing = [
            name
            for name, one, two in _settings(subscribed.subscription, other)
            if one != two and not any(isinstance(each, Unknown) or has_unknown(each) for each in (one, two))
        ]
        if differing:
            message = f"the endpoint subscribes to the topic already, in {other.place.path}, with another "
            yield Problem(f"{subscribed.subscription.within}{differing[0]}", message + differing[0], "Merge the two.")


def _settings(one: Subscription, two: Subscription) -> Iterator[tuple[str, object, object]]:
    """The attributes of two subscriptions beside each other, each as it is where it isn't set."""
    yield "FilterPolicy", one.filter_policy or {}, two.filter_policy or {}
    yield "FilterPolicyScope", one.filter_scope or SCOPES[0], two.filter_scope or SCOPES[0]
    yield "RawMessageDelivery", one.is_raw or False, two.is_raw or False

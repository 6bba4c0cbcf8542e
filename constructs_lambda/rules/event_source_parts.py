"""CL643: what an event source mapping names to be read: topics, queues, a database, and how to get in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping, Polling
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import certain_count, known, resolve_text

_API = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"
_TOPIC_LENGTH = 249
_SERVER = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}")


@rule(
    "CL643",
    "Event source without what Lambda reads it by",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping: a Kafka cluster is read by its topic, a broker of Amazon MQ "
    "by its queue, a DocumentDB cluster by its database, and the last two with a secret.",
    fix="Name what is to be read, and the secret to read it with.",
    source=_API,
)
def parts(polling: Polling) -> Iterator[Problem]:
    mapping, service = polling.mapping, polling.service
    if mapping.source_arn is None and mapping.is_self_managed is None:
        yield Problem("EventSourceArn", "the mapping names no event source", "Set EventSourceArn.")
        return
    if isinstance(mapping.source_arn, str) and mapping.is_self_managed is True:
        message = "the mapping names both EventSourceArn and SelfManagedEventSource; AWS takes one of them"
        yield Problem("SelfManagedEventSource", message, "Keep one of the two.")
    yield from _one_item(mapping, "Topics", "topic")
    yield from _one_item(mapping, "Queues", "queue")
    needed: tuple[tuple[str, object, str], ...] = ()
    if service == "kafka":
        needed = (("Topics", mapping.topics, "a Kafka cluster"),)
    elif service == "mq":
        what = "a broker of Amazon MQ"
        needed = (("Queues", mapping.queues, what), ("SourceAccessConfigurations", mapping.access, what))
    elif service == "rds":
        what = "a DocumentDB cluster"
        needed = (
            ("DocumentDBEventSourceConfig.DatabaseName", mapping.database, what),
            ("SourceAccessConfigurations", mapping.access, what),
        )
    for prop, value, what in needed:
        if value is None or value == ():
            yield Problem(prop, f"the source is {what}, and there is no {prop}", f"Set {prop}.")
    yield from _kafka(mapping)


def _one_item(mapping: EventSourceMapping, prop: str, what: str) -> Iterator[Problem]:
    items = mapping.topics if prop == "Topics" else mapping.queues
    if (count := certain_count(items)) > 1:
        yield Problem(prop, f"the mapping names {count} {what}s; AWS takes one", f"Make a mapping for each {what}.")


def _kafka(mapping: EventSourceMapping) -> Iterator[Problem]:
    for item in known(mapping.topics) or ():
        topic = resolve_text(item)
        if isinstance(topic, str) and len(topic) > _TOPIC_LENGTH:
            message = f"the topic's name is {len(topic):,} characters long; AWS allows at most {_TOPIC_LENGTH}"
            yield Problem("Topics.0", message, "Shorten it.")
    for index, item in enumerate(known(mapping.bootstrap_servers) or ()):
        server = resolve_text(item)
        if isinstance(server, str) and not _SERVER.fullmatch(server):
            yield Problem(
                f"SelfManagedEventSource.Endpoints.KafkaBootstrapServers.{index}",
                f"the bootstrap server is {quoted(server)}; AWS takes a host and its port",
                "Write <host>:<port>, such as broker.example.com:9092.",
            )

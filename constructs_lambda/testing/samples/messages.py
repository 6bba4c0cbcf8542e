"""Events with messages: of a topic, and of a queue."""

from __future__ import annotations

import copy
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence

from constructs_lambda.testing.samples.files import Event, as_text, load

Attribute = str | int | float | Sequence[str | int | float]
"""The value of a message's attribute."""


def topic(
    *, message: object = None, attributes: Mapping[str, Attribute] | None = None, subject: str | None = None
) -> Event:
    """What a function gets for a message of an SNS topic.

    Args:
        message: The message; what is no text becomes JSON.
        attributes: Its attributes by name. A list is of the type `String.Array`.
        subject: Its subject.
    """
    event = load("topic")
    notification = event["Records"][0]["Sns"]
    if message is not None:
        notification["Message"] = as_text(message)
    if attributes is not None:
        notification["MessageAttributes"] = {
            name: {"Type": kind, "Value": value} for name, (kind, value) in _typed(attributes, lists=True).items()
        }
    if subject is not None:
        notification["Subject"] = subject
    return event


def queue(
    *,
    body: object = None,
    bodies: Sequence[object] | None = None,
    attributes: Mapping[str, Attribute] | None = None,
) -> Event:
    """What a function gets for messages of an SQS queue.

    Args:
        body: Body of the one message; what is no text becomes JSON.
        bodies: In its place the bodies of several, each of which gets an id and a receipt handle of its own.
        attributes: Attributes of each message by name.

    Raises:
        TypeError: Both `body` and `bodies` are given, or `bodies` is one body.
    """
    if body is not None and bodies is not None:
        raise TypeError("a queue's event takes body= or bodies=, not both")
    if isinstance(bodies, str | bytes | Mapping):
        raise TypeError(f"bodies= is {bodies!r}; it must be a list of bodies. For one message use body=")
    event = load("queue")
    (record,) = event["Records"]
    if body is not None or bodies is not None:
        event["Records"] = [
            _message(record, as_text(each), number) for number, each in enumerate([body] if bodies is None else bodies)
        ]
    for each in event["Records"]:
        each["messageAttributes"] = {
            name: {"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": kind}
            for name, (kind, value) in _typed(attributes or {}, lists=False).items()
        }
    return event


def _message(record: Event, body: str, number: int) -> Event:
    message = copy.deepcopy(record)
    first = uuid.UUID(message["messageId"])
    message |= {"messageId": str(uuid.UUID(int=first.int + number)), "body": body}
    if number:
        message["receiptHandle"] += f"-{number + 1}"
    message["md5OfBody"] = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
    return message


def _typed(attributes: Mapping[str, Attribute], *, lists: bool) -> dict[str, tuple[str, str]]:
    """Type and text of each attribute."""
    found = {}
    for name, value in attributes.items():
        if isinstance(value, str):
            found[name] = ("String", value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = ("Number", str(value))
        elif lists and isinstance(value, Sequence) and not isinstance(value, bytes):
            found[name] = ("String.Array", json.dumps(list(value), ensure_ascii=False))
        else:
            raise TypeError(
                f"the attribute {name!r} is {value!r}; it must be a text or a number" + ", or a list" * lists
            )
    return found

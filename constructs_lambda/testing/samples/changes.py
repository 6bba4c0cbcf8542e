"""Events of what was written: to a bucket, a table, or a stream."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from constructs_lambda.errors import InputError
from constructs_lambda.testing.samples.files import Event, as_text, copied, load
from constructs_lambda.testing.samples.notices import event as bus_event


def bucket(
    *, key: str | None = None, bucket: str | None = None, size: int | None = None, event_bridge: bool = False
) -> Event:
    """What a function gets when an object was created in an S3 bucket.

    Args:
        key: Key of the object, as it is: S3 hands it on URL-encoded, with `+` for a space, but not over EventBridge.
        bucket: Name of the bucket.
        size: Bytes of the object.
        event_bridge: Whether the event comes over EventBridge, as with `BucketTrigger(event_bridge=True)`.
    """
    event = load("bucket")
    s3 = event["Records"][0]["s3"]
    name = bucket or s3["bucket"]["name"]
    s3["bucket"] |= {"name": name, "arn": f"arn:aws:s3:::{name}"}
    if size is not None:
        s3["object"]["size"] = size
    if event_bridge:
        return _over_event_bridge(name, key or s3["object"]["key"], s3["object"])
    if key is not None:
        s3["object"]["key"] = quote_plus(key, safe="/")
    return event


def _over_event_bridge(name: str, key: str, told: Mapping[str, Any]) -> Event:
    detail = {
        "version": "0",
        "bucket": {"name": name},
        "object": {"key": key, "size": told["size"], "etag": told["eTag"], "sequencer": told["sequencer"]},
        "request-id": "EXAMPLE123456789",
        "requester": "123456789012",
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }
    event = bus_event(detail=detail, detail_type="Object Created", source="aws.s3")
    event["resources"] = [f"arn:aws:s3:::{name}"]
    return event


def dynamodb(
    *,
    new: Mapping[str, object] | None = None,
    old: Mapping[str, object] | None = None,
    keys: Sequence[str] = ("id",),
) -> Event:
    """What a function gets for a change of a DynamoDB table.

    Args:
        new: The item after the change, as plain values. With `old` it was modified, without it inserted.
        old: The item before the change. Without `new` it was removed.
        keys: Names of the table's keys.

    Raises:
        InputError: A key isn't in the item, or isn't the same before and after.
        TypeError: A value that no item can hold.
    """
    event = load("dynamodb")
    if new is None and old is None:
        return event
    name = "REMOVE" if new is None else "INSERT" if old is None else "MODIFY"
    record = next(each for each in event["Records"] if each["eventName"] == name)
    given = {"new": new, "old": old}
    items = {which: copied(item, which) for which, item in given.items() if item is not None}
    for which, item in items.items():
        if missing := [key for key in keys if key not in item]:
            raise InputError(f"the item {which}= has no {', '.join(missing)}; name the table's keys with keys=")
    key_sets = [{key: _typed(item[key]) for key in keys} for item in items.values()]
    if key_sets[0] != key_sets[-1]:
        raise InputError(f"new= and old= are two items: their {' and '.join(keys)} must be the same; see keys=")
    images = {
        f"{which.title()}Image": {name: _typed(each) for name, each in item.items()} for which, item in items.items()
    }
    record["dynamodb"] |= {"Keys": key_sets[0], **images}
    event["Records"] = [record]
    return event


def kinesis(*, data: object = None, partition_key: str | None = None) -> Event:
    """What a function gets for a record of a Kinesis stream.

    Args:
        data: The data: bytes, a text, or what becomes JSON.
        partition_key: The key that decides on its shard.
    """
    event = load("kinesis")
    record = event["Records"][0]["kinesis"]
    if data is not None:
        content = data if isinstance(data, bytes) else as_text(data).encode()
        record["data"] = base64.b64encode(content).decode()
    if partition_key is not None:
        record["partitionKey"] = partition_key
    return event


def _typed(value: object) -> dict[str, Any]:
    """A value with its type, as DynamoDB writes it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | float | Decimal):
        return {"N": _number(value)}
    if isinstance(value, bytes | bytearray):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {"M": {str(name): _typed(each) for name, each in value.items()}}
    if isinstance(value, set | frozenset):
        return _set(value)
    if isinstance(value, Sequence):
        return {"L": [_typed(each) for each in value]}
    raise TypeError(
        f"{value!r} can't be in an item of a table; it takes texts, numbers, bytes, lists, mappings and sets"
    )


def _set(values: Set[object]) -> dict[str, Any]:
    """A set, in order so that it is the same each time."""
    typed = [next(iter(_typed(value).items())) for value in values]
    kinds = {kind for kind, _ in typed}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise TypeError(
            f"{values!r} can't be in an item of a table; a set holds only texts, only numbers or only bytes"
        )
    return {f"{kinds.pop()}S": sorted(text for _, text in typed)}


def _number(value: float | Decimal) -> str:
    """A number as DynamoDB writes it: without an exponent, and without zeros that say nothing."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise TypeError(f"{value!r} can't be in an item of a table; a number must be finite")
    digits = format(number, "f") if number else "0"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits

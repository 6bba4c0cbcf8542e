"""Events of what was written: to a bucket, a table, or a stream."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from constructs_lambda.errors import InputError
from constructs_lambda.testing.samples.files import Event, as_text, load
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
        InputError: A key isn't in the item.
        TypeError: A value that no item can hold.
    """
    event = load("dynamodb")
    if new is None and old is None:
        return event
    name = "REMOVE" if new is None else "INSERT" if old is None else "MODIFY"
    record = next(each for each in event["Records"] if each["eventName"] == name)
    item = new if new is not None else old or {}
    if missing := [key for key in keys if key not in item]:
        raise InputError(f"the item has no {', '.join(missing)}; name the table's keys with keys=")
    images = {"NewImage": new, "OldImage": old}
    record["dynamodb"] |= {
        "Keys": {key: _typed(item[key]) for key in keys},
        **{image: {key: _typed(each) for key, each in of.items()} for image, of in images.items() if of is not None},
    }
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
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {"M": {str(name): _typed(each) for name, each in value.items()}}
    if isinstance(value, Sequence):
        return {"L": [_typed(each) for each in value]}
    raise TypeError(f"{value!r} can't be in an item of a table; it takes texts, numbers, bytes, lists and mappings")

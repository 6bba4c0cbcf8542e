"""`sample_event`: one name for the events of all triggers, APIs and authorizers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args, overload

from constructs_lambda.errors import InputError
from constructs_lambda.testing.samples import calls, changes, messages, notices
from constructs_lambda.testing.samples.files import Event

SampleKind = Literal[
    "bucket", "dynamodb", "event", "http", "http_authorizer", "kinesis", "queue", "request_authorizer", "rest",
    "schedule", "token_authorizer", "topic", "url",
]  # fmt: skip
"""What an event comes from."""
_MAKERS: Mapping[str, Callable[..., Event]] = {
    kind: next(getattr(module, kind) for module in (calls, changes, messages, notices) if hasattr(module, kind))
    for kind in get_args(SampleKind)
}
_SERVICES = {"eventbridge": "event", "s3": "bucket", "scheduler": "schedule", "sns": "topic", "sqs": "queue"}


@overload
def sample_event(
    kind: Literal["topic"],
    *,
    message: object = ...,
    attributes: Mapping[str, messages.Attribute] | None = ...,
    subject: str | None = ...,
) -> Event: ...
@overload
def sample_event(
    kind: Literal["queue"],
    *,
    body: object = ...,
    bodies: Sequence[object] | None = ...,
    attributes: Mapping[str, messages.Attribute] | None = ...,
) -> Event: ...
@overload
def sample_event(
    kind: Literal["bucket"],
    *,
    key: str | None = ...,
    bucket: str | None = ...,
    size: int | None = ...,
    event_bridge: bool = ...,
) -> Event: ...
@overload
def sample_event(
    kind: Literal["dynamodb"],
    *,
    new: Mapping[str, object] | None = ...,
    old: Mapping[str, object] | None = ...,
    keys: Sequence[str] = ...,
) -> Event: ...
@overload
def sample_event(kind: Literal["kinesis"], *, data: object = ..., partition_key: str | None = ...) -> Event: ...
@overload
def sample_event(
    kind: Literal["event"],
    *,
    detail: Mapping[str, Any] | None = ...,
    detail_type: str | None = ...,
    source: str | None = ...,
) -> Event: ...
@overload
def sample_event(kind: Literal["schedule"], *, input: Mapping[str, Any] | None = ...) -> Event: ...
@overload
def sample_event(
    kind: Literal["http", "rest"],
    route: str = ...,
    *,
    body: object = ...,
    headers: Mapping[str, str] | None = ...,
    query: Mapping[str, str] | None = ...,
    cookies: Sequence[str] = ...,
    path_parameters: Mapping[str, str] | None = ...,
    context: Mapping[str, Any] | None = ...,
    claims: Mapping[str, Any] | None = ...,
) -> Event: ...
@overload
def sample_event(
    kind: Literal["url"],
    route: str = ...,
    *,
    body: object = ...,
    headers: Mapping[str, str] | None = ...,
    query: Mapping[str, str] | None = ...,
    cookies: Sequence[str] = ...,
    public: bool = ...,
) -> Event: ...
@overload
def sample_event(kind: Literal["token_authorizer"], *, token: str = ..., route: str = ...) -> Event: ...
@overload
def sample_event(
    kind: Literal["request_authorizer", "http_authorizer"],
    route: str = ...,
    *,
    headers: Mapping[str, str] | None = ...,
    query: Mapping[str, str] | None = ...,
    cookies: Sequence[str] = ...,
    path_parameters: Mapping[str, str] | None = ...,
) -> Event: ...
def sample_event(kind: str, *arguments: Any, **payload: Any) -> Event:
    """The event that a function gets from a trigger, an API or as an authorizer, with a payload of your own.

        sample_event("queue", body={"id": 1})
        sample_event("http", "POST /orders", body={"id": 1}, claims={"sub": "ada"})

    Each call makes a new one, which may be changed.

    Args:
        kind: What it comes from: `topic`, `queue`, `bucket`, `event`, `schedule`, `dynamodb`, `kinesis`, `url`, `http`,
            `rest`, `token_authorizer`, `request_authorizer` or `http_authorizer`.
        *arguments: The route, for those of APIs; `GET /` where it isn't given.
        **payload: What is in it, by kind (docs/invoke.md). What isn't given is made up.

    Raises:
        InputError: No such kind, with the nearest one; or a payload that can't be.
        TypeError: A keyword that the kind doesn't have, with the nearest one that it has; or a value of another type.
    """
    make = _maker(kind)
    known = list(inspect.signature(make).parameters)
    if unknown := [name for name in payload if name not in known]:
        from constructs_lambda.rules import nearest  # only needed once something is wrong

        unknown = [f"{name!r}{nearest(name, known)}" for name in unknown]
        raise TypeError(f"sample_event({kind!r}) got unexpected keyword arguments: {', '.join(unknown)}")
    try:
        inspect.signature(make).bind(*arguments, **payload)
    except TypeError as error:
        raise TypeError(f"sample_event({kind!r}): {error}; it takes {', '.join(known)}, by name") from None
    return make(*arguments, **payload)


def default_event(kind: str) -> Event:
    """The sample event of a kind, which may have the name of its service too, such as `sqs`.

    Args:
        kind: The kind.

    Raises:
        InputError: No such kind, with the nearest one.
    """
    spelt = kind.lower()
    if spelt in _SERVICES or spelt in _MAKERS:
        return _maker(_SERVICES.get(spelt, spelt))()
    from constructs_lambda.rules import nearest  # only needed once something is wrong

    names = sorted({*_MAKERS, *_SERVICES})
    raise InputError(f"there is no sample event {kind!r}{nearest(spelt, names)}; there are {', '.join(names)}")


def _maker(kind: str) -> Callable[..., Event]:
    if kind not in _MAKERS:
        from constructs_lambda.rules import nearest

        spelt = str(kind).lower()
        meant = f" (did you mean {_SERVICES[spelt]!r}?)" if spelt in _SERVICES else nearest(spelt, _MAKERS)
        raise InputError(f"there is no sample event {kind!r}{meant}; there are {', '.join(sorted(_MAKERS))}")
    return _MAKERS[kind]

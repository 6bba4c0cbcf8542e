"""Sample events: one for everything that calls a function, with the fields AWS sends and a payload of one's own."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.testing import SampleKind, sample_event
from constructs_lambda.testing.samples import default_event

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "constructs_lambda" / "testing" / "samples"
KINDS = get_args(SampleKind)
TRIGGERS = {
    "BucketTrigger": {"bucket"},
    "EventTrigger": {"event"},
    "QueueTrigger": {"queue"},
    "ScheduleTrigger": {"schedule"},
    "StreamTrigger": {"dynamodb", "kinesis"},
    "TopicTrigger": {"topic"},
    "UrlTrigger": {"url"},
}
OTHERS = {"http", "http_authorizer", "request_authorizer", "rest", "token_authorizer"}


def fields(value: Any, path: str = "") -> Iterator[str]:
    """The names in a document; what stands in a list counts once."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}{name}"
            yield from fields(inner, f"{path}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, path)


# --- All of them -----------------------------------------------------------------------------------------------------


def test_every_trigger_has_its_event() -> None:
    import constructs_lambda

    assert {name for name in constructs_lambda.__all__ if name.endswith("Trigger")} == TRIGGERS.keys()
    assert set.union(*TRIGGERS.values()) | OTHERS == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_call_makes_a_new_one(kind: Any) -> None:
    def spoil(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            spoil(inner)
        if isinstance(value, dict | list):
            value.clear()

    first = sample_event(kind)
    before = json.loads(json.dumps(first))
    assert before == first
    assert before
    spoil(first)
    assert sample_event(kind) == before == default_event(kind)


@pytest.mark.parametrize(
    ("service", "kind"),
    [("sqs", "queue"), ("sns", "topic"), ("s3", "bucket"), ("eventbridge", "event"), ("scheduler", "schedule")],
)
def test_the_names_of_services(service: str, kind: Any) -> None:
    assert default_event(service) == sample_event(kind)
    with pytest.raises(InputError, match=rf"^there is no sample event '{service}' \(did you mean '{kind}'\?\); there"):
        sample_event(service)  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["SQS", "Queue", "HTTP"])
def test_a_command_line_may_spell_a_kind_in_capitals(kind: str) -> None:
    assert default_event(kind) == default_event(kind.lower())
    with pytest.raises(InputError, match=r"\(did you mean '(queue|http)'\?\)"):
        sample_event(kind)  # type: ignore[call-overload]


SERVICES = {"eventbridge", "s3", "scheduler", "sns", "sqs"}


@pytest.mark.parametrize(
    ("kind", "meant", "of_a_service"),
    [("queu", " (did you mean 'queue'?)", " (did you mean 'queue'?)"), ("SQSS", "", " (did you mean 'sqs'?)"),
     ("xyz", "", "")],
)  # fmt: skip
def test_a_kind_that_there_is_not(kind: str, meant: str, of_a_service: str) -> None:
    for make, hint, names in ((sample_event, meant, KINDS), (default_event, of_a_service, {*KINDS, *SERVICES})):
        with pytest.raises(InputError) as error:
            make(kind)  # type: ignore[call-overload]
        assert str(error.value) == f"there is no sample event {kind!r}{hint}; there are {', '.join(sorted(names))}"


def test_arguments_without_a_name() -> None:
    message = r"^sample_event\('queue'\): too many positional arguments; it takes body, bodies, attributes, by name$"
    with pytest.raises(TypeError, match=message):
        sample_event("queue", {"id": 1})  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("event", "detail"), ("schedule", "input"), ("http", "context"), ("http", "claims"), ("rest", "context"),
     ("rest", "claims"), ("dynamodb", "new")],
)  # fmt: skip
def test_payloads_are_not_shared(kind: Any, payload: str) -> None:
    given: dict[str, Any] = {"id": "1", "inner": {"list": [1]}}
    event = sample_event(kind, **{payload: given})

    def spoil(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            spoil(inner)
        if isinstance(value, dict | list):
            value.clear()

    spoil(event)
    assert given == {"id": "1", "inner": {"list": [1]}}
    with pytest.raises(TypeError, match=rf"^{payload}= is 5; it must be a mapping, such as a dict$"):
        sample_event(kind, **{payload: 5})  # type: ignore[call-overload]


def test_a_keyword_that_there_is_not() -> None:
    with pytest.raises(TypeError, match=r"sample_event\('queue'\) got .* arguments: 'bodys' \(did you mean 'bod"):
        sample_event("queue", bodys=[1])  # type: ignore[call-overload]


# --- Where they come from --------------------------------------------------------------------------------------------


def test_the_files_are_those_of_the_script() -> None:
    spec = importlib.util.spec_from_file_location("sample_events", ROOT / "scripts" / "sample_events.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert set(script.EVENTS) == {*SHIPPED.glob("*.json"), *(ROOT / "tests/data/sample_events").glob("*.json")}
    assert f"version {script.VERSION}" in (SHIPPED / "README.md").read_text()
    assert script.rendered({"a": ["{{{b}}}", "x-{{{b}}}", 1]}, {"b": {"c": 1}}) == {"a": [{"c": 1}, "x-{'c': 1}", 1]}
    with pytest.raises(KeyError):
        script.rendered("{{{nothing}}}", {})


@pytest.mark.parametrize("kind", ["bucket", "dynamodb", "kinesis", "queue", "topic"])
def test_without_a_payload_it_is_the_one_of_the_sam_cli(kind: Any) -> None:
    assert sample_event(kind) == json.loads((SHIPPED / f"{kind}.json").read_text())


ONLY_THERE = {
    "http": {
        "body", "cookies", "pathParameters", "queryStringParameters", "requestContext.authentication",
        "requestContext.authorizer", "stageVariables",
    },
    "rest": set(),
    "request_authorizer": {"requestContext.identity.clientCert"},
    "token_authorizer": set(),
}  # fmt: skip
"""What only a request that has it, or an API with mutual TLS, sends."""


@pytest.mark.parametrize("kind", ONLY_THERE)
def test_events_of_apis_have_the_fields_that_the_sam_cli_has(kind: Any) -> None:
    theirs = json.loads((ROOT / "tests/data/sample_events" / f"{kind}.json").read_text())
    free = ("headers.", "multiValueHeaders.", "queryStringParameters.", "multiValueQueryStringParameters.",
            "pathParameters.", "stageVariables.")  # fmt: skip
    wanted = {name for name in fields(theirs) if not name.startswith(free)}
    wanted = {name for name in wanted if not any(f"{name}.".startswith(f"{left}.") for left in ONLY_THERE[kind])}
    assert wanted - set(fields(sample_event(kind))) == set()


def test_an_http_request_has_what_it_was_given() -> None:
    theirs = json.loads((ROOT / "tests/data/sample_events/http.json").read_text())
    ours = sample_event(
        "http", "GET /orders/{id}", body="x", query={"a": "b"}, cookies=["c=d"], path_parameters={"id": "7"},
        claims={"sub": "ada"},
    )  # fmt: skip
    assert set(theirs) - set(ours) == {"stageVariables"}


def test_what_the_sam_cli_has_in_another_form_is_mended() -> None:
    (record,) = sample_event("topic")["Records"]
    sns, subscription = record["Sns"], record["EventSubscriptionArn"]
    assert subscription.startswith(f"{sns['TopicArn']}:")
    for name in ("SigningCertUrl", "UnsubscribeUrl"):
        assert urlsplit(sns[name])[:2] == ("https", "sns.us-east-1.amazonaws.com")
    assert parse_qs(urlsplit(sns["UnsubscribeUrl"]).query)["SubscriptionArn"] == [subscription]
    assert base64.b64decode(sns["MessageAttributes"]["TestBinary"]["Value"]) == b"TestBinary"
    (record,) = sample_event("kinesis")["Records"]
    assert record["eventSourceARN"].split(":")[2:] == ["kinesis", "us-east-1", "123456789012", "stream/ExampleStream"]
    assert record["invokeIdentityArn"].split(":")[2:] == ["iam", "", "123456789012", "role/ExampleRole"]


# --- Payloads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sent"), [("text", "text"), ({"id": 1}, '{"id": 1}'), ([], "[]"), ("", ""), (0, "0")]
)
def test_a_message_of_a_topic(given: object, sent: str) -> None:
    event = sample_event("topic", message=given, subject="s", attributes={"type": "a", "n": 5, "all": ["x", 1]})
    (record,) = event["Records"]
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == (sent, "s")
    assert record["Sns"]["MessageAttributes"] == {
        "type": {"Type": "String", "Value": "a"},
        "n": {"Type": "Number", "Value": "5"},
        "all": {"Type": "String.Array", "Value": '["x", 1]'},
    }


def test_a_message_of_a_queue() -> None:
    (record,) = sample_event("queue", body={"id": "é"}, attributes={"type": "a"})["Records"]
    assert record["body"] == '{"id": "é"}'
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()
    assert record["messageAttributes"] == {
        "type": {"stringValue": "a", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    }


def test_several_messages_of_a_queue() -> None:
    records = sample_event("queue", bodies=[{"id": 1}, "two", 3])["Records"]
    assert [record["body"] for record in records] == ['{"id": 1}', "two", "3"]
    for name in ("messageId", "receiptHandle"):
        assert len({record[name] for record in records}) == 3
    assert records[0]["messageId"] == sample_event("queue")["Records"][0]["messageId"]
    assert sample_event("queue", bodies=[])["Records"] == []
    with pytest.raises(TypeError, match="body= or bodies=, not both"):
        sample_event("queue", body=1, bodies=[2])


@pytest.mark.parametrize("bodies", ["text", b"x", {"id": 1}])
def test_bodies_that_are_one_body(bodies: Any) -> None:
    with pytest.raises(TypeError, match=r"^bodies= is .*; it must be a list of bodies\. For one message use body=$"):
        sample_event("queue", bodies=bodies)


@pytest.mark.parametrize(("kind", "value"), [("topic", True), ("topic", b"x"), ("queue", ["x"]), ("queue", None)])
def test_attributes_that_no_message_has(kind: Any, value: Any) -> None:
    with pytest.raises(TypeError, match=r"^the attribute 'a' is "):
        sample_event(kind, attributes={"a": value})


def test_an_object_of_a_bucket() -> None:
    (record,) = sample_event("bucket", key="in/ä b+c.csv", bucket="mine", size=7)["Records"]
    assert record["s3"]["object"]["key"] == "in/%C3%A4+b%2Bc.csv"
    assert record["s3"]["object"]["size"] == 7
    assert record["s3"]["bucket"]["name"] == "mine"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::mine"


def test_an_object_over_event_bridge() -> None:
    event = sample_event("bucket", key="in/ä b.csv", bucket="mine", size=7, event_bridge=True)
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    assert event["resources"] == ["arn:aws:s3:::mine"]
    assert event["detail"]["bucket"] == {"name": "mine"}
    told = event["detail"]["object"]
    assert (told["key"], told["size"], sorted(told)) == ("in/ä b.csv", 7, ["etag", "key", "sequencer", "size"])
    assert sample_event("bucket", event_bridge=True)["detail"]["object"]["key"] == "test/key"


@pytest.mark.parametrize(
    ("images", "name"),
    [
        ({"new": {"id": "1", "n": 2}}, "INSERT"),
        ({"new": {"id": "1"}, "old": {"id": "1", "n": 2}}, "MODIFY"),
        ({"old": {"id": "1"}}, "REMOVE"),
    ],
)
def test_a_change_of_a_table(images: dict[str, Any], name: str) -> None:
    (record,) = sample_event("dynamodb", **images)["Records"]
    assert record["eventName"] == name
    assert record["dynamodb"]["Keys"] == {"id": {"S": "1"}}
    assert ("NewImage" in record["dynamodb"], "OldImage" in record["dynamodb"]) == ("new" in images, "old" in images)


def test_the_types_of_a_table() -> None:
    values = {"id": 1, "a": True, "b": None, "c": 1.5, "d": b"x", "e": ["y", {"f": 2}]}
    (record,) = sample_event("dynamodb", new=values)["Records"]
    assert record["dynamodb"]["NewImage"] == {
        "id": {"N": "1"},
        "a": {"BOOL": True},
        "b": {"NULL": True},
        "c": {"N": "1.5"},
        "d": {"B": "eA=="},
        "e": {"L": [{"S": "y"}, {"M": {"f": {"N": "2"}}}]},
    }
    with pytest.raises(TypeError, match="can't be in an item"):
        sample_event("dynamodb", new={"id": object()})


@pytest.mark.parametrize(
    ("value", "sent"),
    [({"b", "a"}, {"SS": ["a", "b"]}), (frozenset({2, 1.0}), {"NS": ["1", "2"]}), ({b"x"}, {"BS": ["eA=="]}),
     (bytearray(b"x"), {"B": "eA=="})],
)  # fmt: skip
def test_the_sets_of_a_table(value: object, sent: dict[str, Any]) -> None:
    (record,) = sample_event("dynamodb", new={"id": 1, "a": value})["Records"]
    assert record["dynamodb"]["NewImage"]["a"] == sent


@pytest.mark.parametrize("value", [set(), {1, "a"}, {None}, {True}, {(1,)}])
def test_what_is_no_set_of_a_table(value: object) -> None:
    with pytest.raises(
        TypeError, match=r"can't be in an item of a table; a set holds only texts, only numbers or only b"
    ):
        sample_event("dynamodb", new={"id": 1, "a": value})


@pytest.mark.parametrize(
    ("value", "sent"),
    [(1.0, "1"), (100, "100"), (1e21, "1000000000000000000000"), (Decimal("1.50"), "1.5"), (Decimal("1E+2"), "100"),
     (-0.0, "0"), (Decimal("0.00"), "0"), (1e-7, "0.0000001"), (-10, "-10")],
)  # fmt: skip
def test_the_numbers_of_a_table(value: Any, sent: str) -> None:
    (record,) = sample_event("dynamodb", new={"id": value})["Records"]
    assert record["dynamodb"]["Keys"] == {"id": {"N": sent}}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("-Infinity")])
def test_what_is_no_number_of_a_table(value: Any) -> None:
    with pytest.raises(TypeError, match="a number must be finite"):
        sample_event("dynamodb", new={"id": value})


def test_the_keys_of_a_table() -> None:
    (record,) = sample_event("dynamodb", new={"pk": "a", "sk": 2, "x": 3}, keys=("pk", "sk"))["Records"]
    assert record["dynamodb"]["Keys"] == {"pk": {"S": "a"}, "sk": {"N": "2"}}
    with pytest.raises(InputError, match=r"^the item new= has no id; name the table's keys with keys=$"):
        sample_event("dynamodb", new={"pk": "a"})
    with pytest.raises(InputError, match=r"^the item old= has no id; name the table's keys with keys=$"):
        sample_event("dynamodb", new={"id": "a"}, old={"pk": "a"})
    with pytest.raises(InputError, match=r"^new= and old= are two items: their id must be the same; see keys=$"):
        sample_event("dynamodb", new={"id": "a"}, old={"id": "b"})


@pytest.mark.parametrize(("given", "sent"), [(b"\xff", b"\xff"), ("é", "é".encode()), ({"a": 1}, b'{"a": 1}')])
def test_a_record_of_a_stream(given: object, sent: bytes) -> None:
    (record,) = sample_event("kinesis", data=given, partition_key="k")["Records"]
    assert base64.b64decode(record["kinesis"]["data"]) == sent
    assert record["kinesis"]["partitionKey"] == "k"


def test_an_event_of_a_bus() -> None:
    event = sample_event("event", detail={"id": 1}, detail_type="order.created", source="shop")
    assert (event["detail"], event["detail-type"], event["source"]) == ({"id": 1}, "order.created", "shop")
    assert set(event) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail",
    }  # fmt: skip


def test_by_the_clock() -> None:
    assert sample_event("schedule", input={"job": "report"}) == {"job": "report"}
    event = sample_event("schedule")
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.scheduler", "Scheduled Event", "{}")
    assert event["resources"] == ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/ExampleSchedule"]


def test_a_request_to_an_http_api() -> None:
    event = sample_event("http", route="POST /orders", body={"id": 1}, claims={"sub": "ada"})
    assert (event["rawPath"], event["routeKey"], event["body"]) == ("/orders", "POST /orders", '{"id": 1}')
    assert event["headers"]["content-type"] == "application/json"
    assert event["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": "ada"}, "scopes": None}}
    assert sample_event("http", context={"a": 1})["requestContext"]["authorizer"] == {"lambda": {"a": 1}}
    assert "authorizer" not in sample_event("http")["requestContext"]
    assert "body" not in sample_event("http")


def test_a_request_to_a_rest_api() -> None:
    event = sample_event("rest", "POST /orders", body="text", context={"user": "ada"}, headers={"X": "y"})
    assert (event["path"], event["httpMethod"], event["body"], event["isBase64Encoded"]) == (
        "/orders", "POST", "text", False,
    )  # fmt: skip
    assert event["headers"]["X"] == "y"
    assert event["requestContext"]["authorizer"] == {"principalId": "example-user", "user": "ada"}
    own = sample_event("rest", context={"principalId": "me"})["requestContext"]["authorizer"]
    assert own == {"principalId": "me"}
    assert sample_event("rest", claims={"a": "b"})["requestContext"]["authorizer"] == {"claims": {"a": "b"}}
    assert "authorizer" not in sample_event("rest")["requestContext"]


def test_a_request_to_a_url() -> None:
    event = sample_event("url", "POST /in", body={"a": 1}, query={"q": "1"})
    context = event["requestContext"]
    assert (event["version"], event["routeKey"], event["rawPath"], event["rawQueryString"]) == (
        "2.0", "$default", "/in", "q=1",
    )  # fmt: skip
    assert event["headers"]["host"] == context["domainName"]
    assert context["domainName"] == f"{context['apiId']}.lambda-url.us-east-1.on.aws"
    assert (context["http"]["method"], context["routeKey"], context["stage"]) == ("POST", "$default", "$default")
    assert context["authorizer"]["iam"]["accountId"] == context["accountId"] == "123456789012"
    public = sample_event("url", public=True)["requestContext"]
    assert public["accountId"] == "anonymous"
    assert "authorizer" not in public


def test_what_authorizers_get() -> None:
    token = sample_event("token_authorizer", token="Bearer t", route="GET /orders")
    assert (token["type"], token["authorizationToken"]) == ("TOKEN", "Bearer t")
    assert token["methodArn"].endswith("/GET/orders")
    request = sample_event("request_authorizer", "GET /orders", headers={"Authorization": "t"})
    assert (request["type"], request["headers"]["Authorization"]) == ("REQUEST", "t")
    http = sample_event("http_authorizer", "GET /orders")
    assert (http["version"], http["identitySource"]) == ("2.0", ["Bearer example"])


@pytest.mark.parametrize("kind", ["http", "rest", "url"])
def test_the_user_agent(kind: Any) -> None:
    context = sample_event(kind, headers={"User-Agent": "mine"})["requestContext"]
    assert (context["identity"] if kind == "rest" else context["http"])["userAgent"] == "mine"


@pytest.mark.parametrize(
    ("kind", "path", "sent"),
    [("http", "rawPath", "/orders/a b/ü%"), ("url", "rawPath", "/orders/a%20b/%C3%BC%25"),
     ("rest", "path", "/orders/a%20b/%C3%BC%25")],
)  # fmt: skip
def test_the_path_is_encoded_but_not_by_an_http_api(kind: Any, path: str, sent: str) -> None:
    route, values = ("GET /orders/a%20b/%C3%BC%25", {}) if kind == "url" else ("GET /orders/{of+}", {"of": "a b/ü%"})
    payload = {} if kind == "url" else {"path_parameters": values}
    event = sample_event(kind, route, **payload)  # type: ignore[call-overload]
    assert event[path] == sent


@pytest.mark.parametrize("kind", ["http", "rest"])
def test_a_route_has_one_authorizer(kind: Any) -> None:
    with pytest.raises(InputError, match=r"^a route has one authorizer, so it is context= or claims=, not both$"):
        sample_event(kind, context={"a": 1}, claims={"sub": "ada"})


@pytest.mark.parametrize("kind", ["http", "rest", "url", "http_authorizer", "request_authorizer", "token_authorizer"])
def test_a_query_in_a_route(kind: Any) -> None:
    with pytest.raises(
        InputError, match=r"^the route 'GET /orders\?a=b' has a query in it\. Fix: query=\{'name': 'value'"
    ):
        sample_event(kind, route="GET /orders?a=b")
    with pytest.raises(TypeError, match=r"^route= is 5; it must be a text"):
        sample_event(kind, route=5)  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["http", "rest", "http_authorizer", "request_authorizer"])
def test_path_parameters_that_the_route_lacks(kind: Any) -> None:
    message = r"^the route 'GET /a/\{id\}' has no \{di\} and \{x\}, which path_parameters= gives a value$"
    with pytest.raises(InputError, match=message):
        sample_event(kind, "GET /a/{id}", path_parameters={"id": "1", "di": "2", "x": "3"})


def test_a_route_that_is_none() -> None:
    with pytest.raises(InputError, match="has to be a method, a space and a path"):
        sample_event("http", "orders")

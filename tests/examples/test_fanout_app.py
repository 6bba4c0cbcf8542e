"""examples/fanout as it is synthesized."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations
from triggering import granted, is_safe_keep, of_type, only, statements_on

from constructs_lambda.checker import check

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "fanout"


def new_app(outdir: Path) -> Any:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    module.FanoutStack(app, "Fanout")
    return app


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fanout") / "cdk.out"
    new_app(folder).synth()
    return folder


@pytest.fixture(scope="module")
def template(outdir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / "Fanout.template.json").read_text())
    return document


def the(template: dict[str, Any], kind: str, part: str) -> str:
    """The logical id of the one resource of a kind with a part in it."""
    (found,) = (id for id in of_type(template, f"AWS::{kind}") if part in id)
    return found


def subscription(template: dict[str, Any], protocol: str) -> dict[str, Any]:
    (found,) = (each for each in of_type(template, "AWS::SNS::Subscription").values() if each["Protocol"] == protocol)
    assert isinstance(found, dict)
    return found


def arn(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def test_nothing_is_found(outdir: Path) -> None:
    assert violations(outdir) == []
    report = check([str(outdir)], lambda: b"")
    assert (report.findings, report.templates, report.functions) == ((), 1, 2)


def test_two_functions_and_a_filter_each(template: dict[str, Any]) -> None:
    direct, queued = subscription(template, "lambda"), subscription(template, "sqs")
    assert direct["TopicArn"] == queued["TopicArn"] == {"Ref": the(template, "SNS::Topic", "Sales")}
    assert direct["FilterPolicy"] == {"type": ["order.paid"]}
    assert queued["FilterPolicy"] == {"type": ["order.placed", "order.cancelled"]}
    assert direct["FilterPolicyScope"] == queued["FilterPolicyScope"] == "MessageBody"
    assert direct["Endpoint"] == arn(the(template, "Lambda::Function", "Revenue"))
    assert (queued["Endpoint"], queued["RawMessageDelivery"]) == (arn(working_queue(template)), True)


def working_queue(template: dict[str, Any]) -> str:
    """The queue that is worked off: the one that has dead letters."""
    (found,) = (id for id, each in of_type(template, "AWS::SQS::Queue").items() if "RedrivePolicy" in each)
    return found


def test_sns_alone_may_call_and_send(template: dict[str, Any]) -> None:
    topic = {"Ref": the(template, "SNS::Topic", "Sales")}
    permission = only(template, "AWS::Lambda::Permission")
    assert (permission["Principal"], permission["SourceArn"]) == ("sns.amazonaws.com", topic)
    allowed = [each for each in statements_on(template, working_queue(template)) if each["Effect"] == "Allow"]
    assert [(each["Principal"], each["Condition"]) for each in allowed] == [
        ({"Service": "sns.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": topic}})
    ]


def test_each_way_to_fail_has_a_queue(template: dict[str, Any]) -> None:
    """Delivery and execution, of both functions; each is encrypted, kept for two weeks, and has an alarm."""
    queued = of_type(template, "AWS::SQS::Queue")[working_queue(template)]
    invoked = only(template, "AWS::Lambda::EventInvokeConfig")
    kept = {
        "delivery to Revenue": subscription(template, "lambda")["RedrivePolicy"]["deadLetterTargetArn"],
        "execution of Revenue": invoked["DestinationConfig"]["OnFailure"]["Destination"],
        "delivery to Stock's queue": subscription(template, "sqs")["RedrivePolicy"]["deadLetterTargetArn"],
        "execution of Stock": queued["RedrivePolicy"]["deadLetterTargetArn"],
    }
    names = {what: each["Fn::GetAtt"][0] for what, each in kept.items()}
    assert len(set(names.values())) == 4
    assert all(is_safe_keep(template, name) for name in names.values())
    assert queued["RedrivePolicy"]["maxReceiveCount"] == 5
    assert granted(template, "sqs:SendMessage", arn(names["execution of Revenue"]))
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    watched = [each["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for each in alarms]
    assert sorted(watched) == sorted(names.values())
    assert [each["AlarmActions"] for each in alarms] == [[{"Ref": the(template, "SNS::Topic", "Alerts")}]] * 4


def test_the_topics_are_encrypted_with_a_key_that_lets_alarms_in(template: dict[str, Any]) -> None:
    (key,) = of_type(template, "AWS::KMS::Key")
    topics = of_type(template, "AWS::SNS::Topic")
    assert [each["KmsMasterKeyId"] for each in topics.values()] == [arn(key)] * 2
    statements = only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    assert {"Service": "cloudwatch.amazonaws.com"} in [each["Principal"] for each in statements]


def test_a_message_is_hidden_while_it_is_worked_on(template: dict[str, Any]) -> None:
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    function = of_type(template, "AWS::Lambda::Function")[the(template, "Lambda::Function", "Stock")]
    queue = of_type(template, "AWS::SQS::Queue")[working_queue(template)]
    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]


def test_functions_may_do_what_they_do_and_no_more(template: dict[str, Any]) -> None:
    totals, done = (arn(the(template, "DynamoDB::GlobalTable", name)) for name in ("Totals", "Done"))
    assert granted(template, "dynamodb:UpdateItem", totals)
    assert not granted(template, "dynamodb:DeleteItem", totals)
    for action in ("DeleteItem", "GetItem", "PutItem", "UpdateItem"):
        assert granted(template, f"dynamodb:{action}", done)
    assert not granted(template, "dynamodb:Scan", done)


def test_what_was_done_is_forgotten_some_day(template: dict[str, Any]) -> None:
    tables = of_type(template, "AWS::DynamoDB::GlobalTable")
    expiring = {id: each.get("TimeToLiveSpecification") for id, each in tables.items()}
    assert expiring == {
        the(template, "DynamoDB::GlobalTable", "Totals"): None,
        the(template, "DynamoDB::GlobalTable", "Done"): {"AttributeName": "expiration", "Enabled": True},
    }


def test_snapshot(outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


@pytest.mark.parametrize("name", ["revenue", "stock"])
def test_the_pins_name_no_index_and_no_folder(name: str) -> None:
    pins = (EXAMPLE / "functions" / name / "requirements.txt").read_text()
    assert not re.findall(r"://|^-|/", pins, re.MULTILINE)


def test_as_the_cdk_cli_runs_it(tmp_path: Path) -> None:
    assert run_as_the_cdk_cli(EXAMPLE, tmp_path) == (0, "", "")
    assert violations(tmp_path / "cdk.out") == []

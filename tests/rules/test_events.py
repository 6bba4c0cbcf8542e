"""Rules on events beyond one template: several stacks, Regions, and what messages say."""

from __future__ import annotations

from typing import Any

import pytest
from rules import delivery_cases, event_cases, subscription_cases
from rules.cases import LENIENT, TODAY, Resource, resource, zipped
from rules.event_resources import (
    QUEUE,
    READS,
    arn,
    kept,
    lets,
    mapping,
    permission,
    queue,
    queue_policy,
    ref,
    role,
    subscription,
    to_queue,
    topic,
)

from constructs_lambda.findings import Finding
from constructs_lambda.model import Topology
from constructs_lambda.rules import Context, Severities, check_stack, check_topology
from constructs_lambda.template import read_template

CASES = [*subscription_cases.CASES, *delivery_cases.CASES, *event_cases.CASES]


def found(*stacks: dict[str, Any], **about: Any) -> list[str]:
    """The rules that speak of stacks of one app, each of which is given as `resources` and `exports`."""
    read = []
    for index, given in enumerate(stacks):
        outputs = {name: {"Value": value, "Export": {"Name": name}} for name, value in given.get("exports", {}).items()}
        document = {"Resources": given["resources"], "Outputs": outputs}
        read.append(read_template(document, template=f"{index}.json", size_bytes=1, **about))
    context, severities = Context(TODAY), LENIENT
    findings = [each for one in read for each in check_stack(one, context, severities)]
    return sorted({each.rule for each in (*findings, *check_topology(Topology(read), context, severities))})


def imported(name: str) -> Any:
    return {"Fn::ImportValue": name}


def stack(exports: dict[str, Any] | None = None, /, **resources: Resource) -> dict[str, Any]:
    return {"resources": resources, "exports": exports or {}}


TOPIC_STACK = stack({"topic": ref("T")}, T=topic())


def test_a_topic_of_another_stack_that_may_not_invoke() -> None:
    consumer = stack(F=kept(), S=subscription(TopicArn=imported("topic")))
    assert found(TOPIC_STACK, consumer) == ["CL610"]
    allowed = stack(F=kept(), S=subscription(TopicArn=imported("topic")), P=permission(source=imported("topic")))
    assert found(TOPIC_STACK, allowed) == []


def test_a_permission_in_the_stack_of_the_topic() -> None:
    function = stack({"function": arn("F")}, F=kept())
    publisher = stack(
        T=topic(),
        S=subscription(Endpoint=imported("function")),
        P=permission(source=ref("T"), function=imported("function")),
    )
    assert found(function, publisher) == []


def test_an_import_that_no_stack_exports_is_unknown() -> None:
    assert found(stack(F=kept(), S=subscription(TopicArn=imported("nobody's")), P=permission(source=ref("T")))) == []
    assert found(stack(S=subscription(Endpoint=imported("nobody's")), T=topic())) == []


def test_a_fifo_topic_of_another_stack() -> None:
    made = stack({"topic": ref("T")}, T=topic(FifoTopic=True))
    consumer = stack(F=kept(), S=subscription(TopicArn=imported("topic")), P=permission())
    assert found(made, consumer) == ["CL607"]


def test_a_queue_of_another_stack_and_its_policy() -> None:
    made = stack({"queue": arn("Q"), "url": ref("Q")}, Q=queue())
    sender = stack(T=topic(), S=to_queue(Endpoint=imported("queue")))
    assert found(made, sender) == ["CL611"]
    policy = queue_policy(lets("sns", "sqs:SendMessage", imported("topic")), of_queue=[imported("url")])
    assert found(made, stack({"topic": ref("T")}, T=topic(), S=to_queue(Endpoint=imported("queue")), U=policy)) == []


@pytest.mark.parametrize(("timeout", "expected"), [(5, []), (30, ["CL626"]), (31, ["CL625"])])
def test_the_visibility_timeout_of_another_stack(timeout: int, expected: list[str]) -> None:
    made = stack({"queue": arn("Q")}, Q=queue())
    assert found(made, stack(F=zipped(Timeout=timeout), M=mapping(imported("queue")))) == expected


def test_rights_on_a_queue_of_another_stack() -> None:
    made = stack({"queue": arn("Q"), "other": arn("Z")}, Q=queue(), Z=queue())
    for name, expected in (("queue", []), ("other", ["CL628"]), ("nobody's", [])):
        reader = stack(
            F=zipped(Role=arn("R")), M=mapping(imported("queue")), R=role((READS, imported(name)), ("logs:*", "*"))
        )
        assert found(made, reader) == expected


def test_a_loop_through_two_stacks() -> None:
    made = stack({"queue": arn("Q")}, Q=queue())
    rights = role((READS, "*"), ("sqs:SendMessage", imported("queue")))
    assert found(made, stack(F=zipped(Role=arn("R")), M=mapping(imported("queue")), R=rights)) == ["CL614"]


def test_dead_letters_in_another_region_and_account() -> None:
    for region, account, expected in (
        ("eu-west-1", "111122223333", []),
        ("us-east-1", "111122223333", ["CL630"]),
        ("eu-west-1", "444455556666", ["CL630"]),
        (None, None, []),
    ):
        redriven = stack(Q=queue(RedrivePolicy={"deadLetterTargetArn": QUEUE, "maxReceiveCount": 3}))
        assert found(redriven, region=region, account=account) == expected


@pytest.mark.parametrize(("region", "expected"), [("eu-west-1", []), ("us-east-1", ["CL607"]), (None, [])])
def test_dead_letters_of_a_subscription_in_another_region(region: str | None, expected: list[str]) -> None:
    delivered = subscription(RedrivePolicy={"deadLetterTargetArn": QUEUE})
    assert found(stack(F=kept(), T=topic(), P=permission(), S=delivered), region=region) == expected


def configured(function: Any, qualifier: str = "$LATEST") -> Resource:
    return resource("EventInvokeConfig", {"FunctionName": function, "Qualifier": qualifier})


def test_an_invocation_that_is_configured_in_two_stacks() -> None:
    own = stack({"function": arn("F")}, F=zipped(), I=configured(ref("F")))
    assert found(own, stack(J=configured(imported("function")))) == ["CL603"]
    assert found(own, stack(J=configured(imported("function"), "live"))) == []
    assert found(own, stack(J=configured(imported("nobody's")))) == []


def test_an_invocation_that_is_configured_by_name() -> None:
    own = {"F": zipped(FunctionName="orders"), "I": configured(ref("F"))}
    assert found(stack(**own, J=configured("orders"))) == ["CL603"]
    assert found(stack(**own, J=configured("others"))) == []
    assert found(stack(I=configured("orders"), J=configured("orders"))) == ["CL603"]
    assert found(stack(I=configured("orders")), stack(J=configured("orders"))) == []
    there = {"region": "eu-west-1", "account": "111122223333"}
    assert found(stack(I=configured("orders")), stack(J=configured("orders")), **there) == ["CL603"]


@pytest.mark.parametrize(("region", "expected"), [("eu-west-1", []), ("us-east-1", ["CL621"]), (None, [])])
def test_a_source_in_another_region(region: str | None, expected: list[str]) -> None:
    assert found(stack(F=zipped(), M=mapping(QUEUE)), region=region) == expected


def test_what_nobody_asks_for_is_not_read() -> None:
    resources = {"F": zipped(), "Q": queue(), "T": topic(), "K": {"Type": "AWS::KMS::Key"}, "U": queue_policy()}
    made = read_template({"Resources": resources}, template="t.json", size_bytes=1)
    list(check_topology(Topology([made]), Context(TODAY), Severities()))
    read = {name for each in (made.messages.keys, made.messages.queue_policies) for name in each._found}  # type: ignore[attr-defined]
    assert read == set()


# --- Texts -----------------------------------------------------------------------------------------------------------


def only(case_of: str) -> Finding:
    (case,) = [case for case in CASES if case.what == case_of]
    (finding,) = case.findings()
    return finding


@pytest.mark.parametrize(
    ("case", "prop", "message", "fix"),
    [
        (
            "subscription: filter policy: six keys",
            "FilterPolicy",
            "the filter policy has 6 keys; AWS allows at most 5 keys",
            "Filter by fewer keys",
        ),
        (
            "subscription: filter policy: 76 values on the second level",
            "FilterPolicy",
            "the filter policy has 152 combinations of values, the lengths of its lists multiplied (a nested one also "
            "by its depth); AWS allows at most 150 combinations",
            "prefix or anything-but",
        ),
        (
            "subscription: filter policy: wrong operator {'Prefix': 'x'}",
            "FilterPolicy.a",
            "the filter policy's key 'a' uses the operator 'Prefix', which AWS doesn't know (did you mean 'prefix'?)",
            "Use one of: anything-but, cidr",
        ),
        (
            "subscription: filter policy: wrong operator {'numeric': ['<', 5, '>', 0]}",
            "FilterPolicy.a",
            "the filter policy's key 'a' has the range < and >, where AWS takes > or >= first, then < or <=",
            '[">", 0, "<=", 5]',
        ),
        (
            "subscription: function's name",
            "Endpoint",
            "the endpoint is the Ref of a function, which is no ARN; AWS takes the function's ARN",
            "Name the ARN of a function.",
        ),
        (
            "subscription within a topic, none may",
            "Subscription.0.Endpoint",
            "topic T has no permission to invoke the function F",
            "AWS::Lambda::Permission for sns.amazonaws.com",
        ),
        (
            "schedule that may not invoke",
            "Target.RoleArn",
            "the role of schedule C doesn't allow lambda:InvokeFunction on F",
            "in the schedule's role",
        ),
        (
            "rule's dead letters that nobody lets in",
            "Targets.0.DeadLetterConfig.Arn",
            "the policy of the dead-letter queue Q doesn't let rule E send to it",
            "Allow sqs:SendMessage for events.amazonaws.com in the queue's policy",
        ),
        (
            "key: of AWS",
            "Endpoint",
            "topic T sends to the queue Q, and its key alias/aws/sqs doesn't let SNS use it",
            "Allow kms:GenerateDataKey*",
        ),
        (
            "topic and rule, nothing kept",
            "DeadLetterConfig",
            "topic T and 1 more invoke the function asynchronously, which has neither a dead-letter queue (DLQ) nor a "
            "destination on failure: events that fail are lost",
            "dead_letter_queue=",
        ),
        (
            "publishes to a topic before its queue",
            "",
            "topic T triggers the function through the queue Q, and the function's role may write to it (sns:Publish): "
            "a recursive loop",
            "RecursiveLoop",
        ),
        (
            "event source: batch of 11",
            "BatchSize",
            "the batch size is 11 without a batching window; AWS allows at most 10 then",
            "Set MaximumBatchingWindowInSeconds to at least 1.",
        ),
        (
            "event source: BisectBatchOnFunctionError with SQS",
            "BisectBatchOnFunctionError",
            "BisectBatchOnFunctionError is set, and the source is an SQS queue; AWS takes it with a Kinesis stream, a "
            "DynamoDB stream or a Kafka cluster",
            "Remove BisectBatchOnFunctionError.",
        ),
        (
            "event source: visible after 59, timeout 60",
            "VisibilityTimeout",
            "the visibility timeout is 59 s, and the function that reads the queue, F, has a timeout of 60 s",
            "at least 360 s",
        ),
        (
            "event source: rights: without deleting",
            "FunctionName",
            "the function's role R doesn't allow sqs:DeleteMessage, sqs:GetQueueAttributes on Q, an SQS queue that "
            "Lambda reads with it",
            "queue.grant_consume_messages(fn)",
        ),
        (
            "notifications: one prefix in the other",
            "NotificationConfiguration.LambdaConfigurations.1.Function",
            "NotificationConfiguration.LambdaConfigurations.0.Function and "
            "NotificationConfiguration.LambdaConfigurations.1.Function are both about s3:ObjectCreated:* of the same "
            "keys",
            "Notify a topic",
        ),
        (
            "rule's schedule cron(0 12 * * * *)",
            "ScheduleExpression",
            "the schedule 'cron(0 12 * * * *)' names both a day of the month and a day of the week; one of them has to "
            "be ?",
            "cron(0 18 ? * MON-FRI *)",
        ),
    ],
)
def test_texts(case: str, prop: str, message: str, fix: str) -> None:
    finding = only(case)
    assert (finding.property, finding.message) == (prop, message)
    assert fix in finding.fix


def test_a_queue_is_named_where_its_visibility_is_wrong() -> None:
    assert only("event source: visible after 59, timeout 60").resource == "Q"
    assert only("rule's schedule rate(5)").resource == "E"

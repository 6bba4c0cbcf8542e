"""CL610 to CL619: what is sent to functions and queues, loops, and what failed."""

from typing import Any

from rules.cases import ABSENT, TRUSTED, UNKNOWN, Case, Resource, one, resource, stack, unknowns, zipped
from rules.event_resources import (
    ACCOUNT,
    FUNCTION,
    OWN_ROLE,
    QUEUE,
    READS,
    READS_STREAM,
    READS_TABLE,
    TOPIC,
    arn,
    aws,
    bucket,
    kept,
    key,
    keys,
    lets,
    logs,
    mapping,
    maybe,
    of,
    permission,
    policy,
    polled,
    queue,
    queue_policy,
    ref,
    role,
    rule,
    schedule,
    stream,
    subscription,
    table,
    to_queue,
    topic,
    topic_policy,
)
from rules.settings_cases import alias


def of_partition(name: str) -> Any:
    """An ARN as CDK puts it together."""
    start = ["arn:", ref("AWS::Partition"), ":kms:eu-west-1:", ref("AWS::AccountId"), ":"]
    return {"Fn::Join": ["", [*start, name]]}


def alarm(**actions: Any) -> Resource:
    return of("AWS::CloudWatch::Alarm", **actions)


INVOKED: list[Case] = [
    one("topic that may not invoke", "CL610", kept(), T=topic(), S=subscription()),
    one("topic that may not invoke, under a condition", "", kept(), T=topic(), S=maybe(subscription())),
    one("topic and a function under a condition", "", maybe(kept()), T=topic(), S=subscription()),
    *(
        one(f"permission: {what}", expected, kept(), T=topic(), Z=topic(), S=subscription(), P=given)
        for what, expected, given in (
            ("of any source", "", permission()),
            ("of the topic", "", permission(source=ref("T"))),
            ("of another topic", "CL610", permission(source=ref("Z"))),
            ("of an ARN", "", permission(source=TOPIC)),
            ("of what isn't known", "", permission(source=ref("Parameter"))),
            ("of a wildcard", "", permission(source="arn:aws:sns:*:*:*")),
            ("for another service", "CL610", permission("events")),
            ("for anybody", "", permission(Principal="*")),
            ("for an unknown one", "", permission(Principal=ref("Parameter"))),
            ("of another function", "CL610", permission(function=FUNCTION)),
            ("to do something else", "CL610", permission(Action="lambda:GetFunction")),
            ("to do everything", "", permission(Action="lambda:*")),
            ("under a condition", "", maybe(permission())),
        )
    ),
    one(
        "permission of an alias",
        "CL610",
        kept(),
        A=alias(),
        T=topic(),
        S=subscription(),
        P=permission(function=ref("A")),
    ),
    one(
        "alias, permission of the function",
        "CL610",
        kept(),
        A=alias(),
        T=topic(),
        S=subscription(Endpoint=ref("A")),
        P=permission(),
    ),
    stack(
        "permission under a transform",
        "",
        {"Transform": "AWS::Serverless-2016-10-31"},
        F=kept(),
        T=topic(),
        S=subscription(),
    ),
    one("imported topic that may invoke", "", kept(), S=subscription(TopicArn=TOPIC), P=permission(source=TOPIC)),
    one(
        "imported topic, permission of another",
        "CL610",
        kept(),
        S=subscription(TopicArn=TOPIC),
        P=permission(source=f"{TOPIC}s"),
    ),
    one(
        "imported topic, permission of a wildcard",
        "",
        kept(),
        S=subscription(TopicArn=TOPIC),
        P=permission(source="arn:aws:sns:eu-west-1:111122223333:*"),
    ),
    one(
        "topic of a Region that has to be opted in to",
        "",
        kept(),
        S=subscription(),
        T=topic(),
        P=permission("sns.af-south-1", ref("T")),
    ),
    one(
        "permission of another service with its Region",
        "CL610",
        kept(),
        S=subscription(),
        T=topic(),
        P=permission("sqs.af-south-1", ref("T")),
    ),
    one("rule that may invoke", "", kept(), E=rule({"Arn": arn("F")}), P=permission("events", arn("E"))),
    one("rule that may not invoke", "CL610", kept(), E=rule({"Arn": arn("F")})),
    one(
        "rule with the permission of another",
        "CL610",
        kept(),
        E=rule({"Arn": arn("F")}),
        Y=rule(),
        P=permission("events", arn("Y")),
    ),
    one("rule with a role", "", kept(), E=rule({"Arn": arn("F"), "RoleArn": ref("P")})),
    one("rule with targets that aren't known", "", kept(), E=rule(Targets=ref("P"))),
    one("bucket that may invoke", "", kept(), B=bucket(("s3:ObjectCreated:*", None)), P=permission("s3", arn("B"))),
    one(
        "bucket of the account",
        "",
        kept(),
        B=bucket(("s3:ObjectCreated:*", None)),
        P=permission("s3", SourceAccount="111122223333"),
    ),
    one("bucket that may not invoke", "CL610", kept(), B=bucket(("s3:ObjectCreated:*", None))),
    one(
        "bucket through CDK's resource",
        "CL610",
        kept(),
        B=of("AWS::S3::Bucket"),
        N=of(
            "Custom::S3BucketNotifications",
            BucketName=ref("B"),
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [{"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": arn("F")}]
            },
        ),
    ),
    one(
        "bucket through CDK's resource that may",
        "",
        kept(),
        B=of("AWS::S3::Bucket"),
        P=permission("s3", arn("B")),
        N=of(
            "Custom::S3BucketNotifications",
            BucketName=ref("B"),
            NotificationConfiguration={
                "LambdaFunctionConfigurations": [{"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": arn("F")}]
            },
        ),
    ),
    *unknowns("notifications", lambda v: of("AWS::S3::Bucket", NotificationConfiguration=v)),
    one("log group that may invoke", "", kept(), L=logs(), P=permission("logs")),
    one("log group of its Region", "", kept(), L=logs(), P=permission("logs.eu-west-1")),
    one("log group that may not invoke", "CL610", kept(), L=logs()),
    one("schedule that may invoke", "", kept(), C=schedule(), R=role(("lambda:InvokeFunction", arn("F")))),
    one("schedule that may invoke any", "", kept(), C=schedule(), R=role(("lambda:*", "*"))),
    one("schedule that may not invoke", "CL610", kept(), C=schedule(), R=role()),
    one(
        "schedule that may invoke the alias it names",
        "",
        kept(),
        A=alias(),
        C=schedule(Arn=ref("A")),
        R=role(("lambda:InvokeFunction", ref("A"))),
    ),
    one(
        "schedule of an alias that may not invoke it",
        "CL610",
        kept(),
        A=alias(),
        C=schedule(Arn=ref("A")),
        G=kept(),
        R=role(("lambda:InvokeFunction", arn("G"))),
    ),
    one(
        "schedule that may invoke another",
        "CL610",
        kept(),
        G=kept(),
        C=schedule(),
        R=role(("lambda:InvokeFunction", arn("G"))),
    ),
    one("schedule with a role from elsewhere", "", kept(), C=schedule(role=ref("P"))),
    one("schedule with a managed policy", "", kept(), C=schedule(), R=role(managed=aws("AWSLambdaRole"))),
    *unknowns("schedule's target", lambda v: of("AWS::Scheduler::Schedule", Target=v)),
]

STORED: list[Case] = [
    one(
        "rule's dead letters to a FIFO queue",
        "CL631",
        kept(),
        Q=queue(FifoQueue=True),
        P=permission("events"),
        U=queue_policy(lets("events", "sqs:SendMessage")),
        E=rule({"Arn": arn("F"), "DeadLetterConfig": {"Arn": arn("Q")}}),
    ),
    *(
        stack(
            f"bucket to a queue, FIFO: {fifo}",
            expected,
            Q=queue(FifoQueue=fifo),
            U=queue_policy(lets("s3", "sqs:*")),
            B=bucket(QueueConfigurations=[{"Event": "s3:ObjectCreated:*", "Queue": arn("Q")}]),
        )
        for fifo, expected in ((True, "CL631"), (False, ""), (ref("P"), ""))
    ),
    *(
        stack(f"queue's policy: {what}", expected, T=topic(), Z=topic(), S=to_queue(), Q=queue(), **more)
        for what, expected, more in (
            ("none", "CL611", {}),
            ("for SNS", "", {"U": queue_policy(lets("sns", "sqs:SendMessage"))}),
            ("for the topic", "", {"U": queue_policy(lets("sns", "SQS:SendMessage", ref("T")))}),
            ("for another topic", "CL611", {"U": queue_policy(lets("sns", "sqs:SendMessage", ref("Z")))}),
            ("for two topics", "", {"U": queue_policy(lets("sns", "sqs:SendMessage", [ref("Z"), ref("T")]))}),
            ("for a wildcard", "", {"U": queue_policy(lets("sns", "sqs:SendMessage", "arn:aws:sns:*:*:*"))}),
            (
                "for an account",
                "",
                {"U": queue_policy(lets("sns", "sqs:*", Condition={"StringEquals": {"aws:SourceAccount": "1"}}))},
            ),
            ("for anybody", "", {"U": queue_policy(lets("sns", "sqs:*", Principal="*"))}),
            ("for any account", "", {"U": queue_policy(lets("sns", "sqs:*", Principal={"AWS": "*"}))}),
            (
                "for a principal that isn't known",
                "",
                {"U": queue_policy(lets("sns", "sqs:*", Principal={"Service": ref("P")}))},
            ),
            (
                "for several services",
                "",
                {"U": queue_policy(lets("", "*", Principal={"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}))},
            ),
            ("for SNS of a Region", "", {"U": queue_policy(lets("sns.me-south-1", "sqs:SendMessage", ref("T")))}),
            ("for SQS of a Region", "CL611", {"U": queue_policy(lets("sqs.me-south-1", "sqs:SendMessage"))}),
            (
                "for SNS of a Region, another topic",
                "CL611",
                {"U": queue_policy(lets("sns.me-south-1", "sqs:SendMessage", ref("Z")))},
            ),
            ("for EventBridge", "CL611", {"U": queue_policy(lets("events", "sqs:SendMessage"))}),
            ("to receive", "CL611", {"U": queue_policy(lets("sns", "sqs:ReceiveMessage"))}),
            ("that denies only", "CL611", {"U": queue_policy(lets("sns", "sqs:SendMessage", Effect="Deny"))}),
            ("with a statement that isn't known", "", {"U": queue_policy(ref("P"))}),
            ("of another queue", "CL611", {"U": queue_policy(lets("sns", "sqs:*"), of_queue=[ref("Z")])}),
            *(
                (
                    f"that denies {denied}",
                    "CL611" if is_lost else "",
                    {"U": queue_policy(lets("sns", "sqs:*"), lets("sns", "sqs:*", **{"Effect": "Deny", **denied}))},
                )
                for is_lost, denied in (
                    (True, {"Action": "sqs:SendMessage", "Principal": "*"}),
                    (True, {"Resource": arn("Q")}),
                    (True, {"Principal": {"AWS": "*"}}),
                    (False, {"Resource": arn("Z")}),
                    (False, {"Resource": ref("Parameter")}),
                    (False, {"Action": "sqs:ReceiveMessage"}),
                    (False, {"Action": ref("P")}),
                    (False, {"Principal": {"Service": "events.amazonaws.com"}}),
                    (False, {"Principal": {"AWS": "111122223333"}}),
                    (False, {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
                )
            ),
            ("of a queue that isn't known", "", {"U": queue_policy(of_queue=[ref("Parameter")])}),
            ("of queues that aren't known", "", {"U": queue_policy(of_queue=ref("Parameter"))}),
            ("under a condition", "", {"U": maybe(queue_policy())}),
            (
                "of its own type",
                "",
                {"U": of("AWS::SQS::QueueInlinePolicy", Queue=ref("Q"), PolicyDocument=policy(lets("sns", "sqs:*")))},
            ),
        )
    ),
    stack("queue under a condition", "", T=topic(), S=to_queue(), Q=maybe(queue())),
    stack(
        "queue under a transform", "", {"Transform": "AWS::Serverless-2016-10-31"}, T=topic(), S=to_queue(), Q=queue()
    ),
    one(
        "dead letters that nobody lets in",
        "CL611",
        kept(),
        T=topic(),
        P=permission(),
        Q=queue(),
        S=subscription(RedrivePolicy={"deadLetterTargetArn": arn("Q")}),
    ),
    one(
        "rule's dead letters that nobody lets in",
        "CL611",
        kept(),
        Q=queue(),
        P=permission("events"),
        E=rule({"Arn": arn("F"), "DeadLetterConfig": {"Arn": arn("Q")}}),
    ),
    one(
        "rule's dead letters",
        "",
        kept(),
        Q=queue(),
        P=permission("events"),
        U=queue_policy(lets("events", "sqs:SendMessage", arn("E"))),
        E=rule({"Arn": arn("F"), "DeadLetterConfig": {"Arn": arn("Q")}}),
    ),
    stack("rule to a queue", "CL611", E=rule({"Arn": arn("Q")}), Q=queue()),
    stack("rule to a queue with a role", "", E=rule({"Arn": arn("Q"), "RoleArn": ref("P")}), Q=queue()),
    stack("rule to a topic", "CL611", E=rule({"Arn": ref("T")}), T=topic()),
    stack(
        "rule to a topic that takes it",
        "",
        E=rule({"Arn": ref("T")}),
        T=topic(),
        U=topic_policy(lets("events", "sns:Publish")),
    ),
    stack(
        "bucket to a queue",
        "CL611",
        Q=queue(),
        B=bucket(QueueConfigurations=[{"Event": "s3:ObjectCreated:*", "Queue": arn("Q")}]),
    ),
    stack(
        "bucket to a queue that takes it",
        "",
        Q=queue(),
        U=queue_policy(lets("s3", "sqs:SendMessage", arn("B"))),
        B=bucket(QueueConfigurations=[{"Event": "s3:ObjectCreated:*", "Queue": arn("Q")}]),
    ),
    stack(
        "bucket to a topic",
        "CL611",
        T=topic(),
        B=bucket(TopicConfigurations=[{"Event": "s3:ObjectCreated:*", "Topic": ref("T")}]),
    ),
    *(
        stack(
            f"key: {what}",
            expected,
            T=topic(),
            S=to_queue(),
            K=key(*statements),
            Q=queue(KmsMasterKeyId=id_),
            U=queue_policy(lets("sns", "sqs:SendMessage")),
        )
        for what, expected, id_, statements in (
            ("of AWS", "CL612", "alias/aws/sqs", ()),
            ("of AWS by its ARN", "CL612", ACCOUNT.format("kms", "alias/aws/sqs"), ()),
            ("of AWS, in parts", "CL612", of_partition("alias/aws/sqs"), ()),
            ("of another name in parts", "", of_partition("alias/aws/sqs-orders"), ()),
            ("of another name", "", "alias/orders", ()),
            ("that isn't known", "", ref("P"), ()),
            ("of the app", "CL612", arn("K"), ()),
            ("of the app by its id", "CL612", ref("K"), ()),
            ("of the app for SNS", "", arn("K"), (lets("sns", "kms:GenerateDataKey*"),)),
            ("of the app for SNS, all", "", arn("K"), (lets("sns", "kms:*"),)),
            ("of the app for S3", "CL612", arn("K"), (lets("s3", "kms:GenerateDataKey*"),)),
            ("of the app for anybody", "", arn("K"), (lets("", "kms:*", Principal={"AWS": "*"}),)),
            ("of the app, to decrypt", "CL612", arn("K"), (lets("sns", "kms:Decrypt"),)),
            ("of the app, a statement that isn't known", "", arn("K"), (ref("P"),)),
            ("of the app, actions that aren't known", "", arn("K"), (lets("sns", ref("P")),)),
        )
    ),
    *(
        stack(
            f"alarm to a topic: {what}",
            expected,
            A=alarm(**actions),
            T=topic(KmsMasterKeyId=id_),
            K=key(*statements),
        )
        for what, expected, id_, statements, actions in (
            ("key of AWS", "CL612", "alias/aws/sns", (), {"AlarmActions": [ref("T")]}),
            ("key of AWS, when it is over", "CL612", "alias/aws/sns", (), {"OKActions": [ref("T")]}),
            ("key of AWS, no actions", "", "alias/aws/sns", (), {"AlarmActions": []}),
            ("key of AWS, actions that aren't known", "", "alias/aws/sns", (), {"AlarmActions": ref("T")}),
            ("key that refuses", "CL612", arn("K"), (), {"AlarmActions": [ref("T")]}),
            (
                "key that lets it",
                "",
                arn("K"),
                (lets("cloudwatch", ["kms:GenerateDataKey*", "kms:Decrypt"]),),
                {"AlarmActions": [ref("T")]},
            ),
            ("no key", "", ABSENT, (), {"AlarmActions": [ref("T"), "arn:aws:automate:eu-west-1:ec2:stop"]}),
        )
    ),
    *(
        stack(
            f"alarm to a topic, policy: {what}",
            expected,
            A=alarm(AlarmActions=[ref("T")]),
            T=topic(),
            Z=topic(),
            U=given,
        )
        for what, expected, given in (
            ("for another service", "CL611", topic_policy(lets("events", "sns:Publish"))),
            ("that denies only", "CL611", topic_policy(lets("events", "sns:Publish", Effect="Deny"))),
            ("for another action", "CL611", topic_policy(lets("cloudwatch", "sns:Subscribe"))),
            ("for alarms", "", topic_policy(lets("cloudwatch", "sns:Publish"))),
            (
                "for alarms of an account",
                "",
                topic_policy(
                    lets("cloudwatch", "sns:Publish", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})
                ),
            ),
            ("for an account", "", topic_policy(lets("", "sns:Publish", Principal={"AWS": "111122223333"}))),
            ("an account may subscribe", "CL611", topic_policy(lets("", "sns:Subscribe", Principal={"AWS": "1"}))),
            ("a statement that isn't known", "", topic_policy(ref("P"))),
            ("under a condition", "", maybe(topic_policy(lets("events", "sns:Publish")))),
            ("of another topic", "", topic_policy(lets("events", "sns:Publish"), of_topic="Z")),
        )
    ),
    one("alarm to a function", "", zipped(), A=alarm(AlarmActions=[arn("F")])),
    stack(
        "rule to a topic with the key of AWS",
        "CL612",
        E=rule({"Arn": ref("T")}),
        T=topic(KmsMasterKeyId="alias/aws/sns"),
        U=topic_policy(lets("events", "sns:Publish")),
    ),
]

LOST: list[Case] = [
    one(
        "topic to a tenant",
        "CL629",
        kept(TenancyConfig={"TenantIsolationMode": "PER_TENANT"}),
        T=topic(),
        P=permission(),
        S=subscription(),
    ),
    one(
        "topic to perhaps a tenant",
        "",
        kept(TenancyConfig={"TenantIsolationMode": ref("P")}),
        T=topic(),
        P=permission(),
        S=subscription(),
    ),
    one("topic, nothing kept", "CL613", zipped(), T=topic(), S=subscription(), P=permission()),
    one(
        "topic, delivery kept",
        "CL613",
        zipped(),
        T=topic(),
        P=permission(),
        S=subscription(RedrivePolicy={"deadLetterTargetArn": QUEUE}),
    ),
    one("rule, nothing kept", "CL613", zipped(), E=rule({"Arn": arn("F")}), P=permission("events")),
    one("bucket, nothing kept", "CL613", zipped(), B=bucket(("s3:ObjectCreated:*", None)), P=permission("s3")),
    one("schedule, nothing kept", "CL613", zipped(), C=schedule(), R=role(("lambda:*", "*"))),
    one("logs, nothing kept", "CL613", zipped(), L=logs(), P=permission("logs")),
    one("queue, nothing to keep", "", zipped(), M=mapping()),
    one(
        "topic, dead letters unknown",
        "",
        zipped(DeadLetterConfig=ref("P")),
        T=topic(),
        S=subscription(),
        P=permission(),
    ),
    *(
        one(
            f"topic, invocation {what}",
            expected,
            zipped(),
            T=topic(),
            S=subscription(),
            P=permission(),
            I=resource("EventInvokeConfig", {"FunctionName": ref("F"), "Qualifier": "$LATEST", **given}),
        )
        for what, expected, given in (
            ("without a destination", "CL613", {"MaximumRetryAttempts": 0}),
            ("with one on success", "CL613", {"DestinationConfig": {"OnSuccess": {"Destination": QUEUE}}}),
            ("with one on failure", "", {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}),
            ("with one that isn't known", "", {"DestinationConfig": ref("P")}),
        )
    ),
    *(
        one(
            f"topic to {called}, failures kept of {kept_of}",
            expected,
            zipped(),
            A=alias(),
            T=topic(),
            S=subscription(Endpoint=arn("F") if called == "the function" else ref("A")),
            P=permission(function=arn("F") if called == "the function" else ref("A")),
            I=resource(
                "EventInvokeConfig",
                {
                    "FunctionName": ref("F"),
                    "Qualifier": kept_of,
                    "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
                },
            ),
        )
        for called, kept_of, expected in (
            ("the alias", "$LATEST", "CL613"),
            ("the alias", alias()["Properties"]["Name"], ""),
            ("the alias", "other", "CL613"),
            ("the alias", ref("Parameter"), ""),
            ("the function", "$LATEST", ""),
            ("the function", alias()["Properties"]["Name"], "CL613"),
        )
    ),
    one("topic under a condition, nothing kept", "", zipped(), T=topic(), S=maybe(subscription()), P=permission()),
    one(
        "topic and rule, nothing kept",
        "CL613",
        zipped(),
        T=topic(),
        S=subscription(),
        P=permission(),
        E=rule({"Arn": arn("F")}),
        X=permission("events"),
    ),
]


def loop(what: str, expected: str, statement: Any, mapped: Resource | None = None, /, **function: Any) -> Case:
    """A function that reads a queue, with these rights."""
    rights = role((READS, "*"), statement)
    return polled(
        what, expected, mapped or mapping(arn("Q")), zipped(**{**OWN_ROLE, **function}), Q=queue(), Z=queue(), R=rights
    )


LOOPS: list[Case] = [
    loop("sends to its queue", "CL614", ("sqs:SendMessage", arn("Q"))),
    loop("sends to its queue, among others", "CL614", ("sqs:Send*", [arn("Z"), arn("Q")])),
    loop("sends to another queue", "", ("sqs:SendMessage", arn("Z"))),
    loop("sends to any queue", "", ("sqs:*", "*")),
    loop("does anything with its queue", "", ("sqs:*", arn("Q"))),
    loop("reads its queue", "", ("sqs:GetQueueUrl", arn("Q"))),
    loop("loop that is meant", "", ("sqs:SendMessage", arn("Q")), RecursiveLoop="Allow"),
    loop("loop that is stopped", "CL614", ("sqs:SendMessage", arn("Q")), RecursiveLoop="Terminate"),
    loop("loop that may be meant", "", ("sqs:SendMessage", arn("Q")), RecursiveLoop=ref("P")),
    loop(
        "loop with a filter",
        "",
        ("sqs:SendMessage", arn("Q")),
        mapping(arn("Q"), FilterCriteria={"Filters": [{"Pattern": '{"body": {"a": ["b"]}}'}]}),
    ),
    one(
        "publishes to its topic",
        "CL614",
        kept(**OWN_ROLE),
        T=topic(),
        S=subscription(),
        P=permission(),
        R=role(("sns:Publish", ref("T")), ("sqs:SendMessage", "*")),
    ),
    one(
        "publishes to its topic, with a filter",
        "",
        kept(**OWN_ROLE),
        T=topic(),
        P=permission(),
        S=subscription(FilterPolicy={"a": ["b"]}),
        R=role(("sns:Publish", ref("T")), ("sqs:SendMessage", "*")),
    ),
    one(
        "publishes to a topic before its queue",
        "CL614",
        zipped(**OWN_ROLE),
        T=topic(),
        S=to_queue(),
        Q=queue(),
        M=mapping(arn("Q")),
        U=queue_policy(lets("sns", "sqs:SendMessage")),
        R=role((READS, "*"), ("sns:Publish", ref("T"))),
    ),
    one(
        "writes to its bucket",
        "CL614",
        kept(**OWN_ROLE),
        B=bucket(("s3:ObjectCreated:*", None)),
        P=permission("s3"),
        R=role(("s3:PutObject", [{"Fn::Join": ["", [arn("B"), "/*"]]}]), ("sqs:SendMessage", "*")),
    ),
    one(
        "writes to its bucket, elsewhere",
        "",
        kept(**OWN_ROLE),
        B=bucket(("s3:ObjectCreated:*", keys(prefix="in/"))),
        P=permission("s3"),
        R=role(("s3:PutObject", arn("B")), ("sqs:SendMessage", "*")),
    ),
    one(
        "writes to its bucket, told of removals",
        "",
        kept(**OWN_ROLE),
        B=bucket(("s3:ObjectRemoved:*", None)),
        P=permission("s3"),
        R=role(("s3:PutObject", arn("B")), ("sqs:SendMessage", "*")),
    ),
    one(
        "writes to its table",
        "CL614",
        zipped(**OWN_ROLE),
        M=stream(arn("D", "StreamArn")),
        D=table(),
        R=role((READS_TABLE, "*"), ("dynamodb:PutItem", arn("D"))),
    ),
    one(
        "writes to its stream",
        "CL614",
        zipped(**OWN_ROLE),
        M=stream(arn("D")),
        D=of("AWS::Kinesis::Stream"),
        R=role((READS_STREAM, "*"), ("kinesis:PutRecord*", arn("D"))),
    ),
    one(
        "its own destination",
        "CL614",
        zipped(),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": arn("F")}},
            },
        ),
    ),
    one(
        "its own destination on failure",
        "CL614",
        zipped(),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnFailure": {"Destination": arn("F")}},
            },
        ),
    ),
    one(
        "another destination",
        "",
        zipped(),
        G=zipped(),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": arn("G")}},
            },
        ),
    ),
]


def failing(what: str, expected: str, target: Any, rights: Resource | None = None, /, **beside: Resource) -> Case:
    """A function with a dead-letter target, and its role."""
    function = zipped(DeadLetterConfig={"TargetArn": target}, **(OWN_ROLE if rights else {}))
    return one(f"dead letters: {what}", expected, function, **({"R": rights} if rights else {}), **beside)


FAILURES: list[Case] = [
    failing("to a queue of the app", "", arn("D"), D=queue()),
    failing("to a FIFO queue of the app", "CL615", arn("D"), D=queue(FifoQueue=True)),
    failing("to a FIFO topic of the app", "CL615", ref("D"), D=topic(FifoTopic=True)),
    failing("to perhaps a FIFO queue", "", arn("D"), D=queue(FifoQueue=ref("P"))),
    one(
        "destination that is a FIFO queue",
        "CL615",
        zipped(),
        D=queue(FifoQueue=True),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnFailure": {"Destination": arn("D")}},
            },
        ),
    ),
    one(
        "stream's destination that is a FIFO queue",
        "CL615",
        zipped(),
        D=queue(FifoQueue=True),
        M=stream(DestinationConfig={"OnFailure": {"Destination": arn("D")}}),
    ),
    failing("may send", "", arn("D"), role(("sqs:SendMessage", arn("D"))), D=queue()),
    failing("may send to any", "", arn("D"), role(("sqs:*", "*")), D=queue()),
    failing("may send by a pattern", "", arn("D"), role(("sqs:SendMessage", "arn:aws:sqs:*:*:o*")), D=queue()),
    failing("may not send", "CL616", arn("D"), role(("logs:*", "*")), D=queue()),
    failing("may send to another", "CL616", arn("D"), role(("sqs:SendMessage", arn("Z"))), D=queue(), Z=queue()),
    failing("may not send to a known ARN", "CL616", QUEUE, role(("sqs:SendMessage", f"{QUEUE}s"))),
    failing("may send to a known ARN", "", QUEUE, role(("sqs:SendMessage", QUEUE))),
    failing("may not publish", "CL616", ref("D"), role(("sqs:SendMessage", "*")), D=topic()),
    failing("may publish", "", ref("D"), role(("sns:Publish", ref("D"))), D=topic()),
    failing("policy that isn't known", "", arn("D"), role(managed=[ref("P")]), D=queue()),
    failing(
        "policy of AWS that gives nothing",
        "CL616",
        arn("D"),
        role(managed=aws("AWSLambdaBasicExecutionRole")),
        D=queue(),
    ),
    failing("policy of AWS that may give it", "", arn("D"), role(managed=aws("AmazonSQSFullAccess")), D=queue()),
    failing(
        "denied",
        "CL616",
        arn("D"),
        of(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument=TRUSTED,
            Policies=[
                {
                    "PolicyDocument": policy(
                        {"Effect": "Allow", "Action": "*", "Resource": "*"},
                        {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"},
                    )
                }
            ],
        ),
        D=queue(),
    ),
    failing(
        "queue with a policy for roles",
        "",
        arn("D"),
        role(),
        D=queue(),
        U=queue_policy(lets("", "sqs:SendMessage", Principal={"AWS": arn("R")}), of_queue=[ref("D")]),
    ),
    failing(
        "queue with a policy for services",
        "CL616",
        arn("D"),
        role(),
        D=queue(),
        U=queue_policy(lets("sns", "sqs:SendMessage"), of_queue=[ref("D")]),
    ),
    failing(
        "rights from a policy beside the role",
        "",
        arn("D"),
        role(),
        D=queue(),
        X=of(
            "AWS::IAM::Policy",
            Roles=[ref("R")],
            PolicyDocument=policy({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("D")}),
        ),
    ),
    one(
        "destination that may not be sent to",
        "CL616",
        zipped(**OWN_ROLE),
        D=queue(),
        R=role(),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnFailure": {"Destination": arn("D")}},
            },
        ),
    ),
    one(
        "function that may not be invoked",
        "CL616",
        zipped(**OWN_ROLE),
        G=zipped(),
        R=role(),
        I=resource(
            "EventInvokeConfig",
            {
                "FunctionName": ref("F"),
                "Qualifier": "$LATEST",
                "DestinationConfig": {"OnSuccess": {"Destination": arn("G")}},
            },
        ),
    ),
]

SENDERS: list[Case] = [
    *(
        stack(f"rule's schedule {expression}", expected, E=rule({"Arn": QUEUE}, ScheduleExpression=expression))
        for expression, expected in (
            ("rate(1 minute)", ""),
            ("rate(2 minutes)", ""),
            ("rate(1 minutes)", "CL617"),
            ("rate(2 minute)", "CL617"),
            ("rate(0 minutes)", "CL617"),
            ("rate(5 seconds)", "CL617"),
            ("rate(5)", "CL617"),
            ("every hour", "CL617"),
            ("at(2027-01-01T00:00:00)", "CL617"),
            ("cron(0 18 ? * MON-FRI *)", ""),
            ("cron(0 12 * * * *)", "CL617"),
            ("cron(0 12 1 * 2 *)", "CL617"),
            ("cron(0 12 * * ?)", "CL617"),
            *((unknown, "") for unknown in UNKNOWN),
        )
    ),
    *(
        one(f"schedule {expression}", expected, kept(), C=schedule(expression), R=role(("lambda:*", "*")))
        for expression, expected in (
            ("rate(1 minutes)", ""),
            ("at(2027-01-01T00:00:00)", ""),
            ("at(tomorrow)", "CL617"),
            ("cron(0 12 * * * *)", "CL617"),
        )
    ),
    *(
        stack(f"input: {what}", expected, E=rule({"Arn": QUEUE, "Input": given}))
        for what, expected, given in (
            ("JSON", "", '{"a": 1}'),
            ("a text in quotes", "", '"a"'),
            ("a text", "CL618", "a"),
            ("8,192 characters", "", f'"{"a" * 8_190}"'),
            ("8,193 characters", "CL618", f'"{"a" * 8_191}"'),
            *((str(unknown), "", unknown) for unknown in UNKNOWN),
        )
    ),
    *(
        one(f"bucket's event {event}", expected, kept(), B=bucket((event, None)), P=permission("s3"))
        for event, expected in (
            ("s3:ObjectCreated:*", ""),
            ("s3:ObjectCreated:Put", ""),
            ("s3:LifecycleTransition", ""),
            ("s3:ObjectLock:Put", ""),
            ("s3:ObjectCreate:*", "CL641"),
            ("s3:ObjectCreated", "CL641"),
            ("s3:LifecycleTransitions", "CL641"),
            (ref("P"), ""),
        )
    ),
    *(
        one(f"notifications: {what}", expected, kept(), B=bucket(*pairs), P=permission("s3"))
        for what, expected, pairs in (
            ("twice", "CL619", [("s3:ObjectCreated:*", None)] * 2),
            ("all and some", "CL619", [("s3:ObjectCreated:*", None), ("s3:ObjectCreated:Put", None)]),
            ("some and all", "CL619", [("s3:ObjectCreated:Put", None), ("s3:ObjectCreated:*", None)]),
            ("of two kinds", "", [("s3:ObjectCreated:*", None), ("s3:ObjectRemoved:*", None)]),
            (
                "two prefixes",
                "",
                [("s3:ObjectCreated:*", keys(prefix="a/")), ("s3:ObjectCreated:*", keys(prefix="b/"))],
            ),
            (
                "one prefix in the other",
                "CL619",
                [("s3:ObjectCreated:*", keys(prefix="a/")), ("s3:ObjectCreated:*", keys(prefix="a/b"))],
            ),
            (
                "two suffixes",
                "",
                [("s3:ObjectCreated:*", keys(suffix=".jpg")), ("s3:ObjectCreated:*", keys(suffix=".png"))],
            ),
            (
                "a prefix and a suffix",
                "CL619",
                [("s3:ObjectCreated:*", keys(prefix="a/")), ("s3:ObjectCreated:*", keys(suffix=".png"))],
            ),
            ("one prefix and none", "CL619", [("s3:ObjectCreated:*", keys(prefix="a/")), ("s3:ObjectCreated:*", None)]),
            (
                "a prefix that isn't known",
                "",
                [("s3:ObjectCreated:*", keys(prefix=ref("P"))), ("s3:ObjectCreated:*", None)],
            ),
            ("a filter that isn't known", "", [("s3:ObjectCreated:*", ref("P")), ("s3:ObjectCreated:*", None)]),
            ("an event that isn't known", "", [(ref("P"), None), ("s3:ObjectCreated:*", None)]),
        )
    ),
]

CASES: list[Case] = [
    *INVOKED,
    *STORED,
    *LOST,
    *LOOPS,
    *FAILURES,
    *SENDERS,
]

"""What the cases of events are made of: topics, queues, rules, buckets, roles and event sources."""

import json
from typing import Any

from rules.cases import ABSENT, NO_VALUE, TRUSTED, Case, Resource, one, resource, zipped

ACCOUNT = "arn:aws:{}:eu-west-1:111122223333:{}"
QUEUE, TOPIC = ACCOUNT.format("sqs", "orders"), ACCOUNT.format("sns", "orders")
FUNCTION = ACCOUNT.format("lambda", "function:orders")
STREAM = ACCOUNT.format("kinesis", "stream/orders")
TABLE = ACCOUNT.format("dynamodb", "table/orders")
BROKER = ACCOUNT.format("mq", "broker:orders:1")
KAFKA = ACCOUNT.format("kafka", "cluster/orders/1")
DOCUMENTS = ACCOUNT.format("rds", "cluster:orders")
CONDITION = {"Fn::If": ["C", "x", NO_VALUE]}


def of(kind: str, **properties: Any) -> Resource:
    return {"Type": kind, "Properties": {name: value for name, value in properties.items() if value is not ABSENT}}


def ref(name: str) -> Any:
    return {"Ref": name}


def arn(name: str, attribute: str = "Arn") -> Any:
    return {"Fn::GetAtt": [name, attribute]}


def maybe(given: Resource) -> Resource:
    return {**given, "Condition": "C"}


def topic(**properties: Any) -> Resource:
    return of("AWS::SNS::Topic", **properties)


def queue(**properties: Any) -> Resource:
    return of("AWS::SQS::Queue", **properties)


def table(**properties: Any) -> Resource:
    """A table with a stream."""
    return of("AWS::DynamoDB::Table", **{"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}, **properties})


def kept(**properties: Any) -> Resource:
    """A function whose failed events are kept."""
    return zipped(DeadLetterConfig={"TargetArn": QUEUE}, **properties)


def subscription(**properties: Any) -> Resource:
    given = {"TopicArn": ref("T"), "Protocol": "lambda", "Endpoint": arn("F"), **properties}
    return of("AWS::SNS::Subscription", **given)


def to_queue(**properties: Any) -> Resource:
    return subscription(**{"Protocol": "sqs", "Endpoint": arn("Q"), **properties})


def permission(service: str = "sns", source: Any = ABSENT, function: Any = None, **properties: Any) -> Resource:
    given = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": arn("F") if function is None else function,
        "Principal": f"{service}.amazonaws.com",
        "SourceArn": source,
        "SourceAccount": "111122223333" if source is ABSENT else ABSENT,
        **properties,
    }
    return resource("Permission", given)


def subscribed(what: str, expected: str, /, **properties: Any) -> Case:
    """A topic that triggers a function, with these properties of the subscription."""
    beside = {"T": topic(), "P": permission(source=ref("T"))}
    return one(f"subscription: {what}", expected, kept(), S=subscription(**properties), **beside)


def filtered(what: str, expected: str, policy: Any, /, **properties: Any) -> Case:
    return subscribed(f"filter policy: {what}", expected, FilterPolicy=policy, **properties)


def policy(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lets(service: str, action: Any, source: Any = None, **more: Any) -> Any:
    condition = {} if source is None else {"Condition": {"ArnEquals": {"aws:SourceArn": source}}}
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **condition, **more}


def queue_policy(*statements: Any, of_queue: Any = None) -> Resource:
    queues = [ref("Q")] if of_queue is None else of_queue
    return of("AWS::SQS::QueuePolicy", Queues=queues, PolicyDocument=policy(*statements))


def topic_policy(*statements: Any, of_topic: str = "T") -> Resource:
    return of("AWS::SNS::TopicPolicy", Topics=[ref(of_topic)], PolicyDocument=policy(*statements))


def key(*statements: Any) -> Resource:
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"}
    return of("AWS::KMS::Key", KeyPolicy=policy(root, *statements))


def rule(*targets: Any, **properties: Any) -> Resource:
    named = [{"Id": f"t{index}", **target} for index, target in enumerate(targets)]
    return of("AWS::Events::Rule", **{"EventPattern": {"source": ["orders"]}, "Targets": named, **properties})


def schedule(expression: Any = "rate(5 minutes)", role: Any = None, **target: Any) -> Resource:
    given = {"Arn": arn("F"), "RoleArn": arn("R") if role is None else role, **target}
    window = {"Mode": "OFF"}
    return of("AWS::Scheduler::Schedule", ScheduleExpression=expression, FlexibleTimeWindow=window, Target=given)


def bucket(*functions: Any, **lists: Any) -> Resource:
    """A bucket that notifies functions: pairs of an event and a filter."""
    settings = [
        {"Event": event, "Function": arn("F"), **({"Filter": keys} if keys else {})} for event, keys in functions
    ]
    return of("AWS::S3::Bucket", NotificationConfiguration={"LambdaConfigurations": settings, **lists})


def keys(**rules: Any) -> Any:
    return {"S3Key": {"Rules": [{"Name": name, "Value": value} for name, value in rules.items()]}}


def logs(destination: Any = None) -> Resource:
    target = arn("F") if destination is None else destination
    return of("AWS::Logs::SubscriptionFilter", DestinationArn=target, FilterPattern="", LogGroupName="orders")


def role(*statements: Any, managed: Any = ABSENT, **properties: Any) -> Resource:
    """A role with these statements: pairs of actions and a resource."""
    allowed = [{"Effect": "Allow", "Action": actions, "Resource": target} for actions, target in statements]
    policies = [{"PolicyName": "p", "PolicyDocument": policy(*allowed)}] if allowed else ABSENT
    trusted = {"AssumeRolePolicyDocument": TRUSTED, **properties}
    return of("AWS::IAM::Role", Policies=policies, ManagedPolicyArns=managed, **trusted)


def aws(*names: str) -> list[str]:
    return [f"arn:aws:iam::aws:policy/service-role/{name}" for name in names]


def mapping(source: Any = QUEUE, function: Any = None, **properties: Any) -> Resource:
    given = {"FunctionName": ref("F") if function is None else function, "EventSourceArn": source, **properties}
    return resource("EventSourceMapping", given)


def stream(source: Any = STREAM, **properties: Any) -> Resource:
    return mapping(source, **{"StartingPosition": "LATEST", **properties})


def patterns(*texts: Any) -> Any:
    filters = [
        {"Pattern": text if isinstance(text, str | dict) and "Ref" in text else json.dumps(text)} for text in texts
    ]
    return mapping(FilterCriteria={"Filters": filters})


def raw_pattern(text: Any) -> Any:
    return mapping(FilterCriteria={"Filters": [{"Pattern": text}]})


def polled(what: str, expected: str, mapped: Resource, function: Resource | None = None, /, **beside: Resource) -> Case:
    return one(f"event source: {what}", expected, function or zipped(), M=mapped, **beside)


def timed(visibility: Any, timeout: Any, expected: str, **properties: Any) -> Case:
    return polled(
        f"visible after {visibility!r}, timeout {timeout!r}",
        expected,
        mapping(arn("Q")),
        zipped(Timeout=timeout),
        Q=queue(VisibilityTimeout=visibility, **properties),
    )


READS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
READS_STREAM = ["kinesis:GetRecords", "kinesis:GetShardIterator"]
READS_TABLE = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]
OWN_ROLE = {"Role": arn("R")}
HUNDRED = [str(i) for i in range(100)]
FIVE = {"a": list("abcde"), "b": list("abcde"), "c": list("abcdef"), "d": ["x"], "e": ["y"]}
DEAD = {"deadLetterTargetArn": arn("D"), "maxReceiveCount": 3}

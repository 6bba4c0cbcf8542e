"""CL61x to CL63x: whether events get to functions, queues and topics, and what becomes of those that fail."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from constructs_lambda.findings import Severity
from constructs_lambda.model import Access, Asynchronous, Circle, Failing, Sending
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.grants import allows, denies, managed_policy
from constructs_lambda.tokens import Unknown

_NAMES = {
    "cloudwatch": "CloudWatch",
    "events": "EventBridge",
    "logs": "CloudWatch Logs",
    "s3": "Amazon S3",
    "scheduler": "EventBridge Scheduler",
    "sns": "SNS",
}
_WRITES = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "s3": ("s3:PutObject",),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "dynamodb": ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"),
}
"""What a function does to write to what triggers it."""
_SENDS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}
_GIVES = {
    "AWSLambdaBasicDurableExecutionRolePolicy": (),
    "AWSLambdaBasicExecutionRole": (),
    "AWSLambdaDynamoDBExecutionRole": ("dynamodb",),
    "AWSLambdaENIManagementAccess": (),
    "AWSLambdaKinesisExecutionRole": ("kinesis",),
    "AWSLambdaSQSQueueExecutionRole": ("sqs",),
    "AWSLambdaVPCAccessExecutionRole": (),
    "AWSXRayDaemonWriteAccess": (),
    "AWSXrayWriteOnlyAccess": (),
    "CloudWatchLambdaInsightsExecutionRolePolicy": (),
}
"""Managed policies of AWS, and the services that they let Lambda poll; of any other nothing is assumed."""


def lacks(access: Access | None, actions: tuple[str, ...], polled: str = "") -> tuple[str, ...]:
    """Which of these actions a role certainly may not do with a resource.

    Args:
        access: What it may do.
        actions: The actions, as IAM writes them.
        polled: The service that Lambda polls by them.
    """
    if access is None or access.rights.place is None or access.rights.is_open:
        return ()
    for arn in access.rights.managed_policies:
        gives = _GIVES.get(managed_policy(arn))
        if gives is None or polled in gives:
            return ()
    return tuple(
        action
        for action in actions
        if not allows(access.possible, action.lower()) or denies(access.rights.statements, action.lower())
    )


@rule(
    "CL610",
    "Trigger may not invoke the function",
    Severity.ERROR,
    aws="S3 and CloudWatch Logs refuse the setting. SNS, EventBridge and the Scheduler take it, fail at every event, "
    "and nobody notices: the function's policy has no statement that lets them invoke it.",
    fix="Add a permission for the service and its source, or let CDK add it: fn.add_event_source, a target or a "
    "subscription.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
)
def may_invoke(sending: Sending) -> Iterator[Problem]:
    if sending.kind != "function" or sending.is_permitted is not False:
        return
    if sending.service == "scheduler":
        message = f"the role of {sending.source} doesn't allow lambda:InvokeFunction on {sending.to}"
        yield Problem("Target.RoleArn", message, "Allow lambda:InvokeFunction on the function in the schedule's role.")
        return
    yield Problem(
        sending.property,
        f"{sending.source} has no permission to invoke the function {sending.to}",
        f"Add an AWS::Lambda::Permission for {sending.service}.amazonaws.com, with the source's ARN.",
    )


@rule(
    "CL611",
    "Queue or topic doesn't take what is sent",
    Severity.ERROR,
    aws="S3 refuses the setting. SNS, EventBridge and CloudWatch's alarms take it, and every event is lost: the "
    "queue's or topic's own policy has no statement that lets them send. Alarms of the topic's account need none while "
    "it has no policy.",
    fix="Allow it in the policy of the queue or topic, for the service and its source.",
    source="https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html",
)
def may_send(sending: Sending) -> Iterator[Problem]:
    if sending.kind == "function" or sending.is_permitted is not False:
        return
    action = _SENDS["sqs" if sending.kind == "queue" else "sns"]
    what = "dead-letter queue" if sending.are_dead_letters else sending.kind
    yield Problem(
        sending.property,
        f"the policy of the {what} {sending.to} doesn't let {sending.source} send to it",
        f"Allow {action} for {sending.service}.amazonaws.com in the {sending.kind}'s policy, with the source's ARN.",
    )


@rule(
    "CL612",
    "Key doesn't let a service send",
    Severity.ERROR,
    aws="A service sends to an encrypted queue or topic only where the key's policy lets it. The keys alias/aws/sqs "
    "and alias/aws/sns never do: the setting is refused, or every event is lost.",
    fix="Encrypt with a key of your own whose policy allows kms:GenerateDataKey* and kms:Decrypt for the service, or "
    "with SSE-SQS.",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
)
def may_encrypt(sending: Sending) -> Iterator[Problem]:
    if sending.key:
        name, service = _NAMES[sending.service], f"{sending.service}.amazonaws.com"
        what = f"{sending.kind} {sending.to}"
        yield Problem(
            sending.property,
            f"{sending.source} sends to the {what}, and its key {sending.key} doesn't let {name} use it",
            f"Allow kms:GenerateDataKey* and kms:Decrypt for {service} in the policy of a key of your own.",
        )


@rule(
    "CL613",
    "Failed asynchronous events are lost",
    Severity.WARNING,
    aws="Lambda retries an asynchronous event twice and drops it, where the function has neither a dead-letter queue "
    "nor a destination on failure. What a subscription or rule keeps is only what it couldn't deliver.",
    fix="Give the function a dead-letter queue or a destination on failure.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
)
def keeps_failures(asynchronous: Asynchronous) -> Iterator[Problem]:
    if asynchronous.lost:
        first, more = asynchronous.lost[0], len(asynchronous.lost) - 1
        by = f"{first} and {more} more invoke" if more else f"{first} invokes"
        yield Problem(
            "DeadLetterConfig",
            f"{by} the function asynchronously, which has neither a dead-letter queue (DLQ) nor a destination on "
            "failure: events that fail are lost",
            "Set dead_letter_queue=, or on_failure= of its asynchronous invocation.",
        )


@rule(
    "CL614",
    "Function may write to what triggers it",
    Severity.WARNING,
    aws="An event may cause the next one, without end. Lambda stops a recursive loop through SQS, SNS or S3 after "
    "about 16 rounds; through a stream or table it goes on, and costs.",
    fix="Write to another queue, topic, bucket or table, filter what triggers it, or set RecursiveLoop to Allow where "
    "it is meant.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
)
def loop(circle: Circle) -> Iterator[Problem]:
    if circle.function.recursive_loop == "Allow" or isinstance(circle.function.recursive_loop, Unknown):
        return
    written = [action for action in _WRITES.get(circle.service, ()) if _allows_by_name(circle.access, action.lower())]
    if circle.is_sent:
        message = f"the function is {circle.source}, which invokes it again: a recursive loop"
        yield Problem("", message, "Name another destination.")
    elif written:
        through = f" through the {circle.through}" if circle.through else ""
        yield Problem(
            "",
            f"{circle.source} triggers the function{through}, and the function's role may write to it ({written[0]}): "
            "a recursive loop",
            "Write elsewhere, filter the events, or set RecursiveLoop to Allow where the loop is meant.",
        )


def _allows_by_name(access: Access, action: str) -> bool:
    """Whether a statement that names the resource allows it, and not as a part of everything."""
    everything = ("*", f"{action.partition(':')[0]}:*")
    return any(
        each.is_allowed
        and not each.excludes
        and any(fnmatchcase(action, name) for name in {*each.actions} - {*everything})
        for each in access.certain
    ) and not denies(access.possible, action)


@rule(
    "CL615",
    "FIFO queue or topic takes failed events",
    Severity.ERROR,
    aws="The Lambda API refuses it: a dead-letter target or destination is a standard queue or topic.",
    fix="Name a standard queue or topic.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
)
def fifo_target(failing: Failing) -> Iterator[Problem]:
    if failing.is_fifo and not failing.place.conditional:
        message = f"the {failing.what} is the FIFO {failing.to}; AWS takes standard queues and topics only"
        yield Problem(failing.property, message, "Name a standard queue or topic.")


@rule(
    "CL616",
    "Role may not send failed events",
    Severity.ERROR,
    aws="The Lambda API refuses the setting: the function's role has no permission to send to the target.",
    fix="Allow it in the function's role: sqs:SendMessage, sns:Publish or lambda:InvokeFunction.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
)
def may_send_failures(failing: Failing) -> Iterator[Problem]:
    action = _SENDS.get(failing.service)
    if action and lacks(failing.access, (action,)):
        role = failing.access.rights.place if failing.access else None
        yield Problem(
            failing.property,
            f"the role {role.path if role else ''} doesn't allow {action} on the {failing.what}, {failing.to}",
            f"Allow {action} on it in the role.",
        )


@rule(
    "CL629",
    "Function with tenant isolation is triggered",
    Severity.ERROR,
    aws="Every invocation fails: it has to name a tenant, which topics, rules, schedules and buckets don't.",
    fix="Trigger another function, which invokes this one for the tenant.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html",
)
def tenants(asynchronous: Asynchronous) -> Iterator[Problem]:
    if asynchronous.function.tenant_isolation == "PER_TENANT":
        message = (
            f"{asynchronous.triggers[0]} invokes the function, which has tenant isolation, without naming a tenant"
        )
        yield Problem("TenancyConfig", message, "Trigger another function, which invokes this one for the tenant.")


@rule(
    "CL631",
    "FIFO queue or topic where only a standard one fits",
    Severity.ERROR,
    aws="S3 refuses to notify a FIFO queue or topic. EventBridge can't send dead letters to one, and loses them.",
    fix="Use a standard queue or topic.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html",
)
def fifo_recipient(sending: Sending) -> Iterator[Problem]:
    if sending.is_fifo and (sending.service == "s3" or (sending.service == "events" and sending.are_dead_letters)):
        what = "dead letters" if sending.are_dead_letters else "events"
        name = _NAMES[sending.service]
        message = (
            f"{sending.source} sends {what} to the FIFO {sending.kind} {sending.to}; {name} takes standard ones only"
        )
        yield Problem(sending.property, message, f"Use a standard {sending.kind}.")

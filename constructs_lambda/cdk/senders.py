"""What lets a service write to a queue or use a key, as far as their policies can be changed from here."""

from __future__ import annotations

import json

from aws_cdk import Annotations, ArnFormat, Stack, aws_iam, aws_kms, aws_sqs
from constructs import Construct, IConstruct

_PARTS = {"sns": ("*", None), "events": ("rule", "*")}
"""What the ARNs of a service's senders end with."""


def receivable(
    queue: aws_sqs.IQueue, service: str, place: Construct, *, source: IConstruct, source_arn: str, holder: IConstruct
) -> aws_sqs.IQueue:
    """The queue as CDK is to be told of it, so that a service may write to it.

    Where the queue is of another stack than what names it, and its policy would name the source beside that, the two
    stacks would depend on each other. So the policy lets in all sources of the service in the account and Region.

    Args:
        queue: The queue.
        service: `sns` or `events`.
        place: Where the warning stands, and the queue by its ARN.
        source: The topic or rule.
        source_arn: Its ARN.
        holder: What will name the queue.
    """
    if queue.node.default_child is None:
        _tell(place, queue, _send(queue, service, {"ArnEquals": {"aws:SourceArn": source_arn}}))
        return queue
    if not is_same_stack(holder, source) or is_same_stack(queue, source):
        return queue
    resource, name = _PARTS[service]
    parts = ArnFormat.NO_RESOURCE_NAME if name is None else ArnFormat.SLASH_RESOURCE_NAME
    arn = Stack.of(queue).format_arn(service=service, resource=resource, resource_name=name, arn_format=parts)
    queue.add_to_resource_policy(_send(queue, service, {"ArnLike": {"aws:SourceArn": arn}}))
    return aws_sqs.Queue.from_queue_attributes(
        place, f"{queue.node.id}Elsewhere", queue_arn=queue.queue_arn, fifo=queue.fifo or None
    )


def let_send(queue: aws_sqs.IQueue, service: str, source_arn: str) -> None:
    """Lets a service write to a queue, on behalf of one source.

    Args:
        queue: The queue.
        service: The service, such as `sns`.
        source_arn: ARN of the topic or rule.
    """
    queue.add_to_resource_policy(_send(queue, service, {"ArnEquals": {"aws:SourceArn": source_arn}}))


def is_same_stack(one: IConstruct, other: IConstruct) -> bool:
    """Whether two constructs are in the same stack."""
    return bool(Stack.of(one).node.path == Stack.of(other).node.path)


def allow_key(queue: aws_sqs.IQueue, service: str, account: str | None, place: Construct) -> None:
    """Lets a service use the customer-managed key of a queue that it writes to; CDK grants only the queue.

    Args:
        queue: The queue.
        service: The service, such as `sns`.
        account: The account on whose behalf it writes, None for a service that doesn't tell.
        place: Where the warning stands that the key is imported.
    """
    if queue.encryption_master_key is not None:
        let_use(queue.encryption_master_key, service, account, place)


def let_use(key: aws_kms.IKey, service: str, account: str | None, place: Construct) -> None:
    """Lets a service encrypt with a key.

    Args:
        key: The key.
        service: The service, such as `sns`.
        account: The account on whose behalf it does, None for a service that doesn't tell.
        place: Where the warning stands that the key is imported.
    """
    statement = aws_iam.PolicyStatement(
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        principals=[aws_iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=["*"],
        conditions={"StringEquals": {"aws:SourceAccount": account}} if account is not None else None,
    )
    if not key.add_to_resource_policy(statement).statement_added:
        _tell(place, key, statement)


def _send(queue: aws_sqs.IQueue, service: str, conditions: dict[str, dict[str, str]]) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        actions=["sqs:SendMessage"],
        principals=[aws_iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=[queue.queue_arn],
        conditions=conditions,
    )


def _tell(place: Construct, resource: IConstruct, statement: aws_iam.PolicyStatement) -> None:
    written = json.dumps(Stack.of(place).resolve(statement.to_statement_json()))
    id = f"constructs-lambda:policyOf{resource.node.id}"
    Annotations.of(place).add_warning_v2(
        id,
        f"{resource.node.path} is imported, so its policy can't be changed from here; without this statement in it, "
        f"events are lost in silence: {written}. Fix: add it over there, then acknowledge this warning ({id}).",
    )

"""Which AWS services a role lets a function call by itself, told from its rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from constructs_lambda.model import Attachment, Position, Statement

_ENDPOINTS = {
    "appconfig": ("appconfigdata", "appconfig"),
    "athena": ("athena",),
    "batch": ("batch",),
    "bedrock": ("bedrock-runtime", "bedrock", "bedrock-agent", "bedrock-agent-runtime"),
    "cloudformation": ("cloudformation",),
    "cloudwatch": ("monitoring",),
    "codebuild": ("codebuild",),
    "cognito-idp": ("cognito-idp",),
    "comprehend": ("comprehend",),
    "dynamodb": ("dynamodb",),
    "ecs": ("ecs",),
    "events": ("events",),
    "execute-api": ("execute-api",),
    "firehose": ("kinesis-firehose",),
    "glue": ("glue",),
    "kinesis": ("kinesis-streams",),
    "lambda": ("lambda",),
    "polly": ("polly",),
    "rds-data": ("rds-data",),
    "redshift-data": ("redshift-data",),
    "rekognition": ("rekognition",),
    "s3": ("s3",),
    "sagemaker": ("sagemaker.runtime", "sagemaker.api"),
    "secretsmanager": ("secretsmanager",),
    "ses": ("email", "email-smtp"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "states": ("states", "sync-states"),
    "sts": ("sts",),
    "textract": ("textract",),
    "transcribe": ("transcribe",),
    "translate": ("translate",),
}
"""Endpoint services by prefix of IAM actions. What Lambda does itself (logs, traces, keys) is not among them."""

_POLLED = (
    "sqs:receivemessage",
    "sqs:deletemessage",
    "sqs:changemessagevisibility*",
    "sqs:getqueue*",
    "kinesis:describe*",
    "kinesis:get*",
    "kinesis:list*",
    "kinesis:subscribetoshard",
    "dynamodb:describestream",
    "dynamodb:getrecords",
    "dynamodb:getsharditerator",
    "dynamodb:liststreams",
)
_DELIVERED = (
    "sqs:sendmessage*",
    "sqs:getqueue*",
    "sns:publish",
    "events:putevents",
    "lambda:invokefunction",
    "s3:putobject*",
    "s3:abort*",
    "s3:listbucket",
)
_BY_LAMBDA = ("lambda:checkpointdurableexecution", "lambda:getdurableexecutionstate")


def allows(statements: Sequence[Statement], action: str) -> bool:
    """Whether the statements allow an action (in lower case) on anything."""
    return any(
        each.is_allowed and any(fnmatchcase(action, pattern) for pattern in each.actions) is not each.excludes
        for each in statements
    )


def unreachable(attachment: Attachment, positions: Sequence[Position]) -> Iterator[tuple[str, str]]:
    """The services that the role names and that have no endpoint from one of the positions, with an action of each."""
    if any(each.services is None for each in positions):
        return
    ignored = _BY_LAMBDA + (_POLLED if attachment.is_polled else ()) + (_DELIVERED if attachment.delivers else ())
    seen = set()
    for statement in attachment.rights.statements:
        if not statement.is_allowed or statement.excludes:
            continue
        for action in statement.actions:
            prefix = action.partition(":")[0]
            endpoints = _ENDPOINTS.get(prefix)
            if endpoints is None or prefix in seen or any(fnmatchcase(action, pattern) for pattern in ignored):
                continue
            if any(not (each.services or frozenset()).intersection(endpoints) for each in positions):
                seen.add(prefix)
                yield endpoints[0], action

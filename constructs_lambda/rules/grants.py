"""Which AWS services a role lets a function call by itself, told from its rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from constructs_lambda.model import Attachment, Position, Statement

_ENDPOINTS = {
    "appconfig": ("appconfigdata", "appconfig"),
    "appsync": ("appsync-api",),
    "athena": ("athena",),
    "autoscaling": ("autoscaling",),
    "batch": ("batch",),
    "bedrock": ("bedrock-runtime", "bedrock", "bedrock-agent", "bedrock-agent-runtime"),
    "cloudformation": ("cloudformation",),
    "cloudwatch": ("monitoring",),
    "codebuild": ("codebuild",),
    "codecommit": ("codecommit",),
    "codedeploy": ("codedeploy",),
    "codepipeline": ("codepipeline",),
    "cognito-identity": ("cognito-identity",),
    "cognito-idp": ("cognito-idp",),
    "comprehend": ("comprehend",),
    "dynamodb": ("dynamodb",),
    "ec2": ("ec2",),
    "ecr": ("ecr.api", "ecr.dkr"),
    "ecs": ("ecs",),
    "events": ("events",),
    "execute-api": ("execute-api",),
    "firehose": ("kinesis-firehose",),
    "glue": ("glue",),
    "iot": ("iot.data",),
    "kafka": ("kafka",),
    "kinesis": ("kinesis-streams",),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "logs": ("logs",),
    "organizations": ("organizations",),
    "pipes": ("pipes", "pipes-data"),
    "polly": ("polly",),
    "rds": ("rds",),
    "rds-data": ("rds-data",),
    "redshift-data": ("redshift-data",),
    "rekognition": ("rekognition",),
    "s3": ("s3",),
    "s3express": ("s3express",),
    "sagemaker": ("sagemaker.runtime", "sagemaker.api"),
    "scheduler": ("scheduler",),
    "secretsmanager": ("secretsmanager",),
    "ses": ("email", "email-smtp"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "states": ("states", "sync-states"),
    "sts": ("sts",),
    "textract": ("textract",),
    "timestream": ("timestream.query", "timestream.ingest"),
    "transcribe": ("transcribe",),
    "transfer": ("transfer", "transfer.server"),
    "translate": ("translate",),
}
"""Endpoint services by prefix of IAM actions. What Lambda does itself with them is left out below."""

_POLLED = {
    "sqs": ("sqs:receivemessage", "sqs:deletemessage", "sqs:changemessagevisibility*", "sqs:getqueue*"),
    "kinesis": ("kinesis:describe*", "kinesis:get*", "kinesis:list*", "kinesis:subscribetoshard"),
    "dynamodb": (
        "dynamodb:describestream",
        "dynamodb:getrecords",
        "dynamodb:getsharditerator",
        "dynamodb:liststreams",
    ),
    "kafka": ("kafka:*", "secretsmanager:getsecretvalue", "secretsmanager:describesecret", "glue:getschema*"),
    "mq": ("secretsmanager:getsecretvalue", "secretsmanager:describesecret"),
    "rds": ("rds:describe*", "secretsmanager:getsecretvalue", "secretsmanager:describesecret"),
}
"""What Lambda does with a function's role to read a queue or stream, by its service; DocumentDB's ARNs say `rds`."""

_DELIVERED = {
    "sqs": ("sqs:sendmessage*", "sqs:getqueue*"),
    "sns": ("sns:publish",),
    "events": ("events:putevents",),
    "lambda": ("lambda:invokefunction",),
    "s3": ("s3:putobject*", "s3:getobject*", "s3:getbucket*", "s3:list*", "s3:deleteobject*", "s3:abort*"),
    "kafka": ("kafka:*",),
}
"""What Lambda does with a function's role to send on what failed, or results, by the service."""

_BY_LAMBDA = (
    "lambda:checkpointdurableexecution",
    "lambda:getdurableexecutionstate",
    "ec2:*networkinterface*",
    "ec2:*privateipaddresses",
    "ec2:describesubnets",
    "ec2:describevpcs",
    "ec2:describesecuritygroups",
    "ec2:getsecuritygroupsforvpc",
)
_TOO_WIDE = ("ec2", "kms", "logs")
"""Services that Lambda or other services call with a function's role: a wildcard for one says nothing."""
_OWN_LOGS = ("logs:startquery", "logs:getqueryresults", "logs:filterlogevents", "logs:getlogevents")
_OWN_KEYS = ("kms:sign", "kms:verify", "kms:getpublickey", "kms:generatemac", "kms:verifymac", "kms:generaterandom")
_KEYS = ("kms:encrypt", "kms:generatedatakey", "kms:generatedatakeywithoutplaintext")
"""What another service does in a function's name as well, with a key of its own; so said only where there is none."""
_BESIDE_KEYS = frozenset({"ec2", "kms", "logs", "xray"})

_MANAGED = {
    "AmazonBedrockFullAccess": "bedrock",
    "AmazonDynamoDBFullAccess": "dynamodb",
    "AmazonDynamoDBFullAccess_v2": "dynamodb",
    "AmazonDynamoDBReadOnlyAccess": "dynamodb",
    "AmazonEventBridgeFullAccess": "events",
    "AmazonKinesisFullAccess": "kinesis",
    "AmazonKinesisReadOnlyAccess": "kinesis",
    "AmazonS3FullAccess": "s3",
    "AmazonS3ReadOnlyAccess": "s3",
    "AmazonSESFullAccess": "ses",
    "AmazonSNSFullAccess": "sns",
    "AmazonSQSFullAccess": "sqs",
    "AmazonSQSReadOnlyAccess": "sqs",
    "AmazonSSMFullAccess": "ssm",
    "AmazonSSMReadOnlyAccess": "ssm",
    "AWSStepFunctionsFullAccess": "states",
    "SecretsManagerReadWrite": "secretsmanager",
}
"""What AWS's own policies are for, by name."""


def managed_policy(arn: str) -> str:
    """The name of a managed policy of AWS; empty for a customer's own, and where it isn't known."""
    return arn.partition(":aws:policy/")[2].rpartition("/")[2]


def allows(statements: Sequence[Statement], action: str) -> bool:
    """Whether the statements allow an action (in lower case) on anything."""
    return any(each.is_allowed and each.is_about(action) for each in statements)


def denies(statements: Sequence[Statement], action: str) -> bool:
    """Whether the statements deny an action (in lower case) whatever it is done with."""
    return any(not (each.is_allowed or each.is_limited) and each.is_about(action) for each in statements)


def unreachable(attachment: Attachment, positions: Sequence[Position]) -> Iterator[tuple[str, str]]:
    """The services that the role names and that have no endpoint from one of the positions, with what names each."""
    if any(each.services is None for each in positions):
        return
    ignored = _done_by_lambda(attachment)
    seen = set()
    for prefix, what in _granted(attachment, ignored):
        endpoints = _ENDPOINTS[prefix]
        if prefix not in seen and any(not _has(each, endpoints) for each in positions):
            seen.add(prefix)
            yield endpoints[0], what


def _has(position: Position, endpoints: Sequence[str]) -> bool:
    return any(
        service.removesuffix("-fips") in endpoints or (service.startswith("timestream.") and endpoints[0] in service)
        for service in position.services or ()
    )


def _done_by_lambda(attachment: Attachment) -> tuple[str, ...]:
    """Patterns of the actions that Lambda needs, for the queues, streams and destinations of the function."""
    found = list(_BY_LAMBDA)
    for table, services in ((_POLLED, attachment.polled), (_DELIVERED, attachment.delivered)):
        every = "*" in services
        found += [each for service, patterns in table.items() if every or service in services for each in patterns]
    return tuple(found)


def _granted(attachment: Attachment, ignored: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The services that the role names with reason, and how."""
    rights = attachment.rights
    every = [each for each in rights.statements if each.is_allowed and not each.excludes]
    prefixes = {action.partition(":")[0] for each in every for action in each.actions}
    are_keys_its_own = prefixes <= _BESIDE_KEYS and not rights.is_open
    for statement in every:
        for action in statement.actions:
            prefix = action.partition(":")[0]
            if prefix not in _ENDPOINTS or any(fnmatchcase(action, pattern) for pattern in ignored):
                continue
            if prefix in _TOO_WIDE and not _is_its_own(action, are_keys_its_own):
                continue
            yield prefix, f"allows {action}"
    at_work = attachment.polled | attachment.delivered
    for arn in rights.managed_policies:
        name = managed_policy(arn)
        if name in _MANAGED and not at_work & {_MANAGED[name], "*"}:
            yield _MANAGED[name], f"has the policy {name}"


def _is_its_own(action: str, are_keys_its_own: bool) -> bool:
    """Whether the function itself must be meant, and not Lambda or another service."""
    if action.startswith("ec2:"):
        return "*" not in action and "?" not in action
    return action in _OWN_LOGS or action in _OWN_KEYS or (are_keys_its_own and action in _KEYS)

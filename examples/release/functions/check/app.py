"""Asked by CodeDeploy before any customer meets the new version: invokes it, and says whether it answers well."""

import json
import os
from typing import Any

import boto3  # type: ignore  # the Lambda runtime has it

lambda_client = boto3.client("lambda")
codedeploy = boto3.client("codedeploy")
REQUEST = {"pathParameters": {"sku": "apple"}}


def handler(event: dict[str, Any], context: object) -> None:
    """Answers CodeDeploy, whatever happens: without an answer it waits for an hour."""
    status = "Failed"
    try:
        if is_well(os.environ["NEW_VERSION"]):
            status = "Succeeded"
    finally:
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )


def is_well(version: str) -> bool:
    """Whether a version of the function answers an ordinary request."""
    answer = lambda_client.invoke(FunctionName=version, Payload=json.dumps(REQUEST).encode())
    if "FunctionError" in answer:
        return False
    response = json.loads(answer["Payload"].read())
    return bool(response["statusCode"] == 200 and json.loads(response["body"])["cents"] > 0)

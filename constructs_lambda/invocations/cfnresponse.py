"""`cfnresponse`, which Lambda puts beside the inline code of Python functions: they answer CloudFormation with it.

It is written by what AWS documents of it, and stands alone, because it becomes a file beside a function's code:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(
    event: dict[str, Any],
    context: Any,
    responseStatus: str,
    responseData: Any,
    physicalResourceId: str | None = None,
    noEcho: bool = False,
    reason: str | None = None,
) -> None:
    """Tells CloudFormation what became of a custom resource; where it can't be told, the log says so.

    Args:
        event: What the function was called with.
        context: Its context.
        responseStatus: `SUCCESS` or `FAILED`.
        responseData: What `Fn::GetAtt` gives of the resource.
        physicalResourceId: The id of the resource; the name of the log stream where it isn't given.
        noEcho: Whether what `Fn::GetAtt` gives is masked.
        reason: Why it failed; where the log is unless it is given.
    """
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    body = json.dumps(answer).encode()
    request = Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")  # a signed URL has no type in it
    try:
        with urlopen(request) as response:
            print("CloudFormation was answered, with status", response.status)
    except Exception as error:
        print("CloudFormation wasn't answered:", error)

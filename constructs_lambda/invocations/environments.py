"""The variables of a function's process: those that Lambda sets, its own, and nothing of the developer's."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime

from constructs_lambda.invocations.functions import HERE, LocalFunction
from constructs_lambda.invocations.sandboxes import Sandbox


def environment(function: LocalFunction, place: Sandbox, api: str, now: datetime) -> dict[str, str]:
    """All variables of the process.

    Args:
        function: The function; its own variables go before those that Lambda lets one set.
        place: Where it runs.
        api: Host and port of the Runtime API.
        now: The time, for the name of the log stream.
    """
    layers = place.layers / "python"
    path = [place.task, layers / "lib" / HERE / "site-packages", layers]
    own = dict(function.environment)
    search = [*map(str, path), *filter(None, [own.pop("PYTHONPATH", "")])]
    return {
        # No metadata service is asked for credentials: on this machine there is none, and asking takes seconds.
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, (place.task, place.task / "lib", place.layers / "lib"))),
        "PATH": os.pathsep.join(
            [str(place.python.parent), "/usr/local/bin", "/usr/bin", "/bin", f"{place.layers}/bin"]
        ),
        "TZ": ":UTC",
        **own,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{HERE}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        **({"AWS_LAMBDA_LOG_LEVEL": function.log_level} if function.log_format == "JSON" else {}),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{now.astimezone(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}",
        "AWS_LAMBDA_RUNTIME_API": api,
        "HOME": str(place.home),
        "LAMBDA_RUNTIME_DIR": str(place.runtime),
        "LAMBDA_TASK_ROOT": str(place.task),
        "PYTHONPATH": os.pathsep.join(search),
        "TMPDIR": str(place.home),
        "_HANDLER": function.handler,
    }

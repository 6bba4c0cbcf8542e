"""What Lambda writes around an invocation, and what it answers where the function can't."""

from __future__ import annotations

import json
import math
import signal

from constructs_lambda import limits
from constructs_lambda.records import record


@record(kw_only=True)
class Failure:
    """Why Lambda itself ended an invocation.

    Args:
        type: Lambda's name for it, in the answer.
        message: Lambda's text.
        status: What the REPORT line says of it.
        reported_type: The type in the REPORT line.
    """

    type: str
    message: str
    status: str = "error"
    reported_type: str = ""

    def answer(self, request_id: str) -> bytes:
        """What the caller gets."""
        prefix = "" if self.type.startswith("Function.") else f"RequestId: {request_id} Error: "
        return json.dumps({"errorType": self.type, "errorMessage": f"{prefix}{self.message}"}).encode()

    @property
    def reported(self) -> str:
        """The end of the REPORT line."""
        return "\tStatus: timeout" if self.status == "timeout" else status_of(self.reported_type or self.type)


def status_of(error_type: str) -> str:
    """The end of the REPORT line for a failure of this type, nothing where there is none."""
    return f"\tStatus: error\tError Type: {error_type}" if error_type else ""


def timed_out(timeout_seconds: int) -> Failure:
    """The function took longer than its timeout."""
    message = f"Task timed out after {timeout_seconds:.2f} seconds"
    return Failure(type="Sandbox.Timedout", message=message, status="timeout")


def exited(code: int) -> Failure:
    """The function's process ended.

    Args:
        code: Its exit status, negative for the number of a signal.
    """
    if code == 0:
        return Failure(type="Runtime.ExitError", message="Runtime exited without providing a reason")
    what = f"exit status {code}" if code > 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
    return Failure(type="Runtime.ExitError", message=f"Runtime exited with error: {what}")


def out_of_memory() -> Failure:
    """The function took more memory than it has."""
    message = "Runtime exited with error: signal: killed"
    return Failure(type="Runtime.ExitError", message=message, reported_type="Runtime.OutOfMemory")


def too_large() -> Failure:
    """The function returned more than Lambda passes on."""
    message = f"Response payload size exceeded maximum allowed payload size ({limits.SYNC_PAYLOAD_SIZE.maximum} bytes)."
    return Failure(type="Function.ResponseSizeTooLarge", message=message)


def start_line(request_id: str) -> str:
    """The line before the function's own."""
    return f"START RequestId: {request_id} Version: $LATEST"


def end_lines(
    request_id: str, *, duration_ms: float, init_ms: float | None, memory_mb: int, peak_mb: int, failure: str = ""
) -> str:
    """The two lines after the function's own. What is billed has the initialisation in it, as in the price.

    Args:
        request_id: Id of the invocation.
        duration_ms: How long it took.
        init_ms: How long its initialisation took, None where that didn't end.
        memory_mb: The memory it has.
        peak_mb: The most that it took.
        failure: What the line says of a failure.
    """
    init = "" if init_ms is None else f"\tInit Duration: {init_ms:.2f} ms"
    return (
        f"END RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms"
        f"\tBilled Duration: {math.ceil(duration_ms + (init_ms or 0))} ms"
        f"\tMemory Size: {memory_mb} MB\tMax Memory Used: {peak_mb} MB{init}{failure}"
    )

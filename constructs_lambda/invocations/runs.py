"""Runs a function once: its process, its clock, its memory and its log."""

from __future__ import annotations

import contextlib
import math
import os
import selectors
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from constructs_lambda.errors import InputError
from constructs_lambda.invocations import reports
from constructs_lambda.invocations.environments import environment
from constructs_lambda.invocations.functions import LocalFunction
from constructs_lambda.invocations.logs import Log
from constructs_lambda.invocations.runtime_apis import RuntimeApi
from constructs_lambda.invocations.sandboxes import Sandbox, sandbox
from constructs_lambda.leashes import Leash
from constructs_lambda.records import record

INIT_SECONDS = 10
"""Lambda stops an initialisation after this time, and does it once more within the timeout."""
_MB = 1024 * 1024
_TICK_SECONDS = 0.02


@record(kw_only=True)
class Outcome:
    """What came of an invocation.

    Args:
        payload: What the caller gets: the response, or the error in Lambda's form.
        is_error: Whether it failed.
    """

    payload: bytes
    is_error: bool


def run(function: LocalFunction, event: bytes, log: Callable[[bytes], None]) -> Outcome:
    """Runs a function with an event, as Lambda does after a cold start.

    Args:
        function: The function.
        event: The event, as JSON.
        log: Is given what the function and Lambda log, as it comes.

    Raises:
        InputError: This system can't run it, it has no runtime client, or it can't be unpacked.
    """
    if sys.platform == "win32":
        raise InputError("invoke runs on Linux and macOS: AWS's runtime client isn't made for Windows. Fix: use WSL")
    with sandbox(function) as place, RuntimeApi(event, _headers(function), function.timeout_seconds) as api:
        lines = Log(log, place)
        if (place.layers / "extensions").is_dir():
            lines.say("note: the extensions in its layers aren't started here")
        with _Process(function, place, api, lines) as process:
            failure = process.wait()
        return process.told(failure)


def _headers(function: LocalFunction) -> dict[str, str]:
    trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
    tenant = {"Lambda-Runtime-Aws-Tenant-Id": function.tenant} if function.tenant else {}
    return {"Lambda-Runtime-Invoked-Function-Arn": function.arn, "Lambda-Runtime-Trace-Id": trace, **tenant}


class _Process:
    """The process of a function, with its clock, its memory and its log; killed with all that it started."""

    def __init__(self, function: LocalFunction, place: Sandbox, api: RuntimeApi, log: Log) -> None:
        self.function, self.api, self.log = function, api, log
        self.peak_bytes = 0
        self.exit_code: int | None = None
        api.on_start = self._start
        variables = environment(function, place, api.address, datetime.now(UTC))
        command = [str(place.python), "-P", str(place.bootstrap), variables.pop("PYTHONPATH"), function.handler]
        reading, telling = os.pipe()
        self.leash = Leash(command, place.task, variables, subprocess.PIPE, tell=telling, holding=place.guard.life)
        try:
            os.close(telling)
            with os.fdopen(reading, "rb") as told:
                self.pid = int(told.readline() or 0)
        except BaseException:  # Ctrl-C
            self.leash.end()
            raise
        self.started_at = time.monotonic()
        api.ends_at = self.started_at + INIT_SECONDS + function.timeout_seconds
        assert self.leash.process.stdout is not None
        self.output = self.leash.process.stdout.fileno()
        os.set_blocking(self.output, False)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.leash.let_go()
        self._reap(0)
        self._pass_on()
        assert self.leash.process.stdout is not None
        self.leash.process.stdout.close()

    def wait(self) -> reports.Failure | None:
        """Waits until the function has answered, or Lambda would end it; says why it would."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.api, selectors.EVENT_READ, self.api.handle_request)
            selector.register(self.output, selectors.EVENT_READ, self._pass_on)
            while self.api.ended_at is None:
                left = self.api.ends_at - time.monotonic()
                if left <= 0:
                    return reports.timed_out(self.function.timeout_seconds)
                for key, _ in selector.select(min(left, _TICK_SECONDS)):
                    if not key.data() and key.fd == self.output:
                        selector.unregister(self.output)
                self._measure()
                if self._is_too_big():
                    return reports.out_of_memory()
                if self._reap(os.WNOHANG) is not None and self.api.ended_at is None:
                    return reports.exited(self.exit_code or 0)
        if self._is_too_big():
            return reports.out_of_memory()
        if self.api.is_too_large:
            return reports.too_large()
        return None

    def told(self, failure: reports.Failure | None) -> Outcome:
        """What the caller gets, once the last lines are logged."""
        self._log_end(failure)
        if failure:
            return Outcome(payload=failure.answer(self.api.request_id), is_error=True)
        if self.api.error is not None:
            return Outcome(payload=self.log.as_on_lambda(self.api.error), is_error=True)
        return Outcome(payload=self.api.response or b"", is_error=False)

    def _log_end(self, failure: reports.Failure | None) -> None:
        function, api = self.function, self.api
        if not api.started_at:
            self.log.say(reports.start_line(api.request_id))
        ended_at = api.ended_at or time.monotonic()
        duration = ended_at - (api.started_at or self.started_at)
        if failure and failure.status == "timeout":
            duration = function.timeout_seconds
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.log.say(f"{now} {api.request_id} {failure.message}\n")
        elif failure:
            self.log.say(f"RequestId: {api.request_id} Error: {failure.message}\n{failure.type}")
        init_ms = (api.started_at - self.started_at) * 1000 if api.started_at else None
        reported = failure.reported if failure else reports.status_of(api.init_error_type)
        self.log.say(
            reports.end_lines(
                api.request_id,
                duration_ms=duration * 1000,
                init_ms=init_ms,
                memory_mb=function.memory_mb,
                peak_mb=min(math.ceil(self.peak_bytes / _MB), function.memory_mb),
                failure=reported,
            )
        )
        if failure and failure.reported_type:
            taken = f"{math.ceil(self.peak_bytes / _MB):,} MB of its {function.memory_mb:,} MB"
            self.log.say(f"note: it took {taken}, where Lambda kills it")
        if init_ms and init_ms > INIT_SECONDS * 1000:
            self.log.say(
                f"note: Lambda stops an initialisation after {INIT_SECONDS} s and does it again within the timeout"
            )

    def _start(self) -> None:
        """Logs the line before the function's own, after all that its initialisation logged."""
        self._pass_on()
        self.log.say(reports.start_line(self.api.request_id))

    def _pass_on(self) -> bool:
        """Logs what the function wrote until now, which is no more than a pipe holds; whether more may come."""
        try:
            data = os.read(self.output, _MB)
        except BlockingIOError:
            return True
        self.log.pass_on(data)
        return bool(data)

    def _measure(self) -> None:
        """Notes the most memory that the process had; Linux tells it while there is a process."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
            peak = next(line for line in lines if line.startswith("VmHWM:"))
            self.peak_bytes = max(self.peak_bytes, int(peak.split()[1]) * 1024)

    def _is_too_big(self) -> bool:
        return self.peak_bytes > self.function.memory_mb * _MB

    def _reap(self, options: int) -> int | None:
        """The exit status of the process, once it has one."""
        if self.exit_code is None:
            pid, status, usage = os.wait4(self.leash.process.pid, options)
            if pid:
                self.exit_code = self.leash.process.returncode = os.waitstatus_to_exitcode(status)
                if sys.platform == "darwin":  # elsewhere it has the memory of this process in it
                    self.peak_bytes = usage.ru_maxrss
        return self.exit_code

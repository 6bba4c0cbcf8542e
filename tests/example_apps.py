"""What the tests of all examples do with an app: load it, read its report and run it as the CLI does."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOR_HERE = {"constructs-lambda:local": True}
"""The context with which an app's packages are built for this machine, where an emulator runs them."""
NOT_HERE = platform.machine() not in ("aarch64", "arm64", "x86_64")
"""Whether no package is built for this machine."""


def load(file: Path) -> Any:
    """A Python file as a module, fresh each time: an app, or the code of a function."""
    spec = importlib.util.spec_from_file_location(f"example_{file.parent.name}_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def violations(outdir: Path) -> list[Any]:
    """What the plugins of a synth reported."""
    report = json.loads((outdir / "validation-report.json").read_text())
    return [violation for plugin in report["pluginReports"] for violation in plugin.get("violations", [])]


def run_as_the_cdk_cli(example: Path, folder: Path) -> tuple[int, str, str]:
    """An app's exit code, output and errors; what it makes is in `cdk.out` of the folder.

    It runs in another folder, with the feature flags of cdk.json and CDK's own validation, whose findings are errors.
    """
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    assert context["@aws-cdk/core:validateAgainstDefaultRules"] is True
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    environment |= {"CDK_OUTDIR": str(folder / "cdk.out"), "CDK_CONTEXT_JSON": json.dumps(context)}
    run = subprocess.run(
        [sys.executable, example / "app.py"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout, run.stderr

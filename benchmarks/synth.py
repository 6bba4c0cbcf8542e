"""Construction and synth of many functions: plain CDK by hand against ours, the same template, in one run.

    python benchmarks/synth.py                      1, 10, 100 and 400 functions, 7 rounds
    python benchmarks/synth.py --functions 100 --rounds 15

Each round builds the same app three ways, in changing order, in one process: `plain` (aws_lambda.Function with log
group, tracing and scoped role written by hand, no plugin), `ours` (Function, checks on) and `unchecked` (Function,
checks off). The templates are compared before anything is timed. CDK's own validation is off in all three. At most 100
functions a stack. Prints medians, the spread (first to third quartile) and ratios of medians, and the share of the
checks: the time inside the plugin, in the runs of `ours`. It sets no exit status by them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["CDK_VALIDATION"] = "false"

from aws_cdk import App, Duration, Stack, aws_iam, aws_lambda, aws_logs

from constructs_lambda import Function, LambdaChecks
from constructs_lambda.cdk import synthesis

A_STACK = 100
HANDLER = "def handler(event, context):\n    return {'statusCode': 200}\n"


def plain(stack: Stack, name: str, folder: str) -> None:
    """The same by hand, as somebody writes it who knows CDK well."""
    log_group = aws_logs.LogGroup(stack, f"{name}LogGroup")
    function = aws_lambda.Function(
        stack,
        name,
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        handler="app.handler",
        code=aws_lambda.Code.from_asset(folder),
        memory_size=512,
        timeout=Duration.seconds(10),
        environment={"TABLE": "orders", "LEVEL": "INFO"},
        log_group=log_group,
        logging_format=aws_lambda.LoggingFormat.JSON,
    )
    resource, execution_role = function.node.default_child, function.role
    assert isinstance(resource, aws_lambda.CfnFunction)
    assert execution_role is not None
    resource.tracing_config = aws_lambda.CfnFunction.TracingConfigProperty(mode="Active")
    role = execution_role.node.default_child
    assert isinstance(role, aws_iam.CfnRole)
    role.managed_policy_arns = None
    role.policies = [
        _policy("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], log_group.log_group_arn),
        _policy("WriteTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ]


def _policy(name: str, actions: list[str], resource: str) -> aws_iam.CfnRole.PolicyProperty:
    return aws_iam.CfnRole.PolicyProperty(
        policy_name=name,
        policy_document={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}],
        },
    )


def ours(stack: Stack, name: str, folder: str) -> None:
    """The same with Function."""
    Function(
        stack,
        name,
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        handler="app.handler",
        code=aws_lambda.Code.from_asset(folder),
        memory_size=512,
        timeout=Duration.seconds(10),
        environment={"TABLE": "orders", "LEVEL": "INFO"},
    )


def build(
    make: Callable[[Stack, str, str], None], count: int, folder: str, *, checked: bool = True
) -> tuple[float, Path]:
    """Seconds for constructing and synthesizing, and where the assembly is."""
    outdir = Path(tempfile.mkdtemp())
    started = time.perf_counter()
    app = App(outdir=str(outdir), analytics_reporting=False, tree_metadata=False)
    if not checked:
        synthesis._checked[app] = True  # as if the checks were registered already
    stack = Stack(app, "Stack0")
    for index in range(count):
        if index and index % A_STACK == 0:
            stack = Stack(app, f"Stack{index // A_STACK}")
        make(stack, f"Function{index}", folder)
    app.synth()
    return time.perf_counter() - started, outdir


def time_spent_in_plugin() -> list[float]:
    """Collects the seconds of every call into the plugin from now on."""
    spent: list[float] = []
    validate = LambdaChecks.validate

    def timed(self: LambdaChecks, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return validate(self, context)
        finally:
            spent.append(time.perf_counter() - started)

    LambdaChecks.validate = timed  # type: ignore[method-assign]
    return spent


def templates(outdir: Path) -> dict[str, object]:
    """Every template of an assembly."""
    return {file.name: json.loads(file.read_text()) for file in sorted(outdir.glob("*.template.json"))}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, nargs="*", default=[1, 10, 100, 400])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        tempfile.tempdir = root  # the assemblies go with it
        measure(arguments.functions, arguments.rounds)


def measure(functions: list[int], rounds: int) -> None:
    """Measures the ways in turn, for each number of functions."""
    folder = tempfile.mkdtemp()
    spent = time_spent_in_plugin()
    (Path(folder) / "app.py").write_text(HANDLER)
    ways: dict[str, Callable[[int], tuple[float, Path]]] = {
        "plain": lambda count: build(plain, count, folder),
        "ours": lambda count: build(ours, count, folder),
        "unchecked": lambda count: build(ours, count, folder, checked=False),
    }
    written = {name: templates(way(3)[1]) for name, way in ways.items()}
    assert written["plain"] == written["ours"] == written["unchecked"], "the templates differ"
    print(f"{'functions':>9}  {'way':<10} {'median':>9}  {'quartiles':>19}  {'of plain':>8}")
    for count in functions:
        times: dict[str, list[float]] = {name: [] for name in ways}
        inside: list[float] = []
        for each in range(rounds):
            names = list(ways)
            for name in names[each % 3 :] + names[: each % 3]:
                spent.clear()
                seconds, outdir = ways[name](count)
                if name == "ours":
                    inside.append(sum(spent))
                shutil.rmtree(outdir)
                times[name].append(seconds)
        medians = {name: statistics.median(values) for name, values in times.items()}
        for name, values in times.items():
            low, _, high = statistics.quantiles(values, n=4)
            ratio = medians[name] / medians["plain"]
            spread = f"{low * 1000:>6.0f} to {high * 1000:>5.0f} ms"
            print(f"{count:>9}  {name:<10} {medians[name] * 1000:>6.0f} ms  {spread}  {ratio:>8.2f}")
        share = statistics.median(inside) / medians["ours"]
        print(f"{count:>9}  share of the checks in ours: {share:.1%}")


if __name__ == "__main__":
    main()

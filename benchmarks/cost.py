"""What an app costs, for an app of thousands of functions: the time of the estimate alone, and of the whole command.

    python benchmarks/cost.py
    python benchmarks/cost.py --functions 500 1000 2000 --rounds 5

Writes a cloud assembly of 20 stacks in two Regions, with a log group, an alarm and an alias for each function and an
API for each stack, and a usage file that states the usage of each function. Prints medians with the spread (least to
most) of: reading the templates, the estimate, and both with the file and the JSON, as `constructs-lambda cost` does it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from constructs_lambda.apps import read_app
from constructs_lambda.pricing import estimate, read_usage
from constructs_lambda.pricing.documents import as_json

STACKS = 20
REGION = "us-east-1"


def resources(number: int) -> dict[str, Any]:
    """The resources of one function."""
    name = f"F{number}"
    function = {
        "Code": {"S3Bucket": "packages", "S3Key": "orders.zip"},
        "Architectures": ["arm64" if number % 2 else "x86_64"],
        "Handler": "app.handler",
        "LoggingConfig": {"LogGroup": {"Ref": f"{name}Log"}, "LogFormat": "JSON"},
        "MemorySize": 512,
        "Role": "arn:aws:iam::111122223333:role/orders",
        "Runtime": "python3.13",
        "Timeout": 30,
    }
    alias = {"FunctionName": {"Ref": name}, "FunctionVersion": "1", "Name": "live"}
    alarm = {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Period": 60, "Statistic": "Sum"}
    return {
        f"{name}Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
        name: {"Type": "AWS::Lambda::Function", "Properties": function},
        f"{name}Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        f"{name}Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
    }


def write(directory: Path, functions: int) -> Path:
    """Writes the cloud assembly and the usage file, and returns the file."""
    artifacts = {}
    for index in range(STACKS):
        name = f"Shop{index:02}"
        numbers = range(index, functions, STACKS)
        document = {"Resources": {key: each for number in numbers for key, each in resources(number).items()}}
        document["Resources"]["Api"] = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}
        (directory / f"{name}.template.json").write_text(json.dumps(document))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{REGION}",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (directory / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    tables = (
        f'[resource."F{number}"]\nrequests = {1_000 * number}\nduration_ms = 120\ninit_ms = 300\ncold_share = 0.01\n'
        for number in range(functions)
    )
    file = directory / "usage.toml"
    file.write_text("".join(tables))
    return file


def timed(rounds: int, run: Callable[[], object]) -> str:
    """Median and spread of several runs."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, nargs="+", default=[500, 1_000, 2_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for functions in arguments.functions:
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            file = write(directory, functions)

            def whole(directory: Path = directory, file: Path = file) -> Decimal:
                report = estimate(read_app(str(directory), bytes), read_usage(file))
                as_json(report)
                return report.total

            app, usage = read_app(str(directory), bytes), read_usage(file)
            reading = timed(arguments.rounds, lambda: read_app(str(directory), bytes))  # noqa: B023 (run at once)
            estimated = timed(arguments.rounds, lambda: estimate(app, usage))  # noqa: B023
            everything = timed(arguments.rounds, whole)
            print(f"{functions:>6,} functions, {whole():,} USD: read {reading}, estimate {estimated}, all {everything}")


if __name__ == "__main__":
    main()

"""A whole app checked: the sums over its stacks, the time and the memory.

    python benchmarks/quotas.py
    python benchmarks/quotas.py --functions 500 1000 2000 --rounds 5

Writes a cloud assembly of 20 stacks in two Regions, with a role, a log group, a version and an alias for each function,
and checks it as `constructs-lambda check` does. Prints medians with the spread (least to most), the most memory that
Python held at a time, measured in a round of its own, and the sums that were found; it sets no exit status by them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

from constructs_lambda.checker import check

TODAY = date(2026, 11, 22)
STACKS = 20
REGIONS = ("eu-west-1", "us-east-1")
ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def resources(number: int) -> dict[str, Any]:
    """The resources of one function that has one execution reserved."""
    name, role, log = f"F{number}", f"F{number}Role", f"F{number}Log"
    function = {
        "Code": {"S3Bucket": "packages", "S3Key": "orders.zip"},
        "Handler": "app.handler",
        "LoggingConfig": {"LogGroup": {"Ref": log}, "LogFormat": "JSON"},
        "MemorySize": 512,
        "ReservedConcurrentExecutions": 1,
        "Role": {"Fn::GetAtt": [role, "Arn"]},
        "Runtime": "python3.13",
        "Timeout": 30,
    }
    found = {
        role: ("AWS::IAM::Role", {"AssumeRolePolicyDocument": ASSUME}),
        log: ("AWS::Logs::LogGroup", {"RetentionInDays": 30}),
        name: ("AWS::Lambda::Function", function),
        f"{name}Version": ("AWS::Lambda::Version", {"FunctionName": {"Ref": name}}),
        f"{name}Alias": (
            "AWS::Lambda::Alias",
            {
                "FunctionName": {"Ref": name},
                "FunctionVersion": {"Fn::GetAtt": [f"{name}Version", "Version"]},
                "Name": "live",
            },
        ),
    }
    return {key: {"Type": kind, "Properties": properties} for key, (kind, properties) in found.items()}


def write(directory: Path, functions: int) -> None:
    """Writes the cloud assembly."""
    artifacts = {}
    for index in range(STACKS):
        name = f"Shop{index:02}"
        numbers = range(index, functions, STACKS)
        document = {"Resources": {key: each for number in numbers for key, each in resources(number).items()}}
        (directory / f"{name}.template.json").write_text(json.dumps(document))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{REGIONS[index % len(REGIONS)]}",
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (directory / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))


def run(directory: Path) -> list[str]:
    """Checks it; returns what was said of its sums."""
    report = check([str(directory)], lambda: b"", TODAY)
    return [finding.message for finding in report.findings if finding.rule == "CL720"]


def memory(directory: Path) -> float:
    """The most that Python held at a time, in MB."""
    tracemalloc.start()
    run(directory)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1024**2


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, nargs="+", default=[500, 1_000, 2_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for functions in arguments.functions:
        with tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            write(directory, functions)
            times = []
            for _ in range(arguments.rounds):
                started = time.perf_counter()
                said = run(directory)
                times.append(time.perf_counter() - started)
            spread = f"{min(times):.2f} to {max(times):.2f} s"
            print(f"{functions:>6,} functions: {statistics.median(times):.2f} s ({spread}), {memory(directory):.0f} MB")
            for message in said:
                print(f"       {message.partition(' (')[0]}{message.partition(')')[2]}")


if __name__ == "__main__":
    main()

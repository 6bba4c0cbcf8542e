"""50 tests of a stack with ten functions: with the fixture `synth`, against CDK's `Template.from_stack` and defaults.

    python benchmarks/tests.py
    python benchmarks/tests.py --tests 50 --rounds 5

Each side is a whole run of pytest in a process of its own, in turn with the others: "plain" makes an App and calls
`Template.from_stack` in each test; "synth" synthesizes in each test with our fixture; "shared" synthesizes once, in a
fixture with `scope="module"`. "plain, shared" does the same with CDK alone. Printed are medians with the spread (least
to most), and the ratio to "plain", of the time that passes and of the time that the processors work, Node's included:
the latter says more where others use the machine. Plugins of pytest that this project's own tests need are off.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STACK = """
from aws_cdk import App, Stack, aws_lambda

CODE = aws_lambda.Code.from_inline("def handler(event, context): ...")


class Shop(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        for number in range(10):
            aws_lambda.Function(
                self,
                f"F{number}",
                code=CODE,
                handler="index.handler",
                runtime=aws_lambda.Runtime.PYTHON_3_14,
                memory_size=256,
            )
"""
HEAD = """
import pytest
from aws_cdk import App
from aws_cdk.assertions import Template
from shop import Shop

numbers = pytest.mark.parametrize("number", range(TESTS))
EXPECTED = {"MemorySize": 256}
"""
SIDES = {
    "plain": """
@numbers
def test_memory(number):
    template = Template.from_stack(Shop(App(), "Shop"))
    template.has_resource_properties("AWS::Lambda::Function", EXPECTED)
""",
    "plain, shared": """
@pytest.fixture(scope="module")
def template():
    return Template.from_stack(Shop(App(), "Shop"))

@numbers
def test_memory(template, number):
    template.has_resource_properties("AWS::Lambda::Function", EXPECTED)
""",
    "synth": """
@numbers
def test_memory(synth, number):
    synth(Shop).template().has_resource_properties("AWS::Lambda::Function", EXPECTED)
""",
    "shared": """
@pytest.fixture(scope="module")
def shop(synth):
    return synth(Shop)

@numbers
def test_memory(shop, number):
    shop.template().has_resource_properties("AWS::Lambda::Function", EXPECTED)
""",
}


def seconds(folder: Path) -> tuple[float, float]:
    """How long pytest takes for the tests of a folder: the time that passes, and that the processors work."""
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    off = [
        each for name in ("cacheprovider", "hypothesispytest", "pytest_cov", "xdist") for each in ("-p", f"no:{name}")
    ]
    command = [sys.executable, "-m", "pytest", "-q", *off, str(folder)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(run.stdout + run.stderr)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measures all sides in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tests", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    took: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as root:
        for side, tests in SIDES.items():
            folder = Path(root) / side.replace(", ", "_")
            folder.mkdir()
            (folder / "shop.py").write_text(STACK)
            (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
            (folder / "test_shop.py").write_text(HEAD.replace("TESTS", str(arguments.tests)) + tests)
        for number in range(arguments.rounds + 1):
            for side in SIDES:
                found = seconds(Path(root) / side.replace(", ", "_"))
                if number:  # the first one fills caches
                    took[side].append(found)
    for number, what in enumerate(("passed", "worked")):
        base = statistics.median(each[number] for each in took["plain"])
        for side, pairs in took.items():
            times = [each[number] for each in pairs]
            middle = statistics.median(times)
            spread = f"{min(times):.2f} to {max(times):.2f}"
            print(f"{what}  {side:14} {middle:.2f} s ({spread}), ratio {middle / base:.2f}")


if __name__ == "__main__":
    main()

"""Construct and synth with a profile, against the same without: plain CDK code and ours.

    python benchmarks/profile.py
    python benchmarks/profile.py --functions 400 --rounds 5

All sides give functions with the same settings: without a profile they are written out. "no-op" is an injector that
returns what it gets, the least that any injector costs. "with logs" has `log_retention` too, which gives plain ones
a log group each. Rounds are interleaved; printed are medians with the spread (least to most), and the ratio.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import jsii
from aws_cdk import App, Duration, IPropertyInjector, PropertyInjectors, Stack, Validations, aws_lambda, aws_logs

from constructs_lambda import Function, LambdaChecks, Profile, Require

STACK_SIZE = 100
CODE = aws_lambda.Code.from_inline("def handler(event, context): ...")
TEN = Duration.seconds(10)
REQUIRE = {"timeout": Require.at_most(30)}
PROFILE = Profile("acme", defaults={"timeout": TEN, "environment": {"LEVEL": "INFO"}}, require=REQUIRE)
WITH_LOGS = Profile("acme", base=PROFILE, defaults={"log_retention": aws_logs.RetentionDays.ONE_YEAR})


@jsii.implements(IPropertyInjector)
class NoOp:
    """The least that an injector costs."""

    @property
    def construct_unique_id(self) -> str:
        """What it is for."""
        return aws_lambda.Function.PROPERTY_INJECTION_ID

    def inject(self, original_props: Any, *, scope: Any, id: str) -> Any:
        """The same."""
        return original_props


PATHS: dict[str, Callable[[App], object]] = {
    "without": lambda app: None,
    "no-op": lambda app: PropertyInjectors.of(app).add(NoOp()),
    "profile": PROFILE.apply,
    "with logs": WITH_LOGS.apply,
}


def build(kind: Any, path: str, functions: int) -> float:
    """Seconds that an app takes."""
    app = App(builtin_cloud_formation_validation=False, analytics_reporting=False)
    started = time.perf_counter()
    PATHS[path](app)
    written: dict[str, Any] = {}
    if path in ("without", "no-op"):
        written = {"timeout": TEN, "environment": {"LEVEL": "INFO"}}
        if kind is aws_lambda.Function:
            Validations.of(app).add_plugins(LambdaChecks())
    for first in range(0, functions, STACK_SIZE):
        stack = Stack(app, f"Shop{first}")
        for number in range(first, min(first + STACK_SIZE, functions)):
            kind(
                stack,
                f"F{number}",
                code=CODE,
                handler="index.handler",
                runtime=aws_lambda.Runtime.PYTHON_3_14,
                memory_size=256,
                **written,
            )
    app.synth()
    return time.perf_counter() - started


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    kinds = {"plain": aws_lambda.Function, "ours": Function}
    for kind in kinds.values():
        build(kind, "with logs", STACK_SIZE)
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(arguments.rounds):
        for name, kind in kinds.items():
            for path in PATHS:
                times.setdefault((name, path), []).append(build(kind, path, arguments.functions))
    for (name, path), found in times.items():
        median, without = statistics.median(found), statistics.median(times[name, "without"])
        print(f"{name:6} {path:10} {median:.2f} s ({min(found):.2f} to {max(found):.2f}), ratio {median / without:.2f}")


if __name__ == "__main__":
    main()

"""constructs-lambda check against cfn-lint, the same templates, in one run.

    python benchmarks/check.py cdk.out/*.template.json
    python benchmarks/check.py --rounds 5 templates/*.yaml

Both run as the commands that they are, over all the templates at once, in turn. Prints medians, the spread (least to
most) and the ratio; it sets no exit status by them.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(command: list[str]) -> float:
    """How long a command takes; its findings don't matter here."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - started


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("templates", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    scripts = Path(sys.executable).parent
    commands = {
        "cfn-lint": [str(scripts / "cfn-lint"), "--non-zero-exit-code", "none", *arguments.templates],
        "ours": [str(scripts / "constructs-lambda"), "check", *arguments.templates],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(arguments.rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))
    number = len(arguments.templates)
    peer = statistics.median(times["cfn-lint"])
    for name, values in times.items():
        median = statistics.median(values)
        spread = f"{min(values):.2f} to {max(values):.2f} s"
        print(f"{name:<9} {number} templates: {median:>6.2f} s ({spread}), ratio {median / peer:.4f}")


if __name__ == "__main__":
    main()

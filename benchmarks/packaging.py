"""Python packages: pip with zipfile, bare uv, `sam build` where it is installed, and ours; interleaved, in one run.

    python benchmarks/packaging.py                      the light set, 5 rounds
    python benchmarks/packaging.py --set heavy --rounds 3

`sam build` needs a python3.13 on the PATH, whose version it compares with the function's.
Wheels are cached for all; what is installed is pinned first, once. Each way is a process of its own, so each pays for
its start; ours is also given without it (`inside`), as an app with many functions sees it. Prints medians, the spread
(first to third quartile), ratios of medians and the peak of memory; it sets no exit status by them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uv

SETS = {
    "light": "aws-lambda-powertools[tracer,parser]\nboto3\nrequests\npydantic\n",
    "heavy": "pandas\npyarrow\nnumpy\n",
}
UV = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13", "--only-binary", ":all:"]
ZIP = """
import sys, zipfile
from pathlib import Path
root = Path(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            archive.write(path, path.relative_to(root))
"""
OURS = """
import sys, time
from pathlib import Path
from constructs_lambda.packaging import Cache, Target, build
started = time.perf_counter()
package = build(Path(sys.argv[1]), Target("python3.13", "arm64"), cache=Cache(Path(sys.argv[2])))
print(time.perf_counter() - started, package.path.stat().st_size)
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F: {Type: AWS::Serverless::Function,
      Properties: {CodeUri: entry, Handler: app.handler, Runtime: python3.13, Architectures: [arm64]}}
"""


class Bench:
    """The folders of one run, and the ways to package."""

    def __init__(self, root: Path, requirements: str) -> None:
        self.root, self.entry, self.target = root, root / "entry", root / "target"
        self.entry.mkdir()
        (self.entry / "app.py").write_text("def handler(event, context):\n    return 1\n")
        (root / "wanted.txt").write_text(requirements)
        pins = self.run(
            [
                uv.find_uv_bin(),
                "pip",
                "compile",
                "-q",
                "--no-header",
                "--no-annotate",
                *UV,
                str(root / "wanted.txt"),
                "-o",
                str(self.entry / "requirements.txt"),
            ]
        )
        assert pins == ""
        (root / "template.yaml").write_text(TEMPLATE)
        self.inside: dict[str, list[float]] = {}
        self.count = 0

    def run(self, command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.root, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command[:3])} failed:\n{done.stderr}")
        return done.stdout

    def pip(self) -> None:
        tags = [f"--platform=manylinux_2_{minor}_aarch64" for minor in range(28, 16, -1)]  # pip adds no older ones
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(self.target), *tags]
        command += ["--platform=manylinux2014_aarch64", "--python-version", "3.13", "--only-binary", ":all:"]
        self.run([*command, "--no-deps", "--ignore-requires-python", "-r", str(self.entry / "requirements.txt")])

    def pip_and_zipfile(self) -> None:
        self.pip()
        shutil.copy(self.entry / "app.py", self.target)
        self.run([sys.executable, "-c", ZIP, str(self.target), str(self.root / "package.zip")])

    def bare_uv(self) -> None:
        self.run(
            [
                uv.find_uv_bin(),
                "pip",
                "install",
                "-q",
                "--target",
                str(self.target),
                *UV,
                "-r",
                str(self.entry / "requirements.txt"),
            ]
        )

    def sam(self) -> None:
        self.run(
            ["sam", "build", "--template", str(self.root / "template.yaml"), "--build-dir", str(self.root / "sam")]
        )

    def ours(self, name: str) -> None:
        seconds, size = self.run([sys.executable, "-c", OURS, str(self.entry), str(self.root / "cache")]).split()
        self.inside.setdefault(name, []).append(float(seconds))
        self.size = int(size)

    def cold(self) -> None:
        self.ours("ours, wheels cached")

    def unchanged(self) -> None:
        self.ours("ours, nothing changed")

    def changed(self) -> None:
        self.ours("ours, source changed")

    def before(self, name: str) -> None:
        """What isn't timed."""
        shutil.rmtree(self.target, ignore_errors=True)
        if name == "ours, wheels cached":
            shutil.rmtree(self.root / "cache", ignore_errors=True)
        elif name == "ours, source changed":
            self.count += 1
            (self.entry / "app.py").write_text(f"def handler(event, context):\n    return {self.count}\n")
        os.sync()  # nobody pays for what was written or removed before
        time.sleep(0.5)


def peak(bench: Bench) -> int:
    """The memory of our process in MiB, in a process that has started nothing else."""
    shutil.rmtree(bench.root / "cache", ignore_errors=True)
    code = OURS + "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    used = int(bench.run([sys.executable, "-c", code, str(bench.entry), str(bench.root / "cache")]).split()[-1])
    return used >> (20 if sys.platform == "darwin" else 10)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, default="light")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), SETS[arguments.set])
        ways: dict[str, Callable[[], None]] = {
            "pip install --target": bench.pip,
            "pip and zipfile": bench.pip_and_zipfile,
            "uv pip install --target": bench.bare_uv,
            "ours, wheels cached": bench.cold,
            "ours, source changed": bench.changed,
            "ours, nothing changed": bench.unchanged,
        }
        if shutil.which("sam"):
            ways["sam build"] = bench.sam
        times: dict[str, list[float]] = {name: [] for name in ways}
        for each in range(arguments.rounds + 1):  # the first round fills the caches
            for name, way in ways.items():
                bench.before(name)
                started = time.perf_counter()
                way()
                if each:
                    times[name].append(time.perf_counter() - started)
        base = statistics.median(times["pip and zipfile"])
        install = statistics.median(times["pip install --target"])
        print(f"{'way':<34} {'median':>9}  {'quartiles':>20}  {'of pip and zipfile':>18}  {'of pip alone':>12}")
        inside = {f"{name}, inside": values[1:] for name, values in bench.inside.items()}
        for name, values in (times | inside).items():
            low, _, high = statistics.quantiles(values, n=4)
            middle = statistics.median(values)
            spread = f"{low * 1000:.0f} to {high * 1000:.0f} ms"
            print(
                f"{name:<34} {middle * 1000:>6.0f} ms  {spread:>20}  {middle / base:>18.3f}  {middle / install:>12.3f}"
            )
        theirs = bench.root / "package.zip"
        print(f"zip: {bench.size / 1e6:.1f} MB; by zipfile, untrimmed: {theirs.stat().st_size / 1e6:.1f} MB")
        print(f"memory at its peak: {peak(bench)} MiB")


if __name__ == "__main__":
    main()

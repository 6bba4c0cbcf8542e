"""Deploys with the real CDK CLI, where it is there: what it does to an assembly on its way is tried as well."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.leashes import how_it_ended, leashed
from constructs_lambda.local.deployments import finished
from constructs_lambda.local.environments import environment, node_program
from constructs_lambda.local.manifests import ACCOUNT, REGION
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.local.deployments import Progress
    from constructs_lambda.local.emulator import Emulator
    from constructs_lambda.local.fits import Fitted
    from constructs_lambda.local.manifests import StackPlan

PINNED = "aws-cdk@2.1148.1"
"""What to install: version 3 can't read what aws-cdk-lib 2 writes."""
_LAST_LINES = 40
_SECONDS_TO_TELL = 60
_SECONDS_BETWEEN = 0.2


@record()
class CdkCli:
    """A CDK CLI that fits.

    Args:
        program: The program.
        node: The Node that it runs on.
        version: Its version.
    """

    program: Path
    node: str
    version: str


def find_cdk(folder: Path, *, is_wanted: bool) -> CdkCli | None:
    """The CDK CLI of an app: in `node_modules/.bin` of its folder or one above, or on the path.

    Args:
        folder: The app's folder.
        is_wanted: Whether nothing else will do.

    Raises:
        InputError: None fits, and nothing else will do.
    """
    whole = folder.resolve()
    places = (each / "node_modules" / ".bin" / "cdk" for each in (whole, *whole.parents))
    program = next((each for each in places if each.is_file()), None)
    if program is None and (found := shutil.which("cdk")):
        program = Path(found)
    install = f"install it with: npm install {PINNED}"
    node = node_program()
    problem = ""
    if program is None:
        problem = f"no CDK CLI is in node_modules/.bin above {whole}, nor on the path; {install}"
    elif node is None:
        problem = 'the CDK CLI needs Node; install it with: pip install "constructs-lambda[node]"'
    else:
        version = _version(program, node)
        if version.partition(".")[0] == "2":
            return CdkCli(program, node, version)
        problem = f"{program}: is version {one_line(version) or 'unknown'}, and version 2 is needed; {install}"
    if is_wanted:
        raise InputError(problem)
    return None


def _version(program: Path, node: str) -> str:
    try:
        done = subprocess.run(
            [node, str(program.resolve()), "--version"],
            env={"PATH": os.defpath, "HOME": os.devnull, "CDK_DISABLE_CLI_TELEMETRY": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_TELL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.match(r"\d+\.\d+\.\d+\S*", done.stdout.strip())
    return found.group() if found else ""


def deploy_with_cdk(cdk: CdkCli, aws: Emulator, app: Fitted, outdir: Path, progress: Progress) -> None:
    """Has the CLI bootstrap the app's accounts and Regions in an emulator, and deploy the app there.

    Args:
        cdk: The CLI.
        aws: The emulator.
        app: The app as the emulator takes it.
        outdir: The assembly that it came from.
        progress: Is told how far it is.

    Raises:
        InputError: The CLI failed; the text holds the last of what it said.
    """
    assembly = aws.folder / "fitted.out"
    shutil.copytree(outdir, assembly, copy_function=_linked, symlinks=True)
    for file, template in app.templates.items():
        copy = assembly / file.relative_to(outdir.resolve())
        copy.unlink()
        copy.write_text(json.dumps(template))
    _without_images(assembly)
    for account, region in sorted({(plan.account, plan.region) for plan in app.plans}):
        place = f"aws://{account}/{region}"
        progress(f"bootstrap {place}", 0, 1, 0)
        started = time.monotonic()
        _run(cdk, aws, ["bootstrap", place], account)
        progress(f"bootstrap {place}", 1, 1, time.monotonic() - started)
    every = "**"  # `--all` leaves out what is in Stages
    deploy = ["deploy", every, "--app", str(assembly), "--require-approval", "never"]
    for stack, values in app.parameters.items():
        for name, value in values.items():
            deploy += ["--parameters", f"{stack}:{name}={value}"]
    said: list[tuple[StackPlan, int]] = []

    def tell(seconds: float) -> None:
        for plan in app.plans:
            total = len(app.templates[plan.template.file.resolve()]["Resources"])
            state = (plan, min(finished(aws, plan), total))
            if state[1] and state not in said:
                said.append(state)
                progress(plan.name, state[1], total, seconds)

    _run(cdk, aws, deploy, ACCOUNT, tell)


def _without_images(assembly: Path) -> None:
    """Takes the container images out of the asset manifests: to build them takes a Docker."""
    for file in assembly.rglob("*.assets.json"):
        manifest = json.loads(file.read_text())
        if manifest.get("dockerImages"):
            file.unlink()
            file.write_text(json.dumps({**manifest, "dockerImages": {}}))


def _linked(source: str, copy: str) -> str:
    try:
        os.link(source, copy)
    except OSError:  # another file system
        shutil.copy2(source, copy)
    return copy


def _run(
    cdk: CdkCli, aws: Emulator, arguments: Sequence[str], account: str, tell: Callable[[float], None] | None = None
) -> None:
    said = aws.folder / "cdk.log"
    shown = {
        **environment(aws.folder),
        "AWS_ACCESS_KEY_ID": account,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.port}",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": str(aws.folder / "cdk-home"),
        "CI": "true",
    }
    command = [cdk.node, str(cdk.program.resolve()), *arguments, "--no-notices", "--no-color"]
    started = time.monotonic()
    with said.open("w") as output, leashed(command, aws.folder, shown, output.fileno()) as process:
        while process.poll() is None:
            if tell is not None:
                tell(time.monotonic() - started)
            time.sleep(_SECONDS_BETWEEN)
    if process.returncode != 0:
        last = "\n".join(said.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        raise InputError(f"cdk {arguments[0]}: failed, with {how_it_ended(process.returncode)}; it said:\n{last}")
    if tell is not None:
        tell(time.monotonic() - started)

"""Deploys a cloud assembly into an emulator, by CloudFormation: nothing is needed but boto3."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.errors import InputError
from constructs_lambda.local.apps import LocalApp
from constructs_lambda.local.clients import explained
from constructs_lambda.local.failures import LOG
from constructs_lambda.local.fits import NESTED, Fitted, fit, nested_in
from constructs_lambda.local.inline_code import with_cfnresponse
from constructs_lambda.local.inputs import Inputs, supply
from constructs_lambda.local.manifests import StackPlan
from constructs_lambda.local.resources import Resource, name_of

if TYPE_CHECKING:
    from constructs_lambda.assembly import TemplateFile
    from constructs_lambda.local.emulator import Emulator

SECONDS_TO_DEPLOY = 300
"""How long one stack may take."""
_TEMPLATES = "constructs-lambda-templates"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]

Progress = Callable[[str, int, int, float], None]
"""Is told of a stack: its name, how many resources are done, of how many, and the seconds since it began."""


def deploy(aws: Emulator, outdir: Path, inputs: Inputs, progress: Progress | None = None) -> LocalApp:
    """Creates the stacks of an assembly in an emulator.

    Args:
        aws: The emulator.
        outdir: The assembly.
        inputs: Values that it needs.
        progress: Is told how far it is.

    Raises:
        InputError: The assembly can't be read, a value is missing, or a stack can't be created; says which resources
            failed, and why.
    """
    return create(aws, with_cfnresponse(aws, supply(aws, fit(outdir), inputs)), progress)


@explained
def create(aws: Emulator, app: Fitted, progress: Progress | None = None) -> LocalApp:
    """Creates the stacks of an app that was fitted.

    Args:
        aws: The emulator.
        app: The app.
        progress: Is told how far it is.

    Raises:
        InputError: A stack can't be created; says which resources failed, and why.
    """
    for plan in app.plans:
        _Deployment(aws, plan, app, progress or _silent).run()
    return deployed(aws, app)


@explained
def deployed(aws: Emulator, app: Fitted) -> LocalApp:
    """What an app became, whoever deployed it.

    Args:
        aws: The emulator.
        app: The app.
    """
    found: list[Resource] = []
    for plan in app.plans:
        found += _resources(aws, plan, plan.name, plan.template, app.templates)
    return LocalApp(aws.port, tuple(found), app.ignored, aws.folder / LOG)


class _Deployment:
    """One stack on its way.

    Args:
        aws: The emulator.
        plan: The stack.
        app: The app that it belongs to.
        progress: Is told how far it is.
    """

    def __init__(self, aws: Emulator, plan: StackPlan, app: Fitted, progress: Progress) -> None:
        self.aws, self.plan, self.templates, self.progress = aws, plan, app.templates, progress
        self.parameters = app.parameters.get(plan.name, {})
        place = {"account": plan.account, "region": plan.region}
        self.s3, self.stacks = aws.client("s3", **place), aws.client("cloudformation", **place)
        self.ssm, self.port = aws.client("ssm", **place), aws.port

    def run(self) -> None:
        started = time.monotonic()
        total = len(self.templates[self.plan.template.file.resolve()]["Resources"])
        self.progress(self.plan.name, 0, total, 0)
        self._refuse_existing()
        for name, value in self.plan.parameters.items():
            self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
        for asset in self.plan.assets:
            self._bucket(asset.bucket)
            self.s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=self._content(asset.source))
        self._bucket(bucket := f"{_TEMPLATES}-{self.plan.account}-{self.plan.region}")
        key = f"{self.plan.name}.json"
        self.s3.put_object(Bucket=bucket, Key=key, Body=self._content(self.plan.template.file))
        self.stacks.create_stack(
            StackName=self.plan.name,
            TemplateURL=f"http://127.0.0.1:{self.port}/{bucket}/{key}",
            Parameters=[{"ParameterKey": name, "ParameterValue": each} for name, each in self.parameters.items()],
            Capabilities=_CAPABILITIES,
        )
        status = "CREATE_IN_PROGRESS"
        while status.endswith("_IN_PROGRESS"):
            seconds = time.monotonic() - started
            if seconds > SECONDS_TO_DEPLOY:
                raise InputError(f"{self.plan.name}: isn't created after {SECONDS_TO_DEPLOY} s; {self._failures()}")
            time.sleep(0.05)
            status = self._status()
            self.progress(self.plan.name, min(finished(self.aws, self.plan), total - 1), total, seconds)
        if status != "CREATE_COMPLETE":
            raise InputError(f"{self.plan.name}: {status}\n{self._failures()}")
        self.progress(self.plan.name, total, total, time.monotonic() - started)

    def _refuse_existing(self) -> None:
        if any(each["StackName"] == self.plan.name for each in self.stacks.describe_stacks()["Stacks"]):
            raise InputError(f"{self.plan.name}: is deployed in this emulator already; take another emulator")

    def _bucket(self, name: str) -> None:
        place = {} if self.plan.region == "us-east-1" else {
            "CreateBucketConfiguration": {"LocationConstraint": self.plan.region}
        }  # fmt: skip
        with suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):
            self.s3.create_bucket(Bucket=name, **place)

    def _content(self, source: Path) -> bytes:
        """A file, a template as it fits, or a folder as the archive that a deployment makes of it."""
        template = self.templates.get(source.resolve())
        if template is not None:
            return json.dumps(template).encode()
        if source.is_file():
            return source.read_bytes()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for file in sorted(source.rglob("*")):
                if not file.exists():
                    raise InputError(f"{file}: is a link to nothing; mend or remove it, and synthesize again")
                archive.write(file, file.relative_to(source))
        return buffer.getvalue()

    def _status(self) -> str:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        try:
            (found,) = self.stacks.describe_stacks(StackName=self.plan.name)["Stacks"]
        except ClientError as error:
            return f"gone: {error}"
        return str(found["StackStatus"])

    def _failures(self) -> str:
        events = self.stacks.describe_stack_events(StackName=self.plan.name)["StackEvents"]
        failed = [each for each in reversed(events) if each["ResourceStatus"].endswith("FAILED")]
        paths = self.plan.template.paths
        lines = (
            f"{paths.get(id := each['LogicalResourceId'], id)} ({each['ResourceType']}): "
            f"{each.get('ResourceStatusReason')}"
            for each in failed
        )
        return "\n".join(dict.fromkeys(lines)) or "the emulator doesn't say why"


def finished(aws: Emulator, plan: StackPlan) -> int:
    """How many resources of a stack are done; 0 before it is begun.

    Args:
        aws: The emulator.
        plan: The stack.
    """
    from botocore.exceptions import ClientError

    client = aws.client("cloudformation", account=plan.account, region=plan.region)
    try:
        events = client.describe_stack_events(StackName=plan.name)["StackEvents"]
    except ClientError:
        return 0
    return len({each["LogicalResourceId"] for each in events if each["ResourceStatus"] == "CREATE_COMPLETE"})


def _silent(_name: str, _done: int, _total: int, _seconds: float) -> None:
    pass


def _resources(
    aws: Emulator,
    plan: StackPlan,
    stack: str,
    file: TemplateFile,
    templates: Mapping[Path, Mapping[str, Any]],
) -> Iterator[Resource]:
    client = aws.client("cloudformation", account=plan.account, region=plan.region)
    definitions = templates[file.file.resolve()]["Resources"]
    nested = {each.stack_path: each for each in plan.nested}
    for each in client.describe_stack_resources(StackName=stack)["StackResources"]:
        id, physical = each["LogicalResourceId"], each.get("PhysicalResourceId", "")
        path = file.paths.get(id, f"{file.stack_path}/{id}")
        properties = definitions.get(id, {}).get("Properties", {})
        yield Resource(
            each["ResourceType"], path, id, physical, plan.name, plan.account, plan.region, name_of(properties)
        )
        if each["ResourceType"] == NESTED and (inner := nested_in(nested, path)) is not None:
            yield from _resources(aws, plan, physical, inner, templates)

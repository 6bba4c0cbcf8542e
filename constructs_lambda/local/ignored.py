"""What an emulator leaves out of an app: types that it refuses, properties that it never reads, rules it breaks."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.errors import InputError
from constructs_lambda.local.resources import CUSTOM_RESOURCE, FUNCTION, LANGUAGES
from constructs_lambda.local.templates import OF_REGIONS, Dropped
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.local.manifests import StackPlan

TRIED_WITH, TRIED_ON = "1.5.33", "2026-11-28"
"""The ministack that the table below was tried with, and when."""
_SECONDS_TO_READ = 60
_MOST_LISTED = 3

_OF_CDK = "Custom::"  # what CDK makes for itself is no concern of the app's developer
_ONCE = "tried once, and lost where it can't be delivered"
_ANY_SIGNATURE = "any signature will do"
NOT_ENFORCED: Mapping[tuple[str, str], str] = {
    ("AWS::ApiGateway::Method", "AuthorizationType=AWS_IAM"): _ANY_SIGNATURE,
    ("AWS::ApiGatewayV2::Api", "CorsConfiguration"): "dropped: a preflight is refused, and no answer has CORS headers",
    ("AWS::ApiGatewayV2::Integration", "TimeoutInMillis"): "no integration times out",
    ("AWS::ApiGatewayV2::Route", "AuthorizationType=AWS_IAM"): _ANY_SIGNATURE,
    ("AWS::ApiGatewayV2::Stage", "AccessLogSettings"): "no request is logged",
    ("AWS::ApiGatewayV2::Stage", "DefaultRouteSettings"): "no request is throttled",
    ("AWS::CloudWatch::Alarm", ""): (
        "judged only when an app puts a metric, whatever its dimensions; of AWS's own metrics only Lambda's are kept"
    ),
    ("AWS::DynamoDB::GlobalTable", "Replicas"): "what a replica says of itself, such as its backups, is dropped",
    ("AWS::Events::Rule", "Targets"): _ONCE,
    ("AWS::IAM::Role", ""): "whoever calls AWS may do everything",
    ("AWS::KMS::Key", ""): "nothing is encrypted with it",
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig.OnSuccess"): "dropped: what succeeds is sent nowhere",
    ("AWS::Lambda::Function", "DeadLetterConfig"): "nothing is put into a function's dead-letter queue",
    ("AWS::Lambda::Function", "Layers"): "layers are on the path, not below /opt",
    ("AWS::Lambda::Function", "LoggingConfig.LogFormat=JSON"): "functions log text, of every level",
    ("AWS::Lambda::Function", "MemorySize"): "memory is not limited",
    ("AWS::Lambda::Function", "Runtime"): "Python is this machine's, whatever is asked for",
    ("AWS::Lambda::Function", "TracingConfig"): "nothing is traced",
    ("AWS::Lambda::Function", "VpcConfig"): "functions reach what this machine reaches",
    ("AWS::Lambda::Permission", ""): "whoever calls a function may",
    ("AWS::Lambda::Url", "AuthType=AWS_IAM"): _ANY_SIGNATURE,
    ("AWS::SNS::Subscription", "RedrivePolicy"): _ONCE,
    ("AWS::Scheduler::Schedule", "Target"): _ONCE,
}
"""What it takes and doesn't hold to: a type, a property, or a property with a value."""


@record()
class LeftOut:
    """One kind of thing that an emulator leaves out.

    Args:
        what: The type, or a property of it.
        why: What becomes of it.
        where: The construct paths.
    """

    what: str
    why: str
    where: tuple[str, ...]

    def line(self, width: int) -> str:
        """It, for people to read.

        Args:
            width: How wide the first column is.
        """
        return f"  {self.what:{width}}  " + (f"{self.why}: " if self.why else "") + _listed(self.where)


@record()
class Ignored:
    """What an emulator leaves out of an app.

    Args:
        missing: What isn't there at all.
        unread: Properties that it never reads.
        lax: What it takes and doesn't hold to.
    """

    missing: tuple[LeftOut, ...]
    unread: tuple[LeftOut, ...]
    lax: tuple[LeftOut, ...]

    def lines(self) -> list[str]:
        """It all, for people to read; nothing where the emulator takes all of the app."""
        sections = (
            ("Not there, because the emulator can't have it:", self.missing),
            ("Ignored: the emulator never reads these properties:", self.unread),
            (f"Taken, but not held to (tried with ministack {TRIED_WITH} on {TRIED_ON}):", self.lax),
        )
        lines: list[str] = []
        for title, parts in sections:
            if parts:
                width = max(len(each.what) for each in parts)
                lines += [title, *(each.line(width) for each in parts)]
        return lines


@record()
class Abilities:
    """What the installed emulator can.

    Args:
        types: Every name that its code can read, by the resource type that it has.
        clients: The clients of AWS that JavaScript finds in it.
        whole_clients: Those of them that are modules with all their names, and not made up as they are asked for.
    """

    types: Mapping[str, frozenset[str]]
    clients: frozenset[str]
    whole_clients: frozenset[str]


@cache
def abilities() -> Abilities:
    """What the installed emulator can, read out of its own code.

    Raises:
        InputError: Its code can't be read: it is of a kind that isn't known here.
    """
    from constructs_lambda.local.environments import environment, refuse_missing

    refuse_missing()
    with tempfile.TemporaryDirectory(prefix="constructs-lambda-local-") as folder:
        program = Path(__file__).with_name("abilities.py")
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(program)],
                cwd=folder,
                env=environment(Path(folder)),
                capture_output=True,
                text=True,
                timeout=_SECONDS_TO_READ,
                check=False,
            )
            found = json.loads(done.stdout) if done.returncode == 0 else None
        except (subprocess.TimeoutExpired, ValueError):
            found = None
    if not isinstance(found, dict) or not found.get("types"):
        raise InputError(
            "what the installed ministack can do can't be read out of its code; take the version that is known here: "
            f'pip install "ministack=={TRIED_WITH}"'
        )
    types = {str(kind): frozenset(names) for kind, names in found["types"].items()}
    return Abilities(types, frozenset(found["clients"]), frozenset(found["whole_clients"]))


def ignored_in(
    plans: Sequence[StackPlan],
    templates: Mapping[Path, Mapping[str, Any]],
    dropped: Mapping[Path, Sequence[Dropped]],
    known: Mapping[str, frozenset[str]],
) -> Ignored:
    """What is left out of an app.

    Args:
        plans: Its stacks.
        templates: What is deployed for each template, by its file.
        dropped: What is missing from each, by its file.
        known: What the emulator has.
    """
    missing: dict[tuple[str, str], list[str]] = {}
    unread: dict[tuple[str, str], list[str]] = {}
    lax: dict[tuple[str, str], list[str]] = {}
    for file in (each for plan in plans for each in plan.files):

        def path_of(id: str, paths: Mapping[str, str] = file.paths) -> str:
            return paths.get(id, id).removesuffix("/Resource").removesuffix("/Default")

        for each in dropped[file.file.resolve()]:
            missing.setdefault(_reason(each, path_of(each.needs)), []).append(path_of(each.logical_id))
        for id, resource in templates[file.file.resolve()]["Resources"].items():
            kind, properties = str(resource.get("Type")), resource.get("Properties") or {}
            if properties.get("PackageType") == "Image":
                missing.setdefault((kind, "a container image, which can't be invoked here"), []).append(path_of(id))
            runtime = properties.get("Runtime")
            if kind == FUNCTION and isinstance(runtime, str) and not runtime.startswith(LANGUAGES):
                missing.setdefault((kind, f"for {runtime}, which can't be invoked here"), []).append(path_of(id))
            if _OF_CDK in path_of(id):
                continue
            for name in () if kind == CUSTOM_RESOURCE else properties:  # its provider reads them
                if kind in known and name not in known[kind] and (kind, name) not in NOT_ENFORCED:
                    unread.setdefault((f"{kind} {name}", ""), []).append(path_of(id))
            for (of_kind, name), why in NOT_ENFORCED.items():
                if kind == of_kind and _has(properties, name):
                    lax.setdefault((f"{kind} {name}".strip(), why), []).append(path_of(id))
    return Ignored(*(_parts(each) for each in (missing, unread, lax)))


def _has(properties: Mapping[str, Any], wanted: str) -> bool:
    """Whether properties have a name, an inner one, or one with a value; no name is always had."""
    path, _, value = wanted.partition("=")
    found: Any = properties
    for name in filter(None, path.split(".")):
        found = found.get(name) if isinstance(found, Mapping) else None
    return not wanted or (found == value if value else bool(found))


def _reason(dropped: Dropped, needs: str) -> tuple[str, str]:
    if dropped.layer:
        return dropped.layer, "a layer of another account, whose modules aren't there"
    if dropped.type in OF_REGIONS:
        return dropped.type, "the emulator's clients in JavaScript know one Region only"
    if dropped.needs:
        return dropped.type, f"needs {needs}"
    return dropped.type, "a type that the emulator refuses"


def _parts(found: Mapping[tuple[str, str], list[str]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(what, why, tuple(where)) for (what, why), where in sorted(found.items()))


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MOST_LISTED} more" if len(paths) > _MOST_LISTED else ""
    return ", ".join(paths[:_MOST_LISTED]) + more

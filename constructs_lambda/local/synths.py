"""Runs an app as the CDK CLI does, for this machine: where its cloud assembly is, or how one is made."""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import MANIFEST
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.leashes import how_it_ended, leashed
from constructs_lambda.local.environments import NO_CREDENTIALS, node_program
from constructs_lambda.local.manifests import ACCOUNT, REGION, lookups
from constructs_lambda.packaging import LOCAL_CONTEXT
from constructs_lambda.records import record
from constructs_lambda.small_files import read_small

_SETTINGS, _LOOKUPS = "cdk.json", "cdk.context.json"
_OWN_OUTDIR = "cdk.out"
_MOST_BYTES = 10_000_000
_MOST_IN_A_VARIABLE = 100_000
"""Linux takes no variable that is longer than 128 KiB."""
_OVERFLOW = "CONTEXT_OVERFLOW_LOCATION_ENV"
"""Where CDK looks for the file with more context."""


@record()
class App:
    """What is deployed.

    Args:
        path: What the user named, or what was found: an assembly, an app's file, or a folder with a cdk.json.
        command: How it is synthesized, for a shell; empty for an assembly that is there.
        folder: Where the command runs.
        context: The context of its cdk.json.
    """

    path: Path
    command: str = ""
    folder: Path = Path()
    context: Mapping[str, Any] = field(default_factory=dict)


def find_app(path: Path | None) -> App:
    """What a path names.

    Args:
        path: A cdk.out folder, an app's Python file, or a folder with a cdk.json. Where it isn't given: the `app` of
            the cdk.json in this folder, else `cdk.out`.

    Raises:
        InputError: There is nothing of the kind.
    """
    if path is None:
        return _of_settings(Path()) if Path(_SETTINGS).is_file() else _assembly(Path("cdk.out"))
    if path.is_dir():
        has_settings = (path / _SETTINGS).is_file() and not (path / MANIFEST).is_file()
        return _of_settings(path) if has_settings else _assembly(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder; name a cdk.out folder or an app.py")
    if path.suffix != ".py":
        raise InputError(f"{path}: is no Python file; name a cdk.out folder or an app.py")
    whole = path.resolve()
    folder = next((each for each in whole.parents if (each / _SETTINGS).is_file()), whole.parent)
    return App(path, shlex.join([sys.executable, str(whole)]), folder, _context(folder))


def _of_settings(folder: Path) -> App:
    app = _document(folder / _SETTINGS).get("app")
    if not isinstance(app, str) or not app.strip():
        raise InputError(f"{folder / _SETTINGS}: has no app, the command that synthesizes; name a cdk.out or an app.py")
    if (folder / app).is_dir():
        return _assembly(folder / app)
    return App(folder, app, folder.resolve(), _context(folder))


def _assembly(path: Path) -> App:
    if not (path / MANIFEST).is_file():
        raise InputError(f"{path}: no cloud assembly is there; synthesize the app first, or name its app.py")
    return App(path)


def _context(folder: Path) -> dict[str, Any]:
    """The context that the CDK CLI gives to an app: of cdk.json, and what it looked up before."""
    context: dict[str, Any] = {}
    for name in (_SETTINGS, _LOOKUPS):
        if (folder / name).is_file():
            found = _document(folder / name)
            context |= _mapping(found.get("context")) if name == _SETTINGS else found
    return context


def _document(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_small(file, most_bytes=_MOST_BYTES, of="settings"))
    except (ValueError, RecursionError) as error:
        raise InputError(one_line(f"{file}: is no JSON: {error}")) from None
    return dict(_mapping(found))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def synthesize(app: App, outdir: Path) -> Path:
    """Runs an app; what it says goes to standard error.

    Args:
        app: The app.
        outdir: Where its assembly is to be written. What is too long for a variable is put into a file beside it.

    Returns:
        Where it was written: an app may insist on `cdk.out`.

    Raises:
        InputError: It failed, or wrote no assembly.
    """
    own = app.folder / _OWN_OUTDIR
    before = _written(own)
    with leashed(["/bin/sh", "-c", app.command], app.folder, _environment(app, outdir), output=2) as process:
        status = process.wait()
    if status != 0:
        raise InputError(f"{one_line(app.command)}: the app failed, with {how_it_ended(status)}; it says why above")
    if _written(outdir):
        return outdir
    if _written(own) != before:
        return own
    raise InputError(f"{one_line(app.command)}: wrote no cloud assembly into CDK_OUTDIR; does it call app.synth()?")


def synthesize_with(app: App, folder: Path, ssm: Mapping[str, str]) -> Path:
    """Runs an app, and again where it looks up SSM parameters that are given, as the CDK CLI does.

    Args:
        app: The app.
        folder: Where the folder of its assembly is to be made.
        ssm: Values of SSM parameters, by name.

    Returns:
        Where it was written.

    Raises:
        InputError: It failed, or wrote no assembly.
    """
    outdir = synthesize(app, folder / _OWN_OUTDIR)
    while found := {each.key: ssm[each.ssm] for each in lookups(outdir) if each.ssm in ssm}:
        if found.keys() <= app.context.keys():
            break
        app = replace(app, context={**app.context, **found})
        outdir = synthesize(app, Path(tempfile.mkdtemp(dir=folder)) / _OWN_OUTDIR)
    return outdir


def _environment(app: App, outdir: Path) -> dict[str, str]:
    """What an app gets to see: the user's variables, and nothing that leads to the user's credentials."""
    shown = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    shown |= {
        **NO_CREDENTIALS,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**app.context, LOCAL_CONTEXT: True}),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
    shown.pop(_OVERFLOW, None)
    if len(shown["CDK_CONTEXT_JSON"]) > _MOST_IN_A_VARIABLE:
        more = outdir.with_name("context.json")
        more.write_text(json.dumps(app.context))
        shown |= {"CDK_CONTEXT_JSON": json.dumps({LOCAL_CONTEXT: True}), _OVERFLOW: str(more)}
    if "JSII_NODE" not in shown and (node := node_program()):
        shown["JSII_NODE"] = node
    if not os.access(shown.get("HOME", "/"), os.W_OK):
        shown.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(outdir.with_name("jsii")))
    if "VIRTUAL_ENV" not in shown:  # a `python3` in a cdk.json means the one that has this library
        shown["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), shown.get("PATH", os.defpath)])
    return shown


def _written(outdir: Path) -> int:
    """When an assembly was written, 0 where none is there."""
    try:
        return (outdir / MANIFEST).stat().st_mtime_ns
    except OSError:
        return 0

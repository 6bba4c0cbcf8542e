"""uv, and what its errors mean to somebody who writes a function."""

from __future__ import annotations

import errno
import functools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import PROJECT_PATTERNS, matcher

# What would lead uv astray. All else is left as it is: indexes, credentials, proxies, certificates, caches.
_NOT_PASSED_ON = (
    "UV_PREFIX",
    "UV_TARGET",
    "UV_SYSTEM_PYTHON",
    "UV_PYTHON",
    "UV_NO_BINARY",
    "UV_NO_BUILD_PACKAGE",
    "UV_REQUIRE_HASHES",
    "UV_COMPILE_BYTECODE",
    "UV_LINK_MODE",
    "UV_OFFLINE",
    "UV_PROJECT",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
    "PYTHONPATH",
)
_PROGRESS = re.compile(r"\s*(Downloading|Downloaded|Building|Built|Resolved|Prepared)\b")
_SECRET = re.compile(r"PASSWORD|TOKEN|SECRET", re.IGNORECASE)


def redact(text: str) -> str:
    """Take user names, passwords and queries out of every address, and the values of variables that name a secret."""
    text = re.sub(r"(?<=://)[^/\s@'\"`]+@", "***@", text)
    text = re.sub(r"(?<=://)[^/\s@'\"`]*:[^\s@'\"`]*@", "***@", text)  # a password with a slash in it
    text = re.sub(r"(\w://[^\s?#'\"`]*)[?#][^\s'\"`)]+", r"\1", text)
    for name, value in os.environ.items():
        if len(value) >= 6 and _SECRET.search(name):
            text = text.replace(value, "***")
    return text


@functools.cache
def _uv() -> str:
    try:
        import uv

        return uv.find_uv_bin()
    except (ImportError, FileNotFoundError) as error:
        raise PackagingError("uv isn't installed in this environment: `pip install uv`") from error


class UvError(Exception):
    """uv failed; the text is what it said, redacted."""


def run(
    arguments: Sequence[str],
    *,
    folder: Path,
    stdin: str = "",
    environment: Mapping[str, str] = MappingProxyType({}),
    progress: bool = False,
) -> tuple[str, str]:
    """Run uv in a folder, whose settings for uv it follows.

    Args:
        arguments: After `uv`.
        folder: The working folder.
        stdin: What uv reads from its standard input; secrets may stand in it.
        environment: Variables for uv beside those of this process; secrets may stand in them.
        progress: Whether to show what uv fetches, on standard error.

    Returns:
        Standard output, and standard error redacted.

    Raises:
        UvError: If uv fails.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    command = [_uv(), *arguments, "--no-progress", "--color", "never", "--python", sys.executable]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**inherited, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        said: list[str] = []

        def listen() -> None:
            for line in process.stderr or ():
                said.append(redact(line))
                if progress and _PROGRESS.match(line):
                    sys.stderr.write(said[-1])

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            output, _ = _talk(process, stdin)
        except BaseException:
            process.kill()
            raise
        listener.join()
    text = "".join(said)
    if process.returncode:
        if re.search(r"No space left on device|os error 28\b", text):
            raise OSError(errno.ENOSPC, "No space left on device", str(folder))
        raise UvError(text)
    return output, text


def _talk(process: subprocess.Popen[str], stdin: str) -> tuple[str, None]:
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(stdin)
        process.stdin.close()
    except BrokenPipeError:
        pass  # uv says why on standard error
    return process.stdout.read(), None


def for_target(target: Target) -> list[str]:
    """The options that make uv resolve and install for a target, wheels only."""
    return ["--python-platform", target.platform, "--python-version", target.python_version, "--only-binary", ":all:"]


def install(
    requirements: str,
    into: Path,
    target: Target,
    *,
    folder: Path,
    complete_but: frozenset[str] | None = None,
    options: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
    progress: bool = False,
) -> None:
    """Install pinned requirements into a folder, without asking an index where uv has all of it already.

    Args:
        requirements: Text of a requirements file with everything pinned.
        into: The folder; made by uv.
        target: What to install for.
        folder: The entry, whose settings for uv hold.
        complete_but: If given, all that the packages require must be there, but for these (normalized names).
        options: More options.
        environment: Variables for uv, for indexes.
        progress: Whether to show what is fetched.

    Raises:
        PackagingError: If that can't be; the text says why and what helps.
    """
    arguments = ["pip", "install", "--requirements", "-", "--target", str(into), *for_target(target)]
    arguments += ["--no-deps", "--strict", "--link-mode", "hardlink", *options]
    try:
        said = _without_index(arguments, folder, requirements, environment)
        if said is None:
            _, said = run(arguments, folder=folder, stdin=requirements, environment=environment, progress=progress)
    except UvError as error:
        raise explained(error, target, folder) from None
    missing = (
        []
        if complete_but is None
        else [
            (package, required)
            for package, required in re.findall(r"`([^`]+)` requires `([^`]+)`, but it's not installed", said)
            if re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", required, maxsplit=1)[0]).lower() not in complete_but
        ]
    )
    if missing:
        listed = "; ".join(f"{package} requires {required}" for package, required in missing)
        raise PackagingError(f"{folder}: the pinned dependencies are incomplete: {listed}. Lock them again")


def _without_index(
    arguments: Sequence[str], folder: Path, requirements: str, environment: Mapping[str, str]
) -> str | None:
    if any(argument.startswith("--refresh") for argument in arguments):
        return None
    try:
        return run([*arguments, "--offline"], folder=folder, stdin=requirements, environment=environment)[1]
    except UvError:
        return None


def wheel(path: Path, folder: Path, target: Target) -> str:
    """Return a requirement for a wheel on this machine, which is built into the folder if a project is given.

    Raises:
        PackagingError: If it can't be built, or would be built for this machine only.
    """
    if path.is_dir():
        _build(path, folder)
        path = next(folder.glob("*.whl"))
        if not path.name.endswith("-none-any.whl") and not target.is_here:
            raise PackagingError(
                f"{path.name} has native code, built for this machine and not for {target}: build a wheel for the "
                "target elsewhere and depend on that, or use an ImageFunction"
            )
    return path.resolve().as_uri()


def _build(project: Path, into: Path) -> None:
    """Build a project as a wheel, from a copy: a backend leaves things behind, and may take what an older build left.

    Where it can't be built from a copy it is built in its place: it may take its version from Git, or a file from
    outside of its folder.
    """
    copy = into.parent / "project"
    shutil.copytree(project, copy, ignore=_left_behind(project), symlinks=True)
    arguments = ["build", "--wheel", "--out-dir", str(into), "."]
    try:
        # Where the backend fails, it may leave a file of its own behind.
        run(arguments, folder=copy, environment={"TMPDIR": str(into.parent)})
    except UvError:
        try:
            run(arguments, folder=project)
        except UvError as error:
            raise PackagingError(f"{project} can't be built as a wheel.\n  uv: {error}") from None


def _left_behind(project: Path) -> Callable[[str, list[str]], set[str]]:
    unwanted = matcher(PROJECT_PATTERNS)

    def ignore(folder: str, names: list[str]) -> set[str]:
        prefix = "" if Path(folder) == project else f"{Path(folder).relative_to(project).as_posix()}/"
        return {name for name in names if unwanted.fullmatch(prefix + name)}

    return ignore


def explained(error: UvError, target: Target, folder: Path) -> PackagingError:
    """Say in one error what went wrong when uv resolved or installed."""
    text = str(error)
    causes = " ".join(line.strip() for line in text.splitlines() if not line.startswith(("warning:", "Using ")))
    # The name may be followed by a version, and the version by markers such as `{python_full_version < '3.12'}`.
    names = re.findall(
        r"([A-Za-z0-9][\w.-]*(?:[=<>!~]=?[\w.*+!]+)?)(?:\{[^}]*\})? ha(?:s|ve) no (?:usable |source |)(?:wheels|dist)",
        causes,
    )
    names += re.findall(r"Wheels are required for `([^`]+)`", causes) if not names else []
    names += re.findall(r"distribution `([^`]+?)(?: @[^`]*)?` can't be installed because", causes)
    if names:
        wanted = ", ".join(dict.fromkeys(names))
        newer = "" if "2_34" in target.platform else ", or take runtime python3.12 or newer, which more wheels fit"
        return PackagingError(
            f"{folder}: no wheel of {wanted} fits {target} ({target.platform.split('-', 1)[1]}). Pin a version that "
            f"has one{newer}; build a wheel for this target and give it with --find-links; or use an ImageFunction.\n"
            f"  uv: {causes}"
        )
    if "hash mismatch" in causes.lower():
        return PackagingError(f"{folder}: a package isn't the one that was locked: its hash differs.\n  uv: {causes}")
    if re.search(r"\b40[13]\b|[Uu]nauthorized|credentials", causes):
        return PackagingError(
            f"{folder}: the package index refuses access. Give uv credentials: a netrc file, UV_INDEX_<NAME>_USERNAME "
            f"and _PASSWORD, or a keyring.\n  uv: {causes}"
        )
    if re.search(r"Failed to fetch|error sending request|dns error|Could not connect|timed out", causes):
        return PackagingError(
            f"{folder}: the package index can't be reached. Check the network, the proxy and uv's index settings; what "
            f"was built once needs no index.\n  uv: {causes}"
        )
    if "was not found in the" in causes:
        missing = ", ".join(dict.fromkeys(re.findall(r"([A-Za-z0-9][\w.-]*) was not found in the", causes)))
        return PackagingError(
            f"{folder}: the package index has no {missing}: check the name and uv's index settings.\n  uv: {causes}"
        )
    if "unsatisfiable" in causes:
        return PackagingError(f"{folder}: the dependencies contradict each other for {target}.\n  uv: {causes}")
    return PackagingError(f"{folder}: uv can't provide the dependencies for {target}.\n  uv: {causes}")

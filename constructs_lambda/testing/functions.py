"""Finds a function of an app by what a test calls it, and holds what it reaches and how large it is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from constructs_lambda import reach
from constructs_lambda.errors import InputError
from constructs_lambda.findings import is_within
from constructs_lambda.model import Deployment, Topology
from constructs_lambda.model.packages import called
from constructs_lambda.packaging.archive import WITHOUT_DEPENDENCIES
from constructs_lambda.rules import nearest
from constructs_lambda.testing.subjects import Subject, Synthesizable, texts, topologies_of
from constructs_lambda.testing.synthesis import Synthesized

_SERVICE = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_MB = 1024 * 1024
_VERBS = {True: "reaches", False: "doesn't reach"}


def assert_reaches(
    subject: Subject,
    function: str | Synthesizable,
    *,
    internet: bool | None = None,
    private: bool | None = None,
    services: Sequence[str] = (),
) -> None:
    """Fails unless a function reaches what a test says, by the routes, endpoints and security groups of its network.

    Args:
        subject: What `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or
            a template.
        function: The function, its construct path or the end of it, or its logical id.
        internet: Whether it reaches public addresses. Default: that isn't looked at.
        private: Whether it reaches private addresses. Default: that isn't looked at.
        services: Services of AWS that it reaches, by AWS's names, as `s3` or `secretsmanager`; all where it reaches the
            internet. Network ACLs and the policies of endpoints aren't looked at.

    Raises:
        AssertionError: It doesn't, or the template doesn't tell; with the way that its packets take.
        InputError: Nothing is asked, or there is no such function, or more than one, or a service is none.
        TypeError: `services` is no list of texts, `internet` or `private` no bool, or it is no subject.
    """
    services = texts("services", services, "services", "s3")
    for name, value in (("internet", internet), ("private", private)):
        if not isinstance(value, bool | None):
            raise TypeError(f"{name} must be True or False; got {value!r}")
    for each in services:
        if not _SERVICE.fullmatch(each):
            raise InputError(f"{each!r} is no service; write it as in com.amazonaws.<region>.<name>, such as 's3'")
    if internet is None and private is None and not services:
        raise InputError("say what the function reaches: internet=, private= or services=")
    topologies, within = topologies_of(subject)
    place = _function(topologies, within, function).place
    (row,) = [
        row
        for row in reach.reached(topologies)
        if (row["resource"], row["template"]) == (place.resource, place.template)
    ]
    problems = list(_unreached(row, internet, private, services))
    if problems:
        raise AssertionError("\n".join([f"{row['path']}:", *problems, "", reach.as_table([row])]))


def _unreached(
    row: dict[str, Any], internet: bool | None, private: bool | None, services: Sequence[str]
) -> Iterator[str]:
    for expected, actual, what in (
        (internet, row["internet"], "the internet"),
        (private, row["private"], "private addresses"),
    ):
        if expected is None or actual is expected:
            continue
        if actual is None:
            yield f"  whether it reaches {what} is known at the deployment only"
        else:
            yield f"  it {_VERBS[actual]} {what}"
    if row["internet"] is not True:
        for service in services:
            if row["services"] is None:
                yield f"  whether it reaches {service} is known at the deployment only"
            elif service not in row["services"]:
                yield f"  it doesn't reach {service}"


def assert_package_below(
    subject: Subject,
    function: str | Synthesizable,
    *,
    unzipped_mb: float | None = None,
    zipped_mb: float | None = None,
) -> None:
    """Fails where a function's package is larger than a test allows; in MB of 1,048,576 bytes.

    Args:
        subject: What `synth(..., bundling=True)` returns; a stack, a stage or an app, which is synthesized for it; or
            a `cdk.out` folder or a template.
        function: The function, its construct path or the end of it, or its logical id.
        unzipped_mb: The most that the package and the layers of this app take, as Lambda counts it. Default: that isn't
            looked at.
        zipped_mb: The most that the archive of the package takes, without layers. Default: that isn't looked at.

    Raises:
        AssertionError: It is larger, with what takes the most; or its size isn't known here.
        InputError: Nothing is asked, the packages were not built, or there is no such function, or more than one.
        TypeError: It is no subject.
    """
    if unzipped_mb is None and zipped_mb is None:
        raise InputError("say how large the package may be: unzipped_mb= or zipped_mb=")
    for name, value in (("unzipped_mb", unzipped_mb), ("zipped_mb", zipped_mb)):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and 0 < value < math.inf):
            raise InputError(f"{name} is {value!r}; it must be a number of MB above 0, such as 50")
    topologies, within = topologies_of(subject)
    deployment = _function(topologies, within, function)
    is_bundled = not isinstance(subject, Synthesized) or subject.is_bundled
    parts = [asset.package for _, asset in deployment.assets]
    if not is_bundled or lacks_dependencies(deployment):
        raise InputError("packages weren't built, so their sizes say nothing. Fix: synth(..., bundling=True)")
    package, problems = deployment.function.asset, list[str]()
    if package is None:
        raise AssertionError(f"{deployment.place.path}: its package isn't on this machine: it is inline, or an image")
    if zipped_mb is not None:
        problems += _too_large("the archive", package.size_bytes if package.path.is_file() else None, zipped_mb)
    if unzipped_mb is not None:
        is_known = None not in parts and not deployment.has_unknown_layers
        size = sum(each.unpacked_bytes for each in parts if each)
        whole = "the package with its layers" if len(parts) > 1 else "the package"
        if is_known or size > unzipped_mb * _MB:
            problems += _too_large(f"{whole}, unzipped,", size, unzipped_mb)
        else:
            problems.append(f"  {whole}: at least {_in_mb(size)}, and a layer of it isn't on this machine")
        if problems:
            problems += _largest(deployment)
    if problems:
        raise AssertionError("\n".join([f"{deployment.place.path}:", *problems]))


def lacks_dependencies(deployment: Deployment) -> bool:
    """Whether a package of a function, or of its layers, was made without bundling."""
    packages = [asset.package for _, asset in deployment.assets]
    return any(each and each.comment == WITHOUT_DEPENDENCIES for each in packages)


def _too_large(what: str, size: int | None, allowed_mb: float) -> list[str]:
    if size is None:
        return [f"  {what}: it is a folder, whose archive the deployment makes"]
    return [f"  {what} takes {_in_mb(size)}, more than {allowed_mb:,g} MB"] if size > allowed_mb * _MB else []


def _largest(deployment: Deployment) -> list[str]:
    from constructs_lambda.artifacts.sizes import bytes_by_package

    sizes: dict[str, int] = {}
    for _, asset in deployment.assets:
        for name, size in (asset.ask(bytes_by_package) or {}).items():
            sizes[name] = sizes.get(name, 0) + size
    largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:5]
    return [f"    {_in_mb(size):>10}  {name}" for name, size in largest]


def _in_mb(size: int) -> str:
    return f"{size / _MB:,.1f} MB"


def _function(topologies: Sequence[Topology], within: str, wanted: str | Synthesizable) -> Deployment:
    """The one function that is meant, and what it is deployed with."""
    node = getattr(wanted, "node", None)
    if node is None and not (isinstance(wanted, str) and wanted.strip()):
        raise TypeError(f"function must be a function, its construct path, or its logical id; got {wanted!r}")
    name = str(node.path if node is not None else wanted)
    every = [each for topology in topologies for each in topology.deployments() if is_within(each.place.path, within)]
    found = called(name, every)
    if len(found) == 1:
        return found[0]
    paths = [each.place.path for each in found or every]
    how_many = f"{len(found)} functions are" if found else "no function is"
    near = "" if found else _near(name, paths)
    raise InputError(f"{how_many} called {name!r}{near}: {', '.join(paths) or 'there is none'}")


def _near(name: str, paths: Sequence[str]) -> str:
    """The path that may be meant: by itself, or by its last part."""
    by_part = {path.rpartition("/")[2].lower(): path for path in paths}
    if name.lower() in by_part:
        return f" (did you mean {by_part[name.lower()]!r}?)"
    return nearest(name, paths)

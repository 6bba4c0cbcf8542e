"""Finds a function of an app by what a test calls it, and holds what it reaches and how large it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from constructs_lambda import reach
from constructs_lambda.errors import InputError
from constructs_lambda.model import Deployment, Topology
from constructs_lambda.rules import nearest
from constructs_lambda.testing.subjects import Subject, Synthesizable, is_within, topologies_of
from constructs_lambda.testing.synthesis import Synthesized

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
        services: Services of AWS that it reaches, as `s3` or `secretsmanager`; all where it reaches the internet.

    Raises:
        AssertionError: It doesn't, or the template doesn't tell; with the way that its packets take.
        InputError: Nothing is asked, or there is no such function, or more than one.
        TypeError: `services` is a text, or it is no subject.
    """
    if isinstance(services, str):
        raise TypeError(f"services must be a list of names, such as ['s3']; got {services!r}")
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
    if isinstance(subject, Synthesized) and not subject.is_bundled:
        raise InputError("packages weren't built, so their sizes say nothing: synth(..., bundling=True)")
    topologies, within = topologies_of(subject)
    deployment = _function(topologies, within, function)
    package, problems = deployment.function.asset, list[str]()
    if package is None:
        raise AssertionError(f"{deployment.place.path}: its package isn't on this machine: it is inline, or an image")
    if zipped_mb is not None:
        problems += _too_large("the archive", package.size_bytes if package.path.is_file() else None, zipped_mb)
    if unzipped_mb is not None:
        packages = [asset.package for _, asset in deployment.assets]
        is_known = None not in packages and not deployment.has_unknown_layers
        size = sum(package.unpacked_bytes for package in packages if package)
        whole = "the package with its layers" if len(packages) > 1 else "the package"
        if is_known or size > unzipped_mb * _MB:
            problems += _too_large(f"{whole}, unzipped,", size, unzipped_mb)
        else:
            problems.append(f"  {whole}: at least {_in_mb(size)}, and a layer of it isn't on this machine")
        if problems:
            problems += _largest(deployment)
    if problems:
        raise AssertionError("\n".join([f"{deployment.place.path}:", *problems]))


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
    name = str(node.path if node is not None else wanted)
    every = [each for topology in topologies for each in topology.deployments() if is_within(each.place.path, within)]
    found = [each for each in every if name in (each.place.path, each.place.resource)]
    found = found or [each for each in every if each.place.path.endswith(f"/{name}")]
    if len(found) == 1:
        return found[0]
    paths = [each.place.path for each in found or every]
    how_many = f"{len(found)} functions are" if found else "no function is"
    near = "" if found else nearest(name, paths)
    raise InputError(f"{how_many} called {name!r}{near}: {', '.join(paths) or 'there is none'}")

"""Holds that no route and no function URL is open by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from constructs_lambda.errors import InputError
from constructs_lambda.model import HttpApi, OpenUrl, RestApi, Topology
from constructs_lambda.testing.subjects import Subject, is_within, shown, topologies_of


def assert_no_open_routes(subject: Subject, *, allowed: Sequence[str] = ()) -> None:
    """Fails where anyone on the internet may call a route or a function URL, whether that is meant or not.

    A route is open that has no authorizer, no IAM authorization and no API key, unless a resource policy, a private
    endpoint or a client certificate stands before it. Answers to preflights (`OPTIONS`) are none.

    Args:
        subject: What `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or
            a template.
        allowed: Those that may be open: routes, as `GET /health`, or construct paths of function URLs. Each has to be
            open.

    Raises:
        AssertionError: Another one is open, or one of these isn't; or the routes come out of a definition.
        InputError: The subject can't be read, or is a construct in no app.
        TypeError: `allowed` is a text, or it is no subject.
    """
    if isinstance(allowed, str):
        raise TypeError(f"allowed must be a list of routes, such as [{allowed!r}]; got {allowed!r}")
    for each in allowed:
        if not isinstance(each, str) or not each.strip():
            raise InputError(f"allowed names routes, such as 'GET /health', and construct paths; got {each!r}")
    topologies, within = topologies_of(subject)
    found = [each for topology in topologies for each in _open(topology) if is_within(each[1], within)]
    expected = {" ".join(each.split()) for each in allowed}
    problems = [
        f"  {path}  {route or 'its function URL'} has no authorization"
        for route, path in found
        if route not in expected and path not in expected
    ]
    closed = expected - {name for each in found for name in each}
    problems += [f"  {each} is allowed to be open, and isn't, or isn't there" for each in sorted(closed)]
    problems += [
        f"  {api.place.path}  its routes come out of a definition, so they aren't known here"
        for topology in topologies
        for api in _defined(topology)
        if is_within(api.place.path, within)
    ]
    if problems:
        raise AssertionError("\n".join([f"open routes of {shown(subject, within)}:", *problems]))


def _open(topology: Topology) -> Iterator[tuple[str, str]]:
    """The routes and URLs that are open: what is called, empty for a URL, and the construct path."""
    for gateway in topology.gateways():
        for route in gateway.open_routes():
            yield route.shown, route.place.path
    for url in topology.open_urls():
        if not isinstance(url, OpenUrl) or url.is_callable is not False:
            yield "", url.place.path


def _defined(topology: Topology) -> Iterator[RestApi | HttpApi]:
    for gateway in topology.gateways():
        if gateway.api.has_definition:
            yield gateway.api

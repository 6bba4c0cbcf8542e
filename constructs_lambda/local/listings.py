"""What a person reads once an app is deployed: what can be called, and how."""

from __future__ import annotations

import shlex

from constructs_lambda.local.answers import Route
from constructs_lambda.local.apps import LocalApp
from constructs_lambda.local.resources import FUNCTION, QUEUE, TOPIC, Resource

_COMMAND = "constructs-lambda local"


def listing(app: LocalApp, *, stays: bool = True) -> list[str]:
    """The routes, functions, topics and queues of an app, with commands that call some of them.

    Args:
        app: The app.
        stays: Whether it can be called later; no command is named otherwise.
    """
    routes = app.routes()
    lines: list[str] = []
    if routes:
        width = max(len(f"{each.method} {each.path}") for each in routes)
        widest = max(len(_guard(each)) for each in routes)
        lines.append("Routes")
        for each in routes:
            lines.append(f"  {f'{each.method} {each.path}':{width}}  {_guard(each):{widest}}  {each.url}")
    if any(each.needs_key for each in routes):
        lines.append("API keys")
        lines += [f"  {path}  -H {shlex.quote(f'x-api-key: {value}')}" for path, value in app.api_keys().items()]
    by_type = {type: _named(app, type) for type in (FUNCTION, TOPIC, QUEUE)}
    for title, type in (("Functions", FUNCTION), ("Topics", TOPIC), ("Queues", QUEUE)):
        if by_type[type]:
            lines += [title, *(f"  {each.shown}" for each in by_type[type])]
    commands: list[str] = []
    if routes:
        simple = [each for each in routes if "{" not in each.path]
        route = next((each for each in simple if _guard(each) == "public"), (simple or routes)[0])
        method = "GET" if route.method == "ANY" else route.method
        api = f" --api {shlex.quote(route.api)}" if len({each.api for each in routes}) > 1 else ""
        signed = " --sign" if route.guard == "AWS_IAM" else ""
        key = " -H 'x-api-key: ...'" if route.needs_key else ""
        commands.append(f"request {shlex.quote(f'{method} {route.path}')}{api}{signed}{key}")
    if by_type[FUNCTION]:
        commands.append(f"invoke {shlex.quote(by_type[FUNCTION][0].shown)} --event event.json")
    if messages := by_type[TOPIC] or by_type[QUEUE]:
        commands.append(f"publish {shlex.quote(messages[0].shown)} --message '{{}}'")
    if by_type[FUNCTION]:
        commands.append("logs --follow")
    if not commands:
        return [*lines, "Nothing in it can be called: it has no route, function, topic or queue"]
    if not stays:
        return lines
    return [*lines, "Try, in another terminal", *(f"  {_COMMAND} {each}" for each in commands)]


def _guard(route: Route) -> str:
    parts = [*([route.guard] if route.guard != "NONE" else []), *(["API key"] if route.needs_key else [])]
    return " + ".join(parts) or "public"


def _named(app: LocalApp, type: str) -> list[Resource]:
    found = [each for each in app.resources if each.type == type and not each.is_of_cdk]
    return sorted(found, key=lambda each: each.shown)

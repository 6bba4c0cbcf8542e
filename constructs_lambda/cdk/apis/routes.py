"""What one `add_route` asks for, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from constructs import Construct

from constructs_lambda.limits import Limit
from constructs_lambda.rules.route_keys import route_problems
from constructs_lambda.tokens import is_number_token

_VARIABLE = re.compile(r"\{([^{}]+?)\+?\}")
_HIDDEN = {"Default", "Resource"}
_MALFORMED = {"http": "CL415", "rest": "CL414"}
_OPEN = (
    "{route} has no authorizer, so anyone on the internet may call it (CL405). Fix: give the API or the route an "
    "authorizer=, such as IamAuthorizer(), or write public=True."
)


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path.

    Args:
        key: As it was written: `GET /orders/{id}`, or `$default`.
        method: `GET`, `ANY` and the like; empty for `$default`.
        path: With a slash in front; empty for `$default`.
    """

    key: str
    method: str
    path: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables in the path."""
        return tuple(_VARIABLE.findall(self.path))

    @property
    def arn(self) -> str:
        """Method and path as an ARN of the API has them, with an asterisk for what varies."""
        if not self.path:
            return "$default"
        parts = [_VARIABLE.sub("*", part) for part in self.parts]
        return f"{self.method.replace('ANY', '*')}/{'/'.join(parts)}"


def parse(key: object, kind: str, problems: list[str]) -> Route:
    """The route behind a key; adds to the problems what is wrong with it.

    Args:
        key: `GET /orders/{id}`.
        kind: `http` or `rest`.
        problems: Is added to.

    Raises:
        TypeError: The key is no text.
    """
    if not isinstance(key, str):
        raise TypeError(f"a route is a text, such as 'GET /orders/{{id}}'; got {key!r}")
    if "${Token[" in key:
        raise TypeError("a route has to be known at synth, because its construct is named after it; got a token")
    problems += [f"{problem.message} ({_MALFORMED[kind]}). Fix: {problem.fix}" for problem in route_problems(key, kind)]
    method, _, path = key.partition(" ")
    route = Route(key, method, path) if path else Route(key, "", "")
    problems += _matches_nothing(route)
    if kind == "rest" and (hidden := _HIDDEN & set(route.parts)):
        problems.append(
            f"{key}: CDK makes no resource for a path part named {' or '.join(sorted(hidden))}, because it leaves "
            "these words out of ids. Fix: write it in small letters."
        )
    return route


def _matches_nothing(route: Route) -> Iterator[str]:
    """What AWS may take, and what no request ever has."""
    for character in "?#":
        if character in route.path:
            yield f"{route.key}: a path has no {character!r}, so no request matches. Fix: write the path alone."
    if "//" in route.path:
        yield f"{route.key}: a part of the path is empty. Fix: write one slash."
    if twice := {name for name in route.variables if route.variables.count(name) > 1}:
        yield f"{route.key}: {' and '.join(sorted(twice))} stands for two parts of the path. Fix: name each once."


def already_there(route: Route, kind: str, routes: Mapping[str, tuple[Route, str]]) -> Iterator[str]:
    """What of the routes that are there stands in the way of one more.

    Args:
        route: The one more.
        kind: `http` or `rest`.
        routes: The routes that are there, and what each leads to.
    """
    if route.key in routes:
        yield f"{route.key} is there already, and leads to {routes[route.key][1]} (CL411). Fix: route it once."
        return
    if kind == "rest":
        for other, _ in routes.values():
            if clash := _other_variable(route, other):
                yield (
                    f"{route.key} names a part of the path {clash[0]}, and {other.key} names it {clash[1]}: a REST API "
                    "has one variable in a place (CL412). Fix: name both alike."
                )
                return


def _other_variable(one: Route, other: Route) -> tuple[str, str] | None:
    for mine, theirs in zip(one.parts, other.parts, strict=False):
        if mine != theirs:
            return (mine, theirs) if mine.startswith("{") and theirs.startswith("{") else None
    return None


def open_to_anyone(route: Route, *, public: bool, own: object, chosen: object) -> Iterator[str]:
    """Whether nothing says who may call a route, or two things do.

    Args:
        route: The route.
        public: Whether anyone may call it.
        own: The authorizer of the route itself.
        chosen: The one that counts, None for a public route.
    """
    if public and own is not None:
        yield f"{route.key} is public=True and has an authorizer= of its own. Fix: leave out one of the two."
    elif not public and chosen is None:
        yield _OPEN.format(route=route.key)


def refuse_what_is_no_function(function: object) -> None:
    """Raises where something else than a function stands for one."""
    if not (hasattr(function, "function_arn") and hasattr(function, "grant_invoke")):
        raise TypeError(f"function must be an aws_lambda.IFunction, such as a Function; got {function!r}")


def refuse_wrong_switches(**switches: object) -> None:
    """Raises where something else than True or False is given."""
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False; got {value!r}")


def texts(name: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """A list of texts; raises where a text or anything else stands for it."""
    if given is None:
        return ()
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise TypeError(f"{name} must be a list of texts, such as ['orders.read']; got {given!r}")
    return tuple(given)


def waited(timeout: Duration | None, limit: Limit, problems: list[str]) -> int | float | None:
    """Milliseconds of a timeout; adds to the problems where it is out of range.

    Args:
        timeout: The timeout.
        limit: What AWS allows.
        problems: Is added to.

    Raises:
        TypeError: It is no Duration.
    """
    if timeout is None:
        return None
    if not isinstance(timeout, Duration):
        raise TypeError(f"timeout must be a Duration, such as Duration.seconds(10); got {timeout!r}")
    value: int | float = timeout.to_milliseconds()
    if is_number_token(value) or limit.admits(value):
        return value
    problems.append(f"timeout is {limit.counted(value)}; AWS allows {limit.allowed} (CL407). Fix: stay within.")
    return value


def known_or(name: str | None, default: str) -> str:
    """A name, or the default where it isn't given or a token."""
    return default if name is None or "${Token[" in name else name


def digest(scope: Construct, token: float) -> str:
    """A token as a part of an id: the same in each synth."""
    return hashlib.sha256(json.dumps(Stack.of(scope).resolve(token), sort_keys=True).encode()).hexdigest()[:8]

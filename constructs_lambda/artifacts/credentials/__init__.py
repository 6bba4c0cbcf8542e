"""Which credentials the code of a Lambda authorizer puts into `context`; the code is read, never run.

API Gateway hands the context on to the function behind the route, into logs and into the authorizer's cache. So it
should say who somebody is, and never hold what they prove it with.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from constructs_lambda.artifacts.credentials.flow import Flow
from constructs_lambda.artifacts.credentials.frames import EnoughError
from constructs_lambda.artifacts.credentials.functions import Load
from constructs_lambda.artifacts.credentials.names import is_credential, is_identifier
from constructs_lambda.artifacts.credentials.reads import LIST
from constructs_lambda.artifacts.credentials.sources import whole
from constructs_lambda.artifacts.credentials.values import ANY, PLAIN, REST, Item, State, Taint, Value, role
from constructs_lambda.artifacts.modules import find_module
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import find_owners
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE
from constructs_lambda.artifacts.verdicts import Verdict
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import family_of

_WRITTEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{8,}")  # a text in the code that looks like a secret
_DEEPEST = 4
_MOST_ANSWERS = 100
_PRINCIPAL = ("principalId", "principal_id")


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A credential that an authorizer puts into its context, or makes the principal.

    Args:
        file: Path of the module that puts it there.
        line: Line of that.
        key: The context's key; empty where it isn't known, or where the context as a whole is meant.
        what: What it is, as `the Authorization header` or `AWS credentials (SecretAccessKey)`.
        is_certain: Whether it was followed from where it comes from; else only a name says so.
        where: The part of the answer that it is in: `context` or `principalId`.
    """

    file: str
    line: int
    key: str
    what: str
    is_certain: bool
    where: str = "context"


def leaks(
    source: str, file: str, entry: str, load: Load | None = None, *, identity: Sequence[str | None] | None = None
) -> tuple[Leak, ...]:
    """The credentials that flow into the context of an authorizer's answer, or into its principal.

    Follows values through assignments, texts, containers, the code's own functions and classes, and the modules that
    `load` knows. What an unknown function returns is no credential. Says nothing of code that can't be parsed, and no
    more than was found in a bounded number of steps.

    Args:
        source: The module of the handler.
        file: Its path in the package, as `app.py` or `auth/handler.py`.
        entry: Name of the handler function in it.
        load: Source and path of another module of the package, by its name from the top; None where there is none.
        identity: What identifies who calls, in format 2.0 of an HTTP API: `$request.header.Authorization` and the like,
            None for one that isn't known. None: nothing is known of it.

    Returns:
        One for each key and place, sorted.
    """
    flow = Flow(load, identity)
    found: dict[tuple[str, int, str, str], Leak] = {}
    try:
        for value, state in _answers(flow, source, file, entry)[:_MOST_ANSWERS]:
            flow.memory.state = state
            flow.start_again()
            for leak in _of_answer(flow, value):
                place = (leak.file, leak.line, leak.key, leak.where)
                if place not in found or (leak.is_certain, leak.what) > (found[place].is_certain, found[place].what):
                    found[place] = leak
    except EnoughError:
        pass
    except (RecursionError, MemoryError):
        return ()
    return tuple(sorted(found.values()))


def package_leaks(
    package: Package,
    handler: str,
    runtime: str,
    *,
    layers: Sequence[Package] = (),
    identity: Sequence[str | None] | None = None,
) -> tuple[Leak, ...]:
    """The credentials that flow into the context of an authorizer whose code is a package.

    Args:
        package: The function's package.
        handler: As it is set: `app.handler`, `src/app.handler`.
        runtime: Identifier of the runtime; nothing is said of any but Python's.
        layers: What is in its layers, as far as they are known, the first one first.
        identity: What identifies who calls, as for `leaks`.
    """
    module, _, entry = handler.rpartition(".")
    name = module.replace("/", ".")
    if family_of(runtime) != "python" or not name or not all(name.split(".")):
        return ()
    installed = find_owners(package).modules

    def load(wanted: str) -> tuple[str, str] | None:
        parts = wanted.split(".")
        if not all(parts) or parts[0] in installed:
            return None
        found = find_module(package, layers, parts, None)
        return None if isinstance(found, Verdict) else _read(*found)

    start = load(name)
    return leaks(start[0], start[1], entry, load, identity=identity) if start else ()


def _read(package: Package, file: str) -> tuple[str, str] | None:
    if not file.endswith(".py"):
        return None
    try:
        return importlib.util.decode_source(package.read(file, LARGEST_SOURCE)), file
    except (InputError, SyntaxError, ValueError, LookupError):
        return None


def _answers(flow: Flow, source: str, file: str, entry: str) -> list[tuple[Value, State]]:
    """What the handler may return, with the objects as they are then."""
    module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    frame = flow.enter(source, file, module)
    handler = frame.find(entry) if frame else None
    return flow.answers(handler, [role("event"), PLAIN]) if handler is not None else []


def _of_answer(flow: Flow, answer: Value) -> Iterator[Leak]:
    items = flow.memory.items(answer)
    for name in _PRINCIPAL:
        if name in items:
            yield from _of_principal(flow, items[name])
    if (context := items.get("context")) is not None:
        yield from _of_context(flow, context)


def _of_principal(flow: Flow, item: Item) -> Iterator[Leak]:
    """The credentials in the principal, which goes into logs as well; a name alone says nothing."""
    found = _taints(flow, item.value)
    if chosen := sorted({taint.what for taint in found if taint.kind != "name"}):
        is_certain = any(taint.is_certain for taint in found)
        yield Leak(item.file, item.line, "", " and ".join(chosen), is_certain, "principalId")


def _of_context(flow: Flow, context: Item) -> Iterator[Leak]:
    is_whole = not context.value.refs & flow.memory.trimmed
    taints = frozenset(taint for taint in context.value.taints if taint.kind != "name")
    whole_of = Value(taints=taints, roles=context.value.roles if is_whole else frozenset())
    yield from _of_item(flow, "", context._replace(value=whole_of))
    for item in flow.memory.named(context.value):
        yield from _of_item(flow, "", item)
    for key, item in flow.memory.items(context.value).items():
        yield from _of_item(flow, "" if key in (ANY, REST) else key, item)


def _of_item(flow: Flow, key: str, item: Item) -> Iterator[Leak]:
    """The credentials in one value of the context: those that are certain, or else what only names say."""
    taints = _taints(flow, item.value)
    if is_identifier(key):
        taints = {taint for taint in taints if taint.kind != "name"}
    certain = [taint for taint in taints if taint.is_certain]
    proven = [taint for taint in taints if taint.kind != "name"]
    chosen = sorted({taint.what for taint in certain or proven or taints})
    if not chosen:
        chosen = [f"the name '{name}'" for name in _named(flow, key, item.value)][:1]
    if chosen:
        yield Leak(item.file, item.line, key, " and ".join(chosen), bool(certain))


def _taints(flow: Flow, value: Value) -> set[Taint]:
    flat = flow.flat(value)
    return {*flat.taints, *(taint for name in flat.roles if (taint := whole(name)))}


def _named(flow: Flow, key: str, value: Value, depth: int = _DEEPEST) -> Iterator[str]:
    """The names in a value that say it is a credential, where the value itself doesn't speak against it."""
    is_dict = any(flow.memory.classes.get(ref) != LIST for ref in value.refs)
    is_harmless = (
        value.is_plain
        or "claims" in value.roles
        or (value.texts and not any(_WRITTEN.fullmatch(text) for text in value.texts))
    )
    if is_credential(key) and not is_harmless and not is_dict:
        yield key
    for name, item in flow.memory.items(value).items() if depth and is_dict else ():
        yield from _named(flow, name, item.value, depth - 1)

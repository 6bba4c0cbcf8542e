"""What is known of a value while code is read: the credentials in it, what it stands for, the objects it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

ANY = "*"
"""Key of an object's item that may be any of its items."""
REST = "..."
"""Key of an object's item that is whatever no other item is."""
_MOST_TEXTS = 24
_DEEPEST = 6
_PER_STEP = 10  # items that are looked at in what counts as a step


@dataclass(frozen=True, slots=True, order=True)
class Taint:
    """One credential in a value.

    Args:
        what: As a person calls it: `the Authorization header`.
        is_certain: Whether it is there for certain, and not only by a name.
        kind: Where it comes from, which decides what its parts are: `request`, `secret`, `aws` or `name`.
    """

    what: str
    is_certain: bool = True
    kind: str = "request"


@dataclass(frozen=True, slots=True)
class Value:
    """All that a value may be.

    Args:
        taints: The credentials in it.
        roles: What it stands for, as `sources` knows it: `event`, `headers`, `ext:boto3.client`.
        refs: The objects that it may be, in `Memory`.
        functions: The functions and classes that it may be.
        texts: The texts that it may be, where it is one of these for certain.
        is_plain: Whether it is certain to be no credential, whatever its name says: a number, a hash, a comparison.
    """

    taints: frozenset[Taint] = frozenset()
    roles: frozenset[str] = frozenset()
    refs: frozenset[int] = frozenset()
    functions: frozenset[object] = frozenset()
    texts: frozenset[str] = frozenset()
    is_plain: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing at all is known."""
        return not (self.taints or self.roles or self.refs or self.functions or self.texts or self.is_plain)

    @property
    def text(self) -> str | None:
        """The text that it is, where that is certain."""
        return next(iter(self.texts)) if len(self.texts) == 1 else None


UNKNOWN = Value()
PLAIN = Value(is_plain=True)


def text_value(text: str) -> Value:
    """A text that is written in the code."""
    return Value(texts=frozenset({text}))


def tainted(what: str, kind: str = "request", *, is_certain: bool = True) -> Value:
    """A value that is a credential."""
    return Value(taints=frozenset({Taint(what, is_certain, kind)}))


def role(*names: str) -> Value:
    """A value that stands for something."""
    return Value(roles=frozenset(names))


def join(*values: Value) -> Value:
    """Whatever one of several values may be."""
    found = list(dict.fromkeys(values))
    if len(found) == 1:
        return found[0]
    known = [value for value in found if not (value.is_plain and not value.taints)] or [PLAIN]
    texts: frozenset[str] = (
        frozenset().union(*(value.texts for value in known)) if all(v.texts for v in known) else frozenset()
    )
    return Value(
        taints=frozenset().union(*(value.taints for value in found)),
        roles=frozenset().union(*(value.roles for value in found)),
        refs=frozenset().union(*(value.refs for value in found)),
        functions=frozenset().union(*(value.functions for value in found)),
        texts=texts if len(texts) <= _MOST_TEXTS else frozenset(),
        is_plain=bool(found) and all(value.is_plain for value in found),
    )


def weakened(value: Value) -> Value:
    """The value with nothing in it certain."""
    return replace(value, taints=frozenset(replace(taint, is_certain=False) for taint in value.taints))


def without_roles(value: Value) -> Value:
    """The value without what it stands for as a whole."""
    return replace(value, roles=frozenset())


class Item(NamedTuple):
    """One item of an object, and where it was put there."""

    value: Value
    file: str
    line: int


Items = Mapping[str, Item]
State = dict[int, Items]


class Memory:
    """The dictionaries, lists and instances that code makes, with their items by key.

    Args:
        step: Is told of every piece of work, so that there is an end to it.
    """

    def __init__(self, step: Callable[[int], None]) -> None:
        self._step = step
        self.state: State = {}
        self.classes: dict[int, object] = {}  # of which class an object is, where it is one of the code's own
        self.keys: dict[int, list[Item]] = {}  # credentials that are keys of an object
        self.trimmed: set[int] = set()  # copies of something that a part was taken out of
        self._count = 0

    def new(self, items: Items | None = None, *, of: object = None) -> Value:
        """A new object."""
        self._count += 1
        self.state[self._count] = dict(items or {})
        if of is not None:
            self.classes[self._count] = of
        return Value(refs=frozenset({self._count}))

    def items(self, value: Value) -> dict[str, Item]:
        """The items of all objects that a value may be."""
        found: dict[str, Item] = {}
        for ref in sorted(value.refs):
            items = self.state.get(ref, {})
            self._step(len(items) // (2 if found else _PER_STEP))
            if ref in self.trimmed:
                items = {key: item._replace(value=without_roles(item.value)) for key, item in items.items()}
            found = merged(found, items)
        return found

    def write(self, value: Value, keys: frozenset[str], item: Item) -> None:
        """Puts an item into an object: in place of the one that is there, if both object and key are certain."""
        is_sure = len(value.refs) == 1 and len(keys) == 1
        for ref in value.refs:
            items = dict(self.state.get(ref, {}))
            self._step(1 + len(items) // _PER_STEP)
            for key in keys or (ANY,):
                old = items.get(key)
                items[key] = item if is_sure or old is None else Item(join(old.value, item.value), *item[1:])
            self.state[ref] = items

    def name(self, value: Value, key: Item) -> None:
        """Keeps in mind that a credential is the key of an item."""
        if any(taint.kind in ("request", "aws") for taint in key.value.taints):
            for ref in value.refs:
                self.keys.setdefault(ref, []).append(key)

    def named(self, value: Value) -> list[Item]:
        """The credentials that are keys of the objects that a value may be."""
        return [key for ref in sorted(value.refs) for key in self.keys.get(ref, ())]

    def extend(self, value: Value, more: Items) -> None:
        """Puts all items of one object into another."""
        for key, item in more.items():
            self.write(value, frozenset({key}) if key not in (ANY, REST) else frozenset(), item)

    def remove(self, value: Value, keys: frozenset[str]) -> None:
        """Takes an item out of an object, where both are certain."""
        if len(value.refs) == 1 and len(keys) == 1:
            ref = next(iter(value.refs))
            items = self.state.get(ref, {})
            if value.roles or ANY in items:
                self.trimmed.add(ref)
            self.state[ref] = {key: item for key, item in items.items() if key not in keys}

    def read(self, value: Value, keys: frozenset[str]) -> list[tuple[str, Value]]:
        """What the items with these keys are; with no keys, all of them."""
        found = []
        for ref in sorted(value.refs):
            items = self.state.get(ref, {})
            if not keys:
                found += [(key, item.value) for key, item in items.items()]
            for key in sorted(keys):
                exact = [key, ANY] if key in items else [REST, ANY]
                found += [(key, items[each].value) for each in exact if each in items]
        return found

    def inside(self, value: Value, depth: int = _DEEPEST) -> list[Value]:
        """The value and everything in it."""
        self._step(1)
        found = [without_roles(value) if value.refs & self.trimmed else value]
        if depth:
            for item in self.items(value).values():
                found += self.inside(item.value, depth - 1)
                if len(found) > 2_000:
                    break
        return found


def merged(one: Items, other: Items) -> dict[str, Item]:
    """The items of an object that is one or the other."""
    found = dict(one)
    for key, item in other.items():
        old = found.get(key)
        found[key] = item if old is None or old == item else Item(join(old.value, item.value), *_place(old, item))
    return found


def _place(one: Item, other: Item) -> tuple[str, int]:
    """Where the one of two items was put that has more of a credential in it."""
    chosen = one if one.value.taints else other
    return chosen.file, chosen.line


def merged_states(states: Iterable[State]) -> State:
    """The objects after one of several ways that code may take."""
    found: State = {}
    for state in states:
        for ref, items in state.items():
            old = found.get(ref)
            found[ref] = items if old is None or old is items else merged(old, items)
    return found

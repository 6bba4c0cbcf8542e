"""`record`: a frozen dataclass with slots that costs little until it is used.

Of the half millisecond that defining such a dataclass takes, nine tenths are the compiling of methods, and the model
has more than a hundred, of which a template needs thirty. A record's `__init__` is compiled when its first instance is
made, and its other methods are shared. It is a dataclass in all else: `fields`, `replace`, `__post_init__`, and `field`
with `default_factory`, `compare` or `hash`. Public classes stay dataclasses, whose signature `help` shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Makes a class what `@dataclass(frozen=True, slots=True)` makes of it.

    Args:
        kw_only: Whether its fields are given by name only.
    """

    def make(cls: type[T]) -> type[T]:
        made = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
        for method in (_first_init(made), *_comparison(made), __repr__, __setattr__, __delattr__):
            setattr(made, method.__name__, method)
        return made

    return make


def _first_init(cls: Any) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **values: Any) -> None:
        cls.__init__ = _compiled_init(cls)
        cls.__init__(self, *arguments, **values)

    return __init__


def _compiled_init(cls: type[Any]) -> Any:
    """`__init__` as dataclasses writes it for a frozen class: the values go past `__setattr__`."""
    scope: dict[str, Any] = {"_put": object.__setattr__, "_missing": MISSING}
    parameters: dict[bool, list[str]] = {False: [], True: []}
    statements: list[str] = []
    for each in fields(cls):
        name, value, default = each.name, each.name, ""
        if each.default is not MISSING:
            default, scope[f"_default_{name}"] = f"=_default_{name}", each.default
        elif each.default_factory is not MISSING:
            default, scope[f"_default_{name}"] = "=_missing", each.default_factory
            value = f"_default_{name}() if {name} is _missing else {name}"
        parameters[each.kw_only is True].append(name + default)
        statements.append(f"_put(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        statements.append("self.__post_init__()")
    named = ["*", *parameters[True]] if parameters[True] else []
    exec(f"def __init__({', '.join(['self', *parameters[False], *named])}): {'; '.join(statements) or 'pass'}", scope)
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return scope["__init__"]


def _comparison(cls: type[Any]) -> Iterator[Callable[..., Any]]:
    compared = _values(each.name for each in fields(cls) if each.compare)
    hashed = _values(each.name for each in fields(cls) if (each.compare if each.hash is None else each.hash))

    def __eq__(self: object, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(hashed(self))

    yield from (__eq__, __hash__)


def _values(names: Iterator[str]) -> Callable[[object], object]:
    every = list(names)
    return attrgetter(*every) if every else lambda _: ()


def __repr__(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def __setattr__(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")

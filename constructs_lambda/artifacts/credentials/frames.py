"""Names, functions and modules while code is read for credentials, and the ways that it may take."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from constructs_lambda.artifacts.credentials.values import UNKNOWN, Item, Memory, State, Value, join, merged_states

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Snapshot = tuple[dict[str, Value], State]
_MOST_STEPS = 60_000
_PER_STEP = 20  # objects that are copied in what counts as a step


class EnoughError(Exception):
    """So much was read that the rest isn't."""


@dataclass(eq=False, slots=True)
class Frame:
    """The names of a function that runs, of a class, or of a module.

    Args:
        file: Path of the module.
        module: Its name.
        parent: Where names are looked up that aren't here.
    """

    file: str
    module: str
    parent: Frame | None = None
    names: dict[str, Value] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)  # declared as global or nonlocal
    returns: list[tuple[Value, State]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    targets: list[ast.expr] = field(default_factory=list)  # of the loops that run
    breaks: list[Snapshot] = field(default_factory=list)
    continues: list[Snapshot] = field(default_factory=list)

    def find(self, name: str) -> Value | None:
        """What a name is, here or further out."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names and name not in frame.outer:
                return frame.names[name]
            frame = frame.parent
        return None

    def set(self, name: str, value: Value) -> None:
        """Binds a name; one of an outer frame keeps what it may have been."""
        if name not in self.outer:
            self.names[name] = value
            return
        frame = self.parent
        while frame is not None:
            if name in frame.names or frame.parent is None:
                frame.names[name] = join(frame.names.get(name, UNKNOWN), value)
                return
            frame = frame.parent


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the code.

    Args:
        node: Its syntax tree.
        frame: Where it is defined.
        bound: What it is a method of.
        kind: `static`, `class` or `property`, where a decorator makes it that.
    """

    node: Definition
    frame: Frame
    bound: Value | None = None
    kind: str = ""


@dataclass(eq=False, frozen=True, slots=True)
class Class:
    """A class of the code.

    Args:
        name: Its name.
        frame: Its attributes.
        fields: Annotated attributes, in order, as a dataclass takes them.
        bases: The classes above it.
    """

    name: str
    frame: Frame
    fields: tuple[str, ...]
    bases: tuple[Value, ...]

    def find(self, name: str) -> Value | None:
        """An attribute, of this class or of one above it."""
        if name in self.frame.names:
            return self.frame.names[name]
        for base in self.bases:
            for each in base.functions:
                if isinstance(each, Class) and each is not self and (found := each.find(name)):
                    return found
        return None

    @property
    def all_fields(self) -> tuple[str, ...]:
        """The fields of the classes above it, then its own."""
        above = [each for base in self.bases for each in base.functions if isinstance(each, Class) and each is not self]
        return tuple(dict.fromkeys([name for each in above for name in each.all_fields] + list(self.fields)))


class Machine:
    """What the readers of expressions, calls and statements have in common.

    Args:
        identity: The authorizer's identity sources, None where they aren't known.
    """

    def __init__(self, identity: Sequence[str | None] | None = None) -> None:
        self.identity = identity
        self.memory = Memory(self.step)
        self.left = _MOST_STEPS

    def step(self, count: int = 1) -> None:
        """Counts steps.

        Args:
            count: How many they were.

        Raises:
            EnoughError: There were too many.
        """
        self.left -= count
        if self.left < 0:
            raise EnoughError

    def start_again(self) -> None:
        """Allows as many steps again."""
        self.left = _MOST_STEPS

    def value(self, node: ast.expr, frame: Frame) -> Value:
        """What an expression may be."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Binds what stands on the left of an assignment."""
        raise NotImplementedError

    def object_of(self, node: ast.expr, frame: Frame) -> Value:
        """What is written into: an object is made where none is known."""
        raise NotImplementedError

    def invoke(
        self, callee: Value, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """What a call may return."""
        raise NotImplementedError

    def item(self, value: Value, node: ast.AST, frame: Frame) -> Item:
        """A value, with the place where it is written."""
        return Item(value, frame.file, getattr(node, "lineno", 0))

    def snapshot(self, frame: Frame) -> Snapshot:
        """The names and objects as they are now."""
        self.step(len(self.memory.state) // _PER_STEP)
        return dict(frame.names), dict(self.memory.state)

    def restore(self, frame: Frame, snapshots: Iterable[Snapshot]) -> None:
        """Goes on with whatever one of several ways led to."""
        ends = list(snapshots)
        if len(ends) == 1:
            frame.names, self.memory.state = dict(ends[0][0]), dict(ends[0][1])
            return
        names: dict[str, Value] = {}
        for each, _ in ends:
            for name, value in each.items():
                names[name] = join(names[name], value) if name in names else value
        frame.names, self.memory.state = names, self.merged([state for _, state in ends])

    def merged(self, states: Sequence[State]) -> State:
        """The objects after one of several ways."""
        self.step(sum(len(state) for state in states) // _PER_STEP)
        return merged_states(states)

    def ways(self, frame: Frame, ways: Sequence[Callable[[], bool]]) -> bool:
        """Takes several ways from here, each of which says whether it comes to an end here."""
        before, ends = self.snapshot(frame), []
        for way in ways:
            self.restore(frame, [before])
            if way():
                ends.append(self.snapshot(frame))
        if ends:
            self.restore(frame, ends)
        return bool(ends)

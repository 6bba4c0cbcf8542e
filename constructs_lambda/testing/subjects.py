"""What assertions are about: an app that was synthesized, a construct of one, or what was written of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from constructs_lambda.apps import read_app
from constructs_lambda.errors import InputError
from constructs_lambda.model import Topology
from constructs_lambda.testing.synthesis import Synthesized


class Synthesizable(Protocol):
    """A stack, a stage or an app of CDK."""

    @property
    def node(self) -> Any:
        """Its place in the tree."""


Subject = Synthesized | Synthesizable | str | Path
"""What the fixture `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or a
template."""


def directory_of(subject: Subject) -> tuple[Path, str]:
    """The cloud assembly or template of a subject, and the construct path of the part of it that is meant.

    Args:
        subject: The subject; an app whose checks find errors is one too.

    Raises:
        TypeError: It is none.
        InputError: A construct that is in no app.
    """
    if isinstance(subject, Synthesized):
        return subject.directory, ""
    if isinstance(subject, str | Path):
        return Path(subject), ""
    node = getattr(subject, "node", None)
    if node is None:
        raise TypeError(f"a stack, a stage, an app, or the path of a cdk.out folder is needed; got {subject!r}")
    from constructs_lambda.cdk.apps import app_of, synthesize

    return synthesize(app_of(subject), allow_errors=True), str(node.path)


def topologies_of(subject: Subject) -> tuple[list[Topology], str]:
    """The stacks of a subject, those of each Stage together, and the construct path of the part that is meant.

    Args:
        subject: The subject.

    Raises:
        TypeError: It is none.
        InputError: It can't be read.
    """
    directory, within = directory_of(subject)
    return read_app(str(directory), no_input), within


def shown(subject: Subject, within: str) -> str:
    """What a message calls a subject."""
    return within or (str(subject) if isinstance(subject, str | Path) else "the app")


def texts(argument: str, value: object, what: str, example: str) -> list[str]:
    """The texts of a list that somebody gave.

    Args:
        argument: What it was given as.
        value: What was given.
        what: What it names.
        example: One of them.

    Raises:
        TypeError: It is no list of texts.
    """
    found = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [None]
    if not all(isinstance(each, str) and each.strip() for each in found):
        raise TypeError(f"{argument} must be a list of {what}, such as [{example!r}]; got {value!r}")
    return [str(each) for each in found]


def no_input() -> bytes:
    """There is no standard input in a test."""
    raise InputError("standard input can't be read in a test")

"""The answer to a question about a package: fine, a problem for certain, or not known."""

from __future__ import annotations

from enum import StrEnum

from constructs_lambda.errors import one_line
from constructs_lambda.records import record


class State(StrEnum):
    """What is known: only a `PROBLEM` may become a finding."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@record()
class Verdict:
    """What is known, and why.

    Args:
        state: Fine, a problem for certain, or unknown.
        reason: For a problem, what is wrong and what was found instead, as a clause; for an unknown, what hides it.
    """

    state: State
    reason: str = ""


OK = Verdict(State.OK)


def problem(reason: str) -> Verdict:
    """The verdict that something is wrong for certain."""
    return Verdict(State.PROBLEM, one_line(reason))


def unknown(reason: str) -> Verdict:
    """The verdict that nothing can be said."""
    return Verdict(State.UNKNOWN, one_line(reason))


def listed(names: list[str], most: int = 5) -> str:
    """Names for a sentence: the first few, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

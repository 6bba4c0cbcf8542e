"""The errors this library raises on purpose; each one's text is complete without a traceback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from constructs_lambda.findings import Finding


class ConstructsLambdaError(Exception):
    """Base of every error that this library raises on purpose."""


class LimitError(ConstructsLambdaError):
    """A construct was given what AWS refuses; nothing was created.

    Args:
        findings: Every problem of the construct, not only the first.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = f"{len(self.findings)} problems" if len(self.findings) > 1 else "1 problem"
        super().__init__(
            "\n\n".join([f"{count}, nothing was created:", *(finding.text() for finding in self.findings)])
        )


class InputError(ConstructsLambdaError):
    """A file or argument can't be used; the text names it and says why in one line."""


class PackagingError(ConstructsLambdaError):
    """Code and dependencies can't be packaged; the text names what and says the ways out."""


def one_line(text: str) -> str:
    """The text with everything escaped that could break a line or steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

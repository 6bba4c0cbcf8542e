"""Texts that show so little of a credential that it is none any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from constructs_lambda.artifacts.credentials.values import PLAIN, Value, weakened

_MOST_SHOWN = 8  # characters of a credential
SHORT_FORMAT = re.compile(rf"\.[0-{_MOST_SHOWN}]s?$")
"""Format of a text that cuts it so short."""
MASK = re.compile(r"[*\u2022\u2026]|\.\.\.")
"""What stands in place of the rest of a credential."""


def is_short(lower: str | None, upper: str | None) -> bool:
    """Whether a slice leaves a few characters only.

    Args:
        lower: Where it starts, as a number; empty where it isn't written, None where it isn't known.
        upper: Where it ends, likewise.
    """
    if not all(text is not None and re.fullmatch(r"-?\d+|", text) for text in (lower, upper)):
        return False
    start, end = int(lower or 0), int(upper or 0)
    if not upper:
        return -_MOST_SHOWN <= start < 0
    return (start < 0) == (end < 0) and end - start <= _MOST_SHOWN


def shown(node: ast.expr, value: Value, parts: Sequence[ast.expr]) -> Value:
    """What a part of a text shows of a credential: nothing that is certain beside a mask, as in `key[0] + "***"`.

    Args:
        node: The part.
        value: What it is.
        parts: All parts of the text.
    """
    texts = (each.value for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant))
    if not value.taints or not any(isinstance(text, str) and MASK.search(text) for text in texts):
        return value
    node = node.value if isinstance(node, ast.FormattedValue) else node
    index = node.slice if isinstance(node, ast.Subscript) else None
    index = index.operand if isinstance(index, ast.UnaryOp) else index
    is_character = isinstance(index, ast.Constant) and isinstance(index.value, int)
    return PLAIN if is_character else weakened(value)

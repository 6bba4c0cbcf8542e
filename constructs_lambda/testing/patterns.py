"""Texts of a policy, and the wildcards in them."""

from __future__ import annotations

import re
from collections.abc import Sequence


def texts(value: object) -> Sequence[str]:
    """One text or a list of them, as a list."""
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def matches(pattern: str, text: str, *, ignores_case: bool = False) -> bool:
    """Whether a text is what a pattern with `*` and `?` stands for."""
    plain = re.sub(r"\*+", "*", pattern)
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in plain)
    return re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if ignores_case else 0)) is not None

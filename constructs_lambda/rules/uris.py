"""What is wrong with the path with which API Gateway invokes a function or another service."""

from __future__ import annotations

import re

from constructs_lambda.model import Link, Parts
from constructs_lambda.rules.problems import quoted

_SERVICE = re.compile(r"arn:[^:]*:apigateway:[^:]*:[^:]+:(path|action)/.*", re.DOTALL)
_FUNCTION = re.compile(r"arn:[^:]*:apigateway:[^:]*:lambda:path/[0-9-]+/functions/.*", re.DOTALL)


def plain(parts: Parts) -> str | None:
    """A text that is all written out; None for any other."""
    return "".join(str(part) for part in parts) if all(isinstance(part, str) for part in parts) else None


def invocation_fault(parts: Parts, *, is_function: bool = False) -> str:
    """What is wrong with an address such as `arn:aws:apigateway:...:lambda:path/.../invocations`, empty for nothing.

    Args:
        parts: What the address is made of.
        is_function: Whether only a function may stand behind it.
    """
    first, last = (parts[0], parts[-1]) if parts else (None, None)
    if len(parts) == 1 and isinstance(first, Link) and first.kind == "resource" and first.attribute == "Arn":
        return "the ARN of a resource alone"
    text = "".join(part if isinstance(part, str) else "\0" for part in parts)
    is_known = all(isinstance(part, str) or (isinstance(part, Link) and part.kind == "pseudo") for part in parts)
    shape = _FUNCTION if is_function else _SERVICE
    if is_known and not shape.fullmatch(text):
        return f"the address {quoted(text.replace(chr(0), '...'))}"
    ends = isinstance(last, str) or (isinstance(last, Link) and last.attribute == "Arn")
    if ends and _FUNCTION.fullmatch(text) and "invocations" not in text:
        return "an address without /invocations"
    return ""

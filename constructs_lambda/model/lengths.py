"""How long a text is at the least whose parts are only partly known."""

from __future__ import annotations

from constructs_lambda.model.networks import Link, Parts

PSEUDO_LENGTHS = {"AWS::AccountId": 12, "AWS::Partition": 3, "AWS::Region": 9, "AWS::URLSuffix": 13}
"""Of the shortest account, partition, Region and suffix."""
_ARN_LENGTH = 16  # of the shortest: arn:aws:s3:::abc


def certain_length(parts: Parts) -> int:
    """The characters that a text certainly has, whitespace left out.

    Args:
        parts: What it is made of.
    """
    return sum(map(part_length, parts))


def part_length(part: object) -> int:
    """The characters that one part certainly has, whitespace left out."""
    if isinstance(part, str):
        return len("".join(part.split()))
    if not isinstance(part, Link):
        return 0
    if part.kind == "pseudo":
        return PSEUDO_LENGTHS.get(part.name, 0)
    return _ARN_LENGTH if part.attribute.endswith("Arn") else 0

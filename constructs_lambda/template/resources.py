"""Every resource of a template -> model, each when somebody asks for it: the rules never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from constructs_lambda.model import Place
from constructs_lambda.model.resources import Resource
from constructs_lambda.template.functions import METADATA_KEY
from constructs_lambda.template.values import mapping


class Resources(Mapping[str, Resource]):
    """The resources of a template by logical id.

    Args:
        written: The section as it is written.
        place_of: Gives the place of a logical id.
    """

    def __init__(self, written: Mapping[Any, Any], place_of: Callable[[str], Place]) -> None:
        self._written = written
        self._place_of = place_of
        self._read: dict[str, Resource] = {}

    def __getitem__(self, logical_id: str) -> Resource:
        """The resource."""
        found = self._read.get(logical_id)
        if found is None:
            found = self._read[logical_id] = self._resource(logical_id)
        return found

    def _resource(self, logical_id: str) -> Resource:
        written = self._written[logical_id]
        if not isinstance(written, Mapping):
            raise KeyError(logical_id)
        own = mapping(mapping(written.get("Metadata")).get(METADATA_KEY))
        kind = written.get("Type")
        return Resource(
            self._place_of(logical_id),
            kind if isinstance(kind, str) else "",
            mapping(written.get("Properties")),
            own.get("usage"),
        )

    def __iter__(self) -> Iterator[str]:
        """The logical ids; what makes resources in a loop has none."""
        return (key for key, each in self._written.items() if isinstance(each, Mapping) and not key.startswith("Fn::"))

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

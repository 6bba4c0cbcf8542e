"""Resources that are read when somebody asks for them, because most apps never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class OnDemand(Mapping[str, T]):
    """A mapping whose values are read from templates when they are asked for.

    Args:
        readers: What reads each, by logical id.
    """

    def __init__(self, readers: Mapping[str, Callable[[], T]]) -> None:
        self._readers = readers
        self._found: dict[str, T] = {}

    def __getitem__(self, logical_id: str) -> T:
        """The value, read once."""
        if logical_id not in self._found:
            self._found[logical_id] = self._readers[logical_id]()
        return self._found[logical_id]

    def __contains__(self, logical_id: object) -> bool:
        """Whether there is such a resource; it isn't read for that."""
        return logical_id in self._readers

    def __iter__(self) -> Iterator[str]:
        """The logical ids."""
        return iter(self._readers)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._readers)

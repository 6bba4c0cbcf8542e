"""Resources that are read when somebody asks for them, because most apps never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from constructs_lambda.model import Place

T = TypeVar("T")


class OnDemand(Mapping[str, T]):
    """A mapping whose values are read from templates when they are asked for.

    Args:
        resources: Properties, place and our own metadata by logical id.
        read: Makes the value.
    """

    def __init__(
        self,
        resources: Mapping[str, tuple[object, Place, Mapping[str, object] | None]],
        read: Callable[[object, Place, Mapping[str, object] | None], T],
    ) -> None:
        self._resources, self._read = resources, read
        self._found: dict[str, T] = {}

    def __getitem__(self, logical_id: str) -> T:
        """The value, read once."""
        if logical_id not in self._found:
            self._found[logical_id] = self._read(*self._resources[logical_id])
        return self._found[logical_id]

    def __contains__(self, logical_id: object) -> bool:
        """Whether there is such a resource; it isn't read for that."""
        return logical_id in self._resources

    def __iter__(self) -> Iterator[str]:
        """The logical ids."""
        return iter(self._resources)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._resources)

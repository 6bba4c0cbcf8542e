"""`record`: whatever a frozen dataclass with slots does, a record does too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from constructs_lambda.records import record


def classes(
    make: Callable[[type[Any]], type[Any]], make_kw_only: Callable[[type[Any]], type[Any]]
) -> Mapping[str, Any]:
    """The same classes, each made as a record and as a dataclass."""

    @make
    class Empty:
        """Nothing."""

    @make
    class Place:
        """Somewhere."""

        path: str
        names: list[str] = field(default_factory=list, hash=False)
        shown: str = field(default="", compare=False)
        secret: str = field(default="", repr=False)

        @property
        def length(self) -> int:
            return len(self.path)

    @make_kw_only
    class Sized:
        """Not in the order in which a function could take them."""

        most: int = 0
        least: int

        def __post_init__(self) -> None:
            if self.least > self.most:
                raise ValueError("the least is more than the most")

    @make
    class Inner(Place):
        """With what it inherits."""

        depth: int = 1

    return {each.__name__: each for each in (Empty, Place, Sized, Inner)}


RECORDS = classes(record(), record(kw_only=True))
DATACLASSES = classes(dataclass(frozen=True, slots=True), dataclass(frozen=True, slots=True, kw_only=True))
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Empty", (), {}),
    ("Empty", (1,), {}),
    ("Place", ("a",), {}),
    ("Place", ("a", ["b"], "c", "d"), {}),
    ("Place", (), {"path": "a", "secret": "d"}),
    ("Place", (), {}),
    ("Place", ("a",), {"path": "a"}),
    ("Place", ("a", [], "", "", ""), {}),
    ("Place", ("a",), {"pth": ""}),
    ("Sized", (), {"least": 1, "most": 1}),
    ("Sized", (), {"least": 0}),
    ("Sized", (), {"least": 1}),
    ("Sized", (1, 2), {}),
    ("Inner", ("a",), {}),
    ("Inner", ("a", [], "", "", 2), {}),
]


def outcome(act: Callable[[], object]) -> object:
    """What comes of it, or what is raised."""
    try:
        return act()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize(("name", "arguments", "values"), CALLS)
def test_made_as_a_dataclass_is(name: str, arguments: tuple[Any, ...], values: dict[str, Any]) -> None:
    mine, theirs = RECORDS[name], DATACLASSES[name]
    assert outcome(lambda: repr(mine(*arguments, **values))) == outcome(lambda: repr(theirs(*arguments, **values)))


@pytest.mark.parametrize("each", [RECORDS, DATACLASSES], ids=["record", "dataclass"])
def test_behaves_as_a_dataclass_does(each: Mapping[str, Any]) -> None:
    place, same, other = each["Place"]("a", shown="b"), each["Place"]("a", ["c"][:0], "d"), each["Place"]("b")
    assert place == same
    assert hash(place) == hash(same)
    assert place != other
    assert place != each["Inner"]("a")
    assert (place == "a") is False
    assert each["Place"]("a", ["c"]) != place
    assert hash(each["Place"]("a", ["c"])) == hash(place)
    assert each["Empty"]() == each["Empty"]()
    assert hash(each["Empty"]()) == hash(each["Empty"]())
    assert place.names is not each["Place"]("a").names
    assert replace(place, path="abc").length == 3
    assert [one.name for one in fields(each["Inner"])] == ["path", "names", "shown", "secret", "depth"]
    assert each["Place"].__match_args__ == ("path", "names", "shown", "secret")
    assert each["Sized"].__match_args__ == ()
    assert not hasattr(place, "__dict__")


@pytest.mark.parametrize("each", [RECORDS, DATACLASSES], ids=["record", "dataclass"])
def test_nothing_of_it_changes(each: Mapping[str, Any]) -> None:
    place = each["Place"]("a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'path'"):
        place.path = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'path'"):
        del place.path
    assert place.path == "a"

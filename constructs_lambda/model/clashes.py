"""Names that are there once in an account, and that two stacks of an app give."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.functions import Place
from constructs_lambda.model.references import References
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record


@record(kw_only=True)
class Clash:
    """A name that another stack of the same account, and Region, gives as well.

    Args:
        place: The resource, or the stack for an export.
        property: Where the name stands.
        what: What has it, such as `function`.
        name: The name.
        first: What has it already.
    """

    place: Place
    property: str
    what: str
    name: str
    first: Place


class Clashes(References):
    """The names that the stacks of an app give."""

    def clashes(self) -> Iterator[Clash]:
        """The names that two stacks give, where the app says for both where they go."""
        if len(self.stacks) < 2:
            return
        seen: dict[tuple[str, ...], Place] = {}
        for stack in self.stacks.values():
            if stack.account is None or stack.region is None:
                continue
            for what, prop, name, place in _names(stack):
                region = "" if what == "role" else stack.region
                first = seen.setdefault((what, stack.account, region, name), place)
                if first.template != place.template:
                    yield Clash(place=place, property=prop, what=what, name=name, first=first)


def _names(stack: Stack) -> Iterator[tuple[str, str, str, Place]]:
    for function in stack.functions.values():
        if isinstance(function.name, str) and not function.place.conditional:
            yield "function", "FunctionName", function.name, function.place
    for role in stack.roles.values():
        if isinstance(role.name, str) and not role.place.conditional:
            yield "role", "RoleName", role.name, role.place
    for name, outputs in stack.exports.items():
        if not name.startswith("{"):  # the text of an intrinsic
            yield "export", f"Outputs.{outputs[0]}", name, stack.place

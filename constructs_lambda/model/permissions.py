"""Who may invoke a function: the statements that an app adds to its resource policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property

from constructs_lambda.model.callees import Callee, Callees
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.grants import Permission, Statements
from constructs_lambda.model.references import Spot, are_same


class Permissions(Callees):
    """The permissions of an app."""

    def permissions(self, callee: Callee) -> Statements:
        """The permissions of a function of this app, or of the alias or version that a callee names.

        Args:
            callee: What `callee` found.
        """
        function = callee.function
        if function is None:
            return Statements((), is_open=True)
        key = function.place, callee.qualifier
        if key not in self._statements:
            self._statements[key] = self._statements_of(callee, function)
        return self._statements[key]

    def _statements_of(self, callee: Callee, function: Function) -> Statements:
        found = []
        is_open = self.may_gain or None in self._permissions
        for permission, other in self._permissions.get(function.place, ()):
            is_same = other.has_policy_of(callee)
            if is_same:
                found.append(permission)
            is_open = is_open or is_same is None
        return Statements(tuple(found), is_open or any(self.may_be(each, function) for each in self._elsewhere))

    def may_invoke(
        self,
        callee: Callee,
        service: str,
        source: Spot | None,
        is_source: Callable[[Permission], bool | None] | None = None,
    ) -> bool | None:
        """Whether a service may invoke a function; None where that isn't known.

        Args:
            callee: The function, alias or version.
            service: What stands before `.amazonaws.com` in the principal, such as `sns`.
            source: The topic, bucket or rule that invokes it.
            is_source: Tells whether a permission holds for the source; by default it does where its source's ARN names
                the source, or where it has none.
        """
        statements = self.permissions(callee)
        is_source = is_source or self._names(source)
        is_open = statements.is_open
        for permission in statements.permissions:
            allows = permission.allows(service)
            answer = allows if allows is False else is_source(permission)
            if answer and allows:
                return True
            is_open = is_open or answer is not False
        return None if is_open else False

    def _names(self, source: Spot | None) -> Callable[[Permission], bool | None]:
        def is_source(permission: Permission) -> bool | None:
            if permission.source_arn is None:
                return True
            return are_same(self.spot(self.stacks[permission.place.template], permission.source_link), source)

        return is_source

    @cached_property
    def _statements(self) -> dict[object, Statements]:
        return {}

    @cached_property
    def may_gain(self) -> bool:
        """Whether a transform, a nested stack of another app or the like may add permissions."""
        return any(stack.may_gain for stack in self.stacks.values())

    @cached_property
    def _permissions(self) -> Mapping[Place | None, list[tuple[Permission, Callee]]]:
        """By function; under None those that may be of any."""
        found: dict[Place | None, list[tuple[Permission, Callee]]] = defaultdict(list)
        for permission, callee in self._callees:
            if callee is None:
                found[None].append((permission, Callee(function=None)))
            elif callee.function:
                found[callee.function.place].append((permission, callee))
        return found

    @cached_property
    def _elsewhere(self) -> list[Callee]:
        """The functions with permissions that are known by name only."""
        return [callee for _, callee in self._callees if callee and callee.function is None]

    @cached_property
    def _callees(self) -> list[tuple[Permission, Callee | None]]:
        return [
            (permission, self.callee(stack, permission.callee))
            for stack in self.stacks.values()
            for permission in stack.permissions.values()
        ]

"""Which permissions are for which routes of an API: those whose source's ARN covers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from constructs_lambda.model.execution import covers, split_source, stage_of
from constructs_lambda.model.gateways import Guard, Served
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.networks import Link, Parts
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.references import Spot
from constructs_lambda.tokens import known

_TEST_STAGE = "test-invoke-stage"


class RouteSources(Permissions):
    """The permissions of an app whose source is an API."""

    def _covers(self, api: Spot, method: str | None, path: str | None, permission: Permission) -> bool | None:
        """Whether a permission's source covers a route."""
        if permission.source_arn is None:
            return True
        pattern = self._pattern(permission, api)
        return pattern if pattern is None or isinstance(pattern, bool) else covers(pattern, method, path)

    def _covers_guard(self, api: Spot, authorizer: Spot, permission: Permission) -> bool | None:
        if permission.source_arn is None:
            return True
        pattern = self._pattern(permission, api)
        if pattern is None or isinstance(pattern, bool):
            return pattern
        if pattern in ("*", "/*", "/*/*", "/authorizers/*"):
            return True
        if not pattern.startswith("/authorizers/\0"):
            return None if "\0" in pattern else False
        links = [part for part in permission.source if isinstance(part, Link) and part.kind != "pseudo"]
        spot = self.spot(self.stacks[permission.place.template], links[-1]) if len(links) == 2 else None
        return None if spot is None else spot == authorizer

    def _pattern(self, permission: Permission, api: Spot) -> str | bool | None:
        """The pattern of a permission for this API; False for one that is not for it; None where that isn't known."""
        source = self._source(permission)
        if source is None:
            return False if self._is_of_another_service(permission.source) else None
        of, pattern = source
        if isinstance(of, str):
            return pattern or True if of == "*" else None
        return pattern if of == api else False if of is not None and of.template else None

    def _source(self, permission: Permission) -> tuple[Spot | str | None, str] | None:
        key = permission.place
        if key not in self._sources:
            found = split_source(permission.source)
            of = found[0] if found else None
            spot = self.spot(self.stacks[permission.place.template], of) if isinstance(of, Link) else of
            self._sources[key] = (spot, found[1]) if found else None
        return self._sources[key]

    @cached_property
    def _sources(self) -> dict[Any, tuple[Spot | str | None, str] | None]:
        return {}

    def _is_of_another_service(self, source: Parts) -> bool:
        first = source[0] if source else None
        return isinstance(first, str) and first.count(":") > 2 and ":execute-api:" not in first

    def _strays(
        self, api: Spot, routes: tuple[Served, ...], guards: tuple[Guard, ...], stages: tuple[Any, ...]
    ) -> Iterator[Permission]:
        names = {known(stage.name) for stage in stages}
        literal = {f"{each.method}{each.path}" for each in routes if each.method}
        for permission, pattern in self._permissions_of.get(api, ()):
            if pattern.startswith("/authorizers/"):
                continue
            stage = stage_of(pattern)
            if stage and names and None not in names and stage not in names and stage != _TEST_STAGE:
                yield permission
                continue
            if pattern.partition("/")[2].partition("/")[2] in literal:
                continue  # as most do
            if all(covers(pattern, each.method, each.path) is False for each in routes):
                yield permission

    @cached_property
    def _permissions_of(self) -> Mapping[Spot, list[tuple[Permission, str]]]:
        """The permissions whose source is an API of this app, with their patterns."""
        found: dict[Spot, list[tuple[Permission, str]]] = defaultdict(list)
        for stack in self.stacks.values():
            for permission in stack.permissions.values():
                if permission.allows("apigateway") and permission.source:
                    source = self._source(permission)
                    if source and isinstance(source[0], Spot) and source[0].template:
                        found[source[0]].append((permission, source[1]))
        return found

"""Which permissions are for which routes of an API: those whose source's ARN covers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from constructs_lambda.model.apis import HttpStage, RestStage
from constructs_lambda.model.callees import Callee
from constructs_lambda.model.execution import VERBS, covers, split_source, stage_of
from constructs_lambda.model.gateways import Served
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.networks import Link, Parts
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.references import Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known

_TEST_STAGE = "test-invoke-stage"
Stages = Mapping[str, bool] | None


@record()
class _Access:
    """What lets one API invoke one function.

    Args:
        is_for_all: Whether a permission holds for all of its routes.
        is_open: Whether there may be permissions that aren't seen here.
        patterns: The patterns of the others, and whether those permissions are certain to allow it.
    """

    is_for_all: bool
    is_open: bool
    patterns: Mapping[str, bool]


class RouteSources(Permissions):
    """The permissions of an app whose source is an API."""

    def route_access(
        self, callee: Callee, api: Spot, method: str | None, path: str | None, stages: Stages
    ) -> tuple[bool | None, tuple[str, ...]]:
        """Whether an API may invoke a function for a route, and for which of its stages or methods it may not.

        Args:
            callee: The function, alias or version.
            api: The API.
            method: `GET`, `ANY` and the like; empty for a route that has none; None where unknown.
            path: The path; None where unknown.
            stages: The stages of the API; None where they aren't known.
        """
        access = self._api_access(callee, api)
        if access.is_for_all:
            return True, ()
        is_open, covered = access.is_open, set[str]()
        for pattern, is_certain in access.patterns.items():
            stage = stage_of(pattern)
            if stage == _TEST_STAGE or (stage and stages and stage not in stages):
                continue
            answer = covers(pattern, method, path)
            if answer and is_certain and (stage is None or not stages):
                return True, ()
            if answer and is_certain and stage:
                covered.add(stage)
            else:
                is_open = is_open or answer is not False
        if covered:
            left_out = [
                f"the stage {name}" for name, is_sure in (stages or {}).items() if is_sure and name not in covered
            ]
            return True, () if is_open else tuple(left_out)
        if is_open:
            return None, () if access.is_open or method != "ANY" else self._verbs_left_out(access, path)
        return False, ()

    def _verbs_left_out(self, access: _Access, path: str | None) -> tuple[str, ...]:
        """The methods of a route for every method that no permission may be for."""
        left_out = [verb for verb in VERBS if all(covers(pattern, verb, path) is False for pattern in access.patterns)]
        return tuple(left_out) if len(left_out) < len(VERBS) else ()

    def _api_access(self, callee: Callee, api: Spot) -> _Access:
        key = callee.function.place if callee.function else None, callee.qualifier, api
        if key not in self._api_accesses:
            self._api_accesses[key] = self._api_access_of(callee, api)
        return self._api_accesses[key]

    @cached_property
    def _api_accesses(self) -> dict[object, _Access]:
        return {}

    def _api_access_of(self, callee: Callee, api: Spot) -> _Access:
        statements, patterns = self.permissions(callee), dict[str, bool]()
        is_for_all, is_open = False, statements.is_open
        for permission in statements.permissions:
            allows = permission.allows("apigateway")
            pattern = True if permission.source_arn is None else self._pattern(permission, api)
            if allows is False or pattern is False or _never_matches(permission):
                continue
            if isinstance(pattern, str):
                patterns[pattern] = patterns.get(pattern, False) or allows is True
            elif pattern and allows:
                is_for_all = True
            else:
                is_open = True
        return _Access(is_for_all, is_open, patterns)

    def _covers_guard(self, api: Spot, authorizer: Spot, permission: Permission) -> bool | None:
        if _never_matches(permission):
            return False
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
            stack = self.stacks[permission.place.template]
            found = split_source(tuple(self._stage_name(stack, part) or part for part in permission.source))
            of = found[0] if found else None
            spot = self.spot(stack, of) if isinstance(of, Link) else of
            self._sources[key] = (spot, found[1]) if found else None
        return self._sources[key]

    def _stage_name(self, stack: Stack, part: str | Link | Unknown) -> str | None:
        """The name of the stage that is named by a reference."""
        spot = self.spot(stack, part) if isinstance(part, Link) and part.kind != "pseudo" else None
        of = self.stacks.get(spot.template) if spot else None
        stage = (of.rest_stages.get(spot.name) or of.http_stages.get(spot.name)) if of and spot else None
        return known(stage.name) if stage else None

    @cached_property
    def _sources(self) -> dict[Any, tuple[Spot | str | None, str] | None]:
        return {}

    def _is_of_another_service(self, source: Parts) -> bool:
        first = source[0] if source else None
        return isinstance(first, str) and first.count(":") > 2 and ":execute-api:" not in first

    def _strays(
        self, api: Spot, routes: tuple[Served, ...], stages: tuple[RestStage | HttpStage, ...]
    ) -> Iterator[Permission]:
        names = stage_names(stages)
        literal = {f"{each.method}{each.path}" for each in routes if each.method}
        for permission, pattern in self._permissions_of.get(api, ()):
            if pattern.startswith("/authorizers/"):
                continue
            stage = stage_of(pattern)
            if stage and names and stage not in names and stage != _TEST_STAGE:
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


def _never_matches(permission: Permission) -> bool:
    """Whether it wants an organization or a token, which API Gateway never sends along."""
    return isinstance(permission.organization, str) or isinstance(permission.event_source_token, str)


def stage_names(stages: tuple[RestStage | HttpStage, ...]) -> Stages:
    """The names of an API's stages, and whether each is certain to be made; None where one isn't known."""
    named = [stage for stage in stages if stage.name is not None]
    if any(isinstance(stage.name, Unknown) for stage in named):
        return None
    return {str(stage.name): not stage.place.conditional for stage in named}

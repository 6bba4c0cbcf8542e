"""How large the resource policies of functions get, and how many policies roles have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from constructs_lambda.model.callees import Callee
from constructs_lambda.model.functions import Place
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.lengths import part_length
from constructs_lambda.model.networks import Link, Parts
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.references import Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known, literal_part

_ENVELOPE = len('{"Version":"2012-10-17","Id":"default","Statement":[]}')
_STATEMENT = len('{"Sid":"","Effect":"Allow","Principal":{"Service":""},"Action":"","Resource":""}')
_CONDITION = len(',"Condition":{}')
_SOURCE_ARN = len('"ArnLike":{"AWS:SourceArn":""}')
_EQUALS = len('"StringEquals":{}')
_KEYS = {"source_account": '"AWS:SourceAccount":"",', "organization": '"aws:PrincipalOrgID":"",'}
_KEYS |= {"event_source_token": '"lambda:EventSourceToken":"",', "url_auth_type": '"lambda:FunctionUrlAuthType":"",'}
_LEAST = {"source_account": 12, "organization": 12, "event_source_token": 1, "url_auth_type": 4}
_FUNCTION_ARN = len("arn:aws:lambda:eu-west-1:111122223333:function:")
_RANDOM = 14  # the characters and hyphens that CloudFormation adds to a logical id
_LONGEST_SID, _LONGEST_NAME = 100, 64
_API_ID = 10
_PROBABLE_ARN, _PROBABLE_PART = 60, 10
_FEWEST = 12  # statements that may be too much: each has 1,700 bytes at the most


@record(kw_only=True)
class FunctionPolicy:
    """The resource policy of a function, an alias or a version, as far as this app writes it.

    Args:
        place: Where the function stands, or the first permission where it isn't made in this app.
        shown: What a message calls it.
        count: Its statements.
        by_service: How many of them each service has.
        certain_bytes: What they take at the least, as JSON.
        probable_bytes: What they are likely to take.
    """

    place: Place
    shown: str
    count: int
    by_service: tuple[tuple[str, int], ...]
    certain_bytes: int
    probable_bytes: int


class FunctionPolicies(Permissions):
    """The resource policies of an app's functions."""

    def function_policies(self) -> Iterator[FunctionPolicy]:
        """Those with so many statements that their size matters."""
        found: dict[object, list[tuple[Stack, Permission, Callee]]] = defaultdict(list)
        if sum(len(stack.permissions) for stack in self.stacks.values()) < _FEWEST:
            return
        for permission, callee in self._callees:
            if callee and not permission.place.conditional:
                named = callee.name, callee.is_foreign, permission.place.template
                key = (callee.function.place if callee.function else named, callee.qualifier)
                found[key].append((self.stacks[permission.place.template], permission, callee))
        for statements in found.values():
            if len(statements) >= _FEWEST:
                yield self._function_policy(statements)

    def _function_policy(self, statements: list[tuple[Stack, Permission, Callee]]) -> FunctionPolicy:
        _, first, callee = statements[0]
        function = callee.function
        services: dict[str, int] = defaultdict(int)
        certain = probable = _ENVELOPE + len(statements) - 1
        for stack, permission, _ in statements:
            services[literal_part(permission.principal).removesuffix(".amazonaws.com") or "others"] += 1
            least, likely = self._statement(stack, permission, callee)
            certain, probable = certain + least, probable + likely
        return FunctionPolicy(
            place=function.place if function else first.place,
            shown=_shown(callee),
            count=len(statements),
            by_service=tuple(sorted(services.items(), key=lambda each: -each[1])),
            certain_bytes=certain,
            probable_bytes=probable,
        )

    def _statement(self, stack: Stack, permission: Permission, callee: Callee) -> tuple[int, int]:
        """The bytes of one statement, at the least and likely."""
        logical_id = len(permission.place.resource) + _RANDOM
        sids = [min(_LONGEST_SID, logical_id + len(stack.name or "x" * more)) for more in (1, 12)]
        names = _names(stack, callee)
        body = (
            _STATEMENT + len(literal_part(permission.principal)) + len(literal_part(permission.action)) + _FUNCTION_ARN
        )
        body += self._condition(permission)
        sources = self._lengths(stack, permission.source)
        return body + sids[0] + names[0] + sources[0], body + sids[1] + names[1] + sources[1]

    def _condition(self, permission: Permission) -> int:
        size = _SOURCE_ARN if permission.source_arn is not None else 0
        inner = 0
        for name, key in _KEYS.items():
            value = getattr(permission, name)
            if value is not None:
                inner += len(key) + max(len(literal_part(value)), _LEAST[name])
        if inner:
            size += _EQUALS + inner - 1 + (1 if size else 0)
        return size + _CONDITION if size else 0

    def _lengths(self, stack: Stack, parts: Parts) -> tuple[int, int]:
        least = likely = 0
        for part in parts:
            certain = part_length(part)
            if isinstance(part, Link) and part.kind != "pseudo" and not certain:
                certain = self._resource_length(stack, part)
            least += certain
            if isinstance(part, Link) and part.attribute.endswith("Arn"):
                certain = _PROBABLE_ARN
            elif isinstance(part, Unknown) or (isinstance(part, Link) and part.kind == "export"):
                certain = max(certain, _PROBABLE_ARN if len(parts) == 1 else _PROBABLE_PART)
            likely += certain
        return least, likely

    def _resource_length(self, stack: Stack, link: Link) -> int:
        """The characters of an API's id or of a stage's name."""
        spot = self.spot(stack, link)
        of = self.stacks.get(spot.template) if spot and spot.template else None
        if of is None or spot is None:
            return 0
        if spot.name in of.rest_apis or spot.name in of.http_apis:
            return _API_ID
        stage = of.rest_stages.get(spot.name) or of.http_stages.get(spot.name)
        return len(known(stage.name) or "") if stage else 0


def _names(stack: Stack, callee: Callee) -> tuple[int, int]:
    """The characters of the function's name and qualifier, at the least and likely."""
    qualifier, function = callee.qualifier, callee.function
    behind = len(qualifier) + 1 if isinstance(qualifier, str) and qualifier else 2 if qualifier else 0
    if function is None:
        return len(callee.name) + behind, len(callee.name) + behind
    if isinstance(function.name, str):
        return len(function.name) + behind, len(function.name) + behind
    generated = min(_LONGEST_NAME, len(function.place.resource) + _RANDOM + len(stack.name or "x" * 12))
    return len(literal_part(function.name)) + 1 + behind, (generated if function.name is None else 20) + behind


def _shown(callee: Callee) -> str:
    name = callee.function.place.path if callee.function else callee.name
    if isinstance(callee.qualifier, Spot):
        return f"an alias or version of {name}"
    return f"the alias {callee.qualifier} of {name}" if callee.qualifier else name

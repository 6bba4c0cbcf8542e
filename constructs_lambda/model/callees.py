"""The functions that others call: behind the ARN of a permission, an integration, an authorizer or a subscription."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from constructs_lambda.model.functions import Function
from constructs_lambda.model.networks import Link, Parts
from constructs_lambda.model.references import References, Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown

_PATH = re.compile(r".*:lambda:path/[0-9-]+/functions/(.+?)/(?:response-streaming-)?invocations", re.DOTALL)
_ARN = re.compile(r"(?P<prefix>.*function:)?(?P<name>\0\d+\0|[\w-]+)(?::(?P<qualifier>[\w$-]+))?", re.DOTALL)
_PREFIX = re.compile(r"(?:arn:[^:]*:lambda:(?P<region>[^:]*):)?(?:(?P<account>[^:]*):)?function:")
_REFERENCES = ("", "Arn", "AliasArn", "FunctionArn")


@record(kw_only=True)
class Callee:
    """A function that something calls, or one of its aliases and versions.

    Args:
        function: The function, None where it isn't made in this app.
        name: Its name, where that is all that is known.
        qualifier: The alias's name or the version's number; the alias or version itself where that isn't known; empty
            for the function; None where nothing of it is known.
        is_foreign: Whether it is certain to be of another account or Region.
    """

    function: Function | None
    name: str = ""
    qualifier: str | Spot | None = ""
    is_foreign: bool = False

    @property
    def is_unqualified(self) -> bool:
        """Whether it names neither a version nor an alias."""
        return self.qualifier == ""

    def has_policy_of(self, other: Callee) -> bool | None:
        """Whether a statement for one holds for the other: the function, each alias and each version has its own."""
        one, two = self.qualifier, other.qualifier
        if one is None or two is None:
            return None
        if isinstance(one, str) is isinstance(two, str) or "" in (one, two):
            return one == two
        return None


class Callees(References):
    """The functions of an app, as others name them."""

    def callee(self, stack: Stack, parts: Parts) -> Callee | None:
        """The function behind a name, an ARN or the path with which API Gateway invokes it; None where unknown.

        Args:
            stack: Where it is named.
            parts: What the name or ARN is made of.
        """
        text = "".join(part if isinstance(part, str) else f"\0{index}\0" for index, part in enumerate(parts))
        path = _PATH.fullmatch(text)
        match = _ARN.fullmatch(path[1] if path else text)
        if match is None:
            return None
        name, qualifier = match["name"], match["qualifier"] or ""
        is_here = _is_here(stack, match["prefix"] or "", parts)
        if not name.startswith("\0"):
            return self._named(stack, name, qualifier, is_here)
        link = parts[int(name.strip("\0"))]
        if not isinstance(link, Link) or link.kind == "pseudo" or not is_here:
            return None
        return self._linked(stack, link, qualifier)

    def _linked(self, stack: Stack, link: Link, qualifier: str) -> Callee | None:
        spot = self.spot(stack, link)
        if spot is None:
            return None
        if not spot.template:
            inner = _ARN.fullmatch(spot.name)
            if inner is None:
                return None
            is_here = _is_here(stack, inner["prefix"] or "", ())
            return self._named(stack, inner["name"], inner["qualifier"] or qualifier, is_here)
        of = self.stacks[spot.template]
        function = of.function_of(spot.name)
        if function is None or spot.attribute not in _REFERENCES:
            return None
        if spot.name in of.functions:
            return Callee(function=function, qualifier=qualifier)
        alias = of.aliases.get(spot.name)
        name = alias.name if alias else None
        return Callee(function=function, qualifier=name if isinstance(name, str) else spot)

    def _named(self, stack: Stack, name: str, qualifier: str, is_here: bool | None) -> Callee:
        """The function of a name, where it is certain to be the one of this app.

        Args:
            stack: Where it is named.
            name: The function's name.
            qualifier: The alias or version.
            is_here: Whether the stack's account and Region are meant; None where that isn't known.
        """
        found = self._by_name.get(name, []) if is_here else []
        beside = [function for other, function in found if other is stack]
        around = [function for other, function in found if _environment(other) == _environment(stack)]
        sure = beside or around
        function = sure[0] if len(sure) == 1 or beside else None
        return Callee(function=function, name=name, qualifier=qualifier, is_foreign=is_here is False)

    @cached_property
    def _by_name(self) -> Mapping[str, list[tuple[Stack, Function]]]:
        found: dict[str, list[tuple[Stack, Function]]] = {}
        for stack in self.stacks.values():
            for function in stack.functions.values():
                if isinstance(function.name, str):
                    found.setdefault(function.name, []).append((stack, function))
        return found

    def may_be(self, callee: Callee, function: Function) -> bool:
        """Whether a callee that is known by name only may be this function."""
        is_named = isinstance(function.name, Unknown) or function.name == callee.name
        return callee.function is None and not callee.is_foreign and is_named


def _is_here(stack: Stack, prefix: str, parts: Parts) -> bool | None:
    """Whether what stands in front of a function's name is the account and Region of the stack that names it."""
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        return None if prefix else True
    answers = (
        _is_own(match["account"], "AWS::AccountId", stack.account, parts),
        _is_own(match["region"], "AWS::Region", stack.region, parts),
    )
    return False if False in answers else None if None in answers else True


def _is_own(text: str | None, pseudo: str, own: str | None, parts: Parts) -> bool | None:
    if text is None:
        return True
    if "\0" in text:
        return True if text in [f"\0{i}\0" for i, part in enumerate(parts) if _is_pseudo(part, pseudo)] else None
    return None if own is None else text == own


def _is_pseudo(part: object, name: str) -> bool:
    return isinstance(part, Link) and part.kind == "pseudo" and part.name == name


def _environment(stack: Stack) -> tuple[str | None, str | None]:
    return stack.account, stack.region

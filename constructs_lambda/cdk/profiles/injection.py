"""Gives functions the defaults of profiles while CDK makes them: plain ones by CDK's property injectors."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Aspects, IAspect, IPropertyInjector, PropertyInjectors, aws_iam, aws_lambda, aws_logs
from constructs import Construct, IConstruct
from jsii._kernel import Kernel

from constructs_lambda.cdk.options import JSII_NAMES
from constructs_lambda.cdk.profiles.applied import (
    FROM_IMAGE,
    LOG_RETENTION,
    MONITOR,
    defaults_for,
    scopes_below,
    stepping_back,
)
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.errors import InputError

FUNCTION = aws_lambda.Function.PROPERTY_INJECTION_ID
_LATE = "ConstructsLambdaProfile"
_PYTHON_NAMES = {jsii_name: name for name, jsii_name in JSII_NAMES.items()}
_CALLS = {Kernel.create.__code__: "klass", Kernel.invoke.__code__: "obj", Kernel.sinvoke.__code__: "klass"}
"""What leads from Python into CDK, with the name of what is made or asked there."""
_injected: WeakKeyDictionary[IConstruct, list[tuple[Construct, str]]] = WeakKeyDictionary()
_made_by_cdk: WeakKeyDictionary[IConstruct, set[str]] = WeakKeyDictionary()


class _Whose(Enum):
    """Whose function one is that CDK makes."""

    OURS = auto()
    DEVELOPER = auto()
    EDGE = auto()
    """A developer's for Lambda@Edge, which takes next to none of the settings."""
    CDK = auto()


@jsii.implements(IPropertyInjector)
class FunctionInjector:
    """Fills in what the profiles say where the developer says nothing.

    Args:
        scope: What it was added to.
        before: The injector that was there, which goes first.
    """

    def __init__(self, scope: IConstruct, before: IPropertyInjector | None) -> None:
        self.root = scope.node.root
        self.before = before

    @property
    def construct_unique_id(self) -> str:
        """What it is for: CDK asks."""
        return FUNCTION

    def inject(self, original_props: Any, *, scope: Construct, id: str) -> Any:
        """The properties of a function; CDK calls it.

        Args:
            original_props: What CDK was given, by CDK's names.
            scope: Where the function is made.
            id: Its id.
        """
        properties: dict[str, Any] = original_props or {}
        if self.before is not None:
            properties = self.before.inject(properties, scope=scope, id=id)
        stage = before_synth(scope).stage
        if stage not in _injected:
            reach_late(stage)
        _injected[stage].append((scope, id))
        whose = _whose()
        if whose in (_Whose.OURS, _Whose.EDGE):
            return properties  # ours has asked already
        defaults = defaults_for(scope)
        if whose is _Whose.CDK:
            note_made_by_cdk(self.root, f"{scope.node.path}/{id}")
        elif MONITOR in defaults:
            from constructs_lambda.cdk.monitors.plain import monitor_later

            monitor_later(scope, id)
        if whose is _Whose.CDK or properties.get("handler") == FROM_IMAGE:
            defaults = {name: value for name, value in defaults.items() if name == LOG_RETENTION}
        return _filled(properties, defaults, scope, id)


def _whose() -> _Whose:
    """Whose function is being made: the innermost call from Python into jsii tells."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = _CALLS.get(frame.f_code)
        if name is not None:
            asked = frame.f_locals.get(name)
            kind = asked if isinstance(asked, type) else type(asked)
            if issubclass(kind, aws_lambda.Function) and name == "klass":
                return _Whose.OURS if getattr(kind, "asks_profiles", False) else _Whose.DEVELOPER
            if kind.__name__ == "EdgeFunction":
                return _Whose.EDGE
            is_of_cdk = kind.__module__.partition(".")[0] in ("aws_cdk", "jsii")
            return _Whose.CDK if is_of_cdk and kind is not aws_lambda.SingletonFunction else _Whose.DEVELOPER
        frame = frame.f_back
    return _Whose.DEVELOPER


def _filled(properties: dict[str, Any], defaults: Mapping[str, Any], scope: Construct, id: str) -> dict[str, Any]:
    given = {_PYTHON_NAMES.get(name, name): value for name, value in properties.items() if value is not None}
    left_out = {MONITOR, *stepping_back(given), *given.keys()}
    role = given.get("role")
    if role is not None and not isinstance(role, aws_iam.Role | aws_iam.LazyRole):
        left_out |= {LOG_RETENTION, "tracing"}  # nobody can give it the rights for these
    filled = {
        JSII_NAMES[name]: value for name, value in defaults.items() if name in JSII_NAMES and name not in left_out
    }
    if "environment" in defaults:
        filled["environment"] = {**defaults["environment"], **(given.get("environment") or {})}
    filled.pop("logRetention", None)
    if LOG_RETENTION in defaults and LOG_RETENTION not in left_out:
        group = log_group_beside(scope, id, defaults[LOG_RETENTION])
        if role is not None:
            group.grant_write(role)
        filled["logGroup"] = group
    return {**properties, **filled}


def log_group_beside(scope: Construct, id: str, retention: aws_logs.RetentionDays) -> aws_logs.LogGroup:
    """A log group beside a function, kept when the stack goes.

    Args:
        scope: Where the function is made.
        id: Id of the function.
        retention: For how long it keeps logs.
    """
    return aws_logs.LogGroup(scope, f"{id}ProfileLogGroup", retention=retention)


def add_injector(scope: IConstruct) -> None:
    """Adds ours to a scope. One that is there already, or further out, keeps its say: CDK asks the nearest one only.

    Args:
        scope: The scope.
    """
    there = [PropertyInjectors.of(each).for_(FUNCTION) for each in reversed(scope.node.scopes)]
    nearest = next((each for each in there if each is not None), None)
    if not isinstance(there[0], FunctionInjector):
        before = nearest.before if isinstance(nearest, FunctionInjector) else nearest
        PropertyInjectors.of(scope).add(FunctionInjector(scope, before))


def refuse_replaced(scope: IConstruct) -> None:
    """Refuses an injector that took the place of ours: CDK keeps the last one.

    Args:
        scope: The scope that a profile was applied to.

    Raises:
        InputError: There is one.
    """
    there = PropertyInjectors.of(scope).for_(FUNCTION)
    if not isinstance(there, FunctionInjector):
        name = scope.node.path or "the app"
        raise InputError(
            f"{name}: another property injector for {FUNCTION} was added after the profile, and CDK keeps the last one "
            "only. Fix: add it before profile.apply(...), which combines the two."
        )


def refuse_missed(paths: Sequence[str]) -> None:
    """Refuses functions that CDK asked nobody of ours about: nobody can tell what they lack, nor whose they are.

    Args:
        paths: Where they are.

    Raises:
        InputError: There are some.
    """
    if paths:
        more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
        raise InputError(
            f"{', '.join(paths[:5])}{more}: a profile holds there, and CDK's property injectors didn't get to it. "
            "Either it was made before profile.apply(...), or a construct around it has an injector of its own. Fix: "
            "apply the profile first; and to a construct with an injector of its own too, which combines the two."
        )


@jsii.implements(IAspect)
class _Late:
    """Visits one empty construct, so that CDK calls once a stage and not once a node."""

    def visit(self, node: IConstruct) -> None:
        """Reaches the functions of a stage that no injector reaches; CDK calls it."""
        from constructs_lambda.cdk.profiles.resources import reach_others

        stage = node.node.scope
        if stage is not None:
            for scope, _ in scopes_below(stage.node.root):
                refuse_replaced(scope)
            reach_others(stage)


def reach_late(stage: IConstruct) -> None:
    """Has the other functions of a stage reached once all are there, before CDK hashes nested templates.

    Args:
        stage: The stage, or the app.
    """
    _injected.setdefault(stage, [])
    if isinstance(stage, Construct) and stage.node.try_find_child(_LATE) is None:
        Aspects.of(Construct(stage, _LATE)).add(_Late())


def injected_paths(stage: IConstruct) -> list[str]:
    """The paths of the functions that CDK asked injectors of ours about.

    Args:
        stage: The stage that they are in, or the app.
    """
    return [f"{scope.node.path}/{id}" for scope, id in _within(stage)]


def injected_count(stage: IConstruct) -> int:
    """How many functions CDK asked injectors of ours about.

    Args:
        stage: The stage that they are in, or the app.
    """
    return sum(1 for _ in _within(stage))


def _within(stage: IConstruct) -> Iterator[tuple[Construct, str]]:
    """Those of a stage; those of an app with all of its stages, which CDK's selectors walk through too."""
    for each, functions in _injected.items():
        if each is stage or each.node.root is stage:
            yield from functions


def note_made_by_cdk(root: IConstruct, path: str) -> None:
    """Remembers a function that CDK made by itself.

    Args:
        root: The app.
        path: Path of the function.
    """
    _made_by_cdk.setdefault(root, set()).add(path.removesuffix("/Resource"))


def made_by_cdk(root: IConstruct) -> frozenset[str]:
    """The paths of the functions that CDK made by itself, as far as injectors of ours were asked.

    Args:
        root: The app.
    """
    return frozenset(_made_by_cdk.get(root, ()))

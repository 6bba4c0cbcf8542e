"""Gives functions the defaults of profiles while CDK makes them: plain ones by CDK's property injectors."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import IPropertyInjector, PropertyInjectors, aws_lambda, aws_logs
from constructs import Construct, IConstruct
from jsii._kernel import Kernel

from constructs_lambda.cdk.options import JSII_NAMES
from constructs_lambda.cdk.profiles.applied import FROM_IMAGE, LOG_RETENTION, MONITOR, defaults_for
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.errors import InputError

FUNCTION = aws_lambda.Function.PROPERTY_INJECTION_ID
_CALLS = {Kernel.create.__code__: True, Kernel.invoke.__code__: False, Kernel.sinvoke.__code__: False}
"""What leads from Python into CDK: whether it makes an object."""
_injected: WeakKeyDictionary[IConstruct, list[tuple[Construct, str]]] = WeakKeyDictionary()
_made_by_cdk: WeakKeyDictionary[IConstruct, set[str]] = WeakKeyDictionary()


@jsii.implements(IPropertyInjector)
class FunctionInjector:
    """Fills in what the profiles say where the developer says nothing.

    Args:
        scope: What it was added to.
        before: The injector that was there, which goes first.
    """

    def __init__(self, scope: IConstruct, before: IPropertyInjector | None) -> None:
        self.root = scope.node.root
        self._before = before

    def _reach_others_in(self, stage: IConstruct) -> None:
        """CDK synthesizes a stage before the app around it, so each does it for itself."""
        from constructs_lambda.cdk.profiles.resources import reach_others

        _injected[stage] = []
        before_synth(stage).then(lambda: reach_others(stage))  # type: ignore[arg-type]

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
        if self._before is not None:
            properties = self._before.inject(properties, scope=scope, id=id)
        stage = before_synth(scope).stage
        if stage not in _injected:
            self._reach_others_in(stage)
        _injected[stage].append((scope, id))
        kind = _class_being_made()
        if kind is not None and getattr(kind, "asks_profiles", False):
            return properties  # ours has asked already
        defaults = defaults_for(scope)
        if kind is None:
            note_made_by_cdk(self.root, f"{scope.node.path}/{id}")
        if MONITOR in defaults and kind is not None:
            from constructs_lambda.cdk.monitors.plain import monitor_later

            monitor_later(scope, id)
        if kind is None or properties.get("handler") == FROM_IMAGE:
            defaults = {name: value for name, value in defaults.items() if name == LOG_RETENTION}
        return _filled(properties, defaults, scope, id)


def _class_being_made() -> type | None:
    """The class of the function that Python code asks for, None where CDK makes a function by itself."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        makes = _CALLS.get(frame.f_code)
        if makes is not None:
            kind = frame.f_locals.get("klass") if makes else None
            return kind if isinstance(kind, type) and issubclass(kind, aws_lambda.Function) else None
        frame = frame.f_back
    return None


def _filled(properties: dict[str, Any], defaults: Mapping[str, Any], scope: Construct, id: str) -> dict[str, Any]:
    if not defaults:
        return properties
    filled = dict(properties)
    for name, value in defaults.items():
        if name == MONITOR:
            continue  # alarms come once the function is there
        if name == LOG_RETENTION:
            if "logGroup" not in properties and "logRetention" not in properties:
                filled["logGroup"] = log_group_beside(scope, id, value)
        elif name == "environment":
            filled["environment"] = {**value, **(properties.get("environment") or {})}
        elif properties.get(JSII_NAMES[name]) is None:
            filled[JSII_NAMES[name]] = value
    return {name: value for name, value in filled.items() if value is not None}


def log_group_beside(scope: Construct, id: str, retention: aws_logs.RetentionDays) -> aws_logs.LogGroup | None:
    """A log group beside a function, kept when the stack goes; None where there is a construct with its id already.

    Args:
        scope: Where the function is made.
        id: Id of the function.
        retention: For how long it keeps logs.
    """
    name = f"{id}LogGroup"
    if scope.node.try_find_child(name) is not None:
        return None
    return aws_logs.LogGroup(scope, name, retention=retention)


def add_injector(scope: IConstruct) -> None:
    """Adds ours to a scope, in front of one that is there already, which keeps its say.

    Args:
        scope: The scope.
    """
    injectors = PropertyInjectors.of(scope)
    there = injectors.for_(FUNCTION)
    if not isinstance(there, FunctionInjector):
        injectors.add(FunctionInjector(scope, there))


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

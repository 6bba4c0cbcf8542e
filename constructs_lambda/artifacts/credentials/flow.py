"""Reads a module for credentials, statement by statement, as it would run; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from constructs_lambda.artifacts.credentials.frames import Frame, Snapshot
from constructs_lambda.artifacts.credentials.functions import Functions
from constructs_lambda.artifacts.credentials.reads import numbered
from constructs_lambda.artifacts.credentials.values import ANY, PLAIN, REST, UNKNOWN, Value

_Try = ast.Try | ast.TryStar


class Flow(Functions):
    """Executes statements without running them."""

    def block(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        """Executes statements; whether what follows them is reached."""
        return all(self._statement(statement, frame) for statement in body)

    def _statement(self, node: ast.stmt, frame: Frame) -> bool:
        self.step()
        match node:
            case ast.Return():
                value = self.value(node.value, frame) if node.value else PLAIN
                frame.returns.append((value, dict(self.memory.state)))
                return False
            case ast.Raise():
                return False
            case ast.Break() | ast.Continue():
                (frame.breaks if isinstance(node, ast.Break) else frame.continues).append(self.snapshot(frame))
                return False
            case ast.If():
                return self._if(node, frame)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, frame)
            case _ if isinstance(node, _Try):
                return self._try(node, frame)
            case ast.With() | ast.AsyncWith():
                for each in node.items:
                    value = self.value(each.context_expr, frame)
                    if each.optional_vars is not None:
                        self.assign(each.optional_vars, value, frame)
                return self.block(node.body, frame)
            case ast.Match():
                return self._match(node, frame)
            case _:
                self._plain(node, frame)
                return True

    def _plain(self, node: ast.stmt, frame: Frame) -> None:
        """Statements that always go on."""
        match node:
            case ast.Expr():
                self.value(node.value, frame)
            case ast.Assign():
                value = self.value(node.value, frame)
                for target in node.targets:
                    self.assign(target, value, frame)
            case ast.AnnAssign() if node.value is not None:
                self.assign(node.target, self.value(node.value, frame), frame)
            case ast.AugAssign():
                self._augment(node, frame)
            case ast.Delete():
                self._delete(node.targets, frame)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                frame.set(node.name, self.defined(node, frame))
            case ast.ClassDef():
                self.define_class(node, frame)
            case ast.Global() | ast.Nonlocal():
                frame.outer.update(node.names)
            case ast.Import():
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    frame.set(alias.asname or top, self.imported(top))
                    if not alias.asname and top != alias.name:
                        self.attach(alias.name, frame)
            case ast.ImportFrom():
                self.import_from(node, frame)

    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Binds what stands on the left of an assignment."""
        match target:
            case ast.Name():
                frame.set(target.id, value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, value, frame)
            case ast.Starred():
                self.assign(target.value, value, frame)
            case ast.Subscript():
                base = self.object_of(target.value, frame)
                if isinstance(target.slice, ast.Slice):
                    self.memory.write(base, frozenset(), self.item(value, target, frame))
                else:
                    self.write_under(base, target.slice, value, frame)
            case ast.Attribute():
                base = self.object_of(target.value, frame)
                self.memory.write(base, frozenset({target.attr}), self.item(value, target, frame))

    def object_of(self, node: ast.expr, frame: Frame) -> Value:
        """What is written into: an object is made where none is known."""
        value = self.value(node, frame)
        if not value.refs and not value.functions and isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            value = replace(value, refs=self.memory.new().refs, is_plain=False)
            self.assign(node, value, frame)
        return value

    def _unpack(self, targets: Sequence[ast.expr], value: Value, frame: Frame) -> None:
        star = next((at for at, each in enumerate(targets) if isinstance(each, ast.Starred)), len(targets))
        is_list = bool(value.refs) and numbered(
            {k: i for k, i in self.memory.items(value).items() if k not in (ANY, REST)}
        )
        for at, target in enumerate(targets):
            key = str(at if at < star else at - len(targets))
            if at == star:
                rest = self.listed([], target, frame, rest=self.elements(value)[1])
                self.assign(target, rest, frame)
            elif is_list:
                self.assign(target, self.part(value, frozenset({key}), target, frame), frame)
            else:
                self.assign(target, self.elements(value)[1], frame)

    def _augment(self, node: ast.AugAssign, frame: Frame) -> None:
        old, new = self.value(node.target, frame), self.value(node.value, frame)
        if isinstance(node.op, ast.BitOr) and old.refs:
            self.memory.extend(old, self.memory.items(new))
            return
        self.assign(node.target, self.operate(node.op, old, new, node, frame), frame)

    def _delete(self, targets: Sequence[ast.expr], frame: Frame) -> None:
        for target in targets:
            if isinstance(target, ast.Name):
                frame.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                self.memory.remove(self.value(target.value, frame), self.value(target.slice, frame).texts)
            elif isinstance(target, ast.Attribute):
                self.memory.remove(self.value(target.value, frame), frozenset({target.attr}))

    def _if(self, node: ast.If, frame: Frame) -> bool:
        self.value(node.test, frame)
        truth = self.truth(node.test, frame)

        def way(body: Sequence[ast.stmt], is_met: bool) -> bool:
            self.narrow_by(node.test, frame, is_met=is_met)
            for target in frame.targets if truth is None else ():
                self.doubt(target, node.test, frame)
            return self.block(body, frame)

        ways = [partial(way, node.body, True)] if truth is not False else []
        ways += [partial(way, node.orelse, False)] if truth is not True else []
        return self.ways(frame, ways)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, frame: Frame) -> bool:
        if isinstance(node, ast.While):
            exact: list[Value] | None = None
            other = UNKNOWN
        else:
            exact, other = self.elements(self.value(node.iter, frame))
        outer = frame.breaks, frame.continues
        frame.breaks, frame.continues = [], []
        frame.targets += [] if isinstance(node, ast.While) else [node.target]
        goes_on = True
        for element in exact if exact is not None else [other, other]:
            before = self.snapshot(frame)
            if isinstance(node, ast.While):
                self.value(node.test, frame)
            else:
                self.assign(node.target, element, frame)
            ends: list[Snapshot] = [] if exact is not None else [before]
            if self.block(node.body, frame):
                ends.append(self.snapshot(frame))
            ends += frame.continues
            frame.continues = []
            goes_on = bool(ends)
            if not ends:
                break
            self.restore(frame, ends)
        if not isinstance(node, ast.While):
            frame.targets.pop()
        if goes_on:
            goes_on = self.block(node.orelse, frame)
        ends = [*frame.breaks, *([self.snapshot(frame)] if goes_on else [])]
        frame.breaks, frame.continues = outer
        if ends:
            self.restore(frame, ends)
        return bool(ends)

    def _try(self, node: ast.Try | ast.TryStar, frame: Frame) -> bool:
        seen = [self.snapshot(frame)]
        goes_on = True
        for statement in node.body:
            goes_on = self._statement(statement, frame)
            if not goes_on:
                break
            seen.append(self.snapshot(frame))
        after = self.snapshot(frame)

        def through() -> bool:
            self.restore(frame, [after])
            return goes_on and self.block(node.orelse, frame)

        def caught(handler: ast.ExceptHandler) -> bool:
            self.restore(frame, seen)
            if handler.name:
                frame.set(handler.name, UNKNOWN)
            return self.block(handler.body, frame)

        reached = self.ways(frame, [through, *(partial(caught, handler) for handler in node.handlers)])
        return self.block(node.finalbody, frame) and reached

    def _match(self, node: ast.Match, frame: Frame) -> bool:
        subject = self.value(node.subject, frame)

        def way(case: ast.match_case) -> bool:
            self._capture(case.pattern, subject, frame)
            if case.guard:
                self.value(case.guard, frame)
            return self.block(case.body, frame)

        last = node.cases[-1]
        is_total = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
        ways: list[Callable[[], bool]] = [partial(way, case) for case in node.cases]
        return self.ways(frame, ways if is_total else [*ways, lambda: True])

    def _capture(self, pattern: ast.pattern, value: Value, frame: Frame) -> None:
        """Binds the names of a pattern."""
        match pattern:
            case ast.MatchAs():
                if pattern.pattern:
                    self._capture(pattern.pattern, value, frame)
                if pattern.name:
                    frame.set(pattern.name, value)
            case ast.MatchMapping():
                for key, each in zip(pattern.keys, pattern.patterns, strict=True):
                    self._capture(each, self.part(value, self.value(key, frame).texts, pattern, frame), frame)
                if pattern.rest:
                    frame.set(pattern.rest, value)
            case ast.MatchSequence():
                for at, each in enumerate(pattern.patterns):
                    part = (
                        self.part(value, frozenset({str(at)}), pattern, frame)
                        if value.refs
                        else self.elements(value)[1]
                    )
                    self._capture(each, part, frame)
            case ast.MatchStar():
                if pattern.name:
                    frame.set(pattern.name, value)
            case ast.MatchOr():
                for each in pattern.patterns:
                    self._capture(each, value, frame)
            case ast.MatchClass():
                for name, each in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
                    self._capture(each, self.attribute(value, name, pattern, frame), frame)

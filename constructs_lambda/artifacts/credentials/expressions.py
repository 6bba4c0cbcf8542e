"""What expressions may be while code is read for credentials."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from constructs_lambda.artifacts.credentials.calls import Calls
from constructs_lambda.artifacts.credentials.frames import Frame, Function
from constructs_lambda.artifacts.credentials.masks import MASK, SHORT_FORMAT, is_short, shown
from constructs_lambda.artifacts.credentials.names import is_credential
from constructs_lambda.artifacts.credentials.reads import LIST
from constructs_lambda.artifacts.credentials.values import (
    PLAIN,
    UNKNOWN,
    Taint,
    Value,
    join,
    role,
    tainted,
    text_value,
    weakened,
)

_WRITES = frozenset({"append", "extend", "setdefault", "update"})
_MOST_STARRED = 6  # arguments that `*` stands for where their number isn't known
_ACCESS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}")


class Expressions(Calls):
    """Evaluates expressions."""

    def value(self, node: ast.expr, frame: Frame) -> Value:
        """What an expression may be."""
        self.step()
        match node:
            case ast.Constant():
                return _constant(node.value)
            case ast.Name():
                return self._name(node.id, frame)
            case ast.Attribute():
                return self.attribute(self.value(node.value, frame), node.attr, node, frame)
            case ast.Subscript():
                return self._subscript(node, frame)
            case ast.Call():
                return self._call(node, frame)
            case ast.Dict():
                return self._dict_display(node, frame)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._list_display(node.elts, node, frame)
            case ast.JoinedStr():
                return self._joined(node.values, frame)
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(spec))])) if (
                SHORT_FORMAT.search(spec)
            ):
                return PLAIN
            case ast.FormattedValue() | ast.Await() | ast.Starred():
                return self.value(node.value, frame)
            case ast.DictComp() | ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._comprehension(node, frame)
            case ast.Lambda():
                return Value(functions=frozenset({Function(node, frame)}))
            case _:
                return self._operation(node, frame)

    def _operation(self, node: ast.expr, frame: Frame) -> Value:
        match node:
            case ast.BoolOp():
                values = [self.value(each, frame) for each in node.values]
                return values[-1] if isinstance(node.op, ast.And) else join(*values)
            case ast.BinOp():
                left, right = (shown(each, self.value(each, frame), [node]) for each in (node.left, node.right))
                return self.operate(node.op, left, right, node, frame)
            case ast.UnaryOp():
                value = self.value(node.operand, frame)
                is_index = isinstance(node.op, ast.USub) and value.text is not None and value.text.isdigit()
                return replace(value, texts=frozenset({f"-{value.text}"})) if is_index else PLAIN
            case ast.Compare():
                for each in (node.left, *node.comparators):
                    self.value(each, frame)
                return PLAIN
            case ast.IfExp():
                return self._either(node, frame)
            case ast.NamedExpr():
                value = self.value(node.value, frame)
                self.assign(node.target, value, frame)
                return value
            case ast.Yield() if node.value is not None:
                frame.yields.append(self.value(node.value, frame))
            case ast.YieldFrom():
                frame.yields.append(self.elements(self.value(node.value, frame))[1])
        return UNKNOWN

    def _name(self, name: str, frame: Frame) -> Value:
        value = frame.find(name)
        if value is None:
            star = None if hasattr(builtins, name) else frame.find("*")
            return role(*(f"{module}.{name}" for module in star.roles)) if star else role(f"ext:builtins.{name}")
        is_open = not (value.taints or value.refs or value.functions or value.texts or value.is_plain)
        if is_open and all(each.startswith("ext:") for each in value.roles) and is_credential(name):
            return replace(value, taints=frozenset({Taint(f"the name '{name}'", False, "name")}))
        return value

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = self.value(node.value, frame)
        if isinstance(node.slice, ast.Slice):
            if base.refs:
                return self.listed([], node, frame, rest=self.elements(base)[1])
            cut = (node.slice.lower, node.slice.upper)
            lower, upper = (self.value(each, frame).text if each else "" for each in cut)
            return PLAIN if base.taints and node.slice.step is None and is_short(lower, upper) else base
        return self.under(base, self.value(node.slice, frame), node, frame)

    def _joined(self, parts: Sequence[ast.expr], frame: Frame) -> Value:
        values = [shown(each, self.value(each, frame), parts) for each in parts]
        texts = [value.text for value in values]
        if all(text is not None for text in texts):
            return text_value("".join(text for text in texts if text is not None))
        return self.flat(*(value for value in values if not value.text)) if values else PLAIN

    def _either(self, node: ast.IfExp, frame: Frame) -> Value:
        self.value(node.test, frame)
        truth = self.truth(node.test, frame)
        before = self.snapshot(frame)
        self.narrow_by(node.test, frame, is_met=True)
        one = self.value(node.body, frame) if truth is not False else None
        frame.names = dict(before[0])
        self.narrow_by(node.test, frame, is_met=False)
        other = self.value(node.orelse, frame) if truth is not True else None
        frame.names = {**frame.names, **before[0]}
        ways = [value for value in (one, other) if value is not None]
        is_masked = any(MASK.search(value.text or "") for value in ways)
        return join(*(weakened(value) if is_masked else value for value in ways))

    def operate(self, op: ast.operator, left: Value, right: Value, node: ast.AST, frame: Frame) -> Value:
        """What an operator makes of two values."""
        if isinstance(op, ast.BitOr) and (left.refs or right.refs):
            return self.merged_dict([left, right], node, frame)
        if isinstance(op, ast.Add) and (left.refs or right.refs):
            parts = [self.elements(left)[1], self.elements(right)[1]]
            return self.listed([], node, frame, rest=join(*parts))
        if isinstance(op, ast.Add) and left.text is not None and right.text is not None and not left.is_plain:
            return text_value(left.text + right.text)
        if isinstance(op, ast.Add | ast.Mod | ast.BitOr | ast.Mult | ast.Div):
            return self.flat(*[value for value in (left, right) if not value.texts or value.taints] or [PLAIN])
        return PLAIN

    def _dict_display(self, node: ast.Dict, frame: Frame) -> Value:
        made = self.memory.new()
        for key, each in zip(node.keys, node.values, strict=True):
            value = self.value(each, frame)
            if key is None:
                extended = self.merged_dict([made, value], each, frame)
                made = extended
            else:
                self.write_under(made, key, value, frame)
        return made

    def write_under(self, base: Value, key: ast.expr, value: Value, frame: Frame) -> None:
        """Puts a value into an object under a key."""
        name = self.value(key, frame)
        self.memory.name(base, self.item(name, key, frame))
        self.memory.write(base, name.texts, self.item(value, key, frame))

    def _list_display(self, nodes: Sequence[ast.expr], node: ast.AST, frame: Frame) -> Value:
        values: list[Value] = []
        rest: list[Value] = []
        for each in nodes:
            value = self.value(each, frame)
            if isinstance(each, ast.Starred):
                exact, other = self.elements(value)
                values += exact or []
                rest += [other] if exact is None else []
            else:
                values.append(value)
        return self.listed(values, node, frame, rest=join(*rest) if rest else None)

    def _comprehension(self, node: ast.DictComp | ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Value:
        names = dict(frame.names)
        made = self.memory.new(of=None if isinstance(node, ast.DictComp) else LIST)
        count = 0

        def put(is_sure: bool) -> None:
            nonlocal count
            if isinstance(node, ast.DictComp):
                self.write_under(made, node.key, self.value(node.value, frame), frame)
            else:
                value = self.value(node.elt, frame)
                keys = frozenset({str(count)}) if is_sure else frozenset()
                count += 1
                self.memory.write(made, keys, self.item(value, node.elt, frame))

        self._generate(node.generators, frame, put, is_sure=True)
        frame.names = names
        return made

    def _generate(
        self, generators: Sequence[ast.comprehension], frame: Frame, put: Callable[[bool], None], *, is_sure: bool
    ) -> None:
        """Goes through the elements of a comprehension."""
        if not generators:
            put(is_sure)
            return
        first, *others = generators
        exact, other = self.elements(self.value(first.iter, frame))
        for element in exact if exact is not None else [other]:
            self.assign(first.target, element, frame)
            truths = []
            for test in first.ifs:
                self.value(test, frame)
                truths.append(self.truth(test, frame))
                self.narrow_by(test, frame, is_met=True)
                if truths[-1] is None:
                    self.doubt(first.target, test, frame)
            if False not in truths:
                sure = is_sure and exact is not None and None not in truths
                self._generate(others, frame, put, is_sure=sure)

    def doubt(self, target: ast.expr, test: ast.expr, frame: Frame) -> None:
        """Holds nothing for certain that a condition on its key may leave out, where that can't be followed."""
        bound = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
        asked = bound & {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
        if any(frame.names[name].texts for name in asked if name in frame.names):
            frame.names |= {name: weakened(frame.names[name]) for name in bound if name in frame.names}

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        base = self.value(node.func.value, frame) if isinstance(node.func, ast.Attribute) else None
        callee = self.value(node.func, frame) if base is None else UNKNOWN
        arguments: list[Value] = []
        for each in node.args:
            value = self.value(each, frame)
            if isinstance(each, ast.Starred):
                exact, other = self.elements(value)
                parts = [self.part(value, frozenset({str(at)}), each, frame) for at in range(_MOST_STARRED)]
                arguments += exact if exact is not None else parts if value.refs else [other] * _MOST_STARRED
            else:
                arguments.append(value)
        keywords: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, frame)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            else:
                keywords |= {key: item.value for key, item in self.memory.items(value).items()}
        if base is not None and isinstance(node.func, ast.Attribute):
            if node.func.attr in _WRITES and not base.taints:
                base = self.object_of(node.func.value, frame)
            return self.method(base, node.func.attr, arguments, keywords, node, frame)
        return self.invoke(callee, arguments, keywords, node, frame)

    def truth(self, test: ast.expr, frame: Frame) -> bool | None:
        """Whether a condition is met, where that is certain."""
        match test:
            case ast.Constant():
                return bool(test.value)
            case ast.UnaryOp(op=ast.Not()):
                truth = self.truth(test.operand, frame)
                return None if truth is None else not truth
            case ast.Name(id="TYPE_CHECKING"):
                return False
            case ast.Compare(ops=[op]):
                return self._compared(op, self.value(test.left, frame), self.value(test.comparators[0], frame))
            case ast.Call(
                func=ast.Attribute(attr="startswith" | "endswith" as name) as function, args=[argument], keywords=[]
            ):
                return self._affixed(name, self.value(function.value, frame), self.value(argument, frame))
        return None

    def _affixed(self, name: str, text: Value, affix: Value) -> bool | None:
        """Whether a text starts or ends with another."""
        exact = self.elements(affix)[0] if affix.refs else [affix]
        if text.text is None or text.taints or exact is None or any(each.text is None for each in exact):
            return None
        affixes = tuple(each.text for each in exact if each.text is not None)
        return text.text.startswith(affixes) if name == "startswith" else text.text.endswith(affixes)

    def _compared(self, op: ast.cmpop, left: Value, right: Value) -> bool | None:
        if left.text is None or left.taints:
            return None
        if isinstance(op, ast.Eq | ast.NotEq):
            return None if right.text is None or right.taints else (left.text == right.text) == isinstance(op, ast.Eq)
        if right.text is not None and isinstance(op, ast.In | ast.NotIn):
            return (left.text in right.text) == isinstance(op, ast.In)
        exact, _ = self.elements(right)
        if exact is None or not isinstance(op, ast.In | ast.NotIn) or any(each.text is None for each in exact):
            return None
        return (left.text in {each.text for each in exact}) == isinstance(op, ast.In)


def _constant(value: object) -> Value:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        return tainted("an AWS access key in the code", "aws") if _ACCESS_KEY.fullmatch(value) else text_value(value)
    if isinstance(value, int):
        return Value(texts=frozenset({str(value)}), is_plain=True)
    return PLAIN

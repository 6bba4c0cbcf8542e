"""Functions, classes and modules while code is read for credentials."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from constructs_lambda.artifacts.credentials.expressions import Expressions
from constructs_lambda.artifacts.credentials.frames import Class, EnoughError, Frame, Function
from constructs_lambda.artifacts.credentials.values import PLAIN, UNKNOWN, State, Value, join, role
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE, parse_module

Load = Callable[[str], tuple[str, str] | None]
"""Gives the source of a module and its path, by its name from the top; None where it isn't the package's own."""
_MOST_MODULES = 24
_MOST_READ = 1024 * 1024
_DEEPEST_CALLS = 12
_KINDS = {"staticmethod": "static", "classmethod": "class", "property": "property", "cached_property": "property"}


class Functions(Expressions):
    """Calls the code's own functions and loads its modules.

    Args:
        load: Where the modules of the package are read.
        identity: The authorizer's identity sources, None where they aren't known.
    """

    def __init__(self, load: Load | None, identity: Sequence[str | None] | None = None) -> None:
        super().__init__(identity)
        self._load = load
        self._modules: dict[str, Frame | None] = {}
        self._read = 0
        self._running: list[ast.AST] = []
        self._outermost: list[tuple[Value, State]] | None = None
        self._spaces: dict[Frame, Class] = {}

    def block(self, body: Sequence[ast.stmt], frame: Frame) -> bool:
        """Executes statements; whether what follows them is reached."""
        raise NotImplementedError

    def module(self, name: str) -> Frame | None:
        """The names of a module of the package, by its name from the top."""
        if name not in self._modules:
            self._modules[name] = None
            found = self._load(name) if self._load and len(self._modules) <= _MOST_MODULES else None
            if found is not None:
                self.enter(found[0], found[1], name)
        return self._modules[name]

    def enter(self, source: str, file: str, name: str) -> Frame | None:
        """Executes a module; None where it can't be parsed."""
        content = source.encode("utf-8", "replace")
        self._read += len(content)
        tree = parse_module(content, None) if self._read <= max(_MOST_READ, LARGEST_SOURCE) else None
        if not isinstance(tree, ast.Module):
            return None
        frame = self._modules[name] = Frame(file, name)
        frame.names["__name__"] = Value(texts=frozenset({name}))
        self.block(tree.body, frame)
        return frame

    def invoke(
        self, callee: Value, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        """What a call may return."""
        found = []
        for each in sorted(callee.functions, key=id):
            if isinstance(each, Function):
                found.append(self._run(each, arguments, keywords, node, frame))
            elif isinstance(each, Class):
                found.append(self._instantiate(each, arguments, keywords, node, frame))
        for name in callee.roles:
            if name.startswith("ext:") and isinstance(node, ast.Call):
                found.append(self.external(name[4:], arguments, keywords, node, frame))
        for ref in callee.refs:
            of = self.memory.classes.get(ref)
            if isinstance(of, Class) and of.find("__call__"):
                bound = self.attribute(callee, "__call__", node, frame)
                found.append(self.invoke(replace(bound, refs=frozenset()), arguments, keywords, node, frame))
        return join(*found) if found else UNKNOWN

    def answers(self, handler: Value, arguments: Sequence[Value]) -> list[tuple[Value, State]]:
        """What a function may return, each time with the objects as they are then.

        After too many steps, what was found until then.
        """
        found: list[tuple[Value, State]] = []
        frame = Frame("", "")
        self._outermost = found
        try:
            plain = frozenset(each for each in handler.functions if isinstance(each, Function))
            value = self.invoke(replace(handler, functions=plain), arguments, {}, ast.Pass(), frame)
            if not found:
                found.append((value, dict(self.memory.state)))
        except EnoughError:
            pass
        return found

    def _run(
        self, function: Function, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, caller: Frame
    ) -> Value:
        definition = function.node
        if len(self._running) >= _DEEPEST_CALLS or self._running.count(definition) > 1:
            return UNKNOWN
        frame = Frame(function.frame.file, function.frame.module, function.frame)
        if self._outermost is not None and not self._running:
            frame.returns = self._outermost
        if function.bound is not None:
            arguments = [function.bound, *arguments]
        self._bind(definition.args, arguments, keywords, frame, node, function.frame)
        self._running.append(definition)
        try:
            if isinstance(definition, ast.Lambda):
                return self.value(definition.body, frame)
            goes_on = self.block(definition.body, frame)
        finally:
            self._running.pop()
        states = [state for _, state in frame.returns] + ([self.memory.state] if goes_on else [])
        if states:
            self.memory.state = self.merged(states)
        if frame.yields:
            return self.listed([], node, caller, rest=join(*frame.yields))
        results = [value for value, _ in frame.returns] + ([PLAIN] if goes_on else [])
        return join(*results) if results else UNKNOWN

    def _bind(
        self,
        parameters: ast.arguments,
        arguments: Sequence[Value],
        keywords: dict[str, Value],
        frame: Frame,
        node: ast.AST,
        definition: Frame,
    ) -> None:
        names = [each.arg for each in (*parameters.posonlyargs, *parameters.args)]
        only = [each.arg for each in parameters.kwonlyargs]
        defaults: list[tuple[str, ast.expr | None]] = list(
            zip(names[len(names) - len(parameters.defaults) :], parameters.defaults, strict=False)
        )
        defaults += zip(only, parameters.kw_defaults, strict=True)
        for name, default in defaults:
            frame.names[name] = self.value(default, definition) if default is not None else UNKNOWN
        for name in names:
            frame.names.setdefault(name, UNKNOWN)
        frame.names.update(zip(names, arguments, strict=False))
        frame.names.update({name: value for name, value in keywords.items() if name in {*names, *only}})
        if parameters.vararg:
            frame.names[parameters.vararg.arg] = self.listed(list(arguments[len(names) :]), node, frame)
        if parameters.kwarg:
            more = {name: value for name, value in keywords.items() if name not in {*names, *only}}
            items = {name: self.item(value, node, frame) for name, value in more.items()}
            frame.names[parameters.kwarg.arg] = self.memory.new(items)

    def _instantiate(
        self, of: Class, arguments: Sequence[Value], keywords: dict[str, Value], node: ast.AST, frame: Frame
    ) -> Value:
        made = self.memory.new(of=of)
        if (start := of.find("__init__")) is not None:
            for each in start.functions:
                if isinstance(each, Function):
                    self._run(replace(each, bound=made), arguments, keywords, node, frame)
            return made
        given = dict(zip(of.all_fields, arguments, strict=False)) | keywords
        for name, value in given.items():
            self.memory.write(made, frozenset({name}), self.item(value, node, frame))
        return made

    def _space(self, frame: Frame) -> Class:
        """A module as something that has attributes."""
        return self._spaces.setdefault(frame, Class(frame.module, frame, (), ()))

    def imported(self, name: str) -> Value:
        """What an imported module is."""
        module = self.module(name)
        return Value(functions=frozenset({self._space(module)})) if module else role(f"ext:{name}")

    def attach(self, name: str, frame: Frame) -> None:
        """Makes `import a.b` reach the names of `a.b`."""
        top, _, rest = name.partition(".")
        if "." not in rest and (module := self.module(name)):
            above = self.module(top) or Frame(frame.file, top)
            above.names[rest] = Value(functions=frozenset({self._space(module)}))
            frame.set(top, Value(functions=frozenset({self._space(above)})))

    def import_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        """Binds the names of `from x import y`."""
        name = node.module or ""
        if node.level:
            inside = frame.module.split(".")
            is_package = frame.file.endswith("__init__.py")
            above = inside[: len(inside) - node.level + is_package]
            name = ".".join([*above, *([name] if name else [])])
        module = self.module(name) if name else None
        for alias in node.names:
            if alias.name == "*" and not module:
                frame.names["*"] = join(frame.names.get("*", UNKNOWN), role(f"ext:{name}"))
            elif alias.name == "*":
                for each, value in (module.names if module else {}).items():
                    frame.names.setdefault(each, value)
            elif module and alias.name in module.names:
                frame.set(alias.asname or alias.name, module.names[alias.name])
            else:
                below = self.module(f"{name}.{alias.name}" if name else alias.name)
                value = Value(functions=frozenset({self._space(below)})) if below else role(f"ext:{name}.{alias.name}")
                frame.set(alias.asname or alias.name, role("environ") if value == role("ext:os.environ") else value)

    def defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Value:
        """What a function is after its decorators."""
        value = Value(functions=frozenset({Function(node, frame)}))
        for decorator in reversed(node.decorator_list):
            name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
            if name in _KINDS:
                value = Value(functions=frozenset({Function(node, frame, kind=_KINDS[name])}))
                continue
            wrapper = self.value(decorator, frame)
            if any(isinstance(each, Function) for each in wrapper.functions):
                result = self.invoke(wrapper, [value], {}, decorator, frame)
                value = result if result.functions else value
        return value

    def define_class(self, node: ast.ClassDef, frame: Frame) -> None:
        """Binds the name of a class."""
        body = Frame(frame.file, frame.module, frame)
        self.block(node.body, body)
        fields = [
            each.target.id
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        ]
        bases = tuple(self.value(base, frame) for base in node.bases)
        for name, value in body.names.items():  # methods see the module, not the class
            body.names[name] = replace(
                value,
                functions=frozenset(
                    replace(each, frame=frame) if isinstance(each, Function) and each.frame is body else each
                    for each in value.functions
                ),
            )
        frame.set(node.name, Value(functions=frozenset({Class(node.name, body, tuple(fields), bases)})))

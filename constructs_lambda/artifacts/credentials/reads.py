"""Parts of values, and values of their parts: keys, attributes, elements, texts put together."""

from __future__ import annotations

import ast
from dataclasses import replace

from constructs_lambda.artifacts.credentials.frames import Class, Frame, Function, Machine
from constructs_lambda.artifacts.credentials.names import is_credential_cookie, is_credential_header
from constructs_lambda.artifacts.credentials.sources import identity, of_anything, part, part_of_taint, whole
from constructs_lambda.artifacts.credentials.values import ANY, PLAIN, REST, UNKNOWN, Item, Value, join, role

LIST = "list"
"""Class of the objects that are lists, tuples and sets."""
_MOST_ELEMENTS = 16
_IDENTITY_SOURCES = (("event", "identitySource"), ("event", "identity_source"))
_LIKE_DICTS = frozenset({
    "cookies", "credentials", "environ", "event", "headers", "identity", "query", "request context", "sts",
})  # fmt: skip
_PASSING = ("each:", "key:")  # roles that a text keeps which is made of them


class Reads(Machine):
    """Takes values apart."""

    def flat(self, *values: Value) -> Value:
        """A text with all of these values in it."""
        inside = [each for value in values for each in self.memory.inside(value)]
        taints = {taint for each in inside for taint in each.taints}
        roles = {name for each in inside for name in each.roles}
        taints |= {taint for name in roles if not name.startswith(_PASSING) and (taint := whole(name))}
        return Value(
            taints=frozenset(taints),
            roles=frozenset(name for name in roles if name.startswith(_PASSING)),
            is_plain=bool(values) and all(value.is_plain for value in values),
        )

    def part(self, base: Value, keys: frozenset[str], node: ast.AST, frame: Frame) -> Value:
        """What stands under a key.

        Args:
            base: A dictionary, list, text or whatever it is.
            keys: What the key may be; none where that isn't known.
            node: Where it is read.
            frame: Where it is read.
        """
        keys = frozenset(self._from_end(base, key) for key in keys)
        is_list = any(self.memory.classes.get(ref) == LIST for ref in base.refs)
        found = [value if is_list else _narrowed(value, key) for key, value in self.memory.read(base, keys)]
        for name in base.roles:
            if name.startswith(("ext:", "key:")):
                continue
            found += [self._of_role(name, key, node, frame) for key in keys] if keys else _dynamic(name)
        for taint in base.taints:
            found += [part_of_taint(taint, key) for key in sorted(keys) or (None,)]
        is_known = base.refs or base.is_plain or any(not name.startswith("ext:") for name in base.roles)
        if not is_known and all(taint.kind == "name" for taint in base.taints):
            found += [of_anything(key) for key in keys]
        if not found:
            return PLAIN if base.is_plain else UNKNOWN
        return join(*found)

    def _of_role(self, name: str, key: str, node: ast.AST, frame: Frame) -> Value:
        if self.identity is not None and (name, key) in _IDENTITY_SOURCES:
            return self.listed(identity(self.identity), node, frame)
        found = part(name, key)
        return of_anything(key) if found.is_unknown else found

    def under(self, base: Value, key: Value, node: ast.AST, frame: Frame) -> Value:
        """What stands under a key that may itself be one that a loop over the same thing gives."""
        each = [role(f"each:{name}") for name in sorted(base.roles) if f"key:{name}" in key.roles]
        return join(*each) if each and not key.texts else self.part(base, key.texts, node, frame)

    def _from_end(self, base: Value, key: str) -> str:
        """An index from the end of a list as one from its start, where its length is known."""
        if not key.startswith("-"):
            return key
        keys = self.memory.items(base).keys()
        is_exact = bool(keys) and key not in keys and all(each.isdigit() for each in keys)
        return str(len(keys) + int(key)) if is_exact and key[1:].isdigit() else key

    def attribute(self, base: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """What an attribute is; properties are called."""
        found = []
        for each in base.roles:
            if each.startswith("ext:"):
                found.append(role("environ") if each == "ext:os" and name == "environ" else role(f"{each}.{name}"))
        items = self.memory.items(base)
        if name in items:
            found.append(items[name].value)
        for ref in base.refs:
            of = self.memory.classes.get(ref)
            if name not in items and isinstance(of, Class) and (member := of.find(name)):
                found.append(self._bound(member, replace(base, refs=frozenset({ref})), node, frame))
        for function in base.functions:
            if isinstance(function, Class) and (member := function.find(name)):
                found.append(self._bound(member, Value(functions=frozenset({function})), node, frame, is_class=True))
        if name == "__dict__" and base.refs:
            return base
        if not found:
            return self.part(base, frozenset({name}), node, frame)
        return join(*found)

    def _bound(self, member: Value, base: Value, node: ast.AST, frame: Frame, *, is_class: bool = False) -> Value:
        functions: set[object] = set()
        for each in member.functions:
            if isinstance(each, Function) and each.kind == "property" and not is_class:
                return self.invoke(Value(functions=frozenset({replace(each, bound=base)})), [], {}, node, frame)
            is_bound = isinstance(each, Function) and (each.kind == "class" or (not is_class and each.kind != "static"))
            functions.add(replace(each, bound=base) if is_bound and isinstance(each, Function) else each)
        return replace(member, functions=frozenset(functions))

    def elements(self, value: Value) -> tuple[list[Value] | None, Value]:
        """What a loop goes over: each element where they are certain, and whatever one of them may be."""
        found = [part for part in (_key_of(name) for name in value.roles) if part]
        found += [Value(taints=frozenset({taint})) for taint in value.taints]
        exact: list[Value] | None = None
        for ref in value.refs:
            items = self.memory.state.get(ref, {})
            of = self.memory.classes.get(ref)
            is_list = of == LIST or isinstance(of, Class)  # a named tuple is one too
            keys = (
                sorted(items, key=lambda key: int(key) if key.lstrip("-").isdigit() else 0) if is_list else list(items)
            )
            each = [items[key].value if is_list else _text(key) for key in keys]
            is_exact = (
                len(value.refs) == 1 and not found and not {ANY, REST} & set(items) and len(keys) <= _MOST_ELEMENTS
            )
            exact = each if is_exact else None
            found += each
        return exact, join(*found) if found else (PLAIN if value.is_plain else UNKNOWN)

    def listed(self, values: list[Value], node: ast.AST, frame: Frame, *, rest: Value | None = None) -> Value:
        """A list of values, and perhaps more of which only is known what they may be."""
        items = {str(at): self.item(value, node, frame) for at, value in enumerate(values)}
        if rest is not None:
            items[ANY] = self.item(rest, node, frame)
        return self.memory.new(items, of=LIST)

    def pairs(self, value: Value, node: ast.AST, frame: Frame) -> Value:
        """What `items()` gives: pairs of key and value."""
        exact: list[Value] = []
        others: list[Value] = []
        for key, item in self.memory.items(value).items():
            pair = self.listed([_text(key), item.value], node, frame)
            (others if key in (ANY, REST) else exact).append(pair)
        for name in value.roles & _LIKE_DICTS:
            others.append(self.listed([role(f"key:{name}"), role(f"each:{name}")], node, frame))
        for taint in value.taints:
            others.append(self.listed([UNKNOWN, Value(taints=frozenset({taint}))], node, frame))
        return self.listed(exact, node, frame, rest=join(*others) if others else None)

    def values(self, value: Value, node: ast.AST, frame: Frame) -> Value:
        """What `values()` gives."""
        items = self.memory.items(value)
        others = [role(f"each:{name}") for name in value.roles & _LIKE_DICTS]
        others += [item.value for key, item in items.items() if key in (ANY, REST)]
        exact = [item.value for key, item in items.items() if key not in (ANY, REST)]
        return self.listed(exact, node, frame, rest=join(*others) if others else None)

    def merged_dict(self, parts: list[Value], node: ast.AST, frame: Frame) -> Value:
        """A dictionary with the items of several."""
        made = self.memory.new()
        if any(each.refs & self.memory.trimmed for each in parts):
            self.memory.trimmed |= made.refs
        for each in parts:
            self.memory.extend(made, self.memory.items(each))
            for key in self.memory.named(each):
                self.memory.name(made, key)
            made = replace(
                made,
                roles=made.roles | {name for name in each.roles if not name.startswith("ext:")},
                taints=made.taints | each.taints,
            )
        return made

    def narrow_by(self, test: ast.expr, frame: Frame, *, is_met: bool) -> None:
        """Keeps in mind that a loop over headers looks at some of them only.

        What a condition on the header's name lets through is the credential that the condition names, or else nothing
        that is certain.
        """
        names = [node.id for node in ast.walk(test) if isinstance(node, ast.Name)]
        found = {name: value for name in names if (value := frame.find(name)) is not None}
        if not any(_passes(value) for value in found.values()):
            return
        texts = {
            node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for value in found.values():
            texts |= {text for each in self.memory.inside(value) for text in each.texts}
        cookies = any(
            "cookies" in name for value in found.values() for name in value.roles if name.startswith(_PASSING)
        )
        is_one = is_credential_cookie if cookies else is_credential_header
        headers = sorted(text for text in texts if is_one(text.strip().partition("=")[0]))
        is_negative = any(isinstance(node, ast.NotEq | ast.NotIn | ast.Not) for node in ast.walk(test))
        if not is_met and not is_negative and texts and not headers:
            return
        is_other = is_negative == is_met
        for name, value in list(frame.names.items()):
            if any(each.startswith("each:") for each in value.roles):
                clean = replace(value, roles=frozenset(each for each in value.roles if not each.startswith("each:")))
                is_it = headers and not is_other and len(headers) == len(texts)
                each = [part(each[5:], headers[0]) for each in value.roles if each.startswith("each:")] if is_it else []
                frame.names[name] = join(clean, *each)


def _passes(value: Value) -> bool:
    return any(name.startswith(_PASSING) for name in value.roles)


def _text(key: str) -> Value:
    return UNKNOWN if key in (ANY, REST) else Value(texts=frozenset({key}))


def _key_of(name: str) -> Value | None:
    if name == "cookies":
        return role("each:cookies")
    if name in _LIKE_DICTS:
        return role(f"key:{name}")
    return role(name) if "parameter" in name else None


def _dynamic(name: str) -> list[Value]:
    """A part of which the key isn't known: of some things each part is a credential."""
    if name == "cookies":
        return [role("each:cookies")]
    return [role(name)] if "parameter" in name or name.startswith("each:") else [UNKNOWN]


def _narrowed(value: Value, key: str) -> Value:
    """What an item is that was read by its key from a copy of the headers."""
    each = [name for name in value.roles if name.startswith("each:")]
    if not each or key in (ANY, REST):
        return value
    return join(
        replace(value, roles=value.roles - set(each)), *(part(name.removeprefix("each:"), key) for name in each)
    )


def numbered(items: dict[str, Item]) -> bool:
    """Whether these are the items of a list."""
    return all(key.isdigit() for key in items)

"""What methods return while code is read for credentials: those of texts, dictionaries and lists."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from constructs_lambda.artifacts.credentials.frames import Frame
from constructs_lambda.artifacts.credentials.libraries import Libraries, answer_of
from constructs_lambda.artifacts.credentials.reads import LIST
from constructs_lambda.artifacts.credentials.sources import cookie
from constructs_lambda.artifacts.credentials.values import PLAIN, REST, UNKNOWN, Value, join, role, weakened

_TEXT_METHODS = frozenset({
    "capitalize", "casefold", "center", "decode", "encode", "expandtabs", "format", "format_map", "group", "groups",
    "groupdict", "hex", "join", "ljust", "lower", "lstrip", "removeprefix", "removesuffix", "replace", "rjust",
    "rstrip", "splitlines", "strip", "swapcase", "title", "tobytes", "translate", "upper", "zfill", "__str__",
    "__getitem__", "get_secret_value",
})  # fmt: skip
_SPLITS = frozenset({"split", "rsplit", "partition", "rpartition"})
_SAME = frozenset({"decode", "encode", "lower", "lstrip", "replace", "rstrip", "strip"})
_COOKIES = frozenset({"cookies", "cookie header", "each:cookies"})
_DATA = frozenset(
    {"asdict", "_asdict", "as_dict", "to_dict", "todict", "dict", "model_dump", "build", "copy", "__dict__"}
)


_HEADER_METHODS = {  # of Powertools' events
    "get_header_value": "headers",
    "get_query_string_value": "query",
    "get_multi_value_query_string_values": "query",
}


class Calls(Libraries):
    """Calls methods."""

    def method(
        self,
        base: Value,
        name: str,
        arguments: Sequence[Value],
        keywords: dict[str, Value],
        node: ast.Call,
        frame: Frame,
    ) -> Value:
        """What a method returns."""
        if name == "load" and base.refs and arguments and arguments[0].roles & _COOKIES:
            self._take_in(base, role("cookies"), node, frame)
            return PLAIN
        member = self.attribute(base, name, node, frame)
        if member.functions:
            return self.invoke(member, arguments, keywords, node, frame)
        if name not in ("get", "pop", "__getitem__"):
            base = replace(base, roles=base.roles - {"claims"})
        if name == "run_until_complete" and arguments:
            return arguments[0]
        answer = answer_of(name, keywords)
        if answer is not None and not base.taints:
            return answer
        found = [
            self.external(f"{each[4:]}.{name}", arguments, keywords, node, frame)
            for each in base.roles
            if each.startswith("ext:")
        ]
        known = replace(base, roles=frozenset(each for each in base.roles if not each.startswith("ext:")))
        if known.refs or known.roles:
            found.append(self._of_container(known, name, arguments, keywords, node, frame))
        elif known.taints or known.texts or known.is_plain or name in ("format", "join"):
            found.append(self._of_text(known, name, arguments, keywords, node, frame))
        elif not found and name in ("get", "pop"):
            found.append(self._get(known, arguments, node, frame))
        elif not found:
            found.append(self.unknown_call(arguments, keywords, node, frame))
        return join(*found)

    def _get(self, base: Value, arguments: Sequence[Value], node: ast.AST, frame: Frame) -> Value:
        return join(self.under(base, arguments[0] if arguments else UNKNOWN, node, frame), *arguments[1:2])

    def _of_container(
        self,
        base: Value,
        name: str,
        arguments: Sequence[Value],
        keywords: dict[str, Value],
        node: ast.Call,
        frame: Frame,
    ) -> Value:
        keys = arguments[0].texts if arguments else frozenset()
        if base.roles & _COOKIES and name in _SPLITS | _SAME:
            return self._of_cookies(base, name, arguments, node, frame)
        if name in _HEADER_METHODS:
            key = keywords.get("name", arguments[0] if arguments else UNKNOWN)
            return join(self.part(role(_HEADER_METHODS[name]), key.texts, node, frame), *arguments[1:2])
        if name in ("get", "__getitem__"):
            return self._get(base, arguments, node, frame)
        if name == "pop":
            found = self._get(base, arguments, node, frame)
            self.memory.remove(base, keys)
            return found
        if name == "setdefault" and len(arguments) > 1:
            if not self.memory.read(base, keys):
                self.memory.write(base, keys, self.item(arguments[1], node, frame))
            return self._get(base, arguments, node, frame)
        if name in ("update", "extend"):
            for each in arguments[:1]:
                self._take_in(base, each, node, frame)
            for keyword, value in keywords.items():
                self.memory.write(base, frozenset({keyword}), self.item(value, node, frame))
            return PLAIN
        if name in ("append", "add", "insert", "appendleft"):
            self.memory.write(base, frozenset(), self.item(arguments[-1] if arguments else UNKNOWN, node, frame))
            return PLAIN
        if name == "clear":
            for ref in base.refs if len(base.refs) == 1 else ():
                self.memory.state[ref] = {}
            return PLAIN
        if name == "items":
            return self.pairs(base, node, frame)
        if name == "values":
            return self.values(base, node, frame)
        if name == "copy":
            copied = self.merged_dict([base], node, frame)
            return copied
        if name == "keys":
            return self.listed(self.elements(base)[0] or [], node, frame, rest=self.elements(base)[1])
        if name in _DATA:
            return self._chosen(base, keywords, node, frame)
        if name in _TEXT_METHODS or name.endswith("json"):
            return self.flat(base)
        return UNKNOWN if base.roles else self.unknown_call(arguments, keywords, node, frame)

    def _of_cookies(self, base: Value, name: str, arguments: Sequence[Value], node: ast.AST, frame: Frame) -> Value:
        """Parts of a text of cookies: between semicolons stands each of them, before an equals sign its name."""
        if name in _SAME:
            return base
        separator = (arguments[0].text if arguments else None) or ""
        if separator.strip("; \n").endswith("=") and separator.strip("; =\n"):
            return self.listed([UNKNOWN], node, frame, rest=cookie("cookies", separator.strip("; \n")))
        if "=" not in separator:
            return role("cookies")
        parts = [role("key:cookies"), PLAIN, role("each:cookies")]
        return self.listed(parts if "partition" in name else parts[::2], node, frame)

    def _chosen(self, base: Value, keywords: dict[str, Value], node: ast.AST, frame: Frame) -> Value:
        """An object as a dictionary, perhaps without some of its fields."""
        chosen = {name: self.elements(keywords[name])[0] for name in ("include", "exclude") if name in keywords}
        if not chosen:
            return base
        texts = {name: {each.text for each in exact or ()} for name, exact in chosen.items()}
        items = self.memory.items(base)
        kept = [key for key in items if key not in texts.get("exclude", ()) and key in texts.get("include", items)]
        return self.memory.new({key: items[key] for key in kept})

    def _take_in(self, base: Value, other: Value, node: ast.AST, frame: Frame) -> None:
        """Puts the items of another object, or the pairs in it, into an object."""
        self.memory.extend(base, self.memory.items(other))
        for key in self.memory.named(other):
            self.memory.name(base, key)
        rest = Value(taints=other.taints, roles=frozenset(name for name in other.roles if not name.startswith("ext:")))
        if not rest.is_unknown:
            each = replace(rest, roles=frozenset(f"each:{name}" for name in rest.roles))
            self.memory.write(base, frozenset(), self.item(each, node, frame))

    def _of_text(
        self,
        base: Value,
        name: str,
        arguments: Sequence[Value],
        keywords: dict[str, Value],
        node: ast.Call,
        frame: Frame,
    ) -> Value:
        if base.is_plain and not base.taints:
            return PLAIN
        if name in _SPLITS:
            return self._split(base, name, arguments, node, frame)
        if name in ("get", "pop"):
            return self._get(base, arguments, node, frame)
        if name == "items":
            return self.pairs(base, node, frame)
        if name in ("values", "keys", "copy"):
            return base
        if name in ("lower", "upper", "strip") and base.texts and not arguments:
            return replace(base, texts=frozenset(getattr(text, name)() for text in base.texts))
        if name not in _TEXT_METHODS:
            return PLAIN if hasattr(str, name) else UNKNOWN
        if name == "replace" and arguments and base.taints and arguments[0].taints >= base.taints:
            return PLAIN  # most of it for a mask
        mixed = arguments if name in ("format", "join", "format_map") else arguments[1:2] if name == "replace" else ()
        return self.flat(base, *mixed, *(keywords.values() if name == "format" else ()))

    def _split(self, base: Value, name: str, arguments: Sequence[Value], node: ast.AST, frame: Frame) -> Value:
        """The parts of a text: what stands before a blank is the scheme, what stands before a colon the user."""
        separator = arguments[0].text if arguments else " "
        first = base
        if separator is not None and (
            not separator.strip() or ":" in separator or separator.strip().lower() == "bearer"
        ):
            first = UNKNOWN
        elif separator is not None:  # `id.secret`, or the header of a JSON Web Token
            first = weakened(base)
        if name == "partition" or name == "rpartition":
            return self.listed([first, PLAIN, base], node, frame)
        place = self.item(base, node, frame)
        items = {"0": place._replace(value=first), REST: place}
        return self.memory.new(items, of=LIST)

"""The schemas of an OpenAPI document: each has one name, whatever else has the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WHOLE = "#"
_PLACE = "#/components/schemas/"
_VALUES = ("const", "default", "enum", "example", "examples")  # data, whatever it looks like


class Components:
    """The schemas of one document."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}

    def place(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Puts a schema and those within it among the components.

        Args:
            schema: A JSON schema, of draft 4 or of today.

        Returns:
            What stands in its place: a reference, or itself where it has no title and doesn't name itself.
        """
        whole = dict(_modern(schema))
        parts = {f"#/$defs/{name}": each for name, each in whole.pop("$defs", {}).items()}
        names = {reference: _name(reference.rpartition("/")[2]) for reference in parts}
        title = _name(str(whole.get("title") or ""))
        if title or _names_itself({**whole, "": list(parts.values())}):
            parts[_WHOLE], names[_WHOLE] = whole, title or "Model"
        while clash := self._clash(parts, names):
            names[clash] = self._free(names[clash], names)
        self.schemas.update({names[reference]: _moved(part, names) for reference, part in parts.items()})
        return {"$ref": f"{_PLACE}{names[_WHOLE]}"} if _WHOLE in names else dict(_moved(whole, names))

    def _clash(self, parts: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
        """A schema whose name another one has."""
        seen = set()
        for reference, part in parts.items():
            name = names[reference]
            if name in seen or self.schemas.get(name, moved := _moved(part, names)) != moved:
                return reference
            seen.add(name)
        return None

    def _free(self, name: str, names: Mapping[str, str]) -> str:
        base, count = name.rstrip("0123456789") or name, 2
        while f"{base}{count}" in self.schemas or f"{base}{count}" in names.values():
            count += 1
        return f"{base}{count}"


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "", text)


def _modern(schema: Any) -> Any:
    """A schema of draft 4 as today's, which OpenAPI 3.1 takes."""
    if isinstance(schema, list):
        return [_modern(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _VALUES:
            found[word] = value
        elif word == "$ref" and isinstance(value, str):
            found[word] = value.replace("#/definitions/", "#/$defs/")
        elif word == "definitions" and isinstance(value, Mapping):
            found["$defs"] = {**_modern(value), **found.get("$defs", {})}
        elif word != "$schema":
            found[word] = _modern(value)
    for bound in ("Minimum", "Maximum"):
        exclusive = found.get(f"exclusive{bound}")
        if exclusive is True and bound.lower() in found:
            found[f"exclusive{bound}"] = found.pop(bound.lower())
        elif isinstance(exclusive, bool):
            del found[f"exclusive{bound}"]
    return found


def _names_itself(schema: Any) -> bool:
    if isinstance(schema, list):
        return any(map(_names_itself, schema))
    if not isinstance(schema, Mapping):
        return False
    return schema.get("$ref") == _WHOLE or any(_names_itself(value) for value in schema.values())


def _moved(schema: Any, names: Mapping[str, str]) -> Any:
    """A schema whose references lead to the components."""
    if isinstance(schema, list):
        return [_moved(each, names) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {}
    for word, value in schema.items():
        if word in _VALUES:
            found[word] = value
        elif word == "$ref" and isinstance(value, str):
            found[word] = _led(value, names)
        elif word == "discriminator" and isinstance(value, Mapping) and isinstance(value.get("mapping"), Mapping):
            mapping = {key: _led(str(each), names) for key, each in value["mapping"].items()}
            found[word] = {**value, "mapping": mapping}
        else:
            found[word] = _moved(value, names)
    return found


def _led(reference: str, names: Mapping[str, str]) -> str:
    if reference in names:
        return f"{_PLACE}{names[reference]}"
    inner = re.match(r"(#/\$defs/[^/]+)(/.*)", reference)
    if inner and inner[1] in names:
        return f"{_PLACE}{names[inner[1]]}{inner[2]}"
    if reference.startswith("#/") and _WHOLE in names and not inner:
        return f"{_PLACE}{names[_WHOLE]}{reference[1:]}"
    return reference

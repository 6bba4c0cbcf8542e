"""The sections of a template beside its resources -> what a stack's rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.tokens import NO_VALUE, may_grow

_REQUIRED = (("Parameters", "Type"), ("Outputs", "Value"))


def read_sections(document: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the model's `Stack` about parameters, outputs, mappings and the template's version."""
    version = document.get("AWSTemplateFormatVersion")
    parameters, resources = _section(document, "Parameters"), _section(document, "Resources")
    return {
        "format_version": None if version is None else str(version),
        "lacking": tuple(_lacking(document)),
        "shared_names": tuple(str(name) for name in parameters if name in resources),
        "mapping_attributes": {str(name): _attributes(mapping) for name, mapping in _named(document, "Mappings")},
        "output_descriptions": {
            str(name): len(text.encode("utf-8", "surrogatepass"))
            for name, output in _named(document, "Outputs")
            if isinstance(output, Mapping) and isinstance(text := output.get("Description"), str)
        },
    }


def _section(document: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _named(document: Mapping[str, Any], section: str) -> Iterator[tuple[object, object]]:
    """What stands in a section, loops and macros left out."""
    return ((name, value) for name, value in _section(document, section).items() if not str(name).startswith("Fn::"))


def _lacking(document: Mapping[str, Any]) -> Iterator[str]:
    for section, required in _REQUIRED:
        for name, value in _named(document, section):
            if isinstance(value, Mapping) and not may_grow(value):
                given = value.get(required)
                if given is None or given == NO_VALUE:
                    yield f"{section}.{name}.{required}"


def _attributes(mapping: object) -> int:
    """The longest list of names in a mapping, on its first or second level."""
    if not isinstance(mapping, Mapping):
        return 0
    return max(len(mapping), *(len(inner) for inner in mapping.values() if isinstance(inner, Mapping)), 0)

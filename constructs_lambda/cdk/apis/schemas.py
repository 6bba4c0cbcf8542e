"""What a request's body has to look like: a pydantic model or a JSON schema -> the schemas that are written.

API Gateway's models are of JSON Schema draft 4, OpenAPI 3.1 takes today's. One is made from the other here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.errors import InputError

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
_DROPPED = frozenset(
    {
        "$anchor",
        "$comment",
        "$id",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "deprecated",
        "discriminator",
        "examples",
        "readOnly",
        "writeOnly",
    }
)
"""Keywords that draft 4 doesn't know and that refuse nothing, or nothing that it could refuse."""
_NOT_IN_DRAFT_4 = (
    "$dynamicRef",
    "contains",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_MAPS = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "not")
_FLAGS = ("additionalItems", "additionalProperties")


def schema_of(model: object) -> dict[str, Any]:
    """The JSON schema of a model.

    Args:
        model: A class of pydantic's `BaseModel`, a pydantic `TypeAdapter`, or a JSON schema as a mapping.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(model, Mapping):
        return dict(model)
    for name in ("model_json_schema", "json_schema"):
        make = getattr(model, name, None)
        if callable(make):
            schema = make()
            if isinstance(schema, Mapping):
                return dict(schema)
    raise TypeError(
        "request_model must be a pydantic model, or a JSON schema as a mapping, such as {'type': 'object'}; "
        f"got {model!r}"
    )


def draft_4(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema in draft 4, as API Gateway takes it.

    Raises:
        InputError: It says what draft 4 can't say, all of it at once.
    """
    problems: list[str] = []
    converted = _converted(schema, "", problems)
    draft_4_schema = {"$schema": DRAFT_4, **(converted if isinstance(converted, dict) else {})}
    problems = problems or list(_broken(draft_4_schema))
    if problems:
        raise InputError("\n".join(problems))
    return draft_4_schema


def _broken(schema: Mapping[str, Any]) -> Iterator[str]:
    """What makes a schema none."""
    from jsonschema import Draft4Validator  # not free to load, and only needed where a route has a model

    for error in Draft4Validator(Draft4Validator.META_SCHEMA).iter_errors(schema):
        place = ".".join(map(str, error.absolute_path)) or "the schema"
        yield f"{place}: {error.message[:200]}, so this is no JSON schema. Fix: correct it."


def _converted(schema: object, at: str, problems: list[str]) -> Any:
    if schema is True:
        return {}
    if schema is False:
        return {"not": {}}
    if not isinstance(schema, Mapping):
        problems.append(f"{at or 'the schema'} is {schema!r}, and no JSON schema. Fix: write a mapping.")
        return {}
    found: dict[str, Any] = {}
    for word, value in schema.items():
        here = f"{at}.{word}".lstrip(".")
        name = "definitions" if word == "$defs" else word
        if word in _NOT_IN_DRAFT_4:
            problems.append(
                f"{here}: API Gateway's models are of JSON Schema draft 4, which has no {word!r}. Fix: check that in "
                "the function."
            )
        elif word in _DROPPED:
            continue
        elif name in _MAPS and isinstance(value, Mapping):
            found[name] = {key: _converted(each, f"{here}.{key}", problems) for key, each in value.items()}
        elif name in _LISTS and isinstance(value, list):
            found[name] = [_converted(each, f"{here}.{index}", problems) for index, each in enumerate(value)]
        elif name == "prefixItems" or (name == "items" and isinstance(value, list)):
            found["items"] = [_converted(each, f"{here}.{index}", problems) for index, each in enumerate(value)]
        elif name == "items" and "prefixItems" in schema:
            found["additionalItems"] = value if isinstance(value, bool) else _converted(value, here, problems)
        elif name in _FLAGS and isinstance(value, bool):
            found[name] = value
        elif name in (*_FLAGS, *_SINGLE):
            found[name] = _converted(value, here, problems)
        else:
            found.update(_word(name, value))
    for bound in ("Minimum", "Maximum"):
        _bound(found, bound)
    return found


def _word(name: str, value: Any) -> dict[str, Any]:
    if name == "const":
        return {"enum": [value]}
    if name == "$ref" and isinstance(value, str):
        return {"$ref": value.replace("#/$defs/", "#/definitions/")}
    if name == "dependentRequired":
        return {"dependencies": value}
    return {name: value}


def _bound(schema: dict[str, Any], bound: str) -> None:
    """`exclusiveMinimum: 5` is `minimum: 5, exclusiveMinimum: true` in draft 4."""
    exclusive, inclusive = schema.get(f"exclusive{bound}"), schema.get(bound.lower())
    if isinstance(exclusive, bool) or not isinstance(exclusive, int | float):
        return
    closer = max if bound == "Minimum" else min
    wins = inclusive is None or closer(exclusive, inclusive) == exclusive
    schema[bound.lower()] = exclusive if wins else inclusive
    schema[f"exclusive{bound}"] = wins

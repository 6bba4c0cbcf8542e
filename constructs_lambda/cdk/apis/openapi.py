"""The OpenAPI document of an API: its routes, models and security, in a file beside the template."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constructs_lambda.cdk.apis.components import Components
from constructs_lambda.cdk.apis.routes import Route
from constructs_lambda.cdk.apis.schemas import schema_of

VERSION = "3.1.0"
_TAKEN = (".template.json", ".assets.json", "manifest.json", "tree.json", "report.json", "cdk.out.json")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_EVERY_METHOD = ("get", "put", "post", "delete", "options", "head", "patch")
_RESPONSES = {"default": {"description": "What the function answers"}}


@dataclass(frozen=True, slots=True)
class Security:
    """Who may call a route.

    Args:
        kind: The authorizer's class.
        id: Its id in the API.
        schemes: Its security schemes: what a request has to have, all of it.
        scopes: Scopes of which a token needs one.
    """

    kind: str
    id: str
    schemes: tuple[Mapping[str, Any], ...]
    scopes: tuple[str, ...]


class Document:
    """An OpenAPI document that grows with the routes of an API.

    Args:
        title: Name of the API.
        description: What it is for.
        key_header: The header of API keys, None where an authorizer gives them.
        answers_preflights: Whether the API answers OPTIONS itself, also where a route is for every method.
    """

    def __init__(
        self,
        title: str,
        description: str | None,
        *,
        key_header: str | None = "x-api-key",
        answers_preflights: bool = False,
    ) -> None:
        self._info = {"title": title, "version": "1.0.0", **({"description": description} if description else {})}
        self._key_header = key_header
        self._every_method = tuple(each for each in _EVERY_METHOD if each != "options" or not answers_preflights)
        self._paths: dict[str, dict[str, Any]] = {}
        self._schemes: dict[str, Mapping[str, Any]] = {}
        self._components = Components()
        self._names: dict[str, str] = {}

    def add(
        self,
        route: Route,
        *,
        operation_name: str | None = None,
        security: Security | None = None,
        needs_key: bool = False,
        model: object = None,
        parameters: Mapping[str, bool] | None = None,
    ) -> None:
        """Adds a route.

        Args:
            route: The route; `$default` is left out, having no path.
            operation_name: Its name.
            security: Who may call it; None for a public route.
            needs_key: Whether it needs an API key.
            model: What the body has to look like.
            parameters: Parameters of the request as API Gateway names them, and whether each must be there.
        """
        if not route.path:
            return
        operation: dict[str, Any] = {"responses": _RESPONSES}
        if operation_name:
            operation["operationId"] = operation_name
        if listed := [*_path_parameters(route), *_parameters(parameters or {})]:
            operation["parameters"] = listed
        if model is not None:
            content = {"application/json": {"schema": self._components.place(schema_of(model))}}
            operation["requestBody"] = {"required": True, "content": content}
        needed = self._needed(security, needs_key=needs_key)
        operation["security"] = [needed] if needed else []
        methods = self._every_method if route.method == "ANY" else (route.method.lower(),)
        path = self._paths.setdefault(route.path, {})
        for method in methods:
            if route.method != "ANY" or method not in path:
                own = {"operationId": f"{operation_name}-{method}"} if operation_name and len(methods) > 1 else {}
                path[method] = {**operation, **own}

    def _needed(self, security: Security | None, *, needs_key: bool) -> dict[str, list[str]]:
        needed: dict[str, list[str]] = {}
        if security is not None:
            name = self._name(security)
            for scheme in security.schemes:
                own = name if scheme is security.schemes[0] else f"{name}-{scheme.get('name')}"
                self._schemes[own] = scheme
                needed[own] = list(security.scopes)
        if needs_key and self._key_header is not None:
            self._schemes["ApiKey"] = {"type": "apiKey", "in": "header", "name": self._key_header}
            needed["ApiKey"] = []
        return needed

    def _name(self, security: Security) -> str:
        """The name of an authorizer: that of its kind, with a number where the API has several of them."""
        if security.id not in self._names:
            taken = sum(1 for name in self._names.values() if name.rstrip("0123456789") == security.kind)
            self._names[security.id] = f"{security.kind}{taken + 1 if taken else ''}"
        return self._names[security.id]

    def rendered(self, url: object) -> dict[str, Any]:
        """The document.

        Args:
            url: Where the API answers, left out where only the deployment will tell.
        """
        components = {"schemas": self._components.schemas, "securitySchemes": self._schemes}
        paths: dict[str, dict[str, Any]] = {}
        for path, operations in sorted(self._paths.items(), key=lambda each: "+}" in each[0]):
            plain = path.replace("+}", "}")  # a greedy variable is a variable, unless there is one of its name
            paths.setdefault(plain if plain not in paths else path, {}).update(sorted(operations.items()))
        return {
            "openapi": VERSION,
            "info": self._info,
            **({"servers": [{"url": url}]} if isinstance(url, str) and "*" not in url else {}),
            "paths": dict(sorted((path, _with_own_names(path, each)) for path, each in paths.items())),
            **({"components": found} if (found := {name: each for name, each in components.items() if each}) else {}),
        }


def _with_own_names(path: str, operations: Mapping[str, Any]) -> dict[str, Any]:
    """Operations whose path parameters are named as the path has them."""
    if "+}" not in path:
        return dict(operations)
    greedy = re.findall(r"\{([^{}]+)\+\}", path)
    named = {}
    for method, operation in operations.items():
        parameters = [
            {**each, "name": f"{each['name']}+"} if each["in"] == "path" and each["name"] in greedy else each
            for each in operation.get("parameters", [])
        ]
        named[method] = {**operation, "parameters": parameters}
    return named


def write(document: Mapping[str, Any], folder: str, name: str) -> None:
    """Writes a document beside the template: whole, or not at all.

    Args:
        document: The document.
        folder: The cloud assembly.
        name: Name of the file.
    """
    target = Path(folder) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{name}.{os.getpid()}")
    try:
        half.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def refuse_wrong_file(name: object) -> None:
    """Raises where a name is none for a file beside the template."""
    if name is None:
        return
    if not isinstance(name, str) or not _FILE.fullmatch(name) or name.endswith(_TAKEN):
        example = "a file's name beside the template, such as 'api.openapi.json'"
        raise TypeError(f"openapi_file must be {example}; got {name!r}")


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.variables]


def _parameters(parameters: Mapping[str, bool]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, is_required in parameters.items():
        kind, _, own = name.removeprefix("method.request.").partition(".")
        where = {"querystring": "query", "header": "header"}.get(kind.removeprefix("multivalue"))
        if where and own:
            schema: dict[str, Any] = {"type": "string"}
            if kind.startswith("multivalue"):
                schema = {"type": "array", "items": schema}
            required = is_required or found.get((where, own), {}).get("required", False)
            found[where, own] = {"name": own, "in": where, "required": required, "schema": schema}
    return list(found.values())

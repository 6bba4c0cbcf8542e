"""The OpenAPI document of an API: its routes, models and security, in a file beside the template."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constructs_lambda.cdk.apis.routes import Route
from constructs_lambda.cdk.apis.schemas import schema_of

VERSION = "3.1.0"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_EVERY_METHOD = ("get", "put", "post", "delete", "options", "head", "patch")
_RESPONSES = {"default": {"description": "What the function answers"}}


@dataclass(frozen=True, slots=True)
class Security:
    """Who may call a route.

    Args:
        kind: The authorizer's class.
        id: Its id in the API.
        scheme: Its security scheme.
        scopes: Scopes of which a token needs one.
    """

    kind: str
    id: str
    scheme: Mapping[str, Any]
    scopes: tuple[str, ...]


class Document:
    """An OpenAPI document that grows with the routes of an API.

    Args:
        title: Name of the API.
        description: What it is for.
    """

    def __init__(self, title: str, description: str | None) -> None:
        self._info = {"title": title, "version": "1.0.0", **({"description": description} if description else {})}
        self._paths: dict[str, dict[str, Any]] = {}
        self._schemes: dict[str, Mapping[str, Any]] = {}
        self._schemas: dict[str, Any] = {}
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
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": self._schema(model)}},
            }
        needed: dict[str, list[str]] = {}
        if security is not None:
            needed[self._scheme(security)] = list(security.scopes)
        if needs_key:
            self._schemes["ApiKey"] = {"type": "apiKey", "in": "header", "name": "x-api-key"}
            needed["ApiKey"] = []
        operation["security"] = [needed] if needed else []
        methods = _EVERY_METHOD if route.method == "ANY" else (route.method.lower(),)
        path = self._paths.setdefault(re.sub(r"\+\}", "}", route.path), {})
        for method in methods:
            if route.method != "ANY" or method not in path:
                path[method] = {
                    **operation,
                    **({"operationId": f"{operation_name}-{method}"} if operation_name and len(methods) > 1 else {}),
                }

    def _scheme(self, security: Security) -> str:
        """The name of a scheme: that of its kind, with a number where the API has several of them."""
        if security.id not in self._names:
            taken = sum(1 for name in self._names.values() if name.rstrip("0123456789") == security.kind)
            self._names[security.id] = f"{security.kind}{taken + 1 if taken else ''}"
            self._schemes[self._names[security.id]] = security.scheme
        return self._names[security.id]

    def _schema(self, model: object) -> dict[str, Any]:
        """A schema in its place among the components, or itself where its title is taken by another one."""
        whole = json.loads(_moved(json.dumps(schema_of(model))))
        for section in ("definitions", "$defs"):
            self._schemas.update(whole.pop(section, {}))
        whole.pop("$schema", None)
        title = re.sub(r"[^A-Za-z0-9._-]", "", str(whole.get("title") or ""))
        if not title or self._schemas.setdefault(title, whole) != whole:
            return dict(whole)
        return {"$ref": f"#/components/schemas/{title}"}

    def rendered(self, url: object) -> dict[str, Any]:
        """The document.

        Args:
            url: Where the API answers, left out where only the deployment will tell.
        """
        components = {
            name: each for name, each in (("schemas", self._schemas), ("securitySchemes", self._schemes)) if each
        }
        return {
            "openapi": VERSION,
            "info": self._info,
            **({"servers": [{"url": url}]} if isinstance(url, str) else {}),
            "paths": {path: dict(sorted(each.items())) for path, each in sorted(self._paths.items())},
            **({"components": components} if components else {}),
        }


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
    taken = isinstance(name, str) and name.endswith((".template.json", ".assets.json", "manifest.json", "tree.json"))
    if not isinstance(name, str) or not _FILE.fullmatch(name) or taken:
        raise TypeError(
            f"openapi_file must be a file's name beside the template, such as 'api.openapi.json'; got {name!r}"
        )


def _moved(text: str) -> str:
    return text.replace("#/$defs/", "#/components/schemas/").replace("#/definitions/", "#/components/schemas/")


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.variables]


def _parameters(parameters: Mapping[str, bool]) -> list[dict[str, Any]]:
    found = []
    for name, is_required in parameters.items():
        kind, _, own = name.removeprefix("method.request.").partition(".")
        where = {"querystring": "query", "multivaluequerystring": "query", "header": "header"}.get(kind.lower())
        if where and own:
            found.append({"name": own, "in": where, "required": is_required, "schema": {"type": "string"}})
    return found

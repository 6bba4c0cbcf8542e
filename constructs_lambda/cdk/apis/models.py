"""The models of a REST API: what a request's body has to look like, checked before a function is called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_apigateway
from constructs import Construct

from constructs_lambda.cdk.apis.schemas import draft_4, schema_of
from constructs_lambda.errors import InputError


class Models:
    """The models of one API: equal ones are made once.

    Args:
        scope: Where they are made.
        api: The API.
    """

    def __init__(self, scope: Construct, api: aws_apigateway.RestApi) -> None:
        self._scope = scope
        self._api = api
        self._made: dict[str, aws_apigateway.IModel] = {}
        self._ids: set[str] = set()

    def of(self, schema: Mapping[str, Any]) -> aws_apigateway.IModel:
        """The model of a schema.

        Args:
            schema: A schema of draft 4.
        """
        key = json.dumps(schema, sort_keys=True)
        if key not in self._made:
            id = self._free_id("".join(filter(str.isalnum, str(schema.get("title", "")))) or "Request")
            model = aws_apigateway.CfnModel(
                self._scope,
                f"Model{id}",
                rest_api_id=self._api.rest_api_id,
                content_type="application/json",
                schema=schema,
            )
            deployment = self._api.latest_deployment
            if deployment is not None:
                # A changed model counts once the API is deployed anew, and CDK sees its name alone.
                deployment.add_to_logical_id({"model": schema})
                deployment.node.add_dependency(model)
            self._made[key] = aws_apigateway.Model.from_model_name(self._scope, f"NameOfModel{id}", model.ref)
        return self._made[key]

    def _free_id(self, title: str) -> str:
        id, count = title, 1
        while id in self._ids:
            count += 1
            id = f"{title}{count}"
        self._ids.add(id)
        return id


def checked_schema(route: str, model: object, problems: list[str]) -> dict[str, Any] | None:
    """The schema of a model as API Gateway takes it; adds to the problems what it can't take.

    Args:
        route: The route, for the messages.
        model: A pydantic model, or a JSON schema.
        problems: Is added to.

    Raises:
        TypeError: It is neither.
    """
    try:
        return draft_4(schema_of(model))
    except InputError as error:
        problems += [f"{route}: request_model: {line}" for line in str(error).splitlines()]
        return None

"""The usage plans of a REST API, with the API keys that they have in common."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_apigateway
from constructs import Construct

from constructs_lambda.errors import InputError


class UsagePlans:
    """The usage plans of one API.

    Args:
        scope: Where they are made.
        api: The API.
    """

    def __init__(self, scope: Construct, api: aws_apigateway.RestApi) -> None:
        self._scope = scope
        self._api = api
        self._keys: dict[str, aws_apigateway.ApiKey] = {}

    def add(
        self,
        id: str,
        api_keys: Sequence[str | aws_apigateway.IApiKey],
        *,
        throttle: aws_apigateway.ThrottleSettings | None,
        quota: aws_apigateway.QuotaSettings | None,
        description: str | None,
    ) -> aws_apigateway.UsagePlan:
        """Adds one, as `RestApi.add_usage_plan` says."""
        if isinstance(api_keys, str):
            raise TypeError(f"api_keys must be a list of names or keys, such as [{api_keys!r}]; got {api_keys!r}")
        for key in api_keys:
            if not isinstance(key, str) and not hasattr(key, "key_id"):
                raise TypeError(f"api_keys holds names, or an aws_apigateway.IApiKey; got {key!r}")
        node = self._scope.node
        if node.try_find_child(id) is not None:
            raise InputError(f"{node.path}: there is a construct {id!r} already. Fix: give the plan another id.")
        plan = aws_apigateway.UsagePlan(self._scope, id, throttle=throttle, quota=quota, description=description)
        plan.add_api_stage(stage=self._api.deployment_stage)
        for each in api_keys:
            plan.add_api_key(self._key(each) if isinstance(each, str) else each)
        return plan

    def _key(self, name: str) -> aws_apigateway.ApiKey:
        """The API key of a name, made once, however many plans it is in."""
        if name not in self._keys:
            self._keys[name] = aws_apigateway.ApiKey(self._scope, f"ApiKey{name}", description=name)
        return self._keys[name]

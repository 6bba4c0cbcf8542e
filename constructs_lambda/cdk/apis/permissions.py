"""Which functions an API may invoke: one permission a function, however many routes lead there."""

from __future__ import annotations

from aws_cdk import ArnFormat, Names, Stack, aws_lambda
from constructs import Construct

_PRINCIPAL = "apigateway.amazonaws.com"
ROUTES = "*/*/*"
"""Stage, method and path of any route but `$default`."""
DEFAULT_ROUTE = "*/$default"


class Permissions:
    """The permissions of one API, in the stack of the API, so that no stack depends on another one in a circle.

    Args:
        scope: Where they are made.
        api_id: Id of the API.
    """

    def __init__(self, scope: Construct, api_id: str) -> None:
        self._scope = scope
        self._api_id = api_id
        self._given: set[str] = set()

    def arn(self, what: str) -> str:
        """The ARN of what belongs to the API: routes, or an authorizer."""
        return Stack.of(self._scope).format_arn(
            service="execute-api",
            resource=self._api_id,
            resource_name=what,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    def allow(self, function: aws_lambda.IFunction, what: str, id: str) -> None:
        """Lets the API invoke a function for its routes, or for an authorizer, once.

        Args:
            function: The function, version or alias.
            what: `ROUTES`, `DEFAULT_ROUTE` or `authorizers/<id>`.
            id: The permission's id.
        """
        if id not in self._given:
            self._given.add(id)
            aws_lambda.CfnPermission(
                self._scope,
                id,
                action="lambda:InvokeFunction",
                function_name=function.function_arn,
                principal=_PRINCIPAL,
                source_arn=self.arn(what),
            )


def name_of(function: aws_lambda.IFunction) -> str:
    """A name of a function that no other one in the app has."""
    return Names.node_unique_id(function.node)

"""Which functions an API may invoke: one permission a function, however many routes lead there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, ArnFormat, Stack, Stage, Token, aws_lambda
from constructs import Construct

_PRINCIPAL = "apigateway.amazonaws.com"
ROUTES = "*/*/*"
"""Stage, method and path of any route but `$default`."""
DEFAULT_ROUTE = "*/$default"
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Callee:
    """A function that an API invokes, as far as the API has to know it. CDK is asked once for each.

    Args:
        name: A name that no other function of the same Stage has: the same in every Stage.
        arn: Its ARN.
        path: Where it stands, for messages.
        environment: Its account and Region, each None where that isn't known.
    """

    name: str
    arn: str
    path: str
    environment: tuple[str | None, str | None]


_callees: WeakKeyDictionary[aws_lambda.IFunction, Callee] = WeakKeyDictionary()


def callee(function: aws_lambda.IFunction) -> Callee:
    """What an API has to know of a function."""
    if function not in _callees:
        path = str(function.node.path)
        stage = Stage.of(function)
        inner = path.removeprefix(f"{stage.node.path}/") if stage is not None and stage.node.path else path
        readable = "".join(filter(str.isalnum, inner))[:_LONGEST_NAME]
        name = f"{readable}{hashlib.sha256(inner.encode()).hexdigest()[:8]}"
        env = function.env
        environment = (_known(env.account), _known(env.region))
        _callees[function] = Callee(name, function.function_arn, path, environment)
    return _callees[function]


def _known(value: str) -> str | None:
    return None if Token.is_unresolved(value) else value


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
        stack = Stack.of(scope)
        self._environment = (_known(stack.account), _known(stack.region))

    def arn(self, what: str) -> str:
        """The ARN of what belongs to the API: routes, or an authorizer."""
        return Stack.of(self._scope).format_arn(
            service="execute-api",
            resource=self._api_id,
            resource_name=what,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    def allow(self, function: Callee, what: str, id: str) -> None:
        """Lets the API invoke a function for its routes, or for an authorizer, once.

        A function of another account or Region can't be given the permission from here: a warning says the command.

        Args:
            function: The function, version or alias.
            what: `ROUTES`, `DEFAULT_ROUTE` or `authorizers/<id>`.
            id: The permission's id.
        """
        if id in self._given:
            return
        self._given.add(id)
        if self._is_elsewhere(function):
            Annotations.of(self._scope).add_warning_v2(
                f"constructs-lambda:{id}",
                f"{function.path} is in another account or Region, where this stack can't let the API invoke it. Fix: "
                f"aws lambda add-permission --function-name {function.arn} --statement-id {id[:100]} --action "
                f"lambda:InvokeFunction --principal {_PRINCIPAL} --source-arn {self.arn(what)}",
            )
            return
        aws_lambda.CfnPermission(
            self._scope,
            id,
            action="lambda:InvokeFunction",
            function_name=function.arn,
            principal=_PRINCIPAL,
            source_arn=self.arn(what),
        )

    def _is_elsewhere(self, function: Callee) -> bool:
        pairs = zip(function.environment, self._environment, strict=True)
        return any(theirs and ours and theirs != ours for theirs, ours in pairs)

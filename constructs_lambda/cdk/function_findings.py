"""What cdk-nag finds in our functions by design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_cdk import CfnResource, Stack, aws_lambda, aws_scheduler

from constructs_lambda.cdk.acknowledgements import Expected, Findings, Tree
from constructs_lambda.cdk.role_findings import of_execution_policy, of_function_role

_DLQ = tuple(f"{pack}-LambdaDLQ" for pack in ("Serverless", "HIPAA.Security", "NIST.800.53.R5"))
KEPT = Expected(
    _DLQ,
    "a function whose failures go to an on-failure destination",
    "what fails goes to an on-failure destination, which AWS advises in place of a dead-letter queue",
)
WAITED_FOR = Expected(
    _DLQ,
    "a function that nothing in the app invokes asynchronously",
    "nothing in this app invokes it asynchronously: whoever calls it sees the failure",
)
_ELSEWHERE = ("referenceto", "Outputs.", "/cdk/exports/")
"""What CDK writes for what stands in a nested stack, in its parent, or in another Region."""
_WAITING = ("apigateway", "cognito-idp", "elasticloadbalancing", "lex", "secretsmanager", "vpc-lattice")
"""Services that wait for the answer; of any other that may invoke a function it is taken that it doesn't."""


def of_function(function: Any, tree: Tree) -> Findings:
    """What is found in a function of ours and its role.

    Args:
        function: The function.
        tree: What stands around it.
    """
    resource = function.node.default_child
    stack = Stack.of(function)
    id, own = stack.get_logical_id(resource), stack.node.path  # once: each is a call to Node
    role, policy = (function.node.try_find_child(name) for name in ("ServiceRole", "ExecutionPolicy"))
    if role is not None:
        yield from of_function_role(role)
    if policy is not None:
        yield from of_execution_policy(policy, id)
    if resource.dead_letter_config is None:
        kinds = (aws_lambda.CfnAlias, aws_lambda.CfnVersion)
        named = [each for each in function.node.find_all() if isinstance(each, kinds)]
        ids = {id, *(Stack.of(each).get_logical_id(each) for each in named)}
        kept = [text for text in tree.written(_kept).get(own, ()) if id in text]
        callers = [
            text
            for path, texts in tree.written(_called).items()
            for text in texts
            if path == own or _is_of(stack, text)
        ]
        if all(_is_kept({each for each in ids if each in text}, id, kept) for text in callers):
            yield resource, KEPT if kept else WAITED_FOR


def _is_of(stack: Stack, text: str) -> bool:
    """Whether what another stack names may be of this stack: many stacks have the same logical ids."""
    return f'"{stack.stack_name}:' in text if "Fn::ImportValue" in text else any(each in text for each in _ELSEWHERE)


def _is_kept(called: set[str], function_id: str, kept: list[str]) -> bool:
    """Whether the failures of what is called, by logical ids, go to a destination."""
    qualified = called - {function_id}
    if qualified:
        return all(any(each in text for text in kept) for each in qualified)
    return not called or any("$LATEST" in text for text in kept)


def _called(resource: CfnResource) -> Iterator[object]:
    """What a resource invokes asynchronously."""
    if isinstance(resource, aws_lambda.CfnPermission):
        is_url = resource.invoked_via_function_url or resource.action == "lambda:InvokeFunctionUrl"
        if not is_url and resource.principal.partition(".")[0] not in _WAITING:
            yield resource.function_name
    elif isinstance(resource, aws_scheduler.CfnSchedule):
        yield resource.target
    elif isinstance(resource, aws_lambda.CfnEventInvokeConfig):
        yield resource.destination_config


def _kept(resource: CfnResource) -> Iterator[object]:
    """The function and qualifier whose failures a resource sends to a destination."""
    if isinstance(resource, aws_lambda.CfnEventInvokeConfig):
        destinations = resource.stack.resolve(resource.destination_config) or {}
        if destinations.get("onFailure"):
            yield [resource.function_name, resource.qualifier]

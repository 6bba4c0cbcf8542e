"""What an HTTP and a REST API have in common: who may call a route, what it may invoke, and their document."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from aws_cdk import Duration, Stack, Stage, aws_iam, aws_lambda
from constructs import Construct

from constructs_lambda.cdk.apis import openapi, routes
from constructs_lambda.cdk.apis.authorizers import Authorizer, Bound
from constructs_lambda.cdk.apis.managed_authorizers import CognitoAuthorizer
from constructs_lambda.cdk.apis.openapi import Security
from constructs_lambda.cdk.apis.permissions import Callee, Permissions
from constructs_lambda.cdk.apis.routes import Route
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.tenants import tenant_of_nobody, wrong_tenant
from constructs_lambda.errors import InputError
from constructs_lambda.limits import Limit

A = TypeVar("A", bound=Authorizer)
_files: WeakKeyDictionary[Construct, dict[str, str]] = WeakKeyDictionary()
"""The files that documents are written to, by Stage, with the path of the API."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one `add_route` asks for, once nothing is wrong with it.

    Args:
        route: Method and path.
        bound: Who may call it, None for a public route.
        scopes: Scopes of which a token needs one.
        security: The same, for the document.
        milliseconds: How long API Gateway waits.
    """

    route: Route
    bound: Bound | None
    scopes: tuple[str, ...]
    security: Security | None
    milliseconds: int | float | None


class RoutedApi(Construct, Generic[A]):
    """An API with routes to functions; `HttpApi` and `RestApi` are the two there are."""

    url: str
    _kind: ClassVar[str]

    def _start(
        self, scope: Construct, api_id: str, document: openapi.Document, authorizer: A | None, file: str | None
    ) -> None:
        """Begins, once the API is made."""
        self.api_id = api_id
        self._permissions = Permissions(self, api_id)
        self._routes: dict[str, tuple[Route, str]] = {}
        self._operations: set[str] = set()
        self._bound: dict[A, Bound] = {}
        self._document = document
        self._authorizer = authorizer
        synthesis = before_synth(scope)
        if file is not None:
            stage = Stage.of(self) or self
            taken = _files.setdefault(stage, {})
            if file in taken:
                raise InputError(
                    f"{self.node.path}: openapi_file {file!r} is that of {taken[file]} too. Fix: another name."
                )
            taken[file] = self.node.path
            synthesis.then(lambda: self._write_openapi(file))

    def _monitor(self, monitor: Monitor | None) -> None:
        """Ends, once all else is made."""
        if monitor:
            monitor.apply(self)

    @abstractmethod
    def _make(self, authorizer: A) -> Bound:
        """Makes an authorizer for this API."""

    def _bind(self, authorizer: A) -> Bound:
        if authorizer not in self._bound:
            if authorizer.id in [each.id for each in self._bound]:
                raise InputError(
                    f"{self.node.path}: there is another {authorizer.name} already. Fix: use the same object for all "
                    "routes, or give one of the two an authorizer_name=."
                )
            self._bound[authorizer] = self._make(authorizer)
        return self._bound[authorizer]

    def _asked(
        self,
        key: str,
        function: aws_lambda.IFunction,
        *,
        authorizer: A | None,
        scopes: Sequence[str] | None,
        public: bool,
        operation_name: str | None,
        timeout: Duration | None,
        limit: Limit,
        tenant_id: str | None = None,
        problems: list[str],
    ) -> Asked:
        """What is asked for; raises with everything that is wrong with it, and makes nothing then.

        Raises:
            InputError: Something is wrong.
            TypeError: A value of the wrong type.
        """
        routes.refuse_what_is_no_function(function)
        routes.refuse_wrong_switches(public=public)
        own_scopes = routes.texts("scopes", scopes)
        route = routes.parse(key, self._kind, problems)
        problems += wrong_tenant(key, function, tenant_id, kind=self._kind)
        chosen = None if public else authorizer or self._authorizer
        has_claims = chosen is None or isinstance(chosen, CognitoAuthorizer)
        problems += tenant_of_nobody(key, tenant_id, public=public, has_claims=has_claims)
        problems += routes.already_there(route, self._kind, self._routes)
        problems += routes.open_to_anyone(route, public=public, own=authorizer, chosen=chosen)
        if operation_name in self._operations:
            problems.append(f"{key}: another route has the operation_name {operation_name!r}. Fix: name each once.")
        milliseconds = routes.waited(timeout, limit, problems)
        if own_scopes and chosen is not None and not chosen.takes_scopes:
            problems.append(f"{key} names scopes, and {type(chosen).__name__} has none (CL508). Fix: leave them out.")
        if problems:
            raise InputError("\n".join(f"{self.node.path}: {problem}" for problem in problems))
        bound = self._bind(chosen) if chosen is not None else None
        if operation_name is not None:
            self._operations.add(operation_name)
        if chosen is None or bound is None:
            return Asked(route, None, (), None, milliseconds)
        needed = own_scopes or chosen.scopes
        security = Security(type(chosen).__name__, chosen.id, bound.schemes, needed)
        return Asked(route, bound, needed, security, milliseconds)

    def _is_there(self, route: Route, function: Callee) -> None:
        self._routes[route.key] = (route, function.path)

    def openapi(self) -> dict[str, Any]:
        """The API's OpenAPI document, with the routes that it has by now."""
        return self._document.rendered(Stack.of(self).resolve(self.url))

    def _write_openapi(self, file: str) -> None:
        stage = Stage.of(self)
        if stage is not None:
            openapi.write(self.openapi(), stage.outdir, file)

    def _grant(
        self, grantee: aws_iam.IGrantable, stage: str, keys: Sequence[str], every: Sequence[str]
    ) -> aws_iam.Grant:
        """Lets an identity call the routes named, or all."""
        if missing := [key for key in keys if key not in self._routes and f"ANY {_path(key)}" not in self._routes]:
            there = ", ".join(self._routes) or "none"
            raise InputError(f"{self.node.path}: there is no route {', '.join(missing)}. Fix: name one of: {there}")
        wanted = [f"{stage}/{Route(key, *_split(key)).arn}" for key in keys] or every
        arns = [self._permissions.arn(each) for each in wanted]
        return aws_iam.Grant.add_to_principal(grantee=grantee, actions=["execute-api:Invoke"], resource_arns=arns)


def _split(key: str) -> tuple[str, str]:
    method, _, path = key.partition(" ")
    return (method, path) if path else ("", "")


def _path(key: str) -> str:
    return _split(key)[1]

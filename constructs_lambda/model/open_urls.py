"""Function URLs without authorization, and whether anyone may call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from constructs_lambda.model.companions import FunctionUrl
from constructs_lambda.model.functions import Place
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import Unknown

_ACTIONS = ("lambda:invokefunctionurl", "lambda:*", "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUrl:
    """A function URL without authorization.

    Args:
        place: Where it stands.
        is_public: Whether its author wrote that anyone may call it.
        is_callable: Whether a permission lets everyone call it; None where that isn't known.
    """

    place: Place
    is_public: bool
    is_callable: bool | None


class OpenUrls(Permissions):
    """The function URLs of an app."""

    def open_urls(self) -> Iterator[OpenUrl]:
        """The URLs without authorization."""
        for stack in self.stacks.values():
            for url in stack.urls.values():
                if url.auth_type == "NONE":
                    is_callable = None if url.place.conditional else self._is_callable(stack, url)
                    yield OpenUrl(place=url.place, is_public=url.is_public, is_callable=is_callable)

    def _is_callable(self, stack: Stack, url: FunctionUrl) -> bool | None:
        callee = self.callee(stack, url.function_parts)
        if callee is None or callee.function is None or url.qualifier is not None:
            return None
        statements = self.permissions(callee)
        answers = [_lets_everyone(permission) for permission in statements.permissions]
        if True in answers:
            return True
        return None if statements.is_open or None in answers else False


def _lets_everyone(permission: Permission) -> bool | None:
    """Whether a permission lets everyone call the URL of its function."""
    action, principal = permission.action, permission.principal
    if isinstance(action, str) and action.lower() not in _ACTIONS:
        return False
    if isinstance(principal, str) and principal != "*":
        return False
    is_unknown = isinstance(action, Unknown) or isinstance(principal, Unknown) or permission.place.conditional
    return None if is_unknown else True

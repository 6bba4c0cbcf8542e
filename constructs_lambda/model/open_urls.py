"""Function URLs without authorization, and whether anyone may call them."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.companions import FunctionUrl
from constructs_lambda.model.functions import Flag, Place, Text
from constructs_lambda.model.grants import Permission, Statements
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known

_URL_ACTIONS = ("lambda:invokefunctionurl", "lambda:*", "*")
_FUNCTION_ACTIONS = ("lambda:invokefunction", "lambda:*", "*")


@record(kw_only=True)
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


@record(kw_only=True)
class LockedUrl:
    """A function URL without authorization that everyone may call, whose function nobody may invoke through it.

    Args:
        place: Where it stands.
    """

    place: Place


class OpenUrls(Permissions):
    """The function URLs of an app."""

    def open_urls(self) -> Iterator[OpenUrl | LockedUrl]:
        """The URLs without authorization."""
        for stack in self.stacks.values():
            for url in stack.urls.values():
                if url.auth_type == "NONE":
                    yield self._open_url(stack, url)

    def _open_url(self, stack: Stack, url: FunctionUrl) -> OpenUrl | LockedUrl:
        is_callable = None
        callee = None if url.place.conditional else self.callee(stack, url.function_parts)
        if callee and callee.function and url.qualifier is None:
            statements = self.permissions(callee)
            is_callable = _any(statements, [_lets_everyone_call(each) for each in statements.permissions])
            if is_callable and _any(statements, [_lets_everyone_invoke(p) for p in statements.permissions]) is False:
                return LockedUrl(place=url.place)
        return OpenUrl(place=url.place, is_public=url.is_public, is_callable=is_callable)


def _any(statements: Statements, answers: list[bool | None]) -> bool | None:
    """Whether one of the statements does; None where that isn't known."""
    if True in answers:
        return True
    return None if statements.is_open or None in answers else False


def _lets_everyone_call(permission: Permission) -> bool | None:
    """Whether a permission lets everyone call the URL of its function."""
    if known(permission.url_auth_type) not in (None, "NONE"):
        return False
    return _lets_everyone(permission, _URL_ACTIONS, permission.url_auth_type)


def _lets_everyone_invoke(permission: Permission) -> bool | None:
    """Whether a permission lets everyone invoke its function through the URL."""
    return False if permission.via_url is False else _lets_everyone(permission, _FUNCTION_ACTIONS, permission.via_url)


def _lets_everyone(permission: Permission, actions: tuple[str, ...], limited: Flag | Text) -> bool | None:
    action, principal = permission.action, permission.principal
    if isinstance(action, str) and action.lower() not in actions:
        return False
    if isinstance(principal, str) and principal != "*":
        return False
    is_unknown = any(isinstance(each, Unknown) for each in (action, principal, limited))
    return None if is_unknown or permission.place.conditional else True

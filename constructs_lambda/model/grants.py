"""What is added to the resource policy of a function."""

from __future__ import annotations

import re

from constructs_lambda.model.functions import Flag, Malformed, Place, Text
from constructs_lambda.model.networks import Parts, Target
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known

_INVOKE = ("*", "lambda:*", "lambda:invokefunction")


@record(kw_only=True)
class Permission:
    """One statement of a function's resource policy (`AWS::Lambda::Permission`)."""

    place: Place
    function: str | None
    """Logical id of the function, alias or version; None where that is not in this template."""
    function_name: Text = None
    function_link: Target = None
    callee: Parts = ()
    """What the function's name or ARN is made of."""
    action: Text = None
    principal: Text = None
    source_arn: Text = None
    source_link: Target = None
    """What the source's ARN names, also where that is only a part of it, as the API of a route is."""
    source: Parts = ()
    """What the source's ARN is made of."""
    source_account: Text = None
    organization: Text = None
    event_source_token: Text = None
    url_auth_type: Text = None
    via_url: Flag = None
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()

    def allows(self, service: str) -> bool | None:
        """Whether it lets a service such as `sns` invoke, from some source; None where that isn't known."""
        if isinstance(self.action, str) and self.action.lower() not in _INVOKE:
            return False
        principal = self.principal if isinstance(self.principal, str) else None
        is_of_region = principal is not None and is_regional(principal, service)
        if principal not in (None, "*", f"{service}.amazonaws.com") and not is_of_region:
            return False
        if known(self.url_auth_type) or known(self.via_url):
            return False
        unknown = (self.action, self.principal, self.url_auth_type, self.via_url)
        is_uncertain = is_of_region or any(isinstance(each, Unknown) for each in unknown)
        return None if is_uncertain or self.place.conditional else True


def is_regional(principal: str, service: str) -> bool:
    """Whether a service is meant as it calls from one Region: `sns.af-south-1.amazonaws.com`."""
    return re.fullmatch(rf"{re.escape(service)}\.[a-z0-9-]+\.amazonaws\.com(\.cn)?", principal) is not None


@record()
class Statements:
    """The permissions of one function, alias or version.

    Args:
        permissions: Those that the app makes.
        is_open: Whether there may be others.
    """

    permissions: tuple[Permission, ...]
    is_open: bool

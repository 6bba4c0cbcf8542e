"""What invokes functions without an event source of Lambda's: user pools, load balancers, workflows, stacks."""

from __future__ import annotations

from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.networks import Parts
from constructs_lambda.records import record


@record(kw_only=True)
class Invoker:
    """A resource that invokes functions as they are named there, and names no tenant.

    Args:
        place: The resource.
        what: What a message calls it.
        waits: Whether it waits for the answer.
        functions: Property path and name or ARN of each function.
        service: The service that needs a permission for them, such as `cognito-idp`; empty where a role calls them.
    """

    place: Place
    what: str
    waits: bool
    functions: tuple[tuple[str, Parts], ...]
    service: str = ""


@record(kw_only=True)
class Invocation:
    """A function of this app that a service invokes, and may not.

    Args:
        place: The resource that makes it so.
        property: Property path of the function there.
        what: What a message calls the resource.
        service: The service.
        function: The function.
    """

    place: Place
    property: str
    what: str
    service: str
    function: Function

"""What invokes functions without an event source of Lambda's: user pools, load balancers, workflows, stacks."""

from __future__ import annotations

from constructs_lambda.model.functions import Place
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
    """

    place: Place
    what: str
    waits: bool
    functions: tuple[tuple[str, Parts], ...]

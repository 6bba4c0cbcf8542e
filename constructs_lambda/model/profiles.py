"""What a platform team asks of the functions of an app, as far as it isn't kept, and what it lets pass."""

from __future__ import annotations

from constructs_lambda.model.functions import Place
from constructs_lambda.records import record

ANY = "a value"
"""What is required where any value will do."""


@record(kw_only=True)
class Breach:
    """A function that breaks a requirement of a profile.

    Args:
        place: The function.
        property: CloudFormation property path.
        profile: Name and version of the profile.
        what: What is required, by the keyword that sets it.
        is_now: How it is, as a message says it; None where there is nothing.
        required: How it has to be.
        because: Why, in the words of the platform team; empty where they didn't say.
        unit: What the numbers count, empty where there are none.
    """

    place: Place
    property: str
    profile: str
    what: str
    is_now: str | None
    required: str
    because: str = ""
    unit: str = ""


@record(kw_only=True)
class Exemption:
    """A waiver of a profile, on the day of the synth.

    Args:
        place: What it is for.
        rule: The rule, as the waiver names it.
        profile: Name and version of the profile.
        owner: Who answers for it.
        until: Its last day, `2026-12-31`.
        is_over: Whether that day is past.
        is_used: Whether it holds for any finding; None where that can't be told at synth.
        near: What it may have been meant for, as a message says it; empty where nothing is near.
    """

    place: Place
    rule: str
    profile: str
    owner: str
    until: str
    is_over: bool
    is_used: bool | None
    near: str = ""

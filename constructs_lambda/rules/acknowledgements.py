"""CL91x: acknowledgements of findings."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Acknowledgement
from constructs_lambda.rules import Problem, all_rules, nearest, rule

NAMESPACE = "constructs-lambda"


def is_ours(acknowledged: str) -> bool:
    """Whether an acknowledged id is meant for a rule of this library, also where its namespace is missing or wrong."""
    namespace, _, rule_id = acknowledged.rpartition("::")
    return namespace == NAMESPACE or rule_id in all_rules()


@rule(
    "CL910",
    "Acknowledgement that matches nothing",
    Severity.WARNING,
    aws="Nothing: CDK passes over an acknowledgement that matches no finding, and whoever reads the code believes that "
    "it still guards something.",
    fix="Remove it, or correct its id or scope.",
    source="https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html",
)
def matches_nothing(acknowledgement: Acknowledgement) -> Iterator[Problem]:
    if acknowledgement.used:
        return
    namespace, _, rule_id = acknowledgement.rule.rpartition("::")
    right = f"{NAMESPACE}::{rule_id}"
    if rule_id not in all_rules():
        message = f"there is no rule {rule_id!r}{nearest(rule_id, all_rules())}"
        fix = "Correct the id, or remove the acknowledgement."
    elif namespace != NAMESPACE:
        message = f"the acknowledged id {acknowledgement.rule!r} matches no rule"
        fix = f"Write {right!r}."
    else:
        message = f"{rule_id} is acknowledged here, but finds nothing"
        fix = "Remove the acknowledgement, or move it to the scope of the finding."
    yield Problem("", message, fix)

"""CL91x: acknowledgements of findings."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import NAMESPACE, Severity
from constructs_lambda.model import Acknowledgement
from constructs_lambda.rules import Problem, all_rules, nearest, rule


def is_ours(acknowledged: str) -> bool:
    """Whether an acknowledged id is meant for a rule of this library, also where its namespace is missing or wrong."""
    namespace, rule_id = _parts(acknowledged)
    return namespace == NAMESPACE or rule_id in all_rules()


def _parts(acknowledged: str) -> tuple[str, str]:
    """Namespace and rule; whoever writes one colon for two, or no namespace at all, means a rule all the same."""
    namespace, _, rule_id = acknowledged.rpartition(":")
    return namespace.rstrip(":"), rule_id


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
    _, rule_id = _parts(acknowledgement.rule)
    right = f"{NAMESPACE}::{rule_id}"
    if rule_id not in all_rules():
        message = f"there is no rule {rule_id!r}{nearest(rule_id, all_rules())}"
        fix = "Correct the id, or remove the acknowledgement."
    elif acknowledgement.rule != right:
        message = f"{rule_id} is acknowledged without its namespace, which matches no finding"
        fix = f"Write {right!r}."
    else:
        message = f"{rule_id} is acknowledged on {acknowledgement.path or 'the app'}, but finds nothing there"
        fix = "Remove the acknowledgement, or move it to the scope of the finding."
    yield Problem("", message, fix)

"""CL831: roles that services beside Lambda are to assume."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.shapes import places
from constructs_lambda.tokens import named

_SERVICES = {
    "AWS::Pipes::Pipe": ("RoleArn", "pipes"),
    "AWS::Scheduler::Schedule": ("Target.RoleArn", "scheduler"),
    "AWS::StepFunctions::StateMachine": ("RoleArn", "states"),
}
"""By type of resource: the property with its role, and who assumes that."""


@rule(
    "CL831",
    "Role that its service may not assume",
    Severity.ERROR,
    aws="EventBridge Scheduler, EventBridge Pipes and Step Functions refuse the resource: they have to be allowed to "
    "assume its role.",
    fix="Let the service assume the role.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role",
)
def assumed(stack: Stack) -> Iterator[Problem]:
    for kind, (path, service) in _SERVICES.items():
        for resource in stack.of_type(kind):
            for prop, value in places(resource.properties, path):
                role = stack.roles.get(named(value) or "")
                if role is None or role.place.conditional or resource.place.conditional:
                    continue
                if not role.is_assumed_by(service):
                    yield Problem(
                        prop,
                        f"the role {role.place.path} may be assumed by {role.assumed_by}, and not by "
                        f"{service}.amazonaws.com",
                        f"Add {service}.amazonaws.com to the services of its trust policy.",
                        resource.place,
                    )

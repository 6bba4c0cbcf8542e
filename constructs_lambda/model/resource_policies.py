"""What the own policies of queues, topics and keys let services do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from constructs_lambda.model.holders import Holders
from constructs_lambda.model.messages import Grant, Queue, ResourcePolicy, Topic
from constructs_lambda.model.permissions import Permissions
from constructs_lambda.model.references import Spot, are_same
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import literal_part

_MANAGED_KEY = re.compile(r"(?:arn:[^/]*:)?(alias/aws/(?:sqs|sns))")  # parts of an ARN may not be known
_SENDS = {"queue": "sqs:sendmessage", "topic": "sns:publish"}
_POLICIES = {"queue": "queue_policies", "topic": "topic_policies"}


class ResourcePolicies(Holders, Permissions):
    """The policies of an app's queues, topics and keys."""

    def is_granted(self, spot: Spot, kind: str, service: str, source: Spot | None) -> bool | None:
        """Whether the own policy of a queue or topic lets a service send to it; None where that isn't known."""
        policies = self._policies[_POLICIES[kind]]
        found = policies.get((spot.template, spot.name), [])
        if any(self._denies(each, grant, spot, service, _SENDS[kind]) for each in found for grant in each.denials):
            return False
        if service == "cloudwatch" and not self._replaces_default(found, _SENDS[kind]):
            return None
        answers = [self._lets(each, grant, service, _SENDS[kind], source) for each in found for grant in each.grants]
        if True in answers:
            return True
        is_open = self.may_gain or None in policies or any(each.is_open for each in found)
        return None if is_open or None in answers else False

    @staticmethod
    def _replaces_default(found: list[ResourcePolicy], action: str) -> bool:
        """Whether a topic certainly lost SNS's own policy, which takes what alarms of the account send.

        A statement for an account may stand for the alarms in it.
        """
        is_for_accounts = any(
            grant.is_to_others and (grant.actions is None or any(fnmatchcase(action, each) for each in grant.actions))
            for each in found
            for grant in each.grants
        )
        return not is_for_accounts and any(not each.place.conditional for each in found)

    def _denies(self, policy: ResourcePolicy, denial: Grant, spot: Spot, service: str, action: str) -> bool:
        """Whether a statement without a condition certainly denies a service to send."""
        if policy.place.conditional or not denial.allows(service, action):
            return False
        if not isinstance(denial.resources, tuple):
            return False
        stack = self.stacks[policy.place.template]
        return not denial.resources or any(self.spot(stack, each) == spot for each in denial.resources)

    def _lets(
        self, policy: ResourcePolicy, grant: Grant, service: str, action: str, source: Spot | None
    ) -> bool | None:
        allows = grant.allows(service, action)
        if allows is False or grant.sources == ():
            return allows
        if not isinstance(grant.sources, tuple):
            return None
        stack = self.stacks[policy.place.template]
        answers = [are_same(self.spot(stack, each), source) for each in grant.sources]
        return allows if True in answers else None if None in answers else False

    def refusing_key(self, stack: Stack, found: Queue | Topic, service: str) -> str:
        """The key of a queue or topic that a service can't use."""
        managed = _MANAGED_KEY.fullmatch(literal_part(found.key))
        if managed:
            return managed[1]
        key: ResourcePolicy | None = self.message("keys", self.spot(stack, found.key_link))
        if key is None or key.is_open or self.may_gain:
            return ""
        answers = [grant.allows(service, "kms:generatedatakey") for grant in key.grants]
        return "" if True in answers or None in answers else key.place.path

    def has_policy(self, spot: Spot) -> bool:
        """Whether the own policy of a queue may give rights to roles."""
        policies = self._policies["queue_policies"]
        found = [*policies.get((spot.template, spot.name), ()), *policies.get(None, ())]
        return any(each.is_open or any(grant.is_to_others for grant in each.grants) for each in found)

    def message(self, field: str, spot: Spot | None) -> Any:
        """The resource at a spot, where it is one of this field of `Messages`."""
        stack = self.stacks.get(spot.template) if spot else None
        return getattr(stack.messages, field).get(spot.name) if stack and spot else None

    @cached_property
    def _policies(self) -> Mapping[str, Mapping[tuple[str, str] | None, list[ResourcePolicy]]]:
        """Policies of queues and topics, by what they belong to; under None those that may be of any."""
        found: dict[str, dict[tuple[str, str] | None, list[ResourcePolicy]]] = {}
        for field in _POLICIES.values():
            beside = found[field] = defaultdict(list)
            for stack in self.stacks.values():
                for policy in getattr(stack.messages, field).values():
                    links = policy.of if isinstance(policy.of, tuple) else (None,)
                    for spot in {self.spot(stack, link) for link in links}:
                        beside[(spot.template, spot.name) if spot and spot.template else None].append(policy)
        return found

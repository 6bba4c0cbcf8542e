"""IAM roles and policies, as far as they tell what a function may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fnmatch import fnmatchcase

from constructs_lambda.model.functions import Number, Place, Text
from constructs_lambda.model.networks import Links, Parts, Target
from constructs_lambda.records import record
from constructs_lambda.tokens import UNKNOWN


@record()
class Statement:
    """One statement of a policy.

    Args:
        is_allowed: Whether it allows; otherwise it denies.
        actions: Its actions in lower case, such as `dynamodb:getitem` or `s3:get*`.
        excludes: Whether it is about all actions but these (`NotAction`).
        is_limited: Whether it holds under a condition, or for some resources only.
        resources: What it is about; unknown where it names what it isn't about.
        template: The template that it stands in.
    """

    is_allowed: bool
    actions: tuple[str, ...]
    excludes: bool = False
    is_limited: bool = False
    resources: Links = UNKNOWN
    template: str = ""

    def is_about(self, action: str) -> bool:
        """Whether it is about an action, in lower case."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions) is not self.excludes


@record(kw_only=True)
class Role:
    """An `AWS::IAM::Role`.

    `managed_policies` are the ARNs as far as they are literal, and what they name; `is_open` says that something of it
    isn't known. `managed_count` and `inline_length`, the characters of its inline policies, are what is certain.
    """

    place: Place
    name: Text
    managed_policies: tuple[tuple[str, Target], ...]
    statements: tuple[Statement, ...]
    boundary: Target
    is_open: bool
    managed_count: int = 0
    inline_length: int = 0
    description: Text = None
    session_seconds: Number = None
    policy_names: tuple[Text, ...] = ()
    trusted: frozenset[str] | None = None
    """The services that may assume it; None where there may be others."""
    trust_length: int = 0
    """The characters that its trust policy certainly has, whitespace left out; 0 for a small one."""
    path: Text = None
    tag_count: int = 0
    trust: object = None
    """Its trust policy as it is written."""
    documents: Mapping[str, object] = field(default_factory=dict)
    """Its inline policies as they are written, by their property path."""
    policy_arns: Mapping[str, Parts] = field(default_factory=dict)
    """What the ARNs of its managed policies and its boundary are made of, by property path."""
    missing: tuple[str, ...] = ()

    def is_assumed_by(self, service: str) -> bool:
        """Whether a service, such as `lambda`, may assume it; so it is where that isn't known."""
        return self.trusted is None or any(each.startswith(f"{service}.") for each in self.trusted)

    @property
    def assumed_by(self) -> str:
        """The services that may assume it, in a text."""
        return " and ".join(sorted(self.trusted or ())) or "no service"


@record(kw_only=True)
class Policy:
    """A policy beside its roles (`AWS::IAM::Policy`, `ManagedPolicy`, `RolePolicy`)."""

    place: Place
    roles: Links
    statements: tuple[Statement, ...]
    is_open: bool
    length: int = 0
    """The characters that its document certainly has."""
    is_managed: bool = False
    name: Text = None
    path: Text = None
    description: Text = None
    document: object = None
    """Its document as it is written."""
    lacks_owner: bool = False
    """Whether it is certain to belong to no role, user or group, though it has to."""

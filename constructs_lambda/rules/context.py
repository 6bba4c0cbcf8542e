"""What a rule may know beside the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date

from constructs_lambda.limits import Limit
from constructs_lambda.model import Place, Stack
from constructs_lambda.quotas import Quotas
from constructs_lambda.records import record


@record()
class Context:
    """What a rule may know beside the model.

    Args:
        today: The day on which runtimes and waivers are judged.
        quotas: What AWS has raised for the accounts.
        environments: Account and Region of each template, None for what the app doesn't name.
    """

    today: date
    quotas: Quotas = field(default_factory=Quotas)
    environments: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def limit(self, limit: Limit, place: Place) -> Limit:
        """The limit that counts in the account and Region of a place."""
        return self.quotas.limit(limit, *self.environments.get(place.template, (None, None)))

    def within(self, stacks: Iterable[Stack]) -> Context:
        """The same where these stacks are deployed."""
        return replace(self, environments={each.place.template: (each.account, each.region) for each in stacks})

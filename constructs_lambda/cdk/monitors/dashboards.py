"""What the monitors of a stack share: its dashboards, its alarm on the account's concurrency, topics by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import ArnFormat, Stack, Token, aws_cloudwatch, aws_sns
from cdk_monitoring_constructs import DefaultDashboardFactory
from constructs import Construct, IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.alarms import let_alarms_act
from constructs_lambda.cdk.monitors.inputs import is_arn
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.topics import let_alarms_publish_by_name, refuse_sealed, told_by
from constructs_lambda.errors import InputError

WIDGETS = 8
"""The most that anything takes of a dashboard: a function does."""
SHOWN = (limits.DASHBOARD_WIDGETS.maximum or 0) // WIDGETS
"""How much a dashboard shows; more goes to another one."""
_ID = "LambdaMonitoring"
_shared: WeakKeyDictionary[IConstruct, Shared] = WeakKeyDictionary()


class Shared:
    """What the monitors of a stack share; each part is made once it is needed.

    Args:
        stack: The stack.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.region: str | None = None if Token.is_unresolved(stack.region) else stack.region
        self.account: str | None = None if Token.is_unresolved(stack.account) else stack.account
        self.concurrency: dict[int, aws_cloudwatch.AlarmBase] = {}
        self._place: Construct | None = None
        self._hidden: DefaultDashboardFactory | None = None
        self._dashboard: DefaultDashboardFactory | None = None
        self._shown = 0
        self._topics: dict[str, aws_sns.ITopic] = {}

    @property
    def place(self) -> Construct:
        """Where it stands in the stack."""
        self.prepare()
        return cast(Construct, self._place)

    def prepare(self) -> None:
        """Makes the place of what is shared, where there is none."""
        if self._place is None:
            self._refuse_taken()
            self._place = Construct(self.stack, _ID)

    def _refuse_taken(self) -> None:
        if self._place is None and self.stack.node.try_find_child(_ID) is not None:
            raise InputError(
                f"{self.stack.node.path} has a child {_ID!r} of yours, and monitors keep this id for themselves. Fix: "
                "another id."
            )

    def dashboard(self, is_shown: bool) -> DefaultDashboardFactory:
        """The dashboard that has room for one more.

        Args:
            is_shown: Whether it is to be shown at all.
        """
        if not is_shown:
            if self._hidden is None:
                self._hidden = DefaultDashboardFactory(
                    self.place, "NoDashboard", dashboard_name_prefix="-", create_dashboard=False
                )
            return self._hidden
        number, rest = divmod(self._shown, SHOWN)
        if self._dashboard is None or rest == 0:
            suffix = "" if number == 0 else str(number + 1)
            # An account has one dashboard of a name for all Regions.
            name = "-".join(filter(None, [self.stack.stack_name, suffix, self.stack.region]))
            self._dashboard = DefaultDashboardFactory(self.place, f"Dashboards{suffix}", dashboard_name_prefix=name)
        self._shown += 1
        return self._dashboard

    def refuse_unreachable(self, monitor: Monitor) -> None:
        """Refuses topics that alarms of this stack can't publish to.

        Args:
            monitor: The monitor.

        Raises:
            InputError: A topic is in another Region, or no alarm can publish to it.
        """
        self._refuse_taken()
        told = [told_by(each, self.stack) for each in monitor.actions]
        self._refuse_other_region(told)
        refuse_sealed([each for each in told if hasattr(each, "topic_arn")])

    def actions(self, monitor: Monitor) -> list[Any]:
        """The topics and actions of a monitor, once alarms may publish to the topics.

        Args:
            monitor: The monitor.

        Raises:
            InputError: A topic is in another Region, or no alarm can publish to it.
        """
        self.refuse_unreachable(monitor)
        given: Sequence[Any] = monitor.actions
        return let_alarms_act([self._topic(each) if isinstance(each, str) else each for each in given], self.stack)

    def _topic(self, named: str) -> aws_sns.ITopic:
        if named not in self._topics:
            id = f"Topic{len(self._topics) + 1}"
            self._topics[named] = aws_sns.Topic.from_topic_arn(self.place, id, self._arn(named))
        return self._topics[named]

    def _arn(self, named: str) -> str:
        if is_arn(named):
            return named
        let_alarms_publish_by_name(self.stack, named)
        return self.stack.format_arn(service="sns", resource=named, arn_format=ArnFormat.NO_RESOURCE_NAME)

    def _refuse_other_region(self, actions: Sequence[Any]) -> None:
        for each in actions:
            region: Any = None
            if isinstance(each, str) and each.startswith("arn:"):
                region = each.split(":")[3]
            elif hasattr(each, "topic_arn"):
                region = each.env.region
            if region and not Token.is_unresolved(region) and self.region and region != self.region:
                raise InputError(
                    f"{self.stack.node.path}: its alarms are in {self.region}, and CloudWatch only publishes to topics "
                    f"of the same Region; {each if isinstance(each, str) else each.node.path} is in {region}. Fix: the "
                    "name of a topic that each Region has, such as Monitor(action='alerts')."
                )


def shared_by(construct: IConstruct) -> Shared:
    """What the monitors of the stack share that a construct is in.

    Args:
        construct: The construct.
    """
    stack = Stack.of(construct)
    if stack not in _shared:
        _shared[stack] = Shared(stack)
    return _shared[stack]

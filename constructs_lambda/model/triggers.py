"""What triggers the functions of an app, and where events are sent: queues, topics, rules, buckets and streams."""

from __future__ import annotations

from collections.abc import Mapping

from constructs_lambda.model.attachments import Rights
from constructs_lambda.model.companions import EventSourceMapping
from constructs_lambda.model.event_rules import EventRule, Schedule
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.messages import Delivery, Queue, Subscription, Topic
from constructs_lambda.model.roles import Statement
from constructs_lambda.records import record


@record(kw_only=True)
class Access:
    """What a role may do with one resource.

    Args:
        rights: All that it may do.
        possible: The statements that may be about the resource.
        certain: Those that name it.
    """

    rights: Rights
    possible: tuple[Statement, ...]
    certain: tuple[Statement, ...]


@record(kw_only=True)
class Subscribed:
    """A subscription with what it leads to; `topic` and `queue` are None where they aren't made in this app.

    `region` is the stack's. `others` are the subscriptions before it of the same topic, protocol and endpoint.
    """

    place: Place
    subscription: Subscription
    topic: Topic | None
    queue: Queue | None
    dead_letters: Queue | None
    endpoint: str
    """`function`, `queue` or `topic` where the endpoint is one of this app, empty where it isn't."""
    attribute: str
    """What the endpoint asks it for; empty for a `Ref` that is no ARN."""
    region: str | None = None
    others: tuple[Subscription, ...] = ()


@record(kw_only=True)
class Published:
    """A topic with the number of its subscriptions that have a filter policy."""

    place: Place
    filter_policies: int


@record(kw_only=True)
class Notified:
    """A bucket, with all that it notifies."""

    place: Place
    deliveries: tuple[Delivery, ...]


@record(kw_only=True)
class Sending:
    """A function, queue or topic of this app that another service sends events to.

    Args:
        place: The resource that makes it do so.
        property: Property path of the target there.
        service: The service, such as `sns`.
        kind: `function`, `queue` or `topic`.
        to: What a message calls the target.
        source: What a message calls what sends.
        is_permitted: Whether the target's own policy, or the role that it sends with, lets it; None where unknown.
        key: What encrypts the target and doesn't let the service use it; empty where it does or isn't known.
        are_dead_letters: Whether only what can't be delivered goes there.
        is_fifo: Whether it is a FIFO queue or topic.
    """

    place: Place
    property: str
    service: str
    kind: str
    to: str
    source: str
    is_permitted: bool | None
    key: str = ""
    are_dead_letters: bool = False
    is_fifo: bool = False


@record(kw_only=True)
class Asynchronous:
    """A function that is invoked asynchronously, what invokes it, and which of it when an event that fails is lost."""

    place: Place
    function: Function
    triggers: tuple[str, ...]
    lost: tuple[str, ...]


@record(kw_only=True)
class Circle:
    """What triggers a function, and what the function may do with it.

    Args:
        place: The function.
        function: The function.
        service: The service of the trigger, such as `sqs`.
        source: What a message calls it.
        through: What a message calls the queue between the two, empty where there is none.
        access: What the function's role may do with it.
        is_sent: Whether Lambda itself sends results there.
    """

    place: Place
    function: Function
    service: str
    source: str
    through: str
    access: Access
    is_sent: bool = False


@record(kw_only=True)
class Polling:
    """A queue or stream that Lambda polls for a function.

    Args:
        place: The event source mapping.
        mapping: The event source mapping.
        service: Which service it is of, such as `sqs`; `*` where that isn't known.
        region: Region of the stack, where it is known.
        source: What a message calls the source.
        attribute: What the mapping asks a source of this app for; None where it isn't made in this app.
        queue: The queue, where it is made in this app.
        has_stream: Whether the table has a stream; None where that isn't known.
        function: The function, where it is made in this app.
        access: What the function's role may do with the source; None where the function or the source isn't known.
        others: The mappings of the same function to the same source.
    """

    place: Place
    mapping: EventSourceMapping
    service: str
    region: str | None
    source: str
    attribute: str | None
    queue: Queue | None
    function: Function | None
    access: Access | None
    has_stream: bool | None = None
    others: tuple[EventSourceMapping, ...] = ()


@record(kw_only=True)
class Pollings:
    """The queues that Lambda polls for one function, with the most that they may invoke at a time."""

    place: Place
    function: Function
    maximum_concurrency: Mapping[str, int]


@record(kw_only=True)
class Failing:
    """Where Lambda sends what failed, or results, of a function.

    Args:
        place: The function, or what configures its invocation.
        property: Property path there.
        what: What a message calls the setting.
        service: The service it is of.
        to: What a message calls it.
        is_fifo: Whether it is a FIFO queue or topic of this app.
        access: What the function's role may do with it; None where that isn't known.
    """

    place: Place
    property: str
    what: str
    service: str
    to: str
    is_fifo: bool
    access: Access | None


@record(kw_only=True)
class Redriven:
    """A queue that has a dead-letter queue, which is None where it isn't made in this app.

    `attribute` is what the policy asks it for, empty for a `Ref`.
    """

    place: Place
    queue: Queue
    region: str | None
    account: str | None
    dead_letters: Queue | None
    attribute: str = ""


@record(kw_only=True)
class Reconfigured:
    """An asynchronous invocation that is configured already, and by what."""

    place: Place
    function: str
    qualifier: str
    first: str


@record(kw_only=True)
class Routed:
    """A rule with what is known of other resources.

    Args:
        place: The rule.
        rule: The rule.
        has_own_bus: Whether it stands on another bus than the account's default one.
        fifo_targets: Property paths of the targets that are FIFO queues and name no message group.
    """

    place: Place
    rule: EventRule
    has_own_bus: bool
    fifo_targets: tuple[str, ...]


@record(kw_only=True)
class Scheduled:
    """A schedule with what is known of other resources.

    Args:
        place: The schedule.
        schedule: The schedule.
        is_function: Whether it invokes a function.
        has_fifo_dead_letters: Whether its dead-letter queue is a FIFO queue.
        dead_letters: What a message calls that queue.
        access: What its role may do with it; None where that isn't known.
    """

    place: Place
    schedule: Schedule
    is_function: bool
    has_fifo_dead_letters: bool
    dead_letters: str
    access: Access | None

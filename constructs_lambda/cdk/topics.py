"""Who may publish to SNS topics, as far as their policies and keys can be changed from here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Aws, Reference, Stack, Token, Tokenization, aws_cloudwatch, aws_iam, aws_sns
from constructs import Construct, IConstruct, IValidation

from constructs_lambda.cdk.senders import let_use
from constructs_lambda.cdk.synthesis import stage_of
from constructs_lambda.errors import InputError

_ALARMS = "cloudwatch"
OWN_KEY = "alias/aws/sns"
_PROBE = "ConstructsLambdaProbe"
_accounts: WeakKeyDictionary[aws_sns.ITopic, set[str]] = WeakKeyDictionary()
"""For each topic the accounts whose alarms may publish already."""


def let_alarms_publish(topic: aws_sns.ITopic, place: IConstruct) -> None:
    """Lets the alarms of a stack publish to a topic and use its key.

    Without a policy a topic takes what its own account's alarms send. A policy replaces that, also one that comes
    later; an account of its own for the alarms always takes one.

    Args:
        topic: The topic.
        place: Where the alarms stand.
    """
    if topic.node.default_child is None and topic.master_key is None:
        return  # imported
    own = Stack.of(topic).account
    theirs = Stack.of(place).account
    is_elsewhere = not Token.is_unresolved(own) and not Token.is_unresolved(theirs) and own != theirs
    for account in (own, theirs) if is_elsewhere else (own if Token.is_unresolved(theirs) else theirs,):
        known = _accounts.setdefault(topic, set())
        if account in known:
            continue
        known.add(account)
        if topic.master_key is not None:
            let_use(topic.master_key, _ALARMS, account, cast("Construct", topic))
        if is_elsewhere or _has_policy(topic):
            topic.add_to_resource_policy(publish_to(topic, _ALARMS, account))
        else:
            topic.node.add_validation(_LetInLate(topic, account))


def _has_policy(topic: aws_sns.ITopic) -> bool:
    return topic.node.try_find_child("Policy") is not None


@jsii.implements(IValidation)
class _LetInLate:
    """Lets alarms in right before the synth, where the topic got a policy by then."""

    def __init__(self, topic: aws_sns.ITopic, account: str) -> None:
        self._topic = topic
        self._account = account
        self._is_done = False

    def validate(self) -> list[str]:
        """Does it; CDK calls it."""
        if not self._is_done and _has_policy(self._topic):
            self._is_done = True
            self._topic.add_to_resource_policy(publish_to(self._topic, _ALARMS, self._account))
        return []


def let_alarms_publish_by_name(stack: Stack, name: str) -> None:
    """Lets a stack's alarms publish to a topic of this app that they name, once it is there: right before the synth.

    Args:
        stack: The stack.
        name: Name of the topic, in the stack's account and Region.
    """
    stage = stage_of(stack)
    if stage not in _named:
        _named[stage] = _LetInByName(stage)
        stage.node.add_validation(_named[stage])
    _named[stage].names.setdefault(name, {})[stack] = True


@jsii.implements(IValidation)
class _LetInByName:
    """Looks for all the topics of a stage that its alarms name: going through a tree takes time, so it is done once."""

    def __init__(self, stage: IConstruct) -> None:
        self._stage = stage
        self.names: dict[str, dict[Stack, bool]] = {}

    def validate(self) -> list[str]:
        """Does it; CDK calls it, and stops with what is answered."""
        problems = []
        for each in self._stage.node.find_all():
            if not isinstance(each, aws_sns.CfnTopic) or each.topic_name not in self.names:
                continue
            topic: Any = each.node.scope
            home = Stack.of(each)
            stacks = [
                stack
                for stack in self.names[each.topic_name]
                if (stack.account, stack.region) == (home.account, home.region)
            ]
            if not stacks or stage_of(home).node.path != self._stage.node.path or not hasattr(topic, "topic_arn"):
                continue
            try:
                refuse_sealed([topic])
            except InputError as error:
                problems.append(str(error))
            for stack in stacks:
                let_alarms_publish(topic, stack)
        return problems


_named: WeakKeyDictionary[IConstruct, _LetInByName] = WeakKeyDictionary()


def refuse_sealed(topics: Iterable[aws_sns.ITopic]) -> None:
    """Refuses topics that no alarm can publish to.

    Args:
        topics: The topics.

    Raises:
        InputError: One is encrypted with SNS's own key.
    """
    for topic in topics:
        resource = topic.node.default_child
        if isinstance(resource, aws_sns.CfnTopic) and is_own_key(resource.kms_master_key_id):
            raise InputError(
                f"{topic.node.path} is encrypted with {OWN_KEY}, a key that lets no alarm publish. Fix: a key of your "
                f"own, such as TopicTrigger(encryption_key=True, publishers=['{_ALARMS}']) makes."
            )


def is_own_key(key: str | None) -> bool:
    """Whether a key is SNS's own, which lets no service in, by its id or ARN."""
    return key is not None and key.endswith(OWN_KEY)


def publish_to(topic: aws_sns.ITopic, service: str, account: str | None) -> aws_iam.PolicyStatement:
    """What lets a service publish, for the topic's policy.

    Args:
        topic: The topic.
        service: The service, such as `s3`.
        account: The account on whose behalf it does, None for any.
    """
    return aws_iam.PolicyStatement(
        actions=["sns:Publish"],
        principals=[aws_iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": account}} if account is not None else None,
    )


def told_by(action: Any, place: IConstruct) -> Any:
    """The topic of CDK's `SnsAction`, or the ARN of one that is imported; anything else as it is.

    CDK doesn't give the topic away. But what it answers an alarm is a reference to it.

    Args:
        action: A topic, a text or an action.
        place: Where the alarms stand.
    """
    if isinstance(action, str) or hasattr(action, "topic_arn"):
        return action
    from aws_cdk import aws_cloudwatch_actions  # loaded only where there is an alarm

    if not isinstance(action, aws_cloudwatch_actions.SnsAction):
        return action
    stack = Stack.of(place)
    nobody = f"arn:{Aws.PARTITION}:cloudwatch:{stack.region}:{stack.account}:alarm:nobody"
    alarm = aws_cloudwatch.Alarm.from_alarm_arn(stack, _PROBE, nobody)
    arn = action.bind(stack, alarm).alarm_action_arn
    stack.node.try_remove_child(_PROBE)
    return construct_of(arn) or arn


def construct_of(arn: str) -> Any:
    """The construct of the second level that an ARN is a reference to; None where it is none of this app.

    Args:
        arn: The ARN, as CDK gives it.
    """
    token = Tokenization.reverse_string(arn).first_token if Token.is_unresolved(arn) else None
    return token.target.node.scope if isinstance(token, Reference) else None

"""`Function`: `aws_lambda.Function` that refuses what AWS would refuse, with safe defaults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import jsii
from aws_cdk import CfnOutput, aws_iam, aws_lambda, aws_logs
from constructs import Construct, IConstruct

from constructs_lambda.cdk import roles, tenants, versions
from constructs_lambda.cdk.acknowledgements import Findings, Tree
from constructs_lambda.cdk.failures import add_destination
from constructs_lambda.cdk.function_inputs import checked
from constructs_lambda.cdk.function_logs import is_taken, keep_logs_as_profiles_say, own_log_group
from constructs_lambda.cdk.metadata import note
from constructs_lambda.cdk.options import JSII_NAMES, FunctionOptions
from constructs_lambda.cdk.properties import wrong_type
from constructs_lambda.cdk.providers import architecture_of, least_memory_mb, refuse_no_provider
from constructs_lambda.cdk.reach import INetwork, Reach
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.triggers.base import add_event_source, event_sources

if TYPE_CHECKING:  # loaded where they are used: a function without a release is there sooner
    from constructs_lambda.cdk.monitors.monitor import Monitor
    from constructs_lambda.cdk.releases import Release, ReleaseOptions
    from constructs_lambda.cdk.tuning import TuningOptions
    from constructs_lambda.cdk.usage import Usage


class Function(aws_lambda.Function):
    """A Lambda function: a drop-in for `aws_lambda.Function`, checked before it is made and safe by default.

    It takes every keyword of `aws_lambda.Function` with CDK's meaning, and is one wherever CDK asks for one. Changing
    the class in a deployed stack replaces and renames nothing (docs/adopt.md). What it sets where you don't:

    - `memory_size`: 128 MB, and `timeout`: 3 s, AWS's own defaults, written out. With `capacity_provider` the least
      that it takes: 2,048 MB, or what one vCPU comes with, and the provider's `architecture`.
    - `logging_format`: JSON.
    - `tracing`: active. With an imported role none, because Lambda refuses tracing where the role may not write traces.
    - A log group of its own, `<id>LogGroup` beside the function, kept for two years and kept when the stack goes. Not
      where you give `log_group` or `log_retention`, nor where the context flag
      `@aws-cdk/aws-lambda:useCdkManagedLogGroup` makes CDK create one, nor with an imported role, whose rights can't be
      extended for certain.
    - The role that CDK makes gets no managed policy: it may write to the function's log group, write traces, and in a
      `network` or `vpc` manage network interfaces. A `role` of your own gets the right to write to the log group.

    Creates: `AWS::Lambda::Function`, `AWS::IAM::Role`, `AWS::Logs::LogGroup`; an `AWS::IAM::Policy` where the log group
    is CDK's own or the function is durable.

    Costs when idle: nothing but the storage of logs (0.03 USD per GB and month in us-east-1).

    Args:
        scope: Parent construct.
        id: Id within the parent.
        code: What runs.
        handler: Where Lambda enters it, `file.function`.
        runtime: The language runtime.
        capacity_provider: Runs the function on Lambda Managed Instances, whose limits differ, as the provider's
            `add_function` does; call that too for its options. Without it the limits of ordinary functions count.
        network: Where it stands: a `Network`, or `Network.from_vpc(vpc)`. Its subnets follow from `reach`. Without it,
            and without CDK's `vpc`, the function reaches the public internet and nothing private.
        reach: What it must reach; it is checked. All that the network offers where it isn't given. With CDK's `vpc` it
            is checked too, and the subnets stay CDK's choice.
        usage: How much it is used a month, for `constructs-lambda cost`. Its requests follow from those of the one API
            or topic that it stands behind, where it isn't given.
        monitor: Its alarms and its place on the dashboard, `Monitor(action=topic)`; its triggers' queues get theirs
            too, and Powertools' environment is set. False for none where a profile sets one.
        invoke_command: Whether an output of the stack, `InvokeCommand`, has the ready `aws lambda invoke` line, which
            takes the event from `event.json` and prints the response. No, where it isn't given.
        **options: Keywords of `aws_lambda.Function`.

    Raises:
        LimitError: What AWS would refuse (CL1xx, CL201, CL301, CL601, CL701), or what it certainly can't reach
            (CL304), everything at once; nothing is made.
        InputError: It must reach private resources, and is in no network; or usage that no function has.
        TypeError: A keyword that doesn't exist, with the nearest one that does; a value of the wrong type.
    """

    asks_profiles: ClassVar[bool] = True
    """Whether its constructor asks the profiles that hold, so that a property injector need not."""
    sets_powertools: ClassVar[bool] = False
    """Whether Powertools' environment is set where nothing is monitored."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: aws_lambda.Code,
        handler: str,
        runtime: aws_lambda.Runtime,
        capacity_provider: aws_lambda.CapacityProvider | None = None,
        network: INetwork | None = None,
        reach: Reach | None = None,
        usage: Usage | None = None,
        monitor: Monitor | Literal[False] | None = None,
        invoke_command: bool | None = None,
        **options: Unpack[FunctionOptions],
    ) -> None:
        given: dict[str, Any] = {"code": code, "handler": handler, "runtime": runtime, **options}
        given |= {"network": network, "reach": reach, "usage": usage, "monitor": monitor}
        given["invoke_command"] = invoke_command
        if capacity_provider is not None:
            refuse_no_provider(capacity_provider)
            if given.get("memory_size") is None:
                given["memory_size"] = least_memory_mb(capacity_provider)
            if given.get("architecture") is None:
                given["architecture"] = architecture_of(capacity_provider)
        keywords = checked(type(self), scope, id, given, is_managed=capacity_provider is not None)
        reach, usage = keywords.pop("reach", None), keywords.pop("usage", None)
        monitor, invoke_command = keywords.pop("monitor", None), keywords.pop("invoke_command", None)
        events = event_sources(keywords.pop("events", ()))
        log_group = own_log_group(scope, id, keywords)
        if log_group is not None:
            keywords["log_group"] = log_group
        try:
            if "role" in keywords:
                self._create(scope, id, keywords)
                if log_group is not None:
                    self._add_execution_policy([roles.write_logs(log_group.log_group_arn)])
                before_synth(scope)
                resource = self.node.default_child
            else:
                tracing = _tracing_of_ours(keywords)
                self._create(scope, id, keywords)
                resource = self._scope_role(scope, keywords, tracing)
            before_synth(scope).expect(self, _found_by_nag)
            if capacity_provider is not None:
                capacity_provider.add_function(self)
            versions.add_layers(self, keywords.get("layers", ()))
            if log_group is None and "log_group" not in keywords:
                keep_logs_as_profiles_say(self, scope)
            if type(keywords["memory_size"]) not in (int, float):
                _tell_measured(self, resource, keywords["memory_size"])
            if reach is not None:
                note(resource, reach=reach.words)
            if usage is not None:
                note(resource, usage=usage.written)
            if monitor is not None:
                from constructs_lambda.cdk.monitors import monitored

                monitored.remember(self, monitor)
            if invoke_command:
                from constructs_lambda.cdk.commands import add_invoke_command

                add_invoke_command(self, keywords)
            for source in events:  # last, so that they see what is configured
                self.add_event_source(source)
            if monitor:
                monitor.apply(self)
        except BaseException as error:
            _clean_up(scope, id, log_group, error)
            raise

    def add_event_source(self, source: aws_lambda.IEventSource) -> None:
        """Lets an event source trigger the function.

        Args:
            source: A trigger such as `TopicTrigger(topic)`, or one of CDK's event sources.

        Raises:
            InputError: The trigger can't be added to this function; nothing is made.
            LimitError: The function has tenant isolation, and nothing but a REST API triggers it (CL160).
            TypeError: No event source.
        """
        add_event_source(self, source, super().add_event_source)

    def add_function_url(
        self,
        *,
        auth_type: aws_lambda.FunctionUrlAuthType | None = None,
        cors: aws_lambda.FunctionUrlCorsOptions | dict[str, Any] | None = None,
        invoke_mode: aws_lambda.InvokeMode | None = None,
    ) -> aws_lambda.FunctionUrl:
        """Adds a function URL, as CDK does; `UrlTrigger` is one with fewer words.

        Args:
            auth_type: Who may call it. Who signs requests, where it isn't given.
            cors: What browsers are told of other origins.
            invoke_mode: Whether answers are streamed. No, where it isn't given.

        Raises:
            LimitError: The function has tenant isolation, which excludes URLs (CL160).
        """
        tenants.refuse_excluded(self, "a function URL")
        return super().add_function_url(auth_type=auth_type, cors=cors, invoke_mode=invoke_mode)

    def add_destination(
        self,
        *,
        on_success: aws_lambda.IDestination | None = None,
        on_failure: aws_lambda.IDestination | None = None,
    ) -> None:
        """Sends on what comes of asynchronous invocations, beside what is configured already.

        Args:
            on_success: Where answers go, such as `aws_lambda_destinations.SqsDestination(queue)`.
            on_failure: Where failures go, once the retries are used up. It takes the place of the queue that a trigger
                makes for them.

        Raises:
            InputError: Neither is given, or there is one already.
            TypeError: No destination.
        """
        add_destination(self, on_success=on_success, on_failure=on_failure)

    def add_layers(self, *layers: aws_lambda.ILayerVersion) -> None:
        """Adds layers.

        Args:
            *layers: The layers.
        """
        super().add_layers(*layers)
        versions.add_layers(self, layers)

    def add_release(self, alias_name: str = "live", **options: Unpack[ReleaseOptions]) -> Release:
        """An alias on the function's published version, for triggers, APIs and grants: `release.alias`.

        Args:
            alias_name: Name of the alias.
            **options: Keywords of `Release`: `provisioned`, `shift`, `alarms`, `pre_hook`, `post_hook`, `description`,
                `removal_policy`.

        Raises:
            LimitError: What AWS would refuse, or what excludes each other.
            InputError: It can't be released like that; all problems at once, what AWS would refuse among them. Nothing
                is made.
            TypeError: A keyword that doesn't exist, or a value of the wrong type.
        """
        from constructs_lambda.cdk.releases import Release

        return Release(self, alias_name, **options)

    def add_tuning_input(self, **options: Unpack[TuningOptions]) -> CfnOutput:
        """An output of the stack: the input for AWS Lambda Power Tuning, whose answer `Tuned` reads.

        Args:
            **options: `payload`, `power_values`, `num` and `strategy`, see docs/scaling.md.

        Raises:
            InputError: An amount of memory that AWS doesn't have, or too few invocations.
            TypeError: A value of the wrong type.
        """
        from constructs_lambda.cdk.tuning import add_tuning_input

        return add_tuning_input(self, **options)

    def _create(self, scope: Construct, id: str, keywords: Mapping[str, Any]) -> None:
        """Creates the L2 with the keywords that are set only; its own constructor checks and sends all 55, twice."""
        if any(
            name not in JSII_NAMES or (isinstance(value, Mapping) and name != "environment")
            for name, value in keywords.items()
        ):
            super().__init__(scope, id, **keywords)  # a keyword newer than this library, or a struct given as a dict
            return
        properties = {
            JSII_NAMES[name]: list(value) if isinstance(value, tuple) else value
            for name, value in keywords.items()
            if value is not None
        }
        try:
            jsii.create(type(self), self, [scope, id, properties])
        except Exception as error:
            if any(told in str(error) for told in ("Unable to deserialize", "Don't know how to convert")):
                raise wrong_type(keywords, error) from None
            raise

    def _scope_role(
        self, scope: Construct, keywords: Mapping[str, Any], tracing: aws_lambda.Tracing | None
    ) -> aws_lambda.CfnFunction:
        """Gives CDK's role just the rights the function needs, see `roles`; returns the function's resource."""
        children = self.node.find_all()
        resource = next(child for child in children if isinstance(child, aws_lambda.CfnFunction))
        if tracing is not None:
            resource.tracing_config = _tracing_config(tracing)
        role = next((child for child in children if isinstance(child, aws_iam.CfnRole)), None)
        ready = before_synth(scope)
        if role is None:
            return resource  # Role.customize_roles() keeps roles out of the template
        in_vpc = "vpc" in keywords
        log_group = keywords.get("log_group")
        role.policies = roles.inline_policies(
            log_group_arn=log_group.log_group_arn if log_group is not None else None,
            tracing=tracing is not None,
            network=in_vpc,
        )
        ready.scope_role(roles.ScopedRole(role, dropped=2 if in_vpc else 1))
        # These name the function or a log group that is named after it: within the role they would close a circle.
        statements = [] if log_group is not None else [roles.write_logs(self.log_group.log_group_arn)]
        if "durable_config" in keywords:
            arn = self.function_arn
            statements.append(aws_iam.PolicyStatement(actions=list(roles.DURABLE), resources=[arn, f"{arn}:*"]))
        if statements:
            self._add_execution_policy(statements)
        return resource

    def _add_execution_policy(self, statements: list[aws_iam.PolicyStatement]) -> None:
        """Rights in the function's own stack: a role in another one would refer back to what the statements name."""
        if self.role is not None:
            aws_iam.Policy(self, "ExecutionPolicy", roles=[self.role], statements=statements)


def _found_by_nag(function: Function, tree: Tree) -> Findings:
    from constructs_lambda.cdk.function_findings import of_function  # only where cdk-nag is in use

    return of_function(function, tree)


def _tracing_of_ours(keywords: dict[str, Any]) -> aws_lambda.Tracing | None:
    """Takes out the tracing that we set on the resource, None where it is off or CDK's to set.

    CDK would add the rights to the role's default policy, among those that the user grants.
    """
    if keywords["tracing"] is aws_lambda.Tracing.DISABLED or "adot_instrumentation" in keywords:
        return None
    tracing: aws_lambda.Tracing = keywords.pop("tracing")
    return tracing


@cache
def _tracing_config(tracing: aws_lambda.Tracing) -> aws_lambda.CfnFunction.TracingConfigProperty:
    mode = "Active" if tracing is aws_lambda.Tracing.ACTIVE else "PassThrough"
    return aws_lambda.CfnFunction.TracingConfigProperty(mode=mode)


def _clean_up(scope: Construct, id: str, log_group: aws_logs.LogGroup | None, error: BaseException) -> None:
    """Leaves the tree as it was before the refusal, and what stood there before untouched."""
    if log_group is not None:
        scope.node.try_remove_child(f"{id}LogGroup")
    if not is_taken(id, error):
        scope.node.try_remove_child(id)


def _tell_measured(function: Function, resource: IConstruct | None, memory_size: object) -> None:
    """Warns where memory was measured with other code, and keeps the durations for the price with other memory."""
    from constructs_lambda.cdk.tuning import Tuned, warn_when_older

    if isinstance(memory_size, Tuned):
        warn_when_older(function, memory_size)
        if memory_size.durations:
            note(resource, tuning={str(memory): duration for memory, duration in memory_size.durations.items()})

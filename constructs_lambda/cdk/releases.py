"""`Release`: an alias on published versions, what is provisioned for it, and how a new version takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from aws_cdk import (
    Annotations,
    Duration,
    RemovalPolicy,
    Stack,
    aws_cloudwatch,
    aws_lambda,
)
from constructs import Construct

from constructs_lambda.cdk import provisioned as provisioning
from constructs_lambda.cdk import shifts, tenants, versions
from constructs_lambda.cdk.acknowledgements import Expected
from constructs_lambda.cdk.inputs import refuses_unknown_keywords, set_only
from constructs_lambda.cdk.provisioned import Provisioned
from constructs_lambda.cdk.release_inputs import (
    alias_id,
    excluded,
    refuse_wrong_types,
    release_id,
    remember,
    same_alarms,
    taken,
    without_shift,
    wrong_hooks,
)
from constructs_lambda.cdk.shifts import Shift
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.triggers.base import add_event_source
from constructs_lambda.errors import InputError, LimitError

if TYPE_CHECKING:
    from aws_cdk import aws_codedeploy

_PUBLISH = "@aws-cdk/aws-lambda:snapStartRequirePublish"
"""CDK's warning that SnapStart is for published versions, which it gives whether there is one or not."""


class ReleasedAlias(aws_lambda.Alias):
    """The alias of a release: CDK's own, with the errors of ours."""

    def add_event_source(self, source: aws_lambda.IEventSource) -> None:
        """Lets an event source trigger the alias.

        Args:
            source: A trigger such as `TopicTrigger(topic)`, or one of CDK's event sources.

        Raises:
            InputError: The trigger can't be added to this alias; nothing is made.
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
        """Adds a function URL to the alias, as CDK does.

        Args:
            auth_type: Who may call it. Who signs requests, where it isn't given.
            cors: What browsers are told of other origins.
            invoke_mode: Whether answers are streamed. No, where it isn't given.

        Raises:
            LimitError: The function has tenant isolation, which excludes URLs (CL160).
        """
        tenants.refuse_excluded(self, "a function URL")
        return super().add_function_url(auth_type=auth_type, cors=cors, invoke_mode=invoke_mode)


WATCHED = Expected(
    tuple(f"{pack}-CloudWatchAlarmAction" for pack in ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5")),
    "the alarm of a `Release` that shifts",
    "CodeDeploy looks at it while requests move, and sets the alias back",
)


class ReleaseOptions(TypedDict, total=False):
    """Keywords of `Release`."""

    provisioned: Provisioned | Sequence[Provisioned] | None
    shift: Shift | None
    alarms: Sequence[aws_cloudwatch.IAlarm]
    pre_hook: aws_lambda.IFunction | None
    post_hook: aws_lambda.IFunction | None
    description: str | None
    removal_policy: RemovalPolicy | None


class Release(Construct):
    """An alias on a function's published version: what triggers, APIs and grants point to, instead of the function.

    A changed setting, package or layer publishes one new version; whatever else changes in the app publishes none. The
    alias moves on to it: at once, or as `shift` says. `function.add_release(...)` makes one; for a function of CDK's
    own it is `Release(function)`.

    - Old versions are kept, so that the alias can be set back to one; docs/scaling.md says how to delete them. On
      Managed Instances they go, because each one costs instances.
    - Where requests move gradually, an alarm watches the new version: one error, and CodeDeploy sets the alias back.

    Creates: `AWS::Lambda::Version`, once a function, and `AWS::Lambda::Alias`; with `shift` an
    `AWS::CodeDeploy::Application`, an `AWS::CodeDeploy::DeploymentGroup`, its role and policy, an
    `AWS::CodeDeploy::DeploymentConfig` where AWS has none of the kind, which the stack's releases share, and an
    `AWS::CloudWatch::Alarm` where `alarms` has none; `AWS::ApplicationAutoScaling::ScalableTarget` and policies where
    it scales.

    Costs when idle: what is provisioned; 0.10 USD a month for the alarm, in us-east-1.

    Args:
        function: A function of this app.
        alias_name: Name of the alias.
        provisioned: What is provisioned: `Provisioned.fixed(5)`, or a list of what scales it.
        shift: How requests move to a new version: `Shift.canary()`, for one. At once, without CodeDeploy, where it
            isn't given.
        alarms: What makes CodeDeploy set the alias back, in place of our own alarm.
        pre_hook: A function that CodeDeploy invokes before requests move; it answers with
            `codedeploy:PutLifecycleEventHookExecutionStatus`, to which it gets the right.
        post_hook: The same, after they have moved.
        description: Description of the alias.
        removal_policy: What becomes of the version once there is a newer one.

    Raises:
        LimitError: What AWS would refuse, or what excludes each other (CL152, CL160, CL702, CL703, CL705). Nothing is
            made.
        InputError: It can't be released like that; all problems at once, what AWS would refuse among them. Nothing is
            made.
        TypeError: A keyword that doesn't exist, or a value of the wrong type.
    """

    alias: aws_lambda.Alias
    """What is to be invoked: pass it wherever a function is asked for."""
    version: aws_lambda.Version
    """The version of the function as it is now."""
    deployment_group: aws_codedeploy.LambdaDeploymentGroup | None = None
    """CodeDeploy's, where there is a `shift`."""
    alarm: aws_cloudwatch.Alarm | None = None
    """Our own on errors of the new version, where there is one."""
    scaling: aws_lambda.IScalableFunctionAttribute | None = None
    """CDK's auto scaling, where what is provisioned scales."""

    @refuses_unknown_keywords
    def __init__(
        self,
        function: aws_lambda.Function,
        alias_name: str = "live",
        *,
        provisioned: Provisioned | Sequence[Provisioned] | None = None,
        shift: Shift | None = None,
        alarms: Sequence[aws_cloudwatch.IAlarm] = (),
        pre_hook: aws_lambda.IFunction | None = None,
        post_hook: aws_lambda.IFunction | None = None,
        description: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        every = provisioning.all_of(provisioned)
        hooks = set_only(pre_hook=pre_hook, post_hook=post_hook)
        refuse_wrong_types(function, alias_name, shift, alarms, hooks, removal_policy, description)
        findings = excluded(function, alias_name, every, description)
        problems = [
            *taken(function, alias_name),
            *provisioning.problems(every),
            *(shifts.problems(shift) if shift is not None else without_shift(alarms, hooks)),
            *same_alarms(alarms),
            *wrong_hooks(function, hooks, is_watched=shift is not None and shift.is_gradual and not alarms),
            *versions.wrong_policy(function, removal_policy),
        ]
        if findings and not problems:
            raise LimitError(findings)
        if problems:
            where = f"{function.node.path}/{alias_id(alias_name)}"
            found = [f"{each.path}: {each.message} ({each.rule}). Fix: {each.fix}" for each in findings]
            raise InputError("\n".join([*found, *(f"{where}: {problem}" for problem in problems)]))
        before = versions.policy_of(function)
        config = shifts.shared_config_id(shift) if shift is not None else ""
        is_shared = Stack.of(function).node.try_find_child(config) is not None
        self.version = versions.publish(function, removal_policy)
        super().__init__(function, release_id(alias_name))
        try:
            fixed = every[0].minimum if every and every[0].name == "fixed" else None
            self.alias = ReleasedAlias(
                function,
                alias_id(alias_name),
                alias_name=alias_name,
                version=self.version,
                **set_only(description=description, provisioned_concurrent_executions=fixed),
            )
            self.scaling = provisioning.provision(self.alias, every)
            if shift is not None:
                self._shift(function, shift, alarms, hooks)
        except BaseException:
            function.node.try_remove_child(release_id(alias_name))
            function.node.try_remove_child(alias_id(alias_name))
            if not is_shared:
                Stack.of(function).node.try_remove_child(config)
            versions.withdraw(function, removal_policy, before)
            raise
        remember(function, alias_name, every)
        Annotations.of(function).acknowledge_warning(_PUBLISH, "its release publishes versions")
        before_synth(Stack.of(function))

    def _shift(
        self,
        function: aws_lambda.Function,
        shift: Shift,
        alarms: Sequence[aws_cloudwatch.IAlarm],
        hooks: Mapping[str, Any],
    ) -> None:
        from aws_cdk import aws_codedeploy  # loaded only where there is a shift

        if shift.is_gradual and not alarms:
            self.alarm = self._watch(function)
        watching = list(alarms) or ([self.alarm] if self.alarm is not None else [])
        role, rights = shifts.deployment_role(self, f"{function.function_arn}:{self.alias.alias_name}", watching, hooks)
        self.deployment_group = aws_codedeploy.LambdaDeploymentGroup(
            self,
            "DeploymentGroup",
            alias=self.alias,
            role=role.without_policy_updates(),  # CDK would attach AWS's policy, for all functions and alarms
            deployment_config=shifts.deployment_config(shift, self),
            alarms=watching,
            auto_rollback=aws_codedeploy.AutoRollbackConfig(failed_deployment=True, stopped_deployment=True),
            **hooks,
        )
        for name, hook in hooks.items():
            if hook.role is None:
                Annotations.of(self).add_warning_v2(
                    f"constructs-lambda:{name}",
                    f"{name} is imported without its role, so it gets no right to answer CodeDeploy, which waits for "
                    "an hour and fails. Fix: allow it codedeploy:PutLifecycleEventHookExecutionStatus, and acknowledge "
                    "this.",
                )
        resource = self.alias.node.default_child
        if resource is not None:
            # CloudFormation would move the alias while CodeDeploy may not do anything yet.
            resource.node.add_dependency(rights)

    def _watch(self, function: aws_lambda.Function) -> aws_cloudwatch.Alarm:
        """Of the new version alone: errors of the old one would keep its very mending from being deployed."""
        alarm = aws_cloudwatch.Alarm(
            self,
            "Errors",
            metric=self.alias.metric_errors(
                dimensions_map={
                    "FunctionName": function.function_name,
                    "Resource": f"{function.function_name}:{self.alias.alias_name}",
                    "ExecutedVersion": self.version.version,
                },
                period=Duration.minutes(1),
                statistic=aws_cloudwatch.Stats.SUM,
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="The new version fails; CodeDeploy sets the alias back while requests are moving.",
        )
        before_synth(function).expect(alarm, WATCHED)
        return alarm

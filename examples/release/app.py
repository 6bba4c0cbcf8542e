"""Release: a function whose new versions are tried, shifted to step by step, and taken back when they fail."""

from pathlib import Path

from aws_cdk import (
    Acknowledgment,
    App,
    CfnOutput,
    Duration,
    Environment,
    Stack,
    TimeZone,
    Validations,
    aws_applicationautoscaling,
    aws_lambda,
)
from constructs import Construct, IConstruct

from constructs_lambda import HttpApi, Provisioned, PythonFunction, Shift, Tuned

EXAMPLE = Path(__file__).resolve().parent
SCHEDULE = aws_applicationautoscaling.Schedule

# What cdk-nag's packs find, and why it stays.
ACCEPTED = {
    "AwsSolutions": {
        "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]": (
            "AWS's own policy for CodeDeploy, which it alone assumes; AWS keeps it up to what CodeDeploy needs"
        ),
        "IAM5[Resource::*]": "X-Ray has no rights for single resources",
        "IAM5[Resource::<Check8FEA48D3.Arn>:*]": "CodeDeploy may invoke the check, in whichever version",
    },
    "Serverless": {
        "LambdaDLQ": "API Gateway and CodeDeploy wait for these functions; nobody invokes them asynchronously",
        "LambdaStarPermissions": "X-Ray has no rights for single resources",
    },
}
PUBLIC = {"AwsSolutions": {"APIG4": "anyone may know what things cost"}}


class ReleaseStack(Stack):
    """An API, the function behind its alias, and what tries a new version before it is let at customers.

    Args:
        runtime: Python of the functions.
        architecture: Processor of the functions.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        runtime: aws_lambda.Runtime | None = None,
        architecture: aws_lambda.Architecture | None = None,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, id, env=env, description="Releases step by step")

        prices = PythonFunction(
            self,
            "Prices",
            description="What things cost",
            entry=EXAMPLE / "functions" / "prices",
            runtime=runtime,
            architecture=architecture,
            memory_size=Tuned(EXAMPLE / "prices.tuning.json", strategy="balanced"),
            timeout=Duration.seconds(5),
            reserved_concurrent_executions=100,
        )
        check = PythonFunction(
            self,
            "Check",
            description="Tries a new version before requests are shifted to it",
            entry=EXAMPLE / "functions" / "check",
            runtime=runtime,
            architecture=architecture,
            timeout=Duration.seconds(30),
            environment={"NEW_VERSION": prices.current_version.function_arn},
        )
        prices.current_version.grant_invoke(check)

        release = prices.add_release(
            description="What customers use",
            provisioned=[
                Provisioned.by_utilization(min_capacity=1, max_capacity=50),
                Provisioned.by_schedule(
                    "Morning",
                    SCHEDULE.cron(hour="7", minute="45", week_day="MON-FRI"),
                    min_capacity=20,
                    time_zone=TimeZone.EUROPE_BERLIN,
                ),
                Provisioned.by_schedule(
                    "Evening", SCHEDULE.cron(hour="19", minute="0"), min_capacity=1, time_zone=TimeZone.EUROPE_BERLIN
                ),
            ],
            shift=Shift.canary(percentage=10, interval=Duration.minutes(10)),
            pre_hook=check,
        )
        prices.add_tuning_input(payload={"pathParameters": {"sku": "apple"}})

        api = HttpApi(self, "Api")
        accept(api.add_route("GET /prices/{sku}", release.alias, public=True), PUBLIC)

        CfnOutput(self, "Url", value=api.url)
        accept(self, ACCEPTED)


def accept(scope: IConstruct, packs: dict[str, dict[str, str]]) -> None:
    """Acknowledges what cdk-nag's packs find in a construct."""
    Validations.of(scope).acknowledge(
        *(
            Acknowledgment(id=f"{pack}::{pack}-{rule}", reason=reason)
            for pack, rules in packs.items()
            for rule, reason in rules.items()
        )
    )


def main() -> None:
    app = App()
    ReleaseStack(app, "Release")
    app.synth()


if __name__ == "__main__":
    main()

"""Release: a function whose new versions are tried, shifted to step by step, and taken back when they fail."""

from pathlib import Path

from aws_cdk import (
    App,
    CfnOutput,
    Duration,
    Environment,
    Stack,
    TimeZone,
    aws_applicationautoscaling,
)
from constructs import Construct

from constructs_lambda import HttpApi, Provisioned, PythonFunction, Shift, Tuned

EXAMPLE = Path(__file__).resolve().parent
SCHEDULE = aws_applicationautoscaling.Schedule


class ReleaseStack(Stack):
    """An API, the function behind its alias, and what tries a new version before it is let at customers."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Releases step by step")

        prices = PythonFunction(
            self,
            "Prices",
            description="What things cost",
            entry=EXAMPLE / "functions" / "prices",
            memory_size=Tuned(EXAMPLE / "prices.tuning.json", strategy="balanced"),
            timeout=Duration.seconds(5),
            reserved_concurrent_executions=100,
        )
        check = PythonFunction(
            self,
            "Check",
            description="Tries a new version before requests are shifted to it",
            entry=EXAMPLE / "functions" / "check",
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
        api.add_route("GET /prices/{sku}", release.alias, public=True)  # anyone may know what things cost

        CfnOutput(self, "Url", value=api.url)


def main() -> None:
    app = App()
    ReleaseStack(app, "Release")
    app.synth()


if __name__ == "__main__":
    main()

"""A team's app of plain CDK code, on Acme's golden path by one line."""

from __future__ import annotations

import os
from pathlib import Path

from acme_path import ACME
from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack, Tags, aws_events, aws_lambda, aws_sqs
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

FUNCTIONS = Path(__file__).parent / "functions"


class OrdersStack(Stack):
    """Takes orders, mails what became of them, and reports every night."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Orders of Acme")
        failed = aws_sqs.Queue(
            self, "Failed", enforce_ssl=True, retention_period=Duration.days(14), removal_policy=RemovalPolicy.RETAIN
        )
        placed = aws_sqs.Queue(
            self,
            "Placed",
            enforce_ssl=True,
            visibility_timeout=Duration.minutes(1),
            dead_letter_queue=aws_sqs.DeadLetterQueue(queue=failed, max_receive_count=5),
        )
        orders = self._function("Orders", "Takes orders")
        placed.grant_send_messages(orders)
        orders.add_environment("QUEUE_URL", placed.queue_url)

        mail = self._function("Mail", "Mails what became of orders")
        mail.add_event_source(SqsEventSource(placed, report_batch_item_failures=True))

        report = self._function(
            "Report", "Reports every night", memory_size=512, timeout=Duration.minutes(2), dead_letter_queue=failed
        )
        nightly = aws_events.Schedule.cron(hour="3", minute="0")
        aws_events.Rule(self, "Nightly", schedule=nightly, targets=[LambdaFunction(report)])

    def _function(
        self,
        name: str,
        description: str,
        *,
        memory_size: int | None = None,
        timeout: Duration | None = None,
        dead_letter_queue: aws_sqs.IQueue | None = None,
    ) -> aws_lambda.Function:
        return aws_lambda.Function(
            self,
            name,
            description=description,
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            code=aws_lambda.Code.from_asset(str(FUNCTIONS / name.lower())),
            handler="app.handler",
            environment={"POWERTOOLS_SERVICE_NAME": name.lower()},
            memory_size=memory_size,
            timeout=timeout,
            dead_letter_queue=dead_letter_queue,
        )


def main() -> None:
    app = App()
    ACME.apply(app)  # the golden path
    Tags.of(app).add("owner", "orders-team")
    OrdersStack(app, "Orders", env=Environment(region=os.environ.get("CDK_DEFAULT_REGION", "eu-central-1")))
    app.synth()


if __name__ == "__main__":
    main()

"""Fan-out: one topic, two functions with a filter each, and a queue for each way to fail."""

from pathlib import Path

from aws_cdk import (
    App,
    CfnOutput,
    Duration,
    Environment,
    Stack,
    aws_dynamodb,
    aws_kms,
    aws_sns,
)
from constructs import Construct

from constructs_lambda import PythonFunction, QueueTrigger, TopicTrigger, Trim

FUNCTIONS = Path(__file__).resolve().parent / "functions"
TRIM = Trim(without_boto3=True)  # the Lambda runtime has it


class FanoutStack(Stack):
    """What is sold is published once; revenue and stock are counted from it, each by its own function."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Counts what is sold")

        key = aws_kms.Key(self, "Key", enable_key_rotation=True, description="Encrypts the topics")
        self.sales = aws_sns.Topic(self, "Sales", master_key=key, enforce_ssl=True)
        self.alerts = aws_sns.Topic(self, "Alerts", master_key=key, enforce_ssl=True)

        totals = self._table("Totals", "name")
        done = self._table("Done", "id", time_to_live_attribute="expiration")

        def count(name: str, description: str) -> PythonFunction:
            function = PythonFunction(
                self,
                name.capitalize(),
                description=description,
                entry=FUNCTIONS / name,
                trim=TRIM,
                memory_size=256,
                timeout=Duration.seconds(10),
                environment={
                    "TOTALS_TABLE": totals.table_name,
                    "DONE_TABLE": done.table_name,
                    "POWERTOOLS_SERVICE_NAME": name,
                },
            )
            totals.grant(function, "dynamodb:UpdateItem")
            done.grant(function, "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
            return function

        self.paid = TopicTrigger(self.sales, filter_body={"type": ["order.paid"]})
        count("revenue", "Adds up what is paid").add_event_source(self.paid)

        self.moved = QueueTrigger(topic=self.sales, filter_body={"type": ["order.placed", "order.cancelled"]})
        count("stock", "Takes from the stock what is ordered").add_event_source(self.moved)

        for trigger in (self.paid, self.moved):
            trigger.alarm_on_failures(self.alerts)

        CfnOutput(self, "SalesArn", value=self.sales.topic_arn)

    def _table(self, id: str, key: str, *, time_to_live_attribute: str | None = None) -> aws_dynamodb.TableV2:
        return aws_dynamodb.TableV2(
            self,
            id,
            partition_key=aws_dynamodb.Attribute(name=key, type=aws_dynamodb.AttributeType.STRING),
            time_to_live_attribute=time_to_live_attribute,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )


def main() -> None:
    app = App()
    FanoutStack(app, "Fanout")
    app.synth()


if __name__ == "__main__":
    main()

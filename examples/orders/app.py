"""Orders: an API function that takes orders, and a worker that confirms them."""

from pathlib import Path

from aws_cdk import (
    Acknowledgment,
    App,
    CfnOutput,
    Duration,
    Environment,
    RemovalPolicy,
    Stack,
    Validations,
    aws_dynamodb,
    aws_lambda,
    aws_sqs,
)
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct, IConstruct

from constructs_lambda import PythonFunction, PythonLayer, Trim

HERE = Path(__file__).resolve().parent
TRIM = Trim(without_boto3=True)  # the Lambda runtime has it
WORKER_TIMEOUT_SECONDS = 30


class OrdersStack(Stack):
    """Takes orders over HTTPS, stores them in a table, and confirms them from a queue."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Takes orders and confirms them")

        table = aws_dynamodb.TableV2(
            self,
            "Table",
            partition_key=aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING),
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=RemovalPolicy.RETAIN,
        )
        failed = aws_sqs.Queue(
            self,
            "Failed",
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=RemovalPolicy.RETAIN,
        )
        placed = aws_sqs.Queue(
            self,
            "Placed",
            enforce_ssl=True,
            # Long enough that a message doesn't come back while the worker is at it, throttled tries included.
            visibility_timeout=Duration.seconds(6 * WORKER_TIMEOUT_SECONDS),
            dead_letter_queue=aws_sqs.DeadLetterQueue(queue=failed, max_receive_count=5),
            removal_policy=RemovalPolicy.DESTROY,
        )

        shared = PythonLayer(
            self, "Shared", entry=HERE / "layers" / "shared", trim=TRIM, description="What the functions import"
        )
        orders = PythonFunction(
            self,
            "Orders",
            description="GET /orders/{id} and POST /orders",
            entry=HERE / "functions" / "orders",
            layers=[shared],
            trim=TRIM,
            environment={
                "TABLE_NAME": table.table_name,
                "QUEUE_URL": placed.queue_url,
                "MAX_ITEMS": "50",
                "POWERTOOLS_SERVICE_NAME": "orders",
            },
        )
        table.grant(orders, "dynamodb:GetItem", "dynamodb:PutItem")
        placed.grant_send_messages(orders)
        url = orders.add_function_url(auth_type=aws_lambda.FunctionUrlAuthType.AWS_IAM)

        worker = PythonFunction(
            self,
            "Worker",
            description="Confirms placed orders",
            entry=HERE / "functions" / "worker",
            layers=[shared],
            trim=TRIM,
            memory_size=256,
            timeout=Duration.seconds(WORKER_TIMEOUT_SECONDS),
            environment={"TABLE_NAME": table.table_name, "POWERTOOLS_SERVICE_NAME": "orders"},
        )
        table.grant(worker, "dynamodb:UpdateItem")
        worker.add_event_source(
            SqsEventSource(placed, batch_size=10, max_concurrency=10, report_batch_item_failures=True)
        )

        accept(failed, "Serverless-SQSRedrivePolicy", "it is the dead-letter queue")
        mapping = "Serverless-LambdaEventSourceMappingDestination"
        accept(worker, mapping, "Lambda takes no destination for a queue; what fails goes to the dead-letter queue")

        CfnOutput(self, "OrdersUrl", value=url.url, description="Takes requests signed with AWS Signature Version 4")


def accept(scope: IConstruct, rule: str, reason: str) -> None:
    """Acknowledges what cdk-nag finds in a construct."""
    pack, _, _ = rule.partition("-")
    Validations.of(scope).acknowledge(Acknowledgment(id=f"{pack}::{rule}", reason=reason))


def main() -> None:
    app = App()
    OrdersStack(app, "Orders")
    app.synth()


if __name__ == "__main__":
    main()

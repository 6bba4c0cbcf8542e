"""Revenue: adds up what is paid, straight from the topic.

An error is passed on. Nobody waits for the answer, so Lambda tries twice more, and then keeps the event in the queue of
failures.
"""

import json
import os
from typing import Any

import boto3  # type: ignore  # the Lambda runtime has it
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import SNSEvent
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext

DAYS_REMEMBERED = 45  # SNS tries for 23 days, and dead letters wait for 14: until then a message may come back

logger = Logger()
totals = boto3.resource("dynamodb").Table(os.environ["TOTALS_TABLE"])
done = DynamoDBPersistenceLayer(table_name=os.environ["DONE_TABLE"])
once = IdempotencyConfig(
    event_key_jmespath="join('/', [type, order])",  # fails where one of the two is missing
    expires_after_seconds=DAYS_REMEMBERED * 24 * 60 * 60,
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    once.register_lambda_context(context)
    for record in SNSEvent(event).records:
        add(sale=json.loads(record.sns.message))


@idempotent_function(data_keyword_argument="sale", persistence_store=done, config=once)
def add(sale: dict[str, Any]) -> None:
    totals.update_item(
        Key={"name": "revenue"},
        UpdateExpression="ADD #total :cents",
        ExpressionAttributeNames={"#total": "total"},
        ExpressionAttributeValues={":cents": sale["cents"]},
    )
    logger.info("paid", order=sale["order"])

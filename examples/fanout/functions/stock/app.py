"""Stock: takes what is ordered from the stock and puts back what is cancelled, from a queue.

A message that fails is named in the answer: only that one comes back, and after five tries it goes to the dead letters.
"""

import os
from typing import Any

import boto3  # type: ignore  # the Lambda runtime has it
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext

DAYS_REMEMBERED = 45  # SNS tries for 23 days, and dead letters wait for 14: until then a message may come back
SIGNS = {"order.placed": -1, "order.cancelled": 1}

logger = Logger()
processor = BatchProcessor(EventType.SQS, logger=logger)
totals = boto3.resource("dynamodb").Table(os.environ["TOTALS_TABLE"])
done = DynamoDBPersistenceLayer(table_name=os.environ["DONE_TABLE"])
once = IdempotencyConfig(
    event_key_jmespath="join('/', [type, order])",  # fails where one of the two is missing
    expires_after_seconds=DAYS_REMEMBERED * 24 * 60 * 60,
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    once.register_lambda_context(context)
    return process_partial_response(event, receive, processor, context)


def receive(record: SQSRecord) -> None:
    move(sale=record.json_body)


@idempotent_function(data_keyword_argument="sale", persistence_store=done, config=once)
def move(sale: dict[str, Any]) -> None:
    totals.update_item(
        Key={"name": f"stock of {sale['sku']}"},
        UpdateExpression="ADD #total :quantity",
        ExpressionAttributeNames={"#total": "total"},
        ExpressionAttributeValues={":quantity": SIGNS[sale["type"]] * sale["quantity"]},
    )
    logger.info(sale["type"], order=sale["order"], sku=sale["sku"])

"""The worker: confirms the orders that come from the queue.

SQS delivers a message at least once, so confirming a confirmed order does nothing. A message that fails is named in the
answer: only that one comes back, and after five tries it goes to the queue of the failed ones.
"""

from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from shop import Placed, table

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])
processor = BatchProcessor(EventType.SQS, logger=logger)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(event, confirm, processor, context)


@tracer.capture_method
def confirm(record: SQSRecord) -> None:
    order_id = Placed.model_validate_json(record.body).id
    try:
        table.update_item(
            Key={"id": order_id},
            UpdateExpression="SET #status = :confirmed",
            ConditionExpression="#status = :placed",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":placed": "placed", ":confirmed": "confirmed"},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException as error:
        if "Item" not in error.response:
            raise LookupError(f"there is no order {order_id}") from None
        logger.info("order confirmed before", order=order_id)
    else:
        logger.info("order confirmed", order=order_id)

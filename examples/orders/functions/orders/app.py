"""The orders API: POST /orders places an order, GET /orders/{id} shows one.

Placing an order is idempotent: the `Idempotency-Key` header decides the order's id, so a request that is sent again
finds the order it made.
"""

import os
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid5

import boto3  # type: ignore  # the Lambda runtime has it
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.logging.correlation_paths import LAMBDA_FUNCTION_URL
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field
from shop import Item, Order, Placed, table

ORDERS = UUID("6f1c1c5e-3d0b-4b52-9a39-4e6a0a7d9d10")
MAX_ITEMS = int(os.environ["MAX_ITEMS"])

app = LambdaFunctionUrlResolver(enable_validation=True)
logger = Logger()
tracer = Tracer(patch_modules=["botocore"])
queue = boto3.resource("sqs").Queue(os.environ["QUEUE_URL"])


class NewOrder(BaseModel):
    items: Annotated[list[Item], Field(min_length=1, max_length=MAX_ITEMS)]


@logger.inject_lambda_context(correlation_id_path=LAMBDA_FUNCTION_URL)
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)


@app.get("/orders/<order_id>")
def show(order_id: str) -> Order:
    item = table.get_item(Key={"id": order_id}).get("Item")
    if item is None:
        raise NotFoundError("there is no order with this id")
    return Order.model_validate(item)


@app.post("/orders")
def place(new: NewOrder, idempotency_key: Annotated[str, Header(min_length=1, max_length=200)]) -> Response[Order]:
    order, status = Order(id=str(uuid5(ORDERS, idempotency_key)), items=new.items), HTTPStatus.CREATED
    try:
        table.put_item(Item=order.model_dump(), ConditionExpression="attribute_not_exists(id)")
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        stored = Order.model_validate(table.get_item(Key={"id": order.id}, ConsistentRead=True)["Item"])
        if stored.items != order.items:
            raise ServiceError(HTTPStatus.CONFLICT, "this Idempotency-Key was used for another order") from None
        order, status = stored, HTTPStatus.OK
    if order.status == "placed":  # sent again too: the first try may have ended between table and queue
        queue.send_message(MessageBody=Placed(id=order.id).model_dump_json())
    logger.info("order placed" if status is HTTPStatus.CREATED else "order placed before", order=order.id)
    return Response(status, content_types.APPLICATION_JSON, order)

"""What the functions share: an order, the message about it, and the table that keeps orders."""

import os
from decimal import Decimal
from typing import Annotated, Any, Literal

import boto3  # type: ignore  # the Lambda runtime has it
from pydantic import BaseModel, BeforeValidator, Field

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def whole(value: Any) -> Any:
    """DynamoDB gives every number as a Decimal."""
    return int(value) if isinstance(value, Decimal) else value


class Item(BaseModel):
    sku: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000), BeforeValidator(whole)]


class Order(BaseModel):
    id: str
    items: list[Item]
    status: Literal["placed", "confirmed"] = "placed"


class Placed(BaseModel):
    """The message to the worker."""

    id: str

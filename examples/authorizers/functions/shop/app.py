"""The shop behind both APIs: who calls arrives with the event, so nothing is looked up and no token is read."""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import ForbiddenError
from aws_lambda_powertools.event_handler.router import Router
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
routes = Router()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the authorizer put it into its context."""

    user_id: str
    tenant: str
    role: str


def caller() -> Caller:
    given = routes.current_event.request_context.authorizer.get_context()
    return Caller(user_id=given["user_id"], tenant=given["tenant"], role=given["role"])


@routes.get("/status")
def status() -> dict[str, str]:
    return {"status": "ok"}


@routes.get("/me")
def me() -> dict[str, str]:
    return asdict(caller())


@routes.post("/orders")
def place() -> tuple[dict[str, Any], HTTPStatus]:
    buyer = caller()
    if buyer.role != "buyer":
        raise ForbiddenError("only buyers place orders")
    logger.info("order placed", tenant=buyer.tenant)
    return {**routes.current_event.json_body, "tenant": buyer.tenant, "placed_by": buyer.user_id}, HTTPStatus.CREATED


@routes.get("/tenants/<tenant>/orders")
def orders(tenant: str) -> dict[str, Any]:
    return {"tenant": tenant, "orders": [], "read_by": caller().user_id}


rest, http = APIGatewayRestResolver(), APIGatewayHttpResolver()
rest.include_router(routes)
http.include_router(routes)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    resolver = http if event.get("version") == "2.0" else rest
    return resolver.resolve(event, context)

"""Authorizers: who calls is judged once, in front of the functions, and what is known of them arrives in the event."""

from pathlib import Path

from aws_cdk import App, CfnOutput, Duration, Environment, Stack
from constructs import Construct

from constructs_lambda import (
    HttpApi,
    LambdaAuthorizer,
    PythonFunction,
    RequestAuthorizer,
    RestApi,
    TokenAuthorizer,
    Trim,
)

FUNCTIONS = Path(__file__).resolve().parent / "functions"
TRIM = Trim(without_boto3=True)  # the Lambda runtime has it
A_JWT = r"^Bearer [\w-]+\.[\w-]+\.[\w-]+$"

NEW_ORDER = {
    "title": "NewOrder",
    "type": "object",
    "properties": {
        "sku": {"type": "string", "minLength": 1, "maxLength": 64},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 1000},
    },
    "required": ["sku", "quantity"],
    "additionalProperties": False,
}


class IdentityStack(Stack):
    """The functions that judge who calls, as authorizers for the APIs of any stack.

    Args:
        issuer: Whose tokens count, as it stands in the claim `iss`.
        audience: Whom they have to be made for: the claim `aud`.
        jwks_url: Where the issuer publishes its keys.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        issuer: str,
        audience: str,
        jwks_url: str,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, id, env=env, description="Judges who calls the APIs")

        def judge(id: str, handler: str, description: str) -> PythonFunction:
            return PythonFunction(
                self,
                id,
                description=description,
                entry=FUNCTIONS / "authorizers",
                handler=handler,
                trim=TRIM,
                timeout=Duration.seconds(5),
                environment={
                    "ISSUER": issuer,
                    "AUDIENCE": audience,
                    "JWKS_URL": jwks_url,
                    "POWERTOOLS_SERVICE_NAME": "identity",
                },
            )

        self.user = TokenAuthorizer(judge("User", "app.token", "Who has a token"), validation_regex=A_JWT)
        self.tenant = RequestAuthorizer(judge("Tenant", "app.request", "Who has a token of the tenant in the path"))
        self.http_user = LambdaAuthorizer(judge("HttpUser", "app.http", "Who has a token, for HTTP APIs"))


class ShopStack(Stack):
    """A REST and an HTTP API, and the function behind both.

    Args:
        identity: Who judges the calls.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        identity: IdentityStack,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, id, env=env, description="A shop behind two APIs")

        shop = PythonFunction(
            self,
            "Shop",
            description="What both APIs offer",
            entry=FUNCTIONS / "shop",
            trim=TRIM,
            environment={"POWERTOOLS_SERVICE_NAME": "shop"},
        )

        rest = RestApi(self, "RestShop", authorizer=identity.user, openapi_file=f"{id}.rest.openapi.json")
        rest.add_route("GET /status", shop, public=True)  # whoever watches the shop learns nothing but that it is up
        rest.add_route("GET /me", shop)
        rest.add_route("POST /orders", shop, request_model=NEW_ORDER)
        rest.add_route("GET /tenants/{tenant}/orders", shop, authorizer=identity.tenant)

        http = HttpApi(self, "HttpShop", authorizer=identity.http_user, openapi_file=f"{id}.http.openapi.json")
        http.add_route("GET /status", shop, public=True)
        http.add_route("GET /me", shop)

        CfnOutput(self, "RestUrl", value=rest.url)
        CfnOutput(self, "HttpUrl", value=http.url)


def main() -> None:
    app = App()
    identity = IdentityStack(
        app,
        "Identity",
        issuer="https://login.example.com/",
        audience="shop",
        jwks_url="https://login.example.com/.well-known/jwks.json",
    )
    ShopStack(app, "Shop", identity=identity)
    app.synth()


if __name__ == "__main__":
    main()

"""The examples, and the same apps as somebody writes them in plain CDK: what cdk-nag's packs judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_cdk import (
    App,
    Duration,
    Stack,
    aws_apigateway,
    aws_apigatewayv2,
    aws_codedeploy,
    aws_dynamodb,
    aws_ec2,
    aws_kms,
    aws_lambda,
    aws_rds,
    aws_s3,
    aws_sns,
    aws_sns_subscriptions,
    aws_sqs,
)
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_lambda_event_sources as sources
from example_apps import ROOT, load
from nag_constructs import REPORT, plain

EXAMPLES = ROOT / "examples"


def module(name: str) -> Any:
    return load(EXAMPLES / name / "app.py")


def authorizers_app(app: App) -> None:
    example = module("authorizers")
    urls = {"issuer": "https://login.example.com/", "jwks_url": "https://login.example.com/.well-known/jwks.json"}
    identity = example.IdentityStack(app, "Identity", audience="shop", **urls)
    example.ShopStack(app, "Shop", identity=identity)


def plain_authorizers(app: App) -> None:
    stack = Stack(app, "Shop")
    user, tenant, http_user = (plain(stack, name) for name in ("User", "Tenant", "HttpUser"))
    rest = aws_apigateway.RestApi(stack, "RestShop")
    shop = plain(stack, "Shop")
    token = aws_apigateway.TokenAuthorizer(stack, "Token", handler=user)
    header = aws_apigateway.IdentitySource.header("Authorization")
    request = aws_apigateway.RequestAuthorizer(stack, "Request", handler=tenant, identity_sources=[header])
    to_shop = aws_apigateway.LambdaIntegration(shop)
    rest.root.add_resource("status").add_method("GET", to_shop)
    rest.root.add_resource("me").add_method("GET", to_shop, authorizer=token)
    rest.root.add_resource("orders").add_method("POST", to_shop, authorizer=token)
    rest.root.resource_for_path("/tenants/{tenant}/orders").add_method("GET", to_shop, authorizer=request)
    http = aws_apigatewayv2.HttpApi(stack, "HttpShop")
    integration = integrations.HttpLambdaIntegration("ToShop", shop)
    http.add_routes(path="/status", integration=integration)
    judge = authorizers.HttpLambdaAuthorizer("Judge", http_user)
    http.add_routes(path="/me", integration=integration, authorizer=judge)


def fanout_app(app: App) -> None:
    module("fanout").FanoutStack(app, "Fanout")


def plain_table(stack: Stack, name: str, key: str = "id") -> aws_dynamodb.TableV2:
    partition = aws_dynamodb.Attribute(name=key, type=aws_dynamodb.AttributeType.STRING)
    return aws_dynamodb.TableV2(stack, name, partition_key=partition)


def plain_fanout(app: App) -> None:
    stack = Stack(app, "Fanout")
    key = aws_kms.Key(stack, "Key", enable_key_rotation=True)
    sales = aws_sns.Topic(stack, "Sales", master_key=key)
    aws_sns.Topic(stack, "Alerts", master_key=key)
    totals, done = plain_table(stack, "Totals", "name"), plain_table(stack, "Done")
    revenue, stock = plain(stack, "Revenue"), plain(stack, "Stock")
    for function in (revenue, stock):
        totals.grant_read_write_data(function)
        done.grant_read_write_data(function)
    revenue.add_event_source(sources.SnsEventSource(sales))
    queue = aws_sqs.Queue(stack, "Queue")
    sales.add_subscription(aws_sns_subscriptions.SqsSubscription(queue))
    stock.add_event_source(sources.SqsEventSource(queue))


def image_app(app: App) -> None:
    module("image").ImageStack(app, "Image")


def plain_image(app: App) -> None:
    stack = Stack(app, "Image")
    bucket = aws_s3.Bucket(stack, "Sales")
    code = aws_lambda.DockerImageCode.from_image_asset(str(REPORT))
    bucket.grant_read_write(aws_lambda.DockerImageFunction(stack, "Report", code=code))


def network_app(app: App) -> None:
    module("network").NetworkStack(app, "Network")


def plain_network(app: App) -> None:
    stack = Stack(app, "Network")
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=2)
    vpc.add_interface_endpoint("Secrets", service=aws_ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
    database = aws_rds.DatabaseCluster(
        stack,
        "Database",
        engine=aws_rds.DatabaseClusterEngine.aurora_postgres(version=aws_rds.AuroraPostgresEngineVersion.VER_17_9),
        vpc=vpc,
        writer=aws_rds.ClusterInstance.serverless_v2("Writer"),
    )
    for name in ("PrivateAndPublic", "Private"):
        database.connections.allow_default_port_from(plain(stack, name, vpc=vpc))


def orders_app(app: App) -> None:
    module("orders").OrdersStack(app, "Orders")


def plain_orders(app: App) -> None:
    stack = Stack(app, "Orders")
    table = plain_table(stack, "Table")
    failed = aws_sqs.Queue(stack, "Failed")
    dead = aws_sqs.DeadLetterQueue(queue=failed, max_receive_count=5)
    placed = aws_sqs.Queue(stack, "Placed", dead_letter_queue=dead, visibility_timeout=Duration.minutes(3))
    orders, worker = plain(stack, "Orders"), plain(stack, "Worker")
    for function in (orders, worker):
        table.grant_read_write_data(function)
    placed.grant_send_messages(orders)
    orders.add_function_url(auth_type=aws_lambda.FunctionUrlAuthType.AWS_IAM)
    worker.add_event_source(sources.SqsEventSource(placed))


def release_app(app: App) -> None:
    module("release").ReleaseStack(app, "Release")


def plain_release(app: App) -> None:
    stack = Stack(app, "Release")
    prices, check = plain(stack, "Prices"), plain(stack, "Check")
    prices.current_version.grant_invoke(check)
    alias = prices.add_alias("live")
    target = alias.add_auto_scaling(min_capacity=1, max_capacity=50)
    target.scale_on_utilization(utilization_target=0.7)
    target.scale_on_schedule("Morning", schedule=scaling.Schedule.cron(hour="7", minute="45"), min_capacity=20)
    aws_codedeploy.LambdaDeploymentGroup(
        stack,
        "Shift",
        alias=alias,
        deployment_config=aws_codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_10_MINUTES,
        pre_hook=check,
    )
    api = aws_apigatewayv2.HttpApi(stack, "Api")
    api.add_routes(path="/prices/{sku}", integration=integrations.HttpLambdaIntegration("Prices", alias))


APPS: dict[str, tuple[Callable[[App], None], Callable[[App], None]]] = {
    "authorizers": (authorizers_app, plain_authorizers),
    "fanout": (fanout_app, plain_fanout),
    "image": (image_app, plain_image),
    "network": (network_app, plain_network),
    "orders": (orders_app, plain_orders),
    "release": (release_app, plain_release),
}

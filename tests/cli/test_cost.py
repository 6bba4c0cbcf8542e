"""`constructs-lambda cost`: what it reads, what it writes, and one clear message for what it can't."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from priced import Resource, function, made

import constructs_lambda
from constructs_lambda.cli import main
from constructs_lambda.pricing import shipped_prices

M = 1_000_000
ROOT = Path(constructs_lambda.__file__).parent.parent
SECRET = made("SecretsManager::Secret", {"requests": 0})
ORDERS = {"Orders": function({"requests": 2 * M, "duration_ms": 200})}
DAY = str(shipped_prices().by_region["us-east-1"]["secrets"].read)

Run = Callable[..., str]


def template(folder: Path, resources: dict[str, Resource], name: str = "t.json") -> str:
    file = folder / name
    file.write_text(json.dumps({"Resources": resources}))
    return str(file)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command and returns what it writes."""

    def command(*arguments: str) -> str:
        assert main(["cost", *arguments]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return command


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Runs the command, which refuses, and returns its messages."""

    def command(*arguments: str) -> list[str]:
        assert main(["cost", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        lines = err.splitlines()
        assert all(each.startswith("constructs-lambda: ") for each in lines)
        return [each.removeprefix("constructs-lambda: ") for each in lines]

    return command


def total(output: str) -> str:
    found = json.loads(output)["total"]
    assert isinstance(found, str)
    return found


# What it reads


def test_a_template(tmp_path: Path, run: Run) -> None:
    output = run(template(tmp_path, ORDERS))
    # 1 M paid requests; 400,000 GB-seconds are free.
    assert f"Total: 0.20 USD a month (us-east-1, free tier on, prices as of {DAY})\n" in output
    assert "Assumed: stacks that name no Region are priced in us-east-1\n" in output


def test_a_template_in_yaml(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("Resources:\n  Key:\n    Type: AWS::KMS::Key\n    DeletionPolicy: !If [A, Delete, Retain]\n")
    assert total(run(str(file), "--format", "json")) == "1.00"


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.TextIOWrapper(io.BytesIO(json.dumps({"Resources": ORDERS}).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    assert total(run("-", "--format", "json")) == "0.20"


def test_a_cloud_assembly_with_its_account_and_region(tmp_path: Path, run: Run) -> None:
    assembly = Assembly(tmp_path / "cdk.out", "us-east-1")
    assembly.resources.update(ORDERS)
    found = json.loads(run(str(assembly.write()), "--format", "json"))
    assert (found["total"], found["region"]) == ("0.20", "us-east-1")
    assert {(each["account"], each["resource"]) for each in found["lines"]} == {("111122223333", "Shop/Orders")}
    assert not any("name no Region" in each for each in found["assumptions"])


def test_the_region_of_an_assembly_that_has_no_price(tmp_path: Path, run: Run) -> None:
    assembly = Assembly(tmp_path / "cdk.out", "mars-north-1")
    assembly.resources.update(ORDERS)
    output = run(str(assembly.write()))
    assert "no price is known in mars-north-1" in output
    assert "Total: 0.00 USD a month (mars-north-1, free tier on)" in output
    assert total(run(str(assembly.write()), "--region", "us-east-1", "--format", "json")) == "0.20"


def test_from_another_folder(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    template(tmp_path, ORDERS)
    (tmp_path / "usage.toml").write_text("[resource.Orders]\nrequests = 3000000\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert total(run("../t.json", "--usage", "../usage.toml", "--format", "json")) == "3.73"  # 0.40 + 200,000 GB-s


# Options


def test_usage(tmp_path: Path, run: Run) -> None:
    path, usage = template(tmp_path, {"Orders": function()}), tmp_path / "usage.toml"
    usage.write_text('[settings]\nfree_tier = false\nregion = "us-east-1"\n[resource.Orders]\nrequests = 10_000_000\n')
    assert total(run(path, "--usage", str(usage), "--format", "json")) == "2.00"
    assert total(run(path, "--usage", str(usage), "--free-tier", "--format", "json")) == "1.80"
    assert total(run(template(tmp_path, ORDERS), "--no-free-tier", "--format", "json")) == "7.07"  # 0.40 + 6.66668


def test_the_region_of_the_usage_and_that_of_the_command(tmp_path: Path, run: Run) -> None:
    path, usage = template(tmp_path, ORDERS), tmp_path / "usage.toml"
    usage.write_text('[settings]\nregion = "mars-north-1"\n')
    assert json.loads(run(path, "--usage", str(usage), "--format", "json"))["region"] == "mars-north-1"
    found = json.loads(run(path, "--usage", str(usage), "--region", "us-east-1", "--format", "json"))
    assert (found["region"], found["total"]) == ("us-east-1", "0.20")


@pytest.mark.parametrize(
    ("discount", "expected"), [("12.5%", "0.18"), ("0.125", "0.18"), ("0", "0.20"), ("50%", "0.10")]
)
def test_a_discount(tmp_path: Path, run: Run, discount: str, expected: str) -> None:
    assert total(run(template(tmp_path, ORDERS), "--discount", discount, "--format", "json")) == expected


def test_prices_of_ones_own(tmp_path: Path, run: Run) -> None:
    own = tmp_path / "prices.json"
    price = {"tiers": [{"usd": "0.000001"}], "source": "our contract", "read": "2026-11-01"}
    own.write_text(json.dumps({"currency": "USD", "regions": {"us-east-1": {"lambda-requests": price}}}))
    resources = {**ORDERS, "Secret": SECRET}
    found = json.loads(run(template(tmp_path, resources), "--prices", str(own), "--format", "json"))
    assert (found["total"], found["as_of"]) == ("1.40", min("2026-11-01", DAY))
    with_discount = run(template(tmp_path, resources), "--prices", str(own), "--discount", "50%", "--format", "json")
    assert total(with_discount) == "0.70"


def test_a_difference(tmp_path: Path, run: Run) -> None:
    now = template(tmp_path, {"Orders": ORDERS["Orders"], "Key": made("KMS::Key", {"requests": 0})})
    then = template(tmp_path, {"Orders": ORDERS["Orders"], "Secret": SECRET}, "old.json")
    output = run(now, "--diff", then)
    assert "0.60 before, 1.20 after: +0.60 USD a month" in output
    assert run(now, "--diff", then, "--format", "markdown").startswith("### +0.60 USD a month\n")
    found = json.loads(run(now, "--diff", then, "--format", "json"))
    assert [each["resource"] for each in found["changes"]] == ["Key", "Secret"]
    assert "Nothing that costs has changed." in run(now, "--diff", now)


def test_usage_that_only_one_of_both_has(tmp_path: Path, run: Run, refused: Callable[..., list[str]]) -> None:
    now = template(tmp_path, {"New": made("SQS::Queue")})
    then = template(tmp_path, {"Old": made("SQS::Queue")}, "old.json")
    usage = tmp_path / "usage.toml"
    usage.write_text("[resource.New]\nrequests = 3000000\n[resource.Old]\nrequests = 2000000\n")
    found = json.loads(run(now, "--diff", then, "--usage", str(usage), "--format", "json"))
    assert (found["before"], found["total"]) == ("0.40", "0.80")
    (message,) = refused(now, "--usage", str(usage))
    assert message.startswith(f'{usage}: resource."Old": there is no such resource')
    usage.write_text("[resource.Nowhere]\nrequests = 1\n")
    assert len(refused(now, "--diff", then, "--usage", str(usage))) == 1


def test_a_difference_with_standard_input(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.TextIOWrapper(io.BytesIO(json.dumps({"Resources": {}}).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    assert "0.00 before, 0.20 after" in run(template(tmp_path, ORDERS), "--diff", "-")


def test_what_if(tmp_path: Path, run: Run) -> None:
    tuned: dict[str, Any] = json.loads(json.dumps(ORDERS))
    tuned["Orders"]["Metadata"]["constructs-lambda"]["tuning"] = {"2048": 120.5}
    path = template(tmp_path, tuned)
    output = run(path, "--what-if", "memory=512,2048", "--no-free-tier")
    assert "measured by power tuning" in output
    assert "assumed in proportion to CPU" in output
    rows = json.loads(run(path, "--what-if", "memory=512,2048", "--no-free-tier", "--format", "json"))["what_if"]
    assert [(each["memory_mb"], each["duration_ms"]) for each in rows] == [(512, "400"), (1024, "200"), (2048, "120.5")]
    markdown = run(path, "--what-if", "memory=512", "--format", "markdown")
    assert markdown.startswith("### Cost by memory\n")


# What it refuses


def test_what_can_not_be_read(tmp_path: Path, refused: Callable[..., list[str]]) -> None:
    path = template(tmp_path, ORDERS)
    missing = str(tmp_path / "none.json")
    assert refused(missing) == [f"{missing}: no such file"]
    assert refused(path, "--diff", missing) == [f"{missing}: no such file"]
    for option in ("--usage", "--prices"):
        assert refused(path, option, missing) == [f"{missing}: no such file or directory"]
    empty = tmp_path / "empty"
    empty.mkdir()
    (message,) = refused(str(empty))
    assert "no template in this folder" in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "not a CloudFormation template"),
        ('{"a": 1}', "not a CloudFormation template: it has no Resources"),
        ("", "is empty"),
        ("{", ""),
        ("\0", ""),
    ],
)
def test_what_is_no_template(tmp_path: Path, refused: Callable[..., list[str]], content: str, message: str) -> None:
    file = tmp_path / "t.json"
    file.write_text(content)
    (found,) = refused(str(file))
    assert found.startswith(f"{file}: ")
    assert message in found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], "'xml' is not one of 'text', 'json', 'markdown'."),
        (["--discount", "100%"], "discount is 100%; it must be at least 0% and below 100%"),
        (["--discount", "-1%"], "discount is -1%; it must be at least 0%"),
        (["--discount", "many"], "discount is many; it must be"),
        (["--discount", "nan"], "discount is nan; it must be"),
        (["--what-if", "memory=127,512"], "'127' is no memory; AWS allows"),
        (["--what-if", "timeout=3"], "it must be memory= and amounts in MB"),
        (["--what-if", "memory=512", "--diff", "x"], "--diff and --what-if don't go together."),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_options(tmp_path: Path, refused: Callable[..., list[str]], arguments: list[str], message: str) -> None:
    (found,) = refused(template(tmp_path, ORDERS), *arguments)
    assert message in found


def test_what_if_without_usage(tmp_path: Path, refused: Callable[..., list[str]]) -> None:
    (message,) = refused(template(tmp_path, {"F": function()}), "--what-if", "memory=512")
    assert "--what-if needs requests and duration_ms of a function; no usage states both." in message


def test_standard_input_twice(refused: Callable[..., list[str]]) -> None:
    (message,) = refused("-", "--diff", "-")
    assert "standard input can be one of the two only." in message


def test_every_problem_of_the_usage_is_a_line(tmp_path: Path, refused: Callable[..., list[str]]) -> None:
    usage = tmp_path / "usage.toml"
    usage.write_text("[resource.Orders]\nduration = 120\nrequests = -1\n[resource.Order]\n")
    assert refused(template(tmp_path, ORDERS), "--usage", str(usage)) == [
        f'{usage}: resource."Orders": duration has no unit: write duration_ms',
        f'{usage}: resource."Orders".requests is -1; it must be at least 0 and at most 10,000,000,000,000 requests '
        "a month",
        f"{usage}: resource.\"Order\": there is no such resource; did you mean 'Orders'?",
    ]


def test_usage_in_the_metadata_that_makes_no_sense(tmp_path: Path, refused: Callable[..., list[str]]) -> None:
    (message,) = refused(template(tmp_path, {"F": function({"requests": "many"})}))
    assert message.startswith("F: usage.requests must be a number")


def test_a_broken_file_of_prices(tmp_path: Path, refused: Callable[..., list[str]]) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"currency": "USD", "regions": {"us-east-1": {"lambda-request": {}}}}')
    (message,) = refused(template(tmp_path, ORDERS), "--prices", str(own))
    assert message == f"{own}: regions.us-east-1: there is no item 'lambda-request' (did you mean 'lambda-requests'?)"


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "constructs_lambda", "cost", "-", "--format", "json"]
    done = subprocess.run(
        command,
        input=json.dumps({"Resources": ORDERS}),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr, total(done.stdout)) == (0, "", "0.20")


def test_nothing_of_cdk_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from constructs_lambda.cli import main; main(['cost', sys.argv[1]]); "
        "print([name for name in ('aws_cdk', 'jsii', 'constructs') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, template(tmp_path, ORDERS)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.endswith("[]\n")


# Usage of a state that changes


def test_usage_that_fits_the_new_state_only(tmp_path: Path, run: Run, refused: Callable[..., list[str]]) -> None:
    now = template(tmp_path, {"Orders": function(Timeout=60)})
    then = template(tmp_path, {"Orders": function(Timeout=3)}, "old.json")
    usage = tmp_path / "usage.toml"
    usage.write_text("[resource.Orders]\nrequests = 1000000\nduration_ms = 5000\n")
    output = run(now, "--diff", then, "--usage", str(usage))
    assert "before the change: this usage doesn't fit: Orders: duration_ms is 5,000; the function times out" in output
    assert "times out after 3,000 ms" in refused(then, "--diff", now, "--usage", str(usage))[0]


def test_an_id_that_was_in_two_stacks_before(tmp_path: Path, run: Run) -> None:
    now, then = tmp_path / "now", tmp_path / "then"
    for folder, names in ((now, ("A",)), (then, ("A", "B"))):
        folder.mkdir()
        for name in names:
            template(folder, {"Orders": function()}, f"{name}.template.json")
    usage = tmp_path / "usage.toml"
    usage.write_text("[resource.Orders]\nrequests = 2000000\nduration_ms = 1\n")
    output = run(str(now), "--diff", str(then), "--usage", str(usage))
    assert 'before the change: this usage doesn\'t fit: resource."Orders" may mean 2 resources' in output

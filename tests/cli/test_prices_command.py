"""`constructs-lambda prices refresh`: what it writes and says, and that nothing half-made stays behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from price_server import LISTS, PriceServer, price_server

from constructs_lambda.cli import main
from constructs_lambda.pricing.items import all_items
from constructs_lambda.pricing.prices import shipped_prices

Output = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with price_server() as server:
        yield server


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(server: PriceServer, *arguments: str) -> int:
    return main(["prices", "refresh", "--url", server.url, *arguments])


def test_it_writes_a_file_that_can_be_used(server: PriceServer, folder: Path, capsys: Output) -> None:
    assert run(server) == 0
    output = capsys.readouterr()
    number = len(all_items()) - 1
    assert output.out == (
        f"{number} prices written to prices.json; use them with: constructs-lambda cost cdk.out --prices prices.json\n"
    )
    lines = output.err.splitlines()
    assert lines[0] == "us-east-1 AWSLambda: 0.0 MB"
    assert lines[-2] == "us-east-1 AmazonEC2: 0.0 MB"
    assert lines[-1].startswith("constructs-lambda: warning: no price of cloudwatch-dashboards in us-east-1: ")
    assert len(lines) == 11
    prices = shipped_prices().with_file(folder / "prices.json")
    found, shipped = (each.find("sns-requests", "us-east-1") for each in (prices, shipped_prices()))
    assert found is not None
    assert shipped is not None
    assert found.tiers == shipped.tiers
    assert found.source.startswith(server.url)
    assert [*folder.iterdir()] == [folder / "prices.json"]


def test_several_regions_and_another_file(server: PriceServer, folder: Path, capsys: Output) -> None:
    arguments = ["--region", "eu-west-1", "--region", "ap-south-1", "--region", "eu-west-1", "--output", "eu.json"]
    assert run(server, *arguments) == 0
    assert "90 prices written to eu.json" in capsys.readouterr().out
    assert [*json.loads((folder / "eu.json").read_text())["regions"]] == ["ap-south-1", "eu-west-1"]
    assert len(server.asked) == 20


def test_a_second_run_writes_the_same_bytes(server: PriceServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from constructs_lambda.pricing import refresh as module

    def on_one_day(*arguments: object, **options: object) -> object:
        return refresh(*arguments, **options | {"today": date(2027, 1, 31)})  # type: ignore[arg-type]

    refresh = module.refresh
    monkeypatch.setattr(module, "refresh", on_one_day)
    assert run(server) == 0
    first = (folder / "prices.json").read_bytes()
    assert b'"read": "2027-01-31"' in first
    assert run(server) == 0
    assert (folder / "prices.json").read_bytes() == first


def refused(server: PriceServer, capsys: Output, *arguments: str) -> list[str]:
    assert run(server, *arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    return [line.removeprefix("constructs-lambda: ") for line in lines if line.startswith("constructs-lambda: ")]


def test_nothing_is_written_where_a_list_is_missing(server: PriceServer, folder: Path, capsys: Output) -> None:
    server.answers["AmazonEC2"] = lambda handler: handler.send_error(404)
    source = f"{server.url}/AmazonEC2/current/eu-west-9/index.csv"
    assert refused(server, capsys, "--region", "eu-west-9") == [
        f"{source}: the server answers 404 Not Found; is the Region right?"
    ]
    assert [*folder.iterdir()] == []


def test_the_old_file_stays_where_something_fails(server: PriceServer, folder: Path, capsys: Output) -> None:
    assert run(server) == 0
    before = (folder / "prices.json").read_bytes()
    capsys.readouterr()
    server.answers["AWSDataTransfer"] = b"<html>"
    (line,) = refused(server, capsys)
    assert "AWSDataTransfer" in line
    assert "is no price list of AWS" in line
    assert (folder / "prices.json").read_bytes() == before
    assert [*folder.iterdir()] == [folder / "prices.json"]


def test_lists_without_any_price(server: PriceServer, folder: Path, capsys: Output) -> None:
    for file in LISTS.glob("*.csv"):
        server.answers[file.stem] = b"".join(file.read_bytes().splitlines(keepends=True)[:6])
    *warnings, last = refused(server, capsys)
    assert len(warnings) == len(all_items())
    assert last == f"{server.url}: no price of any item was found; nothing was written"
    assert [*folder.iterdir()] == []


def test_ctrl_c_leaves_nothing_behind(
    server: PriceServer, folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    from constructs_lambda.pricing import refresh as module

    def interrupt(*_: object) -> None:
        assert len([*folder.iterdir()]) == 1, "the unfinished file"
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "rows_by_item", interrupt)
    assert run(server) == 130
    assert capsys.readouterr().out == ""
    assert [*folder.iterdir()] == []


def test_where_nothing_can_be_written_nothing_is_asked(server: PriceServer, folder: Path, capsys: Output) -> None:
    (folder / "file").touch()
    for output, reason in [
        (folder, "is a folder, not a file"),
        (folder / "none" / "prices.json", "can't be written: no such file or directory"),
        (folder / "file" / "prices.json", "can't be written: not a directory"),
    ]:
        assert refused(server, capsys, "--output", str(output)) == [f"{output}: {reason}"]
    assert server.asked == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(server: PriceServer, folder: Path, capsys: Output) -> None:
    folder.chmod(0o500)
    try:
        assert refused(server, capsys) == ["prices.json: can't be written: permission denied"]
    finally:
        folder.chmod(0o700)
    assert server.asked == []


def test_no_other_file_is_overwritten(server: PriceServer, folder: Path, capsys: Output) -> None:
    template = folder / "template.json"
    template.write_text('{"Resources": {}}')
    assert refused(server, capsys, "--output", "template.json") == [
        "template.json: is there already and is no file of prices; name another file, or remove it"
    ]
    assert refused(server, capsys, "--output", os.devnull) == [
        f"{os.devnull}: is no regular file; name one for the prices"
    ]
    assert template.read_text() == '{"Resources": {}}'
    assert server.asked == []


def test_all_that_is_wrong_with_the_options(server: PriceServer, capsys: Output) -> None:
    arguments = ["--region", "Ireland", "--region", "cn-north-1", "--region", "", "--url", "file:///etc/passwd"]
    assert refused(server, capsys, *arguments) == [
        "--region is 'Ireland'; it must be a Region's name, such as eu-west-1",
        "--region is ''; it must be a Region's name, such as eu-west-1",
        "--region is 'cn-north-1'; prices in China are in CNY, and only USD can be summed up",
        "--url is 'file:///etc/passwd'; it must begin with https:// or http://",
    ]


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "ap-southeast-5", "il-central-1"])
def test_regions(region: str, server: PriceServer, folder: Path) -> None:
    assert run(server, "--region", region) == 0
    assert [*json.loads((folder / "prices.json").read_text())["regions"]] == [region]


def test_a_terminal_shows_one_line_that_changes(
    server: PriceServer, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(server) == 0
    assert "\rus-east-1 AmazonEC2: 0 MB\rus-east-1 AmazonEC2: 0.0 MB\n" in capsys.readouterr().err


def test_an_interrupted_line_is_ended(server: PriceServer, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"SKU,")

    server.answers["AmazonSNS"] = answer
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(server) == 2
    assert "\rus-east-1 AmazonSNS: 0 MB\nconstructs-lambda: " in capsys.readouterr().err


def test_without_a_command(capsys: Output) -> None:
    assert main(["prices"]) == 2
    assert capsys.readouterr().err == "constructs-lambda: Missing command. (see 'constructs-lambda prices --help')\n"


def test_help_names_the_options(capsys: Output) -> None:
    assert main(["prices", "--help"]) == 0
    assert "refresh" in capsys.readouterr().out
    assert main(["prices", "refresh", "--help"]) == 0
    output = capsys.readouterr().out
    assert all(option in output for option in ("--region", "--output", "--url", "us-east-1", "prices.json"))

"""The file of an app's usage: what it may hold, and what is said of one that it can't be."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.pricing import AppUsage, read_usage


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "usage.toml"


def refusal(file: Path, text: str | bytes) -> list[str]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as raised:
        read_usage(file)
    lines = str(raised.value).split("\n")
    assert all(line.startswith(f"{file}: ") and line.isprintable() for line in lines)
    return [line.removeprefix(f"{file}: ") for line in lines]


def test_a_file(file: Path) -> None:
    file.write_text(
        """
        [settings]
        free_tier = false
        region = "eu-west-1"

        [resource."Shop/Orders"]
        requests = 2_000_000
        duration_ms = 119.5

        [resource.Queue]
        requests = 0
        """
    )
    assert read_usage(file) == AppUsage(
        resources={"Shop/Orders": {"requests": 2_000_000, "duration_ms": 119.5}, "Queue": {"requests": 0}},
        free_tier=False,
        region="eu-west-1",
        name=str(file),
    )


def test_an_empty_file(file: Path) -> None:
    file.write_text("")
    assert read_usage(file) == AppUsage(name=str(file))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[setting]", "there is no table 'setting'; did you mean 'settings'?"),
        ("[resources.F]", "there is no table 'resources'; did you mean 'resource'?"),
        ("[[x]]", "there is no table 'x'; there is settings, resource"),
        ("settings = 1", "settings must be a table of free_tier, region"),
        ("resource = 1", 'resource must hold tables, such as [resource."Shop/Orders"]'),
        ("[settings]\nfree_tiers = true", "settings: there is no 'free_tiers'; did you mean 'free_tier'?"),
        ("[settings]\nfree_tier = 'yes'", "settings.free_tier must be true or false; got 'yes'"),
        ("[settings]\nfree_tier = 1", "settings.free_tier must be true or false; got 1"),
        ("[settings]\nregion = ''", "settings.region must be an AWS Region, such as \"eu-west-1\"; got ''"),
        ("[settings]\nregion = 1", 'settings.region must be an AWS Region, such as "eu-west-1"; got 1'),
        ('["se\\u001b[31m"]', "there is no table 'se\\x1b[31m'; there is settings, resource"),
    ],
)
def test_what_no_usage_has(file: Path, text: str, expected: str) -> None:
    assert refusal(file, text) == [expected]


def test_every_problem_is_a_line(file: Path) -> None:
    assert refusal(file, "[x]\n[settings]\nfree_tier = 1\nregion = 2") == [
        "there is no table 'x'; there is settings, resource",
        "settings.free_tier must be true or false; got 1",
        'settings.region must be an AWS Region, such as "eu-west-1"; got 2',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "requests",
        "[resource.F]\nrequests = ",
        "[resource.F]\n[resource.F]",
        b"\xff\xfe",
        b"a = '\0'",
        "a = " + "9" * 5000,
        "a = " + "[" * 100_000,
        "a = '\x1b[31m'",
    ],
    ids=["key", "value", "twice", "UTF-16", "null", "digits", "depth", "escape"],
)
def test_what_is_no_toml(file: Path, text: str | bytes) -> None:
    (line,) = refusal(file, text)
    assert line.startswith("is no TOML: ")
    assert len(line) < 300


def test_a_file_that_is_not_there(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory"):
        read_usage(file)
    with pytest.raises(InputError, match="is a directory"):
        read_usage(tmp_path)


def test_a_file_that_is_too_large(file: Path) -> None:
    with file.open("wb") as handle:
        handle.truncate(4_000_001)
    with pytest.raises(InputError, match="larger than 4,000,000 bytes"):
        read_usage(file)

"""`constructs-lambda waivers`: the table for an auditor."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from constructs_lambda.cli import main
from constructs_lambda.waivers import FILE, WaiverLine, write_waivers

TODAY = "2026-11-28"


def line(rule: str, until: date, findings: tuple[str, ...] | None = ("CL1 x",), reason: str = "old") -> WaiverLine:
    return WaiverLine(
        rule=rule, path="Shop", reason=reason, owner="payments", until=until, profile="acme 1", findings=findings
    )


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text("{}")
    lines = [
        line("CL101", date(2027, 1, 1)),
        line("CL102", date(2026, 11, 28), ()),
        line("CL103", date(2026, 12, 28), None, "a | b"),
    ]
    write_waivers(tmp_path, lines)
    return tmp_path


def test_table(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waivers", str(assembly), "--today", TODAY]) == 0
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "rule"
    assert [row.split()[0] for row in rows] == ["CL102", "CL103", "CL101"]
    assert rows[0].split()[3:7] == ["2026-11-28", "0", "unused", "0"]
    assert "?" in rows[1]


def test_one_that_is_over_sets_the_status(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waivers", str(assembly), "--today", "2026-11-29"]) == 1
    assert "over" in capsys.readouterr().out


def test_within(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["waivers", str(assembly), "--today", TODAY, "--within", "29"])
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()[2:]] == ["CL102"]
    main(["waivers", str(assembly), "--today", TODAY, "--within", "30"])
    assert len(capsys.readouterr().out.splitlines()) == 4
    main(["waivers", str(assembly), "--today", "2026-01-01", "--within", "30"])
    assert capsys.readouterr().out == "no waiver is over within 30 days\n"


def test_json(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["waivers", str(assembly), "--today", TODAY, "--format", "json"])
    first, second, third = json.loads(capsys.readouterr().out)
    assert (first["rule"], first["days_left"], first["state"], first["findings"]) == ("CL102", 0, "unused", [])
    assert second["findings"] is None
    assert third["days_left"] == 34


def test_markdown_keeps_its_columns(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["waivers", str(assembly), "--today", TODAY, "--format", "markdown"])
    assert r"a \| b" in capsys.readouterr().out


def test_an_app_without_waivers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    assert main(["waivers", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "no waivers\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[]", "is no file of waivers"),
        ('{"version": 2, "waivers": []}', "is no file of waivers"),
        ('{"version": 1, "waivers": [{}]}', "is broken"),
        ('{"version": 1, "waivers": [1]}', "is broken"),
        ('{"version": 1', "broken JSON"),
    ],
)
def test_broken_files(content: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE).write_text(content)
    assert main(["waivers", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert error.count("\n") == 1


def test_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waivers", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert main(["waivers", str(tmp_path)]) == 2
    assert "isn't a cdk.out" in capsys.readouterr().err

"""`constructs-lambda package`: sizes as a table and as JSON, and its exit status."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from assemblies import HANDLER, fill

from constructs_lambda.cli import main

MB = 1024 * 1024
LIMIT = 262_144_000


def test_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = "yaml/a.bin,,\n_yaml/b.bin,,\n"
    fill(tmp_path, {"yaml/a.bin": 3 * MB, "_yaml/b.bin": MB, "PyYAML-6.0.dist-info/RECORD": record, "app.py": HANDLER})
    assert main(["package", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == ["PyYAML", "4.00", "MB", "1.6", "%"]
    assert printed[1].split()[0] == "app.py"
    assert set(printed[2]) == {"-"}
    assert printed[3].split()[:3] == ["total", "4.00", "MB"]
    assert printed[4] == "4 files; 246.00 MB left of the 250 MB that a function and its layers may unpack to"


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [(LIMIT - 1, 0, "0.00 MB left"), (LIMIT, 1, "too large by 0.00 MB"), (LIMIT + 5 * MB, 1, "too large by 5.00 MB")],
)
def test_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, status: int, words: str) -> None:
    fill(tmp_path, {"model.bin": size})
    assert main(["package", str(tmp_path)]) == status
    assert words in capsys.readouterr().out


def test_an_archive_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pandas/zeros.bin", bytes(MB))
        archive.writestr("../evil", "x")
    assert main(["package", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "path": str(path),
        "files": 2,
        "packed_bytes": path.stat().st_size,
        "unpacked_bytes": MB + 1,
        "limit_bytes": LIMIT,
        "packages": [{"name": "pandas", "bytes": MB}, {"name": "..", "bytes": 1}],
        "problems": ["the name ../evil leaves the folder"],
    }
    assert main(["package", str(path)]) == 0
    assert "odd: the name ../evil leaves the folder" in capsys.readouterr().out


def test_many_packages_and_long_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {f"{'p' * 90}{number:02}/a": number for number in range(25)})
    assert main(["package", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 24
    assert printed[20].startswith("(5 more)")
    assert max(map(len, printed)) < 100


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", str(tmp_path)]) == 0
    assert "0 files" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["missing"], ["text.txt"], [], ["a", "b"]])
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, {"text.txt": "no archive"})
    assert main(["package", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("constructs-lambda: ")
    assert printed.err.count("\n") == 1

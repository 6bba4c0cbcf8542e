"""What of a folder goes into a package."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import DEPENDENCY_PATTERNS, SOURCE_PATTERNS
from constructs_lambda.packaging.trees import installed_files, source_files
from constructs_lambda.packaging.trim import matcher


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def listed(root: Path) -> list[str]:
    return [file.name for file in source_files(root, SOURCE_PATTERNS)]


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("tests", ["tests", "a/tests"], ["mytests", "a/tests.py"]),
        ("*.pyc", ["a.pyc", "a/b.pyc"], ["a.py"]),
        ("/uv.lock", ["uv.lock"], ["a/uv.lock"]),
        ("*/**/tests", ["a/tests", "a/b/tests"], ["tests"]),
        ("a/*/c", ["a/b/c"], ["a/c", "a/b/b/c"]),
        ("a+b?", ["a+bc"], ["aab"]),
    ],
)
def test_patterns_are_read_like_gitignore(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert all(matcher((pattern,)).fullmatch(name) for name in fits)
    assert not any(matcher((pattern,)).fullmatch(name) for name in fits_not)
    assert not matcher(()).fullmatch("")


def test_what_no_function_needs_stays_out(tmp_path: Path) -> None:
    put(tmp_path, "app.py", "tests/test_app.py", "data/requirements.txt", ".env", ".hidden/x")
    put(tmp_path, ".git/HEAD", "node_modules/a.js", "cdk.out/x", "__pycache__/app.pyc", "pyproject.toml", "uv.lock")
    put(tmp_path, "anyname/pyvenv.cfg", "anyname/lib/x.py", ".venv/x", "a/.mypy_cache/x", "requirements.txt")
    assert listed(tmp_path) == [".env", ".hidden/x", "app.py", "data/requirements.txt", "tests/test_app.py"]


def test_links_within_the_folder_become_what_they_lead_to(tmp_path: Path) -> None:
    put(tmp_path, "real/a.py")
    (tmp_path / "linked").symlink_to("real")
    (tmp_path / "b.py").symlink_to(tmp_path / "real/a.py")
    assert listed(tmp_path) == ["b.py", "linked/a.py", "real/a.py"]


@pytest.mark.parametrize(
    ("link", "to", "message"),
    [
        ("src/out", "../..", "link out of"),
        ("src/out", "/etc/hosts", "link out of"),
        ("src/up", ".", "it has no end"),
        ("src/self", "self", "link in a circle"),
        ("src/nowhere", "missing", "which isn't there"),
    ],
)
def test_other_links_are_refused(tmp_path: Path, link: str, to: str, message: str) -> None:
    put(tmp_path, "src/app.py")
    (tmp_path / link).symlink_to(to)
    with pytest.raises(PackagingError, match=message):
        listed(tmp_path / "src")


def test_a_link_may_be_left_out_by_a_pattern(tmp_path: Path) -> None:
    put(tmp_path, "src/app.py")
    (tmp_path / "src/out").symlink_to("/etc/hosts")
    assert [file.name for file in source_files(tmp_path / "src", ("out",))] == ["app.py"]


def test_names_are_composed(tmp_path: Path) -> None:
    put(tmp_path, unicodedata.normalize("NFD", "über.py"))
    assert listed(tmp_path) == [unicodedata.normalize("NFC", "über.py")]
    put(tmp_path, unicodedata.normalize("NFC", "über.py"))
    if len(list(tmp_path.iterdir())) == 2:
        with pytest.raises(PackagingError, match="Unicode form"):
            listed(tmp_path)


def test_upper_and_lower_case_are_two_names(tmp_path: Path) -> None:
    put(tmp_path, "App.py", "app.py")
    assert listed(tmp_path) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.skipif(os.uname().sysname == "Darwin", reason="its file systems take UTF-8 only")
def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.py")).touch()
    with pytest.raises(PackagingError, match="not named in UTF-8"):
        listed(tmp_path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PackagingError, match="neither a file nor a folder"):
        listed(tmp_path)


def test_dependencies_are_trimmed_but_for_what_is_imported(tmp_path: Path) -> None:
    put(
        tmp_path,
        "num/__init__.py",
        "num/core/tests/_needed.py",
        "num/tests/test_a.py",
        "tests/top.py",
        "num/a.h",
        "num/a.pyi",
    )
    put(
        tmp_path,
        "rel/__init__.py",
        "rel/tests/x.py",
        "num-1.dist-info/METADATA",
        "num-1.dist-info/RECORD",
        "num-1.dist-info/licenses/L",
    )
    (tmp_path / "num/testing.py").write_text(
        "import os\nfrom num.core.tests._needed import x\n# from num.tests import y\n"
    )
    (tmp_path / "rel/run.py").write_text("def f():\n    from .tests import x\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tool").write_text("#!/somebody/python\n")
    (tmp_path / "bin/ffmpeg").write_bytes(b"\x7fELF")
    assert sorted(file.name for file in installed_files(tmp_path, DEPENDENCY_PATTERNS)) == [
        "bin/ffmpeg",
        "num-1.dist-info/METADATA",
        "num-1.dist-info/licenses/L",
        "num/__init__.py",
        "num/core/tests/_needed.py",
        "num/testing.py",
        "rel/__init__.py",
        "rel/run.py",
        "rel/tests/x.py",
        "tests/top.py",
    ]

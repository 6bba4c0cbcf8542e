"""What of a folder goes into a package."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.errors import InputError, PackagingError
from constructs_lambda.packaging import DEPENDENCY_PATTERNS, SOURCE_PATTERNS, Trim
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
        ("secrets/**", ["secrets/a", "secrets/a/b"], ["secrets", "a/secrets/b"]),
        ("a/**/b", ["a/b", "a/c/b"], ["a/bc"]),
    ],
)
def test_patterns_are_read_like_gitignore(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    assert all(matcher((pattern,)).fullmatch(name) for name in fits)
    assert not any(matcher((pattern,)).fullmatch(name) for name in fits_not)
    assert not matcher(()).fullmatch("")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"patterns": ("!keep.py",)}, InputError),
        ({"source_patterns": ("*.[oa]",)}, InputError),
        ({"source_patterns": ("/",)}, InputError),
        ({"without": "requests"}, TypeError),
        ({"source_patterns": "*.o"}, TypeError),
        ({"patterns": (1,)}, TypeError),
    ],
)
def test_what_cannot_be_read_is_refused(settings: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match="Trim: "):
        Trim(**settings)
    assert Trim(patterns=["*.o"]).patterns == ("*.o",)  # type: ignore[arg-type]


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
        "num-1.dist-info/RECORD",
        "num-1.dist-info/licenses/L",
        "num/__init__.py",
        "num/core/tests/_needed.py",
        "num/testing.py",
        "rel/__init__.py",
        "rel/run.py",
        "rel/tests/x.py",
        "tests/top.py",
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "from a import tests",
        "from a import (b,\n    tests)",
        "from a import b, tests as t",
        "import os, a.tests",
        "import a.tests.deep as d",
        "x = 1; from a.tests import y",
        "try: from a.tests import y\nexcept ImportError: pass",
        "def f():\n    from a.tests.deep import y",
    ],
)
@pytest.mark.parametrize("importer", ["a/__init__.py", "other/mod.py", "c/tests/kept.py"])
def test_tests_that_are_imported_stay(tmp_path: Path, statement: str, importer: str) -> None:
    put(tmp_path, "a/tests/deep/__init__.py", "b/tests/gone.py", "c/tests/kept.py", "c/__init__.py", "other/mod.py")
    (tmp_path / "a/__init__.py").touch()
    (tmp_path / "c/__init__.py").write_text("from .tests import kept\n")
    (tmp_path / importer).write_text(f"{(tmp_path / importer).read_text()}\n{statement}\n")
    found = {file.name for file in installed_files(tmp_path, DEPENDENCY_PATTERNS)}
    assert {"a/tests/deep/__init__.py", "c/tests/kept.py"} <= found
    assert "b/tests/gone.py" not in found


def test_tests_that_the_source_imports_stay(tmp_path: Path) -> None:
    put(tmp_path, "a/tests/x.py", "a/__init__.py")
    assert len(installed_files(tmp_path, DEPENDENCY_PATTERNS)) == 1
    assert len(installed_files(tmp_path, DEPENDENCY_PATTERNS, used=("a.tests",))) == 2


def test_stubs_stay_where_they_are_read_and_compiled_modules_without_source(tmp_path: Path) -> None:
    put(tmp_path, "a/__init__.pyi", "a/only.pyc", "a/both.pyc", "a/both.py", "a/__pycache__/both.pyc", "a/k.cu")
    found = [file.name for file in installed_files(tmp_path, DEPENDENCY_PATTERNS)]
    assert sorted(found) == ["a/both.py", "a/k.cu", "a/only.pyc"]
    put(tmp_path, "lazy_loader/__init__.py")
    assert "a/__init__.pyi" in {file.name for file in installed_files(tmp_path, DEPENDENCY_PATTERNS)}

"""Which imported modules are certain to be missing, and where nothing can be said."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from assemblies import fill

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.imports import inline_package, missing_imports
from constructs_lambda.artifacts.interpreters import is_in_runtime, versions_with

NEW = (3, 14)
Files = dict[str, Any]


def names(folder: Path, files: Files, handler: str = "app.handler", layer: Files | None = None) -> list[str]:
    """What is missing, as `file:line name`."""
    layers = [inspect(fill(folder / "layer", layer))] if layer else []
    found = missing_imports(inspect(fill(folder / "package", files)), handler, NEW, layers=layers)
    return [f"{each.file}:{each.line} {each.name}" for each in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import requests\n", [1]),
        ("import os, requests.adapters as r\n", [1]),
        ("\nfrom requests.adapters import HTTPAdapter\n", [2]),
        ("from requests import (  # HTTP\n    get,\n    post,\n)\n", [1]),
        ("import os; import requests\n", [1]),
        ("import \\\n    requests\n", [1]),
        ("import os\r\nimport requests\r\n", [2]),
        ("class A:\n    import requests\n", [2]),
        ("try:\n    import requests\nfinally:\n    pass\n", [2]),
        ("try:\n    pass\nfinally:\n    import requests\n", [4]),
        ("try:\n    import requests\nexcept (ValueError, OSError):\n    pass\n", [2]),
        ("try:\n    import requests\nexcept ImportError:\n    pass\n", []),
        ("try:\n    import requests\nexcept (ValueError, ModuleNotFoundError):\n    pass\n", []),
        ("try:\n    import requests\nexcept Exception:\n    pass\n", []),
        ("try:\n    import requests\nexcept:\n    pass\n", []),
        ("try:\n    import requests\nexcept errors.Any:\n    pass\n", []),
        ("try:\n    import requests\nexcept* ImportError:\n    pass\n", []),
        ("try:\n    import json\nexcept ImportError:\n    import requests\n", []),
        ("try:\n    import json\nexcept ValueError:\n    pass\nelse:\n    import requests\n", []),
        ("if TYPE_CHECKING:\n    import requests\n", []),
        ("if x:\n    import requests\nelse:\n    import yaml\n", []),
        ("with suppress(ImportError):\n    import requests\n", []),
        ("def f():\n    import requests\n", []),
        ("async def f():\n    import requests\n", []),
        ("class A:\n    def f(self):\n        import requests\n", []),
        ("x = lambda: __import__('requests')\n", []),
        ("for x in y:\n    import requests\n", []),
        ("'''\nimport requests\nfrom requests import get\n'''\n", []),
        ("# import requests\nx = 'import requests'\n", []),
        ("import requests\n(\n", []),
        ("import json, os.path, concurrent.futures, tomllib, annotationlib, test\n", []),
        ("import boto3, botocore.config, urllib3, dateutil.parser, six, jmespath, s3transfer, simplejson\n", []),
        ("import awslambdaric, snapshot_restore_py, runtime_client, pkg_resources\n", []),
        ("from __future__ import annotations\nimport __main__, _mine\n", []),
        ("from . import sibling\nfrom .. import above\nfrom .x import y\n", []),
        (b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nimport requests\n", [2]),
        ("# coding: latin-1\nx = 'é'\nimport requests\n".encode("latin-1"), [3]),
    ],
)
def test_which_imports_count(tmp_path: Path, source: str | bytes, expected: list[int]) -> None:
    assert names(tmp_path, {"app.py": source}) == [f"app.py:{line} requests" for line in expected]


@pytest.mark.parametrize(
    "files",
    [
        {"requests.py": ""},
        {"requests.pyc": ""},
        {"requests/__init__.py": ""},
        {"requests/adapters.py": ""},
        {"requests.so": ""},
        {"requests.cpython-314-aarch64-linux-gnu.so": ""},
        {"requests.abi3.so": ""},
    ],
)
def test_what_makes_a_module(tmp_path: Path, files: Files) -> None:
    source = {"app.py": "import requests\nimport yaml\n"}
    expected = (
        [] if any(name.endswith((".so", ".pyc")) for name in files) else ["app.py:2 yaml"]
    )  # who sees into those?
    assert names(tmp_path / "1", {**source, **files}) == expected
    in_layer = {f"python/{name}": content for name, content in files.items()}
    assert names(tmp_path / "2", source, layer=in_layer) == expected
    in_site = {f"python/lib/python3.14/site-packages/{name}": content for name, content in files.items()}
    assert names(tmp_path / "3", source, layer=in_site) == expected
    elsewhere = {f"python/lib/python3.13/site-packages/{name}": content for name, content in files.items()}
    assert names(tmp_path / "4", source, layer=elsewhere) == ["app.py:1 requests", "app.py:2 yaml"]


@pytest.mark.parametrize("name", ["Requests.py", "requests.txt", "lib/requests.py", "requests-2.0.dist-info/METADATA"])
def test_what_makes_none(tmp_path: Path, name: str) -> None:
    assert names(tmp_path, {"app.py": "import requests\n", name: ""}) == ["app.py:1 requests"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.py": "import own\n", "own.py": "import x\n"}, ["own.py:1 x"]),
        ({"app.py": "import a.b.c\n", "a/__init__.py": "import x\n", "a/b/c.py": "import y\n"},
            ["a/__init__.py:1 x", "a/b/c.py:1 y"]),
        ({"app.py": "from a import b\n", "a/b.py": "import x\n"}, ["a/b.py:1 x"]),
        ({"app.py": "from a import (  # (first)\n    c,  # c;\n    b,\n)\n", "a/b.py": "import x\n"}, ["a/b.py:1 x"]),
        ({"app.py": "from a import b\n", "a/__init__.py": "from .c import b\n", "a/c.py": "import x\n"},
            ["a/c.py:1 x"]),
        ({"app.py": "from a.b import d\n", "a/b/__init__.py": "from ..c import d\n", "a/c.py": "import x\n"},
            ["a/c.py:1 x"]),
        ({"app.py": "import own\n", "own.py": "import app\nimport own\nimport x\n"}, ["own.py:3 x"]),
        ({"app.py": "import own\nimport x\n", "own.py": "import x\n"}, ["app.py:2 x"]),
        ({"app.py": "def f():\n    import own\n", "own.py": "import x\n"}, []),
        ({"app.py": "try:\n    import own\nexcept ImportError:\n    pass\n", "own.py": "import x\n"}, []),
        ({"app.py": "import lib\n", "lib.py": "import x\n", "lib-1.0.dist-info/METADATA": ""}, []),
        ({"app.py": "import yaml\n", "yaml.py": "import x\n", "PyYAML-6.dist-info/RECORD": "yaml.py,,\n"}, []),
        ({"app.py": "import json\n", "json.py": "import x\n"}, []),
        ({"other.py": "import x\n", "app.py": ""}, []),
    ],
)  # fmt: skip
def test_own_modules_are_followed(tmp_path: Path, files: Files, expected: list[str]) -> None:
    assert names(tmp_path, files) == expected


def test_modules_of_a_layer_are_followed(tmp_path: Path) -> None:
    layer = {"python/shared/db.py": "import psycopg2\nimport own\n", "python/bs4/__init__.py": "import x\n"}
    layer["python/bs4-4.0.dist-info/METADATA"] = ""
    source = {"app.py": "import bs4\nfrom shared import db\n", "own.py": ""}
    assert names(tmp_path, source, layer=layer) == ["python/shared/db.py:1 psycopg2"]


@pytest.mark.parametrize(
    ("handler", "files", "expected"),
    [
        ("src/app.handler", {"src/app.py": "import x\n"}, ["src/app.py:1 x"]),
        ("src.app.handler", {"src/__init__.py": "import y\n", "src/app.py": "import x\n"},
            ["src/__init__.py:1 y", "src/app.py:1 x"]),
        ("index.handler", {"app.py": "import x\n"}, []),
        ("handler", {"app.py": "import x\n"}, []),
        ("./app.handler", {"app.py": "import x\n"}, []),
        ("app.handler", {"app.cpython-314-x86_64-linux-gnu.so": ""}, []),
    ],
)  # fmt: skip
def test_handlers(tmp_path: Path, handler: str, files: Files, expected: list[str]) -> None:
    assert names(tmp_path, files, handler) == expected


CHANGES = [
    "import sys\nsys.path.append('lib')\n",
    "import sys as s\ns.path.insert(0, 'lib')\n",
    "from sys import path\npath += ['lib']\n",
    "import sys\nsys . modules['x'] = 1\n",
    "import sys\ngetattr(sys, 'path').append('lib')\n",
    "import site\nsite.addsitedir('lib')\n",
    "exec(open('more').read())\n",
    "import os\nos.execv('/var/lang/bin/python3', [])\n",
    "import pymysql\npymysql.install_as_MySQLdb()\n",
]


@pytest.mark.parametrize("change", CHANGES)
def test_silent_where_modules_may_come_from_elsewhere(tmp_path: Path, change: str) -> None:
    source = "try:\n    import paths\nexcept ImportError:\n    pass\nimport x\n"
    assert names(tmp_path / "1", {"app.py": source + change}) == []
    assert names(tmp_path / "2", {"app.py": source, "paths.py": change}) == []
    assert names(tmp_path / "3", {"app.py": source}, layer={"python/paths.py": change}) == []
    assert names(tmp_path / "4", {"app.py": source, "unused.py": change}) == ["app.py:5 x"]


def test_what_reads_like_a_change_and_is_none(tmp_path: Path) -> None:
    source = "import sys\nprint(sys.argv)\ncursor.execute('')\nsession.exec('')\nexecutor = 1\nimport x\n"
    assert names(tmp_path, {"app.py": source}) == ["app.py:6 x"]


@pytest.mark.parametrize("name", ["more.pth", "x.egg", "y.egg-link", "sitecustomize.py", "bundling_is_off.txt"])
def test_silent_beside_odd_files(tmp_path: Path, name: str) -> None:
    assert names(tmp_path / "1", {"app.py": "import x\n", name: ""}) == []
    assert names(tmp_path / "2", {"app.py": "import x\n"}, layer={f"python/{name}": ""}) == []
    assert names(tmp_path / "3", {"app.py": "import x\n", f"data/{name}": ""}) == ["app.py:1 x"]


def test_silent_on_odd_and_unfinished_archives(tmp_path: Path) -> None:
    def found(name: str, comment: bytes) -> int:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("app.py", "import x\n")
            archive.writestr(name, "")
            archive.comment = comment
        return len(missing_imports(inspect(tmp_path / "a.zip"), "app.handler", NEW))

    assert found("y.py", b"") == 1
    assert found("y.py", b"constructs-lambda") == 1
    assert found("y.py", b"constructs-lambda without dependencies") == 0
    assert found("../y.py", b"") == 0


def test_links(tmp_path: Path) -> None:
    files = {"package/app.py": "import x\nimport y\n", "lib/x.py": ""}
    (fill(tmp_path, files) / "package" / "x").symlink_to("../lib")
    package = inspect(tmp_path / "package")
    assert missing_imports(package, "app.handler", NEW) == ()  # who knows what x does?
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "python").symlink_to("../lib")
    plain = inspect(fill(tmp_path / "plain", {"app.py": "import y\n"}))
    assert len(missing_imports(plain, "app.handler", NEW)) == 1
    assert missing_imports(plain, "app.handler", NEW, layers=[inspect(tmp_path / "layer")]) == ()


def test_what_helps(tmp_path: Path) -> None:
    files = {"src/app.py": "import helper\nimport bot03\nimport distutils\nimport ordres\n", "src/helper/x.py": ""}
    package = inspect(fill(tmp_path, {**files, "orders.py": ""}))
    helper, boto3, distutils, orders = missing_imports(package, "src/app.handler", NEW)
    assert (helper.name, helper.beside, helper.near, helper.versions) == ("helper", "src.helper", "", "")
    assert (boto3.near, orders.near) == ("boto3", "orders")
    assert (distutils.versions, distutils.beside) == ("until 3.11", "")


def test_inline_code() -> None:
    def found(code: str, handler: str = "index.handler") -> list[str]:
        return [each.name for each in missing_imports(inline_package(code), handler, NEW)]

    assert found("import json, cfnresponse\nimport requests\n") == ["requests"]
    assert found("import cfnresponse, boto3\n") == []
    assert found("import requests\n", "app.handler") == []
    assert found("import requests\n# \ud800\n") == ["requests"]


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("distutils", (3, 11), True),
        ("distutils", (3, 12), False),
        ("cgi", (3, 12), True),
        ("cgi", (3, 13), False),
        ("tomllib", (3, 10), False),
        ("tomllib", (3, 11), True),
        ("compression", (3, 13), False),
        ("compression", (3, 14), True),
        ("compression", None, True),
        ("distutils", None, True),
        ("json", (3, 14), True),
        ("requests", (3, 14), False),
    ],
)
def test_what_a_runtime_has(name: str, version: tuple[int, int] | None, expected: bool) -> None:
    assert is_in_runtime(name, version) is expected


def test_versions_of_python() -> None:
    assert (versions_with("imp"), versions_with("tomllib"), versions_with("json")) == ("until 3.11", "since 3.11", "")


@pytest.mark.parametrize(
    "files",
    [
        {f"m{n}.py": f"import m{n + 1}\nimport x\n" for n in range(300)},
        {"m0.py": "import x\n" + "#" * 600_000},
        {"m0.py": "import x\nx = " + "-" * 100_000 + "1\n"},
        {"m0.py": "import x\nx = " + "[" * 150 + "]" * 150 + "\n"},
        {"m0.py": "import x\n" * 50_000},
        {"m0.py": "from a import (" * 30_000},
        {"m0.py": "from a import x;" * 30_000},
        {"m0.py": "import " + "a, " * 100_000},
        {"m0.py": ";:" * 200_000 + "import x"},
        {"m0.py": "import " + ".".join("m" * 20_000)},
        {"m0.py": "from " + "." * 100_000 + " import x\n"},
        {"m0.py": b"\0" * 1000 + b"import x\n"},
    ],
)
def test_hostile_sources_take_bounded_time(tmp_path: Path, files: Files) -> None:
    begin = time.process_time()
    names(tmp_path, files, "m0.handler")
    assert time.process_time() - begin < 5

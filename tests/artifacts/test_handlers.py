"""Whether a handler exists: three answers, and `problem` only where it is certain."""

from __future__ import annotations

import json
import sys
import time
import zipfile
from pathlib import Path

import pytest

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.handlers import check_handler, python_handlers
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.verdicts import Verdict

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
NEWER = f"python{sys.version_info.major}.{sys.version_info.minor + 1}"
DEF = "def handler(event, context):\n    return {}\n"


def package(root: Path, files: dict[str, str | bytes]) -> Package:
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return inspect(root)


@pytest.mark.parametrize(
    ("handler", "files"),
    [
        ("app.handler", {"app.py": DEF}),
        ("src/app.handler", {"src/app.py": DEF}),
        ("src.app.handler", {"src/app.py": DEF}),
        ("src.app.handler", {"src/__init__.py": "", "src/app.py": DEF}),
        ("app.handler", {"app/__init__.py": DEF}),
        ("app.handler", {"app/__init__.py": DEF, "app.py": ""}),
        ("app.handler", {"app.py": "@wrap\nasync def handler(e, c): ...\n"}),
        ("app.Handler", {"app.py": "class Handler: ...\n"}),
        ("app.handler", {"app.py": "handler = make()\n"}),
        ("app.handler", {"app.py": "a, (b, *handler) = make()\n"}),
        ("app.handler", {"app.py": "handler: object = make()\n"}),
        ("app.handler", {"app.py": "from somewhere import thing as handler\n"}),
        ("app.handler", {"app.py": "try:\n    import handler\nexcept ImportError:\n    pass\n"}),
        ("app.handler", {"app.py": "if x:\n    def handler(e, c): ...\nelse:\n    handler = None\n"}),
        ("app.handler", {"app.py": "with x as handler:\n    pass\n"}),
        ("app.handler", {"app.py": "def f():\n    global handler\n    handler = 1\nf()\n"}),
        ("app.handler", {"app.py": "print(handler := 1)\n"}),
        ("app.handler", {"app.py": "@wrap\ndef handler(): ...\n"}),
        ("app.handler", {"app.py": "def handler(*args): ...\n"}),
        ("app.handler", {"app.py": "def handler(event, context, more=None, *, kw=1): ...\n"}),
        ("app.handler", {"app.py": b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nhandler = make('\xc3\xa9\\d')\n"}),
        ("app.handler", {"app.py": "# coding: latin-1\nx = 'é'\nhandler = make()\n".encode("latin-1")}),
    ],
)
def test_it_exists(tmp_path: Path, handler: str, files: dict[str, str | bytes]) -> None:
    assert check_handler(package(tmp_path, files), handler, HERE) == Verdict("ok")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("handler", "files", "reason"),
    [
        ("index.handler", {"app.py": DEF}, "no module index exists; found app.handler"),
        ("app.main", {"app.py": DEF}, "app.py defines no main; found app.handler"),
        ("app.handler", {"readme.txt": ""}, "no module app exists; no handler was found"),
        ("app.handler", {"src/app.py": DEF}, "no module app exists; found src.app.handler"),
        ("src.app.handler", {"src/__init__.py": ""}, "no module src.app exists"),
        ("app.sub.handler", {"app.py": DEF}, "app.py is a module, so there is no app.sub"),
        ("src.handler", {"src/app.py": DEF}, "src is a folder without __init__.py"),
        ("handler", {"app.py": DEF}, "has to be the path of a module"),
        ("./app.handler", {"app.py": DEF}, "has to be the path of a module"),
        ("app.handler", {"app.py": "class A:\n    def handler(self, e, c): ...\n"}, "defines no handler"),
        ("app.handler", {"app.py": "def f():\n    handler = 1\n"}, "defines no handler"),
        ("app.handler", {"app.py": "if __name__ == '__main__':\n    handler = 1\n"}, "defines no handler"),
        ("app.handler", {"app.py": "def handler(): ...\n"}, "not to be called with an event and a context"),
        ("app.handler", {"app.py": "def handler(a, b, c): ...\n"}, "not to be called with"),
        ("app.handler", {"app.py": "def handler(a, b, *, c): ...\n"}, "not to be called with"),
        ("app.handler", {"app.py": "def handler(event context): ...\n"}, "app.py has a syntax error in line 1"),
    ],
)
def test_it_is_certainly_missing(tmp_path: Path, handler: str, files: dict[str, str | bytes], reason: str) -> None:
    found = package(tmp_path, files)
    verdict = check_handler(found, handler, HERE)
    assert verdict.state == "problem"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"app.py": "async def handler(e, c): ...\n"}, "defines handler with async"),
        ({"app.py": "handler = None\n"}, "sets handler to None, which is no function"),
        ({"app.py": f"{DEF}del handler\n"}, "defines no handler"),
        ({"app.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b import handler\n"}, "defines no"),
        ({"app.py": "from b import handler\n", "b.py": ""}, "imports handler from b: b.py defines no handler"),
        ({"app.py": "from b import main as handler\n", "b.py": "handler = 1\n"}, "b.py defines no main"),
        ({"app/__init__.py": "from .main import handler\n"}, "from .main: no module app.main exists"),
        ({"app.py": "from b import *\n", "b.py": "def other(e, c): ...\n"}, "app.py defines no handler"),
        ({"app.py": "from b import *\n", "b.py": f"__all__ = ['x']\n{DEF}"}, "app.py defines no handler"),
        ({"app.py": DEF, "app/__init__.py": ""}, "app/__init__.py defines no handler"),
        ({"app.py": '"""\ndef handler(event, context):\n"""\n'}, "defines no handler"),
    ],
)
def test_what_python_lacks(tmp_path: Path, files: dict[str, str | bytes], reason: str) -> None:
    verdict = check_handler(package(tmp_path, files), "app.handler", HERE)
    assert verdict.state == "problem"
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "def handler(event): ...\nglobals()['handler'] = 1\n"},
        {"app.py": f"handler = 1\ndel handler\n{DEF}"},
        {"app.py": "handler = None\ndef f():\n    global handler\n"},
        {"app.py": "handler = None\nif x:\n    handler = f\n"},
        {"app.py": "from b import handler\n"},
        {"app.py": "from b import handler\n", "b.py": DEF},
        {"app.py": "from b import handler\n", "b.py": "def __getattr__(name): ...\n"},
        {"app.py": "from b import handler\n", "b/__init__.py": "", "b/handler.py": ""},
        {"app.py": "try:\n    from b import handler\nexcept ImportError:\n    handler = f\n", "b.py": ""},
        {"app.py": "from b import handler\n", "b.py": "", "b-1.dist-info/RECORD": "b.py,,\n"},
        {"app.py": "from b import *\n", "b.py": DEF},
        {"app.py": "from b import *\n", "b.py": "from c import *\n", "c.py": DEF},
        {"app.py": "from b import *\n", "b.py": f"__all__ = ['x']\n__all__ += ['handler']\n{DEF}"},
        {"app.py": "from b import *\n", "b.py": "from app import *\n"},
        {"app.py": "if x:\n    from b import *\n", "b.py": ""},
        {"app/__init__.py": "from . import handler\n", "app/handler.py": ""},
        {"app.py": "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    from b import handler\n"},
    ],
)
def test_what_python_may_have(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    assert check_handler(package(tmp_path, files), "app.handler", HERE).state != "problem"


CLASS = b"\xca\xfe\xba\xbe\0\0\0"


@pytest.mark.parametrize(
    ("handler", "runtime", "files", "reason"),
    [
        ("a.B::c", "java21", {"a/B.class": CLASS + bytes([65])}, ""),
        ("a.B", "java17", {"a/B.class": CLASS + bytes([61])}, ""),
        ("a.B", "java17", {"a/B.class": CLASS + bytes([62])}, "a/B.class is compiled for Java 18"),
        ("a.B::c", "java21", {"lib/x.jar": ""}, ""),
        ("a.B::c", "java21", {"a/C.class": ""}, "no file a/B.class exists"),
        ("a.B::c", "java21", {"a/b.class": ""}, "found a/b.class"),
        ("a.B::c", "java21", {"x.jar": ""}, "Lambda looks at jars in lib/ only, and found x.jar"),
        ("a.B::c", "java21", {"BOOT-INF/classes/a/B.class": ""}, "BOOT-INF/classes/, where Lambda doesn't look"),
        ("A::B.C::D", "dotnet10", {"A.dll": ""}, ""),
        ("A", "dotnet10", {"A.dll": ""}, ""),
        ("A", "dotnet10", {"bootstrap": ""}, ""),
        ("A::B", "dotnet10", {"A.dll": ""}, "has to be Assembly::Namespace.Class::Method"),
        ("A::B.C::D", "dotnet10", {"out/A.dll": ""}, "no A.dll stands at the root of the package; found out/A.dll"),
        ("app.handler", "ruby3.4", {"app.rb": "def handler(event:, context:)\nend\n"}, ""),
        ("app.M::C.handler", "ruby3.4", {"app.rb": "def self.handler(event:, context:)\nend\n"}, ""),
        ("app.handler", "ruby3.4", {"app.rb": "require_relative 'impl'\n"}, ""),
        ("app.handler", "ruby3.4", {"vendor/bundle/lib/app.rb": ""}, ""),
        ("app.handler", "ruby3.4", {"app.rb": "def main(event:, context:)\nend\n"}, "app.rb defines no handler"),
        ("app.handler", "ruby3.4", {"main.rb": ""}, "no app.rb exists; found main.rb"),
        ("app.A.B.handler", "ruby3.4", {"app.rb": ""}, "has to be a file, a dot and a method"),
    ],
)
def test_java_dotnet_and_ruby(
    tmp_path: Path, handler: str, runtime: str, files: dict[str, str | bytes], reason: str
) -> None:
    verdict = check_handler(package(tmp_path, files), handler, runtime)
    assert (verdict.state == "problem") is bool(reason)
    assert reason in verdict.reason
    assert check_handler(package(tmp_path, files), handler, runtime, has_unknown_code=True).state != "problem"


def test_a_missing_module_is_unknown_where_code_may_come_from_elsewhere(tmp_path: Path) -> None:
    found = package(tmp_path, {"app.py": DEF})
    assert check_handler(found, "index.handler", HERE, has_unknown_code=True).state == "unknown"
    assert check_handler(found, "app.handler", HERE, has_unknown_code=True).state == "ok"


@pytest.mark.parametrize(
    ("handler", "files"),
    [
        ("app.handler", {"app.py": "from x import *\n"}),
        ("app.handler", {"app.py": "def __getattr__(name): ...\n"}),
        ("app.handler", {"app.py": "globals()['handler'] = 1\n"}),
        ("app.handler", {"app.py": "import sys\nsys.modules[__name__] = x\n"}),
        ("app.handler", {"app.cpython-313-x86_64-linux-gnu.so": ""}),
        ("app.handler", {"app.pyc": ""}),
        ("app.sub.handler", {"app/__init__.py": "__path__ = [1]\n"}),
        ("json.handler", {"app.py": ""}),
        ("awslambdaric.handler", {"app.py": ""}),
        ("app.handler", {"app.py": "x = " + "-" * 100_000 + "1\n"}),
        ("app.handler", {"app.py": "x = " + "[" * 150 + "]" * 150 + " + a.b" * 50_000 + "\n"}),
        ("app.handler", {"app.py": "#" * 600_000}),
        ("app.handler", {"app.py": b"# coding: nonsense\n\xff"}),
        ("a.b.c.d.e.f.g.h.i.j.k.handler", {"app.py": ""}),
    ],
)
def test_nothing_can_be_said(tmp_path: Path, handler: str, files: dict[str, str | bytes]) -> None:
    begin = time.process_time()
    assert check_handler(package(tmp_path, files), handler, NEWER).state == "unknown"
    assert time.process_time() - begin < 5


def test_syntax_of_a_newer_python_is_unknown(tmp_path: Path) -> None:
    found = package(tmp_path, {"app.py": "def handler(event context): ...\n"})
    assert check_handler(found, "app.handler", NEWER).state == "unknown"
    assert check_handler(found, "app.handler", "python2.7").state == "unknown"
    older = package(tmp_path, {"app.py": DEF + "match x:\n    case 1: ...\n"})
    assert check_handler(older, "app.handler", "python3.9").state == "problem"


def test_layers_are_looked_into(tmp_path: Path) -> None:
    function = package(tmp_path / "f", {"other.py": ""})
    one = package(tmp_path / "1", {"python/shared/__init__.py": ""})
    two = package(tmp_path / "2", {"python/shared/app.py": DEF, "python/lib/python3.9/site-packages/old.py": DEF})
    layers = [one, two]
    assert check_handler(function, "shared.app.handler", HERE, layers=layers).state == "ok"
    assert check_handler(function, "shared.app.handler", HERE, layers=[one]).state == "problem"
    assert check_handler(function, "old.handler", "python3.9", layers=layers).state == "ok"
    assert check_handler(function, "old.handler", "python3.10", layers=layers).state == "problem"
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "python").symlink_to(tmp_path / "2")
    assert check_handler(function, "x.handler", HERE, layers=[inspect(tmp_path / "3")]).state == "unknown"


def test_links(tmp_path: Path) -> None:
    package(tmp_path, {"src/app.py": DEF})
    (tmp_path / "app.py").symlink_to("src/app.py")
    (tmp_path / "dir").symlink_to("src")
    found = inspect(tmp_path)
    assert check_handler(found, "app.handler", HERE).state == "ok"
    assert check_handler(found, "dir.app.handler", HERE).state == "unknown"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("app.py")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "src/app.py")
    assert check_handler(inspect(tmp_path / "a.zip"), "app.handler", HERE).state == "unknown"


def test_an_archive_with_problems_is_unknown(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("src\\app.py", DEF)
    assert check_handler(inspect(tmp_path / "a.zip"), "src.app.handler", HERE).state == "unknown"


def test_handlers_that_are_found(tmp_path: Path) -> None:
    found = package(
        tmp_path,
        {
            "app.py": "def helper(a, b): ...\ndef lambda_handler(event, context): ...\ndef _private(a, b): ...\n"
            "def one(a): ...\ndef three(a, b, c): ...\n",
            "src/orders.py": DEF,
            "src/__init__.py": DEF,
            "src/deep/more.py": DEF,
            "tests/test_app.py": DEF,
            "broken.py": "def (",
            "requests/__init__.py": "def get(url, params): ...\n",
            "requests-2.0.dist-info/METADATA": "",
            "yaml/__init__.py": "def load(a, b): ...\n",
            "PyYAML-6.0.dist-info/RECORD": "yaml/__init__.py,sha256=x,1\n",
        },
    )
    assert python_handlers(found) == ("app.lambda_handler", "src.handler", "src.orders.handler", "app.helper")


@pytest.mark.parametrize(
    ("handler", "runtime", "state"),
    [
        ("index.handler", "nodejs22.x", "ok"),
        ("src/main.handler", "nodejs22.x", "ok"),
        ("src/main.nested.handler", "nodejs22.x", "ok"),
        ("src/common.handler", "nodejs22.x", "ok"),
        ("typed.handler", "nodejs24.x", "ok"),
        ("typed.handler", "nodejs22.x", "problem"),
        ("main.handler", "nodejs22.x", "problem"),
        ("../index.handler", "nodejs22.x", "problem"),
        ("index", "nodejs22.x", "problem"),
        ("main.handler", "nodejs99.x", "unknown"),
        ("pkg.handler", "nodejs22.x", "unknown"),
        ("src.handler", "nodejs22.x", "unknown"),
        ("layered.handler", "nodejs22.x", "unknown"),
        ("/opt/nodejs/node_modules/x/handler.handler", "nodejs22.x", "unknown"),
        ("a.b.C::handle", "java21", "unknown"),
        ("src/main.other.handler", "nodejs22.x", "problem"),
        ("index.handler", "provided.al2023", "unknown"),
        ("index.handler", "", "unknown"),
    ],
)
def test_node_and_others(tmp_path: Path, handler: str, runtime: str, state: str) -> None:
    function = package(
        tmp_path / "f",
        {
            "index.js": "exports.handler = 1;",
            "src/main.mjs": "export const handler = 1, nested = {};",
            "src/common.cjs": "exports.handler = 1;",
            "typed.ts": "",
            "node_modules/pkg/index.js": "",
        },
    )
    layer = package(tmp_path / "l", {"nodejs/node_modules/layered/index.js": ""})
    assert check_handler(function, handler, runtime, layers=[layer]).state == state


@pytest.mark.parametrize(
    ("manifest", "text", "state"),
    [
        ({"type": "module"}, "exports.handler = 1;", "problem"),
        ({"type": "module"}, "export const handler = 1;", "ok"),
        ({"type": "commonjs"}, "exports.handler = 1;", "ok"),
        ({}, "exports.other = 1;", "problem"),
        ({}, "export const handler = 1;", "ok"),
        ("{", "exports.other = 1;", "ok"),
    ],
)
def test_the_kind_of_a_module_of_node(tmp_path: Path, manifest: object, text: str, state: str) -> None:
    said = manifest if isinstance(manifest, str) else json.dumps(manifest)
    found = package(tmp_path, {"package.json": "{}", "src/package.json": said, "src/index.js": text})
    assert check_handler(found, "src/index.handler", "nodejs22.x").state == state


def test_what_node_found_instead(tmp_path: Path) -> None:
    verdict = check_handler(package(tmp_path, {"app.js": "", "x.ts": ""}), "index.handler", "nodejs22.x")
    assert verdict.reason == "none of index.js, index.mjs, index.cjs exists; found app.js, x.ts"


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("def handler(event, context:\n    pass\n", "problem"),
        ("def handler(event, context):\npass\n", "problem"),
        ("x = 'a\n" + DEF, "problem"),
        ("x = [1))\n" + DEF, "problem"),
        ('x = f"{y["a"]}"\ndef handler(event, context:\n', "unknown"),  # an f-string may be of a newer grammar
        ("x = rf'{y('\n", "unknown"),
        ("type Orders = list[int]\n" + DEF, "unknown"),
        ("def first[T](x: T): ...\n" + DEF, "unknown"),
        ("try: ...\nexcept A, B: ...\n" + DEF, "unknown"),
    ],
)
def test_syntax_that_no_python_takes(tmp_path: Path, source: str, state: str) -> None:
    assert check_handler(package(tmp_path, {"app.py": source}), "app.handler", "python9.9").state == state

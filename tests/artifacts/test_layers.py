"""Layers: where their files stand, and the bootstrap of a custom runtime."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.layers import check_bootstrap, check_extensions, check_layout, read_layout, serves
from constructs_lambda.artifacts.packages import Package


def package(path: Path, *names: str, mode: int = 0o644) -> Package:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (0o100000 | mode) << 16
            archive.writestr(info, "x")
            if not mode:
                info.external_attr = 0  # what tools on Windows write
    return inspect(path.with_suffix(".zip"))


def test_layout(tmp_path: Path) -> None:
    layout = read_layout(
        package(
            tmp_path / "a",
            "python/a.py",
            "python/lib/python3.13/site-packages/b.py",
            "nodejs/node22/node_modules/c/index.js",
            "java/lib/d.jar",
            "ruby/gems/3.4.0/gems/e.rb",
            "extensions/agent",
            "bin/tool",
            "bootstrap",
        )
    )
    assert layout.runtimes == {"python": {"", "3.13"}, "nodejs": {"22"}, "java": {""}, "ruby": {"3.4"}}
    assert layout.folders == {"bin", "extensions"}
    assert layout.extensions == ("agent",)
    assert layout.has_bootstrap
    assert not layout.has_others


@pytest.mark.parametrize(
    ("names", "runtime", "state"),
    [
        (["python/a.py"], "python3.14", "ok"),
        (["python/a.py"], "nodejs22.x", "problem"),
        (["python/lib/python3.13/site-packages/a.py"], "python3.13", "ok"),
        (["python/lib/python3.13/site-packages/a.py"], "python3.14", "problem"),
        (["nodejs/node_modules/a/i.js"], "nodejs22.x", "ok"),
        (["nodejs/node20/node_modules/a/i.js"], "nodejs22.x", "problem"),
        (["java/lib/a.jar"], "java8.al2", "ok"),
        (["ruby/gems/3.4.0/x.rb"], "ruby3.4", "ok"),
        (["python/a.py", "lib/x.so"], "nodejs22.x", "unknown"),
        (["python/a.py", "certs/x.pem"], "nodejs22.x", "unknown"),
        (["python/a.py"], "provided.al2023", "unknown"),
        (["python/a.py"], "dotnet8", "unknown"),
        ([], "python3.14", "unknown"),
    ],
)
def test_whom_a_layer_serves(tmp_path: Path, names: list[str], runtime: str, state: str) -> None:
    assert serves(read_layout(package(tmp_path / "a", *names)), runtime).state == state


@pytest.mark.parametrize(
    ("names", "state", "reason"),
    [
        (["requests/__init__.py", "six.py"], "problem", "its modules stand at its root (requests/, six.py)"),
        (["x-1.0.dist-info/METADATA", "x.so"], "problem", "have to be in python/"),
        (["lib/python3.13/site-packages/a.py"], "problem", "lib/python3.13/site-packages/"),
        (["site-packages/a.py"], "problem", "site-packages/"),
        (["node_modules/a/index.js"], "problem", "has to be in nodejs/"),
        (["python/a.py", "setup.py"], "ok", ""),
        (["extensions/agent", "agent.py"], "unknown", ""),
        (["bootstrap", "runtime.py"], "unknown", ""),
        (["lib/libx.so", "x.py"], "unknown", ""),
        (["data.bin"], "unknown", ""),
        (["requirements.txt"], "problem", "it holds requirements.txt and nothing of what that names"),
        (["python/requirements.txt", "README.md"], "problem", "it holds python/requirements.txt"),
        (["nodejs/package.json"], "problem", "it holds nodejs/package.json"),
        (["nodejs/package.json", "nodejs/util.js"], "unknown", ""),
        (["requirements.txt", "data.bin"], "unknown", ""),
        (["Python/a.py"], "problem", "its modules stand in Python/, and have to be in python/"),
        (["python3.13/a.py", "LICENSE"], "problem", "python3.13/"),
        (["NodeJS/node_modules/a/index.js"], "problem", "have to be in nodejs/"),
        (["python3.13/a.bin"], "unknown", ""),
        (["pythonic/a.py"], "unknown", ""),
        (["layer/python/a.py"], "problem", "python/ stands in layer/, and has to stand at its root"),
        (["layer/python/a.py", "layer/b.bin"], "unknown", ""),
        ([".venv/lib/python3.13/site-packages/a.py"], "problem", ".venv/lib/python3.13/site-packages/"),
        (["a.jar"], "unknown", ""),
        (["a.rb"], "unknown", ""),
        ([], "unknown", ""),
    ],
)
def test_modules_at_the_root(tmp_path: Path, names: list[str], state: str, reason: str) -> None:
    verdict = check_layout(package(tmp_path / "a", *names))
    assert verdict.state == state
    assert not reason or reason in verdict.reason


@pytest.mark.parametrize(
    ("names", "family", "state"),
    [
        (["a.jar", "b.jar"], "java", "problem"),
        (["java/a.jar"], "java", "problem"),
        (["java/lib/a.jar"], "java", "ok"),
        (["a.jar"], "python", "unknown"),
        (["a.jar", "a.conf"], "java", "unknown"),
        (["a.rb"], "ruby", "problem"),
        (["ruby/lib/a.rb"], "ruby", "ok"),
        (["a.rb", "Rakefile"], "ruby", "unknown"),
    ],
)
def test_what_stands_outside_of_the_folder_of_a_runtime(
    tmp_path: Path, names: list[str], family: str, state: str
) -> None:
    assert check_layout(package(tmp_path / "a", *names), frozenset({family})).state == state


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "bootstrap is empty"),
        (b"#!/bin/sh\r\nexec x\r\n", "the first line of bootstrap ends as on Windows"),
        (b"#!/bin/sh\nexec x\r\n", ""),
        (b"\x7fELF", ""),
    ],
)
def test_a_bootstrap_that_cant_be_started(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "bootstrap").write_bytes(content)
    (tmp_path / "bootstrap").chmod(0o755)
    assert check_bootstrap(inspect(tmp_path)).reason.startswith(reason)
    assert (check_bootstrap(inspect(tmp_path)).state == "problem") is bool(reason)


def test_a_bootstrap_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "bootstrap").symlink_to("main")
    assert check_bootstrap(inspect(tmp_path)).reason == "bootstrap is a link that leads nowhere"
    (tmp_path / "main").write_text("x")
    assert check_bootstrap(inspect(tmp_path)).state == "unknown"


@pytest.mark.parametrize(("mode", "state"), [(0o644, "problem"), (0o755, "ok")])
def test_extensions(tmp_path: Path, mode: int, state: str) -> None:
    assert check_extensions(package(tmp_path / "a", "extensions/agent", mode=mode)).state == state


def test_bootstrap(tmp_path: Path) -> None:
    none = package(tmp_path / "none", "main.py")
    deeper = package(tmp_path / "deeper", "dist/bootstrap", mode=0o755)
    plain = package(tmp_path / "plain", "bootstrap", mode=0o644)
    program = package(tmp_path / "program", "bootstrap", mode=0o755)
    unsaid = package(tmp_path / "unsaid", "bootstrap", mode=0)
    assert check_bootstrap(program).state == "ok"
    assert check_bootstrap(none, [program]).state == "ok"
    assert check_bootstrap(unsaid).state == "unknown"
    assert check_bootstrap(none, has_unknown_layers=True).state == "unknown"
    assert check_bootstrap(none).reason == "no bootstrap stands at the root of the package"
    assert check_bootstrap(deeper, [none]).reason.endswith("or of a layer; found dist/bootstrap")
    assert check_bootstrap(plain).reason == "bootstrap isn't executable: its mode is 644"
    (tmp_path / "folder").mkdir()
    file = tmp_path / "folder" / "bootstrap"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o644)
    assert check_bootstrap(inspect(tmp_path / "folder")).state == "problem"
    file.chmod(0o755)
    assert check_bootstrap(inspect(tmp_path / "folder")).state == "ok"

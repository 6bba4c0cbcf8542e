"""The project that `constructs-lambda new` makes: it passes its own tests and checks untouched, and the wheel holds it.

UPDATE_SNAPSHOTS=1 takes the snapshot of its template anew.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from constructs_lambda.cli import main
from constructs_lambda.projects.templates import as_yaml
from constructs_lambda.testing.snapshots import TemplateSnapshotExtension

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "constructs_lambda" / "templates" / "service"
SNAPSHOT = "tests/__snapshots__/test_stack/test_the_template.yaml"
OUTER = ("CDK_", "JSII_", "MAKE", "MFLAGS", "PIP_USER", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


def run(project: Path, *command: str | Path, **environment: str) -> str:
    """What a command says in a project's folder, without what this run of the tests has set."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUTER)}
    done = subprocess.run(
        command, cwd=project, env=inherited | environment, text=True, timeout=1200, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def new(folder: Path, name: str = "my-service", **settings: str) -> Path:
    chosen = (each for key, value in settings.items() for each in ("--set", f"{key}={value}"))
    folder.mkdir(exist_ok=True)
    assert main(["new", name, "--output", str(folder / "project"), *chosen]) == 0
    return folder / "project"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the dependencies of the handlers are, beside those of this library."""
    folder = tmp_path_factory.mktemp("libraries")
    pins = [part for file in sorted(TEMPLATE.glob("files/functions/*/requirements.txt")) for part in ("-r", str(file))]
    install = (Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--python", sys.executable)
    run(folder, *install, "--target", folder, "--require-hashes", *pins)
    return str(folder)


@pytest.mark.cdk
def test_it_passes_its_own_tests(libraries: str, tmp_path: Path) -> None:
    """With the longest name and description that there can be."""
    name, description = f"quite-another-name-{'x' * 44}", f"What is in no other file: {'y' * 74}"
    project = new(tmp_path, name, description=description, budget="2")
    environment = {"PYTHONPATH": f"{libraries}{os.pathsep}{ROOT}", "JSII_NODE": os.environ.get("JSII_NODE", "")}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        run(project, sys.executable, "-m", "pytest", "--snapshot-update", "-k", "template", **environment)
        text = (project / SNAPSHOT).read_text()
        assert not re.search(r"\{[{%#]", text)
        for value, variable in ((description, "description"), (name, "name")):
            text = re.sub(rf"(?m)((?::|-) ){re.escape(as_yaml(value))}$", rf"\1{{{{ {variable} | toyaml }}}}", text)
            assert value not in text, "a part of another text: what quotes that needs depends on the value"
        (TEMPLATE / "files" / f"{SNAPSHOT}.jinja").write_text(text)
    said = run(project, sys.executable, "-m", "pytest", **environment)
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said
    assert "1 snapshot passed" in said
    ruff = [sys.executable, "-m", "ruff"]
    run(project, *ruff, "check", "--no-cache")
    run(project, *ruff, "format", "--check", "--no-cache")


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("my-service", "The service my-service"),
        ("true", "Orders: what they cost"),
        ("null", "ends with:"),
        ("on", "- one of a list"),
        ("e1", "1e5"),
        ("y", "12:30:45"),
        ("nan", " spaces around "),
        ("no", "null"),
        ("x" * 63, "y " * 50),
        ("off", "..."),
        ("yes", "2026-11-28"),
    ],
)
def test_its_snapshot_is_as_it_is_written_anew(tmp_path: Path, name: str, description: str) -> None:
    text = (new(tmp_path, name, description=description) / SNAPSHOT).read_text()
    document = yaml.load(text, Loader=yaml.CSafeLoader)
    assert TemplateSnapshotExtension().serialize(document) == text
    assert document["Service"]["Description"] == description
    named = [each["Properties"] for each in document["Service"]["Resources"].values() if "Name" in each["Properties"]]
    assert name in [each["Name"] for each in named]


@pytest.mark.parametrize("text", ["a\nb", "\n", "", "a\tb", "it's", '"', "# no comment", "\u2028", "\u00e9"])
def test_any_text_becomes_one_line_of_yaml(text: str) -> None:
    line = as_yaml(text)
    assert line.splitlines() == [line]
    assert yaml.safe_load(f"outer:\n  inner: {line}\n  after: 1\n") == {"outer": {"inner": text, "after": 1}}


@pytest.mark.slow
@pytest.mark.cdk
def test_make_sets_everything_up(tmp_path: Path) -> None:
    project, as_new = new(tmp_path / "a"), new(tmp_path / "b")
    assert re.search(r"^\d+ passed", run(project, "make", "test", CONSTRUCTS_LAMBDA=str(ROOT)), re.MULTILINE)
    assert "Total: " in run(project, "make", "cost")
    ignored = (project / ".gitignore").read_text().splitlines()
    made = {path.name for path in project.iterdir()} - {path.name for path in as_new.iterdir()}
    assert {f"{name}/" for name in made} <= set(ignored)


def test_it_asks_for_what_this_library_is_tested_with() -> None:
    """A snapshot holds for the releases of CDK that made it."""
    ours = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE))
    its = dict(
        re.findall(r"^([\w-]+)==(\S+)", (TEMPLATE / "files" / "requirements.txt.jinja").read_text(), re.MULTILINE)
    )
    assert len(its) == 9
    assert its == {name: ours[name] for name in its}


def test_it_has_the_feature_flags_of_this_library() -> None:
    ours, its = (json.loads((folder / "cdk.json").read_text()) for folder in (ROOT, TEMPLATE / "files"))
    assert its["context"] == ours["context"]


def test_no_project_can_have_a_name_that_it_imports(tmp_path: Path) -> None:
    project = new(tmp_path)
    used = {path.name for path in project.iterdir() if path.is_dir() and path.name[0] != "."}
    for file in project.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            used |= {name.partition(".")[0] for name in names}
    reserved = tomllib.loads((TEMPLATE / "template.toml").read_text())["reserved"]
    assert used - sys.stdlib_module_names - {"my_service"} <= set(reserved)


def test_the_wheel_holds_it(tmp_path: Path) -> None:
    run(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if "/templates/" in name}
    assert "constructs_lambda/templates/service/files/.github/workflows/ci.yml" in packed
    assert packed == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files_of(TEMPLATE)}


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]

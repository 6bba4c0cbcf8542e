"""What README.md and the guides show is what happens.

Python blocks with a title are files, and each is run. Blocks of the kind `console` are run command by command, in one
folder for each page, and their output must be the real one; a line `...` stands for any lines. Blocks of the kind `sh`
are not run: they install or deploy.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
GUIDES = (
    "adopt",
    "apis",
    "checks",
    "cost",
    "events",
    "golden-path",
    "invoke",
    "local",
    "monitoring",
    "networks",
    "new-service",
    "packaging",
    "scaling",
    "testing",
)
PAGES = [README, *(ROOT / "docs" / f"{name}.md" for name in GUIDES)]


class Block(NamedTuple):
    kind: str
    title: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    found = re.finditer(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)
    return [Block(m[1], m[2] or "", m[3], text.count("\n", 0, m.start()) + 1) for m in found]


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block, with the output shown below it."""
    parts = re.split(r"^\$ (.+)\n", block.text, flags=re.MULTILINE)
    assert parts[0] == "", f"line {block.line}: output without a command"
    return list(zip(parts[1::2], parts[2::2], strict=True))


def matches(shown: str, real: str) -> bool:
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*?".join(map(re.escape, parts)), real) is not None


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The commands by the names they have for a user, in the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("bin")
    recipe = re.search(r"^synth:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    synth = recipe[1].replace("\t@", "").replace(".venv/bin/", "").replace(" examples/", f" {ROOT}/examples/")
    scripts = {
        "python": f'exec {sys.executable} "$@"',
        "constructs-lambda": f'exec {sys.executable} -c "import sys; from constructs_lambda.cli import main; '
        f'sys.exit(main())" "$@"',
        "make": f'[ "$*" = synth ] || exit 2\n{synth}',
    }
    for name, script in scripts.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    python_path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    # CDK behaves differently where it sees pytest.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**inherited, "PATH": path, "PYTHONPATH": python_path, "NO_COLOR": "1"}


@pytest.mark.cdk
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_happens(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    run = set()
    for block in blocks(page):
        if block.title:
            (tmp_path / block.title).write_text(block.text)
        for command, shown in commands(block) if block.kind == "console" else ():
            # A thread of jsii passes on what CDK reports, while Python writes the traceback: now and then they mix.
            for _ in range(3 if command.startswith("python ") else 1):
                done = subprocess.run(
                    command, shell=True, cwd=tmp_path, env=environment, text=True, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                if matches(shown, done.stdout):
                    break
            assert matches(shown, done.stdout), f"{page.name}:{block.line}: $ {command}\n{done.stdout}"
            run.add(command)
    texts = {block.title: block.text for block in blocks(page) if block.title.endswith(".py")}
    imported = {name for name in texts for other in texts.values() if f"from {Path(name).stem} import" in other}
    named = {word for command in run if command.startswith("python ") for word in command.split()}
    assert texts.keys() - imported <= named, "each file is run"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs" / "rules.md"], ids=lambda page: page.name)
def test_python_and_json_are_well_formed(page: Path) -> None:
    for block in blocks(page):
        if block.kind == "python":
            ast.parse(block.text)
        elif block.kind == "json":
            json.loads(block.text)


def test_the_first_two_commands() -> None:
    indented = re.findall(r"^    (make \w+)", README.read_text(), re.MULTILINE)
    assert indented == ["make synth", "make test"]


def test_matches() -> None:
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n")
    assert matches("a\n...\nd\n", "a\nd\n")
    assert not matches("a\n", "a\nb\n")
    assert not matches("a\n...\nd\n", "a\nb\n")

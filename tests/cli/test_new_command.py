"""`constructs-lambda new`: what it makes, what it refuses, and that nothing half-made stays behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from constructs_lambda.cli import main

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with nothing in it."""
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def template(folder: Path, config: str = 'summary = "a note"\n', **files: str) -> str:
    """A template beside the working directory; in the names of files, `__` stands for a dot."""
    place = folder.parent / "template"
    (place / "files").mkdir(parents=True)
    (place / "template.toml").write_text(config)
    for name, text in (files or {"note__txt__jinja": "{{ name }}\n"}).items():
        (place / "files" / name.replace("__", ".")).write_text(text)
    return str(place)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(capsys: Output, *arguments: str) -> list[str]:
    """What is said of a refusal, after which the working directory is as empty as before."""
    assert main(["new", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert [*Path.cwd().iterdir()] == []
    return [line.removeprefix("constructs-lambda: ") for line in output.err.splitlines()]


def test_it_says_what_it_made_and_what_is_next(folder: Path, capsys: Output) -> None:
    assert main(["new", "my-service"]) == 0
    number = len(contents(folder / "my-service"))
    assert capsys.readouterr().out.splitlines() == [
        f"my-service: an HTTP API in Python with an authorizer, tests and a budget, {number} files in my-service",
        "Next:", "  cd my-service", "  make test", "  make local",
    ]  # fmt: skip
    assert [*folder.iterdir()] == [folder / "my-service"]
    assert "my_service/stack.py" in contents(folder / "my-service")


def test_the_same_input_gives_the_same_bytes(folder: Path) -> None:
    assert main(["new", "my-service", "--output", "a"]) == 0
    assert main(["new", "my-service", "--output", "b"]) == 0
    assert contents(folder / "a") == contents(folder / "b")


def test_into_another_folder(folder: Path, capsys: Output) -> None:
    (folder / "team services").mkdir()
    assert main(["new", "my-service", "--output", "team services/mine"]) == 0
    assert "  cd 'team services/mine'\n" in capsys.readouterr().out


def test_into_the_empty_folder_where_one_stands(folder: Path, capsys: Output) -> None:
    before = folder.stat().st_ino
    assert main(["new", "my-service", "--output", "."]) == 0
    assert folder.stat().st_ino == before
    assert (folder / "Makefile").is_file()
    assert not [*folder.glob(".new-*")]
    assert "cd " not in capsys.readouterr().out


def test_nothing_is_overwritten(folder: Path, capsys: Output) -> None:
    assert main(["new", "my-service"]) == 0
    (folder / "my-service" / "Makefile").write_text("mine")
    before = contents(folder)
    assert main(["new", "my-service"]) == 2
    assert capsys.readouterr().err == (
        "constructs-lambda: my-service: is there already, and nothing is overwritten; choose another --output\n"
    )
    assert contents(folder) == before


def test_a_file_stands_there(folder: Path, capsys: Output) -> None:
    (folder / "my-service").write_text("mine")
    assert main(["new", "my-service"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert contents(folder) == {"my-service": b"mine"}


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("My Service", "my-service"),
        ("MyService", "my-service"),
        ("my_service", "my-service"),
        ("../mine", "mine"),
        ("a/b", "a-b"),
        ("it's", "it-s"),
        ('"quoted"', "quoted"),
        ("größe", "große"),
        ("注文", "my-service"),
        ("1st-service", "st-service"),
        ("my--service", "my-service"),
        ("my-service-", "my-service"),
        ("-my-service", None),  # an option, for click
        ("my-service\n", "my-service"),
        ("", "my-service"),
        ("a" * 64, "a" * 63),
    ],
)
def test_a_name_that_is_none(name: str, suggested: str | None, capsys: Output) -> None:
    (line,) = refused(capsys, name)
    if suggested:
        near = suggested.replace("ß", "")  # has no plain letter
        assert line.endswith(f"at most 63 characters; for example {near!r}"), line


@pytest.mark.parametrize("name", ["a", "a1", "a-1", "a" * 63])
def test_a_name_at_the_edge_of_what_is_allowed(name: str, folder: Path) -> None:
    assert main(["new", name, "--template", template(folder)]) == 0
    assert contents(folder) == {f"{name}/note.txt": f"{name}\n".encode()}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "is a keyword of Python"),
        ("test", "is a module of Python itself"),
        ("json", "is a module of Python itself"),
        ("tests", "is a package that the project uses itself"),
        ("aws-cdk", "is a package that the project uses itself"),
    ],
)
def test_a_name_that_is_taken(name: str, reason: str, capsys: Output) -> None:
    package = name.replace("-", "_")
    assert refused(capsys, name) == [
        f"the name {name!r}: its package would be {package!r}, which {reason}; try '{name}-service'"
    ]


def test_no_name(capsys: Output) -> None:
    assert refused(capsys) == [
        "Missing argument 'NAME': what the service is called, such as my-service. (see 'constructs-lambda new --help')"
    ]


def test_settings(folder: Path) -> None:
    settings = ["--set", "description=Takes orders", "--set", "budget=3"]
    assert main(["new", "my-service", *settings]) == 0
    made = contents(folder / "my-service")
    assert b'DESCRIPTION = "Takes orders"\n' in made["app.py"]
    assert b"BUDGET_USD = 3\n" in made["tests/test_stack.py"]


def test_all_wrong_settings_at_once(capsys: Output) -> None:
    settings = ["budgte=3", "budget=0", 'description=a "quote"', "colour=red"]
    assert refused(capsys, "my-service", *(each for setting in settings for each in ("--set", setting))) == [
        "--set 'budgte': the template has no such variable; did you mean 'budget'?",
        "--set 'colour': the template has no such variable; it has budget, description",
        "--set budget='0': has to be a whole number from 1 to 999999",
        "--set description='a \"quote\"': has to be 1 to 100 letters, digits, spaces and .,:;()/_-",
    ]


@pytest.mark.parametrize(("value", "status"), [("0", 2), ("1", 0), ("999999", 0), ("1000000", 2), ("1.5", 2)])
def test_the_edges_of_a_pattern(value: str, status: int) -> None:
    assert main(["new", "my-service", "--set", f"budget={value}"]) == status


@pytest.mark.parametrize("setting", ["budget", "=3", ""])
def test_a_setting_that_is_none(setting: str, capsys: Output) -> None:
    assert refused(capsys, "my-service", "--set", setting) == [f"--set {setting.strip('=3')!r}: has to be KEY=VALUE"]


def test_the_variables_are_listed(folder: Path, capsys: Output) -> None:
    assert main(["new", "--list"]) == 0
    assert capsys.readouterr().out.startswith(
        "description  what the service does, in one line (default: The service {{ name }})\nbudget       US dollars"
    )
    assert main(["new", "--list", "--template", template(folder)]) == 0
    assert capsys.readouterr().out == "no variables\n"


def test_a_template_of_ones_own(folder: Path, capsys: Output) -> None:
    config = 'summary = "a note"\n[variables.owner]\nhelp = "the team"\n'
    own = template(folder, config, **{
        "{{ package }}__txt__jinja": "{{ owner }} owns {{ name }}\r\n",
        "as_it_is__txt": "${{ owner }}\r\n",
        "__hidden": "",
    })  # fmt: skip
    Path(own, "files", "whole.jinja").write_text("{% include 'part.txt' %}!\n")
    Path(own, "part.txt").write_text("of {{ name }}")
    script = Path(own, "files", "run")
    script.write_bytes(b"#!/bin/sh\n\xff")
    script.chmod(0o755)
    assert refused(capsys, "my-service", "--template", own) == ["--set owner=...: is missing; the team"]
    assert main(["new", "my-service", "--template", own, "--set", "owner=Blue"]) == 0
    assert contents(folder / "my-service") == {
        ".hidden": b"",
        "as_it_is.txt": b"${{ owner }}\r\n",
        "my_service.txt": b"Blue owns my-service\n",
        "run": b"#!/bin/sh\n\xff",
        "whole": b"of my-service!\n",
    }
    assert (folder / "my-service" / "run").stat().st_mode & stat.S_IXUSR
    assert not (folder / "my-service" / ".hidden").stat().st_mode & stat.S_IXUSR
    assert capsys.readouterr().out == "my-service: a note, 5 files in my-service\nNext:\n  cd my-service\n"


def test_all_broken_files_of_a_template_at_once(folder: Path, capsys: Output) -> None:
    own = template(folder, **{
        "a__txt__jinja": "fine\n{{ nmae }}\n", "b__txt__jinja": "\n\n{% if %}\n", "c__txt__jinja": "{{ 1 / 0 }}",
        "d__txt": "", "d__txt__jinja": "", "{{ 'x' * 0 }}": "", "{{ '..' }}": "", r"{{ 'a\x2fb' }}": "",
    })  # fmt: skip
    Path(own, "files", "e.jinja").write_bytes(b"\xff")
    Path(own, "files", "f").symlink_to("d.txt")
    Path(own, "files", "g").symlink_to(".")
    lines = [line.removeprefix(f"{own}/files/") for line in refused(capsys, "my-service", "--template", own)]
    assert lines == [
        "a.txt.jinja:2: 'nmae' is undefined; known are name, package, version",
        "b.txt.jinja:3: can't be rendered: Expected an expression, got 'end of statement block'",
        "c.txt.jinja:1: can't be rendered: division by zero",
        "d.txt.jinja: becomes 'd.txt', as another file does",
        "e.jinja: can't be rendered: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        "f: is no file; a template holds files and folders only",
        "{{ '..' }}: its name becomes '..', which is no name of a file",
        r"{{ 'a\x2fb' }}: its name becomes 'a/b', which is no name of a file",
        "{{ 'x' * 0 }}: its name becomes '', which is no name of a file",
        "g: is no file; a template holds files and folders only",
    ]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("", "'summary' is a required property"),
        ("summary = 1", "summary: 1 is not of type 'string'"),
        ('summary = "x"\nnxet = ["make"]', "Additional properties are not allowed ('nxet' was unexpected)"),
        ('summary = "x"\n[variables.name]\nhelp = "x"', "variables: 'name' should not be valid under {"),
        ('summary = "x"\n[variables.a]\nhelp = "x"\npattern = "("', "variables: a: pattern: '(' is not a 'regex'"),
        ("summary =", "invalid value (at end of document)"),
    ],
)
def test_a_broken_template_toml(config: str, said: str, folder: Path, capsys: Output) -> None:
    own = template(folder, config)
    (line,) = refused(capsys, "my-service", "--template", own)
    assert line.lower().startswith(f"{own}/template.toml: {said}".lower())


def test_a_default_that_breaks(folder: Path, capsys: Output) -> None:
    own = template(folder, 'summary = "x"\n[variables.a]\nhelp = "x"\ndefault = "{{ 1 / 0 }}"')
    assert refused(capsys, "my-service", "--template", own) == [
        f"{own}/template.toml: variables.a.default: can't be rendered: division by zero"
    ]


def test_a_default_that_asks_for_too_much(folder: Path, capsys: Output) -> None:
    own = template(folder, 'summary = "x"\n[variables.a]\nhelp = "x"\ndefault = "{{ b }}"')
    assert refused(capsys, "my-service", "--template", own) == [
        f"{own}/template.toml: variables.a.default: 'b' is undefined; known are name, package, version"
    ]


def test_no_template(folder: Path, capsys: Output) -> None:
    no = folder.parent / "no"
    assert refused(capsys, "my-service", "--template", str(no)) == [
        f"{no}: no such folder; a template is a folder with template.toml and files/"
    ]
    no.mkdir()
    assert refused(capsys, "my-service", "--template", str(no)) == [
        f"{no}: has no folder 'files', which holds what a project is made of"
    ]
    (no / "files").mkdir()
    assert refused(capsys, "my-service", "--template", str(no)) == [f"{no}/template.toml: no such file or directory"]
    (no / "template.toml").write_text('summary = "x"')
    assert refused(capsys, "my-service", "--template", str(no)) == [f"{no}/files: holds no file"]


def test_a_folder_that_is_missing(folder: Path, capsys: Output) -> None:
    assert refused(capsys, "my-service", "--output", "no/such") == [
        "no/such: can't be written: no such file or directory"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder(folder: Path, capsys: Output) -> None:
    folder.chmod(0o555)
    assert refused(capsys, "my-service") == ["my-service: can't be written: permission denied"]


@pytest.mark.parametrize("output", ["new", "empty"])
@pytest.mark.parametrize(
    ("failure", "status"), [(KeyboardInterrupt(), 130), (OSError(28, "No space left on device"), 2)]
)
@pytest.mark.parametrize("method", ["write_bytes", "rename"])
def test_what_goes_wrong_on_the_way_leaves_nothing(
    output: str, failure: BaseException, status: int, method: str,
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output,
) -> None:  # fmt: skip
    (folder / "empty").mkdir()
    calls = 0
    work = getattr(Path, method)

    def fail_later(self: Path, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == (1 if (method, output) == ("rename", "new") else 3):
            raise failure
        return work(self, *arguments)

    monkeypatch.setattr(Path, method, fail_later)
    assert main(["new", "my-service", "--output", output]) == status
    assert [*folder.rglob("*")] == [folder / "empty"]
    reason = f"constructs-lambda: {output}: can't be written: no space left on device\n"
    assert capsys.readouterr().err == (reason if status == 2 else "")

"""What manifests mean: keys that notice every change, locks that are older, targets, and what can't be read."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import Built, Target, build
from constructs_lambda.packaging.markers import allows, fits, holds
from constructs_lambda.packaging.pins import Manifest
from constructs_lambda.packaging.sources import manifest

from .conftest import TARGET, Wheel, names

Project = Callable[..., Path]
BACKEND = """
import zipfile
NAME, REQUIRES = {name!r}, {requires!r}
METADATA = f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: 0\\n"
METADATA += "".join(f"Requires-Dist: {{x}}\\n" for x in REQUIRES)
WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{{folder}}/{{NAME}}-0-py3-none-any.whl", "w") as wheel:
        wheel.write(f"{{NAME}}.py")
        wheel.writestr(f"{{NAME}}-0.dist-info/METADATA", METADATA)
        wheel.writestr(f"{{NAME}}-0.dist-info/WHEEL", WHEEL)
        wheel.writestr(f"{{NAME}}-0.dist-info/RECORD", f"{{NAME}}.py,,\\n{{NAME}}-0.dist-info/METADATA,,\\n")
    return f"{{NAME}}-0-py3-none-any.whl"
"""


def made(entry: Path, target: Target = TARGET) -> Built:
    return build(entry, target)


def found(entry: Path) -> Manifest:
    result = manifest(entry)
    assert result
    return result


@pytest.fixture(autouse=True)
def _wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "config/uv").mkdir(parents=True)
    (tmp_path / "config/uv/uv.toml").write_text("no-index = true\n")
    monkeypatch.delenv("UV_NO_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Makes a project with a backend of its own."""

    def make(
        name: str,
        *requires: str,
        more: str = "",
        dynamic: tuple[str, ...] = (),
        place: str = "",
        python: str = ">=3.11",
    ) -> Path:
        folder = tmp_path / (place or name)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"[project]\nname='{name}'\nrequires-python='{python}'"]
        lines += ["version='0'"] if "version" not in dynamic else []
        lines += [f"dependencies={json.dumps(requires)}"] if "dependencies" not in dynamic else []
        lines += [f"dynamic={list(dynamic)}"] if dynamic else []
        lines += ["[build-system]\nrequires=[]\nbuild-backend='backend'\nbackend-path=['.']", more, ""]
        (folder / "pyproject.toml").write_text("\n".join(lines))
        (folder / "backend.py").write_text(BACKEND.format(name=name, requires=requires))
        (folder / f"{name}.py").write_text("X = 1\n")
        return folder

    return make


def asking(folder: Path, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text("def handler(event, context): ...\n")
    (folder / "requirements.txt").write_text("\n".join([*lines, ""]))
    return folder


def locked(folder: Path) -> Path:
    import uv

    subprocess.run([uv.find_uv_bin(), "lock", "-q", "--python", sys.executable], cwd=folder, check=True)
    return folder


def test_what_local_projects_require_is_noticed(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    wheel("dep")
    wheel("other")
    entry = asking(tmp_path / "fn", "../lib")
    project("lib", "dep")
    assert set(made(entry).versions) == {"lib", "dep"}
    project("lib", "dep", "other")
    assert set(made(entry).versions) == {"lib", "dep", "other"}
    project("lib", "deeper", more="[tool.uv.sources]\ndeeper={path='../deeper'}")
    project("deeper", "dep")
    assert set(made(entry).versions) == {"lib", "deeper", "dep"}
    project("deeper", "other")
    assert set(made(entry).versions) == {"lib", "deeper", "other"}


def test_what_the_own_project_requires_is_noticed(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    wheel("dep")
    wheel("other")
    for line in ("-e .", "."):
        entry = asking(tmp_path / "own", line)
        project("own", "dep")
        assert set(made(entry).versions) == {"dep"}
        project("own", "other")
        assert set(made(entry).versions) == {"other"}


def test_two_projects_that_say_the_same_place_share_nothing(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    wheel("dep")
    wheel("other")
    project("lib", "dep", place="one/lib")
    project("lib", "other", place="two/lib")
    assert set(made(asking(tmp_path / "one/fn", "../lib")).versions) == {"lib", "dep"}
    assert set(made(asking(tmp_path / "two/fn", "../lib")).versions) == {"lib", "other"}


def test_the_key_is_the_same_on_every_machine(project: Project, tmp_path: Path) -> None:
    for place in ("one", "else/where"):
        project("lib", place=f"{place}/lib")
        asking(tmp_path / place / "fn", "../lib", "dep")
    one, two = found(tmp_path / "one/fn"), found(tmp_path / "else/where/fn")
    assert (one.key, one.origin) == (two.key, two.origin)


def test_what_leads_uv_elsewhere_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = asking(tmp_path / "fn", "dep==1.0")
    seen = {found(entry).key}

    def changes() -> bool:
        one = found(entry)
        is_new = one.key not in seen
        seen.add(one.key)
        return is_new

    assert not changes()
    for name, value in (
        ("UV_DEFAULT_INDEX", "https://me:first1@host.invalid/simple"),
        ("UV_INDEX", "company=https://host.invalid/other"),
        ("UV_EXCLUDE_NEWER", "2025-01-01"),
        ("UV_CONSTRAINT", str(tmp_path / "limits.txt")),
    ):
        monkeypatch.setenv(name, value)
        assert changes(), name
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://me:second2@host.invalid/simple")
    monkeypatch.setenv("UV_INDEX_COMPANY_PASSWORD", "third3")
    assert not changes()
    (tmp_path / "limits.txt").write_text("dep<2\n")
    assert changes()
    for file, text in (
        (tmp_path / "config/uv/uv.toml", "exclude-newer = '2024-01-01'\n"),
        (tmp_path / "uv.toml", "[pip]\nprerelease = 'allow'\n"),
        (entry / "pyproject.toml", "[tool.uv]\nconstraint-dependencies = ['dep<3']\n"),
        (entry / "uv.toml", "constraint-dependencies = ['dep<4']\n"),
    ):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        assert changes(), file
    (entry / "requirements.txt").write_text("-i https://host.invalid/third\ndep==1.0\n")
    assert changes()


def test_a_query_says_what_is_meant_and_a_password_does_not(tmp_path: Path) -> None:
    def key(line: str) -> str:
        return found(asking(tmp_path / "fn", line)).key

    assert key("q @ http://h.invalid/q-1.whl?versionId=v1") != key("q @ http://h.invalid/q-1.whl?versionId=v2")
    assert key("q @ http://h.invalid/q-1.whl#sha256=1") != key("q @ http://h.invalid/q-1.whl#sha256=2")
    assert key("q @ http://u:one1@h.invalid/q-1.whl") == key("q @ http://u:two2@h.invalid/q-1.whl")


@pytest.mark.parametrize("way", ["path", "uri", "variable", "settings", "uv.toml"])
def test_rebuilt_wheels_are_noticed_wherever_their_folder_is_named(
    wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def rebuilt(text: str) -> str:
        wheel("dep", files={"dep.py": text}).rename(tmp_path / "own/dep-1.0-py3-none-any.whl")
        return made(entry).content_hash

    own = tmp_path / "own"
    own.mkdir()
    head = {"path": "--find-links ../own", "uri": f"--find-links {own.as_uri()}"}.get(way, "")
    entry = asking(tmp_path / "fn", head, "dep==1.0")
    if way == "variable":
        monkeypatch.setenv("UV_FIND_LINKS", str(own))
    else:
        monkeypatch.delenv("UV_FIND_LINKS")
    if way == "settings":
        (entry / "pyproject.toml").write_text("[tool.uv]\nfind-links=['../own']\n")
    if way == "uv.toml":
        (entry / "uv.toml").write_text("find-links=['../own']\n")
    assert rebuilt("x = 1\n") != rebuilt("x = 2\n")


def test_requirements_with_credentials_are_never_stored(project: Project, tmp_path: Path) -> None:
    for line, is_secret in (
        ("q @ http://u:secret1@h.invalid/q-1.whl", True),
        ("q @ https://h.invalid/q-1.whl?X-Amz-Signature=1", True),
        ("q @ https://h.invalid/q-1.whl#sha256=1", False),
        ("q==1", False),
    ):
        assert found(asking(tmp_path / "fn", line)).is_secret is is_secret, line
        project("lib", line)
        assert found(asking(tmp_path / "fn", "../lib")).is_secret is is_secret, line
        assert found(tmp_path / "lib").is_secret is is_secret, line


def test_credentials_of_explicit_indexes_reach_uv_through_its_environment(
    wheel: Wheel, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = "[[tool.uv.index]]\nname='our-own'\nurl='http://{}h.invalid/simple'\nexplicit=true\n"
    sources = "[tool.uv.sources]\nDep={index='our-own'}\n"
    wheels = str(tmp_path / "wheels")
    one = found(project("own", "dep", more=index.format("bob:secret1@") + sources))
    assert one.environment == {"UV_FIND_LINKS": f"{wheels},http://bob:secret1@h.invalid/simple/dep/"}
    assert not any("secret1" in option for option in one.options)
    monkeypatch.setenv("UV_INDEX_OUR_OWN_USERNAME", "amy")
    monkeypatch.setenv("UV_INDEX_OUR_OWN_PASSWORD", "p/w")
    two = found(project("own", "dep", more=index.format("") + sources))
    assert two.environment == {"UV_FIND_LINKS": f"{wheels},http://amy:p%2Fw@h.invalid/simple/dep/"}


@pytest.mark.parametrize("is_locked", [False, True])
def test_an_explicit_index_gives_what_it_is_asked_for(
    wheel: Wheel, project: Project, tmp_path: Path, is_locked: bool
) -> None:
    import zipfile

    (tmp_path / "usual").mkdir()
    usual = f"[[index]]\nname='usual'\nurl='{(tmp_path / 'usual').as_uri()}'\ndefault=true\n"
    (tmp_path / "config/uv/uv.toml").write_text(usual)
    for name in ("acme", "six"):
        page = tmp_path / "index" / name
        page.mkdir(parents=True)
        wheel(name, files={f"{name}.py": "theirs"}).rename(page / f"{name}-1.0-py3-none-any.whl")
        (page / "index.html").write_text(f"<a href='{name}-1.0-py3-none-any.whl'>{name}-1.0-py3-none-any.whl</a>")
    wheel("six", files={"six.py": "the usual one"})
    more = f"[[tool.uv.index]]\nname='own'\nurl='{(tmp_path / 'index').as_uri()}'\nexplicit=true\n"
    folder = project("own", "acme", "six", more=more + "[tool.uv.sources]\nacme={index='own'}\n")
    package = made(locked(folder) if is_locked else folder)
    assert package.versions == {"acme": "1.0", "six": "1.0"}
    with zipfile.ZipFile(package.path) as archive:
        assert (archive.read("acme.py"), archive.read("six.py")) == (b"theirs", b"the usual one")


def test_a_uv_lock_that_is_older(wheel: Wheel, project: Project) -> None:
    for version in ("1.0", "2.0"):
        wheel("dep", version)
    wheel("other")
    folder = locked(project("own", "dep==1.0", "other ; sys_platform == 'linux'"))
    assert made(folder).versions == {"dep": "1.0", "other": "1.0"}
    for requires, says in (
        (("dep==2.0", "other"), "has another version or extra of dep"),
        (("dep[x]==1.0", "other"), "has another version or extra of dep"),
        (("dep==1.0", "other"), "has another version or extra of other"),
        (("dep==1.0",), "doesn't require other any more"),
        (("dep==1.0", "other", "third"), "lacks third"),
    ):
        project("own", *requires)
        with pytest.raises(PackagingError, match=f"older than .*{says}.*Run `uv lock`"):
            made(folder)
    for requires in (
        ("Dep == 1.0", "other>=0.1,<2 ; sys_platform=='linux'", "dep>=0.5 ; python_version >= '3.9'"),
        ("dep (>=1,<2)", "dep!=1.5", "other[x]"),
        ("dep~=1.0 ; platform_system == 'Linux' and python_version < '4'", "other===1.0"),
    ):
        locked(project("own", *requires))
        assert made(folder).versions == {"dep": "1.0", "other": "1.0"}, requires


def test_a_python_that_the_project_does_not_allow(wheel: Wheel, project: Project) -> None:
    wheel("dep")
    folder = project("own", "dep", python=">=3.14")
    for _ in range(2):
        with pytest.raises(PackagingError, match=r"requires Python >=3\.14, and the runtime is python3\.13"):
            made(folder)
        (folder / "uv.lock").write_text("version = 1\nrequires-python='>=3.14'\n[[package]]\nname='own'\nversion='0'\n")
        lines = "source={virtual='.'}\n[package.metadata]\nrequires-dist=[{name='dep'}]\n"
        (folder / "uv.lock").write_text((folder / "uv.lock").read_text() + lines)


def test_groups_and_markers_of_a_uv_lock(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    for name in ("dep", "six", "test_only"):
        wheel(name)
    project("winlib", "six")
    project("armlib")
    more = "[tool.uv]\ndefault-groups='all'\n[dependency-groups]\ntest=['test_only']\n"
    more += "[tool.uv.sources]\nwinlib={path='../winlib'}\narmlib={path='../armlib'}\n"
    requires = ("dep", "winlib ; sys_platform == 'win32'", "armlib ; platform_machine == 'aarch64'")
    folder = locked(project("own", *requires, more=more))
    assert set(made(folder).versions) == {"dep", "armlib"}
    assert set(made(folder, Target("python3.13", "x86_64")).versions) == {"dep"}


def test_a_folder_that_the_workspace_excludes(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    wheel("dep")
    project("root", more="[tool.uv.workspace]\nmembers=['*/fn']\nexclude=['legacy/fn']\n", place="ws")
    project("fn", "dep", place="ws/new/fn")
    project("old", "dep", place="ws/legacy/fn")
    locked(tmp_path / "ws")
    assert made(tmp_path / "ws/new/fn").notes == ()
    assert "doesn't pin dep" in made(tmp_path / "ws/legacy/fn").notes[0]


def poetry(
    folder: Path, dependencies: str, packages: dict[str, str], more: str = "", python: str = "^3.11", new: bool = False
) -> Path:
    """A project of Poetry with its lock; a package's text may begin with another version."""
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text("")
    head = "[tool.poetry]\nname='own'\n"
    (folder / "pyproject.toml").write_text(
        f"{head}[tool.poetry.dependencies]\npython='{python}'\n{dependencies}\n{more}"
    )
    lines = []
    for name, text in packages.items():
        group = "groups=['main']\n" if new and "groups" not in text else ""
        called, version = [*name.split(), "1.0"][:2]
        head = f"[[package]]\nname='{called}'\nversion='{version}'\npython-versions='*'\n"
        lines.append(f"{head}{group}{text}\n")
    (folder / "poetry.lock").write_text("\n".join(lines))
    return folder


LOCAL = "[package.source]\ntype='directory'\nurl='../{}'"


@pytest.mark.parametrize("new", [False, True])
def test_poetry_ships_what_is_locked_for_the_target(wheel: Wheel, project: Project, tmp_path: Path, new: bool) -> None:
    for version in ("1.0", "2.0", "3.0"):
        for name in ("dep", "six", "old", "win", "dev", "extra"):
            wheel(name, version)
    for name in ("aaa", "bbb", "opt", "devlib"):
        project(name)
    said = 'markers = "{}"\n'.format if new else lambda marker: ""
    folder = poetry(
        tmp_path / "fn",
        "bbb={path='../bbb'}\nopt={path='../opt',optional=true}\nold={version='1.0',python='<3.12'}\n"
        "win={version='1.0',platform='win32'}\ndep=[{version='<2',python='<3.13'},{version='>=2',python='>=3.13'}]",
        {
            "aaa": LOCAL.format("aaa"),
            "bbb": "[package.dependencies]\naaa={path='../aaa'}\nwin={version='*',markers=\"sys_platform=='win32'\"}\n"
            "six={version='*',extras=['more']}\n" + LOCAL.format("bbb"),
            "opt": "optional=true\n" + said("extra == 'x'") + LOCAL.format("opt"),
            "devlib": "groups=['dev']\n" * new + LOCAL.format("devlib"),
            "old": said("python_version < '3.12'"),
            "win": said("sys_platform == 'win32'"),
            "dep 1.0": said("python_version < '3.13'"),
            "dep 2.0": said("python_version >= '3.13'"),
            "six 2.0": "[package.extras]\nmore=['extra (>=2)']",
            "extra 2.0": "",
        },
        more="[tool.poetry.group.dev.dependencies]\ndevlib={path='../devlib'}",
        new=new,
    )
    expected = {"aaa": "0", "bbb": "0", "dep": "2.0", "extra": "2.0", "six": "2.0"}
    assert made(folder).versions == expected
    assert made(folder, Target("python3.11", "arm64")).versions == expected | {"dep": "1.0", "old": "1.0"}


def test_a_poetry_lock_that_is_older(wheel: Wheel, tmp_path: Path) -> None:
    wheel("dep")
    folder = poetry(tmp_path / "fn", "dep='^1.0'", {"dep": ""})
    assert made(folder).versions == {"dep": "1.0"}
    content = {"dependencies": {"python": "^3.11", "dep": "^1.0"}, "dev-dependencies": None, "extras": None}
    digest = hashlib.sha256(json.dumps({**content, "source": None}, sort_keys=True).encode()).hexdigest()
    metadata = f"[metadata]\nlock-version='2.1'\npython-versions='^3.11'\ncontent-hash='{digest}'\n"
    (folder / "poetry.lock").write_text((folder / "poetry.lock").read_text() + metadata)
    assert made(folder).versions == {"dep": "1.0"}
    text = (folder / "pyproject.toml").read_text()
    for changed, says in (
        ("dep='^2.0'", r"wants dep \^2\.0: it has 1\.0"),
        ("dep='>=0.5'", "content-hash"),
        ("dep='^1.0'\nnew='*'", "lacks new"),
        ("dep='^1.0'\nnew={version='*',platform='win32'}", "content-hash"),
    ):
        (folder / "pyproject.toml").write_text(text.replace("dep='^1.0'", changed))
        with pytest.raises(PackagingError, match=f"older than .*{says}.*Run `poetry lock`"):
            made(folder)
    with pytest.raises(PackagingError, match=r"requires Python ~3\.12, and the runtime is python3\.13"):
        made(poetry(tmp_path / "fn", "dep='^1.0'", {"dep": ""}, python="~3.12"))


def test_local_projects_whose_backend_knows_what_they_require(wheel: Wheel, project: Project, tmp_path: Path) -> None:
    wheel("dep")
    project("lib", "dep", dynamic=("version", "dependencies"))
    assert set(made(asking(tmp_path / "fn", "../lib")).versions) == {"lib", "dep"}
    assert set(made(project("own", "dep", dynamic=("dependencies",))).versions) == {"dep"}
    (tmp_path / "old").mkdir()
    (tmp_path / "old/setup.py").write_text("")
    with pytest.raises(PackagingError, match=r"\.\./old doesn't say its name\. Write `name @ PATH`"):
        made(asking(tmp_path / "fn", "../old"))


@pytest.mark.parametrize("line", ["lib @ git+https://h.invalid/lib@v1", "git+ssh://git@h.invalid/lib"])
def test_git_is_said_with_the_ways_out(project: Project, tmp_path: Path, line: str) -> None:
    for entry in (asking(tmp_path / "fn", line), project("own", line) if "@ git" in line else tmp_path / "fn"):
        with pytest.raises(PackagingError, match="comes from Git") as caught:
            made(entry)
        assert all(way in str(caught.value) for way in ("python3.13 on arm64", "--find-links", "ImageFunction"))
    (tmp_path / "fn/requirements.txt").write_text(f"{line} ; sys_platform == 'win32'\n" if "@ git" in line else "")
    assert made(tmp_path / "fn").versions == {}


def test_manifests_that_are_not_read_are_said(tmp_path: Path) -> None:
    entry = asking(tmp_path / "fn")
    (entry / "requirements.txt").unlink()
    assert made(entry).notes == ()
    for name in ("requirements.in", "environment.yml"):
        (entry / name).write_text("six\n")
        assert f"{name} isn't read" in made(entry).notes[0]
        assert "app.py" in names(made(entry).path)
        (entry / name).unlink()
    for name in ("pylock.toml", "setup.py"):
        (entry / name).write_text("")
        with pytest.raises(PackagingError, match=f"{name} isn't read"):
            made(entry)
        (entry / name).unlink()
    for make in (Path.mkdir, lambda path: path.symlink_to("nowhere")):
        make(entry / "requirements.txt")
        with pytest.raises(PackagingError, match="is not a file"):
            made(entry)
        (entry / "requirements.txt").rmdir() if not (entry / "requirements.txt").is_symlink() else None


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("sys_platform == 'linux'", True),
        ("'win32' == sys_platform", False),
        ("sys_platform != 'win32' and (os_name == 'nt' or python_version >= '3.13')", True),
        ("sys_platform == 'win32' or platform_machine == 'aarch64' and python_version < '3.13'", False),
        ("python_full_version < '3.13'", False),
        ("python_full_version >= '3.13.2'", True),
        ("python_full_version <= '3.13.0a6'", False),
        ("python_version in '3.12, 3.13'", True),
        ("python_version not in '3.12, 3.13'", False),
        ("'3.13' > python_version", False),
        ("python_version ~= '3.11' and implementation_name == 'cpython'", True),
        ("extra == 'x'", False),
        ("something == 'else'", True),
        ("", True),
    ],
)
def test_markers(marker: str, expected: bool) -> None:
    assert holds(marker, TARGET) is expected


@pytest.mark.parametrize(
    ("constraint", "expected"),
    {
        **dict.fromkeys(("^3.11", "<3.12 || >=3.13", ">=3.13.2", "==3.13.*", "~=3.13.1", "*", "<4.0", ">3.13"), True),
        **dict.fromkeys(("<=3.13", "==3.*", "nonsense"), True),
        **dict.fromkeys(("~3.12", ">=3.11,<3.13", "!=3.13.*", "3.12", "<3.13.0"), False),
    }.items(),
)
def test_constraints_on_python(constraint: str, expected: bool) -> None:
    assert allows(constraint, TARGET) is expected


def test_constraints_on_versions() -> None:
    assert fits("^1.2", "1.9.1")
    assert not fits("^1.2", "2.0")
    assert not fits("^0.2.1", "0.3")
    assert not fits("1.0", "1.1")
    assert fits("1.0", "1.0.0")
    assert fits("<1", "2.0rc1")

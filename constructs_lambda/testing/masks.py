"""What is left of an app's templates when all that says nothing is masked: the same from every machine and folder."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import TemplateFile, read_assembly

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_VERSIONED = {"AWS::ApiGateway::Deployment": "deployment", "AWS::Lambda::Version": "version"}
"""Resources whose logical ids CDK ends with a hash of what they hold, by what the hash stands for."""
_VERSION_ID = re.compile(r"(.+?)[0-9a-f]{32}")
_CODE_HASH = re.compile(r'(codeHash\\*": ?\\*")[0-9a-f]{16}')
"""What the command line that `Tuned` writes into an output says of the code."""
_ANALYTICS = "AWS::CDK::Metadata"
_FOLDERS = ("aws:asset:path", "aws:asset:dockerfile-path")


def masked_templates(directory: Path) -> dict[str, Any]:
    """The templates of a cloud assembly by the construct paths of their stacks, masked.

    Hashes of assets become the name of what they belong to, hashes of code and of deployments in logical ids a word,
    and the accounts of the stacks `<account>`. What CDK adds to each template for itself is left out.

    Args:
        directory: The assembly.

    Raises:
        InputError: It can't be read.
    """
    files = read_assembly(directory).templates
    names = dict(_asset_names(files))
    accounts = {each.account for each in files if each.account}
    return {
        each.stack_path: _masked(json.loads(each.file.read_text(encoding="utf-8")), names, accounts) for each in files
    }


def masked_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """One template by itself, masked: nothing tells what its assets are called.

    Args:
        template: The template.
    """
    return _masked(template, {}, ())


def _asset_names(files: Iterable[TemplateFile]) -> Iterator[tuple[str, str]]:
    for manifest in dict.fromkeys(file for each in files for file in each.asset_manifests):
        document = json.loads(manifest.read_text(encoding="utf-8"))
        for section in ("files", "dockerImages"):
            for key, asset in document.get(section, {}).items():
                yield key, json.dumps(f"<{asset.get('displayName', 'asset')}>")[1:-1]  # goes into JSON


def _masked(template: Mapping[str, Any], names: Mapping[str, str], accounts: Iterable[str]) -> dict[str, Any]:
    document = {
        section: dict(content) if isinstance(content, dict) else content for section, content in template.items()
    }
    _drop_analytics(document)
    _drop_bootstrap(document)
    text = json.dumps(document)
    for id, shown in _version_ids(document.get("Resources", {})):
        text = text.replace(id, shown)
    text = _HASH.sub(lambda match: names.get(match[0], "<asset>"), text)
    text = _CODE_HASH.sub(r"\1<code>", text)
    for account in accounts:
        text = re.sub(rf"(?<!\d){account}(?!\d)", "<account>", text)
    masked: dict[str, Any] = json.loads(text)
    for resource in masked.get("Resources", {}).values():
        metadata = resource.get("Metadata") if isinstance(resource, dict) else None
        if isinstance(metadata, dict):
            resource["Metadata"] = {name: value for name, value in metadata.items() if name not in _FOLDERS}
    return masked


def _drop_analytics(document: dict[str, Any]) -> None:
    resources = document.get("Resources", {})
    told = [id for id, resource in resources.items() if resource.get("Type") == _ANALYTICS]
    for id in told:
        condition = resources.pop(id).get("Condition")
        document.get("Conditions", {}).pop(condition, None)


def _drop_bootstrap(document: dict[str, Any]) -> None:
    document.get("Parameters", {}).pop("BootstrapVersion", None)
    document.get("Rules", {}).pop("CheckBootstrapVersion", None)
    for section in ("Conditions", "Parameters", "Rules"):
        if document.get(section) == {}:
            del document[section]


def _version_ids(resources: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The logical ids that end with a hash, each with what is shown for it."""
    seen: Counter[str] = Counter()
    for id, resource in resources.items():
        match = _VERSION_ID.fullmatch(id)
        word = _VERSIONED.get(resource.get("Type", ""))
        if match and word:
            seen[match[1]] += 1
            number = f" {seen[match[1]]}" if seen[match[1]] > 1 else ""
            yield id, f"{match[1]}<{word}{number}>"

"""What is left of an app's templates when all that says nothing is masked: the same from every machine and folder."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import TemplateFile, read_assembly

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_PLACED = re.compile(r"\b([0-9a-f]{64})\.\w+\b|-container-assets-[^/]*:([0-9a-f]{64})\b")
"""How a template names an asset: as an object in a bucket, or as an image in CDK's repository."""
_VERSIONED = {"AWS::ApiGateway::Deployment": "deployment", "AWS::Lambda::Version": "version"}
"""Resources whose logical ids CDK ends with a hash of what they hold, by what the hash stands for."""
_VERSION_ID = re.compile(r"(.+?)([0-9a-f]{32})")
_DERIVED = re.compile(r"(<(?:version|deployment)[ \d]*>)[0-9A-F]{8}\b")
"""The name of an export, which CDK ends with a hash of the name."""
_CODE_HASH = re.compile(r'(codeHash\\*": ?\\*")[0-9a-f]{16}')
"""What the command line that `Tuned` writes into an output says of the code."""
_ANALYTICS = "AWS::CDK::Metadata"
_FOLDERS = ("aws:asset:path", "aws:asset:dockerfile-path")


def masked_templates(directory: Path) -> dict[str, Any]:
    """The templates of a cloud assembly by the construct paths of their stacks, masked.

    Hashes of assets, of code and of deployments become a word, and the accounts of the stacks `<account>`, or
    `<account 1>` and so on where there are several. What CDK adds to each template for itself is left out.

    Args:
        directory: The assembly.

    Raises:
        InputError: It can't be read.
    """
    files = read_assembly(directory).templates
    documents = {each.stack_path: _read(each.file) for each in files}
    mask = _mask(documents.values(), set(_assets(files)), _accounts(files))
    return {path: _masked(document, mask) for path, document in documents.items()}


def masked_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """One template by itself, masked: what looks like the address of an asset is one.

    Args:
        template: The template.
    """
    found = _PLACED.finditer(json.dumps(template, default=str))
    return _masked(template, _mask([template], {match[1] or match[2] for match in found}, {}))


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _assets(files: Iterable[TemplateFile]) -> Iterator[str]:
    """The hashes of an app's assets."""
    for manifest in dict.fromkeys(file for each in files for file in each.asset_manifests):
        document = _read(manifest)
        for section in ("files", "dockerImages"):
            yield from document.get(section, {})


def _accounts(files: Iterable[TemplateFile]) -> dict[str, str]:
    """What is shown for each account of an app.

    They are numbered as the paths of the stacks that they come with are sorted, not by their own digits: who deploys
    into accounts of their own has the same snapshot.
    """
    every = dict.fromkeys(each.account for each in sorted(files, key=lambda file: file.stack_path) if each.account)
    return {
        account: f"<account {number}>" if len(every) > 1 else "<account>" for number, account in enumerate(every, 1)
    }


def _mask(templates: Iterable[Mapping[str, Any]], assets: set[str], accounts: dict[str, str]) -> Callable[[Any], Any]:
    """What masks a value: a text, or a number that is an account."""
    versions = dict(_versions(templates))
    of_version = re.compile("|".join(versions)) if versions else None
    of_account = re.compile(rf"(?<!\d)(?:{'|'.join(sorted(accounts))})(?!\d)") if accounts else None

    def mask(value: Any) -> Any:
        if not isinstance(value, str):
            return accounts.get(str(value), value)
        value = _HASH.sub(lambda match: "<asset>" if match[0] in assets else match[0], value)
        if of_version and of_version.search(value):
            value = _DERIVED.sub(r"\1", of_version.sub(lambda match: versions[match[0]], value))
        value = _CODE_HASH.sub(r"\1<code>", value)
        return of_account.sub(lambda match: accounts[match[0]], value) if of_account else value

    return mask


def _versions(templates: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The hashes in logical ids, each with what is shown for it: templates name the resources of others too."""
    seen: Counter[str] = Counter()
    for template in templates:
        for id, resource in template.get("Resources", {}).items():
            match = _VERSION_ID.fullmatch(id)
            word = _VERSIONED.get(resource.get("Type", "")) if isinstance(resource, Mapping) else None
            if match and word:
                seen[match[1]] += 1
                number = f" {seen[match[1]]}" if seen[match[1]] > 1 else ""
                yield match[2], f"<{word}{number}>"


def _masked(template: Mapping[str, Any], mask: Callable[[Any], Any]) -> dict[str, Any]:
    document: dict[str, Any] = _walked(template, mask)
    _drop_analytics(document)
    _drop_bootstrap(document)
    for resource in document.get("Resources", {}).values():
        metadata = resource.get("Metadata") if isinstance(resource, dict) else None
        if isinstance(metadata, dict):
            resource["Metadata"] = {name: value for name, value in metadata.items() if name not in _FOLDERS}
    return document


def _walked(value: Any, mask: Callable[[Any], Any]) -> Any:
    """A copy with each text and number masked, names of resources and properties too."""
    if isinstance(value, Mapping):
        return {mask(name): _walked(inside, mask) for name, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_walked(inside, mask) for inside in value]
    return mask(value)


def _drop_analytics(document: dict[str, Any]) -> None:
    resources = document.get("Resources", {})
    told = [id for id, each in resources.items() if isinstance(each, dict) and each.get("Type") == _ANALYTICS]
    for id in told:
        condition = resources.pop(id).get("Condition")
        document.get("Conditions", {}).pop(condition, None)


def _drop_bootstrap(document: dict[str, Any]) -> None:
    document.get("Parameters", {}).pop("BootstrapVersion", None)
    document.get("Rules", {}).pop("CheckBootstrapVersion", None)
    for section in ("Conditions", "Parameters", "Rules"):
        if document.get(section) == {}:
            del document[section]

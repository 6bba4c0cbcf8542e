"""Findings that are known and accepted for now, in a file that is kept with the code.

A finding is known by its rule, construct path, resource and property, and by how often that occurs: not by its
message, which changes with the values, nor by the template's folder, which differs from one clone to the next. The
name of the template's file counts only where there is no construct path.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.findings import Finding
from constructs_lambda.whole_files import whole_file

_VERSION = 2  # 1 knew no file


class Identity(NamedTuple):
    """What stays the same about a finding when values and files change."""

    rule: str
    path: str
    resource: str
    property: str
    file: str = ""


Baseline = Mapping[Identity, int]
"""How often each finding is known."""


def apply(findings: Iterable[Finding], baseline: Baseline) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Parts findings into new and known ones, both in their order.

    Where a finding occurs more often than it is known, the last ones are new.
    """
    left = Counter(baseline)
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        identity = identify(finding)
        (known if left[identity] > 0 else new).append(finding)
        left[identity] -= 1
    return tuple(new), tuple(known)


def identify(finding: Finding) -> Identity:
    """What a finding is known by."""
    file = Path(finding.template).name
    if finding.path == finding.template:  # about a whole template
        return Identity(finding.rule, file, finding.resource, finding.property, file)
    is_bare = finding.path == finding.resource
    return Identity(finding.rule, finding.path, finding.resource, finding.property, file if is_bare else "")


def read(path: Path) -> Baseline:
    """Reads a baseline file.

    Raises:
        InputError: The file can't be read or is no baseline.
    """
    document = _read(path)
    if document.get("version") != _VERSION:
        raise _bad(
            path,
            f"has version {document.get('version')!r}; this constructs-lambda reads version {_VERSION}: write it again",
        )
    baseline: Counter[Identity] = Counter()
    for number, entry in enumerate(document["findings"], 1):
        if not isinstance(entry, dict):
            entry = {}
        names = [name for name in map(entry.get, Identity._fields) if isinstance(name, str)]
        count = entry.get("count")
        if len(names) < len(Identity._fields) or type(count) is not int or count < 1:
            raise _bad(path, f"entry {number} is no finding with rule, path, resource, property, file and count")
        baseline[Identity(*names)] += count
    return baseline


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Writes a baseline file, whole or not at all, and returns the number of findings in it.

    The same findings give the same bytes, one line for each, sorted: what changes is seen in a diff.

    Raises:
        InputError: The file can't be written, or is there and no baseline; it is as it was.
    """
    baseline = Counter(identify(finding) for finding in findings)
    entries = [json.dumps(identity._asdict() | {"count": count}) for identity, count in sorted(baseline.items())]
    listed = "[\n    " + ",\n    ".join(entries) + "\n  ]" if entries else "[]"
    with whole_file(path, check=_refuse_others) as file:
        file.write(f'{{\n  "version": {_VERSION},\n  "findings": {listed}\n}}\n')
    return baseline.total()


def _read(path: Path) -> dict[str, Any]:
    document = read_document(path)
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list) or "version" not in document:
        raise _bad(path, "is no baseline; --write-baseline makes one")
    return document


def _bad(path: Path, reason: str) -> InputError:
    return InputError(one_line(f"{path}: {reason}"))


def _refuse_others(path: Path) -> None:
    """What is there must be a baseline: nobody loses a template to a slip of the hand."""
    if not path.is_file():
        raise _bad(path, "is no regular file; name one for the baseline")
    try:
        _read(path)
    except InputError:
        raise _bad(path, "is there already and is no baseline; name another file, or remove it") from None

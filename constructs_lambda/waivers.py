"""The waivers of an app, as a synth writes them beside the templates, and as an auditor reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.records import record

FILE = "constructs-lambda.waivers.json"
_VERSION = 1
_TEXTS = ("rule", "path", "reason", "owner", "until", "profile")


@record(kw_only=True)
class WaiverLine:
    """A waiver of an app.

    Args:
        rule: The rule, as it is named.
        path: What it is for.
        reason: Why it may pass.
        owner: Who answers for it.
        until: Its last day.
        profile: Name and version of the profile.
        findings: What it lets pass; None where that isn't known at synth.
    """

    rule: str
    path: str
    reason: str
    owner: str
    until: date
    profile: str
    findings: tuple[str, ...] | None

    def days_left(self, today: date) -> int:
        """How many days it is good for after today; negative where it is over.

        Args:
            today: The day.
        """
        return (self.until - today).days

    def state(self, today: date) -> str:
        """`over`, `unused`, `in use`, or `unknown` where nobody can tell.

        Args:
            today: The day.
        """
        if self.days_left(today) < 0:
            return "over"
        return "unknown" if self.findings is None else "in use" if self.findings else "unused"


def write_waivers(directory: Path, waivers: Iterable[WaiverLine]) -> None:
    """Writes the waivers of an app into its cloud assembly; where there are none, an older file goes.

    Args:
        directory: The `cdk.out` folder.
        waivers: The waivers.
    """
    waivers = list(waivers)
    if not waivers:
        (directory / FILE).unlink(missing_ok=True)
        return
    document = {
        "version": _VERSION,
        "waivers": [
            {
                **{name: str(getattr(each, name)) for name in _TEXTS},
                "findings": None if each.findings is None else list(each.findings),
            }
            for each in waivers
        ],
    }
    (directory / FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_waivers(directory: Path) -> list[WaiverLine]:
    """The waivers of an app.

    Args:
        directory: Its `cdk.out` folder.

    Raises:
        InputError: There is no such folder, or its file of waivers is broken.
    """
    if not directory.is_dir():
        raise InputError(one_line(f"{directory}: {'is no folder' if directory.exists() else 'no such folder'}"))
    file = directory / FILE
    if not file.exists():
        if not (directory / "manifest.json").is_file():
            raise InputError(one_line(f"{directory}: no manifest.json in this folder: it isn't a cdk.out"))
        return []
    document = read_document(file)
    entries = document.get("waivers") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or document.get("version") != _VERSION:  # type: ignore[attr-defined]
        raise InputError(one_line(f"{file}: is no file of waivers that this version reads; synthesize again"))
    try:
        return [_line(each) for each in entries]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(one_line(f"{file}: is broken ({error}); synthesize again")) from None


def _line(written: Mapping[str, Any]) -> WaiverLine:
    texts = {name: str(written[name]) for name in _TEXTS if name != "until"}
    findings = written["findings"]
    until = date.fromisoformat(written["until"])
    return WaiverLine(until=until, findings=None if findings is None else tuple(map(str, findings)), **texts)


def in_urgency(waivers: Iterable[WaiverLine], today: date) -> list[WaiverLine]:
    """The waivers, those with the fewest days left first.

    Args:
        waivers: The waivers.
        today: The day.
    """
    return sorted(waivers, key=lambda each: (each.days_left(today), each.profile, each.rule, each.path))


def as_rows(waivers: Iterable[WaiverLine], today: date) -> Iterator[list[str]]:
    """The rows of a table, in the order that they are given in.

    Args:
        waivers: The waivers.
        today: The day.
    """
    for each in waivers:
        count = "?" if each.findings is None else str(len(each.findings))
        left = str(each.days_left(today))
        row = [each.rule, each.path, each.owner, each.until.isoformat(), left, each.state(today), count, each.profile]
        yield [one_line(cell) for cell in [*row, each.reason]]

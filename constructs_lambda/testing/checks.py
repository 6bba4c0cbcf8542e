"""Holds what the checks find in an app: nothing, or just what a test expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from constructs_lambda.checker import check
from constructs_lambda.errors import InputError
from constructs_lambda.findings import NAMESPACE, Severity
from constructs_lambda.records import record
from constructs_lambda.rules import all_rules, nearest
from constructs_lambda.testing.subjects import Subject, directory_of, is_within, no_input, shown

_REPORT = "validation-report.json"


@record()
class Found:
    """What a plugin found.

    Args:
        plugin: Its name: `constructs-lambda` for our rules.
        rule: Id of the rule, as `CL102`.
        severity: `error`, `warning` or `info`, or a word of the plugin's own.
        path: Construct path.
        message: What is wrong.
        fix: What to do; empty where the plugin says nothing.
    """

    plugin: str
    rule: str
    severity: str
    path: str
    message: str
    fix: str

    def text(self) -> str:
        """The finding as a person reads it."""
        fix = f"\n    Fix: {self.fix}" if self.fix else ""
        return f"  {self.severity.upper()} {self.rule}  {self.path}\n    {self.message}{fix}"


def found_in(subject: Subject) -> tuple[list[Found], str]:
    """What the checks of a synth found, and what a message calls the subject.

    The report of the synth tells, with its severities and acknowledgements. Where our rules weren't part of it, they
    are run on the templates.

    Args:
        subject: The subject.

    Raises:
        InputError: It can't be read.
        TypeError: It is none.
    """
    directory, within = directory_of(subject)
    found = list(_reported(directory / _REPORT)) if directory.is_dir() else []
    if not any(each is None for each in found):
        found += [
            Found(NAMESPACE, each.rule, each.severity.value, each.path, each.message, each.fix)
            for each in check([str(directory)], no_input).findings
        ]
    inside = [each for each in found if each is not None and is_within(each.path, within)]
    return inside, shown(subject, within)


def _reported(file: Path) -> Iterator[Found | None]:
    """What a synth's report says; None stands for our rules having run."""
    from constructs_lambda.documents import read_document

    document = read_document(file) if file.is_file() else {}
    plugins = document.get("pluginReports", ()) if isinstance(document, dict) else ()
    for plugin in plugins:
        if plugin["pluginName"] == NAMESPACE:
            yield None
        for violation in plugin.get("violations", ()):
            for construct in violation["violatingConstructs"]:
                yield _found(plugin["pluginName"], violation, construct)


def _found(plugin: str, violation: Mapping[str, Any], construct: Mapping[str, Any]) -> Found:
    return Found(
        plugin=plugin,
        rule=violation["ruleName"],
        severity=str(violation.get("severity") or Severity.ERROR),
        path=str(construct.get("constructPath") or "").removesuffix("/Resource"),
        message=violation["description"],
        fix=violation.get("suggestedFix") or "",
    )


def assert_no_errors(subject: Subject, *, warnings: bool = False) -> None:
    """Fails where a check finds an error: one of our rules, of CDK's, of cdk-nag or of another plugin of the app.

    Args:
        subject: What `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or
            a template.
        warnings: Whether warnings fail too.

    Raises:
        AssertionError: Something is found; with each place, value and fix.
        InputError: The subject can't be read, or is a construct in no app.
        TypeError: It is no subject.
    """
    found, name = found_in(subject)
    harmless = (Severity.INFO,) if warnings else (Severity.INFO, Severity.WARNING)
    wrong = [each for each in found if each.severity not in harmless]
    if wrong:
        number = "1 finding" if len(wrong) == 1 else f"{len(wrong)} findings"
        raise AssertionError("\n".join([f"{number} in {name}:", *(each.text() for each in wrong)]))


def assert_checks(subject: Subject, ids: Iterable[str]) -> None:
    """Fails unless our rules find what a test expects, and nothing else: each of these at least once.

    Args:
        subject: What `synth(..., allow_errors=True)` returns; a stack, a stage or an app, which is synthesized for it;
            or a `cdk.out` folder or a template.
        ids: Ids of rules, as `["CL102"]`; none where nothing may be found.

    Raises:
        AssertionError: A rule of these finds nothing, or another finds something.
        InputError: There is no such rule, or the subject can't be read.
        TypeError: `ids` is a text, or it is no subject.
    """
    if isinstance(ids, str):
        raise TypeError(f"ids must be a list of rule ids, such as [{ids!r}]; got {ids!r}")
    expected = set(ids)
    known = all_rules()
    unknown = [f"{each!r}{nearest(str(each), known)}" for each in sorted(expected - known.keys())]
    if unknown:
        raise InputError(f"there is no rule {', '.join(unknown)}")
    found, name = found_in(subject)
    ours = [each for each in found if each.plugin == NAMESPACE]
    missing = sorted(expected - {each.rule for each in ours})
    others = [each for each in ours if each.rule not in expected]
    problems = [f"  {each} finds nothing: {known[each].title}" for each in missing]
    problems += [each.text() for each in others]
    if problems:
        raise AssertionError("\n".join([f"the checks of {name} don't find what is expected:", *problems]))

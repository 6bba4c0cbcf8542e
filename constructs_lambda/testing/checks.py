"""Holds what the checks find in an app: nothing, or just what a test expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import MANIFEST, REPORT, read_annotations
from constructs_lambda.checker import check
from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.findings import NAMESPACE, Severity, is_within
from constructs_lambda.records import record
from constructs_lambda.rules import all_rules, nearest
from constructs_lambda.testing.subjects import Subject, directory_of, no_input, shown, texts
from constructs_lambda.testing.synthesis import Synthesized

_ANNOTATION = "Construct Annotations"
"""What CDK calls its annotations in a report."""


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
        return f"  {self.severity.upper()} {self.rule}  {self.path or 'the app'}\n    {self.message}{fix}"


def found_in(subject: Subject) -> tuple[list[Found], str]:
    """What the checks of a synth found, and what a message calls the subject.

    The report of the synth tells, with its severities and acknowledgements, and so do CDK's annotations. Where our
    rules weren't part of the synth, they are run on the templates.

    Args:
        subject: The subject.

    Raises:
        InputError: It can't be read.
        TypeError: It is none.
    """
    directory, within = directory_of(subject)
    found = reported_in(directory)
    if not any(each.plugin == _ANNOTATION for each in found):  # they are in the report where a feature flag says so
        found += dict.fromkeys(_annotated(directory))
    if not (_has_checked(subject) or any(each.plugin == NAMESPACE for each in found)):
        found += [
            Found(NAMESPACE, each.rule, each.severity.value, each.path, each.message, each.fix)
            for each in check([str(directory)], no_input).findings
        ]
    return [each for each in found if not each.path or is_within(each.path, within)], shown(subject, within)


def _has_checked(subject: Subject) -> bool:
    if isinstance(subject, str | Path):
        return False
    from constructs_lambda.cdk.apps import app_of
    from constructs_lambda.cdk.validation import has_checked

    return has_checked(subject.app if isinstance(subject, Synthesized) else app_of(subject))


def reported_in(directory: Path) -> list[Found]:
    """What the plugins of a synth reported.

    Args:
        directory: The cloud assembly; nothing is found where it is a template, or no plugin reported.
    """
    file = directory / REPORT
    document = read_document(file) if file.is_file() else {}
    plugins = document.get("pluginReports", ()) if isinstance(document, dict) else ()
    return [each for plugin in plugins for each in _of_plugin(plugin)]


def _of_plugin(plugin: Mapping[str, Any]) -> Iterator[Found]:
    name, violations = str(plugin.get("pluginName", "a plugin")), plugin.get("violations", ())
    for violation in violations:
        for construct in violation["violatingConstructs"] or [{}]:
            yield Found(
                plugin=name,
                rule=violation["ruleName"],
                severity=str(violation.get("severity") or Severity.ERROR),
                path=str(construct.get("constructPath") or "").removesuffix("/Resource"),
                message=violation["description"],
                fix=violation.get("suggestedFix") or "",
            )
    if plugin.get("conclusion") == "failure" and not violations:
        why = (plugin.get("metadata") or {}).get("error") or "the plugin failed, and doesn't say why"
        yield Found(name, name, Severity.ERROR, "", why, "")


def _annotated(directory: Path) -> Iterator[Found]:
    if (directory / MANIFEST).is_file():
        for each in read_annotations(directory):
            yield Found(_ANNOTATION, f"Annotation::{each.level}-annotation", each.level, each.path, each.message, "")


def assert_no_errors(subject: Subject, *, warnings: bool = False) -> None:
    """Fails where a check finds an error: our rules, CDK's, cdk-nag or another plugin of the app, or an annotation.

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
    expected, known = texts("ids", ids, "rule ids", "CL102"), all_rules()
    unknown = [f"{each!r}{nearest(each, known)}" for each in expected if each not in known]
    if unknown:
        raise InputError(f"there is no rule {', '.join(unknown)}")
    found, name = found_in(subject)
    ours = [each for each in found if each.plugin == NAMESPACE]
    missing = sorted(set(expected) - {each.rule for each in ours})
    others = [each for each in ours if each.rule not in expected]
    problems = [f"  {each} finds nothing: {known[each].title}" for each in missing]
    problems += [each.text() for each in others]
    if problems:
        raise AssertionError("\n".join([f"the checks of {name} don't find what is expected:", *problems]))

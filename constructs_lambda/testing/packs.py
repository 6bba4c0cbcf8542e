"""Holds that cdk-nag finds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lambda.assembly import REPORT
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.findings import is_within
from constructs_lambda.testing.checks import Found, reported_in
from constructs_lambda.testing.subjects import shown
from constructs_lambda.testing.synthesis import Synthesized

if TYPE_CHECKING:
    from constructs_lambda.testing.subjects import Synthesizable


def assert_nag_clean(
    subject: Synthesized | Synthesizable, packs: Sequence[str] = ("AwsSolutions", "Serverless")
) -> None:
    """Fails where a pack of cdk-nag finds something that nobody has acknowledged.

    What `synth` made is made once more with the packs, so nothing else of a test changes. An app that is there already
    gets the packs, and is synthesized once more. Needs the extra `constructs-lambda[nag]`.

    Args:
        subject: What `synth` returns; or a stack, a stage or an app.
        packs: Names of packs, as a profile's `nag` takes them.

    Raises:
        AssertionError: Something is found; with each place and what to do.
        InputError: There is no such pack, cdk-nag isn't installed, a construct that is in no app, or an app that can't
            be synthesized twice.
        TypeError: A text for a list, or no subject: cdk-nag judges constructs, so a folder isn't enough.
    """
    from constructs_lambda.cdk.nag import add_packs, namespace_of

    if isinstance(subject, str | Path):
        raise TypeError(f"cdk-nag judges constructs, so a folder isn't enough; give what synth returns: {subject!r}")
    if not packs:
        raise InputError("name the packs, such as packs=['AwsSolutions']")
    if isinstance(subject, Synthesized) and subject.again:
        found, within = reported_in(subject.again(lambda app: add_packs(app, packs)).directory), ""
    else:
        found, within = _found_again(subject, packs)
    plugins = {namespace_of(each) for each in packs}
    wrong = [each for each in found if each.plugin in plugins and (not each.path or is_within(each.path, within))]
    if wrong:
        number = "1 finding" if len(wrong) == 1 else f"{len(wrong)} findings"
        name = shown(subject, within)
        raise AssertionError("\n".join([f"{number} of cdk-nag in {name}:", *(each.text() for each in wrong)]))


def _found_again(subject: Synthesized | Synthesizable, packs: Sequence[str]) -> tuple[list[Found], str]:
    """What is found in an app that is there already, and the construct path of the part that is meant."""
    from constructs_lambda.cdk.apps import app_of, synthesize
    from constructs_lambda.cdk.nag import add_packs

    app = subject.app if isinstance(subject, Synthesized) else app_of(subject)
    directory = synthesize(app, allow_errors=True)
    with _kept(directory / REPORT):
        add_packs(app, packs)
        try:
            synthesize(app, allow_errors=True, force=True)
        except RuntimeError as error:
            raise InputError(
                f"the app can't be synthesized once more, with cdk-nag: {one_line(str(error))}. Fix: give what "
                "synth(build) returns, where build makes the app anew"
            ) from None
        found = reported_in(directory)
    return found, "" if isinstance(subject, Synthesized) else str(subject.node.path)


@contextmanager
def _kept(file: Path) -> Iterator[None]:
    """What a file held before is in it afterwards too."""
    before = file.read_bytes() if file.is_file() else None
    try:
        yield
    finally:
        file.unlink(missing_ok=True) if before is None else file.write_bytes(before)

"""Holds that cdk-nag finds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from constructs_lambda.errors import InputError
from constructs_lambda.testing.synthesis import Synthesized

if TYPE_CHECKING:
    from constructs_lambda.testing.subjects import Synthesizable


def assert_nag_clean(
    subject: Synthesized | Synthesizable, packs: Sequence[str] = ("AwsSolutions", "Serverless")
) -> None:
    """Fails where a pack of cdk-nag finds something that nobody has acknowledged.

    The packs are added to the app, which is synthesized once more with them. Needs the extra `constructs-lambda[nag]`.

    Args:
        subject: What `synth` returns; or a stack, a stage or an app.
        packs: Names of packs, as a profile's `nag` takes them.

    Raises:
        AssertionError: Something is found; with each place and what to do.
        InputError: There is no such pack, cdk-nag isn't installed, or a construct that is in no app.
        TypeError: A text for a list, or no subject: cdk-nag can't judge what was written to a folder.
    """
    from constructs_lambda.cdk.apps import app_of, synthesize
    from constructs_lambda.cdk.nag import add_packs, namespace_of
    from constructs_lambda.testing.checks import found_in

    app = subject.app if isinstance(subject, Synthesized) else app_of(subject)
    if not packs:
        raise InputError("name the packs, such as packs=['AwsSolutions']")
    add_packs(app, packs)
    synthesize(app, allow_errors=True, force=True)
    namespaces = tuple(map(namespace_of, packs))
    found, name = found_in(subject)
    wrong = [each for each in found if each.plugin in namespaces or each.rule.startswith(namespaces)]
    if wrong:
        number = "1 finding" if len(wrong) == 1 else f"{len(wrong)} findings"
        raise AssertionError("\n".join([f"{number} of cdk-nag in {name}:", *(each.text() for each in wrong)]))

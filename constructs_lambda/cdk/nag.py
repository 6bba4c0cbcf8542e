"""cdk-nag's packs by name; cdk-nag itself is an extra, `constructs-lambda[nag]`, and loaded here alone."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from aws_cdk import Stage, Validations
from constructs import IConstruct

from constructs_lambda.errors import InputError
from constructs_lambda.rules import nearest

PACKS = {
    "AwsSolutions": "AwsSolutionsChecks",
    "HIPAA.Security": "HIPAASecurityChecks",
    "NIST.800-53.R4": "NIST80053R4Checks",
    "NIST.800-53.R5": "NIST80053R5Checks",
    "PCI.DSS": "PCIDSS321Checks",
    "Serverless": "ServerlessChecks",
}
"""cdk-nag's classes by the names of the packs."""
_NAMESPACES = {"NIST.800-53.R4": "NIST.800.53.R4", "NIST.800-53.R5": "NIST.800.53.R5", "PCI.DSS": "PCI.DSS.321"}
_FIX = "Fix: pip install 'constructs-lambda[nag]'"
_added: WeakKeyDictionary[IConstruct, set[str]] = WeakKeyDictionary()


def namespace_of(pack: str) -> str:
    """What the ids of a pack's rules begin with.

    Args:
        pack: Name of the pack.
    """
    return _NAMESPACES.get(pack, pack)


def packs_of(root: IConstruct) -> frozenset[str]:
    """What the ids of the rules begin with whose packs were added to an App.

    Args:
        root: The App.
    """
    return frozenset(map(namespace_of, _added.get(root, ())))


def unknown_packs(packs: Sequence[str]) -> list[str]:
    """What is wrong with the names of packs, a text for each that doesn't exist.

    Args:
        packs: The names.
    """
    return [f"there is no pack {name!r}{nearest(name, PACKS)}" for name in packs if name not in PACKS]


def add_packs(
    scope: IConstruct,
    packs: Sequence[str],
) -> None:
    """Has cdk-nag check an App at synth; what is found and not acknowledged stops the synth.

    Each pack is added once for an App, however often it is asked for. One that was added to CDK's validations by hand
    can't be seen here, and would report twice.

    Args:
        scope: The App, or anything in it: cdk-nag checks whole Apps, also where it is added to a Stage.
        packs: Names of packs: `AwsSolutions`, `Serverless`, `HIPAA.Security`, `NIST.800-53.R4`, `NIST.800-53.R5` and
            `PCI.DSS`.

    Raises:
        InputError: A name that no pack has, all of them at once, with the nearest one that does; cdk-nag isn't
            installed, or is older than version 3; or the scope is in no App.
        TypeError: No list of names.
    """
    if isinstance(packs, str) or not isinstance(packs, Sequence) or not all(isinstance(each, str) for each in packs):
        raise TypeError(f"packs must be a list of names, such as ['AwsSolutions', 'Serverless']; got {packs!r}")
    if unknown := unknown_packs(packs):
        raise InputError(f"{'; '.join(unknown)}. Fix: choose of {', '.join(PACKS)}.")
    root = scope.node.root
    if not Stage.is_stage(root):
        where = scope.node.path or "The scope"
        raise InputError(f"{where} is in no App, and cdk-nag checks Apps. Fix: add_packs(app, ...)")
    added = _added.setdefault(root, set())
    missing = [name for name in dict.fromkeys(packs) if name not in added]
    if missing:
        cdk_nag = _cdk_nag()
        from constructs_lambda.cdk.profiles.exemptions import WaivedPack

        plugins = [WaivedPack(getattr(cdk_nag, PACKS[name])(), root) for name in missing]
        Validations.of(root).add_plugins(*plugins)
        added.update(missing)


def _cdk_nag() -> ModuleType:
    try:
        import cdk_nag
    except ModuleNotFoundError as error:
        if error.name != "cdk_nag":
            raise
        raise InputError(f"cdk-nag's packs need cdk-nag, which isn't installed. {_FIX}") from None
    pack: Any = cdk_nag.AwsSolutionsChecks
    if not hasattr(pack, "validate"):
        raise InputError(f"cdk-nag's packs need cdk-nag 3, and an older one is installed. {_FIX}")
    return cdk_nag

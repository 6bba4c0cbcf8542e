"""What of a whole assembly an emulator can take: what is left out of one template is missed in others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import TemplateFile
from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.local.ignored import Ignored, abilities, ignored_in
from constructs_lambda.local.manifests import StackPlan, read_plans
from constructs_lambda.local.providers import broken_functions
from constructs_lambda.local.templates import OUTPUT, Dropped, exports, fitted
from constructs_lambda.records import record

NESTED = "AWS::CloudFormation::Stack"


@record()
class Fitted:
    """An assembly as the emulator takes it.

    Args:
        plans: Its stacks that have resources, in the order that they need.
        templates: What is deployed for each template, by its file.
        dropped: What is missing from each, by its file.
        ignored: What the emulator leaves out of it, for people to read.
        empty: The stacks without resources, by name: AWS takes none of them, and the CDK CLI leaves them out.
        parameters: The values of its parameters, by stack.
    """

    plans: tuple[StackPlan, ...]
    templates: Mapping[Path, Mapping[str, Any]]
    dropped: Mapping[Path, tuple[Dropped, ...]]
    ignored: Ignored
    empty: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def fit(outdir: Path) -> Fitted:
    """What of an assembly is deployed, and what isn't.

    Args:
        outdir: The assembly.

    Raises:
        InputError: It can't be read, or the emulator's code can't.
    """
    plans, known = read_plans(outdir), abilities()
    templates: dict[Path, Mapping[str, Any]] = {}
    dropped: dict[Path, tuple[Dropped, ...]] = {}
    imports: set[str] = set()
    for plan in plans:
        documents = {each.file.resolve(): _template(each.file) for each in plan.files}
        missed: dict[Path, set[str]] = {file: set() for file in documents}
        before = None
        while before != missed:  # from a stack into its nested ones by parameters, and back by outputs
            before = {file: set(names) for file, names in missed.items()}
            for file, document in documents.items():
                broken = broken_functions(document["Resources"], plan, known)
                gone = missed[file] | imports
                templates[file], dropped[file] = fitted(document, known.types, plan.account, broken, gone)
            _pass_on(plan, documents, templates, missed)
        for file, document in documents.items():
            is_there = bool(templates[plan.template.file.resolve()]["Resources"])
            imports |= exports(document) - (exports(templates[file]) if is_there else set())
    left = tuple(plan for plan in plans if templates[plan.template.file.resolve()]["Resources"])
    empty = tuple(plan.name for plan in plans if plan not in left)
    return Fitted(left, templates, dropped, ignored_in(plans, templates, dropped, known.types), empty)


def _template(file: Path) -> Mapping[str, Any]:
    document = read_document(file)
    resources = document.get("Resources", {}) if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(resources, Mapping):
        raise InputError(f"{file}: is no template, its Resources are no mapping")
    return {**document, "Resources": resources}


def _pass_on(
    plan: StackPlan,
    documents: Mapping[Path, Mapping[str, Any]],
    templates: Mapping[Path, Mapping[str, Any]],
    missed: Mapping[Path, set[str]],
) -> None:
    """Notes what nested stacks aren't given any more, and what they don't give."""
    nested = {each.stack_path: each for each in plan.nested}
    for outer in plan.files:
        file = outer.file.resolve()
        for id, resource in documents[file]["Resources"].items():
            inner = nested_in(nested, outer.paths.get(id, ""))
            if resource.get("Type") != NESTED or inner is None:
                continue
            inside = inner.file.resolve()
            outputs = documents[inside].get("Outputs", {}).keys() - templates[inside].get("Outputs", {}).keys()
            missed[file] |= {OUTPUT.format(id, name) for name in outputs}
            given = resource.get("Properties", {}).get("Parameters", {})
            kept = templates[file]["Resources"].get(id, {}).get("Properties", {}).get("Parameters", {})
            missed[inside] |= {name for name in given if given[name] != kept.get(name)}


def nested_in(nested: Mapping[str, TemplateFile], path: str) -> TemplateFile | None:
    """The template of a nested stack `A`, whose resource is `A.NestedStack/A.NestedStackResource`.

    Args:
        nested: The templates of nested stacks, by the path of the stack.
        path: The path of the resource.
    """
    beside = path.rpartition("/")[0].removesuffix(".NestedStack")
    return nested.get(beside)

"""Reads apps: finds the templates behind paths, and reads each of them into the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.assembly import TemplateFile
from constructs_lambda.documents import load_document, read_bytes
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.model import Stack, Topology
from constructs_lambda.sources import Sources, nothing_in, real_path
from constructs_lambda.template import read_template
from constructs_lambda.template.assets import StackAssets

STDIN = "-"


def read_app(path: str, stdin: Callable[[], bytes]) -> list[Topology]:
    """The stacks of one app, those of each Stage together.

    Args:
        path: A `cdk.out` folder, a folder of templates, a template file, or `-` for standard input.
        stdin: Reads standard input.

    Raises:
        InputError: What can't be read or is no template, one line for each.
    """
    problems: list[str] = []
    together: dict[str, list[Stack]] = {}
    for app, stack in read_stacks([path], stdin, Sources(), problems):
        together.setdefault(app, []).append(stack)
    if problems:
        raise InputError("\n".join(map(one_line, problems)))
    return [Topology(stacks) for stacks in together.values()]


def read_stacks(
    paths: Sequence[str],
    stdin: Callable[[], bytes],
    sources: Sources,
    problems: list[str],
) -> Iterator[tuple[str, Stack]]:
    """The stacks behind the paths, each file once, with the app they are part of.

    Args:
        paths: `cdk.out` folders, folders of templates, template files, or `-` for standard input.
        stdin: Reads standard input.
        sources: What the paths of this run lead to.
        problems: Filled with what can't be read, a line each.
    """
    store = AssetStore()
    seen = sources.checked
    chosen: dict[str, str] = {}
    for path in paths:
        chosen.setdefault(path if path == STDIN else real_path(path), path)
    for path in chosen.values():
        try:
            if path == STDIN:
                data = stdin()
                yield (
                    "stdin",
                    read_template(load_document(data, "standard input"), template="stdin", size_bytes=len(data)),
                )
                continue
            found = sources.behind(Path(path))
        except InputError as error:
            problems.append(str(error))
            continue
        except OSError as error:
            problems.append(f"{path}: {(error.strerror or str(error)).lower()}")
            continue
        left_out = 0
        for file, is_certain in found:
            real = real_path(str(file.file))
            if real in seen:
                continue
            seen.add(real)
            try:
                stack = read_stack(file, str(file.file), store)
                yield str(file.file.parent if file.stack_path else file.file), stack
            except InputError as error:
                if is_certain:
                    problems.append(str(error))
                else:
                    seen.remove(real)
                    left_out += 1
        if left_out == len(found):
            problems.append(nothing_in(path))


def read_stack(file: TemplateFile, shown: str, store: AssetStore) -> Stack:
    """The model of one template.

    Args:
        file: The template, and what its assembly tells of it.
        shown: What a message calls the file.
        store: Where what is in the assets is kept during a run.

    Raises:
        InputError: It can't be read, or is no template.
    """
    data = read_bytes(file.file)
    return read_template(
        load_document(data, shown),
        template=shown,
        size_bytes=len(data),
        stack_path=file.stack_path,
        name=file.name,
        account=file.account,
        region=file.region,
        paths=file.paths,
        assets=StackAssets(file.asset_manifests, store),
    )

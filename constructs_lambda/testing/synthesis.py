"""Apps synthesized for tests: fast, the same on every machine, and each in a folder of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from constructs_lambda.errors import InputError

if TYPE_CHECKING:
    from aws_cdk import App
    from aws_cdk.assertions import Template

    from constructs_lambda.assembly import TemplateFile

Build = Callable[["App"], object]
"""Puts stacks into an app: `lambda app: ShopStack(app, "Shop")`."""

_OUTER = ("CDK_APP_MODE", "CDK_CONTEXT_JSON", "CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "CDK_OUTDIR")
"""What the CDK command line tells an app, and what must not differ between machines."""


class Synthesized:
    """An app as it was synthesized.

    Attributes:
        app: The app.
        directory: Its cloud assembly.
        is_bundled: Whether assets and packages were built.
    """

    def __init__(
        self,
        app: App,
        directory: Path,
        *,
        is_bundled: bool,
        again: Callable[[Callable[[App], object]], Synthesized] | None = None,
    ) -> None:
        self.app = app
        self.directory = directory
        self.is_bundled = is_bundled
        self.again = again
        """Makes the same app once more, with something done to it; None where nothing tells how it was made."""
        self._templates: dict[Path, Template] = {}

    def __repr__(self) -> str:
        return f"Synthesized({', '.join(self.stacks)})"

    @cached_property
    def _files(self) -> dict[str, TemplateFile]:
        from constructs_lambda.assembly import read_assembly  # loads the model, which a synth alone doesn't need

        return {each.stack_path: each for each in read_assembly(self.directory).templates}

    @cached_property
    def _documents(self) -> dict[str, dict[str, Any]]:
        return {path: json.loads(each.file.read_text(encoding="utf-8")) for path, each in self._files.items()}

    @property
    def stacks(self) -> list[str]:
        """The construct paths of its stacks and nested stacks."""
        return list(self._files)

    def template(self, stack: Any = None) -> Template:
        """A stack's template, for CDK's assertions: `app.template().has_resource_properties(...)`.

        It is read once: many tests may ask for it. Unlike `Template.from_stack` it isn't searched for resources that
        depend on each other in a circle.

        Args:
            stack: The stack, its construct path, or its name. Default: the only one.

        Raises:
            InputError: There is no such stack, or more than one.
        """
        file = self._files[self._path(stack)].file
        if file not in self._templates:
            from constructs_lambda.cdk.apps import template_from

            self._templates[file] = template_from(self.document(stack))
        return self._templates[file]

    def document(self, stack: Any = None) -> dict[str, Any]:
        """A stack's template as it was written.

        Args:
            stack: The stack, its construct path, or its name. Default: the only one.

        Raises:
            InputError: There is no such stack, or more than one.
        """
        return self._documents[self._path(stack)]

    def resources(self, type: str, stack: Any = None) -> dict[str, Any]:
        """The resources of a type, by logical id.

        Args:
            type: `AWS::Lambda::Function` and the like.
            stack: The stack, its construct path, or its name. Default: all.

        Raises:
            InputError: There is no such stack.
        """
        documents = self._documents.values() if stack is None else [self.document(stack)]
        return {
            id: resource
            for document in documents
            for id, resource in document.get("Resources", {}).items()
            if resource["Type"] == type
        }

    def _path(self, stack: Any) -> str:
        if stack is None:
            if len(self._files) != 1:
                raise InputError(f"the app has {len(self._files)} stacks; name one: {', '.join(self._files)}")
            return next(iter(self._files))
        node = getattr(stack, "node", None)
        wanted = str(node.path if node is not None else stack)
        for path, file in self._files.items():
            if wanted in (path, file.name):
                return path
        from constructs_lambda.rules import nearest  # loads the rules, which are only needed once something is wrong

        raise InputError(f"the app has no stack {wanted!r}{nearest(wanted, self._files)}: {', '.join(self._files)}")


class Synthesizer:
    """The fixture `synth`.

    Args:
        new_folder: Makes a folder that nothing is in.
        test_folder: Tells where the test is that runs.
    """

    def __init__(self, new_folder: Callable[[], Path], test_folder: Callable[[], Path | None]) -> None:
        self._new_folder = new_folder
        self._test_folder = test_folder
        self._contexts: dict[Path, dict[str, Any]] = {}

    def __call__(
        self,
        build: Build | Any,
        *,
        validation: bool = False,
        bundling: bool = False,
        context: Mapping[str, Any] | None = None,
        account: str | None = None,
        region: str | None = None,
        allow_errors: bool = False,
    ) -> Synthesized:
        """Synthesizes an app.

        Args:
            build: Puts stacks into the App that it is given: `lambda app: ShopStack(app, "Shop")`; or the class of a
                stack, whose name is then its id. Or an app, a stage or a stack that is there already; then the settings
                are its own, and only `allow_errors` can be said.
            validation: Whether CDK's own rules are run on the templates: the first time this takes seconds. With
                `CDK_VALIDATION=false` in the environment they never are. Ours run in any case, where the app has
                `LambdaChecks` or one of our constructs.
            bundling: Whether packages get their dependencies, and assets are bundled. Without, a package of
                `PythonFunction` holds its source alone.
            context: Context of the app, beside that of the `cdk.json` and `cdk.context.json` that are nearest above
                the test, in its repository.
            account: What `CDK_DEFAULT_ACCOUNT` is. Default: it isn't set, whatever it is outside.
            region: What `CDK_DEFAULT_REGION` is. Default: it isn't set, whatever it is outside.
            allow_errors: Whether an app comes back although its checks found errors, for tests of just that. Default:
                it raises as `app.synth()` does.

        Raises:
            InputError: A cdk.json can't be read, an account or Region that is none, or settings for an app that is
                there already.
            TypeError: `context` is no mapping of texts.
            RuntimeError: CDK or a check refuses the app.
        """
        from constructs_lambda.cdk.apps import app_of, is_bundling, new_app, synthesize

        if not callable(build):
            if validation or bundling or context or account or region:
                raise InputError("settings can't be given with an app that is there; give a function that makes it")
            app = app_of(build)
            return Synthesized(app, synthesize(app, allow_errors=allow_errors), is_bundled=is_bundling(app))
        _refuse_wrong(context, account, region)
        settings = {**self._context(), **(context or {})}
        outer = {"CDK_DEFAULT_ACCOUNT": account, "CDK_DEFAULT_REGION": region}

        def make(prepare: Callable[[App], object], are_allowed: bool) -> Synthesized:
            with pytest.MonkeyPatch.context() as environment:
                for name in _OUTER:
                    environment.delenv(name, raising=False)
                for name, value in outer.items():
                    if value:
                        environment.setenv(name, value)
                app = new_app(self._new_folder(), settings, validation=bool(validation), bundling=bool(bundling))
                prepare(app)
                build(app, build.__name__) if isinstance(build, type) else build(app)
                directory = synthesize(app, allow_errors=are_allowed)
            return Synthesized(app, directory, is_bundled=bool(bundling), again=lambda then: make(then, True))

        return make(lambda app: None, allow_errors)

    def _context(self) -> dict[str, Any]:
        """The context that the CDK command line gives an app: feature flags, and what look-ups found."""
        test = self._test_folder()
        for folder in (test, *test.parents) if test else ():
            if (folder / "cdk.json").is_file():
                if folder not in self._contexts:
                    settings, found = _read(folder / "cdk.json"), _read(folder / "cdk.context.json")
                    self._contexts[folder] = {**_mapping(settings.get("context"), folder / "cdk.json"), **found}
                return self._contexts[folder]
            if (folder / ".git").exists():
                break  # what lies above isn't of this repository
        return {}


def _refuse_wrong(context: object, account: object, region: object) -> None:
    if context is not None and not (isinstance(context, Mapping) and all(isinstance(each, str) for each in context)):
        raise TypeError(f"context must be a mapping, such as {{'stage': 'test'}}; got {context!r}")
    if account is not None and not (isinstance(account, str) and re.fullmatch(r"\d{12}", account)):
        raise InputError(f"account is {account!r}; it must be a text of twelve digits, such as '111122223333'")
    if region is not None:
        from constructs_lambda.quotas import is_region

        if not (isinstance(region, str) and is_region(region)):
            raise InputError(f"region is {region!r}; it must be a Region's name, such as 'eu-west-1'")


def _read(file: Path) -> dict[str, Any]:
    from constructs_lambda.documents import read_document

    return _mapping(read_document(file), file) if file.is_file() else {}


def _mapping(value: object, file: Path) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise InputError(f"{file}: an object is needed, with a context that is one; found {value!r}")
    return value or {}

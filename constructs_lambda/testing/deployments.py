"""The fixture `local_app`: apps deployed on this machine for tests."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator, LocalApp
from constructs_lambda.local.keywords import inputs_of
from constructs_lambda.packaging import LOCAL_CONTEXT
from constructs_lambda.testing.functions import lacks_dependencies
from constructs_lambda.testing.subjects import Synthesizable, directory_of, topologies_of
from constructs_lambda.testing.synthesis import Synthesized

if TYPE_CHECKING:
    from constructs_lambda.testing.synthesis import Build, Synthesizer


class LocalDeployer:
    """What the fixture `local_app` returns.

    Args:
        synth: Synthesizes apps.
        emulators: Ends the emulators.
    """

    def __init__(self, synth: Synthesizer, emulators: ExitStack) -> None:
        self._synth = synth
        self._emulators = emulators

    def __call__(
        self,
        app: Build | Synthesized | Synthesizable | str | Path,
        *,
        parameters: Mapping[str, str | float] | None = None,
        ssm: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> LocalApp:
        """Deploys an app into an emulator of its own, which ends with the session.

        Args:
            app: Puts stacks into an App, or the class of a stack, as for `synth`: it is synthesized with its packages
                built for this machine. Or what `synth` returned, an app, or a `cdk.out` folder, as it is.
            parameters: Values of stack parameters by `NAME` or `STACK:NAME`.
            ssm: Values of SSM parameters, by name.
            secrets: Values of secrets, by name.

        Returns:
            The app, to be called: `request`, `invoke`, `publish`, `logs`, `outputs`.

        Raises:
            TypeError: `parameters`, `ssm` or `secrets` is no mapping of texts.
            InputError: ministack isn't installed, packages weren't built, a value is missing, or a stack can't be
                created.
        """
        inputs_of(parameters, ssm, secrets)  # before packages are built
        if callable(app) and not isinstance(app, Synthesized):
            app = self._synth(app, bundling=True, context={LOCAL_CONTEXT: True})
        bare = [
            each.place.path
            for topology in topologies_of(app)[0]
            for each in topology.deployments()
            if lacks_dependencies(each)
        ]
        if bare:
            raise InputError(
                f"packages weren't built: {', '.join(bare)}. Fix: give local_app the function that makes the app, or "
                f"synth(..., bundling=True, context={{{LOCAL_CONTEXT!r}: True}})"
            )
        aws = self._emulators.enter_context(Emulator())
        return aws.deploy(directory_of(app)[0], parameters=parameters, ssm=ssm, secrets=secrets)

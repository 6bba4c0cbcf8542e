"""What the functions of an app are deployed with: their layers, also those of another stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial

from constructs_lambda.model.functions import Place
from constructs_lambda.model.networks import Target
from constructs_lambda.model.packages import Deployment, LayerUse, LayerVersion, Upload
from constructs_lambda.model.references import References
from constructs_lambda.model.stacks import Stack


class Deployments(References):
    """The packages and layers of an app."""

    def deployed(self) -> Iterator[Upload | Deployment]:
        """Every package and layer on this machine, and every function of whose deployment something is known."""
        for template, stack in self.stacks.items():
            for layer in stack.layers.values():
                if layer.asset:
                    yield Upload(place=layer.place, what="layer", property="Content", asset=layer.asset)
            for name, function in stack.functions.items():
                if function.asset:
                    yield Upload(
                        place=function.place, what="package", property="Code", asset=function.asset, function=function
                    )
                if function.asset or function.layers or function.is_image is not False:
                    yield self._deployments[template][name]

    def deployments(self) -> Iterator[Deployment]:
        """Every function with all that it is deployed with."""
        for deployments in self._deployments.values():
            yield from deployments.values()

    def layer_uses(self) -> Iterator[LayerUse]:
        """The layers on this machine, with the functions that have them."""
        users: dict[Place, list[Deployment]] = {}
        if any(stack.layers for stack in self.stacks.values()):
            for deployments in self._deployments.values():
                for deployment in deployments.values():
                    for layer in deployment.layers:
                        users.setdefault(layer.place, []).append(deployment)
        for stack in self.stacks.values():
            for layer in stack.layers.values():
                if layer.asset:
                    who = tuple(users.get(layer.place, ()))
                    yield LayerUse(place=layer.place, asset=layer.asset, deployments=who)

    @cached_property
    def _deployments(self) -> Mapping[str, Mapping[str, Deployment]]:
        """By template and logical id."""
        return {
            template: {
                name: stack.deployment(function, partial(self._layer, stack))
                for name, function in stack.functions.items()
            }
            for template, stack in self.stacks.items()
        }

    def _layer(self, stack: Stack, link: Target) -> LayerVersion | None:
        """The layer behind a link, in whichever stack it is."""
        found = stack.layer(link)
        if found or len(self.stacks) == 1:
            return found
        spot = self.spot(stack, link)
        return self.stacks[spot.template].layers.get(spot.name) if spot and spot.template else None

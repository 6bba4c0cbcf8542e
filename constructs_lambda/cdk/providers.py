"""What a function takes from the capacity provider that it is given; `CapacityProvider` is loaded only for one."""

from __future__ import annotations

from aws_cdk import aws_lambda


def refuse_no_provider(provider: object) -> None:
    """Refuses what is no capacity provider of this app.

    Raises:
        TypeError: It is given, and none.
    """
    if provider is None or isinstance(provider, aws_lambda.CapacityProvider):
        return
    if hasattr(provider, "capacity_provider_arn"):
        raise TypeError(
            "capacity_provider must be made in this app: CDK adds no function to an imported one. Fix: leave it "
            f"out, and set capacity_provider_config of the function's CfnFunction; got {provider!r}"
        )
    raise TypeError(f"capacity_provider must be a CapacityProvider; got {provider!r}")


def architecture_of(provider: aws_lambda.CapacityProvider | None) -> aws_lambda.Architecture | None:
    """The processor of a capacity provider's instances, where it is ours and says it."""
    if provider is None:
        return None
    from constructs_lambda.cdk.capacity import CapacityProvider

    return provider.architecture if isinstance(provider, CapacityProvider) else None


def least_memory_mb(provider: aws_lambda.CapacityProvider) -> int | None:
    """The memory of a function that says nothing, where the provider is ours."""
    from constructs_lambda.cdk.capacity import CapacityProvider

    return provider.least_memory_mb if isinstance(provider, CapacityProvider) else None

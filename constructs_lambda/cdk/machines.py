"""The context switch `constructs-lambda:local`: what is built fits this machine, where an emulator runs it."""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, Stack, aws_lambda
from constructs import Construct, IConstruct

from constructs_lambda.packaging import LOCAL_CONTEXT, Target, this_machine

_TEXT = (
    f"The context {LOCAL_CONTEXT} is set: packages, runtimes and architectures are those of this machine. "
    "Don't deploy this to AWS; `constructs-lambda local up` sets it for its emulator"
)
_answers: WeakKeyDictionary[IConstruct, bool] = WeakKeyDictionary()


def target_here(scope: Construct) -> Target | None:
    """What is built for, whatever was asked for: this machine where the switch is set; None where it isn't.

    A stack in which it counts says so, as a warning.

    Args:
        scope: Where something is built.
    """
    stack = Stack.of(scope)
    if stack not in _answers:
        _answers[stack] = is_for_here(stack)
        if _answers[stack]:
            Annotations.of(stack).add_warning_v2(LOCAL_CONTEXT, _TEXT)
    return this_machine() if _answers[stack] else None


def is_for_here(scope: IConstruct) -> bool:
    """Whether the switch is set.

    Args:
        scope: Where it counts.
    """
    return scope.node.try_get_context(LOCAL_CONTEXT) in (True, "true")


def runtime_of(target: Target) -> aws_lambda.Runtime:
    """A target's runtime, as CDK has it.

    Args:
        target: The target.
    """
    return _known(target.runtime) or aws_lambda.Runtime(target.runtime, aws_lambda.RuntimeFamily.PYTHON)


def architecture_here(target: Target) -> aws_lambda.Architecture:
    """A target's architecture, as CDK has it.

    Args:
        target: The target.
    """
    both = (aws_lambda.Architecture.ARM_64, aws_lambda.Architecture.X86_64)
    return next(each for each in both if each.name == target.architecture)


@cache
def _known(name: str) -> aws_lambda.Runtime | None:
    found = getattr(aws_lambda.Runtime, name.upper().replace("PYTHON", "PYTHON_").replace(".", "_"), None)
    return found if isinstance(found, aws_lambda.Runtime) else None

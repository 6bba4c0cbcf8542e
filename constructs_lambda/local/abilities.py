"""What the installed emulator can: read out of its own code, by a program that runs in its environment.

`python -P abilities.py` prints JSON: of each resource type the names that its handler can read, and the clients of AWS
that JavaScript finds there. It stands alone, as `guard` does.
"""

from __future__ import annotations

import json
import re
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any

_DEEPEST = 4
_PACKAGE = "ministack"


def names_read(handler: FunctionType) -> set[str]:
    """Every text that stands in a function, or in one of the emulator's that it may call.

    A property that isn't among them is never asked for. The other way round nothing follows.

    Args:
        handler: The function.
    """
    found: set[str] = set()
    seen: set[FunctionType] = set()
    functions = [handler]
    while functions:
        function = functions.pop()
        if function in seen:
            continue
        seen.add(function)
        codes = [function.__code__]
        while codes:
            code = codes.pop()
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    codes.append(constant)
                else:
                    _texts(constant, found)
            for name in code.co_names:
                value = function.__globals__.get(name)
                if isinstance(value, FunctionType):
                    functions.append(value)
                elif isinstance(value, ModuleType):
                    members = (getattr(value, each, None) for each in code.co_names)
                    functions += [each for each in members if isinstance(each, FunctionType)]
                else:
                    _texts(value, found)
        functions = [each for each in functions if each.__module__.startswith(_PACKAGE)]
    return found


def _texts(value: Any, found: set[str], depth: int = 0) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict | list | tuple | set | frozenset) and depth < _DEEPEST:
        for each in value:
            _texts(each, found, depth + 1)
        if isinstance(value, dict):
            for each in value.values():
                _texts(each, found, depth + 1)


def main() -> None:
    """Prints what is known."""
    from ministack.core import lambda_runtime  # type: ignore[import-untyped]
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS  # type: ignore[import-untyped]

    types = {kind: sorted(names_read(each["create"])) for kind, each in _RESOURCE_HANDLERS.items()}
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    clients = sorted(set(re.findall(r'"(@aws-sdk/client-[a-z0-9-]+)":', script)))
    whole = sorted(set(re.findall(r'"(@aws-sdk/client-[a-z0-9-]+)":\s*_make', script)))
    json.dump({"types": types, "clients": clients, "whole_clients": whole}, sys.stdout)


if __name__ == "__main__":
    main()

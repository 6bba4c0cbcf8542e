"""What a sandbox starts, as Lambda starts its own `bootstrap.py`: the runtime client first, and then the package.

It is copied into the sandbox, whose Python has no other packages than the runtime client and the SDK.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module


def main() -> None:
    """Loads the client, and lets it run the handler with the package's folders on the path.

    Its arguments are these folders and the handler. While the client is loaded they aren't there: a module of the
    package that is called `types` or `json` would come in the place of that of the standard library.
    """
    client = import_module("awslambdaric.__main__")
    path = sys.argv.pop(1)
    os.environ["PYTHONPATH"] = path
    sys.path[:0] = path.split(os.pathsep)
    client.main(sys.argv)


if __name__ == "__main__":
    main()

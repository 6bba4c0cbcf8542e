"""Python source and what it depends on, as one reproducible zip: without Docker, for any target, from a cache.

    built = build(Path("functions/orders"), Target("python3.13", "arm64"))
    built.path, built.content_hash

From the inside out: `targets` says what is built for; `sources` finds the manifest and resolves it to `pins` (Poetry's
in `poetry`); `install` runs uv; `trim` holds the patterns of what is left out; `trees` lists files; `archive` writes
the zip; `cache` keeps it; `build` puts them together.
"""

from constructs_lambda.packaging.build import BUILDER, Built, build
from constructs_lambda.packaging.cache import Cache
from constructs_lambda.packaging.install import redact
from constructs_lambda.packaging.targets import LOCAL_CONTEXT, Target, this_machine
from constructs_lambda.packaging.trim import DEPENDENCY_PATTERNS, SOURCE_PATTERNS, Trim

__all__ = [
    "BUILDER",
    "DEPENDENCY_PATTERNS",
    "LOCAL_CONTEXT",
    "SOURCE_PATTERNS",
    "Built",
    "Cache",
    "Target",
    "Trim",
    "build",
    "redact",
    "this_machine",
]

"""How many requests an API takes where nobody says it."""

DEFAULT_RATE_LIMIT = 1_000
"""Requests a second: what the default concurrency of an account (1,000) serves at a second each."""
DEFAULT_BURST_LIMIT = 500
"""Half of the rate, as AWS's own limits for an account have it (10,000 and 5,000)."""

"""Sample events of all triggers, APIs and authorizers, with a payload of one's own."""

from constructs_lambda.testing.samples.kinds import SampleKind, default_event, sample_event

__all__ = ["SampleKind", "default_event", "sample_event"]

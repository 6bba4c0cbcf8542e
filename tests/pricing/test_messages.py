"""What topics and queues cost: pieces of 64 KB, FIFO, deliveries."""

from __future__ import annotations

import pytest
from priced import amounts, cost, made, quantities, unpriced, usd

M = 1_000_000
UNKNOWN = ({"Ref": "P"}, {"Fn::If": ["C", True, False]}, "${Token[TOKEN.1]}")


@pytest.mark.parametrize("kind", ["SNS::Topic", "SQS::Queue"])
@pytest.mark.parametrize(
    ("payload", "pieces"), [(None, 1), (0, 1), (63, 1), (64, 1), (64.001, 2), (65, 2), (128, 2), (129, 3), (1024, 16)]
)
def test_each_64_kb_counts(kind: str, payload: float | None, pieces: int) -> None:
    usage = {"requests": M} if payload is None else {"requests": M, "payload_kb": payload}
    assert set(quantities(cost({"R": made(kind, usage)})).values()) == {pieces * M}


@pytest.mark.parametrize("kind", ["SNS::Topic", "SQS::Queue"])
def test_a_million_requests_are_free(kind: str) -> None:
    assert usd(cost({"R": made(kind, {"requests": M, "payload_kb": 64})}, free_tier=True)) == "0.00"
    assert cost({"R": made(kind, {"requests": M + 1})}, free_tier=True).total_unrounded > 0


def test_queues_of_both_kinds_share_the_free_million() -> None:
    queues = {"Q": made("SQS::Queue", {"requests": M}), "F": made("SQS::Queue", {"requests": M}, FifoQueue=True)}
    # Half a million of each is left: 0.20 + 0.25.
    assert usd(cost(queues, free_tier=True)) == "0.45"


@pytest.mark.parametrize("flag", [True, "true"])
def test_fifo(flag: object) -> None:
    queue, topic = made("SQS::Queue", {"requests": 2 * M}, FifoQueue=flag), made("SNS::Topic", FifoTopic=flag)
    assert amounts(cost({"Q": queue})) == {"SQS FIFO requests": "1.00"}
    assert set(unpriced(cost({"T": topic}))) == {"FIFO publishes and deliveries"}


@pytest.mark.parametrize("flag", [False, "false", {"Ref": "AWS::NoValue"}])
def test_not_fifo(flag: object) -> None:
    assert amounts(cost({"Q": made("SQS::Queue", {"requests": 2 * M}, FifoQueue=flag)})) == {"SQS requests": "0.80"}


@pytest.mark.parametrize("flag", UNKNOWN)
def test_unknown_fifo_is_never_guessed(flag: object) -> None:
    queue = made("SQS::Queue", {"requests": 2 * M}, FifoQueue=flag)
    topic = made("SNS::Topic", {"requests": 2 * M}, FifoTopic=flag)
    report = cost({"Q": queue, "T": topic})
    assert report.lines == ()
    assert set(unpriced(report)) == {"SQS requests", "SNS publishes"}
    assert set(unpriced(report).values()) == {"whether it is FIFO is known at the deployment only"}


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("lambda", set()),
        ("sqs", set()),
        ("email", {"deliveries by email"}),
        ("https", {"deliveries by https"}),
        ({"Ref": "P"}, {"deliveries"}),
    ],
)
def test_deliveries(protocol: object, expected: set[str], within: bool) -> None:
    given = {"Protocol": protocol, "Endpoint": "someone"}
    if within:
        resources = {"T": made("SNS::Topic", {"requests": 0}, Subscription=[given])}
    else:
        subscription = made("SNS::Subscription", TopicArn={"Ref": "T"}, **given)
        resources = {"T": made("SNS::Topic", {"requests": 0}), "S": subscription}
    assert set(unpriced(cost(resources))) == expected

"""CL634 to CL638: rules of EventBridge, their patterns and targets, and schedules."""

import json
from typing import Any

from rules.cases import ABSENT, UNKNOWN, Case, Resource, around, one, stack, unknowns
from rules.event_resources import (
    ACCOUNT,
    FUNCTION,
    QUEUE,
    arn,
    kept,
    lets,
    maybe,
    of,
    queue,
    queue_policy,
    ref,
    role,
    rule,
)

OPERATORS: list[Any] = [
    {"prefix": "x"},
    {"prefix": ""},
    {"prefix": {"equals-ignore-case": "x"}},
    {"suffix": {"equals-ignore-case": "x"}},
    {"equals-ignore-case": "x"},
    {"wildcard": "a*b*"},
    {"wildcard": "a\\*b"},
    {"wildcard": "*\\**"},
    {"exists": True},
    {"cidr": "10.0.0.0/0"},
    {"cidr": "10.0.0.7/32"},
    {"cidr": "2001:db8::/128"},
    {"exactly": "x"},
    {"anything-but": ["x"]},
    {"anything-but": [1, 2.5]},
    {"anything-but": ["x", ref("P")]},
    {"anything-but": {"prefix": ["x", "y"]}},
    {"anything-but": {"equals-ignore-case": ["x", "y"]}},
    {"anything-but": {"wildcard": "*/lib/*"}},
    {"anything-but": {"suffix": ref("P")}},
    {"numeric": [">", 0, "<=", 5]},
    {"numeric": ["=", 3.018e2]},
]
WRONG_OPERATORS: list[Any] = [
    {"prefx": "x"},
    {"prefix": {}},
    {"prefix": {"equals-ignore-case": 1}},
    {"equals-ignore-case": {"equals-ignore-case": "x"}},
    {"wildcard": {"equals-ignore-case": "x"}},
    {"wildcard": "a**b"},
    {"wildcard": "a\\b"},
    {"wildcard": "a\\"},
    {"cidr": "10.0.0.0/33"},
    {"cidr": "10.0.0.256/8"},
    {"cidr": "foo/8"},
    {"cidr": "10.0.0.0/255.0.0.0"},
    {"cidr": "2001:db8::/129"},
    {"anything-but": []},
    {"anything-but": ["x", 1]},
    {"anything-but": {}},
    {"anything-but": {"prefix": ""}},
    {"anything-but": {"prefix": 1}},
    {"anything-but": {"suffix": ["x", ""]}},
    {"anything-but": {"wildcard": "a**"}},
    {"numeric": [">", "x"]},
    {"numeric": ["<", 5, ">", 1]},
    {"exists": "false"},
]
BUS = ACCOUNT.format("events", "event-bus/orders")
DEFAULT_BUS = ACCOUNT.format("events", "event-bus/default")


def matching(what: str, expected: str, pattern: Any, /, **properties: Any) -> Case:
    """A rule with this event pattern."""
    return stack(f"event pattern: {what}", expected, E=rule(EventPattern=pattern, **properties))


def detail(value: Any) -> Any:
    return {"detail": {"a": value}}


def long(length: int) -> Any:
    return {"source": ["x" * (length - len('{"source":[""]}'))]}


PATTERNS: list[Case] = [
    matching("of everything", "", {"source": [{"prefix": ""}]}),
    matching(
        "with every key",
        "",
        {
            "version": ["0"],
            "id": [{"exists": True}],
            "detail-type": ["Paid"],
            "source": ["orders"],
            "account": ["111122223333"],
            "time": [{"prefix": "2026"}],
            "region": ["eu-west-1"],
            "resources": [{"suffix": "x"}],
            "replay-name": [{"exists": False}],
            "detail": {"a": {"b": ["x", 1, -1.5, True, False, None, ""]}},
        },
    ),
    matching("as a text", "", json.dumps({"source": ["orders"]})),
    matching("empty", "CL634", {}),
    matching("no JSON", "CL634", "{source}"),
    matching("a list", "CL634", [{"source": ["orders"]}]),
    matching("an empty list", "CL634", {"source": []}),
    matching("a text in place of a list", "CL634", {"source": "orders"}),
    matching("a text in place of a list, below", "CL634", detail("b")),
    matching("an empty object", "CL634", {"detail": {}}),
    matching("a list in a list", "CL634", detail([["x"]])),
    matching("a wrong operator in an alternative", "CL634", {"detail": {"$or": [{"a": ["x"]}, {"b": [{"is": "x"}]}]}}),
    matching("alternatives", "", {"$or": [{"source": ["a"]}, {"detail-type": [{"suffix": "x"}]}]}),
    *(matching(f"operator {operator}", "", detail([operator])) for operator in OPERATORS),
    *(matching(f"wrong operator {operator}", "CL634", detail([operator])) for operator in WRONG_OPERATORS),
    *unknowns("event pattern", lambda v: rule(EventPattern=v, ScheduleExpression="rate(1 day)")),
    *(
        matching(f"a value that isn't known: {unknown}", "", {"source": unknown})
        for unknown in UNKNOWN
        if unknown != "" and not isinstance(unknown, str)
    ),
    *(matching(f"an item that isn't known: {unknown}", "", {"source": [unknown]}) for unknown in UNKNOWN),
    matching("keys from a function", "", {"Fn::Transform": {"Name": "M"}, "a": "x"}),
    *(
        matching(f"{count} characters", "CL634" if count > 4_096 else "", long(count))
        for count in (4_095, 4_096, 4_097)
    ),
    matching("long, something unknown", "", {**long(4_200), "id": [ref("P")]}),
    matching("key misspelt", "CL635", {"source": ["orders"], "detailType": ["Paid"]}),
    matching("key of the detail at the top", "CL635", {"source": ["orders"], "state": ["paid"]}),
    matching("key that is not to be there", "", {"source": ["orders"], "state": [{"exists": False}]}),
]

RULES: list[Case] = [
    stack("rule with neither pattern nor schedule", "CL636", E=rule(EventPattern=ABSENT)),
    stack("rule with a schedule", "", E=rule(EventPattern=ABSENT, ScheduleExpression="rate(1 day)")),
    stack("rule with perhaps a pattern", "", E=rule(EventPattern=ref("P"))),
    stack("rule whose properties aren't known", "", E=rule(EventPattern=ABSENT, **{"Fn::Transform": {"Name": "M"}})),
    *(
        stack(
            f"schedule on the bus {bus}",
            expected,
            E=rule(EventBusName=bus, ScheduleExpression="rate(1 day)"),
            B=of("AWS::Events::EventBus", Name="orders"),
        )
        for bus, expected in (
            ("default", ""),
            (DEFAULT_BUS, ""),
            ("orders", "CL636"),
            (BUS, "CL636"),
            (ref("B"), "CL636"),
            (arn("B"), "CL636"),
            (ref("Parameter"), ""),
            (ABSENT, ""),
        )
    ),
    stack("pattern on a bus", "", E=rule(EventBusName="orders")),
    *(
        stack(f"target with {' and '.join(given)}", expected, E=rule({"Arn": QUEUE, **given}))
        for expected, given in (
            ("", {"Input": "{}"}),
            ("", {"InputPath": "$.detail"}),
            ("CL636", {"Input": "{}", "InputPath": "$.detail"}),
            ("CL636", {"Input": "{}", "InputTransformer": {"InputTemplate": "{}"}}),
            ("", {"Input": "{}", "InputPath": {"Fn::If": ["C", "$", {"Ref": "AWS::NoValue"}]}}),
            ("", {"Input": "{}", "InputPath": {"Ref": "AWS::NoValue"}}),
        )
    ),
    *around(
        "rule's retries", "CL636", (0, 185), lambda n: rule({"Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": n}})
    ),
    *around(
        "rule's event age",
        "CL636",
        (60, 86_400),
        lambda n: rule({"Arn": QUEUE, "RetryPolicy": {"MaximumEventAgeInSeconds": n}}),
    ),
    *unknowns("rule's retry policy", lambda v: rule({"Arn": QUEUE, "RetryPolicy": v})),
    *(
        stack(
            f"rule to a FIFO queue: {what}",
            expected,
            Q=queue(FifoQueue=fifo),
            U=queue_policy(lets("events", "sqs:SendMessage")),
            E=rule({"Arn": target, **more}),
        )
        for what, expected, fifo, target, more in (
            ("no group", "CL636", True, arn("Q"), {}),
            ("of another app, no group", "CL636", False, f"{QUEUE}.fifo", {}),
            ("a group", "", True, arn("Q"), {"SqsParameters": {"MessageGroupId": "g"}}),
            ("parameters that aren't known", "", True, arn("Q"), {"SqsParameters": ref("P")}),
            ("perhaps", "", ref("P"), arn("Q"), {}),
            ("standard", "", False, arn("Q"), {}),
        )
    ),
    stack(
        "rule to a FIFO queue under a condition",
        "",
        Q=maybe(queue(FifoQueue=True)),
        E=rule({"Arn": arn("Q"), "RoleArn": ref("P")}),
    ),
]


def scheduled(window: Any = ABSENT, target: dict[str, Any] | None = None, **properties: Any) -> Resource:
    given = {"Arn": QUEUE, "RoleArn": ref("P"), **(target or {})}
    flexible = {"Mode": "OFF"} if window is ABSENT else window
    return of(
        "AWS::Scheduler::Schedule",
        **{"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": flexible, "Target": given, **properties},
    )


def letters(target: Any) -> Resource:
    return scheduled(target={"DeadLetterConfig": {"Arn": target}})


def own_letters(role: Any = None) -> Resource:
    """A schedule of a function with a dead-letter queue, and its role."""
    sent = {"Arn": arn("F"), "RoleArn": arn("R") if role is None else role}
    return scheduled(target={**sent, "DeadLetterConfig": {"Arn": arn("Q")}})


SCHEDULES: list[Case] = [
    *around(
        "window",
        "CL637",
        (1, 1_440),
        lambda n: (
            scheduled({"Mode": "FLEXIBLE", "MaximumWindowInMinutes": n})
            if n != {"Ref": "AWS::NoValue"}
            else scheduled()
        ),
    ),
    stack("flexible window without a length", "CL637", C=scheduled({"Mode": "FLEXIBLE"})),
    stack("window misspelt", "CL637", C=scheduled({"Mode": "Off"})),
    *unknowns("window", scheduled),
    *unknowns("window's mode", lambda v: scheduled({"Mode": v})),
    *around(
        "schedule's retries",
        "CL637",
        (0, 185),
        lambda n: scheduled(target={"RetryPolicy": {"MaximumRetryAttempts": n}}),
    ),
    *around(
        "schedule's event age",
        "CL637",
        (60, 86_400),
        lambda n: scheduled(target={"RetryPolicy": {"MaximumEventAgeInSeconds": n}}),
    ),
    *(
        one(
            f"schedule's input {given} to {target}",
            expected,
            kept(),
            C=scheduled(target={"Arn": target, "Input": given, "RoleArn": arn("R")}),
            R=role(("*", "*")),
        )
        for given, target, expected in (
            ("paid", arn("F"), "CL637"),
            ("paid", FUNCTION, "CL637"),
            ("paid", QUEUE, ""),
            ('"paid"', arn("F"), ""),
            ("{}", arn("F"), ""),
            *((unknown, arn("F"), "") for unknown in UNKNOWN),
        )
    ),
    stack("schedule's dead letters to a FIFO queue", "CL637", C=letters(arn("Q")), Q=queue(FifoQueue=True)),
    stack("schedule's dead letters to a FIFO queue by its ARN", "CL637", C=letters(f"{QUEUE}.fifo")),
    stack("schedule's dead letters", "", C=letters(arn("Q")), Q=queue()),
    *(
        one(
            f"schedule's role and dead letters: {what}",
            expected,
            kept(),
            C=made,
            Q=queue(),
            Z=queue(),
            R=role(("lambda:*", "*"), *statements),
            **({"U": queue_policy(lets("", "sqs:*", Principal={"AWS": arn("R")}))} if what == "by the queue" else {}),
        )
        for what, expected, made, statements in (
            ("allowed", "", own_letters(), [("sqs:SendMessage", arn("Q"))]),
            ("allowed everywhere", "", own_letters(), [("sqs:*", "*")]),
            ("nothing", "CL642", own_letters(), []),
            ("another queue", "CL642", own_letters(), [("sqs:SendMessage", arn("Z"))]),
            ("an unknown queue", "", own_letters(), [("sqs:SendMessage", ref("Parameter"))]),
            ("by the queue", "", own_letters(), []),
            ("under a condition", "", maybe(own_letters()), []),
            ("unknown role", "", own_letters(ref("P")), []),
        )
    ),
    stack("schedule's dead letters unknown", "", C=letters(ref("P"))),
    *(
        stack(f"time zone {zone}", expected, C=scheduled(ScheduleExpressionTimezone=zone))
        for zone, expected in (
            ("Europe/Berlin", ""),
            ("Etc/UTC", ""),
            ("UTC", ""),
            ("Europe/Berln", "CL638"),
            ("europe/berlin", "CL638"),
            ("!", ""),
            *((unknown, "") for unknown in UNKNOWN),
        )
    ),
    *(
        stack(f"cron({fields})", expected, E=rule({"Arn": QUEUE}, ScheduleExpression=f"cron({fields})"))
        for fields, expected in (
            ("59 23 31 12 ? 2199", ""),
            ("0 0 1 1 ? 1970", ""),
            ("60 0 ? * * *", "CL617"),
            ("0 24 ? * * *", "CL617"),
            ("0 25 ? * MON *", "CL617"),
            ("0 0 0 * ? *", "CL617"),
            ("0 0 32 * ? *", "CL617"),
            ("0 0 L * ? *", ""),
            ("0 0 3W * ? *", ""),
            ("0 0 1 0 ? *", "CL617"),
            ("0 0 1 13 ? *", "CL617"),
            ("0 0 1 JAN-DEC ? *", ""),
            ("0 0 ? * 1-7 *", ""),
            ("0 0 ? * 0 *", "CL617"),
            ("0 0 ? * 8 *", "CL617"),
            ("0 0 ? * 2#1 *", ""),
            ("0/15 8-17 ? * MON-FRI *", ""),
            ("0/90 8 ? * * *", ""),
            ("5,65 8 ? * * *", "CL617"),
            ("0 8-24 ? * * *", "CL617"),
            ("0 0 1 1 ? 1969", "CL617"),
            ("0 0 1 1 ? 2200", "CL617"),
        )
    ),
]

CASES: list[Case] = [*PATTERNS, *RULES, *SCHEDULES]

"""How a report is written: text for people, JSON for machines, Markdown for a pull request."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from priced import Resource, app, at, cost, function, made, prices

from constructs_lambda.pricing import AppUsage, CostReport, shipped_prices
from constructs_lambda.pricing.documents import as_json
from constructs_lambda.pricing.formats import dearest_items, markdown, text
from constructs_lambda.pricing.what_if import by_memory

M = 1_000_000
SECRET = made("SecretsManager::Secret", {"requests": 0})
DAY = str(shipped_prices().by_region["us-east-1"]["secrets"].read)


def secrets(count: int) -> dict[str, Resource]:
    return {f"S{n:02}": SECRET for n in range(count)}


def columns(output: str) -> list[list[str]]:
    """The lines, cut where two spaces or more stand."""
    return [re.split(r"\s{2,}", line.strip()) for line in output.splitlines()]


# Text


def test_text_of_nothing() -> None:
    assert text(cost({})) == (
        "Total: 0.00 USD a month (us-east-1, free tier off)\n"
        "Assumed: a month has 730 hours; no taxes, and no data that leaves AWS\n"
        "Assumed: stacks that name no Region are priced in us-east-1\n"
        "Assumed: nothing is free: the free tier is off\n"
    )


def test_text_of_one_resource() -> None:
    output = text(cost({"F": function({"requests": 2 * M, "duration_ms": 120}, MemorySize=512)}, free_tier=True))
    rows = columns(output)
    # 2 M requests of 120 ms at 512 MB: 1 M paid; 120,000 GB-seconds, all free.
    assert rows[0] == ["resource", "quantity", "unit price", "USD a month"]
    assert rows[2:6] == [
        ["F", "0.20"],
        ["requests (free tier)", "1,000,000 requests", "free", "0.00"],
        ["duration, x86 (free tier)", "120,000 GB-seconds", "free", "0.00"],
        ["requests", "1,000,000 requests", "0.20 a million requests", "0.20"],
    ]
    assert f"Total: 0.20 USD a month (us-east-1, free tier on, prices as of {DAY})" in output
    assert "Largest items" not in output


def test_text_of_25_resources_has_the_20_dearest() -> None:
    report = cost({**secrets(24), "Key": made("KMS::Key", {"requests": 0})})
    output = text(report)
    named = [row[0] for row in columns(output) if len(row) == 2 and row[0] in report.by_resource()]
    assert named == ["Key", *(f"S{n:02}" for n in range(19))]
    assert ["5 more (--format json has all)", "2.00"] in columns(output)
    assert "Total: 10.60 USD a month" in output
    bars = output[output.index("Largest items") : output.index("Total:")].splitlines()[1:-1]
    assert len(bars) == 10
    assert bars[0].split()[-3:] == ["1.00", "9%", "#" * 30]
    assert bars[1].split()[-3:] == ["0.40", "4%", "#" * 12]


@pytest.mark.parametrize(("count", "has_more"), [(20, False), (21, True)])
def test_the_twenty_first_resource(count: int, has_more: bool) -> None:
    for output in (text(cost(secrets(count))), markdown(cost(secrets(count)))):
        assert ("1 more" in output) is has_more


def test_what_is_not_in_the_total_is_a_line_for_each_kind() -> None:
    output = text(cost({"A": function(), "B": function(), "T": made("S3::Bucket")}))
    start = output.index("Not in the total")
    assert output[start : output.index("Total:")].splitlines() == [
        "Not in the total",
        "  AWS::S3::Bucket (T): no price is known here",
        "  duration, x86, 16.6667 a million GB-seconds (A and 1 more): no usage is stated",
        "  logs that are kept, 0.03 a GB-month (A and 1 more): how much is kept depends on the retention and on how it "
        "compresses",
        "  logs that come in, 0.50 a GB (A and 1 more): no usage is stated",
        "  requests, 0.20 a million requests (A and 1 more): no usage is stated",
        "",
    ]


@pytest.mark.parametrize(
    ("item", "usd", "expected"),
    [
        ("secrets", "0.4", "0.40 a secret-month"),
        ("secrets", "0.045", "0.045 a secret-month"),
        ("secrets", "0.001", "0.001 a secret-month"),
        ("secrets", "0.0009", "900.00 a million secret-months"),
        ("secrets", "1234.5", "1,234.50 a secret-month"),
    ],
)
def test_a_price_as_people_write_it(item: str, usd: str, expected: str) -> None:
    assert f"  {expected}  " in text(cost({"S": SECRET}, prices=prices({item: usd})))


def test_an_hour_and_a_single_unit() -> None:
    assert columns(text(cost({"E": made("EC2::EIP")})))[3] == [
        "public IPv4 address",
        "730 hours",
        "0.005 an hour",
        "3.65",
    ]
    assert "1 secret-month " in text(cost({"S": SECRET}))


def test_dearest_items_are_in_cents() -> None:
    report = cost({"K": made("KMS::Key", {"requests": 5_000}), "S": SECRET})
    assert [(name, str(amount)) for name, amount in dearest_items(report, 2)] == [
        ("K: customer-managed keys", "1.00"),
        ("S: secrets", "0.40"),
    ]
    assert len(dearest_items(report, 9)) == 3  # what costs nothing is none


@pytest.mark.parametrize("write", [text, markdown])
def test_nothing_steers_a_terminal(write: Any) -> None:
    evil = "a\x1b[31m\nb"
    resources = {
        "S": at(evil, SECRET),
        "F": at(f"{evil}/f", function({"requests": 1, "duration_ms": 1})),
        "T": made(evil),
    }
    report = cost(resources, region=None)
    other = cost(app({}, region=evil))
    what_if = by_memory(app(resources), [512], AppUsage(), shipped_prices())
    for output in (
        write(report),
        write(other),
        write(report, other),
        write(other, report),
        write(report, None, what_if),
    ):
        assert "\x1b" not in output
        assert "\nb" not in output


# JSON


def document(report: CostReport, *more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_json(report, *more))
    return found


def test_a_document() -> None:
    resources = {"F": at("Shop/F/Resource", function({"requests": 2 * M})), "B": made("S3::Bucket")}
    found = document(cost(app(resources, account="111122223333", region="us-east-1"), free_tier=True))
    assert found == {
        "total": "0.20",
        "currency": "USD",
        "region": "us-east-1",
        "free_tier": True,
        "as_of": DAY,
        "lines": [
            {
                "resource": "Shop/F",
                "item": "requests (free tier)",
                "quantity": "1000000",
                "unit": "request",
                "unit_price": "0",
                "amount": "0",
                "formula": "1,000,000 of 2,000,000 requests free every month",
                "region": "us-east-1",
                "account": "111122223333",
            },
            {
                "resource": "Shop/F",
                "item": "requests",
                "quantity": "1000000",
                "unit": "request",
                "unit_price": "0.0000002",
                "amount": "0.2",
                "formula": "1,000,000 of 2,000,000 requests x 0.0000002 USD",
                "region": "us-east-1",
                "account": "111122223333",
            },
        ],
        "unpriced": [
            {
                "resource": "Shop/F",
                "item": "duration, x86",
                "unit": "GB-second",
                "unit_price": "0.0000166667",
                "reason": "no duration_ms is stated",
                "region": "us-east-1",
                "quantity": None,
            },
            {
                "resource": "Shop/F",
                "item": "logs that come in",
                "unit": "GB",
                "unit_price": "0.5",
                "reason": "no usage is stated",
                "region": "us-east-1",
                "quantity": None,
            },
            {
                "resource": "Shop/F",
                "item": "logs that are kept",
                "unit": "GB-month",
                "unit_price": "0.03",
                "reason": "how much is kept depends on the retention and on how it compresses",
                "region": "us-east-1",
                "quantity": None,
            },
            {
                "resource": "B",
                "item": "AWS::S3::Bucket",
                "unit": None,
                "unit_price": None,
                "reason": "no price is known here",
                "region": "us-east-1",
                "quantity": None,
            },
        ],
        "assumptions": [
            "a month has 730 hours; no taxes, and no data that leaves AWS",
            "nothing else in the account uses what is free every month: Lambda requests",
        ],
    }


def test_an_empty_document() -> None:
    found = document(cost({}))
    assert (found["total"], found["as_of"], found["lines"], found["unpriced"]) == ("0.00", None, [], [])
    assert "changes" not in found
    assert "what_if" not in found


def test_amounts_have_all_their_digits_and_no_exponent() -> None:
    report = cost(
        {"S": made("SecretsManager::Secret", {"requests": 1})},
        prices=prices({"secrets": "1e-9", "secrets-requests": "1e12"}),
    )
    found = document(report)
    assert {(each["amount"], each["unit_price"]) for each in found["lines"]} == {
        ("0.000000001", "0.000000001"),
        ("1000000000000", "1000000000000"),
    }
    assert found["total"] == "1000000000000.00"


def test_a_document_of_changes() -> None:
    found = document(cost({"K": made("KMS::Key", {"requests": 0})}), cost({"S": SECRET}))
    assert (found["total"], found["before"], found["difference"]) == ("1.00", "0.40", "0.60")
    assert found["changes"] == [
        {
            "resource": "K",
            "before": None,
            "after": "1",
            "difference": "1",
            "items": ["customer-managed keys", "requests of keys"],
        },
        {
            "resource": "S",
            "before": "0.4",
            "after": None,
            "difference": "-0.4",
            "items": ["calls for secrets", "secrets"],
        },
    ]


def test_a_document_of_what_if() -> None:
    model = app({"F": function({"requests": 5 * M, "duration_ms": 200})})
    what_if = by_memory(model, [2048], AppUsage(), shipped_prices(), free_tier=False)
    (now, other) = document(cost(model), None, what_if)["what_if"]
    # A million GB-seconds either way: 16.6667, and 1.00 for the requests.
    assert now == {
        "resource": "F",
        "memory_mb": 1024,
        "duration_ms": "200",
        "basis": "as stated",
        "amount": "17.6667",
        "is_current": True,
        "reason": None,
    }
    assert other == {
        **now,
        "memory_mb": 2048,
        "duration_ms": "100",
        "basis": "assumed in proportion to CPU",
        "is_current": False,
    }


# Markdown


def test_markdown_of_a_report() -> None:
    output = markdown(cost({"K": made("KMS::Key", {"requests": 0}), "B": made("S3::Bucket")}))
    assert output == (
        "### 1.00 USD a month\n\n"
        "| resource   |   USD a month |\n"
        "|:-----------|--------------:|\n"
        "| K          |          1.00 |\n"
        "| **Total**  |      **1.00** |\n\n"
        f"(us-east-1, free tier off, prices as of {DAY})\n\n"
        "<details><summary>Assumptions</summary>\n\n"
        "- AWS::S3::Bucket (B): no price is known here\n"
        "- a month has 730 hours; no taxes, and no data that leaves AWS\n"
        "- stacks that name no Region are priced in us-east-1\n"
        "- nothing is free: the free tier is off\n\n"
        "</details>\n"
    )


def test_markdown_of_changes() -> None:
    before, after = cost({"S": SECRET}), cost({"S": SECRET, "K": made("KMS::Key", {"requests": 0})})
    more, less, same = markdown(after, before), markdown(before, after), markdown(before, before)
    assert more.startswith("### +1.00 USD a month\n")
    row = [each.strip() for each in more.splitlines()[4].split("|")]
    assert row == ["", "K", "", "1.00", "+1.00", "customer-managed keys; requests of keys", ""]
    assert f"0.40 before, 1.40 after: +1.00 USD a month (us-east-1, free tier off, prices as of {DAY})" in more
    assert less.startswith("### -1.00 USD a month\n")
    assert same.startswith("### 0.00 USD a month\n\nNothing that costs has changed.\n")


def test_text_of_changes() -> None:
    before, after = cost({"S": SECRET}), cost({"S": made("SecretsManager::Secret", {"requests": 200_000})})
    rows = columns(text(after, before))
    assert rows[0] == ["resource", "before", "after", "USD a month", "what changed"]
    assert rows[2] == ["S", "0.40", "1.40", "+1.00", "calls for secrets"]
    assert rows[4][0].startswith("0.40 before, 1.40 after: +1.00 USD a month")


def test_text_of_what_if() -> None:
    model = app({"F": function({"requests": 5 * M, "duration_ms": 200})})
    rows = columns(text(cost(model), None, by_memory(model, [512], AppUsage(), shipped_prices(), free_tier=False)))
    assert rows[0] == ["function", "memory", "duration", "which is", "USD a month"]
    assert rows[2:4] == [
        ["F", "512 MB", "400 ms", "assumed in proportion to CPU", "17.67"],
        ["F", "1,024 MB (now)", "200 ms", "as stated", "17.67"],
    ]


def test_markdown_escapes_what_steers_it() -> None:
    name = "a|b<c>\\d"
    resources = {"S": at(name, SECRET), "F": at(f"{name}/f", function({"requests": 1, "duration_ms": 1}))}
    report = cost(app(resources, region="us|east"))
    what_if = by_memory(
        app({"F": at(name, function({"requests": 1, "duration_ms": 1}))}), [512], AppUsage(), shipped_prices()
    )
    for output in (
        markdown(report),
        markdown(report, cost({})),
        markdown(cost({"S": at(name, SECRET)})),
        markdown(report, None, what_if),
    ):
        plain = output.replace("<details><summary>Assumptions</summary>", "").replace("</details>", "")
        assert "<" not in plain
        assert re.search(r"(?<!\\)\|b", plain) is None
        assert re.search(r"(?<!\\)\|east", plain) is None
    assert "| a\\|b&lt;c>\\\\d |" in markdown(cost({"S": at(name, SECRET)}))


def test_a_difference_is_that_of_the_totals_that_are_shown() -> None:
    before, after = (
        cost({"S": SECRET}, prices=prices({"secrets": "0.004"})),
        cost({"S": SECRET}, prices=prices({"secrets": "0.006"})),
    )
    assert (before.total, after.total) == (Decimal("0.00"), Decimal("0.01"))
    assert markdown(after, before).startswith("### +0.01 USD a month")


# What has no price, in a difference


def test_what_joined_what_has_no_price_stands_under_the_changes() -> None:
    before = cost({"S": SECRET, "Old": made("S3::Bucket")})
    after = cost({"S": SECRET, "New": made("DynamoDB::Table")})
    assert text(after, before).split("\n0.40 before")[0].splitlines() == [
        "Nothing has changed in the total.",
        "",
        "Not in the total, new",
        "  AWS::DynamoDB::Table (New): no price is known here",
        "",
        "Not in the total before, and gone",
        "  AWS::S3::Bucket (Old): no price is known here",
    ]
    shown, details = markdown(after, before).split("<details>")
    assert "- Not in the total, new: AWS::DynamoDB::Table (New): no price is known here\n" in shown
    assert "- Not in the total before, and gone: AWS::S3::Bucket (Old): no price is known here\n" in shown
    assert "AWS::DynamoDB::Table (New)" in details
    found = document(after, before)
    assert [each["resource"] for each in found["unpriced_added"]] == ["New"]
    assert [each["resource"] for each in found["unpriced_removed"]] == ["Old"]
    assert found["changes"] == []
    same = text(after, after)
    assert "Nothing that costs has changed." in same
    assert "Not in the total, as before\n  AWS::DynamoDB::Table (New)" in same


def test_what_was_assumed_of_the_state_before_alone() -> None:
    before, after = cost({"S": SECRET}, free_tier=True), cost({"S": SECRET})
    note = "before the change: nothing is free: the free tier is off"
    assert note in text(before, after)
    assert note in markdown(before, after)
    assert "before the change" not in text(after, after)
    assert document(before, after)["assumptions_before"] == list(after.assumptions)


def test_markdown_escapes_what_would_be_bold_code_or_a_link() -> None:
    output = markdown(cost({"S": at("*a*/`b`/_c_/[d](e)", SECRET)}))
    assert "| \\*a\\*/\\`b\\`/\\_c\\_/\\[d\\](e) |" in output


def test_a_price_by_memory_that_is_not_known() -> None:
    model = app({"F": function({"requests": M, "duration_ms": 100}), "B": made("S3::Bucket")})
    what_if = by_memory(model, [512], AppUsage(), shipped_prices(), region="il-central-1")
    output = text(cost(model, region="il-central-1"), None, what_if)
    assert columns(output)[2] == [
        "F",
        "512 MB",
        "200 ms",
        "assumed in proportion to CPU; duration, x86: no price is known in il-central-1",
        "not known",
    ]
    assert "Not in the total\n  AWS::S3::Bucket (B): no price is known here" in output
    found = document(cost(model), None, what_if)["what_if"][0]
    assert (found["amount"], found["reason"]) == (None, "duration, x86: no price is known in il-central-1")

"""Waivers: what they let pass, until when, and what is said of those that are over or useless."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Stage, Validations, aws_lambda

from constructs_lambda import InputError, LambdaChecks, Profile, Require, Waiver
from constructs_lambda.waivers import FILE, read_waivers

pytestmark = pytest.mark.cdk

TODAY = date(2026, 11, 28)


def waiver(rule: str = "CL930", path: str = "Shop/Orders", until: date = TODAY, **changes: Any) -> Waiver:
    return Waiver(**{"rule": rule, "path": path, "reason": "old", "owner": "payments", "until": until, **changes})


def synthesize(app: App, *waivers: Waiver, **options: Any) -> tuple[list[str], list[str]]:
    """What is reported, and what is let pass: rule and construct."""
    require = {"description": Require.given()}
    Profile("acme", version="1", require=require, waivers=waivers, **options).apply(app, today=TODAY)
    return synth(app)


def synth(app: App) -> tuple[list[str], list[str]]:
    stack = app.node.try_find_child("Shop")
    if isinstance(stack, Stack) and not [each for each in stack.node.children if each.node.id == "Orders"]:
        add_orders(stack)
    with suppress(RuntimeError):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return tuple(  # type: ignore[return-value]
        sorted(
            f"{violation['ruleName']} {construct['constructPath']}"
            for plugin in report["pluginReports"]
            for violation in plugin.get(kind, ())
            for construct in violation["violatingConstructs"]
        )
        for kind in ("violations", "suppressedViolations")
    )


@pytest.fixture
def orders(stack: Stack) -> Stack:
    """A stack that gets the function `Orders` once the profile is applied."""
    return stack


def add_orders(stack: Stack) -> None:
    code = aws_lambda.Code.from_inline("def handler(event, context): ...")
    aws_lambda.Function(stack, "Orders", code=code, handler="index.handler", runtime=aws_lambda.Runtime.PYTHON_3_14)


BROKEN = "CL930 Shop/Orders/Resource"


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("CL930", "Shop/Orders"),
        ("CL930", "Shop/Orders/Resource"),
        ("CL930", "/Shop/Orders"),
        ("CL930", "Shop"),
        ("CL930", "*"),
        ("CL93*", "Shop/*"),
        ("constructs-lambda::CL930", "*/Orders"),
        ("*", "Shop/Ord*"),
    ],
)
def test_what_lets_pass(rule: str, path: str, app: App, orders: Stack) -> None:
    reported, passed = synthesize(app, waiver(rule, path))
    assert BROKEN not in reported
    assert BROKEN in passed


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("CL931", "Shop/Orders"),
        ("CL93", "Shop/Orders"),
        ("CL930", "Shop/Order"),
        ("CL930", "Shop/Orders/Other"),
        ("CL930", "Sho"),
    ],
)
def test_what_lets_nothing_pass_and_is_reported(rule: str, path: str, app: App, orders: Stack) -> None:
    reported, passed = synthesize(app, waiver(rule, path))
    assert BROKEN in reported
    assert passed == []
    assert [each for each in reported if each.startswith("CL932")] == [f"CL932 {path}"]


@pytest.mark.parametrize(("days", "passes"), [(-1, False), (0, True), (1, True)])
def test_the_last_day(days: int, passes: bool, app: App, orders: Stack) -> None:
    reported, passed = synthesize(app, waiver(until=TODAY + timedelta(days=days)))
    assert (BROKEN in passed) is passes
    assert reported == ([] if passes else [BROKEN, "CL931 Shop/Orders"])


def test_the_day_of_the_checks_goes_before(app: App, orders: Stack) -> None:
    Validations.of(app).add_plugins(LambdaChecks(today=TODAY + timedelta(days=1)))
    reported, _ = synthesize(app, waiver())
    assert reported == [BROKEN, "CL931 Shop/Orders"]


def test_a_second_synth_says_the_same(app: App, orders: Stack) -> None:
    first = synthesize(app, waiver(), waiver("CL101"))
    app.synth(force=True)
    assert synth(app) == first


def test_a_waiver_holds_below_its_profile_only(app: App, orders: Stack) -> None:
    Profile("acme", require={"description": Require.given()}).apply(app, today=TODAY)
    Profile("other", waivers=[waiver(path="*")]).apply(Stack(app, "Other"))
    reported, passed = synth(app)
    assert (reported, passed) == ([BROKEN, "CL932 *"], [])


def test_two_waivers_for_one_finding_are_both_in_use(app: App, orders: Stack) -> None:
    reported, _ = synthesize(app, waiver(), waiver(path="Shop/*"))
    assert reported == []
    assert [each.state(TODAY) for each in read_waivers(Path(app.outdir))] == ["in use", "in use"]


def test_the_file_of_a_profile_that_is_gone_goes_too(make_app: Any, app: App, orders: Stack) -> None:
    synthesize(app, waiver())
    again = App(outdir=app.outdir, analytics_reporting=False)
    Validations.of(again).add_plugins(LambdaChecks())
    add_orders(Stack(again, "Shop"))
    again.synth()
    assert read_waivers(Path(app.outdir)) == []


def test_waivers_of_all_profiles_hold(app: App, stack: Stack, orders: Stack) -> None:
    organisation = Profile("acme", require={"description": Require.given()}, waivers=[waiver(path="Shop/None")])
    Profile("payments", base=organisation, waivers=[waiver()]).apply(app, today=TODAY)
    reported, passed = synth(app)
    assert (reported, passed) == (["CL932 Shop/None"], [BROKEN])


def test_in_a_stage(app: App) -> None:
    stack = Stack(Stage(app, "Prod"), "Shop")
    Profile("empty").apply(app)
    add_orders(stack)
    reported, passed = synthesize(app, waiver(path="Prod/Shop/Orders"))
    assert (reported, passed) == ([], ["CL930 Prod/Shop/Orders/Resource"])
    assert [each.path for each in read_waivers(Path(app.outdir))] == ["Prod/Shop/Orders"]


def test_one_of_a_misspelt_rule_names_the_nearest(app: App, orders: Stack) -> None:
    synthesize(app, waiver("CL9300"))
    report = (Path(app.outdir) / "validation-report.json").read_text()
    assert "there is no rule 'CL9300' (did you mean 'CL930'?)" in report


def test_what_is_written_for_the_auditor(app: App, orders: Stack) -> None:
    synthesize(app, waiver(), waiver("CL101", until=date(2027, 1, 31), owner="platform"), waiver("CheckovPlugin::A"))
    first, second, third = read_waivers(Path(app.outdir))
    assert first.findings == ("constructs-lambda::CL930 Shop/Orders",)
    assert (first.days_left(TODAY), first.state(TODAY), first.profile) == (0, "in use", "acme 1")
    assert (second.days_left(TODAY), second.state(TODAY), second.owner) == (64, "unused", "platform")
    assert third.findings is None


def test_without_waivers_nothing_is_written(app: App, orders: Stack) -> None:
    synthesize(app)
    assert not (Path(app.outdir) / FILE).exists()
    assert read_waivers(Path(app.outdir)) == []


def test_rules_that_are_not_ours(app: App, stack: Stack, orders: Stack) -> None:
    """They are acknowledged as they stand, before anybody knows whether they find something."""
    synthesize(app, waiver("Theirs::T1"), waiver("Theirs::T2", "Shop/*"), waiver("Theirs::T3", "Shop/Nothing"))
    metadata = json.loads((Path(app.outdir) / "manifest.json").read_text())["artifacts"]["Shop"]
    said = json.dumps(metadata) + "".join(file.read_text() for file in Path(app.outdir).glob("*.metadata.json"))
    assert "Theirs::T1" in said
    assert "Theirs::T2" in said
    assert "Theirs::T3" not in said
    reported, _ = synth(app)
    assert "CL932 Shop/Nothing" in reported


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rule": ""}, "rule must be a text"),
        ({"path": " "}, "path must be a text"),
        ({"reason": None}, "reason must be a text"),
        ({"owner": 1}, "owner must be a text"),
        ({"until": "2026-02-30"}, "until must be a day"),
        ({"until": 20261231}, "until must be a datetime.date"),
        ({"until": None}, "until must be a datetime.date"),
    ],
)
def test_what_no_waiver_is(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        waiver(**changes)


def test_a_day_as_text() -> None:
    assert waiver(until="2026-12-31").until == date(2026, 12, 31)  # type: ignore[arg-type]


def test_all_problems_of_a_waiver_at_once() -> None:
    with pytest.raises(InputError) as refused:
        waiver(rule="", owner="", until="soon")  # type: ignore[arg-type]
    assert str(refused.value).count("Waiver: ") == 3

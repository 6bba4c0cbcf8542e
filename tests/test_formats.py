"""Each format of a report, and that a hostile template steers neither terminal nor workflow."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lambda import formats
from constructs_lambda.findings import Finding, Report, Severity

TIMEOUT = Finding(
    rule="CL102",
    severity=Severity.ERROR,
    path="Shop/Orders",
    resource="OrdersABC",
    template="cdk.out/Shop.template.json",
    message="timeout is 1000 s; a function may run for at most 900 s",
    fix="lower the timeout.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    property="Timeout",
)
RUNTIME = replace(
    TIMEOUT, rule="CL110", severity=Severity.WARNING, message="python3.9 is past its end", property="Runtime"
)
ADVICE = replace(
    RUNTIME, rule="CL120", severity=Severity.INFO, path="Shop/Auth", resource="Auth", message="no log group"
)
REPORT = Report((ADVICE, RUNTIME, TIMEOUT), templates=1, functions=3)

HOSTILE = "a\x1b[31m\r\n::error::b\u202e\u2028\x9b\ud800%0A,:"
HOSTILE_FINDING = Finding(HOSTILE, Severity.ERROR, *[HOSTILE] * 7)


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    severity: Severity
    aws: str
    fix: str
    source: str


TIMEOUT_RULE = Rule("CL102", "Timeout out of range", Severity.ERROR, "Refuses it.", "Lower it.", "https://x")


def test_text() -> None:
    assert formats.text(REPORT) == (
        "Shop/Orders  cdk.out/Shop.template.json\n"
        "  error   CL102  timeout is 1000 s; a function may run for at most 900 s\n"
        "    Fix: lower the timeout.\n"
        "    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html\n"
        "  warning CL110  python3.9 is past its end\n"
        "    Fix: lower the timeout.\n"
        "    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html\n"
        "\n"
        "Shop/Auth  cdk.out/Shop.template.json\n"
        "  info    CL120  no log group\n"
        "    Fix: lower the timeout.\n"
        "    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html\n"
        "\n"
        "1 error, 1 warning, 1 info in 3 functions of 1 template\n"
    )


def test_text_without_findings_is_the_summary() -> None:
    assert formats.text(Report((), 1, 3)) == "3 functions in 1 template checked: no findings\n"


@pytest.mark.parametrize(
    ("findings", "templates", "functions", "known", "expected"),
    [
        ([TIMEOUT] * 2 + [RUNTIME], 1, 3, 0, "2 errors, 1 warning in 3 functions of 1 template"),
        ([TIMEOUT] + [RUNTIME] * 2, 2, 1, 0, "1 error, 2 warnings in 1 function of 2 templates"),
        ([RUNTIME] * 10, 1, 1, 0, "10 warnings in 1 function of 1 template"),
        ([ADVICE] * 2, 1, 1, 4, "2 info in 1 function of 1 template (4 known in the baseline)"),
        ([], 0, 0, 0, "0 functions in 0 templates checked: no findings"),
        ([], 1, 1, 1, "1 function in 1 template checked: no new findings (1 known in the baseline)"),
    ],
)
def test_summary(findings: list[Finding], templates: int, functions: int, known: int, expected: str) -> None:
    assert formats.summary(Report(tuple(findings), templates, functions), known) == expected


def test_constructs_of_the_same_path_in_two_templates_stay_apart() -> None:
    other = replace(TIMEOUT, template="prod/Shop.template.json")
    lines = formats.text(Report((TIMEOUT, other), 2, 2)).splitlines()
    assert [line for line in lines if line.startswith("Shop/")] == [
        "Shop/Orders  cdk.out/Shop.template.json",
        "Shop/Orders  prod/Shop.template.json",
    ]


def test_colour_only_when_asked() -> None:
    colored = formats.text(REPORT, color=True)
    assert "\x1b[31merror  \x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == formats.text(REPORT)


def test_json() -> None:
    document = json.loads(formats.as_json(Report((TIMEOUT,), 1, 3)))
    assert document == {
        "findings": [
            {
                "rule": "CL102",
                "severity": "error",
                "path": "Shop/Orders",
                "resource": "OrdersABC",
                "template": "cdk.out/Shop.template.json",
                "message": "timeout is 1000 s; a function may run for at most 900 s",
                "fix": "lower the timeout.",
                "source": "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
                "property": "Timeout",
            }
        ],
        "checked": {"templates": 1, "functions": 3},
    }
    assert json.loads(formats.as_json(Report((), 0, 0))) == {
        "findings": [],
        "checked": {"templates": 0, "functions": 0},
    }


@pytest.fixture(scope="module")
def schema() -> Any:
    path = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"
    return jsonschema.Draft4Validator(
        json.loads(path.read_text()), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )


def test_sarif(schema: Any) -> None:
    document = json.loads(formats.sarif(REPORT, [TIMEOUT_RULE]))
    schema.validate(document)
    (run,) = document["runs"]
    assert run["tool"]["driver"]["rules"][0] == {
        "id": "CL102",
        "shortDescription": {"text": "Timeout out of range"},
        "fullDescription": {"text": "Timeout out of range. Refuses it."},
        "help": {"text": "Lower it.\nhttps://x"},
        "helpUri": "https://x",
        "defaultConfiguration": {"level": "error"},
    }
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CL102", "CL110", "CL120"]
    assert [(result["ruleId"], result["ruleIndex"], result["level"]) for result in run["results"]] == [
        ("CL120", 2, "note"),
        ("CL110", 1, "warning"),
        ("CL102", 0, "error"),
    ]
    (location,) = run["results"][2]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "cdk.out/Shop.template.json"}
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "Shop/Orders", "kind": "resource", "name": "OrdersABC"}
    ]


@pytest.mark.parametrize(
    "report", [Report((), 0, 0), Report((replace(TIMEOUT, template="", resource="", source=""),), 1, 1)]
)
def test_sarif_with_little_in_it(report: Report, schema: Any) -> None:
    schema.validate(json.loads(formats.sarif(report)))


def test_sarif_refuses_what_is_no_sarif(schema: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        schema.validate({"version": "2.1.0", "runs": [{"results": []}]})


@pytest.mark.parametrize(
    ("template", "uri"),
    [
        ("a b/ü#?%.json", "a%20b/%C3%BC%23%3F%25.json"),
        ("a:b.json", "a%3Ab.json"),
        ("../x.json", "../x.json"),
        ("./x.json", "x.json"),
        ("/elsewhere/x y.json", "file:///elsewhere/x%20y.json"),
        ("-", "-"),
        ("\udcff\ud800", "%3F%3F"),
    ],
)
def test_sarif_uris(template: str, uri: str) -> None:
    assert sarif_uri(template) == uri


def sarif_uri(template: str) -> str:
    document = json.loads(formats.sarif(Report((replace(TIMEOUT, template=template),), 1, 1)))
    uri = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert isinstance(uri, str)
    return uri


def test_sarif_uris_are_relative_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sarif_uri(str(tmp_path / "cdk.out" / "x.json")) == "cdk.out/x.json"


def fingerprints(*findings: Finding) -> list[str]:
    document = json.loads(formats.sarif(Report(findings, 1, 1)))
    return [result["partialFingerprints"]["constructsLambdaFinding/v1"] for result in document["runs"][0]["results"]]


def test_sarif_fingerprints_are_stable_and_distinct() -> None:
    changed = replace(TIMEOUT, message="timeout is 901 s", template="/other/clone/Shop.template.json")
    assert fingerprints(TIMEOUT) == fingerprints(changed) == ["1a63a614c75545e4c06755a2d726726e:1"]
    assert len({*fingerprints(TIMEOUT, changed, RUNTIME, ADVICE)}) == 4


def test_sarif_fingerprints_without_a_construct_path_know_the_file() -> None:
    bare = replace(TIMEOUT, path=TIMEOUT.resource, template="a/one.json")
    elsewhere, other = replace(bare, template="b/one.json"), replace(bare, template="a/other.json")
    assert fingerprints(bare) == fingerprints(elsewhere) != fingerprints(other)


def test_github() -> None:
    assert formats.github(REPORT).splitlines() == [
        "::notice file=cdk.out/Shop.template.json,title=CL120::Shop/Auth: no log group"
        f"%0AFix: lower the timeout.%0A{ADVICE.source}",
        "::error file=cdk.out/Shop.template.json,title=CL102::Shop/Orders: "
        f"timeout is 1000 s; a function may run for at most 900 s%0AFix: lower the timeout.%0A{TIMEOUT.source}",
        "::warning file=cdk.out/Shop.template.json,title=CL110::Shop/Orders: python3.9 is past its end"
        f"%0AFix: lower the timeout.%0A{RUNTIME.source}",
        "1 error, 1 warning, 1 info in 3 functions of 1 template",
    ]


def test_github_escapes_properties_and_data() -> None:
    (command, _) = formats.github(
        Report((replace(TIMEOUT, template="a,b:c%.json", message="50%\r\n", path="P"),), 1, 1)
    ).splitlines()
    assert command.startswith("::error file=a%2Cb%3Ac%25.json,title=CL102::P: 50%25\\r\\n%0AFix: ")
    assert formats.github(Report((replace(TIMEOUT, template="-"),), 1, 1)).startswith("::error title=CL102::")


def test_nothing_hostile_gets_through(schema: Any) -> None:
    report = Report((HOSTILE_FINDING,), 1, 1)
    for output in (formats.text(report), formats.github(report)):
        assert output.replace("\n", "").isprintable()
        assert not any(line.startswith("::error::b") for line in output.splitlines())
    assert len(formats.github(report).splitlines()) == 2
    for output in (formats.as_json(report), formats.sarif(report)):
        assert output.isascii()
    schema.validate(json.loads(formats.sarif(report)))


texts = st.text(st.characters(), max_size=20)


@given(st.builds(Finding, texts, st.sampled_from(Severity), texts, texts, texts, texts, texts, texts, texts))
def test_any_finding_can_be_rendered(schema: Any, finding: Finding) -> None:
    report = Report((finding,), 1, 1)
    assert formats.text(report).replace("\n", "").isprintable()
    assert len(formats.github(report).splitlines()) == 2
    assert json.loads(formats.as_json(report))["findings"][0]["message"] == finding.message
    document = json.loads(formats.sarif(report))
    schema.validate(document)
    physical = document["runs"][0]["results"][0]["locations"][0].get("physicalLocation")
    if physical:
        uri = physical["artifactLocation"]["uri"]
        assert uri.isascii()
        assert urlsplit(uri).scheme in ("", "file")
        assert unquote(uri) or finding.template in ("", ".")

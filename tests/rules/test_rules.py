"""Every rule: what makes it speak, and what comes near and doesn't."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
from rules import (
    api_cases,
    calling_cases,
    companion_cases,
    delivery_cases,
    event_cases,
    function_cases,
    gateway_cases,
    neighbour_cases,
    network_cases,
    package_cases,
    permission_cases,
    policy_cases,
    rule_cases,
    scaling_cases,
    settings_cases,
    subscription_cases,
)
from rules.cases import TODAY, Case, check, ids, zipped

from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding, Severity
from constructs_lambda.model import Acknowledgement, Function, Place
from constructs_lambda.rules import FAMILIES, Context, Severities, all_rules, check_stack, check_subject, rule
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.template import read_template

CASES: list[Case] = [
    *function_cases.CASES,
    *settings_cases.CASES,
    *companion_cases.CASES,
    *package_cases.CASES,
    *network_cases.CASES,
    *subscription_cases.CASES,
    *delivery_cases.CASES,
    *event_cases.CASES,
    *rule_cases.CASES,
    *api_cases.CASES,
    *gateway_cases.CASES,
    *permission_cases.CASES,
    *scaling_cases.CASES,
    *calling_cases.CASES,
    *policy_cases.CASES,
    *neighbour_cases.CASES,
]
WITH_FILES = {
    f"CL{number}" for number in (*range(204, 213), 214, 216, 217, 221, 222, 223, 225, 227, 228)
}  # in test_packages.py
BY_HAND = {
    "CL133",
    "CL643",  # test_neighbours.py, as the next ones
    "CL644",
    "CL721",
    "CL722",
    "CL902",
    "CL903",
    "CL910",
    "CL830",
    "CL831",
    "CL915",
    "CL916",
    "CL917",
    "CL919",
    "CL921",  # test_names.py
    "CL930",  # tests/cdk/profiles
    "CL931",
    "CL932",
} | WITH_FILES  # the others have tests of their own below


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_case(case: Case) -> None:
    assert ids(case.findings()) == tuple(sorted(case.expected)), case.findings()


def test_every_rule_speaks_in_one_case_and_keeps_silent_near_it() -> None:
    spoken = {rule_id for case in CASES for rule_id in case.expected} | BY_HAND
    assert set(all_rules()) - spoken == set()


@pytest.mark.parametrize("rule_id", sorted(set(all_rules()) - BY_HAND))
def test_near_misses_of(rule_id: str) -> None:
    """Beside every resource that a rule speaks of, one of the same type that it doesn't speak of."""
    spoken, silent = {""}, {""}
    for case in CASES:
        kinds = {str(resource["Type"]) for resource in case.resources.values() if isinstance(resource, dict)}
        if rule_id in case.expected:
            spoken |= kinds
        elif not case.expected:
            silent |= kinds
    assert spoken <= silent


def findings() -> Iterator[Finding]:
    for case in CASES:
        yield from case.findings()


def test_every_finding_is_complete_and_short() -> None:
    for finding in findings():
        assert finding.path
        assert finding.message == finding.message.strip() != ""
        assert not finding.message.endswith(".")
        assert re.fullmatch(r"[A-Z][^\n]*\.", finding.fix), finding.fix
        assert len(finding.message) < 400, finding.message
        assert len(finding.fix) < 200
        assert len(finding.property) < 200
        assert "\n" not in finding.text().split("\n", 1)[0]


@pytest.mark.parametrize("found", all_rules().values(), ids=lambda found: found.id)
def test_identity(found: object) -> None:
    assert found in all_rules().values()
    each = all_rules()[found.id]  # type: ignore[attr-defined]
    assert re.fullmatch(r"CL[1-9]\d\d", each.id)
    assert each.family == FAMILIES[int(each.id[2])]
    assert each.severity in list(Severity)
    for text in (each.title, each.aws, each.fix):
        assert text == text.strip() != ""
    assert each.aws.endswith(".")
    assert each.fix.endswith(".")
    assert not each.title.endswith(".")
    address = urlsplit(each.source)
    assert (address.scheme, address.hostname) == ("https", "docs.aws.amazon.com")


def test_a_module_holds_one_hundred() -> None:
    hundreds: dict[str, set[str]] = {}
    for each in all_rules().values():
        call = each.check
        cells = {cell.cell_contents for cell in call.__closure__ or () if callable(cell.cell_contents)}
        check_ = next(iter(cells), call)
        hundreds.setdefault(check_.__module__, set()).add(each.id[2])
    assert {module: found for module, found in hundreds.items() if len(found) != 1} == {}


def test_ids_rise() -> None:
    assert list(all_rules()) == sorted(all_rules())


def test_an_id_is_never_given_twice() -> None:
    def again(function: Function) -> Iterator[object]:
        yield from ()

    for taken in ("CL101", "CL1", "X101", "CL1a1"):
        with pytest.raises(ValueError, match=taken):
            rule(taken, "", Severity.ERROR, aws="", fix="", source="")(again)  # type: ignore[arg-type]


# --- Texts -----------------------------------------------------------------------------------------------------------


def only(case_of: str) -> Finding:
    (case,) = [case for case in CASES if case.what == case_of]
    (finding,) = case.findings()
    return finding


@pytest.mark.parametrize(
    ("case", "prop", "message", "fix"),
    [
        ("memory: 128 - 1", "MemorySize", "memory is 127 MB; AWS allows 128 to 10,240 MB", "whole MB"),
        ("memory: 10240 + 1", "MemorySize", "memory is 10,241 MB; AWS allows 128 to 10,240 MB", "Managed Instances"),
        ("timeout: 900 + 1", "Timeout", "timeout is 901 s; AWS allows 1 to 900 s", "Lower the timeout"),
        ("timeout: 1 - 1", "Timeout", "timeout is 0 s; AWS allows 1 to 900 s", "at least one second"),
        (
            "ephemeral storage: 512 - 1",
            "EphemeralStorage.Size",
            "ephemeral storage (/tmp) is 511 MB; AWS allows 512 to 10,240 MB",
            "mount a file system",
        ),
        (
            "function name: 65 long",
            "FunctionName",
            "the function name is 65 characters long; AWS allows at most 64",
            "Use at most 64 letters",
        ),
        (
            "environment: 4,097 long",
            "Environment.Variables",
            "the environment takes 4,097 bytes as JSON; AWS allows at most 4,096 bytes. Biggest: KEY 4,095",
            "Parameter Store",
        ),
        (
            "certain part too large",
            "Environment.Variables",
            "the environment takes at least 4,105 bytes as JSON; AWS allows at most 4,096 bytes. Biggest: AB 4,103, "
            "CD 7",
            "Parameter Store",
        ),
        (
            "key with a hyphen",
            "Environment.Variables.MY-VAR",
            "the environment variable name 'MY-VAR' is not allowed: at least two characters, a letter first, then "
            "letters, digits and underscores",
            "Rename it, to MY_VAR for example.",
        ),
        ("architecture misspelt", "Architectures", "the architecture is 'ARM64'; AWS takes x86_64 or arm64", "'arm64'"),
        ("memory is a word", "MemorySize", "MemorySize is 'plenty', which is not a number", "Correct its type."),
        ("property in the wrong case", "memorySize", "there is no property 'memorySize'", "Write MemorySize."),
        ("runtime misspelt", "Runtime", "Lambda has no runtime 'python3.13.1'", "Write python3.1"),
        (
            "file system elsewhere",
            "FileSystemConfigs.0.LocalMountPath",
            "the mount path is '/data'; AWS takes /mnt/ and one name of letters, digits, hyphens, dots and underscores",
            "Mount it at /mnt/data.",
        ),
        (
            "provisioned: one more in all",
            "ReservedConcurrentExecutions",
            "provisioned concurrency of 6 in all, but reserved concurrency of 5",
            "Raise the reserved concurrency",
        ),
        (
            "one version of a layer twice",
            "Layers",
            "the layer 'arn:aws:lambda:eu-west-1:111122223333:layer:a:1' is listed twice",
            "Remove one.",
        ),
        (
            "two versions of a layer",
            "Layers",
            "the layer 'arn:aws:lambda:eu-west-1:111122223333:layer:a' is there 2 times, in the versions 1, 2",
            "Keep one version.",
        ),
        (
            "provider of 1 vCPU",
            "CapacityProviderScalingConfig.MaxVCpuCount",
            "the vCPU maximum is 1 vCPU; AWS allows 2 to 15,000 vCPUs",
            "Choose a number in the range.",
        ),
        (
            "provider with a long name",
            "CapacityProviderName",
            "the capacity provider's name is 141 characters long; AWS allows at most 140",
            "Shorten the name.",
        ),
        (
            "signing description",
            "Description",
            "the code signing configuration's description is 257 characters long; AWS allows at most 256",
            "Shorten it.",
        ),
        (
            "CORS method OPTIONS",
            "Cors.AllowMethods",
            "CORS names the method OPTIONS; AWS takes methods of at most six letters, and * for all",
            "Remove OPTIONS",
        ),
        (
            "image without a package type",
            "PackageType",
            "the code is an image, and there is no PackageType, which is Zip then",
            "Set PackageType to Image.",
        ),
        (
            "part in the wrong case",
            "VpcConfig.SubnetIDs",
            "there is no property 'VpcConfig.SubnetIDs'",
            "Write SubnetIds.",
        ),
        (
            "3 KB as UTF-8, 6 KB escaped",
            "Environment.Variables",
            "the environment takes 6,015 bytes as JSON if AWS writes characters beyond ASCII as \\uXXXX; it allows at "
            "most 4,096 bytes. Biggest: GREETING 6,013",
            "Parameter Store",
        ),
        (
            "memory below every mode",
            "MemorySize",
            "memory is 127 MB; AWS allows 128 to 10,240 MB, on Managed Instances 2,048 to 32,768 MB",
            "whole MB",
        ),
        ("501 resources", "Resources", "the template has 501 resources; AWS allows at most 500 resources", "nested"),
        (
            "one export twice",
            "Outputs.O1",
            "the export name 'a' is used by 2 outputs: O0, O1",
            "Rename one of the exports.",
        ),
    ],
)
def test_texts(case: str, prop: str, message: str, fix: str) -> None:
    finding = only(case)
    assert (finding.property, finding.message) == (prop, message)
    assert fix in finding.fix


def test_a_long_value_is_cut_in_a_message() -> None:
    (finding,) = check({"Resources": {"F": zipped(Role="r" * 100_000)}})
    assert len(finding.message) < 120


def test_hostile_values_take_bounded_time() -> None:
    long = {
        "ABC": "eyJaaaaaaaaaaaa-" * 50_000,
        "DB_TOKEN": "a/" * 100_000 + "!",
        "API_KEY": "a-" * 100_000 + "!",
        "DEF": "://a" * 100_000,
        "GHI": "-----BEGIN A " * 50_000,
    }
    document = {"Resources": {"F": zipped(Environment={"Variables": long}, Runtime="p" * 100_000)}}
    assert "CL120" in ids(check(document))


# --- What the tables don't hold --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "expected"), [(999_999, ()), (1_000_000, ()), (1_000_001, ("CL902",))])
def test_template_size(size: int, expected: tuple[str, ...]) -> None:
    assert ids(check({"Resources": {}}, size_bytes=size)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("s" * 127, ()), ("s" * 128, ()), ("s" * 129, ("CL903",)), ("1s", ("CL903",)), ("a_b", ("CL903",)), (None, ())],
)
def test_stack_name(name: str | None, expected: tuple[str, ...]) -> None:
    assert ids(check({"Resources": {}}, name=name)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2027-03-31", ()),  # 91 days before
        ("2027-04-01", ("CL133",)),
        ("2027-06-29", ("CL133",)),
        ("2027-06-30", ("CL132",)),
        ("2027-07-30", ("CL132",)),
        ("2027-07-31", ("CL131",)),
        ("2027-09-01", ("CL131",)),
    ],
)
def test_life_of_a_runtime(day: str, expected: tuple[str, ...]) -> None:
    assert str(RUNTIMES["python3.11"].deprecated) == "2027-06-30"
    function = Function(place=Place("S/F"), runtime="python3.11", role="r", code_location=True, handler="a.b")
    found = check_subject(function, function.place, Context(date.fromisoformat(day)), Severities())
    assert ids([finding for finding in found if finding.rule in ("CL131", "CL132", "CL133")]) == expected


@pytest.mark.parametrize(
    ("acknowledged", "used", "message"),
    [
        ("constructs-lambda::CL101", True, None),
        ("constructs-lambda::CL101", False, "CL101 is acknowledged on Shop, but finds nothing there"),
        ("constructs-lambda::CL10", False, "there is no rule 'CL10' (did you mean 'CL10"),
        ("ours::CL101", False, "CL101 is acknowledged without its namespace"),
        ("CL101", False, "CL101 is acknowledged without its namespace"),
        ("constructs-lambda:CL101", False, "CL101 is acknowledged without its namespace"),
    ],
)
def test_acknowledgements(acknowledged: str, used: bool, message: str | None) -> None:
    subject = Acknowledgement(rule=acknowledged, path="Shop", reason="", used=used)
    found = list(check_subject(subject, subject.place, Context(TODAY), Severities()))
    assert [finding.rule for finding in found] == ([] if message is None else ["CL910"])
    assert message is None or found[0].message.startswith(message)


# --- Severities ------------------------------------------------------------------------------------------------------


def test_a_severity_can_be_changed_and_a_rule_switched_off() -> None:
    stack = read_template(
        {"Resources": {"F": zipped(Timeout=901, MemorySize=1)}}, template="t.json", size_bytes=1, stack_path="Shop"
    )
    found = list(check_stack(stack, Context(TODAY), Severities({"CL101": "off", "CL102": Severity.INFO})))
    assert [(finding.rule, finding.severity, finding.path) for finding in found] == [("CL102", Severity.INFO, "Shop/F")]


def test_wrong_severities_are_all_named_with_the_nearest_rule() -> None:
    with pytest.raises(InputError) as caught:
        Severities({"CL10l": "error", "CL102": "fatal", "XYZ": "off"})
    assert str(caught.value) == (
        "there is no rule 'CL10l' (did you mean 'CL101'?); CL102: severity 'fatal' is none of error, warning, info, "
        "off; there is no rule 'XYZ'"
    )


SECRET = {"Variables": {"TOKEN": "hunter2hunter2"}}


def test_a_constructor_refuses_errors_that_neither_time_nor_account_decide() -> None:
    stack = read_template(
        {
            "Resources": {
                "F": zipped(Runtime="python3.7", Timeout=901, Environment={"Variables": {"TOKEN": "hunter2hunter2"}})
            }
        },
        template="t.json",
        size_bytes=1,
    )
    function = stack.functions["F"]
    for severities, expected in ((Severities(), ["CL102"]), (Severities({"CL102": "warning"}), [])):
        found = check_subject(function, function.place, Context(TODAY), severities, early=True)
        assert [finding.rule for finding in found] == expected

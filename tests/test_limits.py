"""The limits table: its shape, its texts, and the boundaries where AWS surprises."""

import dataclasses
import datetime
import itertools
import math
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from constructs_lambda import limits
from constructs_lambda.limits import Kind, Limit, all_limits

TABLE = all_limits()
BOUNDED_BELOW = {name: limit for name, limit in TABLE.items() if limit.minimum is not None}
BOUNDED_ABOVE = {name: limit for name, limit in TABLE.items() if limit.maximum is not None}


def make(minimum: int | None = None, maximum: int | None = None, unit: str = "layers") -> Limit:
    return Limit(
        title="number of layers",
        minimum=minimum,
        maximum=maximum,
        unit=unit,
        kind=Kind.HARD,
        source="https://docs.aws.amazon.com/",
    )


@pytest.mark.parametrize("name", TABLE)
def test_every_limit_can_be_shown_and_traced(name: str) -> None:
    limit = TABLE[name]
    address = urlsplit(limit.source)
    assert address.scheme == "https"
    assert address.hostname == "docs.aws.amazon.com"
    assert len(address.path) > 1
    assert limit.title == limit.title.strip() != ""
    assert not limit.title.endswith(".")
    assert not re.search(r"\d", limit.unit), "the number belongs in the bounds"
    assert limit.note == limit.note.strip()
    assert "  " not in limit.allowed
    assert limit.allowed == limit.allowed.strip()
    if limit.quota_code is not None:
        assert re.fullmatch(r"L-[0-9A-F]{8}", limit.quota_code)


@pytest.mark.parametrize("name", TABLE)
def test_every_limit_was_read_on_a_day_that_has_been(name: str) -> None:
    assert datetime.date(2026, 1, 1) <= TABLE[name].read <= datetime.date.today()


@pytest.mark.parametrize("name", BOUNDED_BELOW)
def test_lower_bound_is_inclusive(name: str) -> None:
    limit = BOUNDED_BELOW[name]
    assert limit.minimum is not None
    assert not limit.admits(limit.minimum - 1)
    assert limit.admits(limit.minimum)
    if limit.maximum != limit.minimum:
        assert limit.admits(limit.minimum + 1)


@pytest.mark.parametrize("name", BOUNDED_ABOVE)
def test_upper_bound_is_inclusive(name: str) -> None:
    limit = BOUNDED_ABOVE[name]
    assert limit.maximum is not None
    if limit.maximum != limit.minimum:
        assert limit.admits(limit.maximum - 1)
    assert limit.admits(limit.maximum)
    assert not limit.admits(limit.maximum + 1)


def test_names_are_constants_and_no_limit_stands_twice() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name) for name in TABLE)
    for (one, a), (other, b) in itertools.combinations(TABLE.items(), 2):
        assert (a.title, a.unit) != (b.title, b.unit), f"{one} and {other} read alike"


def test_all_limits_misses_none_and_hands_out_a_copy() -> None:
    public = {name for name, value in vars(limits).items() if isinstance(value, Limit)}
    assert public == set(TABLE)
    all_limits().clear()
    assert all_limits() == TABLE


def test_only_quotas_and_quantities_that_aws_measures_carry_a_code() -> None:
    shared = [limit.quota_code for limit in TABLE.values() if limit.quota_code]
    archive_and_sum = {limits.UNZIPPED_PACKAGE_SIZE.quota_code}
    assert {code for code in shared if shared.count(code) > 1} == archive_and_sum


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (make(128, 10_240, "MB"), "128 to 10,240 MB"),
        (make(None, 5), "at most 5 layers"),
        (make(None, 1), "at most 1 layer"),
        (make(1, None, "retries"), "at least 1 retry"),
        (make(1_000, None), "at least 1,000 layers"),
        (make(2, 2), "exactly 2 layers"),
        (make(0, 1, "s"), "0 to 1 s"),
        (make(0, 1, "ms"), "0 to 1 ms"),
        (make(-1, 10_000, "retries"), "-1 to 10,000 retries"),
        (make(-1_000, 1_000, ""), "-1,000 to 1,000"),
    ],
)
def test_allowed_text(limit: Limit, text: str) -> None:
    assert limit.allowed == text


@pytest.mark.parametrize(
    ("value", "admitted"),
    [(127.999, False), (128.0, True), (10_240.0, True), (10_240.001, False), (math.inf, False), (-math.inf, False)],
)
def test_admits_fractions_and_infinity(value: float, admitted: bool) -> None:
    assert make(128, 10_240, "MB").admits(value) is admitted


def test_an_open_side_admits_everything_but_nan() -> None:
    assert make(maximum=5).admits(-math.inf)
    assert make(minimum=5).admits(math.inf)
    for limit in (make(maximum=5), make(minimum=5), make(1, 5)):
        assert not limit.admits(math.nan)


@pytest.mark.parametrize(("minimum", "maximum"), [(None, None), (2, 1)])
def test_a_limit_has_to_bound_something(minimum: int | None, maximum: int | None) -> None:
    with pytest.raises(ValueError, match="number of layers"):
        make(minimum, maximum)


def test_a_raised_quota_is_a_changed_copy() -> None:
    raised = dataclasses.replace(limits.CONCURRENT_EXECUTIONS, maximum=3_000)
    assert raised.admits(3_000)
    assert not limits.CONCURRENT_EXECUTIONS.admits(3_000)
    with pytest.raises(dataclasses.FrozenInstanceError):
        raised.maximum = 1  # type: ignore[misc]


def test_a_package_has_to_be_smaller_than_250_mb() -> None:
    assert limits.UNZIPPED_PACKAGE_SIZE.admits(250 * 1024 * 1024 - 1)
    assert not limits.UNZIPPED_PACKAGE_SIZE.admits(250 * 1024 * 1024)


def test_other_compute_allows_at_least_what_the_default_allows_at_the_top() -> None:
    for ordinary, wider in [
        (limits.FUNCTION_MEMORY, limits.MANAGED_INSTANCES_MEMORY),
        (limits.FUNCTION_TIMEOUT, limits.MANAGED_INSTANCES_TIMEOUT),
        (limits.EPHEMERAL_STORAGE, limits.EPHEMERAL_STORAGE_ACCELERATOR),
        (limits.FUNCTION_NAME_LENGTH, limits.FUNCTION_ARN_LENGTH),
    ]:
        assert ordinary.maximum is not None
        assert wider.maximum is not None
        assert wider.maximum > ordinary.maximum


def test_what_everyone_may_have_raised_is_a_quota_and_what_lambda_refuses_is_not() -> None:
    quotas = {name for name, limit in TABLE.items() if limit.kind is Kind.QUOTA}
    assert {"CONCURRENT_EXECUTIONS", "LAMBDA_NETWORK_INTERFACES", "REST_API_INTEGRATION_TIMEOUT"} <= quotas
    assert not quotas & {
        "FUNCTION_MEMORY",
        "FUNCTION_TIMEOUT",
        "UNZIPPED_PACKAGE_SIZE",
        "REST_API_EDGE_INTEGRATION_TIMEOUT",
    }
    assert f"{Kind.HARD} {Kind.QUOTA}" == "hard quota"


PATTERNS = [
    (limits.ENVIRONMENT_KEY_PATTERN, ["AB", "a1", "A_", "TZ"], ["A", "1A", "_HANDLER", "A-B", "A.B", "", "AB\n", "ÄB"]),
    (limits.FUNCTION_NAME_PATTERN, ["orders", "a-b_C9", "-"], ["", "a.b", "a b", "a/b", "orders\n"]),
    (limits.LAYER_NAME_PATTERN, ["shared"], ["", "a.b"]),
    (limits.ALIAS_NAME_PATTERN, ["live", "1a", "a1", "-1", "v1"], ["", "1", "42", "a.b", "$LATEST", "42\n"]),
    (limits.STAGE_VARIABLE_NAME_PATTERN, ["a", "a_B1"], ["", "a-b", "a b", "a\n"]),
    (limits.API_STAGE_NAME_PATTERN, ["prod", "v1", "a_b-c"], ["", "my!stage", "$default", "a b", "prod\n"]),
    (
        limits.REST_API_PATH_PART_PATTERN,
        ["orders", "a.b", "v1:batch", "$metadata", "{id}", "{proxy+}"],
        ["", "a b", "a/b", "{id", "id}", "a{id}", "{}", "{+}", "{id}+", "a+", "ä"],
    ),
    (
        limits.SCHEDULED_ACTION_NAME_PATTERN,
        ["a", "every morning", "a.b-c_d", "ä"],
        ["", " a", "a ", "a:b", "a/b", "a|b", "a\n", "a\x7f", "a\x85"],
    ),
    (limits.STATEMENT_ID_PATTERN, ["allow-sns"], ["", "a b"]),
    (limits.CAPACITY_PROVIDER_NAME_PATTERN, ["pool_1"], ["", "a.b"]),
    (limits.HANDLER_PATTERN, ["index.handler", "a::B"], ["", "a b", "a\tb", "a\n"]),
    (limits.MOUNT_PATH_PATTERN, ["/mnt/data", "/mnt/a.b-c_d"], ["/mnt/", "/mnt", "/data", "/mnt/a/b", "mnt/a"]),
    (limits.LOG_GROUP_NAME_PATTERN, ["/aws/lambda/orders", "a#b.c"], ["", "a b", "a:b"]),
    (limits.TOPIC_NAME_PATTERN, ["orders", "a_B-1.fifo"], ["", "a.b", "a b", ".fifo"]),
    (limits.QUEUE_NAME_PATTERN, ["orders", "a_B-1.fifo"], ["", "a.b", "a/b", "a\n"]),
    (limits.RULE_NAME_PATTERN, ["a.b-c_1"], ["", "a b", "a/b"]),
    (limits.SCHEDULE_NAME_PATTERN, ["a.b-c_1"], ["", "a b", "a/b"]),
    (limits.STREAM_NAME_PATTERN, ["a.b-c_1"], ["", "a b", "a/b"]),
    (limits.SECRET_NAME_PATTERN, ["shop/db_1+=.@-"], ["", "a b", "a:b"]),
    (limits.ORGANIZATION_PATTERN, ["o-a1b2c3d4e5"], ["o-a1b2c3d4e", "o-A1B2C3D4E5", "a1b2c3d4e5"]),
    (limits.TENANT_ID_PATTERN, ["a b", "x=y+z@w"], ["", "a#b", "a,b"]),
    (limits.ROLE_NAME_PATTERN, ["a+b=c,d.e@f-g_h"], ["", "a/b", "ä", "a b"]),
    (limits.ROLE_PATH_PATTERN, ["/", "/a/", "/~!/b/"], ["", "a", "/a", "a/", "/a b/", "/ä/", "/\n"]),
    (limits.ROLE_DESCRIPTION_PATTERN, ["", "a ~\t\r\n", "é"], ["\u2013", "\xa0", "\x00"]),
    (limits.POLICY_PATH_PATTERN, ["/", "/a/", "/a.b/c=d/"], ["", "a", "/a", "//", "/a b/", "/~/"]),
    (limits.IAM_STATEMENT_ID_PATTERN, ["", "Allow1"], ["a-b", "a b", "a\n"]),
    (limits.EVENT_SOURCE_TOKEN_PATTERN, ["amzn1.ask.skill.a-b_c"], ["", "a b", "a/b"]),
    (limits.STACK_NAME_PATTERN, ["Shop", "shop-1"], ["", "1shop", "-shop", "a_b", "a.b"]),
]


@pytest.mark.parametrize(("pattern", "good", "bad"), PATTERNS)
def test_patterns(pattern: str, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not re.fullmatch(pattern, text)] == []
    assert [text for text in bad if re.fullmatch(pattern, text)] == []


def test_every_pattern_is_tested() -> None:
    names = {name for name in vars(limits) if name.endswith("_PATTERN")}
    assert len(names) == len(PATTERNS)


def test_reserved_keys_leave_alone_what_can_be_set() -> None:
    assert {"AWS_REGION", "_HANDLER", "LAMBDA_TASK_ROOT"} <= limits.RESERVED_ENVIRONMENT_KEYS
    free = {
        "TZ",
        "PATH",
        "PYTHONPATH",
        "LANG",
        "LD_LIBRARY_PATH",
        "AWS_LAMBDA_EXEC_WRAPPER",
        "AWS_XRAY_CONTEXT_MISSING",
    }
    assert not free & limits.RESERVED_ENVIRONMENT_KEYS


def test_importing_loads_the_standard_library_only() -> None:
    code = (
        "import sys; import constructs_lambda.limits, constructs_lambda.runtimes;"
        "own = {m for m in sys.modules if m.startswith('constructs_lambda.')};"
        "own -= {'constructs_lambda.limits', 'constructs_lambda.records', 'constructs_lambda.runtimes'};"
        "assert not own, own;"
        "assert not {'aws_cdk', 'jsii', 'botocore', 'difflib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)

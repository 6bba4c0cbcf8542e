"""The runtimes: the dates hang together, and a name is called impossible only when it certainly is."""

import datetime
import re

import pytest

from constructs_lambda import runtimes
from constructs_lambda.runtimes import RUNTIMES, LambdaRuntime, family_of, nearest, never_existed, newest

FAMILIES = sorted({runtime.family for runtime in RUNTIMES.values()})


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_runtime_is_whole(name: str) -> None:
    runtime = RUNTIMES[name]
    assert runtime.name == name
    assert runtime.family == family_of(name)
    assert runtime.operating_system in {"amzn1", "amzn2", "amzn2023"}
    assert not never_existed(name)
    assert runtime.inline_code == (runtime.family in {"nodejs", "python"})


@pytest.mark.parametrize("name", RUNTIMES)
def test_dates_follow_each_other(name: str) -> None:
    runtime = RUNTIMES[name]
    assert (runtime.create_blocked is None) == (runtime.update_blocked is None)
    if runtime.create_blocked and runtime.update_blocked:
        assert runtime.create_blocked <= runtime.update_blocked
        assert runtime.deprecated is not None
        # Until 2020 AWS blocked some runtimes before their end, since then never.
        if runtime.deprecated >= datetime.date(2021, 1, 1):
            assert runtime.deprecated <= runtime.create_blocked
    for day in (runtime.deprecated, runtime.create_blocked, runtime.update_blocked):
        assert day is None or datetime.date(2016, 1, 1) < day < datetime.date(2035, 1, 1)


def test_only_previews_have_no_end() -> None:
    assert {runtime.name for runtime in RUNTIMES.values() if runtime.deprecated is None} == {
        runtime.name for runtime in RUNTIMES.values() if runtime.preview
    }


def test_base_images_alone_are_never_blocked() -> None:
    images = [runtime for runtime in RUNTIMES.values() if runtime.container_only]
    assert images
    assert all(runtime.create_blocked is None for runtime in images)


def test_the_newest_features_need_amazon_linux_2023_and_an_older_runtime_has_none() -> None:
    for runtime in RUNTIMES.values():
        if runtime.managed_instances:
            assert runtime.operating_system == "amzn2023"
        if runtime.operating_system == "amzn1":
            assert not runtime.snap_start


@pytest.mark.parametrize(
    ("without", "with_it"),
    [("python3.11", "python3.12"), ("java8.al2023", "java11"), ("java8.al2", "java11.al2023"), ("dotnet7", "dotnet8")],
)
def test_snap_start_begins(without: str, with_it: str) -> None:
    assert not RUNTIMES[without].snap_start
    assert RUNTIMES[with_it].snap_start


@pytest.mark.parametrize("family", ["nodejs", "ruby", "go", "provided"])
def test_snap_start_is_not_for(family: str) -> None:
    assert not any(runtime.snap_start for runtime in RUNTIMES.values() if runtime.family == family)


@pytest.mark.parametrize(
    ("without", "with_it"),
    [
        ("python3.12", "python3.13"),
        ("nodejs20.x", "nodejs22.x"),
        ("java17.al2023", "java21"),
        ("dotnetcore3.1", "dotnet8"),
        ("provided.al2", "provided.al2023"),
    ],
)
def test_managed_instances_begin(without: str, with_it: str) -> None:
    assert not RUNTIMES[without].managed_instances
    assert RUNTIMES[with_it].managed_instances


@pytest.mark.parametrize("family", FAMILIES)
def test_newest_can_be_used_for_a_zip_package(family: str) -> None:
    runtime = newest(family)
    assert runtime.family == family
    assert not runtime.preview
    assert not runtime.container_only
    ends = [other.deprecated for other in RUNTIMES.values() if other.family == family and other.deprecated]
    assert runtime.deprecated == max(ends)


def test_newest_counts_versions_as_numbers() -> None:
    assert newest("python").name not in {"python3.9", "python2.7"}
    assert newest("dotnet").name == "dotnet10"
    assert newest("java").name == "java25"


def test_newest_of_an_unknown_family() -> None:
    with pytest.raises(KeyError, match="cobol"):
        newest("cobol")


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("python3.99", "python"),
        ("dotnetcore9.9", "dotnet"),
        ("dotnet99", "dotnet"),
        ("provided.al2099", "provided"),
        ("nodejs", "nodejs"),
        ("Python3.12", None),
        ("pyton3.12", None),
        ("rust1.x", None),
        ("", None),
        ("3.12", None),
    ],
)
def test_family_of(name: str, family: str | None) -> None:
    assert family_of(name) == family


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Python3.12", "python3.12"),
        ("PYTHON3.13", "python3.13"),
        (" python3.12 ", "python3.12"),
        ("pyton3.12", "python3.12"),
        ("python-3.12", "python3.12"),
        ("nodejs22", "nodejs22.x"),
        ("java21.x", "java21"),
        ("provided.al2022", "provided.al2023"),
        ("cobol85", None),
        ("", None),
    ],
)
def test_nearest(name: str, suggestion: str | None) -> None:
    assert nearest(name) == suggestion


@pytest.mark.parametrize("name", RUNTIMES)
def test_nearest_suggests_nothing_that_is_no_zip_runtime(name: str) -> None:
    suggestion = nearest(name)
    assert suggestion is not None
    runtime = RUNTIMES[suggestion]
    assert not runtime.preview
    assert not runtime.container_only


@pytest.mark.parametrize(
    "name",
    [
        *("python3.5", "python3.0", "python2.6", "python3", "python", "nodejs21.x", "nodejs23.x", "nodejs0.10"),  # gaps
        *("java9", "java16", "java22", "ruby2.6", "ruby3.5", "dotnetcore2.2", "dotnetcore5.0", "provided.al1"),
        *("Python3.12", "PYTHON3.13", "pyton3.12", "pythn3.13", "python-3.12", "python_3.12", "python 3.12"),  # slips
        *("python3.12.1", "nodejs22", "nodejs22.1", "node22.x", "java21.x", "javaa21", "dotnet10.0", "go1"),
        *("provided.al2022", "provide.al2023"),
        *("python312", "python314", "python3.99", "nodejs99.x", "java210", "dotnet80", "ruby34"),  # far above
    ],
)
def test_never_existed(name: str) -> None:
    assert never_existed(name)


@pytest.mark.parametrize(
    "name",
    [
        *("python3.16", "python3.17", "python4.0", "nodejs28.x", "java27", "java29", "dotnet11", "dotnet12"),  # newer
        *("ruby4.1", "go2.x", "provided.al2026"),
        *("Python3.16", "pyton3.16", "nodejs28", "go1.24"),  # a slip in what may exist by now
        *(
            "python3.14t",
            "python3.13.al2026",
            "java8.al2026",
            "java21.al2023",
            "nodejs24.x-slim",
        ),  # a known one, elsewhere
        *(
            "rust1.x",
            "rust1.85",
            "deno2.x",
            "bun1.x",
            "php8.4",
            "swift6.x",
            "kotlin2",
            "pypy3.11",
            "cobol85",
        ),  # families
        *("graalvm25", "javascript22.x", "custom", "perl5"),
        *("arn:aws:lambda:eu-west-1:123456789012:runtime/python3.5", "arn:aws:lambda:eu-west-1::runtime:abc"),
        *(
            "",
            " ",
            "3.12",
            ".",
            "${Token[TOKEN.12]}",
            "python" + "9" * 5_000,
            "x" * 5_000,
            "pythön3.5",
        ),  # no name at all
    ],
)
def test_not_certain_that_it_never_existed(name: str) -> None:
    assert not never_existed(name)


@pytest.mark.parametrize("family", ["nodejs", "python", "java", "dotnet", "ruby"])
def test_a_version_above_the_known_ones_may_exist(family: str) -> None:
    newest_version = max(
        [int(part) for part in re.findall(r"\d+", re.sub(r"\.al\d+", "", name))]
        for name in RUNTIMES
        if family_of(name) == family
    )
    *major, last = newest_version
    following = ".".join(map(str, [*major, last + 1]))
    assert not never_existed(f"{family}{following}" + (".x" if family == "nodejs" else ""))


def test_runtimes_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        RUNTIMES["python3.14"].deprecated = None  # type: ignore[misc]


def test_the_source_is_dated() -> None:
    assert runtimes.SOURCE.startswith("https://docs.aws.amazon.com/lambda/")
    assert datetime.date.today() >= runtimes.READ
    assert all(isinstance(runtime, LambdaRuntime) for runtime in RUNTIMES.values())


def test_agrees_with_the_names_botocore_knows() -> None:
    loaders = pytest.importorskip("botocore.loaders")
    model = loaders.Loader().load_service_model("lambda", "service-2")
    names = set(model["shapes"]["Runtime"]["enum"])
    assert {name for name in names if never_existed(name)} == set()
    zipped = {name for name, runtime in RUNTIMES.items() if not runtime.container_only and not runtime.preview}
    if "java17.al2023" in names:  # botocore is as new as the table
        assert zipped <= names

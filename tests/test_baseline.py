"""Known findings: what counts as the same one, and that a file is never half written."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from constructs_lambda import baseline
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding, Severity

TIMEOUT = Finding("CL102", Severity.ERROR, "Shop/Orders", "Orders", "cdk.out/a.json", "is 1000 s", "fix", "", "Timeout")
RUNTIME = replace(TIMEOUT, rule="CL110", property="Runtime")
STACK = replace(TIMEOUT, rule="CL901", path="Shop", resource="", property="")
ALL = [TIMEOUT, RUNTIME, STACK]


def test_what_was_written_is_known(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert baseline.write(path, ALL) == 3
    assert baseline.apply(ALL, baseline.read(path)) == ((), tuple(ALL))


def test_values_texts_severity_and_file_may_change(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    baseline.write(path, [TIMEOUT])
    changed = replace(
        TIMEOUT,
        message="is 2000 s",
        fix="other",
        source="other",
        template="/another/clone/a.json",
        severity=Severity.INFO,
    )
    assert baseline.apply([changed], baseline.read(path)) == ((), (changed,))


@pytest.mark.parametrize("name", ["rule", "path", "resource", "property"])
def test_another_rule_place_or_property_is_new(name: str) -> None:
    other = Finding(**{field: getattr(TIMEOUT, field) for field in Finding.__slots__} | {name: "Other"})
    known = {baseline.Identity("CL102", "Shop/Orders", "Orders", "Timeout"): 1}
    assert baseline.apply([other, TIMEOUT], known) == ((other,), (TIMEOUT,))


def test_more_of_the_same_is_new(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert baseline.write(path, [TIMEOUT, TIMEOUT]) == 2
    known = baseline.read(path)
    third = replace(TIMEOUT, message="third")
    assert baseline.apply([TIMEOUT, TIMEOUT, third], known) == ((third,), (TIMEOUT, TIMEOUT))
    assert baseline.apply([TIMEOUT], known) == ((), (TIMEOUT,))


def test_the_file_is_sorted_stable_and_has_a_line_for_each(tmp_path: Path) -> None:
    paths = tmp_path / "1", tmp_path / "2"
    findings = [*ALL, TIMEOUT]
    for seed, path in enumerate(paths):
        baseline.write(path, random.Random(seed).sample(findings, len(findings)))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_text() == (
        "{\n"
        '  "version": 2,\n'
        '  "findings": [\n'
        '    {"rule": "CL102", "path": "Shop/Orders", "resource": "Orders", "property": "Timeout", "file": "", '
        '"count": 2},\n'
        '    {"rule": "CL110", "path": "Shop/Orders", "resource": "Orders", "property": "Runtime", "file": "", '
        '"count": 1},\n'
        '    {"rule": "CL901", "path": "Shop", "resource": "", "property": "", "file": "", "count": 1}\n'
        "  ]\n"
        "}\n"
    )
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["1", "2"]


def test_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    assert baseline.write(path, []) == 0
    assert json.loads(path.read_text()) == {"version": 2, "findings": []}
    assert baseline.apply(ALL, baseline.read(path)) == (tuple(ALL), ())


def test_names_from_hostile_templates_come_back(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    hostile = replace(TIMEOUT, path='a\x1b\n"\ud800é')
    baseline.write(path, [hostile])
    assert path.read_bytes().isascii()
    assert baseline.apply([hostile], baseline.read(path)) == ((), (hostile,))


ENTRY: dict[str, object] = {"rule": "a", "path": "b", "resource": "c", "property": "d", "file": "", "count": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("{", "broken JSON at line 1, column 2: Expecting property name enclosed in double quotes"),
        ("[]", "is no baseline; --write-baseline makes one"),
        ('{"Resources": {}}', "is no baseline; --write-baseline makes one"),
        ('{"version": 1, "findings": []}', "has version 1; this constructs-lambda reads version 2: write it again"),
        ('{"findings": []}', "is no baseline; --write-baseline makes one"),
        *(
            (
                json.dumps({"version": 2, "findings": [ENTRY, entry]}),
                "entry 2 is no finding with rule, path, resource, property, file and count",
            )
            for entry in (1, {}, ENTRY | {"count": 0}, ENTRY | {"count": True}, ENTRY | {"rule": None})
        ),
    ],
)
def test_a_file_that_is_no_baseline(content: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(content)
    with pytest.raises(InputError) as raised:
        baseline.read(path)
    assert str(raised.value) == f"{path}: {reason}"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        baseline.read(tmp_path / "none.json")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_the_old_file(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known.json"
    baseline.write(path, [TIMEOUT])
    before = path.read_bytes()

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as raised:
        baseline.write(path, ALL)
    if expected is InputError:
        assert str(raised.value) == f"{path}: can't be written: no space left on device"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path, reason in [
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "none" / "known.json", "can't be written: no such file or directory"),
        (file / "known.json", "can't be written: not a directory"),
        (Path("a\0b"), r"can't be written: .*null"),
    ]:
        with pytest.raises(InputError, match=reason):
            baseline.write(path, ALL)


BARE = replace(TIMEOUT, path="Orders", template="one/a.json")
WHOLE = replace(TIMEOUT, path="one/a.json", resource="", template="one/a.json")


@pytest.mark.parametrize("finding", [BARE, WHOLE])
def test_without_a_construct_path_the_file_tells_findings_apart(finding: Finding, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    baseline.write(path, [finding])
    moved, other = (
        replace(finding, template=file, path=file if finding is WHOLE else finding.path)
        for file in ("/other/clone/a.json", "one/b.json")
    )
    assert baseline.apply([moved], baseline.read(path)) == ((), (moved,))
    assert baseline.apply([other], baseline.read(path)) == ((other,), ())


@pytest.mark.parametrize("content", ["", "{", '{"Resources": {}}', '{"findings": []}', "Resources: {}"])
def test_nothing_but_a_baseline_is_overwritten(content: str, tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(content)
    with pytest.raises(InputError, match="is there already and is no baseline"):
        baseline.write(path, ALL)
    assert path.read_text() == content


def test_an_older_baseline_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text('{"version": 1, "findings": []}')
    assert baseline.write(path, ALL) == 3
    assert len(baseline.read(path)) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_no_device_and_no_pipe_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for target in (path, Path(os.devnull)):
        with pytest.raises(InputError, match="is no regular file"):
            baseline.write(target, ALL)
    assert path.is_fifo()


def test_a_link_stays_a_link_and_permissions_are_usual(tmp_path: Path) -> None:
    real, link, plain = tmp_path / "real.json", tmp_path / "link.json", tmp_path / "plain"
    link.symlink_to(real)
    plain.touch()
    baseline.write(link, ALL)
    assert link.is_symlink()
    assert baseline.read(real) == baseline.read(link)
    assert real.stat().st_mode == plain.stat().st_mode

"""Reading templates: what comes out, and that nothing hostile costs more than a line."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from constructs_lambda import documents
from constructs_lambda.documents import MAX_BYTES, MAX_DEPTH, load_document, read_document
from constructs_lambda.errors import InputError, one_line


def load(text: str, name: str = "app.yaml") -> object:
    return load_document(text.encode(), name)


def refusal(data: str | bytes, name: str = "app.yaml") -> str:
    """The message, which is one line and names the file."""
    with pytest.raises(InputError) as raised:
        load_document(data.encode() if isinstance(data, str) else data, name)
    message = str(raised.value)
    assert message.isprintable()
    return message.removeprefix(f"{name}: ")


@pytest.mark.parametrize("name", ["app.json", "app.yaml", "app.template", "-", "APP.JSON"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_whatever_its_name_and_encoding(name: str, encoding: str) -> None:
    data = '\n {"Résumé": [1, 2.5, true, null, "\\u00e9"]}'.encode(encoding)
    assert load_document(data, name) == {"Résumé": [1, 2.5, True, None, "é"]}


def test_yaml_gives_what_pyyaml_gives() -> None:
    text = """
        strings: [plain, 'single', "double", 012345678901, "1"]
        numbers: [1, -2, 0x1F, 010, 1_000, 1.5, -.inf]
        truths: [yes, No, true, OFF]
        nothing: [~, null, ]
        blocks: |
          two
          lines
        folded: >-
          one
          line
        empty: {list: [], map: {}}
    """
    assert load(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref X", {"Ref": "X"}),
        ("!Condition X", {"Condition": "X"}),
        ("!GetAtt A.B", {"Fn::GetAtt": ["A", "B"]}),
        ("!GetAtt A.Outputs.B", {"Fn::GetAtt": ["A", "Outputs.B"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub '${A}-1'", {"Fn::Sub": "${A}-1"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!ImportValue {Fn::Sub: x}", {"Fn::ImportValue": {"Fn::Sub": "x"}}),
        ("!Select [0, !GetAZs us-east-1]", {"Fn::Select": [0, {"Fn::GetAZs": "us-east-1"}]}),
        ("!Transform {Name: T}", {"Fn::Transform": {"Name": "T"}}),
        ("!Base64 12", {"Fn::Base64": "12"}),
        *(
            (f"!{name} [a]", {f"Fn::{name}": ["a"]})
            for name in [
                "And",
                "Cidr",
                "Equals",
                "ForEach",
                "If",
                "Join",
                "Length",
                "Not",
                "Or",
                "Split",
                "ToJsonString",
            ]
        ),
    ],
)
def test_short_form_intrinsics_become_long(short: str, long: object) -> None:
    assert load(f"a: {short}") == {"a": long}


def test_what_yaml_would_turn_into_a_surprise_stays_a_string() -> None:
    assert load("v: 2010-09-09\nt: 2001-12-14 21:59:43\ne: =\nm: <<") == {
        "v": "2010-09-09",
        "t": "2001-12-14 21:59:43",
        "e": "=",
        "m": "<<",
    }
    assert load("v: " + "1:1" * 200) == {"v": "1:1" * 200}


def test_keys_are_strings_as_they_are_written() -> None:
    text = "1: a\nyes: b\nnull: c\n2010-09-09: d\n~: e\n!!str f: g\n&k h: i\n*k : j\n1.50: k"
    assert load(text) == {
        "1": "a",
        "yes": "b",
        "null": "c",
        "2010-09-09": "d",
        "~": "e",
        "f": "g",
        "h": "j",
        "1.50": "k",
    }


def test_aliases_and_merge_keys_are_expanded() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {y: 4, <<: [{z: 5}, *a]}\nd: [*a, *a]"
    assert load(text) == yaml.safe_load(text)
    assert refusal("a: {<<: 1}") == "line 1, column 4: << takes a mapping or a list of mappings"
    assert load("a: {'<<': 1}") == {"a": {"<<": 1}}


def test_flow_style_yaml_that_begins_like_json_is_yaml() -> None:
    assert load("{a: [b, 'c']}", "-") == {"a": ["b", "c"]}
    assert "broken JSON at line 1, column 2" in refusal("{a: b}", "app.json")
    assert "broken JSON at line 1, column 2" in refusal("{a: ]", "app.template")
    assert "broken YAML at line 1, column 5" in refusal("{a: ]", "app.yml")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "is not text: invalid start byte at byte 0"),
        (b"a: \xff", "is not text: invalid start byte at byte 3"),
        (b"\xff\xfea", "is not text: truncated data at byte 2"),
        (b"a: \0", "broken YAML at position 3: control characters are not allowed"),
        ("a: b\n\tc: d", "broken YAML at line 2, column 1: found a tab character that violates indentation"),
        ("a: [1", "broken YAML at line 2, column 1: did not find expected ',' or ']'"),
        ("a\n---\nb", "line 2, column 1: a second YAML document begins; a template is one document"),
        ("[1, 2]: 3", "line 1, column 1: a key must be a plain string"),
        ("? {a: 1}\n: 3", "line 1, column 3: a key must be a plain string"),
        ("!Ref a: 3", "line 1, column 1: a key must be a plain string"),
        ("a: &a [1]\n*a : 3", "line 2, column 1: a key must be a plain string"),
        ("a: &x 1\nb: &x 2", "line 2, column 4: &x is defined twice"),
        ("a: *x", "line 1, column 4: no anchor &x stands before its alias"),
        ("a: &x [*x]", "line 1, column 8: &x contains itself"),
        ("a: !Foo b", "line 1, column 4: unknown tag !Foo"),
        ("a: !!python/object/apply:os.abort []", "line 1, column 4: unknown tag !!python/object/apply:os.abort"),
        ("a: !!binary aGk=", "line 1, column 4: unknown tag !!binary"),
        ("a: !!set {b}", "line 1, column 4: unknown tag !!set"),
        ("a: !!map [b]", "line 1, column 4: unknown tag !!map"),
        ("a: !<%1b[31m%0a> b", "line 1, column 4: unknown tag \\x1b[31m\\n"),
        ("a: !!int b", "line 1, column 4: 'b' is no int"),
        ("a: !!int ''", "line 1, column 4: '' is no int"),
        ("a: !!bool maybe", "line 1, column 4: 'maybe' is no bool"),
        ("a: 0x_", "line 1, column 4: '0x_' is no int"),
        ("a: " + "1" * 5000, "line 1, column 4: a number of 5000 characters"),
        ("a: 0x" + "f" * 290, "line 1, column 4: a number that is too large"),
        ("a: !!float " + "1" * 5000, "line 1, column 4: a number of 5000 characters"),
    ],
)
def test_refusals_of_yaml(data: str | bytes, reason: str) -> None:
    assert refusal(data) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1,\n "b" 2}', "broken JSON at line 2, column 6: Expecting ':' delimiter"),
        ("hello", "broken JSON at line 1, column 1: Expecting value"),
        ("{} {}", "broken JSON at line 1, column 4: Extra data"),
        ('{"a": ' + "1" * 5000 + "}", "holds an integer of 5000 digits"),
    ],
)
def test_refusals_of_json(text: str, reason: str) -> None:
    assert refusal(text, "app.json") == reason


def test_numbers_that_json_allows_in_python_stay_floats() -> None:
    assert load('{"a": 1e999}', "app.json") == {"a": float("inf")}


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("name", ["a.json", "a.template", "-"])
def test_what_only_python_takes_for_json_is_broken(constant: str, name: str) -> None:
    assert f"broken JSON at line 2, column 7: {constant} is no number in JSON" in refusal(
        f'{{"NaN": "\\"Infinity",\n "a": {constant}}}', name
    )


def test_a_word_in_yaml_that_looks_like_json() -> None:
    assert load('{"a": NaN}', "a.yaml") == {"a": "NaN"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_pipe_without_a_writer_ends(tmp_path: Path) -> None:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    with pytest.raises(InputError, match="is a pipe into which nothing was written"):
        read_document(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_slow_writer_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_WAIT_MS", 60_000)  # however late the thread gets its turn
    path = tmp_path / "pipe.json"
    os.mkfifo(path)

    def write() -> None:
        time.sleep(0.2)
        with path.open("w") as file:
            file.write('{"a":')
            file.flush()
            time.sleep(0.2)
            file.write(" 1}")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_document(path) == {"a": 1}
    writer.join()


def nested(opening: str, closing: str, levels: int) -> str:
    return opening * levels + closing * levels


@pytest.mark.parametrize(
    ("opening", "closing", "name"),
    [("[", "]", "a.json"), ("[", "]", "a.yaml"), ("[", "]", "-"), ("[\n", "]", "a.yaml"), ("- ", "", "a.yaml")],
)
def test_nesting_is_read_up_to_the_cap(opening: str, closing: str, name: str) -> None:
    end = "" if closing else "x"
    load(nested(opening, closing, MAX_DEPTH) + end, name)
    assert "nested deeper than 200 levels" in refusal(nested(opening, closing, MAX_DEPTH + 1) + end, name)


def test_nesting_through_aliases_and_intrinsics_counts() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 300))
    assert "nested deeper than 200 levels" in refusal(chain)
    assert "nested deeper than 200 levels" in refusal("a: " + nested("!Not [", "]", 101))


DEEP = 100_000
BOMB = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
MERGE_BOMB = "a: &a {" + ", ".join(f"k{i}: 1" for i in range(2000)) + "}\nb: [" + "{<<: *a}, " * 2000 + "]"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("[" * DEEP, "app.json", id="JSON lists"),
        pytest.param('{"a":' * DEEP, "app.json", id="JSON objects"),
        pytest.param(nested("[", "]", DEEP), "app.json", id="JSON lists, closed"),
        pytest.param("[" * DEEP, "-", id="standard input"),
        pytest.param("[" * DEEP, "app.yaml", id="flow"),
        pytest.param("{a: " * DEEP, "app.yaml", id="flow mappings"),
        pytest.param("[\n" * DEEP, "app.yaml", id="flow, on lines of their own"),
        pytest.param("- " * DEEP, "app.yaml", id="block"),
        pytest.param("? " * DEEP, "app.yaml", id="keys"),
        pytest.param("\n".join(" " * i + "a:" for i in range(2000)), "app.yaml", id="block mappings"),
        pytest.param(BOMB, "app.yaml", id="alias bomb"),
        pytest.param(MERGE_BOMB, "app.yaml", id="merge bomb"),
        pytest.param("- 1" + ":1" * 2**20 + "0x", "app.json", id="number"),
        pytest.param("- " + "1" * 2**20, "app.yaml", id="integer"),
        pytest.param("".join(f"%TAG !a{i}! tag:x,2000:\n" for i in range(DEEP)) + "--- a", "a.yaml", id="directives"),
        pytest.param("- a\n" * 600_000, "app.yaml", id="too many values"),
        pytest.param(" " * (MAX_BYTES + 1), "app.yaml", id="too many bytes"),
    ],
)
def test_hostile_input_is_refused_in_bounded_time(text: str, name: str) -> None:
    started = time.process_time()
    with pytest.raises(InputError):
        load(text, name)
    assert time.process_time() - started < 10  # all but one take less than 1 s


def test_a_template_beyond_cloudformations_limit_is_still_read() -> None:
    resources = {
        f"Function{i}": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "x" * 900}} for i in range(2000)
    }
    text = json.dumps({"Resources": resources})
    assert len(text) > 1_900_000
    assert load(text, "app.json") == load(text.replace('{"', '{ "'), "app.yaml") == {"Resources": resources}


def test_pyyaml_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a [1, !Ref X, 2010-09-09]\nb: {<<: {c: yes}}\nd: *a"
    fast = load(text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert load(text) == fast
    assert "nested deeper" in refusal("- " * DEEP)
    assert "broken YAML" in refusal('a: "\\U99999999"')
    assert "broken YAML" in refusal("%YAML 1." + "1" * 5000 + "\n--- a")
    assert "broken YAML" in refusal(b"a: \0")


def test_files(tmp_path: Path) -> None:
    template = tmp_path / "app.json"
    template.write_text('{"a": 1}')
    assert read_document(template) == {"a": 1}
    for path, reason in [
        (tmp_path / "none.json", "no such file"),
        (tmp_path, "is a folder, not a file"),
        (template / "x", "not a directory"),
        (tmp_path / ("x" * 300), "file name too long"),
        (Path("a\0b"), "embedded null byte"),
        (Path("/dev/zero"), "is larger than 16 MiB"),
    ]:
        with pytest.raises(InputError) as raised:
            read_document(path)
        assert str(raised.value) == one_line(f"{path}: {reason}")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.touch(mode=0)
    with pytest.raises(InputError, match=r"app\.json: permission denied"):
        read_document(path)


def test_names_in_messages() -> None:
    with pytest.raises(InputError, match=r"^standard input: is empty$"):
        load_document(b"", "-")
    with pytest.raises(InputError, match=r"^a\\nb\\x1b\[31m\\udcff: is empty$"):
        load_document(b"", "a\nb\x1b[31m\udcff")


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_plain, value))
    return value is None or type(value) in (str, int, float, bool)


yaml_like = st.lists(
    st.sampled_from(
        [
            *"[]{}:,-?!&*|>%@'\"#\\ \n\t=.0179aex_~<é\0",
            "a: ",
            "- ",
            "<<: ",
            "*a ",
            "&a ",
            "!Ref ",
            "!!int ",
            "---\n",
            "  ",
        ]
    ),
    max_size=60,
).map("".join)


@given(
    st.binary(max_size=200) | (st.text(max_size=200) | yaml_like).map(str.encode),
    st.sampled_from(["a.json", "a.yaml", "-"]),
)
@example(b"!!float ''", "a.yaml")
@example(b"? ", "a.yaml")
def test_any_bytes_give_plain_values_or_an_input_error(data: bytes, name: str) -> None:
    problem = ""
    try:
        document = load_document(data, name)
    except InputError as error:
        document, problem = None, str(error)
    assert problem.isprintable()
    assert is_plain(document)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values))
def test_what_was_written_comes_back(document: dict[str, object]) -> None:
    assert load(json.dumps(document), "a.json") == document
    assert load(yaml.safe_dump(document), "a.yaml") == document

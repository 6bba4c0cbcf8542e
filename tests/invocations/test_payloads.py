"""The event of a command line, and why it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.invocations.payloads import read_event

LARGEST = limits.SYNC_PAYLOAD_SIZE.maximum or 0


def stdin() -> bytes:
    return b'{"from": "stdin"}'


@pytest.mark.parametrize("text", ["{}", ' {"a": [1, "\u00e9"]}', "[1]", '"text"', "null", "5", "true"])
def test_json_from_a_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(text, encoding="utf-8")
    assert read_event(str(file), stdin) == text.encode()


@pytest.mark.parametrize("text", ["{}", ' {"a": "\u00e9"}', "[1]", '"text"', "5", "-1.5e3", "true", "false", "null"])
def test_json_itself(text: str) -> None:
    assert read_event(text, stdin) == text.encode()


def test_a_file_goes_before_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("5").write_text("{}")
    assert read_event("5", stdin) == b"{}"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "nul", "True", "05"])
def test_what_is_neither_a_file_nor_a_value(text: str) -> None:
    with pytest.raises(InputError, match=f"^--event {text}: no such file or directory; it must be a file, - or JSON"):
        read_event(text, stdin)


def test_standard_input() -> None:
    assert read_event("-", stdin) == b'{"from": "stdin"}'


def test_a_byte_order_mark_goes(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(b"\xef\xbb\xbf{}")
    assert read_event(str(file), stdin) == b"{}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{\n  "a" 1\n}', "is no JSON: .* at line 2, column 7"),
        (b"", "is no JSON: .* at line 1, column 1"),
        (b"{} {}", "is no JSON: Extra data at line 1, column 4"),
        (b'{"a": NaN}', "is no JSON: NaN is no value of JSON"),
        (b'{"a": -Infinity}', "is no JSON: -Infinity is no value of JSON"),
        (b'"\xff"', "is no UTF-8 at byte 1; save it as UTF-8"),
        ("{}".encode("utf-16-le"), "is no JSON: "),
        (b"\xff\xfe" + "{}".encode("utf-16-le"), "is UTF-16; save it as UTF-8"),
        (b"\xfe\xff" + "{}".encode("utf-16-be"), "is UTF-16; save it as UTF-8"),
        (b"[" * 100_000, "is no JSON: "),
    ],
)
def test_what_is_no_json(tmp_path: Path, data: bytes, reason: str) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(data)
    with pytest.raises(InputError, match=rf"event\.json: {reason}"):
        read_event(str(file), stdin)
    with pytest.raises(InputError, match=rf"^standard input: {reason}"):
        read_event("-", lambda: data)


def test_broken_json_itself() -> None:
    with pytest.raises(InputError, match=r"^--event: is no JSON: .* at line 1, column 2"):
        read_event("{a: 1}", stdin)


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="it must be a file, - or JSON") as error:
        read_event(name, stdin)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("size", "is_taken"), [(LARGEST, True), (LARGEST + 1, False)])
def test_the_size(tmp_path: Path, size: int, is_taken: bool) -> None:
    data = b'"' + b"x" * (size - 2) + b'"'
    file = tmp_path / "event.json"
    file.write_bytes(data)
    if is_taken:
        assert read_event(str(file), stdin) == data
    else:
        with pytest.raises(InputError, match="is larger than 6,291,456 bytes, which is all that AWS takes"):
            read_event(str(file), stdin)


@pytest.mark.parametrize("given", ["", " ", "\n"])
def test_an_empty_event(given: str) -> None:
    with pytest.raises(InputError, match=r"^the event is empty; give a file, - for standard input, or JSON$"):
        read_event(given, lambda: b"{}")

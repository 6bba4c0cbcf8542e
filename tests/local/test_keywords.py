"""`parameters=`, `ssm=` and `secrets=`: what can't be taken is said by its keyword and name, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator
from constructs_lambda.local.inputs import Inputs
from constructs_lambda.local.keywords import inputs_of

NUMBER = "must be a text or a number"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parameters": {"Count": None}}, f"parameters['Count'] {NUMBER}; got None"),
        ({"parameters": {"Count": True}}, f"parameters['Count'] {NUMBER}; got True"),
        ({"parameters": {"Count": float("nan")}}, f"parameters['Count'] {NUMBER}; got nan"),
        ({"parameters": {"Count": float("inf")}}, f"parameters['Count'] {NUMBER}; got inf"),
        (
            {"parameters": {"L": ["a", "b"]}},
            f"parameters['L'] {NUMBER}, for a list with commas, such as \"a,b\"; got ['a', 'b']",
        ),
        ({"parameters": ["Stage"]}, "parameters must be a mapping, such as {'Stage': 'test'}; got ['Stage']"),
        ({"parameters": []}, "parameters must be a mapping, such as {'Stage': 'test'}; got []"),
        ({"parameters": "Count=3"}, "parameters must be a mapping, such as {'Stage': 'test'}; got 'Count=3'"),
        ({"ssm": {"/z": 5}}, "ssm['/z'] must be a text; got 5"),
        ({"ssm": {"/z": b"5"}}, "ssm['/z'] must be a text; got b'5'"),
        ({"ssm": {5: "x"}}, "ssm: names must be texts; got 5"),
        ({"ssm": {"/a\n": 5}}, "ssm['/a\\n'] must be a text; got 5"),
        (
            {"secrets": {"db": {"k": "hidden"}}},
            """secrets['db'] must be a text, such as json.dumps({"user": "..."}); got a value of the type dict""",
        ),
        ({"secrets": 7}, "secrets must be a mapping, such as {'db': '...'}; got a value of the type int"),
    ],
)
def test_what_is_no_mapping_of_texts(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as failed:
        inputs_of(**{"parameters": None, "ssm": None, "secrets": None, **given})
    assert str(failed.value) == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ssm": {"/z": ""}}, "ssm['/z']: is empty, and AWS takes no empty one"),
        ({"secrets": {"db": ""}}, "secrets['db']: is empty, and AWS takes no empty one"),
        ({"parameters": {"": "x"}}, "parameters: a name is empty"),
        ({"ssm": {"": "x"}}, "ssm: a name is empty"),
    ],
)
def test_what_is_empty(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as failed:
        inputs_of(**{"parameters": None, "ssm": None, "secrets": None, **given})
    assert str(failed.value) == message


def test_all_at_once_before_anything_is_read() -> None:
    given: dict[str, Any] = {"parameters": {"A": None, "B": "b"}, "ssm": {"/z": "", "/y": 1}, "secrets": "db"}
    with pytest.raises(TypeError) as failed:
        Emulator().deploy(Path("no-such-folder"), **given)
    said = str(failed.value).splitlines()
    assert [line.partition(" must")[0].partition(": is")[0] for line in said] == [
        "parameters['A']", "ssm['/y']", "secrets", "ssm['/z']",
    ]  # fmt: skip


def test_what_is_taken() -> None:
    parameters = {"Count": 3, "Share": 0.5, "Empty": "", "Below": -1}
    assert inputs_of(parameters, None, {"db": "x"}) == Inputs(
        {"Count": "3", "Share": "0.5", "Empty": "", "Below": "-1"}, {}, {"db": "x"}, is_by_keywords=True
    )

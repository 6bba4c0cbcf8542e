"""Lists and mappings in the context of an authorizer's answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.contexts import Nested, nested_values, package_contexts

ANSWER = "def handler(event, context):\n    {before}\n    return {{'principalId': 'u', {beside}'context': {context}}}\n"


def found(context: str, before: str = "pass", beside: str = "'policyDocument': {}, ") -> list[tuple[str, str]]:
    source = ANSWER.format(before=before, beside=beside, context=context)
    return [(nested.key, nested.what) for nested in nested_values(source, "app.py")]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("{'id': 1, 'name': 'a', 'admin': True}", []),
        ("{'user': {'id': 1}}", [("user", "a mapping")]),
        ("{'roles': ['a']}", [("roles", "a list")]),
        ("{'roles': ('a', 'b')}", [("roles", "a list")]),
        ("{'roles': [each for each in event]}", [("roles", "a list")]),
        ("{'claims': {key: 1 for key in event}}", [("claims", "a mapping")]),
        ("{'roles': json.dumps(['a'])}", []),
        ("{'roles': ','.join(['a'])}", []),
        ("{'roles': roles}", []),
        ("{**event}", []),
        ("{name: ['a']}", [("", "a list")]),
        ("make({'roles': ['a']})", []),
    ],
)
def test_values(context: str, expected: list[tuple[str, str]]) -> None:
    assert found(context) == expected


def test_a_name_that_stands_for_the_context() -> None:
    assert found("about", "about = {'roles': ['a']}") == [("roles", "a list")]
    assert found("about", "about = {'roles': ['a']}; about = {}") == []
    assert found("about", "about = find(event)") == []


def test_what_is_no_answer_of_an_authorizer() -> None:
    assert found("{'roles': ['a']}", beside="") == [("roles", "a list")]
    assert nested_values("log = {'message': 'a', 'context': {'roles': ['a']}}", "app.py") == ()
    assert nested_values("def broken(:", "app.py") == ()


def test_packages(tmp_path: Path) -> None:
    (tmp_path / "auth").mkdir()
    source = ANSWER.format(before="pass", beside="", context="{'roles': ['a']}")
    (tmp_path / "auth" / "app.py").write_text(source)
    package = inspect(tmp_path)
    assert package_contexts(package, "auth/app.handler", "python3.13") == (Nested("auth/app.py", 3, "roles", "a list"),)
    assert package_contexts(package, "auth/other.handler", "python3.13") == ()
    assert package_contexts(package, "auth/app.handler", "nodejs22.x") == ()
    assert package_contexts(package, "handler", "python3.13") == ()

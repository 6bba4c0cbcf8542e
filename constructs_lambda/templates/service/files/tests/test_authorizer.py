"""The authorizer, called as API Gateway calls it, and its answers judged as API Gateway judges them."""

import time
from typing import Any

import jwt
import pytest
from constructs_lambda.testing import Authorizer

import authorizer as judge

KEY = "a key for tests, as long as one for HS256 has to be"

api = Authorizer(judge.handler, kind="simple")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "get_secret", lambda name, max_age: {judge.KEY_ARN: KEY}[name])


def bearer(*, key: str = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    """A header with a good token, but for what is given; a claim that is None is left out."""
    given = {"aud": judge.AUDIENCE, "exp": time.time() + 3600, "sub": "ada"} | claims
    return "Bearer " + jwt.encode({name: value for name, value in given.items() if value is not None}, key, algorithm)


def test_a_good_token() -> None:
    answer = api.authorize(bearer(), "GET /me")
    assert answer.is_allowed
    assert answer.context == {"user": "ada"}


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(bearer(exp=time.time() - 1), id="too old"),
        pytest.param(bearer(exp=None), id="good for ever"),
        pytest.param(bearer(aud="another-service"), id="for another service"),
        pytest.param(bearer(aud=None), id="for nobody"),
        pytest.param(bearer(sub=None), id="about nobody"),
        pytest.param(bearer(key=KEY[::-1]), id="signed with another key"),
        pytest.param(bearer(key="", algorithm="none"), id="not signed"),
        pytest.param(bearer(key=KEY * 2, algorithm="HS512"), id="signed in another way"),
        pytest.param("Bearer ", id="no token"),
        pytest.param("Bearer a.b.c", id="no JWT"),
        pytest.param(bearer().replace("Bearer", "Basic"), id="another scheme"),
    ],
)
def test_any_other_token(token: str) -> None:
    answer = api.authorize(token, "GET /me")
    assert answer.status == 403
    assert answer.context == {}


def test_no_token_at_all() -> None:
    assert api.authorize(None, "GET /me").status == 401


def test_without_the_key_nobody_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, max_age: int) -> str:
        raise ConnectionError

    monkeypatch.setattr(judge, "get_secret", fail)
    assert api.authorize(bearer(), "GET /me").status == 500

"""The app as it runs: deployed into an emulator of AWS on this machine, and called as a client calls it."""

import time

import jwt
import pytest
from constructs_lambda.local import LocalApp
from constructs_lambda.testing import LocalDeployer

from app import NAME, build


@pytest.fixture(scope="module")
def running(local_app: LocalDeployer) -> LocalApp:
    return local_app(build)


@pytest.fixture(scope="module")
def key(running: LocalApp) -> str:
    secrets = running.client("secretsmanager", running.resource("AWS::SecretsManager::Secret"))
    return str(secrets.get_secret_value(SecretId=running.outputs()["SigningKeyArn"])["SecretString"])


def bearer(key: str) -> dict[str, str]:
    token = jwt.encode({"aud": NAME, "exp": time.time() + 60, "sub": "ada"}, key, "HS256")
    return {"Authorization": f"Bearer {token}"}


def test_health_is_open_to_all(running: LocalApp) -> None:
    answer = running.request("GET /health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})


def test_whoever_has_a_token_is_known(running: LocalApp, key: str) -> None:
    answer = running.request("GET /me", headers=bearer(key))
    assert (answer.status, answer.json()) == (200, {"user": "ada"})


def test_nobody_else_gets_in(running: LocalApp, key: str) -> None:
    assert running.request("GET /me").status == 401
    assert running.request("GET /me", headers=bearer(f"not {key}")).status == 403

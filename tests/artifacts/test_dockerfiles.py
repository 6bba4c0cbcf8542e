"""Dockerfiles and image addresses: what the last stage is, and whether Lambda can talk to it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lambda.artifacts.contracts import speaks_runtime_api
from constructs_lambda.artifacts.dockerfiles import Dockerfile, read_dockerfile
from constructs_lambda.artifacts.images import parse_image_uri
from constructs_lambda.errors import InputError

BASE = "public.ecr.aws/lambda/python:3.14"


def parsed(
    tmp_path: Path, text: str, target: str | None = None, build_args: dict[str, str] | None = None
) -> Dockerfile:
    (tmp_path / "Dockerfile").write_text(text)
    return read_dockerfile(tmp_path, target=target, build_args=build_args)


def test_a_plain_one(tmp_path: Path) -> None:
    found = parsed(tmp_path, f'FROM {BASE}\nCOPY app.py .\nCMD ["app.handler"]\n')
    assert (found.base_image, found.platform, found.entrypoint, found.command) == (BASE, None, None, ("app.handler",))
    assert found.path == tmp_path / "Dockerfile"


def test_everything_that_the_syntax_allows(tmp_path: Path) -> None:
    found = parsed(
        tmp_path,
        """\
# syntax=docker/dockerfile:1
# escape=`
ARG VERSION=3.13 OTHER
ARG IMAGE="python:${VERSION}-slim"
from --platform=linux/arm64 ${IMAGE} as Base
RUN echo `
  # a comment in between

  "FROM nowhere" `
  && true
RUN <<EOF
FROM not-a-stage
EOF
RUN cat <<-'END' > x
FROM neither
\tEND
ENTRYPOINT ["/entry"]
CMD echo shell
FROM scratch AS other
FROM base
COPY --from=other /x /x
CMD ["a", "b"]
""",
    )
    assert found.base_image == "python:3.13-slim"
    assert (found.platform, found.architecture) == ("linux/arm64", "arm64")
    assert found.entrypoint == ("/entry",)
    assert found.command == ("a", "b")
    assert found.images == ("python:3.13-slim", "scratch", "python:3.13-slim")


def test_stages_and_arguments(tmp_path: Path) -> None:
    text = "ARG BASE=one\nFROM $BASE AS a\nCMD one\nFROM two AS b\nCMD two\nENTRYPOINT two\n"
    assert parsed(tmp_path, text).base_image == "two"
    assert parsed(tmp_path, text).command == ("/bin/sh", "-c", "two")
    assert parsed(tmp_path, text, "A").base_image == "one"
    assert parsed(tmp_path, text, "0", {"BASE": "three"}).base_image == "three"
    assert parsed(tmp_path, "ARG X\nFROM $X\n").base_image is None
    assert parsed(tmp_path, "FROM a AS x\nCMD 1\nFROM x\nENTRYPOINT 2\n").command is None
    assert parsed(tmp_path, "FROM --platform=$TARGETPLATFORM a\n").platform is None
    assert parsed(tmp_path, "FROM ${X:-a}:${Y-b}${Z:+c}\n").base_image == "a:b"
    assert parsed(tmp_path, f"FROM {BASE}-arm64\n").architecture == "arm64"
    with pytest.raises(InputError, match="has no stage c"):
        parsed(tmp_path, text, "c")


@pytest.mark.parametrize("text", ["", "# only a comment", "RUN x", "\0\0"])
def test_what_is_no_dockerfile(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="is no Dockerfile: it has no FROM"):
        parsed(tmp_path, text)


def test_files_that_cant_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_dockerfile(tmp_path)
    (tmp_path / "Dockerfile").write_bytes(bytes(2 * 1024 * 1024))
    with pytest.raises(InputError, match="more than 1 MB"):
        read_dockerfile(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "#a=" + " " * 900_000 + "\nFROM a\n",
        "ARG A=x\n" + "ARG A=$A$A$A$A\n" * 50_000 + "FROM $A\n",
        "FROM a\n" + "RUN <<A\n" * 100_000,
        "FROM a\nRUN " + "<<A " * 200_000,
        "FROM a\n" + "RUN x \\\n" * 100_000,
        "FROM a\nCMD " + "[" * 900_000,
        "ARG " + "'" * 900_000 + "\nFROM " + "$A" * 400_000,
        "A\nEND\n" + "FROM a\nRUN <<END\n" * 50_000,
    ],
)
def test_hostile_text_takes_little_time(tmp_path: Path, text: str) -> None:
    begin = time.perf_counter()
    with contextlib.suppress(InputError):
        parsed(tmp_path, text)
    assert time.perf_counter() - begin < 5


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            ["FROM a", "FROM b AS c", "FROM c", "CMD [", "RUN <<X", "X", "\\", "# x=y", "ARG A=${A", "$", " "]
        )
        | st.text(max_size=20)
    )
)
def test_arbitrary_lines(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "Dockerfile").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.suppress(InputError):
        speaks_runtime_api(read_dockerfile(tmp_path))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f'FROM {BASE}\nCMD ["app.handler"]', "ok"),
        ('FROM amazon/aws-lambda-nodejs:22\nCMD ["a.b"]', "ok"),
        (f'FROM {BASE}\nENTRYPOINT ["python", "app.py"]', "unknown"),
        ('FROM python:3.14\nRUN pip install awslambdaric\nENTRYPOINT ["python", "-m", "awslambdaric"]', "ok"),
        ("FROM node:22\nRUN npm install aws-lambda-ric", "ok"),
        ("FROM python:3.14\nCOPY --from=x/aws-lambda-adapter:1 /a /opt/extensions/a\nCMD uvicorn app:app", "ok"),
        ('FROM python:3.14\nCOPY app.py .\nCMD ["python", "app.py"]', "problem"),
        ("FROM docker.io/library/python:3.14\nCMD python -u app.py", "problem"),
        ('ARG V=3.14\nFROM python:${V}-slim\nRUN pip install flask\nCMD ["flask", "run"]', "problem"),
        ("FROM python:3.14\nCMD exec gunicorn app:app -b 0.0.0.0:80", "problem"),
        ('FROM public.ecr.aws/docker/library/node:22\nCMD ["node", "server.js"]', "problem"),
        ('FROM python:3.14 AS b\nFROM nginx\nCOPY --from=b /x /x\nCMD ["nginx"]', "problem"),
        ('FROM python:3.14\nCMD ["python", "-m", "app"]', "unknown"),
        ('FROM python:3.14\nCMD ["./start.sh"]', "unknown"),
        ("FROM python:3.14\nCMD python a.py && b", "unknown"),
        ("FROM python:3.14", "unknown"),
        ('FROM python:3.14\nRUN curl x | sh\nCMD ["python", "app.py"]', "unknown"),
        ('FROM python:3.14\nCOPY --from=company/base /x /x\nCMD ["python", "app.py"]', "unknown"),
        ('FROM company/python:3.14\nCMD ["python", "app.py"]', "unknown"),
        ('FROM registry.example.com/python:3.14\nCMD ["python", "app.py"]', "unknown"),
        ('FROM $BASE\nCMD ["python", "app.py"]', "unknown"),
        ('FROM alpine\nCOPY main /main\nENTRYPOINT ["/main"]', "unknown"),
    ],
)
def test_who_speaks_the_runtime_api(tmp_path: Path, text: str, state: str) -> None:
    (tmp_path / "app.py").write_text("print(1)\n")
    assert speaks_runtime_api(parsed(tmp_path, text)).state == state


def test_what_stands_beside_the_dockerfile_counts(tmp_path: Path) -> None:
    found = parsed(tmp_path, 'FROM python:3.14\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]')
    (tmp_path / "requirements.txt").write_text("flask\n")
    verdict = speaks_runtime_api(found)
    assert verdict.state == "problem"
    assert "starts app.py on python:3.14" in verdict.reason
    assert speaks_runtime_api(found, entrypoint=["python", "-m", "awslambdaric"]).state == "ok"
    assert speaks_runtime_api(found, command=["./start.sh"]).state == "unknown"
    (tmp_path / "requirements.txt").write_text("awslambdaric\n")
    assert speaks_runtime_api(found).state == "unknown"


@pytest.mark.parametrize(
    ("uri", "kind", "account", "region", "repository", "tag", "digest"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/r:1", "ecr", "123456789012", "eu-west-1", "r", "1", None),
        (
            "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/a/b",
            "ecr",
            "123456789012",
            "us-gov-west-1",
            "a/b",
            None,
            None,
        ),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/r", "ecr", "123456789012", "cn-north-1", "r", None, None),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/r", "ecr", "123456789012", "us-east-1", "r", None, None),
        ("123456789012.dkr-ecr.us-east-1.on.aws/r", "ecr", "123456789012", "us-east-1", "r", None, None),
        (BASE, "ecr-public", None, None, "lambda/python", "3.14", None),
        ("docker.io/library/python:3.14", "other", None, None, "library/python", "3.14", None),
        ("python", "other", None, None, "python", None, None),
        ("localhost:5000/x:y", "other", None, None, "x", "y", None),
        ("a/b@sha256:" + "0" * 64, "other", None, None, "a/b", None, "sha256:" + "0" * 64),
        ("a/b:t@sha256:" + "0" * 64, "other", None, None, "a/b", "t", "sha256:" + "0" * 64),
    ],
)
def test_image_addresses(
    uri: str, kind: str, account: str | None, region: str | None, repository: str, tag: str | None, digest: str | None
) -> None:
    found = parse_image_uri(uri)
    assert found is not None
    assert (found.kind, found.account, found.region) == (kind, account, region)
    assert (found.repository, found.tag, found.digest) == (repository, tag, digest)


@pytest.mark.parametrize("uri", ["", " ", "a b", "${Token[x]}", "A:b:c:d e", "x" * 2000])
def test_what_is_no_image_address(uri: str) -> None:
    assert parse_image_uri(uri) is None

"""Dockerfiles and image addresses: what the last stage is, and whether Lambda can talk to it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lambda.artifacts.base_images import BaseImage
from constructs_lambda.artifacts.contracts import handler_of, speaks_runtime_api
from constructs_lambda.artifacts.dockerfiles import Dockerfile, NoImageError, read_dockerfile
from constructs_lambda.artifacts.image_handlers import check_image_handler
from constructs_lambda.artifacts.images import find_fault, parse_image_uri
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
    assert found.images == ("scratch", "python:3.13-slim")
    assert [each.name for each in found.own] == ["RUN", "RUN", "RUN", "ENTRYPOINT", "CMD", "COPY", "CMD"]


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
    with pytest.raises(NoImageError, match="has no stage c; its stages are a, b"):
        parsed(tmp_path, text, "c")


@pytest.mark.parametrize(
    ("first", "architecture"),
    [
        ("FROM arm64v8/python:3.14", "arm64"),
        ("FROM docker.io/amd64/python:3.14", "x86_64"),
        ("FROM arm32v7/python", "arm"),
        ("FROM --platform=linux/386 python", "386"),
        ("FROM --platform=linux/arm/v7 python", "arm"),
        ("FROM --platform=linux/s390x python", "s390x"),
        ("FROM --platform=linux/amd64/v3 python", None),
        ("FROM ghcr.io/arm64v8/python", None),
        ("FROM acme/python", None),
        ("FROM python", None),
    ],
)
def test_architecture(tmp_path: Path, first: str, architecture: str | None) -> None:
    assert parsed(tmp_path, first).architecture == architecture


def test_what_goes_into_an_image(tmp_path: Path) -> None:
    text = "FROM a AS one\nRUN 1\nFROM one AS two\nRUN 2\nFROM b AS other\nRUN 3\nFROM c\nRUN 4\n"
    text += "COPY --from=two /x /x\nCOPY --from=d:1 /x /x\nRUN --mount=type=bind,from=two x\nCOPY --from=7 /x /x\n"
    found = parsed(tmp_path, text, build_args={"KEY": "value"})
    assert found.foreign == ("d:1", "7")
    assert found.images == ("a", "a", "c")
    assert [(each.name, each.rest[:9]) for each in found.own[:2]] == [("ARG", "KEY=value"), ("RUN", "4")]
    assert [each.rest for each in found.instructions if each.rest.isdecimal()] == ["4", "2", "1"]


@pytest.mark.parametrize("first", ["# syntax=acme/frontend:1", "# syntax = earthly/dockerfile:1"])
def test_other_frontends_are_not_read(tmp_path: Path, first: str) -> None:
    with pytest.raises(InputError, match="is written for the frontend") as caught:
        parsed(tmp_path, f"{first}\nanything: goes\n")
    assert not isinstance(caught.value, NoImageError)
    with pytest.raises(InputError, match="is written for the frontend x"):
        parsed(tmp_path, "FROM a", build_args={"BUILDKIT_SYNTAX": "x"})
    assert parsed(tmp_path, "# syntax=mirror.example.com/docker/dockerfile:1.7-labs\nFROM a").base_image == "a"


@pytest.mark.parametrize("text", ["", "# only a comment", "RUN x", "\0\0"])
def test_what_is_no_dockerfile(tmp_path: Path, text: str) -> None:
    with pytest.raises(NoImageError, match="is no Dockerfile: it has no FROM"):
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
        "FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\nCOPY --from={n} a b\n" for n in range(15_000)),
        "FROM python\nRUN " + "a && " * 200_000,
        "FROM python\nRUN " + "A=" * 400_000,
    ],
)
def test_hostile_text_takes_little_time(tmp_path: Path, text: str) -> None:
    begin = time.process_time()
    with contextlib.suppress(InputError):
        parsed(tmp_path, text)
    assert time.process_time() - begin < 5


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            """FROM a|FROM b AS c|FROM c|CMD [|RUN <<X|X|\\|# x=y|ARG A=${A|$| |FROM python|CMD a.handler|CMD node a.js
            ENTRYPOINT []|RUN [1]|RUN ["pip"]|RUN pip install -r|RUN uv pip|RUN --x=1 A=b|COPY --from=c|COPY . .|COPY ["
            ADD x|FROM public.ecr.aws/lambda/python:3.14""".replace("\n" + " " * 12, "|").split("|")
        )
        | st.text(max_size=20)
    )
)
def test_arbitrary_lines(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "Dockerfile").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.suppress(InputError):
        found = read_dockerfile(tmp_path)
        speaks_runtime_api(found)
        check_image_handler(found, BaseImage("python", "3.14", is_lambda=True), "a.handler", tmp_path)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f'FROM {BASE}\nCMD ["app.handler"]', "ok"),
        ('FROM amazon/aws-lambda-nodejs:22\nCMD ["a.b"]', "ok"),
        (f'FROM {BASE}\nENTRYPOINT ["python", "app.py"]', "problem"),
        (f'FROM {BASE}\nENTRYPOINT ["gunicorn", "app:app"]', "problem"),
        (f'FROM {BASE}\nENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["app.handler"]', "ok"),
        (f'FROM {BASE}\nENTRYPOINT []\nCMD ["/lambda-entrypoint.sh", "app.handler"]', "ok"),
        (f'FROM {BASE}\nENTRYPOINT []\nCMD ["/lambda-entrypoint.sh"]', "problem"),
        (f'FROM {BASE}\nENTRYPOINT ["/lambda-entrypoint.sh"]\nCMD ["app.handler"]', "ok"),
        (f'FROM {BASE}\nENTRYPOINT ["./start.sh"]\nCMD ["app.handler"]', "unknown"),
        (f"FROM {BASE}", "problem"),
        (f'FROM {BASE}\nCMD ["python", "app.py"]', "problem"),
        (f"FROM {BASE}\nCMD app.handler", "problem"),
        (f"FROM {BASE}\nCMD ['app.handler']", "problem"),
        (f"FROM {BASE}\nCMD uvicorn app:app", "problem"),
        (f"FROM {BASE}\nCOPY lambda-entrypoint.sh /\nCMD uvicorn app:app", "unknown"),
        ('FROM public.ecr.aws/lambda/provided:al2023\nENTRYPOINT ["./main"]', "unknown"),
        ("FROM public.ecr.aws/lambda/nodejs:22", "problem"),
        ('FROM python:3.14\nRUN pip install awslambdaric\nENTRYPOINT ["python", "-m", "awslambdaric"]', "ok"),
        ("FROM node:22\nRUN npm install aws-lambda-ric", "ok"),
        ('FROM python:3.14\nENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["app.handler"]', "problem"),
        ('FROM python AS b\nRUN pip install awslambdaric\nFROM python\nENTRYPOINT ["awslambdaric", "a.b"]', "problem"),
        ('FROM python AS b\nRUN pip install awslambdaric\nFROM b\nENTRYPOINT ["awslambdaric", "a.b"]', "ok"),
        ("FROM python AS b\nRUN pip install awslambdaric\nFROM python\nCOPY --from=b /x /x\nCMD awslambdaric", "ok"),
        (
            'FROM python:3.14\nRUN pip install acme\nENTRYPOINT ["python", "-m", "awslambdaric", "app.handler"]',
            "unknown",
        ),
        ('FROM python:3.14\nRUN pip install awslambdaric\nCMD ["app.handler"]', "problem"),
        ('FROM python:3.14\nCMD ["app.handler"]', "problem"),
        ("FROM python:3.14\nCMD app.handler", "problem"),
        ('FROM amazonlinux:2023\nCMD ["app.handler"]', "problem"),
        ('FROM amazonlinux:2023\nCMD ["server.handler"]', "unknown"),
        ('FROM python:3.14\nCOPY --from=x /app.handler /usr/bin/\nCMD ["app.handler"]', "unknown"),
        ('FROM node:22\nCMD ["index.handler"]', "problem"),
        ('FROM python:3.14\nCMD ["app.pyz"]', "unknown"),
        ("FROM nginx", "problem"),
        ("FROM arm64v8/httpd:2.4", "problem"),
        ("FROM php:8.3-apache\nCOPY . /var/www/html", "problem"),
        ("FROM redis:7", "problem"),
        ("FROM hello-world", "problem"),
        ("FROM amazoncorretto:21", "unknown"),
        ('FROM alpine\nCMD ["/hello"]', "unknown"),
        ("FROM nginx AS web\nFROM web\nCOPY x /x", "problem"),
        ("FROM node:22\nCMD npm start", "problem"),
        ("FROM ubuntu\nRUN apt-get update && apt-get install -y curl python3\nCMD python3 app.py", "problem"),
        ("FROM ubuntu\nRUN ./install.sh\nCMD python3 app.py", "unknown"),
        ("FROM ubuntu\nRUN echo $(cat x)\nCMD python3 app.py", "unknown"),
        ("FROM ruby\nCMD ruby app.rb", "problem"),
        ("FROM openjdk:21\nCMD java -jar a.jar", "problem"),
        ("FROM openjdk:21\nCMD java -cp . Main", "unknown"),
        (
            "FROM python\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\nRUN uv pip install flask\nCMD flask run",
            "problem",
        ),
        ("FROM python\nADD agent /opt/extensions/agent\nCMD flask run", "unknown"),
        ("FROM python\nCOPY agents/ /opt/\nCMD flask run", "unknown"),
        ("FROM python\nENV PIP_INDEX_URL=x\nCMD flask run", "unknown"),
        ("FROM python\nONBUILD RUN x\nCMD flask run", "unknown"),
        ("FROM python\nRUN pip install acme\nCMD flask run", "problem"),
        ("FROM python\nRUN pip install acme\nCMD python app.py", "unknown"),
        ("FROM python\nRUN pip install -U pip 'uvicorn[standard]==0.35' && rm -rf /x\nCMD python app.py", "problem"),
        ("FROM python\nRUN pip install -r other.txt\nCMD python app.py", "unknown"),
        (
            "FROM python\nCOPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:1 /lambda-adapter /x\nCMD uvicorn a:a",
            "problem",
        ),
        (
            "FROM python\nCOPY --from=x/lambda-adapter /lambda-adapter /x\nRUN mv /x /opt/extensions/\nCMD uvicorn a:a",
            "ok",
        ),
        ("FROM python\nCOPY --from=x/aws-lambda-adapter /lambda-adapter $DIR\nCMD uvicorn a:a", "ok"),
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
        ("FROM python:3.14", "problem"),
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
    assert speaks_runtime_api(found, entrypoint=["python", "-m", "awslambdaric"]).state == "problem"
    assert speaks_runtime_api(found, command=["./start.sh"]).state == "unknown"
    assert speaks_runtime_api(found, command=["app.handler"]).fix.endswith(
        "install awslambdaric and start it with ENTRYPOINT."
    )
    (tmp_path / "requirements.txt").write_text("awslambdaric\n")
    assert speaks_runtime_api(found).state == "unknown"
    assert speaks_runtime_api(found, entrypoint=["python", "-m", "awslambdaric"]).state == "unknown"


def test_an_entry_point_of_the_function_beside_the_command_of_the_image(tmp_path: Path) -> None:
    found = parsed(tmp_path, f'FROM {BASE}\nCMD ["a.b"]')
    assert speaks_runtime_api(found, entrypoint=["/lambda-entrypoint.sh", "app.handler"]).state == "unknown"
    assert speaks_runtime_api(found, entrypoint=["/lambda-entrypoint.sh"], command=["a", "b"]).state == "problem"
    assert speaks_runtime_api(found, entrypoint=["python", "main.py"]).state == "problem"


@pytest.mark.parametrize(
    ("name", "text", "state"),
    [
        (
            "requirements.txt",
            "flask==3.1  # the framework\nuvicorn[standard]>=0.3; python_version > '3.8'\n",
            "problem",
        ),
        ("requirements.txt", "-r requirements-base.txt\n", "problem"),
        ("requirements.txt", "-r base.txt\n", "unknown"),
        ("requirements.txt", "acme\n", "unknown"),
        ("requirements.txt", "flask @ git+https://git.example.com/flask.git\n", "unknown"),
        ("requirements.txt", "--extra-index-url https://pypi.example.com\nflask\n", "unknown"),
        ("pyproject.toml", "[project]\ndependencies = ['flask>=3']\n", "problem"),
        ("pyproject.toml", "[project]\ndependencies = ['acme']\n", "unknown"),
        ("pyproject.toml", "[dependency-groups]\nlive = ['acme']\n", "unknown"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.12'\nflask = '^3'\n", "problem"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nflask = {git = 'x'}\n", "unknown"),
        ("pyproject.toml", "[project", "unknown"),
        ("Pipfile", "[packages]\nflask = '*'\n", "problem"),
        ("Pipfile", "[packages]\nacme = '*'\n", "unknown"),
        ("Pipfile", "[[source]]\nurl = 'https://pypi.example.com'\n", "unknown"),
        ("package.json", '{"dependencies": {"express": "^5.1", "@types/node": "22"}}', "problem"),
        ("package.json", '{"dependencies": {"@acme/functions": "1"}}', "unknown"),
        ("package.json", '{"dependencies": {"express": "github:acme/express"}}', "unknown"),
        ("package.json", '{"scripts": {"postinstall": "curl x | sh"}}', "unknown"),
        ("package.json", "[]", "unknown"),
        ("setup.py", "", "unknown"),
        ("Gemfile", "", "unknown"),
        ("program", "\0", "unknown"),
        ("data.bin", "x" * 300_000, "unknown"),
        ("app.jar", "", "unknown"),
        ("notes.md", "Lambda Runtime API: see awslambdaric", "problem"),
        ("mod.dat", "awslambdaric", "unknown"),
        ("wrapper.py", "os.execv('/var/runtime/bootstrap', ['bootstrap'])", "unknown"),
        ("Dockerfile.dev", "RUN pip install awslambdaric", "problem"),
    ],
)
def test_dependencies_that_may_bring_a_client(tmp_path: Path, name: str, text: str, state: str) -> None:
    (tmp_path / name).write_text(text)
    found = parsed(tmp_path, "FROM python:3.14\nCOPY . .\nCMD python app.py")
    assert speaks_runtime_api(found).state == state


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


ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        (f"{ECR}/orders:v1", ""),
        (f"{ECR}/orders", ""),
        (f"{ECR}/a-b/c_d.e:V1@sha256:" + "0" * 64, ""),
        ("localhost:5000/orders:1", ""),
        (f"{ECR.replace('amazonaws.com', 'localhost.localstack.cloud:4510')}/orders", ""),
        ("docker.io/library/python:3.14", ""),
        ("{{resolve:ssm:/Image Of/Orders}}", ""),
        ("", ""),
        (f"https://{ECR}/orders:1", "it starts with https://"),
        ("arn:aws:ecr:eu-west-1:111122223333:repository/orders", "it is an ARN"),
        (f"{ECR[1:]}/orders:1", "the account 11122223333 has 11 digits"),
        (f"{ECR}/Orders:1", "no upper-case letters"),
        (f"{ECR}/Orders", "no upper-case letters"),
        (f"{ECR}/orders: 1", "there is a blank in it"),
        (f"{ECR}/orders:", "nothing follows the colon"),
        (f"{ECR}/orders@sha256:abc", "sha256:abc is no digest"),
    ],
)
def test_faults_of_addresses(uri: str, fault: str) -> None:
    found = find_fault(uri)
    assert (fault in found[0] and found[1].endswith(".")) if found and fault else (found is None and not fault)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("COPY app.py .", "ok"),
        ("COPY app.py ${LAMBDA_TASK_ROOT}", "ok"),
        ("COPY --chmod=755 . $LAMBDA_TASK_ROOT/", "ok"),
        ('COPY ["app.py", "./"]', "ok"),
        ("WORKDIR ${LAMBDA_TASK_ROOT}\nCOPY src/main.py app.py", "problem"),  # it has no handler
        ("COPY src/ .", "problem"),
        ("COPY src .", "problem"),
        ("COPY src/main.py src/other.py ./", "problem"),
        ("COPY src/main.py app/", "problem"),
        ("RUN pip install -r requirements.txt\nCOPY src/main.py app.py", "problem"),
        ("RUN pip install -r requirements.txt\nCOPY src/ .", "unknown"),
        ("RUN ./build.sh\nCOPY src/ .", "unknown"),
        ("COPY src/ /opt/python/", "unknown"),
        ("COPY *.txt .", "unknown"),
        ("COPY --from=x src/ .", "unknown"),
        ("COPY missing.txt .", "unknown"),
        ("ADD src/ .", "unknown"),
        ("ENV PYTHONPATH=/x\nCOPY src/ .", "unknown"),
        ("ENV STAGE=x\nCOPY src/ .", "problem"),
        ("WORKDIR /x\nCOPY src/ .", "unknown"),
        ("", "unknown"),
    ],
)
def test_handlers_of_images(tmp_path: Path, text: str, state: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("def main(event, context): ...\n")
    (tmp_path / "src" / "other.py").write_text("")
    (tmp_path / "app.py").write_text("def handler(event, context): ...\n")
    found = parsed(tmp_path, f'FROM {BASE}\n{text}\nCMD ["app.handler"]\n')
    given = handler_of(found)
    assert given is not None
    assert check_image_handler(found, *given, tmp_path).state == state


def test_handlers_are_looked_into_for_python_only(tmp_path: Path) -> None:
    for base in ("public.ecr.aws/lambda/nodejs:22", "public.ecr.aws/lambda/python", f"{BASE}.2025.01.01"):
        found = parsed(tmp_path, f'FROM {base}\nCOPY . .\nCMD ["app.handler"]')
        given = handler_of(found)
        assert given is not None
        assert check_image_handler(found, *given, tmp_path).state == "unknown"
    assert handler_of(parsed(tmp_path, "FROM python\nCMD app.handler")) is None
    assert handler_of(parsed(tmp_path, f"FROM {BASE}")) is None

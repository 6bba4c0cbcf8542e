"""What is known of base images: what they start by themselves, and whether a runtime client is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs_lambda.artifacts.images import parse_image_uri

LAMBDA_ENTRYPOINT = "/lambda-entrypoint.sh"


@dataclass(frozen=True, slots=True)
class BaseImage:
    """A base image that is known.

    Args:
        name: Its name without registry and tag.
        tag: Its tag, empty where it has none.
        entrypoint: Its ENTRYPOINT, without a script that does nothing but start what CMD says.
        command: Its CMD, None where that depends on the tag or isn't known.
        is_lambda: Whether it is one of AWS's for Lambda, with a runtime client (`provided` waits for a bootstrap).
    """

    name: str
    tag: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] | None = None
    is_lambda: bool = False


# CMD of Docker's official images, without any runtime client in them. The ENTRYPOINT that some of them have
# (docker-entrypoint.sh of node, nginx, redis, postgres, mysql, mariadb, mongo, memcached and rabbitmq,
# docker-php-entrypoint, /__cacert_entrypoint.sh of eclipse-temurin) comes down to `exec "$@"`; the one of node puts
# `node` before what is no program. Source: the Dockerfiles that https://github.com/docker-library/official-images
# names, and for amazonlinux https://github.com/amazonlinux/container-images, as of 2025.
_OFFICIAL: dict[str, tuple[str, ...] | None] = {
    "almalinux": ("/bin/bash",),
    "alpine": ("/bin/sh",),
    "amazoncorretto": None,
    "amazonlinux": ("/bin/bash",),
    "bash": ("bash",),
    "buildpack-deps": ("bash",),
    "busybox": ("sh",),
    "caddy": ("caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"),
    "debian": ("bash",),
    "eclipse-temurin": None,
    "fedora": ("/bin/bash",),
    "golang": ("bash",),
    "hello-world": ("/hello",),
    "httpd": ("httpd-foreground",),
    "mariadb": ("mariadbd",),
    "memcached": ("memcached",),
    "mongo": ("mongod",),
    "mysql": ("mysqld",),
    "nginx": ("nginx", "-g", "daemon off;"),
    "node": ("node",),
    "openjdk": None,
    "oraclelinux": ("/bin/bash",),
    "php": ("php", "-a"),
    "postgres": ("postgres",),
    "python": ("python3",),
    "rabbitmq": ("rabbitmq-server",),
    "redis": ("redis-server",),
    "rockylinux": ("/bin/bash",),
    "ruby": ("irb",),
    "tomcat": ("catalina.sh", "run"),
    "ubuntu": ("/bin/bash",),
    "valkey": ("valkey-server",),
}
# Tags of php are made from Dockerfiles of their own: https://github.com/docker-library/php
_PHP = {"apache": ("apache2-foreground",), "fpm": ("php-fpm",)}
# AWS's base images have ENTRYPOINT ["/lambda-entrypoint.sh"] and no CMD; the script exits with 142 unless it gets one
# argument, the handler. Source: https://github.com/aws/aws-lambda-base-images, the branch of each runtime.
_LAMBDA = frozenset({"dotnet", "go", "java", "nodejs", "provided", "python", "ruby"})
# Docker Hub has the official images for one architecture under these names, too.
_HUB = re.compile(r"(?:(?:library|amd64|arm64v8|arm32v[567]|i386|ppc64le|riscv64|s390x)/)?([a-z0-9-]+)")
_GALLERY = re.compile(r"docker/library/([a-z0-9-]+)|amazonlinux/(amazonlinux)|amazoncorretto/(amazoncorretto)")


def find_base(image: str | None) -> BaseImage | None:
    """What is known of an image, None where nothing is.

    Args:
        image: As `FROM` has it; None where that depends on the build.
    """
    uri = parse_image_uri(image or "")
    if uri is None or (uri.registry and uri.kind != "ecr-public"):
        return None
    tag = uri.tag or ""
    if uri.registry:
        prefix, match = "lambda/", _GALLERY.fullmatch(uri.repository)
    else:
        prefix, match = "amazon/aws-lambda-", _HUB.fullmatch(uri.repository)
    lambda_name = uri.repository.removeprefix(prefix)
    if lambda_name != uri.repository and lambda_name in _LAMBDA:
        return BaseImage(lambda_name, tag, (LAMBDA_ENTRYPOINT,), (), True)
    name = next((group for group in match.groups() if group), "") if match else ""
    if name not in _OFFICIAL:
        return None
    command = _OFFICIAL[name]
    if name == "php":
        command = next((words for word, words in _PHP.items() if word in tag), command)
    return BaseImage(name, tag, (), command)

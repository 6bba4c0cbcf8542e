"""The address of a container image: which registry it is in, and where that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# `<account>.dkr.ecr.<region>.amazonaws.com`, its FIPS form, the one for IPv6, and those of other partitions.
_PRIVATE = re.compile(r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.[a-z0-9.-]+")
_PUBLIC = re.compile(r"(?:ecr-)?public\.ecr\.aws|ecr-public\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)")
_DOCKER_HUB = ("docker.io", "index.docker.io")
_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._/:-]*?)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9+._-]+:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ImageUri:
    """The parts of an image's address.

    Args:
        kind: `ecr` for a private repository of ECR, `ecr-public`, or `other`.
        registry: Host of the registry; empty where the address has none, which means Docker Hub.
        account: AWS account id of a private repository, otherwise None.
        region: AWS Region of a private repository, otherwise None.
        repository: Name of the repository.
        tag: Tag, None where none is given.
        digest: Digest, None where none is given.
    """

    kind: Literal["ecr", "ecr-public", "other"]
    registry: str
    account: str | None
    region: str | None
    repository: str
    tag: str | None
    digest: str | None


def parse_image_uri(uri: str) -> ImageUri | None:
    """The parts of an image's address, or None where it is none.

    Args:
        uri: As `FROM` or a function's `ImageUri` has it; a wholly known text.
    """
    match = _REFERENCE.fullmatch(uri) if len(uri) <= 1_000 else None
    if match is None:
        return None
    registry, slash, repository = match["name"].partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, repository = "", match["name"]
    if registry in _DOCKER_HUB:
        registry = ""
    private = _PRIVATE.fullmatch(registry)
    kind: Literal["ecr", "ecr-public", "other"] = "other"
    if private:
        kind = "ecr"
    elif _PUBLIC.fullmatch(registry):
        kind = "ecr-public"
    account, region = private.groups() if private else (None, None)
    return ImageUri(kind, registry, account, region, repository, match["tag"], match["digest"])


def find_fault(uri: str) -> tuple[str, str] | None:
    """Why a text is no address of an image in ECR, and what to do; None where it may be one.

    Args:
        uri: As a function's `ImageUri` has it; a wholly known text.
    """
    form = "<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>"
    if not uri or "{" in uri or len(uri) > 1_000:
        return None
    if scheme := re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", uri):
        return f"it starts with {scheme[0]}", f"Leave out {scheme[0]}."
    if uri.startswith("arn:"):
        return "it is an ARN", f"Write the image's address: {form}."
    if any(character.isspace() for character in uri):
        return "there is a blank in it", "Take out the blank."
    name, at, digest = uri.partition("@")
    registry, slash, path = name.partition("/")
    account = re.match(r"(\d+)\.dkr[.-]ecr[.-]", registry)
    if account and len(account[1]) != 12:
        return f"the account {account[1]} has {len(account[1])} digits instead of 12", "Correct the account's id."
    if at and re.fullmatch(r"sha256:(?![0-9a-f]{64}$).*", digest):
        return f"{digest} is no digest: sha256 has 64 hexadecimal digits", "Write the whole digest, or a tag."
    repository, colon, tag = (path if slash and account else name).rpartition(":")
    if colon and not tag:
        return "nothing follows the colon before the tag", "Write the tag, or leave out the colon."
    if account and slash and re.search("[A-Z]", repository if colon else path):
        return "a repository's name has no upper-case letters", "Write the repository's name in small letters."
    return None

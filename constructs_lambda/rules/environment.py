"""CL12x: environment variables: their total size as AWS counts it, their keys, and secrets in the clear."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import known, literal_part

_VARIABLES = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"
_SECRETS = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"
_KEY = re.compile(limits.ENVIRONMENT_KEY_PATTERN)
_SHOWN = 3  # how many of the biggest variables a message names


def variable_size(key: str, value: str, *, escaped: bool = False) -> int:
    r"""Bytes of one variable within the JSON object that AWS measures, quotes and backslashes included.

    Args:
        key: Its name.
        value: Its value.
        escaped: Whether characters beyond ASCII count as \uXXXX, and not as UTF-8; which one AWS does isn't settled.
    """
    return 1 + sum(
        len(json.dumps(text, ensure_ascii=escaped).encode("utf-8", "surrogatepass")) for text in (key, value)
    )


def environment_size(variables: Mapping[str, Any], *, escaped: bool = False) -> tuple[int, bool]:
    """The bytes that are certain, and whether that is all: what only the deployment knows counts as nothing."""
    sizes, complete = [], True
    for key, value in variables.items():
        if not isinstance(value, str):
            complete = False
            if not literal_part(value):
                continue
        sizes.append(variable_size(key, literal_part(value), escaped=escaped))
    return 2 + sum(sizes) + max(0, len(sizes) - 1), complete


_LESS = "Move the biggest variables to SSM Parameter Store, AppConfig or a file in the package."


def _oversize(function: Function, *, escaped: bool) -> tuple[int, bool, str] | None:
    """The size where it is above the limit, whether that is all, and the biggest variables."""
    variables = known(function.environment)
    if not variables:
        return None
    maximum = limits.ENVIRONMENT_SIZE.maximum or 0
    characters = 0
    for key, value in variables.items():
        characters += len(key) + len(value if isinstance(value, str) else literal_part(value))
    if characters * 12 + len(variables) * 6 < maximum:
        return None  # far below, whatever the escapes
    total, complete = environment_size(variables, escaped=escaped)
    if total <= maximum:
        return None
    sizes = {key: variable_size(key, literal_part(value), escaped=escaped) for key, value in variables.items()}
    biggest = sorted(sizes, key=lambda key: -sizes[key])[:_SHOWN]
    return total, complete, ", ".join(f"{quoted(key)[1:-1]} {sizes[key]:,}" for key in biggest)


@rule(
    "CL120",
    "Environment larger than 4 KB",
    Severity.ERROR,
    aws="The Lambda API refuses the function: 400, environment variables exceed the 4 KB limit. It measures the "
    "variables as one compact JSON object: each costs five bytes more than key and value, a quote or a backslash in a "
    "value two, and a character beyond ASCII at least its bytes in UTF-8.",
    fix=_LESS,
    source=limits.ENVIRONMENT_SIZE.source,
)
def size(function: Function) -> Iterator[Problem]:
    if found := _oversize(function, escaped=False):
        total, complete, biggest = found
        yield Problem(
            "Environment.Variables",
            f"the environment takes {'' if complete else 'at least '}{total:,} bytes as JSON; AWS allows at most "
            f"{limits.ENVIRONMENT_SIZE.maximum:,} bytes. Biggest: {biggest}",
            _LESS,
        )


@rule(
    "CL124",
    "Environment perhaps larger than 4 KB",
    Severity.WARNING,
    aws="The Lambda API refuses more than 4 KB of JSON. Whether it counts a character beyond ASCII as UTF-8 or as "
    "\\uXXXX, six bytes and more, is not documented: as UTF-8 the variables fit, as \\uXXXX they don't.",
    fix=_LESS,
    source=limits.ENVIRONMENT_SIZE.source,
)
def escaped_size(function: Function) -> Iterator[Problem]:
    if (found := _oversize(function, escaped=True)) and not _oversize(function, escaped=False):
        yield Problem(
            "Environment.Variables",
            f"the environment takes {found[0]:,} bytes as JSON if AWS writes characters beyond ASCII as \\uXXXX; it "
            f"allows at most {limits.ENVIRONMENT_SIZE.maximum:,} bytes. Biggest: {found[2]}",
            _LESS,
        )


@rule(
    "CL121",
    "Environment variable name not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the function: a name starts with a letter and has two or more letters, digits and "
    "underscores.",
    fix="Rename the variable.",
    source=_VARIABLES,
)
def names(function: Function) -> Iterator[Problem]:
    for key in known(function.environment) or ():
        if not _KEY.fullmatch(key) and "{Token[" not in key:
            yield Problem(
                f"Environment.Variables.{quoted(key)[1:-1]}",
                f"the environment variable name {quoted(key)} is not allowed: at least two characters, a letter first, "
                "then letters, digits and underscores",
                f"Rename it{_renamed(key)}.",
            )


def _renamed(key: str) -> str:
    candidate = re.sub(r"[^a-zA-Z0-9_]", "_", key[:64]).lstrip("0123456789_")
    return f", to {candidate} for example" if _KEY.fullmatch(candidate) else ""


@rule(
    "CL122",
    "Environment variable reserved by Lambda",
    Severity.ERROR,
    aws="The Lambda API refuses the function: the runtime sets these variables itself.",
    fix="Remove the variable, or choose a name of your own.",
    source=_VARIABLES,
)
def reserved(function: Function) -> Iterator[Problem]:
    for key in known(function.environment) or ():
        if key in limits.RESERVED_ENVIRONMENT_KEYS:
            yield Problem(
                f"Environment.Variables.{key}",
                f"the environment variable {key} is reserved: Lambda sets it itself",
                "Remove it: the runtime provides it. For a value of your own choose another name.",
            )


@rule(
    "CL125",
    "Secure parameter in the environment",
    Severity.ERROR,
    aws="CloudFormation refuses the change set: SSM Secure reference is not supported in "
    "AWS::Lambda::Function/Properties/Environment/Variables.",
    fix="Pass the parameter's name, and let the function read it.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html",
)
def secure_parameters(function: Function) -> Iterator[Problem]:
    for key, reference in function.dynamic_references.items():
        if reference.startswith("ssm-secure:"):
            shown = quoted(key)[1:-1]
            yield Problem(
                f"Environment.Variables.{shown}",
                f"the environment variable {shown} is a reference to a secure parameter ({quoted(reference)[1:-1]}), "
                "which CloudFormation resolves in no property of a function",
                "Pass the parameter's name, and let the function read it (parameter.grant_read).",
            )


_CREDENTIAL = re.compile(
    r"""(?x)
    \b(?:AKIA|ASIA)[A-Z0-9]{16}\b             # AWS access key
    | -----BEGIN[ ](?:[A-Z]+[ ])*PRIVATE[ ]KEY
    | \bgh[pousr]_[A-Za-z0-9]{36}             # GitHub
    | \bgithub_pat_[A-Za-z0-9_]{22}
    | \bglpat-[A-Za-z0-9_-]{20}               # GitLab
    | \bxox[abprs]-[A-Za-z0-9-]{10}           # Slack
    | \b[sr]k_live_[A-Za-z0-9]{16}            # Stripe
    | \bAIza[A-Za-z0-9_-]{35}                 # Google
    | \bnpm_[A-Za-z0-9]{36}
    | \beyJ[A-Za-z0-9_-]{10,200}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}  # signed JWT
    | ://[^/\s:@]+:[^/\s:@$\{<]+@             # password inside an address
    """
)
_SECRET_NAME = re.compile(
    r"(?i)(?:^|_|(?<=[a-z]))(?:password|passwd|passphrase|secret|secret_?key|api_?key|private_?key|access_?key|"
    r"auth_?token|access_?token|api_?token|client_?secret|credentials?|token)$"
)
_PUBLIC_PARTS = ("dbClusterIdentifier::", "dbname::", "engine::", "host::", "port::", "username::")
"""Parts of a database's secret that are none, as a dynamic reference names them."""
_NO_SECRET = re.compile(
    r"""(?ix)
    arn:.* | https?://.* | /.* | \$.* | <.*> | \{.* | true | false | none | null | \d+   # references, paths, switches
    | .*(?:change[_-]?me|example\.com|placeholder|dummy|redacted|todo|xxxx).* | \*+
    | [a-z0-9]+(?:[-_.][a-z0-9]+)*/[a-z0-9/_.-]+                                           # a path
    | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}                                          # an id
    | (?=.*(?:secret|password|token|key|cred))[a-z]+(?:[-_.][a-z]+)+                     # the name of a secret
    """
)
# A word, a name in CamelCase or capitals, or words with hyphens between them; a passphrase has three of those and more.
_NAME = re.compile(
    r"[A-Z]{0,3}[a-z]{1,24}(?:[A-Z]{1,3}[a-z]{1,24}){0,5}|[A-Z]{2,24}(?:_[A-Z]{2,24}){0,5}|[a-z]{2,24}(?:-[a-z]{2,24}){1,5}"
)
_PASSWORD_NAME = re.compile(r"(?i)pass(?:word|wd|phrase)$")
_AWS_SECRET = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9/+]{40}")  # has slashes, too


@rule(
    "CL123",
    "Secret in the environment",
    Severity.WARNING,
    aws="AWS accepts it. Whoever may read the function's configuration, the template or a deployment's log reads the "
    "secret.",
    fix="Keep the secret in Secrets Manager or SSM Parameter Store and pass its name.",
    source=_SECRETS,
)
def secrets(function: Function) -> Iterator[Problem]:
    for key, value in (known(function.environment) or {}).items():
        if not isinstance(value, str):
            continue
        if _CREDENTIAL.search(value):
            what = "holds a credential in the clear"
        elif len(value) < 8 or not _SECRET_NAME.search(key):
            continue
        elif _AWS_SECRET.fullmatch(value) or not (_NO_SECRET.fullmatch(value) or _is_name(key, value)):
            what = "looks like a secret in the clear"
        else:
            continue
        shown = quoted(key)[1:-1]
        yield Problem(
            f"Environment.Variables.{shown}",
            f"the environment variable {shown} {what}; everyone who may read the function's configuration reads it",
            "Keep the value in Secrets Manager or SSM Parameter Store, pass its name, and let the function read it.",
        )

    for key, reference in function.dynamic_references.items():
        if reference.startswith("secretsmanager:") and reference.rpartition("SecretString:")[2] not in _PUBLIC_PARTS:
            shown = quoted(key)[1:-1]
            yield Problem(
                f"Environment.Variables.{shown}",
                f"the environment variable {shown} is filled from a secret at the deployment; everyone who may read "
                "the function's configuration reads it in the clear",
                "Pass the secret's name or ARN, grant the function to read it (secret.grant_read), and read it there.",
            )


def _is_name(key: str, value: str) -> bool:
    """Whether a value is rather a word or a name than a secret."""
    passphrase = value.count("-") >= 2 and _PASSWORD_NAME.search(key)  # three words
    return not passphrase and bool(_NAME.fullmatch(value))

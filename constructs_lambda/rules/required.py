"""CL11x: what a function can't be without, and what CloudFormation doesn't know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import KNOWN_PARTS, KNOWN_PROPERTIES, Durable, Function, Text
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted, too_long
from constructs_lambda.tokens import UNKNOWN, literal_part

_API = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"
_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html"
_CODE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html"
)
ROLE_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/\S+")
_KEY = re.compile(r"arn:[a-z0-9-]*:[a-z0-9.-]+:")
_BUCKET = re.compile(r"[0-9A-Za-z._-]*[0-9A-Za-z_-]")
_SURELY_THE_SAME = 0.85  # how alike two names have to be
_MOST_PROBLEMS, _MOST_NAMES = 20, 1000  # that are listed, and looked at: each is compared with every known name


@rule(
    "CL110",
    "Required setting missing",
    Severity.ERROR,
    aws="A function from a zip package needs a runtime and a handler, and every function its code and a role; some "
    "settings need a part, as EphemeralStorage its Size.",
    fix="Add what is missing.",
    source=_API,
)
def required(function: Function) -> Iterator[Problem]:
    role = function.role
    if role is None:
        yield Problem("Role", "the function has no role", "Give the function an execution role.")
    elif isinstance(role, str) and not ROLE_ARN.fullmatch(role):
        yield Problem(
            "Role",
            f"the role {quoted(role)} is no role's ARN",
            "Write the role's full ARN, arn:aws:iam::<account>:role/<name>.",
        )
    if function.is_image is False:
        for prop, value in (("Runtime", function.runtime), ("Handler", function.handler)):
            if value is None or value == "":
                yield Problem(prop, f"a function from a zip package has no {prop}", f"Set {prop}, or use an image.")
    for each in function.missing:
        yield Problem(each, f"{each} is required there and missing", f"Set {each}, or leave out the whole setting.")
    if function.inline_code == "":
        yield Problem("Code.ZipFile", "the inline code is empty", "Write a handler, or give the function a package.")
    if function.inline_code is None and function.code_location is None and function.image_uri is None:
        yield Problem("Code", "the function has no code", "Give it a package in S3, inline code or an image.")


@rule(
    "CL111",
    "Property misspelt",
    Severity.ERROR,
    aws="CloudFormation refuses a property that it doesn't know. What the escape hatches of CDK write is not checked "
    "before.",
    fix="Write the property as CloudFormation names it.",
    source=_CFN,
)
def misspelt(function: Function) -> Iterator[Problem]:
    names, found = function.unknown_properties, 0
    for number, name in enumerate(names[:_MOST_NAMES]):
        setting, _, part = name.partition(".")
        parts = KNOWN_PARTS.get(setting) if part else None
        if meant := _meant(part, parts) if parts else _meant(name, KNOWN_PROPERTIES):
            found += 1
            if found > _MOST_PROBLEMS:
                message = f"{len(names) - number:,} more properties are unknown and not listed here"
                yield Problem("", message, "Correct the others first.")
                return
            yield Problem(quoted(name)[1:-1], f"there is no property {quoted(name)}", f"Write {meant}.")


def _meant(name: str, known_names: frozenset[str]) -> str | None:
    import difflib  # only needed once something is wrong

    if len(name) > 2 * max(map(len, known_names)):
        return None
    names = {each.lower(): each for each in known_names}
    close = difflib.get_close_matches(name.lower(), names, 1, _SURELY_THE_SAME)
    return names[close[0]] if close else None


@rule(
    "CL112",
    "Code given the wrong way",
    Severity.ERROR,
    aws="The Lambda API takes one kind of code: a package in S3, inline code or an image; and the package type has to "
    "fit.",
    fix="Give the code in one way, and the package type that goes with it.",
    source=_CODE,
)
def code(function: Function) -> Iterator[Problem]:
    image, bucket, key = function.image_uri, function.code_bucket, function.code_key
    given = [isinstance(part, str) for part in (function.inline_code, image)]
    if sum(given) + (isinstance(bucket, str) or isinstance(key, str)) > 1:
        yield Problem("Code", "the code is given in more than one way", "Keep one: S3, ZipFile or ImageUri.")
    elif function.package_type == "Image" and image is None and function.code_location is not UNKNOWN:
        yield Problem("Code", "the package type is Image, and there is no ImageUri", "Set ImageUri, or write Zip.")
    elif function.package_type is None and literal_part(image):
        message = "the code is an image, and there is no PackageType, which is Zip then"
        yield Problem("PackageType", message, "Set PackageType to Image.")
    elif function.package_type == "Zip" and isinstance(image, str):
        yield Problem("Code.ImageUri", "the package type is Zip, and the code is an image", "Set PackageType to Image.")
    if isinstance(bucket, str) and key is None:
        yield Problem("Code.S3Key", "the code has an S3Bucket and no S3Key", "Set S3Key to the package in the bucket.")
    if isinstance(key, str) and bucket is None:
        yield Problem("Code.S3Bucket", "the code has an S3Key and no S3Bucket", "Set S3Bucket to the package's bucket.")
    if isinstance(bucket, str) and not 3 <= len(bucket) <= 63:
        yield Problem(
            "Code.S3Bucket",
            f"the bucket's name {quoted(bucket)} is {len(bucket)} characters long; AWS allows 3 to 63 characters",
            "Write the bucket's name.",
        )
    elif isinstance(bucket, str) and not _BUCKET.fullmatch(bucket):
        yield Problem("Code.S3Bucket", f"{quoted(bucket)} is no bucket's name", "Write the bucket's name.")
    for name, what, value in (("S3Key", "key", key), ("S3ObjectVersion", "version", function.code_version)):
        yield from too_long(
            f"Code.{name}", f"the package's {what}", value, limits.S3_KEY_LENGTH, f"Shorten the {what}."
        )
        if value == "":
            yield Problem(f"Code.{name}", f"the package's {what} is empty", f"Write the {what}, or leave it out.")
    if function.code_storage_mode == "REFERENCE" and function.code_version is None:
        message = "the package stays in its bucket (S3ObjectStorageMode REFERENCE), and no S3ObjectVersion is named"
        yield Problem("Code.S3ObjectVersion", message, "Name the version of the object in a versioned bucket.")
    yield from one_of("Code.S3ObjectStorageMode", "the storage mode", function.code_storage_mode, ("COPY", "REFERENCE"))


@rule(
    "CL113",
    "KMS key that is no ARN",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back: key ids and aliases are not taken.",
    fix="Write the key's ARN.",
    source=_API,
)
def kms_key(function: Function) -> Iterator[Problem]:
    durable = function.durable.kms_key if isinstance(function.durable, Durable) else None
    for prop, key in (
        ("KmsKeyArn", function.kms_key),
        ("Code.SourceKMSKeyArn", function.code_kms_key),
        ("DurableConfig.KMSKeyArn", durable),
    ):
        yield from key_arn(prop, key)


def key_arn(prop: str, key: Text) -> Iterator[Problem]:
    """One problem where a known text is no ARN of a KMS key; an empty one stands for AWS's own key."""
    if isinstance(key, str) and key and not _KEY.match(key):
        fix = "Write the key's ARN, arn:aws:kms:<Region>:<account>:key/<id>."
        yield Problem(prop, f"the KMS key {quoted(key)} is no ARN", fix)

"""CL14x: file systems, logging, code signing and image settings of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import CodeSigningConfig, FileSystem, Function, Image, Logging, ManagedInstances, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted, too_long
from constructs_lambda.tokens import Unknown, certain_count, known, literal_part, resolve_text

_EFS = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html"
_LOGS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html"
_SIGNING = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html"
_ACCESS_POINT = re.compile(
    r"arn:[a-z0-9-]+:(?:elasticfilesystem:[a-z0-9-]+:\d{12}:access-point/fsap-[a-f0-9]{17}"
    r"|s3files:[a-z0-9:-]+:file-system/fs-[a-f0-9]{17,40}/access-point/fsap-[a-f0-9]{17,40})"
)
_SIGNING_ARN = re.compile(r"arn:[a-z0-9-]+:lambda:[a-z0-9-]+:\d{12}:code-signing-config:csc-[a-z0-9]{17}")
_PROFILE = re.compile(r"arn:[a-zA-Z0-9-]+:[a-zA-Z0-9-]+:[a-z0-9-]*:(?:\d{12})?:")
_LOG_GROUP = re.compile(limits.LOG_GROUP_NAME_PATTERN)
_APPLICATION_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_SYSTEM_LEVELS = ("DEBUG", "INFO", "WARN")


@rule(
    "CL140",
    "File system mounted the wrong way",
    Severity.ERROR,
    aws="The Lambda API takes one file system, mounted below /mnt, on a function in a VPC.",
    fix="Mount one file system at /mnt/<name> and attach the function to the VPC of its mount targets.",
    source=_EFS,
)
def file_systems(function: Function) -> Iterator[Problem]:
    systems = known(function.file_systems)
    if not systems:
        return
    maximum = limits.FILE_SYSTEMS.maximum or 0
    if len(systems) > maximum:
        yield Problem(
            "FileSystemConfigs",
            f"the function mounts {len(systems)} file systems; AWS allows {maximum}",
            "Keep one file system.",
        )
    for index, system in enumerate(systems):
        yield from _mount(f"FileSystemConfigs.{index}", system)
    if function.vpc is None and systems:
        # On Managed Instances as well, where it can't be in one (CL186).
        fix = "Attach the function to the VPC of the file system's mount targets."
        if function.managed_instances is not None:
            fix = "Mount none on Managed Instances, or do without a capacity provider."
        yield Problem("FileSystemConfigs", "the function mounts a file system and is in no VPC", fix)


def _mount(prop: str, system: FileSystem) -> Iterator[Problem]:
    arn, path = system.arn, system.mount_path
    for name, value in (("Arn", arn), ("LocalMountPath", path)):
        if value is None:
            yield Problem(f"{prop}.{name}", f"the file system has no {name}", f"Set {name}.")
    if isinstance(arn, str) and not _ACCESS_POINT.fullmatch(arn):
        yield Problem(
            f"{prop}.Arn",
            f"{quoted(arn)} is no access point's ARN; AWS takes one of EFS or S3 Files",
            "Write the ARN of an access point, ...:access-point/fsap-....",
        )
    yield from one_of(
        f"{prop}.S3FilesConfig.DirectS3Read", "the direct read", system.direct_read, ("ENABLED", "DISABLED", "AUTO")
    )
    prop = f"{prop}.LocalMountPath"
    yield from too_long(prop, "the mount path", path, limits.FILE_SYSTEM_MOUNT_PATH_LENGTH, "Shorten the mount path.")
    if isinstance(path, str) and not re.fullmatch(limits.MOUNT_PATH_PATTERN, path):
        name = re.sub(r"[^a-zA-Z0-9_.-]", "-", path[:64].removeprefix("/mnt").strip("/")) or "data"
        yield Problem(
            prop,
            f"the mount path is {quoted(path)}; AWS takes /mnt/ and one name of letters, digits, hyphens, dots and "
            "underscores",
            f"Mount it at /mnt/{name}.",
        )


@rule(
    "CL141",
    "Logging settings that exclude each other",
    Severity.ERROR,
    aws="The Lambda API takes log levels with the log format JSON only, and Managed Instances take no other.",
    fix="Set the log format to JSON, or remove the levels.",
    source=_LOGS,
)
def logging(function: Function) -> Iterator[Problem]:
    settings = function.logging
    if not isinstance(settings, Logging):
        return
    levels = (
        ("ApplicationLogLevel", "application log level", settings.application_level, _APPLICATION_LEVELS),
        ("SystemLogLevel", "system log level", settings.system_level, _SYSTEM_LEVELS),
    )
    yield from one_of("LoggingConfig.LogFormat", "the log format", settings.format, ("JSON", "Text"))
    for name, what, level, words in levels:
        if not isinstance(level, str):
            continue
        yield from one_of(f"LoggingConfig.{name}", f"the {what}", level, words)
        if settings.format == "Text" or (settings.format is None and function.managed_instances is None):
            yield Problem(
                f"LoggingConfig.{name}",
                f"the {what} is set, but the log format is {settings.format or 'Text, its default'}",
                "Set the log format to JSON, or remove the level.",
            )
    if settings.format == "Text" and isinstance(function.managed_instances, ManagedInstances):
        yield Problem(
            "LoggingConfig.LogFormat",
            "the log format is Text, and Managed Instances take JSON only",
            "Set the log format to JSON, or leave it out.",
        )
    prop, group = "LoggingConfig.LogGroup", settings.group
    yield from too_long(prop, "the log group's name", group, limits.LOG_GROUP_NAME_LENGTH, "Shorten it.")
    if group == "" or (wrong := _LOG_GROUP.sub("", literal_part(group))):
        what = f"contains {wrong[0]!r}" if group else "is empty"
        yield Problem(
            prop, f"the log group's name {what}; AWS takes letters, digits and . _ / # -", "Write the group's name."
        )


@rule(
    "CL142",
    "Code signing configuration of a function not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses code signing for container images, and what is no code signing configuration's ARN.",
    fix="Write the configuration's full ARN, or remove it from a container image.",
    source=_SIGNING,
)
def code_signing(function: Function) -> Iterator[Problem]:
    arn = known(function.code_signing_config)
    if not arn:
        return
    if function.is_image:
        yield _signed_image(function)
    if not _SIGNING_ARN.fullmatch(arn):
        yield Problem(
            "CodeSigningConfigArn",
            f"{quoted(arn)} is no code signing configuration's ARN",
            "Write arn:aws:lambda:<Region>:<account>:code-signing-config:csc-<17 characters>.",
        )


def _signed_image(function: Function) -> Problem:
    return Problem(
        "CodeSigningConfigArn",
        "a container image can't have a code signing configuration",
        "Remove it and sign the image in ECR, or deploy a signed zip package.",
        function.place if function.place.resource else None,
    )


@rule(
    "CL143",
    "Code signing configuration not allowed",
    Severity.ERROR,
    aws="The Lambda API takes 1 to 20 signing profile versions and the policies Warn and Enforce.",
    fix="Name 1 to 20 signing profile versions and one of the two policies.",
    source=_SIGNING,
)
def code_signing_config(config: CodeSigningConfig) -> Iterator[Problem]:
    prop = "CodeSigningPolicies.UntrustedArtifactOnDeployment"
    yield from one_of(prop, "the code signing policy", config.policy, ("Warn", "Enforce"))
    publishers = known(config.publishers)
    if publishers == () or certain_count(publishers) > 20:
        yield Problem(
            "AllowedPublishers.SigningProfileVersionArns",
            f"the configuration names {certain_count(publishers)} signing profile versions; AWS takes 1 to 20",
            "Name 1 to 20 signing profile versions.",
        )
    for publisher in publishers or ():
        profile = known(resolve_text(publisher))
        if profile is not None and not _PROFILE.match(profile):
            yield Problem(
                "AllowedPublishers.SigningProfileVersionArns",
                f"{quoted(profile)} is no ARN of a signing profile's version",
                "Write arn:aws:signer:<Region>:<account>:/signing-profiles/<name>/<version>.",
            )
    what = "the code signing configuration's description"
    yield from too_long("Description", what, config.description, limits.FUNCTION_DESCRIPTION_LENGTH, "Shorten it.")


@rule(
    "CL144",
    "Image settings out of range",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Shorten the setting, or move it into the Dockerfile.",
    source=limits.IMAGE_WORKING_DIRECTORY_LENGTH.source,
)
def image_settings(function: Function) -> Iterator[Problem]:
    image = function.image
    if not isinstance(image, Image):
        return
    yield from too_long(
        "ImageConfig.WorkingDirectory",
        "the image's working directory",
        image.working_directory,
        limits.IMAGE_WORKING_DIRECTORY_LENGTH,
        "Shorten the path.",
    )
    for name, items, limit in (
        ("Command", image.command, limits.IMAGE_COMMAND_ITEMS),
        ("EntryPoint", image.entry_point, limits.IMAGE_ENTRYPOINT_ITEMS),
    ):
        if (count := certain_count(items)) > (limit.maximum or 0):
            yield Problem(
                f"ImageConfig.{name}",
                f"{name} has {count:,} items; AWS allows {limit.allowed}",
                "Move the arguments into a file in the image.",
            )


@rule(
    "CL145",
    "Setting that a container image can't have",
    Severity.ERROR,
    aws="The Lambda API refuses a runtime, a handler or layers on a function from a container image.",
    fix="Remove the setting: what it does belongs into the image.",
    source=limits.IMAGE_SIZE.source,
)
def image_exclusions(function: Function) -> Iterator[Problem]:
    if not function.is_image:
        return
    for prop, value, fix in (
        ("Runtime", function.runtime, "Remove the runtime: the base image brings it."),
        ("Handler", function.handler, "Remove the handler and set it as the image's CMD."),
    ):
        if value is not None and not isinstance(value, Unknown):
            message = f"a function from a container image has the {prop.lower()} {quoted(value)}; AWS allows none"
            yield Problem(prop, message, fix)
    if certain_count(function.layers):
        yield Problem(
            "Layers",
            f"a function from a container image has {certain_count(function.layers)} layers; AWS allows none",
            "Copy what the layers hold into the image.",
        )


@rule(
    "CL146",
    "Package that a code signing configuration refuses",
    Severity.ERROR,
    aws="The Lambda API refuses a container image under any code signing configuration, and inline code under one that "
    "says Enforce: neither can be signed.",
    fix="Deploy a signed package from S3, or set the policy to Warn.",
    source=_SIGNING,
)
def unsigned_package(stack: Stack) -> Iterator[Problem]:
    for function in stack.functions.values() if stack.code_signing_configs else ():
        config = stack.code_signing_configs.get(function.code_signing_reference or "")
        if config is None:
            continue
        if function.is_image:
            yield _signed_image(function)
        elif config.policy == "Enforce" and literal_part(function.inline_code):
            yield Problem(
                "CodeSigningConfigArn",
                "inline code can't be signed, and the code signing configuration enforces a signature",
                "Deploy a signed package from S3, or set the policy to Warn.",
                function.place,
            )

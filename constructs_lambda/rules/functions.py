"""CL1xx, first part: the plain settings of a function: sizes, times, names, texts and fixed words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function, ManagedInstances, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted, too_long
from constructs_lambda.tokens import certain_count, known, literal_part, resolve_text

_WHITESPACE = re.compile(r"\s", re.ASCII)
_FUNCTION_ARN = re.compile(r"arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]{1,64}")
_TAG = re.compile(r"[a-zA-Z0-9 _.:/=+@-]*")
_CFN = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html"


@rule(
    "CL101",
    "Memory size out of range",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back. The range depends on the compute mode.",
    fix="Choose a memory size in the range of the function's compute mode.",
    source=limits.FUNCTION_MEMORY.source,
)
def memory_size(function: Function) -> Iterator[Problem]:
    managed = function.managed_instances
    if isinstance(managed, ManagedInstances):
        fix = "Choose a memory size between the two, in whole MB."
        yield from number_problem("MemorySize", "memory", function.memory_mb, limits.MANAGED_INSTANCES_MEMORY, fix)
        return
    memory = known(function.memory_mb)
    if managed is None:
        fix = (
            "Lower the memory size, or run the function on Managed Instances, which take up to 32,768 MB."
            if memory and memory > (limits.FUNCTION_MEMORY.maximum or 0)
            else "Choose a memory size between the two, in whole MB."
        )
        yield from number_problem("MemorySize", "memory", memory, limits.FUNCTION_MEMORY, fix)
    elif memory is not None:
        in_any = limits.FUNCTION_MEMORY.admits(memory) or limits.MANAGED_INSTANCES_MEMORY.admits(memory)
        if in_any and not memory % 1:
            return
        allowed = f"{limits.FUNCTION_MEMORY.allowed}, on Managed Instances {limits.MANAGED_INSTANCES_MEMORY.allowed}"
        whole = ", in whole MB" if in_any else ""
        message = f"memory is {memory:,} MB; AWS allows {allowed}{whole}"
        yield Problem("MemorySize", message, "Choose a memory size in the range, in whole MB.")


@rule(
    "CL102",
    "Timeout out of range",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back. Managed Instances take up to 5,400 s.",
    fix="Lower the timeout, or split the work with Step Functions or a durable function.",
    source=limits.FUNCTION_TIMEOUT.source,
)
def timeout(function: Function) -> Iterator[Problem]:
    limit = limits.FUNCTION_TIMEOUT if function.managed_instances is None else limits.MANAGED_INSTANCES_TIMEOUT
    seconds = known(function.timeout_seconds)
    fix = (
        "Lower the timeout, or split the work with Step Functions or a durable function."
        if seconds is not None and seconds > (limit.maximum or 0)
        else "Give the function at least one second, in whole seconds."
    )
    yield from number_problem("Timeout", "timeout", seconds, limit, fix)


@rule(
    "CL103",
    "Ephemeral storage out of range",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Choose a size in the range, or mount a file system for more.",
    source=limits.EPHEMERAL_STORAGE.source,
)
def ephemeral_storage(function: Function) -> Iterator[Problem]:
    limit = limits.EPHEMERAL_STORAGE if function.accelerator is None else limits.EPHEMERAL_STORAGE_ACCELERATOR
    yield from number_problem(
        "EphemeralStorage.Size",
        "ephemeral storage (/tmp)",
        function.ephemeral_storage_mb,
        limit,
        "Choose a size in the range, in whole MB, or mount a file system for more.",
    )


@rule(
    "CL104",
    "Function name not allowed",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Shorten the name and use letters, digits, hyphens and underscores only, or leave it to CloudFormation.",
    source=limits.FUNCTION_NAME_LENGTH.source,
)
def function_name(function: Function) -> Iterator[Problem]:
    if function.name is None:
        return
    fix = "Use at most 64 letters, digits, hyphens and underscores, or leave the name to CloudFormation."
    certain = literal_part(function.name)
    if certain.startswith("arn:") or ":function:" in certain:
        yield from too_long("FunctionName", "the function's ARN", function.name, limits.FUNCTION_ARN_LENGTH, fix)
        if isinstance(function.name, str) and not _FUNCTION_ARN.fullmatch(certain):
            message = (
                f"{quoted(certain)} is neither a function's name nor a whole ARN with a name of up to 64 characters"
            )
            yield Problem("FunctionName", message, "Write the name alone.")
        return
    yield from too_long("FunctionName", "the function name", function.name, limits.FUNCTION_NAME_LENGTH, fix)
    if function.name == "":
        yield Problem("FunctionName", "the function name is empty; AWS allows 1 to 64 characters", fix)
    wrong = sorted(set(re.sub(limits.FUNCTION_NAME_PATTERN, "", certain)))
    if wrong:
        shown = " ".join(repr(character) for character in wrong[:8])
        yield Problem("FunctionName", f"the function name {quoted(certain)} contains {shown}", fix)


@rule(
    "CL114",
    "One function name twice",
    Severity.ERROR,
    aws="The second function fails: a name is there once in an account and Region.",
    fix="Rename one of the functions, or leave the names to CloudFormation.",
    source=_CFN,
)
def same_name(stack: Stack) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for function in stack.functions.values():
        name = known(function.name)
        if name is None or function.place.conditional:
            continue
        first = seen.setdefault(name, function.place.path)
        if first != function.place.path:
            yield Problem(
                "FunctionName",
                f"the function name {quoted(name)} is that of {first} already",
                "Rename one of the two, or leave the names to CloudFormation.",
                function.place,
            )


@rule(
    "CL105",
    "Description too long",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Shorten the description to 256 characters.",
    source=limits.FUNCTION_DESCRIPTION_LENGTH.source,
)
def description(function: Function) -> Iterator[Problem]:
    limit = limits.FUNCTION_DESCRIPTION_LENGTH
    yield from too_long("Description", "the description", function.description, limit, "Shorten the description.")


@rule(
    "CL106",
    "Handler not allowed",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Name the handler in at most 128 characters without whitespace, such as app.handler.",
    source=limits.HANDLER_LENGTH.source,
)
def handler(function: Function) -> Iterator[Problem]:
    fix = "Name the handler as file and function without whitespace, such as app.handler."
    yield from too_long("Handler", "the handler", function.handler, limits.HANDLER_LENGTH, fix)
    if _WHITESPACE.search(certain := literal_part(function.handler)):
        yield Problem("Handler", f"the handler {quoted(certain)} contains whitespace", fix)


@rule(
    "CL107",
    "Tags not allowed",
    Severity.ERROR,
    aws="CloudFormation reports a 400 and rolls back.",
    fix="Keep at most 50 tags, keys of 128 and values of 256 characters, and no key that starts with aws:.",
    source=limits.FUNCTION_TAGS.source,
)
def tags(function: Function) -> Iterator[Problem]:
    every = known(function.tags)
    if not every:
        return
    maximum = limits.FUNCTION_TAGS.maximum or 0
    if len(every) > maximum:
        yield Problem("Tags", f"the function has {len(every)} tags; AWS allows at most {maximum}", "Remove some tags.")
    longest_key, longest_value = limits.TAG_KEY_LENGTH.maximum or 0, limits.TAG_VALUE_LENGTH.maximum or 0
    for key, value in every.items():
        if key[:1] == "\0":
            continue
        if len(key) > longest_key:
            yield from too_long("Tags", f"the tag key {quoted(key)}", key, limits.TAG_KEY_LENGTH, "Shorten the key.")
        if len(literal_part(value)) > longest_value:
            what = f"the value of tag {quoted(key)}"
            yield from too_long("Tags", what, value, limits.TAG_VALUE_LENGTH, "Shorten the value.")
        if not key:
            yield Problem("Tags", "a tag has an empty key; AWS allows 1 to 128 characters", "Name the key.")
        elif key[:4].lower() == "aws:":
            yield Problem("Tags", f"the tag key {quoted(key)} starts with aws:, which is AWS's own", "Rename the key.")
        for what, text in (
            (f"the tag key {quoted(key)}", key),
            (f"the value of tag {quoted(key)}", literal_part(value)),
        ):
            if not _TAG.fullmatch(text) and (wrong := next((c for c in text if not _in_tag(c)), None)):
                message = f"{what} contains {wrong!r}; AWS takes letters, digits, blanks and _ . : / = + - @"
                yield Problem("Tags", message, f"Write it without {wrong!r}.")
    for key in function.repeated_tags:
        yield Problem("Tags", f"the tag key {quoted(key)} is there more than once", "Keep one of them.")


def _in_tag(character: str) -> bool:
    r"""Whether a tag may have it: `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, and marks of letters and blanks of any kind."""
    return character in "_.:/=+-@" or character.isspace() or unicodedata.category(character)[0] in "LMNZ"


@rule(
    "CL108",
    "Fixed word misspelt",
    Severity.ERROR,
    aws="CloudFormation refuses a value that is none of the words a property takes.",
    fix="Write one of the words that AWS takes there.",
    source=_CFN,
)
def fixed_words(function: Function) -> Iterator[Problem]:
    yield from one_of("PackageType", "the package type", function.package_type, ("Zip", "Image"))
    yield from one_of("TracingConfig.Mode", "the tracing mode", function.tracing, ("Active", "PassThrough"))
    yield from one_of("RecursiveLoop", "the recursive-loop setting", function.recursive_loop, ("Allow", "Terminate"))
    yield from one_of("SnapStart.ApplyOn", "SnapStart", function.snap_start, ("PublishedVersions", "None"))
    yield from one_of(
        "TenancyConfig.TenantIsolationMode", "the tenant isolation mode", function.tenant_isolation, ("PER_TENANT",)
    )
    if function.architectures is None:
        return
    for architecture in known(function.architectures) or ():
        yield from one_of("Architectures", "the architecture", resolve_text(architecture), ("x86_64", "arm64"))
    if (count := certain_count(function.architectures)) > 1 or function.architectures == ():
        yield Problem("Architectures", f"{count} architectures are set; AWS takes exactly one", "Name one.")


@rule(
    "CL109",
    "Wrong type",
    Severity.ERROR,
    aws="CloudFormation refuses a property of the wrong type before it creates anything.",
    fix="Write a value of the type that the property takes.",
    source=_CFN,
)
def wrong_type(function: Function) -> Iterator[Problem]:
    for each in function.malformed:
        yield Problem(
            each.property, f"{each.property} is {each.value}, which is not {each.expected}", "Correct its type."
        )

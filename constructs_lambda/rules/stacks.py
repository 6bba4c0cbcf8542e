"""CL90x: the stack's own limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import known

_FORMAT = "2010-09-09"
_NEARLY = 80  # percent of the resources that a stack may have
_LAMBDA = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html"


@rule(
    "CL901",
    "Too many parts in a template",
    Severity.ERROR,
    aws="CloudFormation refuses the template before it creates anything.",
    fix="Split the stack, or move parts into nested stacks.",
    source=limits.STACK_RESOURCES.source,
)
def counts(stack: Stack) -> Iterator[Problem]:
    for section, count, limit, fix in (
        (
            "Resources",
            stack.resource_count,
            limits.STACK_RESOURCES,
            "Split the stack, or move resources into nested stacks; each has 500 of its own.",
        ),
        ("Parameters", stack.parameter_count, limits.STACK_PARAMETERS, "Read values from SSM parameters, or split it."),
        ("Outputs", stack.output_count, limits.STACK_OUTPUTS, "Write values to SSM parameters, or split the stack."),
        ("Mappings", stack.mapping_count, limits.STACK_MAPPINGS, "Merge mappings, or split the stack."),
    ):
        if count is not None and not limit.admits(count):
            yield Problem(section, f"the template has {count:,} {section.lower()}; AWS allows {limit.allowed}", fix)


@rule(
    "CL902",
    "Template too large",
    Severity.ERROR,
    aws="CloudFormation refuses a template above 1 MB, also from S3.",
    fix="Split the stack, use assets for inline code, and shorten inline policies.",
    source=limits.TEMPLATE_SIZE.source,
)
def template_size(stack: Stack) -> Iterator[Problem]:
    if not limits.TEMPLATE_SIZE.admits(stack.size_bytes):
        yield Problem(
            "",
            f"the template is too large: {stack.size_bytes:,} bytes; AWS allows {limits.TEMPLATE_SIZE.allowed}",
            "Split the stack, and use assets for inline code.",
        )


@rule(
    "CL903",
    "Stack name not allowed",
    Severity.ERROR,
    aws="CloudFormation refuses to create the stack.",
    fix="Use at most 128 letters, digits and hyphens, a letter first.",
    source=limits.STACK_NAME_LENGTH.source,
)
def stack_name(stack: Stack) -> Iterator[Problem]:
    fix = "Use at most 128 letters, digits and hyphens, a letter first."
    if stack.name is None:
        return
    if len(stack.name) > (limits.STACK_NAME_LENGTH.maximum or 0):
        message = f"the stack name is {len(stack.name):,} characters long; AWS allows at most 128 characters"
        yield Problem("", message, fix)
    elif not re.fullmatch(limits.STACK_NAME_PATTERN, stack.name):
        yield Problem("", f"the stack name {quoted(stack.name)} is not allowed", fix)


@rule(
    "CL904",
    "Template description too long",
    Severity.ERROR,
    aws="CloudFormation refuses the template.",
    fix="Shorten the description to 1,024 bytes.",
    source=limits.TEMPLATE_SIZE.source,
)
def template_description(stack: Stack) -> Iterator[Problem]:
    description = known(stack.description)
    if description is not None and (size := len(description.encode("utf-8", "surrogatepass"))) > 1024:
        message = f"the description is {size:,} bytes long; AWS allows at most 1,024 bytes"
        yield Problem("Description", message, "Shorten it.")


@rule(
    "CL905",
    "Wrong type in a resource beside a function",
    Severity.ERROR,
    aws="CloudFormation refuses a property of the wrong type before it creates anything.",
    fix="Write a value of the type that the property takes.",
    source=_LAMBDA,
)
def wrong_type(stack: Stack) -> Iterator[Problem]:
    for resource in stack.companions():
        for each in resource.malformed:
            yield Problem(
                each.property,
                f"{each.property} is {each.value}, which is not {each.expected}",
                "Correct its type.",
                resource.place,
            )


@rule(
    "CL906",
    "Required property missing in a resource beside a function",
    Severity.ERROR,
    aws="CloudFormation refuses the resource.",
    fix="Add what is missing.",
    source=_LAMBDA,
)
def missing(stack: Stack) -> Iterator[Problem]:
    for resource in stack.companions():
        for prop in resource.missing:
            yield Problem(prop, f"{prop} is required and missing", f"Set {prop}.", resource.place)


@rule(
    "CL907",
    "Name that is no logical id",
    Severity.ERROR,
    aws="CloudFormation refuses the template: the names of resources, parameters and outputs are alphanumeric.",
    fix="Use letters and digits only, at most 255.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html",
)
def logical_ids(stack: Stack) -> Iterator[Problem]:
    for each in stack.bad_names:
        section, _, name = each.partition(".")
        yield Problem(
            quoted(each)[1:-1],
            f"the name {quoted(name)} among the {section.lower()} is not allowed: 1 to 255 letters and digits",
            "Use letters and digits only, at most 255.",
        )


@rule(
    "CL908",
    "One export name twice",
    Severity.ERROR,
    aws="CloudFormation refuses the template: a name is exported once in an account and Region.",
    fix="Rename one of the exports.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html",
)
def exports(stack: Stack) -> Iterator[Problem]:
    for name, outputs in stack.exports.items():
        if len(outputs) > 1:
            yield Problem(
                f"Outputs.{outputs[1]}",
                f"the export name {quoted(name)} is used by {len(outputs)} outputs: {', '.join(outputs[:4])}",
                "Rename one of the exports.",
            )


@rule(
    "CL909",
    "Section of the template not allowed",
    Severity.ERROR,
    aws="CloudFormation refuses the template before it creates anything.",
    fix="Give every parameter its Type, every output its Value, and nothing a name that is taken.",
    source=limits.OUTPUT_DESCRIPTION_SIZE.source,
)
def sections(stack: Stack) -> Iterator[Problem]:
    if stack.format_version not in (None, _FORMAT):
        message = f"the template's format is {quoted(stack.format_version or '')}; AWS takes {_FORMAT}"
        yield Problem("AWSTemplateFormatVersion", message, f"Write {_FORMAT!r}, or leave it out.")
    for each in stack.lacking:
        section, _, name = each.rpartition(".")[0].partition(".")
        prop = each.rpartition(".")[2]
        message = f"the {section.lower()[:-1]} {quoted(name)} has no {prop}"
        yield Problem(quoted(each)[1:-1], message, f"Set {prop}.")
    for name in stack.shared_names:
        message = f"a parameter and a resource have the name {quoted(name)}"
        yield Problem(f"Parameters.{quoted(name)[1:-1]}", message, "Rename one of the two.")
    for name, count in stack.mapping_attributes.items():
        if not (limit := limits.MAPPING_ATTRIBUTES).admits(count):
            message = f"the mapping {quoted(name)} has {limit.counted(count)}; AWS allows {limit.allowed}"
            yield Problem(f"Mappings.{quoted(name)[1:-1]}", message, "Split the mapping.")
    for name, size in stack.output_descriptions.items():
        if not (limit := limits.OUTPUT_DESCRIPTION_SIZE).admits(size):
            message = f"the description of output {quoted(name)} is {size:,} bytes long; AWS allows {limit.allowed}"
            yield Problem(f"Outputs.{quoted(name)[1:-1]}.Description", message, "Shorten it.")


@rule(
    "CL911",
    "Stack that is nearly full",
    Severity.INFO,
    aws="Nothing yet: CloudFormation refuses a template of more than 500 resources.",
    fix="Split the stack while it is small, since resources move between stacks only by being made anew.",
    source=limits.STACK_RESOURCES.source,
)
def nearly_full(stack: Stack) -> Iterator[Problem]:
    count, limit = stack.resource_count, limits.STACK_RESOURCES
    maximum = limit.maximum or 0
    if count is not None and limit.admits(count) and count * 100 >= maximum * _NEARLY:
        yield Problem(
            "Resources",
            f"the template has {count:,} resources, {count * 100 // maximum} % of what AWS allows: {limit.allowed}",
            "Split the stack, or move resources into nested stacks; each has 500 of its own.",
        )

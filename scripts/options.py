"""Writes constructs_lambda/cdk/options.py from the signature of the installed aws_lambda.Function.

    python scripts/options.py            write it
    python scripts/options.py --check    exit 1 where the file differs

Run it after raising the lowest supported aws-cdk-lib. A test compares too.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from pathlib import Path

from aws_cdk import aws_lambda

TARGET = Path(__file__).parents[1] / "constructs_lambda" / "cdk" / "options.py"
_REQUIRED = ("code", "handler", "runtime")  # Function names these itself
_HEADER = '''"""The keywords of `aws_lambda.Function`. Written by scripts/options.py; don't edit.

Deprecated ones are left out of the type; at run time they are passed through like the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
{imports}


class FunctionOptions(TypedDict, total=False):
    """Keywords of `aws_lambda.Function`, each with CDK's name, type and meaning."""

{keywords}


JSII_NAMES = {{
{names}
}}
"""Every keyword by CDK's name in the kernel, required and deprecated ones included."""
'''


def deprecated() -> set[str]:
    """The keywords that the installed docstring calls deprecated."""
    documentation = inspect.getdoc(aws_lambda.Function.__init__) or ""
    return set(re.findall(r":param (\w+): \(deprecated\)", documentation))


def python_type(annotation: str, imports: set[str]) -> str:
    """The annotation with module aliases written out, in today's typing syntax."""
    source = inspect.getsource(sys.modules[aws_lambda.Function.__module__])
    text = re.sub(r"['\"]([A-Z]\w+)['\"]", r"aws_lambda.\1", annotation)
    for alias in sorted(set(re.findall(r"_[a-z0-9_]+_[0-9a-f]{8}(?=\.)", text))):
        match = re.search(rf"^    import ([\w.]+) as {alias}$", source, re.MULTILINE)
        if match is None:
            raise LookupError(f"no import of {alias}")
        module = match.group(1)
        text = text.replace(f"{alias}.", f"{module}.")
        imports.add(f"    import {module}")
    text = text.replace("'", "").replace('"', "").replace("builtins.", "").replace("typing.", "")
    text = re.sub(r"^Optional\[(.*)\]$", r"\1", text)
    text = re.sub(r"^Union\[([\w.]+), Dict\[str, Any\]\]$", r"\1 | Mapping[str, Any]", text)
    text = text.replace("jsii.Number", "int | float")
    return f"{text} | None"


def camel_case(name: str) -> str:
    """jsii's own name of a keyword."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def render() -> str:
    """The text of the module."""
    imports = {"    from aws_cdk import aws_lambda", "    import aws_cdk"}
    keywords, names = [], []
    for name, parameter in sorted(inspect.signature(aws_lambda.Function.__init__).parameters.items()):
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        names.append(f'    "{name}": "{camel_case(name)}",')
        if name not in _REQUIRED and name not in deprecated():
            keywords.append(f"    {name}: {python_type(str(parameter.annotation), imports)}")
    return _HEADER.format(
        imports="\n".join(sorted(imports, key=lambda line: (line.lstrip().startswith("from"), line))),
        keywords="\n".join(keywords),
        names="\n".join(names),
    )


def main() -> int:
    """Writes or compares the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    text = render()
    if parser.parse_args().check:
        same = TARGET.read_text(encoding="utf-8") == text
        print("up to date" if same else "stale: run python scripts/options.py")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

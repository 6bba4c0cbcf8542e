"""Writes docs/rules.md from the rules; `--check` only says whether it is up to date (exit status 1 if not)."""

import argparse
import sys
from itertools import groupby
from pathlib import Path

from constructs_lambda.findings import Severity
from constructs_lambda.rules import Rule, all_rules

PAGE = Path(__file__).with_name("rules.md")
COMMAND = "make docs"

INTRODUCTION = """\
# Rules

<!-- Generated from the rules by `{command}`. Change the rules, not this page. -->

{count} rules. Each one reads CDK apps and templates alike: plain `aws_lambda.Function`, ours, escape hatches included.

- **error**: AWS refuses it, or it certainly breaks when invoked. It stops `app.synth()`, and `constructs-lambda check`
  ends with exit status 1. Our `Function` refuses most of them before anything is created.
- **warning**: likely wrong here. It is shown and stops nothing.
- **info**: advice.

What is not known before the deployment (a token, a `Ref`, an `Fn::If`) is never a finding.

## Accept a finding

Say it in the code, at the construct or at any scope above it, with the reason:

```python
from aws_cdk import Acknowledgment, Validations

Validations.of(function).acknowledge(Acknowledgment(id="constructs-lambda::{example}", reason="..."))
```

`constructs-lambda check cdk.out` reads acknowledgements too. Those on the App or a Stage are in no file of `cdk.out`:
it knows them only where `LambdaChecks` ran in the synth and noted what they accepted. One that matches nothing is
itself reported ({unused}).
What the constructor of our `Function` refuses can't be acknowledged, because nothing was created. Should AWS have
raised such a limit since, set the property afterwards (`function.node.default_child.memory_size = ...`) and acknowledge
that.

A quota that AWS has raised for an account needs no acknowledgement: name it in [Quotas](scaling.md#quotas).

## Change a rule's severity

```python
Validations.of(app).add_plugins(LambdaChecks(severity={{"{example}": "warning", "{other}": "off"}}))
```

`error`, `warning`, `info` or `off`. It says what `app.synth()` reports. Constructors keep refusing broken limits, and
`constructs-lambda check` uses the severities of this page.
"""


def page() -> str:
    rules = sorted(all_rules().values(), key=lambda rule: rule.id)
    late_error = next(rule.id for rule in rules if rule.severity is Severity.ERROR and not rule.early)
    warning = next(rule.id for rule in rules if rule.severity is Severity.WARNING)
    unused = link(all_rules()["CL910"])
    blocks = [INTRODUCTION.format(command=COMMAND, count=len(rules), example=late_error, other=warning, unused=unused)]
    for family, members in groupby(rules, key=lambda rule: rule.family):
        described = list(members)
        rows = [f"| {link(rule)} | {rule.severity} | {rule.title} |" for rule in described]
        blocks.append(
            "\n".join([f"## {family}", "", "| rule | severity | what it finds |", "|---|---|---|", *rows]) + "\n"
        )
        blocks.extend(description(rule) for rule in described)
    return "\n".join(blocks)


def link(rule: Rule) -> str:
    return f"[{rule.id}](#{rule.id.lower()})"


def description(rule: Rule) -> str:
    return f"""\
### {rule.id}

**{rule.title}** ({rule.severity})

- What AWS does: {rule.aws}
- Fix: {rule.fix}
- Source: <{rule.source}>
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if the page is stale")
    options = parser.parse_args(arguments)
    if not options.check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE.name} is stale: run `{COMMAND}`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

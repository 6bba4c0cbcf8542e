"""Writes the sample events in constructs_lambda/testing/samples and tests/data/sample_events from AWS SAM CLI's wheel.

    python scripts/sample_events.py            write them
    python scripts/sample_events.py --check    exit 1 where a file differs

The wheel comes from the package index, through pip; nothing of it is installed or run. Raise `VERSION` for newer
events.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VERSION = "1.170.0"
ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "constructs_lambda" / "testing" / "samples"
COMPARED = ROOT / "tests" / "data" / "sample_events"
EVENTS = {
    SHIPPED / "bucket.json": ("s3", "put"),
    SHIPPED / "dynamodb.json": ("dynamodb", "update"),
    SHIPPED / "event.json": ("cloudwatch", "scheduled-event"),
    SHIPPED / "kinesis.json": ("kinesis", "get-records"),
    SHIPPED / "queue.json": ("sqs", "receive-message"),
    SHIPPED / "topic.json": ("sns", "notification"),
    COMPARED / "http.json": ("apigateway", "http-api-proxy"),
    COMPARED / "request_authorizer.json": ("apigateway", "request-authorizer"),
    COMPARED / "rest.json": ("apigateway", "aws-proxy"),
    COMPARED / "token_authorizer.json": ("apigateway", "authorizer"),
}
"""By file the service and the event, as `sam local generate-event` names them."""
_FOLDER = "samcli/lib/generated_sample_events"
# The template of SNS's event names the account like this, and nothing fills it in.
_MISSPELT = {"accountId": "123456789012"}
_SUBSCRIPTION = "arn:aws:sns:us-east-1:123456789012:ExampleTopic:5f3c1b2e-7d84-4a0c-9c55-0b6f2f7f1a10"
_SNS = "https://sns.us-east-1.amazonaws.com"
_MENDED: Mapping[str, Mapping[tuple[str, ...], str]] = {
    "topic": {
        ("EventSubscriptionArn",): _SUBSCRIPTION,
        ("Sns", "SigningCertUrl"): f"{_SNS}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        ("Sns", "UnsubscribeUrl"): f"{_SNS}/?Action=Unsubscribe&SubscriptionArn={_SUBSCRIPTION}",
        ("Sns", "MessageAttributes", "TestBinary", "Value"): base64.b64encode(b"TestBinary").decode(),
    },
    "kinesis": {
        ("invokeIdentityArn",): "arn:aws:iam::123456789012:role/ExampleRole",
        ("eventSourceARN",): "arn:aws:kinesis:us-east-1:123456789012:stream/ExampleStream",
    },
}
"""By event and place in its record what has another form in the templates than what AWS sends: no URL, no ARN."""


def events() -> Iterator[tuple[Path, str]]:
    """Each file with what belongs into it."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["download", "--quiet", "--no-deps", "--dest", folder, f"aws-sam-cli=={VERSION}"]
        subprocess.run([sys.executable, "-m", "pip", *command], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            mapping = json.loads(archive.read(f"{_FOLDER}/event-mapping.json"))
            for path, (service, name) in EVENTS.items():
                about = mapping[service][name]
                template = json.loads(archive.read(f"{_FOLDER}/events/{service}/{about['filename']}.json"))
                event = rendered(template, values_of(about["tags"]))
                yield path, json.dumps(mended(path.stem, event), indent=2) + "\n"


def values_of(tags: Mapping[str, Any]) -> dict[str, Any]:
    """What the tags of a template stand for, with the defaults."""
    values: dict[str, Any] = dict(_MISSPELT)
    for tag, about in tags.items():
        default = about["default"]
        values[tag.replace("-", "_")] = json.loads(default) if about.get("type") == "dict" else encoded(default, about)
        for child, of_child in about.get("children", {}).items():
            values[child] = encoded(default, of_child)
    return values


def encoded(value: str, about: Mapping[str, Any]) -> str:
    """A default, as its tag asks for it."""
    if about.get("encoding") == "base64":
        return base64.b64encode(value.encode()).decode()
    if about.get("encoding") == "url":
        return urllib.parse.quote(value)
    return hashlib.md5(value.encode()).hexdigest() if about.get("hashing") == "md5" else value


def rendered(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with values in place of `{{{tag}}}`; a tag without one is an error."""
    if isinstance(template, dict):
        return {name: rendered(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [rendered(value, values) for value in template]
    if not isinstance(template, str):
        return template
    if whole := re.fullmatch(r"\{\{\{(\w+)\}\}\}", template):
        return values[whole[1]]
    return re.sub(r"\{\{\{(\w+)\}\}\}", lambda match: str(values[match[1]]), template)


def mended(name: str, event: Any) -> Any:
    """The event with what is mended in each of its records; a place that isn't there is an error."""
    for *folders, last in _MENDED.get(name, {}):
        for record in event["Records"]:
            place = record
            for folder in folders:
                place = place[folder]
            if last not in place:
                raise KeyError(last)
            place[last] = _MENDED[name][*folders, last]
    return event


def main() -> int:
    """Writes or compares the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only compare")
    is_check = parser.parse_args().check
    stale = []
    for path, text in events():
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
    print("\n".join(f"{name} is stale: run scripts/sample_events.py" for name in stale) or "up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

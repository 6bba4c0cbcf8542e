"""Cloud assemblies for the tests of the emulator: as CDK writes them, without CDK."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VERSION = "55.0.0"
BUCKET, KEY = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}", "%s.json"
ROLES = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-%s-role-${AWS::AccountId}-${AWS::Region}"
ECHO = "import os\ndef handler(event, context):\n    return {'environment': dict(os.environ), 'event': event}\n"
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Statement": [
                {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
            ]
        }
    },
}


def function(code: str = ECHO, **properties: Any) -> dict[str, Any]:
    """A function with its code in the template; it needs a resource `Role`."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": code},
            "Handler": "index.handler",
            "Runtime": "python3.14",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            **properties,
        },
    }


def template(**resources: Any) -> dict[str, Any]:
    """A template with a role, and resources."""
    return {"Resources": {"Role": ROLE, **resources}}


def placed(text: str, environment: str) -> str:
    """A name as CDK writes it: with account and Region in their places where the stack has its own."""
    account, _, region = environment.removeprefix("aws://").partition("/")
    return text.replace("${AWS::AccountId}", account).replace("${AWS::Region}", region) if environment else text


def assembly(folder: Path, environment: str = "", **stacks: dict[str, Any]) -> Path:
    """A cloud assembly of which each stack depends on the one that is written behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    names = list(stacks)
    for index, (name, content) in enumerate(stacks.items()):
        (folder / f"{name}.template.json").write_text(json.dumps(content))
        destination = {
            "bucketName": placed(BUCKET, environment),
            "objectKey": KEY % name,
            "assumeRoleArn": placed(ROLES % "file-publishing", environment),
            **({"region": environment.rpartition("/")[2]} if environment else {}),
        }
        file = {"source": {"path": f"{name}.template.json", "packaging": "file"}, "destinations": {"here": destination}}
        (folder / f"{name}.assets.json").write_text(
            json.dumps({"version": VERSION, "files": {name: file}, "dockerImages": {}})
        )
        artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": environment or "aws://unknown-account/unknown-region",
            "dependencies": [f"{name}.assets", *names[index + 1 : index + 2]],
            "properties": {
                "templateFile": f"{name}.template.json",
                "assumeRoleArn": placed(ROLES % "deploy", environment),
            },
            "metadata": {
                f"/{name}/{id}/Resource": [{"type": "aws:cdk:logicalId", "data": id}] for id in content["Resources"]
            },
            "displayName": name,
        }
    (folder / "manifest.json").write_text(json.dumps({"version": VERSION, "artifacts": artifacts}))
    return folder

"""`Resource`: what was deployed, and how a person may call it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.records import record

FUNCTION, TOPIC, QUEUE = "AWS::Lambda::Function", "AWS::SNS::Topic", "AWS::SQS::Queue"
HTTP_API, REST_API, URL = "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi", "AWS::Lambda::Url"
API_KEY = "AWS::ApiGateway::ApiKey"
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
APIS = (HTTP_API, REST_API, URL)
LANGUAGES = ("python", "nodejs", "provided")
"""The runtimes that the emulator has; for others it makes an answer up."""
_OF_CDK = (
    "Custom::",
    "CustomResourceProvider/",
    "/framework-on",
    "AWS679f53fac002430cb0da5b7982bd2287",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
)
"""What stands in the paths of what CDK makes for itself."""
_MOST_LISTED = 12


@record()
class Resource:
    """A resource that was deployed.

    Args:
        type: Its type in CloudFormation.
        path: Its construct path.
        logical_id: Its id in the template.
        physical_id: What CloudFormation calls it.
        stack: The name of its stack.
        account: Its account.
        region: Its Region.
        name: What its template calls it; empty where it doesn't.
    """

    type: str
    path: str
    logical_id: str
    physical_id: str
    stack: str
    account: str
    region: str
    name: str = ""

    @property
    def shown(self) -> str:
        """What people call it: the path of the construct that was written."""
        path = self.path.removesuffix("/Resource")
        return path.removesuffix("/FunctionUrl") if self.type == URL else path

    @property
    def is_of_cdk(self) -> bool:
        """Whether CDK made it for itself."""
        return any(part in self.path for part in _OF_CDK)

    def is_called(self, name: str) -> bool:
        """Whether a person may call it so: by its path or the end of it, its logical or physical id, or its name."""
        names = {self.shown, self.path, self.logical_id, self.physical_id, self.name}
        names.add(self.physical_id.rpartition("/" if self.type == QUEUE else ":")[2])
        return name in names - {""} or f"/{self.shown}".endswith(f"/{name}")


def name_of(properties: Mapping[str, Any]) -> str:
    """What an API or a queue is called, where its template says so; empty where it doesn't.

    Args:
        properties: Its properties.
    """
    name = properties.get("Name")
    return name if isinstance(name, str) else ""


def find(resources: Sequence[Resource], types: Collection[str], name: str | None, kind: str) -> Resource:
    """The one resource of some types that a name fits; without a name the only one there is.

    Args:
        resources: All that was deployed.
        types: The types.
        name: Construct path, the end of one, logical id, physical id or name.
        kind: What the message calls it.

    Raises:
        InputError: There is none, or there are several; those that may be meant are named.
    """
    those = [each for each in resources if each.type in types]
    found = those if name is None else [each for each in those if each.is_called(name)]
    ours = [each for each in found if not each.is_of_cdk]
    found = ours or found
    if name is not None and len(found) > 1:  # the shortest way to say it means the outermost
        whole = [each for each in found if name in (each.shown, each.path)]
        found = whole if len(whole) == 1 else found
    if len(found) == 1:
        return found[0]
    shown = sorted({each.shown for each in found or [each for each in those if not each.is_of_cdk]})
    if not shown:
        raise InputError(f"the app has no {kind}")
    if name is None:
        raise InputError(f"the app has several {kind}s, so name one: {_listed(shown)}")
    if found:
        raise InputError(f"{one_line(name)!r} is the name of several {kind}s: {_listed(shown)}; name more of the path")
    near = [path for path in shown if get_close_matches(name.lower(), path.lower().split("/"), 1)]
    hint = f"did you mean {_listed(near)}?" if near else f"there are: {_listed(shown)}"
    raise InputError(f"no {kind} is called {one_line(name)!r}; {hint}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more

"""`LocalApp`: an app in an emulator; its functions, routes and topics are called by the names that the code has."""

from __future__ import annotations

import base64
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from constructs_lambda.errors import InputError
from constructs_lambda.local.answers import Answer, LogLine, Result, Route
from constructs_lambda.local.calls import read_line
from constructs_lambda.local.clients import explained, make_client
from constructs_lambda.local.failures import LOG, failures
from constructs_lambda.local.requests import as_sent, send, signature
from constructs_lambda.local.resources import (
    API_KEY,
    APIS,
    FUNCTION,
    HTTP_API,
    LANGUAGES,
    QUEUE,
    REST_API,
    TOPIC,
    Resource,
    find,
)

if TYPE_CHECKING:
    from constructs_lambda.local.ignored import Ignored

_NO_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


class LocalApp:
    """An app that was deployed into an emulator.

    A name is a construct path (`Shop/Orders`), the end of one (`Orders`), a logical id or a physical name.

    Args:
        port: Where the emulator listens.
        resources: What was deployed.
        ignored: What the emulator left out of it; None where that isn't known any more.
        log: What the emulator writes itself; it alone tells of functions that can't be started.
    """

    def __init__(
        self, port: int, resources: Sequence[Resource], ignored: Ignored | None = None, log: Path | None = None
    ) -> None:
        self.port, self.resources, self.ignored, self._log = port, tuple(resources), ignored, log
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, place: Resource) -> Any:
        """A boto3 client for the account and Region of a resource.

        Args:
            service: The service, as boto3 calls it.
            place: The resource.
        """
        key = (service, place.account, place.region)
        if key not in self._clients:
            self._clients[key] = make_client(self.port, *key)
        return self._clients[key]

    def close(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    @explained
    def outputs(self, stack: str | None = None) -> dict[str, str]:
        """The outputs of a stack, by their logical ids.

        Args:
            stack: Its name in CloudFormation; not needed where there is one only.

        Raises:
            InputError: There is no such stack, or there are several.
        """
        by_stack = {each.stack: each for each in self.resources}
        if stack is None and len(by_stack) == 1:
            stack = next(iter(by_stack))
        if stack not in by_stack:
            raise InputError(f"the app's stacks are {', '.join(by_stack)}; name one")
        client = self.client("cloudformation", by_stack[stack])
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}

    def resource(self, type: str, name: str | None = None) -> Resource:
        """The resource of a type that a name fits.

        Args:
            type: Its type in CloudFormation.
            name: Its name; not needed where there is one only.

        Raises:
            InputError: There is none, or there are several.
        """
        return find(self.resources, (type,), name, type)

    @explained
    def invoke(self, name: str | None = None, event: object = None) -> Result:
        """Invokes a function, and waits for what it returns.

        Args:
            name: The function; not needed where there is one only.
            event: Its event, as JSON has it; a text or bytes are JSON already. `{}` where it isn't given.

        Raises:
            InputError: There is no such function, or the emulator can't run it: a container image, a language. Or the
                event has NaN or Infinity, which JSON hasn't.
        """
        function = find(self.resources, (FUNCTION,), name, "function")
        payload = b"{}" if event is None else as_sent(event, "the event")
        client = self.client("lambda", function)
        config = client.get_function_configuration(FunctionName=function.physical_id)
        if config.get("PackageType") == "Image":
            raise InputError(f"{function.shown}: is a container image, and the emulator runs none")
        if not config["Runtime"].startswith(LANGUAGES):
            raise InputError(f"{function.shown}: is for {config['Runtime']}, and the emulator runs none")
        found = client.invoke(FunctionName=function.physical_id, Payload=payload, LogType="Tail")
        log = base64.b64decode(found.get("LogResult", "")).decode(errors="replace")
        return Result(found["Payload"].read(), found.get("FunctionError", ""), log)

    @explained
    def request(
        self,
        route: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        api: str | None = None,
        sign: bool = False,
    ) -> Answer:
        """Calls a route of an HTTP API or a REST API, or a function's URL.

        Args:
            route: Method and path, with values in place of variables: `GET /orders/1?page=2`.
            headers: Headers.
            body: What is sent: a text or bytes as they are, anything else as JSON.
            api: The API; not needed where there is one only.
            sign: Whether the request is signed, for what `AWS_IAM` is in front of. The emulator takes any signature.

        Raises:
            InputError: The route isn't one, there is no such API, or it doesn't answer.
        """
        line = read_line(route)
        where = find(self.resources, APIS, api, "API")
        sent = None if body is None else as_sent(body, "the body")
        whole = self._prefix(where) + line.target
        own = {} if sent is None else {"Content-Type": "application/json"}
        signed = signature(self.port, line.method, whole, where) if sign else {}
        return send(self.port, line.method, whole, {**own, **signed, **(headers or {})}, sent)

    def _prefix(self, api: Resource) -> str:
        """What the paths of an API begin with, on this machine."""
        if api.type == HTTP_API:
            stages = self.client("apigatewayv2", api).get_stages(ApiId=api.physical_id)["Items"]
            names = [each["StageName"] for each in stages]
            stage = "" if "$default" in names or not names else f"/{names[0]}"
            return f"/_aws/execute-api/{api.physical_id}{stage}"
        if api.type == REST_API:
            stages = self.client("apigateway", api).get_stages(restApiId=api.physical_id)["item"]
            if not stages:
                raise InputError(f"{api.shown}: has no stage, so nothing of it can be called")
            return f"/_aws/execute-api/{api.physical_id}/{stages[0]['stageName']}"
        config = self._url_config(api)
        return f"/_aws/lambda-url/{str(urlsplit(config['FunctionUrl']).hostname).partition('.')[0]}"

    @explained
    def publish(
        self,
        name: str | None,
        message: str,
        attributes: Mapping[str, str] | None = None,
        *,
        group: str | None = None,
    ) -> str:
        """Publishes to a topic, or sends to a queue.

        Args:
            name: The topic or queue; where it isn't given, the only topic there is.
            message: The message.
            attributes: Its attributes, which are texts.
            group: The message group. `local` for what is FIFO, where it isn't given.

        Returns:
            The id of the message.

        Raises:
            InputError: There is no such topic or queue.
        """
        types = (TOPIC,) if name is None else (TOPIC, QUEUE)
        where = find(self.resources, types, name, "topic" if name is None else "topic or queue")
        typed = {key: {"DataType": "String", "StringValue": value} for key, value in (attributes or {}).items()}
        is_fifo = where.physical_id.endswith(".fifo")
        more = {"MessageGroupId": group or "local"} if is_fifo or group else {}
        if is_fifo:
            more["MessageDeduplicationId"] = str(uuid.uuid4())  # each message is meant
        if where.type == TOPIC:
            sent = self.client("sns", where).publish(
                TopicArn=where.physical_id, Message=message, MessageAttributes=typed, **more
            )
        else:
            sent = self.client("sqs", where).send_message(
                QueueUrl=where.physical_id, MessageBody=message, MessageAttributes=typed, **more
            )
        return str(sent["MessageId"])

    @explained
    def logs(self, name: str | None = None, *, since: int = 0, platform: bool = False) -> list[LogLine]:
        """What functions wrote, the oldest first.

        Args:
            name: The function; all where it isn't given.
            since: Only what was written from then on, in milliseconds since 1970.
            platform: Whether the lines that Lambda itself writes are wanted: start, end and report of each call.

        Raises:
            InputError: There is no such function.
        """
        those = [each for each in self.resources if each.type == FUNCTION and not each.is_of_cdk]
        if name is not None:
            those = [find(self.resources, (FUNCTION,), name, "function")]
        lines = [line for each in those for line in (*self._lines(each, since), *self._failures(each, since))]
        lines = [line for line in lines if platform or not line.message.startswith(_NO_LINES)]
        return sorted(lines, key=lambda line: line.milliseconds)

    def _lines(self, function: Resource, since: int) -> Iterator[LogLine]:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        pages = self.client("logs", function).get_paginator("filter_log_events")
        seen: Counter[str] = Counter()
        try:
            config = self.client("lambda", function).get_function_configuration(FunctionName=function.physical_id)
            group = config.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{function.physical_id}")
            for page in pages.paginate(logGroupName=group, startTime=since):
                for each in page["events"]:
                    message = each["message"].rstrip("\n")
                    id = f"{each['logStreamName']} {each['timestamp']} {message}"  # the emulator gives none
                    seen[id] += 1
                    yield LogLine(each["timestamp"], function.shown, message, f"{id} {seen[id]}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":  # it never ran, or is gone
                raise

    def _failures(self, function: Resource, since: int) -> Iterator[LogLine]:
        found = failures(self._log, function.physical_id) if self._log is not None else ()
        for number, (milliseconds, message) in enumerate(found):
            if milliseconds >= since:
                yield LogLine(milliseconds, function.shown, message, f"{LOG} {function.shown} {number}")

    @explained
    def routes(self) -> list[Route]:
        """Every route, and every function's URL."""
        found: list[Route] = []
        for api in self.resources:
            if api.type in APIS:
                base = f"http://127.0.0.1:{self.port}{self._prefix(api)}"
                for method, path, guard, needs_key in sorted(self._keys(api)):
                    found.append(Route(api.shown, method, path, base + path, guard, needs_key))
        return found

    @explained
    def api_keys(self) -> dict[str, str]:
        """The values of the app's API keys, by construct path: a route that needs one takes it as `x-api-key`."""
        keys = [each for each in self.resources if each.type == API_KEY]
        return {
            each.shown: self.client("apigateway", each).get_api_key(apiKey=each.physical_id, includeValue=True)["value"]
            for each in keys
        }

    def _keys(self, api: Resource) -> Iterator[tuple[str, str, str, bool]]:
        if api.type == HTTP_API:
            for each in self.client("apigatewayv2", api).get_routes(ApiId=api.physical_id)["Items"]:
                method, _, path = each["RouteKey"].partition(" ")
                yield method if path else "ANY", path or "/", each.get("AuthorizationType", "NONE"), False
        elif api.type == REST_API:
            client = self.client("apigateway", api)
            for page in client.get_paginator("get_resources").paginate(restApiId=api.physical_id, embed=["methods"]):
                for each in page["items"]:
                    for method, details in each.get("resourceMethods", {}).items():
                        guard = details.get("authorizationType", "NONE")
                        yield method, each["path"], guard, bool(details.get("apiKeyRequired"))
        else:
            yield "ANY", "/", self._url_config(api)["AuthType"], False

    def _url_config(self, url: Resource) -> dict[str, Any]:
        found = self.client("lambda", url).get_function_url_config(FunctionName=url.physical_id)
        return dict(found)

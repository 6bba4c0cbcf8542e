"""`UrlTrigger`: a function's own address, for signed requests unless it is said to be public."""

from __future__ import annotations

from aws_cdk import aws_lambda

from constructs_lambda.cdk.inputs import refuse_no_switch
from constructs_lambda.cdk.metadata import note
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.errors import InputError

_CDKS = "FunctionUrl"


class UrlTrigger(Trigger):
    """An address of a function's own (a function URL), without API Gateway: `events=[UrlTrigger()]`.

    It takes requests that are signed with AWS Signature Version 4, by whom `trigger.function_url.grant_invoke_url(...)`
    lets; anyone's with `public=True`. It has one route, no authorizers of one's own, no throttling and no access logs,
    waits as long as the function may run, and costs nothing beside the function.

    Who calls waits for the answer and sees the error, so there are no queues of failures.

    Creates: `AWS::Lambda::Url`; with `public=True` two `AWS::Lambda::Permission`.

    Costs when idle: nothing.

    Args:
        public: Whether anyone may call it.
        stream: Whether the function's answer is streamed. The function has to be one that streams.
        cors: What browsers are told of other origins.

    Raises:
        TypeError: A value of the wrong type.
    """

    function_url: aws_lambda.FunctionUrl
    """CDK's function URL, once the function has it."""

    def __init__(
        self, *, public: bool = False, stream: bool = False, cors: aws_lambda.FunctionUrlCorsOptions | None = None
    ) -> None:
        super().__init__(None)
        refuse_no_switch(public=public, stream=stream)
        if cors is not None and not isinstance(cors, aws_lambda.FunctionUrlCorsOptions):
            raise TypeError(f"cors must be an aws_lambda.FunctionUrlCorsOptions; got {cors!r}")
        self._public = public
        self._stream = stream
        self._cors = cors

    @property
    def url(self) -> str:
        """The address, once the function has it."""
        return self.function_url.url

    def _wire(self, target: aws_lambda.IFunction) -> None:
        if target.node.try_find_child(_CDKS) is not None:
            raise InputError(
                f"{target.node.path} has a URL already, and AWS allows one. Fix: take the one that is there."
            )
        kind = aws_lambda.FunctionUrlAuthType
        self.function_url = target.add_function_url(
            auth_type=kind.NONE if self._public else kind.AWS_IAM,
            cors=self._cors,
            invoke_mode=aws_lambda.InvokeMode.RESPONSE_STREAM if self._stream else None,
        )
        if self._public:
            note(self.function_url.node.default_child, public=True)

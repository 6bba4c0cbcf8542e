"""The stack: an HTTP API, the function behind it, and the function that judges who calls."""

from pathlib import Path

from aws_cdk import Acknowledgment, CfnOutput, Duration, Environment, Stack, Validations, aws_secretsmanager
from constructs import Construct
from constructs_lambda import HttpApi, LambdaAuthorizer, PythonFunction, Trim

FUNCTIONS = Path(__file__).resolve().parents[1] / "functions"
TRIM = Trim(without_boto3=True)  # the Lambda runtime has it


class ServiceStack(Stack):
    """An HTTP API whose routes need a token, but for the one that says that it is up."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stack_name: str,
        description: str | None = None,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, id, stack_name=stack_name, description=description, env=env)

        key = aws_secretsmanager.Secret(
            self,
            "SigningKey",
            description="Signs and verifies the tokens of the API",
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        Validations.of(key).acknowledge(
            Acknowledgment(
                id="AwsSolutions::AwsSolutions-SMG4",
                reason="a new key ends every token at once, so it is changed by hand and on purpose",
            )
        )
        authorizer = PythonFunction(
            self,
            "Authorizer",
            description="Judges who calls the API",
            entry=FUNCTIONS / "authorizer",
            handler="authorizer.handler",
            trim=TRIM,
            timeout=Duration.seconds(5),
            environment={"AUDIENCE": stack_name, "KEY_ARN": key.secret_arn, "POWERTOOLS_SERVICE_NAME": stack_name},
        )
        key.grant_read(authorizer)

        function = PythonFunction(
            self,
            "Function",
            description="What the API offers",
            entry=FUNCTIONS / "api",
            handler="api.handler",
            trim=TRIM,
            memory_size=256,
            timeout=Duration.seconds(10),
            environment={"POWERTOOLS_SERVICE_NAME": stack_name},
        )

        api = HttpApi(self, "Api", api_name=stack_name, authorizer=LambdaAuthorizer(authorizer))
        api.add_route("GET /me", function)
        # Whoever watches the service needs no token, and learns nothing but that it is up.
        api.add_route("GET /health", function, public=True)

        CfnOutput(self, "Url", value=api.url)
        CfnOutput(self, "SigningKeyArn", value=key.secret_arn)

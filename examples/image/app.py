"""Image: a function whose dependencies are too big for a zip archive."""

from pathlib import Path

from aws_cdk import (
    Acknowledgment,
    App,
    Duration,
    Environment,
    RemovalPolicy,
    Size,
    Stack,
    Validations,
    aws_s3,
)
from constructs import Construct

from constructs_lambda import ImageFunction

FUNCTIONS = Path(__file__).resolve().parent / "functions"


class ImageStack(Stack):
    """Turns Parquet files in a bucket into reports, with pandas and pyarrow."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Reports on what was sold")

        bucket = aws_s3.Bucket(
            self,
            "Sales",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        report = ImageFunction(
            self,
            "Report",
            description="Sums up one day of sales",
            directory=FUNCTIONS / "report",
            memory_size=1769,  # one whole processor
            timeout=Duration.minutes(2),
            ephemeral_storage_size=Size.gibibytes(2),
            environment={"BUCKET_NAME": bucket.bucket_name},
        )
        bucket.grant_read(report, "sales/*")
        bucket.grant_put(report, "reports/*")
        self._accept(bucket, "access logs would need a second bucket, and this example is about the image", "S1")
        arn = "<{}.{}>".format(*self.resolve(bucket.bucket_arn)["Fn::GetAtt"])
        self._accept(
            report,
            "CDK's grants, for one prefix of the bucket each",
            *(f"IAM5[Action::s3:{action}*]" for action in ("Abort", "GetBucket", "GetObject", "List")),
            *(f"IAM5[Resource::{arn}/{prefix}/*]" for prefix in ("reports", "sales")),
        )

    @staticmethod
    def _accept(scope: Construct, reason: str, *rules: str) -> None:
        """Acknowledges what cdk-nag's pack AwsSolutions finds in a construct."""
        ids = (f"AwsSolutions::AwsSolutions-{rule}" for rule in rules)
        Validations.of(scope).acknowledge(*(Acknowledgment(id=id, reason=reason) for id in ids))


def main() -> None:
    app = App()
    ImageStack(app, "Image")
    app.synth()


if __name__ == "__main__":
    main()

"""Network: a database that nothing outside reaches, and two functions that reach just what they must."""

from pathlib import Path

from aws_cdk import (
    Acknowledgment,
    App,
    Duration,
    Environment,
    RemovalPolicy,
    Stack,
    Validations,
    aws_ec2,
    aws_lambda,
    aws_rds,
)
from constructs import Construct

from constructs_lambda import Egress, Function, Network, Reach

PROBE = Path(__file__).resolve().parent / "functions" / "probe"
DATABASE_PORT = 5433  # not the usual one: it is the first that anybody tries

# What cdk-nag's compliance packs find, and why it stays.
ENCRYPTED = "encrypted with a key of CloudWatch Logs; one of KMS costs 1 USD a month and an example holds no secrets"
OF_DATABASES = {
    "CloudWatchLogGroupEncrypted": ENCRYPTED,
    "RDSEnhancedMonitoringEnabled": "the metrics of a serverless cluster are in CloudWatch already",
    "RDSInBackupPlan": "Aurora backs the cluster up all the time, and keeps 14 days of it",
}
OF_FUNCTIONS_AND_DATABASES = {
    **OF_DATABASES,
    "LambdaConcurrency": "whoever invokes these functions does so by hand",
}
ACCEPTED = {
    "HIPAA.Security": OF_FUNCTIONS_AND_DATABASES,
    "NIST.800.53.R4": OF_DATABASES,
    "NIST.800.53.R5": OF_FUNCTIONS_AND_DATABASES,
    "PCI.DSS.321": {"CloudWatchLogGroupEncrypted": ENCRYPTED},
}


class NetworkStack(Stack):
    """A database in isolated subnets, a function that reaches it and the internet, and one that reaches it alone."""

    def __init__(self, scope: Construct, id: str, *, env: Environment | None = None) -> None:
        super().__init__(scope, id, env=env, description="Private and public access of functions")

        network = Network(self, "Network", egress=Egress.regional_nat(), endpoints=["secretsmanager"])

        database = aws_rds.DatabaseCluster(
            self,
            "Database",
            engine=aws_rds.DatabaseClusterEngine.aurora_postgres(version=aws_rds.AuroraPostgresEngineVersion.VER_17_9),
            vpc=network.vpc,
            vpc_subnets=network.subnets_for(Reach.PRIVATE),
            port=DATABASE_PORT,
            writer=aws_rds.ClusterInstance.serverless_v2("Writer"),
            serverless_v2_min_capacity=0,  # asleep while nobody connects
            serverless_v2_max_capacity=2,
            iam_authentication=True,
            manage_master_user_password=True,
            storage_encrypted=True,
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            backup=aws_rds.BackupProps(retention=Duration.days(14)),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        secrets = f"secretsmanager.{self.region}.{self.url_suffix}:443"
        targets = f"{database.cluster_endpoint.socket_address} {secrets}"

        both = Function(
            self,
            "PrivateAndPublic",
            description="Reaches the database, an endpoint of AWS, and the internet",
            code=code(),
            handler="app.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            architecture=aws_lambda.Architecture.ARM_64,
            timeout=Duration.seconds(30),
            network=network,
            reach=Reach.BOTH,
            environment={"TARGETS": f"{targets} api.github.com:443"},
        )
        private = Function(
            self,
            "Private",
            description="Reaches the database and an endpoint of AWS, and nothing else",
            code=code(),
            handler="app.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            architecture=aws_lambda.Architecture.ARM_64,
            timeout=Duration.seconds(30),
            network=network,
            reach=Reach.PRIVATE,
            environment={"TARGETS": targets},
        )
        for function in (both, private):
            # Not allow_default_port_from: cdk-nag can't read the port that it writes.
            database.connections.allow_from(function, aws_ec2.Port.tcp(DATABASE_PORT), "from a function")

        Validations.of(self).acknowledge(
            *(
                Acknowledgment(id=f"{pack}::{pack}-{rule}", reason=reason)
                for pack, rules in ACCEPTED.items()
                for rule, reason in rules.items()
            )
        )


def code() -> aws_lambda.Code:
    """The code of both, without what Python leaves beside it."""
    return aws_lambda.Code.from_asset(str(PROBE), exclude=["**/__pycache__", "**/*.pyc"])


def main() -> None:
    app = App()
    NetworkStack(app, "Network")
    app.synth()


if __name__ == "__main__":
    main()

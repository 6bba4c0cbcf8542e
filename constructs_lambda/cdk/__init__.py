"""The constructs and the plugin: the only package here that loads aws_cdk, constructs or jsii."""

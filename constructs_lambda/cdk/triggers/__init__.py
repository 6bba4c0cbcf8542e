"""What triggers a function: one class for each source, an `aws_lambda.IEventSource` each."""

"""Functions behind API Gateway: `HttpApi`, `RestApi`, their authorizers, domains and logs."""

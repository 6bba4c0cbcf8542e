"""Permissions to invoke functions -> model."""

from __future__ import annotations

from collections.abc import Mapping

from constructs_lambda.model import Permission, Place
from constructs_lambda.template.links import named_by, read_owner, read_parts
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import mapping


def read_permission(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Permission:
    """The model of an `AWS::Lambda::Permission`."""
    p = Properties(values)
    raw = mapping(values)
    function, source = raw.get("FunctionName"), read_parts(raw.get("SourceArn"))
    return Permission(
        place=place,
        function=p.reference("FunctionName"),
        function_name=p.text("FunctionName"),
        function_link=read_owner(function),
        callee=read_parts(function),
        action=p.text("Action"),
        principal=p.text("Principal"),
        source_arn=p.text("SourceArn"),
        source_link=named_by(source),
        source=source,
        source_account=p.text("SourceAccount"),
        organization=p.text("PrincipalOrgID"),
        event_source_token=p.text("EventSourceToken"),
        url_auth_type=p.text("FunctionUrlAuthType"),
        via_url=p.flag("InvokedViaFunctionUrl"),
        malformed=p.malformed,
        missing=p.missing("FunctionName", "Action", "Principal"),
    )

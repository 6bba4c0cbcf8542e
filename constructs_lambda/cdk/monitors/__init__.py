"""Alarms and dashboards for functions, queues and APIs, made by cdk-monitoring-constructs."""

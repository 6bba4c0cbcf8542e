"""AWS on this machine: a synthesized app is deployed into an emulator, and called there. No account, no Docker."""

from __future__ import annotations

from constructs_lambda.local.answers import Answer, LogLine, Result, Route
from constructs_lambda.local.apps import LocalApp
from constructs_lambda.local.emulator import Emulator

__all__ = ["Answer", "Emulator", "LocalApp", "LogLine", "Result", "Route"]

"""The report: what was sold, by article, from a Parquet file in the bucket to a CSV file beside it."""

import os
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import boto3  # type: ignore  # the base image has it
import pandas  # type: ignore  # so has ours

s3 = boto3.client("s3")


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Sums up one file: `{"key": "sales/2026-11-22.parquet"}`."""
    bucket, key = os.environ["BUCKET_NAME"], str(event["key"])
    local = "/tmp/sales.parquet"
    s3.download_file(bucket, key, local)
    totals = pandas.read_parquet(local).groupby("sku", as_index=False)["quantity"].sum()
    written = f"reports/{PurePosixPath(key).stem}.csv"
    s3.put_object(Bucket=bucket, Key=written, Body=totals.to_csv(index=False).encode())
    return {"key": written, "rows": len(totals)}

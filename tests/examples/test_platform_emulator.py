"""examples/platform, deployed into an emulator of AWS: plain CDK code in a Region of its own, on a golden path.

What the emulator doesn't do, and test_platform_app.py asserts on the template instead: it keeps nothing in the
dead-letter queue of a function, and nobody waits until three in the morning.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from example_apps import FOR_HERE, ROOT, load
from processes import until

from constructs_lambda.local import Emulator, LocalApp

pytestmark = [pytest.mark.cdk, pytest.mark.emulator, pytest.mark.slow]

EXAMPLE = ROOT / "examples" / "platform"


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    from aws_cdk import App, Environment, Tags

    sys.path.insert(0, str(EXAMPLE / "acme-path"))
    try:
        module = load(EXAMPLE / "app.py")
        outdir = tmp_path_factory.mktemp("platform") / "cdk.out"
        app = App(outdir=str(outdir), analytics_reporting=False, context=FOR_HERE)
        module.ACME.apply(app)
        Tags.of(app).add("owner", "orders-team")
        module.OrdersStack(app, "Orders", env=Environment(region="eu-central-1"))
        app.synth()
    finally:
        sys.path.remove(str(EXAMPLE / "acme-path"))
        sys.modules.pop("acme_path", None)
    with Emulator() as aws:
        deployed = aws.deploy(outdir)
        yield deployed
        deployed.close()


def test_an_order_is_mailed(orders: LocalApp) -> None:
    def order() -> object:
        return orders.invoke("Orders/Orders", {"order": {"id": "7"}}).json()

    assert order() == {"accepted": True, "id": "7"}
    until(lambda: any(json.dumps({"mailed": "7"}) in line.message for line in orders.logs("Mail")), again=order)


def test_an_order_that_is_wrong_is_not(orders: LocalApp) -> None:
    assert orders.invoke("Orders/Orders", {"order": {}}).json()["accepted"] is False


def test_the_report(orders: LocalApp) -> None:
    def report() -> str:
        return orders.invoke("Report", {"time": "now"}).error

    assert report() == ""
    until(lambda: any(json.dumps({"report": "now"}) in line.message for line in orders.logs("Report")), again=report)


def test_it_is_where_the_app_says(orders: LocalApp) -> None:
    assert {each.region for each in orders.resources} == {"eu-central-1"}
    assert orders.ignored is not None
    assert "AWS::Lambda::Function DeadLetterConfig" in {each.what for each in orders.ignored.lax}

"""examples/network, image and release: what of them an emulator of AWS leaves out, and what is there all the same.

The rest is asserted on their templates: test_network_app.py, test_image_app.py, test_release_app.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from example_apps import FOR_HERE, ROOT, load

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator, LocalApp

pytestmark = [pytest.mark.cdk, pytest.mark.emulator, pytest.mark.slow]

STACKS = {
    "network": ("NetworkStack", "Network"),
    "image": ("ImageStack", "Image"),
    "release": ("ReleaseStack", "Release"),
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


def deployed(aws: Emulator, outdir: Path, example: str) -> LocalApp:
    from aws_cdk import App

    stack, id = STACKS[example]
    app = App(outdir=str(outdir), analytics_reporting=False, context=FOR_HERE)
    getattr(load(ROOT / "examples" / example / "app.py"), stack)(app, id)
    app.synth()
    return aws.deploy(outdir)


def missing(app: LocalApp) -> dict[str, str]:
    assert app.ignored is not None
    return {each.what: each.why for each in app.ignored.missing}


def test_a_network_without_its_way_out(aws: Emulator, tmp_path: Path) -> None:
    app = deployed(aws, tmp_path / "cdk.out", "network")
    refused = "a type that the emulator refuses"
    assert missing(app) == {
        "AWS::EC2::FlowLog": refused,
        "AWS::EC2::NatGateway": refused,
        "AWS::EC2::Route": "needs Network/Network/Vpc/RegionalNatGateway",
        "AWS::EC2::SecurityGroupIngress": refused,
        "Custom::VpcRestrictDefaultSG": "needs Network/Custom::VpcRestrictDefaultSGCustomResourceProvider/Handler",
    }
    assert app.ignored is not None
    assert "AWS::Lambda::Function VpcConfig" in {each.what for each in app.ignored.lax}
    assert app.invoke("PrivateAndPublic").error == ""
    app.close()


def test_an_image_is_not_run(aws: Emulator, tmp_path: Path) -> None:
    app = deployed(aws, tmp_path / "cdk.out", "image")
    assert missing(app) == {"AWS::Lambda::Function": "a container image, which can't be invoked here"}
    with pytest.raises(InputError, match="Image/Report: is a container image"):
        app.invoke("Report")
    app.close()


def test_a_release_without_its_steps(aws: Emulator, tmp_path: Path) -> None:
    app = deployed(aws, tmp_path / "cdk.out", "release")
    assert set(missing(app)) == {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
    }
    answer = app.request("GET /prices/apple")
    assert (answer.status, answer.json()) == (200, {"sku": "apple", "cents": 120})
    assert app.request("GET /prices/plum").status == 404
    app.close()

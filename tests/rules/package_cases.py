"""CL213 to CL224: layers and images, as far as the template alone tells."""

from typing import Any

from rules.cases import IMAGE_URI, UNKNOWN, Case, image, one, resource, up_to, zipped


def layer(**properties: Any) -> Any:
    return resource("LayerVersion", {"Content": {"S3Bucket": "assets", "S3Key": "k"}, **properties})


def uses(**properties: Any) -> Any:
    return zipped(Layers=[{"Ref": "L"}], **properties)


def at(uri: Any) -> Any:
    return image(Code={"ImageUri": uri})


def inline(*lines: str, **properties: Any) -> Any:
    return zipped(Code={"ZipFile": "\n".join(lines)}, Handler="index.handler", **properties)


def uses_inline(*lines: str) -> Any:
    return inline(*lines, Layers=[{"Ref": "L"}])


HUB = "docker.io/library/python:3.14"
ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"
VARIABLES = "AWS_LAMBDA_EXEC_WRAPPER", "PYTHONPATH"

CASES: list[Case] = [
    one("layer", "", uses(), L=layer()),
    one("layer without content", "CL906", uses(), L=resource("LayerVersion", {})),
    one("layer for the runtime", "", uses(), L=layer(CompatibleRuntimes=["python3.12", "python3.13"])),
    one("layer for another runtime", "CL213", uses(), L=layer(CompatibleRuntimes=["nodejs22.x"])),
    one("layer by GetAtt", "CL213", zipped(Layers=[{"Fn::GetAtt": ["L", "Arn"]}]), L=layer(CompatibleRuntimes=["a"])),
    one("layer for all runtimes", "", uses(), L=layer(CompatibleRuntimes=[])),
    one("layer for the default architecture", "", uses(), L=layer(CompatibleArchitectures=["x86_64"])),
    one("layer for another architecture", "CL213", uses(), L=layer(CompatibleArchitectures=["arm64"])),
    one("layer for arm64", "", uses(Architectures=["arm64"]), L=layer(CompatibleArchitectures=["arm64"])),
    one("layer of nobody", "", zipped(), L=layer(CompatibleRuntimes=["nodejs22.x"])),
    *(
        one(f"layer for: {value}", "", uses(), L=layer(CompatibleRuntimes=[value], CompatibleArchitectures=value))
        for value in UNKNOWN
    ),
    *(one(f"layer on a runtime: {value}", "", uses(Runtime=value, Architectures=[value]), L=layer(
        CompatibleRuntimes=["nodejs22.x"], CompatibleArchitectures=["arm64"])) for value in UNKNOWN),
    *up_to("layer name", "CL215", 140, lambda n: layer(LayerName="l" * n)),
    *up_to("layer description", "CL215", 256, lambda n: layer(Description="d" * n)),
    *up_to("layer licence", "CL215", 512, lambda n: layer(LicenseInfo="m" * n)),
    *up_to("layer runtimes", "CL215", 15, lambda n: layer(CompatibleRuntimes=["python3.13"] * n)),
    *up_to("layer architectures", "CL215", 2, lambda n: layer(CompatibleArchitectures=["arm64"] * n)),
    one("layer name with a dot", "CL215", zipped(), L=layer(LayerName="a.b")),
    one("layer name as an ARN", "", zipped(), L=layer(LayerName="arn:aws:lambda:eu-west-1:111122223333:layer:a")),
    one("layer architecture misspelt", "CL215", zipped(), L=layer(CompatibleArchitectures=["x86"])),
    *(one(f"layer: {v}", "", layer(LayerName=v, Description=v, LicenseInfo=v)) for v in UNKNOWN),
    one("image in ECR", "", at(IMAGE_URI)),
    one("image in ECR of China", "", at("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/orders:1")),
    one("image on Docker Hub", "CL220", at(HUB)),
    one("image on Docker Hub by name", "CL220", at("python:3.14")),
    one("image in the public gallery", "CL220", at("public.ecr.aws/lambda/python:3.14")),
    one("image elsewhere", "CL220", at("ghcr.io/acme/orders:1")),
    one("image by its address in a browser", "CL220", at(f"https://{IMAGE_URI}")),
    one("image by the repository's ARN", "CL220", at("arn:aws:ecr:eu-west-1:111122223333:repository/orders")),
    one("image without a tag after the colon", "CL220", at(f"{IMAGE_URI.rpartition(':')[0]}:")),
    one("image of an emulator", "", at("000000000000.dkr.ecr.eu-west-1.localhost.localstack.cloud:4510/orders:1")),
    one("image with our account", "", at({"Fn::Sub": "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/o:1"})),
    one("image of a parameter", "", at({"Fn::Sub": "docker.io/${Image}"})),
    one("image joined", "CL220", at({"Fn::Join": ["/", ["docker.io", "library/python:3.14"]]})),
    one("image joined with a parameter", "", at({"Fn::Join": ["", ["docker.io/", {"Ref": "P"}]]})),
    *(one(f"image: {value}", "", at(value)) for value in UNKNOWN),
    one("image, 839 s", "", image(Timeout=839)),
    one("image, 840 s", "CL224", image(Timeout=840)),
    one("image, 900 s", "CL224", image(Timeout=900)),
    one("image that starts a server", "CL224", image(ImageConfig={"Command": ["uvicorn", "app:app"]})),
    one("image that starts a handler", "", image(ImageConfig={"Command": ["app.handler"]})),
    one("zip, 900 s", "", zipped(Timeout=900)),
    one("inline code that imports", "", inline("import boto3, cfnresponse, json, urllib3")),
    one("inline code that imports what isn't there", "CL226", inline("import json", "import requests")),
    one("inline code that may import", "", inline("try:", "  import requests", "except ImportError:", "  pass")),
    one("inline code for an older Python", "CL226", inline("import distutils", Runtime="python3.12")),
    one("inline code for Python 3.11", "", inline("import distutils", Runtime="python3.11")),
    one("inline code for Python 2", "CL131", inline("import requests", Runtime="python2.7")),
    one("inline code for a preview", "", inline("import requests", Runtime="python3.15")),
    one("inline code for Node.js", "", inline("import requests from 'requests'", Runtime="nodejs22.x")),
    one("inline code with a published layer", "", inline("import requests", Layers=[ARN])),
    one("inline code with a layer from S3", "", uses_inline("import requests"), L=layer()),
    *(one(f"inline code and {name}", "", inline("import requests", Environment={"Variables": {name: "/opt"}}))
        for name in VARIABLES),
    one("inline code and a variable", "CL226", inline("import requests", Environment={"Variables": {"STAGE": "a"}})),
    *(one(f"inline code, unknown: {v}", "", inline("import requests", Runtime=v)) for v in UNKNOWN),
    *(one(f"inline code, environment: {v}", "", inline("import requests", Environment=v)) for v in UNKNOWN[:3]),
]  # fmt: skip

"""The package as a whole: its public names, what it loads, and that every public name is explained."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import constructs_lambda

CORE = (
    "errors findings limits runtimes tokens model rules documents assembly template sources "
    "checker formats baseline cli local local.deployments"
)


def test_all_is_sorted_and_true() -> None:
    assert constructs_lambda.__all__ == sorted(constructs_lambda.__all__)
    assert set(constructs_lambda.__all__) == set(constructs_lambda._HOMES)
    assert dir(constructs_lambda) == constructs_lambda.__all__


def test_name_that_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="Functoin"):
        _ = constructs_lambda.Functoin


@pytest.mark.parametrize("module", CORE.split())
def test_core_does_not_load_cdk(module: str) -> None:
    program = (
        f"import sys, constructs_lambda.{module}\n"
        "from constructs_lambda.rules import all_rules\n"
        "all_rules()\n"
        "print(sorted({'aws_cdk', 'constructs', 'jsii'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=True)
    assert result.stdout == "[]\n"


def test_check_does_not_load_cdk(tmp_path: Path) -> None:
    template = tmp_path / "t.template.json"
    template.write_text('{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 1}}}}')
    program = (
        "import sys\nfrom constructs_lambda.cli import main\n"
        f"status = main(['check', {str(template)!r}])\n"
        "print(status, sorted({'aws_cdk', 'constructs', 'jsii', 'yaml'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=True)
    assert result.stdout.splitlines()[-1] == "1 []"


@pytest.mark.cdk
def test_constructs_load_what_they_use_only() -> None:
    program = (
        "import sys, aws_cdk, aws_cdk.aws_lambda\n"
        "before = set(sys.modules)\n"
        "from constructs_lambda import Function, LambdaChecks\n"
        "print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=True)
    loaded = result.stdout.splitlines()
    assert "constructs_lambda.cdk.function" in loaded
    parts = ("model", "rules", "template", "artifacts", "packaging", "assembly", "checker", "documents")
    late = tuple(f"constructs_lambda.{part}" for part in parts)
    assert [each for each in loaded if each.startswith(late)] == []  # once a function is made, or at synth
    assert [each for each in loaded if not each.startswith("constructs_lambda")] == []  # no more of CDK, no OpenSSL


@pytest.mark.cdk
@pytest.mark.parametrize("name", constructs_lambda.__all__)
def test_every_public_name_is_explained(name: str) -> None:
    value = getattr(constructs_lambda, name)
    documentation = inspect.getdoc(value) or ""
    summary = documentation.partition("\n")[0]
    assert summary.endswith("."), f"{name} has no summary line"
    is_class = inspect.isclass(value)
    told_by_its_base = is_class and issubclass(value, (Exception, str))
    takes = list(inspect.signature(value.__init__ if is_class else value).parameters)
    assert "Args:" in documentation or told_by_its_base or takes == ["self"], name


@pytest.mark.cdk
def test_construct_says_what_it_makes_and_costs() -> None:
    documentation = inspect.getdoc(constructs_lambda.Function) or ""
    for section in ("Creates:", "Costs when idle:", "Args:", "Raises:"):
        assert section in documentation


@pytest.mark.cdk
def test_options_follow_the_installed_cdk() -> None:
    script = Path(__file__).parents[1] / "scripts" / "options.py"
    result = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=600)
    assert result.stdout == "up to date\n"

"""The pages in docs/: the generated one is up to date, and what they link to and name exists."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.rules import all_rules

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]


@pytest.fixture
def generate() -> Any:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rules_page_is_up_to_date(generate: Any) -> None:
    assert generate.main(["--check"]) == 0, "docs/rules.md is stale: run `make docs`"


def test_every_rule_is_on_the_page(generate: Any) -> None:
    page = generate.page()
    for rule in all_rules().values():
        assert f"\n### {rule.id}\n\n**{rule.title}** ({rule.severity})\n" in page
        assert rule.source in page


def test_a_stale_page_is_told(
    generate: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "rules.md"
    monkeypatch.setattr(generate, "PAGE", page)
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    page.write_text(page.read_text().replace("CL101", "CL1O1"))
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "rules.md is stale: run `make docs`\n" * 2


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        yield from ((page, target) for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target)


def test_links_lead_somewhere() -> None:
    lost = []
    for page, target in links():
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_rule_that_is_named_exists(page: Path) -> None:
    assert set(re.findall(r"\bCL\d{3}\b", page.read_text())) <= set(all_rules())

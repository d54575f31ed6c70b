"""What can be done is written down: commands, keys, exit codes, options."""

import re
from pathlib import Path

import pytest

from deck import diagnostics
from deck.command_table import stems, word_of
from store.fsck_report import FINDINGS, NOTES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("stem", stems())
def test_every_command_is_in_the_readme(stem: str) -> None:
    assert re.search(rf"`[^`\n]*deck {re.escape(word_of(stem))}\b", README) or f"deck {word_of(stem)} " in README


def test_every_exit_code_is_in_the_readme() -> None:
    codes = {int(code) for code in re.findall(r"^ +(\d+) ", str(diagnostics.__doc__), re.MULTILINE)}
    assert len(codes) > 5
    told = {int(code) for code in re.findall(r"(?:\*\*Exit codes\.\*\*|·)\s+(\d+)\b", README)}
    assert codes <= told


def test_every_option_of_the_addon_is_in_the_docs() -> None:
    declared = set(re.findall(r'"(deck_[a-z]+)"', (ROOT / "addon" / "settings.py").read_text(encoding="utf-8")))
    docs = README + (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    assert declared
    assert [name for name in declared if name not in docs] == []


def test_no_link_of_the_docs_leads_nowhere() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "ARCHITECTURE.md",
        *(ROOT / "docs").glob("*.md"),
        ROOT / "examples" / "README.md",
    ]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 5
    dead = [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]
    assert dead == []


def test_every_module_of_the_store_is_on_the_page() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = {path.name for path in (ROOT / "store").glob("*.py")} - {"__init__.py"}
    assert {name for name in modules if f"`{name}`" not in page} == set()


def test_every_kind_of_finding_is_in_the_format() -> None:
    page = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    assert [kind for kind in (*FINDINGS, *NOTES) if f"`{kind}`" not in page] == []
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "store").glob("fsck*.py"))
    used = set(re.findall(r'(?:report\.add|_add_bad)\(\s*"([a-z-]+)"', code))
    assert used and used <= set(FINDINGS)
    assert set(re.findall(r'report\.note\(\s*"([a-z-]+)"', code)) == set(NOTES)

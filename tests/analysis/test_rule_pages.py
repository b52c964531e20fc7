"""The pages of docs/rules say what the rulebook says."""

from pathlib import Path

import pytest

from analysis import rule_pages, rulebook

DOCS = Path(__file__).parents[2] / "docs" / "rules"


def test_pages_in_the_docs_are_fresh():
    if not DOCS.is_dir():
        pytest.skip("no docs folder beside the tests")
    written = {p.name: p.read_text(encoding="utf-8") for p in DOCS.glob("*.md")}
    assert written == rule_pages.pages(), "run: python -m analysis.rule_pages"


def test_page_holds_every_value_quote_and_reason():
    pages = rule_pages.pages()
    for code in rulebook.jurisdictions():
        book = rulebook.load(code)
        for page in (book.common, *book.rules.values()):
            text = pages[f"{page.code}.md"]
            assert f"[{page.code}]({page.code}.md)" in pages["index.md"]
            for reference in page.references.values():
                assert reference.quote in text and f'id="{reference.id}"' in text
            for parameter in page.parameters.values():
                assert f"`{parameter.name}`" in text
                assert all(v.effective_from.isoformat() in text for v in parameter.history)
            assert all(f"`{key}`" in text for key in page.reasons)


def test_writing_removes_pages_of_rules_that_are_gone(tmp_path):
    (tmp_path / "MR999.md").write_text("old")
    rule_pages.main([str(tmp_path)])
    assert {p.name for p in tmp_path.iterdir()} == set(rule_pages.pages())

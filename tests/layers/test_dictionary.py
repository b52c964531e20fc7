from pathlib import Path

import pytest

from layers import dictionary
from layers.catalog import catalog

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_page_is_fresh():
    if not PAGE.exists():
        pytest.skip("docs are not beside the tests")
    text = PAGE.read_text(encoding="utf-8")
    assert text == dictionary.markdown(), "run python -m layers.dictionary"


def test_every_layer_column_alias_and_code_is_named():
    text = dictionary.markdown()
    for schema in catalog().values():
        assert f"## `{schema.name}` {schema.zh}" in text
        for column in schema.columns:
            assert f"| `{column.name}` | {column.zh} / {column.en} |" in text
            for word in (*column.aliases, *column.codes):
                assert word in text


def test_it_is_written_below_a_folder(tmp_path):
    (tmp_path / "docs").mkdir()
    assert dictionary.main(tmp_path) == 0
    written = tmp_path / "docs" / "data-dictionary.md"
    assert written.read_text(encoding="utf-8") == dictionary.markdown()

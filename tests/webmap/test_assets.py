"""Scripts and styles: all here, each the one that is listed, each fit to stand in a page."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from webmap import assets
from webmap.assets import AssetError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "third-party.md"


@pytest.fixture(autouse=True)
def _nothing_remembered():
    assets.own.cache_clear()
    assets._third_party.cache_clear()
    yield
    assets.own.cache_clear()
    assets._third_party.cache_clear()


def test_leaflet_is_the_published_one_with_its_images_inside():
    script = assets.covered(assets.LEAFLET_JS).text
    assert script.startswith("/* @preserve\n * Leaflet 1.9.3, ")
    assert 't.version="1.9.3"' in script
    style = assets.covered(assets.LEAFLET_CSS).text
    addresses = re.findall(r"url\(([^)]*)\)", style)
    assert len(addresses) == 4
    assert all(a.startswith(("data:image/png;base64,", "#default#VML")) for a in addresses)


def test_names_and_digests_follow_the_bytes():
    for entry in assets.THIRD_PARTY:
        asset = assets.covered(entry.url)
        assert hashlib.sha256(asset.body).hexdigest() == entry.sha256
        assert asset.file_name == f"{entry.sha256[:16]}-{entry.name}"
    assert assets.integrity_of(b"") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert assets.Asset("a.css", b"").media_type == "text/css"
    assert assets.Asset("a.js", b"").media_type == "text/javascript"


def test_what_is_not_used_has_no_copy():
    with pytest.raises(AssetError, match=re.escape("https://code.jquery.com/jquery-3.7.1.min.js")):
        assets.covered("https://code.jquery.com/jquery-3.7.1.min.js")


def test_a_file_of_other_bytes_is_refused():
    with pytest.raises(AssetError, match="is not the file listed here"):
        assets._third_party(replace(assets.THIRD_PARTY[0], sha256="0" * 64))


def test_a_url_the_package_lacks_is_named(monkeypatch):
    entry = replace(assets.THIRD_PARTY[0], url="https://example.org/a.js")
    monkeypatch.setattr(assets, "THIRD_PARTY", (entry,))
    with pytest.raises(AssetError, match=r"does not hold https://example\.org/a\.js"):
        assets._shipped.__wrapped__()


def test_our_own_files_are_read_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    (tmp_path / "a.js").write_bytes(b"one();\r\ntwo();\r\n")
    assert assets.own("a.js").body == b"one();\ntwo();\n"
    with pytest.raises(AssetError, match=r"b\.js is missing"):
        assets.own("b.js")


@pytest.mark.parametrize("text", ["</script>", "'</SCRIPT x'", "<!-- a", "</style"])
def test_a_file_that_would_end_its_element_is_refused(tmp_path, monkeypatch, text):
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    (tmp_path / "a.js").write_text(text)
    with pytest.raises(AssetError, match="cannot stand inside a page"):
        assets.own("a.js")


def test_every_file_of_the_folder_is_fit_for_a_page():
    names = sorted(p.name for p in assets.STATIC.iterdir() if p.is_file())
    assert names
    for name in names:
        text = assets.own(name).text
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", text), name


def test_the_list_of_other_peoples_files_is_what_is_served():
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$",
                      PAGE.read_text(encoding="utf-8"), re.MULTILINE)  # fmt: skip
    assert [tuple(cell.strip() for cell in row) for row in rows] == [
        (entry.name, entry.title, entry.version, entry.licence, entry.sha256)
        for entry in assets.THIRD_PARTY
    ]

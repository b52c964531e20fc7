"""``inspect --map``: the page of a file that was read, not judged."""

import json

import pytest

from webmap import assets, cli, look, maps

from .test_maps import Reader, check_nothing_is_fetched

SQUARE = [[111.3, 39.6], [111.31, 39.6], [111.31, 39.61], [111.3, 39.61], [111.3, 39.6]]


def feature(properties, ring=SQUARE):
    geometry = ring and {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def inspect(tmp_path, capsys):
    """Return a function that inspects features: exit status, the page, standard output."""

    def run(*features, options=(), lang="zh"):
        path, page = tmp_path / "申请.geojson", tmp_path / "图.html"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        words = ["inspect", str(path), "--map", str(page), "--lang", lang, *options]
        status = cli.main(words)
        text = page.read_text(encoding="utf-8") if page.exists() else None
        return status, text, capsys.readouterr()

    return run


def right(number, **more):
    return {"许可证号": number, "权利状态": "有效", "矿业权类型": "采矿权", **more}


def test_the_page_holds_what_was_read(inspect):
    status, text, said = inspect(feature(right("C1", 矿山名称="东山石料厂")), feature({}, None))
    assert status == 0 and said.err == ""
    page = Reader(text).scene()
    assert page["title"] == "申请.geojson"
    assert page["bounds"] == [111.3, 39.6, 111.31, 39.61]
    assert page["notes"][-1] == {
        "zh": "读入 2 个要素，拒绝 1 个",
        "en": "2 features read, 1 refused",
    }
    (drawn,) = page["features"]
    assert (drawn["layer"], drawn["number"], drawn["name"]) == ("mining_right", "C1", "东山石料厂")
    assert drawn["geometry"]["type"] == "Polygon"
    assert sorted(drawn["geometry"]["coordinates"][0]) == sorted(SQUARE)
    assert drawn["facts"] == [
        [{"zh": "矿业权类型", "en": "Right type"}, {"zh": "采矿权", "en": "mining"}],
        [{"zh": "权利状态", "en": "Status of the right"}, {"zh": "有效", "en": "granted"}],
    ]
    (refused,) = [i for i in page["issues"] if i["severity"] == "error"]
    assert refused["word"] == {"zh": "错误", "en": "error"}
    # What stands on the page does not tell where the file lies.
    assert "tmp" not in json.dumps(page["issues"])


def test_no_verdict_stands_on_it(inspect):
    _, text, _ = inspect(feature(right("C1")))
    assert not {"verdict", "rules", "findings"} & {
        k for f in Reader(text).scene()["features"] for k in f
    }


def test_it_runs_its_own_scripts_alone(inspect):
    _, text, _ = inspect(feature(right("C1")))
    read = Reader(text)
    check_nothing_is_fetched(text)
    assert read.scripts()[1:-1] == [assets.own(name).text for name in maps.LOOK.scripts]
    digests = {assets.integrity_of(s.encode()) for s in read.scripts()}
    assert set(read.policy()["script-src"]) == {f"'{d}'" for d in digests}


def test_hostile_texts_stay_texts(inspect, payloads):
    _, calm, _ = inspect(feature(right("C1")))
    bad = [
        feature(right(f"C{k}", 矿山名称=text, **{text: text}))
        for k, text in enumerate(payloads.values())
    ]
    _, text, _ = inspect(*bad)
    read, calm = Reader(text), Reader(calm)
    assert [tag for tag, _ in read.elements] == [tag for tag, _ in calm.elements]
    assert read.scripts() == calm.scripts()
    assert len(read.scene()["features"]) == len(bad)


def test_json_alone_stands_on_standard_output(inspect):
    _, text, said = inspect(feature(right("C1")), options=("--json",))
    assert json.loads(said.out)["usable"] is True
    assert text is not None


def test_a_file_that_cannot_be_read_has_no_page(inspect):
    status, text, said = inspect()
    assert (status, text) == (2, None)
    assert said.err.startswith("错误: ")


def test_the_page_is_called_one(inspect, tmp_path, capsys):
    _, _, _ = inspect(feature(right("C1")))
    kept = tmp_path / "申请.geojson"
    before = kept.read_bytes()
    assert cli.main(["inspect", str(kept), "--map", str(kept), "--lang", "en"]) == 2
    assert "--map" in capsys.readouterr().err
    assert kept.read_bytes() == before


def test_more_than_a_page_carries_is_told_after_what_was_found(inspect, monkeypatch):
    monkeypatch.setattr(look, "MOST_SUBJECTS", 1)
    status, text, said = inspect(feature(right("C1")), feature(right("C2")), lang="en")
    assert (status, text) == (2, None)
    assert "declared 2 = read 2" in said.out
    assert "2 features are too many for one page" in said.err


def test_many_issues_are_counted(inspect, monkeypatch):
    monkeypatch.setattr(look, "MOST_ISSUES", 1)
    _, text, _ = inspect(feature(right("C1", 备注x="1")), feature({}, None))
    issues = Reader(text).scene()["issues"]
    assert issues[0]["severity"] == "error"
    assert len(issues) == 2 and issues[1]["text"]["zh"].startswith("另有 ")

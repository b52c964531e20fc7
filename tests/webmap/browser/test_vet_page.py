"""The upload page: choose, declare, send; then the verdict or a readable refusal."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webmap import assets

pytestmark = pytest.mark.browser

FILES = ("page.css", "vet.css", "words.js", "dom.js", "vet.js")
REPORT = {
    "report_id": "r-9",
    "subjects": [
        {"subject_id": "m:1", "layer": "mining_right", "source_id": "KQ-1", "name": "甲矿", "verdict": "PASS"},
        {"subject_id": "m:2", "layer": "mining_right", "source_id": "KQ-2", "name": "乙矿", "verdict": "FAIL"},
    ],
    "findings": [
        {"subject_id": "m:2", "rule": "MR101", "verdict": "FAIL", "message": {"zh": "重叠 1 km²", "en": "overlaps by 1 km²"}},
        {"subject_id": "m:2", "rule": "MR103", "verdict": "NO_DATA", "message": {"zh": "缺", "en": "missing"}},
    ],
    "inputs": [
        {"role": "vetted", "source": "a.geojson", "issues": [{"severity": "warning", "code": "x", "feature": "KQ-1", "message": "自相交已修复"}]},
    ],
}  # fmt: skip


def page_html(max_bytes=None):
    """The page as the server makes it."""
    env = Environment(
        loader=FileSystemLoader(assets.STATIC.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    data = json.dumps({"lang": "zh", "title": "上传审查", "max_bytes": max_bytes})
    files = [assets.own(name) for name in FILES]
    start = 'minezone.startVet(JSON.parse(document.getElementById("minezone-page").textContent));'
    tags = [
        f'<script nonce="n0nce" src="/assets/{a.file_name}"></script>' for a in files if a.is_script
    ]
    return env.get_template("vet.html").render(
        lang="zh-CN", title="上传审查", policy=Markup(),
        styles=Markup("".join(f'<link rel="stylesheet" href="/assets/{a.file_name}">' for a in files if not a.is_script)),
        scripts=Markup("".join(tags) + f'<script nonce="n0nce">{start}</script>'),
        page=Markup(f'<script type="application/json" id="minezone-page">{data}</script>'),
    )  # fmt: skip


@pytest.fixture
def open_vet(visit, make, scene, sites):
    def open_vet(answer, max_bytes=None, **more):
        site = make.Site(scene, {"/vet": page_html(max_bytes).encode()})
        sites.append(site)
        site.api.vet = answer
        page = visit(site.url + "/vet", allowed=site.url, **more)
        page.site = site
        return page

    return open_vet


def choose(page, name="新矿 区.geojson", body=b'{"type": "FeatureCollection"}'):
    page.set_input_files(
        "#mz-file", {"name": name, "mimeType": "application/geo+json", "buffer": body}
    )


def texts(page, selector):
    return [" ".join(t.split()) for t in page.locator(selector).all_inner_texts()]


def test_from_the_file_to_the_verdict(open_vet):
    page = open_vet((201, {"Location": "/api/reports/r-9"}, REPORT))
    choose(page)
    assert page.inner_text("#mz-file-name") == "新矿 区.geojson · 1 kB"
    page.select_option("#mz-layer", "mining_right")
    page.select_option("#mz-set-status", "applied")
    page.fill("#mz-crs", " EPSG:4526 ")
    page.fill("#mz-encoding", "GBK")
    page.fill("#mz-other", "holder=甲公司\n\ncapacity_kt_a=300")
    page.click("#mz-go")
    page.wait_for_selector(".mz-result")
    path, body = page.site.api.uploads[0]
    assert urlsplit(path).path == "/api/vet"
    assert parse_qsl(urlsplit(path).query) == [
        ("layer", "mining_right"), ("crs", "EPSG:4526"), ("encoding", "GBK"),
        ("set", "status=applied"), ("set", "holder=甲公司"), ("set", "capacity_kt_a=300"),
    ]  # fmt: skip
    assert 'name="file"; filename="新矿 区.geojson"'.encode() in body
    assert b'{"type": "FeatureCollection"}' in body
    assert texts(page, ".mz-result h3") == ["判定完成 · 2 个对象"]
    assert texts(page, ".mz-totals li") == ["不符合 1", "符合 1"]
    assert texts(page, ".mz-result-row") == ["乙矿 KQ-2 MR101 重叠 1 km² 不符合", "甲矿 KQ-1 符合"]
    assert page.get_attribute("#mz-open-map", "href") == "/reports/r-9?lang=zh"
    links = [a.get_attribute("href") for a in page.locator(".mz-result a[download]").all()]
    assert links == [
        f"/api/reports/r-9/files/{n}" for n in ("report.json", "findings.gpkg", "findings.csv")
    ]
    assert texts(page, ".mz-issues li") == ["警告 · a.geojson · KQ-1 · 自相交已修复"]
    assert page.evaluate("document.activeElement.id") == "mz-answer"
    page.click("#mz-language")
    assert texts(page, ".mz-result-row")[0] == "乙矿 KQ-2 MR101 overlaps by 1 km² Fail"


def test_a_refusal_names_file_and_feature_in_the_language_in_force(open_vet):
    problem = {
        "type": "about:blank", "title": "不能判定 / Cannot be judged", "status": 422, "detail": "zh / en",
        "zh": {"title": "不能判定", "detail": "第 3 行自相交"}, "en": {"title": "Cannot be judged", "detail": "row 3 crosses itself"},
        "file": "a<b>.geojson", "feature": "第 3 行",
    }  # fmt: skip
    page = open_vet((422, {}, problem))
    choose(page)
    page.click("#mz-go")
    page.wait_for_selector(".mz-error")
    assert texts(page, ".mz-error") == [
        "未能判定：不能判定 第 3 行自相交 文件 a<b>.geojson 要素 第 3 行"
    ]
    page.click("#mz-language")
    assert texts(page, ".mz-error h3") == ["Could not be judged: Cannot be judged"]
    page.watch.problems.clear()  # the browser itself reports the server's 422


def test_an_answer_that_is_none_is_said(open_vet):
    page = open_vet((502, {}, b"<html>bad gateway"))
    choose(page)
    page.click("#mz-go")
    page.wait_for_selector(".mz-error")
    assert texts(page, ".mz-error") == ["服务的回答无法读懂（502）。"]
    page.watch.problems.clear()


def test_what_can_be_seen_before_sending_is_not_sent(open_vet):
    page = open_vet((500, {}, {}), max_bytes=2000)
    page.click("#mz-go")
    assert texts(page, ".mz-error") == ["请先选择文件。"]
    choose(page, body=b"x" * 3000)
    assert texts(page, ".mz-error") == ["文件 3 kB，超过上限 2 kB。"]
    choose(page)
    page.fill("#mz-other", "status=applied\nno pair")
    page.click("#mz-go")
    assert texts(page, ".mz-error") == ["第 2 行应写成 列名=值"]
    assert page.site.api.uploads == []


def test_a_file_can_be_dropped(open_vet):
    page = open_vet((201, {}, REPORT))
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['{}'], 'dropped.kml'));
          document.querySelector('.mz-drop').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    assert page.inner_text("#mz-file-name") == "dropped.kml · 1 kB"


PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
}"""


def test_corners_can_be_pasted(open_vet):
    page = open_vet((201, {}, REPORT))
    corners = "1、X=4380000.1，Y=38500000.4；"
    page.evaluate(PASTE, ["#mz-other", corners])  # a field takes its own text
    assert page.locator("#mz-file-name").count() == 0
    page.evaluate(PASTE, ["body", corners])
    assert page.inner_text("#mz-file-name") == "粘贴的拐点.txt · 1 kB"
    page.click("#mz-go")
    page.wait_for_selector("#mz-answer h3, #mz-answer h2, #mz-answer .mz-counts")
    ((_, body),) = page.site.api.uploads
    assert corners.encode() in body


@pytest.mark.parametrize(
    "payload",
    ["<img src=x onerror=window.PWN=1>", "{{ 7*7 }}", "</script><script>window.PWN=2</script>"],
)
def test_hostile_texts_stay_texts(open_vet, payload):
    report = json.loads(json.dumps(REPORT).replace("\\u4e59\\u77ff", json.dumps(payload)[1:-1]))
    page = open_vet((201, {}, report))
    choose(page, name=payload.replace("/", "") + ".kml")
    page.click("#mz-go")
    page.wait_for_selector(".mz-result")
    assert page.evaluate("window.PWN") is None
    assert payload in page.inner_text(".mz-result")
    assert "49" not in page.inner_text("body")


def test_on_a_phone(open_vet):
    page = open_vet((201, {}, REPORT), size=(390, 844))
    assert page.evaluate("document.documentElement.scrollWidth") == 390

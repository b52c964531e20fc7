"""A browser, scenes made for the tests, and a loopback server that speaks the page's protocol.

Every page opened here must keep its promises: no console error, no policy violation, no request
beyond the page's own host (none at all for a file). A test ends by checking them.
"""

import copy
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from analysis.style import LAYER_COLOURS, ROLE_COLOURS, ROLE_LABELS, VERDICT_STYLES

SERVED_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
WEST, SOUTH = 111.2, 37.5
WORST_FIRST = ["FAIL", "REVIEW", "NO_DATA", "PASS", "NOT_APPLICABLE"]


def box(x, y, wide=0.01, high=0.008):
    """A rectangle, its south-west corner at hundredths of a degree from (WEST, SOUTH)."""
    w, s = round(WEST + x / 100, 7), round(SOUTH + y / 100, 7)
    e, n = round(w + wide, 7), round(s + high, 7)
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


def both(zh, en):
    return {"zh": zh, "en": en}


def subject(number, name, verdict, geometry, rules, layer="mining_right", decided=None):
    counts = dict.fromkeys(WORST_FIRST, 0)
    for answer in rules.values():
        counts[answer] += 1
    known = [v for v in WORST_FIRST if v != "NO_DATA" and counts[v]]
    xy = [p for ring in geometry["coordinates"] for p in ring]
    return {
        "id": f"{layer}:{number}", "layer": layer, "number": number, "name": name,
        "verdict": verdict, "decided": decided or (known[0] if known else "NO_DATA"),
        "undecided": counts["NO_DATA"] > 0, "counts": counts, "area_km2": 0.4213,
        "bbox": [min(p[0] for p in xy), min(p[1] for p in xy), max(p[0] for p in xy), max(p[1] for p in xy)],
        "rules": rules, "facts": [[both("开采矿种", "Mineral"), both("石灰岩", "limestone")]],
    }  # fmt: skip


def finding(number, rule, of, verdict, message, **more):
    base = {
        "id": f"{number:032x}", "rule": rule, "subject": of["id"], "verdict": verdict,
        "reason": "because", "message": message, "measured": None, "threshold": None,
        "related": [], "reference_ids": [], "evidence": [],
    }  # fmt: skip
    return {**base, **more}


def feature(of, geometry):
    """A judged feature as it is drawn."""
    keep = {k: of[k] for k in ("layer", "id", "name", "number", "verdict", "decided", "undecided")}
    return {**keep, "subject": True, "geometry": geometry}


def styles():
    return {
        "verdicts": [
            {"code": v.name, "colour": s.colour, "fill": s.fill, "weight": s.weight,
             "label": both(s.label.zh, s.label.en)}
            for v, s in VERDICT_STYLES.items()
        ],
        "roles": {
            r: {"label": both(t.zh, t.en), "colour": ROLE_COLOURS[r]} for r, t in ROLE_LABELS.items()
        },
        "layers": {
            name: {"title": both(zh, en), "kind": kind, "colour": LAYER_COLOURS[name].colour,
                   "dash": LAYER_COLOURS[name].dash, "fill": LAYER_COLOURS[name].fill}
            for name, zh, en, kind in [
                ("mining_right", "矿业权", "Mining rights", "subject"),
                ("tailings_facility", "尾矿库", "Tailings facilities", "subject"),
                ("river", "河流", "Rivers", "context"),
                ("settlement", "居民点", "Settlements", "context"),
            ]
        },
    }  # fmt: skip


def head(subjects, **more):
    counts = {v: sum(s["verdict"] == v for s in subjects) for v in WORST_FIRST}
    boxes = [s["bbox"] for s in subjects] or [[WEST, SOUTH, WEST + 0.1, SOUTH + 0.1]]
    base = {
        "mode": "inline", "base": "", "title": "甲县矿业权审查", "report_id": "r-1",
        "created_at": "2026-11-25T08:30:00.000Z", "as_of": "2026-11-25", "jurisdiction": "CN-14",
        "rulebook": "2026.11", "lang": "zh",
        "notes": {"layers": 12, "coverage_not_stated": 2, "warnings": 3, "errors": 0},
        "styles": styles(), "rules": {}, "references": {}, "counts": counts,
        "total": len(subjects), "subjects": subjects, "findings": [], "features": [],
        "hillshade": None,
        "bounds": [[min(b[1] for b in boxes), min(b[0] for b in boxes)],
                   [max(b[3] for b in boxes), max(b[2] for b in boxes)]],
        "truncated": {},
    }  # fmt: skip
    return {**base, **more}


def county():
    """Six subjects: one of each look, two that overlap, and a river beside them."""
    shapes = {
        "A": box(2, 2), "B": box(2.8, 2.6), "C": box(5, 2), "D": box(5, 4), "P": box(2, 5),
        "E": box(7, 2),
    }  # fmt: skip
    a = subject(
        "C1400001",
        "青石梁",
        "FAIL",
        shapes["A"],
        {"MR101": "FAIL", "MR104": "PASS", "MR103": "NO_DATA"},
    )
    b = subject("C1400002", "Dongpo", "REVIEW", shapes["B"], {"MR101": "REVIEW", "MR104": "PASS"})
    c = subject("C1400003", "西沟", "NO_DATA", shapes["C"], {"MR101": "PASS", "MR103": "NO_DATA"})
    d = subject(
        "C1400004", "南梁", "PASS", shapes["D"], {"MR101": "PASS", "MR103": "NOT_APPLICABLE"}
    )
    e = subject("C1400005", "无判", "NO_DATA", shapes["E"], {"MR101": "NO_DATA"})
    p = subject("WK-1", "河口尾矿库", "FAIL", shapes["P"], {"TF203": "FAIL"}, "tailings_facility")
    subjects = [a, p, b, c, e, d]
    overlap = box(2.8, 2.6, 0.002, 0.002)
    line = {
        "type": "LineString",
        "coordinates": [[WEST + 0.02, SOUTH + 0.05], [WEST + 0.005, SOUTH + 0.05]],
    }
    related = [
        {
            "layer": "mining_right",
            "feature_id": b["id"],
            "source_id": b["number"],
            "name": b["name"],
        }
    ]
    river = {"layer": "river", "feature_id": "river:HL-1", "source_id": "HL-1", "name": "黄河"}
    findings = [
        finding(1, "MR101", a, "FAIL", both("与 Dongpo（C1400002）重叠 0.0392 km²", "overlaps Dongpo (C1400002) by 0.0392 km²"),
                measured={"value": 0.0392, "unit": "km2", "uncertainty": None},
                threshold={"value": 0, "unit": "km2", "comparison": "<="},
                related=related, reference_ids=["law23"],
                evidence=[{"role": "overlap", "label": None, "geometry": overlap}]),
        finding(2, "MR103", a, "NO_DATA", both("工作区没有图层 working", "the workspace has no layer working")),
        finding(3, "MR104", a, "PASS", both("最近的采石场在 300 m 以外", "the nearest quarry is beyond 300 m"),
                measured={"value": 300.00004, "unit": "m", "uncertainty": 1.5},
                threshold={"value": 300, "unit": "m", "comparison": ">"}, reference_ids=["law12"]),
        finding(4, "MR101", b, "REVIEW", both("与 青石梁 重叠", "overlaps"), related=[], reference_ids=["law23"]),
        finding(5, "MR103", c, "NO_DATA", both("缺井下工程", "no workings")),
        finding(6, "MR101", d, "PASS", both("与其他矿业权无重叠", "no overlap")),
        finding(7, "MR103", d, "NOT_APPLICABLE", both("不是地下开采", "not underground")),
        finding(8, "TF203", p, "FAIL", both("距黄河 1,324.0 m", "1,324.0 m from the river"),
                measured={"value": 1324.0, "unit": "m", "uncertainty": None},
                threshold={"value": 3000, "unit": "m", "comparison": ">"}, related=[river],
                evidence=[{"role": "shortest_line", "label": None, "geometry": line}]),
    ]  # fmt: skip
    order = {"A": a, "B": b, "C": c, "D": d, "P": p, "E": e}
    features = [feature(order[k], shapes[k]) for k in order]
    features.append({"layer": "river", "id": "river:HL-1", "subject": False, "name": "黄河", "number": "HL-1",
                     "geometry": box(0, 1, 0.005, 0.06)})  # fmt: skip
    features.append({"layer": "settlement", "id": "settlement:S1", "subject": False, "name": "李家坪", "number": "S1",
                     "geometry": {"type": "Point", "coordinates": [WEST + 0.065, SOUTH + 0.05]}})  # fmt: skip
    rules = {
        "MR101": {"title": both("矿业权范围重叠", "Rights overlap"), "strength": "veto"},
        "MR103": {"title": both("保安矿柱", "Safety pillar"), "strength": "veto"},
        "MR104": {"title": both("采石场间距", "Quarry spacing"), "strength": "veto"},
        "TF203": {"title": both("尾矿库与岸线的距离", "Distance to the shore"), "strength": "veto"},
    }
    references = {
        "law23": {"instrument": "矿产资源法", "article": "第二十三条", "quote": "不得设立其他矿业权",
                  "jurisdiction": "CN", "effective_from": "2025-07-01"},
        "law12": {"instrument": "总局令第39号", "article": "第十二条", "quote": "应当大于300米",
                  "jurisdiction": "CN", "effective_from": "2011-07-01"},
    }  # fmt: skip
    return head(subjects, findings=findings, features=features, rules=rules, references=references)


class Api:
    """The server's answers about one scene, as the contract has them."""

    def __init__(self, scene):
        self.scene = scene
        self.asked = []
        self.answers = {}
        self.broken = False
        self.vet = (201, {}, {})
        self.uploads = []

    def get(self, path, query):
        self.asked.append((path, query))
        if self.broken:
            return 503, {"title": "暂时不能服务", "status": 503, "detail": "稍后再试"}
        if path in self.answers:
            return 200, self.answers[path]
        if path == "/subjects":
            return 200, self.subjects(query)
        if path == "/features":
            return 200, self.features([float(v) for v in query["bbox"].split(",")])
        return self.subject(unquote(path.removeprefix("/subjects/")))

    def subjects(self, query):
        words = query.get("q", "").lower().split()
        wanted = [v for v in query.get("verdict", "").split(",") if v]
        counts, found = dict.fromkeys(WORST_FIRST, 0), []
        for s in self.scene["subjects"]:
            answer = s["rules"].get(query["rule"]) if "rule" in query else s["verdict"]
            if answer and all(w in f"{s['number']}\n{s['name']}".lower() for w in words):
                counts[answer] += 1
                if not wanted or answer in wanted:
                    found.append({k: v for k, v in s.items() if k != "facts"})
        start, limit = int(query["offset"]), int(query["limit"])
        return {"total": len(found), "counts": counts, "subjects": found[start : start + limit]}

    def subject(self, key):
        found = [s for s in self.scene["subjects"] if s["id"] == key]
        if not found:
            return 404, {"title": "没有找到", "status": 404, "detail": key}
        own = [f for f in self.scene["findings"] if f["subject"] == key]
        ids = {key, *(r["feature_id"] for f in own for r in f["related"])}
        drawn = [f for f in self.scene["features"] if f["id"] in ids]
        return 200, {"subject": found[0], "findings": own, "features": drawn}

    def features(self, bbox):
        w, s, e, n = bbox
        inside = []
        for f in self.scene["features"]:
            flat = re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", json.dumps(f["geometry"]))
            if any(w <= float(x) <= e and s <= float(y) <= n for x, y in flat):
                inside.append(f)
        return {"features": inside, "truncated": False}


def handler(site):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(url.query).items()}
            if url.path in site.pages:
                self.answer(
                    200, "text/html", site.pages[url.path], {"Content-Security-Policy": site.policy}
                )
            elif url.path.removeprefix("/assets/") in site.assets:
                asset = site.assets[url.path.removeprefix("/assets/")]
                self.answer(200, asset.media_type, asset.body, {})
            elif url.path.startswith(site.base + "/"):
                status, body = site.api.get(url.path.removeprefix(site.base), query)
                self.answer(status, "application/json", json.dumps(body).encode(), {})
            else:
                self.answer(404, "text/plain", b"", {})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.api.uploads.append((self.path, body))
            status, headers, told = site.api.vet
            kind = "application/json" if status < 400 else "application/problem+json"
            self.answer(
                status,
                kind,
                told if isinstance(told, bytes) else json.dumps(told).encode(),
                headers,
            )

        def answer(self, status, kind, body, headers):
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # a browser opens several connections at once; 5 would refuse some


class Site:
    """A tiny server on the loopback for one scene, with the policy of served pages."""

    def __init__(self, scene, pages=None):
        from webmap import assets, maps

        self.base = "/api/reports/r-1"
        self.policy = SERVED_POLICY.format(nonce="n0nce")
        self.api = Api(scene)
        names = sorted(p.name for p in assets.STATIC.iterdir() if p.suffix in assets.MEDIA_TYPES)
        self.assets = {a.file_name: a for a in assets.page_assets(names)}
        served = copy.deepcopy(scene) | {"mode": "server", "base": self.base}
        served |= {"subjects": [], "findings": [], "features": []}
        html = maps.served(served, "n0nce", lambda a: f"/assets/{a.file_name}")
        self.pages = {"/": html.encode(), **(pages or {})}
        self.server = Server(("127.0.0.1", 0), handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Watch:
    """A page with what went wrong in it and what it asked for."""

    def __init__(self, page, allowed):
        self.page, self.allowed, self.problems, self.requests = page, allowed, [], []
        page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda e: self.problems.append(str(e)))
        page.on("request", lambda r: self.requests.append(r.url))

    def check(self):
        assert self.problems == []
        beyond = [u for u in self.requests if not u.startswith((*self.allowed, "data:", "blob:"))]
        assert beyond == []


@pytest.fixture
def sites():
    """The servers of a test; closed last, as a page may still be asking when the test ends."""
    sites = []
    yield sites
    for site in sites:
        site.close()


@pytest.fixture
def visit(chromium, sites):
    """Open an address in a page of its own; every promise is checked when the test ends."""
    contexts, watches = [], []

    def visit(url, size=(1440, 860), allowed=None, ready=True, **more):
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        contexts.append(context)
        page = context.new_page()
        watch = Watch(page, [allowed or url.split("#")[0]])
        watches.append(watch)
        page.watch = watch
        page.goto(url)
        if ready:
            page.wait_for_selector("html[data-ready]", timeout=15000)
        return page

    yield visit
    for watch in watches:
        watch.page.wait_for_timeout(50)
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()


@pytest.fixture
def open_file(visit, tmp_path):
    """Write a scene as the one self-contained file and open it from file://."""
    from webmap import maps

    def open_file(scene, fragment="", **more):
        path = tmp_path / "map.html"
        path.write_text(maps.page(scene), encoding="utf-8")
        return visit(path.as_uri() + fragment, **more)

    return open_file


@pytest.fixture
def open_server(visit, sites):
    """Serve a scene over the loopback and open it; ``page.site`` is the server."""

    def open_server(scene, fragment="", answers=None, **more):
        site = Site(scene)
        site.api.answers.update(answers or {})
        sites.append(site)
        page = visit(site.url + "/" + fragment, allowed=site.url, **more)
        page.site = site
        return page

    return open_server


@pytest.fixture
def until():
    """Wait for a condition in the page; playwright's own way needs unsafe-eval."""

    def until(page, condition, seconds=5):
        for _ in range(int(seconds * 50)):
            if page.evaluate(condition):
                return
            page.wait_for_timeout(20)
        raise AssertionError(f"never came true: {condition}")

    return until


@pytest.fixture
def scene():
    return county()


@pytest.fixture
def make():
    """The builders of scenes, for tests that need another county."""
    import types

    return types.SimpleNamespace(
        box=box, both=both, subject=subject, finding=finding, feature=feature, head=head,
        county=county, Site=Site,
    )  # fmt: skip

/* The parts of a printed sheet. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var MOST = 40;

  minezone.sheet = function (app, title) {
    var t = minezone.t;
    var scene = app.scene;
    var detail = app.panel.detail();
    var scale = h("b.mz-sheet-scale");
    var bar = minezone.scaleBar(app.map, 150);
    var frame = h("div.mz-sheet-frame");
    var side = h("div.mz-sheet-side");
    return {
      head: head(scene, title),
      map: h("div.mz-sheet-map", {}, frame, minezone.northArrow(), h("div.mz-sheet-strip", {}, minezone.legendVerdicts(app),
        h("div.mz-sheet-bar", {}, scale, bar.node))),
      frame: frame, side: side, scale: scale, bar: bar,
      foot: foot(scene),
      fill: function () { return fill(app, detail, side, title); }
    };

    function head(s, text) {
      return h("header.mz-sheet-head", {}, h("h1", {}, text), h("p", {}, minezone.sceneNotes(s).join(" · ")));
    }

    function foot(s) {
      return h("footer.mz-sheet-foot", {}, h("span", {}, t("print_crs")),
        h("span", {}, t("print_date") + " " + today()),
        h("span", {}, t("print_run") + " " + (s.created_at || "").slice(0, 16).replace("T", " ") + " UTC"),
        h("span", {}, t("print_report") + " " + (s.report_id || "—")));
    }
  };

  function today() {
    var now = new Date();
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    return [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  }

  /* Put the subject and its findings beside the map; what finds no room goes on to further pages. */
  function fill(app, detail, side, title) {
    var t = minezone.t;
    if (!detail) {
      minezone.replace(side, minezone.overview(app));
      side.querySelectorAll("p.mz-quiet").forEach(function (p, i) {
        if (i > 0) { p.textContent = t("print_nothing"); }
      });
      return null;
    }
    side.appendChild(h("div.mz-sheet-subject", {}, minezone.badges(detail.subject, app.styles),
      h("h2", {}, detail.subject.name || detail.subject.number), minezone.facts(detail.subject, app.styles, true)));
    var rest = h("div.mz-sheet-columns");
    var target = side;
    blocks(app, detail).forEach(function (block) {
      target.appendChild(block);
      if (target === side && full(side)) {
        target = rest;
        rest.appendChild(carried(block, side));
      }
    });
    if (!rest.firstChild) {
      return null;
    }
    var name = detail.subject.name || detail.subject.number;
    return h("div.mz-sheet-next", {}, h("h1", {}, title + " · " + name + t("print_continued")), rest);
  }

  function full(side) {
    return side.scrollHeight > side.clientHeight + 1;
  }

  /* What of a card finds no room, under its title again; all of it where not even its first part does. */
  function carried(block, side) {
    var card = block.querySelector(".mz-card");
    var next = card && card.cloneNode(true);
    var here = card ? units(card) : [];
    var there = card ? units(next) : [];
    var kept = here.length;
    while (kept > 0 && full(side)) {
      kept -= 1;
      here[kept].remove();
    }
    if (!kept) {
      here.forEach(function (unit, i) { there[i].replaceWith(unit); });
      if (card) {
        card.replaceWith(next);
      }
      return block;
    }
    there.slice(0, kept).forEach(function (unit) { unit.remove(); });
    next.querySelector("h4").append(minezone.t("print_continued"));
    return h("div.mz-block", {}, next);
  }

  function units(card) {
    return Array.from(card.querySelectorAll(":scope > .mz-profile, :scope > .mz-items > .mz-item, :scope > .mz-quote"));
  }

  /* One block a card, the group's heading with its first card. */
  function blocks(app, detail) {
    var t = minezone.t;
    var out = [];
    if (!detail.findings.length) {
      return [minezone.findingGroups(detail, app, { locate: null, openAll: true })];
    }
    minezone.cards(detail, app).forEach(function (group) {
      if (group.code === "NOT_APPLICABLE") {
        out.push(h("p.mz-quiet", {}, t("folded", { n: group.cards.length }) + " " + group.cards.map(function (c) { return c.rule; }).join(", ")));
        return;
      }
      group.cards.forEach(function (card, i) {
        var left = card.findings.length - MOST;
        var short = { code: card.code, rule: card.rule, findings: card.findings.slice(0, MOST) };
        out.push(h("div.mz-block", {}, i === 0 && h("h3.mz-group-title", {}, minezone.mark(group.code, app.styles.verdict(group.code)), " ",
          app.styles.label(group.code), " ", h("b", {}, group.cards.length)),
        minezone.findingCard(short, app, { locate: null, openAll: true }),
        left > 0 && h("p.mz-quiet", {}, t("print_left_out", { n: left }))));
      });
    });
    return out;
  }
})(window);

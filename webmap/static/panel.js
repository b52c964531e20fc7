/* Right column: why. The overview while nothing is selected, else a subject and its findings. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var FACTS = 7;

  minezone.panel = function (app, box) {
    var t = minezone.t;
    var detail = null;
    var error = null;
    var page = null;

    function render() {
      var top = box.scrollTop;
      box.setAttribute("aria-label", t("detail"));
      minezone.replace(box, closer(), content());
      box.scrollTop = top;
    }

    function content() {
      if (error) {
        return h("div.mz-message", { role: "alert" }, h("p", {}, error()));
      }
      if (page) {
        return context(page);
      }
      return detail ? subject() : minezone.overview(app);
    }

    function closer() {
      var shown = detail || error || page;
      return shown && h("button.mz-panel-close", { type: "button", "aria-label": t("close"), title: t("close"), onclick: app.deselect },
        minezone.icon("M5 5 L15 15|M15 5 L5 15"));
    }

    function subject() {
      var s = detail.subject;
      return [
        h("div.mz-head", {}, minezone.badges(s, app.styles), h("h2", { tabindex: "-1", id: "mz-name" }, s.name || s.number),
          minezone.facts(s, app.styles),
          h("button.mz-link", { type: "button", onclick: function () { app.locate(null); } }, t("locate_subject"))),
        minezone.findingGroups(detail, app, { locate: app.locate, openAll: false })
      ];
    }

    function context(feature) {
      return h("div.mz-head", {}, h("h2", { tabindex: "-1", id: "mz-name" }, feature.name || feature.number || feature.id),
        h("dl.mz-facts", {}, h("dt", {}, t("layer")), h("dd", {}, minezone.say(app.styles.layer(feature.layer).title)),
          h("dt", {}, t("number")), h("dd", {}, feature.number || "—")),
        h("p.mz-quiet", {}, t("not_a_subject")));
    }

    function show(next) {
      detail = next;
      error = page = null;
      render();
      box.scrollTop = 0;
    }

    return {
      render: render, show: show,
      detail: function () { return detail; },
      fail: function (words) {
        detail = page = null;
        error = words;
        render();
      },
      context: function (feature) {
        detail = error = null;
        page = feature;
        render();
        box.scrollTop = 0;
      },
      mark: function (id) {
        box.querySelectorAll("[data-finding]").forEach(function (node) {
          node.classList.toggle("mz-located", node.getAttribute("data-finding") === id);
        });
      }
    };
  };

  /* Verdict in words and colour, and what is still open beside it. */
  minezone.badges = function (s, styles) {
    var open = s.undecided && s.verdict !== "NO_DATA";
    return h("p.mz-badges", {},
      h("span.mz-badge", { style: { "background-color": styles.text(s.verdict) }, "data-verdict": s.verdict }, styles.label(s.verdict)),
      open && h("span.mz-badge.mz-badge-open", {}, minezone.t("also_undecided")));
  };

  /* Of the rules that apply, how many gave the subject's verdict (for a PASS: failed, 0). */
  minezone.tally = function (s, styles) {
    var codes = Object.keys(s.rules || {}).filter(function (code) {
      return s.rules[code] !== "NOT_APPLICABLE";
    });
    var told = s.verdict === "PASS" || s.verdict === "NOT_APPLICABLE" ? "FAIL" : s.verdict;
    var n = codes.filter(function (code) { return s.rules[code] === told; }).length;
    var words = minezone.t("not_met_of", { n: n, total: codes.length, verdict: styles.label(told) });
    return h("span.mz-row-count", { title: words }, h("span", { "aria-hidden": "true" }, n + " / " + codes.length),
      h("span.mz-only-read", {}, words));
  };

  /* Attributes of a subject; those beyond the first few are folded, or `all` shown. */
  minezone.facts = function (s, styles, all) {
    var t = minezone.t;
    var rows = [[t("layer"), minezone.say(styles.layer(s.layer).title)], [t("number"), s.number || "—"]];
    if (typeof s.area_km2 === "number") {
      rows.push([t("area"), minezone.numbers.km2(s.area_km2)]);
    }
    (s.facts || []).forEach(function (pair) {
      rows.push([minezone.say(pair[0]), minezone.say(pair[1])]);
    });
    var first = all || rows.length <= FACTS + 2 ? rows.length : FACTS;
    return [list(rows.slice(0, first)), first < rows.length && h("details.mz-more-facts", {},
      h("summary", {}, t("more_facts", { n: rows.length - first })), list(rows.slice(first)))];
  };

  function list(rows) {
    return h("dl.mz-facts", {}, rows.map(function (pair) {
      return [h("dt", {}, pair[0]), h("dd", {}, pair[1])];
    }));
  }

  /* Nothing selected: how many of what, and which rule spoke how often. */
  minezone.overview = function (app) {
    var t = minezone.t;
    var scene = app.scene;
    var bar = app.styles.order.filter(function (code) { return scene.counts[code]; });
    return [
      h("div.mz-head", {}, h("h2", {}, t("overview")), h("p.mz-quiet", {}, t("overview_total", { n: scene.total })),
        h("ul.mz-totals", {}, bar.map(function (code) {
          return h("li", {}, minezone.mark(code, app.styles.verdict(code)), h("span", {}, app.styles.label(code)), h("b", {}, scene.counts[code]));
        })), h("p.mz-quiet", {}, t("nothing_selected"))),
      ruleTable(app)
    ];
  };

  /* How many subjects each rule gave which verdict; a served page is told. */
  function counted(subjects) {
    var sums = {};
    subjects.forEach(function (s) {
      Object.keys(s.rules || {}).forEach(function (code) {
        sums[code] = sums[code] || {};
        sums[code][s.rules[code]] = (sums[code][s.rules[code]] || 0) + 1;
      });
    });
    return sums;
  }

  function ruleTable(app) {
    var t = minezone.t;
    var told = ["FAIL", "REVIEW", "NO_DATA", "PASS"];
    var sums = app.scene.rule_counts || counted(app.scene.subjects);
    var codes = Object.keys(sums).filter(function (code) {
      return told.some(function (v) { return sums[code][v]; });
    }).sort(function (a, b) {
      return (sums[b].FAIL || 0) - (sums[a].FAIL || 0) || (sums[b].REVIEW || 0) - (sums[a].REVIEW || 0) || (a < b ? -1 : 1);
    });
    if (!codes.length) {
      return null;
    }
    return h("div.mz-section", {}, h("h3", {}, t("overview_rules")), h("table.mz-table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("rule")), told.map(function (v) {
        return h("th", { scope: "col" }, app.styles.label(v));
      }))),
      h("tbody", {}, codes.map(function (code) {
        return h("tr", {}, h("th", { scope: "row" },
          h("button.mz-link", { type: "button", onclick: function () { app.filter(code, ""); } },
            h("span.mz-code", {}, code), " ", minezone.say((app.scene.rules[code] || {}).title))),
        told.map(function (v) {
          var n = sums[code][v] || 0;
          return h("td", {}, n ? h("button.mz-link.mz-number", {
            type: "button", style: { color: app.styles.text(v) }, onclick: function () { app.filter(code, v); },
            "aria-label": code + " " + app.styles.label(v) + " " + n
          }, n) : h("span.mz-zero", {}, "0"));
        }));
      }))));
  }
})(window);

/* What the bar on top of the map says and offers: what the result rests on, and downloads. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;

  minezone.sceneNotes = function (scene) {
    var t = minezone.t;
    var n = scene.notes || {};
    var layers = t("meta_layers", { n: n.layers || 0 });
    if (n.coverage_not_stated) {
      layers += (minezone.lang() === "en" ? ", " : "，") + t("meta_coverage", { n: n.coverage_not_stated });
    }
    return [t("meta_rulebook", { version: [scene.jurisdiction, scene.rulebook].filter(Boolean).join(" ") }),
      t("meta_law", { date: scene.as_of }), layers, n.errors && t("meta_errors", { n: n.errors }),
      n.warnings && t("meta_warnings", { n: n.warnings })].filter(Boolean);
  };

  /* A button that opens a short list of links. */
  minezone.menu = function (label, links) {
    var list = h("div.mz-menu-list", { hidden: true, onclick: function () { set(false); } }, links);
    var button = h("button.mz-button", { type: "button", "aria-expanded": "false", onclick: function () { set(list.hidden); } }, label);
    function set(open) {
      list.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    }
    var node = h("div.mz-menu", {
      onkeydown: function (event) {
        if (event.key === "Escape" && !list.hidden) {
          event.stopPropagation();
          set(false);
          button.focus();
        }
      },
      onfocusout: function (event) {
        if (!node.contains(event.relatedTarget)) {
          set(false);
        }
      }
    }, button, list);
    return node;
  };

  minezone.downloads = function (scene) {
    var t = minezone.t;
    if (scene.mode === "server") {
      return minezone.serverDownloads(scene.base);
    }
    return [
      h("button.mz-menu-item", { type: "button", onclick: function () { save(scene, "csv", "text/csv;charset=utf-8", csv(scene)); } }, t("download_csv")),
      h("button.mz-menu-item", { type: "button", onclick: function () { save(scene, "geojson", "application/geo+json", geojson(scene)); } }, t("download_geojson"))
    ];
  };

  function save(scene, ending, type, text) {
    var url = URL.createObjectURL(new Blob([text], { type: type }));
    var link = h("a", { href: url, download: "minezone-" + scene.as_of + "." + ending, hidden: true });
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
  }

  /* Text that a spreadsheet takes as text, never as a formula; numbers stay numbers. */
  function cell(value) {
    var text = value === null || value === undefined ? "" : String(value);
    if (/^[ \u00a0\u3000]*[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
      text = "'" + text;
    }
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(scene) {
    var byId = new Map(scene.subjects.map(function (s) { return [s.id, s]; }));
    var rows = [["layer", "number", "name", "rule", "verdict", "reason", "message", "measured", "unit", "comparison", "threshold", "related"]];
    scene.findings.forEach(function (f) {
      var s = byId.get(f.subject) || {};
      var m = f.measured || {};
      var limit = f.threshold || {};
      rows.push([s.layer, s.number, s.name, f.rule, f.verdict, f.reason, minezone.say(f.message), m.value, m.unit || limit.unit,
        limit.comparison, limit.value, (f.related || []).map(function (r) { return r.source_id; }).join(";")]);
    });
    return "\ufeff" + rows.map(function (row) { return row.map(cell).join(","); }).join("\r\n") + "\r\n";
  }

  function geojson(scene) {
    var byId = new Map(scene.subjects.map(function (s) { return [s.id, s]; }));
    return JSON.stringify({
      type: "FeatureCollection",
      features: scene.features.filter(function (f) { return f.subject; }).map(function (f) {
        var s = byId.get(f.id) || {};
        return { type: "Feature", id: f.id, geometry: f.geometry, properties: {
          layer: f.layer, number: f.number, name: f.name, verdict: s.verdict, decided: s.decided, undecided: s.undecided, area_km2: s.area_km2 } };
      })
    });
  }
})(window);

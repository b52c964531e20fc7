/* The page of one file that was looked at, not judged: its features, what they hold, how they were read. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var h = minezone.h;
  var G = minezone.geometry;
  var PANES = { features: 400, chosen: 430, measure: 460, labels: 620 };
  // More corners than this are not marked, more rows than this have no place in the list.
  var MOST_CORNERS = 2000;
  var MOST_ROWS = 2000;

  minezone.start = function (map, scene) {
    var t = minezone.t;
    var app = { map: map, scene: scene, ground: { shown: {}, renderers: {} } };
    var styles = minezone.styles(scene);
    var entries = [];
    var chosen = null;

    function byId(id) {
      return document.getElementById(id);
    }

    function frame() {
      map.options.zoomSnap = 0.25;
      map.options.minZoom = 3;
      map.options.maxZoom = 21;
      [h("div.mz-tools.mz-box", { id: "mz-tools", role: "toolbar" }),
        h("div.mz-measure.mz-box", { id: "mz-measure", role: "status", hidden: true }),
        h("div.mz-xy.mz-box", { id: "mz-xy" })
      ].forEach(function (box) { byId("mz-main").appendChild(box); });
      Object.keys(PANES).forEach(function (name) {
        var pane = map.createPane("mz-" + name);
        pane.style.zIndex = PANES[name];
        pane.style.pointerEvents = "none";
        if (name !== "labels") {
          app.ground.renderers[name] = new minezone.HatchCanvas({ pane: "mz-" + name, padding: 0.15 });
          app.ground.shown[name] = L.layerGroup().addTo(map);
        }
      });
    }

    function place(name, parts, options) {
      G.paths(parts, L.extend({
        renderer: app.ground.renderers[name], pane: "mz-" + name, interactive: false, smoothFactor: 0.5
      }, options), 4).forEach(function (path) { app.ground.shown[name].addLayer(path); });
    }

    /* Outlines of the file, the larger ones below. */
    function draw() {
      entries = scene.features.map(function (feature, row) {
        var parts = G.parts(feature.geometry);
        var box = G.bounds(parts);
        return { row: row, feature: feature, parts: parts, box: box, size: (box[2] - box[0]) * (box[3] - box[1]) };
      });
      entries.slice().sort(function (a, b) { return b.size - a.size; }).forEach(function (e) {
        var paint = minezone.legible(minezone.colour(styles.layer(e.feature.layer).colour));
        place("features", e.parts, {
          color: paint, weight: 2, opacity: 1, fill: true, fillColor: paint, fillOpacity: 0.14, lineJoin: "round"
        });
      });
    }

    function named(feature) {
      return feature.name || feature.number || feature.id;
    }

    function names() {
      return entries.filter(function (e) { return e.parts.length; }).map(function (e) {
        var a = map.latLngToLayerPoint([e.box[3], e.box[0]]);
        var b = map.latLngToLayerPoint([e.box[1], e.box[2]]);
        var own = chosen === e;
        return {
          at: (e.anchor = e.anchor || G.anchor(e.parts)), text: named(e.feature), rank: own ? 1 : 10, loud: true,
          kind: own ? "chosen" : e.parts[0].kind === "point" ? "point" : "subject",
          room: Math.min(b.x - a.x, (b.y - a.y) * 4), high: b.y - a.y
        };
      });
    }

    function corners(e) {
      var all = e.parts.reduce(function (out, part) {
        return out.concat.apply(out, part.rings || [part.line || []]);
      }, []);
      return all.length > MOST_CORNERS ? [] : all;
    }

    function choose(e, fit) {
      chosen = e;
      app.ground.shown.chosen.clearLayers();
      if (e) {
        place("chosen", e.parts, { color: "#1f2933", weight: 3, opacity: 1, fill: false, casing: "#ffffff" });
        corners(e).forEach(function (corner) {
          place("chosen", [{ kind: "point", point: corner }], {
            color: "#1f2933", weight: 1.5, fill: true, fillColor: "#ffffff", fillOpacity: 1
          });
        });
      }
      labels.redraw();
      list();
      if (e && fit) {
        show(e.box);
      }
    }

    function show(box) {
      map.fitBounds(G.latLngBounds(box).pad(0.15), { maxZoom: 18, animate: false });
    }

    app.fit = function () {
      show(scene.bounds);
    };
    app.changed = function () {
      if (app.tools) { app.tools.render(); }
    };

    // -- beside the map -----------------------------------------------------------------------

    function list() {
      var box = byId("mz-list");
      var top = box.scrollTop;
      box.setAttribute("aria-label", t("look_features"));
      minezone.replace(box, issues(), h("h2", {}, t("look_features"), h("span.mz-quiet", {}, " " + scene.features.length)),
        h("ul.mz-look-rows", {}, entries.slice(0, MOST_ROWS).map(row)),
        entries.length > MOST_ROWS && h("p.mz-quiet", {}, t("look_more", { n: entries.length - MOST_ROWS })));
      box.scrollTop = top;
    }

    function row(e) {
      var own = chosen === e;
      var f = e.feature;
      var about = [f.name && f.number, minezone.say(styles.layer(f.layer).title),
        typeof f.area_km2 === "number" ? minezone.numbers.km2(f.area_km2) : null].filter(Boolean).join(" · ");
      return h("li", {}, h("button.mz-look-row", {
        type: "button", "aria-expanded": String(own), "data-row": e.row, onclick: function () {
          choose(own ? null : e, true);
          byId("mz-list").querySelector('[data-row="' + e.row + '"]').focus();
        }
      }, h("b", {}, named(f)), h("small", {}, about)), own && facts(f));
    }

    function facts(f) {
      return h("dl.mz-facts", {}, (f.facts || []).map(function (pair) {
        return [h("dt", {}, minezone.say(pair[0])), h("dd", {}, minezone.say(pair[1]))];
      }));
    }

    function issues() {
      return h("section.mz-look-issues", {}, h("h2", {}, t("look_issues")),
        scene.issues.length ? h("ul", {}, scene.issues.map(function (issue) {
          return h("li", { "data-severity": issue.severity }, h("b", {}, minezone.say(issue.word)), " ", minezone.say(issue.text));
        })) : h("p.mz-quiet", {}, t("look_no_issues")));
    }

    function words() {
      document.title = scene.title;
      minezone.header(byId("mz-header"), {
        title: scene.title, notes: scene.notes.map(minezone.say), actions: [],
        onlanguage: function () {
          minezone.setLang(minezone.lang() === "en" ? "zh" : "en");
          words();
          byId("mz-language").focus();
        }
      });
      map.getContainer().setAttribute("aria-label", t("map"));
      byId("mz-tools").setAttribute("aria-label", t("map"));
      [app.tools, app.coordinates, app.measure].forEach(function (part) { part.render(); });
      list();
    }

    function click(event) {
      if (app.measure.mode()) {
        app.measure.click(event);
        return;
      }
      // The smallest of those that lie upon each other: the others can be reached beside it.
      var hit = entries.filter(function (e) {
        return e.parts.some(function (part) { return G.hits(map, part, event.latlng, 6); });
      }).sort(function (a, b) { return a.size - b.size; })[0];
      choose(hit || null, false);
      var line = hit && byId("mz-list").querySelector('[data-row="' + hit.row + '"]');
      if (line) { line.scrollIntoView({ block: "nearest" }); }
    }

    minezone.setLang(scene.lang);
    frame();
    var labels = new minezone.Labels("mz-labels", names).addTo(map);
    draw();
    app.measure = minezone.measure(app, byId("mz-measure"));
    app.tools = minezone.tools(app, byId("mz-tools"));
    app.coordinates = minezone.coordinates(app, byId("mz-xy"));
    map.on("click", click);
    map.on("dblclick", function () { app.measure.finish(); });
    map.on("mousemove", function (event) { app.measure.move(event.latlng); });
    document.addEventListener("keydown", function (event) {
      if (app.measure.key(event.key)) {
        event.preventDefault();
      } else if (event.key === "Escape") {
        choose(null, false);
      }
    });
    new ResizeObserver(function () { map.invalidateSize({ pan: false }); }).observe(map.getContainer());
    app.fit();
    words();
    if (entries.length === 1) {
      choose(entries[0], false);
    }
    labels.redraw();
    minezone.app = app;
    document.documentElement.setAttribute("data-ready", "true");
    return app;
  };
})(window);

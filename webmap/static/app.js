/* The map page: puts the pieces together, holds what is selected, and keeps it in the address. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var h = minezone.h;

  function byId(id) {
    return document.getElementById(id);
  }

  minezone.start = function (map, scene) {
    var app = { map: map, scene: scene, state: { subject: null, finding: null } };
    var t = minezone.t;
    var known = new Map();
    var ask = 0;
    var stop = null;
    var hash = minezone.hash(app);
    var from = hash.read();

    minezone.setLang(from.lang || scene.lang);
    app.source = minezone.source(scene);
    app.styles = minezone.styles(scene);
    scene.subjects.forEach(function (s) { known.set(s.id, s); });

    app.remember = function (subject) { known.set(subject.id, subject); };
    app.subjectOf = function (id) { return known.get(id) || null; };
    app.changed = function (what) {
      if (app.legend && (what === "evidence" || what === "layers")) { app.legend.render(); }
      if (app.tools && what === "measure") { app.tools.render(); }
    };

    /* Select a subject: {fit} moves the map to it, {finding} goes on to that evidence. */
    app.select = function (id, options) {
      var mine = (ask += 1);
      var wish = options || {};
      return app.source.subject(id).then(function (detail) {
        if (mine !== ask) { return; }
        if (!detail) {
          clearChoice();
          app.panel.fail(function () { return t("gone", { id: id }); });
          app.sheet("panel");
          return;
        }
        app.remember(detail.subject);
        app.state.subject = id;
        app.state.finding = null;
        app.panel.show(detail);
        app.list.selected();
        app.sheet("panel");
        root.requestAnimationFrame(function () {
          if (mine !== ask) { return; }
          app.ground.choose(detail);
          var finding = detail.findings.find(function (f) { return f.id === wish.finding; });
          if (finding) {
            app.locate(finding, wish.fit === false);
          } else if (wish.fit) {
            show(app.ground.extent(null));
          }
          hash.write();
        });
      }, function (error) {
        if (mine === ask) {
          app.panel.fail(function () { return t("failed", { what: error.message }); });
        }
      });
    };

    app.deselect = function () {
      ask += 1;
      clearChoice();
      app.panel.show(null);
      app.list.selected();
      app.sheet("");
      hash.write();
    };

    function clearChoice() {
      app.state.subject = app.state.finding = null;
      app.ground.choose(null);
    }

    /* Zoom to a finding's evidence and set it off; null: to the subject as a whole. */
    app.locate = function (finding, stay) {
      app.state.finding = finding ? finding.id : null;
      app.ground.locate(finding);
      app.panel.mark(finding ? finding.id : "");
      if (root.innerWidth <= 640) { app.sheet(""); }
      if (!stay) {
        show(app.ground.extent(finding));
      }
      hash.write();
    };

    /* Open a feature by layer and id, be it a subject or not. */
    app.open = function (layer, id) {
      var e = app.ground.entry(layer, id);
      if (known.has(id) || (e && e.feature.subject)) {
        return app.select(id, { fit: true });
      }
      if (e) {
        openEntry(e);
        show(minezone.geometry.latLngBounds(e.box));
      } else if (!app.source.inline) {
        return app.select(id, { fit: true });
      }
    };

    function openEntry(e) {
      if (e.feature.subject) {
        app.select(e.feature.id, {});
        return;
      }
      ask += 1;
      clearChoice();
      app.panel.context(e.feature);
      app.list.selected();
      app.sheet("panel");
      hash.write();
    }

    function show(bounds) {
      if (bounds) {
        minezone.whenStill(map, function () {
          var wider = bounds.pad(0.25);
          map.fitBounds(wider, L.extend({ maxZoom: 17, animate: false }, minezone.clearOf(map, wider)));
        });
      }
    }

    app.fit = function () {
      minezone.whenStill(map, function () {
        var whole = L.latLngBounds(scene.bounds || [[18, 73], [54, 135]]);
        map.fitBounds(whole, L.extend({ animate: false }, minezone.clearOf(map, whole)));
      });
    };
    app.filter = function (rule, verdict) {
      app.sheet("list");
      app.list.filter(rule, verdict);
    };

    /* The list was filtered: what it leaves out steps back on the map. */
    app.filtered = function (query) {
      var any = query.q.trim() || query.verdicts.length || query.rule;
      if (!any) {
        app.ground.dim(null);
      } else if (app.source.inline) {
        var left = app.source.matching(query);
        app.ground.dim(function (feature) { return !left.has(feature.id); });
      } else {
        var q = minezone.source.normal(query.q);
        app.ground.dim(function (feature, s) {
          var text = ((feature.number || "") + "\n" + (feature.name || "")).toLowerCase();
          var verdict = s && (query.rule ? (s.rules || {})[query.rule] : s.verdict);
          return text.indexOf(q) < 0 || (query.verdicts.length > 0 && Boolean(verdict) && query.verdicts.indexOf(verdict) < 0);
        });
      }
    };

    /* Narrow screens show the list or the panel as a sheet over the map. */
    app.sheet = function (name) {
      document.body.setAttribute("data-sheet", name);
      ["list", "panel"].forEach(function (part) {
        byId("mz-open-" + part).setAttribute("aria-expanded", String(name === part));
      });
    };

    app.setLang = function (lang) {
      minezone.setLang(lang);
      words();
      hash.write();
    };

    function words() {
      document.title = scene.title;
      minezone.header(byId("mz-header"), {
        title: scene.title, notes: minezone.sceneNotes(scene),
        actions: [
          scene.mode === "server" && h("a.mz-button", { href: "/vet?lang=" + minezone.lang() }, t("upload")),
          h("button.mz-button", { type: "button", id: "mz-print-button", onclick: function () { app.print.open(); } }, t("print")),
          minezone.menu(t("download"), minezone.downloads(scene))
        ],
        onlanguage: function () {
          app.setLang(minezone.lang() === "en" ? "zh" : "en");
          byId("mz-language").focus();
        }
      });
      minezone.shellWords(map.getContainer());
      [app.list, app.panel, app.legend, app.tools, app.coordinates, app.measure, app.print].forEach(function (part) {
        part.render();
      });
      app.ground.relabel();
    }

    function load() {
      var mine = (app.loading = (app.loading || 0) + 1);
      var view = map.getBounds().pad(0.15);
      var zoom = map.getZoom();
      if (stop) { stop.abort(); }
      stop = new AbortController();
      var box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map(function (v) { return v.toFixed(6); });
      return app.source.features(box, Math.round(zoom), stop.signal).then(function (answer) {
        if (mine === app.loading && answer) {
          app.ground.draw(answer.features, app.source.inline ? 0 : Math.round(zoom));
          minezone.notice(answer.truncated ? function () { return t("truncated"); } : null);
        }
      }, function (error) {
        if (error.name !== "AbortError") {
          minezone.notice(function () { return t("failed", { what: error.message }); });
        }
      });
    }

    function click(event) {
      app.chooser.close();
      if (app.measure.mode()) {
        app.measure.click(event);
        return;
      }
      var found = app.ground.at(event.latlng, 6);
      if (found.length > 1) {
        app.chooser.open(found, event.containerPoint, openEntry);
      } else if (found.length) {
        openEntry(found[0]);
      }
    }

    var hover = 0;
    function pointed(event) {
      app.measure.move(event.latlng);
      root.cancelAnimationFrame(hover);
      hover = root.requestAnimationFrame(function () {
        var any = !app.measure.mode() && app.ground.at(event.latlng, 6).length > 0;
        map.getContainer().classList.toggle("mz-pointing", any);
      });
    }

    function keys(event) {
      var onMap = document.activeElement === map.getContainer();
      if ((onMap || event.key === "Escape") && app.measure.key(event.key)) {
        event.preventDefault();
      } else if (event.key === "Escape") {
        escape();
      } else if (onMap && event.key === "Enter") {
        click({ latlng: map.getCenter(), containerPoint: map.getSize().divideBy(2) });
      }
    }

    function escape() {
      if (app.print.isOpen()) {
        app.print.close();
      } else if (app.chooser.isOpen()) {
        app.chooser.close();
      } else if (document.body.getAttribute("data-sheet") === "list") {
        app.sheet("");
      } else {
        app.deselect();
      }
    }

    minezone.shell(map, app);
    app.ground = minezone.ground(app);
    app.panel = minezone.panel(app, byId("mz-panel"));
    app.list = minezone.list(app, byId("mz-list"));
    app.measure = minezone.measure(app, byId("mz-measure"));
    app.tools = minezone.tools(app, byId("mz-tools"));
    app.coordinates = minezone.coordinates(app, byId("mz-xy"));
    app.chooser = minezone.chooser(app, byId("mz-chooser"));
    app.legend = minezone.legend(app, byId("mz-legend"));
    app.print = minezone.print(app, byId("mz-print"));
    app.sheet("");
    app.shaded = minezone.shade(app, scene.hillshade);

    map.on("click", click);
    map.on("dblclick", function () { app.measure.finish(); });
    map.on("mousemove", pointed);
    map.on("moveend", function () {
      hash.write();
      if (!app.source.inline) { load(); }
    });
    map.on("move zoomend resize", function () { app.legend.update(); });
    document.addEventListener("keydown", keys);
    root.addEventListener("hashchange", function () { hash.follow(); });
    new ResizeObserver(function () { map.invalidateSize({ pan: false }); }).observe(map.getContainer());

    words();
    if (from.view) {
      map.setView([from.view[0], from.view[1]], from.view[2], { animate: false });
    } else {
      app.fit();
    }
    minezone.app = app;
    app.ready = Promise.all([load(), app.list.refresh()]).then(function () {
      if (from.subject) {
        return app.select(from.subject, { fit: !from.view, finding: from.finding });
      }
    }).then(function () {
      root.performance.mark("minezone-ready");
      document.documentElement.setAttribute("data-ready", "true");
    });
    return app;
  };
})(window);

/* Print: a sheet with title, map at a round scale, graticule, north arrow, legend and findings.
   The sheet is shown before it is printed; Ctrl+P opens it too. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var svg = minezone.svg;
  var SCALES = [500, 1000, 2000, 2500, 5000, 10000, 20000, 25000, 50000, 100000, 200000, 250000, 500000, 1000000, 2000000, 5000000];
  var PAPERS = { A4: [277, 189], A3: [400, 276] };
  var PX_PER_M = 96 / 0.0254;

  minezone.print = function (app, box) {
    var t = minezone.t;
    var map = app.map;
    var chosen = { paper: "A4", scale: 0, title: "" };
    var before = null;
    var byKey = false;
    var pageRule = h("style");
    document.head.appendChild(pageRule);
    root.addEventListener("beforeprint", function () {
      if (!before) {
        byKey = true;
        open();
      }
    });
    root.addEventListener("afterprint", function () {
      if (byKey) {
        close();
      }
    });

    function open() {
      if (before) {
        return;
      }
      var container = map.getContainer();
      before = {
        center: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap, focus: document.activeElement,
        home: container.parentNode, next: container.nextSibling, bounds: wanted()
      };
      chosen.title = chosen.title || app.scene.title;
      box.hidden = false;
      document.body.classList.add("mz-printing");
      document.getElementById("mz-app").setAttribute("inert", "");
      map.options.zoomSnap = 0;
      minezone.setDensity(3);
      compose();
      box.querySelector("#mz-print-now").focus();
    }

    /* The subject with the located evidence, or with all of it; else what the screen shows. */
    function wanted() {
      var detail = app.panel.detail();
      var own = detail && app.ground.extent(null);
      if (!own) {
        return map.getBounds();
      }
      detail.findings.forEach(function (finding) {
        if (finding.evidence.length && (!app.state.finding || app.state.finding === finding.id)) {
          own.extend(app.ground.extent(finding));
        }
      });
      return own;
    }

    function close() {
      if (!before) {
        return;
      }
      var was = before;
      byKey = false;
      was.home.insertBefore(map.getContainer(), was.next);
      map.options.zoomSnap = was.snap;
      minezone.setDensity(0);
      document.body.classList.remove("mz-printing");
      document.getElementById("mz-app").removeAttribute("inert");
      box.hidden = true;
      minezone.clear(box);
      map.invalidateSize({ pan: false });
      before = null;
      map.setView(was.center, was.zoom, { animate: false });
      app.ground.flush();
      if (was.focus && was.focus.focus) {
        was.focus.focus();
      }
    }

    function compose() {
      var paper = PAPERS[chosen.paper];
      pageRule.textContent = "@page { size: " + chosen.paper + " landscape; margin: 10mm }";
      box.setAttribute("aria-label", t("print_preview"));
      var sheet = h("div.mz-sheet", { "data-paper": chosen.paper, style: { width: paper[0] + "mm", height: paper[1] + "mm" } });
      var parts = minezone.sheet(app, chosen.title);
      minezone.replace(sheet, parts.head, h("div.mz-sheet-main", {}, parts.map, parts.side), parts.foot);
      parts.frame.appendChild(map.getContainer());
      var toolbar = h("div.mz-print-bar");
      minezone.replace(box, toolbar, sheet);
      map.invalidateSize({ pan: false });
      var n = aim();
      parts.scale.textContent = "1:" + grouped(n);
      parts.bar.update();
      minezone.graticule(map, parts.frame);
      app.ground.flush();
      controls(toolbar, n);
      var rest = parts.fill();
      if (rest) {
        box.appendChild(rest);
      }
    }

    /* Set the view at the wanted scale, or the roundest that holds what is wanted. */
    function aim() {
      var size = map.getSize();
      map.fitBounds(before.bounds, { animate: false, padding: [size.x * 0.08, size.y * 0.08], maxZoom: 19 });
      var now = minezone.metresAcross(map, 100) / 100;
      var least = now * PX_PER_M;
      before.fit = SCALES.find(function (n) { return n >= least * 0.999; }) || Math.ceil(least / 1e6) * 1e6;
      var n = chosen.scale || before.fit;
      for (var turn = 0; turn < 3; turn += 1) {
        now = minezone.metresAcross(map, 100) / 100;
        map.setZoom(map.getZoom() + Math.log2((now * PX_PER_M) / n), { animate: false });
      }
      return n;
    }

    function grouped(n) {
      return String(n).replace(/\B(?=(\d{3})+$)/g, " ");
    }

    function controls(bar, n) {
      var title = h("input.mz-search", { type: "text", id: "mz-print-title", value: chosen.title, onchange: function () { chosen.title = title.value; again("mz-print-title"); } });
      var paper = select("mz-print-paper", [["A4", t("print_a4")], ["A3", t("print_a3")]], chosen.paper, function (value) { chosen.paper = value; });
      var scale = select("mz-print-scale", [["0", t("print_scale_fit", { n: grouped(before.fit) })]].concat(SCALES.map(function (s) {
        return [String(s), "1:" + grouped(s)];
      })), String(chosen.scale), function (value) { chosen.scale = Number(value); });
      minezone.replace(bar, field("print_title", title), field("print_paper", paper), field("print_scale", scale),
        h("button.mz-button.mz-primary", { type: "button", id: "mz-print-now", onclick: function () { root.print(); } }, t("print_now")),
        h("button.mz-button", { type: "button", onclick: close }, t("close")));
      bar.setAttribute("data-scale", n);
    }

    function field(word, input) {
      return h("label.mz-field", {}, h("span", {}, t(word)), input);
    }

    function select(id, options, value, take) {
      var node = h("select.mz-select", { id: id, onchange: function () { take(node.value); again(id); } },
        options.map(function (pair) { return h("option", { value: pair[0] }, pair[1]); }));
      node.value = value;
      return node;
    }

    function again(focus) {
      compose();
      document.getElementById(focus).focus();
    }

    return {
      open: open, close: close,
      isOpen: function () { return before !== null; },
      render: function () {
        if (before) {
          compose();
        }
      }
    };
  };

  minezone.northArrow = function () {
    return svg("svg", { viewBox: "0 0 24 40", class: "mz-north", role: "img", "aria-label": minezone.t("north") },
      svg("path", { d: "M12 10 L19 36 L12 31 Z", fill: "#fff", stroke: "#1f2933" }),
      svg("path", { d: "M12 10 L5 36 L12 31 Z", fill: "#1f2933", stroke: "#1f2933" }),
      svg("text", { x: 12, y: 8, "text-anchor": "middle", "font-size": 9, "font-weight": 700, fill: "#1f2933" }, minezone.t("north")));
  };

  /* Meridians and parallels ticked on the frame, labelled in degrees. */
  minezone.graticule = function (map, frame) {
    frame.querySelectorAll(".mz-tick").forEach(function (node) { node.remove(); });
    var bounds = map.getBounds();
    var size = map.getSize();
    axis(bounds.getWest(), bounds.getEast(), size.x / 190, function (value) {
      return { at: map.latLngToContainerPoint([bounds.getNorth(), value]).x, side: "x", text: short(value) + "E" };
    });
    axis(bounds.getSouth(), bounds.getNorth(), size.y / 150, function (value) {
      return { at: map.latLngToContainerPoint([value, bounds.getWest()]).y, side: "y", text: short(value) + "N" };
    });

    function axis(low, high, most, place) {
      var steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 18000, 36000];
      var step = steps.find(function (s) { return (high - low) * 3600 / s <= Math.max(2, most); }) || 36000;
      for (var k = Math.ceil((low * 3600) / step); k * step < high * 3600; k += 1) {
        var tick = place((k * step) / 3600);
        [0, 1].forEach(function (end) {
          var node = h("span.mz-tick.mz-tick-" + tick.side + end, {}, h("span", {}, tick.text));
          node.style[tick.side === "x" ? "left" : "top"] = tick.at + "px";
          frame.appendChild(node);
        });
      }
    }

    function short(value) {
      var seconds = Math.round(Math.abs(value) * 3600);
      var two = function (n) { return (n < 10 ? "0" : "") + n; };
      return Math.floor(seconds / 3600) + "°" + two(Math.floor(seconds / 60) % 60) + "′" + (seconds % 60 ? two(seconds % 60) + "″" : "");
    }
  };
})(window);

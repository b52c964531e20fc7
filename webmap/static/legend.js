/* Legend, layer switches and scale bar in one box: what is seen, and whether it is shown. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var svg = minezone.svg;

  minezone.legend = function (app, box) {
    var t = minezone.t;
    var open = root.innerWidth > 1100;
    var shade = true;
    var unfolded = root.innerHeight > 1000 || root.innerWidth <= 640;
    var body = h("div.mz-legend-body");
    var bar = minezone.scaleBar(app.map);
    var toggle = h("button.mz-legend-toggle", { type: "button", onclick: function () { open = !open; render(); } });
    minezone.replace(box, toggle, body, bar.node);

    function render() {
      toggle.textContent = t("legend");
      toggle.setAttribute("aria-expanded", String(open));
      body.hidden = !open;
      box.setAttribute("aria-label", t("legend"));
      minezone.replace(body, minezone.legendVerdicts(app), h("details.mz-layers", { open: unfolded, ontoggle: function (event) {
        unfolded = event.target.open;
      } }, h("summary", {}, t("layers")), switches("subject"), switches("context")), notes());
      bar.update();
    }

    function switches(kind) {
      var here = app.ground.layers();
      var names = Object.keys(app.scene.styles.layers).filter(function (name) {
        return app.styles.layer(name).kind === kind && here[name];
      });
      var relief = kind === "context" && app.ground.hasShade();
      if (!names.length && !relief) {
        return null;
      }
      return h("fieldset.mz-switches", {}, h("legend", {}, t(kind === "subject" ? "legend_subjects" : "legend_context")),
        names.map(function (name) {
          return choice(minezone.say(app.styles.layer(name).title), !app.ground.hidden.has(name), function (on) {
            app.ground.toggle(name, on);
          }, kind === "context" ? swatch(app.styles.context(name)) : null, name);
        }),
        relief && choice(t("hillshade"), shade, function (on) {
          shade = on;
          app.ground.toggleShade(on);
        }, null, "hillshade"));
    }

    function choice(text, on, act, picture, name) {
      var input = h("input", { type: "checkbox", "data-layer": name, onchange: function () { act(input.checked); } });
      input.checked = on;
      return h("label.mz-choice", {}, input, picture, h("span", {}, text));
    }

    function notes() {
      var left = app.scene.truncated || {};
      return Object.keys(left).map(function (name) {
        return h("p.mz-quiet", {}, t("left_out", { layer: minezone.say(app.styles.layer(name).title), n: left[name] }));
      }).concat(app.noTerrain ? h("p.mz-quiet", {}, t("no_terrain", { why: app.noTerrain })) : []);
    }

    return { render: render, update: bar.update };
  };

  function swatch(style) {
    var node = svg("svg", { viewBox: "0 0 22 14", class: "mz-swatch", "aria-hidden": "true" });
    node.appendChild(svg(style.fill ? "rect" : "path", style.fill
      ? { x: 1, y: 1, width: 20, height: 12, rx: 2, fill: style.fillColor, "fill-opacity": style.fillOpacity }
      : { d: "M1 7 H21", fill: "none" }));
    var shape = node.firstChild;
    shape.setAttribute("stroke", style.color);
    shape.setAttribute("stroke-width", style.fill || !style.casing ? Math.min(2.5, style.weight + 0.4) : Math.min(6, style.weight));
    if (style.arrows) {
      shape.setAttribute("stroke-width", 2.5);
      node.appendChild(svg("path", { d: "M17 7 L8 2.4 L10 7 L8 11.6 Z", fill: style.color, stroke: "#fff", "stroke-width": 1 }));
    }
    if (style.dashArray) {
      shape.setAttribute("stroke-dasharray", "4 3");
    }
    return node;
  }

  /* Verdicts that occur, as they look on the map, and the evidence now drawn. */
  minezone.legendVerdicts = function (app) {
    var t = minezone.t;
    var codes = app.styles.order.filter(function (code) {
      return app.scene.counts[code];
    });
    var roles = [];
    var drawn = app.ground.evidenceRoles();
    Object.keys(app.scene.styles.roles).forEach(function (role) {
      if (drawn.has(role)) {
        roles.push(h("li", {}, swatch(app.styles.evidence(role, drawn.get(role), false)), h("span", {}, app.styles.role(role))));
      }
    });
    return h("div", {}, h("p.mz-legend-title", {}, t("legend_verdicts")), h("ul.mz-legend-list", {},
      codes.map(function (code) {
        return h("li", {}, verdictSwatch(app.styles, code), h("span", {}, app.styles.label(code)));
      }), h("li", {}, openSwatch(), h("span", {}, t("legend_undecided")))),
    roles.length > 0 && [h("p.mz-legend-title", {}, t("legend_evidence")), h("ul.mz-legend-list", {}, roles)]);
  };

  function verdictSwatch(styles, code) {
    var look = styles.subject({ decided: code, verdict: code, undecided: code === "NO_DATA" });
    var node = svg("svg", { viewBox: "0 0 22 14", class: "mz-swatch", "aria-hidden": "true" },
      svg("rect", { x: 1.2, y: 1.2, width: 19.6, height: 11.6, rx: 2, fill: look.fillColor, "fill-opacity": look.fillOpacity,
        stroke: look.color, "stroke-width": look.weight }));
    if (look.hatch) {
      node.appendChild(svg("path", { d: "M3 12 L12 2 M9 12 L18 2 M15 12 L20 6.5", stroke: look.hatch, "stroke-width": 1.4 }));
    }
    return node;
  }

  function openSwatch() {
    return svg("svg", { viewBox: "0 0 22 14", class: "mz-swatch", "aria-hidden": "true" },
      svg("path", { d: "M1 12 L10 2 M7 12 L16 2 M13 12 L21 3", stroke: "#5d6873", "stroke-width": 1.4 }));
  }

  /* A metric scale bar: geodesic length of the map's middle row, 1, 2 or 5 times a power of ten. */
  minezone.scaleBar = function (map, wide) {
    var line = h("div.mz-scale-line", {}, h("i"), h("i"));
    var text = h("span");
    var node = h("div.mz-scale", { role: "img" }, line, h("div.mz-scale-text", {}, h("span", {}, "0"), text));
    function update() {
      var most = wide || 120;
      var size = map.getSize();
      if (!size.x) {
        return;
      }
      var metres = minezone.metresAcross(map, most);
      var power = Math.pow(10, Math.floor(Math.log10(metres)));
      var nice = [5, 2, 1].map(function (n) { return n * power; }).find(function (n) { return n <= metres; });
      line.style.width = (most * nice) / metres + "px";
      node.style.width = Math.max(50, (most * nice) / metres) + 24 + "px";
      text.textContent = nice >= 1000 ? nice / 1000 + " km" : nice + " m";
      node.setAttribute("aria-label", minezone.t("scale_bar", { text: text.textContent }));
      node.setAttribute("data-metres", nice);
    }
    return { node: node, update: update };
  };

  /* Geodesic metres that `pixels` span from west to east through the middle of the map. */
  minezone.metresAcross = function (map, pixels) {
    var size = map.getSize();
    var a = map.containerPointToLatLng([size.x / 2 - pixels / 2, size.y / 2]);
    var b = map.containerPointToLatLng([size.x / 2 + pixels / 2, size.y / 2]);
    return minezone.geodesy.inverse([a.lng, a.lat], [b.lng, b.lat]).s;
  };
})(window);

/* Distance and area on the CGCS2000 ellipsoid; edges are geodesics. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var h = minezone.h;
  var INK = "#0b5cad";

  minezone.measure = function (app, box) {
    var t = minezone.t;
    var map = app.map;
    var geodesy = minezone.geodesy;
    var mode = "";
    var points = [];
    var done = false;
    var hover = null;

    function start(next) {
      mode = mode === next ? "" : next;
      points = [];
      done = false;
      hover = null;
      map.doubleClickZoom[mode ? "disable" : "enable"]();
      map.getContainer().classList.toggle("mz-measuring", Boolean(mode));
      app.changed("measure");
      draw();
    }

    function click(event) {
      if (done) {
        points = [];
        done = false;
      }
      var last = points[points.length - 1];
      var p = [event.latlng.lng, event.latlng.lat];
      if (!last || map.latLngToLayerPoint([last[1], last[0]]).distanceTo(map.latLngToLayerPoint(event.latlng)) > 2) {
        points.push(p);
      }
      draw();
    }

    function finish() {
      done = points.length > (mode === "area" ? 2 : 1);
      hover = null;
      draw();
    }

    function move(latlng) {
      if (mode && !done && points.length) {
        hover = [latlng.lng, latlng.lat];
        draw();
      }
    }

    /* Keys of measuring; true where the key was one of them. */
    function key(name) {
      if (!mode) {
        return false;
      }
      if (name === "Escape") {
        start("");
      } else if (name === "Backspace") {
        points.pop();
        done = false;
        draw();
      } else if (name === "Enter") {
        finish();
      } else if (name === " ") {
        click({ latlng: map.getCenter() });
      } else {
        return false;
      }
      return true;
    }

    function path(all, closed) {
      var out = all.slice(0, 1);
      for (var i = 1; i < all.length; i += 1) {
        out = out.concat(geodesy.along(all[i - 1], all[i], 2000));
      }
      if (closed && all.length > 2) {
        out = out.concat(geodesy.along(all[all.length - 1], all[0], 2000));
      }
      return out.map(function (p) {
        return [p[1], p[0]];
      });
    }

    function draw() {
      var group = app.ground.shown.measure;
      group.clearLayers();
      var all = hover ? points.concat([hover]) : points;
      var style = {
        renderer: app.ground.renderers.measure, pane: "mz-measure", interactive: false,
        color: INK, weight: 2.5, casing: "#ffffff", fill: mode === "area", fillColor: INK, fillOpacity: 0.12
      };
      if (all.length > 1) {
        group.addLayer((mode === "area" ? L.polygon : L.polyline)(path(all, mode === "area"), style));
      }
      points.forEach(function (p) {
        group.addLayer(L.circleMarker([p[1], p[0]], L.extend({}, style, { radius: 4, fill: true, fillColor: "#ffffff", fillOpacity: 1, casing: null })));
      });
      render(all);
    }

    function render(given) {
      var all = given || points;
      box.hidden = !mode;
      if (!mode) {
        return;
      }
      var rows = [];
      var ring = mode === "area" ? all.concat(all.slice(0, 1)) : all;
      if (mode === "area") {
        rows.push(row("surface", all.length > 2 ? geodesy.area(all) : 0, surface));
      }
      rows.push(row(mode === "area" ? "perimeter" : "length", all.length > 1 ? geodesy.length(ring) : 0, distance));
      minezone.replace(box, h("dl", {}, rows), h("p.mz-quiet", {}, t("measure_ellipsoid")),
        h("p.mz-quiet", {}, t("measure_hint")));
    }

    function row(word, value, write) {
      return [h("dt", {}, t("measure_" + word)), h("dd", { "data-measure": word, "data-value": String(value) }, write(value))];
    }

    function distance(m) {
      return group3(m < 10000 ? m.toFixed(2) : (m / 1000).toFixed(3)) + (m < 10000 ? " m" : " km");
    }

    function surface(m2) {
      return group3((m2 / 1e6).toFixed(4)) + " km² · " + group3(m2.toFixed(0)) + " m²";
    }

    function group3(text) {
      var parts = text.split(".");
      return [parts[0].replace(/\B(?=(\d{3})+$)/g, ",")].concat(parts.slice(1)).join(".");
    }

    return {
      start: start, click: click, move: move, key: key, finish: finish,
      render: function () { render(); },
      mode: function () { return mode; }
    };
  };
})(window);

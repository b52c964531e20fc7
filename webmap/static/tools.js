/* Buttons on the map, the coordinate read-out, and the offer of features that lie upon each other. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var ICONS = {
    zoom_in: "M10 4 V16|M4 10 H16", zoom_out: "M4 10 H16",
    fit: "M3 7 V3 H7|M13 3 H17 V7|M17 13 V17 H13|M7 17 H3 V13",
    measure_line: "M2.5 13.5 L13.5 2.5 L17.5 6.5 L6.5 17.5 Z|M6.5 9.5 L8.6 11.6|M9.5 6.5 L11.6 8.6|M12.2 3.8 L13.6 5.2",
    measure_area: "M4 6 L13 3 L17 11 L9 17 Z"
  };

  minezone.tools = function (app, box) {
    var act = {
      zoom_in: function () { app.map.zoomIn(1); },
      zoom_out: function () { app.map.zoomOut(1); },
      fit: app.fit,
      measure_line: function () { app.measure.start("line"); },
      measure_area: function () { app.measure.start("area"); }
    };
    var buttons = Object.keys(act).map(function (name) {
      return h("button.mz-tool", { type: "button", onclick: act[name], "data-tool": name }, minezone.icon(ICONS[name]));
    });
    minezone.replace(box, buttons);
    return {
      render: function () {
        buttons.forEach(function (button) {
          var name = button.getAttribute("data-tool");
          button.setAttribute("aria-label", minezone.t(name));
          button.setAttribute("title", minezone.t(name));
          if (name.slice(0, 7) === "measure") {
            button.setAttribute("aria-pressed", String("measure_" + app.measure.mode() === name));
          }
        });
      }
    };
  };

  /* Degrees and zone coordinates under the pointer; of the centre while there is none. */
  minezone.coordinates = function (app, box) {
    var pointer = null;
    function render() {
      var at = pointer || app.map.getCenter();
      var lng = ((((at.lng + 180) % 360) + 360) % 360) - 180;
      var plane = minezone.geodesy.zone3(lng, at.lat);
      minezone.replace(box, h("span", { "data-xy": "degrees" }, minezone.geodesy.degrees(lng, at.lat)),
        h("span", { "data-xy": "zone" }, minezone.t("zone", { zone: plane.zone })),
        h("span", { "data-xy": "x" }, "X " + plane.x.toFixed(2)),
        h("span", { "data-xy": "y" }, "Y " + plane.y.toFixed(2)), h("span", {}, "CGCS2000"));
      box.setAttribute("data-lon", lng);
      box.setAttribute("data-lat", at.lat);
    }
    app.map.on("mousemove", function (event) {
      pointer = event.latlng;
      render();
    });
    app.map.on("mouseout", function () {
      pointer = null;
      render();
    });
    app.map.on("move", function () {
      if (!pointer) {
        render();
      }
    });
    return { render: render };
  };

  /* A short menu of all features under the pointer. */
  minezone.chooser = function (app, box) {
    var before = null;
    function close() {
      if (!box.hidden) {
        box.hidden = true;
        minezone.clear(box);
        if (before && document.contains(before)) {
          before.focus();
        }
      }
    }
    function open(entries, point, take) {
      before = document.activeElement;
      var items = entries.slice(0, 12).map(function (e) {
        var s = e.subject;
        var f = e.feature;
        return h("button.mz-choice-item", { type: "button", role: "menuitem", onclick: function () { close(); take(e); } },
          s ? minezone.mark(s.verdict, app.styles.verdict(s.verdict), app.styles.label(s.verdict)) : h("i.mz-no-mark"),
          h("span", {}, f.name || f.number || f.id, h("small", {}, [minezone.say(app.styles.layer(f.layer).title), f.name && f.number].filter(Boolean).join(" · "))));
      });
      minezone.replace(box, h("p.mz-quiet", { id: "mz-chooser-title" }, minezone.t("several_here", { n: entries.length })), items);
      box.hidden = false;
      var size = app.map.getSize();
      box.style.left = Math.max(8, Math.min(point.x + 10, size.x - box.offsetWidth - 8)) + "px";
      box.style.top = Math.max(8, Math.min(point.y + 10, size.y - box.offsetHeight - 8)) + "px";
      items[0].focus();
    }
    box.addEventListener("keydown", function (event) {
      var items = Array.prototype.slice.call(box.querySelectorAll("button"));
      var i = items.indexOf(document.activeElement);
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        items[(i + step + items.length) % items.length].focus();
      }
    });
    return { open: open, close: close, isOpen: function () { return !box.hidden; } };
  };
})(window);

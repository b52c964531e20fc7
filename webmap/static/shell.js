/* The boxes of the map page that hold the pieces, and the address that remembers them. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var h = minezone.h;

  /* Put tools, legend and read-out on folium's map, and quieten what Leaflet brings itself. */
  minezone.shell = function (map, app) {
    var main = document.getElementById("mz-main");
    [map.zoomControl, map.attributionControl].forEach(function (control) {
      if (control) {
        control.remove();
      }
    });
    map.options.zoomSnap = 0.25;
    map.options.wheelPxPerZoomLevel = 90;
    map.options.minZoom = 3;
    map.options.maxZoom = 19;
    var boxes = [
      h("div.mz-tools.mz-box", { id: "mz-tools", role: "toolbar" }),
      h("div.mz-measure.mz-box", { id: "mz-measure", role: "status", hidden: true }),
      h("section.mz-legend.mz-box", { id: "mz-legend" }),
      h("div.mz-xy.mz-box", { id: "mz-xy" }),
      h("p.mz-notice.mz-box", { id: "mz-notice", role: "status", hidden: true }),
      h("div.mz-chooser.mz-box", { id: "mz-chooser", role: "menu", "aria-labelledby": "mz-chooser-title", hidden: true }),
      h("div.mz-cross", { "aria-hidden": "true" })
    ];
    boxes.forEach(function (box) {
      main.appendChild(box);
    });
    skip("mz-skip-list", function () {
      app.sheet("list");
      document.getElementById("mz-rows").focus();
    });
    skip("mz-skip-map", function () { map.getContainer().focus(); });
    ["list", "panel"].forEach(function (name) {
      document.getElementById("mz-open-" + name).addEventListener("click", function () {
        app.sheet(document.body.getAttribute("data-sheet") === name ? "" : name);
      });
    });
  };

  /* A skip link moves the focus and leaves the address alone: that holds the selection. */
  function skip(id, act) {
    document.getElementById(id).addEventListener("click", function (event) {
      event.preventDefault();
      act();
    });
  }

  /* Leaflet drops a new view while it animates a zoom: wait for its end. */
  minezone.whenStill = function (map, act) {
    if (map._animatingZoom) {
      map.once("zoomend", act);
    } else {
      act();
    }
  };

  /* Padding for fitBounds: the part of the map that no box and no sheet covers, beside the legend
     or above it, whichever shows the bounds larger. */
  minezone.clearOf = function (map, bounds) {
    var size = map.getSize();
    var sheet = document.body.getAttribute("data-sheet") === "panel" && document.getElementById("mz-panel");
    if (!sheet || root.innerWidth > 1100) {
      var wide = size.x > 600;
      var legend = document.getElementById("mz-legend");
      var beside = padding(wide ? legend.offsetWidth + 12 : 12, 12, wide ? 60 : 12, 40);
      var above = padding(12, 12, wide ? 60 : 12, legend.offsetHeight + 24);
      return wide && zoomIn(map, bounds, above) > zoomIn(map, bounds, beside) ? above : beside;
    }
    var right = root.innerWidth > 640 ? Math.min(sheet.offsetWidth, size.x * 0.7) : 0;
    var bottom = root.innerWidth > 640 ? 0 : Math.min(sheet.offsetHeight, size.y * 0.75);
    return padding(12, 12, right + 12, bottom + 12);
  };

  function padding(left, top, right, bottom) {
    return { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] };
  }

  function zoomIn(map, bounds, sides) {
    return map.getBoundsZoom(bounds, false, L.point(sides.paddingTopLeft).add(sides.paddingBottomRight));
  }

  /* A line at the top of the map; words() gives it, null takes it away. */
  minezone.notice = function (words) {
    var line = document.getElementById("mz-notice");
    line.hidden = !words;
    line.textContent = words ? words() : "";
  };

  minezone.shellWords = function (container) {
    var t = minezone.t;
    container.setAttribute("aria-label", t("map_label"));
    container.setAttribute("role", "application");
    document.getElementById("mz-main").setAttribute("aria-label", t("map"));
    document.getElementById("mz-list").setAttribute("aria-label", t("list"));
    document.getElementById("mz-tools").setAttribute("aria-label", t("map"));
    document.getElementById("mz-open-list").textContent = t("list");
    document.getElementById("mz-open-panel").textContent = t("detail");
    document.getElementById("mz-skip-list").textContent = t("skip_list");
    document.getElementById("mz-skip-map").textContent = t("skip_map");
  };

  /* #s=subject&f=finding&v=lat,lng,zoom&l=en */
  minezone.hash = function (app) {
    var written = "";

    function read() {
      var given = new URLSearchParams(root.location.hash.slice(1));
      var view = (given.get("v") || "").split(",").map(Number);
      var sound = view.length === 3 && view.every(isFinite) && Math.abs(view[0]) <= 85 && Math.abs(view[1]) <= 180;
      return {
        subject: given.get("s"), finding: given.get("f"), view: sound ? view : null,
        lang: /^(zh|en)$/.test(given.get("l") || "") ? given.get("l") : null
      };
    }

    function write() {
      var out = new URLSearchParams();
      var c = app.map.getCenter();
      if (app.state.subject) { out.set("s", app.state.subject); }
      if (app.state.finding) { out.set("f", app.state.finding); }
      if (minezone.lang() !== (app.scene.lang === "en" ? "en" : "zh")) { out.set("l", minezone.lang()); }
      out.set("v", [c.lat.toFixed(6), c.lng.toFixed(6), app.map.getZoom().toFixed(2)].join(","));
      var text = "#" + out.toString().replace(/%2C/g, ",");
      if (text !== root.location.hash && !(app.print && app.print.isOpen())) {
        written = text;
        root.history.replaceState(null, "", text);
      }
    }

    /* The address was changed by hand or by a link. */
    function follow() {
      if (root.location.hash === written) {
        return;
      }
      var to = read();
      var lang = to.lang || app.scene.lang;
      if (lang !== minezone.lang()) {
        app.setLang(lang);
      }
      if (to.view) {
        app.map.setView([to.view[0], to.view[1]], to.view[2], { animate: false });
      }
      if (!to.subject) {
        app.deselect();
      } else if (to.subject !== app.state.subject || to.finding !== app.state.finding) {
        app.select(to.subject, { fit: !to.view, finding: to.finding });
      }
    }

    return { read: read, write: write, follow: follow };
  };
})(window);

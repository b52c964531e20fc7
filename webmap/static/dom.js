/* Elements are made here and nowhere else: text by textContent, never markup from strings. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var SVG = "http://www.w3.org/2000/svg";

  /* h("button.mz-x", {type: "button", onclick: f}, "text", child …); null children are left out. */
  function h(spec, attributes) {
    var parts = spec.split(".");
    var node = document.createElement(parts[0] || "div");
    if (parts.length > 1) {
      node.className = parts.slice(1).join(" ");
    }
    assign(node, attributes);
    append(node, Array.prototype.slice.call(arguments, 2));
    return node;
  }

  function assign(node, attributes) {
    Object.keys(attributes || {}).forEach(function (name) {
      var value = attributes[name];
      if (value === null || value === undefined || value === false) {
        return;
      }
      if (name.slice(0, 2) === "on") {
        node.addEventListener(name.slice(2), value);
      } else if (name === "style") {
        Object.keys(value).forEach(function (key) {
          node.style.setProperty(key, value[key]);
        });
      } else {
        node.setAttribute(name, value === true ? "" : String(value));
      }
    });
  }

  function append(node, children) {
    children.forEach(function (child) {
      if (Array.isArray(child)) {
        append(node, child);
      } else if (child !== null && child !== undefined && child !== false) {
        node.appendChild(child.nodeType ? child : document.createTextNode(String(child)));
      }
    });
    return node;
  }

  function clear(node) {
    while (node.firstChild) {
      node.removeChild(node.firstChild);
    }
    return node;
  }

  function replace(node) {
    return append(clear(node), Array.prototype.slice.call(arguments, 1));
  }

  function svg(name, attributes) {
    var node = document.createElementNS(SVG, name);
    Object.keys(attributes || {}).forEach(function (key) {
      node.setAttribute(key, String(attributes[key]));
    });
    append(node, Array.prototype.slice.call(arguments, 2));
    return node;
  }

  /* An icon of 20 × 20 made of stroked paths. */
  function icon(paths) {
    var node = svg("svg", { viewBox: "0 0 20 20", class: "mz-icon", "aria-hidden": "true" });
    paths.split("|").forEach(function (d) {
      node.appendChild(svg("path", { d: d }));
    });
    return node;
  }

  var GLYPHS = {
    FAIL: "M6.2 6.2 L13.8 13.8 M13.8 6.2 L6.2 13.8",
    REVIEW: "M7.4 8.2 a2.6 2.4 0 1 1 3.8 2.1 c-.9.5-1.2.9-1.2 1.7 M10 14.1 v.2",
    NO_DATA: "M3 12 L12 3 M3 17 L17 3 M8 17 L17 8",
    PASS: "M5.4 10.4 L8.7 13.6 L14.8 6.8",
    NOT_APPLICABLE: "M6 10 H14"
  };

  /* The mark of a verdict: shape, fill and glyph differ, not the colour alone. */
  function mark(verdict, style, label) {
    var colour = minezone.colour(style && style.colour, "#7b8794");
    var solid = verdict === "FAIL" || verdict === "REVIEW";
    var frame =
      verdict === "REVIEW"
        ? svg("path", { d: "M10 .8 L19.2 10 L10 19.2 L.8 10 Z", fill: colour, stroke: colour })
        : verdict === "PASS" || verdict === "NOT_APPLICABLE"
          ? svg("circle", { cx: 10, cy: 10, r: 8.2, fill: "#fff", stroke: colour })
          : svg("rect", {
              x: 1.8, y: 1.8, width: 16.4, height: 16.4, rx: 3,
              fill: solid ? colour : "#fff", stroke: colour
            });
    var glyph = svg("path", {
      d: GLYPHS[verdict] || GLYPHS.NOT_APPLICABLE,
      stroke: solid ? "#fff" : colour, fill: "none", "stroke-linecap": "round"
    });
    var node = svg("svg", { viewBox: "0 0 20 20", class: "mz-mark" }, frame, glyph);
    if (label) {
      node.setAttribute("role", "img");
      node.setAttribute("aria-label", label);
    } else {
      node.setAttribute("aria-hidden", "true");
    }
    return node;
  }

  /* A colour of the data, or `fallback` where it is none: only #rgb and #rrggbb are colours. */
  function colour(value, fallback) {
    return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(value || "") ? value : fallback || "#3d4852";
  }

  function debounce(milliseconds, action) {
    var timer = 0;
    return function () {
      var self = this;
      var given = arguments;
      window.clearTimeout(timer);
      timer = window.setTimeout(function () {
        action.apply(self, given);
      }, milliseconds);
    };
  }

  /* The bar on top of every page. parts: {title, notes: [text], actions: [node], onlanguage} */
  minezone.header = function (box, parts) {
    replace(box, h("h1.mz-title", { title: parts.title }, parts.title),
      h("p.mz-notes", {}, parts.notes.join(" · ")),
      h("div.mz-actions", {}, parts.actions, h("button.mz-button", {
        type: "button", id: "mz-language", onclick: parts.onlanguage, "aria-label": minezone.t("language_label"),
        lang: minezone.lang() === "en" ? "zh-CN" : "en"
      }, minezone.t("language"))));
  };

  minezone.serverDownloads = function (base) {
    return [["report.json", "download_json"], ["findings.gpkg", "download_gpkg"], ["findings.csv", "download_csv"]].map(function (pair) {
      return h("a.mz-menu-item", { href: base + "/files/" + pair[0], download: pair[0] }, minezone.t(pair[1]));
    });
  };

  minezone.h = h;
  minezone.svg = svg;
  minezone.icon = icon;
  minezone.mark = mark;
  minezone.colour = colour;
  minezone.clear = clear;
  minezone.replace = replace;
  minezone.debounce = debounce;
})(window);

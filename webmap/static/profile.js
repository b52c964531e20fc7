/* The ground along a flow path, drawn small: distance to the right, elevation upward, people. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var svg = minezone.svg;
  var WIDE = 320, HIGH = 96, LEFT = 36, RIGHT = 14, FOOT = 34, ROW = 15, ROWS = 3;
  var INK = "#1f2933", MUTE = "#56626e", GROUND = "#b9ab93", FAR = "#e4ddd0";

  /* Profiles of the paths that a card's findings rest on; null where none is known. */
  minezone.profiles = function (card, app) {
    var detail = app.panel.detail();
    if (!detail) {
      return null;
    }
    return minezone.flows(detail).filter(function (path) {
      return path.heights && card.findings.indexOf(path.finding) >= 0;
    }).map(function (path) {
      return figure(path, app);
    });
  };

  function figure(path, app) {
    var t = minezone.t;
    var low = Math.min.apply(null, path.heights), high = Math.max.apply(null, path.heights);
    var first = path.heights[0], last = path.heights[path.heights.length - 1];
    var frame = scales(path, low, high);
    var words = t("profile_words", {
      length: Math.round(path.length), from: first.toFixed(1), to: last.toFixed(1), times: frame.times
    }).replace(/ (?!·)/g, "\u00a0");
    var people = path.people.map(function (one) { return labelOf(one); });
    return h("figure.mz-profile", { "data-rule": path.rule },
      h("figcaption", {}, h("b", {}, t("profile")), " ", words),
      drawing(path, frame, app, [t("profile"), words].concat(people).join(" · ")));
  }

  /* Where metres and elevations lie in the drawing. */
  function scales(path, low, high) {
    var rows = Math.min(ROWS, path.people.length);
    var top = 8 + rows * ROW;
    var step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find(function (s) { return (high - low) / s <= 3.2; }) || 2000;
    var floor = Math.floor(low / step) * step;
    var roof = Math.max(Math.ceil(high / step) * step, floor + step);
    var across = (WIDE - LEFT - RIGHT) / Math.max(path.length, 1);
    var up = HIGH / (roof - floor);
    return {
      top: top, base: top + HIGH, step: step, floor: floor, roof: roof,
      times: Math.max(1, Math.round(up / across)),
      x: function (metres) { return LEFT + metres * across; },
      y: function (metres) { return top + (roof - metres) * up; }
    };
  }

  function drawing(path, frame, app, words) {
    var node = svg("svg", { viewBox: "0 0 " + WIDE + " " + (frame.base + FOOT), role: "img", "aria-label": words });
    ground(path, frame).concat(axes(path, frame, app), people(path, frame, app)).forEach(function (part) {
      node.appendChild(part);
    });
    return node;
  }

  function spot(x, y) {
    return x.toFixed(1) + " " + y.toFixed(1);
  }

  /* The ground as an area, paler beyond the limit, and its line. */
  function ground(path, frame) {
    var parts = minezone.flowParts(path);
    var at = 0;
    return parts.filter(function (line) { return line.length > 1; }).map(function (line, k) {
      var points = line.map(function (p, i) {
        at += i ? minezone.geodesy.inverse(line[i - 1], p).s : 0;
        return spot(frame.x(at), frame.y(p[2]));
      });
      var start = k ? frame.x(path.limit) : frame.x(0);
      var d = "M" + points.join(" L");
      return svg("g", {},
        svg("path", { d: d + " L" + spot(frame.x(at), frame.base) + " L" + spot(start, frame.base) + " Z", fill: k ? FAR : GROUND, "fill-opacity": 0.55 }),
        svg("path", { d: d, fill: "none", stroke: k ? "#8d7b68" : "#6b4f3a", "stroke-width": k ? 1.2 : 1.8, "stroke-linejoin": "round" }));
    });
  }

  function text(x, y, words, more) {
    return svg("text", Object.assign({ x: x.toFixed(1), y: y.toFixed(1), "font-size": 11, fill: MUTE }, more), words);
  }

  function rule(x1, y1, x2, y2, colour, more) {
    return svg("line", Object.assign({ x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), stroke: colour, "stroke-width": 1 }, more));
  }

  function axes(path, frame, app) {
    var out = [];
    var right = WIDE - RIGHT;
    for (var z = frame.floor; z <= frame.roof; z += frame.step) {
      out.push(rule(LEFT, frame.y(z), right, frame.y(z), z === frame.floor ? MUTE : "#d8dee4"));
      out.push(text(LEFT - 4, frame.y(z) + 4, String(z), { "text-anchor": "end" }));
    }
    minezone.flowMarks(path).forEach(function (mark) {
      var x = frame.x(mark.metres);
      out.push(rule(x, frame.base, x, frame.base + 4, MUTE));
      out.push(text(x, frame.base + 16, String(mark.metres), { "text-anchor": "middle" }));
    });
    out.push(text(LEFT, frame.base + 30, minezone.t("profile_axis"), {}));
    if (path.limit !== null && path.limit <= path.length) {
      var colour = app.styles.text(path.finding.verdict);
      var at = frame.x(path.limit);
      out.push(rule(at, frame.top - 2, at, frame.base, colour, { "stroke-dasharray": "4 3", "stroke-width": 1.4 }));
      out.push(text(at, frame.base + 30, minezone.t("profile_limit", { limit: minezone.numbers.show(path.limit, "m") }),
        { "text-anchor": "middle", fill: colour, "font-weight": 600 }));
    }
    return out;
  }

  function labelOf(one) {
    var name = Array.from(minezone.nameOf(one.finding));
    var short = name.length > 10 ? name.slice(0, 9).join("") + "…" : name.join("");
    return short + " " + (one.measured ? minezone.numbers.show(one.at, "m") : minezone.t("profile_aside"));
  }

  function widthOf(words) {
    return Array.from(words).reduce(function (sum, sign) { return sum + (sign.charCodeAt(0) > 0x2e7f ? 11 : 6.6); }, 0);
  }

  /* A stem and a mark for each neighbour, named while there is room. Full: its distance along the
     path is known; hollow: it lies aside, at the nearest place. */
  function people(path, frame, app) {
    var taken = [];
    return path.people.filter(function (one) {
      return one.at <= path.length;
    }).sort(function (a, b) {
      return Number(b.measured) - Number(a.measured) || a.at - b.at;
    }).map(function (one) {
      var x = frame.x(one.at);
      var y = frame.y(minezone.flowAt(path, one.at)[2]);
      var words = labelOf(one);
      var box = room(taken, x, widthOf(words), Math.min(ROWS, path.people.length));
      var colour = app.styles.text(one.finding.verdict);
      if (box) {
        taken.push(box);
      }
      return svg("g", { class: "mz-profile-person", "data-finding": one.finding.id },
        rule(x, box ? (box.row + 0.5) * ROW : frame.top, x, y - 5, colour, { "stroke-dasharray": "2 2" }),
        svg("path", { d: "M" + spot(x, y) + " l-5 -9 h10 Z", fill: one.measured ? colour : "#fff", stroke: colour, "stroke-width": 1.2 }),
        box ? text(box.from, box.row * ROW + 13, words, { fill: INK, "font-weight": 600 }) : null);
    });
  }

  /* A row right or left of the stem at `x` where no name and no stem is crossed, else null. */
  function room(taken, x, wide, rows) {
    for (var k = 0; k < 2 * rows; k += 1) {
      var from = k % 2 ? x - wide - 5 : x + 5;
      var box = { row: Math.floor(k / 2), from: from, to: from + wide, stem: x };
      if (from >= 2 && box.to <= WIDE - 2 && taken.every(function (other) { return apart(box, other) && apart(other, box); })) {
        return box;
      }
    }
    return null;
  }

  function apart(a, b) {
    var same = a.row === b.row && a.from < b.to + 8 && b.from < a.to + 8;
    var crossed = a.row < b.row && a.stem > b.from - 3 && a.stem < b.to + 3;
    return !same && !crossed;
  }
})(window);

/* How things look on the map: from the scene's one table of styles, checked before use. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var INK = "#1f2933";

  function channels(colour) {
    var hex = colour.slice(1);
    if (hex.length === 3) {
      hex = hex.replace(/./g, "$&$&");
    }
    return [0, 2, 4].map(function (i) {
      return parseInt(hex.slice(i, i + 2), 16);
    });
  }

  function luminance(rgb) {
    var c = rgb.map(function (v) {
      var s = v / 255;
      return s <= 0.03928 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  }

  /* The colour, darkened until it stands on white (and white on it) with contrast 4.5. */
  function legible(colour) {
    var rgb = channels(colour);
    while (1.05 / (luminance(rgb) + 0.05) < 4.5) {
      rgb = rgb.map(function (v) {
        return Math.floor(v * 0.94);
      });
    }
    return "#" + rgb.map(function (v) {
      return (v < 16 ? "0" : "") + v.toString(16);
    }).join("");
  }

  minezone.styles = function (scene) {
    var verdicts = scene.styles.verdicts;
    var order = verdicts.map(function (v) {
      return v.code;
    });
    var byCode = {};
    verdicts.forEach(function (v) {
      byCode[v.code] = v;
    });

    function verdict(code) {
      return byCode[code] || byCode.NO_DATA || { code: code, colour: "#7b8794", weight: 1.5, label: code };
    }

    function colour(code) {
      return minezone.colour(verdict(code).colour, "#7b8794");
    }

    /* The verdict whose look a subject takes; nothing decided and something open is NO_DATA. */
    function drawnAs(subject) {
      var decided = subject.decided;
      if ((!decided || decided === "NOT_APPLICABLE") && subject.undecided) {
        return "NO_DATA";
      }
      return decided || subject.verdict || "NOT_APPLICABLE";
    }

    /* Outline of a subject. What is undecided is hatched, and loses the even look of a PASS. */
    function subject(s, dimmed) {
      var code = drawnAs(s);
      var style = verdict(code);
      var open = s.undecided || code === "NO_DATA";
      var strong = open && (code === "NO_DATA" || code === "PASS");
      var out = {
        stroke: true, color: colour(code), weight: Math.max(1, style.weight), opacity: 1,
        dashArray: code === "PASS" && open ? "6 3" : null, lineJoin: "round",
        fill: true, fillColor: colour(code),
        fillOpacity: { solid: 0.3, light: 0.2 }[style.fill] || 0,
        hatch: open ? (strong ? "#5d6873" : legible(colour(code))) : null,
        hatchOpacity: strong ? 0.7 : 0.3, hatchGap: strong ? 8 : 10, hatchWidth: strong ? 1.5 : 1.2
      };
      if (dimmed) {
        out.opacity = 0.35;
        out.weight = 1;
        out.fillOpacity = 0;
        out.hatch = null;
        out.color = "#5d6873";
      }
      return out;
    }

    function layer(name) {
      return scene.styles.layers[name] || { title: name, kind: "context", colour: "#7b8794" };
    }

    /* Context stays quiet: thin lines, pale areas. */
    function context(name) {
      var style = layer(name);
      var paint = minezone.colour(style.colour, "#7b8794");
      return {
        stroke: true, color: paint, weight: style.kind === "subject" ? 1.4 : 1.2, opacity: 0.85,
        dashArray: style.dash ? "6 4" : null, fill: Boolean(style.fill), fillColor: paint,
        fillOpacity: style.fill ? 0.28 : 0, hatch: null, lineJoin: "round"
      };
    }

    function evidence(role, code, faint) {
      var known = scene.styles.roles[role] || {};
      var paint = minezone.colour(known.colour, colour(code));
      var area = { overlap: 0.72, outside_part: 0.72, corridor: 0.3, exclusion_zone: 0.1, void: 0.3 }[role];
      var line = { shortest_line: 2.5, flow_path: 4, ridge_run: 6 }[role];
      return {
        stroke: true, color: paint, weight: line || { overlap: 1.5, corridor: 0.8 }[role] || 2,
        opacity: faint ? 0.55 : 1, lineCap: "round", lineJoin: "round",
        dashArray: role === "exclusion_zone" ? "8 5" : null,
        casing: faint || role === "corridor" ? null : "#ffffff", arrows: role === "flow_path" && !faint,
        fill: !line, fillColor: paint, fillOpacity: (area === undefined ? 0.4 : area) * (faint ? 0.5 : 1),
        hatch: role === "void" ? paint : null
      };
    }

    return {
      order: order, verdict: verdict, colour: colour, drawnAs: drawnAs, subject: subject, layer: layer,
      context: context, evidence: evidence,
      text: function (code) {
        return legible(colour(code));
      },
      label: function (code) {
        return minezone.say(verdict(code).label);
      },
      role: function (name) {
        return minezone.say((scene.styles.roles[name] || {}).label || name);
      },
      // A path past what its rule measures, and its marks of distance.
      beyond: { weight: 2.5, dashArray: "2 6", arrows: false },
      mark: function (paint) {
        return { stroke: true, color: paint, weight: 2.2, opacity: 1, fill: true, fillColor: "#ffffff", fillOpacity: 1 };
      },
      person: function (code) {
        return {
          stroke: true, color: colour(code), weight: 2.5, opacity: 1, casing: "#ffffff", lineJoin: "round",
          fill: true, fillColor: colour(code), fillOpacity: 0.55
        };
      },
      chosen: { stroke: true, color: INK, weight: 2, opacity: 1, fill: false, dashArray: "2 4" }
    };
  };
  minezone.legible = legible;
})(window);

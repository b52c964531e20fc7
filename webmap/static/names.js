/* What may be written on the map: names of features, and what evidence shows. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var G = minezone.geometry;

  /* All names that could stand on the map now, worst and chosen first. */
  minezone.names = function (on) {
    var styles = on.styles;
    var map = on.map;
    var detail = on.detail;
    var dimmed = on.dimmed;
    var out = detail ? minezone.evidenceLabels(detail, on.located, styles) : [];
    var chosen = new Set();
    if (detail) {
      var named = people(detail);
      detail.entries.forEach(function (e) {
        var own = e.feature.id === detail.subject.id;
        chosen.add(e.feature.layer + "\n" + e.feature.id);
        if (own || !named.has(e.feature.id)) {
          label(out, on, e, own ? "chosen" : "related", own ? 1 : 2);
        }
      });
    }
    var view = map.getBounds();
    var box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    on.entries.forEach(function (e, k) {
      var away = e.box[0] > box[2] || e.box[2] < box[0] || e.box[1] > box[3] || e.box[3] < box[1];
      if (away || !e.paths.length || chosen.has(k) || (dimmed && e.feature.subject && dimmed(e.feature, e.subject))) {
        return;
      }
      var severity = e.subject ? styles.order.indexOf(styles.drawnAs(e.subject)) : 0;
      label(out, on, e, e.feature.subject ? "subject" : "context", e.feature.subject ? 10 + severity : 30);
    });
    return out;
  };

  /* Small features are named only where few are in sight; context when near enough. */
  function label(out, on, e, kind, rank) {
    var map = on.map;
    var text = e.feature.name || (kind !== "context" && e.feature.number);
    var far = map.latLngToLayerPoint([e.box[3], e.box[2]]);
    var near = map.latLngToLayerPoint([e.box[1], e.box[0]]);
    var wide = far.x - near.x, high = near.y - far.y;
    var point = e.parts.length > 0 && e.parts[0].kind === "point";
    var named = kind === "chosen" || kind === "related" || point || Math.max(wide, high) >= (kind === "subject" ? 9 : 40);
    if (!text || !named || (kind === "context" && map.getZoom() < 12)) {
      return;
    }
    e.anchor = e.anchor || G.anchor(e.parts);
    out.push({
      at: e.anchor, text: text, rank: rank, loud: rank < 12, room: Math.min(wide, high * 4), high: high,
      kind: point && kind === "context" ? "point" : kind,
      colour: kind === "context" ? minezone.legible(minezone.colour(on.styles.layer(e.feature.layer).colour)) : null
    });
  }

  /* Neighbours below dams: their name stands with their distance, if their finding is in view. */
  function people(detail) {
    return new Set(detail.findings.filter(function (finding) {
      return minezone.personOf(detail, finding);
    }).map(function (finding) {
      return ((finding.related || [])[0] || {}).feature_id;
    }));
  }

  /* What stands beside evidence: its own label, else the value measured, else what it is. */
  minezone.evidenceLabels = function (detail, located, styles) {
    var out = [];
    var all = detail.findings.length > 60 && !located ? [] : detail.findings;
    all.forEach(function (finding) {
      if (located && finding.id !== located.id) {
        return;
      }
      finding.evidence.forEach(function (piece) {
        var path = minezone.flowOf(detail, piece);
        var at = G.anchor(piece.parts || G.parts(piece.geometry));
        var text = path ? "" : minezone.evidenceText(finding, piece, styles, detail);
        var person = piece.role === "shortest_line" && minezone.personOf(detail, finding);
        if (path) {
          marks(out, path, located ? -1 : 0);
        }
        if (at && text) {
          out.push({
            at: person ? person.place : at, text: text, kind: "evidence", rank: (located ? -1 : 0) - (person ? 0.5 : 0),
            colour: styles.text(finding.verdict), across: person && person.across, off: 14
          });
        }
      });
    });
    return out;
  };

  /* A path is named by its distances; the legend says what it is. */
  function marks(out, path, rank) {
    minezone.flowMarks(path).forEach(function (mark) {
      out.push({ at: mark.at, text: minezone.flowMarkText(mark.metres), kind: "mark", rank: rank, across: mark.across, off: 8 });
    });
  }

  /* The neighbour that a finding is about. */
  minezone.nameOf = function (finding) {
    var other = (finding.related || [])[0];
    return other ? other.name || other.source_id : "";
  };

  /* Empty where the legend says enough: the corridor of a path that is drawn. */
  minezone.evidenceText = function (finding, piece, styles, detail) {
    var role = styles.role(piece.role);
    if (piece.label) {
      return minezone.say(piece.label);
    }
    if (piece.role === "corridor" && minezone.flows(detail).some(function (path) { return path.rule === finding.rule; })) {
      return "";
    }
    var person = piece.role === "shortest_line" && minezone.personOf(detail, finding);
    if (person) {
      return [minezone.nameOf(finding), person.measured && minezone.numbers.show(person.at, "m")].filter(Boolean).join(" ");
    }
    var linear = { shortest_line: 1, flow_path: 1, ridge_run: 1, outside_part: 1 }[piece.role];
    var m = finding.measured;
    if (!m || (m.unit === "m" && !linear) || ["m", "m2", "km2"].indexOf(m.unit) < 0 || finding.evidence.length > 1) {
      return role;
    }
    return role + " " + minezone.numbers.show(m.value, m.unit);
  };
})(window);

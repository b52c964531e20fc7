/* Flow paths of the chosen subject: distance along them, the ground's profile, and who is there. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  // Metres by which the end of a shortest line may miss the path that it was drawn to.
  var MISS = 2;
  var STEP = 500;

  /* [{rule, piece, line, chain: metres at each corner, heights or null, length, limit or null,
     people: [{finding, at: metres, place: [lon, lat], measured, across}]}], one for each path. */
  minezone.flows = function (detail) {
    if (!detail.flows) {
      detail.flows = [];
      detail.findings.forEach(function (finding) {
        finding.evidence.forEach(function (piece) {
          if (piece.role === "flow_path" && piece.geometry && piece.geometry.type === "LineString") {
            detail.flows.push(flow(finding, piece, detail));
          }
        });
      });
    }
    return detail.flows;
  };

  minezone.flowOf = function (detail, piece) {
    return minezone.flows(detail).find(function (one) { return one.piece === piece; }) || null;
  };

  /* The neighbour of a finding, on whichever path it lies nearest. */
  minezone.personOf = function (detail, finding) {
    return minezone.flows(detail).map(function (path) {
      return path.people.find(function (one) { return one.finding === finding; });
    }).find(Boolean) || null;
  };

  function flow(finding, piece, detail) {
    var line = piece.geometry.coordinates;
    var chain = [0];
    for (var i = 1; i < line.length; i += 1) {
      chain.push(chain[i - 1] + minezone.geodesy.inverse(line[i - 1], line[i]).s);
    }
    var deep = line.every(function (p) { return typeof p[2] === "number"; });
    var own = detail.findings.filter(function (other) { return other.rule === finding.rule; });
    var told = own.find(function (other) { return other.threshold && other.threshold.unit === "m"; });
    var out = {
      rule: finding.rule, finding: finding, piece: piece, line: line, chain: chain,
      heights: deep ? line.map(function (p) { return p[2]; }) : null,
      length: chain[chain.length - 1], limit: told ? told.threshold.value : null
    };
    out.people = own.map(function (other) { return person(other, out); }).filter(Boolean);
    return out;
  }

  /* A neighbour whose shortest line ends on this path; `measured`: its distance along it is known. */
  function person(finding, path) {
    var piece = finding.evidence.find(function (e) { return e.role === "shortest_line"; });
    if (!piece || piece.geometry.type !== "LineString") {
      return null;
    }
    var ends = piece.geometry.coordinates;
    var foot = footOf(ends[ends.length - 1], path);
    if (foot.off > MISS) {
      return null;
    }
    var known = Boolean(finding.measured) && finding.measured.unit === "m";
    return {
      finding: finding, at: known ? finding.measured.value : foot.at, place: ends[0], measured: known, across: minezone.across(path, foot.at)
    };
  }

  /* The nearest place on the path: {at: metres along it, off: metres away}. */
  function footOf(p, path) {
    var east = Math.cos((p[1] * Math.PI) / 180) * 111320, north = 111320;
    var best = { at: 0, off: Infinity };
    for (var i = 1; i < path.line.length; i += 1) {
      var a = path.line[i - 1], b = path.line[i];
      var ux = (b[0] - a[0]) * east, uy = (b[1] - a[1]) * north;
      var vx = (p[0] - a[0]) * east, vy = (p[1] - a[1]) * north;
      var square = ux * ux + uy * uy;
      var share = square ? Math.max(0, Math.min(1, (ux * vx + uy * vy) / square)) : 0;
      var off = Math.hypot(vx - share * ux, vy - share * uy);
      if (off < best.off) {
        best = { at: path.chain[i - 1] + share * (path.chain[i] - path.chain[i - 1]), off: off };
      }
    }
    return best;
  }

  /* Place and height at a distance along the path. */
  minezone.flowAt = function (path, metres) {
    var i = path.chain.findIndex(function (m) { return m >= metres; });
    i = i < 0 ? path.chain.length - 1 : Math.max(1, i);
    var span = path.chain[i] - path.chain[i - 1];
    var share = span ? Math.min(1, (metres - path.chain[i - 1]) / span) : 0;
    return path.line[i - 1].map(function (v, k) { return v + share * (path.line[i][k] - v); });
  };

  /* The path up to its limit, and what of it goes on: two lists of [lon, lat, …]. */
  minezone.flowParts = function (path) {
    if (path.limit === null || path.limit >= path.length) {
      return [path.line, []];
    }
    var i = path.chain.findIndex(function (m) { return m > path.limit; });
    var cut = minezone.flowAt(path, path.limit);
    return [path.line.slice(0, i).concat([cut]), [cut].concat(path.line.slice(i))];
  };

  /* Marks at 0, 500, 1000 m …: [{metres, at, limit: whether it is the one that the rule draws,
     across: [right, down], what runs across the path there, of length 1}]. */
  minezone.flowMarks = function (path) {
    var out = [];
    for (var m = 0; m <= path.length + 0.5; m += STEP) {
      out.push({ metres: m, at: minezone.flowAt(path, m), limit: m === path.limit, across: minezone.across(path, m) });
    }
    return out;
  };

  minezone.across = function (path, metres) {
    var a = minezone.flowAt(path, Math.max(0, metres - 60));
    var b = minezone.flowAt(path, Math.min(path.length, metres + 60));
    var right = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), down = a[1] - b[1];
    var long = Math.hypot(right, down) || 1;
    return [-down / long, right / long];
  };

  minezone.flowMarkText = function (metres) {
    return metres === 0 ? minezone.t("flow_start") : metres % 1000 ? metres + " m" : metres / 1000 + " km";
  };
})(window);

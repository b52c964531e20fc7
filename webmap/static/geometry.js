/* GeoJSON in the page: bounds, a place for the label, what lies under a point, Leaflet layers. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;

  /* Return simple parts: {kind: polygon|line|point, rings | line | point}. */
  function parts(geometry) {
    if (!geometry) {
      return [];
    }
    var c = geometry.coordinates;
    switch (geometry.type) {
      case "Polygon":
        return [{ kind: "polygon", rings: c }];
      case "MultiPolygon":
        return c.map(function (rings) {
          return { kind: "polygon", rings: rings };
        });
      case "LineString":
        return [{ kind: "line", line: c }];
      case "MultiLineString":
        return c.map(function (line) {
          return { kind: "line", line: line };
        });
      case "Point":
        return [{ kind: "point", point: c }];
      case "MultiPoint":
        return c.map(function (point) {
          return { kind: "point", point: point };
        });
      case "GeometryCollection":
        return geometry.geometries.reduce(function (all, g) {
          return all.concat(parts(g));
        }, []);
      default:
        return [];
    }
  }

  function eachPoint(part, visit) {
    if (part.kind === "point") {
      visit(part.point);
    } else if (part.kind === "line") {
      part.line.forEach(visit);
    } else if (part.rings[0]) {
      part.rings[0].forEach(visit);
    }
  }

  function bounds(all) {
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    all.forEach(function (part) {
      eachPoint(part, function (p) {
        box[0] = Math.min(box[0], p[0]);
        box[1] = Math.min(box[1], p[1]);
        box[2] = Math.max(box[2], p[0]);
        box[3] = Math.max(box[3], p[1]);
      });
    });
    return box;
  }

  function inRings(rings, x, y) {
    var inside = false;
    rings.forEach(function (ring) {
      for (var i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        var a = ring[i], b = ring[j];
        if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) {
          inside = !inside;
        }
      }
    });
    return inside;
  }

  /* Does a part lie within `tolerance` pixels of the layer point (or hold it)? */
  function hits(map, part, latlng, tolerance) {
    if (part.kind === "polygon" && inRings(part.rings, latlng.lng, latlng.lat)) {
      return true;
    }
    var at = map.latLngToLayerPoint(latlng);
    var pixel = function (p) {
      return map.latLngToLayerPoint([p[1], p[0]]);
    };
    if (part.kind === "point") {
      return pixel(part.point).distanceTo(at) <= tolerance + 3;
    }
    if (part.kind === "polygon") {
      return false;
    }
    for (var i = 1; i < part.line.length; i += 1) {
      var a = pixel(part.line[i - 1]);
      var b = pixel(part.line[i]);
      if (L.LineUtil.pointToSegmentDistance(at, a, b) <= tolerance) {
        return true;
      }
    }
    return false;
  }

  function centroid(ring) {
    var x = 0, y = 0, twice = 0;
    var o = ring[0];
    for (var i = 1; i < ring.length - 1; i += 1) {
      var a = ring[i], b = ring[i + 1];
      var w = (a[0] - o[0]) * (b[1] - o[1]) - (b[0] - o[0]) * (a[1] - o[1]);
      x += w * (a[0] + b[0] - 2 * o[0]);
      y += w * (a[1] + b[1] - 2 * o[1]);
      twice += w;
    }
    return twice ? [o[0] + x / (3 * twice), o[1] + y / (3 * twice)] : o;
  }

  /* The middle of the widest stretch of the polygon on the parallel of its centroid. */
  function inner(rings) {
    var c = centroid(rings[0]);
    if (inRings(rings, c[0], c[1])) {
      return c;
    }
    var cuts = [];
    rings.forEach(function (ring) {
      for (var i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        var a = ring[i], b = ring[j];
        if (a[1] > c[1] !== b[1] > c[1]) {
          cuts.push(((b[0] - a[0]) * (c[1] - a[1])) / (b[1] - a[1]) + a[0]);
        }
      }
    });
    cuts.sort(function (a, b) {
      return a - b;
    });
    var best = c, width = -1;
    for (var k = 0; k + 1 < cuts.length; k += 2) {
      if (cuts[k + 1] - cuts[k] > width) {
        width = cuts[k + 1] - cuts[k];
        best = [(cuts[k] + cuts[k + 1]) / 2, c[1]];
      }
    }
    return best;
  }

  function size(part) {
    var b = bounds([part]);
    return (b[2] - b[0]) * (b[3] - b[1]) + 1e-12 * (b[2] - b[0] + b[3] - b[1]);
  }

  /* Where a label belongs: in the largest polygon, at the middle of the longest line. */
  function anchor(all) {
    if (!all.length) {
      return null;
    }
    var largest = all.reduce(function (a, b) {
      return size(b) > size(a) ? b : a;
    });
    if (largest.kind === "polygon") {
      return inner(largest.rings);
    }
    if (largest.kind === "point") {
      return largest.point;
    }
    var line = largest.line;
    var middle = Math.floor((line.length - 1) / 2);
    var a = line[middle], b = line[Math.min(middle + 1, line.length - 1)];
    return line.length % 2 === 0 ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : a;
  }

  function flip(p) {
    return [p[1], p[0]];
  }

  /* One Leaflet path for each kind of part, all with the same options. */
  function paths(all, options, radius) {
    var polygons = [], lines = [], out = [];
    all.forEach(function (part) {
      if (part.kind === "polygon") {
        polygons.push(
          part.rings.map(function (ring) {
            return ring.map(flip);
          })
        );
      } else if (part.kind === "line") {
        lines.push(part.line.map(flip));
      } else {
        var dot = L.extend({}, options, { radius: radius || 4 });
        out.push(L.circleMarker(flip(part.point), dot));
      }
    });
    if (polygons.length) {
      out.push(L.polygon(polygons, options));
    }
    if (lines.length) {
      out.push(L.polyline(lines, L.extend({}, options, { fill: false })));
    }
    return out;
  }

  function latLngBounds(box) {
    return L.latLngBounds([box[1], box[0]], [box[3], box[2]]);
  }

  minezone.geometry = {
    parts: parts, bounds: bounds, hits: hits, anchor: anchor, paths: paths,
    latLngBounds: latLngBounds
  };
})(window);

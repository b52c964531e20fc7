/* What is drawn on the map: hillshade, context, subjects, the chosen one, and its evidence. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var G = minezone.geometry;
  var PANES = { hillshade: 210, context: 390, subjects: 400, chosen: 430, evidence: 440, measure: 460, labels: 620 };

  minezone.ground = function (app) {
    var map = app.map;
    var styles = app.styles;
    var renderers = {};
    var entries = new Map();
    var hidden = new Set();
    var dimmed = null;
    var detail = null;
    var located = null;
    var zoomDrawn = null;
    var shown = {};

    Object.keys(PANES).forEach(function (name) {
      var pane = map.createPane("mz-" + name);
      pane.style.zIndex = PANES[name];
      pane.style.pointerEvents = "none";
      if (name !== "hillshade" && name !== "labels") {
        renderers[name] = new minezone.HatchCanvas({ pane: "mz-" + name, padding: 0.15 });
        shown[name] = L.layerGroup().addTo(map);
      }
    });
    var shade = null;
    var labels = new minezone.Labels("mz-labels", names).addTo(map);

    /* Lay the picture of the terrain under everything. */
    function setShade(picture) {
      shade = L.imageOverlay(picture.url, picture.bounds, { pane: "mz-hillshade", alt: "" }).addTo(map);
      app.changed("layers");
    }

    function place(name, parts, options, radius) {
      options.renderer = renderers[name];
      options.pane = "mz-" + name;
      options.interactive = false;
      options.smoothFactor = 0.5;
      return G.paths(parts, options, radius);
    }

    function key(feature) {
      return feature.layer + "\n" + feature.id;
    }

    /* The feature as a subject: its verdicts come with it, or from the scene's list. */
    function judged(feature) {
      return app.subjectOf(feature.id) || (feature.decided !== undefined ? feature : null);
    }

    /* Show these features; those already drawn at this zoom stay. */
    function draw(features, zoom) {
      var keep = new Set();
      if (zoom !== zoomDrawn) {
        entries.forEach(drop);
      }
      zoomDrawn = zoom;
      var fresh = features.filter(function (feature) {
        keep.add(key(feature));
        return !entries.has(key(feature));
      }).map(entry);
      entries.forEach(function (e, k) {
        if (!keep.has(k)) {
          drop(e, k);
        }
      });
      fresh.sort(function (a, b) {
        return b.size - a.size;
      }).forEach(add);
      labels.redraw();
      app.changed("layers");
    }

    function entry(feature) {
      var parts = G.parts(feature.geometry);
      var box = G.bounds(parts);
      return {
        feature: feature, parts: parts, box: box, size: (box[2] - box[0]) * (box[3] - box[1]),
        subject: feature.subject ? judged(feature) : null, paths: [], anchor: null
      };
    }

    function add(e) {
      entries.set(key(e.feature), e);
      if (!e.parts.length || hidden.has(e.feature.layer)) {
        return;
      }
      var name = e.feature.subject ? "subjects" : "context";
      e.paths = place(name, e.parts, look(e), e.feature.subject ? 6 : 3);
      e.paths.forEach(function (path) {
        shown[name].addLayer(path);
      });
    }

    function remove(e) {
      e.paths.forEach(function (path) {
        shown[e.feature.subject ? "subjects" : "context"].removeLayer(path);
      });
      e.paths = [];
    }

    function drop(e, k) {
      remove(e);
      entries.delete(k);
    }

    function look(e) {
      if (!e.feature.subject) {
        return styles.context(e.feature.layer);
      }
      var s = e.subject || { decided: null, undecided: true, verdict: "NO_DATA" };
      return styles.subject(s, dimmed && dimmed(e.feature, e.subject));
    }

    /* Subjects for which test(feature, subject) is true step back; null: none does. */
    function dim(test) {
      dimmed = test;
      entries.forEach(function (e) {
        if (e.feature.subject) {
          var options = look(e);
          e.paths.forEach(function (path) {
            path.setStyle(options);
          });
        }
      });
      labels.redraw();
    }

    function toggle(layer, on) {
      hidden[on ? "delete" : "add"](layer);
      entries.forEach(function (e) {
        if (e.feature.layer === layer) {
          remove(e);
          if (on) {
            add(e);
          }
        }
      });
      labels.redraw();
    }

    function toggleShade(on) {
      shade[on ? "addTo" : "removeFrom"](map);
    }

    /* Draw the chosen subject, what it is compared with, and its evidence. */
    function choose(next) {
      detail = next;
      located = null;
      shown.chosen.clearLayers();
      if (detail) {
        detail.entries = detail.features.map(entry);
        detail.entries.forEach(function (e) {
          var own = e.feature.layer === detail.subject.layer && e.feature.id === detail.subject.id;
          var options = L.extend({}, styles.chosen);
          if (own) {
            options = styles.subject(detail.subject);
            options.weight += 1.5;
            options.casing = "#ffffff";
            options.fill = false;
          }
          place("chosen", e.parts, options, own ? 8 : 6).forEach(function (path) {
            shown.chosen.addLayer(path);
          });
        });
      }
      evidence();
    }

    function evidence() {
      shown.evidence.clearLayers();
      var drawn = [];
      if (detail) {
        detail.findings.forEach(function (finding) {
          var faint = located && finding.id !== located.id;
          finding.evidence.forEach(function (piece) {
            piece.parts = piece.parts || G.parts(piece.geometry);
            drawn.push({ finding: finding, piece: piece, faint: faint });
          });
        });
      }
      // Areas under lines, what stands back under what does not.
      drawn.sort(function (a, b) {
        return (a.faint ? 0 : 1) - (b.faint ? 0 : 1) || height(a.piece) - height(b.piece);
      }).forEach(function (item) {
        minezone.draught(item, detail, styles, sketch);
      });
      labels.redraw();
      app.changed("evidence");
    }

    function height(piece) {
      return piece.parts.some(function (part) { return part.kind === "polygon"; }) ? 0 : piece.role === "flow_path" ? 1 : 2;
    }

    function sketch(parts, options, radius) {
      place("evidence", parts, options, radius).forEach(function (path) {
        shown.evidence.addLayer(path);
      });
    }

    function locate(finding) {
      located = finding;
      evidence();
    }

    /* Bounds of a finding's evidence, of a path with the dam that it starts from; without any, those
       of the subject and its counterpart. No finding: the subject. */
    function extent(finding) {
      var parts = [];
      (finding ? finding.evidence : []).forEach(function (piece) {
        parts = parts.concat(G.parts(piece.geometry));
      });
      var below = Boolean(finding) && finding.evidence.some(function (piece) { return piece.role === "flow_path"; });
      var around = finding && !parts.length ? finding.related.map(function (r) { return r.feature_id; }) : [];
      if ((!parts.length || below) && detail) {
        detail.entries.forEach(function (e) {
          if (e.feature.id === detail.subject.id || around.indexOf(e.feature.id) >= 0) {
            parts = parts.concat(e.parts);
          }
        });
      }
      if (!parts.length && detail && detail.subject.bbox) {
        return G.latLngBounds(detail.subject.bbox);
      }
      return parts.length ? G.latLngBounds(G.bounds(parts)) : null;
    }

    function names() {
      return minezone.names({ map: map, styles: styles, detail: detail, located: located, entries: entries, dimmed: dimmed });
    }

    /* What lies at a place: subjects before context, the smaller first. */
    function at(latlng, tolerance) {
      var reach = Math.abs(map.unproject(map.project(latlng).add([tolerance, 0])).lng - latlng.lng) * 1.5;
      var out = [];
      entries.forEach(function (e) {
        var b = e.box;
        if (e.paths.length && latlng.lng >= b[0] - reach && latlng.lng <= b[2] + reach &&
            latlng.lat >= b[1] - reach && latlng.lat <= b[3] + reach &&
            e.parts.some(function (part) { return G.hits(map, part, latlng, tolerance); })) {
          out.push(e);
        }
      });
      return out.sort(function (a, b) {
        return Number(b.feature.subject) - Number(a.feature.subject) || a.size - b.size;
      });
    }

    /* Layers in the page, with the number of features drawn. */
    function layers() {
      var counts = {};
      entries.forEach(function (e) {
        counts[e.feature.layer] = (counts[e.feature.layer] || 0) + 1;
      });
      return counts;
    }

    function flush() {
      Object.keys(renderers).forEach(function (name) {
        var renderer = renderers[name];
        if (renderer._map) {
          renderer._bounds = null;
          renderer._update();
          renderer._updatePaths();
        }
      });
      labels.redraw();
    }

    return {
      draw: draw, dim: dim, toggle: toggle, toggleShade: toggleShade, choose: choose, locate: locate,
      extent: extent, at: at, layers: layers, flush: flush, hidden: hidden, renderers: renderers, shown: shown,
      setShade: setShade,
      hasShade: function () { return shade !== null; },
      entry: function (layer, id) {
        return entries.get(layer + "\n" + id);
      },
      relabel: function () {
        labels.redraw();
      },
      evidenceRoles: function () {
        var roles = new Map();
        (detail ? detail.findings : []).forEach(function (finding) {
          finding.evidence.forEach(function (piece) {
            roles.set(piece.role, finding.verdict);
          });
        });
        return roles;
      }
    };
  };
})(window);

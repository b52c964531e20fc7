/* What the map shows of the terrain: its picture, and the paths below dams with who is there. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;

  /* Lay the picture under the map: it is in the page, or the server draws it when it is asked. The
     legend says why there is none. */
  minezone.shade = function (app, picture) {
    if (!picture) {
      return Promise.resolve();
    }
    var found = picture.ask ? app.source.hillshade(picture.ask) : Promise.resolve(picture);
    return found.then(function (answer) {
      if (answer && answer.url) {
        app.ground.setShade(answer);
      } else if (answer && answer.why) {
        throw new Error(minezone.say(answer.why));
      }
    }).catch(function (error) {
      app.noTerrain = error.message;
      app.changed("layers");
    });
  };

  /* Draw one piece of evidence by sketch(parts, options, radius). item: {finding, piece, faint} */
  minezone.draught = function (item, detail, styles, sketch) {
    var options = styles.evidence(item.piece.role, item.finding.verdict, item.faint);
    var path = minezone.flowOf(detail, item.piece);
    if (path) {
      course(path, item.faint, options, styles, sketch);
      return;
    }
    sketch(item.piece.parts, options, 5);
    if (item.piece.role === "shortest_line" && !item.faint && minezone.personOf(detail, item.finding)) {
      people(item.finding, detail, styles, sketch);
    }
  };

  /* A path: whole up to its limit, dotted beyond, with marks of distance. */
  function course(path, faint, options, styles, sketch) {
    var halves = minezone.flowParts(path);
    sketch([{ kind: "line", line: halves[1] }], L.extend({}, options, styles.beyond));
    sketch([{ kind: "line", line: halves[0] }], options);
    if (!faint) {
      minezone.flowMarks(path).forEach(function (mark) {
        sketch([{ kind: "point", point: mark.at }], styles.mark(options.color), mark.limit ? 6 : 4.5);
      });
    }
  }

  /* Who lives below the dam stands out as the finding does. */
  function people(finding, detail, styles, sketch) {
    finding.related.forEach(function (other) {
      detail.entries.forEach(function (e) {
        if (e.feature.layer === other.layer && e.feature.id === other.feature_id) {
          sketch(e.parts, styles.person(finding.verdict), 6);
        }
      });
    });
  }
})(window);

/* Names on the map: placed by priority where there is room, as text that prints as text. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  // One name to so many square pixels, where it stands beside a small feature: the map comes first.
  var SPACE = 26000;
  var MOST = 160;
  var HEIGHT = 18;
  var pen = document.createElement("canvas").getContext("2d");
  var widths = new Map();

  function width(text, font) {
    var key = font + text;
    if (!widths.has(key)) {
      pen.font = font;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  /* items(): [{at: [lon, lat], text, kind, rank, colour?, room?, high?: pixels the feature spans,
     loud?: named even where it has no room, across?: the way off the line it stands on, off: by pixels}] */
  minezone.Labels = L.Layer.extend({
    initialize: function (pane, items) {
      this._pane = pane;
      this._items = items;
    },

    onAdd: function (map) {
      this._box = L.DomUtil.create("div", "mz-labels leaflet-zoom-hide", map.getPane(this._pane));
      map.on("moveend zoomend resize viewreset", this.redraw, this);
      this.redraw();
    },

    onRemove: function (map) {
      map.off("moveend zoomend resize viewreset", this.redraw, this);
      this._box.remove();
    },

    redraw: function () {
      var map = this._map;
      if (!map) {
        return;
      }
      var view = map.getPixelBounds();
      var origin = map.getPixelOrigin();
      var font = getComputedStyle(map.getContainer()).fontFamily;
      var taken = blocked(map, view.min.subtract(origin));
      var before = taken.length;
      var edge = [view.min.x - origin.x, view.min.y - origin.y, view.max.x - origin.x, view.max.y - origin.y];
      var beside = (map.getSize().x * map.getSize().y) / SPACE;
      var box = this._box;
      minezone.clear(box);
      this._items().sort(function (a, b) {
        return a.rank - b.rank;
      }).some(function (item) {
        var at = map.project([item.at[1], item.at[0]]).subtract(origin);
        var size = item.kind === "context" ? 12 : 13;
        var wide = width(item.text, "600 " + size + "px " + font) + 8;
        if (!view.contains(at.add(origin))) {
          return false;
        }
        var outside = item.kind === "subject" && wide > item.room * 1.5;
        if (outside && (!item.loud || beside < 1)) {
          return false;
        }
        var place = free(at, wide, item, taken, edge);
        if (place) {
          taken.push(place);
          beside -= outside ? 1 : 0;
          box.appendChild(draw(item, place, size));
        }
        return taken.length - before >= MOST;
      });
    }
  });

  /* What lies over the map: no label hides behind it. */
  function blocked(map, shift) {
    var home = map.getContainer();
    var frame = home.getBoundingClientRect();
    var over = home.parentNode.querySelectorAll(".mz-box:not([hidden]), .mz-north");
    return Array.prototype.map.call(over, function (box) {
      var r = box.getBoundingClientRect();
      return [r.left - frame.left + shift.x, r.top - frame.top + shift.y, r.right - frame.left + shift.x, r.bottom - frame.top + shift.y];
    });
  }

  /* Where it has room, in the middle; else beside the feature, which spans `room` × `high` px;
     never cut by the map's edge. */
  function free(at, wide, item, taken, edge) {
    var kind = item.kind;
    var room = item.room || 0;
    var down = (item.high || 0) / 2 + 10;
    var side = wide / 2 + Math.min(room, 60) / 2 + 5;
    var near = [[0, 0], [0, down], [0, -down], [side, 0], [-side, 0]];
    if (item.across) {
      near = [1, -1].map(function (way) {
        return [way * item.across[0] * (wide / 2 + item.off), way * item.across[1] * (item.off + 10)];
      });
      near = kind === "mark" ? near : near.concat([[0, -34], [0, 34]]);
    } else if (kind === "evidence") {
      near = [[0, -16], [0, 16], [wide / 2 + 8, 0], [-wide / 2 - 8, 0], [0, -34], [0, 34]];
    } else if (kind === "point") {
      near = [[wide / 2 + 6, 0], [-wide / 2 - 6, 0], [0, -14], [0, 14]];
    } else if (wide > room * 1.5) {
      near = near.slice(1);
    } else {
      near = near.slice(0, 1).concat(kind === "chosen" ? near.slice(1) : []);
    }
    var boxes = near.map(function (shift) {
      var x = at.x + shift[0], y = at.y + shift[1];
      return [x - wide / 2, y - HEIGHT / 2, x + wide / 2, y + HEIGHT / 2];
    });
    return boxes.find(function (box) {
      return box[0] >= edge[0] && box[1] >= edge[1] && box[2] <= edge[2] && box[3] <= edge[3] && !taken.some(function (other) {
        return overlaps(box, other);
      });
    });
  }

  function draw(item, place, size) {
    return minezone.h(
      "div.mz-label.mz-label-" + item.kind,
      {
        style: {
          left: Math.round(place[0]) + "px", top: Math.round(place[1]) + "px",
          width: Math.ceil(place[2] - place[0]) + "px", "font-size": size + "px",
          color: item.colour || ""
        }
      },
      item.text
    );
  }
})(window);

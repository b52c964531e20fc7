/* Names on the map: placed by priority where there is room, as text that prints as text. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
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

  /* items(): [{at: [lon, lat], text, kind, rank, colour?, room?: pixels the feature spans}] */
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
      var taken = [];
      var box = this._box;
      minezone.clear(box);
      this._items().sort(function (a, b) {
        return a.rank - b.rank;
      }).some(function (item) {
        var at = map.project([item.at[1], item.at[0]]).subtract(origin);
        var size = item.kind === "context" || item.kind === "water" ? 12 : 13;
        var wide = width(item.text, "600 " + size + "px " + font) + 8;
        if (!view.contains(at.add(origin)) || (item.room && wide > item.room * 2.4)) {
          return false;
        }
        var place = free(at, wide, item.kind, taken);
        if (place) {
          taken.push(place);
          box.appendChild(draw(item, place, size));
        }
        return taken.length >= MOST;
      });
    }
  });

  /* Centred first; evidence and points move around their place rather than vanish. */
  function free(at, wide, kind, taken) {
    var near = [[0, 0]];
    if (kind === "evidence" || kind === "chosen") {
      near = [[0, -16], [0, 16], [wide / 2 + 8, 0], [-wide / 2 - 8, 0], [0, -34], [0, 34]];
    } else if (kind === "point") {
      near = [[wide / 2 + 6, 0], [-wide / 2 - 6, 0], [0, -14], [0, 14]];
    }
    var boxes = near.map(function (shift) {
      var x = at.x + shift[0], y = at.y + shift[1];
      return [x - wide / 2, y - HEIGHT / 2, x + wide / 2, y + HEIGHT / 2];
    });
    return boxes.find(function (box) {
      return !taken.some(function (other) {
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

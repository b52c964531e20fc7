/* Canvas renderer with hatch, a light casing under lines, and a density for print. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var L = root.L;
  var tiles = {};

  /* Diagonal lines as a pattern; drawn at `density` device pixels so that print stays sharp. */
  function hatch(ctx, colour, gap, width, density) {
    var key = [colour, gap, width, density].join(" ");
    if (!tiles[key]) {
      var tile = document.createElement("canvas");
      var side = Math.round(gap * density);
      tile.width = tile.height = side;
      var pen = tile.getContext("2d");
      pen.strokeStyle = colour;
      pen.lineWidth = width * density;
      pen.beginPath();
      for (var shift = -side; shift <= side; shift += side) {
        pen.moveTo(shift - side, side * 2);
        pen.lineTo(shift + side * 2, -side);
      }
      pen.stroke();
      tiles[key] = tile;
    }
    var pattern = ctx.createPattern(tiles[key], "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / density));
    return pattern;
  }

  minezone.HatchCanvas = L.Canvas.extend({
    /* Leaflet's own, with a density that print may raise. */
    _update: function () {
      if (this._map._animatingZoom && this._bounds) {
        return;
      }
      L.Renderer.prototype._update.call(this);
      var bounds = this._bounds;
      var box = this._container;
      var size = bounds.getSize();
      var density = (this._density = minezone.density());
      L.DomUtil.setPosition(box, bounds.min);
      box.width = Math.round(density * size.x);
      box.height = Math.round(density * size.y);
      box.style.width = size.x + "px";
      box.style.height = size.y + "px";
      this._ctx.scale(density, density);
      this._ctx.translate(-bounds.min.x, -bounds.min.y);
      this.fire("update");
    },

    _fillStroke: function (ctx, layer) {
      var o = layer.options;
      if (o.fill) {
        ctx.globalAlpha = o.fillOpacity;
        ctx.fillStyle = o.fillColor || o.color;
        ctx.fill(o.fillRule || "evenodd");
        if (o.hatch) {
          ctx.globalAlpha = o.hatchOpacity || 1;
          ctx.fillStyle = hatch(ctx, o.hatch, o.hatchGap || 8, o.hatchWidth || 1.4, this._density);
          ctx.fill(o.fillRule || "evenodd");
        }
      }
      if (o.stroke && o.weight) {
        ctx.lineCap = o.lineCap;
        ctx.lineJoin = o.lineJoin;
        if (o.casing) {
          ctx.setLineDash([]);
          ctx.globalAlpha = 0.85;
          ctx.lineWidth = o.weight + 3;
          ctx.strokeStyle = o.casing;
          ctx.stroke();
        }
        ctx.setLineDash(o._dashArray || []);
        ctx.globalAlpha = o.opacity;
        ctx.lineWidth = o.weight;
        ctx.strokeStyle = o.color;
        ctx.stroke();
        if (o.arrows) {
          ctx.setLineDash([]);
          (layer._rings || []).forEach(function (points) { arrows(ctx, points, o); });
        }
      }
    }
  });

  /* Arrowheads along a line, in its direction: one to so many pixels, one at least. */
  function arrows(ctx, points, o) {
    var length = points.slice(1).reduce(function (sum, p, i) { return sum + p.distanceTo(points[i]); }, 0);
    var count = Math.max(1, Math.round(length / 70));
    var next = length / count / 2;
    var size = o.weight * 1.5 + 3;
    var passed = 0;
    for (var i = 1; i < points.length && length > 2 * size; i += 1) {
      var a = points[i - 1], b = points[i];
      var step = b.distanceTo(a);
      while (step && next <= passed + step) {
        var at = a.add(b.subtract(a).multiplyBy((next - passed) / step));
        arrow(ctx, at, Math.atan2(b.y - a.y, b.x - a.x), size, o);
        next += length / count;
      }
      passed += step;
    }
  }

  function arrow(ctx, at, turn, size, o) {
    ctx.save();
    ctx.translate(at.x, at.y);
    ctx.rotate(turn);
    ctx.beginPath();
    ctx.moveTo(size * 0.75, 0);
    ctx.lineTo(-size * 0.6, size * 0.62);
    ctx.lineTo(-size * 0.3, 0);
    ctx.lineTo(-size * 0.6, -size * 0.62);
    ctx.closePath();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.fillStyle = o.color;
    ctx.fill();
    ctx.restore();
  }

  var raised = 0;

  minezone.density = function () {
    return raised || Math.max(1, Math.min(3, root.devicePixelRatio || 1));
  };
  minezone.setDensity = function (value) {
    raised = value;
  };
})(window);

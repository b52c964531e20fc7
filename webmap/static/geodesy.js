/* Ellipsoid CGCS2000 (GB 22021-2008): plane coordinates, degrees, geodesic length and area. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var A = 6378137;
  var F = 1 / 298.257222101;
  var B = A * (1 - F);
  var E2 = F * (2 - F);
  var E = Math.sqrt(E2);
  var RAD = Math.PI / 180;
  var N = F / (2 - F);
  var RECTIFYING = (A / (1 + N)) * (1 + Math.pow(N, 2) / 4 + Math.pow(N, 4) / 64 + Math.pow(N, 6) / 256);

  /* Krueger's forward series to order 6 in the third flattening (Karney 2011, eq. 35). */
  var ALPHA = [
    [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
    [0, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
    [0, 0, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
    [0, 0, 0, 49561 / 161280, -179 / 168, 6601661 / 7257600],
    [0, 0, 0, 0, 34729 / 80640, -3418889 / 1995840],
    [0, 0, 0, 0, 0, 212378941 / 319334400]
  ].map(function (row) {
    return row.reduce(function (sum, c, k) {
      return sum + c * Math.pow(N, k + 1);
    }, 0);
  });

  /* Return northing and easting in metres from the meridian `lon0` (degrees), scale 1. */
  function transverse(lon, lat, lon0) {
    var phi = lat * RAD;
    var lambda = (lon - lon0) * RAD;
    var sin = Math.sin(phi);
    var tau = Math.sinh(Math.atanh(sin) - E * Math.atanh(E * sin));
    var xi = Math.atan2(tau, Math.cos(lambda));
    var eta = Math.asinh(Math.sin(lambda) / Math.hypot(tau, Math.cos(lambda)));
    var north = xi;
    var east = eta;
    ALPHA.forEach(function (a, j) {
      var k = 2 * (j + 1);
      north += a * Math.sin(k * xi) * Math.cosh(k * eta);
      east += a * Math.cos(k * xi) * Math.sinh(k * eta);
    });
    return { north: RECTIFYING * north, east: RECTIFYING * east };
  }

  /* 3-degree zone: X is north, Y is east with the zone number in front and 500 km added. */
  function zone3(lon, lat) {
    var zone = Math.round(lon / 3);
    var plane = transverse(lon, lat, zone * 3);
    return { zone: zone, x: plane.north, y: zone * 1e6 + 500000 + plane.east };
  }

  /* 112°31′08.214″: thousandths of a second, carried over so that 60.000″ never shows. */
  function dms(value) {
    var total = Math.round(Math.abs(value) * 3600000);
    var seconds = total % 60000;
    var minutes = Math.floor(total / 60000) % 60;
    var whole = Math.floor(total / 3600000);
    return whole + "°" + pad(minutes, 2) + "′" + pad((seconds / 1000).toFixed(3), 6) + "″";
  }

  function pad(value, width) {
    var text = String(value);
    while (text.length < width) {
      text = "0" + text;
    }
    return text;
  }

  function degrees(lon, lat) {
    return dms(lon) + (lon < 0 ? "W" : "E") + "\u2002" + dms(lat) + (lat < 0 ? "S" : "N");
  }

  /* Coefficients of Vincenty (1975) for a geodesic of this cos²α. */
  function vincenty(cos2Alpha) {
    var u2 = (cos2Alpha * (A * A - B * B)) / (B * B);
    return {
      a: 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))),
      b: (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2))),
      c: (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha))
    };
  }

  function deltaSigma(b, sin, cos, cos2m) {
    return (
      b * sin *
      (cos2m +
        (b / 4) *
          (cos * (-1 + 2 * cos2m * cos2m) -
            (b / 6) * cos2m * (-3 + 4 * sin * sin) * (-3 + 4 * cos2m * cos2m)))
    );
  }

  /* Return {s, azimuth} from p to q, [lon, lat] degrees: metres and radians. Vincenty's inverse;
     it does not converge for nearly antipodal points, which are answered by NaN. */
  function inverse(p, q) {
    var u1 = Math.atan((1 - F) * Math.tan(p[1] * RAD));
    var u2 = Math.atan((1 - F) * Math.tan(q[1] * RAD));
    var l = (((((q[0] - p[0]) % 360) + 540) % 360) - 180) * RAD;
    if (l === 0 && u1 === u2) {
      return { s: 0, azimuth: 0 };
    }
    var s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
    var lambda = l;
    for (var turn = 0; turn < 200; turn += 1) {
      var sl = Math.sin(lambda), cl = Math.cos(lambda);
      var sin = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      var cos = s1 * s2 + c1 * c2 * cl;
      var sigma = Math.atan2(sin, cos);
      var sinAlpha = (c1 * c2 * sl) / sin;
      var cos2Alpha = 1 - sinAlpha * sinAlpha;
      var cos2m = cos2Alpha > 1e-15 ? cos - (2 * s1 * s2) / cos2Alpha : 0;
      var k = vincenty(cos2Alpha);
      var before = lambda;
      lambda = l + (1 - k.c) * F * sinAlpha *
        (sigma + k.c * sin * (cos2m + k.c * cos * (-1 + 2 * cos2m * cos2m)));
      if (Math.abs(lambda - before) < 1e-13) {
        return {
          s: B * k.a * (sigma - deltaSigma(k.b, sin, cos, cos2m)),
          azimuth: Math.atan2(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda))
        };
      }
    }
    return { s: NaN, azimuth: NaN };
  }

  /* Return {lon, lat, azimuth} at distance s (m) from p; lon and lat in degrees. */
  function direct(p, azimuth, s) {
    var tanU = (1 - F) * Math.tan(p[1] * RAD);
    var cosU = 1 / Math.hypot(1, tanU);
    var sinU = tanU * cosU;
    var sa = Math.sin(azimuth), ca = Math.cos(azimuth);
    var sigma1 = Math.atan2(tanU, ca);
    var sinAlpha = cosU * sa;
    var cos2Alpha = 1 - sinAlpha * sinAlpha;
    var k = vincenty(cos2Alpha);
    var sigma = s / (B * k.a);
    var sin, cos, cos2m, before;
    for (var turn = 0; turn < 200; turn += 1) {
      cos2m = Math.cos(2 * sigma1 + sigma);
      sin = Math.sin(sigma);
      cos = Math.cos(sigma);
      before = sigma;
      sigma = s / (B * k.a) + deltaSigma(k.b, sin, cos, cos2m);
      if (Math.abs(sigma - before) < 1e-15) {
        break;
      }
    }
    cos2m = Math.cos(2 * sigma1 + sigma);
    sin = Math.sin(sigma);
    cos = Math.cos(sigma);
    var side = sinU * sin - cosU * cos * ca;
    var lat = Math.atan2(sinU * cos + cosU * sin * ca, (1 - F) * Math.hypot(sinAlpha, side));
    var lambda = Math.atan2(sin * sa, cosU * cos - sinU * sin * ca);
    var l = lambda - (1 - k.c) * F * sinAlpha *
      (sigma + k.c * sin * (cos2m + k.c * cos * (-1 + 2 * cos2m * cos2m)));
    return { lon: p[0] + l / RAD, lat: lat / RAD, azimuth: Math.atan2(sinAlpha, -side) };
  }

  function length(points) {
    var sum = 0;
    for (var i = 1; i < points.length; i += 1) {
      sum += inverse(points[i - 1], points[i]).s;
    }
    return sum;
  }

  /* Nodes and weights of Gauss and Legendre on [0, 1]. */
  var GAUSS = gauss(12);

  function gauss(n) {
    var out = [];
    for (var i = 1; i <= n; i += 1) {
      var x = Math.cos((Math.PI * (i - 0.25)) / (n + 0.5));
      var slope = 1;
      for (var turn = 0; turn < 100; turn += 1) {
        var p0 = 1, p1 = x;
        for (var k = 2; k <= n; k += 1) {
          var p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;
          p0 = p1;
          p1 = p2;
        }
        slope = (n * (x * p1 - p0)) / (x * x - 1);
        var step = p1 / slope;
        x -= step;
        if (Math.abs(step) < 1e-15) {
          break;
        }
      }
      out.push([(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)]);
    }
    return out;
  }

  /* Area between the equator and latitude phi per radian of longitude. */
  function strip(phi) {
    var sin = Math.sin(phi);
    return ((B * B) / 2) * (sin / (1 - E2 * sin * sin) + Math.atanh(E * sin) / E);
  }

  /* Return the area (m²) of the ring of geodesics through points [lon, lat]: the strip between
     each edge and the first corner's parallel, integrated along the geodesic. */
  function area(points) {
    var base = strip(points[0][1] * RAD);
    var sum = 0;
    points.forEach(function (p, i) {
      var edge = inverse(p, points[(i + 1) % points.length]);
      if (edge.s === 0) {
        return;
      }
      GAUSS.forEach(function (node) {
        var at = direct(p, edge.azimuth, edge.s * node[0]);
        var phi = at.lat * RAD;
        var radius = (A * Math.cos(phi)) / Math.sqrt(1 - E2 * Math.pow(Math.sin(phi), 2));
        sum += node[1] * edge.s * (strip(phi) - base) * (Math.sin(at.azimuth) / radius);
      });
    });
    return Math.abs(sum);
  }

  /* Points along the geodesic from p to q, at most `step` metres apart, without p. */
  function along(p, q, step) {
    var edge = inverse(p, q);
    var n = Math.max(1, Math.ceil(edge.s / step));
    var out = [];
    for (var i = 1; i < n; i += 1) {
      var at = direct(p, edge.azimuth, (edge.s * i) / n);
      out.push([at.lon, at.lat]);
    }
    out.push(q);
    return out;
  }

  minezone.geodesy = {
    transverse: transverse, zone3: zone3, dms: dms, degrees: degrees,
    inverse: inverse, direct: direct, length: length, area: area, along: along
  };
})(window);

/* Values as people read them; the same rules as analysis/numbers.py, so that page and reports agree. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var SYMBOLS = { m2: "m²", m3: "m³", km2: "km²", deg: "°", degree: "°", "1": "", "": "" };
  var YEARS = { zh: "年", en: "years" };
  var COMPARISONS = { "<=": "≤", ">=": "≥", "<": "<", ">": ">", "==": "=", "!=": "≠" };
  var SAME = 1e-6;
  var MOST_DECIMALS = 12;

  function decimals(value, unit) {
    var size = Math.abs(value);
    var n;
    if (size === 0 || !isFinite(value)) {
      return 0;
    }
    if (unit === "m") {
      n = size >= 1 ? 1 : 3;
    } else if (unit === "m2" || unit === "m3") {
      n = size >= 10 ? 0 : 2;
    } else if (unit === "km2") {
      n = 4;
    } else {
      return value === Math.trunc(value) ? 0 : 3;
    }
    while (n < MOST_DECIMALS && Number(size.toFixed(n)) === 0) {
      n += 1;
    }
    return n;
  }

  function write(value, n, unit) {
    if (!isFinite(value)) {
      return value > 0 ? "∞" : value < 0 ? "-∞" : "—";
    }
    var text = Math.abs(value).toFixed(n).split(".");
    text[0] = text[0].replace(/\B(?=(\d{3})+$)/g, ",");
    var symbol =
      unit === "a" ? YEARS[minezone.lang()] : unit in SYMBOLS ? SYMBOLS[unit] : String(unit);
    var gap = symbol === "" || symbol === "°" ? "" : " ";
    return (value < 0 ? "-" : "") + text.join(".") + gap + symbol;
  }

  function show(value, unit) {
    if (typeof value !== "number") {
      return "—";
    }
    return write(value, decimals(value, unit), unit || "");
  }

  /* Two values of one unit: values that differ never read alike. */
  function showPair(a, b, unit) {
    var first = show(a, unit);
    var second = show(b, unit);
    if (!isFinite(a) || !isFinite(b)) {
      return [first, second];
    }
    if (a === b || (a * b !== 0 && Math.abs(a - b) <= SAME)) {
      return [second, second];
    }
    var n = Math.max(decimals(a, unit), decimals(b, unit));
    while (first === second && n < MOST_DECIMALS) {
      n += 1;
      first = write(a, n, unit);
      second = write(b, n, unit);
    }
    return [first, second];
  }

  function km2(value) {
    return typeof value === "number" && isFinite(value) ? write(value, 4, "km2") : "—";
  }

  function comparison(value) {
    return COMPARISONS[value] || value || "";
  }

  minezone.numbers = { show: show, showPair: showPair, km2: km2, comparison: comparison };
})(window);

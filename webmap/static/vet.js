/* The upload page: a file, what it holds, what is declared beside it; then the verdict. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;

  /* As in analysis/style.py, which a test compares. Worst first. */
  var VERDICTS = [
    { code: "FAIL", colour: "#c8402f", label: { zh: "不符合", en: "Fail" } },
    { code: "REVIEW", colour: "#d98b06", label: { zh: "待核", en: "Review" } },
    { code: "NO_DATA", colour: "#7b8794", label: { zh: "缺数据", en: "No data" } },
    { code: "PASS", colour: "#22835a", label: { zh: "符合", en: "Pass" } },
    { code: "NOT_APPLICABLE", colour: "#b8c1ca", label: { zh: "不适用", en: "Not applicable" } }
  ];
  var LAYERS = ["mining_right", "tailings_facility"];
  var DECLARED = {
    right_type: ["mining", "exploration"],
    status: ["applied", "granted", "planned", "operating"],
    project_type: ["new", "rebuilt", "expanded", "existing"],
    method: ["open_pit", "underground", "both"]
  };
  var ACCEPT = ".gpkg,.geojson,.json,.kml,.ovkml,.kmz,.zip,.txt,.csv,.tsv,.xlsx,.xlsm,.xls,.et,.ods,.dxf,.gml,.fgb,.parquet,.geoparquet,"
    + ".shp,.tab,.mif";  // in parts: the server says how to send them

  minezone.startVet = function (page) {
    var t = minezone.t;
    var box = document.getElementById("mz-vet");
    var form = { layer: "", crs: "", encoding: "", declared: {}, other: "" };
    var file = null;
    var state = { kind: "ready" };
    var sending = null;

    minezone.setLang(page.lang);
    document.addEventListener("paste", paste);

    function render() {
      document.title = t("vet_title");
      minezone.header(document.getElementById("mz-header"), {
        title: t("vet_title"), notes: [], onlanguage: function () {
          minezone.setLang(minezone.lang() === "en" ? "zh" : "en");
          render();
          document.getElementById("mz-language").focus();
        },
        actions: [h("a.mz-button", { href: "/?lang=" + minezone.lang() }, t("to_map"))]
      });
      minezone.replace(box, h("h2", {}, t("vet_title")), h("p.mz-lead", {}, t("vet_lead")),
        h("form.mz-form", { onsubmit: submit }, drop(), layerChoice(), reading(), declarations(), progress()),
        h("div", { id: "mz-answer", tabindex: "-1", "aria-live": "polite" }, answer()));
    }

    function drop() {
      var input = h("input", { type: "file", id: "mz-file", accept: ACCEPT, onchange: function () { take(input.files[0]); } });
      var area = h("div.mz-drop", {
        ondragover: function (event) { event.preventDefault(); area.classList.add("mz-over"); },
        ondragleave: function () { area.classList.remove("mz-over"); },
        ondrop: function (event) { event.preventDefault(); take(event.dataTransfer.files[0]); }
      }, h("p", {}, t("vet_drop") + " ", input, h("label", { for: "mz-file" }, t("vet_choose"))),
      file ? h("b", { id: "mz-file-name" }, file.name + " · " + size(file.size)) : h("p.mz-quiet", {}, t("vet_kinds")));
      return area;
    }

    /* Corners copied from a document are a text file; inside a field pasting is the field's. */
    function paste(event) {
      var data = event.clipboardData;
      if (!data || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "file") {
        return;
      }
      var text = data.getData("text/plain");
      if (!data.files.length && !text.trim()) {
        return;
      }
      event.preventDefault();
      take(data.files[0] || new File([text], t("vet_pasted") + ".txt", { type: "text/plain" }));
    }

    function size(bytes) {
      return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " kB" : (bytes / 1e6).toFixed(1) + " MB";
    }

    function take(chosen) {
      if (!chosen) {
        return;
      }
      file = chosen;
      state = page.max_bytes && file.size > page.max_bytes
        ? { kind: "note", word: "vet_too_large", args: { size: size(file.size), most: size(page.max_bytes) } } : { kind: "ready" };
      render();
      document.getElementById("mz-file").focus();
    }

    function layerChoice() {
      return choice(t("vet_layer"), "mz-layer", [["", t("vet_layer_auto")]].concat(LAYERS.map(function (name) {
        return [name, t("vet_layer_" + name)];
      })), form.layer, function (value) { form.layer = value; });
    }

    /* What a file may leave open: where its numbers lie, how its letters are written. */
    function reading() {
      return h("div.mz-fields", {}, ["crs", "encoding"].map(function (key) {
        var node = h("input", { type: "text", id: "mz-" + key, placeholder: t("vet_" + key + "_hint"), spellcheck: "false",
          autocomplete: "off", oninput: function () { form[key] = node.value.trim(); } });
        node.value = form[key];
        return h("label.mz-field", {}, h("span", {}, t("vet_" + key)), node);
      }));
    }

    function declarations() {
      var other = h("textarea", { id: "mz-other", placeholder: t("vet_other_hint"), spellcheck: "false", oninput: function () { form.other = other.value; } });
      other.value = form.other;
      return h("fieldset.mz-fieldset", {}, h("legend", {}, t("vet_declare")), h("p.mz-quiet", {}, t("vet_declare_note")),
        h("div.mz-fields", {}, Object.keys(DECLARED).map(function (column) {
          var options = [["", t("vet_not_declared")]].concat(DECLARED[column].map(function (value) {
            return [value, t("vet_" + column + "_" + value)];
          }));
          return choice(t("vet_" + column), "mz-set-" + column, options, form.declared[column] || "", function (value) {
            form.declared[column] = value;
          });
        })), h("label.mz-field", { style: { "margin-top": "12px" } }, h("span", {}, t("vet_other")), other));
    }

    function choice(title, id, options, value, take) {
      var node = h("select", { id: id, onchange: function () { take(node.value); } }, options.map(function (pair) {
        return h("option", { value: pair[0] }, pair[1]);
      }));
      node.value = value;
      return h("label.mz-field", {}, h("span", {}, title), node);
    }

    function progress() {
      var busy = state.kind === "busy";
      var bar = h("progress", { max: "100", "aria-labelledby": "mz-progress-text" });
      if (busy && state.percent < 100) {
        bar.value = state.percent;
      }
      return h("div.mz-go", {}, h("button.mz-button.mz-primary", { type: "submit", id: "mz-go", disabled: busy }, t("vet_go")),
        busy && [bar, h("span", { id: "mz-progress-text", role: "status" }, busyText()),
          h("button.mz-button", { type: "button", onclick: function () { sending.abort(); } }, t("vet_cancel"))]);
    }

    function busyText() {
      return state.percent < 100 ? t("vet_sending", { percent: state.percent }) : t("vet_judging");
    }

    /* Return the query of the request, or say which line of the free columns is no pair. */
    function query() {
      var out = new URLSearchParams();
      if (form.layer) {
        out.set("layer", form.layer);
      }
      ["crs", "encoding"].forEach(function (key) {
        if (form[key]) {
          out.set(key, form[key]);
        }
      });
      Object.keys(form.declared).forEach(function (column) {
        if (form.declared[column]) {
          out.append("set", column + "=" + form.declared[column]);
        }
      });
      var bad = form.other.split("\n").findIndex(function (line) {
        if (line.trim() && !/^[^=]+=.+$/.test(line.trim())) {
          return true;
        }
        if (line.trim()) {
          out.append("set", line.trim());
        }
        return false;
      });
      if (bad >= 0) {
        state = { kind: "note", word: "vet_bad_other", args: { n: bad + 1 } };
        return null;
      }
      return out;
    }

    function submit(event) {
      event.preventDefault();
      var ask = file ? query() : null;
      if (!file) {
        state = { kind: "note", word: "vet_no_file" };
      }
      if (!ask) {
        render();
        document.getElementById("mz-answer").focus();
        return;
      }
      send(ask);
    }

    function send(ask) {
      var body = new FormData();
      body.append("file", file, file.name);
      sending = new XMLHttpRequest();
      sending.open("POST", "/api/vet" + (ask.toString() ? "?" + ask : ""));
      sending.setRequestHeader("Accept", "application/json");
      sending.upload.onprogress = function (event) {
        if (event.lengthComputable) {
          busy(Math.min(100, Math.round((100 * event.loaded) / event.total)));
        }
      };
      sending.upload.onload = function () { busy(100); };
      sending.onload = function () { done(read(sending)); };
      sending.onerror = function () { done({ kind: "note", word: "vet_network" }); };
      sending.onabort = function () { done({ kind: "note", word: "vet_cancelled" }); };
      busy(0);
      sending.send(body);
    }

    function busy(percent) {
      var first = state.kind !== "busy";
      state = { kind: "busy", percent: percent };
      var text = document.getElementById("mz-progress-text");
      if (first || !text) {
        render();
      } else {
        text.textContent = busyText();
        var bar = box.querySelector("progress");
        if (percent < 100) {
          bar.value = percent;
        } else {
          bar.removeAttribute("value");
        }
      }
    }

    function read(request) {
      var told;
      try {
        told = JSON.parse(request.responseText);
      } catch (error) {
        return { kind: "note", word: "vet_bad_answer", args: { status: request.status } };
      }
      if (request.status >= 200 && request.status < 300 && told && Array.isArray(told.subjects)) {
        return { kind: "result", report: told };
      }
      return { kind: "problem", problem: told || {} };
    }

    function done(next) {
      state = next;
      render();
      document.getElementById("mz-answer").focus();
    }

    function answer() {
      if (state.kind === "note") {
        return h("div.mz-error", { role: "alert", style: { "margin-top": "20px" } }, h("p", {}, t(state.word, state.args)));
      }
      if (state.kind === "problem") {
        return problem(state.problem);
      }
      return state.kind === "result" ? result(state.report) : null;
    }

    /* problem+json: what it is, in which file, at which feature; in the language in force. */
    function problem(p) {
      var said = p[minezone.lang()] || p;
      return h("div.mz-error", { role: "alert", style: { "margin-top": "20px" } },
        h("h3", {}, t("vet_refused") + (said.title ? minezone.lang() === "en" ? ": " + said.title : "：" + said.title : "")),
        h("p", {}, said.detail || ""),
        h("dl.mz-facts", {}, p.file && [h("dt", {}, t("vet_file")), h("dd", {}, p.file)],
          p.feature && [h("dt", {}, t("vet_feature")), h("dd", {}, p.feature)]));
    }

    function result(report) {
      var counts = {};
      report.subjects.forEach(function (s) { counts[s.verdict] = (counts[s.verdict] || 0) + 1; });
      var subjects = report.subjects.slice().sort(function (a, b) { return rank(a.verdict) - rank(b.verdict); });
      var base = "/api/reports/" + encodeURIComponent(report.report_id);
      var few = subjects.slice(0, 50);
      return h("section.mz-result", { "aria-label": t("vet_done") }, h("h3", {}, t("vet_done") + " · " + t(subjects.length === 1 ? "shown_one" : "shown", { n: subjects.length })),
        h("ul.mz-totals", {}, VERDICTS.filter(function (v) { return counts[v.code]; }).map(function (v) {
          return h("li", { "data-verdict": v.code }, minezone.mark(v.code, v), h("span", {}, minezone.say(v.label)), h("b", {}, counts[v.code]));
        })), few.map(function (s) { return row(s, report); }),
        subjects.length > few.length && h("p.mz-quiet", {}, t("vet_more", { n: subjects.length - few.length })),
        h("div.mz-go", {}, h("a.mz-button.mz-primary", { id: "mz-open-map", href: "/reports/" + encodeURIComponent(report.report_id) + "?lang=" + minezone.lang() }, t("vet_open_map")),
          minezone.serverDownloads(base).map(function (link) {
            link.className = "mz-button";
            return link;
          })), issues(report));
    }

    function rank(verdict) {
      return VERDICTS.findIndex(function (v) { return v.code === verdict; });
    }

    /* A subject and, under it, the worst of what was found. */
    function row(s, report) {
      var style = VERDICTS[rank(s.verdict)];
      var worst = report.findings.filter(function (f) {
        return f.subject_id === s.subject_id && f.verdict === s.verdict && f.verdict !== "NOT_APPLICABLE" && f.verdict !== "PASS";
      }).slice(0, 4);
      return h("div.mz-result-row", { "data-subject": s.subject_id }, minezone.mark(s.verdict, style),
        h("div", {}, h("b", {}, s.name || s.source_id), h("small", {}, s.source_id), worst.map(function (f) {
          return h("small", {}, h("span.mz-code", {}, f.rule), " ", minezone.say(f.message));
        })), h("b", {}, minezone.say(style.label)));
    }

    function issues(report) {
      var all = [];
      report.inputs.forEach(function (input) {
        if (input.role !== "workspace") {
          input.issues.forEach(function (issue) { all.push([input.source, issue]); });
        }
      });
      return all.length > 0 && h("details.mz-issues", { open: true }, h("summary", {}, t("vet_issues") + " " + all.length), h("ul", {}, all.slice(0, 100).map(function (pair) {
        var issue = pair[1];
        return h("li", {}, t("severity_" + (issue.severity === "error" ? "error" : "warning")) + " · " + pair[0] + (issue.feature ? " · " + issue.feature : "") + " · " + minezone.say(issue.message));
      })));
    }

    render();
    document.documentElement.setAttribute("data-ready", "true");
  };
})(window);

/* Left column: search, filters, and the subjects, worst first; only the rows in sight exist. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var ROW = 58;
  var PAGE = 100;

  minezone.list = function (app, box) {
    var t = minezone.t;
    var query = { q: "", verdicts: [], rule: "" };
    var rows = [];
    var total = 0;
    var counts = app.scene.counts || {};
    var active = -1;
    var run = 0;
    var asked = new Set();

    var search = h("input.mz-search", {
      type: "search", id: "mz-search", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
      oninput: minezone.debounce(180, changed), onkeydown: fromSearch
    });
    var chips = h("div.mz-chips", { role: "group" });
    var rules = h("select.mz-select", { onchange: changed });
    var status = h("p.mz-status", { role: "status", "aria-live": "polite" });
    var spacer = h("div.mz-spacer");
    var message = h("div.mz-message", { hidden: true });
    var listbox = h("div.mz-rows", {
      id: "mz-rows", role: "listbox", tabindex: "0", onscroll: show, onkeydown: keys, onfocus: focused,
      onclick: clicked
    }, spacer);
    var closer = h("button.mz-sheet-close", { type: "button", onclick: function () { app.sheet(""); } });

    minezone.replace(box, h("div.mz-list-head", {}, closer, search, chips, rules, status), message, listbox);
    new ResizeObserver(show).observe(listbox);

    function changed() {
      query.q = search.value;
      query.rule = rules.value;
      refresh();
    }

    /* Ask again from the start; an older answer that arrives later is dropped. */
    function refresh() {
      run += 1;
      var mine = run;
      asked = new Set([0]);
      listbox.setAttribute("aria-busy", "true");
      return page(0).then(function (answer) {
        if (mine !== run) {
          return;
        }
        rows = new Array(answer.total);
        total = answer.total;
        counts = answer.counts || {};
        fill(0, answer.subjects);
        active = rows.findIndex(function (s) { return s && s.id === app.state.subject; });
        listbox.scrollTop = active > 0 ? (active - 1) * ROW : 0;
        listbox.removeAttribute("aria-busy");
        render();
        app.filtered(query);
      }, function (error) {
        if (mine === run && error.name !== "AbortError") {
          listbox.removeAttribute("aria-busy");
          failed(error);
        }
      });
    }

    function page(offset) {
      var want = { q: query.q, verdicts: query.verdicts, rule: query.rule, offset: offset, limit: PAGE };
      return app.source.subjects(want).then(function (answer) {
        return answer || { total: 0, counts: {}, subjects: [] };
      });
    }

    function fill(offset, subjects) {
      subjects.forEach(function (subject, i) {
        rows[offset + i] = subject;
        app.remember(subject);
      });
    }

    /* Fetch the pages that the rows in sight lie on. */
    function ensure(first, last) {
      for (var offset = Math.floor(first / PAGE) * PAGE; offset < last; offset += PAGE) {
        if (!asked.has(offset) && offset < total) {
          asked.add(offset);
          load(offset, run);
        }
      }
    }

    function load(offset, mine) {
      page(offset).then(function (answer) {
        if (mine === run) {
          fill(offset, answer.subjects);
          show();
        }
      }, function () {
        asked.delete(offset);
      });
    }

    function failed(error) {
      rows = [];
      total = 0;
      show();
      status.textContent = "";
      minezone.replace(message, h("p", {}, t("failed", { what: error.message })),
        h("button.mz-button", { type: "button", onclick: refresh }, t("retry")));
      message.hidden = false;
    }

    function render() {
      search.setAttribute("placeholder", t("search"));
      search.setAttribute("aria-label", t("search_label"));
      listbox.setAttribute("aria-label", t("list"));
      closer.setAttribute("aria-label", t("close"));
      renderChips();
      renderRules();
      renderStatus();
      show();
    }

    function renderChips() {
      chips.setAttribute("aria-label", t("filter_verdict"));
      minezone.replace(chips, app.styles.order.filter(function (code) {
        return (app.scene.counts[code] || 0) > 0 || query.verdicts.indexOf(code) >= 0;
      }).map(function (code) {
        var on = query.verdicts.indexOf(code) >= 0;
        return h("button.mz-chip", {
          type: "button", "aria-pressed": String(on), "data-verdict": code,
          onclick: function () { pick(code); }
        }, minezone.mark(code, app.styles.verdict(code)), h("span", {}, app.styles.label(code)),
        h("b", {}, counts[code] || 0));
      }));
    }

    function pick(code) {
      var i = query.verdicts.indexOf(code);
      if (i >= 0) {
        query.verdicts.splice(i, 1);
      } else {
        query.verdicts.push(code);
      }
      renderChips();
      chips.querySelector('[data-verdict="' + code + '"]').focus();
      refresh();
    }

    function renderRules() {
      rules.setAttribute("aria-label", t("filter_rule"));
      var codes = Object.keys(app.scene.rules).sort();
      minezone.replace(rules, h("option", { value: "" }, t("all_rules")), codes.map(function (code) {
        return h("option", { value: code }, code + " " + minezone.say(app.scene.rules[code].title));
      }));
      rules.value = query.rule;
      rules.hidden = codes.length === 0;
    }

    function renderStatus() {
      var filtered = query.q.trim() || query.verdicts.length || query.rule;
      var all = app.scene.total;
      var text = filtered ? t("shown_of", { n: total, total: all }) : t(all === 1 ? "shown_one" : "shown", { n: all });
      minezone.replace(status, text, filtered && h("button.mz-link", { type: "button", onclick: reset }, t("clear_filters")));
      message.hidden = total > 0;
      if (!total) {
        minezone.replace(message, h("p", {}, t(all ? "no_hit" : "no_subjects")));
      }
    }

    function reset() {
      search.value = "";
      rules.value = "";
      query.verdicts = [];
      search.focus();
      changed();
    }

    /* Draw the rows in sight. */
    function show() {
      var first = Math.max(0, Math.floor(listbox.scrollTop / ROW) - 4);
      var last = Math.min(total, Math.ceil((listbox.scrollTop + listbox.clientHeight) / ROW) + 4);
      ensure(first, last);
      spacer.style.height = total * ROW + "px";
      var out = [];
      for (var i = first; i < last; i += 1) {
        out.push(row(i));
      }
      minezone.replace(spacer, out);
      listbox.setAttribute("aria-activedescendant", active >= first && active < last ? "mz-row-" + active : "");
    }

    function row(i) {
      var s = rows[i];
      var common = {
        id: "mz-row-" + i, role: "option", "aria-setsize": total, "aria-posinset": i + 1,
        "aria-selected": String(Boolean(s) && s.id === app.state.subject),
        style: { top: i * ROW + "px" }
      };
      if (!s) {
        return h("div.mz-row.mz-row-empty", common, t("loading"));
      }
      common["data-id"] = s.id;
      var spec = "div.mz-row" + (i === active ? ".mz-row-active" : "");
      var style = app.styles.verdict(s.verdict);
      var open = s.undecided && s.verdict !== "NO_DATA";
      return h(spec, common,
        h("span.mz-row-mark", {}, minezone.mark(s.verdict, style, app.styles.label(s.verdict)),
          open && h("i.mz-open", { title: t("also_undecided") })),
        h("span.mz-row-name", {}, s.name || s.number),
        minezone.tally(s, app.styles),
        h("span.mz-row-more", {}, [s.name ? s.number : null, typeof s.area_km2 === "number" ? minezone.numbers.km2(s.area_km2) : null,
          minezone.say(app.styles.layer(s.layer).title)].filter(Boolean).join(" · ")));
    }

    function choose() {
      if (rows[active]) {
        app.select(rows[active].id, { fit: true });
        show();
      }
    }

    function move(to) {
      active = Math.max(0, Math.min(total - 1, to));
      var top = active * ROW;
      if (top < listbox.scrollTop) {
        listbox.scrollTop = top;
      } else if (top + ROW > listbox.scrollTop + listbox.clientHeight) {
        listbox.scrollTop = top + ROW - listbox.clientHeight;
      }
      show();
    }

    function keys(event) {
      var step = Math.max(1, Math.floor(listbox.clientHeight / ROW) - 1);
      var to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: total - 1, PageDown: active + step, PageUp: active - step }[event.key];
      if (to !== undefined && total) {
        event.preventDefault();
        move(to);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose();
      }
    }

    /* By place, not by node: rows are drawn anew while the button is down. */
    function clicked(event) {
      var i = Math.floor((event.clientY - listbox.getBoundingClientRect().top + listbox.scrollTop) / ROW);
      if (i >= 0 && i < total) {
        active = i;
        choose();
      }
    }

    function focused() {
      if (active < 0 && total && listbox.matches(":focus-visible")) {
        move(0);
      }
    }

    function fromSearch(event) {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        listbox.focus();
      } else if (event.key === "Escape" && search.value) {
        event.stopPropagation();
        search.value = "";
        changed();
      }
    }

    return {
      refresh: refresh, render: render, query: query,
      search: search,
      selected: function () {
        var i = rows.findIndex(function (s) { return s && s.id === app.state.subject; });
        if (i >= 0 && i !== active) {
          move(i);
        } else {
          show();
        }
      },
      filter: function (rule, verdict) {
        rules.value = rule;
        query.verdicts = verdict ? [verdict] : [];
        changed();
      }
    };
  };
})(window);

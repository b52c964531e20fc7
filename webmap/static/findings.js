/* Findings of one subject: grouped worst first, one card a rule, with measure and article. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});
  var h = minezone.h;
  var FIRST = 12;
  var MORE = 100;

  /* options: locate(finding) or null, openAll (print: nothing folded, no buttons). */
  minezone.findingGroups = function (detail, app, options) {
    var t = minezone.t;
    var held = Object.keys(detail.subject.counts || {}).some(function (code) { return detail.subject.counts[code]; });
    if (!detail.findings.length) {
      return h("div.mz-message", {}, h("p", {}, t(held ? "findings_elsewhere" : "no_findings")));
    }
    return minezone.cards(detail, app).map(function (group) {
      var cards = group.cards.map(function (card) {
        return minezone.findingCard(card, app, options);
      });
      var title = [minezone.mark(group.code, app.styles.verdict(group.code)), " ", app.styles.label(group.code), " ",
        h("b", {}, group.cards.length)];
      if (group.code === "NOT_APPLICABLE") {
        return options.openAll ? null : h("details.mz-folded", {},
          h("summary", {}, t("folded", { n: group.cards.length })), cards);
      }
      return h("div.mz-group", { "data-group": group.code }, h("h3.mz-group-title", {}, title,
        group.code === "NO_DATA" && h("span.mz-quiet", {}, " · " + t("missing"))), cards);
    });
  };

  /* [{code, cards: [{code, rule, findings}]}], worst first, rules in the order of their codes. */
  minezone.cards = function (detail, app) {
    return app.styles.order.map(function (code) {
      var byRule = new Map();
      detail.findings.forEach(function (finding) {
        if (finding.verdict === code) {
          if (!byRule.has(finding.rule)) {
            byRule.set(finding.rule, []);
          }
          byRule.get(finding.rule).push(finding);
        }
      });
      return {
        code: code,
        cards: Array.from(byRule.keys()).sort().map(function (rule) {
          return { code: code, rule: rule, findings: byRule.get(rule) };
        })
      };
    }).filter(function (group) {
      return group.cards.length;
    });
  };

  minezone.findingCard = function (card, app, options) {
    var rule = app.scene.rules[card.rule] || {};
    var items = h("div.mz-items");
    var shown = 0;
    function more(n) {
      card.findings.slice(shown, shown + n).forEach(function (finding) {
        items.appendChild(item(finding, app, options));
      });
      shown = Math.min(card.findings.length, shown + n);
    }
    more(options.openAll ? card.findings.length : FIRST);
    var rest = card.findings.length > shown && h("button.mz-link.mz-more", { type: "button" });
    function say() {
      rest.textContent = minezone.t("more", { n: Math.min(MORE, card.findings.length - shown), total: card.findings.length });
    }
    if (rest) {
      say();
      rest.addEventListener("click", function () {
        var next = items.childNodes.length;
        more(MORE);
        var link = items.childNodes[next] && items.childNodes[next].querySelector("button");
        if (link) {
          link.focus();
        }
        if (shown === card.findings.length) {
          rest.remove();
        } else {
          say();
        }
      });
    }
    return h("article.mz-card", { "data-rule": card.rule, "data-verdict": card.code },
      h("span.mz-code", {}, card.rule),
      h("h4", { style: { color: app.styles.text(card.code) } }, minezone.say(rule.title) || card.rule),
      minezone.profiles(card, app), items, rest, articles(card, app, options));
  };

  function item(finding, app, options) {
    var t = minezone.t;
    var link = options.locate && (finding.evidence.length || finding.related.length) ? h("button.mz-link.mz-locate", {
      type: "button", onclick: function () { options.locate(finding); },
      "aria-label": t("locate_label", { rule: finding.rule })
    }, t("locate")) : null;
    return h("div.mz-item", { "data-finding": finding.id, "data-reason": finding.reason },
      h("p.mz-text", {}, link, minezone.say(finding.message)), values(finding), related(finding, app, options));
  }

  function values(finding) {
    var t = minezone.t;
    var m = finding.measured;
    var limit = finding.threshold;
    if (!m && !limit) {
      return null;
    }
    var unit = (m || limit).unit;
    var both = m && limit && m.unit === limit.unit;
    var texts = both ? minezone.numbers.showPair(m.value, limit.value, unit)
      : [m && minezone.numbers.show(m.value, m.unit), limit && minezone.numbers.show(limit.value, limit.unit)];
    return h("p.mz-values", {},
      m && h("span", {}, t(finding.verdict === "NO_DATA" ? "known_so_far" : "measured") + " ", h("b", {}, texts[0]),
        typeof m.uncertainty === "number" ? " (" + t("sigma") + " " + minezone.numbers.show(m.uncertainty, m.unit) + ")" : ""),
      limit && h("span", {}, t("required") + " ", h("b", {}, (minezone.numbers.comparison(limit.comparison) + " " + texts[1]).trim())));
  }

  function related(finding, app, options) {
    var t = minezone.t;
    var all = finding.related || [];
    if (!all.length) {
      return null;
    }
    var few = all.slice(0, 6);
    return h("p.mz-related", {}, t("related") + " ", few.map(function (other, i) {
      var text = [other.source_id, other.name].filter(Boolean).join(" ") || other.feature_id;
      return [i ? minezone.lang() === "en" ? ", " : "、" : null, options.locate ? h("button.mz-link", {
        type: "button", onclick: function () { app.open(other.layer, other.feature_id); }
      }, text) : text];
    }), all.length > few.length ? " " + t("more_related", { n: all.length }) : null);
  }

  /* Articles once a card: open where they accuse, folded where they need not be read. */
  function articles(card, app, options) {
    var ids = [];
    card.findings.forEach(function (finding) {
      (finding.reference_ids || []).forEach(function (id) {
        if (ids.indexOf(id) < 0 && app.scene.references[id]) {
          ids.push(id);
        }
      });
    });
    var open = card.code === "FAIL" || card.code === "REVIEW" || options.openAll;
    return ids.map(function (id) {
      var r = app.scene.references[id];
      var source = minezone.t("article_of", { instrument: r.instrument, article: r.article });
      var since = r.effective_from ? minezone.t("effective", { date: r.effective_from }) : "";
      var quote = h("blockquote.mz-quote", { lang: "zh-CN" }, h("p", {}, r.quote || minezone.t("no_quote")),
        h("cite", {}, source, since && h("span.mz-since", {}, since)));
      return open ? quote : h("details.mz-article", {}, h("summary", {}, source), quote);
    });
  }
})(window);

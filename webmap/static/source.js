/* Where the page gets its data: all of it in the page, or piece by piece from the server.
   Both answer subjects(query), subject(id) and features(bbox, zoom) with promises. */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});

  function inline(scene) {
    var byId = new Map();
    var texts = new Map();
    var findings = new Map();
    var features = new Map();
    scene.subjects.forEach(function (subject) {
      byId.set(subject.id, subject);
      texts.set(subject.id, ((subject.number || "") + "\n" + (subject.name || "")).toLowerCase());
    });
    scene.findings.forEach(function (finding) {
      var own = findings.get(finding.subject);
      if (own) {
        own.push(finding);
      } else {
        findings.set(finding.subject, [finding]);
      }
    });
    scene.features.forEach(function (feature) {
      features.set(feature.layer + "\n" + feature.id, feature);
    });

    function subjects(query) {
      var found = matching(query);
      return Promise.resolve({
        total: found.chosen.length,
        counts: found.counts,
        subjects: found.chosen.slice(query.offset, query.offset + query.limit)
      });
    }

    /* Counts are those before the verdict filter, so that the chips say what they would show. */
    function matching(query) {
      var words = normal(query.q).split(/\s+/).filter(Boolean);
      var counts = {};
      var chosen = scene.subjects.filter(function (subject) {
        var verdict = answer(subject, query.rule);
        var text = texts.get(subject.id);
        if (!verdict || !words.every(function (word) { return text.indexOf(word) >= 0; })) {
          return false;
        }
        counts[verdict] = (counts[verdict] || 0) + 1;
        return !query.verdicts.length || query.verdicts.indexOf(verdict) >= 0;
      });
      return { chosen: chosen, counts: counts };
    }

    function subject(id) {
      var found = byId.get(id);
      if (!found) {
        return Promise.resolve(null);
      }
      var own = findings.get(id) || [];
      var keys = new Set([found.layer + "\n" + id]);
      own.forEach(function (finding) {
        (finding.related || []).forEach(function (related) {
          keys.add(related.layer + "\n" + related.feature_id);
        });
      });
      var drawn = [];
      keys.forEach(function (key) {
        if (features.has(key)) {
          drawn.push(features.get(key));
        }
      });
      return Promise.resolve({ subject: found, findings: own, features: drawn });
    }

    return {
      inline: true,
      subjects: subjects,
      subject: subject,
      matching: function (query) {
        return new Set(matching(query).chosen.map(function (s) { return s.id; }));
      },
      features: function () {
        return Promise.resolve({ features: scene.features, truncated: false });
      }
    };
  }

  /* Half-width and lower case, as licence numbers are typed in many ways. */
  function normal(text) {
    return (text || "").normalize("NFKC").toLowerCase().trim();
  }

  /* A subject's verdict under the rule filter; null where that rule does not speak of it. */
  function answer(subject, rule) {
    return rule ? (subject.rules || {})[rule] || null : subject.verdict;
  }

  function server(scene) {
    function get(path, signal) {
      return fetchJson(scene.base + path, signal);
    }
    function fetchJson(address, signal) {
      return fetch(address, {
        signal: signal, credentials: "same-origin", headers: { accept: "application/json" }
      }).then(function (response) {
        if (response.ok) {
          return response.json();
        }
        if (response.status === 404) {
          return null;
        }
        return response.json().then(problem, function () {
          throw new Error("HTTP " + response.status);
        });
      });
    }
    function problem(body) {
      throw new Error(minezone.say(body.detail) || minezone.say(body.title) || "HTTP " + body.status);
    }
    return {
      inline: false,
      subjects: function (query, signal) {
        var ask = new URLSearchParams();
        if (query.q) { ask.set("q", query.q); }
        if (query.verdicts.length) { ask.set("verdict", query.verdicts.join(",")); }
        if (query.rule) { ask.set("rule", query.rule); }
        ask.set("offset", query.offset);
        ask.set("limit", query.limit);
        return get("/subjects?" + ask, signal);
      },
      subject: function (id, signal) {
        return get("/subjects/" + encodeURIComponent(id), signal);
      },
      hillshade: function (address) {
        return fetchJson(address);
      },
      features: function (bbox, zoom, signal) {
        return get("/features?bbox=" + bbox.join(",") + "&zoom=" + zoom, signal);
      }
    };
  }

  minezone.source = function (scene) {
    return scene.mode === "server" ? server(scene) : inline(scene);
  };
  minezone.source.normal = normal;
})(window);

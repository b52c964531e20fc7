"""How verdicts, evidence and layers look, as the page is told: the tables of analysis/style.py."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from analysis.law import Text
from analysis.style import LAYER_COLOURS, ROLE_COLOURS, ROLE_LABELS, VERDICT_STYLES
from layers.catalog import catalog

Json = dict[str, Any]


def styles_of(judged: Set[str], seen: Set[str]) -> Json:
    """Return the scene's ``styles``: verdicts worst first, roles of evidence, layers ``seen``.

    Parameters
    ----------
    judged : layers whose features were judged; the other layers seen are context
    """
    verdicts = [
        {
            "code": verdict.name,
            "colour": style.colour,
            "fill": style.fill,
            "weight": style.weight,
            "label": _both(style.label),
        }
        for verdict, style in VERDICT_STYLES.items()
    ]
    roles = {
        role: {"label": _both(label), "colour": ROLE_COLOURS[role]}
        for role, label in ROLE_LABELS.items()
    }
    layers = {
        name: {
            "title": {"zh": schema.zh, "en": schema.en},
            "kind": "subject" if name in judged else "context",
            "colour": LAYER_COLOURS[name].colour,
            "dash": LAYER_COLOURS[name].dash,
            "fill": LAYER_COLOURS[name].fill,
        }
        for name, schema in catalog().items()
        if name in seen
    }
    return {"verdicts": verdicts, "roles": roles, "layers": layers}


def _both(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}

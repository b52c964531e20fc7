"""Values of options as the engine takes them; what cannot be right is refused here."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from webmap.cli_io import UsageError
from webmap.cli_text import both


def run_arguments(rules: str | None, as_of: str | None, formats: str) -> dict[str, Any]:
    """Return ``rules``, ``as_of`` and ``formats`` as the engine takes them."""
    return {
        "rules": None if rules is None else _names("--rules", rules.upper()),
        "as_of": day_of(as_of),
        "formats": _names("--format", formats.lower()),
    }


def _names(where: str, text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())
    if not names:
        raise UsageError(*both("empty_list", where=where))
    return names


def day_of(text: str | None) -> date | None:
    """Return the day an ISO date names."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(*both("bad_date", value=text)) from None


def processes(workers: int | None) -> int:
    """Return how many processes judge; one for each processor, at most 4, if nothing is said."""
    if workers is not None and not 1 <= workers <= 64:
        raise UsageError(*both("bad_workers", value=workers))
    return workers or min(os.cpu_count() or 1, 4)


def page_name(option: str, target: Path | None) -> None:
    """Refuse a page that is not called one: it might be somebody's data."""
    if target is not None and target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(*both("bad_page", option=option, value=target))


def convert_options(form: str | None, encoding: str) -> None:
    """Refuse forms and encodings that are not written."""
    forms = ("gpkg", "shp", "geojson", "kml", "dxf", "txt", "registration", "xlsx")
    if form is not None and form not in forms:
        raise UsageError(*both("bad_form", value=form, known=" ".join(forms)))
    if encoding.upper() not in ("GBK", "UTF-8"):
        raise UsageError(*both("bad_encoding", value=encoding))


def declared_constants(pairs: list[str] | None) -> dict[str, str] | None:
    """Return ``COLUMN=VALUE`` pairs as a mapping, None for none."""
    out: dict[str, str] = {}
    for pair in pairs or ():
        column, sign, value = pair.partition("=")
        column = column.strip()
        if not sign or not column or not value.strip():
            raise UsageError(*both("bad_set", value=pair))
        if column in out:
            raise UsageError(*both("set_twice", value=column))
        out[column] = value.strip()
    return out or None

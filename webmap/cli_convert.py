"""What the command line does to write a file in another exchange format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis.crs import parse_crs
from gis.errors import MineZoneError
from layers.datum_file import read_datum
from layers.formats import writing
from layers.formats.source import Source
from layers.given import Given
from layers.outside import read_outside
from webmap.cli_io import clean, in_both, issue_record
from webmap.cli_text import SEVERITY, say


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said of the file and of the one to write."""

    layer: str | None
    crs: str | None
    encoding: str | None
    to: str | None
    to_crs: str | None
    to_encoding: str
    datum: Path | None


def convert(file: Path, target: Path, asked: Asked) -> tuple[Source, writing.Written]:
    """Read ``file`` and write ``target``; return what was read and what was written."""
    source = read_outside(Given(file, layer=asked.layer, crs=asked.crs, encoding=asked.encoding))
    written = writing.write(
        source,
        target,
        form=asked.to,
        crs=parse_crs(asked.to_crs) if asked.to_crs else None,
        encoding=asked.to_encoding,
        datum=read_datum(asked.datum) if asked.datum else None,
    )
    return source, written


def lines(source: Source, written: writing.Written, lang: str) -> list[str]:
    """Return what to say of a conversion."""
    out = [
        say(
            "converted",
            lang,
            n=len(source),
            file=source.path,
            to="、".join(map(str, written.files)),
        ),
        say("converted_crs", lang, crs=source.crs.name if source.crs else "—", to=written.crs),
    ]
    if written.way is not None:
        way = written.way
        out.append(say("converted_way", lang, way=way.description, sigma=f"{way.accuracy_m:.2f}"))
    out += [
        f"  {SEVERITY[issue.severity].of(lang)}: {issue.text(lang)}"
        for issue in (*source.issues, *written.issues)
    ]
    return [clean(line) for line in out]


def told(file: Path, target: Path, asked: Asked) -> dict[str, Any]:
    """Convert as :func:`convert`; return what came of it as JSON values, with keys of ``inspect``.

    What is refused is no exception here: ``usable`` is false, ``error`` says why.
    """
    try:
        done = _record(*convert(file, target, asked))
    except MineZoneError as error:
        return {"file": str(file), "usable": False, "error": in_both(error)}
    return {"file": str(file), "usable": True, "error": None, **done}


def _record(source: Source, written: writing.Written) -> dict[str, Any]:
    return {
        "source": str(source.path),
        "format": source.format,
        "rows": len(source),
        "crs": source.crs.name if source.crs else None,
        "files": [str(path) for path in written.files],
        "written_crs": written.crs,
        "transformation": written.way.description if written.way else None,
        "transformation_accuracy_m": written.way.accuracy_m if written.way else None,
        "issues": [issue_record(issue) for issue in (*source.issues, *written.issues)],
    }

"""What minezone reads of every file of other people: the table in docs/formats.md.

``python tests/layers/formats/every_file.py`` writes it where the files are at hand
(``../shared/data``, or MINEZONE_SHARED_DATA); test_every_file.py holds it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely

from gis.crs import other_zone, to_cgcs2000
from gis.errors import MineZoneError
from layers import formats
from layers.formats.sniff import SIDECARS, suffix_of
from layers.formats.source import Source
from layers.whereabouts import crs_name

REPO = Path(__file__).resolve().parents[3]
PAGE = REPO / "docs" / "formats.md"
START, END = "<!-- files -->\n", "<!-- /files -->"
FOLDERS = ("awkward", "tenements", "tailings", "rivers")
HEAD = (
    "| file 文件 | layer 图层 | format 格式 | rows 行 | shapes 图形 | CRS 坐标系 | encoding 编码 "
    "| where 位置 | remarks 说明 |\n|---|---|---|---|---|---|---|---|---|\n"
)


def data_folder() -> Path:
    """Return the folder of the files, which need not exist."""
    default = REPO.parent / "shared" / "data"
    return Path(os.environ.get("MINEZONE_SHARED_DATA", default))


def files(root: Path) -> list[Path]:
    """Return every file of the four folders."""
    return sorted(p for f in FOLDERS for p in (root / f).rglob("*") if p.is_file())


def is_part(path: Path) -> bool:
    """Return whether a file is read with the one that it belongs to, which is there."""
    main = SIDECARS.get(path.suffix.lower())
    return main is not None and any(
        p.stem == path.stem and p.suffix.lower() in (main, ".tab") for p in path.parent.iterdir()
    )


def table(root: Path) -> str:
    """Return the table of all files, and how many files it stands for."""
    out, folder, first = "", None, {}
    every = files(root)
    mains = [p for p in every if not is_part(p)]
    for path in mains:
        if path.parent != folder:
            folder = path.parent
            out += f"\n**{folder.relative_to(root).as_posix()}**\n\n{HEAD}"
        if suffix_of(path) == ".gdb.zip":
            known = first.setdefault(path.read_bytes(), path)
            if known is not path:
                same = f"byte for byte {known.relative_to(root).as_posix()}"
                out += _line(path.name, "", "", "", "", "", "", "", same)
                continue
        for cells in rows(path):
            out += _line(path.name, *cells)
    parts = len(every) - len(mains)
    return f"{len(every)} files: {len(mains)} below, and {parts} parts read with them.\n{out}"


def rows(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each layer of a file after its name."""
    try:
        names = formats.list_layers(path) or [""]
    except MineZoneError as fault:
        yield ("", "", "", "", "", "", "", _refused(path, fault))
        return
    for name in names:
        try:
            source = formats.read(path, layer=name or None)
        except MineZoneError as fault:
            yield (name, "", "", "", "", "", "", _refused(path, fault))
            continue
        shown = name if source.layer else ""
        yield (
            shown,
            source.format,
            str(len(source)),
            _shapes(source),
            crs_name(source.crs) if source.crs else "asked for 须给出",
            source.encoding or "",
            _where(source),
            _remarks(path, source),
        )


def _line(*cells: str) -> str:
    plain = (" ".join(c.split()).replace("|", "\\|").replace("<", "&lt;") for c in cells)
    return f"| {' | '.join(plain)} |\n"


def _refused(path: Path, fault: MineZoneError) -> str:
    return f"**refused 拒绝**: {_without_path(path, fault.en)}"


def _without_path(path: Path, text: str) -> str:
    text = text.replace(f"{path}: ", "").replace(f"{path}/", "").replace(str(path), path.name)
    return text.replace(f"{path.parent}/", "")


def _shapes(source: Source) -> str:
    kinds = Counter("none" if g is None or g.is_empty else g.geom_type for g in source.geometry)
    if set(kinds) - {"none"} and len(kinds) == 1:
        return next(iter(kinds))
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))


def _where(source: Source) -> str:
    """Return west–east, south–north: in CGCS2000 degrees where the system is known."""
    xy = shapely.get_coordinates(source.geometry)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return ""
    if source.crs is None:
        return _box(xy, 3)
    if other_zone(xy, source.crs).any():
        return f"{_box(xy, 0)}: other zones than its CRS; refused when judged 判定时拒绝"
    try:
        lonlat = to_cgcs2000(xy, source.crs)[0]
    except MineZoneError as fault:
        way = "needs `--datum`" if "parameters" in fault.en else "no exact way to CGCS2000"
        return f"{_box(xy, 3)}: {way} 判定时拒绝"
    if np.abs(lonlat).max() > 180:
        return "off the globe; refused when judged 判定时拒绝"
    return _box(lonlat, 2) + "°"


def _box(xy: np.ndarray, digits: int) -> str:
    ends = zip(xy.min(axis=0), xy.max(axis=0), strict=True)
    return ", ".join(
        "…".join(dict.fromkeys(f"{round(v, digits) + 0.0:.{digits}f}" for v in pair))
        for pair in ends
    )


def _remarks(path: Path, source: Source) -> str:
    """Return each kind of issue with its number and the first of its texts."""
    said: dict[tuple[str, str], list[str]] = {}
    for issue in source.issues:
        said.setdefault((issue.severity, issue.code), []).append(_without_path(path, issue.en))
    return "; ".join(
        f"{severity} `{code}`{f' × {len(texts)}' if texts[1:] else ''}: {texts[0]}"
        for (severity, code), texts in said.items()
    )


def page_with(page: str, text: str) -> str:
    """Return the page with the table put between its marks."""
    before, rest = page.split(START)
    return f"{before}{START}{text}{END}{rest.split(END)[1]}"


def main() -> None:
    """Write the table into the page."""
    text = table(data_folder())
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()

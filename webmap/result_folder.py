"""A folder of results as the map reads it: report.json, outlines.parquet, hillshade."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from analysis.reports import outlines
from analysis.reports.report_json import SCHEMA_VERSION, TOOL
from gis.errors import MineZoneError
from gis.ragged import Floats, Shapes
from webmap.report_store import GROUND

HILLSHADE = (GROUND, "hillshade.pgw")
_MERCATOR_RADIUS_M = 6378137.0


class ResultError(MineZoneError):
    """A folder does not hold a result that can be shown."""


class TooLargeError(ResultError):
    """A result is too large for one page."""

    @classmethod
    def of(cls, folder: Path, subjects: int) -> TooLargeError:
        """Return the error of a result of so many subjects, with the way to see it."""
        return cls(
            f"{folder}：{subjects} 个对象，一个网页放不下；请用 minezone serve 查看，"
            "或用 QGIS 打开 findings.gpkg",
            f"{folder}: {subjects} subjects are too many for one page; see them with "
            "minezone serve, or open findings.gpkg in QGIS",
        )


@dataclass(frozen=True, eq=False)
class ResultFolder:
    """What a run left behind for its map.

    Attributes
    ----------
    report : report.json
    outlines : outlines.parquet
    said : its metadata: title, focus, view, rules, what is left out
    """

    folder: Path
    report: Mapping[str, Any]
    outlines: pa.Table
    said: Mapping[str, Any]

    def column(self, name: str) -> list[str]:
        """Return a text column of the outlines."""
        if name not in self._columns:
            self._columns[name] = self.outlines.column(name).to_pylist()
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Return the row of each feature by its id."""
        return {name: row for row, name in enumerate(self.column("feature_id"))}

    @cached_property
    def geometry(self) -> Shapes:
        """Return (n,) outlines, EPSG:4490 degrees."""
        wkb = self.outlines.column("geometry").to_numpy()
        shapes: Shapes = shapely.from_wkb(wkb)
        return shapes

    @cached_property
    def bounds(self) -> Floats:
        """Return (n, 4) west, south, east, north in degrees."""
        bounds: Floats = shapely.bounds(self.geometry)
        return bounds.reshape(-1, 4)

    def facts(self, row: int) -> dict[str, Any]:
        """Return the attributes of the feature at ``row``, by column."""
        facts: dict[str, Any] = orjson.loads(self.column("facts")[row])
        return facts

    def notes(self) -> dict[str, int]:
        """Return how many layers were read, how many do not say where they are complete, issues."""
        inputs = self.report["inputs"]
        layers = [i for i in inputs if i["role"] == "workspace"]
        severities = Counter(issue["severity"] for i in inputs for issue in i["issues"])
        return {
            "layers": len(layers),
            "coverage_not_stated": sum(i["coverage"] is None for i in layers),
            "warnings": severities["warning"],
            "errors": severities["error"],
        }

    def hillshade(self) -> dict[str, Any] | None:
        """Return the terrain's picture as a data URL with its bounds, None where there is none."""
        found = hillshade(self.folder)
        if found is None:
            return None
        picture, bounds = found
        url = "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
        return {"url": url, "bounds": bounds}


def hillshade(folder: Path) -> tuple[bytes, list[list[float]]] | None:
    """Return the terrain's picture beside a report, with [[south, west], [north, east]]."""
    try:
        picture = (folder / HILLSHADE[0]).read_bytes()
        world = [float(v) for v in (folder / HILLSHADE[1]).read_text("ascii").split()]
        width, height = struct.unpack(">II", picture[16:24])
        cell_x, _, _, cell_y, x, y = world
    except (OSError, ValueError, struct.error):
        return None
    west, north = x - cell_x / 2, y - cell_y / 2
    south, east = north + height * cell_y, west + width * cell_x
    return picture, [[_latitude(south), _longitude(west)], [_latitude(north), _longitude(east)]]


def read(path: Path) -> ResultFolder:
    """Return the result in a folder, named itself or by its report.json.

    Raises
    ------
    ResultError
        There is no result of minezone, it is of a version that cannot be shown, or the outlines
        are of another run.
    TooLargeError
        The run has too many subjects to have outlines.
    """
    folder = path.parent if path.name == "report.json" else path
    report = _report(folder)
    table = _outlines(folder, report)
    try:
        said = orjson.loads(table.schema.metadata[b"minezone"])
        known = {*table.column("feature_id").to_pylist()}
        missing = [s["subject_id"] for s in report["subjects"] if s["subject_id"] not in known]
    except (KeyError, TypeError, orjson.JSONDecodeError):
        raise damaged(folder / outlines.NAME) from None
    if missing:
        raise damaged(folder / outlines.NAME)
    return ResultFolder(folder, report, table, said)


def _report(folder: Path) -> dict[str, Any]:
    file = folder / "report.json"
    try:
        report: dict[str, Any] = orjson.loads(file.read_bytes())
    except OSError:
        raise ResultError(
            f"{folder}：不是 minezone 的结果文件夹（读不到 report.json）",
            f"{folder}: no result of minezone (no readable report.json)",
        ) from None
    except orjson.JSONDecodeError:
        raise damaged(file) from None
    tool = report.get("tool") if isinstance(report, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != TOOL:
        raise ResultError(f"{file}：不是 minezone 的报告", f"{file}: no report of minezone")
    if report.get("schema_version") != SCHEMA_VERSION:
        raise ResultError(
            f"{file}：报告版本 {report.get('schema_version')} 无法显示，请重新判定",
            f"{file}: reports of version {report.get('schema_version')} cannot be shown; "
            "judge again",
        )
    return report


def _outlines(folder: Path, report: Mapping[str, Any]) -> pa.Table:
    file = folder / outlines.NAME
    try:
        subjects = len(report["subjects"])
        digest = next((t["sha256"] for t in report["tables"] if t["file"] == file.name), None)
        complete = report["complete"]
    except (KeyError, TypeError):
        raise damaged(folder / "report.json") from None
    if subjects > outlines.MOST_SUBJECTS or not complete:
        raise TooLargeError.of(folder, subjects)
    if not subjects:
        raise ResultError(
            f"{folder}：结果中没有判定对象，无图可画", f"{folder}: no subjects, nothing to draw"
        )
    if digest is None:
        raise ResultError(
            f"{folder}：结果中没有图形（{file.name}），请用本版本重新判定",
            f"{folder}: the result has no outlines ({file.name}); judge again with this version",
        )
    try:
        data = file.read_bytes()
    except OSError:
        raise ResultError(f"{file}：无法读取", f"{file}: cannot be read") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise ResultError(
            f"{file}：与 report.json 不是同一次运行", f"{file}: not of the run of report.json"
        )
    try:
        return pq.ParquetFile(pa.BufferReader(data)).read()
    except pa.ArrowException:
        raise damaged(file) from None


def damaged(file: Path) -> ResultError:
    """Return the error of a file or folder that is not as a run writes it."""
    return ResultError(f"{file}：文件已损坏", f"{file}: the file is damaged")


def _longitude(x: float) -> float:
    return math.degrees(x / _MERCATOR_RADIUS_M)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(y / _MERCATOR_RADIUS_M)))

"""Files with the parameters of a datum shift: seven, four, or points known in both systems."""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np

from gis.crs import in_china
from gis.datum import (
    Convention,
    FourParameters,
    OldDatum,
    SevenParameters,
    Shift,
    fit_points,
)
from gis.datum_limits import check_parameters
from gis.errors import DatumError
from gis.ragged import Floats
from layers.account import Issue
from layers.errors import FormatError
from layers.formats.planes import datums_named
from layers.formats.source import refusal
from layers.formats.table.sheet import Sheet
from layers.formats.table.sheets import read_csv
from layers.issues import info, warning
from layers.toml_table import Table, read_toml

_SEVEN = ("dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm")
_FOUR = ("meridian", "dx", "dy", "rotation_s", "scale_ppm")
_MOST_BYTES = 1_000_000
_MERIDIANS = (73.0, 136.0)
_COLUMNS = (
    ("old_x", "原x", "旧x", "x1"), ("old_y", "原y", "旧y", "y1"),
    ("new_x", "新x", "x2"), ("new_y", "新y", "y2"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class DatumFile:
    """A shift as read.

    Attributes
    ----------
    shift : what it does
    sha256 : over the file and the points it names
    issues : of control points, the residual of each
    """

    shift: Shift
    sha256: str
    issues: tuple[Issue, ...]

    def told(self, lonlat: Floats) -> tuple[Issue, ...]:
        """Return what there is to say of (n, 2) degrees in CGCS2000 that it led to."""
        old = self.shift.backward(lonlat[in_china(lonlat)])
        away = self.shift.outside_m(old)
        farthest = float(away.max(initial=0.0))
        if farthest <= 1.0:
            return self.issues
        sigma = self.shift.accuracy_at(old)
        zh = f"图形在控制点所围范围之外，最远 {farthest:.0f} 米，点位精度按 ±{sigma:.2f} 米计"
        en = (
            f"outlines lie outside the control points, up to {farthest:.0f} m; places are taken "
            f"as good to {sigma:.2f} m"
        )
        return (*self.issues, warning("datum_extrapolated", zh, en))


def read_datum(path: Path) -> DatumFile:
    """Return the shift that a TOML file describes.

    ``datum`` names the old system; then one of the tables ``seven`` (``dx dy dz`` in metres,
    ``rx ry rz`` in seconds, ``scale_ppm``, ``convention``), ``four`` (``meridian``, ``dx dy``,
    ``rotation_s``, ``scale_ppm``) or ``points`` (``file``, ``meridian``). ``accuracy_m`` is one
    sigma of a place; points tell the least of it themselves.

    Raises
    ------
    WorkspaceError, FormatError, DatumError
        A key is unknown, missing or no number; the points cannot be read or tell nothing.
    """
    _check_readable(path)
    raw, data = read_toml(path)
    top = Table(path.name, "", data, ("datum", "accuracy_m", "seven", "four", "points"))
    named = datums_named(top.text("datum", required=True))
    if len(named) != 1 or named[0] not in get_args(OldDatum):
        raise top.fault("datum", "应为西安80或北京54", "must be Xian 1980 or Beijing 1954")
    datum: OldDatum = named[0]  # type: ignore[assignment]
    kinds = [k for k in ("seven", "four", "points") if k in data]
    if len(kinds) != 1:
        raise top.fault("seven/four/points", "应恰有其一", "exactly one of these tables is needed")
    accuracy = top.positive("accuracy_m")
    if kinds[0] == "points":
        return _from_points(path, raw, top, datum, accuracy)
    if accuracy is None:
        raise top.fault("accuracy_m", "缺少这个键", "is missing")
    make = _seven if kinds[0] == "seven" else _four
    shift = make(top, datum, accuracy)
    _check(path, kinds[0], shift)
    return DatumFile(shift, hashlib.sha256(raw).hexdigest(), ())


def _check(path: Path, table: str, shift: SevenParameters | FourParameters) -> None:
    try:
        check_parameters(shift)
    except DatumError as fault:
        raise DatumError(f"{path}：{table}：{fault.zh}", f"{path}: {table}: {fault.en}") from fault


def _check_readable(path: Path) -> None:
    """Refuse what is no file of a size that parameters have; a pipe would never end."""
    try:
        usual, size = path.is_file(), path.stat().st_size
    except (OSError, ValueError):
        usual, size = False, 0
    if path.exists() and not usual:
        raise refusal(path, "不是普通文件", "is no regular file")
    if size > _MOST_BYTES:
        raise refusal(path, f"有 {size} 字节，超过 1 MB", f"has {size} bytes, more than 1 MB")


def named_points(path: Path) -> Path | None:
    """Return the file of control points that a datum file names, None where it names none."""
    try:
        _check_readable(path)
        named = tomllib.loads(path.read_text("utf-8-sig"))["points"]["file"]
        return path.parent / str(named)
    except (OSError, ValueError, LookupError, TypeError, RecursionError, FormatError):
        return None  # reading it says what is wrong


def _seven(top: Table, datum: OldDatum, accuracy: float) -> SevenParameters:
    table = Table(top.file, "seven.", top.data["seven"], (*_SEVEN, "convention"))
    if "convention" not in table.data:
        raise table.fault(
            "convention",
            "缺少这个键：旋转角的符号约定 position_vector 或 coordinate_frame",
            "is missing: position_vector or coordinate_frame says the sense of the rotations",
        )
    convention = table.choice("convention", get_args(Convention), "")
    values = {name: _number(table, name) for name in _SEVEN}
    return SevenParameters(datum=datum, convention=convention, accuracy_m=accuracy, **values)


def _four(top: Table, datum: OldDatum, accuracy: float) -> FourParameters:
    table = Table(top.file, "four.", top.data["four"], _FOUR)
    values = {name: _number(table, name) for name in _FOUR}
    _meridian(table)
    return FourParameters(datum=datum, accuracy_m=accuracy, control=None, **values)


def _number(table: Table, key: str) -> float:
    value = table.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise table.fault(key, "应为数", "must be a number")
    return float(value)


def _meridian(table: Table) -> float:
    value = _number(table, "meridian")
    if not _MERIDIANS[0] <= value <= _MERIDIANS[1]:
        zh, en = "应为中国的中央子午线，以度计", "must be a central meridian of China in degrees"
        raise table.fault("meridian", zh, en)
    return value


# -- control points --------------------------------------------------------------------------------


def _from_points(
    path: Path, raw: bytes, top: Table, datum: OldDatum, accuracy: float | None
) -> DatumFile:
    table = Table(top.file, "points.", top.data["points"], ("file", "meridian"))
    meridian = _meridian(table)
    file = path.parent / table.text("file", required=True)
    if not file.is_file():
        raise table.fault("file", f"文件不存在：{file.name}", f"no such file: {file.name}")
    _check_readable(file)
    sheet, _ = read_csv(file, None)
    names, old, new = _points(file, sheet, meridian)
    try:
        fit = fit_points(datum, meridian, old, new)
    except DatumError as fault:
        raise DatumError(f"{file}：{fault.zh}", f"{file}: {fault.en}") from fault
    # What the points themselves show is the least that can be claimed.
    shift = replace(fit.shift, accuracy_m=max(accuracy or 0.0, fit.shift.accuracy_m))
    _check(file, "points", shift)
    if shift.accuracy_m <= 0:
        raise top.fault("accuracy_m", "控制点算不出精度，请给出", "points tell none; state it")
    issues = tuple(
        info(
            "control_point",
            f"{file.name}：控制点 {name} 残差 北 {north:+.3f} 米，东 {east:+.3f} 米",
            f"{file.name}: control point {name}: residual north {north:+.3f} m, east {east:+.3f} m",
        )
        for name, (north, east) in zip(names, fit.residuals, strict=True)
    )
    digest = hashlib.sha256(raw + b"\0" + file.read_bytes()).hexdigest()
    return DatumFile(shift, digest, issues)


def _points(file: Path, sheet: Sheet, meridian: float) -> tuple[list[str], Floats, Floats]:
    """Return names, old and new (n, 2) north, east of all points, without zone prefix."""
    head = [cell.lower().replace(" ", "") for cell in sheet.rows[0]] if sheet.rows else []
    at = [next((k for k, cell in enumerate(head) if cell in words), -1) for words in _COLUMNS]
    if -1 in at:
        raise refusal(
            file,
            "第一行应写明列：点名 原X 原Y 新X 新Y",
            "the first row must name the columns name old_x old_y new_x new_y",
        )
    names: list[str] = []
    values: list[list[float]] = []
    for cells, line in zip(sheet.rows[1:], sheet.lines[1:], strict=True):
        if not any(cells):
            continue
        try:
            values.append([float(cells[k]) for k in at])
        except (ValueError, IndexError):
            raise refusal(file, f"第 {line} 行不是数", f"row {line}: no numbers") from None
        others = [cell for k, cell in enumerate(cells) if k not in at and cell]
        names.append(others[0] if others else str(len(names) + 1))
    array = np.array(values, float).reshape(-1, 4)
    if not np.isfinite(array).all():
        raise refusal(file, "坐标不是有限数值", "a coordinate is not a finite number")
    for column in (1, 3):
        array[:, column] = _without_zone(file, array[:, column], meridian)
    return names, array[:, :2], array[:, 2:]


def _without_zone(file: Path, east: Floats, meridian: float) -> Floats:
    zones = np.unique(np.floor(east / 1e6))
    if len(zones) > 1 or (zones[0] and meridian not in (3 * zones[0], 6 * zones[0] - 3)):
        told = ", ".join(f"{z:.0f}" for z in zones)
        raise refusal(
            file,
            f"横坐标带号 {told} 与中央子午线 {meridian:g} 不符",
            f"eastings tell zone {told}, not meridian {meridian:g}",
        )
    return np.asarray(east - zones[0] * 1e6)

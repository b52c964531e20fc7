"""The accuracy of a datum shift goes along with the outlines: they are not sharper for being moved.

A form with fields carries it in one that reading the file again finds; of the others it is told
that it is lost.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa

from layers.account import Issue
from layers.formats.moving import Moved
from layers.formats.source import Source, refusal
from layers.issues import warning
from layers.stated_accuracy import FIELD, MOST_M, fields_of, stated


def carry(moved: Moved, *, has_fields: bool) -> tuple[Source, list[Issue]]:
    """Return the rows with the accuracy of their way in a field, and what is said of it.

    Raises
    ------
    LayerError, FormatError
        The rows state an accuracy of their own that cannot be read, or it comes to more than
        can be judged.
    """
    source = moved.source
    names = fields_of(list(source.columns))
    own = stated(source.columns, source.labels, str(source.path), source.lost)
    if not (moved.shifted or names):
        return source, []
    sigma = np.full(len(source), np.nan) if own is None else own
    more = _whole_mm(moved.way.accuracy_m) if moved.way else 0.0
    # As in ``Layer.sigma_m``: the user's own shift counts by itself, others beside what is stated.
    sigma = np.hypot(np.nan_to_num(sigma) if moved.shifted else sigma, more)
    if np.isnan(sigma).all():
        return source, []
    worst = float(np.nanmax(sigma))
    if worst > MOST_M:
        zh = f"转换后点位精度为 ±{worst:g} 米，超过 {MOST_M:g} 米，无从判定：转换参数不适用于此处"
        en = (
            f"places would be good to {worst:g} m only, more than {MOST_M:g} m: the parameters "
            "are not for this place"
        )
        raise refusal(source.path, zh, en)
    if not has_fields:
        return source, [_lost(worst)]
    if not more:
        return source, []
    column = pa.array(sigma, pa.float64())
    columns = {**source.columns, **dict.fromkeys(names or [FIELD], column)}
    zh = f"坐标转换后点位精度为 ±{worst:g} 米，写入字段 {FIELD}，以后审查按此判定"
    en = f"places are good to {worst:g} m after the shift; field {FIELD} says so to later vetting"
    return replace(source, columns=columns), [warning("accuracy_written", zh, en)]


def _whole_mm(sigma: float) -> float:
    """Return metres rounded up to millimetres, but for the noise of arithmetic."""
    return math.ceil(round(sigma * 1000, 6)) / 1000


def _lost(sigma: float) -> Issue:
    return warning(
        "accuracy_not_written",
        f"点位精度 ±{sigma:g} 米在此格式中没有位置：写出的文件再审查时会被当作没有误差；"
        f"请改写为 gpkg、shp、geojson 或 kml，或审查原文件（--datum），"
        f"作为工作区图层时写明 positional_accuracy_m = {sigma:g}",
        f"this form has no place for the accuracy of {sigma:g} m: vetting the written file would "
        "take its places as exact; write gpkg, shp, geojson or kml, or vet the file itself "
        f"(--datum); for a layer of a workspace state positional_accuracy_m = {sigma:g}",
    )

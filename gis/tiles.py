"""Elevation files: which may be opened, what is checked of them, how their cells are read.

The one place that opens one. Windows for measuring (``gis.mosaic``, ``gis.terrain``) and grids
for pictures (``gis.dem``) are both made from what comes from here.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from gis.crs import Transformation, from_cgcs2000, parse_crs
from gis.errors import MineZoneError

Heights = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".vrt": "VRT", ".img": "HFA", ".asc": "AAIGrid",
}  # fmt: skip
"""The drivers that may read a file, by its name; other formats can lead out of their file."""

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""What lies beyond is no elevation of dry land in metres, whether or not it is declared nodata."""

MOST_OPEN = 64
"""Files that one process keeps open; a country has more tiles than a process may have files."""

_METRES = {"", "m", "metre", "metres", "meter", "meters", "米"}
# Where heights are stored as counts, these counts mean "no value" even if nothing says so.
_MARKS = (-9999, -32768, 32767, 65535)
_SIDECARS = (".aux.xml", ".msk", ".ovr")
_BESIDE = (".prj", ".tfw", ".wld", ".ige", ".rrd")


class TerrainError(MineZoneError):
    """An elevation file cannot be used; the message names it."""


@dataclass(frozen=True, eq=False)
class Tile:
    """What a file says of itself.

    Attributes
    ----------
    driver : the format
    crs, transformation : its coordinate system, and the way from there to CGCS2000
    west, north : outer corner of the first cell, units of ``crs``
    dx, dy : size of a cell, both > 0
    """

    path: Path
    driver: str
    crs: pyproj.CRS
    transformation: Transformation
    west: float
    north: float
    dx: float
    dy: float
    rows: int
    columns: int

    @property
    def crs_name(self) -> str:
        """Return the EPSG code, else the name."""
        code = self.crs.to_epsg()
        return f"EPSG:{code}" if code else str(self.crs.name)

    @property
    def bounds(self) -> Box:
        """Return west, south, east, north in units of ``crs``."""
        east, south = self.west + self.columns * self.dx, self.north - self.rows * self.dy
        return self.west, south, east, self.north


def examined(path: Path) -> Tile:
    """Return what must be known of a file before it is read.

    Raises
    ------
    TerrainError
        It is missing or damaged, no GeoTIFF, HFA, AAIGrid or VRT, has no coordinate system or
        one of a datum that does not lead to CGCS2000 exactly (it would lie about 100 m wrong),
        is rotated, states another unit than metres, or has several bands (a picture).
    """
    with opened(path) as data:
        return _checked(path, data)


def _checked(path: Path, data: Any) -> Tile:
    if data.crs is None:
        raise TerrainError(
            f"{path}：高程数据没有坐标系", f"{path}: the elevations state no coordinate system"
        )
    affine = data.transform
    if affine.b or affine.d or affine.a <= 0 or affine.e >= 0:
        raise TerrainError(
            f"{path}：高程栅格不是北向上的正放栅格", f"{path}: the raster is not north-up"
        )
    unit = data.units[0] or ""
    if unit.strip().lower() not in _METRES:
        raise TerrainError(
            f"{path}：高程单位为 {unit}，请先换算为米",
            f"{path}: the elevations are in {unit}; convert them to metres first",
        )
    if sum(band.name != "alpha" for band in data.colorinterp) != 1:
        raise TerrainError(
            f"{path}：有 {data.count} 个波段，不是高程栅格",
            f"{path}: {data.count} bands: no raster of elevations",
        )
    try:
        crs = parse_crs(data.crs.to_wkt())
        _, way = from_cgcs2000(np.zeros((0, 2)), crs)
    except MineZoneError as fault:
        raise TerrainError(f"{path}：{fault.zh}", f"{path}: {fault.en}") from None
    return Tile(
        path, data.driver, crs, way, affine.c, affine.f, affine.a, -affine.e,
        data.height, data.width,
    )  # fmt: skip


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file to read; whatever the library has to say of it becomes one line."""
    data = _open(path)
    try:
        with data:
            yield data
    except _rasterio_error() as fault:
        raise _unreadable(path, fault) from None


def _open(path: Path) -> Any:
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        known = " ".join(DRIVERS)
        raise TerrainError(
            f"{path}：不支持的高程格式（可用：{known}）",
            f"{path}: unsupported format of elevations (available: {known})",
        )
    try:
        with warnings.catch_warnings():
            # A file without a place is refused by name, for it has no coordinate system either.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return rasterio.open(path, driver=driver)
    except _rasterio_error() as fault:
        raise _unreadable(path, fault) from None


def _rasterio_error() -> type[Exception]:
    from rasterio.errors import RasterioError

    kind: type[Exception] = RasterioError
    return kind


def _unreadable(path: Path, fault: Exception) -> TerrainError:
    why = " ".join(str(fault.__cause__ or fault).split())
    return TerrainError(
        f"{path}：高程数据无法读取：{why}", f"{path}: the elevations cannot be read: {why}"
    )


def heights(data: Any, window: Any, shape: tuple[int, int] | None = None) -> Heights:
    """Return the cells of an open file in a rasterio window, metres; NaN where none is.

    Without a value are cells that the file declares or masks, and whatever cannot be a height.
    ``shape`` leaves cells out where it is smaller than the window; none are averaged.
    """
    band = data.read(1, window=window, out_shape=shape, masked=True)
    scale, offset = data.scales[0], data.offsets[0]
    with np.errstate(over="ignore", invalid="ignore"):
        values: Heights = band.astype(np.float32).filled(np.nan)
        if (scale, offset) != (1.0, 0.0):
            values[np.isin(values, _MARKS)] = np.nan
            values = (values * scale + offset).astype(np.float32)
        values[~((values > LOWEST_M) & (values < HIGHEST_M))] = np.nan
    return values


class OpenTiles:
    """Files kept open between reads, those not read for longest closed first."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, Any] = OrderedDict()

    def read(self, tile: Tile, window: Any) -> Heights:
        """Return the heights in a window; TerrainError where the file cannot be read."""
        data = self._open.pop(tile.path, None) or _open(tile.path)
        self._open[tile.path] = data
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        try:
            return heights(data, window)
        except _rasterio_error() as fault:
            raise _unreadable(tile.path, fault) from None

    def close(self) -> None:
        """Close all files."""
        while self._open:
            self._open.popitem()[1].close()


def parts(path: Path) -> tuple[Path, ...]:
    """Return every file that a reader of ``path`` may look into, itself first.

    Files beside it change where it lies or what has no value, and a VRT's cells are in other
    files. Some of them need not exist: one that is added later changes what is read.
    """
    found: list[Path] = []
    for file in (path, *sources(path)):
        found += [file, *(file.with_name(file.name + s) for s in _SIDECARS)]
        found += [file.with_suffix(s) for s in _BESIDE]
    return tuple(dict.fromkeys(found))


def sources(path: Path) -> tuple[Path, ...]:
    """Return the rasters that a VRT is made of, to any depth; none for other files."""
    return tuple(dict.fromkeys(_sources(path, {path})))


def _sources(path: Path, seen: set[Path]) -> list[Path]:
    if path.suffix.lower() != ".vrt":
        return []
    try:
        with opened(path) as data:
            named = [Path(name) for name in data.files]
    except TerrainError:
        return []  # whoever reads it says why
    found = []
    for file in named:
        if file not in seen and file.suffix.lower() in DRIVERS:
            seen.add(file)
            found += [file, *_sources(file, seen)]
    return found

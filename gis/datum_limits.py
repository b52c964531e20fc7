"""What parameters of a datum shift cannot be: of another unit, or for another place.

Source: no old datum of China lies farther from CGCS2000 than some hundred metres.
"""

from __future__ import annotations

import numpy as np
import pyproj

from gis.datum import CGCS2000, FARTHEST_M, FourParameters, SevenParameters, Shift
from gis.errors import DatumError
from gis.ragged import Floats

_MOST_PPM = 500.0
_MOST_SECONDS = 600.0
_NOTHING = 1e-3
"""Parts per million, or seconds, that move nothing by more than some millimetres."""


def check_parameters(shift: SevenParameters | FourParameters) -> None:
    """Refuse parameters that no survey gives: of another unit, or that move China away.

    Raises
    ------
    DatumError
        It says which of them, and what unit it should have.
    """
    turns = (shift.rx, shift.ry, shift.rz) if isinstance(shift, SevenParameters) else (
        shift.rotation_s,
    )  # fmt: skip
    turn, scale = max(map(abs, turns)), shift.scale_ppm
    if turn > _MOST_SECONDS or 0 < turn < _NOTHING:
        raise DatumError(
            f"旋转角 {turn:g} 秒不可能，应以秒为单位（不是度或弧度）；没有旋转则写 0",
            f"a rotation of {turn:g} seconds cannot be; write seconds, not degrees or radians, "
            "0 for none",
        )
    if abs(scale) > _MOST_PPM or 0 < abs(scale) < _NOTHING or abs(scale - 1) < _NOTHING / 2:
        raise DatumError(
            f"尺度 {scale:.9g} 不可能，应以百万分之一为单位（1.0000025 写作 2.5）；没有则写 0",
            f"a scale of {scale:.9g} cannot be; write parts per million (1.0000025 is 2.5), "
            "0 for none",
        )
    nearest = float(moved_m(_somewhere(shift), shift).min())
    if not np.isfinite(nearest):
        raise DatumError(
            "参数把各处都移到地球之外，不可能；平移量是否带有带号",
            "the parameters move every place off the globe; do the offsets carry a zone number?",
        )
    if not nearest <= FARTHEST_M:
        raise DatumError(
            f"参数在中国各处都移动 {nearest:.0f} 米以上，超过 {FARTHEST_M:.0f} 米，不可能",
            f"the parameters move every place of China by {nearest:.0f} m or more; beyond "
            f"{FARTHEST_M:.0f} m that cannot be",
        )


def check_moved(lonlat: Floats, shift: Shift) -> None:
    """Refuse to move places of an old datum, (n, 2) degrees, by more than a kilometre.

    Raises
    ------
    DatumError
        The parameters are not for these places.
    """
    farthest = float(moved_m(lonlat, shift).max(initial=0.0))
    if not farthest <= FARTHEST_M:
        raise DatumError(
            f"所给参数把坐标移动 {farthest:.0f} 米，超过 {FARTHEST_M:.0f} 米，不适用于此处",
            f"the given parameters move a place by {farthest:.0f} m, more than "
            f"{FARTHEST_M:.0f} m; they are not for this area",
        )


def moved_m(lonlat: Floats, shift: Shift) -> Floats:
    """Return (n,) metres between the numbers of places before and after a shift."""
    new = shift.forward(lonlat)
    geod = pyproj.Geod(a=CGCS2000[0], rf=CGCS2000[1])
    _, _, metres = geod.inv(lonlat[:, 0], lonlat[:, 1], new[:, 0], new[:, 1])
    return np.asarray(metres, np.float64)


def _somewhere(shift: SevenParameters | FourParameters) -> Floats:
    """Return places all over China, of a plane those near its meridian."""
    east = np.arange(75.0, 136.0, 5.0)
    if isinstance(shift, FourParameters):
        east = shift.meridian + np.arange(-1.5, 2.0, 0.5)
    lon, lat = np.meshgrid(east, np.arange(18.0, 54.0, 1.0))
    return np.column_stack([lon.ravel(), lat.ravel()])

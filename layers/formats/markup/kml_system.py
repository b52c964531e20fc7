"""What a KML says of the system of its coordinates; where it says nothing, they are WGS 84."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyproj

from layers import web_maps
from layers.formats.markup.kml_scan import SYSTEM, Container, Mark
from layers.formats.notes import lines_in
from layers.formats.planes import datums_named
from layers.formats.row_datums import stated_in_note
from layers.formats.stated import Reason, Stated, stated_in
from layers.issues import listed

WGS_84 = pyproj.CRS.from_user_input("OGC:CRS84")
_SAME = {"CGCS2000", "WGS 84"}  # to a metre
_SHOWN = 3


class System(NamedTuple):
    """What stands around some placemarks.

    Attributes
    ----------
    prose : names and descriptions of the folders and documents that they are in
    doubt : why they may not be in WGS 84
    stated : what is written of their system instead
    """

    prose: str
    doubt: Reason | None
    stated: Stated


def system_around(folders: Sequence[Container], marks: Sequence[Mark]) -> System:
    """Return what folders and their placemarks say of the system of the coordinates.

    What a placemark's description says is its row's.
    """
    around = {id(c): c for folder in folders for c in folder.chain()}.values()
    notes = [note for c in around for note in c.notes]
    lines = [f"{name}：{said}" if name else said for note in notes for name, said in lines_in(note)]
    lines = [*filter(None, (" ".join(c.name.split()) for c in around)), *lines]
    prose = "\n".join(lines)
    web_map = next(filter(None, map(web_maps.system_named, lines)), None)
    if web_map is not None:
        zh, en = f"文件夹或文档的名称或说明写有 {web_map}", f"its description names {web_map}"
        return System(prose, (zh, en), Stated())
    for note in notes:
        for stated in stated_in_note(note):
            said = stated.contradiction(WGS_84)
            if said is not None:
                zh, en = f"文件夹或文档的说明{said[0]}", f"its description {said[1]}"
                return System(prose, (zh, en), stated)
    named = sorted({system for mark in marks for system in mark.own.get(SYSTEM, ())})
    odd = [word for word in named if not _is_known(word)]
    if odd:
        zh = f"{SYSTEM} 写为 {listed(odd, shown=_SHOWN)}，与 WGS 84 不同或不知为何"
        en = f"{SYSTEM} is {listed(odd, 'en', _SHOWN)}, not WGS 84 or not known"
        return System(prose, (zh, en), stated_in("\n".join(named), all_meant=True))
    return System(prose, None, Stated())


def _is_known(word: str) -> bool:
    """Return whether all systems that a word names are WGS 84 to a metre."""
    return all((set(map(str, datums_named(one))) or {one}) <= _SAME for one in word.split("、"))

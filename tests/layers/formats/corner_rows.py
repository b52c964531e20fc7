"""Corners as rows of a table, and what tests ask of the source that is read of them."""

import shapely

SQUARE = [(3760000, 38500000), (3761000, 38500000), (3761000, 38501000), (3760000, 38501000)]
INNER = [(3760200, 38500200), (3760400, 38500200), (3760400, 38500400), (3760200, 38500400)]
FAR = [(x + 5000, y) for x, y in SQUARE]
SIX = [*SQUARE[:2], (3761500, 38500500), (3761200, 38500900), *SQUARE[2:]]
BOX = shapely.box(38500000, 3760000, 38501000, 3761000)
FAR_BOX = shapely.box(38500000, 3765000, 38501000, 3766000)
HEAD = ("点号", "X坐标", "Y坐标")


def csv_bytes(rows):
    text = "\n".join(",".join(map(str, row)) for row in rows) + "\n"
    return text.encode("gb18030")


def ring(places=SQUARE, start=1, letter="J"):
    return [(f"{letter}{k}", x, y) for k, (x, y) in enumerate(places, start)]


def codes(source):
    return [i.code for i in source.issues]


def areas(source):
    return [g.area for g in source.geometry]

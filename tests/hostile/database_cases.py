"""GeoPackages and other binary containers: made by GDAL, then broken."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import shapely

from .case import SIDE, SOUTH, WEST, Case, Link, Read, Refused, World, one

FIELDS = {"licence_no": ["C1", "C2"], "right_type": ["采矿权"] * 2, "status": ["申请"] * 2}
WKB = shapely.to_wkb(
    np.array(
        [shapely.box(w, SOUTH, w + SIDE, SOUTH + SIDE) for w in (WEST, WEST + 0.1)], dtype=object
    )
)


@cache
def written(name: str, driver: str) -> dict[str, bytes]:
    """Return the files that GDAL writes for two squares."""
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.raw.write(
            Path(folder) / name,
            geometry=WKB,
            field_data=[np.array(v, dtype=object) for v in FIELDS.values()],
            fields=list(FIELDS),
            driver=driver,
            geometry_type="Polygon",
            crs="EPSG:4490",
            **({"ENCODING": "CP936"} if driver == "MapInfo File" else {}),
        )
        home = Path(folder)
        return {
            p.relative_to(home).as_posix(): p.read_bytes() for p in home.rglob("*") if p.is_file()
        }


def changed(*statements: str | tuple[str, tuple[Any, ...]]) -> bytes:
    """Return a sound GeoPackage after some SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(written("a.gpkg", "GPKG")["a.gpkg"])
        database = sqlite3.connect(path)
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')  # they call functions of GDAL's
        database.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            sql, values = statement if isinstance(statement, tuple) else (statement, ())
            database.execute(sql, values)
        database.commit()
        database.close()
        return path.read_bytes()


def cases(world: World) -> Iterator[Case]:
    for name, data, expected in (*_counts(), *_code(world), *_geometries(), *_damage()):
        yield one(f"gpkg {name}", "a.gpkg", data, expected)
    yield from _beside(world)
    yield from _others(world)


Row = tuple[str, bytes, Read | Refused]


def _counts() -> Iterator[Row]:
    yield "sound", changed(), Read(2)
    for n in (0, 1, 9_999_999_999, -1):
        told = changed(f"UPDATE gpkg_ogr_contents SET feature_count = {n}")
        yield f"says {n} rows", told, Read(2, codes=("count_contradicted",))
    told = changed("UPDATE gpkg_ogr_contents SET feature_count = 'many'")
    yield "says many rows", told, Read(2, codes=("count_contradicted",))
    yield "R-tree lacks a row", changed("DELETE FROM rtree_a_geom WHERE id = 1"), Read(2)
    yield "R-tree emptied", changed("DELETE FROM rtree_a_geom"), Read(2)
    yield "no row", changed("DELETE FROM a"), Refused("features")
    yield "extent wrong", changed("UPDATE gpkg_contents SET min_x = 0, max_x = 1"), Read(2)
    yield "registers a missing table", changed("DROP TABLE a"), Refused("missing table")
    yield "registers nothing", changed("DELETE FROM gpkg_contents"), Refused("has no layer")
    yield "no contents", changed("DROP TABLE gpkg_contents"), Refused("no gpkg_contents")
    yield "CRS unknown", changed("UPDATE gpkg_geometry_columns SET srs_id = 99999"), Refused("CRS")
    yield "CRS undefined", changed(
        "UPDATE gpkg_geometry_columns SET srs_id = -1", "UPDATE gpkg_contents SET srs_id = -1"
    ), Refused("states no CRS")  # fmt: skip
    yield "CRS text garbage", changed(
        "UPDATE gpkg_spatial_ref_sys SET definition = 'GEOGCS[' WHERE srs_id = 4490",
        "UPDATE gpkg_spatial_ref_sys SET organization = 'NONE', organization_coordsys_id = 7 "
        "WHERE srs_id = 4490",
    ), Refused("CRS")  # fmt: skip


def _code(world: World) -> Iterator[Row]:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    yield "endless view", changed(f"CREATE VIEW v AS {endless}"), Refused("a view (v)")
    yield "view of functions", changed(
        f"CREATE VIEW v AS SELECT readfile('{world.canary}') AS x, load_extension('x') AS y"
    ), Refused("a view (v)")  # fmt: skip
    yield "view in place of the table", changed(
        "ALTER TABLE a RENAME TO b", f"CREATE VIEW a AS {endless}"
    ), Refused("a view (a)")  # fmt: skip
    yield "view called like a known one", changed(
        f"CREATE VIEW geometry_columns AS {endless}"
    ), Read(2)  # fmt: skip
    yield "registered view called like a known one", changed(
        f"CREATE VIEW geometry_columns AS {endless}",
        "UPDATE gpkg_contents SET table_name = 'geometry_columns'",
        "UPDATE gpkg_geometry_columns SET table_name = 'geometry_columns'",
    ), Refused("missing table")  # fmt: skip
    yield "trigger", changed(
        f"CREATE TRIGGER evil AFTER INSERT ON a BEGIN SELECT writefile('{world.target}', 'x'); END"
    ), Refused("a trigger (evil)")  # fmt: skip
    yield "virtual table of full text", changed("CREATE VIRTUAL TABLE f USING fts5(x)"), Refused(
        "a virtual table"
    )  # fmt: skip
    for module in ("VirtualShape", "VirtualOGR", "zipfile", "csv"):
        made = changed(
            "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, "
            f"'CREATE VIRTUAL TABLE v USING {module}(''{world.canary}'')')"
        )
        yield f"virtual table {module}", made, Refused("a virtual table")
    yield "table of generated columns", changed(
        "CREATE TABLE g (x, y AS (hex(zeroblob(1000000000))))"
    ), Read(2)  # fmt: skip
    yield "generated column in the layer", changed(
        "ALTER TABLE a ADD COLUMN y AS (hex(zeroblob(400000000)))"
    ), Refused("a.gpkg")  # fmt: skip
    yield "schema that is no SQL", changed(
        "UPDATE sqlite_master SET sql = 'CREATE TABLE a (x CHECK (' WHERE name = 'a'"
    ), Refused("database is damaged")  # fmt: skip
    yield "default that calls", changed("CREATE TABLE d (x DEFAULT (load_extension('x')))"), Read(2)
    yield "layer called with SQL", changed(
        'ALTER TABLE a RENAME TO "x""; ATTACH \'/x\' AS y; --"',
        "UPDATE gpkg_contents SET table_name = 'x\"; ATTACH ''/x'' AS y; --'",
        "UPDATE gpkg_geometry_columns SET table_name = 'x\"; ATTACH ''/x'' AS y; --'",
    ), Read(2)  # fmt: skip
    yield "extension registered", changed(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name, column_name, extension_name, "
        "definition, scope)",
        f"INSERT INTO gpkg_extensions VALUES ('a', NULL, 'evil', '{world.url}/x', 'read-write')",
    ), Read(2, codes=("gdal",))  # fmt: skip


def _geometries() -> Iterator[Row]:
    def put(blob: bytes | None) -> bytes:
        return changed(("UPDATE a SET geom = ? WHERE fid = 1", (blob,)))

    head = b"GP\0\1" + struct.pack("<i", 4490)
    refused = Read(1, 1, ("row_refused",))
    unread = Read(1, 1, ("row_refused", "unreadable_geometry"))
    yield "null", put(None), refused
    yield "empty blob", put(b""), unread
    yield "header alone", put(head), unread
    yield "no header", put(WKB[0]), unread
    yield "truncated WKB", put(head + WKB[0][:40]), unread
    yield "2e9 rings", put(head + b"\1\3\0\0\0\xff\xff\xff\x7f" + WKB[0][9:]), unread
    yield "2e9 points", put(head + WKB[0][:9] + b"\xff\xff\xff\x7f" + WKB[0][13:]), unread
    deep = b"\1\7\0\0\0\1\0\0\0" * 20_000 + b"\1\1\0\0\0" + bytes(16)
    yield "20,000 collections", put(head + deep), Refused("broke off")
    foreign = head[:4] + (4610).to_bytes(4, "little") + head[8:]
    yield "another system than the layer's", put(foreign + WKB[0]), unread
    yield "unknown type", put(head + b"\1\x63\0\0\0" + WKB[0][5:]), unread
    curve = b"\1\x0a\0\0\0\1\0\0\0\1\x08\0\0\0\3\0\0\0" + struct.pack("<6d", 0, 0, 1, 1, 2, 0)
    yield "curve polygon", put(head + curve), Read(1, 1, ("curved_geometry", "row_refused"))
    tin = b"\1\x10\0\0\0\0\0\0\0"
    yield "TIN", put(head + tin), unread
    nan = struct.pack("<d", float("nan"))
    yield "NaN corner", put(head + WKB[0][:13] + nan + WKB[0][21:]), unread
    yield (
        "text in place of the shape",
        changed("UPDATE a SET geom = 'POLYGON' WHERE fid = 1"),
        unread,
    )
    yield "text that is no UTF-8", changed(
        "UPDATE a SET licence_no = CAST(x'fffe81' AS TEXT) WHERE fid = 1"
    ), Refused("a.gpkg")  # fmt: skip
    yield "NUL in text", changed("UPDATE a SET licence_no = 'C' || char(0) || '9' WHERE fid = 1"), (
        Read(2, 0, ("stored_otherwise",))
    )  # fmt: skip
    yield (
        "text of 3 MB",
        changed("UPDATE a SET licence_no = replace(hex(zeroblob(750000)), '00', fid || 'ab')"),
        Read(2),
    )


def _damage() -> Iterator[Row]:
    data = written("a.gpkg", "GPKG")["a.gpkg"]
    yield "truncated", data[: len(data) // 2], Refused("database is damaged")
    yield "header broken", data[:16] + b"\xff" * 84 + data[100:], Refused("database is damaged")
    yield "first 100 bytes", data[:100], Refused("a.gpkg")
    yield "page broken", data[:4096] + b"\xa5" * 4096 + data[8192:], Refused("damaged")
    yield "page size 0", data[:16] + b"\0\0" + data[18:], Refused("damaged")
    yield "not a database", b"hello" * 100, Refused("not what .gpkg says")
    yield "any database", _plain(), Refused("not a GeoPackage")


def _plain() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE x (y)")
    return database.serialize()


def _beside(world: World) -> Iterator[Case]:
    data = written("a.gpkg", "GPKG")["a.gpkg"]
    parts: dict[str, bytes | Link] = {"a.gpkg": data, "a.gpkg-wal": b"x" * 100}
    yield Case("gpkg with a log", "a.gpkg", parts, Refused("being written"))
    hot = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 600 + world.canary.encode()
    parts = {"a.gpkg": data, "a.gpkg-journal": hot}
    yield Case("gpkg with a journal", "a.gpkg", parts, Refused("being written"))
    parts = {"a.gpkg": Link("b.gpkg"), "b.gpkg": data, "b.gpkg-wal": b"x" * 100}
    yield Case("gpkg link to one with a log", "a.gpkg", parts, Refused("b.gpkg-wal is there"))
    yield Case("gpkg link to the canary", "a.gpkg", {"a.gpkg": Link(world.canary)},
               Refused("not what .gpkg says"))  # fmt: skip


def _others(world: World) -> Iterator[Case]:
    for suffix, driver in ((".fgb", "FlatGeobuf"), (".gdb", "OpenFileGDB")):
        files = written(f"a{suffix}", driver)
        yield Case(f"{suffix} sound", f"a{suffix}", files, Read(2))
        for share in (0.3, 0.9):
            cut = {k: v[: int(len(v) * share)] for k, v in files.items()}
            yield Case(f"{suffix} cut to {share:.0%}", f"a{suffix}", cut, Refused(f"a{suffix}"))
        noise = {k: v[:64] + b"\xff" * (len(v) - 64) for k, v in files.items()}
        yield Case(f"{suffix} of noise", f"a{suffix}", noise, Refused(f"a{suffix}"))
    files = dict(written("a.gdb", "OpenFileGDB"))
    largest = max((k for k in files if k.endswith(".gdbtable")), key=lambda k: len(files[k]))
    yield Case(".gdb with a table that leads away", "a.gdb",
               {**files, largest: Link(world.canary)}, Refused("a.gdb"))  # fmt: skip
    yield Case(".gdb empty", "a.gdb", {"a.gdb/x": b""}, Refused("not a file geodatabase"))
    for name, meta, expected in _parquets(world):
        yield one(f"parquet {name}", "a.parquet", _parquet(meta), expected)
    whole = _parquet(_GEO)
    yield one("parquet truncated", "a.parquet", whole[:-100], Refused("a.parquet"))
    yield one("parquet with a huge footer", "a.parquet",
              whole[:-8] + b"\xff\xff\xff\x7fPAR1", Refused("damaged Parquet"))  # fmt: skip


_GEO = {"version": "1.1.0", "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}}}  # fmt: skip


def _parquets(world: World) -> Iterator[tuple[str, Any, Read | Refused]]:
    yield "sound", _GEO, Read(2)
    yield "without geo", None, Refused("not GeoParquet")
    yield "geo garbage", "[1", Refused("not GeoParquet")
    column = {"encoding": "WKB", "geometry_types": []}
    for covering in ([], {"bbox": {"xmin": []}}, {"bbox": {"xmin": ["licence_no"]}}):
        told = {**column, "covering": covering}
        yield f"covering {covering}", {**_GEO, "columns": {"geometry": told}}, Read(2)
    for name, more, said in (
        ("geographic edges", {"edges": "spherical"}, "edges"),
        ("CRS from an address", {"crs": f"{world.url}/crs"}, "CRS"),
        ("CRS from a file", {"crs": world.canary}, "CRS"),
        ("CRS null", {"crs": None}, "states no CRS"),
        ("native encoding", {"encoding": "polygon"}, "use WKB"),
    ):
        yield name, {**_GEO, "columns": {"geometry": {**column, **more}}}, Refused(said)


def _parquet(geo: Any) -> bytes:
    columns = {**FIELDS, "geometry": WKB.tolist()}
    made = pa.table({k: pa.array(v) for k, v in columns.items()})
    if geo is not None:
        text = geo if isinstance(geo, str) else json.dumps(geo)
        made = made.replace_schema_metadata({"geo": text})
    sink = io.BytesIO()
    pq.write_table(made, sink)
    return sink.getvalue()

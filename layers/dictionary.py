"""The data dictionary, written from the schemas: ``python -m layers.dictionary``."""

from __future__ import annotations

import sys
from pathlib import Path

from layers.catalog import catalog
from layers.parse import UNITS
from layers.schema import Column, Schema

_PATH = Path("docs") / "data-dictionary.md"
_HEAD = """# Data dictionary 数据字典

Written from `layers/schemas.yaml` by `python -m layers.dictionary`; do not edit.

A source field is taken for a column when it is called like the column or like one of its aliases
(case, spaces and full-width forms do not matter). A unit in brackets, as in 生产规模（万吨/年）,
is used to convert, and so is a unit field beside it, such as 生产规模单位, row by row. Field names
that dBase cut at 10 bytes are recognised where they can mean only one column. Coordinates are
longitude and latitude in CGCS2000 (EPSG:4490), elevations refer to the 1985 height datum.

**needed** marks what a row should carry: without it the rules that ask for it answer NO_DATA.
Words for a flag: true/false, 1/0, 是/否; 有/无 too, but not under a name that says no itself, such
as 无主. Dates: 2024-01-31, 2024/1/31, 2024年1月31日, 20240131. Numbers of features (columns ending
in `_no`, `_id`, `_code`, and the lists
`replaces_licences`, `replaces_facility`, `overlap_exception`) are read half-width, with plain
hyphens and without blanks or invisible characters, and compared in capitals and without a 号
behind them, so that they match however they were typed. A value that cannot be read is taken as
missing and reported; so is a number beyond the bounds given with the unit, which are well past
anything known of China, and a bare number under a name marked † where it would be a possible one
in another usual unit too. A field of a name marked ° is asked only where no field of another name
of the column has a value. The English title is a name too. Stars, numbers and colons around a name
(*建设性质, 1、建设性质：) do not matter.

"""


def markdown() -> str:
    """Return the data dictionary as Markdown."""
    return _HEAD + _units() + "\n".join(_layer(schema) for schema in catalog().values())


def main(folder: Path) -> int:
    """Write the data dictionary below ``folder``, the root of a checkout; return 0."""
    (folder / _PATH).write_text(markdown(), encoding="utf-8", newline="\n")
    return 0


def _units() -> str:
    lines = ["## Units 单位\n", "| unit | spellings read |", "|---|---|"]
    lines += [f"| {u or '–'} | {'、'.join(words)} |" for u, words in UNITS.items()]
    return "\n".join(lines) + "\n\n"


def _layer(schema: Schema) -> str:
    kinds = " or ".join(kind.name.lower() for kind in sorted(schema.kinds))
    lines = [
        f"## `{schema.name}` {schema.zh}\n",
        f"{schema.en}. Geometry: {kinds}. Number column: `{schema.number}`.\n",
        "| column | title | type | unit (bounds) | accepted field names | codes |",
        "|---|---|---|---|---|---|",
        *(_column(c) for c in schema.columns),
    ]
    return "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    kind = column.dtype + ("" if column.nullable else ", **needed**")
    kind += ", derived where absent" if column.derived else ""
    aliases = [
        a
        + ("†" if a in column.unclear_aliases else "")
        + ("°" if a in column.generic_aliases else "")
        for a in column.aliases
    ]
    aliases += column.whole_names
    aliases += [f"{u} (unit)" for u in column.unit_fields]
    codes = [f"`{code}` {'、'.join(words)}".strip() for code, words in column.codes.items()]
    cells = (
        f"`{column.name}`",
        f"{column.zh} / {column.en}",
        kind,
        " ".join([column.unit or "", *_bounds(column)]).strip(),
        "、".join(aliases) + (" († says nothing of the unit)" if column.unclear_aliases else ""),
        "; ".join(codes),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _bounds(column: Column) -> list[str]:
    return [f"({column.bounds[0]:g} to {column.bounds[1]:.10g})"] if column.bounds else []


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))

"""What is to be said of the names of a source's fields: cut, doubtful, not used."""

from __future__ import annotations

from collections.abc import Sequence

from layers.account import Issue
from layers.headings import Heading
from layers.issues import info, listed, warning
from layers.parse import as_unit, factor_of
from layers.schema import Column

REMEDY_ZH = "请把字段改名，或从原数据另存为 GeoPackage 或 GBK 编码的 Shapefile"
REMEDY_EN = "Rename the field, or save the data as GeoPackage or as a Shapefile in GBK"


def cut(file: str, fields: Sequence[tuple[str, str]]) -> Issue:
    """Return the note about fields taken as what their cut names begin: (field, alias)."""
    taken = [f"{field}（{word}）" for field, word in fields]
    return info(
        "field_cut",
        f"{file}：{len(fields)} 个字段名似被截断，按其本名采用：{listed(taken)}",
        f"{file}: {len(fields)} field names seem cut and are taken as what they begin: "
        f"{listed(taken, 'en')}",
    )


def cut_bracket(file: str, field: str, unit: str | None, column: Column) -> Issue:
    """Return the issue about a name cut inside the bracket that holds its unit or a remark."""
    zh, en = f"{column.zh}（{column.name}）", column.name
    if unit is not None and factor_of(as_unit(unit), column.unit) is not None:
        return info(
            "field_cut",
            f"{file}：字段名“{field}”在括号内被截断，按{zh}采用，单位按 {unit}",
            f"{file}: the field name '{field}' is cut inside its bracket; it is taken as "
            f"{en} in {unit}",
        )
    return warning(
        "field_cut",
        f"{file}：字段名“{field}”在括号内被截断，按{zh}采用，括号内的单位或说明无从得知",
        f"{file}: the field name '{field}' is cut inside its bracket; it is taken as "
        f"{en}, and what unit or remark the bracket holds is not known",
    )


def remarked(file: str, field: str, name: Heading, columns: Sequence[Column]) -> Issue:
    """Return the warning about a name whose remark may make it another thing."""
    zh, en = "、".join(f"{c.zh}（{c.name}）" for c in columns), ", ".join(c.name for c in columns)
    why_zh = "在括号内被截断" if name.is_cut else f"带有“{name.remark}”"
    why_en = "is cut inside its bracket" if name.is_cut else f"says '{name.remark}' besides"
    word = columns[0].zh
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”{why_zh}，不能认定就是{zh}，未采用；"
        f"如果是，请把字段改名为“{word}”或 {columns[0].name}",
        f"{file}: the field name '{field}' {why_en} and may not be {en}; not used. "
        f"If it is, rename the field to '{word}' or '{columns[0].name}'",
    )


def ambiguous(file: str, field: str, columns: Sequence[str]) -> Issue:
    """Return the warning about a cut name that may be the columns or something else."""
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”似被截断，可能是 {'、'.join(columns)}，未采用；{REMEDY_ZH}",
        f"{file}: the field name '{field}' seems cut and may be {', '.join(columns)}; not used. "
        f"{REMEDY_EN}",
    )


def near(file: str, field: str, column: Column) -> Issue:
    """Return the warning about a name like that of a column which has no field."""
    return warning(
        "field_ambiguous",
        f"{file}：字段名“{field}”近似{column.zh}（{column.name}），不能认定就是它，未采用，"
        f"有值的行按未能识别处理；如果是，请把字段改名为“{column.zh}”或 {column.name}",
        f"{file}: the field name '{field}' is near {column.name} and may not be it; not used, and "
        f"rows where it has a value count as unread. If it is, rename the field to '{column.zh}' "
        f"or '{column.name}'",
    )


def ignored(file: str, fields: Sequence[str]) -> Issue:
    """Return the note about fields that nothing is read from."""
    return info(
        "fields_ignored",
        f"{file}：{len(fields)} 个字段未使用：{listed(fields)}",
        f"{file}: {len(fields)} fields not used: {listed(fields, 'en')}",
    )

"""Coded domains of fields: what the numbers and letters in a field stand for, as the file says.

GDAL gives the words only of small whole codes, null for codes that a domain does not list, and for
texts the bare code, which may be a word that means the opposite. Here codes are replaced by the
words of their domain, and a code without a word stays as it is.

Sources: OGC 12-128 (GeoPackage, data_columns), the XML of Esri's geodatabases
(GPCodedValueDomain2, GPFieldInfoEx).
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
import pyarrow as pa

from gis.ragged import Ints
from layers.account import Issue
from layers.issues import warning

Domain = Mapping[str, str]
"""Code as text -> word."""

_FIELD = re.compile(r"<GPFieldInfoEx\b.*?</GPFieldInfoEx>", re.DOTALL)
_DOMAIN = re.compile(r"\s*(?:<\?[^>]*>\s*)?<(?:\w+:)?GP(Coded|Range)(?:Value)?Domain2?\b")
_COUNTED = re.compile(r"[个家座套条户人名处口台层](?:[^\W\d]{0,6})")
_SUBTYPE = re.compile(r"<Subtype\b(?!s).*?</Subtype>", re.DOTALL)
_SUBTYPE_FIELD = re.compile(r"<SubtypeFieldInfo\b.*?</SubtypeFieldInfo>", re.DOTALL)
_VALUE = re.compile(r"<CodedValue\b(?!s).*?</CodedValue>", re.DOTALL)


def codes_of(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the codes of a field that GDAL delivers as words: it numbers words by their codes."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([c.indices.cast(pa.int64()) for c in column.chunks], pa.int64())


def described(values: pa.Array, domain: Domain) -> pa.Array:
    """Return the words of codes; a code that the domain does not list stays, as text."""
    words = {_plain(code): word for code, word in domain.items() if word.strip()}
    if not pa.types.is_string(values.type) and _only_count(words):
        return values
    encoded = values.dictionary_encode()
    codes = map(_plain, encoded.dictionary.to_pylist())
    return pa.array([words.get(c, c) for c in codes], pa.string()).take(encoded.indices)


def _only_count(words: Mapping[str, str]) -> bool:
    """Tell whether words say no more than their codes: 1 is 1个系统, and 2 is 2个系统."""
    rests = {word.strip().removeprefix(code) for code, word in words.items()}
    return len(words) > 1 and len(rests) == 1 and _COUNTED.fullmatch(rests.pop()) is not None


def _plain(code: object) -> str:
    """Return a code as text, whole numbers without decimals: 1.0 is 1."""
    text = str(code).strip()
    with suppress(ValueError, OverflowError):
        if re.fullmatch(r"[+-]?\d+\.0*", text):
            return str(int(float(text)))
    return text


def with_words(columns: dict[str, pa.Array], domains: Mapping[str, Domain]) -> dict[str, pa.Array]:
    """Return columns with the words of those that have a domain; days and blobs have none."""
    return {
        name: described(values, domains[name]) if name in domains and _coded(values) else values
        for name, values in columns.items()
    }


def _coded(values: pa.Array) -> bool:
    kind = values.type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind))


def of_geopackage(database: sqlite3.Connection, table: str) -> dict[str, Domain]:
    """Return field -> domain of a feature table of a GeoPackage."""
    try:
        rows = database.execute(
            "SELECT c.column_name, d.value, d.description FROM gpkg_data_columns c "
            "JOIN gpkg_data_column_constraints d ON c.constraint_name = d.constraint_name "
            "WHERE lower(c.table_name) = lower(?) AND d.constraint_type = 'enum'",
            (table,),
        ).fetchall()
    except sqlite3.Error:  # there are no such tables
        return {}
    out: dict[str, dict[str, str]] = {}
    for name, code, word in rows:
        out.setdefault(str(name), {})[str(code)] = "" if word is None else str(word)
    return dict(out)


def of_geodatabase(
    layer: str, items: Sequence[tuple[str, str]]
) -> tuple[dict[str, Domain], dict[str, str]]:
    """Return field -> domain of a feature class, and field -> name of a domain that is not there.

    ``items`` are names and definitions of all that a geodatabase holds: a table may be called like
    a domain. Of a range of numbers there is nothing to read.
    """
    known = _known(items)
    out: dict[str, Domain] = {}
    unknown: dict[str, str] = {}
    for field in _FIELD.findall(layer):
        name, domain = _element(field, "Name"), _element(field, "DomainName")
        if name and domain in known:
            out[name] = known[domain]
        elif name and domain:
            unknown[name] = domain
    for subtype in _SUBTYPE.findall(layer):
        for field in _SUBTYPE_FIELD.findall(subtype):
            name, domain = _element(field, "FieldName"), _element(field, "DomainName")
            if name and domain and domain not in known:
                unknown[name] = domain
    return {name: domain for name, domain in out.items() if domain}, unknown


def _known(items: Sequence[tuple[str, str]]) -> dict[str, Domain]:
    """Return the domains of a geodatabase by name, ranges without words."""
    kinds = [(name, _DOMAIN.match(xml), xml) for name, xml in items]
    coded = {name: xml if kind[1] == "Coded" else "" for name, kind, xml in kinds if kind}
    return {
        name: {_element(v, "Code"): _element(v, "Name") for v in _VALUE.findall(xml)}
        for name, xml in coded.items()
    }


def by_subtype(
    columns: Mapping[str, pa.Array],
    layer: str,
    items: Sequence[tuple[str, str]],
    domains: Mapping[str, Domain],
) -> dict[str, pa.Array]:
    """Return the columns whose domain is another in each subtype, with the words of each row.

    The field of the subtypes itself holds codes, of which the subtypes are the words.
    """
    field, subtypes = _element(layer, "SubtypeFieldName"), _SUBTYPE.findall(layer)
    if field not in columns or not subtypes:
        return {}
    known, own = _known(items), [_plain(code) for code in columns[field].to_pylist()]
    names = {_element(s, "SubtypeCode"): _element(s, "SubtypeName") for s in subtypes}
    out = {} if field in domains else {field: described(columns[field], names)}
    words: dict[str, dict[str, Domain]] = {}
    for subtype in subtypes:
        for part in _SUBTYPE_FIELD.findall(subtype):
            name, domain = _element(part, "FieldName"), _element(part, "DomainName")
            if domain in known and name in columns and _coded(columns[name]):
                words.setdefault(name, {})[_element(subtype, "SubtypeCode")] = known[domain]
    for name, found in words.items():
        pairs = zip(own, columns[name].to_pylist(), strict=True)
        usual = domains.get(name, {})
        texts = [None if v is None else _word(v, found.get(code, usual)) for code, v in pairs]
        out[name] = pa.array(texts, pa.string())
    return out


def _word(code: object, domain: Domain) -> str:
    plain = _plain(code)
    return next((w for c, w in domain.items() if _plain(c) == plain and w.strip()), plain)


def without(
    columns: dict[str, pa.Array], lost: dict[str, Ints], unknown: Mapping[str, str]
) -> tuple[dict[str, pa.Array], dict[str, Ints]]:
    """Return the columns, and what is lost of them, without codes of which nobody knows the words.

    A bare code may be a word that means the opposite.
    """
    gone = {n: c for n, c in columns.items() if n in unknown and _coded(c)}
    rows = {n: np.flatnonzero(np.asarray(c.is_valid())) for n, c in gone.items()}
    nulls = {n: pa.nulls(len(c), pa.string()) for n, c in gone.items()}
    return {**columns, **nulls}, {**lost, **rows}


def missing(field: str, domain: str) -> Issue:
    """Return the warning about a field whose domain the file does not hold."""
    return warning(
        "domain_missing",
        f"字段 {field} 的属性域“{domain}”不在文件中，所存代码的含义无从得知，按空值处理",
        f"field {field}: its domain '{domain}' is not in the file; what its codes stand for is not "
        "known, they are taken as null",
    )


def _element(text: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^>]*)?>(.*?)</{name}>", text, re.DOTALL)
    return html.unescape(found[1]) if found else ""

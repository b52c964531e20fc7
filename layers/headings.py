"""A field's name taken apart: the column's words, and the unit or the remark behind them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from layers import parse
from layers.schema import Column

_BRACKETS = str.maketrans("【】〔〕{}[]", "()()()()")
_SIMPLE = re.compile(r"(.+?)\(([^()]*)\)")
_OPEN = re.compile(r"(.+)\(([^()]*)")
_SEPARATORS = re.compile(r"\s*[/_|:、·\-\s]\s*")
_TO_FULL_WIDTH = 0xFEE0
# What forms and templates put around a name: stars of what must be filled in, numbers, a colon.
_SIGNS = " \t\r\n*＊★☆※●•▲△◆"
_BEHIND = _SIGNS + ":：、。"
_FOOTNOTE = re.compile("[①-⒇⓪❶-❿]")
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}[)、.,:]|[一二三四五六七八九十]{1,3}[)、.])(?=\D)")
_LONGEST_NUMBER = 8  # letters of it, and one behind
_LONGEST = 64  # letters of a heading with a unit behind a stroke
# What forms say of how a cell is to be filled in; it leaves the meaning of the column alone.
_OF_FORMS = frozenset({"", "必填", "选填", "必填项", "选填项", "代码", "全称", "等", "级"})
_OF_DATES = re.compile(r"(?:格式[:为]?)?[ymd年月日/.\-]+|日期")
_HOW_WRITTEN = re.compile(r"\d+位(?:数字?|代码)?|(?:格式|示例|例如|例|如)[:为]?.+")
_BETWEEN_WORDS = re.compile(r"[/、,;|~]|或|和|及|至|(?<=\w)-(?=\w)")
# Words in lists of values that are no code of their own.
_AND_SO_ON = frozenset({"其他", "其它", "联合", "未知", "不详", "等"})


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of the character in the middle of which a dBase field name was cut.

    Attributes
    ----------
    raw : the bytes left, at least one
    encoding : of the name
    alone : no other field of the file has a name that was cut at the same place
    """

    raw: bytes
    encoding: str
    alone: bool = True

    def begins(self, letter: str) -> bool:
        r"""Return whether ``letter``, or its full-width form, may be the one that was cut.

        >>> [Rest(b"\xe8", "UTF-8").begins(letter) for letter in "起止"]
        [True, False]
        """
        forms = letter, chr(ord(letter) + _TO_FULL_WIDTH) if letter.isascii() else letter
        return any(form.encode(self.encoding, "ignore").startswith(self.raw) for form in forms)


@dataclass(frozen=True, slots=True)
class Heading:
    """A field's name without blanks, half-width; all but ``unit`` also without letter case.

    Attributes
    ----------
    whole : all of it
    base : what stands before the last bracket, or before a unit behind a stroke or blank
    unit : what stands in that bracket, or behind the stroke; None where nothing does
    stem, remark : the same of the first bracket, up to the end
    is_cut : the bracket never closes: a program cut the name
    """

    whole: str
    base: str
    unit: str | None
    stem: str
    remark: str | None
    is_cut: bool


def heading(field: str) -> Heading:
    """Return the parts of a field's name.

    >>> heading("总库容（万m3）").base, heading("总库容/万m³").unit, heading("坝高（m").is_cut
    ('总库容', '万m3', True)
    >>> [heading(w).whole for w in ("*建设性质：", "1、建设性质", "（5）建设性质", "建设性质①")]
    ['建设性质', '建设性质', '建设性质', '建设性质']
    >>> heading("改（扩）建性质").unit is None
    True
    """
    field = bare_name(field)
    name = "".join(parse.plain(field).split()).translate(_BRACKETS)
    whole = name.casefold()
    is_cut = name.count("(") > name.count(")") and not name.startswith("(")
    match = (_OPEN if is_cut else _SIMPLE).fullmatch(name)
    base, unit = (match[1], match[2]) if match else _parted(field, name)
    # 上限标高（m）（85高程）: both say of what the number is.
    if match and not is_cut and (inner := _SIMPLE.fullmatch(base)) and _are_metres(match[2]):
        base, unit = inner[1], f"{inner[2]},{match[2]}"
    stem, bracket, remark = whole.partition("(")
    if not bracket or not stem or not (is_cut or whole.endswith(")")):
        return Heading(whole, base.casefold(), unit, whole, None, is_cut)
    remark = remark if is_cut else remark[:-1]
    return Heading(whole, base.casefold(), unit, stem, remark, is_cut)


def bare_name(field: str) -> str:
    """Return a field's name without stars, numbering and colons around it.

    >>> bare_name("*2.坝高（m）："), bare_name("**")
    ('坝高（m）', '**')
    """
    name = _FOOTNOTE.sub("", parse.visible(field)).lstrip(_SIGNS).rstrip(_BEHIND)
    begin = unicodedata.normalize("NFKC", name[:_LONGEST_NUMBER])
    found = _NUMBERED.match(begin)
    if found and len(begin) == len(name[:_LONGEST_NUMBER]):
        name = name[found.end() :].lstrip(_SIGNS)
    return name or field


def _parted(field: str, name: str) -> tuple[str, str | None]:
    """Return a name and the unit behind a stroke or blank, where what stands there is a unit."""
    text = parse.plain(field)
    if len(text) > _LONGEST:
        return name, None
    for found in _SEPARATORS.finditer(text):
        unit = "".join(text[found.end() :].split())
        # SCGM_T may as well be the text of SCGM.
        if found.start() and is_unit(unit) and not (text.isascii() and found[0] in "_-"):
            return "".join(text[: found.start()].split()), unit
    return name, None


def is_unit(word: str) -> bool:
    """Tell whether a word is a unit of some column."""
    spelling = parse.as_unit(parse.plain_unit(word))
    return any(spelling in spellings for spellings in parse.UNITS.values())


def _are_metres(unit: str) -> bool:
    """Return whether a unit says metres and the height datum: m，1985国家高程基准."""
    words = [word for word in re.split(r"[,;、/\s]", unit) if word]
    return bool(words) and all(parse.factor_of(word, "m") == 1 for word in words)


def is_measured(column: Column) -> bool:
    """Return whether a bracket in the column's heading holds its unit."""
    return column.dtype in ("number", "integer") and not column.codes


def unit_of(found: Heading, column: Column) -> str | None:
    """Return the unit that a heading states of a measured column, None where it states none.

    Of a heading cut inside its bracket, the one unit that begins so, where all that do are one.
    """
    unit = parse.plain_unit(found.unit or "")
    if unit in _OF_FORMS:
        return None
    if column.unit == "m" and _are_metres(unit):
        return "m"
    if not found.is_cut or column.unit is None:
        return unit
    begins = parse.as_unit(unit)
    known = parse.UNITS.get(column.unit, {})
    words = [word for word in known if word.startswith(begins)]
    # A capacity of 千 may be tonnes and cubic metres, of which the latter are no unit here.
    if len({known[word] for word in words}) != 1 or column.unit == "kt/a":
        return unit
    return min(words, key=lambda word: (not word.endswith(str(column.unit)), len(word)))


def may_be_other(found: Heading, column: Column) -> bool:
    """Return whether the remark of a column that is not measured may make it another thing.

    开采方式（变更前） is not how the mine is worked; 建设性质（新建/改扩建） lists its values.
    """
    words = {*map(parse.folded, (column.name, column.en, *column.aliases, *column.whole_names))}
    if column.name == "name" or found.remark is None or found.whole in words:
        return False
    return found.is_cut or not _only_explains(found.remark, words, column)


def _only_explains(remark: str, words: set[str], column: Column) -> bool:
    if remark in _OF_FORMS or remark in words or _HOW_WRITTEN.fullmatch(remark):
        return True
    if column.dtype == "date":
        return _OF_DATES.fullmatch(remark) is not None
    read = _reader(column)
    if read is None:
        return False
    listed = set(_BETWEEN_WORDS.split(remark.removesuffix("等"))) - _AND_SO_ON
    values = [read(word) for word in listed]
    return None not in values and len(set(values)) > 1


def _reader(column: Column) -> Callable[[str], object] | None:
    """Return what reads a word of the column, None where any word is one."""
    if column.dtype == "flag":
        return parse.flag
    return column.spellings().get if column.codes else None

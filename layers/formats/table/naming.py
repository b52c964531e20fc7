"""Names and numbers that a row of words gives to a parcel: ``许可证号：C100，矿山名称：甲矿``.

A value ends where another key begins or a mark ends it, not at a blank: 某县 甲铁矿 is one name,
and a number that was copied out of a form has blanks between its groups of digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from layers.account import Issue
from layers.formats.table.vocabulary import PART, N
from layers.issues import label_en, warning

_KEY = re.compile(
    r"(?<![一-鿿A-Za-z_])(?:([一-鿿A-Za-z_]{2,12})\s?(?:[(（][^()（）:：]{1,8}[)）])?\s?[:：]"
    r"|((?:采矿|探矿|勘查)?(?:许可)?证(?:编?号|号码)?)\s?(?=[CT]\d{10}))"
)
_NAMING = re.compile(r".*(?:名称|编号|编码|证号|许可证|代码)(?:号|号码)?")
# Numbers of a document or of a company, and names of what is no parcel.
_OF_OTHERS = re.compile(
    r"(?:文件|公告|档案|受理|合同|备案|证书|资质|测绘|身份|信用|机构|邮政|区划|项目代|年度|图幅?|图纸|坐标系"
    r"|报告).{0,6}"
    r"(?:名称|编号|编码|证号|许可证|代码)(?:号|号码)?"
)
# 矿山：乙矿 names as 矿山名称：乙矿 does; 矿段：Ⅰ names a part of a right.
_THING = re.compile(r"矿山|[采探]矿权|矿业权|(?:勘查|矿山|采矿)?项目|尾矿库")
_PART = re.compile(
    rf"((?:{PART}|区域|矿体号){N}{{0,3}})"
    r"\s?[:：]\s?([^\s,，;；。:：]{1,20})"
)
_LABEL = re.compile(rf"^(?:附件|附表|附图|表)\s?{N}{{1,3}}\s?[:：]\s?")
_NO_PART = re.compile(r"拐点|坐标|圈定|界址|面积|标高|高程|[详附]图|[\d.]{4}|[米里顷亩吨元]$")
# What names a right, a mine or a pond, and no company or paper.
_IDENTITY = re.compile(
    r"(?:许可证(?:编?号|号码)?|^证号|(?:矿山|[采探]矿权|矿业权|尾矿库|项目)(?:名称|编号|编码))$"
)
# 乙矿 面积0.31km2: a name, and what is said of it.
_BESIDE_NAME = re.compile(r"[\s,，;；](?=(?:矿区|矿山|总)?(?:面积|周长))")
_NAMED = re.compile(
    r".+[区块段矿坑井场库厂司]|.+[区块段矿坑井场库][一二三四五六七八九十甲乙丙丁\dA-ZⅠ-Ⅻ]{1,2}号?"
)
_WHOLE_OF = re.compile(
    r"(?:[矿采库]区|矿山|采场|矿段|区块|地块|[采探]矿权|勘[查探]区|登记区|尾矿库)"
    r"|(?:[本该全总各其此原]|整个).*"
)
_END = re.compile(r"[,，;；。]")
_END_OF_NUMBER = re.compile(r"[,，;；。]|\s(?=[一-鿿“《])")
# A number whole; what is glued to it in letters or goes on with another number is no one of these.
_WHOLE = re.compile(
    r"[CT](?:\s?\d){22}(?=$|\s(?!\s*[CT]?\d{4})|[^\sA-Za-z\d、,，/～~至和_-])", re.IGNORECASE
)
LICENCE = re.compile(r"(?<![A-Za-z])[CT](?:\s?\d){22}(?!\d)", re.IGNORECASE)
_LICENCE_KEY = re.compile("证号|许可证")
_OLD = re.compile(r"\d(?:\s?\d){9,14}")  # numbers before 2008
_COPY = re.compile(r"\s?[(（\[【]\s?[正副]本[^()（）]{0,8}[)）\]】]|[正副]本(?:\d{1,2}/\d{1,2})?$")
# What stands in the place of a number that there is not.
_NONE = re.compile(
    r"[\W_]*|[暂]?(?:无|未)(?:办理?|取得|定|知|核?发|颁发)?|不详|略|待(?:办理?|[定补查发领批]|取得|核发|颁发)"
    r"|(?:详?见|同)(?:附.{1,4}|上|下|前)|(?:正在)?(?:办理|申请|申办)中?|null|none|nan|n/?a",
    re.IGNORECASE,
)
# Words after a blank that are no more of the name: of the outline, or of the paper.
_NO_MORE = re.compile(
    r"\s(?=\S*(?:面积|标高|高程|坐标|子午线|度带|有效|日期|规模|拐点|界址|单位|比例尺|权人|矿种|方式|地址|电话|联系|图幅|制图|测绘|第.{1,3}页|共.{1,3}[页个]"
    r"|\d{4}\s?[-/.年]))"
)
_BRACKETS = {
    "(": ")",
    "（": "）",
    "[": "]",
    "【": "】",
    "〔": "〕",
    "「": "」",
    "“": "”",
    "《": "》",
}
_MARKS = " \t,，;；。、:："
_BLANKS = re.compile(r"\s*")
_LONGEST = 2000  # what is longer is no line about a parcel
_CLAUSE = re.compile(rf"^(?:[(（]?{N}{{1,3}}\s?[)）、.．]\s?|[①-⓿]+)")
_MASKED = re.compile(r"[*＊×✕╳✱●■□█?？]|[xX]{3}|\.{3}|…")


def names_a_parcel(title: str) -> bool:
    """Tell whether the name of a value says that it names or numbers a parcel.

    >>> [names_a_parcel(key) for key in ("矿山名称", "许可证号", "文件编号", "采矿权人")]
    [True, True, False, False]
    """
    return _NAMING.fullmatch(title) is not None and _OF_OTHERS.fullmatch(title) is None


def told_in(text: str) -> dict[str, str]:
    """Return names and numbers that words give to a parcel.

    >>> told_in("甲矿（许可证号：C100）"), told_in("1、矿山名称：某县 甲铁矿，采矿权人：甲公司")
    ({'许可证号': 'C100'}, {'矿山名称': '某县 甲铁矿'})
    """
    return {p.key: p.value for p in _pairs(text) if p.value and _NAMING.fullmatch(p.key)}


def identities_in(text: str) -> dict[str, str]:
    """Return licence numbers and names of mines and ponds that words give.

    >>> identities_in("许可证号：C100 采矿权人：甲公司"), identities_in("评估机构名称：某所")
    ({'许可证号': 'C100'}, {})
    """
    return {key: value for key, value in told_in(text).items() if _IDENTITY.search(key)}


def without_identities(text: str) -> str:
    """Return a text with a mark in the place of each licence number and name that it gives.

    >>> without_identities("矿山名称：乙矿 开采标高：1150～900m")
    '；开采标高：1150～900m'
    """
    for pair in reversed(_pairs(text)):
        if _IDENTITY.search(pair.key):
            text = f"{text[: pair.start]}；{text[pair.end :]}"
    return text


def part_named(text: str) -> str:
    """Return the part that a word and its value name, blank where they do not.

    >>> part_named("矿段：Ⅰ"), part_named("采区：一采区"), part_named("矿区：0.48平方公里")
    ('矿段Ⅰ', '一采区', '')
    """
    found = _PART.fullmatch(text)
    if found is None or _NO_PART.search(found[2]) or _NONE.fullmatch(found[2]):
        return ""
    return found[2] if found[1] in found[2] else found[1] + found[2]


def without_label(text: str) -> str:
    """Return a title without the number of its enclosure: 附件2：乙矿 is 乙矿."""
    return _LABEL.sub("", text)


def before_area(text: str) -> str:
    """Return the name that stands before an area, blank where there is none.

    >>> before_area("乙矿 面积0.31km2"), before_area("全矿区 面积0.31km2")
    ('乙矿', '')
    """
    name, *rest = _BESIDE_NAME.split(_CLAUSE.sub("", text), maxsplit=1)
    return name if rest and _NAMED.fullmatch(name) and not _WHOLE_OF.fullmatch(name) else ""


def beside(text: str) -> str:
    """Return what a text says beside its keys and their values.

    >>> beside("甲矿（许可证号：C100）"), beside("许可证号：C100")
    ('甲矿', '')
    """
    for pair in reversed(_pairs(text)):
        text = f"{text[: pair.start]} {text[pair.end :]}"
    text = re.sub(r"[(（\[【]\s*[)）\]】]", "", text)
    text = _CLAUSE.sub("", text.strip(_MARKS))
    return text.strip(_MARKS).rstrip(_MARKS + "(（[【")


def without_licences(text: str) -> str:
    """Return a text without licence numbers, whose digits are those of no place.

    >>> without_licences("许可证号：C4100 0020 1005 3120 065432")
    '许可证号： '
    """
    return LICENCE.sub(" ", text)


def masked_issues(title: str, values: Sequence[str | None], labels: Sequence[str]) -> list[Issue]:
    """Return a warning of each licence number with masked digits: it names no right."""
    if not _LICENCE_KEY.search(title):
        return []
    return [
        warning("licence_masked", f"{label}：许可证号 {value} 被遮盖",
                f"{label_en(label)}: licence number {value} is masked", label)
        for value, label in zip(values, labels, strict=True)
        if value and _MASKED.search(value)
    ]  # fmt: skip


class _Pair(NamedTuple):
    """A key and its value, and where the two stand in a text."""

    key: str
    value: str
    start: int
    end: int


def _pairs(text: str) -> list[_Pair]:
    """Return the keys of a text with their values."""
    found = [*_KEY.finditer(text)] if len(text) <= _LONGEST else []
    pairs = []
    for k, match in enumerate(found):
        until = found[k + 1].start() if k + 1 < len(found) else len(text)
        key = match[1] or match[2]
        key = f"{key}名称" if _THING.fullmatch(key) else key
        ends = _END if _is_name(key) else _END_OF_NUMBER
        begun = _BLANKS.match(text, match.end(), until)
        ended = ends.search(text, begun.end() if begun else match.end(), until)
        until = ended.start() if ended else until
        until = _closed(text, match.end(), until)
        value = value_of(key, text[match.end() : until])
        pairs.append(_Pair(key, value, match.start(), until))
    return pairs


def _is_name(key: str) -> bool:
    return key.endswith(("名称", "名"))


def _closed(text: str, start: int, end: int) -> int:
    """Return where a value ends: before a bracket that was opened before the value."""
    opened: list[str] = []
    for at in range(start, end):
        if text[at] in _BRACKETS:
            opened.append(_BRACKETS[text[at]])
        elif opened and text[at] == opened[-1]:
            opened.pop()
        elif text[at] in _BRACKETS.values():
            return at
    return end


def value_of(key: str, said: str) -> str:
    """Return a value in its own form, blank where it says that there is none.

    >>> value_of("许可证号", "C4100 0020 1005 3120 065432（副本）"), value_of("许可证号", "待办")
    ('C4100002010053120065432', '')
    """
    said = _NO_MORE.split(" ".join(said.split()), maxsplit=1)[0]
    if not _is_name(key):
        said = _COPY.sub("", said)
        whole = _WHOLE.match(said)
        said = "".join(whole[0].split()) if whole else said
        if _OLD.fullmatch(said):
            said = "".join(said.split())
    said = said.strip(" 、.:：([（【")
    if _NONE.fullmatch(said) or (_LICENCE_KEY.search(key) and not re.search(r"\d", said)):
        return ""
    return said

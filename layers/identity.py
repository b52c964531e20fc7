"""Words and numbers that stand in a number column and name nobody.

Rows are matched by their numbers: a vetted right takes the place of the registered one with its
number, a goaf belongs to the right whose number it carries, one holder may overlap himself. A
word such as 暂无 in such a column would make one of many, so it is taken as missing.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis.ragged import Ints
from layers.account import Issue
from layers.cells import by_word, rows_where, without
from layers.issues import SHOWN, Origin, error, label_en, listed, warning
from layers.parse import folded

_IDENTITIES = frozenset({
    "licence_no", "facility_no", "owner_licence_no", "parent_licence_no", "replaces_licences",
    "replaces_facility", "holder", "operator", "orebody_id",
})  # fmt: skip
_WORDS = (
    "无", "空", "暂无", "暂缺", "待定", "待办", "待办理", "待核", "待查", "待批", "待补", "待填",
    "待发", "新立", "新设", "拟设", "拟设立", "拟新设", "办理中", "正在办理", "正在办理中",
    "申请中", "在办", "在办中", "未办", "未办理", "未办证", "暂未办理", "尚未办理", "未取得",
    "未发证", "未定", "未知", "不详", "不明", "无证", "无证号", "无号", "无编号",
    "否", "没有", "暂没有", "不涉及", "暂不涉及", "未涉及", "不适用", "不替代", "无替代", "未替代",
    "不需要", "无需", "不存在", "新建", "拟建", "待建", "待确定", "待明确", "待落实", "待补充",
    "待填写", "空白", "测试", "test", "内部", "若干", "未确定", "暂未确定", "尚未确定", "未填",
    "未填写", "未填报", "同上", "见附件", "详见附件", "无主", "无主库", "无业主", "无单位",
    "无企业", "无主体", "无经营主体", "无生产经营主体", "无责任主体",
    "unknown", "tbd", "tba", "tbc", "na", "no", "nil", "none", "null", "nan", "notapplicable",
    "pending",
)  # fmt: skip
_ONLY_WORDS = re.compile(f"(?:{'|'.join(_WORDS)})+")
# Kinds of owner, and what stands in place of one: as names of somebody they would make one of many.
_KINDS = (
    "个人", "自然人", "个体", "个体户", "工商户", "合伙", "私人", "私营", "私企", "民营", "民企",
    "国家", "国有", "国营", "国企", "独资", "控股", "集体", "村", "乡", "镇", "县", "村民", "村办",
    "乡办", "村委", "村委会", "村民委员会", "居委会", "政府", "人民政府", "所有", "所有制", "经济",
    "股份", "股份制", "股份合作", "合作", "外资", "合资", "中外", "港澳台", "法人", "企业", "公司",
    "有限", "责任", "有限公司", "本公司", "我公司", "该公司", "本企业", "矿山", "本矿", "该矿",
    "业主", "矿主", "户主", "本人", "负责人", "村民个人", "先生", "女士", "单位", "其他", "其它",
    "保密", "涉密", "不公开", "不便公开", "不予公开", "未公开", "隐藏", "已隐藏", "脱敏", "已脱敏",
    "略", "暂不公开", "经营", "经营者", "自营", "自办", "自己", "承包", "承包人", "矿方", "投资人",
    "建设", "设计", "施工", "产权", "管理", "主管", "部门", "法院", "查封", "收储", "储备", "转让",
    "变更", "变更中", "转让中", "正在", "拟转让", "拟变更", "新业主", "我矿", "村集体", "采矿权人",
    "探矿权人", "矿业权人", "权利人", "申请人", "同采矿权人",
    "person", "individual", "private", "company", "owner", "confidential",
)  # fmt: skip
_ONLY_KINDS = re.compile(f"(?:{'|'.join(_KINDS)})+")
_LONGEST_KIND = 20  # letters; of more, the words could be parted in too many ways
_OWNERS = ("holder", "operator")
# What published lists put in place of the letters of a name: 王**, 李某, XX公司, 张先生.
_MASKED = re.compile(
    r"[*×✕╳✱●■□█]|[?○_]{2}|(?<![a-z])x{2,}(?![a-z])|某某"
    r"|^[^\W\d]{0,2}某$|^某|^[^\W\d]{1,2}(?:先生|女士|老板)$"
)
# What a name ends in that is a firm's, whatever else it says: 县政府招待所石料厂, 破产管理人.
_FIRM = re.compile(r"(?:公司|集团|(?<!储备)中心|管理人|清算组|[厂矿场社队院店])$")
# Whoever may yet come by the right, or is to see to what nobody works, works nothing himself.
_TO_COME = re.compile(
    "出让|收储|储备|竞得|竞买|竞拍|拍卖|挂牌|摘牌|招标|中标|流拍|成交人|受让|买受|空白区|空白地|[待拟]设"
)
_AUTHORITY = re.compile(
    "人民政府|[省市州旗县区乡镇]政府|国资委|国资局|管(?:理)?委(?:员)?会|街道办|(?:自然|国土)资源"
    # 矿务局, 地质局, 第三工程局 are firms; a 村民委员会 may work a quarry.
    r"|^(?!.*(?:矿务|地质|勘[查探察]|工程|农垦|监狱|铁路|[一二三四五六七八九十\d]局))"
    r".*(?:(?<![村居]民)委员会|局|厅)(?:代管|托管|管理|监管|负责|接管)?$"
)
_GONE = re.compile(
    "无主|破产|注销|吊销|失联|倒闭|解散|灭失|关闭|去世|死亡|已故|历史遗留|遗弃|不明|缺失|无人"
    "|(?:失去|无法)联系|联系不上|逃逸|跑路|^无(?![锡为极棣])"
)
# Who once worked a mine, whose ground it stands on, or that somebody is to be found.
_NOBODY = re.compile(
    "停产|停业|关停|^原(?:企业|业主|矿主|单位)|兜底|接管|属地|待(?:明确|确定|落实|定)|政府$"
)
# Not the owner but where he stands, or that he is not told. 未来, 同德, 无锡 begin names.
_ELSEWHERE = re.compile(
    r"^(?:详?见|参[见照]|查看?|如[上前下]|与上|同(?:$|[上前左右行一采探许])|未(?!来)|[待缺]|不[清知详明便]|无法|信息|数据)"
    r"|^第?(?:[一二两三四五六七八九十\d]+|多|若干)[家个户](?:企业|单位|公司|矿山)?$|^(?:采矿权|权利|申请)人\d*$"
)
_CERTAINLY_GONE = re.compile("无主|已(?:破产|注销|吊销|失联|倒闭|解散|灭失|关闭)")
# An answer to what is replaced, and no number: 无需替代, 不占用指标, 暂无替代库, 0座.
_REPLACES_NONE = re.compile(
    r"[暂均尚并]?(?:[不无未毋]|没有)(?:需|须|用|涉|占|替代|替换|适用|存在|有)\D{0,10}|0+[座个家]|n"
)
_MARKS = re.compile(r"[\W_]+")
_BRACKETED = re.compile(r"\([^()]*\)")
# 1.4E+18, and without the sign as Java writes it; a code such as 2E3 has no decimals.
_SCIENTIFIC = r"^[+-]?[0-9](?:(?:\.[0-9]+)?[eE]\+[0-9]+|\.[0-9]+[eE](?:0*[7-9]|[0-9]{2,3}))$"


def is_placeholder(word: str) -> bool:
    """Return whether ``word`` fills a cell without naming anybody: 暂无, （新立）, XXX, 0, ?.

    A lone X may be a name.

    >>> [is_placeholder(w) for w in ("暂 无", "【待定】", "n.a.", "×", "0.0", "C0", "新立矿业")]
    [True, True, True, True, True, False, False]
    """
    return _fills(_MARKS.sub("", folded(word)))


def _fills(core: str) -> bool:
    """Return whether a folded word without its signs only fills a cell."""
    if core == "x":
        return False
    return set(core) <= {"0", "x"} or _ONLY_WORDS.fullmatch(core) is not None


def names_no_owner(word: str) -> bool:
    """Return whether ``word`` names no company and no person that works a mine.

    A masked name, a kind of owner, a state authority, one who is gone or may yet come.

    >>> [names_no_owner(w) for w in ("王**", "李某某", "XX矿业公司", "个体（自然人）", "国有企业")]
    [True, True, True, True, True]
    >>> [names_no_owner(w) for w in ("待出让", "竞得人", "县自然资源局", "无主（县政府代管）", "1")]
    [True, True, True, True, True]
    >>> [names_no_owner(w) for w in ("停产企业", "业主不明", "属地政府", "镇政府（原甲公司）")]
    [True, True, True, True]
    >>> [names_no_owner(w) for w in ("见备注", "同前", "未登记", "某矿", "个体经营", "县国资委")]
    [True, True, True, True, True, True]
    >>> [names_no_owner(w) for w in ("王五（个人）", "Maxx Mining", "国家能源集团", "二○八队")]
    [False, False, False, False]
    >>> [names_no_owner(w) for w in ("阳泉矿务局", "河底村村民委员会", "镇政府石料厂")]
    [False, False, False]
    """
    name = folded(word)
    core = _MARKS.sub("", name)
    if _MASKED.search(name) is not None or _fills(core) or re.fullmatch(r"n|\d{1,2}", core):
        return True
    if len(core) <= _LONGEST_KIND and _ONLY_KINDS.fullmatch(core) is not None:
        return True
    signs = _TO_COME, _AUTHORITY, _NOBODY, _ELSEWHERE
    # 大石镇人民政府（原甲公司）: who once was stands in brackets.
    head = _MARKS.sub("", _BRACKETED.sub("", name))
    return says_gone(word) or any(_names_no_firm(text, *signs) for text in (core, head))


def says_gone(word: str) -> bool:
    """Return whether ``word`` says that nobody works a mine any longer: 无主库, 企业破产, 失联.

    >>> [says_gone(w) for w in ("无主尾矿库", "甲公司（已注销）", "破产管理人", "关闭矿山修复公司")]
    [True, True, False, False]
    """
    core = _MARKS.sub("", folded(word))
    return _CERTAINLY_GONE.search(core) is not None or _names_no_firm(core, _GONE)


def _names_no_firm(core: str, *signs: re.Pattern[str]) -> bool:
    """Return whether a name shows one of ``signs`` and does not end as a firm's does."""
    return _FIRM.search(core) is None and any(sign.search(core) for sign in signs)


def replaces_none(word: str) -> bool:
    """Return whether ``word`` is no number of what is replaced: 无需替代, 不占用指标, N, 0座.

    >>> [replaces_none(w) for w in ("不需替代", "暂无替代库", "N", "无名沟尾矿库", "等量替换")]
    [True, True, True, False, False]
    """
    core = _MARKS.sub("", folded(word))
    return _fills(core) or _REPLACES_NONE.fullmatch(core) is not None


def named_only(
    text: pa.Array, origin: Origin, *, several: bool
) -> tuple[pa.Array, tuple[Issue, ...]]:
    """Return ``text`` with null for placeholders, and a warning that tells them.

    Columns that name no right, facility or company come back as they are: a river may well have
    the number 0.

    Parameters
    ----------
    text : (n,) string
    several : values list several numbers parted by ``;``; only placeholders among them go
    """
    name = origin.column.name
    if name not in _IDENTITIES:
        return text, ()
    names_none = names_no_owner if name in _OWNERS else replaces_none if several else is_placeholder
    asked = text
    if not (several or name in _OWNERS):
        # Nothing with a digit from 1 to 9 is a placeholder, and nearly every number has one.
        asked = without(text, rows_where(pc.match_substring_regex(text, "[1-9]")))

    def left(word: str) -> str | None:
        items = word.split(";") if several else [word]
        kept = [item for item in items if not names_none(item)]
        return word if len(kept) == len(items) else ";".join(kept) or None

    kept = by_word(asked, left, pa.string())
    rows = rows_where(pc.not_equal(asked, pc.coalesce(kept, "")))
    if not len(rows):
        return text, ()
    return pc.if_else(asked.is_valid(), kept, text), (_told(text, rows, origin),)


def _told(text: pa.Array, rows: Ints, origin: Origin) -> Issue:
    column, field, first = origin.column, origin.field, origin.labels[int(rows[0])]
    counts = pc.value_counts(text.take(pa.array(rows))).to_pylist()
    pairs = [(told["values"][:40], told["counts"]) for told in counts]
    zh = listed([f"“{word}”（{n} 行）" for word, n in pairs])
    en = listed([f"'{word}' ({n} rows)" for word, n in pairs], "en")
    return warning(
        "placeholder",
        f"{column.zh}（字段“{field}”）的占位文字按空值处理：{zh}，首见于{first}",
        f"{column.name} (field '{field}'): placeholders taken as missing: {en}; first in "
        f"{label_en(first)}",
        first,
    )


def nobody_left(text: pa.Array, origin: Origin) -> Ints:
    """Return the rows that answer who operates with the word that nobody does any longer.

    It is no name, and yet more than an empty cell: it contradicts whoever says otherwise.
    """
    if origin.column.name != "operator":
        return np.zeros(0, np.int64)
    return rows_where(by_word(text, says_gone, pa.bool_()))


def digits_lost(array: pa.Array, text: pa.Array, origin: Origin) -> tuple[Ints, tuple[Issue, ...]]:
    """Return the rows of numbers of which digits are lost, and an error that tells them.

    A float holds 15 digits: 1400002020017120142 and ...141 become one number, and so do the
    licences. Spreadsheets do the same and write ``1.4E+18``.

    Parameters
    ----------
    array : (n,) the source's values
    text : (n,) string, the same as text
    """
    if pa.types.is_floating(array.type):
        bits = {16: 11, 32: 24}.get(array.type.bit_width, 53)
        lost = pc.greater_equal(pc.abs(pc.cast(array, pa.float64())), 2.0**bits)
    else:
        lost = pc.match_substring_regex(text, _SCIENTIFIC)
    rows = rows_where(lost)
    if not len(rows):
        return rows, ()
    column, field = origin.column, origin.field
    names = [origin.labels[int(k)] for k in rows[: SHOWN + 1]]
    more_zh, more_en = ("等", " and so on") if len(names) > SHOWN else ("", "")
    where_zh, where_en = listed(names[:SHOWN]), listed([label_en(v) for v in names[:SHOWN]], "en")
    said = error(
        "number_precision",
        f"{column.zh}（字段“{field}”）以浮点数保存，{len(rows)} 行的编号位数超过其精度，"
        f"末位已丢失，按无编号处理：{where_zh}{more_zh}；请将该字段存为文本",
        f"{column.name} (field '{field}') is stored as floating-point: the numbers of {len(rows)} "
        f"rows have more digits than it holds and are taken as missing: {where_en}{more_en}; "
        "store the field as text",
        names[0],
    )
    return rows, (said,)

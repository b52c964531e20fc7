"""Which clauses of a text speak of the numbers beside it, as they stand now.

Remarks below a table name systems of other things too, and of other times: the drawing, control
points, the neighbour, what the conversion of next year will give. Such a clause settles nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from layers.formats.planes import DATUMS, with_marks

_FIRST = 0xE000
_DATUM = f"[{chr(_FIRST)}-{chr(_FIRST + len(DATUMS) - 1)}]"
_MENTION = re.compile(
    rf"{_DATUM}|中央(?:子午线|经线|经度)|带号"
    r"|(?:第?\s*\d{2}\s*号?|[36三六]\s*[度°]\s*分?)\s*带|(?:zone|cm)[ _]*\d{2}",
    re.IGNORECASE,
)
# A name is left of 2000国家大地坐标系, which says nothing of coordinates by itself.
_NAME = re.compile(rf"({_DATUM})(?:[^\S\n]*(?:坐标系统?|系))?")
_SOON = re.compile(
    r"[,，。;；()（）]|(?<=\S\S)\s+(?=[一-鿿]{2})|(?<![\d.．])(?=\d{1,2}(?:、(?!\d\d)|[.．](?!\d)))"
)
_INTO = re.compile(
    rf"{_SOON.pattern}|(?<![拟待将])(?=(?:现|转换?|换算|改算?|变换|变更|调整)[为成到至])"
)
_OPENING, _CLOSING, _ENDING = ("(", "（"), (")", "）"), "。"

# Another time, another paper: never of the numbers.
_ELSEWHERE = re.compile(
    r"另[附行见册]|附后|详见(?![下上本])|(?<![意可再])见(?=附|另|后|转|《|图|其)"
    rf"|尚[未无][^，。;；]{{0,6}}(?:{_DATUM}|转换|换算|提[供交])|暂无|正在|换证|延续登记时"
    r"|时(?:再|一并|统一|全部)*(?:转换|换算)"
    r"|[年月日]起[^，。;；至]{0,4}(?:[采使启]用|执行|施行|实[行施])"
    r"|(?<!已)(?<!已经)统一(?:转换|换算)|全面(?:[采使启]用|推广|转换)|今后|将来"
    rf"|(?:[无缺]|(?<!所)有)\s*{_DATUM}|公告|通知(?!书)|[拟待将](?:统一)?(?:改|转换?|换算|调整|变更)"
    r"|[附底原]图|图[幅件](?!编?号)|图纸|地形图|影像|邻[近接矿区省市县井]|相邻|周边|毗[邻连]"
)
# Other things, unless a title says that the numbers are of these.
_OTHER_THING = re.compile(
    r"地形|地质|图根|控制(?:点|网|测量|成果)|水准点|测站|中心点|井口|井筒|井位|钻孔|红线|三线"
    r"|三调|国土调查|储量|资源量|估算|(?<!本)(?:报告|方案)|规划|数据库|[套叠]合|叠加|比对"
)
_REMARK = re.compile(r"\s*(?:(?:备|附)?注|说明)")
_HOW_TO_FILL = re.compile(r"[^，,。;；:：\n]{0,6}填[写表报](?:说明|要求|须知|指南|规范|注意|时)")
_HEADS_VALUE = re.compile(r"[:：]\s*\S")
_OF_TABLE = re.compile(r"表\s*$")
# These say it whatever stands before them; the others in a sentence only where nothing else does.
_OF_NUMBERS = re.compile(
    r"拐点|界址|角点|坐标系|矿[区界权](?![内外周附])|[采探]矿权|采矿(?:许可)?证|勘查|区块|开采"
    r"|本[次表矿区文项]|[以如]上|上述|上[表列]|下[表列]|如下|以下|表中|测绘基准|空间参考|数据说明"
)
_MAY_BE_OF_NUMBERS = re.compile(
    r"坐标|点位|位置|范围|边界|矿山|地块|采区|投影(?:分?带)?|分带|基准面?|椭球|平面|大地|成果表|申请|项目|工程|全[区矿部]"
    r"|所有|[该此某各的]"
)
_NEUTRAL = re.compile(
    r"备?注|说明|转换?|换算|改算?|变换|变更|调整|测[量绘区]|成果|数据|资料|文件|统一|均|都|皆|全部"
    r"|已经?|现|按|依|要求|规定|国家|采用|系统|[年月日一二三四五六七八九十]"
)
_VERB = re.compile(r"(?:[采使应]用|[用为是属系在于成按以]|[:：=])的?\s*第?$")
_FORMERLY = re.compile(
    r"(?<![一-鿿])原(?![始点])|原(?=[为是系属有先来]|[采使]用|[36三六\d第]|中央|带号|许可|采矿)"
    r"|(?:转换|换算)[之以]?前|[老旧](?=坐标|带号|系统|证)"
)
# 2000国家大地坐标系坐标已上报, 2000国家大地坐标系成果（另附）: they are not these.
_OTHER_LIST = re.compile(
    r"的?(?:坐标|成果|数据)[^，。;；\n（(]{0,4}?[，（(]?\s*(?:另|详|见附|见另|附后|正在|待|[未尚]|已(?!转|换|改|变))"
)
_FROM = re.compile(r"[由从自](?!然)")
_CHANGED = re.compile(r"转|换算|改|变更|变换|调整")
_REPLACED = re.compile(r"[，,（(\s]*[现后]?已?(?:改|变更|调整)[为成到至]")


@dataclass(slots=True)
class _Clause:
    """Words between two breaks; what stands in brackets inside is a clause of its own."""

    outer: _Clause | None
    before: _Clause | None
    spans: list[tuple[int, int]] = field(default_factory=list)
    meant: bool = True  # whether it speaks of the numbers
    kept: bool = True

    def words(self, line: str) -> str:
        return "".join(line[a:b] for a, b in self.spans)


def of_numbers(text: str, *, former: bool = False) -> str:
    """Return a text with blanks for the clauses that speak of other things, or other times.

    Parameters
    ----------
    former : whether to leave out too what the numbers are said to have been before

    Examples
    --------
    >>> of_numbers("CGCS2000，附图1980西安坐标系").strip()
    'CGCS2000，'
    >>> of_numbers("原6度带19带换算为3度带38带", former=True).strip()
    '换算为3度带38带'
    """
    lines = text.split("\n")
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(_line(line, k == first, former) for k, line in enumerate(lines))


def _line(line: str, first: bool, former: bool) -> str:
    if not _MENTION.search(with_marks(line, _FIRST)):
        return line
    kept = list(line)
    for clause in _clauses(line, _INTO if former else _SOON):
        _judge(clause, line, first, former)
        for a, b in () if clause.kept else clause.spans:
            kept[a:b] = " " * (b - a)
    return "".join(kept)


def _clauses(line: str, breaks: re.Pattern[str]) -> list[_Clause]:
    """Return the clauses of a line, each behind that which it may go on from."""
    now = _Clause(None, None)
    found, start = [now], 0
    for at in breaks.finditer(line):
        now.spans.append((start, at.start()))
        start = at.end()
        if at[0] in _CLOSING:
            now = now.outer or now
            continue
        if at[0] in _OPENING:
            now = _Clause(now, None)
        elif at[0] == _ENDING or (not at[0] and line[start].isdigit()):
            now = _Clause(None, None)
        else:
            now = _Clause(now.outer, now)
        found.append(now)
    now.spans.append((start, len(line)))
    return found


def _judge(clause: _Clause, line: str, first: bool, former: bool) -> None:
    """Tell whether a clause speaks of the numbers, which one without a subject inherits."""
    words = _NAME.sub(r"\1", with_marks(clause.words(line), _FIRST))
    mention = _MENTION.search(words)
    subject = words[: mention.start()] if mention else words
    behind = words[mention.end() :] if mention else ""
    verb = _VERB.search(subject)
    inherited = (clause.before or clause.outer or clause).meant
    after = line[clause.spans[0][1] :][:6]
    title = not verb and _is_title(words, subject, line, first)
    other = not title and _OTHER_THING.search(words)
    listed = _OTHER_LIST.match(behind + after)
    if other or listed or _ELSEWHERE.search(words) or _HOW_TO_FILL.match(line):
        clause.meant = False
    elif _OF_NUMBERS.search(subject):
        clause.meant = True
    elif mention and verb and _is_unknown(subject[: verb.start()]):
        clause.meant = False
    elif _MAY_BE_OF_NUMBERS.search(subject):
        clause.meant = True
    else:
        others = behind[:1] == "的" and not _MAY_BE_OF_NUMBERS.match(behind, 1)
        clause.meant = inherited and not others
    clause.kept = clause.meant
    if former and mention and clause.meant:
        changed = _FROM.search(subject) and _CHANGED.search(words + after)
        clause.kept = not (changed or _REPLACED.match(after) or _FORMERLY.search(subject))


def _is_title(words: str, subject: str, line: str, first: bool) -> bool:
    """Tell whether a clause names what the numbers are of: in the first line, or as 坐标表."""
    if _REMARK.match(line) or _HEADS_VALUE.search(words):
        return False
    return first or _OF_TABLE.search(subject) is not None


def _is_unknown(subject: str) -> bool:
    """Tell whether a subject holds words that are not known to be about the numbers."""
    rest = _NEUTRAL.sub("", _MAY_BE_OF_NUMBERS.sub("", subject))
    return re.search("[一-鿿]", rest) is not None

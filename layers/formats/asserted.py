"""What words state, told from what they ask, make a condition of, deny or say of other things."""

from __future__ import annotations

import re

_CLAUSE = r"[^。;；!！?？,，\n]"
_WHOLE = re.compile(rf"{_CLAUSE}+[,，?？]?")
# 若羌 and 凡口 are places, 如图 and 如下 no conditions: what follows has to make it one.
_IF = re.compile(
    r"如果|[倘假][如若使]|(?<![一-鿿])万一|一旦|[如若](?=发现|有|遇|存在|出现)"
    r"|(?:(?<![一-鿿])|(?<=[标点围表据果对请]))(?:[如若]|凡是?)"
    r"(?=发现|有|需|对|本|该|以上|上述|拐点|界址|坐标|矿区|因|经|确|其|申请|提交|上报|认为)"
)
# 坐标是否有误待核实 says more than it asks.
_ASKS = re.compile(rf"(?:是否|有无|能否)(?!{_CLAUSE}{{0,12}}?(?:待|未|不确定|存疑))")
_FAULTS = r"(?:错误|有误|错漏|差错|偏差|出入|问题|不符|不一致)"
_YES, _NO = r"[√✓☑]?\s*(?:是|有|存在)", r"(?:[√✓☑]?\s*(?:否|无|没有|不|未)|[×✗])"
_ASKED = rf"(?:是否|有无){_CLAUSE}{{0,6}}?"
_SOUND = r"(?:准确|正确|核[实对查]|复核|校核|审核|确认|实测|有效|属实|无误|一致)"
_END = r"(?=[\s。;；,，)）]|$)"
_ANSWERED = re.compile(
    rf"(?:坐标{_CLAUSE}{{0,6}}?{_ASKED}|{_ASKED}坐标{_CLAUSE}{{0,4}}?)"
    rf"(?:{_FAULTS}[\s:：?？]{{0,4}}{_YES}|{_SOUND}[\s:：?？]{{0,4}}{_NO}){_END}"
)
_DENIED = re.compile(
    rf"(?:未|没有?)(?:发现|见|查出|出现){_CLAUSE}{{0,12}}?{_FAULTS}"
    rf"|(?:不存在|没有|无)(?:任何|明显|重大|较大)?{_FAULTS}"
    # 坐标待核实事项：无
    rf"|(?:{_FAULTS}|[待未][一-鿿]{{1,4}})[一-鿿]{{0,4}}[:：]\s*(?:无|没有|否){_END}"
)
# A paper may be void without a seal: that is none of its numbers.
_FORMAL = re.compile(
    rf"(?:(?:未经?|没有|无){_CLAUSE}{{0,8}}?(?:[盖签印公]章|签[字名]|许可|同意|批准|授权)"
    rf"|涂改|复印件?|(?<!已)[过逾]期|转让){_CLAUSE}{{0,4}}?(?:无效|作废|失效)"
)
# Once numbers are checked, an office's consent is all that is due.
_CONSENT = re.compile(
    r"(?<=[^未没])(?P<checked>(?:核[对实查]|[复校审]核|检查|确认|准确)无误"
    rf"|(?<![未没])已{_CLAUSE}{{0,8}}?(?:核[实对准定查]|[复校审]核|确认|实测))"
    rf"[,，][尚还]?[待需须报]{_CLAUSE}{{0,6}}?(?:厅|局|部门?|机关|政府|上级|主管|委)"
    r"(?:最终|正式)?(?:确认|核准|审核|审批|批准|核定|审定|备案)"
)
_OTHERS = re.compile(
    r"(?<![及和与、])(?:(?:(?:矿[区山体床]|几何|范围|井田)中心|中心(?:点|位置)|[质重形]心)[的之处地理大平面直角经纬度]{0,8}"
    rf"|(?:[相毗]邻|(?<![相毗])邻[近矿])(?:(?![及和与、本该此我见]){_CLAUSE}){{0,10}}?"
    r"|(?:[井硐]口|[主副风]井|钻孔)[的之位置中心平面地理大]{0,6})坐标"
)


def answered(words: str) -> re.Match[str] | None:
    """Return the question of a form whose answer says that coordinates are wrong.

    >>> [answered(f"坐标是否{text}") is None for text in ("有误：否", "有误：是", "准确：否")]
    [True, False, False]
    """
    return _ANSWERED.search(words)


def asserted(words: str, *, others: bool = False) -> str:
    """Return words without conditions, questions, denials, and coordinates of other things.

    Those of ``others`` (a shaft, a centre, a neighbour) stay where they are asked for.

    >>> asserted("坐标有误"), asserted("如发现坐标有误，请联系"), asserted("若羌县坐标有误")
    ('坐标有误', '；请联系', '若羌县坐标有误')
    """
    words = _CONSENT.sub(r"\g<checked>；", words)
    words = _WHOLE.sub(_unconditional, words)
    for left in (_DENIED, _FORMAL, *(() if others else (_OTHERS,))):
        words = left.sub("；", words)
    return words


def _unconditional(clause: re.Match[str]) -> str:
    """Return what a clause says before its condition or question, nothing where it asks for it."""
    found = _ASKS.search(clause[0]) or _IF.search(clause[0])
    if found is None:
        return clause[0]
    before = clause[0][: found.start()]
    return "；" if "请" in before else f"{before}；"

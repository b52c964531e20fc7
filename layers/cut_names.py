"""Names of fields that a program cut: at ten bytes as dBase does, or inside a letter."""

from __future__ import annotations

import re

from layers.headings import Heading, Rest, heading

_DBF_NAME_BYTES = 10
# Behind a name that the Shapefile reader knows to be cut, with a number where several are alike.
_CUT_MARK = re.compile(r"(?:…|\.\.\.)\d*$")
# What a name may lack that still says all but that it is a day, or the end of its bracket.
_OF_A_DAY = re.compile(r"(?:日?期|时?间)?\)?")
# Which length a number is: of a dam 设计坝 may be the height and the width of the crest.
_WHICH_LENGTH = re.compile("[标高深埋厚宽长上下起止]")


def cut_heading(field: str, rest: Rest | None) -> Heading:
    """Return the heading; a bracket of full width that was cut itself is one cut inside."""
    found = heading(field)
    if rest is None or found.is_cut or not rest.begins("("):
        return found
    return heading(f"{beginning(field)}(")


def beginning(field: str) -> str:
    """Return a field's name without the mark of one that was cut."""
    return _CUT_MARK.sub("", field)


def begins(name: Heading, rest: Rest | None, word: str) -> bool:
    """Return whether a name, and what is left of a letter behind it, begin ``word``."""
    begin = beginning(name.whole)
    if not word.startswith(begin):
        return False
    if rest is not None:
        return len(word) > len(begin) and rest.begins(word[len(begin)])
    return word != begin or begin == name.whole


def tells(name: Heading, word: str, *, alias: bool, length: bool) -> bool:
    """Return whether a name that begins ``word`` says what that is.

    Parameters
    ----------
    alias : headings that begin so are usually that one
    length : but for lengths in another direction, of which it may be one

    Examples
    --------
    >>> tells(heading("有效期结束"), "有效期结束日期", alias=False, length=False)
    True
    >>> word = "最大边坡高度"
    >>> [tells(heading(n), word, alias=True, length=True) for n in ("最大边", "最大边坡高")]
    [False, True]
    """
    begin = beginning(name.whole)
    lacking = word[len(begin) :]
    if not alias:
        return _OF_A_DAY.fullmatch(lacking) is not None
    direction = _WHICH_LENGTH.search
    return not length or direction(lacking) is None or direction(begin) is not None


def may_be_cut(field: str, rest: Rest | None) -> bool:
    """Return whether the name fills a dBase field name, in GBK or UTF-8 characters."""
    if rest is not None or _CUT_MARK.search(field):
        return True
    widths = {len(field.encode(code, "replace")) for code in ("utf-8", "gb18030")}
    full = {_DBF_NAME_BYTES, _DBF_NAME_BYTES - 1}
    return bool(widths & full) and (not field.isascii() or len(field) == _DBF_NAME_BYTES)

"""Numbers of orebodies: lists of them, and the form in which two names of one are equal."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.cells import by_word
from layers.parse import WAVE, plain

_CHINESE = "零一二三四五六七八九"
_ROMAN = {"I": 1, "V": 5, "X": 10}
_NUMERAL = rf"\d+|[IVX]+|[{_CHINESE}十]+"
# What may stand around the number of an orebody without being part of its name.
_BEFORE = re.compile(r"^(?:矿体|矿脉|第|N[O0][.:]?(?=\d))+")
_AFTER = re.compile(r"(?:[号#]|矿体|矿层|矿脉|脉体|煤层|[脉层])+$")
_REMARK = re.compile(r"\([^()A-Za-z\d]*\)")
_WHOLE = r"[\dA-Za-z号#体层脉)]"  # the last letter of a whole name
_PARTS = re.compile(
    rf"[,、;|/\\+&\t\r\n]+|(?<={_WHOLE})\s*(?:以及|和|及|与|并)\s*"
    # A blank parts what is whole on both sides: KT-9 KT-10, but not KT 9.
    r"|(?<=[\d号#体层脉)])\s+(?=[A-Za-z\d])|(?<=[IVX])\s+(?=[IVX]+(?![A-Za-z\d-]))"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−_", "-"))
# Words of a list that leave open which orebodies are meant.
_OPEN = re.compile(rf"~|{_WHOLE}(?:[至到等]|-{{2}})|等$|^各|多个|全部|所有|\d余?个")
_FROM_TO = re.compile(rf"([A-Za-z]*?-?)({_NUMERAL})([号#]?)(?:矿体)?-([A-Za-z]*?-?)({_NUMERAL})")


def lists(text: pa.Array) -> pa.Array:
    """Return (n,) the orebodies that each word names, parted by ``;``, null where left open.

    A range names others than its ends. A hyphen between two bare numbers may stand for one, but
    not where files number parts of orebodies so: 1-1, 1-2, 2-1.

    Parameters
    ----------
    text : (n,) string
    """
    parted = {word: _parted(word) for word in text.unique().drop_null().to_pylist()}
    pairs = [_pair(name) for names in parted.values() for name in names]
    by_parts = any(pair and pair[0] >= pair[1] for pair in pairs)

    def read(word: str) -> str | None:
        names = parted[word]
        known = all(_is_one(name, by_parts) for name in names)
        # Of KT-9、10 nobody says whether the second is KT-10.
        bare = {_AFTER.sub("", name).isdecimal() for name in names if re.search(r"\d", name)}
        return ";".join(names) if known and len(bare) < 2 else None

    return by_word(text, read, pa.string())


def _parted(word: str) -> list[str]:
    text = _REMARK.sub("", plain(word)).translate(WAVE).translate(_DASHES)
    parts = ("".join(part.split()) for part in _PARTS.split(text.strip()))
    return [part for part in parts if part] or [word]


def _is_one(name: str, by_parts: bool) -> bool:
    """Return whether a name is that of one orebody, and no range of them."""
    pair, found = _pair(name), _FROM_TO.fullmatch(_AFTER.sub("", name))
    if found is None:
        return _OPEN.search(name) is None
    if pair:
        return by_parts or pair[0] >= pair[1]
    before, first, sign, again, last = found.groups()
    if before != again:
        return True  # KT-1-2 is a part of KT-1
    return not (before or sign or first.isdecimal() == last.isdecimal())  # II-1 is one of II


def _pair(name: str) -> tuple[int, int] | None:
    """Return the bare Arabic numbers between which a hyphen stands: 1-12."""
    found = re.fullmatch(r"(\d+)-(\d+)", _AFTER.sub("", name))
    return (int(found[1]), int(found[2])) if found else None


def keys(names: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return numbers of orebodies (n,), None = none, equal where they name one orebody.

    Neither letter case, the words 号, 矿体 and the like, a remark in brackets, leading noughts nor
    a hyphen between letters and digits tell one from another; numerals are Arabic.

    >>> keys(np.array(["kt-09号矿体", "KT_9（主矿体）", "Ⅸ号", "九号脉", "1-12"], object)).tolist()
    ['KT9', 'KT9', '9', '9', '1-12']
    """
    return np.array([None if name is None else _key(str(name)) for name in names], object)


@cache
def _key(name: str) -> str:
    text = _REMARK.sub("", "".join(plain(name).upper().split())).translate(_DASHES)
    core = _AFTER.sub("", _BEFORE.sub("", text)) or text
    core = re.sub(r"(?<![\d.])0+(?=\d)", "", core)
    core = re.sub("([A-Z])-(?=[0-9])", r"\1", core)
    return _arabic(core)


def _arabic(numeral: str) -> str:
    """Return a Roman or Chinese numeral in Arabic digits, anything else as it is."""
    if re.fullmatch("X{0,4}(?:IX|IV|V?I{0,3})", numeral):
        values = [_ROMAN[letter] for letter in numeral]
        later = [*values[1:], 0]
        return str(sum(v if v >= w else -v for v, w in zip(values, later, strict=True)))
    found = re.fullmatch(rf"([{_CHINESE}]?)(十?)([{_CHINESE}]?)", numeral)
    if found is None or not (found[2] or len(numeral) == 1):
        return numeral
    tens = (_CHINESE.find(found[1]) if found[1] else 1) * 10 if found[2] else 0
    ones = found[3] if found[2] else found[1] or found[3]
    return str(tens + (_CHINESE.index(ones) if ones else 0))

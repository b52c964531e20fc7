"""Which character encoding is this? Measured, because files often do not say or say wrong."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.account import Issue
from layers.formats.scripts import plausible
from layers.formats.source import refusal
from layers.issues import warning

SAMPLE = 5000
"""Values looked at when encodings are compared; all values are decoded strictly afterwards."""

_ALIASES = {
    "utf8": "UTF-8", "65001": "UTF-8", "gbk": "GB18030", "gb2312": "GB18030", "gb18030": "GB18030",
    "936": "GB18030", "ansi936": "GB18030", "cp936": "GB18030", "oem936": "GB18030",
    "ms936": "GB18030", "windows936": "GB18030", "euccn": "GB18030", "big5": "Big5",
    "950": "Big5", "ansi950": "Big5", "cp950": "Big5", "iso88591": "ISO-8859-1",
    "88591": "ISO-8859-1", "latin1": "ISO-8859-1",
}  # fmt: skip
_LDID = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x26: "cp866", 0x4D: "GB18030",
    0x4E: "cp949", 0x4F: "Big5", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x78: "Big5", 0x79: "cp949", 0x7A: "GB18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
_NO_CHARACTERS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})
_CLEARLY_WORSE = 0.25  # a declared encoding gives way only to one that reads this much better
_TOO_CLOSE = 0.1
_BARELY = 0.5
_FEW = 3  # characters of which any two encodings may make something by chance
_LATIN = ("cp1252", "ISO-8859-1")
_EAST = ("UTF-8", "GB18030", "Big5")
_CANDIDATES = ("UTF-8", "GB18030", *_LATIN, "Big5")


_THREE_BYTES = re.compile(r"[^\x00-\u07ff]")  # and four


@dataclass(frozen=True, slots=True)
class Text:
    """Raw bytes of a value; ``full`` = it fills its field, so its last character may be cut."""

    raw: bytes
    full: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding, why, and whether another reads nearly as well.

    ``contradicts`` is True where the file declares an encoding that its text is not in,
    ``open`` where so little text may as well be in another.
    """

    encoding: str
    zh: str
    en: str
    doubtful: bool = False
    contradicts: bool = False
    open: bool = False


def normal_name(name: str) -> str | None:
    """Return the name this project uses for an encoding, or None if Python knows none such.

    GBK and GB2312 are read as GB18030, which contains them.
    """
    key = "".join(c for c in name.lower() if c.isalnum())
    if key in _ALIASES:
        return _ALIASES[key]
    digits = key.removeprefix("ansi").removeprefix("oem").removeprefix("windows")
    for candidate in (name.strip(), f"cp{digits}"):
        try:
            codec = codecs.lookup(candidate)
            "".encode(candidate)  # refused for base64 and others that make no text
        except (LookupError, ValueError):
            continue
        return None if codec.name in _NO_CHARACTERS else codec.name
    return None


def of_language_id(ldid: int) -> str | None:
    """Return the encoding a DBF language driver id declares; 0 and 0x57 (ANSI) declare none.

    Source: dBASE/FoxPro language driver table as listed in the Shapefile C library.
    """
    return _LDID.get(ldid)


def decode(text: Text, encoding: str) -> str | None:
    """Return the decoded value, None if it is not in ``encoding``.

    The rest of a character that the field's width cut off is dropped.
    """
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(text.raw, not text.full)
    except UnicodeError:  # UTF-16 says of its missing mark no more than that
        return None


def guess(texts: Sequence[Text], declared: str | None) -> Guess | None:
    """Return the encoding that reads ``texts`` best, None if none reads them as words.

    Candidates are the declared encoding, UTF-8, GB18030, Windows-1252, ISO 8859-1 and, behind
    the others, Big5. A candidate must decode every value strictly; among those, the share of
    non-ASCII characters that are common ones in their script decides (level 1 of GB 2312 or
    Big5, accented letters inside words). The declared encoding wins unless another reads
    clearly better.
    """
    sample = [t for t in texts if not t.raw.isascii()][:SAMPLE]
    if not sample:
        return Guess(declared or "UTF-8", "全部为 ASCII", "all text is ASCII")
    names = dict.fromkeys([*([declared] if declared else []), *_CANDIDATES])
    raw = {n: score for n in names if (score := _score(sample, n)) is not None}
    scores = _weighed(sample, raw, declared)
    best = max(scores, key=lambda n: scores[n])  # ties: the order of the candidates
    if declared in scores and scores[declared] >= scores[best] - _CLEARLY_WORSE:
        other = _better_than_declared(raw, scores, declared)
        if other is None:
            unsure = _as_good(sample, scores, declared)
            return Guess(
                declared, "文件声明，且文字相符", "declared by the file and verified", unsure
            )
        best = other
    elif best in _LATIN and scores[best] < _BARELY:
        return None  # they decode anything: that says nothing
    return _told(sample, raw, scores, best, declared)


def _weighed(
    sample: Sequence[Text], raw: dict[str, float], declared: str | None
) -> dict[str, float]:
    """Return the scores as they compare, with what is known of files from China."""
    scores = dict(raw)
    if "Big5" in scores and declared != "Big5":
        scores["Big5"] -= _CLEARLY_WORSE
    # Any Chinese character of GBK may be a letter of another script in UTF-8.
    if scores.get("UTF-8") == 0.0 and declared != "UTF-8":
        letters = _marks(sample, "UTF-8")
        if len(letters) <= _FEW and max(letters, default="") < "\u0800":
            scores["UTF-8"] -= 0.01
    return scores


def _better_than_declared(
    raw: dict[str, float], scores: dict[str, float], declared: str
) -> str | None:
    """Return what reads text that is declared Western, makes no words there, and does elsewhere.

    Western encodings read any bytes, and programs declare them without asking.
    """
    others = [n for n in _EAST if n in scores]
    if declared not in _LATIN or raw[declared] > _BARELY or not others:
        return None
    best = max(others, key=lambda n: scores[n])
    return best if raw[best] >= raw[declared] else None


def _as_good(sample: Sequence[Text], scores: dict[str, float], declared: str) -> bool:
    """Tell whether another encoding reads better than the declared, or a few characters as well."""
    letters = _marks(sample, declared)
    few = len(letters) <= _FEW
    own = scores[declared]
    if declared == "UTF-8" and few and max(letters, default="") < "\u0800" and own == 0.0:
        return "GB18030" in scores
    others = [scores[n] for n in _EAST if n in scores and n != declared]
    return any(score > own or (few and score == own) for score in others)


def _told(
    sample: Sequence[Text],
    raw: dict[str, float],
    scores: dict[str, float],
    best: str,
    declared: str | None,
) -> Guess:
    detail = ", ".join(f"{n} {s:.2f}" for n, s in sorted(scores.items(), key=lambda p: -p[1]))
    rivals = set(scores) - {best, "Big5"} - (set(_LATIN) if best in _LATIN else set())
    close = any(scores[best] - scores[n] < _TOO_CLOSE for n in rivals)
    by_chance = best in _LATIN and (raw.get("Big5", -1.0) >= raw[best] or _may_be_chinese(sample))
    either = best == "GB18030" and "UTF-8" in raw
    return Guess(
        best,
        f"由文字判定（{detail}）",
        f"told from the text ({detail})",
        doubtful=close or scores[best] < _BARELY or best == "Big5" or by_chance or either,
        contradicts=declared is not None and declared != best,
        open=either,
    )


def _may_be_chinese(sample: Sequence[Text]) -> bool:
    """Tell whether the little there is reads as characters of GB 2312, be they rare ones."""
    found = _marks(sample, "GB18030")
    return 0 < len(found) <= _FEW and all(len(c.encode("gb2312", "ignore")) == 2 for c in found)


def _marks(sample: Sequence[Text], encoding: str) -> list[str]:
    """Return the first characters beyond ASCII; none where the text cannot be read."""
    out: list[str] = []
    for text in sample:
        decoded = decode(text, encoding)
        if decoded is None:
            return []
        out += [c for c in decoded if c > "\x7f"]
        if len(out) > _FEW:
            break
    return out


def remarks(path: Path, found: Guess, stated: str) -> list[Issue]:
    """Return what has to be said of the encoding that was found for text declared ``stated``."""
    out: list[Issue] = []
    if found.contradicts:
        out.append(
            warning(
                "encoding_contradicted",
                f"{path.name} 声明编码 {stated}，实为 {found.encoding}：{found.zh}",
                f"{path.name} declares {stated}, its text is {found.encoding}: {found.en}",
            )
        )
    if found.doubtful:
        out.append(
            warning(
                "encoding_uncertain",
                f"{path.name} 的编码不能确定，按 {found.encoding} 读：{found.zh}",
                f"{path.name}: encoding uncertain, read as {found.encoding}: {found.en}",
            )
        )
    return out


def read_text(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a whole file and its encoding.

    UTF-8 and UTF-16 with a byte order mark, UTF-8 without one, and GB18030 are told apart.

    Raises
    ------
    FormatError
        The bytes are in none of them, or not in the encoding that was asked for.
    """
    raw = path.read_bytes()
    name = _chosen(path, raw, encoding)
    try:
        return raw.decode(name).lstrip("\ufeff"), name.replace("-SIG", "")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refusal(
            path, f"第 {line} 行不是 {name} 文字", f"line {line} is not {name} text"
        ) from error


def read_any_text(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a whole file and its encoding; Latin and Big5 texts are told, too.

    Raises
    ------
    FormatError
        The encoding cannot be told for certain, or is not the one that was asked for.
    """
    raw = path.read_bytes()
    marked = raw.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if encoding is None and not marked and not _surely_utf8(raw):
        found = guess([Text(line) for line in raw.splitlines()], None)
        if found is not None and not found.doubtful:
            encoding = found.encoding
    return read_text(path, encoding)


def _chosen(path: Path, raw: bytes, encoding: str | None) -> str:
    if encoding is not None:
        return require(path, encoding)
    if raw.startswith(codecs.BOM_UTF8):
        return "UTF-8-SIG"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    if _surely_utf8(raw):
        return "UTF-8"
    lines = [Text(line) for line in raw.splitlines()]
    found = guess(lines, None)
    if found is not None and found.open:
        raise refusal(
            path,
            "文字太少，可以是 GB18030，也可以是 UTF-8，请用 encoding 说明编码",
            "so little text may be GB18030 as well as UTF-8; state its encoding",
        )
    if found is None or found.encoding not in ("UTF-8", "GB18030"):
        raise refusal(
            path,
            "文字既不是 UTF-8 也不是 GB18030，请用 encoding 说明编码",
            "the text is neither UTF-8 nor GB18030; state its encoding",
        )
    return found.encoding


def _surely_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8 with a Chinese character or a symbol in it.

    Those take three bytes or four, which no words in GBK make by chance; an accented letter takes
    two, as 亘 does in GBK.
    """
    if raw.isascii():
        return False
    try:
        return _THREE_BYTES.search(raw.decode("UTF-8")) is not None
    except UnicodeDecodeError:
        return False


def require(path: Path, encoding: str) -> str:
    """Return the normal name of an encoding the user gave; FormatError if there is none such."""
    name = normal_name(encoding)
    if name is None:
        raise refusal(path, f"没有名为 {encoding!r} 的编码", f"no encoding is called {encoding!r}")
    return name


def _score(sample: Sequence[Text], encoding: str) -> float | None:
    good = total = 0
    for text in sample:
        decoded = decode(text, encoding)
        if decoded is None:
            return None
        hits, marks = plausible(decoded, encoding)
        good += hits
        total += marks
    return good / total if total else 0.0

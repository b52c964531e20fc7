"""Free text about a feature or a file, as people and programs write it: lines, tables in HTML."""

from __future__ import annotations

import html
import re

_TAG = r"[^<>]{0,2000}>"
_NEXT_CELL = re.compile(rf"\s{{0,99}}</t[dh]\s{{0,9}}>\s{{0,99}}<t[dh]\b{_TAG}\s{{0,99}}", re.I)
_NEW_LINE = re.compile(rf"</?(?:br|tr|p|div|li|table|h\d)\b{_TAG}", re.I)
_OTHER_TAG = re.compile(rf"</?[a-z]{_TAG}", re.I)
_LABELLED = re.compile(r"([^：:]{1,20})[：:](.+)")


def lines_in(text: str) -> list[tuple[str, str]]:
    r"""Return the lines of a text, plain or in HTML, each as its label and what it says.

    A row of a table is a line, its first cell the label. A line without a label has an empty one.

    >>> lines_in("坐标系：西安80\n已核对")
    [('坐标系', '西安80'), ('', '已核对')]
    >>> lines_in("<tr><td>坐标系</td> <td><b>西安80</b></td></tr>")
    [('坐标系', '西安80')]
    """
    text = _NEW_LINE.sub("\n", _NEXT_CELL.sub("：", text))
    lines = (" ".join(line.split()) for line in html.unescape(_OTHER_TAG.sub("", text)).split("\n"))
    found = ((line, _LABELLED.fullmatch(line)) for line in lines if line)
    return [(m[1].strip(), m[2].strip()) if m else ("", line) for line, m in found]

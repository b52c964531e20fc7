"""Answers of servers that hold only a part of what was asked for: they are refused.

What is missing cannot be told from what is not there: a cut layer would pass what it should not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from layers.errors import FormatError
from layers.formats.source import refusal

_LONGEST = 120
_HOW = (
    "请一次取全（调大 count、maxFeatures 或 limit），或由 QGIS、ogr2ogr 逐页取全后另存为一个文件",
    "fetch all in one answer (a larger count, maxFeatures or limit), or have QGIS or ogr2ogr fetch "
    "every page and save them as one file",
)


def of_more(path: Path, where: tuple[str, str], name: str, matched: int, held: int) -> FormatError:
    """Return the error that refuses a file of fewer features than its server says there are."""
    return refusal(
        path,
        f"{where[0]}写明符合条件的要素有 {matched} 个（{name}），文件里只有 {held} 个，数据不全；"
        f"{_HOW[0]}",
        f"{where[1]}states that {matched} features match ({name}), the file holds {held}, which "
        f"is not the whole; {_HOW[1]}",
    )


def of_another_number(
    path: Path, where: tuple[str, str], name: str, stated: int, held: int
) -> FormatError:
    """Return the error that refuses a file that does not hold as many features as it says."""
    return refusal(
        path,
        f"{where[0]}写有 {stated} 个要素（{name}），文件里是 {held} 个，请重新下载",
        f"{where[1]}states {stated} features ({name}), the file holds {held}",
    )


def one_page(path: Path, links: Sequence[tuple[str, str]], held: int) -> FormatError:
    """Return the error that refuses one page of several; ``links`` are name and address."""
    names = [f"{name}: {link[:_LONGEST]}" if link else name for name, link in links]
    return refusal(
        path,
        f"只是服务器分页答复中的一页（{held} 个要素；{'，'.join(names)}），数据不全；{_HOW[0]}",
        f"is one page of several ({held} features; {', '.join(names)}), which is not the whole; "
        f"{_HOW[1]}",
    )


def limited(path: Path, held: int) -> FormatError:
    """Return the error that refuses an answer that ends where its server's limit was reached."""
    return refusal(
        path,
        f"服务器因超过单次传输上限只给出 {held} 个要素（exceededTransferLimit 为 true），数据不全；"
        "请用 resultOffset 分页取全，或由 QGIS、ogr2ogr 取全后另存为一个文件",
        f"the server ended at its limit after {held} features (exceededTransferLimit is true), "
        "which is not the whole; page by resultOffset, or have QGIS or ogr2ogr fetch all and save "
        "them as one file",
    )

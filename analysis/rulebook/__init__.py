"""The rulebook: law as dated data, one YAML file per rule and jurisdiction.

``CN/`` holds every rule. A folder ``CN-14``, ``CN-5401`` holds files of the same name that
override: the chain runs by code prefix, so ``CN-5401`` inherits from ``CN-54`` and ``CN``.
The format is described in ``docs/rules``; anything else in a file is an error.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from analysis.errors import RulebookError
from analysis.law import Reference, Rulebook, RuleLaw
from analysis.rulebook import _page, _yaml
from analysis.rulebook._page import Page

ROOT = Path(__file__).parent
_CODE = re.compile(r"CN(-\d{2}(\d{2}){0,2})?")


# GB/T 2260: the first two digits of a division code; none for the country as a whole.
_PROVINCES = re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])?")


def chain_of(jurisdiction: str) -> tuple[str, ...]:
    """Return the jurisdictions that apply, general to special.

    Parameters
    ----------
    jurisdiction : ``CN`` or ``CN-`` and a GB/T 2260 code of 2, 4 or 6 digits

    Examples
    --------
    >>> chain_of("CN-5401")
    ('CN', 'CN-54', 'CN-5401')
    """
    if not _CODE.fullmatch(jurisdiction) or not _PROVINCES.fullmatch(jurisdiction[3:5]):
        raise RulebookError(
            f"法域 {jurisdiction!r} 无效：应为 CN 或 CN- 加 2、4、6 位行政区划代码（如山西 CN-14）",
            f"jurisdiction {jurisdiction!r} is not valid: CN, or CN- and the 2, 4 or 6 digits of "
            "a division (CN-14 is Shanxi)",
        )
    return ("CN", *(jurisdiction[:n] for n in (5, 7, 9) if n <= len(jurisdiction)))


def jurisdictions(root: Path = ROOT) -> tuple[str, ...]:
    """Return the jurisdictions that have files of their own, sorted.

    Raises
    ------
    RulebookError
        A folder's name is not a jurisdiction.
    """
    names = sorted(p.name for p in root.iterdir() if p.is_dir() and not p.name.startswith("_"))
    for name in names:
        chain_of(name)
    return tuple(names)


@cache
def load(jurisdiction: str, root: Path = ROOT) -> Rulebook:
    """Return the law of a jurisdiction.

    Parameters
    ----------
    jurisdiction : see :func:`chain_of`; one without files of its own inherits everything
    root : folder of the rulebook

    Raises
    ------
    RulebookError
        The code is malformed, or a file breaks the format; the message names file and key.
    """
    chain = chain_of(jurisdiction)
    jurisdictions(root)
    digest = hashlib.sha256()
    files: dict[str, list[Page]] = {}
    for i, code in enumerate(chain):
        for path in sorted((root / code).glob("*.yaml")):
            page, raw = _read(path, chain[: i + 1])
            if i and path.stem not in files:
                page.node.fail("rule", "上级法域没有同名文件", "no general file has this name")
            files.setdefault(path.stem, []).append(page)
            digest.update(f"{code}/{path.name}\0{len(raw)}\0".encode() + raw)
    if "common" not in files:
        raise RulebookError("规则库缺少 CN/common.yaml", "the rulebook has no CN/common.yaml")
    _refuse_twins([page for pages in files.values() for page in pages])
    common_pages = files.pop("common")
    common = _page.merge(common_pages)
    rules: dict[str, RuleLaw] = {}
    for stem in sorted(files):
        law = _page.merge(files[stem])
        _page.check_verdicts(law, common, files[stem][-1])
        if law.code in rules:
            files[stem][0].node.fail("rule", f"{law.code} 重复", f"a second {law.code}")
        rules[law.code] = law
    return Rulebook(
        jurisdiction=jurisdiction,
        chain=chain,
        version=str(common_pages[0].version),
        sha256=digest.hexdigest(),
        rules=rules,
        common=common,
    )


def _read(path: Path, chain: tuple[str, ...]) -> tuple[Page, bytes]:
    node, raw = _yaml.read(path, f"{chain[-1]}/{path.name}")
    return _page.parse(node, chain, path.stem), raw


def _refuse_twins(pages: list[Page]) -> None:
    """One reference id means the same words everywhere: reports key references by id."""
    seen: dict[str, Reference] = {}
    for page in pages:
        for key, reference in page.references.items():
            if seen.setdefault(key, reference) != reference:
                page.node.fail(
                    f"references.{key}",
                    "与其他文件中同名引用内容不同",
                    "another file has this id with other words",
                )

"""What there is to say where layers are put together."""

from __future__ import annotations

from dataclasses import replace

from layers.account import Issue, Provenance
from layers.issues import listed, warning


def takes_place(numbers: list[str]) -> Issue:
    """Return the warning about registered features whose places vetted ones take."""
    return warning(
        "takes_place",
        f"送审要素取代同号的登记要素，后者不再参与比较：{listed(numbers)}",
        "vetted features take the places of registered ones of the same number, which no "
        f"longer count: {listed(numbers, 'en')}",
    )


def takes_place_of_another(numbers: list[str]) -> Issue:
    """Return the warning about registered features so replaced whose holder is another."""
    return warning(
        "takes_place_of_another",
        f"取代的登记要素属于其他权利人，请核对编号：{listed(numbers)}",
        "the registered features so replaced have another holder, check the numbers: "
        f"{listed(numbers, 'en')}",
    )


def same_file(provenance: Provenance) -> Issue:
    """Return the warning about a file that is here already, by its bytes."""
    file = provenance.source
    said = warning(
        "same_file_twice",
        f"{file}：与前面的文件内容完全相同，其要素将与自身相互比较",
        f"{file}: has the same content as a file before it; its features are compared with "
        "themselves",
    )
    return replace(said, source=file)


def renamed(old: list[str], new: list[str]) -> Issue:
    """Return the warning about ids that were taken."""
    pairs = [f"{a} → {b}" for a, b in zip(old, new, strict=True)]
    return warning(
        "duplicate_ids",
        f"编号与其他文件的要素重复，已改称：{listed(pairs)}",
        f"ids that features of other files have, renamed: {listed(pairs, 'en')}",
    )

"""Take the pictures of docs/images from the sample county, in Debian's Chromium.

    python docs/make_screenshots.py

Needs playwright (of the dev group), /usr/bin/chromium and a Chinese font. Run it again when the
pages or the county change, and look at what comes out.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from playwright.sync_api import Page, sync_playwright
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from analysis import api
from webmap import maps, relief

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = ROOT / "sample_geodata" / "workspace.toml"
POND = ROOT / "sample_geodata" / "applications" / "new_pond.gpkg"
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 400_000
AS_OF = date(2026, 11, 25)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = {"width": 1440, "height": 860}
PHONE = {"width": 390, "height": 844}
# The first finding of a rule that fails and has evidence to show.
FIRST = """rule => {
  const f = minezone.app.scene.findings.find(
    f => f.rule === rule && f.verdict === "FAIL" && f.evidence.length);
  return [f.subject, f.id];
}"""


def open_finding(page: Page, rule: str) -> None:
    """Select the subject of the first failure of ``rule`` and go to its evidence."""
    subject, finding = page.evaluate(FIRST, rule)
    page.evaluate("([s, f]) => minezone.app.select(s, {finding: f})", [subject, finding])
    page.wait_for_selector(".mz-label-evidence")
    page.locator(".mz-located").first.scroll_into_view_if_needed()


def county(page: Page) -> None:
    """Take the whole county as the page opens."""


def fail(page: Page) -> None:
    """Take one failure with its evidence."""
    open_finding(page, "MR101")


def dam(page: Page) -> None:
    """Take a new pond above a village: path, corridor, profile."""
    open_finding(page, "TF201")


def ridge(page: Page) -> None:
    """Take a quarry bounded along a ridge: the runs of both."""
    open_finding(page, "MR102")


def english(page: Page) -> None:
    """Take another one in English."""
    page.evaluate("minezone.app.setLang('en')")
    open_finding(page, "TF203")


def phone(page: Page) -> None:
    """Take the phone, the panel as a sheet under the subject."""
    subject = page.evaluate(FIRST, "MR104")[0]
    page.evaluate("s => minezone.app.select(s, {fit: true})", subject)


def sheet(page: Page) -> None:
    """Take the sheet before it is printed."""
    subject = page.evaluate(FIRST, "TF203")[0]
    page.evaluate("s => minezone.app.select(s, {fit: true})", subject)
    page.wait_for_timeout(300)
    page.evaluate("minezone.app.print.open()")
    page.locator(".mz-print-bar").evaluate("bar => bar.remove()")


SHOTS: dict[str, tuple[str, dict[str, int], Callable[[Page], None]]] = {
    "map-county": ("county", DESK, county),
    "map-fail": ("county", DESK, fail),
    "map-dam": ("pond", DESK, dam),
    "map-ridge": ("county", DESK, ridge),
    "map-en": ("county", DESK, english),
    "map-phone": ("county", PHONE, phone),
    "map-print": ("county", {"width": 1220, "height": 836}, sheet),
}


def drawn(folder: Path) -> dict[str, str]:
    """Return the addresses of two maps: the screened county, and an application vetted."""
    api.screen(WORKSPACE, folder / "county", as_of=AS_OF)
    api.vet([POND], WORKSPACE, folder / "pond", as_of=AS_OF)
    for name in ("county", "pond"):
        relief.write(folder / name, WORKSPACE)
    return {name: maps.write(folder / name).as_uri() for name in ("county", "pond")}


def write_small(picture: bytes, target: Path) -> None:
    """Write a PNG of 256 colours; every other colour becomes the nearest of them."""
    with MemoryFile(picture) as memory, memory.open() as source:
        pixels = source.read([1, 2, 3]).reshape(3, -1).T.astype(np.int16)
        shape = (source.height, source.width)
    # Steps of 4 are not seen, and leave few enough colours to compare.
    rounded = np.minimum((pixels + 2) // 4 * 4, 255)
    colours, which, often = np.unique(rounded, axis=0, return_inverse=True, return_counts=True)
    palette = commonest(colours[np.argsort(-often, kind="stable")])
    index = nearest(colours, palette)[which.reshape(-1)].reshape(shape)
    profile = {"driver": "PNG", "width": shape[1], "height": shape[0], "count": 1}
    with rasterio.open(target, "w", dtype="uint8", ZLEVEL=9, **profile) as out:
        out.write(index, 1)
        out.write_colormap(1, {k: (*map(int, c), 255) for k, c in enumerate(palette)})
    target.with_suffix(".png.aux.xml").unlink(missing_ok=True)


def commonest(colours: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Return 256 of the colours, given commonest first, with one at least of every hue.

    A green that is rare is still a verdict: each cell of 24 × 24 × 24 keeps its commonest colour.
    """
    first = np.unique(colours // 24, axis=0, return_index=True)[1]
    kept = np.sort(first)[:256]
    others = np.setdiff1d(np.arange(len(colours)), kept)[: 256 - len(kept)]
    return colours[np.concatenate([kept, others])]


def nearest(
    colours: npt.NDArray[np.int16], palette: npt.NDArray[np.int16]
) -> npt.NDArray[np.uint8]:
    """Return for each colour the place of the nearest in the palette."""
    parts = [
        ((block[:, None, :].astype(np.int32) - palette) ** 2).sum(axis=2).argmin(axis=1)
        for block in np.array_split(colours, max(1, len(colours) // 4096))
    ]
    return np.concatenate(parts).astype(np.uint8)


def main() -> int:
    """Write every picture; 1 if one is too large for the repository."""
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    too_large = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        addresses = drawn(Path(folder))
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, (which, size, act) in SHOTS.items():
            page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
            page.goto(addresses[which])
            page.wait_for_selector("html[data-ready]")
            act(page)
            page.wait_for_timeout(600)
            target = IMAGES / f"{name}.png"
            write_small(page.screenshot(), target)
            page.close()
            sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
            if target.stat().st_size > MOST_BYTES:
                too_large.append(name)
        browser.close()
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())

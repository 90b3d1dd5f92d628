"""Pictures of pages: every address at three widths in two themes, and sheets that set them side by side.

    python tests/web/contact_sheet.py FOLDER [NAME=ADDRESS ...]
    python tests/web/contact_sheet.py FOLDER --pages [NAME ...]

Without addresses the gallery of components is served and pictured. With ``--pages`` every page of the program is (or those that are
named: ``every_page.PAGES``), on games that are played for it, with a sheet ``sheet-NAME.png`` for each. Each picture is also written
on its own, at its full height. Whatever goes wrong on a page is listed, and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent))

from browsing import FLAGS, THEMES, WIDTHS, Tab, chromium_path, tab

COLUMN_PX = {390: 260, 768: 420, 1280: 640}
TALLEST_PX = 1800
GAP_PX = 16
LABEL_PX = 18
HEIGHT_PX = {390: 844, 768: 1024, 1280: 860}


def picture(seen: Tab, path: Path) -> list[str]:
    """Write the page as it stands, at its full height; returns what is wrong with it."""
    seen.drawn()
    seen.page.screenshot(path=path, full_page=True, animations="disabled")
    wrong = [*seen.errors, *seen.failed, *(f"asked {url}" for url in seen.elsewhere())]
    return [*wrong, *([f"{seen.sideways()} px wider than the window"] if seen.sideways() > 0 else [])]


def sheet(pictures: Mapping[tuple[str, int, str], Path], path: Path) -> None:
    """Set the pictures side by side: a row for each page and theme, a column for each width."""
    names = list(dict.fromkeys(name for name, _, _ in pictures))
    rows: list[tuple[str, list[Image.Image]]] = []
    for name in names:
        for theme in THEMES:
            rows.append((f"{name}, {theme}", [_small(pictures[name, width, theme], COLUMN_PX[width]) for width in WIDTHS]))
    width = sum(COLUMN_PX.values()) + GAP_PX * (len(WIDTHS) + 1)
    heights = [max(image.height for image in images) + LABEL_PX + GAP_PX for _, images in rows]
    whole = Image.new("RGB", (width, sum(heights) + GAP_PX), "#808890")
    pen, y = ImageDraw.Draw(whole), GAP_PX
    for (label, images), height in zip(rows, heights, strict=True):
        pen.text((GAP_PX, y), label, fill="white")
        x = GAP_PX
        for image in images:
            whole.paste(image, (x, y + LABEL_PX))
            x += image.width + GAP_PX
        y += height
    whole.save(path)


def _small(path: Path, width: int) -> Image.Image:
    with Image.open(path) as image:
        shown = image.convert("RGB").crop((0, 0, image.width, min(image.height, TALLEST_PX * image.width // width)))
        return shown.resize((width, max(1, shown.height * width // shown.width)), Image.Resampling.LANCZOS)


def contact_sheet(browser: Browser, addresses: Mapping[str, str], folder: Path, **more: object) -> list[str]:
    """Picture every address; returns what was wrong, each with the name of its page. ``more`` goes to the browser's context."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, wrong = {}, []
    for name, address in addresses.items():
        for theme in THEMES:
            for width in WIDTHS:
                path = folder / f"{name}-{width}-{theme}.png"
                with tab(browser, address, width=width, height=HEIGHT_PX[width], theme=theme, **more) as seen:
                    wrong += [f"{path.stem}: {fault}" for fault in picture(seen, path)]
                pictures[name, width, theme] = path
    sheet(pictures, folder / "sheet.png")
    return wrong


def every_page(browser: Browser, folder: Path, names: list[str]) -> list[str]:
    """Picture the pages of the program and write a sheet for each; returns what was wrong."""
    from every_page import PAGES, picture_pages

    if unknown := [name for name in names if name not in PAGES]:
        raise SystemExit(f"no page is called {', '.join(unknown)}; pages are {', '.join(PAGES)}")
    wrong = picture_pages(browser, folder, names)
    for name in names or PAGES:
        paths = {(name, width, theme): folder / f"{name}-{width}-{theme}.png" for theme in THEMES for width in WIDTHS}
        if all(path.exists() for path in paths.values()):
            sheet(paths, folder / f"sheet-{name}.png")
    return wrong


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    folder, more = Path(sys.argv[1]), sys.argv[2:]
    pages = "--pages" in more
    given = {} if pages else dict(argument.split("=", 1) for argument in more)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        if pages:
            wrong = every_page(browser, folder, [name for name in more if name != "--pages"])
        elif given:
            wrong = contact_sheet(browser, given, folder)
        else:
            from conftest import served

            with served() as gallery:
                wrong = contact_sheet(browser, {"gallery": gallery.address}, folder)
        browser.close()
    print(f"wrote {folder}")
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()

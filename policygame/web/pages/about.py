"""The model as a page: its documentation, every number of a scenario with its source, the published figures, licences."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import solara
from markdown_it import MarkdownIt
from markupsafe import Markup

from policygame.game.scenarios import scenario_named
from policygame.resources import assets_dir
from policygame.scenario import figures, shipped_scenarios
from policygame.web.markup import el, join
from policygame.web.pages.backtest import BacktestCard
from policygame.web.shell import Shell, link, nav_link, top_bar
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["About", "documents"]

AS_TABLES = {"figures": "figures", "parameters": "numbers", "backtest": "backtest"}
"""Generated documents that have a page of their own here, which can be searched: its name by theirs."""
GENERATED = ("studies", "tournament", "words")
"""Generated documents that are read as they are."""
FIRST = ("in-brief", "odd", "index")
"""Documents in the order of reading; the rest follow by name."""
MOST_ROWS = 400
"""Rows of a table that a page shows at once; a search narrows it."""


@cache
def documents() -> dict[str, str]:
    """Title of every document by its name, in the order of reading: what everybody may read first, then the model, then the map."""
    found = {path.stem: _title(path.read_text("utf-8")) for path in sorted(_folder().glob("*.md"))}
    found |= {name: _title(_file(name).read_text("utf-8")) for name in GENERATED}
    return {name: found[name] for name in sorted(found, key=lambda name: (*(name != one for one in FIRST), name))}


def _folder() -> Path:
    return assets_dir() / "docs"


def _file(name: str) -> Path:
    return _folder() / "generated" / f"{name}.md" if name in GENERATED else _folder() / f"{name}.md"


def _title(text: str) -> str:
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "")


@cache
def _rendered(name: str) -> Markup:
    """A document as HTML. It is our own text, and raw HTML in it is shown, not obeyed."""
    text = _file(name).read_text("utf-8")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                _point(child)
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def _point(token: Any) -> None:
    """Links between documents stay in the program; links to other places are marked, since a page asks the internet for nothing."""
    target = urlsplit(str(token.attrGet("href") or ""))
    if not target.scheme and target.path.endswith(".md"):
        name = target.path.rsplit("/", 1)[-1].removesuffix(".md")
        name = AS_TABLES.get(name, name)
        path = f"/about/{name}" if name in documents() or name in AS_TABLES.values() else "/about/index"
        token.attrSet("href", link(path))
        token.attrSet("data-nav", path)
    elif target.scheme:
        token.attrSet("rel", "noreferrer noopener")
        token.attrSet("target", "_blank")
    elif not target.path and target.fragment:
        token.attrSet("href", f"#{target.fragment}")
    else:
        token.attrSet("href", link("/about"))


@solara.component
def About(rest: tuple[str, ...] = ()) -> None:
    """The page: a document, or one of the tables."""
    chosen = rest[0] if rest else FIRST[0]
    search, set_search = solara.use_state("")
    scenario, set_scenario = solara.use_state("ai-surge-2023")
    known = documents()

    def act(name: str, value: str) -> None:
        if name == "search":
            set_search(value.strip().lower()[:60])
        elif name == "scenario" and value in shipped_scenarios():
            set_scenario(value)

    if chosen == "backtest":
        body = None
    elif chosen == "numbers":
        body = _numbers(scenario, search)
    elif chosen == "figures":
        body = _figures(search)
    elif chosen in known:
        body = el("article", _rendered(chosen), class_="prose card pad")
    else:
        body = el(
            "section",
            el("h2", _("There is no such page.")),
            el("p", _("Choose one from the list."), class_="sub"),
            class_="card pad",
        )
    tables = [("backtest", _("Back-test")), ("numbers", _("Assumptions and sources")), ("figures", _("Published figures"))]
    texts = list(known.items())
    entries = [*texts[:1], *tables, *texts[1:]]
    nav = el(
        "nav",
        [nav_link(f"/about/{name}", title, aria_current="page" if name == chosen else None) for name, title in entries],
        aria_label=_("About the model"),
    )
    title = _("The model and its sources")
    if body is None:
        shown = Box([Fragment(nav), BacktestCard()], classes="aboutgrid")
    else:
        shown = Fragment(join([nav, body]), act, classes="aboutgrid")
    Shell(title, bar=top_bar(title), children=[Box([shown], classes="page")])


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]], found: int, caption: str) -> Markup:
    head = el("tr", [el("th", words, scope="col") for words in heads])
    body = [el("tr", [el("td", cell) for cell in row]) for row in rows[:MOST_ROWS]]
    told = _("{found} found.").format(found=number(found))
    if found > MOST_ROWS:
        told = _("{found} found; the first {shown} are shown. Search to narrow them.").format(
            found=number(found), shown=MOST_ROWS
        )
    table = el("table", el("caption", caption, class_="vh"), el("thead", head), el("tbody", body))
    return join(
        [
            el("p", told, class_="sub", role="status"),
            el("div", table, class_="scrollx", tabindex="0", role="region", aria_label=caption),
        ]
    )


def _search(search: str) -> Markup:
    field = el("input", id="search", type="search", value=search, data_act="search", maxlength=60, autocomplete="off")
    return el("div", el("label", _("Search"), for_="search"), field, class_="field")


def _numbers(name: str, search: str) -> Markup:
    """Every number of a scenario: where it stands, its value and unit, and what it rests on."""
    listed = []
    for found in scenario_named(name).numbers():
        row = (found.path, f"{found.value:g}", found.unit, str(found.source))
        if all(word in " ".join(row).lower() for word in search.split()):
            listed.append(row)
    options = [el("option", one, value=one, selected=one == name) for one in shipped_scenarios()]
    choice = el(
        "div",
        el("label", _("Scenario"), for_="scenario"),
        el("select", options, id="scenario", data_act="scenario"),
        class_="field",
    )
    words = _("Every number is a published figure, derived from such, or an assumption with a range that experiments can sweep.")
    heads = (_("Number"), _("Value"), _("Unit"), _("Source"))
    table = _table(heads, listed, len(listed), _("Numbers of the scenario"))
    return el(
        "section",
        el("h2", _("Assumptions and sources")),
        el("p", words, class_="sub"),
        el("div", choice, _search(search), class_="row wrap"),
        table,
        class_="card pad stack",
    )


def _figures(search: str) -> Markup:
    """The published figures that scenarios cite."""
    listed = []
    for figure in figures().values():
        row = (el("code", figure.id), figure.what, f"{figure.value} {figure.unit}", figure.period, figure.source, figure.status)
        text = " ".join((figure.id, figure.what, figure.value, figure.unit, figure.period, figure.source, figure.status))
        if all(word in text.lower() for word in search.split()):
            listed.append(row)
    heads = (_("Id"), _("What"), _("Value"), _("Period"), _("Source"), _("Status"))
    return el(
        "section",
        el("h2", _("Published figures")),
        el("p", _("What scenarios cite by id. Status says how well a figure was verified."), class_="sub"),
        _search(search),
        _table(heads, listed, len(listed), _("Published figures")),
        class_="card pad stack",
    )

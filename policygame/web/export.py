"""A debrief as one HTML file that opens from disk: the page's own parts, with styles, charts and the map of colours inside it.

Nothing in the file asks for anything else. Charts are drawn by the same ECharts that the pages use; each has its sentence and table, so
the file says the same without scripts.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from policygame.game import SeatView
from policygame.game.debrief import Debrief, Seen
from policygame.game.reproduce import reproduce_lines
from policygame.model.standing import DEFINITIONS
from policygame.version import model_version
from policygame.web.charts.spec import ChartSpec
from policygame.web.document import ECHARTS, front_end_folders, web_assets
from policygame.web.markup import Markup, el, join
from policygame.web.pages import looking_back as parts
from policygame.web.pages import score_cards
from policygame.web.pages.desk.standing_tabs import definition_words
from policygame.web.pages.other_model import other_model_words
from policygame.web.palette import tokens_css
from policygame.web.text import _, language

__all__ = ["Charts", "debrief_html", "document_html"]

_DRAW = """
(function () {
  const specs = JSON.parse(document.getElementById("charts").textContent);
  function draw() {
    for (const spec of specs) {
      const canvas = document.getElementById(spec.id);
      canvas.style.height = spec.height + "px";
      const old = window.echarts.getInstanceByDom(canvas);
      if (old) old.dispose();
      const slim = spec.phone && canvas.clientWidth < 520;
      const option = window.policygame.resolve(slim ? spec.phone : spec.option);
      option.animation = false;
      window.echarts.init(canvas, null, { renderer: "svg" }).setOption(option);
    }
  }
  window.addEventListener("policygame:theme", draw);
  window.addEventListener("resize", draw);
  draw();
})();
"""


class Charts:
    """The charts of a file: each leaves a place for itself in the markup."""

    def __init__(self) -> None:
        self.specs: list[dict[str, Any]] = []

    def place(self, spec: ChartSpec, height: int) -> Markup:
        """A figure with its sentence and its table."""
        name = f"chart-{len(self.specs)}"
        self.specs.append({"id": name, "option": spec.option, "phone": spec.phone, "height": height})
        head = el("tr", [el("th", words, scope="col", class_="n" if at else None) for at, words in enumerate(spec.head)])
        rows = [el("tr", [el("td", cell, class_="n" if at else None) for at, cell in enumerate(row)]) for row in spec.rows]
        table = el("details", el("summary", _("As a table")), el("table", el("thead", head), el("tbody", rows)), class_="astable")
        return el(
            "figure",
            el("div", id=name, class_="canvas", role="img", aria_label=spec.sentence),
            table if rows else None,
            class_="chart",
        )


def debrief_html(view: SeatView, found: Seen) -> str:
    """The file's text. It holds what the seat's page shows, every decision's what-if among it where ``found`` is a ``Debrief``."""
    charts = Charts()
    whole = found if isinstance(found, Debrief) else None
    tables = [el("details", el("summary", definition_words(one)), parts.leaders_card(found, one)) for one in DEFINITIONS]
    n_places = len({one.place for one in found.leaders})
    body = join(
        [
            other_model_words(view),
            score_cards.outcome_card(whole) if whole is not None else _lost(),
            _held_up(charts, whole),
            _what_ifs(charts, whole) if whole is not None else None,
            el(
                "section",
                el("h2", _("Who leads depends on what you count")),
                charts.place(parts.leaders_chart(found), 34 * n_places + 50),
                tables,
                class_="card pad stack",
            ),
            score_cards.parts_card(whole) if whole is not None else None,
            parts.predictions_card(found),
            _decisions(view, found),
            _python(view, whole),
        ]
    )
    title = _("Debrief, {place}").format(place=parts.place_words(found.seat))
    subtitle = _("{title}, game {code}, world {seed}, scenario {hash}").format(
        title=_(view.scenario.title), code=view.code, seed=view.seed, hash=view.scenario.hash[:12]
    )
    return document_html(title, subtitle, body, charts)


def _lost() -> Markup:
    """What the file of a game that is shown as it was seen cannot tell."""
    what = _("Points, what each of your decisions added, and what would have been without it, come from runs of the model.")
    way = _("The model of this game was not installed when this file was written, so they are not in it.")
    return el("section", el("p", el("b", what)), el("p", way, class_="sub"), class_="card pad stack")


def _held_up(charts: Charts, found: Debrief | None) -> Markup:
    title = el("h2", _("What held everything up"))
    if found is None:
        return el("section", title, el("p", parts.no_relief_words(), class_="sub"), class_="card pad stack")
    why, relief = parts.what_held_up(found)
    return el("section", title, el("p", why), charts.place(relief, 280), class_="card pad stack")


def _what_ifs(charts: Charts, found: Debrief) -> Markup:
    shown = [_what_if(charts, found, None)] + [_what_if(charts, found, effect) for effect in found.decisions]
    return join(
        [
            parts.decisions_card(found, None, switches=False),
            parts.grants_card(found.grants),
            el("section", el("h2", _("What if")), shown, class_="card pad stack"),
        ]
    )


def _python(view: SeatView, found: Debrief | None) -> Markup:
    lines = None
    if found is not None:
        chosen = found.decisions[0] if found.decisions else None
        text = reproduce_lines(found, f"policygame-{view.code}.json", chosen)
        lines = el("pre", el("code", text), class_="code scrollx")
    version = None if view.shown_from == "replay" else el("p", parts.version_words(view.model, model_version()), class_="sub")
    return el("section", el("h2", _("Reproduce this in Python")), version, lines, class_="card pad stack")


def _what_if(charts: Charts, found: Debrief, effect: Any) -> Markup:
    name = (
        _("Had you done nothing")
        if effect is None
        else _("Without {name}, turn {turn}").format(name=parts.lever_words(effect), turn=effect.turn)
    )
    return el(
        "section",
        el("h3", name),
        el("p", parts.what_if_words(found, effect, 0), class_="sub"),
        el("p", parts.what_if_note(found, effect), class_="sub"),
        charts.place(parts.what_if_chart(found, effect, 0), 220),
    )


def _decisions(view: SeatView, found: Seen) -> Markup:
    """Every line that the seat decided."""
    lines = [el("li", el("code", str(setting))) for setting in view.decided[found.seat].settings]
    return el(
        "section", el("h2", _("What you decided")), el("ul", lines) if lines else el("p", _("Nothing.")), class_="card pad stack"
    )


def document_html(title: str, subtitle: str, body: Markup, charts: Charts) -> str:
    """A whole file around a body, with styles, charts and the switch of themes inside it."""
    styles = tokens_css() + "".join((web_assets() / name).read_text("utf-8") for name in ("ui.css", "pages.css"))
    # what stands inside <script> must not end it early
    data = json.dumps(charts.specs).replace("</", "<\\/")
    script = _safe((web_assets() / "page.js").read_text("utf-8"))
    toggle = f'<button class="btn sm" type="button" data-theme-toggle aria-pressed="false">{escape(_("Dark"))}</button>'
    return (
        f'<!doctype html><html lang="{escape(language())}" data-root="" data-echarts=""><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)} - policygame</title>'
        f'<style>{styles}\n.chart .canvas{{min-height:200px}}.q{{display:none}}</style></head><body><div class="pg">'
        f'<header class="top"><div class="gov"><div><h1>{escape(title)}</h1><div class="sub">{escape(subtitle)}</div></div></div>'
        f'<span class="grow"></span>{toggle}</header><main class="main page brief onecolumn" id="main">{body}</main></div>'
        f"<script>{_echarts()}</script><script>{script}</script>"
        f'<script type="application/json" id="charts">{data}</script><script>{_DRAW}</script></body></html>'
    )


def _safe(script: str) -> str:
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE)


def _echarts() -> str:
    """The library of charts, as installed for the pages; wrapped so that it finds no module loader."""
    path = next(folder / ECHARTS for folder in front_end_folders() if (folder / ECHARTS).is_file())
    return "(function(define,exports,module){" + _safe(path.read_text("utf-8")) + "\n}).call(window);"

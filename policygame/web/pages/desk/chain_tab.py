"""The supply chain of the quarter: what flows where, which stage binds, and what one per cent more of each would be worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import solara

from policygame.catalogue import JURISDICTIONS
from policygame.game import Position, SeatView
from policygame.game.flows import BANK, ITEMS, Chain, chain
from policygame.game.ladder import Ladder
from policygame.game.wording import item_name
from policygame.web.charts import ChartSpec, Link, Node, sankey
from policygame.web.components import Chart, Figure, Rung, figures, ladder, needs_model, skeleton, tabs
from policygame.web.kernel import use_future
from policygame.web.markup import Markup, el, join
from policygame.web.pages.desk.reading import before, now
from policygame.web.pages.desk.role import item_word
from policygame.web.pages.relief import ask_ladder, binding_stage, relief_words, stage_word
from policygame.web.palette import jurisdiction_token, stage_token
from policygame.web.text import _, number
from policygame.web.vue import Box, Fragment

__all__ = ["ChainTab"]

AI = "ai_accelerator"


@solara.component
def ChainTab(view: SeatView, position: Position) -> None:
    """The tab."""
    item, set_item = solara.use_state("wafers")
    over = view.phase == "ended"
    told = use_future(None if over or not view.derived else lambda: ask_ladder(view), (view.game_id, view.turn, view.derived))

    def act(name: str, value: str) -> None:
        if name == "flow" and value in ITEMS:
            set_item(value)

    found = solara.use_memo(lambda: chain(position.simulation, item) if view.derived else None, [item, view.turn, view.derived])
    if found is None:
        lost = needs_model(_("What flowed where, and what each stage was worth, has not been kept."), owner=view.owner)
        Fragment(join([figures(_key_figures(view)), el("div", lost, class_="pad")]), classes="padx chainpanel")
        return
    binding = binding_stage(told.value)
    words = {"wafers": _("Wafers"), "hbm": _("HBM"), "substrate": _("Substrates"), "tools": _("Tools")}
    choice = tabs([(one, words[one]) for one in ITEMS], item, act="flow", label=_("Flow of"), look="seg")
    head = el("div", figures(_key_figures(view)), choice, class_="between wrap")
    spec, note = _picture(found, binding)
    picture = Box([Fragment(_columns(found)), Chart(spec, height=300), Fragment(el("p", note, class_="sub"))], classes="grow")
    ended = el("p", _("The last quarter is over: nothing lies ahead to be short of."), class_="sub pad")
    side = ended if over else _rungs(told.value, told.problem)
    Box(
        [Fragment(head, act, classes="padx"), Box([picture, Fragment(side, classes="ladders")], classes="chaingrid")],
        classes="chainpanel",
    )


def _key_figures(view: SeatView) -> list[Figure]:
    def figure(label: str, metric: str, unit: str, item: str, scale: float = 1.0, worse: str = "up", digits: int = 0) -> Figure:
        value, then = (scale * find(view, metric, "world", item) for find in (now, before))
        change = value - then
        shown = (
            f"{'▲' if change > 0 else '▼'} {number(abs(change), digits)}"
            if np.isfinite(change) and abs(change) >= 0.5 * 10.0**-digits
            else ""
        )
        trend = "" if not shown else "worse" if (change > 0) == (worse == "up") else "better"
        return Figure(label, number(value, digits), unit, shown, trend, ("metric", metric))

    return [
        figure(_("AI accelerators' dies waiting"), "die_bank_kunits", _("k units"), AI),
        figure(_("Lead time"), "lead_time_weeks", _("weeks"), AI),
        figure(_("Fill rate"), "fill_rate", "%", AI, 100.0, "down"),
        figure(_("2.5D in use"), "utilisation", "%", "interposer_2_5d", 100.0),
    ]


def _rungs(found: Ladder | None, problem: str) -> Markup:
    if problem:
        return el("p", problem, class_="sub pad")
    if found is None:
        return skeleton(_("Asking other worlds what one per cent more of each stage is worth."), height_px=160)
    binding = binding_stage(found)
    shown = [
        Rung(
            rung.stage,
            stage_word(rung.stage),
            rung.gain_percent,
            rung.use if np.isfinite(rung.use) else None,
            rung.stage == binding,
        )
        for rung in found.rungs[:8]
    ]
    return join([ladder(shown, of=_("% accelerators")), el("p", relief_words(found), class_="sub ladwords")])


def _columns(found: Chain) -> Markup:
    """What stands in each column, over the picture."""
    heads = {
        "wafers": (_("Wafers out of fabs, {unit}"), _("Packaging"), _("Packages for")),
        "tools": (_("Tools made in, {unit}"), _("Technology"), _("Installed at")),
    }
    words = heads.get(found.item, (_("Made in, {unit}"), _("Packaging"), _("Packages for")))
    return el("div", [el("span", one.format(unit=found.unit)) for one in words], class_="chainheads sub")


def _name(kind: str, id_: str) -> str:
    if kind in ("place", "site"):
        return _(JURISDICTIONS[id_].name) if id_ in JURISDICTIONS else id_
    if kind == "segment":
        return item_word(id_)
    return _("Die bank") if kind == "bank" else stage_word(id_)


def _colour(kind: str, id_: str) -> str:
    if kind in ("place", "site"):
        return jurisdiction_token(id_)
    return "@bind" if kind == "bank" else stage_token(id_) if kind == "technology" else "@ink2"


Key = tuple[str, str]
BANK_IN, BANK_OUT = ("bank", BANK), ("bank", "out")
"""Dies that are put into stock stand beside the lines, dies taken out beside the fabs, so that all flows go one way."""
LEAST_PART = 0.002
"""Ribbons thinner than this part of all are not drawn; the table of the picture leaves them out too."""


def _drawn(found: Chain) -> tuple[list[tuple[Key, Key, float]], str]:
    """Links that are drawn, and a note on what is not: conventional packaging, which would hide all others by its size."""
    links: list[tuple[Key, Key, float]] = [
        (BANK_OUT if link.source == BANK_IN else link.source, link.target, link.amount) for link in found.links
    ]
    hidden = ("technology", "conventional")
    rest = [link for link in links if hidden not in link[:2]]
    amount = next((node.amount for node in found.nodes if (node.kind, node.name) == hidden), 0.0)
    note = ""
    if found.item == "wafers" and rest and amount > 0.0:
        links = rest
        note = _("Not drawn: conventional packaging, {amount} {unit}.").format(amount=number(amount), unit=found.unit)
    if found.waiting > 0.0:
        words = _(
            "Into and out of the die bank: wafers of dies a month, of all products together; {n} k wafers of them wait there. The figure "
            "over the picture counts the dies of AI accelerators alone, in units, with the change since the last turn: the two may go "
            "different ways."
        ).format(n=number(found.waiting))
        note = f"{note} {words}".strip()
    least = LEAST_PART * sum(link[2] for link in links)
    return [link for link in links if link[2] > least], note


def _picture(found: Chain, binding: str) -> tuple[ChartSpec, str]:
    """The chain as a Sankey picture, the stage that binds lit; and what it leaves out."""
    drawn, note = _drawn(found)
    passes: dict[Key, list[float]] = {}
    for source, target, amount in drawn:
        passes.setdefault(source, [0.0, 0.0])[1] += amount
        passes.setdefault(target, [0.0, 0.0])[0] += amount
    known = {(node.kind, node.name): node for node in found.nodes}
    nodes = []
    for key, through in passes.items():
        node = known.get(key)
        name, column = _name(*key), 0
        if node is not None:
            column = node.column
        if key == BANK_OUT:
            name = _("Out of the die bank")
        elif key == BANK_IN:
            name = _("Into the die bank")
        nodes.append(
            Node(
                ":".join(key),
                name,
                column,
                max(through),
                _colour(*key),
                binds=key == ("technology", binding),
                queue=key in (BANK_IN, BANK_OUT),
                short=_on_phone(key, name),
            )
        )
    order = list(known)
    nodes.sort(key=lambda node: _order(node.id, order))
    links = [Link(":".join(source), ":".join(target), amount) for source, target, amount in drawn]
    finding = _("{stage} binds.").format(stage=_(item_name(binding))) if binding else ""
    return sankey(nodes, links, unit=found.unit, finding=finding), note


def _on_phone(key: Key, name: str) -> str:
    """A node's name on a phone."""
    if key[0] == "bank":
        return _("Into bank") if key == BANK_IN else _("Out of bank")
    return key[1] if key[0] in ("place", "site") else name.split(" ")[0] if key[0] == "technology" else name


def _order(node: str, order: list[Any]) -> int:
    """Dies out of stock after all fabs, everything else as the chain lists it."""
    kind, _colon, name = node.partition(":")
    return order.index((kind, name)) if (kind, name) in order else sum(one[0] == "place" for one in order)

"""Pages of tests only: every component and chart in sample states. Started as the pages of a server by ``conftest.py``."""

from __future__ import annotations

import solara

from policygame.web.app import Frame
from policygame.web.charts import Bands, fan
from policygame.web.components import Chart, Item, LeverRow, treasury_bar, treasury_dock
from policygame.web.identity import use_tokens
from policygame.web.markup import el, join
from policygame.web.shell import NavItem, Shell, notice, top_bar
from policygame.web.vue import Box, Fragment

QUARTERS = [f"{2023 + k // 4} Q{k % 4 + 1}" for k in range(16)]
FORCE = [38, 27, 21, 20, 22, 24, 24.5, 23.5, 21.5, 19.5, 18, 17]
DRAFT = [38, 26.6, 20.7, 19.2, 20.3, 21, 20.6, 18.8, 16.4, 14.3, 12.9, 11.9]


def bands(middle: list[float]) -> Bands:
    width = [0.3 + 0.2 * k for k in range(len(middle))]
    return Bands(*([m + side * w for m, w in zip(middle, width, strict=True)] for side in (-3.0, -1.2, 0.0, 1.2, 3.0)))


@solara.component
def Gallery() -> None:
    chosen, choose = solara.use_state("interposer_2_5d")
    amounts, set_amounts = solara.use_state({"interposer_2_5d": 0.35, "hybrid_3d": 0.1, "fan_out": 0.0, "conventional": 0.0})
    tokens = use_tokens()
    heard, hear = solara.use_state("")

    def move(item: str, amount: float, settled: bool) -> None:
        set_amounts(lambda old: {**old, item: amount})
        hear(f"{item} {amount:g} {settled}")

    force = {"interposer_2_5d": 0.2, "hybrid_3d": 0.1, "fan_out": 0.0, "conventional": 0.0}
    shorts = {"interposer_2_5d": "2.5D", "hybrid_3d": "3D", "fan_out": "Fan-out", "conventional": "Conv."}
    due, available = 740.0, 3100.0
    draft = 1000 + 2400 * amounts["interposer_2_5d"]

    def act(name: str, value: str) -> None:
        hear(f"{name} {value}")
        if name == "refuse":
            notice("refused", "The turn closed before this arrived.", "Your last saved draft was used.")
        if name == "keep":
            tokens.keep("K7QM", "a" * 43)

    nav = [NavItem("decide", "Decide", "/play/K7QM", "decide"), NavItem("news", "News", "/play/K7QM/news", "news", "3")]
    bar = top_bar("United States", "Crunch of 2023, room K7QM", place="USA")
    levers = [
        Fragment(treasury_bar(due, draft, available)),
        Fragment(
            el("div", el("span", "Lever, and what it is set to"), el("span", "Now"), el("span", "Later"), class_="ledger lhead")
        ),
        LeverRow(
            "packaging_grant",
            [Item(k, shorts[k], amounts[k], force[k]) for k in force],
            chosen,
            low=0,
            high=0.7,
            step=0.01,
            percent=True,
            on_move=move,
            on_choose=choose,
            now_musd=310,
            later_musd=890,
        ),
        LeverRow(
            "fab_grant",
            [Item("wafers_leading", "Leading", 0.18, 0.1)],
            "wafers_leading",
            low=0,
            high=0.7,
            step=0.01,
            percent=True,
            limit=0.18,
            on_move=move,
            on_choose=choose,
            now_musd=1116,
            later_musd=2232,
            warning="18 % is all the treasury can carry.",
            note="To reach 20 %, free 98 M USD from another lever.",
        ),
    ]
    spec = fan(QUARTERS, [15, 24, 36, 44], bands(FORCE), bands(DRAFT), unit="weeks", flags=[("2026 Q1", "Penang lines open")])
    acts = el(
        "div",
        el("button", "Refuse", class_="btn", data_act="refuse"),
        el("button", "Keep", class_="btn", data_act="keep"),
        el("output", heard, id="heard"),
        el("output", ",".join(tokens.codes()), id="codes"),
        class_="row pad",
    )
    children = [
        Box(
            [
                Box(levers, classes="card"),
                Box([Fragment(acts), Chart(spec, height=200)], classes="card"),
            ],
            classes="page",
        )
    ]
    Shell(
        "Gallery",
        bar=bar,
        nav=nav,
        current="decide",
        children=children,
        on_act=act,
        dock=join(
            [el("div", treasury_dock(due, draft, available)), el("button", "Submit", class_="btn strong", data_act="submit")]
        ),
    )


routes = [solara.Route(path="/", component=Gallery, layout=Frame, label="Gallery")]

"""Pages of tests only: every component and chart in sample states. ``conftest.py`` serves them in place of the game's pages."""

from __future__ import annotations

import threading
from collections.abc import Callable

import solara

from policygame.web import components as c
from policygame.web.app import Frame
from policygame.web.charts import (
    Bands,
    Bar,
    Flow,
    Link,
    Node,
    Panel,
    Place,
    bars,
    bump,
    fan,
    sankey,
    small_multiples,
    sparkline,
    world_map,
)
from policygame.web.help import question
from policygame.web.identity import use_tokens
from policygame.web.kernel import use_wake
from policygame.web.markup import Markup, el, join
from policygame.web.shell import NavItem, Shell, notice, top_bar, use_go
from policygame.web.vue import Box, Fragment

QUARTERS = [f"{2023 + k // 4} Q{k % 4 + 1}" for k in range(16)]
HISTORY = [15.0, 24.0, 36.0, 44.0]
FORCE = [38, 27, 21, 20, 22, 24, 24.5, 23.5, 21.5, 19.5, 18, 17]
DRAFT = [38, 26.6, 20.7, 19.2, 20.3, 21, 20.6, 18.8, 16.4, 14.3, 12.9, 11.9]
IN_FORCE = {"interposer_2_5d": 0.2, "hybrid_3d": 0.1, "fan_out": 0.0, "conventional": 0.0}
SHORT = {"interposer_2_5d": "2.5D", "hybrid_3d": "3D", "fan_out": "Fan-out", "conventional": "Conv."}
HOSTILE = "<img src=x onerror=window.hacked=1>"


def bands(middle: list[float]) -> Bands:
    width = [0.3 + 0.2 * k for k in range(len(middle))]
    low, lower, mid, upper, high = ([m + side * w for m, w in zip(middle, width, strict=True)] for side in (-3, -1.2, 0, 1.2, 3))
    return Bands(low, lower, mid, upper, high)


FAN = fan(
    QUARTERS,
    HISTORY,
    bands(FORCE),
    bands(DRAFT),
    unit="weeks",
    flags=[("2026 Q1", "Penang lines open")],
    write=lambda v: f"{v:.0f}",
)
CHAIN = sankey(
    [
        Node("w-TWN", "Taiwan", 0, 46.0, "@TWN", short="TWN"),
        Node("w-KOR", "South Korea", 0, 9.5, "@KOR"),
        Node("w-CHN", "China", 0, 6.0, "@CHN"),
        Node("w-USA", "United States", 0, 5.5, "@USA"),
        Node("w-ROW", "Others", 0, 3.0, "@ROW"),
        Node("bank", "Die bank", 1, 6.4, "@bind", note="waiting", queue=True),
        Node("2.5D", "2.5D", 1, 18.2, "@st-25D", note="of 18.2", binds=True),
        Node("3D", "3D", 1, 3.4, "@st-3D"),
        Node("fan-out", "Fan-out", 1, 42.0, "@st-fan-out", note="of 43.6"),
        Node("AI", "AI accelerators", 2, 13.4, "@ink2", short="AI"),
        Node("DC", "Data centre", 2, 5.6, "@ink2", short="Data c."),
        Node("MEM", "Memory-intensive", 2, 2.6, "@ink2", short="Memory"),
        Node("DEF", "Defence", 2, 0.3, "@ink2"),
        Node("AUTO", "Automotive", 2, 1.2, "@ink2", short="Auto"),
        Node("MOB", "Mobile", 2, 40.5, "@ink2"),
    ],
    [
        Link(a, b, v)
        for a, b, v in [
            ("w-TWN", "bank", 5.6),
            ("w-KOR", "bank", 0.5),
            ("w-USA", "bank", 0.3),
            ("w-TWN", "2.5D", 15.8),
            ("w-KOR", "2.5D", 1.1),
            ("w-USA", "2.5D", 0.9),
            ("w-CHN", "2.5D", 0.4),
            ("w-TWN", "3D", 2.4),
            ("w-USA", "3D", 0.6),
            ("w-KOR", "3D", 0.4),
            ("w-TWN", "fan-out", 22.2),
            ("w-KOR", "fan-out", 7.5),
            ("w-CHN", "fan-out", 5.6),
            ("w-USA", "fan-out", 3.7),
            ("w-ROW", "fan-out", 3.0),
            ("2.5D", "AI", 13.2),
            ("2.5D", "DC", 3.0),
            ("2.5D", "MEM", 1.8),
            ("2.5D", "DEF", 0.2),
            ("3D", "AI", 0.2),
            ("3D", "DC", 2.6),
            ("3D", "MEM", 0.6),
            ("fan-out", "MEM", 0.2),
            ("fan-out", "DEF", 0.1),
            ("fan-out", "AUTO", 1.2),
            ("fan-out", "MOB", 40.5),
        ]
    ],
    unit="kwpm",
)
PLACES = [
    Place(*row)
    for row in [
        ("TWN", 672, 18.0),
        ("CHN", 720, 0.5),
        ("KOR", 216, 1.6),
        ("JPN", 144, 0.2),
        ("USA", 72, 1.4),
        ("EUR", 72, 0),
        ("MYS", 192, 0.1),
        ("SGP", 96, 0),
        ("IND", 24, 0),
        ("VNM", 24, 0),
        ("ROW", 168, 0),
    ]
]
FLOWS = [
    Flow(*row)
    for row in [
        ("KOR", "TWN", "hbm", 4.6),
        ("USA", "TWN", "hbm", 1.3),
        ("JPN", "TWN", "substrate", 3.4),
        ("EUR", "TWN", "substrate", 1.1),
        ("USA", "TWN", "tools", 2.2),
        ("JPN", "TWN", "tools", 1.4),
        ("TWN", "USA", "interposer_2_5d", 6.2),
        ("KOR", "USA", "interposer_2_5d", 1.2),
        ("TWN", "MYS", "wafers", 2.4),
        ("TWN", "CHN", "wafers", 1.8),
        ("TWN", "EUR", "interposer_2_5d", 1.5),
    ]
]
MAP = world_map(PLACES, FLOWS, binding="TWN", binding_stage="2.5D")
RANKS = bump(
    ["Fabs only", "Packaging", "Whole chain", "Frontier", "Weighted"],
    {
        "TWN": [1, 1, 1, 1, 1],
        "KOR": [2, 2, 3, 3, 3],
        "CHN": [3, 4, 7, 6, 6],
        "JPN": [4, 5, 4, 4, 4],
        "USA": [5, 3, 2, 2, 2],
        "EUR": [6, 8, 5, 5, 5],
        "SGP": [7, 7, 8, 7, 8],
        "MYS": [8, 6, 6, 8, 7],
        "ROW": [9, 9, 10, 10, 10],
        "IND": [10, 11, 9, 9, 9],
        "VNM": [11, 10, 11, 11, 11],
    },
    me="USA",
    focus=["TWN", "KOR", "CHN", "JPN"],
)
SHARES = bars([Bar("Taiwan", 58, "@TWN"), Bar("United States", 31, "@USA", "▲2"), Bar("South Korea", 27, "@KOR")], unit="%")
MULTIPLES = small_multiples(
    QUARTERS,
    [
        Panel(t, u, HISTORY, bands(FORCE), bands(DRAFT))
        for t, u in (("Lead time", "weeks"), ("Fill rate", "share"), ("Die bank", "k wafers"))
    ],
)


def decisions() -> list[c.Decision]:
    rows = [
        ("Pooled capacity alliance", 3, "with JPN, KOR and TWN", 17, 11, 23, False),
        ("Purchase commitment", 3, "40k units over 2 years", 12, 6, 18, True),
        ("Workforce", 1, "60 a quarter", 3, -1, 7, True),
        ("Fab grant", 1, "10 % of capex", -0.4, -2.5, 1.6, True),
        ("Export control", 5, "HBM and tools to CHN", -6, -11, -2, True),
    ]
    return [c.Decision(f"d{k}", t, n, w, m, lo, hi, kept) for k, (n, t, w, m, lo, hi, kept) in enumerate(rows)]


RUNGS = [
    c.Rung("interposer_2_5d", "2.5D", 0.71, 1.0, True),
    c.Rung("hbm", "HBM", 0.14, 0.96),
    c.Rung("tools", "Tools", 0.09, 0.93),
    c.Rung("substrate", "Substrates", 0.05, 0.88),
    c.Rung("wafers_leading", "Wafers", 0.02, 0.81),
    c.Rung("conventional", "Conventional", 0, 0.74),
]
SEATS = [
    c.SeatRow("TWN", "person", "Groups 1 and 7", True),
    c.SeatRow("USA", "person", HOSTILE, False, True),
    c.SeatRow("KOR", "bot", "Subsidy matcher", True),
    c.SeatRow("JPN", "bot", "Laissez-faire"),
]
NEWS = [
    c.Headline("CHN", "2023 Q4", "Beijing answers tool controls with licences on gallium and graphite."),
    c.Headline("TWN", "2023 Q4", "TSMC doubles 2.5D lines to 14.5 kwpm, and still turns one order in five away."),
    c.Headline("", "2023 Q4", HOSTILE),
]
TABS = [
    c.Tab("lead", "Lead time", "44 wk", "17 → 12"),
    c.Tab("ally", "Allied compute", "31 %", "34 → 38"),
    c.Tab("share", "Your 2.5D share", "4.9 %", "5.2 → 6.1"),
    c.Tab("hhi", "2.5D site HHI", "7,410", "6,600 → 6,300"),
    c.Tab("n1", "N-1 loss", "71 %", "64 → 60"),
    c.Tab("out", "Outlay", "1,838 M"),
]


def card(*parts: object, title: str = "") -> object:
    head = [Fragment(el("h2", title), classes="pad")] if title else []
    return Box([*head, *parts], tag="section", classes="card", aria_label=title or "Sample")


@solara.component
def Levers(hear: object) -> None:
    chosen, choose = solara.use_state("interposer_2_5d")
    amounts, set_amounts = solara.use_state({**IN_FORCE, "interposer_2_5d": 0.35})
    due, available, draft = 740.0, 3100.0, 1000 + 2400 * amounts["interposer_2_5d"]

    def move(item: str, amount: float, settled: bool) -> None:
        set_amounts(lambda old: {**old, item: amount})
        hear(f"{item} {amount:g} {str(settled).lower()}")  # type: ignore[operator]

    heads = el("div", el("span", "Lever, and what it is set to"), el("span", "Now"), el("span", "Later"), class_="ledger lhead")
    total = el("div", el("span", "Draft, in all"), el("span", "1,838"), el("span", "4,250"), class_="ledger ltot")
    items = [c.Item(k, SHORT[k], amounts[k], IN_FORCE[k]) for k in IN_FORCE]
    fab = [c.Item("wafers_leading", "Leading", 0.18, 0.1)]
    share = {"low": 0, "high": 0.7, "step": 0.01, "percent": True, "on_move": move, "on_choose": choose}
    rows = [
        Fragment(join([c.treasury_bar(due, draft, available), heads, el("div", "Build", class_="grp")])),
        c.LeverRow("packaging_grant", items, chosen, now_musd=310, later_musd=890, **share),
        c.LeverRow(
            "fab_grant",
            fab,
            "wafers_leading",
            limit=0.18,
            now_musd=1116,
            later_musd=2232,
            **share,
            warning="18 % is all the treasury can carry.",
            note="To reach 20 %, free 98 M USD from another lever.",
        ),
        c.LeverRow(
            "workforce",
            [c.Item("packaging", "Packaging", 0, 0, "x")],
            "packaging",
            low=0,
            high=200,
            step=10,
            suffix=" a quarter",
            on_move=move,
            on_choose=choose,
            now_musd=0,
            later_musd=0,
        ),
        Fragment(total),
    ]
    Box(rows, tag="section", classes="card", aria_label="Levers")


@solara.component
def Gallery() -> None:
    tokens, go = use_tokens(), use_go()
    heard, hear = solara.use_state("")
    metric, set_metric = solara.use_state("lead")
    place, set_place = solara.use_state(3)

    def act(name: str, value: str) -> None:
        hear(f"{name} {value}")
        if name == "metric":
            set_metric(value)
        if name == "refuse":
            notice("refused", "The turn closed before this arrived.", "Your last saved draft was used: 2.5D grant at 30 %.")
        if name == "save":
            tokens.keep("K7QM", "a" * 43)
        if name == "go":
            go("/other")

    acts = el(
        "div",
        el("button", "Refuse", class_="btn", data_act="refuse"),
        el("button", "Keep", class_="btn", data_act="save"),
        el("button", "Go", class_="btn", data_act="go"),
        el("a", "Link", href="/other", data_nav="/other"),
        el("output", heard, id="heard", class_="sub"),
        el("output", ",".join(tokens.codes()), id="codes", class_="sub"),
        el("span", "Score ", question("term", "score"), class_="row"),
        class_="row pad wrap",
    )
    form = el(
        "form",
        el("div", el("label", "Name", for_="who"), el("input", id="who", name="who", maxlength=40), class_="field"),
        el("button", "Join", class_="btn strong", type="submit"),
        class_="row pad wrap",
        data_act="join",
    )
    left = [Levers(hear), card(Fragment(c.headline_list(NEWS), classes="pad"), title="Headlines")]
    right = [
        card(Fragment(acts, act), Fragment(form, act), title="Acts"),
        c.FanCard(
            FAN,
            tabs=TABS,
            chosen=metric,
            on_act=act,
            finding="The wait falls to 12 weeks by 2026 Q4, not 17.",
            detail="Almost nothing moves before 2025: a line in an existing shell takes 2 quarters.",
            counts=(162, 10, 28),
            counts_words="worlds wait less",
        ),
        card(
            Fragment(
                join(
                    [
                        c.tabs(
                            [("map", "Map"), ("chain", "Supply chain"), ("lead", "Leadership")], "chain", act="tab", label="View"
                        ),
                        c.figures(
                            [
                                c.Figure("Die bank", "31.8", "k wafers", "▲ 19.2", "worse", ("metric", "lead_time_weeks")),
                                c.Figure("Fill rate", "0.79", "", "▼ 0.05", "worse"),
                                c.Figure("2.5D in use", "100", "%", "no slack", "worse"),
                            ]
                        ),
                    ]
                ),
                act,
            ),
            c.Chart(CHAIN, height=300),
            Fragment(c.ladder(RUNGS, of="% accelerators"), classes="pad"),
        ),
        card(
            c.Chart(MAP, height=420, on_press=lambda name: hear(f"place {name}")),
            c.Replay(QUARTERS, place, set_place),
            title="Where packages are finished",
        ),
    ]
    below = [
        card(
            Fragment(
                c.score_ruler(
                    57,
                    (49, 64),
                    [("CHN", 22), ("EUR", 31), ("KOR", 46), ("JPN", 52), ("TWN", 71)],
                    low=(0, "nobody acts"),
                    high=(100, "best known"),
                ),
                classes="pad",
            ),
            title="Score",
        ),
        card(Fragment(c.attribution_bars(decisions()), act), title="Which of your decisions mattered"),
        card(c.Chart(RANKS, height=380), title="Who leads depends on what you count"),
        card(c.Chart(SHARES, height=110), title="Who could finish the compute"),
        card(
            Fragment(
                c.rank_table(
                    [
                        c.RankRow("TWN", 1, "58 %", 1, 0),
                        c.RankRow("USA", 2, "31 %", 0.53, 2),
                        c.RankRow("CHN", 3, "14 %", 0.24, -1),
                    ],
                    figure="Share",
                    me="USA",
                    caption="Who could finish the compute",
                )
            )
        ),
        card(c.Chart(MULTIPLES, height=190), title="Three metrics"),
        card(
            Fragment(
                join([c.seat_list(SEATS, {"JPN": ("claim", "Take"), "USA": ("release", "Give back")}), c.decided_chips(SEATS)]),
                act,
                classes="pad stack",
            ),
            title="Seats",
        ),
        card(
            Fragment(
                c.empty_state(
                    "Nothing in your draft",
                    "A good first move: look at what one per cent more of each stage is worth, then fund that stage.",
                    [("stages", "Show me the stages")],
                ),
                act,
            )
        ),
        card(
            Fragment(
                join(
                    [
                        c.refusal(
                            "The turn closed before this arrived.", "Your last saved draft was used.", [("next", "Open turn 4")]
                        ),
                        c.chart_failed(
                            "This forecast did not finish.", "The game itself is not affected.", [("again", "Try again")]
                        ),
                        c.skeleton("Building eleven governments and 62 sites."),
                    ]
                ),
                act,
                classes="pad stack",
            ),
            title="States",
        ),
        card(Fragment(el("span", sparkline([15, 24, 36, 44, 38, 27, 21], words="Lead time"), class_="row pad"))),
        card(
            c.FanCard(
                fan(QUARTERS, HISTORY, bands(FORCE), unit="weeks"),
                tabs=TABS[:2],
                chosen="lead",
                on_act=act,
                finding="Nothing is drafted yet.",
                busy=True,
                panel="waiting-panel",
                busy_words="Running 200 worlds",
            )
        ),
    ]
    nav = [
        NavItem("decide", "Decide", "/", "decide"),
        NavItem("effect", "Effect", "/effect", "effect"),
        NavItem("world", "World", "/world", "world"),
        NavItem("news", "News", "/news", "news", "3"),
        NavItem("more", "More", "/more", "more"),
    ]
    score = c.score_bar(38, 46, (41, 51), low=(0, "no policy"), high=(100, "best known"))
    middle = [
        el("i", class_="vr"),
        score,
        el("i", class_="vr hide-m"),
        el("div", el("div", "Turn 3 of 10", class_="sub nw"), c.turn_pips(3, 10), class_="hide-m"),
    ]
    dock: Markup = join(
        [el("div", c.treasury_dock(740, 1840, 3100)), el("button", "Submit", class_="btn strong lg", data_act="submit")]
    )
    bar = top_bar(
        "United States", "Crunch of 2023, room K7QM", place="USA", middle=el("div", middle, class_="row hide-s", style="gap:20px")
    )
    grid = Box([Box(left, classes="stack"), Box(right, classes="stack")], classes="twocol")
    Shell(
        "Gallery",
        bar=bar,
        nav=nav,
        current="decide",
        children=[Box([grid, *below], classes="page")],
        on_act=act,
        dock=dock,
    )


@solara.component
def Other() -> None:
    Shell("Other", bar=top_bar("Other"), children=[Box([Fragment(el("p", "The other page.", id="other"))], classes="page")])


class Board:
    """Something that all pages of the process share, and tell each other about."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.listeners: list[Callable[[], None]] = []

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        with self.lock:
            self.listeners.append(callback)
        return lambda: self.drop(callback)

    def drop(self, callback: Callable[[], None]) -> None:
        with self.lock:
            self.listeners = [one for one in self.listeners if one is not callback]

    def add(self) -> None:
        with self.lock:
            self.count += 1
            told = list(self.listeners)
        for callback in told:
            try:
                callback()
            except Exception:
                self.drop(callback)


BOARD = Board()


@solara.component
def Shared() -> None:
    use_wake(BOARD.subscribe, [])
    text = el("div", el("output", BOARD.count, id="count"), " of ", el("output", len(BOARD.listeners), id="listeners"))
    button = el("button", "Add", class_="btn", type="button", data_act="add")
    page = Box([Fragment(join([text, button]), lambda act, value: BOARD.add())], classes="page")
    Shell("Shared", bar=top_bar("Shared"), children=[page])


@solara.component
def Leaving() -> None:
    """A page that becomes another one and is left: both at once, or left by the one that it has become."""
    became, become = solara.use_state("")
    go = use_go()

    def leave() -> None:
        if became == "later":
            go("/other")

    def act(name: str, _value: str) -> None:
        become(name)
        if name == "at once":
            go("/other")

    solara.use_effect(leave, [became])
    buttons = [el("button", name, class_="btn", type="button", data_act=name) for name in ("at once", "later")]
    words = el("p", "Replaced.") if became else join(buttons)
    Shell("Leaving", bar=top_bar("Leaving"), children=[Box([Fragment(words, act)], classes="page")]).key(f"page {became}")


routes = [
    solara.Route(path="leaving", component=Leaving, label="policygame"),
    solara.Route(path="shared", component=Shared, label="policygame"),
    solara.Route(path="/", component=Gallery, layout=Frame, label="policygame"),
    solara.Route(path="other", component=Other, label="policygame"),
]

"""Display components as markup: they show what they are given, escape what people typed, and say it to those who do not see."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from policygame.catalogue import LEVERS, METRICS
from policygame.web import components as c
from policygame.web.help import TERMS, help_text, question
from policygame.web.markup import Markup, el
from policygame.web.shell import top_bar

HOSTILE = '"><script>alert(1)</script>'


class _Balanced(HTMLParser):
    """Fails on markup that is not closed as it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("br", "hr", "img", "input", "meta", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def parsed(markup: Markup) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Balanced()
    reader.feed(str(markup))
    assert reader.open == []
    return reader.seen


def words(markup: Markup) -> str:
    return " ".join(Markup(re.sub(r"<[^>]*>", " ", str(markup))).unescape().split())


def _everything(name: str) -> dict[str, Markup]:
    seat = c.SeatRow("USA", "person", name, decided=True, you=True)
    return {
        "treasury": c.treasury_bar(740, 1838, 3100, purse=name),
        "dock": c.treasury_dock(740, 1838, 3100),
        "metrics": c.metric_tabs([c.Tab("a", name, name, name)], "a", label=name),
        "tabs": c.tabs([("a", name), ("b", "B")], "a", act="tab", label=name),
        "seg": c.tabs([("a", name)], "a", act="tab", label=name, look="seg"),
        "figures": c.figures([c.Figure(name, name, name, name, "worse", ("term", "score"))]),
        "dots": c.dot_grid(5, 2, 3),
        "worlds": c.worlds_sentence(5, 2, 3, name),
        "ladder": c.ladder([c.Rung("hbm", name, 0.1, 0.5, True)], of=name),
        "attribution": c.attribution_bars([c.Decision("d", 1, name, name, 1, 0.5, 2)]),
        "news": c.headline_list([c.Headline("USA", name, name)]),
        "score": c.score_bar(38, 46, (41, 51), low=(0, name), high=(100, name)),
        "ruler": c.score_ruler(57, (49, 64), [("CHN", 22), ("JPN", 23)], low=(0, name), high=(100, name)),
        "seats": c.seat_list([seat], {"USA": ("release", name)}),
        "decided": c.decided_chips([seat]),
        "ranks": c.rank_table([c.RankRow("USA", 1, name, 0.5, 1)], figure=name, caption=name),
        "empty": c.empty_state(name, name, [("go", name)]),
        "refusal": c.refusal(name, name, [("go", name)]),
        "failed": c.chart_failed(name, name, [("go", name)]),
        "skeleton": c.skeleton(name),
        "key": c.fan_key(200, (name, name)),
        "bar": top_bar(name, name, place="USA"),
        "question": question("metric", "x", name),
    }


@pytest.mark.parametrize("part", sorted(_everything("x")))
def test_what_somebody_typed_stays_text(part: str) -> None:
    markup = _everything(HOSTILE)[part]
    tags = {tag for tag, _ in parsed(markup)}
    assert "script" not in tags
    assert "<script" not in markup


def test_the_treasury_says_what_is_left() -> None:
    markup = c.treasury_bar(740, 1838, 3100)
    assert "522 left of 3,100" in words(markup)
    assert 'aria-label="Already due 740, draft 1,838, left 522, million US dollars"' in markup
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", markup)]
    assert widths == pytest.approx([100 * 740 / 3100, 100 * 1838 / 3100], abs=0.01)


def test_a_draft_beyond_the_treasury_is_hatched() -> None:
    markup = c.treasury_bar(740, 3000, 3100)
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", markup)]
    assert sum(widths) == pytest.approx(100, abs=0.02)
    assert 'class="over"' in markup
    assert "−640 left of 3,100" in words(markup)


def test_every_world_is_a_mark_of_its_own_shape() -> None:
    seen = parsed(c.dot_grid(162, 10, 28))
    circles = [a for tag, a in seen if tag == "circle"]
    assert len([a for a in circles if a["fill"] != "none"]) == 162
    assert len([a for a in circles if a["fill"] == "none"]) == 10
    assert len([a for tag, a in seen if tag == "path"]) == 28
    assert "162 of 200 worlds wait less" in words(c.worlds_sentence(162, 10, 28, "worlds wait less"))


def test_a_draft_that_harms_more_worlds_than_it_helps_says_so() -> None:
    assert "95 the other way" in words(c.worlds_sentence(0, 105, 95, "worlds wait less"))
    assert "other way" not in words(c.worlds_sentence(162, 10, 28, "worlds wait less"))


def test_the_ladder_begins_with_what_is_worth_most() -> None:
    rungs = [c.Rung("tools", "Tools", 0.09, 0.93), c.Rung("interposer_2_5d", "2.5D", 0.71, 1.0, True), c.Rung("hbm", "HBM", 0.0)]
    markup = c.ladder(rungs, of="% accelerators")
    assert words(markup).index("2.5D") < words(markup).index("Tools") < words(markup).index("HBM")
    assert "2.5D , binds 100 % +0.71" in words(markup)
    assert markup.count("lad hot") == 1


def test_bars_of_decisions_share_one_zero() -> None:
    rows = [
        c.Decision("a", 1, "A", "", 10, 5, 15),
        c.Decision("b", 2, "B", "", -5, -8, -2),
        c.Decision("c", 3, "C", "", 1, -1, 3, False),
    ]
    markup = c.attribution_bars(rows, act="keep")
    zeros = set(re.findall(r'class="z" style="left:([\d.]+)%"', markup))
    assert len(zeros) == 1
    assert re.findall(r"background:(var\(--\w+\))", markup)[:3] == ["var(--draft)", "var(--worse)", "var(--line3)"]
    assert markup.count("cannot be told from zero") == 2  # the row that is not clear, and the key
    assert [a["aria-checked"] for tag, a in parsed(markup) if a.get("role") == "switch"] == ["true", "true", "false"]
    assert 'role="switch"' not in c.attribution_bars(rows, act=None)


def test_marks_on_the_ruler_never_hide_each_other() -> None:
    markup = c.score_ruler(50, (40, 60), [("CHN", 50), ("JPN", 51), ("KOR", 52), ("EUR", 90)], low=(0, ""), high=(100, ""))
    places = re.findall(r'class="who" style="left:([\d.]+)%;top:(\d+)px"', markup)
    assert len({top for _, top in places[:3]}) == 3
    assert places[3][1] == places[0][1]


def test_seats_tell_who_has_decided_and_nothing_more() -> None:
    seats = [c.SeatRow("USA", "person", "Ada", False, True), c.SeatRow("JPN", "bot", "Laissez-faire", True)]
    markup = c.seat_list(seats, {"USA": ("release", "Give back")})
    assert "Give back: United States" in markup
    assert words(c.decided_chips(seats)) == "JPN has decided USA Ada has not decided yet"


def test_rank_changes_are_words_too() -> None:
    markup = c.rank_table(
        [c.RankRow("USA", 2, "31 %", 0.5, 2), c.RankRow("CHN", 3, "14 %", 0.2, -1)], figure="Share", caption="x"
    )
    assert "▲2 up 2" in words(markup)
    assert "▼1 down 1" in words(markup)


def test_help_speaks_of_every_lever_metric_and_term() -> None:
    for kind, names in (("lever", LEVERS), ("metric", METRICS), ("term", TERMS)):
        for name in names:
            text = help_text(kind, name)
            assert text is not None, (kind, name)
            parsed(text)
    told = words(help_text("lever", "packaging_grant") or Markup(""))
    assert LEVERS["packaging_grant"].cost_rule in told
    assert "Guardrail" in told
    assert METRICS["utilisation"].definition in words(help_text("metric", "utilisation") or Markup(""))


@pytest.mark.parametrize(("kind", "name"), [("lever", "no_such"), ("nothing", "packaging_grant"), ("term", "../x")])
def test_help_knows_what_it_does_not_know(kind: str, name: str) -> None:
    assert help_text(kind, name) is None


def test_elements_escape_attributes_and_leave_out_what_is_off() -> None:
    made = el("a", "x", href='"&<', aria_hidden=False, hidden=None, data_x=0)
    assert made == '<a href="&#34;&amp;&lt;" aria-hidden="false" data-x="0">x</a>'


def test_the_key_names_only_what_is_drawn() -> None:
    assert "Your draft" in words(c.fan_key(200))
    assert "Your draft" not in words(c.fan_key(200, draft=False))

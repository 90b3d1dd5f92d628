"""Every number of every headline is recomputed from the result of whole games; every event that is declared is found."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from policygame import Policy, Result, load_scenario, simulate
from policygame.bots import BOTS
from policygame.catalogue import METRICS, Quarter
from policygame.game import market_events as market
from policygame.game.headlines import (
    MOST,
    MOST_OF_A_KIND,
    MOST_OF_ONES_OWN,
    OWN,
    TEMPLATES,
    Headline,
    Reading,
    amount_text,
    ranked,
)
from policygame.game.news import headlines
from policygame.game.policy_events import policy_events
from policygame.game.turns import seats_of
from policygame.game.wording import number
from tests.game.table import Table

POLICIES = {
    "USA": Policy.parse(
        """
        2023Q1 packaging_grant interposer_2_5d 0.4 until 2025Q2
        2023Q1 packaging_rnd interposer_2_5d 100
        2023Q3 export_control hbm 1 on CHN
        2024Q1 alliance pooled_capacity 0.5 with TWN
        2026Q1 export_control hbm 0
        """
    ),
    "TWN": Policy.parse("2024Q3 alliance pooled_capacity 0.3 with USA\n2023Q1 tax_credit packaging 0.2"),
    "CHN": Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.5\n2025Q1 packaging_grant interposer_2_5d 0.6"),
}
RATIOS = ("dies_pile_up",)


def read(result: Result, reading: Reading) -> float:
    return float(result.array(reading.metric, reading.entity, reading.item)[result.quarters.index(reading.quarter), 0])


def numbers_in(text: str, names: Mapping[str, str]) -> list[str]:
    """Numbers of a text, without those that belong to names."""
    for name in sorted(names.values(), key=len, reverse=True):
        text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE) if name else text
    return re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text.replace("H100", ""))


def recomputed(result: Result, told: Headline, policies: Mapping[str, Policy] = POLICIES) -> set[str]:
    """Every number that the text of a headline may hold, from the result and the decisions alone."""
    found: set[str] = set()
    if told.kind.startswith(OWN):
        return own_numbers(result, told, policies)
    if told.now.metric == "outlay_musd" and told.amount is None:
        return found  # an end or a pact tells no number
    if told.amount is None:
        now = read(result, told.now)
        assert told.now.value == now
        found.add(number(now, told.now.metric, told.now.item))
        for other in (told.then, told.beside):
            if other is not None:
                value = read(result, other)
                assert other.value == value
                found |= {number(value, other.metric, other.item), f"{now / value:.1f}", f"{100 * now / (now + value):.0f}"}
                found.add(f"{abs(100 * (now / value - 1)):.0f}")
        if told.threshold is not None:
            found |= {number(told.threshold, told.now.metric, told.now.item).removesuffix(".0")}
    else:
        government = told.now.entity.removeprefix("government:")
        in_force = policies[government].in_force(told.quarter)
        amounts = [s.amount for s in in_force if s.lever == told.now.item and s.amount == told.amount]
        assert amounts, told
        found |= digits(told.now.item, amounts[0])
    return found


def digits(lever: str, amount: float) -> set[str]:
    """A decision's amount as a share in per cent, as a whole number, or with two digits where it is small."""
    return {f"{100 * amount:.0f}", f"{amount:,.0f}", f"{amount:.2g}"}


def own_numbers(result: Result, told: Headline, policies: Mapping[str, Policy]) -> set[str]:
    """Numbers that one's own decision may be told with: what it was and is set to, and its outlays where they are first seen."""
    seat, lever = told.now.entity.removeprefix("government:"), told.now.item
    play_from = Quarter.parse(result.scenario.play_from)
    policy = Policy.of_history(result.scenario, seat).before(play_from) + policies[seat]
    found: set[str] = set()
    for amount, quarter in ((told.amount, told.quarter), (told.before_amount, told.quarter - 1)):
        if amount is not None:
            assert amount in [s.amount for s in policy.in_force(quarter) if s.lever == lever], told
            found |= digits(lever, amount)
    assert told.first is not None
    first = told.first
    found |= {str(first.quarter.year), str(first.quarter.number)}
    if told.kind.endswith("paid") and not told.kind.endswith("unpaid"):
        assert first.value == read(result, first) >= 0.5
        found.add(number(first.value, first.metric, first.item))
    if told.kind.endswith(("_paid", "_unpaid")) and told.kind != "own_first_paid":
        line = result.array("outlay_musd", told.now.entity, lever)[:, 0]
        start, at = result.quarters.index(told.quarter), result.quarters.index(first.quarter)
        assert (line[start:at] < 0.5).all()
        assert (line[at] < 0.5) == told.kind.endswith("unpaid")
    return found


def crossed(result: Result, told: Headline) -> bool:
    """Whether the event of a headline really happened in its quarter, told from the result by other means than the program's."""
    t = result.quarters.index(told.quarter)
    line = result.array(told.now.metric, told.now.entity, told.now.item)[:, 0]
    before, now = line[t - 1], line[t]
    kind, threshold = told.kind, told.threshold
    if kind in ("lead_time_up", "stage_full", "slots_back"):
        return before < threshold <= now
    if kind in ("lead_time_down", "stage_slack", "slots_short"):
        return now < threshold <= before
    if kind in ("firm_passes", "compute"):
        return line[:t].max() < threshold <= now
    if kind == "firm_doubles":
        assert told.then is not None
        return line[:t].max() < threshold <= now and threshold >= 2.0 * told.then.value and told.then.value >= 1.0
    if kind == "first_line":
        return line[:t].max() < 0.1 <= now
    if kind == "leader":
        rivals = [result.array("leadership", e, i)[:, 0] for e, i in result.series("leadership") if i == told.now.item]
        return now == max(r[t] for r in rivals) and before < max(r[t - 1] for r in rivals)
    if kind.startswith("concentration"):
        return abs(now - line[t - 4]) >= 500.0 and (now > line[t - 4]) == (kind == "concentration_up")
    if kind.startswith("price"):
        return abs(now / line[t - 4] - 1.0) >= 0.1 and (now > line[t - 4]) == (kind == "price_up")
    if kind == "disaster":
        return now > before and now >= 0.05
    if kind == "treasury_low":
        states = [result.array("treasury_musd", told.now.entity, i)[:, 0] for i in ("left", "paid", "committed", "contingent")]
        return now < 0.1 * sum(state[t] for state in states) and before >= 0.1 * sum(state[t - 1] for state in states)
    assert told.beside is not None
    other = result.array(told.beside.metric, told.beside.entity, told.beside.item)[:, 0]
    if kind in RATIOS:
        return now > before and any(before / other[t - 1] < n <= now / other[t] for n in (1.0, 2.0))
    share = line / np.maximum(line + other, 1e-9)
    return kind == "phantom" and share[t - 1] < 0.5 <= share[t]


def turns(result: Result) -> list[list[Quarter]]:
    start = result.quarters.index(Quarter.parse(result.scenario.play_from))
    return [result.quarters[t : t + 2] for t in range(start, len(result.quarters), 2)]


@pytest.mark.parametrize("name", ["first-game", "ai-surge-2023"])
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**64 - 1))
def test_every_number_of_whole_games_is_recomputed_from_the_result(name: str, seed: int) -> None:
    policies = {seat: POLICIES[seat] for seat in ("USA", "CHN")} | {"TWN": POLICIES["TWN"]}
    result = simulate(name, [seed], policies=policies)
    told_at_all = 0
    for quarters in turns(result):
        told = headlines(result, policies, quarters, seat="USA")
        assert len(told) <= MOST
        told_at_all += len(told)
        assert [(h.quarter, -h.weight) for h in told if not h.kind.startswith(OWN)] == sorted(
            (h.quarter, -h.weight) for h in told if not h.kind.startswith(OWN)
        )
        own = [h.kind.startswith(OWN) for h in told]
        assert own == sorted(own, reverse=True)  # one's own decisions come first
        assert sum(own) <= MOST_OF_ONES_OWN
        for headline in told:
            assert headline.quarter in quarters
            assert headline.metric in METRICS
            assert headline.kind.startswith(OWN) or sum(h.kind == headline.kind for h in told) <= MOST_OF_A_KIND
            allowed = recomputed(result, headline)
            for text in numbers_in(headline.text, dict(headline.names)):
                assert text in allowed, (headline.text, text, allowed)
            if headline.now.metric != "outlay_musd":
                assert crossed(result, headline), headline
    assert told_at_all > len(turns(result))


@pytest.fixture(scope="module")
def surge() -> Result:
    return simulate("ai-surge-2023", [7], policies=POLICIES)


def test_every_crossing_of_a_lead_time_is_found(surge: Result) -> None:
    found = {(h.quarter, h.now.item) for h in market.market_events(surge, surge.quarters) if h.kind.startswith("lead_time")}
    expected = set()
    for entity, item in surge.series("lead_time_weeks"):
        if entity == "world":
            line = surge.array("lead_time_weeks", entity, item)[:, 0]
            for t in range(1, len(line)):
                if any((line[t - 1] < weeks) != (line[t] < weeks) for weeks in (20.0, 30.0, 40.0, 52.0)):
                    expected.add((surge.quarters[t], item))
    assert found == expected
    assert found


def test_decisions_are_told_when_they_begin_and_end(surge: Result) -> None:
    told = {(str(h.quarter), h.who, h.kind): h.text for h in policy_events(surge, POLICIES, surge.quarters[4:])}
    assert told["2023Q1", "USA", "grant_begins"] == "The United States pays 40 % of what 2.5D lines cost there."
    assert told["2025Q3", "USA", "grant_ends"] == "The United States ends its support of 2.5D lines."
    assert told["2023Q3", "USA", "control_begins"] == "The United States stops high-bandwidth memory from reaching China."
    assert told["2026Q1", "USA", "control_ends"] == "The United States lifts its control on high-bandwidth memory."
    assert told["2023Q1", "USA", "programme_begins"] == "The United States spends 100 M USD a quarter on 2.5D research."
    assert told["2024Q3", "TWN", "alliance"] == "Taiwan and the United States agree on pooled capacity."
    assert ("2024Q1", "USA", "alliance") not in told  # an offer alone is no pact
    assert not [key for key in told if key[0] == "2025Q1"]  # a higher amount is no news


def test_a_control_that_thins_sales_does_not_stop_them(surge: Result) -> None:
    thinned = {"USA": Policy.parse("2023Q3 export_control hbm 0.3 on CHN"), "CHN": Policy.parse("2023Q3 workforce packaging 0.3")}
    told = [h.text for h in policy_events(surge, thinned, surge.quarters[4:8], "TWN")]
    assert told == [
        "The United States thins sales of high-bandwidth memory to China by 30 %."
    ]  # and nothing is spent by "0 M USD"


def test_what_others_begin_is_told_once_it_is_large_enough(surge: Result) -> None:
    slowly = {
        "CHN": Policy.parse(
            """
            2023Q1 fab_grant wafers_advanced 0.0025
            2023Q1 packaging_rnd interposer_2_5d 1.5
            2023Q3 fab_grant wafers_advanced 0.3
            2024Q1 packaging_rnd interposer_2_5d 40
            2024Q3 fab_grant wafers_advanced 0.002
            2025Q1 fab_grant wafers_advanced 0
            """
        )
    }
    told = [(str(h.quarter), h.text) for h in policy_events(surge, slowly, surge.quarters[4:], "TWN")]
    assert told == [
        ("2023Q3", "China pays 30 % of what lines for advanced wafers cost there."),
        ("2024Q1", "China spends 40 M USD a quarter on 2.5D research."),
        ("2024Q3", "China ends its support of lines for advanced wafers."),
    ]
    own = [h.text for h in policy_events(surge, slowly, surge.quarters[4:5], "CHN")]
    assert any("at 0.25 %" in text for text in own)  # one's own is told however small it is


def test_what_rounds_to_nothing_keeps_its_digits() -> None:
    assert amount_text("packaging_rnd", 0.3) == "0.3 M USD a quarter"
    assert amount_text("export_control", 0.004) == "0.4 %"
    assert amount_text("stockpile", 6.0) == "6 k units to be held"


def test_a_firm_is_told_of_over_all_its_sites_and_of_no_place(surge: Result) -> None:
    firms = [h for h in market.market_events(surge, surge.quarters) if h.kind.startswith("firm_")]
    assert firms
    assert {h.who for h in firms} == {""}
    assert all("over all its sites" in h.text for h in firms)


def test_ones_own_decisions_come_first_with_when_their_effect_was_seen(surge: Result) -> None:
    first, second = (headlines(surge, POLICIES, surge.quarters[n : n + 2], seat="USA") for n in (4, 6))
    assert first[1].text == "You began packaging grant, 2.5D, at 40 %: no firm was paid for it by 2023 Q2."
    paid = read(surge, Reading("outlay_musd", "government:USA", "packaging_rnd", Quarter.parse("2023Q1"), 0.0))
    assert first[0].text == (
        f"You began packaging research and pilot lines, 2.5D, at 100 M USD a quarter: effect first seen in 2023 Q1, "
        f"{paid:.0f} M USD paid under this lever."
    )
    assert second[0].text == "You began export control, high-bandwidth memory, at 100 %: in force since 2023 Q3."
    china = [h.text for h in headlines(surge, POLICIES, surge.quarters[12:14], seat="CHN")]
    assert china[0].startswith("You raised packaging grant, 2.5D, from 50 % to 60 %: ")
    ended = [h.text for h in headlines(surge, POLICIES, surge.quarters[14:16], seat="USA")]
    assert ended[0] == "You ended packaging grant, 2.5D, of 40 %: it ran until 2025 Q2."
    pact = [h.text for h in headlines(surge, POLICIES, surge.quarters[8:10], seat="USA")]
    assert (
        pact[0]
        == "You began alliance, pooled capacity, at 50 %: offered since 2024 Q1, and in force while the other offers it too."
    )


def test_outlays_that_are_seen_in_a_later_turn_are_told_then(surge: Result) -> None:
    line = surge.array("outlay_musd", "government:USA", "packaging_grant")[:, 0]
    later = next(t for t in range(4, len(line)) if line[t] >= 0.5)
    assert later > 5  # not in the turn of the decision
    told = [h for h in policy_events(surge, POLICIES, [surge.quarters[later]], "USA") if h.kind == "own_first_paid"]
    first = surge.quarters[later]
    text = f"Your packaging grant, 2.5D, of 2023 Q1: effect first seen in {first.year} Q{first.number}, "
    text += f"{line[later]:,.0f} M USD paid under this lever."
    assert [h.text for h in told] == [text]
    after = [h for q in surge.quarters[later + 1 :] for h in policy_events(surge, POLICIES, [q], "USA")]
    assert not [h for h in after if h.kind == "own_first_paid" and dict(h.names)["since"] == "2023 Q1" and "grant" in h.text]


def changed(result: Result, metric: str, entity: str, item: str, values: list[float]) -> Result:
    """A result in which one series holds other values in its last quarters."""
    arrays = {name: result.all_of(name).copy() for name in result.metrics}
    row = result.series(metric).index((entity, item))
    arrays[metric][-len(values) :, row, 0] = values
    series = {name: result.series(name) for name in result.metrics}
    return Result(result.scenario, result.seeds, result.quarters, 0, series, arrays, {}, np.zeros((0, 2, 11, 1)))


@pytest.mark.parametrize(
    ("metric", "entity", "item", "values", "text"),
    [
        (
            "lead_time_weeks",
            "world",
            "ai_accelerator",
            [19.0, 41.2],
            "Lead time for AI accelerators passes 40 weeks: now 41 weeks.",
        ),
        ("lead_time_weeks", "world", "mobile", [60.0, 25.0], "Lead time for mobile falls under 30 weeks: now 25 weeks."),
        ("fill_rate", "world", "ai_accelerator", [1.0, 0.74], "Packagers give AI accelerators 74 % of the slots asked for."),
        ("fill_rate", "world", "mobile", [0.5, 0.95], "Packagers give mobile 95 % of the slots asked for again."),
        ("utilisation", "world", "hbm", [0.9, 1.0], "High-bandwidth memory: 100 % in use, no slack left."),
        ("utilisation", "world", "tools", [0.9, 0.71], "Packaging tools: 71 % in use, there is slack again."),
        ("lines_down", "country:TWN", "", [0.0, 0.35], "Disaster in Taiwan: 35 % of its lines stand still."),
        ("treasury_musd", "government:USA", "left", [1e6, 12.0], "The treasury runs low: 12 M USD left."),
        ("leadership", "country:VNM", "packaging", [0.1, 1.2], "Vietnam leads in packaging, ahead of Taiwan."),
        (
            "hhi_packaging",
            "site",
            "all",
            [2000.0, 2000.0, 2000.0, 2000.0, 2600.0],
            "Packaging capacity becomes more concentrated by place: HHI 2,600, a year ago 2,000.",
        ),
        ("price_index", "world", "hbm", [1.0] * 5 + [0.85], "The price of high-bandwidth memory is down 15 % in a year."),
        (
            "compute_delivered_kh100e",
            "world",
            "ai_accelerator",
            [1.9e5, 2.1e5],
            "More AI compute than ever: 210,000 k H100-equivalents a quarter.",
        ),
    ],
)
def test_each_kind_is_told_in_its_words(
    surge: Result, metric: str, entity: str, item: str, values: list[float], text: str
) -> None:
    result = changed(surge, metric, entity, item, values)
    assert text in [h.text for h in market.market_events(result, result.quarters[-1:], "USA")]


def test_firms_and_first_lines_are_told_once(surge: Result) -> None:
    events = market.market_events(surge, surge.quarters)
    doubled = [(h.now.entity, h.now.item, h.threshold) for h in events if h.kind == "firm_doubles"]
    assert len(set(doubled)) == len(doubled) > 2
    first = [(h.now.entity, h.now.item) for h in events if h.kind == "first_line"]
    assert len(set(first)) == len(first) > 0
    growing = changed(
        surge, "packaging_capacity_kwpm", "country:VNM", "interposer_2_5d", [0.0] * len(surge.quarters[:-1]) + [0.4]
    )
    assert "The first 2.5D capacity in Vietnam: 0.4 kwpm." in [
        h.text for h in market.market_events(growing, growing.quarters[-1:])
    ]


def test_only_ones_own_treasury_is_told(surge: Result) -> None:
    low = changed(surge, "treasury_musd", "government:USA", "left", [1e6, 1.0])
    last = low.quarters[-1:]
    assert "treasury_low" in {h.kind for h in market.market_events(low, last, "USA")}
    assert "treasury_low" not in {h.kind for h in market.market_events(low, last, "TWN")}
    assert "treasury_low" not in {h.kind for h in market.market_events(low, last)}


@pytest.mark.parametrize(("left", "told"), [([900.0, 90.0], True), ([900.0, 110.0], False)])
def test_a_treasury_runs_low_when_income_is_spoken_for(surge: Result, left: list[float], told: bool) -> None:
    """What is awarded and not yet paid is no more free than what was paid."""
    states = {"left": left, "paid": [0.0, 0.0], "committed": [100.0, 1000.0 - left[1] - 50.0], "contingent": [0.0, 50.0]}
    result = surge
    for state, values in states.items():
        result = changed(result, "treasury_musd", "government:USA", state, values)
    events = [h for h in market.market_events(result, result.quarters[-1:], "USA") if h.kind == "treasury_low"]
    assert bool(events) == told
    assert all(crossed(result, event) for event in events)


def test_dies_pile_up_only_where_their_bank_grows(surge: Result) -> None:
    """Fewer deliveries alone make the same bank last longer: that is no pile."""
    deliveries = ("deliveries_kunits", "world", "ai_accelerator")
    for bank, told in (([90.0, 85.0], False), ([90.0, 95.0], True)):
        result = changed(changed(surge, *deliveries, [100.0, 80.0]), "die_bank_kunits", "world", "ai_accelerator", bank)
        events = market.market_events(result, result.quarters[-1:])
        assert told == any(h.kind == "dies_pile_up" and h.now.item == "ai_accelerator" for h in events)


def test_what_others_pay_is_in_no_announcement(surge: Result) -> None:
    for seat in ("USA", "CHN", None):
        for event in policy_events(surge, POLICIES, surge.quarters, seat):
            assert np.isnan(event.now.value) == (event.who != seat), event
            if event.who == seat:
                assert event.now.value == read(surge, event.now)


def test_an_announcement_is_read_in_its_own_world() -> None:
    policy = Policy.parse("2023Q1 packaging_grant interposer_2_5d 0.4\n2027Q1 packaging_grant fan_out 0.3")
    result = simulate("ai-surge-2023", [7, 8], policies={"USA": policy})
    begins = Quarter.parse("2027Q1")
    paid = result.array("outlay_musd", "government:USA", "packaging_grant")[result.quarters.index(begins)]
    assert paid[0] != paid[1]
    for world in (0, 1):
        assert [h.now.value for h in policy_events(result, {"USA": policy}, [begins], "USA", world)] == [paid[world]]


@pytest.mark.parametrize("name", ["first-game", "ai-surge-2023"])
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # whole games are slow to shrink
@given(data=st.data(), seed=st.integers(0, 2**64 - 1))
def test_games_of_bots_are_told_by_the_same_rules(name: str, data: st.DataObject, seed: int) -> None:
    """Bots decide in lines, as in play; every seat hears of the market, of announced decisions, and of no other's money."""
    seats = seats_of(load_scenario(name))
    person = data.draw(st.sampled_from(seats), label="person")  # who lets everything be
    bots = {seat: data.draw(st.sampled_from(sorted(BOTS)), label=seat) for seat in seats}
    table = Table(name, seed=seed, bots=bots).sit(person)
    while table.game.phase != "ended":
        table.submit(seat=person)
        table.resolve()
    result, decisions = table.position.result, table.game.decisions
    calendar = table.game.calendar
    told_at_all = 0
    for turn in range(1, calendar.turns + 1):
        quarters = [calendar.begins(turn) + n for n in range(calendar.length(turn))]
        seat = seats[turn % len(seats)]
        for headline in headlines(result, decisions, quarters, seat=seat):
            told_at_all += 1
            allowed = recomputed(result, headline, decisions)
            for text in numbers_in(headline.text, dict(headline.names)):
                assert text in allowed, (headline.text, text, allowed)
            assert headline.now.metric == "outlay_musd" or crossed(result, headline), headline
            for reading in filter(None, (headline.now, headline.then, headline.beside)):
                if reading.entity.startswith("government:") and reading.entity != f"government:{seat}":
                    assert np.isnan(reading.value), headline
    assert told_at_all > calendar.turns


def test_what_a_role_may_not_see_can_be_missing(surge: Result) -> None:
    series = {m: tuple(s for s in surge.series(m) if not s[0].startswith("government:")) for m in surge.metrics}
    arrays = {m: surge.all_of(m)[:, [surge.series(m).index(s) for s in series[m]]] for m in surge.metrics}
    public = Result(surge.scenario, surge.seeds, surge.quarters, 0, series, arrays, {}, np.zeros((0, 2, 11, 1)))
    for quarters in turns(surge):
        shown, whole = headlines(public, POLICIES, quarters), headlines(surge, POLICIES, quarters)
        assert [h.text for h in shown] == [h.text for h in whole]


def test_the_same_series_is_told_once_and_a_kind_twice() -> None:
    def one(kind: str, item: str, quarter: str, weight: float) -> Headline:
        return Headline(kind, "", Reading("utilisation", "world", item, Quarter.parse(quarter), 1.0), weight)

    found = [one("stage_full", item, "2024Q1", 10.0) for item in ("hbm", "tools", "substrate")]
    found += [one("stage_full", "hbm", "2024Q2", 9.0), one("stage_slack", "fan_out", "2024Q1", 1.0)]
    told = ranked(found)
    assert [(h.kind, h.now.item, str(h.quarter)) for h in told] == [
        ("stage_full", "substrate", "2024Q1"),
        ("stage_full", "tools", "2024Q1"),
        ("stage_slack", "fan_out", "2024Q1"),
    ]
    assert len(ranked(found, 1)) == 1
    later = [
        one("stage_full", "hbm", "2024Q2", 10.0),
        one("stage_slack", "fan_out", "2024Q1", 1.0),
        one(f"{OWN}first_paid", "", "2024Q2", 200.0),
    ]
    assert [(h.kind, str(h.quarter)) for h in ranked(later)] == [
        (f"{OWN}first_paid", "2024Q2"),
        ("stage_slack", "2024Q1"),
        ("stage_full", "2024Q2"),
    ]


def test_every_template_is_made_by_some_event(surge: Result) -> None:
    """The words of each template are among those that its events give."""
    made = set()
    for seed in (7, 8):
        result = simulate("ai-surge-2023", [seed], policies=POLICIES)
        for headline in market.market_events(result, result.quarters) + policy_events(result, POLICIES, result.quarters):
            made.add(headline.kind)
            assert "{" not in headline.text
            for quarter in result.quarters:
                for own in policy_events(result, POLICIES, [quarter], "USA"):
                    assert "{" not in own.text
    rare = {"leader", "treasury_low", "commitment_begins", "stockpile_begins", "control_thins"}  # tried one by one here and above
    rare |= {kind for kind in TEMPLATES if kind.startswith(OWN)}
    assert set(TEMPLATES) - made <= rare
    bought = {"USA": Policy.parse("2023Q1 purchase_commitment interposer_2_5d 40 price 9000 years 2\n2023Q1 stockpile defence 6")}
    for act in ("begun", "raised", "lowered"):
        for effect in ("paid", "unpaid", "in_force", "offered"):
            assert f"own_{act}_{effect}" in TEMPLATES
    texts = [h.text for h in policy_events(surge, bought, surge.quarters[4:5])]
    assert "The United States guarantees to buy 40 k wafers a quarter of 2.5D." in texts
    assert "The United States stocks defence: 6 k units to be held." in texts

"""The sentence over a fan says what the worlds of its answer say, and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from policygame.catalogue import METRICS, Quarter
from policygame.game.finding import ENDS, SUBJECTS, TEMPLATES, VERBS, Finding, finding, told_from_chance
from policygame.game.outlook import Answer, Block, Request, Series, Shares, answer_block, merge
from policygame.game.wording import number, said, smallest, value_text

LEAD = ("lead_time_weeks", "world", "ai_accelerator")
REQUEST = Request("first-game", 7, (), 4, 2, "USA", "", tuple(range(100, 140)), 2, (LEAD,))


def told(base: np.ndarray, draft: np.ndarray, today: float = 44.0, series: Series = LEAD) -> Finding:
    """The finding of an answer whose worlds end at these values."""
    request = replace(REQUEST, series=(series,))

    def shaped(last: np.ndarray) -> np.ndarray:
        return np.stack([np.full(len(last), today), last])[None]

    nothing = np.zeros((10, 2, len(base)))
    seeds = tuple(range(100, 100 + len(base)))
    block = Block(seeds, Quarter.parse("2026Q3"), shaped(base), shaped(draft), nothing, nothing, np.array([today]))
    return finding(merge(request, [block]), series)


def test_a_clear_fall_is_told_with_both_ends() -> None:
    found = told(np.linspace(16.0, 18.0, 40), np.linspace(11.0, 13.0, 40))
    assert found.text == "The wait falls to 12 weeks by 2026 Q4, not 17."
    assert (found.kind, found.draft_value, found.base_value, found.today_value) == ("moves", 12.0, 17.0, 44.0)
    assert found.shares == Shares(40, 0, 0, "lower")


def test_the_verb_looks_back_to_today_and_not_to_the_other_side() -> None:
    worse = told(np.full(40, 12.0), np.full(40, 17.0))
    assert worse.text == "The wait falls to 17 weeks by 2026 Q4, not 12."
    assert told(np.full(40, 12.0), np.full(40, 17.0), today=10.0).text == "The wait rises to 17 weeks by 2026 Q4, not 12."
    assert told(np.full(40, 12.0), np.full(40, 17.0), today=17.2).text == "The wait stays at 17 weeks by 2026 Q4, not 12."
    assert told(np.full(40, 12.0), np.full(40, 17.0), today=np.nan).verb == "rises to"


def test_as_many_worlds_up_as_down_is_not_told_from_zero_whatever_the_medians() -> None:
    base = np.linspace(10.0, 30.0, 40)
    draft = base + np.tile([3.0, -3.0], 20)
    found = told(base, draft)
    assert found.kind == "unclear"
    assert found.text.startswith("Cannot be told from zero: the wait is ")
    assert (found.shares.better, found.shares.worse) == (20, 20)


def test_a_median_that_contradicts_the_worlds_is_not_told() -> None:
    base = np.concatenate([np.linspace(10.0, 20.0, 30), np.full(10, 21.0)])
    draft = base - 1.0
    draft[base > 14.0] += 1.0
    draft[(base > 14.0) & (base < 16.0)] = 25.0
    found = told(base, draft)
    assert found.shares.better > found.shares.worse
    assert found.draft_value > found.base_value
    assert found.kind == "unclear"


def test_the_same_in_every_world_is_nothing_and_a_middle_that_stays_is_told_with_the_worlds_that_move() -> None:
    base = np.linspace(10.0, 30.0, 40)
    assert told(base, base).text == "The draft changes nothing: the wait is 20 weeks by 2026 Q4 either way."
    moved = base.copy()
    moved[:10] -= 2.0
    assert told(base, moved).kind == "stays"
    assert (
        told(base, moved).text
        == "The wait is 20 weeks by 2026 Q4 in the middle world either way, but 10 of 40 worlds end better."
    )
    rank = ("hhi_packaging", "firm", "interposer_2_5d")
    found = told(100.0 * base, 100.0 * moved, series=rank)
    assert (found.shares.wanted, found.end) in (("lower", "better"), (None, "lower"))


def test_marks_say_what_the_sentence_says() -> None:
    base = np.linspace(10.0, 30.0, 40)
    moved = base.copy()
    moved[:10] += 2.0
    assert (told(base, moved).kind, told(base, moved).side) == ("stays", "worse")
    assert told(base, moved).text.endswith(" 10 of 40 worlds end worse.")
    assert told(base, base + 2.0).side == "worse"
    assert told(base, base - 2.0).side == "better"
    assert told(base, base).side == ""
    torn = told(base, base + np.tile([3.0, -3.0], 20))
    assert (torn.kind, torn.side) == ("unclear", "")
    contrary = np.concatenate([np.linspace(10.0, 20.0, 30), np.full(10, 21.0)])  # more worlds better, the middle one worse
    draft = contrary - 1.0
    draft[contrary > 14.0] += 1.0
    draft[(contrary > 14.0) & (contrary < 16.0)] = 25.0
    assert (told(contrary, draft).kind, told(contrary, draft).side) == ("unclear", "")


def test_other_subjects_name_place_and_item() -> None:
    series = ("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")
    found = told(np.full(40, 1.0), np.full(40, 3.04), today=0.0, series=series)
    assert found.text == "Packaging capacity of the United States (2.5D) rises to 3.0 kwpm by 2026 Q4, not 1.0."
    unclear = told(np.full(40, 1.0), np.full(40, 1.0), today=0.0, series=series)
    assert "packaging capacity of the United States (2.5D) is" in unclear.text


def test_a_finding_of_a_real_answer_is_read_from_it() -> None:
    series = ("packaging_capacity_kwpm", "country:CHN", "interposer_2_5d")
    request = replace(REQUEST, seat="CHN", draft="2023Q1 packaging_grant interposer_2_5d 0.5", quarters=20, series=(LEAD, series))
    answer: Answer = merge(request, [answer_block(request, request.seeds)])
    found = finding(answer, series)
    assert found.draft_value == answer.draft[1, 2, -1]
    assert found.base_value == answer.base[1, 2, -1]
    assert found.kind == "moves"
    assert found.quarter == "2027 Q4"
    for field in (found.draft, found.base, found.quarter):
        assert field in found.text


def test_chance_is_two_deviations_of_a_fair_coin() -> None:
    assert told_from_chance(Shares(60, 0, 39, "lower"))
    assert not told_from_chance(Shares(59, 0, 40, "lower"))
    assert not told_from_chance(Shares(0, 200, 0, "lower"))


def test_every_word_of_a_sentence_goes_through_the_translation_and_no_number_does() -> None:
    asked: list[str] = []

    def marked(english: str) -> str:
        asked.append(english)
        return english if "{" in english else f"<{english}>"

    series = ("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")
    found = told(np.full(40, 1.0), np.full(40, 3.04), today=0.0, series=series)
    assert found.told(marked) == "<Packaging capacity> of <the United States> (<2.5D>) <rises to> 3.0 <kwpm> by 2026 Q4, not 1.0."
    assert {one for one in asked if "{" in one} == {TEMPLATES["moves"], "{what} of {place} ({item})"}
    rank = told(np.full(40, 3.0), np.full(40, 2.0), today=3.0, series=("leadership_rank", "country:USA", "packaging"))
    assert rank.told(marked) == "<The rank> of <the United States> <falls to> 2 by 2026 Q4, not 3."


def test_every_template_of_a_subject_and_every_verb_is_listed_for_translators() -> None:
    for place in ("", "Taiwan"):
        for item in ("", "2.5D"):
            found = replace(told(np.full(40, 12.0), np.full(40, 17.0)), place=place, item=item)
            asked: list[str] = []
            found.subject_in(lambda english, asked=asked: asked.append(english) or english)  # type: ignore[misc]
            assert asked[0] in SUBJECTS
            assert found.verb in VERBS
            assert found.end in ENDS


def test_every_template_is_filled_by_the_fields() -> None:
    found = told(np.full(40, 12.0), np.full(40, 17.0))
    for kind, template in TEMPLATES.items():
        assert template.format(**found.fields).endswith("."), kind


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_metric_can_be_said(metric: str) -> None:
    for item in METRICS[metric].item_ids:
        assert value_text(0.0, metric, item).startswith("1.00 times" if said(metric, item).of_logarithm else "0")
        assert smallest(metric, item) > 0.0
        last_digit = 10.0 ** -said(metric, item).decimals / said(metric, item).scale
        assert smallest(metric, item) >= 0.5 * last_digit - 1e-12


def test_numbers_have_commas_a_true_minus_and_no_minus_zero() -> None:
    assert number(-1234.5, "cash_musd") == "\N{MINUS SIGN}1,234"
    assert number(-0.001, "fill_rate") == "0"
    assert number(float("nan"), "margin") == "none"


def paths(base: list[float], draft: list[float], today: float = 10.0) -> Finding:
    """The finding of an answer whose worlds all go these ways."""
    quarters = len(base)
    request = replace(REQUEST, quarters=quarters)
    nothing = np.zeros((10, quarters, 40))
    block = Block(
        tuple(range(100, 140)),
        Quarter.parse("2026Q1"),
        *(np.repeat(np.array(path)[None, :, None], 40, axis=2) for path in (base, draft)),
        nothing,
        nothing,
        np.array([today]),
    )
    return finding(merge(request, [block]), LEAD)


def test_what_is_worse_on_the_way_than_today_and_at_the_end_is_told() -> None:
    found = paths([40.0, 76.0, 20.0, 8.0], [44.0, 68.0, 60.0, 7.0])
    assert found.worst_in() == "At worst on the way: 68 weeks in 2026 Q2 with the draft, 76 in 2026 Q2 without."
    assert found.worst_in(drafted=False) == "At worst on the way: 76 weeks in 2026 Q2."
    assert paths([40.0, 76.0, 20.0, 8.0], [40.0, 76.0, 20.0, 7.0]).worst_in() == "At worst on the way: 76 weeks in 2026 Q2."
    assert paths([40.0, 76.0, 80.0, 90.0], [44.0, 68.0, 60.0, 95.0]).worst_in() == ""  # the end is as bad
    assert paths([40.0, 76.0, 20.0, 8.0], [44.0, 68.0, 60.0, 7.0], today=75.0).worst_in() == ""  # and so is today


def test_no_sentence_says_either_way_where_the_labels_beside_it_differ() -> None:
    base = np.array([5.0] * 10 + [10.45] * 20 + [15.0] * 10)
    found = told(base, base + np.array([3.0] * 10 + [0.1] * 30))
    assert (found.base, found.draft, found.kind) == ("10", "11", "moves")
    same = told(base, base + np.array([3.0] * 10 + [0.04] * 30))
    assert (same.base, same.draft, same.kind) == ("10", "10", "stays")

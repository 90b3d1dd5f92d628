"""What a decision takes from a treasury this turn, and what has to shrink where it is too much."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame.game.treasury import bill, purse_of
from policygame.scenario import Policy
from tests.game.table import Table


@pytest.fixture(scope="module")
def position():
    return Table().sit().position


def _draft(*lines: str) -> Policy:
    return Policy.parse("\n".join(f"2023Q1 {line}" for line in lines))


def test_nothing_new_leaves_what_was_in_force(position):
    drawn = bill(position, "USA", Policy())
    assert {line.key for line in drawn.lines} == {s.key for s in position.in_force("USA").in_force(position.calendar.begins(1))}
    assert not any(line.changed for line in drawn.lines)
    assert drawn.over() is None


def test_fixed_outlays_are_paid_in_every_quarter_of_the_turn(position):
    drawn = bill(position, "USA", _draft("packaging_rnd interposer_2_5d 30"))
    line = next(one for one in drawn.lines if one.changed)
    assert (line.sure_musd, line.most_musd, drawn.quarters) == (60.0, 60.0, 2)
    ending = bill(position, "USA", _draft("packaging_rnd interposer_2_5d 30 until 2023Q1"))
    assert next(one for one in ending.lines if one.changed).sure_musd == 30.0


def test_a_grant_is_a_promise_up_to_its_cap(position):
    drawn = bill(position, "USA", _draft("packaging_grant interposer_2_5d 0.4 cap 500"))
    line = next(one for one in drawn.lines if one.changed)
    assert (line.sure_musd, line.most_musd) == (0.0, 500.0)
    assert drawn.left_musd("packaging") == drawn.available_musd("packaging")


def test_the_purse_of_a_lever():
    assert purse_of(("tax_credit", "fabrication")) == "fab"
    assert purse_of(("tax_credit", "packaging")) == "packaging"
    assert purse_of(("fab_grant", "wafers_leading")) == "fab"


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 0.9), st.floats(0.0, 0.9))
def test_what_is_sure_is_paid_in_full_where_it_can_be_paid_and_as_far_as_the_purse_goes_where_not(position, research, programme):
    """The model's own payments, in a game that awards no grants; amounts are parts of what is available."""
    ended = [f"{s.lever} {s.item} 0" for s in position.in_force("USA").in_force(position.calendar.begins(1))]
    available = bill(position, "USA", _draft(*ended)).available_musd("packaging")
    amounts = {"packaging_rnd": research * available / 2, "supplier_programme": programme * available / 2}
    draft = _draft(
        *ended,
        f"packaging_rnd interposer_2_5d {amounts['packaging_rnd']!r}",
        f"supplier_programme hbm {amounts['supplier_programme']!r}",
    )
    drawn = bill(position, "USA", draft)
    result = position.next({"USA": draft}).result
    paid = {lever: result.array("outlay_musd", "government:USA", lever)[-drawn.quarters :, 0].sum() for lever in amounts}
    if drawn.over() is None:
        assert paid == pytest.approx({lever: amount * drawn.quarters for lever, amount in amounts.items()})
    else:
        assert sum(paid.values()) == pytest.approx(drawn.available_musd("packaging"))
        assert sum(paid.values()) < drawn.sure_musd("packaging")


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 1900.0), st.floats(0.0, 1900.0))
def test_shrinking_the_named_line_pays_the_bill_or_brings_it_to_nothing(position, research, programme):
    amounts = {("packaging_rnd", "interposer_2_5d"): research, ("supplier_programme", "hbm"): programme}

    def drawn():
        return bill(position, "USA", _draft(*(f"{lever} {item} {amount!r}" for (lever, item), amount in amounts.items())))

    for _ in range(2):
        over = drawn().over()
        if over is None:
            break
        assert over.needed_musd > over.available_musd
        assert 0.0 <= over.at_most < amounts[over.key]
        amounts[over.key] = over.at_most
    assert drawn().over() is None

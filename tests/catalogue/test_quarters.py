"""The calendar: quarters read, written, counted and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.catalogue import Quarter

indices = st.integers(0, 39_999)


@given(indices)
def test_a_quarter_survives_being_written_and_read(index: int) -> None:
    quarter = Quarter(index)
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.of(quarter.year, quarter.number) == quarter
    assert eval(repr(quarter)) == quarter


@given(indices, indices)
def test_counting_and_comparing_agree(first: int, second: int) -> None:
    a, b = Quarter(first), Quarter(second)
    assert b - (b - a) == a
    assert a + (b - a) == b
    assert (a < b) == (a - b < 0)
    assert (str(a) < str(b)) == (a < b)


def test_the_first_quarter_follows_the_fourth() -> None:
    after = Quarter.parse("2023Q4") + 1
    assert (after.year, after.number, str(after), after.index) == (2024, 1, "2024Q1", 4 * 2024)


@pytest.mark.parametrize(
    "text", ["2023", "2023Q0", "2023Q5", "2023q1", "23Q1", "2023Q1 ", " 2023Q1", "2023Q1\n", "", "2023-Q1", "٢٠٢٣Q1"]
)
def test_what_is_no_quarter_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a quarter; .* like 2023Q1"):
        Quarter.parse(text)


def test_quarters_stay_inside_four_digit_years() -> None:
    with pytest.raises(ValueError, match="outside the years"):
        Quarter.parse("0000Q1") - 1
    with pytest.raises(ValueError, match="outside the years"):
        Quarter.parse("9999Q4") + 1
    with pytest.raises(ValueError, match="allowed are 1, 2, 3 and 4"):
        Quarter.of(2023, 5)


def test_a_quarter_cannot_be_changed_and_can_be_a_key() -> None:
    quarter = Quarter.parse("2023Q1")
    with pytest.raises(AttributeError):
        quarter.index = 1  # type: ignore[misc]
    assert {quarter: "here"}[Quarter.of(2023, 1)] == "here"

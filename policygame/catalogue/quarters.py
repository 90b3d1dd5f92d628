"""The calendar: a quarter of a year as a value that can be counted, compared and written.

How many quarters a game turn takes, and when a scenario starts, belong to the scenario.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import overload

__all__ = ["Quarter"]

_FORM = re.compile(r"([0-9]{4})Q([1-4])")
_LAST = 4 * 10_000


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of the calendar, years 0 to 9999. ``index`` counts quarters: ``4 * year + number - 1``.

    >>> Quarter.parse("2023Q4") + 1
    Quarter.parse('2024Q1')
    >>> Quarter.parse("2024Q1") - Quarter.parse("2022Q1")
    8
    >>> str(Quarter.of(2023, 2))
    '2023Q2'
    """

    index: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < _LAST:
            raise ValueError(f"quarter number {self.index} lies outside the years 0 to 9999")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter that ``text`` names, written like ``2023Q1``; ValueError says what is wrong."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a quarter; write the year, Q and 1 to 4, like 2023Q1")
        return cls(4 * int(found[1]) + int(found[2]) - 1)

    @classmethod
    def of(cls, year: int, number: int) -> Quarter:
        """Quarter ``number`` (1 to 4) of ``year``."""
        if not 1 <= number <= 4:
            raise ValueError(f"{number} is not a quarter of a year; allowed are 1, 2, 3 and 4")
        return cls(4 * year + number - 1)

    @property
    def year(self) -> int:
        """The calendar year."""
        return self.index // 4

    @property
    def number(self) -> int:
        """The quarter within its year, 1 to 4."""
        return self.index % 4 + 1

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    def __repr__(self) -> str:
        return f"Quarter.parse({str(self)!r})"

    def __add__(self, quarters: int) -> Quarter:
        return Quarter(self.index + quarters)

    @overload
    def __sub__(self, other: Quarter) -> int: ...

    @overload
    def __sub__(self, other: int) -> Quarter: ...

    def __sub__(self, other: Quarter | int) -> Quarter | int:
        """Quarters between two quarters, or the quarter so many quarters earlier."""
        if isinstance(other, Quarter):
            return self.index - other.index
        return Quarter(self.index - other)

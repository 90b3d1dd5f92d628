"""Reading the line form of a policy: ``2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500 guardrail CHN,VNM until 2026Q4``.

Quarter, lever, item and amount, then options by name in any order; ``#`` begins a comment. Everything that is wrong is gathered
with its line and column. What a setting means lives in ``setting``, files and whole policies in ``policy``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policygame.catalogue import LEVERS, Lever, Option, Quarter
from policygame.scenario.setting import (
    OptionValue,
    PolicyProblem,
    Setting,
    TextPlace,
    amount_problem,
    bounds_text,
    ending_problem,
    item_problem,
    missing_problems,
    number_text,
    option_form,
    option_problems,
    shown,
    unknown,
)

__all__ = ["EXAMPLE", "LONGEST_LINE", "MOST_PROBLEMS", "read_line", "read_lines"]

EXAMPLE = "2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500"
MOST_PROBLEMS = 1000
"""Reading stops when this many things are wrong: such a text is no policy."""

LONGEST_LINE = 1000
"""Most characters of a line, comment aside."""

_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PARTS = ("quarter", "lever", "item", "amount")


def read_lines(text: str, source: str = "") -> tuple[list[Setting], list[PolicyProblem]]:
    """The settings of the good lines of a text, in its order, and everything that is wrong with the others."""
    settings: list[Setting] = []
    problems: list[PolicyProblem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if len(problems) >= MOST_PROBLEMS:
            place = TextPlace(line=number, source=source)
            problems.append(PolicyProblem("reading stopped here, too much is wrong before; is this text a policy?", place))
            break
        setting = read_line(line, TextPlace(line=number, source=source), problems)
        if setting is not None:
            settings.append(setting)
    return settings, problems


def read_line(line: str, place: TextPlace, problems: list[PolicyProblem]) -> Setting | None:
    """The setting of one line, or None for a blank line or one with something wrong, which is added to ``problems``."""
    decision = line.partition("#")[0].rstrip()
    if len(decision) > LONGEST_LINE:
        message = f"the line has {len(decision)} characters; allowed are {LONGEST_LINE}, one decision a line"
        problems.append(PolicyProblem(message, TextPlace(place.line, LONGEST_LINE + 1, place.source)))
        return None
    words = [Word(found.group(), found.start() + 1) for found in _WORD.finditer(decision)]
    return _LineReader(place, problems).read(words) if words else None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line and the column, from 1, in which it begins."""

    text: str
    column: int


class _LineReader:
    """Reads the words of one line; adds what is wrong to ``problems``."""

    def __init__(self, place: TextPlace, problems: list[PolicyProblem]) -> None:
        self.place = place
        self.problems = problems
        self.already = len(problems)

    def say(self, column: int, message: str) -> None:
        self.problems.append(PolicyProblem(message, TextPlace(self.place.line, column, self.place.source)))

    def read(self, words: Sequence[Word]) -> Setting | None:
        quarter = self.quarter(words[0])
        lever = self.lever(words[1]) if len(words) > 1 else None
        if lever is not None and len(words) > 2:
            self.say_if(words[2], item_problem(lever, words[2].text))
        amount = self.amount(words[3], lever) if len(words) > 3 else None
        if len(words) < len(_PARTS):
            end = words[-1].column + len(words[-1].text)
            self.say(end, f"the line ends before its {' and '.join(_PARTS[len(words) :])}; write it like '{EXAMPLE}'")
        if lever is None:
            return None
        options, columns = self.options(words[4:], lever)
        if quarter is not None and "until" in options:
            self.say_if(Word("", columns["until"]), ending_problem(quarter, options["until"]))
        for message in missing_problems(lever, amount, columns) if amount is not None else ():
            self.say(words[1].column, message)
        if quarter is None or amount is None or len(self.problems) > self.already:
            return None
        return Setting(quarter, lever.id, words[2].text, amount, options, self.place)

    def say_if(self, word: Word, message: str | None) -> None:
        if message is not None:
            self.say(word.column, message)

    def quarter(self, word: Word) -> Quarter | None:
        try:
            return Quarter.parse(word.text)
        except ValueError:
            self.say(word.column, f"{shown(word.text)} is not a quarter; write the year, Q and 1 to 4, like 2024Q1")
            return None

    def lever(self, word: Word) -> Lever | None:
        lever = LEVERS.get(word.text)
        if lever is None:
            self.say(word.column, unknown("lever", word.text, LEVERS))
        return lever

    def amount(self, word: Word, lever: Lever | None) -> float | None:
        number = self.number(
            "amount", word, f"{number_text(lever.low)} to {number_text(lever.high)} {lever.unit}" if lever else ""
        )
        if number is not None and lever is not None:
            self.say_if(word, amount_problem(lever, number))
        return number

    def number(self, what: str, word: Word, bounds: str) -> float | None:
        if _NUMBER.fullmatch(word.text) is None:
            allowed = f"; allowed is {bounds}" if bounds else ""
            self.say(word.column, f"{what} {shown(word.text)} is not a number{allowed}, written like 0.4 or 1500")
            return None
        return float(word.text)

    def options(self, words: Sequence[Word], lever: Lever) -> tuple[dict[str, OptionValue], dict[str, int]]:
        """Values of the options that are right, and the column of the value (or flag) of every option that is named."""
        values: dict[str, OptionValue] = {}
        columns: dict[str, int] = {}
        position = 0
        while position < len(words):
            word = words[position]
            option = lever.options.get(word.text)
            position += 1
            if option is None:
                self.say(word.column, unknown(f"option of {lever.id}", word.text, lever.options))
                position = self.next_option(words, position, lever)
                continue
            if word.text in columns:
                self.say(word.column, f"option '{word.text}' stands twice; leave one out")
            columns[word.text] = word.column
            if option.kind == "flag":
                values[word.text] = True
                continue
            if position == len(words) or words[position].text in lever.options:
                self.say(word.column, f"option '{word.text}' needs a value: write {option_form(word.text, option)}")
                continue
            columns[word.text] = words[position].column
            value = self.value(word.text, option, words[position])
            position += 1
            if value is None:  # the rest of a value in several words is not read as options
                position = self.next_option(words, position, lever)
            else:
                values[word.text] = value
        return values, columns

    @staticmethod
    def next_option(words: Sequence[Word], position: int, lever: Lever) -> int:
        while position < len(words) and words[position].text not in lever.options:
            position += 1
        return position

    def value(self, name: str, option: Option, word: Word) -> OptionValue | None:
        """The value that a word states for an option, or None when it is wrong."""
        value: OptionValue | None
        starts = [word.column]
        if option.kind == "number":
            value = self.number(name, word, bounds_text(option))
        elif option.kind == "quarter":
            value = self.quarter(word)
        else:
            value = tuple(word.text.split(","))
            starts = [word.column + sum(len(part) + 1 for part in value[:index]) for index in range(len(value))]
        if value is None:
            return None
        problems = list(option_problems(name, option, value))
        for index, message in problems:
            self.say(starts[index], message)
        return None if problems else value

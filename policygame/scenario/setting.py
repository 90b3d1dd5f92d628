"""One dated decision of a government, and the errors that say what is wrong with it.

A ``Setting`` is always well formed: lever, item, amount and options keep what the catalogue declares, whoever builds it. Reading
text lives in ``policy_lines``, many settings together in ``policy``, what a scenario and a role allow in ``policy_checks``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from policygame.catalogue import JURISDICTIONS, LEVERS, Lever, Option, Quarter, nearest
from policygame.errors import UserError

__all__ = ["MOST_SHOWN", "OptionValue", "PolicyError", "PolicyProblem", "Setting", "TextPlace", "number_text", "shown"]

OptionValue = float | int | bool | Quarter | tuple[str, ...]
"""Value of an option: number (a whole one for years), flag (always True where present), quarter, jurisdiction ids."""

MOST_SHOWN = 1000
"""How many problems the text of an error tells; ``PolicyError.problems`` holds all."""

_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text says something: line and column count from 1 (0: unknown), ``source`` is the name of the file, if any."""

    line: int = 0
    column: int = 0
    source: str = ""

    def __str__(self) -> str:
        where = ", ".join(f"{name} {number}" for name, number in (("line", self.line), ("column", self.column)) if number)
        if not self.source:
            return where
        return f"{where} of {self.source}" if where else self.source


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing that is wrong: where, and a sentence that says what was found and what is allowed."""

    message: str
    place: TextPlace = field(default_factory=TextPlace)
    setting: str = ""

    def __str__(self) -> str:
        where = ", ".join(filter(None, (str(self.place), f"'{self.setting}'" if self.setting else "")))
        return f"{where}: {self.message}" if where else self.message


class PolicyError(UserError):
    """A policy that cannot be used. ``problems`` holds everything that is wrong with it, ``str`` tells it to a person."""

    def __init__(self, subject: str, problems: Iterable[PolicyProblem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(subject, self.problems)

    def __str__(self) -> str:
        count = "an error" if len(self.problems) == 1 else f"{len(self.problems)} errors"
        told = [f"  {problem}" for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            told.append(f"  ... and {len(self.problems) - MOST_SHOWN} more")
        return "\n".join((f"{self.subject} has {count}:", *told))


@dataclass(frozen=True, slots=True)
class Setting:
    """From ``quarter`` on, ``lever`` is set to ``amount`` (in the lever's unit) for ``item``.

    It holds until the next setting of the same lever and item, or through the quarter of its option ``until``. An amount of 0
    ends what was set before and needs no options. ``options`` is read-only, in the order of the catalogue; jurisdictions are in
    the order of the catalogue too, so equal decisions are equal values. ``place`` says where the setting was read; it does not
    count in comparisons. PolicyError lists everything that breaks the declaration of the lever.

    >>> setting = Setting(Quarter.parse("2024Q1"), "packaging_grant", "fan_out", 0.4, {"guardrail": ("VNM", "CHN"), "cap": 1500})
    >>> str(setting)
    '2024Q1 packaging_grant fan_out 0.4 cap 1500 guardrail CHN,VNM'
    >>> setting.number("cap"), setting.jurisdictions("guardrail"), setting.flag("priority"), setting.until
    (1500.0, ('CHN', 'VNM'), False, None)
    """

    quarter: Quarter
    lever: str
    item: str
    amount: float
    options: Mapping[str, OptionValue] = field(default_factory=dict, hash=False)
    place: TextPlace = field(default=TextPlace(), compare=False, repr=False)

    def __post_init__(self) -> None:
        given = {name: value for name, value in self.options.items() if value is not False}
        problems = list(_setting_problems(self.quarter, self.lever, self.item, self.amount, given))
        if problems:
            raise PolicyError("a setting", [PolicyProblem(message, self.place) for message in problems])
        declared = LEVERS[self.lever].options
        options = {name: _normal(declared[name], given[name]) for name in declared if name in given}
        object.__setattr__(self, "amount", float(self.amount) + 0.0)
        object.__setattr__(self, "options", MappingProxyType(options))

    def __reduce__(self) -> tuple[type[Setting], tuple[Any, ...]]:
        return Setting, (self.quarter, self.lever, self.item, self.amount, dict(self.options), self.place)

    def __repr__(self) -> str:
        return f"Policy.parse_line({str(self)!r})"

    def __str__(self) -> str:
        options = (_option_text(name, value) for name, value in self.options.items())
        return " ".join((str(self.quarter), self.lever, self.item, number_text(self.amount), *options))

    @property
    def key(self) -> tuple[str, str]:
        """Lever and item: a later setting of the same key takes this one's place."""
        return self.lever, self.item

    @property
    def until(self) -> Quarter | None:
        """The last quarter of the setting, or None when it has no stated end."""
        value = self.options.get("until")
        return value if isinstance(value, Quarter) else None

    def number(self, option: str) -> float | None:
        """The number of an option in its unit, or None where the setting does not state it."""
        value = self.options.get(option)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def jurisdictions(self, option: str) -> tuple[str, ...]:
        """The jurisdictions of an option, in the order of the catalogue; empty where the setting does not state it."""
        value = self.options.get(option)
        return value if isinstance(value, tuple) else ()

    def flag(self, option: str) -> bool:
        """Whether the setting carries this flag."""
        return self.options.get(option) is True


def number_text(number: float) -> str:
    """The shortest decimal text that reads back as the same float.

    >>> number_text(0.4), number_text(1500.0), number_text(1e-7)
    ('0.4', '1500', '1e-07')
    """
    return repr(float(number)).removesuffix(".0")


def shown(word: object) -> str:
    """A word as an error message quotes it: printable, and cut where it is very long."""
    text = word if isinstance(word, str) else repr(word)
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


def unknown(kind: str, word: object, allowed: Iterable[str]) -> str:
    """The sentence about a word that is not one of ``allowed``, with the nearest one."""
    words = tuple(allowed)
    are = "allowed is" if len(words) == 1 else "allowed are"
    hint = nearest(word[:_LONGEST_SHOWN], words) if isinstance(word, str) else ""
    return f"unknown {kind} {shown(word)}; {are} {', '.join(words)}.{hint}"


def item_problem(lever: Lever, item: object) -> str | None:
    """What is wrong with an item for this lever."""
    return None if item in lever.items else unknown(f"item of {lever.id}", item, lever.items)


def amount_problem(lever: Lever, amount: object) -> str | None:
    """What is wrong with an amount for this lever, by the catalogue's bounds."""
    return _number_problem("amount", amount, lever.low, lever.high, lever.unit)


def option_problems(name: str, option: Option, value: object) -> Iterator[tuple[int, str]]:
    """What is wrong with the value of an option: position (in a list of jurisdictions, else 0) and sentence."""
    if option.kind == "number":
        low = -math.inf if option.low is None else option.low
        high = math.inf if option.high is None else option.high
        message = _number_problem(name, value, low, high, option.unit)
        if message is None and _is_whole(option) and not float(value).is_integer():  # type: ignore[arg-type]
            message = f"{name} {value} must be a whole number of {option.unit}"
        if message is not None:
            yield 0, message
    elif option.kind == "jurisdictions":
        yield from _jurisdictions_problems(name, value)
    elif option.kind == "quarter" and not isinstance(value, Quarter):
        yield 0, f"{name} {shown(value)} is not a Quarter; make one with Quarter.parse('2026Q4')"
    elif option.kind == "flag" and value is not True:
        yield 0, f"{name} is a flag: True or False, not {shown(value)}"


def ending_problem(quarter: Quarter, until: object) -> str | None:
    """What is wrong with the quarter after which a setting ends."""
    if isinstance(until, Quarter) and until < quarter:
        return f"ends in {until}, before it begins in {quarter}; 'until' is the last quarter in which it holds"
    return None


def missing_problems(lever: Lever, amount: float, named: Iterable[str]) -> Iterator[str]:
    """What a setting of this lever must state and does not. One that ends the lever (amount 0) needs nothing."""
    given = tuple(named)
    for name, option in lever.options.items():
        if option.required and amount != 0.0 and name not in given:
            yield f"{lever.id} needs '{name}': add {option_form(name, option)}. {option.sentence}"


def bounds_text(option: Option) -> str:
    """The bounds of a number option in words, with the unit."""
    if option.low is None or option.high is None:
        return f"a number of {option.unit}"
    return f"{number_text(option.low)} to {number_text(option.high)} {option.unit}"


def option_form(name: str, option: Option) -> str:
    """How an option is written, in words."""
    return {
        "number": f"'{name} <{bounds_text(option)}>'",
        "jurisdictions": f"'{name} CHN,VNM' (any of {', '.join(JURISDICTIONS)})",
        "quarter": f"'{name} 2026Q4'",
        "flag": f"'{name}'",
    }[option.kind]


def _setting_problems(
    quarter: object, lever_id: str, item: object, amount: float, options: Mapping[str, object]
) -> Iterator[str]:
    if not isinstance(quarter, Quarter):
        yield f"{shown(quarter)} is not a Quarter; make one with Quarter.parse('2024Q1')"
    lever = LEVERS.get(lever_id)
    if lever is None:
        yield unknown("lever", lever_id, LEVERS)
        return
    yield from filter(None, (item_problem(lever, item), amount_problem(lever, amount)))
    for name, value in options.items():
        if name not in lever.options:
            yield unknown(f"option of {lever.id}", name, lever.options)
        else:
            yield from (message for _, message in option_problems(name, lever.options[name], value))
    if isinstance(quarter, Quarter):
        yield from filter(None, (ending_problem(quarter, options.get("until")),))
    yield from missing_problems(lever, amount, options)


def _number_problem(what: str, value: object, low: float, high: float, unit: str) -> str | None:
    bounds = f"{number_text(low)} to {number_text(high)} {unit}"
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        return f"{what} {shown(value)} is not a number; allowed is {bounds}"
    number = float(value)
    if not low <= number <= high:  # also refuses nan
        return f"{what} {number_text(number)} is out of bounds; allowed is {bounds}"
    return None


def _jurisdictions_problems(name: str, value: object) -> Iterator[tuple[int, str]]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        yield 0, f"{name} {shown(value)} is not a list of jurisdictions; allowed are {', '.join(JURISDICTIONS)}"
        return
    ids = tuple(value)
    if not ids:
        yield 0, f"{name} names no jurisdiction; allowed are {', '.join(JURISDICTIONS)}"
    for position, word in enumerate(ids):
        if word == "":
            yield position, f"{name} has an empty place in its list; join the ids by commas without spaces, like CHN,VNM"
        elif word not in JURISDICTIONS:
            yield position, unknown(f"jurisdiction after '{name}'", word, JURISDICTIONS)
        elif word in ids[:position]:
            yield position, f"{name} names {word} twice; leave one out"


def _is_whole(option: Option) -> bool:
    return option.unit == "years"


def _normal(option: Option, value: Any) -> OptionValue:
    """A valid value in the one form in which settings keep it."""
    if option.kind == "number":
        return int(value) if _is_whole(option) else float(value) + 0.0
    if option.kind == "jurisdictions":
        return tuple(word for word in JURISDICTIONS if word in tuple(value))
    kept: OptionValue = value
    return kept


def _option_text(name: str, value: OptionValue) -> str:
    if value is True:
        return name
    if isinstance(value, tuple):
        return f"{name} {','.join(value)}"
    return f"{name} {value}" if isinstance(value, Quarter) else f"{name} {number_text(value)}"

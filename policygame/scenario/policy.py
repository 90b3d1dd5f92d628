"""A policy: the dated decisions of one government, with a text form that reads aloud and round-trips.

    2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500 guardrail CHN,VNM priority until 2026Q4
    2024Q1 workforce packaging 50          # M USD a quarter, until further notice

The dated history of a scenario is a policy too. One decision is a ``Setting`` (``setting``), the line form is read in
``policy_lines``, and what a scenario and a role allow is checked in ``policy_checks``. What levers do lives in the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policygame.catalogue import LEVERS, Quarter, nearest
from policygame.scenario.policy_checks import check_policy
from policygame.scenario.policy_lines import EXAMPLE, read_line, read_lines
from policygame.scenario.setting import PolicyError, PolicyProblem, Setting, TextPlace

if TYPE_CHECKING:
    from policygame.scenario.schema import Scenario

__all__ = ["MAX_BYTES", "Policy", "PolicyError", "PolicyProblem", "Setting", "TextPlace"]

MAX_BYTES = 1_000_000
"""Largest policy file that is read."""

_LEVER_ORDER = {lever: position for position, lever in enumerate(LEVERS)}


@dataclass(frozen=True, slots=True)
class Policy:
    """Dated settings of one government, sorted by quarter, lever and item; at most one per quarter, lever and item.

    A setting holds until the next one of the same lever and item, or through its ``until``; an amount of 0 ends it. Policies are
    values: equal when they decide the same, hashable, never changed in place. PolicyError if a decision stands twice.

    >>> policy = Policy.parse('''
    ... 2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500   # the programme
    ... 2024Q1 workforce packaging 50 until 2025Q4
    ... 2026Q1 packaging_grant interposer_2_5d 0.25
    ... ''')
    >>> for setting in policy.in_force(Quarter.parse("2026Q1")):
    ...     print(setting)
    2026Q1 packaging_grant interposer_2_5d 0.25
    >>> policy.levels(Quarter.parse("2025Q4"))
    {('packaging_grant', 'interposer_2_5d'): 0.4, ('workforce', 'packaging'): 50.0}
    """

    settings: tuple[Setting, ...] = ()

    def __post_init__(self) -> None:
        settings = tuple(sorted(self.settings, key=_order))
        problems = list(_repeated(settings))
        if problems:
            raise PolicyError("the policy", problems)
        object.__setattr__(self, "settings", settings)

    @classmethod
    def parse(cls, text: str, source: str = "") -> Policy:
        """The policy that ``text`` states, one setting a line; ``#`` begins a comment, blank lines are nothing.

        PolicyError lists everything that is wrong, with line and column; ``source`` (a file name) is named there.

        >>> Policy.parse("2024Q1 packging_grant fan_out 0.4")
        Traceback (most recent call last):
        policygame.scenario.setting.PolicyError: the policy has an error:
          line 1, column 8: unknown lever 'packging_grant'; allowed are packaging_grant, fab_grant, tax_credit, packaging_rnd, \
workforce, supplier_programme, purchase_commitment, export_control, alliance, stockpile. Did you mean 'packaging_grant'?
        """
        settings, problems = read_lines(text, source)
        problems.extend(_repeated(sorted(settings, key=_order)))
        if problems:
            raise PolicyError(f"the policy in {source}" if source else "the policy", sorted(problems, key=_position))
        return cls(tuple(settings))

    @staticmethod
    def parse_line(line: str, place: TextPlace = TextPlace()) -> Setting:  # noqa: B008 - TextPlace is immutable
        """The setting that one line states; PolicyError also for a blank one. ``place`` says where the line stands.

        >>> Policy.parse_line("2025Q1 export_control tools 1 on CHN,VNM").jurisdictions("on")
        ('CHN', 'VNM')
        """
        problems: list[PolicyProblem] = []
        setting = read_line(line, place, problems)
        if setting is None:
            blank = PolicyProblem(f"there is no setting in it; write it like '{EXAMPLE}'", place)
            raise PolicyError("a line of a policy", problems or [blank])
        return setting

    @classmethod
    def read(cls, path: str | Path) -> Policy:
        """The policy in a text file (UTF-8, at most 1 MB); PolicyError names the file."""
        return cls.parse(_read_text(Path(path)), source=str(path))

    @classmethod
    def of_history(cls, scenario: Scenario, government: str) -> Policy:
        """What a scenario's history has a government decide; an empty policy where it has none. PolicyError names the entry."""
        entries = scenario.history.get(government, ())
        places = (TextPlace(source=f"history.{government}[{index}]") for index in range(len(entries)))
        return cls(tuple(cls.parse_line(entry.line, place) for entry, place in zip(entries, places, strict=True)))

    def __str__(self) -> str:
        """One canonical line per setting: ``Policy.parse(str(policy)) == policy``."""
        return "\n".join(map(str, self.settings))

    def __add__(self, other: Policy) -> Policy:
        """Both policies in one. Where both decide a lever and item in the same quarter, ``other`` does.

        >>> now, draft = Policy.parse("2024Q1 workforce packaging 50"), Policy.parse("2024Q1 workforce packaging 80")
        >>> print(now + draft)
        2024Q1 workforce packaging 80
        """
        merged = {(setting.quarter, *setting.key): setting for setting in (*self.settings, *other.settings)}
        return Policy(tuple(merged.values()))

    def without(self, index: int) -> Policy:
        """The policy without ``settings[index]``; what that setting had replaced then holds on. IndexError if there is none."""
        left_out = self.settings[index]
        return Policy(tuple(setting for setting in self.settings if setting is not left_out))

    def before(self, quarter: Quarter) -> Policy:
        """The settings dated before ``quarter``: what was decided when it begins. ``before(q) + since(q)`` is the whole.

        >>> policy = Policy.parse("2024Q1 workforce packaging 50\\n2025Q1 workforce packaging 80")
        >>> print(policy.before(Quarter.parse("2025Q1")) + Policy.parse("2025Q1 workforce packaging 0"))
        2024Q1 workforce packaging 50
        2025Q1 workforce packaging 0
        """
        return Policy(tuple(setting for setting in self.settings if setting.quarter < quarter))

    def until(self, quarter: Quarter) -> Policy:
        """The settings dated in or before ``quarter``."""
        return Policy(tuple(setting for setting in self.settings if setting.quarter <= quarter))

    def since(self, quarter: Quarter) -> Policy:
        """The settings dated in or after ``quarter``."""
        return Policy(tuple(setting for setting in self.settings if setting.quarter >= quarter))

    def in_force(self, quarter: Quarter) -> tuple[Setting, ...]:
        """The settings that hold in ``quarter``, at most one per lever and item, in the order of the catalogue."""
        newest: dict[tuple[str, str], Setting] = {}
        for setting in self.settings:
            if setting.quarter <= quarter:
                newest[setting.key] = setting
        holding = (setting for setting in newest.values() if setting.amount > 0.0)
        return tuple(sorted((s for s in holding if s.until is None or quarter <= s.until), key=lambda s: _order(s)[1:]))

    def levels(self, quarter: Quarter) -> dict[tuple[str, str], float]:
        """Amounts in force in ``quarter`` by (lever, item), in the levers' units."""
        return {setting.key: setting.amount for setting in self.in_force(quarter)}

    def check(self, scenario: Scenario, government: str) -> None:
        """PolicyError listing everything that ``government`` may not do in ``scenario``; see ``policy_checks``."""
        check_policy(self, scenario, government)


def _order(setting: Setting) -> tuple[Quarter, int, int]:
    return setting.quarter, _LEVER_ORDER[setting.lever], LEVERS[setting.lever].items.index(setting.item)


def _position(problem: PolicyProblem) -> tuple[int, int]:
    return problem.place.line, problem.place.column


def _repeated(settings: Iterable[Setting]) -> Iterator[PolicyProblem]:
    """A problem for every setting, of a sorted sequence, that decides the same as the one before it."""
    first: Setting | None = None
    for setting in settings:
        if first is not None and (first.quarter, first.key) == (setting.quarter, setting.key):
            told = str(first.place) or f"'{first}'"
            what = f"{setting.lever} {setting.item} in {setting.quarter}"
            yield PolicyProblem(f"decides {what} again, after {told}; keep one of them", setting.place, str(setting))
        else:
            first = setting


def _read_text(path: Path) -> str:
    def refusal(message: str) -> PolicyError:
        return PolicyError("the policy", [PolicyProblem(message, TextPlace(source=str(path)))])

    try:
        if path.exists() and not path.is_file():
            raise refusal("this is not a file; name a text file with one setting a line")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        folder = path.parent
        hint = nearest(path.name, sorted(other.name for other in folder.iterdir())) if folder.is_dir() else ""
        raise refusal(f"there is no such file.{hint}") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise refusal(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > MAX_BYTES:
        raise refusal(f"it has more than {MAX_BYTES} bytes; a policy has one short line per decision")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal(f"line {line} is not UTF-8 (byte {error.start + 1} of the file); save it as UTF-8 text") from None

"""Arms: what the governments do, in every combination that is compared.

Arms that are named stand as they are; lists of ``levers`` are crossed with them and with each other. How a text means a bot, a file or
lines is decided here; whether a government may do it, by ``Policy.check``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from policygame.bots import BOTS
from policygame.experiment.schema import HISTORY, OTHERS
from policygame.scenario import Policy, Scenario
from policygame.scenario.problems import MismatchError, quoted, suggestion

__all__ = ["ONLY_ARM", "Arm", "Choice", "arms_of", "governments", "read_choice"]

ONLY_ARM = HISTORY
"""Name of the arm of an experiment without arms and levers: everybody follows the record."""
_LONGEST_LABEL = 80


@dataclass(frozen=True)
class Choice:
    """What a government does: ``plays`` is the name of a bot, a policy, or None for the record; ``text`` says it in full."""

    written: str
    plays: str | Policy | None

    @property
    def text(self) -> str:
        """The bot's name, the lines of the policy, or ``history``."""
        return HISTORY if self.plays is None else str(self.plays)

    def label(self, position: int) -> str:
        """A short name for tables: as it is written, or its number in its list."""
        short = "\n" not in self.written.strip() and len(self.written) <= _LONGEST_LABEL
        return self.written.strip() if short else f"policy {position + 1}"


@dataclass(frozen=True)
class Arm:
    """A combination: government -> choice, and government -> label for those that ``levers`` cross."""

    name: str
    choices: Mapping[str, Choice]
    labels: Mapping[str, str]


def governments(scenario: Scenario) -> tuple[str, ...]:
    """Jurisdictions of the scenario with a government that can act."""
    return tuple(name for name, place in scenario.jurisdictions.items() if place.government is not None)


def read_choice(text: str, folder: Path, scenario: Scenario, government: str) -> Choice:
    """What a text has a government do: a bot's name, ``history``, a file from ``folder``, or lines of a policy.

    MismatchError where it is none of these; PolicyError where the policy cannot be read or the government may not do it.
    """
    if text == HISTORY:
        return Choice(text, None)
    if text in BOTS:
        return Choice(text, text)
    if len(text.split()) > 1:
        policy = Policy.parse(text)
    else:
        file = folder / text
        if not text.strip() or not file.is_file():
            allowed = f"{HISTORY}, a bot ({', '.join(BOTS)}), a policy file, or lines of a policy"
            raise MismatchError(f"{quoted(text)}, neither a bot nor a file", allowed, hint=suggestion(text, tuple(BOTS)))
        policy = Policy.read(file)
    policy.check(scenario, government)
    return Choice(text, policy)


def arms_of(
    named: Mapping[str, Mapping[str, str]], levers: Mapping[str, Sequence[str]], folder: Path, scenario: Scenario
) -> tuple[Arm, ...]:
    """Every arm of an experiment whose texts have been checked."""
    seated = governments(scenario)
    crossed = [[(name, text, at) for at, text in enumerate(texts)] for name, texts in levers.items()]
    found = []
    for arm, told in (named or {"": {}}).items():
        everybody = {name: told.get(name, told.get(OTHERS)) for name in seated}
        for combination in product(*crossed):
            texts = everybody | {name: text for name, text, _ in combination}
            choices = {name: read_choice(text, folder, scenario, name) for name, text in texts.items() if text is not None}
            labels = {name: choices[name].label(at) for name, _, at in combination}
            words = ", ".join(f"{name}={label}" for name, label in labels.items())
            found.append(Arm("; ".join(filter(None, (arm, words))) or ONLY_ARM, choices, labels))
    return tuple(found)

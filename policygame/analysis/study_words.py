"""Results of a study in words and cells, as the command and the generated page print them alike. What is found is ``findings``."""

from __future__ import annotations

from policygame.analysis.findings import AS_SAID, CORRELATION, HARDLY, NOT_SAID, OTHERWISE, UNTOLD, Effect, Found
from policygame.analysis.studies import StudyResult
from policygame.experiment.study import ASSUMPTION, NO_SOURCE

__all__ = ["STRONGEST", "about", "effect_cell", "effect_rows", "expected_words", "found_words", "influence_rows", "verdicts"]

STRONGEST = 10
"""Quantities that are printed of each outcome."""
_OTHERS = ((HARDLY, "have the right sign and are under 0.1 %"), (OTHERWISE, "otherwise"), (UNTOLD, "cannot be told"))
_EXPECTED = {"higher": "higher", "lower": "lower", "unstated": "not said"}


def about(found: StudyResult) -> str:
    """What was run, in a sentence."""
    points = f", {found.points:,} points" if found.quantities else ""
    arms = f", {len(found.arms)} arms" if len(found.arms) > 1 else ""
    failed = f", {found.failed:,} of them failed" if found.failed else ""
    return (
        f"{found.games:,} games{failed} of {found.scenario} to {found.horizon}{arms}{points}, "
        f"seeds {found.first_seed:,} to {found.last_seed:,}, model {found.model}."
    )


def expected_words(found: Found) -> str:
    """What the source leads one to expect."""
    if found.expected != "none":
        return _EXPECTED[found.expected]
    return f"less than {found.within:g}" if found.unit == CORRELATION else f"less than {100.0 * (found.within or 0.0):g} %"


def found_words(found: Found) -> str:
    """The value with its interval: in per cent of what is compared with where that has a meaning, else in its unit."""
    effect = found.effect
    if found.unit == CORRELATION:
        return f"{effect.value:+.2f} ({effect.low:+.2f} to {effect.high:+.2f})"
    if effect.share is None or effect.share_low is None or effect.share_high is None:
        return f"{_number(effect.value)} ({_number(effect.low)} to {_number(effect.high)}) {found.unit}"
    ends = f"{_percent(effect.share)} % ({_percent(effect.share_low)} to {_percent(effect.share_high)})"
    return f"{ends}, {_number(effect.value)} {found.unit}"


def verdicts(found: StudyResult) -> str:
    """How many claims are as their sources say; what follows from an assumption of the model is counted apart."""
    groups = (
        ("with a published source are as it says", [one for one in found.findings if one.source not in (ASSUMPTION, NO_SOURCE)]),
        ("that follow from an assumption are as assumed", [one for one in found.findings if one.source == ASSUMPTION]),
    )
    return " ".join(_counted([one.verdict for one in own], head) for head, own in groups if own) or (
        "No claim here has a source to compare with."
    )


def _counted(verdicts: list[str], head: str) -> str:
    told = [verdict for verdict in verdicts if verdict != NOT_SAID]
    words = f"{told.count(AS_SAID)} of {len(told)} claim{'s' * (len(told) != 1)} {head}"
    more = [f"{told.count(kind)} {word}" for kind, word in _OTHERS if kind in told]
    return f"{words}; {', '.join(more)}." if more else f"{words}."


def effect_cell(effect: Effect) -> str:
    """A difference in per cent of what is compared with, or as it is where that is 0; in brackets where its sign cannot be told."""
    text = _number(effect.value) if effect.share is None else f"{_percent(effect.share)} %"
    if effect.value == 0.0 and effect.low == effect.high:
        return "0"
    return text if effect.low > 0.0 or effect.high < 0.0 else f"({text})"


def effect_rows(found: StudyResult) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of the table of arms: an outcome, its mean in the arm compared with, what each other arm changes."""
    arms = [arm for arm in found.arms if arm != found.against]
    cells = {(arm, outcome): effect for arm, outcome, effect in found.effects}
    rows = []
    for outcome, unit in found.units.items():
        effects = [cells[arm, outcome] for arm in arms]
        base = effects[0].base
        rows.append([outcome, unit, "" if base is None else _plain(base), *map(effect_cell, effects)])
    return ["outcome", "unit", str(found.against), *arms], rows


def influence_rows(found: StudyResult) -> list[list[str]]:
    """Outcome, quantity, correlation and interval of the strongest quantities of each outcome."""
    rows = []
    for outcome in found.units:
        own = [row for row in found.influences if row.outcome == outcome][:STRONGEST]
        rows += [[outcome, row.quantity, f"{row.value:+.2f}", f"{row.low:+.2f} to {row.high:+.2f}"] for row in own]
    return rows


def _percent(share: float) -> str:
    value = 100.0 * share
    if abs(value) < 0.005:
        return "0.00"
    return f"{value:+,.0f}" if abs(value) >= 99.5 else f"{value:+.1f}" if abs(value) >= 0.95 else f"{value:+.2f}"


def _number(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) >= 1000.0 else f"{value:+.3g}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"

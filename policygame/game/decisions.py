"""Whether a decision can be taken: well formed, dated now, within what the role may do, and payable.

A decision is a ``Policy`` whose settings are all dated the first quarter of the turn. It states only what changes: a setting holds until
the next one of its lever and item, and an amount of 0 ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from policygame.catalogue import LEVERS, Quarter
from policygame.game.commands import Refused
from policygame.game.position import Position
from policygame.game.treasury import bill
from policygame.game.wording import item_name
from policygame.scenario import Policy, PolicyError
from policygame.scenario.policy_checks import policy_problems

__all__ = ["check_decision", "read_decision"]


def read_decision(lines: Sequence[str], now: Quarter) -> Policy:
    """The decision that these lines state; Refused("malformed" or "stale_turn") where they are none for this turn."""
    try:
        decision = Policy.parse("\n".join(lines))
    except PolicyError as error:
        raise Refused("malformed", f"These lines cannot be read. {error}") from None
    for setting in decision.settings:
        if setting.quarter != now:
            raise Refused("stale_turn", f"A decision of this turn is dated {now}; '{setting}' is not.")
    return decision


def check_decision(position: Position, seat: str, decision: Policy, *, pays: bool = True) -> None:
    """Refused where the role may not decide this ("out_of_bounds") or its treasury cannot pay it ("cannot_pay").

    ``pays`` False: money is not asked for. A bot decides by its rule whatever its purse, as in a simulation, and the model pays the part
    that it can; a turn must not hang on a bot that is short of a million.
    """
    # money is judged by the treasury as it stands, for this turn; a policy's own check judges it to the scenario's end
    of_settings = [problem for problem in policy_problems(decision, position.scenario, seat) if problem.setting]
    if of_settings:
        raise Refused(
            "out_of_bounds", "This cannot be decided. " + " ".join(f"'{one.setting}': {one.message}." for one in of_settings)
        )
    if pays:
        _check_payable(position, seat, decision)


def _check_payable(position: Position, seat: str, decision: Policy) -> None:
    drawn = bill(position, seat, decision)
    over = drawn.over()
    if over is not None:
        name = f"{LEVERS[over.key[0]].name}, {item_name(over.key[1])}"
        least = f"to {over.at_most:g} {over.unit}" if over.at_most > 0.0 else "to nothing"
        raise Refused(
            "cannot_pay",
            f"The {over.purse} purse has {over.available_musd:,.0f} M USD for this turn, and this takes {over.needed_musd:,.0f}. "
            f"Shrink {name} {least}.",
            line=over.key,
            amount=over.at_most,
        )

"""What one per cent more of each stage is worth from a game's present, in other worlds: the ladder beside the supply chain.

A ``LadderRequest`` is a plain value whose worlds may be divided, as an outlook's may. Gains are measured by
``foresight.bottleneck_value``; what the present is, and what may be known of it, is ``presents``. ``bound_last`` asks the same of the
quarter that has just been played: which stage held it up. A stage that is full and asked for twice over need not be the one.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from policygame.asking import check_seeds
from policygame.catalogue import Quarter
from policygame.foresight import BottleneckValue, bottleneck_value
from policygame.foresight.summaries import quantiles
from policygame.game.presents import OutlookError, Past, checked_policies, resolved, scripted, the_present
from policygame.simulation import Simulation

__all__ = ["QUARTERS", "Ladder", "LadderRequest", "Rung", "bound_last", "ladder_block", "ladder_of"]

QUARTERS = 4
"""How far the ladder looks ahead: far enough for one per cent more to be used, too near for new lines."""


@dataclass(frozen=True)
class LadderRequest:
    """What is asked: ``past`` and its present, ``seeds`` one per world, the segment that relief is worth something to."""

    past: Past
    seeds: tuple[int, ...]
    segment: str = "ai_accelerator"
    quarters: int = QUARTERS


@dataclass(frozen=True)
class Rung:
    """One stage.

    use : share of its capacity in use in the quarter before the present, NaN at the very start
    gain_percent, low, high : per cent more units for the segment by one per cent more of the stage: median, 5 and 95 per cent
    binds_in : worlds in which it binds, alone or beside others
    """

    stage: str
    use: float
    gain_percent: float
    low: float
    high: float
    binds_in: int


@dataclass(frozen=True)
class Ladder:
    """Rungs from the most to the least worth. ``jointly``: worlds in which only relief of all stages helps; ``none``: in which
    nothing is short.
    """

    segment: str
    quarters: tuple[Quarter, ...]
    worlds: int
    rungs: tuple[Rung, ...]
    jointly: int
    none: int


def ladder_block(request: LadderRequest, seeds: Sequence[int]) -> BottleneckValue:
    """Run the worlds ``seeds`` of a request. OutlookError and ForesightError for what cannot be asked."""
    chosen = check_seeds(seeds)
    checked_policies(request.past, None, chosen)
    found = bottleneck_value(the_present(request.past), quarters=request.quarters, seeds=chosen, world=0)
    gc.collect()  # its worlds refer to each other in circles and are many: do not keep them until Python comes by
    return found


def bound_last(past: Past, segment: str = "ai_accelerator") -> tuple[str, ...]:
    """Stages that bound in the quarter before the present: one per cent more of one, and the game's own world had delivered more.

    One stage; several that were tied; ``("jointly",)`` where only relief of all had helped; none, ``()``. OutlookError where no
    quarter has been played.
    """
    decided = checked_policies(past)
    if past.present == 0:
        raise OutlookError("nothing bound yet: no quarter has been played")
    scenario = resolved(past)
    scripts = {seat: scripted(scenario, seat, policy) for seat, policy in decided.items()}
    before = Simulation(scenario, [past.seed], scripts, metrics=["deliveries_kunits"]).run(past.present - 1)
    return bottleneck_value(before, quarters=1, seeds=[past.seed], world=0).binding(segment)[0]


def ladder_of(request: LadderRequest, blocks: Sequence[BottleneckValue]) -> Ladder:
    """The ladder of all worlds in ``blocks``; OutlookError where there are none."""
    if not blocks:
        raise OutlookError("a ladder needs the worlds of at least one block")
    whole = replace(
        blocks[0],
        seeds=tuple(seed for block in blocks for seed in block.seeds),
        gain_kunits=np.concatenate([block.gain_kunits for block in blocks], axis=-1),
        gain_kh100e=np.concatenate([block.gain_kh100e for block in blocks], axis=-1),
        base_kunits=np.concatenate([block.base_kunits for block in blocks], axis=-1),
        base_kh100e=np.concatenate([block.base_kh100e for block in blocks], axis=-1),
    )
    binding = whole.binding(request.segment)
    gains = quantiles(whole.gain_percent(request.segment), (0.05, 0.5, 0.95))
    past = the_present(request.past).result()
    rungs = [
        Rung(
            stage=stage,
            use=float(past.array("utilisation", item=stage)[-1, 0]) if past.quarters else float("nan"),
            gain_percent=float(gains[1, row]),
            low=float(gains[0, row]),
            high=float(gains[2, row]),
            binds_in=sum(stage in found for found in binding),
        )
        for row, stage in enumerate(whole.stages[:-1])
    ]
    ordered = tuple(sorted(rungs, key=lambda rung: (-rung.binds_in, -rung.gain_percent)))
    jointly, none = sum(found == ("jointly",) for found in binding), sum(not found for found in binding)
    return Ladder(request.segment, whole.quarters, len(binding), ordered, jointly, none)

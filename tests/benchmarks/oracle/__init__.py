"""An independent oracle of the engine: the rules of the model on plain Python floats, one world at a time, in plain Mesa agents.

The rules a second time, in another form: no array runs over worlds, and nothing of ``policygame.model`` is used but the inputs of a
world - the numbers that a seed draws and the shocks that it draws up front (``inputs``). What the engine computes must come out here
too, to one part in a thousand million. A rule of the engine that is changed on purpose is changed here as well.

``model`` is the quarter; ``people`` are its agents, ``things`` what they own; ``build`` and ``relations`` are how a world stands at
the start. ``demand``, ``production``, ``trade``, ``learning`` and ``investment`` are the phases, ``rationing``, ``building`` and
``treasury`` what they lean on; ``metrics`` is what is measured. ``compare`` holds all of it against the engine, phase by phase.

Left out, because no reduced scenario uses them: every lever but packaging grants, fab grants and tax credits (so research, training,
supplier programmes, purchase commitments, stockpiles, export controls, alliances, guardrails and priority-rated orders), changes of an
experiment, bots, and the metrics of standing (leadership, score).
"""

from __future__ import annotations

from tests.benchmarks.oracle.metrics import METRICS
from tests.benchmarks.oracle.model import OracleModel, play

__all__ = ["METRICS", "OracleModel", "play"]

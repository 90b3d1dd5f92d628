"""Questions about the future and about what might have been, each answered by more worlds of the one engine.

``forecast`` (what may happen next), ``compare`` (what a draft changes), ``additionality`` (what would have been built anyway),
``bottleneck_value`` (what relief of a stage is worth), ``resilience`` (what is lost when a site goes dark), ``attribution``
(which decision mattered) and ``whole_chain_programme`` (the most compute that a circle of jurisdictions could finish). All but
the last run worlds through ``simulation``; how they are opened and paired is ``worlds``.
"""

from policygame.foresight.additional import Additionality, additionality
from policygame.foresight.bottleneck import BottleneckValue, bottleneck_value
from policygame.foresight.comparison import Comparison, compare
from policygame.foresight.forecasts import Forecast, forecast
from policygame.foresight.leave_one_out import Attribution, attribution
from policygame.foresight.n_minus_one import Candidate, Resilience, resilience
from policygame.foresight.whole_chain import WholeChain, whole_chain_programme
from policygame.foresight.worlds import ForesightError

__all__ = [
    "Additionality",
    "Attribution",
    "BottleneckValue",
    "Candidate",
    "Comparison",
    "Forecast",
    "ForesightError",
    "Resilience",
    "WholeChain",
    "additionality",
    "attribution",
    "bottleneck_value",
    "compare",
    "forecast",
    "resilience",
    "whole_chain_programme",
]

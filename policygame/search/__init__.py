"""Policy search: the constant policies of a government of which none is better in everything, found by NSGA-II in the model.

What may be set is ``space``, what is wanted ``objectives``, the search itself ``find``, and what was found for shipped scenarios
is kept by ``stored``. Strategies that react to what they see are ``policygame.bots``.
"""

from policygame.search.find import Found, Member, Spread, Worlds, find
from policygame.search.objectives import OBJECTIVES, InModel, Objective
from policygame.search.space import Dial, SearchError, Space, space_of
from policygame.search.stored import best_known, check_storable, store_found, text_of, told

__all__ = [
    "OBJECTIVES",
    "Dial",
    "Found",
    "InModel",
    "Member",
    "Objective",
    "SearchError",
    "Space",
    "Spread",
    "Worlds",
    "best_known",
    "check_storable",
    "find",
    "space_of",
    "store_found",
    "text_of",
    "told",
]

"""The world axis: seeds, exogenous shocks, and numbers that differ from world to world.

Everything random is a function of a world's seed and of a name, drawn from NumPy's counter-based Philox generator. Streams are
separate per purpose and run quarter by quarter, so neither a decision, nor a longer horizon, nor a neighbour moves a draw.
How shocks act on the industry is the business of ``phases``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b

import numpy as np

from policygame.catalogue import JURISDICTIONS, SEGMENTS, Quarter
from policygame.model.arrays import Array, Index
from policygame.scenario.numbers import Number
from policygame.scenario.posterior import Posterior

MATERIAL_KINDS = ("hbm", "substrate", "tools")


def _tag(purpose: str) -> int:
    return int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")


class _Stream:
    """A generator that can be put at the beginning of any stream: making one for each stream takes longer than drawing from it."""

    def __init__(self) -> None:
        self.bits = np.random.Philox(key=0)
        self.generator = np.random.Generator(self.bits)
        self._beginning = self.bits.state

    def begin(self, seed: int, tag: int) -> np.random.Generator:
        """The generator, at the beginning of the stream of a seed and a purpose's tag."""
        self._beginning["state"]["key"] = np.array([seed, tag], dtype=np.uint64)
        self.bits.state = self._beginning
        return self.generator


@dataclass(frozen=True)
class Shocks:
    """All exogenous draws of a batch of worlds, quarter by quarter from the scenario's start.

    demand        (quarter, segment, world)  standard normal innovations of demand
    surge         (quarter, segment, world)  uniform: a surge starts where it falls below the hazard
    surge_size    (quarter, segment, world)  standard normal: size and sign of a surge
    outage        (quarter, jurisdiction, world)  uniform: a site outage starts where it falls below the hazard
    interruption  (quarter, material x jurisdiction, world)  uniform: a supplier's output is interrupted
    reversal      (quarter, jurisdiction, world)  uniform: a grant programme is suspended
    retaliation   (quarter, jurisdiction, world)  uniform: the target of a control retaliates
    """

    demand: Array
    surge: Array
    surge_size: Array
    outage: Array
    interruption: Array
    reversal: Array
    retaliation: Array

    @classmethod
    def draw(cls, seeds: Sequence[int], quarters: int) -> Shocks:
        """Draw the shocks of each seed for ``quarters`` quarters."""
        n_segments, n_places = len(SEGMENTS), len(JURISDICTIONS)
        widths = {
            "demand": n_segments,
            "surge": n_segments,
            "surge_size": n_segments,
            "outage": n_places,
            "interruption": n_places * len(MATERIAL_KINDS),
            "reversal": n_places,
            "retaliation": n_places,
        }
        normal = {"demand", "surge_size"}
        stream, drawn = _Stream(), {}
        for name, width in widths.items():
            tag, by_world = _tag(f"shock:{name}"), np.empty((len(seeds), quarters, width))
            for world, seed in enumerate(seeds):
                generator = stream.begin(seed, tag)
                draw = generator.standard_normal if name in normal else generator.random
                draw(out=by_world[world])
            drawn[name] = np.ascontiguousarray(by_world.transpose(1, 2, 0))
        return cls(**drawn)

    def begin_with(self, earlier: Shocks) -> None:
        """Replace the first quarters by those of ``earlier``, of as many worlds."""
        first = len(earlier.demand)
        for f in fields(Shocks):
            getattr(self, f.name)[:first] = getattr(earlier, f.name)


def uniforms(seeds: Sequence[int], names: Iterable[str]) -> Mapping[str, Array]:
    """One uniform draw per name and world: a function of the seed and the name alone, whatever else is drawn."""
    places = sorted((_tag(name), name) for name in set(names))
    drawn = {name: np.empty(len(seeds)) for _, name in places}
    stream, tag = _Stream(), _tag("numbers")
    for world, seed in enumerate(seeds):
        generator = stream.begin(seed, tag)
        reached = 0
        for place, name in places:
            stream.bits.advance(place - reached)
            reached = place + 1  # one block has been started by the draw below
            drawn[name][world] = generator.random()
    return drawn


def triangular(u: Array, low: float, mode: float, high: float) -> Array:
    """Inverse distribution function of the triangular distribution at ``u``."""
    width = high - low
    below = (mode - low) / width
    rising = low + np.sqrt(u * (width * (mode - low)))
    falling = high - np.sqrt((1.0 - u) * (width * (high - mode)))
    return np.where(u < below, rising, falling)


class Values:
    """The numbers of a scenario as arrays over worlds: the stated value, or a draw where the number says ``draw``.

    Parameters
    ----------
    seeds : one per world
    numbers : path -> number, of every number that may be drawn
    overrides : path -> value or array over worlds, which replaces both
    posterior : the draws that fitted numbers come from, a row of it for each world; None: fitted numbers are drawn as others are
    """

    def __init__(
        self,
        seeds: Sequence[int],
        numbers: Mapping[str, Number],
        overrides: Mapping[str, Array] | None = None,
        posterior: Posterior | None = None,
    ) -> None:
        self.n_worlds = len(seeds)
        self._seeds, self._numbers = tuple(seeds), numbers
        self._overrides = dict(overrides or {})
        self._posterior = posterior

    @cached_property
    def _uniforms(self) -> Mapping[str, Array]:
        """Of what is neither given nor fitted. Drawn when a number is first read: a model that shares another's numbers reads none."""
        drawn = [path for path, number in self._numbers.items() if number.draw and not self._is_fitted(path, number)]
        return uniforms(self._seeds, [path for path in drawn if path not in self._overrides])

    def _is_fitted(self, path: str, number: Number) -> bool:
        """Whether a number comes from the posterior."""
        return number.fitted and self._posterior is not None and path in self._posterior.paths

    def uniform(self, name: str) -> Array:
        """One uniform draw for each world, (world,): a function of its seed and the name."""
        return uniforms(self._seeds, [name])[name]

    @cached_property
    def _rows(self) -> Index:
        """Which draw of the posterior each world takes."""
        assert self._posterior is not None
        u = uniforms(self._seeds, ["posterior"])["posterior"]
        return np.asarray(u * len(self._posterior.table), dtype=np.intp)

    def shocks(self, quarters: int, start: Quarter, reached: int = 0) -> Shocks:
        """All shocks of ``quarters`` quarters: of each world's seed, but those that history has fixed, which come with its draw.

        Nobody reads those of quarters before ``reached`` any more; where all of history lies there, none of it is drawn.
        """
        own = Shocks.draw(self._seeds, quarters)
        if self._posterior is None or self._posterior.shock_seeds is None:
            return own
        fixed = min(max(Quarter.parse(self._posterior.shocks_until) - start + 1, 0), quarters)
        if fixed <= reached:
            return own
        seeds = self._posterior.shock_seeds[self._rows]
        own.begin_with(Shocks.draw([int(seed) for seed in seeds], fixed))
        return own

    def __getitem__(self, path: str) -> Array:
        """The number at ``path``, as an array (world,)."""
        if path in self._overrides:
            return np.broadcast_to(np.asarray(self._overrides[path], dtype=float), (self.n_worlds,)).copy()
        number = self._numbers[path]
        if not number.draw:
            return np.full(self.n_worlds, number.value)
        if self._is_fitted(path, number):
            assert self._posterior is not None
            return self._posterior.column(path)[self._rows]
        assert number.span is not None
        return triangular(self._uniforms[path], number.span[0], number.value, number.span[1])

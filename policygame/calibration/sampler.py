"""A Markov chain per world: many chains at once, which learn from each other where to step. Knows nothing of the model.

Chains live in the unit cube of the priors' quantiles, so the prior is flat and only the likelihood decides. Each also carries the seed of
its world's shocks, so that what is sampled is numbers and shocks together. Three kinds of moves take turns, each of which leaves
the joint distribution as it is: differential evolution (ter Braak 2006) of half the chains by differences of the other half;
some coordinates drawn anew; the shocks drawn anew. While the chains start, the likelihood counts in part and ever more (annealing);
what is kept comes later.

Chains stand in ensembles that never learn from each other, and each ensemble starts in a corner of its own: where ensembles agree in the
end, they have forgotten where they came from (``diagnostics``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from policygame.model.arrays import Array, Index
from policygame.scenario.posterior import LARGEST_SHOCK_SEED

__all__ = ["Chains", "Evaluate", "Move", "Seeds", "advance", "begin", "move_of"]

Seeds = NDArray[np.uint64]
Evaluate = Callable[[Array, Seeds], Array]
"""(quantiles (number, chain), seeds (chain,)) -> log-likelihood (chain,)."""
Move = str
_CYCLE: tuple[Move, ...] = ("differences", "redraw", "differences", "shocks")
_CROSSOVER = (0.1, 0.3, 1.0)
"""Shares of the coordinates that a difference moves, each as likely (after Vrugt 2009)."""
_JUMP = 0.1  # how often a difference is added whole, so that chains may change between modes
_JITTER = 1e-4
_MOST_REDRAWN = 6
_CORNER = 0.3
"""Side of the corner in which an ensemble starts, in the priors' unit cube."""


@dataclass(frozen=True)
class Chains:
    """Where all chains stand.

    ensembles: how many there are, each of as many consecutive chains; quantiles (number, chain); seeds (chain,) of their shocks;
    fit (chain,): log-likelihood; step: moves made; accepted, proposed: by kind of move.
    """

    ensembles: int
    quantiles: Array
    seeds: Seeds
    fit: Array
    step: int
    accepted: dict[Move, int]
    proposed: dict[Move, int]


def move_of(step: int) -> Move:
    """The kind of move that is made at a step."""
    return _CYCLE[step % len(_CYCLE)]


def _generator(seed: int, step: int) -> np.random.Generator:
    """Every step draws from a stream of its own, so that an interrupted run goes on with the same bits."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, step], dtype=np.uint64)))


def begin(n_numbers: int, n_chains: int, seed: int, evaluate: Evaluate, ensembles: int = 1) -> Chains:
    """Chains of each ensemble around a point of its own, drawn from the prior. An ensemble's chains are even and at least 6."""
    size = n_chains // ensembles
    if size < 6 or size % 2 or size * ensembles != n_chains:
        raise ValueError(f"chains of an ensemble learn in two halves of at least three each; found {n_chains} in {ensembles}")
    generator = _generator(seed, 2**63)
    centres = np.repeat(generator.random((n_numbers, ensembles)), size, axis=1)
    quantiles = _reflected(centres + _CORNER * generator.uniform(-0.5, 0.5, (n_numbers, n_chains)))
    seeds = generator.integers(0, LARGEST_SHOCK_SEED, n_chains, dtype=np.uint64)
    return Chains(ensembles, quantiles, seeds, evaluate(quantiles, seeds), 0, {}, {})


def advance(chains: Chains, seed: int, evaluate: Evaluate, weight: float = 1.0) -> Chains:
    """One move of every chain. ``weight``: part of the likelihood that counts, below one while chains start."""
    move, generator = move_of(chains.step), _generator(seed, chains.step)
    n = chains.fit.size
    halves = _halves(n, chains.ensembles, generator) if move == "differences" else [(np.arange(n), np.arange(0))]
    accepted = dict(chains.accepted)
    for half, others in halves:
        quantiles, seeds = _propose(chains, move, half, others, generator)
        fit = evaluate(quantiles, seeds)
        log_u = np.log1p(-generator.random(half.size))  # of (0, 1], whose logarithm is finite
        taken = log_u < weight * (fit - chains.fit[half])
        at = half[taken]
        new = replace(chains, quantiles=chains.quantiles.copy(), seeds=chains.seeds.copy(), fit=chains.fit.copy())
        new.quantiles[:, at], new.seeds[at], new.fit[at] = quantiles[:, taken], seeds[taken], fit[taken]
        chains = new
        accepted[move] = accepted.get(move, 0) + int(taken.sum())
    proposed = {**chains.proposed, move: chains.proposed.get(move, 0) + n}
    return replace(chains, step=chains.step + 1, accepted=accepted, proposed=proposed)


def _halves(n_chains: int, ensembles: int, generator: np.random.Generator) -> list[tuple[Index, Index]]:
    """Two halves of every ensemble, each beside the other: (chain of a half,), both in the order of the ensembles."""
    size = n_chains // ensembles
    order = generator.random((ensembles, size)).argsort(axis=1) + size * np.arange(ensembles)[:, None]
    first, second = order[:, : size // 2].ravel(), order[:, size // 2 :].ravel()
    return [(first, second), (second, first)]


def _propose(chains: Chains, move: Move, half: Index, others: Index, generator: np.random.Generator) -> tuple[Array, Seeds]:
    """Where the chains of ``half`` would go: quantiles (number, chain) and seeds (chain,). They learn from ``others``, by ensembles."""
    here, seeds = chains.quantiles[:, half], chains.seeds[half]
    if move == "shocks":
        return here, generator.integers(0, LARGEST_SHOCK_SEED, half.size, dtype=np.uint64)
    if move == "redraw":
        chosen = _some(here.shape, generator.integers(1, _MOST_REDRAWN + 1, half.size), generator)
        return np.where(chosen, generator.random(here.shape), here), seeds
    n_numbers = here.shape[0]
    rate = np.asarray(_CROSSOVER)[generator.integers(0, len(_CROSSOVER), half.size)]
    moved = generator.random(here.shape) < rate
    forced = generator.integers(0, n_numbers, half.size)
    moved[forced, np.arange(half.size)] = True
    size = 2.38 / np.sqrt(2.0 * moved.sum(axis=0))
    size = np.where(generator.random(half.size) < _JUMP, 1.0, size) * generator.uniform(0.8, 1.2, half.size)
    size_of_half = others.size // chains.ensembles
    ensemble = size_of_half * (np.arange(half.size) // size_of_half)
    first = generator.integers(0, size_of_half, half.size)
    second = ensemble + (first + generator.integers(1, size_of_half, half.size)) % size_of_half
    first += ensemble
    between = chains.quantiles[:, others[first]] - chains.quantiles[:, others[second]]
    jitter = generator.normal(0.0, _JITTER, here.shape)
    return _reflected(here + moved * (size * between + jitter)), seeds


def _some(shape: tuple[int, ...], counts: Index, generator: np.random.Generator) -> NDArray[np.bool_]:
    """For each chain as many coordinates as it is given, chosen at random."""
    ranks = generator.random(shape).argsort(axis=0).argsort(axis=0)
    return np.asarray(ranks < counts)


def _reflected(x: Array) -> Array:
    """Back into the unit cube, as from mirrors at its walls: a move is then as likely as its reverse."""
    x = np.abs(x) % 2.0
    return np.where(x > 1.0, 2.0 - x, x)

"""Draws of fitted numbers: what a calibration left, as a table with a row for each draw and a column for each number.

A world takes the row that its seed points to, so what history ties together stays together: the numbers, and the shocks of the
quarters that history has fixed. The column ``shocks until QUARTER`` holds the seed that these shocks are drawn from; later ones are the
world's own. Making draws lives in ``policygame.calibration``; which numbers of a scenario are fitted, the scenario says.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.resources import configs_dir

__all__ = [
    "LARGEST_SHOCK_SEED",
    "Posterior",
    "PosteriorError",
    "posterior_named",
    "read_posterior",
    "shipped_posteriors",
    "write_posterior",
]

LARGEST_SHOCK_SEED = 2**48
"""Seeds of shocks stay below it, so that a table may hold them as numbers without loss."""
_SHOCKS = "shocks until "


class PosteriorError(UserError):
    """A table of draws that cannot be read: which file and line, what was found and what is allowed."""


@dataclass(frozen=True)
class Posterior:
    """Draws of fitted numbers.

    name : how a scenario names it
    paths : address of the number of each column
    table : (draw, number), each in the unit of its number
    shock_seeds : (draw,): seeds of the shocks until ``shocks_until``; None where draws fix no shocks
    digest : SHA-256 of the table's file
    """

    name: str
    paths: tuple[str, ...]
    table: NDArray[np.float64]
    shock_seeds: NDArray[np.uint64] | None
    shocks_until: str
    digest: str

    def column(self, path: str) -> NDArray[np.float64]:
        """All draws of a number, (draw,). KeyError for one that was not fitted."""
        try:
            return self.table[:, self.paths.index(path)]
        except ValueError:
            raise KeyError(path) from None


def shipped_posteriors() -> dict[str, Path]:
    """The tables of draws that ship with the program, by name."""
    return {file.stem: file for file in sorted((configs_dir() / "posteriors").glob("*.csv"))}


@lru_cache(maxsize=8)
def posterior_named(name: str) -> Posterior:
    """The shipped draws of that name. PosteriorError if there are none, or the table is damaged."""
    shipped = shipped_posteriors()
    if name not in shipped:
        raise PosteriorError(f"no draws of the name {name!r} ship with the program; allowed are {', '.join(shipped) or 'none'}")
    return read_posterior(shipped[name])


def read_posterior(file: Path) -> Posterior:
    """Read a table: a header of addresses, then a row of numbers for each draw. PosteriorError tells what is wrong with it."""
    content = file.read_bytes()
    try:
        rows = list(csv.reader(content.decode("utf-8").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PosteriorError(f"{file}: is no table of draws ({error}); allowed UTF-8 with commas") from None
    if len(rows) < 2 or not rows[0] or len(set(rows[0])) != len(rows[0]):
        raise PosteriorError(f"{file}: found no table of draws; allowed a header of different addresses and at least one row")
    table = np.empty((len(rows) - 1, len(rows[0])))
    for line, row in enumerate(rows[1:], start=2):
        try:
            numbers = [float(cell) for cell in row]
        except ValueError:
            numbers = []
        if len(numbers) != len(rows[0]) or not all(map(math.isfinite, numbers)):
            raise PosteriorError(f"{file}:{line}: found {row[:4]}; allowed {len(rows[0])} finite numbers")
        table[line - 2] = numbers
    digest = hashlib.sha256(content).hexdigest()
    if not rows[0][-1].startswith(_SHOCKS):
        return Posterior(file.stem, tuple(rows[0]), table, None, "", digest)
    seeds = table[:, -1]
    if (seeds < 0).any() or (seeds >= LARGEST_SHOCK_SEED).any() or (seeds != np.floor(seeds)).any():
        raise PosteriorError(f"{file}: found a seed of shocks that is no whole number below 2**48")
    until = rows[0][-1].removeprefix(_SHOCKS)
    try:
        Quarter.parse(until)
    except ValueError:
        raise PosteriorError(f"{file}:1: found {rows[0][-1]!r}; allowed {_SHOCKS}2024Q4, or another quarter") from None
    return Posterior(file.stem, tuple(rows[0][:-1]), table[:, :-1], seeds.astype(np.uint64), until, digest)


def write_posterior(
    file: Path, paths: Sequence[str], table: NDArray[np.float64], shock_seeds: NDArray[np.uint64], shocks_until: str
) -> None:
    """Write draws as ``read_posterior`` reads them, numbers to seven digits."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*paths, f"{_SHOCKS}{shocks_until}"])
        for row, seed in zip(table, shock_seeds, strict=True):
            writer.writerow([*(f"{value:.7g}" for value in row), int(seed)])

"""The quarters of a turn as bytes that outlive the model: what a game showed can be shown again without running anything.

A record is ``MAGIC`` and one stream of zlib: the length of the head in four bytes, the head as JSON - which quarters, which series of
which metric - and float64 numbers, little-endian, metric by metric as (quarter, series). It stands for itself: reading it asks nothing
of the catalogue or the scenario. Where records are kept is the business of ``store``; which of them are shown, of ``hosting``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policygame.catalogue import Quarter
from policygame.errors import UserError
from policygame.model.arrays import Array
from policygame.model.structure import N_PLACES
from policygame.result import Result
from policygame.scenario import Scenario

__all__ = ["MAGIC", "RecordError", "record", "recorded_result"]

MAGIC = b"policygame result 1\n"
"""What a record begins with; its number is the version of what follows."""
LARGEST_BYTES = 16_000_000
"""Bytes of a record when it is unpacked: more than a hundred times what a turn of the large scenario takes."""
MOST_QUARTERS = 400
_LENGTH = struct.Struct("<I")
_Word = Annotated[str, Field(max_length=200)]


class RecordError(UserError):
    """Bytes that are no record of a turn, or not of the turn that is wanted."""


class _Head(BaseModel):
    """Quarters ``first`` to ``first + quarters``, the first of all being called ``start``; the series of every metric."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    start: _Word
    first: int = Field(ge=0, le=MOST_QUARTERS)
    quarters: int = Field(ge=1, le=MOST_QUARTERS)
    series: dict[_Word, list[tuple[_Word, _Word]]]


@dataclass(frozen=True)
class _Part:
    head: _Head
    arrays: dict[str, Array]


def record(result: Result, first: int, last: int) -> bytes:
    """Quarters ``first`` up to but not including ``last``, counted from 0, of the one world of a result that begins at the start."""
    if result.start_index or len(result.seeds) != 1 or not 0 <= first < last <= len(result.quarters):
        raise ValueError(f"quarters {first} to {last} cannot be recorded of {result!r}")
    head = _Head(
        start=str(result.quarters[0]),
        first=first,
        quarters=last - first,
        series={metric: list(result.series(metric)) for metric in result.metrics},
    )
    told = head.model_dump_json().encode()
    numbers = [np.ascontiguousarray(result.all_of(metric)[first:last, :, 0], dtype="<f8").tobytes() for metric in result.metrics]
    return MAGIC + zlib.compress(b"".join([_LENGTH.pack(len(told)), told, *numbers]))


def recorded_result(scenario: Scenario, seed: int, parts: Sequence[bytes]) -> Result:
    """The result that records, one after the other from the start on, hold: every metric bit for bit as it was recorded.

    What is not of the metrics - whom a seat was played by, awards that were cut - is not in it. Raises ``RecordError`` where the bytes
    are no records, or leave a gap.
    """
    read = [_read(part, number) for number, part in enumerate(parts, start=1)]
    if not read:
        raise RecordError("there is no record of this game's turns")
    begin, quarters = read[0].head, 0
    for number, part in enumerate(read, start=1):
        if (part.head.first, part.head.start, part.head.series) != (quarters, begin.start, begin.series):
            raise RecordError(f"record {number} does not go on where the one before it ends")
        quarters += part.head.quarters
    try:
        start = Quarter.parse(begin.start)
    except ValueError as error:
        raise RecordError(f"record 1 begins with no quarter: {error}") from None
    return Result(
        scenario,
        (seed,),
        [start + ahead for ahead in range(quarters)],
        0,
        {metric: tuple(pairs) for metric, pairs in begin.series.items()},
        {metric: np.concatenate([part.arrays[metric] for part in read]) for metric in begin.series},
        {},
        np.zeros((quarters, 2, N_PLACES, 1)),
    )


def _read(part: bytes, number: int) -> _Part:
    content = _unpacked(part, number)
    if len(content) < _LENGTH.size:
        raise RecordError(f"record {number} is cut short")
    (length,) = _LENGTH.unpack_from(content)
    told, numbers = content[_LENGTH.size : _LENGTH.size + length], content[_LENGTH.size + length :]
    try:
        head = _Head.model_validate_json(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(one) for one in first["loc"]) or "head"
        raise RecordError(f"record {number} cannot be read: its {where[:80]}: {first['msg']}") from None
    if len(numbers) != 8 * head.quarters * sum(map(len, head.series.values())):
        raise RecordError(f"record {number} holds more or fewer numbers than it says")
    return _Part(head, _cut(head, np.frombuffer(numbers, dtype="<f8").astype(np.float64)))


def _cut(head: _Head, numbers: Array) -> dict[str, Array]:
    """The numbers by metric: (quarter, series, 1)."""
    arrays, at = {}, 0
    for metric, pairs in head.series.items():
        size = head.quarters * len(pairs)
        arrays[metric] = numbers[at : at + size].reshape(head.quarters, len(pairs), 1)
        at += size
    return arrays


def _unpacked(part: bytes, number: int) -> bytes:
    if not part.startswith(MAGIC):
        raise RecordError(f"record {number} was written by another version of the program, or is none")
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(part[len(MAGIC) :], LARGEST_BYTES)
    except zlib.error:
        raise RecordError(f"record {number} is damaged") from None
    if not stream.eof or stream.unused_data:
        raise RecordError(f"record {number} is cut short, goes on beyond its end, or is larger than {LARGEST_BYTES:,} bytes")
    return content

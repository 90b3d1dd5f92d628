"""A record of a turn gives back every bit of it, and bytes that are none are refused in a sentence."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygame.game import recorded
from policygame.game.position import digest
from policygame.game.recorded import MAGIC, RecordError, record, recorded_result
from policygame.result import Result
from policygame.simulation import simulate

CUTS = (0, 6, 8, 10)


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate("first-game", [7], quarters=CUTS[-1])


@pytest.fixture(scope="module")
def parts(result) -> list[bytes]:
    return [record(result, first, last) for first, last in pairwise(CUTS)]


def test_records_give_back_every_bit(result, parts):
    again = recorded_result(result.scenario, 7, parts)
    assert digest(again) == digest(result)
    assert (again.metrics, again.quarters, again.seeds) == (result.metrics, result.quarters, (7,))
    for metric in result.metrics:
        assert again.series(metric) == result.series(metric)
        assert again.all_of(metric).tobytes() == np.ascontiguousarray(result.all_of(metric)).tobytes()
        assert again.all_of(metric).shape == result.all_of(metric).shape
    frame = again.frame(["lead_time_weeks"])
    assert frame.equals(result.frame(["lead_time_weeks"]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6))
def test_any_bits_of_a_number_survive(result, bits):
    numbers = np.array(bits, dtype="<u8").view("<f8").reshape(3, 2, 1).astype(np.float64)
    scenario = result.scenario
    pairs = (("world", "é"), ("firm:\u2028", ""))
    made = Result(scenario, (7,), result.quarters[:3], 0, {"margin": pairs}, {"margin": numbers}, {}, np.zeros((3, 2, 1, 1)))
    again = recorded_result(scenario, 7, [record(made, 0, 1), record(made, 1, 3)])
    assert again.all_of("margin").tobytes() == numbers.tobytes()
    assert again.series("margin") == pairs


def test_a_record_of_a_turn_is_small(parts):
    assert max(map(len, parts[1:])) < 10_000


def test_what_is_not_one_world_from_its_start_is_not_recorded(result):
    two = simulate("first-game", [7, 8], quarters=2, metrics=["margin"])
    for wrong, first, last in ((two, 0, 1), (result, 3, 3), (result, 0, 11), (result, -1, 2)):
        with pytest.raises(ValueError, match="cannot be recorded"):
            record(wrong, first, last)


def _told(part: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A record with another head."""
    content = zlib.decompress(part[len(MAGIC) :])
    (length,) = struct.unpack_from("<I", content)
    head = json.loads(content[4 : 4 + length])
    change(head)
    told = json.dumps(head).encode()
    return MAGIC + zlib.compress(struct.pack("<I", len(told)) + told + content[4 + length :])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: [], "no record"),
        (lambda p: p[1:], "record 1 does not go on"),
        (lambda p: [p[0], p[2]], "record 2 does not go on"),
        (lambda p: [p[0], p[0]], "record 2 does not go on"),
        (lambda p: [b""], "another version"),
        (lambda p: [b"policygame result 2\n" + p[0]], "another version"),
        (lambda p: [p[0][:-9]], "cut short"),
        (lambda p: [p[0] + b"more"], "goes on beyond its end"),
        (lambda p: [MAGIC + b"\x80\x04pickled"], "damaged"),
        (lambda p: [MAGIC + zlib.compress(b"ab")], "cut short"),
        (lambda p: [MAGIC + zlib.compress(b"\xff\xff\xff\xff{}")], "cannot be read"),
        (lambda p: [_told(p[0], lambda h: h.update(quarters=3))], "more or fewer numbers"),
        (lambda p: [_told(p[0], lambda h: h.update(quarters=10**9))], "quarters"),
        (lambda p: [_told(p[0], lambda h: h.update(start="soon"))], "no quarter"),
        (lambda p: [p[0], _told(p[1], lambda h: h.update(start="1999Q1"))], "record 2 does not go on"),
        (lambda p: [_told(p[0], lambda h: h["series"].update(margin=5))], "margin"),
        (lambda p: [_told(p[0], lambda h: h["series"].pop("margin"))], "more or fewer numbers"),
        (lambda p: [_told(p[0], lambda h: h.update(surprise=1))], "surprise"),
    ],
)
def test_bytes_that_are_no_record_are_refused_in_a_sentence(result, parts, spoil, says):
    with pytest.raises(RecordError, match=says) as refused:
        recorded_result(result.scenario, 7, spoil(list(parts)))
    assert "\n" not in str(refused.value)


def test_a_record_that_unpacks_without_end_is_refused(result, monkeypatch):
    monkeypatch.setattr(recorded, "LARGEST_BYTES", 1_000_000)
    bomb = MAGIC + zlib.compress(bytes(5_000_000))
    with pytest.raises(RecordError, match="larger than 1,000,000 bytes"):
        recorded_result(result.scenario, 7, [bomb])


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_a_record_it_is_read_or_refused(result, parts, data):
    part = bytearray(zlib.decompress(parts[1][len(MAGIC) :]))
    for _ in range(data.draw(st.integers(1, 4))):
        part[data.draw(st.integers(0, min(len(part), 3000) - 1))] = data.draw(st.integers(0, 255))
    hostile = MAGIC + zlib.compress(bytes(part))
    try:
        again = recorded_result(result.scenario, 7, [parts[0], hostile])
    except RecordError:
        return
    assert len(again.quarters) == CUTS[2]

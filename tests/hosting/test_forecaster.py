"""Worlds are run in two processes that hear at once when nobody waits, are replaced when they die, and end with the server."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from policygame.game import outlook
from policygame.game.outlook import OutlookError, Request, answer_block, merge
from policygame.hosting import forecaster as forecasting
from policygame.hosting import workers
from policygame.hosting.forecaster import Forecaster, ForecastError

LIMIT_S = 60
ASKED = Request(
    scenario="first-game",
    seed=7,
    in_force=(("USA", "2022Q1 packaging_rnd interposer_2_5d 20"),),
    present=4,
    turn_quarters=2,
    seat="USA",
    draft="2023Q1 packaging_grant interposer_2_5d 0.5",
    seeds=(1, 2, 3, 4, 5),
    quarters=6,
    series=(("lead_time_weeks", "world", "ai_accelerator"), ("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")),
)


def scripted(words: str, draft: str = "") -> Request:
    return replace(ASKED, scenario=words, draft=draft)


@pytest.fixture(scope="module")
def forecaster():
    """A forecaster whose processes do as the request says; its answers are the parts: (process, seeds)."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(Path(__file__).parent))
        answer = importlib.import_module("scripted_worlds").answer
        with Forecaster(answer=answer, combine=lambda request, parts: list(parts)) as opened:
            yield opened


@pytest.fixture
def pipe(tmp_path):
    """A named pipe: reading waits for a writer."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.slow
def test_answers_are_those_of_the_outlook():
    with Forecaster() as real:
        answers = [real.submit("near", request).result(LIMIT_S) for request in (ASKED, replace(ASKED, quarters=8))]
        with pytest.raises(OutlookError, match="own seed"):
            real.submit("near", replace(ASKED, seeds=(6, 7, 8))).result(LIMIT_S)
    outlook.forget()
    for found in answers:
        alone = merge(found.request, [answer_block(found.request, found.request.seeds)])
        for name in ("base", "draft", "today", "difference"):
            assert np.array_equal(getattr(found, name), getattr(alone, name), equal_nan=True), name
        assert (found.shares, found.outlay, found.quarters, found.worlds) == (alone.shares, alone.outlay, alone.quarters, 5)
    outlook.forget()


def test_each_process_always_runs_the_same_half(forecaster):
    first, second = (forecaster.submit("halves", scripted("plain", draft)).result(LIMIT_S) for draft in ("a", "b"))
    assert [seeds for _, seeds in first] == [(1, 2), (3, 4, 5)]
    assert first == second
    assert len({process for process, _ in first} | {os.getpid()}) == 3


def test_one_world_is_enough_and_none_is_not(forecaster):
    ((_, seeds),) = forecaster.submit("one", replace(scripted("plain"), seeds=(9,))).result(LIMIT_S)
    assert seeds == (9,)
    with pytest.raises(ForecastError, match="at least one world"):
        forecaster.submit("one", replace(scripted("plain"), seeds=())).result(LIMIT_S)


def test_a_newer_request_cancels_the_older_while_it_runs(forecaster, pipe):
    older = forecaster.submit("slider", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    newer = forecaster.submit("slider", scripted("plain", "newer"))
    assert older.cancelled()
    assert pipe.read_text() == "stopped"
    assert len(newer.result(LIMIT_S)) == 2


def test_requests_of_other_keys_are_left_alone(forecaster, pipe):
    other = forecaster.submit("another slider", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    mine = forecaster.submit("slider", scripted("plain", "mine"))
    assert not other.done()
    other.cancel()
    assert pipe.read_text() == "stopped"
    assert len(mine.result(LIMIT_S)) == 2


def test_requests_that_are_overtaken_before_they_begin_are_never_run(forecaster, pipe, tmp_path):
    blocking = forecaster.submit("blocker", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    called = tmp_path / "called"
    overtaken = [forecaster.submit("slider", scripted(f"count {called}", str(n))) for n in range(20)]
    last = forecaster.submit("slider", scripted("plain", "last"))
    blocking.cancel()
    assert pipe.read_text() == "stopped"
    assert len(last.result(LIMIT_S)) == 2
    assert all(one.cancelled() for one in overtaken)
    lines = called.read_text().splitlines() if called.exists() else []
    assert len(lines) < 20  # the other process was free meanwhile, and may have begun some of its halves


def test_the_same_request_again_waits_for_the_same_answer(forecaster, pipe):
    request = scripted(f"until-cancelled {pipe}")
    first = forecaster.submit("slider", request)
    assert pipe.read_text() == "begun"
    assert forecaster.submit("slider", request) is first
    first.cancel()
    assert pipe.read_text() == "stopped"


def test_answers_are_kept(forecaster, tmp_path, monkeypatch):
    called = tmp_path / "called"
    request = scripted(f"count {called}")
    answers = [forecaster.submit(key, request).result(LIMIT_S) for key in ("one", "one", "two")]
    assert answers[0] == answers[1] == answers[2]
    assert len(called.read_text().splitlines()) == 2
    monkeypatch.setattr(forecasting, "ANSWERS", 1)
    forecaster.submit("one", scripted("plain", "pushes the other out")).result(LIMIT_S)
    forecaster.submit("one", request).result(LIMIT_S)
    assert len(called.read_text().splitlines()) == 4


def test_a_kept_answer_cancels_what_it_overtakes(forecaster, pipe):
    kept = scripted("plain", "kept")
    forecaster.submit("slider", kept).result(LIMIT_S)
    older = forecaster.submit("slider", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    assert forecaster.submit("slider", kept).done()
    assert older.cancelled()
    assert pipe.read_text() == "stopped"


def test_what_an_outlook_refuses_is_told_and_not_kept(forecaster):
    for _ in range(2):
        with pytest.raises(OutlookError, match="no such world"):
            forecaster.submit("slider", scripted("refuse")).result(LIMIT_S)
    assert len(forecaster.submit("slider", scripted("plain", "after")).result(LIMIT_S)) == 2


def test_a_part_that_cannot_be_combined_is_told():
    def cannot(request, parts):
        raise ZeroDivisionError

    with Forecaster(combine=cannot) as broken, pytest.raises(ZeroDivisionError):
        broken.submit("slider", ASKED).result(LIMIT_S)


@pytest.mark.slow
def test_a_process_that_dies_is_replaced_and_its_worlds_run_again(forecaster, tmp_path):
    died = forecaster.submit("slider", scripted(f"die {tmp_path / 'called'}", draft="1"))
    beside = forecaster.submit("another", scripted("plain", "beside"))
    assert [seeds for _, seeds in died.result(LIMIT_S)] == [(1, 2), (3, 4, 5)]
    assert len(beside.result(LIMIT_S)) == 2
    assert len((tmp_path / "called").read_text().splitlines()) == 2


@pytest.mark.slow
def test_a_request_that_processes_die_of_is_given_up(forecaster, tmp_path):
    deadly = forecaster.submit("slider", scripted(f"die {tmp_path / 'called'}"))
    with pytest.raises(ForecastError, match="the process that ran them died"):
        deadly.result(LIMIT_S)
    assert len((tmp_path / "called").read_text().splitlines()) == forecasting.DEATHS
    assert len(forecaster.submit("slider", scripted("plain", "after death")).result(LIMIT_S)) == 2


def test_an_interrupt_is_the_servers_to_answer(forecaster):
    assert len(forecaster.submit("slider", scripted("interrupted")).result(LIMIT_S)) == 2


def test_many_threads_ask_at_once(forecaster):
    def ask(n: int) -> list[object]:
        return [forecaster.submit((n, k % 3), scripted("plain", f"{n} {k}")) for k in range(40)]

    with ThreadPoolExecutor(4) as threads:
        asked = list(threads.map(ask, range(4)))
    last = [own[-1] for own in asked]
    assert all(len(one.result(LIMIT_S)) == 2 for one in last)
    done, undone = wait([one for own in asked for one in own], timeout=LIMIT_S)
    assert not undone
    assert all(one.cancelled() or one.result() for one in done)
    forecaster.submit("last", scripted("plain", "behind all others")).result(LIMIT_S)
    assert forecaster._jobs == {}


def test_beyond_so_many_requests_the_oldest_is_cancelled(forecaster, pipe, monkeypatch):
    oldest = forecaster.submit("oldest", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    for _ in range(workers.PLACES - 1):
        next(forecaster._numbers)
    newest = forecaster.submit("newest", scripted("plain", "newest of many"))
    assert oldest.cancelled()
    assert pipe.read_text() == "stopped"
    assert len(newest.result(LIMIT_S)) == 2


@pytest.mark.slow
def test_closing_cancels_what_runs_and_takes_nothing_new(pipe, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    closing = Forecaster(answer=importlib.import_module("scripted_worlds").answer, combine=lambda request, parts: list(parts))
    running = closing.submit("slider", scripted(f"until-cancelled {pipe}"))
    assert pipe.read_text() == "begun"
    with ThreadPoolExecutor(1) as reader:
        stopped = reader.submit(pipe.read_text)
        closing.close()
        assert stopped.result(LIMIT_S) == "stopped"
    with pytest.raises(CancelledError):
        running.result(LIMIT_S)
    with pytest.raises(ForecastError, match="stopping"):
        closing.submit("slider", scripted("plain"))
    closing.close()


SERVER = """
import sys
from policygame.hosting.forecaster import Forecaster
if __name__ == "__main__":
    forecaster = Forecaster()
    for worker in forecaster._workers:
        worker._executor.submit(print, "ready", flush=True).result()
    sys.stdin.read()
"""


@pytest.mark.slow
def test_the_processes_end_with_a_server_that_is_killed(tmp_path):
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    words = [sys.executable, str(tmp_path / "server.py")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert [server.stdout.readline() for _ in range(2)] == ["ready\n"] * 2
        os.kill(server.pid, signal.SIGKILL)
        assert server.stdout.read() == ""  # the end of what the processes, too, hold open: they are gone

"""Bad input of ``policygame run``: one clear message, exit code 2, nothing simulated, nothing written."""

from __future__ import annotations

import os

import pytest

import policygame.simulation
from policygame.bots import BOTS

RUN = ("run", "first-game", "--worlds", "1", "--quarters", "2")

OPTIONS = [
    (("run", "ai-surge-2032"), ["ai-surge-2032", "Did you mean 'ai-surge-2023'?"]),
    ((*RUN, "--policy", "USE=whole-chain"), ["unknown government 'USE'", "TWN", "Did you mean 'USA'?"]),
    ((*RUN, "--policy", "USA=whole-chian"), ["USA=whole-chian", *BOTS, "Did you mean 'whole-chain'?"]),
    ((*RUN, "--policy", "USA"), ["'USA' is not understood", "USA=whole-chain"]),
    ((*RUN, "--policy", "USA="), ["not understood"]),
    ((*RUN, "--policy", "USA=fab-first", "--policy", "USA=whole-chain"), ["names USA twice"]),
    ((*RUN, "--metrics", "hhi_packging"), ["unknown metric 'hhi_packging'", "Did you mean 'hhi_packaging'?"]),
    ((*RUN, "--metrics", ""), ["unknown metric ''"]),
    (("run", "first-game", "--worlds", "0"), ["--worlds '0'", "a whole number from 1 to"]),
    (("run", "first-game", "--worlds", "-3"), ["--worlds '-3'", "a whole number from 1 to"]),
    (("run", "first-game", "--worlds", "many"), ["--worlds 'many'", "a whole number from 1 to"]),
    (("run", "first-game", "--worlds", "1.5"), ["--worlds '1.5'", "a whole number from 1 to"]),
    (("run", "first-game", "--worlds", "9" * 5000), ["--worlds", "a whole number from 1 to"]),
    ((*RUN, "--seed", "lucky"), ["--seed 'lucky'", "a whole number from 0 to 18446744073709551615"]),
    ((*RUN, "--seed", "-1"), ["--seed '-1'", "a whole number from 0 to"]),
    ((*RUN, "--seed", "1e3"), ["--seed '1e3'", "a whole number from 0 to"]),
    ((*RUN, "--seed", str(2**64)), [f"--seed '{2**64}'", "a whole number from 0 to"]),
    (("run", "first-game", "--worlds", "2", "--seed", str(2**64 - 1)), ["passes the last seed", str(2**64 - 2)]),
    (("run", "first-game", "--quarters", "0"), ["--quarters '0'", "a whole number from 1 to"]),
    (("run", "first-game", "--quarters", "1000"), ["--quarters '1000'", "a whole number from 1 to"]),
    ((*RUN, "--change", "hmb=1.1"), ["unknown stage 'hmb'", "Did you mean 'hbm'?"]),
    ((*RUN, "--change", "hbm"), ["'hbm' is not understood", "hbm=1.1"]),
    ((*RUN, "--change", "hbm=more"), ["'more' is not a factor", "from 0 to 100"]),
    ((*RUN, "--change", "hbm=-1"), ["'-1' is not a factor"]),
    ((*RUN, "--change", "hbm=nan"), ["'nan' is not a factor"]),
    ((*RUN, "--change", "hbm=1.1@2023Q5"), ["'2023Q5' is not a quarter"]),
    ((*RUN, "--change", "hbm=1.1@2090Q1"), ["2090Q1 lies outside the scenario"]),
    ((*RUN, "--change", "hbm=1.1@2024Q1:2023Q4"), ["ends before it starts"]),
]

POLICIES = [
    ("2024Q1 packging_grant fan_out 0.4", ["policy.txt", "line 1", "'packging_grant'", "Did you mean 'packaging_grant'?"]),
    ("2024Q1 packaging_grant fan_out 0.9", ["line 1", "0.9", "0.7"]),
    ("2024Q1 packaging_rnd interposer_2_5d 2000", ["packaging_rnd", "2000"]),
    ("2024Q1 packaging_rnd interposer_2_5d\n2024Q9 packaging_rnd interposer_2_5d 5", ["line 1", "line 2", "2024Q9"]),
    ("\x00\x01", ["line 1"]),
]


@pytest.fixture(autouse=True)
def _never_simulates(monkeypatch):
    def simulate(*given: object, **named: object) -> None:
        raise AssertionError("simulated in spite of bad input")

    monkeypatch.setattr(policygame.simulation, "simulate", simulate)


def assert_refused(outcome, words, out):
    assert outcome.exit_code == 2, outcome.output
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert outcome.stderr.startswith("policygame: ")
    for word in words:
        assert word in outcome.stderr
    assert not os.path.lexists(out)
    assert not list(out.parent.glob(".*partial*"))


@pytest.mark.parametrize(("arguments", "words"), OPTIONS, ids=lambda value: " ".join(value)[-40:])
def test_options(call, tmp_path, arguments, words):
    outcome = call(*arguments, "--out", tmp_path / "out")
    assert_refused(outcome, words, tmp_path / "out")
    assert len(outcome.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("text", "words"), POLICIES)
def test_policy_files(call, tmp_path, text, words):
    (tmp_path / "policy.txt").write_text(text)
    outcome = call(*RUN, "--policy", f"USA={tmp_path / 'policy.txt'}", "--out", tmp_path / "out")
    assert_refused(outcome, words, tmp_path / "out")


def test_a_policy_that_is_no_text(call, tmp_path):
    (tmp_path / "policy.txt").write_bytes(b"2024Q1 \xff\xfe")
    outcome = call(*RUN, "--policy", f"USA={tmp_path / 'policy.txt'}", "--out", tmp_path / "out")
    assert_refused(outcome, ["policy.txt", "UTF-8"], tmp_path / "out")


def test_a_policy_that_is_a_directory(call, tmp_path):
    outcome = call(*RUN, "--policy", f"USA={tmp_path}", "--out", tmp_path / "out")
    assert_refused(outcome, [str(tmp_path)], tmp_path / "out")


def test_an_output_under_a_file(call, tmp_path):
    (tmp_path / "file").write_text("here")
    outcome = call(*RUN, "--out", tmp_path / "file" / "out")
    assert_refused(outcome, [str(tmp_path / "file" / "out"), "cannot be written"], tmp_path / "file" / "out")


def test_an_output_that_is_a_file(call, tmp_path):
    (tmp_path / "file").write_text("here")
    outcome = call(*RUN, "--out", tmp_path / "file")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "is a file, not a directory" in outcome.stderr
    assert (tmp_path / "file").read_text() == "here"


def test_an_output_that_may_not_be_written(call, tmp_path):
    out = "/proc/results" if os.geteuid() == 0 else tmp_path / "closed" / "out"
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o500)
    outcome = call(*RUN, "--out", out)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "cannot be written" in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1


def test_json_does_not_change_how_errors_are_told(call, tmp_path):
    outcome = call(*RUN, "--worlds", "0", "--json", "--out", tmp_path / "out")
    assert_refused(outcome, ["--worlds '0'"], tmp_path / "out")


@pytest.mark.parametrize("place", ["", "  "])
def test_an_output_without_a_name(call, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    outcome = call(*RUN, "--out", place)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == "policygame: --out names no directory; write one, like --out out/.\n"
    assert list(tmp_path.iterdir()) == []


def test_an_option_that_does_not_exist(call):
    outcome = call(*RUN, "--world", "3")
    assert outcome.exit_code == 2
    assert "--worlds" in outcome.stderr

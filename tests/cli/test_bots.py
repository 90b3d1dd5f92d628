"""``policygame bots``: the balance of a scenario on the command line, with the spans of a stored tournament or its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policygame import load_scenario
from policygame.bots import BOTS
from policygame.tournament import stored
from policygame.tournament.stored import read_tournament, stored_file, stored_tournament

FEW = ["--worlds", 2, "--workers", 1]
SHIPPED = stored_file("first-game")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("configs")


@pytest.fixture
def folder(kept, monkeypatch):
    """Where tournaments are stored: a folder that the tests of this file share."""
    monkeypatch.setattr(stored, "configs_dir", lambda: kept)
    monkeypatch.setenv("COLUMNS", "250")
    return kept


@pytest.fixture
def own(call, folder):
    """The tournament that is stored in the folder, played by whichever test of this process comes first."""
    file = folder / "tournaments" / "first-game.json"
    if not file.is_file():
        assert call("bots", "first-game", *FEW, "--store").exit_code == 0
    return file


def test_a_tournament_is_told_and_stored(call, folder):
    outcome = call("bots", "first-game", *FEW, "--store")
    assert outcome.exit_code == 0, outcome.output
    file = folder / "tournaments" / "first-game.json"
    assert f"wrote {file}" in outcome.stdout
    assert "Seeds 1 to 2; spans are those of this tournament." in outcome.stdout
    found = stored_tournament(load_scenario("first-game"))
    assert found is not None
    for bot in BOTS:
        assert outcome.stdout.count(bot) >= len(found.seats)
    for seat in found.seats:
        assert f"{found.best(seat).bot} *" in outcome.stdout
    for words in ("Race or ceiling", "loses without a lever", "The best bot beats nothing", "Breaking the ceiling alone pays"):
        assert words in outcome.stdout


def test_other_seeds_are_scored_by_the_stored_spans_and_said_to_be_unseen(call, own):
    kept = read_tournament(own)
    told = json.loads(call("bots", "first-game", *FEW, "--seed", 10001, "--json").stdout)
    assert told["seeds"] == [10001, 10002]
    assert told["seeds_seen"] is False
    assert [span["value"] for span in told["spans"]["USA"]] == [span.value for span in kept.spans["USA"]]
    assert told["spans_from"] == "the stored tournament, seeds 1 to 2"


def test_a_check_on_unseen_seeds_is_kept_beside_its_tournament(call, own):
    before = own.read_bytes()
    met = call("bots", "first-game", *FEW, "--seed", 2, "--spans", "stored", "--store")
    assert met.exit_code == 2
    assert "seeds 2 to 3 meet those of the stored tournament, 1 to 2. Use --seed 10001." in met.stderr.replace("\n", " ")
    outcome = call("bots", "first-game", *FEW, "--seed", 10001, "--spans", "stored", "--store")
    assert outcome.exit_code == 0, outcome.output
    assert own.read_bytes() == before, "scores go on by the same spans"
    check = stored_tournament(load_scenario("first-game"), check=True)
    assert check is not None
    assert check.seeds == (10001, 10002)
    assert check.spans == read_tournament(own).spans


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--worlds", "1"], "--worlds '1' is not allowed; allowed is a whole number from 2 to 10000"),
        (["--spans", "nowhere.json"], "nowhere.json cannot be read"),
        (["--spans", "some.json", "--store"], "--store keeps a tournament with its own spans, or a check of the stored ones"),
        (["--workers", "0"], "--workers '0' is not allowed"),
    ],
)
def test_what_cannot_be_played_is_told(call, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    outcome = call("bots", "first-game", *words)
    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert "Traceback" not in outcome.output


def test_a_tournament_of_another_scenario_is_no_scale(call, folder):
    outcome = call("bots", "ai-surge-2023", "--spans", SHIPPED)
    assert outcome.exit_code == 2
    assert "holds a tournament of first-game; give one of ai-surge-2023" in outcome.stderr
    outcome = call("bots", "ai-surge-2023", "--spans", "stored")
    assert outcome.exit_code == 2
    assert (
        "the stored tournament of ai-surge-2023 is not there; play one with policygame bots ai-surge-2023 --store"
        in outcome.stderr
    )

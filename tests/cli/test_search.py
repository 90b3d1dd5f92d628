"""``policygame search``: the set on screen, as a file, as policies for ``run``, and kept; and what is said of a wrong request."""

from __future__ import annotations

import json

import pytest

from policygame.scenario import Policy, load_scenario
from policygame.search import stored

SMALL = ("first-game", "--government", "USA", "--trials", 4, "--population", 2, "--worlds", 2)
SHORT = (*SMALL, "--quarters", 8)


def test_the_set_is_shown_written_and_plays(call, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    file, again, folder = tmp_path / "found.json", tmp_path / "again.json", tmp_path / "policies"
    told = call("search", *SHORT, "--out", file, "--policies", folder)
    assert told.exit_code == 0, told.output
    found = json.loads(file.read_text(encoding="utf-8"))
    assert f"{len(found['members'])} of 4 policies that none beats in everything" in told.stdout
    assert "Caution: bands of 2 worlds are rough" in told.stdout
    assert "Packaging grants have no cap" in told.stdout
    for number, member in enumerate(found["members"], start=1):
        written = folder / f"USA-{number:03}.txt"
        policy = Policy.read(written)
        assert tuple(map(str, policy.settings)) == tuple(member["lines"])
        policy.check(load_scenario("first-game"), "USA")
    played = call("run", "first-game", "--worlds", 2, "--quarters", 8, "--policy", f"USA={written}", "--json")
    assert played.exit_code == 0, played.output
    shown = json.loads(call("search", *SHORT, "--out", again, "--json").stdout)
    assert again.read_bytes() == file.read_bytes()
    assert shown["members"] == found["members"]
    assert shown["files"] == [str(again)]


def test_what_is_stored_is_told_by_scenarios(call, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "configs_dir", lambda: tmp_path)
    told = call("search", *SMALL, "--levers", "packaging_rnd", "--store")
    assert told.exit_code == 0, told.output
    kept = json.loads((tmp_path / "best_known" / "first-game.USA.json").read_text(encoding="utf-8"))
    line = f"Best known of USA in first-game: {len(kept['members'])} policies"
    assert line in call("scenarios").stdout
    listed = {entry["name"]: entry["best_known"] for entry in json.loads(call("scenarios", "--json").stdout)}
    assert listed["first-game"] == {"USA": len(kept["members"])}
    assert not any(known for name, known in listed.items() if name != "first-game")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--government", "USB"), "Did you mean 'USA'?"),
        (("--levers", "workforce"), "USA may not use workforce"),
        (("--trials", 1), "--trials '1' is not allowed; allowed is a whole number from 2"),
        (("--population", 1), "--population '1' is not allowed"),
        (("--quarters", 5), "a search needs a year of play"),
        (("--policy", "USA=whole-chain"), "whose policy is searched"),
        (("--out", "no/such/folder/found.json"), "name a file in a folder that exists"),
        (("--policies", "no/such/folder"), "name one in a folder that exists"),
        (("--store",), "--store keeps searches of whole scenarios; leave out --quarters."),
    ],
    ids=lambda words: str(words[0]) if isinstance(words, tuple) else "",
)
def test_wrong_requests_are_refused_before_anything_is_simulated(call, monkeypatch, words, said):
    monkeypatch.setattr("policygame.search.objectives.simulate", lambda *a, **k: pytest.fail("it was simulated"))
    told = call("search", *SHORT, *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.output


def test_files_that_are_there_stay(call, tmp_path):
    file = tmp_path / "found.json"
    file.write_text("mine")
    told = call("search", *SHORT, "--out", file)
    assert told.exit_code == 2
    assert "exists already" in told.stderr
    assert call("search", *SHORT, "--policies", tmp_path).exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["found.json"]
    assert file.read_text() == "mine"


def test_a_scenario_of_ones_own_is_not_stored(call, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("format: 1\nextends: first-game\nname: own\ntitle: My own\n")
    told = call("search", own, "--government", "USA", "--store")
    assert told.exit_code == 2
    assert "--store keeps what was found for shipped scenarios" in told.stderr

"""``play``, ``replay``, ``games``, ``export``, ``import``, ``backup`` and ``restore``."""

from __future__ import annotations

import json

import pytest

from policygame.catalogue import METRICS
from policygame.game import commands as c
from policygame.game.play import play, read_plan
from policygame.hosting.host import Host
from policygame.scenario import Policy
from policygame.simulation import Simulation, simulate
from policygame.store import Store
from policygame.version import model_version

GRANT = "2023Q1 packaging_grant interposer_2_5d 0.4 cap 300"
OTHER_MODEL = "0.0.9+0123456789ab"
PLAN = f"""
scenario first-game
seed 7
seat USA Ann
{GRANT}
bot CHN subsidy-matcher
"""


@pytest.fixture
def database(tmp_path, monkeypatch):
    """A database in which nobody has played; the one that commands use."""
    monkeypatch.setenv("POLICYGAME_DATABASE", str(tmp_path / "games.sqlite3"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "games.sqlite3"


@pytest.fixture
def begun(database):
    """A game of Ann's with one turn resolved and a draft for the next."""
    with Store.open(database) as store:
        host = Host(store)
        entry = host.create("first-game", "USA", "Ann", seed=7)
        host.act(entry.game_id, entry.token, c.SubmitDecision(seat="USA", turn=1, lines=(GRANT,)))
        host.act(
            entry.game_id, entry.token, c.SaveDraft(seat="USA", turn=2, lines=("2023Q3 supplier_programme substrate 0.3125",))
        )
    return entry


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    return tmp_path / "plan.txt"


# --- play ---


@pytest.mark.slow
def test_a_game_is_played_from_a_file_and_equals_simulate(call, database, plan, tmp_path):
    outcome = call("play", plan, "--out", tmp_path / "game.json", "--json")
    assert outcome.exit_code == 0, outcome.output
    report = json.loads(outcome.stdout)
    by_simulate = simulate(
        "first-game", [7], {"USA": Policy.parse(GRANT), "CHN": "subsidy-matcher", "TWN": "whole-chain", "KOR": "whole-chain"}
    )
    assert len(report["turns"]) == 12
    at = {str(quarter): n for n, quarter in enumerate(by_simulate.quarters)}
    for turn in report["turns"]:
        lead = by_simulate.array("lead_time_weeks", item="ai_accelerator")[at[turn["quarter"]], 0]
        assert turn["lead_time_weeks"] == lead
    replayed = call("replay", tmp_path / "game.json", "--json")
    assert replayed.exit_code == 0
    judged = json.loads(replayed.stdout)
    assert judged["holds"] is True
    assert [turn["derived"] for turn in judged["turns"]] == [turn["digest"] for turn in report["turns"]]
    assert judged["phase"] == "ended"


def test_play_stops_where_told_and_shows_a_table(call, database, plan):
    outcome = call("play", plan, "--turns", "2")
    assert outcome.exit_code == 0, outcome.output
    assert "first-game, seed 7" in outcome.stdout
    assert "2023Q2" in outcome.stdout
    assert "2023Q4" in outcome.stdout
    assert "2024Q2" not in outcome.stdout
    assert not database.exists()


def test_a_played_game_is_scored_and_kept_beside_those_of_browsers(call, database, plan, tmp_path):
    plan.write_text(PLAN.replace("USA Ann", "USA [bold]Ann"), encoding="utf-8")
    outcome = call("play", plan, "--turns", "2", "--database", database)
    assert outcome.exit_code == 0, outcome.output
    assert "Score of [bold]Ann in USA" in outcome.stdout
    code = outcome.stdout.split("has the code ")[1].split()[0]
    listed = json.loads(call("games", "--json").stdout)
    assert [game["code"] for game in listed] == [code]
    told = json.loads(call("play", plan, "--turns", "2", "--json").stdout)
    assert told["scores"] == json.loads(call("replay", code, "--json").stdout)["scores"]
    assert told["code"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenario first-game\nseat USA\n2023Q1 packaging_grant interposer_2_5d 9", "line 1, column 40"),
        ("scenario first-game\nseat USE", "There is no seat 'USE'"),
        ("scenario first-gmae\nseat USA", "first-gmae"),
        ("senario first-game", "'senario' is not understood"),
        ("", "names no scenario"),
        ("\xff", "names no scenario|not understood"),
    ],
)
def test_files_that_cannot_be_played_are_told_in_a_message(call, database, tmp_path, text, said):
    (tmp_path / "plan.txt").write_text(text, encoding="utf-8")
    outcome = call("play", tmp_path / "plan.txt", "--out", tmp_path / "game.json")
    assert outcome.exit_code == 2
    assert any(part in outcome.stderr for part in said.split("|")), outcome.stderr
    assert not (tmp_path / "game.json").exists()


def test_files_that_are_no_text_or_not_there_are_told(call, database, tmp_path):
    (tmp_path / "bytes").write_bytes(b"scenario \xff")
    assert "no text in UTF-8" in call("play", tmp_path / "bytes").stderr
    assert "cannot be read" in call("play", tmp_path / "missing").stderr
    assert "whole number" in call("play", tmp_path / "missing", "--turns", "some").stderr


def test_a_game_file_is_not_replaced_unless_forced(call, database, plan, tmp_path):
    (tmp_path / "game.json").write_text("of yesterday", encoding="utf-8")
    words = ("play", plan, "--turns", 1, "--out", tmp_path / "game.json")
    refused = call(*words)
    assert refused.exit_code == 2
    assert "exists already" in refused.stderr
    assert (tmp_path / "game.json").read_text(encoding="utf-8") == "of yesterday"
    assert call(*words, "--force").exit_code == 0
    assert call("replay", tmp_path / "game.json").exit_code == 0


# --- replay ---


def test_a_stored_game_is_replayed_by_code_and_by_id_and_scored(call, begun):
    for named in (begun.code, begun.code.lower(), begun.game_id):
        outcome = call("replay", named)
        assert outcome.exit_code == 0, outcome.output
        assert "follow from the decisions, bit for bit" in outcome.stdout
        assert "Score of Ann in USA" in outcome.stdout
    report = json.loads(call("replay", begun.code, "--json").stdout)
    score = report["scores"]["USA"]
    assert score["player"] == "Ann"
    assert score["points"] == pytest.approx(sum(score["parts"].values()))
    assert score["points"] != 0.0


def test_a_game_nobody_has_decided_in_is_replayed_too(call, database):
    with Store.open(database) as store:
        entry = Host(store).create("first-game", "USA", "Ann", seed=7)
    outcome = call("replay", entry.code)
    assert outcome.exit_code == 0
    assert "No turn has been resolved yet" in outcome.stdout


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("interposer_2_5d 0.4 cap 300", "interposer_2_5d 0.3 cap 300", "results do not follow from the decisions"),
        ("packaging_grant interposer_2_5d 0.4 cap 300", "workforce packaging 9", "USA could not have decided this"),
        ('"seed":7', '"seed":8', "decides otherwise"),
        ('"author":"bot"', '"author":"person"', "which no person holds"),
    ],
)
def test_a_file_whose_results_do_not_follow_is_found_out(call, begun, tmp_path, was, becomes, said):
    call("export", begun.code, "--out", tmp_path / "game.json")
    text = (tmp_path / "game.json").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "game.json").write_text(text.replace(was, becomes), encoding="utf-8")
    outcome = call("replay", tmp_path / "game.json")
    assert outcome.exit_code == 1
    assert "It does not follow." in outcome.stdout
    assert said in outcome.stdout
    assert "Score of" not in outcome.stdout
    report = call("replay", tmp_path / "game.json", "--json")
    assert report.exit_code == 1
    told = json.loads(report.stdout)
    assert told["holds"] is False
    # why comes with the first turn that does not follow; later turns are counted, and none of theirs hides it
    words = " ".join(outcome.stdout.split())
    first = next(turn for turn in told["turns"] if not turn["holds"])
    later = [turn for turn in told["turns"] if turn["turn"] > first["turn"]]
    n = sum(len(turn["problems"]) + (turn["stated"] != turn["derived"]) for turn in later) + len(told["open_turn"])
    assert f"It does not follow. Turn {first['turn']}" in words
    assert all(problem in words for problem in first["problems"])
    assert (f"{n} later problem" in words) == (n > 0)
    assert not [turn for turn in later if f"Turn {turn['turn']}:" in words]


@pytest.mark.parametrize("command", ["replay", "export"])
def test_games_that_are_not_there_are_told(call, database, command):
    outcome = call(command, "K7PQM")
    assert outcome.exit_code == 2
    assert "there is no game 'K7PQM'" in outcome.stderr
    assert "policygame games" in outcome.stderr


def test_files_that_are_no_games_are_told(call, database, tmp_path):
    (tmp_path / "letter.json").write_text("Dear sir or madam", encoding="utf-8")
    for command in ("replay", "import"):
        outcome = call(command, tmp_path / "letter.json")
        assert outcome.exit_code == 2
        assert "no game file" in outcome.stderr
        assert call(command, tmp_path / "missing.json").exit_code == 2


@pytest.fixture
def of_another_model(database, monkeypatch):
    """A game with two resolved turns of a model that names itself otherwise and draws other worlds from a seed."""
    with monkeypatch.context() as patch:
        patch.setattr("policygame.game.game.model_version", lambda: OTHER_MODEL)
        patch.setattr(
            "policygame.game.position.Simulation",
            lambda scenario, seeds, scripts: Simulation(scenario, [seed + 1 for seed in seeds], scripts),
        )
        with Store.open(database) as store:
            host = Host(store)
            entry = host.create("first-game", "USA", "Ann", seed=7)
            for turn, lines in ((1, (GRANT,)), (2, ())):
                host.act(entry.game_id, entry.token, c.SubmitDecision(seat="USA", turn=turn, lines=lines))
    return entry


def test_a_game_of_another_model_is_compared_and_both_models_are_named(call, of_another_model):
    outcome = call("replay", of_another_model.code)
    assert outcome.exit_code == 1
    assert f"played with the model {OTHER_MODEL}" in outcome.stdout
    assert f"Another model is installed and derives it: {model_version()}" in outcome.stdout
    assert "furthest apart: game, derived" in outcome.stdout
    assert "It does not follow under the installed model." in outcome.stdout
    assert f"only the model {OTHER_MODEL} can judge that" in outcome.stdout
    report = json.loads(call("replay", of_another_model.code, "--json").stdout)
    assert (report["holds"], report["same_model"]) == (False, False)
    assert (report["model"], report["installed"]) == (OTHER_MODEL, model_version())
    for turn in report["turns"]:
        assert turn["apart"]["stated"] != turn["apart"]["derived"]
        assert turn["apart"]["metric"] in METRICS


def test_a_game_of_this_model_that_was_changed_is_still_said_not_to_follow(call, begun, tmp_path):
    call("export", begun.code, "--out", tmp_path / "game.json")
    text = (tmp_path / "game.json").read_text(encoding="utf-8")
    (tmp_path / "game.json").write_text(text.replace('"seed":7', '"seed":8'), encoding="utf-8")
    outcome = call("replay", tmp_path / "game.json")
    assert outcome.exit_code == 1
    assert "It does not follow. Turn 1" in outcome.stdout
    assert "model can judge" not in outcome.stdout


def test_games_of_another_model_are_told_in_the_list(call, begun, of_another_model):
    shown = call("games").stdout
    assert f"another: {OTHER_MODEL}" in shown
    listed = {game["code"]: (game["model"], game["same_model"]) for game in json.loads(call("games", "--json").stdout)}
    assert listed == {begun.code: (model_version(), True), of_another_model.code: (OTHER_MODEL, False)}


# --- games, export and import ---


def test_games_are_listed(call, begun, database):
    shown = call("games")
    assert shown.exit_code == 0
    assert all(word in shown.stdout for word in (str(database), begun.code, begun.game_id, "first-game", "playing"))
    (listed,) = json.loads(call("games", "--json").stdout)
    assert (listed["code"], listed["status"], listed["scenario"]) == (begun.code, "playing", "first-game")


def test_no_games_are_told(call, database, tmp_path):
    assert f"No games yet in {database}" in call("games").stdout
    assert json.loads(call("games", "--json", "--database", tmp_path / "other.sqlite3").stdout) == []


def test_a_game_moves_from_one_database_to_another(call, begun, tmp_path):
    exported = call("export", begun.code, "--out", tmp_path / "game.json")
    assert "keep it from players" in exported.stdout
    other = tmp_path / "other.sqlite3"
    outcome = call("import", tmp_path / "game.json", "--database", other)
    assert outcome.exit_code == 0, outcome.output
    assert begun.code in outcome.stdout
    with Store.open(other) as store:
        view = Host(store).view(begun.game_id, begun.token)
    assert (view.seat, view.turn, view.draft) == ("USA", 2, ("2023Q3 supplier_programme substrate 0.3125",))


def test_a_public_export_holds_no_drafts_and_has_a_name_of_its_own(call, begun, tmp_path):
    assert call("export", begun.code, "--public").exit_code == 0
    text = (tmp_path / f"{begun.code}.json").read_text(encoding="utf-8")
    assert GRANT in text
    assert "draft_saved" not in text
    assert "exists already" in call("export", begun.code, "--public").stderr
    assert call("export", begun.code, "--public", "--force").exit_code == 0


def test_an_import_of_the_same_code_gets_another(call, begun, database, tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    call("play", tmp_path / "plan.txt", "--turns", "1", "--out", tmp_path / "game.json")
    for _ in range(2):
        assert call("import", tmp_path / "game.json").exit_code == 0
    listed = json.loads(call("games", "--json").stdout)
    assert len(listed) == 2
    assert len({game["code"] for game in listed}) == 2


# --- backup and restore ---


def test_all_games_are_backed_up_and_restored(call, begun, database, tmp_path):
    outcome = call("backup", tmp_path / "games.backup")
    assert outcome.exit_code == 0
    assert "1 game of" in outcome.stdout
    assert "exists already" in call("backup", tmp_path / "games.backup").stderr
    refused = call("restore", tmp_path / "games.backup")
    assert refused.exit_code == 2
    assert "holds 1 game, which would be lost" in refused.stderr
    assert call("restore", tmp_path / "games.backup", "--force").exit_code == 0
    other = tmp_path / "other.sqlite3"
    assert "1 game restored" in call("restore", tmp_path / "games.backup", "--database", other).stdout
    with Store.open(database) as one, Store.open(other) as two:
        assert one.events(begun.game_id) == two.events(begun.game_id)


def test_a_hosted_database_is_not_restored_and_a_folder_is_no_database(call, begun, database, tmp_path):
    call("backup", tmp_path / "games.backup")
    with Store.open(database) as store, store.host_lease():
        refused = call("restore", tmp_path / "games.backup", "--force")
        assert refused.exit_code == 2
        assert "hosted by another server" in refused.stderr
        assert call("backup", tmp_path / "again.backup").exit_code == 0
    assert "is a folder" in call("games", "--database", tmp_path).stderr


def test_a_plan_in_a_file_is_the_same_game_as_in_python(call, database, plan, tmp_path):
    call("play", plan, "--turns", "1", "--out", tmp_path / "game.json")
    digests = [event.result_hash for event in play(read_plan(PLAN), turns=1) if event.kind == "turn_resolved"]
    replayed = json.loads(call("replay", tmp_path / "game.json", "--json").stdout)
    assert [turn["stated"] for turn in replayed["turns"]] == digests


def test_what_was_done_can_be_had_as_json(call, begun, database, tmp_path):
    exported = json.loads(call("export", begun.code, "--out", tmp_path / "game.json", "--json").stdout)
    assert exported == {"file": str(tmp_path / "game.json"), "code": begun.code, "id": begun.game_id, "public": False}
    other = str(tmp_path / "other.sqlite3")
    imported = json.loads(call("import", tmp_path / "game.json", "--database", other, "--json").stdout)
    assert imported == {"code": begun.code, "id": begun.game_id, "database": other}
    backed_up = json.loads(call("backup", tmp_path / "all.backup", "--json").stdout)
    assert backed_up == {"file": str(tmp_path / "all.backup"), "games": 1, "database": str(database)}
    restored = json.loads(call("restore", tmp_path / "all.backup", "--database", other, "--force", "--json").stdout)
    assert restored == {"file": str(tmp_path / "all.backup"), "games": 1, "database": other}


def test_a_changed_name_is_found_out_and_rivals_are_named(call, database, plan, tmp_path):
    call("play", plan, "--turns", "1", "--out", "game.json")
    whole = call("replay", "game.json")
    assert whole.exit_code == 0
    assert "Players: USA Ann. Rivals: " in whole.stdout
    assert "CHN subsidy-matcher" in whole.stdout
    file = tmp_path / "game.json"
    file.write_text(file.read_text("utf-8").replace('"Ann"', '"Eve"'), "utf-8")
    changed = call("replay", "game.json")
    assert changed.exit_code == 1
    assert "The file was changed after it was written" in changed.stdout
    assert "Score of" not in changed.stdout
    assert json.loads(call("replay", "game.json", "--json").stdout)["file"] == "changed"


def test_numbers_of_play_are_whole_and_have_units(call, database, plan):
    shown = call("play", plan, "--turns", "3").stdout
    assert "deliveries, k units a quarter" in shown
    assert "e+0" not in shown

"""``policygame run``: what it writes, what it shows, and that it does so twice alike."""

from __future__ import annotations

import hashlib
import json
import shlex

import pandas as pd
import pyarrow.parquet as pq
import pytest

from policygame import load_scenario, simulate
from policygame.catalogue import METRICS

SMALL = ("run", "first-game", "--worlds", 3, "--seed", 5, "--quarters", 6, "--policy", "USA=whole-chain")


def test_writes_the_tidy_frame_of_simulate(call, tmp_path):
    assert call(*SMALL, "--out", tmp_path / "out").exit_code == 0
    written = pd.read_parquet(tmp_path / "out" / "results.parquet")
    expected = simulate("first-game", seeds=range(5, 8), policies={"USA": "whole-chain"}, quarters=6).frame()
    assert list(written.columns) == ["world", "seed", "quarter", "metric", "entity", "item", "value"]
    for column in ("quarter", "metric", "entity", "item"):
        written[column], expected[column] = written[column].astype(str), expected[column].astype(str)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, check_exact=True)


def test_two_runs_give_identical_bytes(call, tmp_path):
    for name in ("a", "b"):
        assert call(*SMALL, "--change", "hbm=1.1@2023Q2:2024Q1", "--out", tmp_path / name).exit_code == 0
    for file in ("results.parquet", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_seed_gives_other_results(call, tmp_path):
    for name, seed in (("a", 5), ("b", 6)):
        call("run", "first-game", "--worlds", 1, "--seed", seed, "--quarters", 6, "--out", tmp_path / name)
    a, b = (pd.read_parquet(tmp_path / name / "results.parquet") for name in ("a", "b"))
    assert not a["value"].equals(b["value"])


def test_the_manifest_names_what_was_run(call, tmp_path):
    call(*SMALL, "--metrics", "fill_rate,deliveries_kunits", "--change", "hbm=1.1@2023Q2", "--out", tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    content = (tmp_path / "out" / "results.parquet").read_bytes()
    table = pq.read_table(tmp_path / "out" / "results.parquet")
    assert manifest["scenario"] == {"name": "first-game", "hash": load_scenario("first-game").hash}
    assert manifest["results"] == {
        "file": "results.parquet",
        "rows": table.num_rows,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert manifest["seeds"] == [[5, 7]]
    assert manifest["quarters"]["count"] == 6
    assert manifest["policies"] == {"USA": "whole-chain"}
    assert manifest["metrics"] == ["deliveries_kunits", "fill_rate"]
    assert set(table["metric"].to_pylist()) == {"deliveries_kunits", "fill_rate"}
    assert set(manifest["versions"]) >= {"policygame", "numpy", "mesa", "python"}


def test_the_manifests_command_gives_the_same_again(call, tmp_path):
    call(*SMALL, "--change", "hbm=1.1@2023Q2", "--metrics", "fill_rate", "--out", tmp_path / "a")
    program, *words = shlex.split(json.loads((tmp_path / "a" / "manifest.json").read_text())["command"])
    assert program == "policygame"
    assert words[-2:] == ["--out", "DIR"]
    call(*words[:-1], tmp_path / "b")
    for file in ("results.parquet", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_scenario_of_ones_own_is_found_by_the_manifest(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text("format: 1\nextends: first-game\nname: own\n")
    outcome = call("run", "own.yaml", "--worlds", 1, "--quarters", 1, "--metrics", "fill_rate", "--out", "out")
    assert outcome.exit_code == 0, outcome.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["scenario"] == {"name": "own", "file": "own.yaml", "hash": load_scenario("own.yaml").hash}
    assert shlex.split(manifest["command"])[:3] == ["policygame", "run", "own.yaml"]


def test_a_policy_file_is_followed_and_kept_in_the_manifest(call, tmp_path):
    policy = tmp_path / "policy.txt"
    policy.write_text("# research\n2023Q1 packaging_rnd interposer_2_5d 20\n")
    outcome = call(*SMALL[:-1], f"USA={policy}", "--json")
    assert outcome.exit_code == 0, outcome.stderr
    report = json.loads(call(*SMALL[:-1], f"USA={policy}", "--out", tmp_path / "out", "--json").stdout)
    assert report["manifest"]["policies"] == {"USA": "2023Q1 packaging_rnd interposer_2_5d 20"}
    paid = [row["median"] for row in report["summary"] if (row["metric"], row["item"]) == ("treasury_musd", "paid")]
    assert paid[-1] > 0


def test_a_change_moves_what_it_names(call):
    def deliveries(*words: object) -> list[float]:
        report = json.loads(call(*SMALL, "--json", *words).stdout)
        return [row["median"] for row in report["summary"] if row["metric"] == "deliveries_kunits"]

    plain, halved = deliveries(), deliveries("--change", "interposer_2_5d=0.5@2023Q1")
    assert halved[0] == plain[0]
    assert halved[-1] < 0.9 * plain[-1]


def test_json_alone_is_on_standard_output(call):
    outcome = call(*SMALL, "--json")
    report = json.loads(outcome.stdout)
    assert report["worlds"] == 3
    assert report["out"] is None
    assert {row["metric"] for row in report["summary"]} <= set(METRICS)
    assert {"demand_kunits", "fill_rate", "treasury_musd"} <= {row["metric"] for row in report["summary"]}
    assert all(row["low"] <= row["median"] <= row["high"] for row in report["summary"] if row["median"] is not None)


def test_the_summary_shows_medians_and_bands_by_year(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    outcome = call(*SMALL)
    assert outcome.exit_code == 0
    for words in ("demand", "fill rate", "lead time", "double", "HHI by site", "Treasury of USA", "5 to 95 %", "/ quarter"):
        assert words in outcome.stdout
    assert "Capacity is that available at the start of the quarter." in outcome.stdout
    assert "Left: the packaging and the fab purse together" in outcome.stdout


def test_the_summary_says_what_was_run(call):
    played = call(*SMALL, "--change", "hbm=1.1@2023Q2").stdout.splitlines()
    assert played[1:4] == [
        "2022Q1 to 2023Q2, 3 worlds, seeds 5 to 7.",
        "Policies: USA whole-chain; others follow the record.",
        "Changes: hbm=1.1@2023Q2.",
    ]
    alone = call("run", "first-game", "--worlds", 1, "--quarters", 2).stdout.splitlines()
    assert alone[1:4] == [
        "2022Q1 to 2022Q2, 1 world, seed 1.",
        "Policies: every government follows the record.",
        "Changes: none.",
    ]


@pytest.mark.parametrize(("worlds", "said"), [(1, "one world has no band"), (19, "bands of 19 worlds are rough"), (20, None)])
def test_few_worlds_are_a_caution(call, worlds, said):
    shown = call("run", "first-game", "--worlds", worlds, "--quarters", 1).stdout
    assert ("Caution:" in shown) == (said is not None)
    assert said is None or said in shown


def test_the_longest_lead_time_quoted_is_marked(call):
    short = call("run", "first-game", "--worlds", 2, "--quarters", 4).stdout
    long = call("run", "first-game", "--worlds", 2, "--quarters", 20, "--change", "interposer_2_5d=0.1").stdout
    note = "* 150 weeks is the longest lead time that is quoted"
    assert note not in short
    assert "150*" not in short
    assert note in long
    assert " 150* " in long


def test_grants_that_were_cut_are_told_as_what_they_are(call):
    words = ("run", "ai-surge-2023", "--worlds", 4, "--policy", "USA=whole-chain", "--metrics", "fill_rate")
    notes = json.loads(call(*words, "--json").stdout)["awards_cut"]
    assert notes
    _, told = call(*words).stdout.split("\nGrants asked for beyond a programme's cap or the purse that pays it:\n")
    assert [line.strip() for line in told.splitlines()] == notes


def test_results_are_replaced_only_on_request(call, tmp_path):
    out = tmp_path / "out"
    call(*SMALL, "--out", out)
    before = (out / "results.parquet").read_bytes()
    again = call("run", "first-game", "--worlds", 1, "--quarters", 2, "--out", out)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert (out / "results.parquet").read_bytes() == before
    assert call("run", "first-game", "--worlds", 1, "--quarters", 2, "--out", out, "--force").exit_code == 0
    assert (out / "results.parquet").read_bytes() != before
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "results.parquet"]


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
def test_the_first_and_the_last_seed_work(call, tmp_path, seed):
    out = tmp_path / "out"
    words = ("run", "first-game", "--worlds", 1, "--seed", seed, "--quarters", 1, "--metrics", "fill_rate", "--out", out)
    assert call(*words).exit_code == 0
    assert set(pd.read_parquet(out / "results.parquet")["seed"]) == {seed}

"""Running an experiment: its numbers are ``simulate``'s whatever runs it, and nothing that is finished is lost or counted twice."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest

from policygame import Policy, load_scenario, scale_capacity, simulate
from policygame.experiment import FolderError, Interrupted, RunningError, load_experiment, load_results, run_experiment
from policygame.experiment.running import shard_of
from policygame.model.agents import OSAT
from tests.experiment.small import assert_same_results, run_here, sorted_tables


def test_a_run_has_the_numbers_of_simulate_bit_for_bit(undisturbed):
    runs, results = load_results(undisturbed).table, load_results(undisturbed)
    scenario = load_scenario("first-game")
    history = Policy.of_history(scenario, "KOR")
    for run in (0, 2, 15, 23):
        row = runs.set_index("run").loc[run]
        grant = Policy.parse(f"2023Q1 packaging_grant interposer_2_5d {float(row['korea'])!r} cap 500")
        alone = simulate(
            scenario,
            seeds=[int(row["seed"])],
            policies={"KOR": history + grant} | ({"USA": "whole-chain"} if row["lever.USA"] == "whole-chain" else {}),
            quarters=6,
            changes=[scale_capacity("hbm", row["capacity.hbm"], "2022Q3")],
            numbers={name: row[name] for name in ("parameters.phantom_eta", "parameters.location_weight")},
            metrics=["hhi_packaging", "lead_time_weeks", "outlay_musd"],
        )
        assert row["hhi"] == alone.array("hhi_packaging", "site", "interposer_2_5d")[-1, 0]
        lead = alone.array("lead_time_weeks", item="ai_accelerator")[:, 0]
        assert row["lead"] == pytest.approx(lead[2:].mean(), rel=1e-14)
        kept = results.series(["lead_time_weeks"], runs=[run])
        assert list(kept[kept["item"] == "ai_accelerator"]["value"]) == list(lead)
        assert row["spent"] == pytest.approx(alone.array("outlay_musd", "government:USA", "packaging_grant").sum(), rel=1e-14)


@pytest.mark.parametrize("worlds", [1, 7])
def test_numbers_do_not_depend_on_how_many_worlds_a_task_has(small, undisturbed, tmp_path, worlds):
    run_here(small, tmp_path / "out", worlds_per_task=worlds)
    assert_same_results(tmp_path / "out", undisturbed)


def test_numbers_do_not_depend_on_the_executor(small, undisturbed, tmp_path):
    run_experiment(small, tmp_path / "out", workers=2, worlds_per_task=9)
    assert_same_results(tmp_path / "out", undisturbed)


def test_shards_together_are_the_whole(small, undisturbed, tmp_path):
    parts = [shard_of(small.n_runs, (i, 5)) for i in range(1, 6)]
    assert [a for _, a in parts[:-1]] == [b for b, _ in parts[1:]]
    for i in (4, 1, 5, 3):
        run_here(small, tmp_path / "out", shard=(i, 5))
    assert load_results(tmp_path / "out").done == 24 - (parts[1][1] - parts[1][0])
    assert run_here(small, tmp_path / "out").before == load_results(tmp_path / "out").planned - (parts[1][1] - parts[1][0])
    assert_same_results(tmp_path / "out", undisturbed)


def test_a_second_call_runs_nothing(small, undisturbed):
    class Refuses(Executor):
        def submit(self, *given: object, **named: object) -> Future:
            raise AssertionError("something was run")

    summary = run_experiment(small, undisturbed, executor=Refuses())
    assert (summary.before, summary.done, summary.planned) == (24, 24, 24)


def _stop_after(runs):
    pressed = []

    def progress(done, planned, failed):
        if done >= runs and not pressed:
            pressed.append(done)
            raise KeyboardInterrupt

    return progress


def test_ctrl_c_keeps_what_was_finished_and_the_next_call_does_the_rest(small, undisturbed, tmp_path):
    with pytest.raises(Interrupted) as stopped:
        run_here(small, tmp_path / "out", worlds_per_task=4, progress=_stop_after(8))
    done = stopped.value.summary.done
    assert 8 <= done < 24
    assert load_results(tmp_path / "out").done == done
    summary = run_here(small, tmp_path / "out", worlds_per_task=5)
    assert (summary.before, summary.done) == (done, 24)
    assert_same_results(tmp_path / "out", undisturbed)


@pytest.fixture
def finished(small, tmp_path):
    run_here(small, tmp_path / "out", worlds_per_task=8)
    return tmp_path / "out"


@pytest.mark.parametrize("table", ["outcomes", "series", "done"])
@pytest.mark.parametrize("damage", ["a bit", "half", "gone"])
def test_a_damaged_file_counts_as_not_done_and_says_so(small, undisturbed, finished, table, damage):
    file = sorted((finished / table).glob("r[0-9]*"))[1]
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    elif damage == "half":
        file.write_bytes(content[: len(content) // 2])
    else:
        at = len(content) // 2
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    summary = run_here(small, finished)
    assert (summary.before, summary.done) == (16, 24)
    assert summary.damaged == (() if (table, damage) == ("done", "gone") else (file.stem,))
    assert_same_results(finished, undisturbed)


def test_a_damaged_table_of_runs_is_written_anew(small, undisturbed, finished):
    whole = (finished / "runs.parquet").read_bytes()
    (finished / "runs.parquet").write_bytes(whole[:-10])
    run_here(small, finished)
    assert (finished / "runs.parquet").read_bytes() == whole


def test_files_that_were_cut_off_do_not_count(small, undisturbed, finished):
    table = pq.read_table(sorted((finished / "outcomes").glob("*"))[0])
    pq.write_table(table, finished / "outcomes" / "r000000003-s1of1-cutoff.parquet")
    (finished / ".aside" / "r000000004-s1of1-cutoff.series.parquet").write_bytes(b"half")
    run_here(small, finished)
    assert_same_results(finished, undisturbed)
    assert list((finished / ".aside").iterdir()) == []


def test_what_was_done_twice_counts_once(small, undisturbed, finished, tmp_path):
    run_here(small, tmp_path / "other", worlds_per_task=6)
    for folder in ("outcomes", "series", "done"):
        for file in (tmp_path / "other" / folder).glob("r[0-9]*"):
            (finished / folder / file.name).write_bytes(file.read_bytes())
    summary = run_here(small, finished)
    assert summary.done == 24
    assert_same_results(finished, undisturbed)


class Fragile(OSAT):
    """A firm whose rule fails in the worlds of one seed."""

    failing = frozenset({3})

    def desired_capacity(self, horizon_quarters):
        for seed in self.model.seeds:
            if seed in self.failing:
                raise ZeroDivisionError(f"no idea what to do in world {seed}")
        return super().desired_capacity(horizon_quarters)


def test_a_run_that_fails_is_a_record_with_its_traceback(small, undisturbed, tmp_path):
    summary = run_here(small, tmp_path / "out", agents={"ASE": Fragile}, worlds_per_task=4)
    assert (summary.done, summary.failed) == (24, 2)
    results = load_results(tmp_path / "out")
    failures = results.failures
    assert sorted(set(failures["seed"])) == [3]
    assert failures["error"][0] == "ZeroDivisionError: no idea what to do in world 3"
    assert "desired_capacity" in failures["traceback"][0]
    well = load_results(undisturbed).outcomes
    assert results.outcomes.equals(well[~well["run"].isin(failures["run"])].reset_index(drop=True))
    again = run_here(small, tmp_path / "out", agents={"ASE": Fragile}, worlds_per_task=4)
    assert (again.before, again.failed) == (24, 2)


def test_failed_runs_are_run_again_when_asked_for(small, tmp_path, monkeypatch):
    run_here(small, tmp_path / "out", agents={"ASE": Fragile}, worlds_per_task=4)
    monkeypatch.setattr(Fragile, "failing", frozenset())
    summary = run_here(small, tmp_path / "out", agents={"ASE": Fragile}, worlds_per_task=4, retry_failed=True)
    assert (summary.before, summary.done, summary.failed) == (22, 24, 0)
    assert len(load_results(tmp_path / "out").failures) == 0
    assert len(sorted_tables(tmp_path / "out")["outcomes"]) == 24


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("points: 6", "points: 7"), ["design: points was 6 and is 7"]),
        (("uniform: [4, 12]", "uniform: [4, 11]"), ["quantities was"]),
        (("whole-chain]", "fab-first]"), ["arms: USA=whole-chain was"]),
        (("horizon: 2023Q2", "horizon: 2023Q4"), ["quarters was 6 and is 8"]),
    ],
)
def test_a_folder_of_another_experiment_is_refused_with_the_reason(write, undisturbed, change, words):
    before = sorted_tables(undisturbed)
    with pytest.raises(FolderError) as refused:
        run_here(load_experiment(write(change)), undisturbed)
    for word in [*words, "another experiment", "Name another directory"]:
        assert word in str(refused.value)
    assert sorted_tables(undisturbed) == before


def test_a_folder_of_another_model_is_refused(small, finished):
    manifest = json.loads((finished / "experiment.json").read_text())
    manifest["parts"]["model"] = "0.0.9+000000000000"
    (finished / "experiment.json").write_text(json.dumps(manifest))
    with pytest.raises(FolderError, match=r"model was 0\.0\.9\+000000000000 and is 0\.1\.0"):
        run_here(small, finished)


def test_another_title_is_no_other_experiment(write, finished):
    assert run_here(load_experiment(write(("A small", "A little"))), finished).before == 24


def test_a_folder_with_other_files_is_refused(small, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="holds other files"):
        run_here(small, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_two_processes_do_not_run_the_same_runs(small, finished):
    from policygame.experiment.folder import lock

    with lock(finished, 0, 24), pytest.raises(FolderError, match="another process works on these runs"):
        run_here(small, finished, shard=(2, 3))


def test_a_full_disk_ends_the_run_in_words_and_the_next_call_does_the_rest(small, undisturbed, tmp_path, monkeypatch):
    import policygame.experiment.tasks as tasks

    write_aside, written = tasks.write_aside, []

    def full(*given):
        written.append(given)
        if len(written) > 7:
            raise OSError(28, "No space left on device")
        return write_aside(*given)

    monkeypatch.setattr(tasks, "write_aside", full)
    with pytest.raises(FolderError, match="No space left on device") as stopped:
        run_here(small, tmp_path / "out", worlds_per_task=4)
    assert "give the same command again" in str(stopped.value)
    monkeypatch.setattr(tasks, "write_aside", write_aside)
    assert run_here(small, tmp_path / "out").before == 8
    assert_same_results(tmp_path / "out", undisturbed)


class Breaks(ThreadPoolExecutor):
    """An executor whose worker dies with every task but some."""

    def __init__(self, well: int) -> None:
        super().__init__(1)
        self.well = well

    def submit(self, *given, **named):
        self.well -= 1
        if self.well < 0:
            raise BrokenExecutor("a worker died")
        return super().submit(*given, **named)


def test_workers_that_always_die_end_the_run_in_words(small, tmp_path):
    with pytest.raises(RunningError, match="worker processes died"):
        run_experiment(small, tmp_path / "out", executor=Breaks(2), worlds_per_task=6)
    assert load_results(tmp_path / "out").done == 12


def test_a_worker_that_dies_costs_its_task_and_no_more(small, undisturbed, tmp_path):
    killed = []

    def kill(done, planned, failed):
        if done and not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    run_experiment(small, tmp_path / "out", workers=1, worlds_per_task=6, progress=kill)
    assert killed
    assert_same_results(tmp_path / "out", undisturbed)

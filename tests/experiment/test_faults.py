"""Kill what runs an experiment, at any moment: the next call completes it, and its tables are those of an undisturbed run."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from policygame.experiment import load_experiment, load_results, run_experiment
from tests.experiment.cluster import Cluster, Namespaces, why_no_namespaces
from tests.experiment.small import SMALL, assert_same_results, run_here

LARGER = SMALL.replace("points: 6", "points: 40").replace("horizon: 2023Q2", "horizon: 2024Q4")
"""160 runs of 12 quarters."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A larger experiment, whose run can be stopped in its midst."""
    file = tmp_path_factory.mktemp("larger") / "larger.yaml"
    file.write_text(LARGER)
    return file


@pytest.fixture(scope="module")
def undisturbed(file):
    """Its folder, run in one go."""
    run_here(load_experiment(file), file.parent / "undisturbed")
    return file.parent / "undisturbed"


def start(*words: object, enter: Sequence[str] = ()) -> subprocess.Popen[str]:
    """The command line as a process of its own, in a group of its own, as a shell starts it."""
    command = [*enter, sys.executable, "-m", "policygame", "batch", *map(str, words)]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )


def wait_for_tasks(process: subprocess.Popen[str], out: Path, n: int) -> None:
    """Return when ``n`` tasks are recorded."""
    deadline = time.monotonic() + 300
    while len(list((out / "done").glob("r[0-9]*.json"))) < n:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on(file, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(file, "--out", out, "--workers", 1, "--worlds-per-task", 2)
    wait_for_tasks(process, out, 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everybody
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130, stderr
    done = load_results(out).done
    assert 4 <= done < 160
    assert f"interrupted; {done} of 160 runs are done and kept. Go on with: policygame batch" in stderr
    assert "Traceback" not in stderr
    assert list((out / ".aside").iterdir()) == []
    summary = run_here(load_experiment(file), out)
    assert (summary.before, summary.done, summary.damaged) == (done, 160, ())
    assert_same_results(out, undisturbed)


@pytest.mark.exhaustive
@pytest.mark.parametrize("tasks", [0, 1, 5])
def test_a_driver_that_is_killed_loses_nothing_that_was_finished(file, undisturbed, tmp_path, tasks):
    out = tmp_path / "out"
    process = start(file, "--out", out, "--workers", 2, "--worlds-per-task", 3)
    wait_for_tasks(process, out, tasks)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while _alive(process.pid):  # its workers end with it
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(list((out / "done").glob("r[0-9]*.json"))) >= tasks
    summary = run_here(load_experiment(file), out)
    assert summary.before >= 3 * tasks
    assert_same_results(out, undisturbed)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.exhaustive
def test_a_disk_that_is_full_is_told_and_survived(file, undisturbed, tmp_path):
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be made by root only")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk)], check=False)
    if made.returncode:
        pytest.skip("this machine does not let a disk be made")
    try:
        process = start(file, "--out", disk / "out", "--workers", 1, "--worlds-per-task", 4, "--yes")
        _, stderr = process.communicate(timeout=600)
        assert process.returncode == 2, stderr
        assert "No space left on device" in stderr
        assert "give the same command again" in stderr
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        summary = run_here(load_experiment(file), disk / "out")
        assert summary.done == 160
        assert_same_results(disk / "out", undisturbed)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers on this machine."""
    with closing(Cluster(tmp_path, 2)) as cluster:
        yield cluster


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_numbers(small, tmp_path, cluster):
    summary = run_experiment(small, tmp_path / "out", scheduler=cluster.address, worlds_per_task=4)
    assert (summary.done, summary.failed) == (24, 0)
    here = {f"{socket.gethostname()}:{worker.pid}" for worker in cluster.workers}
    assert summary.worker_peak_bytes
    assert set(summary.worker_peak_bytes) <= here, "the runs were done by the cluster's processes"
    run_here(small, tmp_path / "undisturbed")
    assert_same_results(tmp_path / "out", tmp_path / "undisturbed")


@pytest.mark.exhaustive
def test_a_dask_cluster_survives_a_lost_worker(file, undisturbed, tmp_path, cluster):
    out = tmp_path / "out"
    process = start(file, "--out", out, "--scheduler", cluster.address, "--worlds-per-task", 4)
    wait_for_tasks(process, out, 3)
    cluster.workers[1].kill()
    _, stderr = process.communicate(timeout=600)
    assert process.returncode == 0, stderr
    assert load_results(out).done == 160
    assert_same_results(out, undisturbed)


@pytest.mark.exhaustive
def test_a_dask_scheduler_that_is_killed_ends_the_run_in_words_and_the_next_call_does_the_rest(
    file, undisturbed, tmp_path, cluster
):
    out = tmp_path / "out"
    process = start(file, "--out", out, "--scheduler", cluster.address, "--worlds-per-task", 4)
    wait_for_tasks(process, out, 3)
    cluster.scheduler.kill()
    _, stderr = process.communicate(timeout=600)
    assert process.returncode == 2, stderr
    assert "what is finished is kept" in stderr
    assert "Traceback" not in stderr
    done = load_results(out).done
    assert 12 <= done < 160
    cluster.close()
    cluster.scheduler = cluster.start_scheduler()
    cluster.start_worker(0)
    summary = run_experiment(load_experiment(file), out, scheduler=cluster.address)
    assert summary.before >= done
    assert summary.done == 160
    assert_same_results(out, undisturbed)


@pytest.mark.exhaustive
def test_dask_workers_in_networks_of_their_own_give_the_same_numbers(file, undisturbed, tmp_path):
    reason = why_no_namespaces()
    if reason is not None:
        pytest.skip(reason)
    out = tmp_path / "out"
    with (
        closing(Namespaces(4)) as spaces,
        closing(Cluster(tmp_path, 2, enter=spaces.enter[:3], host=spaces.addresses[0])) as cluster,
    ):
        process = start(file, "--out", out, "--scheduler", cluster.address, "--worlds-per-task", 4, enter=spaces.enter[3])
        wait_for_tasks(process, out, 3)
        cluster.workers[0].kill()
        _, stderr = process.communicate(timeout=600)
        assert process.returncode == 0, stderr
    assert_same_results(out, undisturbed)


@pytest.mark.exhaustive
def test_worker_processes_that_are_killed_again_and_again_cost_their_tasks_and_no_more(file, undisturbed, tmp_path):
    out = tmp_path / "out"
    killed = []

    def kill(done, planned, failed):
        if done > 20 * len(killed) and len(killed) < 4:
            worker = multiprocessing.active_children()[0]
            killed.append(worker.pid)
            worker.kill()

    summary = run_experiment(load_experiment(file), out, workers=2, worlds_per_task=4, progress=kill)
    assert len(killed) == 4
    assert summary.done == 160
    assert_same_results(out, undisturbed)


@pytest.mark.parametrize("harm", ["a byte is changed", "the end is missing", "the file is empty", "the file is gone"])
@pytest.mark.parametrize("table", ["outcomes", "series", "done"])
def test_a_damaged_file_is_found_and_its_runs_are_run_again(small, tmp_path, table, harm):
    out = tmp_path / "out"
    run_here(small, out, worlds_per_task=6)
    shutil.copytree(out, tmp_path / "undisturbed")
    harmed = sorted((out / table).glob("r[0-9]*"))[1]
    content = bytearray(harmed.read_bytes())
    if harm == "the file is gone":
        harmed.unlink()
    else:
        content[len(content) // 2] ^= 0xFF
        ends = {"a byte is changed": len(content), "the end is missing": len(content) // 2, "the file is empty": 0}
        harmed.write_bytes(content[: ends[harm]])
    summary = run_here(small, out)
    assert (summary.before, summary.done) == (18, 24)
    assert_same_results(out, tmp_path / "undisturbed")

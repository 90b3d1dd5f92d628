"""Kill what runs an experiment, at any moment: the next call completes it, and its tables are those of an undisturbed run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from policygame.experiment import load_experiment, load_results
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


def start(*words: object) -> subprocess.Popen[str]:
    """The command line as a process of its own, in a group of its own, as a shell starts it."""
    command = [sys.executable, "-m", "policygame", "batch", *map(str, words)]
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


@pytest.mark.exhaustive
def test_a_dask_cluster_gives_the_same_numbers_and_survives_a_lost_worker(file, undisturbed, tmp_path):
    pytest.importorskip("distributed")
    out, address = tmp_path / "out", "tcp://127.0.0.1:18786"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": tmp_path}
    processes = [subprocess.Popen(command, env=_environment(), **quiet) for command in (dask, worker, worker)]
    try:
        time.sleep(5)  # a scheduler has no better way to say that it listens
        process = start(file, "--out", out, "--scheduler", address, "--worlds-per-task", 4)
        wait_for_tasks(process, out, 3)
        processes[2].kill()
        _, stderr = process.communicate(timeout=600)
        assert process.returncode == 0, stderr
        assert load_results(out).done == 160
        assert_same_results(out, undisturbed)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

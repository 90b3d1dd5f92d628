"""A real Dask cluster of several processes, on this machine or with each worker in a network namespace of its own.

Namespaces are joined by a bridge in a namespace that the cluster makes for itself: nothing of it can reach, or be reached from, anything
else, and all of it goes with the processes that hold it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

MODULE = "distributed.cli.dask_{}"
PATIENCE_S = 120.0


class Cluster:
    """A scheduler and workers, each a process; what is started is ended by ``close``."""

    def __init__(self, folder: Path, workers: int, *, enter: Sequence[Sequence[str]] = ((),), host: str = "127.0.0.1") -> None:
        """``enter`` begins the commands of the scheduler and of each worker, in turn: how to step into a namespace."""
        self.folder, self.enter = folder, enter
        self.processes: list[subprocess.Popen[bytes]] = []
        self._host, self._port = host, "0"
        self.scheduler = self.start_scheduler()
        self.workers = [self.start_worker(n) for n in range(workers)]

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return f"tcp://{self._host}:{self._port}"

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start the scheduler; a later one listens where the first one did."""
        words = ["--host", self._host, "--port", self._port, "--no-dashboard"]
        process, log = self._start("scheduler", words, self._enter(0))
        said = self._wait_for(process, log, r"Scheduler at:\s+tcp://[\d.]+:(\d+)")
        self._port = said[1]
        return process

    def start_worker(self, n: int) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, and return once the scheduler knows it."""
        words = [self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
        process, log = self._start("worker", words, self._enter(n + 1))
        self._wait_for(process, log, r"Registered to:")
        return process

    def close(self) -> None:
        """End every process of the cluster."""
        for process in self.processes:
            process.kill()
            process.wait()

    def _enter(self, n: int) -> Sequence[str]:
        return self.enter[n % len(self.enter)]

    def _start(self, kind: str, words: Sequence[str], enter: Sequence[str]) -> tuple[subprocess.Popen[bytes], Path]:
        log = self.folder / f"{kind}-{len(self.processes)}.log"
        command = [*enter, sys.executable, "-m", MODULE.format(kind), *words]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=environment(), cwd=self.folder
            )
        self.processes.append(process)
        return process, log

    def _wait_for(self, process: subprocess.Popen[bytes], log: Path, words: str) -> re.Match[str]:
        deadline = time.monotonic() + PATIENCE_S
        while (found := re.search(words, log.read_text(errors="replace"))) is None:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        return found


class Namespaces:
    """Network namespaces: one with a bridge, and one for each end of a cable that is plugged into it.

    They are held open by processes of their own and named by nothing, so that they end with those, whatever happens here.
    """

    def __init__(self, ends: int) -> None:
        self._holders: list[subprocess.Popen[bytes]] = []
        self.addresses = [f"10.77.0.{n + 1}" for n in range(ends)]
        try:
            self._bridge = self._hold()
            self._in(self._bridge, "ip link add bridge0 type bridge", "ip link set bridge0 up", "ip link set lo up")
            self.enter = [self._end(n) for n in range(ends)]
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the processes that hold the namespaces, and so the namespaces."""
        for holder in self._holders:
            holder.kill()
            holder.communicate()  # which closes its pipes

    def _hold(self) -> subprocess.Popen[bytes]:
        holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._holders.append(holder)
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(b"\n")  # what comes back comes from within
        holder.stdin.flush()
        if holder.stdout.readline() != b"\n":
            raise OSError("unshare --net ended")
        return holder

    def _end(self, n: int) -> list[str]:
        end = self._hold()
        self._in(
            self._bridge,
            f"ip link add plug{n} type veth peer name eth0 netns {end.pid}",
            f"ip link set plug{n} master bridge0",
            f"ip link set plug{n} up",
        )
        self._in(end, f"ip address add {self.addresses[n]}/24 dev eth0", "ip link set eth0 up", "ip link set lo up")
        return _entering(end)

    def _in(self, holder: subprocess.Popen[bytes], *commands: str) -> None:
        for command in commands:
            subprocess.run([*_entering(holder), *command.split()], check=True, capture_output=True)


def _entering(holder: subprocess.Popen[bytes]) -> list[str]:
    return ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]


def why_no_namespaces() -> str | None:
    """Why this machine does not let network namespaces be made and joined; None where it does."""
    missing = [name for name in ("ip", "unshare", "nsenter") if shutil.which(name) is None]
    if missing:
        return f"network namespaces need {', '.join(missing)}"
    if os.geteuid() != 0:
        return "network namespaces can be made by root only"
    try:
        Namespaces(1).close()
    except (subprocess.CalledProcessError, OSError) as error:
        return f"this machine does not let network namespaces be made and joined ({getattr(error, 'stderr', error)})"
    return None


def environment() -> dict[str, str]:
    """The environment of a process that imports what this one does."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

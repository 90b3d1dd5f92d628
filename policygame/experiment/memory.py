"""How much memory a process has needed at most. What an experiment does with it is ``running``.

The figure is that of the operating system: it covers NumPy's and Arrow's buffers, and what a library keeps for itself.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

__all__ = ["peak_bytes", "process_name"]

_STATUS = Path("/proc/self/status")


def peak_bytes() -> int | None:
    """The most memory in bytes that this process has held at once since it began; None where the system does not say.

    Linux answers in ``VmHWM``: what ``getrusage`` says there starts from the size of the process that started this one.
    """
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def process_name() -> str:
    """A name of this process that no other process of a cluster has."""
    return f"{socket.gethostname()}:{os.getpid()}"

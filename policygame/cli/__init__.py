"""The command line, ``policygame``: ``app`` lists the commands, each of which has a file here.

Commands read words, call ``simulate`` and the like, and show what comes back; there are no rules of the model here. This file is
the entry point: it imports the rest where an interrupt is told in words.
"""

import sys

__all__ = ["main"]


def main() -> None:
    """The entry point of the ``policygame`` command."""
    try:
        from policygame.cli.app import main as start

        start()
    except KeyboardInterrupt:
        print("policygame: interrupted; no half-written file is left.", file=sys.stderr)
        raise SystemExit(130) from None

"""The command line, ``policygame``: ``app`` lists the commands, each of which has a file here.

Commands read words, call ``simulate`` and the like, and show what comes back; there are no rules of the model here.
"""

from policygame.cli.app import main

__all__ = ["main"]

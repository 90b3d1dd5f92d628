"""``python -m policygame`` is the same as the command ``policygame``."""

from policygame.cli import main

main()

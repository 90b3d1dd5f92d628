"""``python -m policygame`` is the same as the command ``policygame``."""

from policygame.cli import main

if __name__ == "__main__":
    main()

"""``python -m policygame.docs [--check]``: write the generated pages, or say which differ from what would be written."""

import sys

from policygame.docs import main

if __name__ == "__main__":
    sys.exit(main())

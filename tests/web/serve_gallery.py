"""Serve the gallery on a free port, in a process of its own: ``python serve_gallery.py [ROOT_PATH [PORT]]`` prints its address."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from policygame.web.running import addresses, bind, run
from policygame.web.server import check_assets, create_app


def main() -> None:
    root_path = sys.argv[1] if len(sys.argv) > 1 else ""
    app = create_app(None, root_path=root_path, pages="gallery_app")
    check_assets()
    listening = bind("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    address = addresses("127.0.0.1", listening.getsockname()[1], root_path)[0]
    run(app, listening, open_browser=None, started=lambda: print(address, flush=True))
    print("stopped", flush=True)


if __name__ == "__main__":
    main()

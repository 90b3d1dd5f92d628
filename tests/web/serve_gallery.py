"""Serve the gallery on a free port, in a process of its own: ``python serve_gallery.py [ROOT_PATH]`` prints its address."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parent))

from policygame.web.server import LONGEST_MESSAGE_BYTES, check_assets, create_app


def main() -> None:
    root_path = sys.argv[1] if len(sys.argv) > 1 else ""
    app = create_app(None, root_path=root_path, pages="gallery_app")
    check_assets()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)  # a browser that comes early waits
    config = uvicorn.Config(app, log_level="warning", ws_max_size=LONGEST_MESSAGE_BYTES, timeout_graceful_shutdown=1)
    print(f"http://localhost:{listening.getsockname()[1]}{root_path}/", flush=True)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()

"""Serve games from a database on a free port: ``python serve_games.py DATABASE`` prints the address.

With ``without-model`` behind it no model can be run in this process, and none elsewhere: whoever tries fails.

Each further line on its input is a JSON object that a test asks for: ``{"create": {...}}`` makes a game and prints its code and token;
``{"draft": [code, token, [line, ...]]}`` saves a draft as another tab would.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from policygame.game.commands import SaveDraft
from policygame.hosting.debriefs import Debriefs
from policygame.hosting.forecaster import Forecaster
from policygame.hosting.host import Host
from policygame.simulation import Simulation
from policygame.store import Store
from policygame.web.running import addresses, bind, run
from policygame.web.server import check_assets, create_app


def answer(host: Host, asked: dict[str, Any]) -> dict[str, Any]:
    if "create" in asked:
        entry = host.create(**asked["create"])
        return {"code": entry.code, "token": entry.token}
    code, token, lines = asked["draft"]
    found = host.find(code)
    assert found is not None
    view = host.view(found.id, token)
    assert view.seat is not None
    host.act(found.id, token, SaveDraft(seat=view.seat, turn=view.turn, lines=tuple(lines)))
    return {"saved": len(lines)}


def listen(host: Host) -> None:
    for line in sys.stdin:
        print(json.dumps(answer(host, json.loads(line))), flush=True)


def forbid_runs() -> None:
    """Let no simulation be made here."""

    def made(*_: object, **__: object) -> None:
        raise AssertionError("a model was to be run")

    Simulation.__init__ = made  # type: ignore[method-assign]


def main() -> None:
    with Store.open(sys.argv[1]) as store, Forecaster() as forecaster, Debriefs() as debriefs:
        host = Host(store)
        if "without-model" in sys.argv[2:]:
            forbid_runs()
            app = create_app(host)
        else:
            app = create_app(host, forecaster, debriefs)
        check_assets()
        listening = bind("127.0.0.1", 0)
        address = addresses("127.0.0.1", listening.getsockname()[1], "")[0]
        threading.Thread(target=listen, args=(host,), daemon=True).start()
        run(app, listening, open_browser=None, started=lambda: print(address, flush=True))


if __name__ == "__main__":
    main()

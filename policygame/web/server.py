"""The web application: Solara's routes beside ours, with limits and headers around all of them.

``create_app`` makes the Starlette application; ``policygame.cli.serve`` runs it. Health, help texts, seat cookies, downloads and our
own files have routes here; pages are Solara's and live in ``app``.
"""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import anyio.to_thread
from solara.server import app as solara_apps
from solara.server import server as solara_server
from solara.server import settings as solara_settings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from policygame.errors import UserError
from policygame.web import handin_page, hosted, identity, lab_files
from policygame.web.document import adapt, check_assets, error_page, front_end_folders, web_assets
from policygame.web.guard import LONGEST_MESSAGE_BYTES, Guard
from policygame.web.help import help_text
from policygame.web.text import _

if TYPE_CHECKING:
    from policygame.experiment.shelf import Shelf
    from policygame.game import SeatView
    from policygame.hosting.debriefs import Debriefs
    from policygame.hosting.forecaster import Forecaster
    from policygame.hosting.host import Host

with warnings.catch_warnings():  # solara raises a limit of websockets' legacy part, and that it is legacy is not ours to mend
    warnings.filterwarnings("ignore", message="websockets.legacy is deprecated", category=DeprecationWarning)
    from solara.server import starlette as solara_starlette

__all__ = ["LONGEST_MESSAGE_BYTES", "check_assets", "create_app"]

_log = logging.getLogger("policygame.web")
_FOREVER = "public, max-age=31536000, immutable"


class _Own(StaticFiles):
    """Our own files: an address with a version never changes its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = _FOREVER if b"v=" in scope.get("query_string", b"") else "no-cache"
        return response


class _FrontEnd(StaticFiles):
    """Solara's front-end files from disk only: what is missing is missing, nothing is fetched for it."""

    def __init__(self) -> None:
        super().__init__(directory=front_end_folders()[0])
        self.all_directories = list(front_end_folders())

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and "@" in path:
            response.headers["Cache-Control"] = _FOREVER
        return response


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie_path(root_path: str) -> str:
    return root_path or "/"


def _page(root_path: str) -> Callable[[Request], Any]:
    """The endpoint that answers every address of a page with the document, and names the browser with a cookie."""

    async def page(request: Request) -> Response:
        path = request.url.path.removeprefix(root_path) or "/"
        html = await anyio.to_thread.run_sync(lambda: solara_server.read_root(path, root_path))
        if html is None:
            words = _("Nothing is at this address. A game is found by its code, from the start.")
            return HTMLResponse(error_page(_("There is no such page."), words, root_path), status_code=404)
        response = HTMLResponse(adapt(html, root_path), headers={"Cache-Control": "no-store"})
        response.set_cookie(
            solara_server.COOKIE_KEY_SESSION_ID,
            solara_server.get_session_id_cookie(request.cookies) or str(uuid4()),
            path=_cookie_path(root_path),
            max_age=identity.LONGEST_KEPT_SECONDS,
            httponly=True,
            samesite="lax",
            secure=_secure(request),
        )
        return response

    return page


def _keep(root_path: str) -> Callable[[Request], Any]:
    """``POST /keep``: exchange a ticket of this process for the cookie of a seat."""

    async def keep(request: Request) -> Response:
        try:
            ticket = json.loads(await request.body()).get("ticket")
        except (ValueError, AttributeError):
            return JSONResponse({"error": 'send {"ticket": ...}'}, status_code=400)
        kept = identity.TICKETS.redeem(ticket) if isinstance(ticket, str) else None
        if kept is None:
            return JSONResponse({"error": "this ticket is unknown or used"}, status_code=410)
        response = Response(status_code=204)
        name, path = identity.COOKIE_PREFIX + kept.code, _cookie_path(root_path)
        if kept.token is None:
            response.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=_secure(request))
            return response
        response.set_cookie(
            name,
            kept.token,
            path=path,
            max_age=identity.LONGEST_KEPT_SECONDS,
            httponly=True,
            samesite="lax",
            secure=_secure(request),
        )
        held = [other for other in request.cookies if other.startswith(identity.COOKIE_PREFIX) and other != name]
        for other in held[: max(0, len(held) + 1 - identity.MOST_COOKIES)]:
            response.delete_cookie(other, path=path, httponly=True, samesite="lax", secure=_secure(request))
        return response

    return keep


async def _help(request: Request) -> Response:
    """``GET /help/KIND/ID``: what the ``?`` beside a word says."""
    text = help_text(request.path_params["kind"], request.path_params["name"])
    if text is None:
        return HTMLResponse(str(_("There is no explanation of this word.")), status_code=404)
    return HTMLResponse(str(text), headers={"Cache-Control": "max-age=600"})


async def _game_file(request: Request) -> Response:
    """``GET /play/CODE/game.json``: the file of a game, to whoever has a seat in it, once it is over.

    Before its end the file would tell the seed, and with it the future.
    """
    code = request.path_params["code"].upper()
    token = request.cookies.get(identity.COOKIE_PREFIX + code)
    host = hosted.host()

    def read() -> tuple[int, str]:
        found = host.find(code)
        if found is None or token is None:
            return 404, _("There is no game of this code in which this browser has a seat.")
        view = host.view(found.id, token)
        if view.seat is None and not view.owner:
            return 404, _("There is no game of this code in which this browser has a seat.")
        if view.phase != "ended":
            return 409, _not_over(view)
        return 200, host.game_file(found.id)

    try:
        status, text = await anyio.to_thread.run_sync(read)
    except UserError as error:
        status, text = 403, str(error)
    if status != 200:
        return PlainTextResponse(text, status_code=status)
    name = f'attachment; filename="policygame-{code}.json"'
    return Response(text, media_type="application/json", headers={"Content-Disposition": name, "Cache-Control": "no-store"})


def _not_over(view: SeatView) -> str:
    """Why no file of a game that goes on leaves the server, and when one will."""
    if view.playable:
        return _(
            "The game is not over. Its file holds the seed, and so the future: it can be had when the last turn is resolved."
        )
    return _(
        "{why} It was not over, and its file holds the seed, and so the future of whoever plays it on with {model}: nobody gets it here. "
        "Whoever runs the server writes it with: policygame export {code}"
    ).format(why=view.why_not, model=view.model, code=view.code)


async def _debrief_file(request: Request) -> Response:
    """``GET /play/CODE/debrief.html``: a seat's debrief as one file that opens from disk, to whoever holds it, once the game is over."""
    code = request.path_params["code"].upper()
    token = request.cookies.get(identity.COOKIE_PREFIX + code)
    host = hosted.host()

    def write() -> str | None:
        found = host.find(code)
        view = host.view(found.id, token) if found is not None and token is not None else None
        if view is None or view.seat is None or view.turn == 1:
            return None
        if view.phase != "ended":
            raise UserError(_not_over(view))
        from policygame.game.debrief import seen
        from policygame.web.export import debrief_html

        if not view.derived:  # nobody asked for the installed model's numbers: the file holds what was seen
            return debrief_html(view, seen(view.scenario, view.seat, view.result, view.predictions))
        return debrief_html(view, hosted.debriefs().ask(host.game(view.game_id), view.seat).result())

    try:
        text = await anyio.to_thread.run_sync(write)
    except UserError as error:
        return PlainTextResponse(str(error), status_code=409)
    if text is None:
        return PlainTextResponse(_("There is no game of this code in which this browser has a seat."), status_code=404)
    name = f'attachment; filename="debrief-{code}.html"'
    return HTMLResponse(text, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


async def _healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok", "version": version("policygame")}, headers={"Cache-Control": "no-store"})


def _readyz(ready: Callable[[], object] | None) -> Callable[[Request], Any]:
    """The process can serve: ``ready``, which asks the database, raises nothing."""

    async def readyz(request: Request) -> Response:
        problem = None
        if ready is not None:
            try:
                await anyio.to_thread.run_sync(ready)
            except Exception as error:
                _log.exception("the database does not answer")
                problem = type(error).__name__
        body = {"status": "ready"} if problem is None else {"status": "not ready", "problem": problem}
        return JSONResponse(body, status_code=200 if problem is None else 503, headers={"Cache-Control": "no-store"})

    return readyz


def _load_pages(module: str) -> None:
    """Make ``module`` the pages of this process."""
    script = solara_apps.AppScript(module)
    script.directory = web_assets() / "pages"  # templates are looked for beside this folder
    solara_apps.apps["__default__"] = script


def create_app(
    host: Host | None,
    forecaster: Forecaster | None = None,
    debriefs: Debriefs | None = None,
    *,
    root_path: str = "",
    pages: str = "policygame.web.app",
    ready: Callable[[], object] | None = None,
    shelf: Shelf | None = None,
) -> Starlette:
    """The application that serves the games of ``host`` (None: pages without games), at ``root_path`` of its address.

    ``root_path`` begins with a slash and has none at its end, as in "/game"; behind a proxy the proxy keeps it in the address.
    ``ready`` raises while the process cannot serve. ``shelf`` holds the result sets that the Lab may open.
    UserError for a root path of another form.
    """
    root_path = root_path.rstrip("/")
    if root_path and not root_path.startswith("/"):
        raise UserError(f"a root path begins with a slash, as in /game; found {root_path!r}")
    solara_settings.main.root_path = root_path
    solara_settings.main.base_url = f"http://localhost{root_path}/"
    _load_pages(pages)
    hosted.set_host(host, forecaster, debriefs)
    hosted.set_shelf(shelf)
    page = _page(root_path)
    routes = [
        Route("/healthz", _healthz),
        Route("/readyz", _readyz(ready)),
        Route("/help/{kind}/{name}", _help),
        Route("/keep", _keep(root_path), methods=["POST"]),
        Route("/handin", handin_page.page, methods=["GET"]),
        Route("/handin", handin_page.take, methods=["POST"]),
        Route("/play/{code}/game.json", _game_file),
        Route("/play/{code}/debrief.html", _debrief_file),
        Route("/lab/{name}/runs.csv", lab_files.runs),
        Route("/lab/{name}/report.html", lab_files.report),
        Mount("/assets/web", _Own(directory=web_assets())),
        Mount("/_solara/cdn", _FrontEnd()),
        Route("/_solara/api/close/{kernel_id}", solara_starlette.close, methods=["POST"]),
        Route("/jupyter/api/kernels/{id}", solara_starlette.kernels),
        WebSocketRoute("/jupyter/api/kernels/{kernel_id}/{name}", solara_starlette.kernel_connection),
        Mount("/jupyter/nbextensions", solara_starlette.StaticNbFiles()),
        Mount("/static/assets", solara_starlette.StaticAssets()),
        Mount("/static", StaticFiles(directory=solara_server.solara_static)),
        Route("/{path:path}", page),
    ]
    guarded = [] if root_path else [Middleware(Guard)]
    inner = Starlette(routes=routes, lifespan=_lifespan, middleware=[*guarded, *solara_starlette.middleware])
    if not root_path:
        return inner
    outside = [Route("/healthz", _healthz), Route("/readyz", _readyz(ready)), Mount(root_path, app=inner)]
    return Starlette(routes=outside, lifespan=_lifespan, middleware=[Middleware(Guard)])


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Solara's start and stop, which closes every tab's context; meanwhile what the first visitor would wait for is read."""
    stopping = threading.Event()
    warming = threading.Thread(target=_warm, args=(stopping,), name="warm up", daemon=True)
    warming.start()
    try:
        async with solara_starlette.lifespan(app):
            yield
    finally:
        # an interpreter that ends while a thread is inside a library's native code may crash
        stopping.set()
        await anyio.to_thread.run_sync(warming.join)


def _warm(stopping: threading.Event) -> None:
    """Import the pages and read the shipped scenarios before somebody asks for them, until the server stops."""
    from policygame.game.scenarios import scenario_named
    from policygame.scenario import shipped_scenarios
    from policygame.web.app import PAGES

    for place in PAGES.values():
        if stopping.is_set():
            return
        import_module(place.partition(":")[0])
    for name in shipped_scenarios():
        if stopping.is_set():
            return
        scenario_named(name)

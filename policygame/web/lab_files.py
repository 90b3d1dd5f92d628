"""What the Lab hands out as files: the runs that a filter keeps, as CSV, and the report beside a result set.

Both are found by a name of the list; a filter is read from the query of an address and checked against the set.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import anyio.to_thread
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from policygame.analysis.selection import Selection, Wanted, written
from policygame.errors import UserError
from policygame.web import hosted
from policygame.web.text import _

__all__ = ["REPORT", "export_query", "read_query", "report", "runs"]

REPORT = "report.html"
"""What ``policygame report`` writes into a folder unless it is told otherwise."""
_MOST_PARTS = 400


def export_query(wanted: Wanted) -> str:
    """A filter as the query of an address."""
    ranges = [("range", f"{low!r}~{high!r}~{name}") for name, (low, high) in wanted.ranges.items()]
    return urlencode([*(("arm", arm) for arm in wanted.arms), *ranges])


def read_query(query: QueryParams) -> Wanted:
    """The filter of a query. UserError where it is none; whether the set has what it names is checked where it is read."""
    if len(query.multi_items()) > _MOST_PARTS:
        raise UserError(f"a filter has at most {_MOST_PARTS} parts")
    ranges = {}
    for text in query.getlist("range"):
        parts = text.split("~", 2)
        try:
            low, high, name = float(parts[0]), float(parts[1]), parts[2]
        except (ValueError, IndexError):
            raise UserError(f"a range is LOW~HIGH~QUANTITY; found {text[:60]!r}") from None
        if math.isnan(low) or math.isnan(high):
            raise UserError(f"a range is made of numbers; found {text[:60]!r}")
        ranges[name] = (low, high)
    return Wanted(tuple(query.getlist("arm")), ranges)


def _no_such_set() -> Response:
    return PlainTextResponse(_("There is no result set of this name here."), status_code=404)


async def runs(request: Request) -> Response:
    """``GET /lab/NAME/runs.csv?arm=...&range=LOW~HIGH~QUANTITY``: runs that ended well, with all that is known of them."""

    def begin() -> Iterator[str] | None:
        shelf = hosted.shelf()
        results = None if shelf is None else shelf.open(request.path_params["name"])
        return None if results is None else written(Selection.of(results, read_query(request.query_params)))

    try:
        parts = await anyio.to_thread.run_sync(begin)
    except UserError as error:
        return PlainTextResponse(str(error), status_code=400)
    if parts is None:
        return _no_such_set()
    return StreamingResponse(
        parts,
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="runs.csv"', "Cache-Control": "no-store"},
    )


async def report(request: Request) -> Response:
    """``GET /lab/NAME/report.html``: the report that ``policygame report`` wrote into the folder."""

    def find() -> Path | None:
        shelf = hosted.shelf()
        place = None if shelf is None else shelf.places().get(request.path_params["name"])
        file = None if place is None else place / REPORT
        return file if file is not None and file.is_file() and not file.is_symlink() else None

    file = await anyio.to_thread.run_sync(find)
    if file is None:
        return PlainTextResponse(_("There is no report here; policygame report FOLDER writes one."), status_code=404)
    return FileResponse(
        file,
        media_type="text/html",
        filename=REPORT,
        content_disposition_type="attachment",
        headers={"Cache-Control": "no-store"},
    )

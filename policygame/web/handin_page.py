"""The page on which a teacher checks a file that was handed in: ``GET /handin`` shows it, ``POST /handin`` takes the file as it stands.

The file is derived anew and nothing of it is kept. Whether a file holds is ``policygame.game.handin``; here it is said, and scored.
"""

from __future__ import annotations

import json

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from policygame.errors import UserError
from policygame.game.handin import Seal, Verification, seal_of, verify
from policygame.game.points_so_far import so_far
from policygame.game.wording import quarter_text
from policygame.hosting.files import imported
from policygame.web.document import plain_page
from policygame.web.markup import Markup, el, join
from policygame.web.pages.looking_back import place_words
from policygame.web.pages.score_cards import points_text
from policygame.web.shell import link, top_bar
from policygame.web.text import _, number

__all__ = ["checked", "page", "take"]

_SEND = """
(function () {
  const field = document.getElementById("file"), out = document.getElementById("result");
  const words = JSON.parse(document.getElementById("words").textContent);
  async function send() {
    const file = field.files[0];
    if (!file) { out.textContent = words.none; return; }
    if (file.size > 1000000) { out.textContent = words.large; return; }
    const begun = Date.now();
    const tell = () => { out.textContent = words.busy.replace("{s}", Math.round((Date.now() - begun) / 1000)); };
    tell();
    const clock = setInterval(tell, 1000);
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: file });
      const text = await answer.text();
      clearInterval(clock);
      if (answer.headers.get("content-type").startsWith("text/html")) out.innerHTML = text; else out.textContent = text;
    } catch (error) { clearInterval(clock); out.textContent = words.lost; }
  }
  document.getElementById("check").addEventListener("submit", (event) => { event.preventDefault(); send(); });
})();
"""


def page(request: Request) -> Response:
    """``GET /handin``: choose a file."""
    words = {
        "none": _("Choose the file that the debrief downloads with Hand in: policygame-CODE.json."),
        "large": _("This file is larger than 1 MB, which no game is."),
        "busy": _("Deriving every turn again from the decisions: {s} seconds so far; a long game takes about half a minute."),
        "lost": _("The server did not answer. Try again."),
    }
    form = el(
        "form",
        el("p", _("Every number is derived again from the decisions in the file. Nothing of it is kept here."), class_="sub"),
        el(
            "div", el("label", _("The file that was handed in"), for_="file"), el("input", id="file", type="file"), class_="field"
        ),
        el("div", el("button", _("Check"), class_="btn strong lg", type="submit"), class_="row"),
        id="check",
        class_="card pad stack",
    )
    title = _("Check a hand-in")
    result = el("div", id="result", role="status", aria_live="polite", class_="stack")
    data = json.dumps(words).replace("</", "<\\/")
    body = join(
        [
            el("a", _("Skip to the content"), class_="skip", href="#main"),
            el("header", top_bar(title), class_="top"),
            el("main", form, result, class_="main page narrow stack", id="main", tabindex="-1"),
        ]
    )
    scripts = f'<script type="application/json" id="words">{data}</script><script>{_SEND}</script>'
    return HTMLResponse(plain_page(title, str(body) + scripts, link("")))


async def take(request: Request) -> Response:
    """``POST /handin``: the file as the body; the answer is what is found of it, or in words why it is no game.

    Either is an answer to the question that was asked, so neither is an error of HTTP.
    """
    content = await request.body()
    try:
        return HTMLResponse(str(await anyio.to_thread.run_sync(checked, content)), headers={"Cache-Control": "no-store"})
    except UserError as error:
        told = el("div", el("b", _("This is no file of a game.")), el("p", _sentence(str(error))))
        words = el("div", told, class_="msg refused", role="alert")
        return HTMLResponse(str(words), headers={"Cache-Control": "no-store"})


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def checked(content: bytes) -> Markup:
    """What is found of a file: genuine or not, which number differs, scores and rivals. UserError for what is no game."""
    name = _("the file")
    found, seal = verify(imported(content, name)), seal_of(content, name)
    return join([_verdict(found, seal), _facts(found), _scores(found) if found.holds and seal != "changed" else None])


def _verdict(found: Verification, seal: Seal) -> Markup:
    if found.holds and seal != "changed":
        n = len(found.turns)
        words = _("All {n} resolved turns follow from the decisions, {exactness}.").format(n=n, exactness=found.exactness)
        if seal == "none":
            words += " " + _("The file has no digest, as those of earlier versions: the player's name in it is not checked.")
        return el("div", el("div", el("b", _("Genuine.")), el("p", words)), class_="msg done", role="status")
    told = []
    if seal == "changed":
        told.append(
            _("The file was changed after it was written: its digest does not fit its events, names of players among them.")
        )
    if not found.holds:
        told.append(found.first_problem)
        for turn in found.turns:
            if turn.apart is not None:
                told.append(
                    _("Turn {turn}. {metric}: {stated} in the file, {derived} derived.").format(
                        turn=turn.turn,
                        metric=_(turn.apart.name),
                        stated=number(turn.apart.stated),
                        derived=number(turn.apart.derived),
                    )
                )
                break
    head = _("Not genuine.") if found.same_model else _("It cannot be judged here.")
    return el("div", el("div", el("b", head), [el("p", one) for one in told]), class_="msg refused", role="alert")


def _facts(found: Verification) -> Markup:
    game = found.game
    people = ", ".join(f"{seat.player} ({place_words(seat.id)})" for seat in game.seats.values() if seat.holder == "person")
    bots = ", ".join(f"{place_words(seat.id)}: {seat.bot}" for seat in game.seats.values() if seat.holder == "bot")
    if found.programs:
        bots += ". " + _("What a program decided is taken as it stands: no file holds one.")
    facts = (
        (_("Player"), people or _("none")),
        (_("Scenario"), _(game.scenario.title)),
        (_("World"), str(game.seed)),
        (_("Turns"), _("{n} of {all}").format(n=len(found.turns), all=game.turns)),
        (_("Rivals"), bots or _("none")),
        (_("Model"), found.model),
    )
    listed = el("dl", [el("div", el("dt", term), el("dd", words)) for term, words in facts], class_="facts")
    return el("section", el("h2", _("What was handed in")), listed, class_="card pad stack")


def _scores(found: Verification) -> Markup | None:
    game, turn = found.game, len(found.turns)
    if turn == 0:
        return None
    rows = []
    for seat in game.seats.values():
        if seat.holder == "person":
            score = so_far(game.scenario, game.seed, game.decisions, seat.id, turn)
            rows.append(el("li", el("b", seat.player), " ", _("{points} points").format(points=points_text(score.total))))
    until = quarter_text(game.calendar.last(turn))
    words = _("To {quarter}: weight times gain over the same world in which only this government does nothing.").format(
        quarter=until
    )
    return el("section", el("h2", _("Score")), el("ul", rows), el("p", words, class_="sub"), class_="card pad stack")

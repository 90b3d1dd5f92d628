"""What a game came to, as markup: the outcome in a sentence with its figures, and every part of the score. For the debrief, its file, and
whoever tells points. Why it came so is ``looking_back``."""

from __future__ import annotations

import numpy as np

from policygame.catalogue import MANDATE
from policygame.game.debrief import Debrief
from policygame.game.score import ScaledPart, Spread
from policygame.game.wording import said
from policygame.tournament.spans import LEAST, MOST
from policygame.web.components import Figure, figures
from policygame.web.help import question
from policygame.web.markup import Child, Markup, el
from policygame.web.text import _, change, number

__all__ = ["LEAST_POINTS", "gain_text", "gain_unit", "outcome_card", "parts_card", "points_text", "scale_words"]

LEAST_POINTS = 0.0005
"""Points that are shown as nothing are called nothing."""


def points_text(points: float) -> str:
    """Points with their sign: one digit where there are many, three where there are few.

    >>> points_text(12.34), points_text(1.234), points_text(-0.0512), points_text(0.0001)
    ('+12.3', '+1.23', '−0.051', '0.000')
    """
    return change(points, 1 if abs(points) >= 9.95 else 2 if abs(points) >= 0.0995 else 3)


# the outcome ----------------------------------------------------------------------------------------------------------------


def outcome_card(found: Debrief) -> Markup:
    """What the game came to, in a sentence, with its interval."""
    points = found.score.points
    if not points.told or abs(points.own) < LEAST_POINTS:
        title = _("Your decisions cannot be told from doing nothing.")
    elif points.own >= 0.0:
        title = _("Your decisions served your mandate.")
    else:
        title = _("Your decisions cost your mandate more than they brought.")
    words = " ".join([_points_meaning(found), _in_your_world(points)])
    wait = found.played[0]
    bare = found.nothing[0]
    scale = found.score.scaled
    on_scale = (
        [
            Figure(
                _("Score"),
                number(scale.points.own, 0),
                _("{without} had only you done nothing, {idle} had nobody acted; {low} to {high} in nine of ten worlds").format(
                    low=number(scale.points.low, 0),
                    high=number(scale.points.high, 0),
                    without=number(scale.without, 0),
                    idle=number(scale.nobody, 0),
                ),
                help=("term", "scale"),
            )
        ]
        if scale is not None
        else []
    )
    shown = [
        *on_scale,
        Figure(
            _("Points"),
            points_text(points.own),
            _("{low} to {high}").format(low=points_text(points.low), high=points_text(points.high)),
            help=("term", "score"),
        ),
        Figure(
            _("Longest wait"),
            number(float(np.max(wait.own)), 0),
            _("weeks, {bare} had you done nothing").format(bare=number(float(np.max(bare.own)), 0)),
            help=("metric", "lead_time_weeks"),
        ),
        Figure(
            _("Compute received"),
            number(float(found.played[2].own.sum()), 0),
            _("k H100-equivalents, {bare} had you done nothing").format(bare=number(float(found.nothing[2].own.sum()), 0)),
            help=("metric", "compute_received_kh100e"),
        ),
    ]
    return el(
        "section", el("h2", title, class_="claim small"), el("p", words, class_="sub"), figures(shown), class_="card pad stack"
    )


def _points_meaning(found: Debrief) -> str:
    """What points are counted in."""
    if found.score.in_spans:
        return _(
            "Points say what your decisions changed, against the same worlds in which only you do nothing: each part of the mandate by its "
            "weight, a hundred being about as far as bots move every part at once."
        )
    return _(
        "Points are the gains of each part of the mandate times its weight, against the same worlds in which only you do nothing."
    )


def _in_your_world(points: Spread) -> str:
    """Points of the game's own world beside those of others, and whether it is an unusual one."""
    told = _("In your world they come to {own}; in nine of ten worlds to between {low} and {high}.").format(
        own=points_text(points.own), low=points_text(points.low), high=points_text(points.high)
    )
    unusual = not points.low <= points.own <= points.high
    return f"{told} {_('Yours is an unusual world: its luck lies outside.')}" if unusual else told


def scale_words(found: Debrief) -> str:
    """How the score is put on a scale, or that it is not."""
    scale = found.score.scaled
    if scale is None:
        return _("No tournament of bots is stored for this scenario and model, so points have no common scale.")
    words = _(
        "The score counts gains over the same worlds in which nobody acts, in spans: how far nine in ten of all games of bots move a part "
        "at most. A part counts from {least} to {most} spans, thrift as it stands."
    ).format(least=number(LEAST, 2), most=number(MOST, 2))
    weighed = _(
        "With other weights, within the ranges that the scenario states, the score lies between {low} and {high} in nine weightings in "
        "ten, and your decisions raise it in {better} of a hundred."
    ).format(low=number(scale.weighed.low, 0), high=number(scale.weighed.high, 0), better=number(100.0 * scale.weighed.better, 0))
    words = f"{words} {weighed}"
    dropped = ", ".join(_(MANDATE[part.part].name) for part in scale.parts if part.dropped)
    if not dropped:
        return words
    return f"{words} {_('Left out, for no bot moves it enough to tell: {names}.').format(names=dropped)}"


def _part_value(part: str, value: float) -> str:
    """A part of the mandate with its unit; a share with one digit more than elsewhere, because a gain is often less than one."""
    how = said("score_raw", part)
    digits = how.decimals + (1 if how.word.startswith("%") or how.decimals else 0)
    return f"{number(how.of(value), digits)} {_(how.word)}"


def gain_text(part: str, gain: float) -> str:
    """A gain of a part, as a number with its sign; ``gain_unit`` says what it is counted in."""
    value = said("score_raw", part).gained(gain)
    return change(value, 1 if abs(value) >= 0.95 else 2 if abs(value) >= 0.0095 or value == 0.0 else 3)


def gain_unit(part: str) -> str:
    """What a gain of a part is counted in."""
    return _(said("score_raw", part).gain_word)


def _in_score(part: ScaledPart) -> Child:
    """What a part is worth in the score, as it stands and had only this seat done nothing."""
    if part.dropped:
        return _("left out")
    without = _("{points} had you done nothing").format(points=change(part.points_without, 1))
    return el("div", el("b", change(part.points, 1)), el("div", without, class_="sub"))


def parts_card(found: Debrief) -> Markup:
    """Every part of the mandate: as played, had one done nothing, and what that is worth; on the tournament's scale where there is one."""
    rows = []
    scale = {one.part: one for one in found.score.scaled.parts} if found.score.scaled is not None else {}
    heads = (
        _("Part of the mandate"),
        _("Weight"),
        _("As played"),
        _("Had you done nothing"),
        _("Gain"),
        _("Points"),
        *([_("In the score")] if scale else []),
    )
    for part in sorted(found.score.parts, key=lambda one: -one.weight):
        if part.weight <= 0.0:
            continue
        gain = part.gain
        told = _("{low} to {high}").format(low=gain_text(part.part, gain.low), high=gain_text(part.part, gain.high))
        mark = "" if gain.told else _("cannot be told from zero")
        name = el("div", el("b", _(MANDATE[part.part].name)), el("div", _(MANDATE[part.part].sentence), class_="sub"))
        notes = [told, gain_unit(part.part), *([mark] if mark else [])]
        gained = el("div", el("b", gain_text(part.part, gain.own)), [el("div", note, class_="sub") for note in notes])
        cells: list[Child] = [
            number(part.weight),
            _part_value(part.part, part.played),
            _part_value(part.part, part.nothing),
            gained,
            el("b", points_text(part.points)),
        ]
        if scale:
            cells.append(_in_score(scale[part.part]))
        shown = [el("td", cell, class_="n", data_label=head, role="cell") for head, cell in zip(heads[1:], cells, strict=True)]
        rows.append(el("tr", el("td", name, role="cell"), shown, role="row"))
    head = el(
        "tr",
        [el("th", words, class_="n" if at else None, scope="col", role="columnheader") for at, words in enumerate(heads)],
        role="row",
    )
    caption = el("caption", _("The score and its parts"), class_="vh")
    table = el(
        "table",
        caption,
        el("thead", head, role="rowgroup"),
        el("tbody", rows, role="rowgroup"),
        class_="partcards",
        role="table",  # on a phone each row is laid out as a card, and stays a row for whoever listens
    )
    words = _(
        "Means over the quarters of play, in your world. Below each gain: where nine worlds in ten put it, of {n}. Points: what the gain "
        "is worth by its weight. In the score: what the part as it stands is worth, and had only you done nothing. A scenario's last "
        "quarter counts what is under construction as if it stood, and what is promised as if it were paid."
    ).format(n=found.worlds)
    return el(
        "section",
        el("h2", _("The score and its parts"), question("term", "score")),
        el("p", words, class_="sub"),
        el("p", scale_words(found), class_="sub"),
        el("div", table, class_="scrollx", tabindex="0", role="region", aria_label=_("The score and its parts")),
        class_="card pad stack",
    )

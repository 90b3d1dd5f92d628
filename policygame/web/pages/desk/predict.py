"""The question before the reveal: what a person expects of the turn, asked once they have decided."""

from __future__ import annotations

from policygame.game import SeatView
from policygame.game.predictions import TEMPLATE, question
from policygame.game.turns import Calendar
from policygame.game.wording import quarter_text, value_text
from policygame.web.markup import Markup, el
from policygame.web.text import _

__all__ = ["predict_card"]


def predict_card(view: SeatView) -> Markup:
    """The question, with both answers and a way to send without one. Acts: ``predict`` above, below or skip; ``predict-cancel``."""
    asked = question(view.result, Calendar.of(view.scenario), view.turn)
    threshold = value_text(asked.threshold, asked.metric, asked.item)
    words = _(TEMPLATE).format(threshold=threshold, quarter=quarter_text(asked.quarter))
    answers = [("above", _("Above {threshold}")), ("below", _("Below {threshold}"))]
    buttons = [
        el("button", text.format(threshold=threshold), class_="btn lg", type="button", data_act="predict", data_value=value)
        for value, text in answers
    ]
    return el(
        "section",
        el("h2", words, id="ask"),
        el("p", _("Say what you expect, then see what comes. Kept for the debrief, seen by nobody else."), class_="sub"),
        el(
            "div",
            buttons,
            el("button", _("Send without saying"), class_="btn ghost", type="button", data_act="predict", data_value="skip"),
            el("button", _("Not yet"), class_="btn ghost", type="button", data_act="predict-cancel"),
            class_="row wrap",
        ),
        class_="card pad stack",
        role="dialog",
        aria_labelledby="ask",
    )

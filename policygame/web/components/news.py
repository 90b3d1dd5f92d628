"""Headlines: whose they are, when, and the sentence. The sentences are written elsewhere, from events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.markup import Markup, el
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _

__all__ = ["Headline", "headline_list"]


@dataclass(frozen=True)
class Headline:
    """A headline: ``place`` is a jurisdiction's id or "" for everybody, ``when`` a quarter in words."""

    place: str
    when: str
    words: str


def headline_list(shown: Sequence[Headline]) -> Markup:
    """The headlines, in the order given."""

    def one(line: Headline) -> Markup:
        mark = el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(line.place))}")
        who = el("div", mark, line.place or _("All"), class_="who")
        return el("li", el("div", who, el("div", line.when, class_="t")), el("p", line.words))

    return el("ul", [one(line) for line in shown], class_="news")

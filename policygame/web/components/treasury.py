"""The treasury bar: what is already due, what the draft takes, what is left."""

from __future__ import annotations

from policygame.web.help import question
from policygame.web.markup import Markup, classes, el, join
from policygame.web.text import _, number

__all__ = ["treasury_bar", "treasury_dock"]


def _bar(due: float, draft: float, available: float, thin: bool) -> Markup:
    whole = max(available, due + draft, 1e-9)
    over = max(0.0, due + draft - available)

    def part(name: str, value: float) -> Markup:
        return el("i", class_=name, style=f"width:{100 * value / whole:.2f}%")

    told = _("Already due {due}, draft {draft}, left {left}, million US dollars").format(
        due=number(due, 0), draft=number(draft, 0), left=number(available - due - draft, 0)
    )
    parts = [part("due", due), part("dr", max(0.0, draft - over)), part("over", over) if over else None]
    return el("div", parts, class_=classes("tbar", thin=thin), role="img", aria_label=told)


def treasury_bar(due_musd: float, draft_musd: float, available_musd: float, *, purse: str = "", heading: bool = True) -> Markup:
    """The bar with its figures. All in million US dollars of this turn; ``available_musd`` is purse and income together.

    ``purse`` names it where a government has several. A draft beyond the purse is hatched in red.
    """
    left = available_musd - due_musd - draft_musd
    name = [_("Treasury"), " ", el("span", purse or _("this turn, M USD"), class_="sub", style="font-weight:400")]
    figure = el("b", number(left, 0), class_=None if left >= 0 else "bad", style="font-size:17px")
    of = el("span", _("left of {whole}").format(whole=number(available_musd, 0)), class_="sub nw")
    head = el(
        "div",
        el("div", el("h2" if heading else "h3", name), question("term", "treasury"), class_="row"),
        el("div", figure, " ", of),
        class_="between",
    )
    key = [
        (css, words, value)
        for css, words, value in (
            ("var(--force)", _("Already due"), due_musd),
            ("var(--draft)", _("Draft"), draft_musd),
            ("var(--well2)", _("Left"), left),
        )
    ]
    legend = el(
        "div",
        [el("span", el("i", class_="sw", style=f"--c:{css}"), words, el("b", number(value, 0))) for css, words, value in key],
        class_="key",
    )
    return el(
        "div", head, el("div", _bar(due_musd, draft_musd, available_musd, False), style="margin:6px 0"), legend, class_="tre pad"
    )


def treasury_dock(due_musd: float, draft_musd: float, available_musd: float) -> Markup:
    """The same in two lines, for the bottom of a phone."""
    left = available_musd - due_musd - draft_musd
    figure = el(
        "span",
        el("b", number(left, 0), class_=None if left >= 0 else "bad"),
        " ",
        el("span", _("of {whole} M").format(whole=number(available_musd, 0)), class_="sub"),
    )
    return join(
        [
            el("div", el("span", _("Left to spend"), class_="sub"), figure, class_="between", style="margin-bottom:5px"),
            _bar(due_musd, draft_musd, available_musd, True),
        ]
    )

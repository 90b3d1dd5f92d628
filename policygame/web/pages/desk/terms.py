"""The further terms of a lever, as fields under its row: caps, ends, guardrails, prices, and whom a measure is aimed at.

Which terms a lever has is declared in the catalogue; every act names lever, item and option, and ``read_act`` takes none but these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.catalogue import JURISDICTIONS, LEVERS, Option, Quarter
from policygame.game.wording import quarter_text
from policygame.scenario import Setting
from policygame.scenario.setting import OptionValue
from policygame.web.markup import Markup, classes, el
from policygame.web.pages.desk.role import Control, item_word
from policygame.web.palette import css_name, jurisdiction_token
from policygame.web.text import _, number

__all__ = ["TermAct", "changed_value", "pact_sentence", "places_row", "places_shown", "read_act", "terms_form", "terms_sentence"]

_LABELS = {
    "cap": "At most, M USD",
    "until": "Ends after",
    "guardrail": "No expansion in",
    "priority": "Serves own orders first in a crisis",
    "price": "Guaranteed price, USD a wafer",
    "years": "For how many years",
}


@dataclass(frozen=True)
class TermAct:
    """What was changed: an option of a lever and item, and the raw value (a jurisdiction, a number's text, a quarter's text)."""

    lever: str
    item: str
    option: str
    value: str


def read_act(act: str, value: str, shown: Sequence[Control]) -> TermAct | None:
    """The change that an act of a browser states; None where it names no term of a control that is shown."""
    word, _space, rest = act.partition(" ")
    parts = rest.split(" ")
    if word != "term" or len(parts) != 3:
        return None
    lever, item, option = parts
    control = next((one for one in shown if one.lever == lever), None)
    if control is None or item not in control.items or option not in LEVERS[lever].options:
        return None
    return TermAct(lever, item, option, value)


def changed_value(change: TermAct, standing: OptionValue | None) -> OptionValue | None:
    """The option's new value; None to leave it out. ValueError for a text that is no value."""
    option = LEVERS[change.lever].options[change.option]
    text = change.value.strip()
    if option.kind == "jurisdictions":
        held = list(standing) if isinstance(standing, tuple) else []
        if text not in JURISDICTIONS:
            raise ValueError(text)
        chosen = [place for place in held if place != text] if text in held else [*held, text]
        return tuple(chosen) or None
    if option.kind == "flag":
        return None if standing is True else True
    if not text:
        return None
    if option.kind == "quarter":
        return Quarter.parse(text)
    return int(float(text)) if option.unit == "years" else float(text)


def places_row(control: Control, item: str, setting: Setting, possible: Sequence[str], agreed: Sequence[str] = ()) -> Markup:
    """Whom the measure is aimed at, as chips that can be pressed; ``agreed`` are those that made the same offer."""
    option = control.places
    assert option is not None
    chosen = setting.jurisdictions(option)
    return el(
        "div",
        [_place(control, item, option, place, place in chosen, place in agreed) for place in possible],
        class_="lchips lplaces",
        role="group",
        aria_label=_("{item}: aimed at").format(item=item_word(item)),
    )


def places_shown(control: Control, setting: Setting, agreed: Sequence[str]) -> list[Markup]:
    """Whom the measure is aimed at, to read."""
    shown = []
    for place in setting.jurisdictions(control.places or ""):
        mark = el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(place))}")
        word = (_("agreed") if place in agreed else _("asked")) if control.lever == "alliance" else None
        shown.append(el("span", mark, el("b", place), el("span", " ", word) if word else None, class_="chip flat"))
    return shown


def _place(control: Control, item: str, option: str, place: str, on: bool, agreed: bool) -> Markup:
    mark = el("i", class_="sw", style=f"--c:{css_name(jurisdiction_token(place))}")
    word = None
    if control.lever == "alliance" and on:
        word = el("span", " ", _("agreed") if agreed else _("asked"), style="font-weight:400")
    return el(
        "button",
        mark,
        place,
        word,
        class_=classes("chip", on=on),
        type="button",
        aria_pressed=on,
        aria_label=_(JURISDICTIONS[place].name),
        data_act=f"term {control.lever} {item} {option}",
        data_value=place,
        data_key=f"{control.lever}-{item}-{option}-{place}",
    )


def pact_sentence(setting: Setting, agreed: Sequence[str]) -> str:
    """Who of those that a pact is offered to has not offered it back: with these it does nothing; "" where all have."""
    waiting = [place for place in setting.jurisdictions("with") if place not in agreed]
    if not waiting:
        return ""
    return _("Asked of {places}; not agreed yet: a pact needs both.").format(places=", ".join(waiting))


def terms_sentence(setting: Setting | None) -> str:
    """The terms that are set, in a line; "" where there are none but whom it is aimed at."""
    if setting is None or setting.amount == 0:
        return ""
    told = []
    for name, value in setting.options.items():
        if name == "cap":
            told.append(_("at most {money} M USD").format(money=number(float(value), 0)))  # type: ignore[arg-type]
        elif name == "until" and isinstance(value, Quarter):
            told.append(_("until {quarter}").format(quarter=quarter_text(value)))
        elif name == "guardrail" and isinstance(value, tuple):
            told.append(_("no expansion in {places}").format(places=", ".join(value)))
        elif name == "priority":
            told.append(_("own orders first in a crisis"))
        elif name == "price":
            told.append(_("at {price} USD a wafer").format(price=number(float(value), 0)))  # type: ignore[arg-type]
        elif name == "years":
            told.append(_("for {years} years").format(years=value))
    return ", ".join(told)


def terms_form(control: Control, item: str, setting: Setting, possible: Sequence[str], ends: Sequence[Quarter]) -> Markup:
    """Fields for the terms of what is set; those that name whom it is aimed at have a row of their own."""
    declared = LEVERS[control.lever].options
    fields = [
        _field(control, item, name, option, setting, possible, ends)
        for name, option in declared.items()
        if name != control.places
    ]
    return el("div", fields, class_="terms", id=f"terms-{control.lever}")


def _field(
    control: Control, item: str, name: str, option: Option, setting: Setting, possible: Sequence[str], ends: Sequence[Quarter]
) -> Markup:
    label, act = _(_LABELS[name]), f"term {control.lever} {item} {name}"
    mark = f"term-{control.lever}-{name}"
    if option.kind == "number":
        value = setting.number(name)
        shown = "" if value is None else f"{value:.10g}"
        entry = el(
            "input",
            id=mark,
            type="number",
            inputmode="decimal",
            min=f"{option.low:g}",
            max=f"{option.high:.10g}",
            step="1" if option.unit == "years" else "any",
            value=shown,
            placeholder=_("no cap") if name == "cap" else "",
            data_act=act,
        )
    elif option.kind == "quarter":
        held = str(setting.until or "")
        choices = [el("option", _("no end"), value="", selected=not held)]
        listed = sorted({*ends, *([setting.until] if setting.until else [])})
        choices += [el("option", quarter_text(end), value=str(end), selected=str(end) == held) for end in listed]
        entry = el("select", choices, id=mark, data_act=act)
    elif option.kind == "flag":
        switch = el(
            "button",
            class_="switch draft",
            type="button",
            role="switch",
            aria_checked=setting.flag(name),
            aria_label=label,
            data_act=act,
        )
        return el("div", switch, el("span", label, class_="sub"), class_="row wide")
    else:
        chips = [_place(control, item, name, place, place in setting.jurisdictions(name), False) for place in possible]
        told = el("span", label, class_="label")
        return el("div", told, el("div", chips, class_="lchips", role="group", aria_label=label), class_="field wide")
    return el("div", el("label", label, for_=mark), entry, class_="field")

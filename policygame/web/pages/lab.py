"""The Lab: result sets of experiments in the browser - a list, and of each a filter, fans, lines, what matters, a ranking, its files.

Only sets of the folders that the server was given are there, by names of the list. What is computed is ``lab_found``.
"""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qs, quote

import solara

from policygame.analysis.selection import Wanted
from policygame.analysis.tables import Table
from policygame.experiment.shelf import Entry, Shelf
from policygame.web.components import Chart, empty_state, skeleton
from policygame.web.hosted import shelf
from policygame.web.kernel import in_background, use_future
from policygame.web.lab_files import REPORT, export_query
from policygame.web.markup import Child, Markup, el, join
from policygame.web.pages import lab_found
from policygame.web.pages.lab_found import About, Asked, Drawn, Found, series_words
from policygame.web.shell import Shell, link, nav_link, top_bar
from policygame.web.text import _, n_, number
from policygame.web.vue import Box, Fragment

__all__ = ["Lab"]

_PAGE = "page brief onecolumn lab"


@solara.component
def Lab(rest: tuple[str, ...] = ()) -> None:
    """The page: the list, or the set of a name."""
    found = shelf()
    if found is None or not rest:
        _List(found)
    else:
        _Set(found, rest[0]).key(rest[0])


@solara.component
def _List(found: Shelf | None) -> None:
    told = use_future(None if found is None else lambda: in_background(found.entries), "entries")
    title = _("Lab")
    if found is None or (told.done and not told.value and not told.problem):
        body = el(
            "section", empty_state(_("There is no result set yet"), _how(found is not None)), _commands(), class_="card pad stack"
        )
    elif told.problem:
        body = el("section", el("p", told.problem, role="alert"), class_="card pad")
    elif told.value is None:
        body = el("section", skeleton(_("The folders are looked through.")), class_="card")
    else:
        body = el(
            "section",
            el("h2", _("Result sets"), class_="labhead"),
            el("ul", [_listed(one) for one in told.value], class_="conts"),
            class_="stack",
        )
    Shell(title, bar=top_bar(title, _("Experiments of many games")), children=[Box([Fragment(body)], classes=_PAGE)])


def _how(named: bool) -> str:
    if named:
        return _("The folders that this server was given with --results hold none. Run an experiment into one of them:")
    return _("An experiment writes one; then the server is told where it is:")


def _commands() -> Markup:
    lines = "policygame batch subsidy-race --out results/subsidy-race\npolicygame serve --results results"
    return el("pre", el("code", lines), class_="code scrollx", tabindex="0", role="region", aria_label=_("Commands"))


def _listed(one: Entry) -> Markup:
    if one.problem:
        words = el(
            "div", el("b", one.name), el("div", _("Cannot be read: {why}").format(why=one.problem), class_="sub"), class_="grow"
        )
        return el("li", words, class_="card cont", data_key=one.name)
    facts = [_("{n} games").format(n=number(one.planned))]
    if one.finished is not None:
        last = _("last task {when} UTC") if one.missing else _("finished {when} UTC")
        facts.append(last.format(when=f"{one.finished:%Y-%m-%d %H:%M}"))
    facts.append(_("{n} missing").format(n=number(one.missing)) if one.missing else _("none missing"))
    if one.failed:
        facts.append(_("{n} failed").format(n=number(one.failed)))
    about = _("{experiment}: {facts}.").format(experiment=one.experiment, facts=", ".join(facts))
    return el(
        "li",
        el("div", el("b", one.title), el("div", about, class_="sub"), class_="grow"),
        nav_link(f"/lab/{quote(one.name)}", _("Open"), class_="btn lg", aria_label=_("Open {name}").format(name=one.name)),
        class_="card cont",
        data_key=one.name,
    )


@solara.component
def _Set(held: Shelf, name: str) -> None:
    told = use_future(lambda: in_background(lambda: lab_found.about(held, name)), name)
    title = told.value.title if told.value is not None else _("Lab")
    back = nav_link("/lab", _("All result sets"))
    again = nav_link("/lab", _("Choose one from the list"), class_="btn")
    if told.problem:
        words = el(
            "section", el("h2", _("This result set cannot be opened")), el("p", told.problem, role="alert"), again, class_="stack"
        )
        body: list[Any] = [Fragment(el("div", words, class_="card pad"))]
    elif told.value is None:
        body = [Fragment(el("section", skeleton(_("The result set is read.")), class_="card"))]
    else:
        body = [_Open(held, name, told.value)]
    Shell(title, bar=top_bar(title, name, right=back), children=[Box(body, classes=_PAGE)])


@solara.component
def _Open(held: Shelf, name: str, about: About) -> None:
    """A set that could be read, with what is looked at."""
    asked, set_asked = solara.use_state(Asked(about.outcomes[0], about.arms[0], about.arms[1] if len(about.arms) > 1 else ""))
    refused, set_refused = solara.use_state("")

    def act(kind: str, value: str) -> None:
        if kind != "filter":
            return
        try:
            set_asked(_read(value, about))
            set_refused("")
        except ValueError as error:
            set_refused(str(error))

    told = use_future(lambda: in_background(lambda: lab_found.found(held, name, asked)), (name, repr(asked)))
    parts: list[Any] = [Fragment(join([_head(about), _form(about, asked, refused)]), act, classes="stack")]
    if told.problem:
        parts.append(Fragment(el("p", told.problem, role="alert", class_="card pad")))
    elif told.value is None:
        parts.append(Fragment(el("section", skeleton(_("The runs are read.")), class_="card")))
    else:
        parts += _shown(name, about, asked, told.value)
    Box(parts, classes="stack")


def _read(query: str, about: About) -> Asked:
    """The form as it was sent. ValueError in words for a number that is none; names that the set does not have are left out."""
    fields = parse_qs(query, keep_blank_values=True)

    def text(key: str) -> str:
        return fields.get(key, [""])[-1].strip()

    ranges = {}
    for at, (quantity, _low, _high) in enumerate(about.spreads):
        ends = [_number(text(f"{end}-{at}"), quantity, other) for end, other in (("low", -math.inf), ("high", math.inf))]
        if ends[0] > ends[1]:
            raise ValueError(_("{name}: the first number must be the smaller one.").format(name=quantity))
        if ends != [-math.inf, math.inf]:
            ranges[quantity] = (ends[0], ends[1])
    arms = tuple(
        about.arms[int(at)] for at in fields.get("arm", []) if at.isdecimal() and len(at) < 6 and int(at) < len(about.arms)
    )
    if not arms:
        raise ValueError(_("Keep at least one arm."))
    outcome = text("outcome") if text("outcome") in about.outcomes else about.outcomes[0]
    first = text("first") if text("first") in arms else arms[0]
    second = text("second") if text("second") in arms and text("second") != first else ""
    at = text("series")
    series = int(at) if at.isdecimal() and len(at) < 6 and int(at) < len(about.series) else 0
    return Asked(outcome, first, second, series, Wanted(() if arms == about.arms else arms, ranges))


def _number(text: str, quantity: str, blank: float) -> float:
    if not text:
        return blank
    try:
        value = float(text.replace("\u2212", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(_("{name}: a number like 0.5 is wanted; found {found}.").format(name=quantity, found=text[:20]))
    return value


def _head(about: About) -> Markup:
    facts = _("{n} games, {missing} missing, {failed} failed.").format(
        n=number(about.planned), missing=number(about.planned - about.done), failed=number(about.failed)
    )
    return el(
        "div", el("p", about.question, class_="lead") if about.question else None, el("p", facts, class_="sub"), class_="labhead"
    )


def _choice(words: str, key: str, options: list[tuple[str, str]], chosen: str) -> Markup:
    shown = [el("option", label, value=value, selected=value == chosen) for value, label in options]
    return el("div", el("label", words, for_=key), el("select", shown, id=key, name=key), class_="field")


def _form(about: About, asked: Asked, refused: str) -> Markup:
    wanted = asked.wanted
    arms = [
        el(
            "label",
            el("input", type="checkbox", name="arm", value=at, checked=not wanted.arms or arm in wanted.arms),
            " ",
            arm,
            class_="row",
        )
        for at, arm in enumerate(about.arms)
    ]
    outcomes = [(name, f"{name}, {unit}") for name, unit in zip(about.outcomes, about.units, strict=True)]
    named = [(arm, arm) for arm in about.arms]
    choices: list[Child] = [
        _choice(_("Outcome"), "outcome", outcomes, asked.outcome),
        _choice(
            _("Over time"), "series", [(str(at), series_words(one)) for at, one in enumerate(about.series)], str(asked.series)
        )
        if about.series
        else None,
        _choice(_("Arm"), "first", named, asked.first),
        _choice(_("Compared with"), "second", [("", _("no other")), *named], asked.second) if len(about.arms) > 1 else None,
    ]
    ranges = [_range(at, one, wanted) for at, one in enumerate(about.spreads)]
    return el(
        "form",
        el("h2", _("What to look at")),
        el("div", choices, class_="labfields"),
        el("fieldset", el("legend", _("Arms that are kept")), el("div", arms, class_="row wrap labarms")),
        el(
            "details",
            el("summary", _("Ranges of the uncertainties")),
            el("p", _("A blank end is open."), class_="sub"),
            el("div", ranges, class_="labfields"),
            open=bool(wanted.ranges) or len(ranges) <= 4,
        )
        if ranges
        else None,
        el("p", refused, class_="msg refused", role="alert") if refused else None,
        el("div", el("button", _("Show"), class_="btn strong lg", type="submit"), class_="row"),
        data_act="filter",
        class_="card pad stack",
    )


def _range(at: int, told: tuple[str, float, float], wanted: Wanted) -> Markup:
    name, low, high = told
    own = wanted.ranges.get(name, (-math.inf, math.inf))

    def field(key: str, words: str, value: float, whole: float) -> Markup:
        return el(
            "input",
            name=f"{key}-{at}",
            value=f"{value:g}" if math.isfinite(value) else "",
            placeholder=f"{whole:.4g}" if math.isfinite(whole) else "",
            inputmode="decimal",
            autocomplete="off",
            aria_label=words.format(name=name),
        )

    ends = el("div", field("low", _("{name}, from"), own[0], low), field("high", _("{name}, to"), own[1], high), class_="row")
    return el("fieldset", el("legend", name), ends, class_="field")


def _shown(name: str, about: About, asked: Asked, found: Found) -> list[Any]:
    query = export_query(asked.wanted)
    address = link(f"/lab/{quote(name)}")
    kept = n_("{n} run is kept by the filter.", "{n} runs are kept by the filter.", found.kept).format(n=number(found.kept))
    report = (
        el("a", _("The report"), href=f"{address}/{REPORT}", class_="btn", download=True)
        if about.report
        else el("span", _("No report yet: policygame report FOLDER writes one."), class_="sub")
    )
    export = el("a", _("These runs as CSV"), href=f"{address}/runs.csv?{query}", class_="btn", download=True)
    files = el(
        "section", el("div", el("h2", kept), role="status"), el("div", export, report, class_="row wrap"), class_="card pad stack"
    )
    whole = _("Of the whole design, without the filter.")
    matters = [_drawn(_("Which quantities matter"), whole, found.bars)]
    return [
        Fragment(files),
        _drawn(_("Over time"), _key(asked), (found.fan,)),
        _drawn(_("Run by run"), _key(asked), (found.lines,)),
        *matters,
        Fragment(_ranking(found.ranking, found.ranking_words)),
    ]


def _key(asked: Asked) -> str:
    if not asked.second:
        return ""
    return _("Dashed, grey: {first}. Solid, violet: {second}.").format(first=asked.first, second=asked.second)


def _drawn(title: str, note: str, shown: tuple[Drawn, ...]) -> Any:
    any_chart = any(one.chart is not None for one in shown)
    parts: list[Any] = [Fragment(join([el("h2", title), el("p", note, class_="sub") if note and any_chart else None]))]
    for one in shown:
        if one.title:
            parts.append(Fragment(el("h3", one.title)))
        if one.chart is not None:
            parts.append(Chart(one.chart, height=one.height))
        if one.words:
            parts.append(Fragment(el("p", one.words, class_="sub")))
    return Box(parts, tag="section", classes="card pad stack")


def _ranking(table: Table | None, words: str) -> Markup:
    title = el("h2", _("Which arm is best"))
    if table is None:
        return el("section", title, el("p", words, class_="sub"), class_="card pad stack")
    columns = ("arm", "mean", "low", "high", "worst_tenth", "mean_regret", "largest_regret", "worlds")
    heads = (_("Arm"), _("Mean"), _("95 % from"), _("to"), _("Worst tenth"), _("Mean regret"), _("Largest regret"), _("Worlds"))
    rows = table.frame.to_dict("records")
    first = rows[0]
    head = el("tr", [el("th", one, scope="col", class_="n" if at else None) for at, one in enumerate(heads)])
    body = [
        el(
            "tr",
            el("th", row["arm"], scope="row"),
            [el("td", "" if math.isnan(row[one]) else number(float(row[one])), class_="n") for one in columns[1:]],
        )
        for row in rows
    ]
    finding = _("{outcome}, {better} is better: {arms}.").format(
        outcome=first["outcome"], better=first["better"], arms=_best([row["arm"] for row in rows if row["rank_mean"] == 1])
    )
    caption = el("caption", finding, class_="vh")
    shown = el("table", caption, el("thead", head), el("tbody", body))
    return el(
        "section",
        title,
        el("p", finding),
        el("div", shown, class_="scrollx", tabindex="0", role="region", aria_label=finding),
        el("p", table.note, class_="sub") if table.note else None,
        class_="card pad stack",
    )


def _best(arms: list[str]) -> str:
    if len(arms) == 1:
        return _("{arm} has the best mean").format(arm=arms[0])
    return _("{arms} share the best mean").format(arms=_(" and ").join(arms))

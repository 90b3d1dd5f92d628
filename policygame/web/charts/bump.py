"""Ranks that change: who leads by each definition, or over time, as lines that cross.

The one who looks is drawn thickest, those in focus with their rank, the rest thin. Ranks are computed elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from policygame.catalogue import JURISDICTIONS
from policygame.web.charts.spec import GAP, ChartSpec, Option, Size
from policygame.web.palette import JURISDICTION_INK, jurisdiction_token
from policygame.web.text import _, ordinal

__all__ = ["bump"]


def bump(
    columns: Sequence[str],
    ranks: Mapping[str, Sequence[int | None]],
    *,
    me: str | None = None,
    focus: Collection[str] = (),
    size: Size = "desk",
    finding: str = "",
) -> ChartSpec:
    """A bump chart.

    ``columns`` are definitions of leadership or quarters; ``ranks`` gives each jurisdiction's rank (1 is first) in each, None
    where it has none. ``me`` is the one who looks, ``focus`` those whose ranks are written in their marks.
    """
    for place, own in ranks.items():
        if len(own) != len(columns):
            raise ValueError(f"{place} has {len(own)} ranks for {len(columns)} columns")
    rows = tuple(
        (JURISDICTIONS[p].name, *(GAP if r is None else str(r) for r in own)) for p, own in sorted(ranks.items(), key=_last)
    )
    option = _option(columns, ranks, me, focus, size)
    phone = _option(columns, ranks, me, focus, "phone") if size == "desk" else None
    return ChartSpec(option, _sentence(finding, columns, ranks, me), (_("Rank"), *columns), rows, phone=phone)


def _option(
    columns: Sequence[str], ranks: Mapping[str, Sequence[int | None]], me: str | None, focus: Collection[str], size: Size
) -> Option:
    type_size = {"desk": 12, "phone": 12, "screen": 18}[size]
    lowest = max((rank for own in ranks.values() for rank in own if rank is not None), default=1)
    names = {place: JURISDICTIONS[place].name if size != "phone" else place for place in ranks}
    few = len(columns) <= 8
    return {
        "grid": {
            "left": 30,
            "right": 24 + int(max((len(n) for n in names.values()), default=3) * type_size * 0.56),
            "top": 16,
            "bottom": 44,
        },
        "xAxis": {
            "type": "category",
            "data": [column.replace(" ", "\n") if few else column for column in columns],
            "boundaryGap": False,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {
                "interval": 0 if few else "auto",
                "hideOverlap": True,
                "color": "@ink2",
                "fontSize": type_size,
                "lineHeight": type_size + 3,
                "margin": 14,
            },
        },
        "yAxis": {"type": "value", "inverse": True, "min": 0.5, "max": lowest + 0.5, "show": False},
        "series": [_line(place, own, place == me, place in focus, names[place], type_size, few) for place, own in ranks.items()],
    }


def _last(entry: tuple[str, Sequence[int | None]]) -> tuple[int, str]:
    last = entry[1][-1] if entry[1] else None
    return (last if last is not None else 10_000, entry[0])


def _line(place: str, ranks: Sequence[int | None], me: bool, hot: bool, name: str, size: int, marks: bool) -> Option:
    colour = jurisdiction_token(place)
    written = marks and (hot or me)
    dot = (20 if me else 16 if hot else 11) if marks else (5 if hot or me else 0)
    points = [
        {
            "value": GAP if rank is None else rank,
            "symbolSize": dot,
            "label": {
                "show": written,
                "formatter": "{c}",
                "position": "inside",
                "fontSize": 11 if me else 10,
                "fontWeight": 700,
                "color": _on(place),
            },
        }
        for rank in ranks
    ]
    return {
        "id": place,
        "type": "line",
        "name": place,
        "data": points,
        "symbol": "circle" if dot else "none",
        "lineStyle": {"width": 4 if me else 2.5 if hot else 1.5, "color": colour, "opacity": 1 if hot or me else 0.5},
        "itemStyle": {"color": colour, "opacity": 1 if hot or me else 0.75},
        "z": 9 if me else 5 if hot else 3,
        "endLabel": {
            "show": True,
            "formatter": name,
            "distance": 14 if marks else 8,
            "color": "@ink" if hot or me else "@ink2",
            "fontWeight": 700 if me else 600 if hot else 400,
            "fontSize": size,
        },
    }


def _on(place: str) -> str:
    """The ink on a mark: white on colours that are dark in both themes, else black; in between, the theme's card."""
    light, dark = place in JURISDICTION_INK["light"], place in JURISDICTION_INK["dark"]
    return "#FFFFFF" if light and dark else "#14202B" if not light else "@card"


def _sentence(finding: str, columns: Sequence[str], ranks: Mapping[str, Sequence[int | None]], me: str | None) -> str:
    told = [finding] if finding else []
    for k in sorted({0, len(columns) - 1}) if columns else []:
        first = [place for place, own in ranks.items() if own[k] == 1]
        if first:
            told.append(
                _("{column}: {name} leads.").format(column=columns[k], name=", ".join(JURISDICTIONS[p].name for p in first))
            )
    if me is not None and me in ranks:
        own = [rank for rank in ranks[me] if rank is not None]
        if own:
            told.append(
                _("{name}: {best} at best, {worst} at worst.").format(
                    name=JURISDICTIONS[me].name, best=ordinal(min(own)), worst=ordinal(max(own))
                )
            )
    return " ".join(told) or _("Nobody is ranked yet.")

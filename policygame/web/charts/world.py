"""The map: a ring for all packaging at a place, a core for 2.5D and 3D, flows by stage, amber where the chain binds.

The map is projected beforehand (Natural Earth I, the Pacific in the middle), so places are given here in its own degrees.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policygame.catalogue import JURISDICTIONS
from policygame.resources import assets_dir
from policygame.web.charts.spec import ChartSpec, Option, Size, tooltip
from policygame.web.palette import jurisdiction_token, stage_token
from policygame.web.text import _, number

__all__ = ["MAP_FILE", "POSITIONS", "Flow", "Place", "regions", "world_map"]

MAP_FILE = "world-110m-pacific.geojson"
POSITIONS: Mapping[str, tuple[float, float]] = {
    "CHN": (-38, 35),
    "TWN": (-21, 20),
    "KOR": (-18.5, 42),
    "JPN": (-4, 38.5),
    "USA": (91, 39.5),
    "EUR": (-107, 50),
    "MYS": (-43.5, 3.5),
    "SGP": (-36, -5),
    "IND": (-61.5, 22),
    "VNM": (-36, 13.5),
    "ROW": (-14, 8),
}
"""Where each jurisdiction's mark stands, in the projected map's degrees; small places are moved apart so that marks do not hide
each other."""
_LABEL_SIDE_PHONE: Mapping[str, str] = {"TWN": "right", "ROW": "right", "EUR": "bottom"}
_LABEL_SIDE: Mapping[str, str] = {
    "KOR": "top",
    "JPN": "top",
    "CHN": "left",
    "USA": "bottom",
    "MYS": "left",
    "IND": "left",
    "VNM": "left",
}
_VIEW = [[-124, 76], [114, -46]]
_ASPECT = 238 / 122
_LARGEST_RING_PX = {"desk": 66.0, "phone": 34.0, "screen": 84.0}
_WIDEST_FLOW_PX = {"desk": 5.0, "phone": 3.0, "screen": 7.0}


@dataclass(frozen=True)
class Place:
    """Capacities at a jurisdiction, both in kwpm: of all packaging, and of its core, 2.5D and 3D."""

    id: str
    all_kwpm: float
    core_kwpm: float


@dataclass(frozen=True)
class Flow:
    """What goes from one jurisdiction to another of a stage's output; ``volume`` is drawn relative to the largest of its stage."""

    source: str
    target: str
    stage: str
    volume: float


@lru_cache(maxsize=1)
def regions() -> Mapping[str, tuple[str, ...]]:
    """The names of the map's shapes by jurisdiction."""
    shapes = json.loads((assets_dir() / "web" / MAP_FILE).read_text("utf-8"))["features"]
    found: dict[str, list[str]] = {}
    for shape in shapes:
        found.setdefault(shape["properties"]["jurisdiction"], []).append(shape["properties"]["name"])
    return {place: tuple(names) for place, names in found.items()}


def world_map(
    places: Sequence[Place],
    flows: Sequence[Flow] = (),
    *,
    binding: str | None = None,
    binding_stage: str = "",
    size: Size = "desk",
    finding: str = "",
) -> ChartSpec:
    """A map of the world. ``binding`` is the jurisdiction where the chain binds, ``binding_stage`` the name of the stage.

    Areas of rings are proportional to capacity; areas of cores too, drawn so that the largest core fills 60 % of the largest
    ring. ValueError for a place that the map does not know.
    """
    for place in places:
        if place.id not in POSITIONS:
            raise ValueError(f"{place.id!r} is not on the map; allowed are {', '.join(POSITIONS)}")
    option = _option(places, flows, binding, size)
    phone = _option(places, flows, binding, "phone") if size == "desk" else None
    ranked = sorted(places, key=lambda p: (-p.core_kwpm, -p.all_kwpm))
    rows = tuple((JURISDICTIONS[p.id].name, number(p.all_kwpm), number(p.core_kwpm)) for p in ranked)
    head = (_("Place"), _("All packaging, kwpm"), _("2.5D and 3D, kwpm"))
    told = _sentence(finding, ranked, binding, binding_stage)
    return ChartSpec(option, told, head, rows, maps={"world": MAP_FILE}, phone=phone, aspect=_ASPECT)


def _option(places: Sequence[Place], flows: Sequence[Flow], binding: str | None, size: Size) -> Option:
    ring = _LARGEST_RING_PX[size] / max((p.all_kwpm for p in places), default=1.0) ** 0.5 if places else 0.0
    most_core = max((p.core_kwpm for p in places), default=0.0)
    core = 0.6 * _LARGEST_RING_PX[size] / most_core**0.5 if most_core > 0 else 0.0
    type_size = {"desk": 12, "phone": 11, "screen": 18}[size]
    rings = [_ring(place, ring, type_size, size) for place in places]
    cores = [_core(place, core) for place in places if place.core_kwpm > 0]
    series: list[Option] = [
        {
            "id": "flows",
            "type": "lines",
            "coordinateSystem": "geo",
            "data": _flows(flows, size),
            "symbol": ["none", "arrow"],
            "symbolSize": 7,
            "z": 3,
        },
        {"id": "rings", "type": "scatter", "coordinateSystem": "geo", "data": rings, "z": 4},
        {"id": "cores", "type": "scatter", "coordinateSystem": "geo", "data": cores, "silent": True, "z": 5},
    ]
    if binding is not None and binding in POSITIONS:
        here = next((p for p in places if p.id == binding), Place(binding, 0, 0))
        series.append(_halo(here, max(core * here.core_kwpm**0.5, 16.0)))
    return {
        "backgroundColor": "@sea",
        "tooltip": tooltip(trigger="item"),
        "geo": {
            "map": "world",
            "roam": False,
            "silent": True,
            "aspectScale": 1,
            "left": 0,
            "right": 0,
            "top": 0,
            "bottom": 0,
            "boundingCoords": _VIEW,
            "itemStyle": {"areaColor": "@land", "borderColor": "@sea", "borderWidth": 0.6},
            "emphasis": {"disabled": True},
            "select": {"disabled": True},
            "regions": _regions(),
        },
        "series": series,
    }


def _regions() -> list[Option]:
    return [
        {
            "name": name,
            "itemStyle": {"areaColor": f"@land~{place}/28", "borderColor": f"@land~{place}/50"},
            "emphasis": {"disabled": True},
        }
        for place, names in regions().items()
        if place != "ROW"
        for name in names
    ]


def _ring(place: Place, scale: float, size: int, screen: Size) -> Option:
    value = f" {{v|{number(place.all_kwpm, 0)}}}" if screen != "phone" else ""
    edge = {"fontSize": size, "textBorderColor": "@sea", "textBorderWidth": 3}
    sides = {**_LABEL_SIDE, **_LABEL_SIDE_PHONE} if screen == "phone" else _LABEL_SIDE
    colour = jurisdiction_token(place.id)
    return {
        "name": place.id,
        "value": [*POSITIONS[place.id], round(place.all_kwpm, 2)],
        "symbolSize": round(max(scale * place.all_kwpm**0.5, 8.0), 1),
        "itemStyle": {"color": f"{colour}/30", "borderColor": colour, "borderWidth": 1.5},
        "label": {
            "show": True,
            "position": sides.get(place.id, "right"),
            "formatter": f"{{c|{place.id}}}{value}",
            "distance": 5,
            "rich": {"c": {"fontWeight": 700, "color": "@ink", **edge}, "v": {"color": "@ink2", **edge}},
        },
        "tooltip": {"formatter": _tip(place)},
    }


def _tip(place: Place) -> str:
    return _("{name}: {all} kwpm of packaging, {core} of it 2.5D and 3D").format(
        name=JURISDICTIONS[place.id].name, all=number(place.all_kwpm), core=number(place.core_kwpm)
    )


def _core(place: Place, scale: float) -> Option:
    return {
        "name": place.id,
        "value": [*POSITIONS[place.id], round(place.core_kwpm, 3)],
        "symbolSize": round(max(scale * place.core_kwpm**0.5, 4.0), 1),
        "itemStyle": {"color": jurisdiction_token(place.id), "borderColor": "@card", "borderWidth": 1},
    }


def _halo(place: Place, diameter: float) -> Option:
    return {
        "id": "binding",
        "type": "scatter",
        "coordinateSystem": "geo",
        "data": [{"name": place.id, "value": [*POSITIONS[place.id], round(place.core_kwpm, 3)]}],
        "symbolSize": round(diameter + 4, 1),
        "itemStyle": {"color": "@bind/0", "borderColor": "@bind", "borderWidth": 3, "shadowBlur": 16, "shadowColor": "@glow/90"},
        "silent": True,
        "z": 6,
    }


def _flows(flows: Sequence[Flow], size: Size) -> list[Option]:
    """Curves; those of one stage side by side with others between the same places are bent differently."""
    drawn = []
    seen: dict[tuple[str, str], int] = {}
    most: dict[str, float] = {}
    for flow in flows:
        most[flow.stage] = max(most.get(flow.stage, 0.0), flow.volume)
    for flow in sorted(flows, key=lambda f: -f.volume):
        if flow.volume <= 0 or flow.source == flow.target or flow.source not in POSITIONS or flow.target not in POSITIONS:
            continue
        pair = (min(flow.source, flow.target), max(flow.source, flow.target))
        bend = 0.18 + 0.1 * seen.get(pair, 0)
        seen[pair] = seen.get(pair, 0) + 1
        width = max(0.8, _WIDEST_FLOW_PX[size] * (flow.volume / most[flow.stage]) ** 0.7)
        eastward = POSITIONS[flow.target][0] > POSITIONS[flow.source][0]
        drawn.append(
            {
                "coords": [list(POSITIONS[flow.source]), list(POSITIONS[flow.target])],
                "lineStyle": {
                    "color": stage_token(flow.stage),
                    "width": round(width, 2),
                    "opacity": 0.7,
                    "curveness": round(bend if eastward else -bend, 3),
                },
            }
        )
    return drawn


def _sentence(finding: str, ranked: Sequence[Place], binding: str | None, stage: str) -> str:
    total = sum(place.core_kwpm for place in ranked)
    told = [finding] if finding else []
    if ranked and total > 0:
        first = ranked[0]
        told.append(
            _("{name} has {share} % of the capacity for 2.5D and 3D: {core} of {total} kwpm.").format(
                name=JURISDICTIONS[first.id].name,
                share=number(100 * first.core_kwpm / total, 0),
                core=number(first.core_kwpm),
                total=number(total),
            )
        )
    if binding is not None and binding in JURISDICTIONS:
        told.append(_("{stage} is full at {name}.").format(stage=stage or _("A stage"), name=JURISDICTIONS[binding].name))
    return " ".join(told) or _("No packaging capacity stands anywhere.")

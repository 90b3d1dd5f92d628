"""The chain as a Sankey diagram with the stage that binds lit: its flows in its colour, the queue before it amber, the rest grey.

Flows of all links must be in one unit, or widths mean nothing; that is the caller's to keep. So is which stage binds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policygame.web.charts.spec import ChartSpec, Option, Size, clean, tooltip
from policygame.web.text import _, number

__all__ = ["Link", "Node", "sankey"]


@dataclass(frozen=True)
class Node:
    """A bar of the diagram. ``column`` counts from 0 at the left; ``value`` is what its label says, ``note`` follows it in grey.

    ``short`` is its name on a phone. ``colour`` is a token. ``binds``: this is the stage that holds everything up.
    ``queue``: what waits before it.
    """

    id: str
    name: str
    column: int
    value: float
    colour: str
    note: str = ""
    binds: bool = False
    queue: bool = False
    short: str = ""


@dataclass(frozen=True)
class Link:
    """What flows from one node to another, in the diagram's unit."""

    source: str
    target: str
    value: float


def sankey(nodes: Sequence[Node], links: Sequence[Link], *, unit: str, size: Size = "desk", finding: str = "") -> ChartSpec:
    """A Sankey diagram, left to right. Links without a flow, and nodes that then have none, are left out. At a desk the narrow
    form for a phone comes with it.

    ValueError for a link that names an unknown node.
    """
    by_id = {node.id: node for node in nodes}
    for link in links:
        for end in (link.source, link.target):
            if end not in by_id:
                raise ValueError(f"a link names {end!r}, which is no node; nodes are {', '.join(by_id)}")
    flowing = [link for link in links if link.value > 0]
    shown = [node for node in nodes if any(node.id in (link.source, link.target) for link in flowing)]
    rows = tuple((by_id[link.source].name, by_id[link.target].name, number(link.value)) for link in flowing)
    return ChartSpec(
        _option(shown, flowing, size),
        _sentence(finding, shown, unit),
        (_("From"), _("To"), unit),
        rows,
        phone=_option(shown, flowing, "phone") if size == "desk" else None,
    )


def _option(shown: Sequence[Node], flowing: Sequence[Link], size: Size) -> Option:
    by_id = {node.id: node for node in shown}
    last = max((node.column for node in shown), default=0)
    type_size = {"desk": 12, "phone": 12, "screen": 18}[size]
    series: Option = {
        "id": "chain",
        "type": "sankey",
        "orient": "horizontal",
        "layoutIterations": 0,
        "nodeGap": {"desk": 12, "phone": 13, "screen": 18}[size],
        "nodeWidth": 12 if size != "screen" else 18,
        "nodeAlign": "left",
        "draggable": False,
        "emphasis": {"focus": "adjacency"},
        "left": 2,
        "right": 2,
        "top": 8,
        "bottom": 8,
        "labelLayout": {"moveOverlap": "shiftY"},
        "levels": [{"depth": column, "label": {"position": "left" if column == last else "right"}} for column in range(last + 1)],
        "label": {"color": "@ink", "fontSize": type_size, "rich": _rich(type_size)},
        "lineStyle": {"curveness": 0.5},
        "data": [_node(node, size) for node in shown],
        "links": [_link(link, by_id) for link in flowing],
    }
    return {"tooltip": tooltip(trigger="item"), "series": [series]}


def _rich(size: int) -> Option:
    edge = {"textBorderColor": "@card", "textBorderWidth": 2.5}
    return {
        "n": {"fontSize": size, "color": "@ink", "fontWeight": 600, **edge},
        "v": {"fontSize": size - 0.5, "color": "@ink2", **edge},
        "b": {
            "fontSize": size,
            "fontWeight": 700,
            "color": "@bindink",
            "backgroundColor": "@bind",
            "padding": [3, 6, 3, 6],
            "borderRadius": 9,
        },
    }


def _node(node: Node, size: Size) -> Option:
    note = f" {node.note}" if node.note and size != "phone" else ""
    style: Option = {"color": "@bind" if node.queue else node.colour, "borderWidth": 0}
    name = (node.short or node.name) if size == "phone" else node.name
    value = (
        "" if size == "phone" and node.column == 1 else f"  {{v|{number(node.value)}{note}}}"
    )  # no room between its neighbours
    label = f"{{n|{name}}}{value}"
    if node.queue:
        style |= {"borderColor": "@bindline", "borderWidth": 1.5, "borderType": [3, 2]}
    if node.binds:
        style |= {"borderColor": "@bind", "borderWidth": 2.5, "shadowBlur": 22, "shadowColor": "@glow/95"}
        words = name if size == "phone" else _("{stage} binds").format(stage=node.name)
        label = f"{{b|{words}}}{value}"
    return {"name": node.id, "depth": node.column, "itemStyle": style, "label": {"formatter": label}}


def _link(link: Link, by_id: dict[str, Node]) -> Option:
    source, target = by_id[link.source], by_id[link.target]
    lit = next((node for node in (source, target) if node.binds), None)
    if target.queue or source.queue:
        colour, opacity = "@bind", 0.62
    elif lit is not None:
        colour, opacity = lit.colour, 0.42
    else:
        colour, opacity = "@force", 0.2
    return {
        "source": link.source,
        "target": link.target,
        "value": clean(link.value),
        "lineStyle": {"color": colour, "opacity": opacity},
    }


def _sentence(finding: str, nodes: Sequence[Node], unit: str) -> str:
    binding = [node.name for node in nodes if node.binds]
    queues = [
        _("{name}: {value} {unit} waiting.").format(name=n.name, value=number(n.value), unit=unit) for n in nodes if n.queue
    ]
    told = _("{stages} binds.").format(stages=", ".join(binding)) if binding else _("No stage binds.")
    widest = [max((n for n in nodes if n.column == c), key=lambda n: n.value) for c in sorted({n.column for n in nodes})]
    biggest = _("The widest, from left to right: {names}.").format(names=", ".join(f"{n.name} {number(n.value)}" for n in widest))
    return " ".join([*([finding] if finding else []), told, *queues, *([biggest] if widest else [])])

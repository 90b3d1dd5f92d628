"""``policygame cost``: what a package costs by cause, for one integration or all of them side by side."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from policygame.catalogue import INTEGRATIONS, nearest
from policygame.cli.options import OptionError
from policygame.cli.screen import print_json, print_table

CAUSES = {
    "raw_chips": "dies and bumps",
    "defect_chips": "dies that fail",
    "raw_package": "raw package",
    "defect_package": "packages that fail",
    "wasted_kgd": "good dies lost",
    "total": "total",
}
ALSO_CALLED = {
    "2.5d": "interposer_2_5d",
    "2_5d": "interposer_2_5d",
    "cowos": "interposer_2_5d",
    "emib": "interposer_2_5d",
    "interposer": "interposer_2_5d",
    "3d": "hybrid_3d",
    "soic": "hybrid_3d",
    "hybrid": "hybrid_3d",
    "info": "fan_out",
    "fanout": "fan_out",
    "monolithic": "soc",
}
"""What people write, in small letters, and the integration that they mean."""


def cost(
    node: Annotated[str, typer.Option(help="Node of the dies in nm: 3, 5, 7, 10, 14, 28 or 55.", metavar="NM")] = "5",
    chiplets: Annotated[str, typer.Option(help="Chips that share the module equally.", metavar="N")] = "2",
    area: Annotated[str, typer.Option(help="Silicon area of the module in mm2.", metavar="MM2")] = "800",
    integration: Annotated[
        str,
        typer.Option(
            help=f"How the chips are joined: {', '.join(INTEGRATIONS)}.",
            metavar="INTEGRATION",
            autocompletion=lambda incomplete: [name for name in INTEGRATIONS if name.startswith(incomplete)],
        ),
    ] = "interposer_2_5d",
    compare: Annotated[bool, typer.Option("--compare", help="Show all integrations side by side.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Cost of one good package in USD, by cause (Feng and Ma, DAC 2022; hybrid_3d is an assumption)."""
    if integration not in INTEGRATIONS:
        allowed = ", ".join(INTEGRATIONS)
        meant = ALSO_CALLED.get(integration.strip().lower().replace("-", "_"))
        hint = nearest(integration, INTEGRATIONS) if meant is None else f" Did you mean {meant!r}?"
        raise OptionError(f"unknown integration {integration!r}; allowed are {allowed}.{hint}")
    asked = {
        "node_nm": _number(node, "--node"),
        "n_chiplets": _number(chiplets, "--chiplets"),
        "module_area_mm2": _number(area, "--area"),
    }
    rows = [_cost(kind, asked) for kind in (INTEGRATIONS if compare else [integration])]
    if json:
        print_json(rows if compare else rows[0])
        return
    chips = 1.0 if integration == "soc" and not compare else asked["n_chiplets"]
    print_table(
        f"Cost of a good package: {asked['node_nm']:g} nm, {chips:g} chip{'' if chips == 1.0 else 's'}, "
        f"{asked['module_area_mm2']:g} mm2 of silicon",
        ["USD", *(row["integration"] for row in rows)],
        [[label, *(f"{row[cause]:,.2f}" for row in rows)] for cause, label in CAUSES.items()],
        numbers=True,
        caption="A soc is one chip." if any(row["integration"] == "soc" for row in rows) else None,
    )
    print_table(
        "Total per mm2 of module, over that of a 100 mm2 soc of the same node",
        ["no unit", *(row["integration"] for row in rows)],
        [["normalised", *(f"{row['normalised']:.3f}" for row in rows)]],
        numbers=True,
    )


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise OptionError(f"{option} {text!r} is not a number.") from None


def _cost(integration: str, asked: dict[str, float]) -> dict[str, Any]:
    from policygame.model.cost import package_cost

    found = package_cost(**asked, integration=integration)
    return {
        "integration": integration,
        **asked,
        **{cause: float(getattr(found, cause)) for cause in (*CAUSES, "normalised")},
    }

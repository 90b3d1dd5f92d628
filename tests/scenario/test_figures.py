"""The tables of published figures, and which units convert."""

from __future__ import annotations

from pathlib import Path

import pytest

from policygame.resources import configs_dir
from policygame.scenario.figures import COLUMNS, FiguresError, figure_bounds, figures, ids_in, nearest_id, read_figures

ROW = "x,8-9,8,9,kwpm,2023,what,who,-,VERIFIED-primary"


def test_the_shipped_figures() -> None:
    shipped = figures()
    assert len(shipped) >= 164
    figure = shipped["cowos_2024end"]
    assert (figure.value, figure.low, figure.high, figure.unit, figure.status) == (
        "35-40 (36)",
        35,
        40,
        "kwpm",
        "VERIFIED-secondary",
    )
    assert shipped["lbd_ik"].low is None
    with pytest.raises(TypeError):
        shipped["x"] = figure  # type: ignore[index]


def test_observations_are_no_figures() -> None:
    assert (configs_dir() / "figures" / "accelerator_shipments_2022_2024.csv").exists()
    assert "2022Q1" not in figures()


@pytest.mark.parametrize(
    ("name", "unit", "bounds"),
    [
        ("cowos_2023dec", "kwpm", (14, 15)),
        ("atp_site_2022_CHN", "share", (0.3, 0.3)),
        ("amkor", "M USD", (407, 407)),
        ("d_capex_kwpm", "M USD / kwpm", (60, 240)),
        ("lt_h100_2023", "quarters", (36 / 13, 4)),
        ("lt_h100_2023", "weeks", (36, 52)),
        ("pk_per_wafer_h100", "packages / wafer", (29, 29)),
        ("n4_wafer", "USD / wafer", (18000, 20000)),
        ("n4_wafer", "USD / unit", None),
        ("cowos_2023dec", "M USD", None),
        ("india", "share", None),
    ],
)
def test_figures_convert_where_units_correspond(name: str, unit: str, bounds: tuple[float, float] | None) -> None:
    found = figure_bounds(figures()[name], unit)
    assert found == (None if bounds is None else pytest.approx(bounds))


def test_ids_are_found_as_whole_words() -> None:
    text = "osat_rev_2024_Hana Micron over osat_top10_2024; (cowos_2023mid) / 2, not xamkor, amkors, amkor_2 or tool_N72_K&"
    assert ids_in(text) == ("osat_rev_2024_Hana Micron", "osat_top10_2024", "cowos_2023mid")
    assert ids_in("tool_N72_K&S, tool_N72_Besi") == ("tool_N72_K&S", "tool_N72_Besi")
    assert nearest_id("half of cowos_23dec") == " Did you mean 'cowos_2023dec'?"
    assert nearest_id("half of it") == ""


def write(folder: Path, *rows: str, header: str = ",".join(COLUMNS)) -> Path:
    (folder / "own.csv").write_text("\n".join((header, *rows)) + "\n")
    return folder


def test_a_sound_table(tmp_path: Path) -> None:
    assert read_figures(write(tmp_path, ROW))["x"].high == 9


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((ROW, ROW), "own.csv:3: found the id 'x' again; allowed each id once"),
        ((ROW + ",more",), "own.csv:2: found 11 cells; allowed 10"),
        ((ROW.replace(",8,", ",eight,"),), "own.csv:2: found 'eight' as a bound; allowed a number or nothing"),
        ((ROW.replace(",8,", ",nan,"),), "own.csv:2: found 'nan' as a bound"),
        ((ROW.replace(",8,", ",,"),), "own.csv:2: found low '' and high '9'; allowed low <= high, or neither"),
        ((ROW.replace(",8,9,", ",9,8,"),), "own.csv:2: found low '9' and high '8'"),
    ],
)
def test_damaged_tables(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(FiguresError, match=r"^/") as caught:
        read_figures(write(tmp_path, *rows))
    assert said in str(caught.value)


def test_other_columns(tmp_path: Path) -> None:
    with pytest.raises(FiguresError, match=r"own.csv:1: found the columns id, value; allowed id, value, low"):
        read_figures(write(tmp_path, header="id,value"))
    assert not read_figures(write(tmp_path, "2022Q1,5", header="quarter,units"))

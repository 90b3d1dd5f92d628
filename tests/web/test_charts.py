"""Charts as values: options survive JSON, hold only known colours, no NaN, and say in words and rows what they draw."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from policygame.catalogue import JURISDICTIONS
from policygame.web.charts import (
    Bands,
    Bar,
    ChartSpec,
    Flow,
    Interval,
    Link,
    Node,
    Panel,
    Place,
    bars,
    bump,
    fan,
    intervals,
    sankey,
    small_multiples,
    sparkline,
    world_map,
)
from policygame.web.charts.spec import GAP, Size, clean, nice_scale
from policygame.web.charts.world import POSITIONS, regions
from policygame.web.palette import THEMES, resolve

NAN = float("nan")
QUARTERS = ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1"]


def _bands(*middle: float) -> Bands:
    return Bands(*([m + k for m in middle] for k in (-4, -2, 0, 2, 4)))


def _fan() -> ChartSpec:
    return fan(QUARTERS, [10, 20], _bands(30, 40, 50), _bands(25, 30, 35), unit="weeks", finding="The wait falls.")


def _sankey() -> ChartSpec:
    nodes = [
        Node("f", "Fabs", 0, 10, "@TWN"),
        Node("q", "Die bank", 1, 2, "@bind", queue=True),
        Node("p", "2.5D", 1, 8, "@st-25D", binds=True),
        Node("o", "Fan-out", 1, 0, "@st-fan-out"),
        Node("a", "Accelerators", 2, 8, "@ink2", short="AI"),
    ]
    return sankey(nodes, [Link("f", "q", 2), Link("f", "p", 8), Link("p", "a", 8), Link("f", "o", 0)], unit="kwpm")


def _map() -> ChartSpec:
    places = [Place("TWN", 600, 18), Place("USA", 80, 2), Place("IND", 24, 0)]
    return world_map(places, [Flow("KOR", "TWN", "hbm", 3), Flow("USA", "TWN", "hbm", 1)], binding="TWN", binding_stage="2.5D")


def _bump() -> ChartSpec:
    return bump(["Fabs only", "Frontier"], {"TWN": [1, 1], "USA": [3, 2], "KOR": [2, None]}, me="USA", focus=["TWN"])


def _bars() -> ChartSpec:
    return bars([Bar("Taiwan", 58, "@TWN"), Bar("Korea", -4, "@KOR"), Bar("US", 31, "@USA", "▲2")], unit="%")


def _small() -> ChartSpec:
    return small_multiples(
        QUARTERS, [Panel("Wait", "weeks", [10, 20], _bands(30, 40, 50)), Panel("Fill", "share", [1, NAN], _bands(1, 1, 1))]
    )


ALL = [_fan, _sankey, _map, _bump, _bars, _small]


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_an_option_survives_json_and_knows_its_colours(make: Callable[[], ChartSpec]) -> None:
    spec = make()
    for option in (spec.option, spec.phone):
        if option is None:
            continue
        assert json.loads(json.dumps(option, allow_nan=False)) == option
        for theme in THEMES:
            text = json.dumps(resolve(option, theme))
            assert '"@' not in text
        assert json.dumps(resolve(option, "light")) != json.dumps(resolve(option, "dark"))
    assert len(spec.sentence) > 20
    assert all(len(row) == len(spec.head) for row in spec.rows)


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_series_have_names_that_stay_so_that_charts_glide(make: Callable[[], ChartSpec]) -> None:
    ids = [series["id"] for series in make().option["series"]]
    assert len(set(ids)) == len(ids)


def test_intervals_stand_on_one_band_whatever_their_units() -> None:
    wide = Interval("Capacity", "Capacity", "kwpm", 14.0, 15.0, 13.0, 14.5, 40.0, False)
    spec = intervals([wide, Interval("Wait", "Wait", "weeks", 8.0, 12.0, 8.0, 10.0, 12.0, True)], finding="One of two holds.")
    start, model, median = spec.option["series"]
    assert start["data"] == [0.0, 1.0]
    assert [bar["value"] for bar in model["data"]] == [3.0, 1.0]  # what lies farther out ends at the edge
    assert [point[0] for point in median["data"]] == [1.5, 1.5]
    assert spec.sentence == "One of two holds."
    assert spec.rows[0][-1] == "missed"
    assert "40" in spec.rows[0][5]


def test_a_fan_opens_where_history_ends() -> None:
    series = {one["id"]: one for one in _fan().option["series"]}
    assert series["history"]["data"] == [10, 20, GAP, GAP, GAP]
    assert series["median-d"]["data"] == [GAP, 20, 25, 30, 35]
    assert series["d90-low"]["data"] == [GAP, 20, 21, 26, 31]
    assert series["d90-high"]["data"] == [GAP, 0, 8, 8, 8]
    assert series["d50-high"]["data"] == [GAP, 0, 4, 4, 4]
    assert series["median-f"]["lineStyle"]["type"] == [5, 4]
    assert "Your draft" in series["median-d"]["endLabel"]["formatter"]
    assert "35 weeks" in series["median-d"]["endLabel"]["formatter"]


@pytest.mark.parametrize("size", ["desk", "phone", "screen"])
@pytest.mark.parametrize(("force", "draft"), [(0.0, 10.3), (10.3, 0.0), (0.0, 0.0), (0.0, 0.4), (5.0, 5.1), (9.9, 10.0)])
def test_the_labels_of_a_fan_neither_hide_each_other_nor_leave_the_picture(size: Size, force: float, draft: float) -> None:
    option = fan(QUARTERS, [0, 0], Bands(*([[0, 5, force]] * 5)), Bands(*([[0, 5, draft]] * 5)), unit="kwpm", size=size).option
    series = {one["id"]: one for one in option["series"]}
    axis, grid = option["yAxis"], option["grid"]
    for height in (110, 158, 230):  # pixels of the axis
        tops = []
        for key, end in (("median-f", force), ("median-d", draft)):
            label = series[key]["endLabel"]
            tall = sum(part["lineHeight"] for part in label["rich"].values())
            middle = grid["top"] + height * (axis["max"] - end) / (axis["max"] - axis["min"]) + label["offset"][1]
            assert middle - tall / 2 >= 0
            assert middle + tall / 2 <= grid["top"] + height + grid["bottom"]
            tops.append((middle, tall))
        assert abs(tops[0][0] - tops[1][0]) >= tops[0][1]


def test_a_fan_says_its_finding_and_both_ends() -> None:
    spec = _fan()
    assert spec.sentence.startswith("The wait falls. At the end, 2024Q1.")
    assert "In force: 50 weeks in the middle world, 46 to 54 in nine of ten." in spec.sentence
    assert "Your draft: 35 weeks" in spec.sentence
    assert spec.rows[-1] == ("2024Q1", "50", "46 to 54", "35", "31 to 39")
    assert spec.rows[0] == ("2023Q1", "10", "", "", "")


def test_a_fan_without_a_draft_shows_what_is_in_force() -> None:
    spec = fan(QUARTERS, [10, 20], _bands(30, 40, 50), unit="weeks")
    assert not [one for one in spec.option["series"] if one["id"].startswith("d")]
    assert len(spec.head) == 3


def test_a_fan_refuses_bands_of_another_length() -> None:
    with pytest.raises(ValueError, match="5 quarters less 1 of history leave 4"):
        fan(QUARTERS, [10], _bands(30, 40, 50), unit="weeks")


def test_a_fan_of_gaps_is_drawn_with_gaps() -> None:
    spec = fan(QUARTERS, [NAN, 20], Bands(*([[NAN, 1.0, 2.0]] * 5)), unit="share")
    assert json.dumps(spec.option, allow_nan=False)
    assert spec.option["series"][-1]["data"] == [GAP, 20, GAP, 1, 2]


def test_the_stage_that_binds_is_lit_and_nothing_else() -> None:
    series = _sankey().option["series"][0]
    links = {(one["source"], one["target"]): one["lineStyle"] for one in series["links"]}
    assert links["f", "p"] == {"color": "@st-25D", "opacity": 0.42} == links["p", "a"]
    assert links["f", "q"]["color"] == "@bind"
    assert ("f", "o") not in links
    nodes = {one["name"]: one for one in series["data"]}
    assert "o" not in nodes
    assert nodes["p"]["itemStyle"]["borderColor"] == "@bind"
    assert "2.5D binds" in nodes["p"]["label"]["formatter"]
    assert "borderColor" not in nodes["f"]["itemStyle"]


def test_without_a_binding_stage_all_is_grey() -> None:
    spec = sankey([Node("f", "Fabs", 0, 1, "@TWN"), Node("p", "2.5D", 1, 1, "@st-25D")], [Link("f", "p", 1)], unit="kwpm")
    assert spec.option["series"][0]["links"][0]["lineStyle"]["color"] == "@force"
    assert "No stage binds." in spec.sentence


def test_a_phone_gets_short_names() -> None:
    phone = _sankey().phone
    assert phone is not None
    assert "{n|AI}" in json.dumps(phone, ensure_ascii=False)
    assert "Accelerators" not in json.dumps(phone)


def test_between_two_columns_a_phone_has_room_for_a_name_only() -> None:
    spec = _sankey()
    assert spec.phone is not None
    for option, told in ((spec.option, 3), (spec.phone, 2)):
        nodes = option["series"][0]["data"]
        assert len({node["depth"] for node in nodes if "{v|" in node["label"]["formatter"]}) == told


def test_a_link_to_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="'x', which is no node; nodes are f"):
        sankey([Node("f", "Fabs", 0, 1, "@TWN")], [Link("f", "x", 1)], unit="kwpm")


def test_areas_on_the_map_follow_capacity() -> None:
    spec = _map()
    series = {one["id"]: one for one in spec.option["series"]}
    rings = {one["name"]: one for one in series["rings"]["data"]}
    assert rings["TWN"]["symbolSize"] / rings["USA"]["symbolSize"] == pytest.approx(math.sqrt(600 / 80), rel=0.01)
    assert {one["name"] for one in series["cores"]["data"]} == {"TWN", "USA"}
    assert [one["name"] for one in series["binding"]["data"]] == ["TWN"]
    assert "Taiwan has 90 % of the capacity for 2.5D and 3D: 18 of 20 kwpm." in spec.sentence
    assert spec.maps == {"world": "world-110m-pacific.geojson"}


def test_the_map_knows_every_jurisdiction() -> None:
    assert set(POSITIONS) == set(JURISDICTIONS)
    assert set(regions()) == set(JURISDICTIONS) - {"SGP"}  # below the map's resolution: a mark only
    with pytest.raises(ValueError, match="'ATL' is not on the map"):
        world_map([Place("ATL", 1, 1)])


def test_flows_are_scaled_within_their_stage() -> None:
    flows = _map().option["series"][0]["data"]
    assert [one["lineStyle"]["color"] for one in flows] == ["@st-HBM", "@st-HBM"]
    assert flows[0]["lineStyle"]["width"] > 2 * flows[1]["lineStyle"]["width"]


def test_ranks_are_written_for_me_and_those_in_focus() -> None:
    spec = _bump()
    lines = {one["name"]: one for one in spec.option["series"]}
    assert lines["USA"]["lineStyle"]["width"] > lines["TWN"]["lineStyle"]["width"] > lines["KOR"]["lineStyle"]["width"]
    assert [lines[p]["data"][0]["label"]["show"] for p in ("USA", "TWN", "KOR")] == [True, True, False]
    assert lines["KOR"]["data"][1]["value"] == GAP
    assert spec.option["yAxis"]["inverse"] is True
    assert "United States: 2nd at best, 3rd at worst." in spec.sentence
    with pytest.raises(ValueError, match="TWN has 1 ranks for 2 columns"):
        bump(["a", "b"], {"TWN": [1]})


def test_bars_stand_in_order_and_name_their_values() -> None:
    spec = _bars()
    assert spec.option["yAxis"]["data"] == ["Taiwan", "US", "Korea"]
    assert spec.option["series"][0]["data"][1]["label"]["formatter"] == "31 ▲2"
    assert spec.option["xAxis"]["min"] == -4
    assert "Most: Taiwan, 58 %. Least: Korea, −4 %." in spec.sentence


def test_nothing_to_show_is_said() -> None:
    assert bars([], unit="%").sentence == "There is nothing to show yet."
    assert world_map([]).sentence == "No packaging capacity stands anywhere."
    assert bump([], {}).sentence == "Nobody is ranked yet."


def test_small_fans_share_a_picture_and_no_axis() -> None:
    spec = _small()
    assert [axis["gridIndex"] for axis in spec.option["xAxis"]] == [0, 1]
    assert {series["xAxisIndex"] for series in spec.option["series"]} == {0, 1}
    stacks = {series["stack"] for series in spec.option["series"] if "stack" in series}
    assert stacks == {"0-f90", "0-f50", "1-f90", "1-f50"}
    assert "Wait: " in spec.sentence
    assert "Fill: " in spec.sentence


def test_a_sparkline_has_gaps_and_words() -> None:
    drawn = sparkline([1, NAN, 3], words="Wait")
    assert 'aria-label="Wait: from 1 to 3"' in drawn
    assert drawn.count("M") == 2  # lifted at the gap
    assert "nan" not in drawn
    assert "nan" not in sparkline([NAN, NAN], words="Wait")
    assert "nan" not in sparkline([5.0], words="Wait")


@pytest.mark.parametrize(("value", "shown"), [(0.0, 0.0), (float("inf"), GAP), (1234567.8, 1234568.0), (0.00012349, 0.0001235)])
def test_numbers_are_rounded_for_the_wire(value: float, shown: float | str) -> None:
    assert clean(value) == shown


@pytest.mark.parametrize(("low", "high"), [(0, 44), (0.31, 0.38), (-3, 900), (5, 5), (NAN, NAN), (0, 1e-9), (0, 2e9)])
def test_scales_hold_their_values_in_few_round_steps(low: float, high: float) -> None:
    first, last, step = nice_scale(low, high)
    if math.isfinite(low):
        assert first <= low
        assert last >= high
    assert 1 <= (last - first) / step <= 8

"""What a scenario must keep beyond the schema: dates, words, roles, history, cited figures."""

from __future__ import annotations

import pytest

PRODUCT = "designers.NVIDIA.products[0]"
TWN = "jurisdictions.TWN"


# dates ----------------------------------------------------------------------------------------------------------------


def test_play_begins_after_the_start(refuse) -> None:
    refused = refuse(("play_from: 2022Q3", "play_from: 2021Q4"))
    assert refused.lines == [f"{refused.at('2021Q4')}play_from: found 2021Q4; allowed a quarter from 2022Q1 (the start) on"]


def test_the_end_comes_last(refuse) -> None:
    refused = refuse(("end: 2024Q4", "end: 2022Q2"))
    assert refused.lines == [f"{refused.at('2022Q2')}end: found 2022Q2; allowed a quarter from 2022Q3 on, when play begins"]


def test_growth_regimes_ascend_and_begin_at_once(refuse) -> None:
    refused = refuse(
        ("      - quarter: 2022Q1\n        value: {value: 0, a", "      - quarter: 2023Q2\n        value: {value: 0, a")
    )
    address = "segments.ai_accelerator.growth_per_quarter"
    assert [line.split(": ", 1)[1] for line in refused.lines] == [
        f"{address}[0].quarter: found 2023Q2; allowed at the latest 2022Q2 (the quarter after the start is the first to grow)",
        f"{address}[1].quarter: found 2023Q2; allowed a quarter after 2023Q2: dates ascend",
    ]


def test_there_is_a_growth_regime(refuse) -> None:
    start = "      - quarter: 2022Q1\n        value: {value: 0, assumption: [-0.1, 0.1]}\n"
    second = "      - quarter: 2023Q2\n        value: {value: 0.3, assumption: [0.1, 0.5]}\n"
    refused = refuse(("    growth_per_quarter:\n" + start + second, "    growth_per_quarter: []\n"))
    expected = "segments.ai_accelerator.growth_per_quarter: found an empty list; allowed at least one growth regime"
    assert refused.lines == [refused.at("growth_per_quarter: []") + expected]


def test_generations_begin_when_the_product_can_first_be_ordered(refuse) -> None:
    refused = refuse(("- quarter: 2022Q1\n            compute", "- quarter: 2023Q1\n            compute"))
    assert refused.lines == [
        f"{refused.at('2023Q1' + chr(10) + '            compute')}{PRODUCT}.generations[0].quarter: "
        "found 2023Q1; allowed at the latest 2022Q1 (when the product can first be ordered)"
    ]


def test_shells_open_from_the_start_on(refuse) -> None:
    refused = refuse(("          - quarter: 2023Q2\n            room", "          - quarter: 2021Q2\n            room"))
    expected = "firms.TSMC.lines[1].shells[0].quarter: found 2021Q2; allowed a quarter from 2022Q1 (the start) on"
    assert refused.lines == [f"{refused.at('2021Q2')}{expected}; what stands before belongs to shell_room"]


def test_shells_ascend(refuse) -> None:
    again = "\n          - quarter: 2023Q1\n            room: {value: 1, assumption: [0, 2]}"
    refused = refuse(("room: {value: 26, assumption: [20, 30]}", "room: {value: 26, assumption: [20, 30]}" + again))
    expected = "firms.TSMC.lines[1].shells[1].quarter: found 2023Q1; allowed a quarter after 2023Q2: dates ascend"
    assert refused.lines == [refused.at("2023Q1\n            room") + expected]


# words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("allies: [USA]", "allies: [KOR]", f"{TWN}.allies[0]"),
        ("headquarters: TWN", "headquarters: KOR", "firms.TSMC.headquarters"),
        (
            "stage: fan_out\n        jurisdiction: TWN",
            "stage: fan_out\n        jurisdiction: KOR",
            "firms.ASE.lines[0].jurisdiction",
        ),
        ("headquarters: USA", "headquarters: KOR", "designers.NVIDIA.headquarters"),
        (
            "        relative_value: {value: 1,",
            "        not_to: [KOR]\n        relative_value: {value: 1,",
            f"{PRODUCT}.not_to[0]",
        ),
        ("      TWN: {value: 0.29,", "      KOR: {value: 0.29,", "segments.ai_accelerator.destinations.KOR"),
    ],
)
def test_jurisdictions_that_are_used_are_declared(refuse, old: str, new: str, path: str) -> None:
    refused = refuse((old, new))
    assert refused.lines == [
        f"{refused.at('KOR')}{path}: found KOR, which the scenario does not declare; allowed TWN, USA (under jurisdictions)"
    ]


def test_the_place_of_a_source_is_declared(refuse) -> None:
    refused = refuse(("          - firm: ASE\n", "          - firm: ASE\n            jurisdiction: KOR\n"))
    assert [problem.path for problem in refused.problems] == [
        f"{PRODUCT}.packagers[1].firm",
        f"{PRODUCT}.packagers[1].jurisdiction",
    ]


def test_stages_that_are_used_are_declared(refuse) -> None:
    refused = refuse(("  hbm: *stage\n", ""))
    expected = "firms.SK hynix.lines[0].stage: found hbm, which the scenario does not declare"
    assert refused.lines == [
        f"{refused.at('hbm' + chr(10) + '        jur')}{expected}; allowed wafers_leading, substrate (under stages)"
    ]


def test_technologies_that_are_used_are_declared(refuse) -> None:
    refused = refuse(("  interposer_2_5d: *technology\n", ""))
    assert [problem.path for problem in refused.problems] == [
        "firms.TSMC.lines[1].stage",
        f"{PRODUCT}.generations[0].recipes[0].technology",
    ]
    assert all(problem.allowed == "fan_out (under technologies)" for problem in refused.problems)


def test_technologies_do_not_stand_under_stages(refuse) -> None:
    refused = refuse(("  hbm: *stage\n", "  hbm: *stage\n  conventional: *stage\n"))
    expected = "stages.conventional: found the packaging technology conventional; allowed stages that are not packaging"
    assert refused.lines == [f"{refused.at('conventional')}{expected}; technologies stand under 'technologies'"]


# roles ----------------------------------------------------------------------------------------------------------------


def test_bounds_belong_to_levers_of_the_role(refuse) -> None:
    refused = refuse(("        tax_credit: {value: 0.25", "        fab_grant: {value: 0.25"))
    address = f"{TWN}.government.bounds.fab_grant"
    assert refused.lines == [
        f"{refused.at('fab_grant')}{address}: found a bound of fab_grant, which the role does not have; "
        "allowed tax_credit, export_control, workforce (its levers)"
    ]


def test_bounds_narrow_the_catalogue(refuse) -> None:
    refused = refuse(
        ("tax_credit: {value: 0.25, assumption: [0.05, 0.25]}", "tax_credit: {value: 0.45, assumption: [0.05, 0.5]}")
    )
    address = f"{TWN}.government.bounds.tax_credit.value"
    assert refused.lines == [
        f"{refused.at('0.45, assumption: [0.05')}{address}: found 0.45; allowed 0 to 0.35 share of capex (bounds of the lever)"
    ]


def test_levers_stand_once(refuse) -> None:
    refused = refuse(("levers: [tax_credit,", "levers: [workforce, tax_credit,"))
    assert refused.lines == [
        f"{refused.at('workforce]')}{TWN}.government.levers[3]: found workforce again; allowed each lever once"
    ]


@pytest.mark.parametrize("mandate", ["{S: {value: 0, assumption: [0, 60]}}", "{}"])
def test_a_mandate_asks_for_something(refuse, small: str, mandate: str) -> None:
    old = small[small.index("      mandate:") : small.index("  USA:\n    brownfield")]
    refused = refuse((old, f"      mandate: {mandate}\n"))
    expected = f"{TWN}.government.mandate: found weights that sum to 0; allowed weights of which at least one is above 0"
    assert refused.lines == [refused.at("mandate") + expected]


# history --------------------------------------------------------------------------------------------------------------

LINE = "line: 2023Q1 tax_credit packaging 0.05"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2023Q1 tax_credit packaging 5", "allowed a line of a policy: amount 5 is out of bounds; allowed is 0 to 0.35"),
        ("2023Q5 tax_credit packaging 0.05", "'2023Q5' is not a quarter"),
        ("nothing", "'nothing' is not a quarter"),
        ("2023Q1 tax_credits packaging 0.05", "Did you mean 'tax_credit'?"),
    ],
)
def test_history_reads_as_lines_of_a_policy(refuse, line: str, said: str) -> None:
    refused = refuse((LINE, f"line: {line}"))
    assert refused.lines[0].startswith(
        f"{refused.at(line)}history.TWN[0].line: found the line '{line}'; allowed a line of a policy: "
    )
    assert said in refused.lines[0]


def test_history_cites_figures_that_exist(refuse) -> None:
    refused = refuse(("figure: tw_10_2", "figure: tw_10_3"))
    assert refused.lines == [
        f"{refused.at('tw_10_3')}history.TWN[0].figure: found unknown figure 'tw_10_3'; allowed an id of configs/figures. "
        "Did you mean 'tw_10_2'?"
    ]


@pytest.mark.parametrize(
    ("sources", "found"), [("", "no source"), ("\n      figure: tw_10_2\n      assumption: so", "figure and assumption")]
)
def test_history_has_one_source(refuse, sources: str, found: str) -> None:
    refused = refuse((f"{LINE}\n      figure: tw_10_2", LINE + sources))
    assert refused.lines[0].endswith(
        f"history.TWN[0]: found {found} for a dated decision; allowed exactly one of figure, assumption"
    )


def test_history_belongs_to_a_government(refuse) -> None:
    refused = refuse(("history:\n  TWN:", "history:\n  USA:"))
    expected = "history.USA: found decisions of USA, which has no government; allowed TWN (jurisdictions with a government)"
    assert refused.lines == [refused.at("USA:\n    - line") + expected]


def test_history_decides_once(refuse) -> None:
    refused = refuse((LINE, f"{LINE}\n      figure: tw_10_2\n    - line: 2023Q1 tax_credit packaging 0.10"))
    assert refused.lines == [
        f"{refused.at('2023Q1 tax_credit packaging 0.10')}history.TWN[1].line: "
        "found a second decision on tax_credit packaging in 2023Q1; "
        "allowed one decision of a government on a lever and item in a quarter"
    ]


def test_history_names_declared_jurisdictions(refuse) -> None:
    refused = refuse((LINE, "line: 2023Q1 export_control hbm 1 on CHN"))
    assert refused.lines[0].endswith(
        "history.TWN[0].line: found CHN under 'on', which the scenario does not declare; allowed TWN, USA (under jurisdictions)"
    )


# figures --------------------------------------------------------------------------------------------------------------


def test_an_unknown_figure(refuse) -> None:
    refused = refuse(("capacity: {value: 8, figure: cowos_2022end}", "capacity: {value: 8, figure: cowos_2022ends}"))
    assert refused.lines == [
        f"{refused.at('cowos_2022ends')}firms.TSMC.lines[1].capacity.figure: found unknown figure 'cowos_2022ends'; "
        "allowed an id of configs/figures. Did you mean 'cowos_2022end'?"
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        (
            "capacity: {value: 8, figure: cowos_2022end}",
            "capacity: {value: 11.5, figure: cowos_2022end}",
            "firms.TSMC.lines[1].capacity",
            "found 11.5; allowed 8 to 10 kwpm, as figure cowos_2022end states",
        ),
        (
            "long_term_share: {value: 0.4, figure: nv_cowos_2023}",
            "long_term_share: {value: 0.41, figure: nv_cowos_2023}",
            f"{PRODUCT}.long_term_share",
            "found 0.41; allowed 0.4 share, as figure nv_cowos_2023 states",
        ),
        (
            "price_usd_per_unit: {value: 19000, figure: n4_wafer}",
            "price_usd_per_unit: {value: 21000, figure: n4_wafer}",
            "stages.wafers_leading.price_usd_per_unit",
            "found 21000; allowed 18000 to 20000 USD / wafer, as figure n4_wafer states",
        ),
        (
            "cash_musd: {value: 2000, assumption: [1000, 3000]}",
            "cash_musd: {value: 500, figure: amkor}",
            "firms.ASE.cash_musd",
            "found 500; allowed 407 M USD, as figure amkor states",
        ),
    ],
)
def test_a_number_in_the_unit_of_its_figure_lies_within_it(refuse, old: str, new: str, path: str, said: str) -> None:
    refused = refuse((old, new))
    value = new.split("value: ")[1].split(",")[0]
    assert refused.lines[0] == f"{refused.at(f'{value}, figure')}{path}: {said}"


def test_a_derived_number_mentions_a_figure(refuse) -> None:
    refused = refuse(("derived: nv_units_2022 / 4 with others", "derived: nv_unit_2022 / 4 with others"))
    assert refused.lines == [
        f"{refused.at('nv_unit_2022')}segments.ai_accelerator.demand_kunits_per_quarter.derived: "
        "found 'nv_unit_2022 / 4 with others', which mentions no published figure; "
        "allowed a text with the id of at least one figure of configs/figures. "
        "Did you mean 'nv_units_2022'?"
    ]

"""What a government may decide and can pay, in a small scenario that is written out here."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from policygame.catalogue import LEVERS, Quarter
from policygame.scenario.numbers import Number
from policygame.scenario.policy import Policy, PolicyError, Setting
from policygame.scenario.policy_checks import check_policy, policy_problems
from policygame.scenario.schema import Government, History, Jurisdiction, Scenario, Segment, Stage, Technology


def number(value: float) -> Number:
    return Number(value=value, assumption=(value, value))


def government(income_musd_per_year: float, levers: tuple[str, ...] = tuple(LEVERS), **bounds: float) -> Government:
    return Government(
        packaging_income_musd_per_year=number(income_musd_per_year),
        fab_income_musd_per_year=number(1000.0),
        levers=levers,
        bounds={lever: number(high) for lever, high in bounds.items()},
        mandate={"S": number(100.0)},
    )


def small_scenario(income_musd_per_year: float = 800.0, history: tuple[str, ...] = ()) -> Scenario:
    """Four places (VNM without a government), two technologies, HBM and leading wafers, 2023Q1 to 2025Q4."""
    roles = {
        "USA": government(income_musd_per_year, packaging_grant=0.5, workforce=900.0),
        "TWN": government(250.0, ("tax_credit", "packaging_rnd", "alliance")),
        "CHN": government(900.0),
        "VNM": None,
    }
    scenario: Scenario = partial(
        Scenario,
        name="small",
        start="2023Q1",
        play_from="2023Q3",
        end="2025Q4",
        jurisdictions={name: partial(Jurisdiction, government=role) for name, role in roles.items()},
        technologies={name: partial(Technology) for name in ("conventional", "interposer_2_5d")},
        stages={name: partial(Stage) for name in ("wafers_leading", "hbm")},
        segments={"ai_accelerator": partial(Segment)},
        history={"USA": tuple(History(line=line, assumption="for this test") for line in history)},
    )
    return scenario


def partial(section: type[BaseModel], **fields: Any) -> Any:
    """A section of a scenario that states only what the checks of a policy read."""
    return section.model_construct(**fields)


def said(text: str, name: str = "USA", scenario: Scenario | None = None) -> list[str]:
    """What is wrong with a policy, problem by problem."""
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text).check(scenario or small_scenario(), name)
    return [str(problem) for problem in caught.value.problems]


class TestRole:
    def test_a_policy_within_role_scenario_and_income_passes(self) -> None:
        policy = Policy.parse("""
            2023Q3 packaging_grant interposer_2_5d 0.5 cap 1500 guardrail CHN,VNM priority until 2025Q4
            2023Q3 fab_grant wafers_leading 0.7
            2023Q3 tax_credit fabrication 0.35
            2023Q3 workforce packaging 50
            2023Q3 export_control advanced_logic 1 on CHN
            2024Q1 alliance pooled_capacity 0.2 with TWN
            2024Q1 stockpile ai_accelerator 10
            2025Q4 supplier_programme hbm 40
            """)
        policy.check(small_scenario(), "USA")
        assert policy_problems(policy, small_scenario(), "USA") == ()
        Policy().check(small_scenario(), "TWN")

    def test_an_unknown_government_is_told_who_governs(self) -> None:
        with pytest.raises(PolicyError) as caught:
            Policy().check(small_scenario(), "USB")
        assert str(caught.value) == (
            "the policy of 'USB' in scenario small has an error:\n"
            "  unknown government 'USB'; governments of small are USA, TWN, CHN. Did you mean 'USA'?"
        )

    def test_a_place_where_nobody_governs_is_told_apart(self) -> None:
        assert said("", "VNM") == [
            "VNM has no 'government' section in the scenario, so nobody decides there; governments of small are USA, TWN, CHN"
        ]

    def test_a_lever_that_the_role_lacks_is_refused_with_those_it_has(self) -> None:
        assert said("2023Q3 workforce packaging 5", "TWN") == [
            "line 1, '2023Q3 workforce packaging 5': TWN may not use workforce; "
            "its levers are tax_credit, packaging_rnd, alliance"
        ]

    def test_the_bound_of_the_role_is_narrower_than_the_catalogue_s(self) -> None:
        assert said("2023Q3 packaging_grant interposer_2_5d 0.6") == [
            "line 1, '2023Q3 packaging_grant interposer_2_5d 0.6': amount 0.6 is over the bound of USA; "
            "allowed is 0 to 0.5 share of capex"
        ]
        Policy.parse("2023Q3 packaging_grant interposer_2_5d 0.6").check(small_scenario(), "CHN")

    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        text = """2022Q4 workforce packaging 1000
            2026Q1 packaging_grant hybrid_3d 0.4 guardrail TWN,KOR"""
        with pytest.raises(PolicyError) as caught:
            check_policy(Policy.parse(text, source="plan.txt"), small_scenario(), "TWN")
        first = "line 1 of plan.txt, '2022Q4 workforce packaging 1000'"
        second = "line 2 of plan.txt, '2026Q1 packaging_grant hybrid_3d 0.4 guardrail TWN,KOR'"
        levers = "its levers are tax_credit, packaging_rnd, alliance"
        assert str(caught.value).splitlines() == [
            "the policy of 'TWN' in scenario small has 8 errors:",
            f"  {first}: TWN may not use workforce; {levers}",
            f"  {first}: 2022Q4 lies outside the scenario, which runs from 2023Q1 to 2025Q4",
            f"  {second}: TWN may not use packaging_grant; {levers}",
            f"  {second}: 2026Q1 lies outside the scenario, which runs from 2023Q1 to 2025Q4",
            f"  {second}: the scenario has no technology hybrid_3d; allowed for packaging_grant: conventional, interposer_2_5d",
            f"  {second}: 'guardrail' names TWN itself; allowed are USA, CHN, VNM",
            f"  {second}: 'guardrail' names KOR, which the scenario does not have; allowed are USA, CHN, VNM",
            "  by 2023Q1 fixed outlays since 2023Q1 reach 1000 M USD; the packaging purse of TWN has received 62.5 M USD "
            "(62.5 a quarter). "
            "Shrink line 1 of plan.txt ('2022Q4 workforce packaging 1000') from 1000 to 62.5 M USD a quarter, or end it earlier",
        ]

    def test_scenario_words_are_checked_for_an_unknown_government_too(self) -> None:
        assert said("2023Q3 stockpile defence 5", "KOR") == [
            "unknown government 'KOR'; governments of small are USA, TWN, CHN.",
            "line 1, '2023Q3 stockpile defence 5': the scenario has no segment defence; allowed for stockpile: ai_accelerator",
        ]


class TestScenario:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (
                "2023Q3 packaging_rnd fan_out 5",
                "the scenario has no technology fan_out; allowed for packaging_rnd: conventional, interposer_2_5d",
            ),
            (
                "2023Q3 fab_grant wafers_mature 0.1",
                "the scenario has no stage wafers_mature; allowed for fab_grant: wafers_leading",
            ),
            ("2023Q3 supplier_programme tools 5", "the scenario has no stage tools; allowed for supplier_programme: hbm"),
            (
                "2023Q3 export_control tools 1 on CHN",
                "the scenario has no stage tools; allowed for export_control: hbm, advanced_logic",
            ),
            ("2023Q3 stockpile mobile 5", "the scenario has no segment mobile; allowed for stockpile: ai_accelerator"),
            ("2023Q3 export_control hbm 1 on USA", "'on' names USA itself; allowed are TWN, CHN, VNM"),
            (
                "2023Q3 alliance shared_rnd 1 with JPN",
                "'with' names JPN, which the scenario does not have; allowed are TWN, CHN, VNM",
            ),
            ("2022Q4 tax_credit packaging 0.1", "2022Q4 lies outside the scenario, which runs from 2023Q1 to 2025Q4"),
            ("2026Q1 tax_credit packaging 0.1", "2026Q1 lies outside the scenario, which runs from 2023Q1 to 2025Q4"),
        ],
    )
    def test_what_the_scenario_does_not_have_is_refused(self, line: str, message: str) -> None:
        assert said(line) == [f"line 1, '{line}': {message}"]

    @pytest.mark.parametrize("line", ["2023Q1 tax_credit packaging 0.1", "2025Q4 tax_credit packaging 0.1 until 2030Q4"])
    def test_the_first_and_the_last_quarter_belong_to_the_scenario(self, line: str) -> None:
        Policy.parse(line).check(small_scenario(), "USA")

    def test_settings_built_in_python_are_named_by_their_line_form(self) -> None:
        policy = Policy((Setting(Quarter.parse("2023Q3"), "stockpile", "mobile", 5.0),))
        with pytest.raises(PolicyError, match="\n  '2023Q3 stockpile mobile 5': the scenario has no segment mobile"):
            policy.check(small_scenario(), "USA")


class TestMoney:
    """The purse of 800 M USD a year has received 200 a quarter since 2023Q1; the scenario has twelve quarters."""

    @pytest.mark.parametrize(
        "text",
        [
            "2023Q1 workforce packaging 200",
            "2023Q1 workforce packaging 100\n2023Q1 packaging_rnd conventional 60\n2023Q1 supplier_programme hbm 40",
            "2025Q1 workforce packaging 600",  # eight quarters saved: 12 x 200 = 4 x 600
            "2024Q1 workforce packaging 600 until 2024Q2",
            "2024Q1 packaging_grant interposer_2_5d 0.5 cap 100000",  # awards are cut to the purse when they are made
            "2024Q1 fab_grant wafers_leading 0.5 cap 100000",
        ],
    )
    def test_what_income_and_savings_pay_passes(self, text: str) -> None:
        Policy.parse(text).check(small_scenario(), "USA")

    def test_the_first_quarter_that_cannot_be_paid_is_named_with_the_line_to_shrink(self) -> None:
        # 300 a quarter from 2023Q3 is too much in the seventh quarter: 5 x 300 = 1500 > 7 x 200
        text = "2023Q3 workforce packaging 250\n2023Q3 packaging_rnd conventional 50"
        assert said(text) == [
            "by 2024Q3 fixed outlays since 2023Q1 reach 1500 M USD; the packaging purse of USA has received 1400 M USD "
            "(200 a quarter). "
            "Shrink line 1 ('2023Q3 workforce packaging 250') from 250 to 190 M USD a quarter, or end it earlier"
        ]
        Policy.parse("2023Q3 workforce packaging 190\n2023Q3 packaging_rnd conventional 50").check(small_scenario(), "USA")

    def test_of_several_lines_the_one_that_is_cut_least_is_proposed(self) -> None:
        text = "2023Q1 workforce packaging 150\n2023Q1 packaging_rnd conventional 100"
        advice = "Shrink line 1 ('2023Q1 workforce packaging 150') from 150 to 100 M USD a quarter, or end it earlier"
        assert said(text)[0].endswith(advice)

    def test_where_no_single_line_is_enough_all_are_scaled(self) -> None:
        text = "2023Q1 workforce packaging 300\n2023Q1 packaging_rnd conventional 300\n2023Q1 supplier_programme hbm 300"
        assert said(text) == [
            "by 2023Q1 fixed outlays since 2023Q1 reach 900 M USD; the packaging purse of USA has received 200 M USD "
            "(200 a quarter). "
            "No single line is enough: multiply the amounts by 0.2222 in line 2 ('2023Q1 packaging_rnd conventional 300'); "
            "line 1 ('2023Q1 workforce packaging 300'); line 3 ('2023Q1 supplier_programme hbm 300')"
        ]

    def test_the_scenario_s_history_is_paid_first(self) -> None:
        scenario = small_scenario(history=("2023Q1 workforce packaging 150",))
        Policy.parse("2023Q1 packaging_rnd conventional 50").check(scenario, "USA")
        Policy.parse("2023Q1 workforce packaging 200").check(scenario, "USA")  # takes the place of the history's
        assert said("2023Q1 packaging_rnd conventional 60", scenario=scenario) == [
            "by 2023Q1 fixed outlays since 2023Q1 reach 210 M USD, 150 of them by the scenario's history; the packaging "
            "purse of USA has received 200 M USD (200 a quarter). "
            "Shrink line 1 ('2023Q1 packaging_rnd conventional 60') from 60 to 50 M USD a quarter, or end it earlier"
        ]

    def test_a_history_that_spends_everything_leaves_nothing(self) -> None:
        scenario = small_scenario(history=("2023Q1 workforce packaging 250",))
        Policy.parse("2023Q3 packaging_grant conventional 0.2").check(scenario, "USA")
        assert said("2023Q3 packaging_rnd conventional 1", scenario=scenario) == [
            "by 2023Q3 fixed outlays since 2023Q1 reach 751 M USD, 750 of them by the scenario's history; the packaging "
            "purse of USA has received 600 M USD (200 a quarter). Nothing is left to pay for it: "
            "leave out line 1 ('2023Q3 packaging_rnd conventional 1')"
        ]

    def test_a_wrong_line_of_the_history_is_named(self) -> None:
        with pytest.raises(PolicyError, match=re.escape("column 8 of history.USA[1]: unknown lever 'work'")):
            Policy().check(small_scenario(history=("2023Q1 workforce packaging 1", "2023Q1 work packaging 1")), "USA")

    def test_history_is_a_policy(self) -> None:
        scenario = small_scenario(history=("2023Q3 workforce packaging 1", "2023Q1 workforce packaging 2"))
        assert str(Policy.of_history(scenario, "USA")) == "2023Q1 workforce packaging 2\n2023Q3 workforce packaging 1"
        assert Policy.of_history(scenario, "CHN") == Policy()

    fixed = st.sampled_from([("workforce", "packaging"), ("packaging_rnd", "conventional"), ("supplier_programme", "hbm")])
    plans = st.dictionaries(
        st.tuples(st.integers(0, 11), fixed), st.tuples(st.floats(0.0, 900.0), st.integers(0, 14)), max_size=6
    )

    @given(plans, st.floats(0.0, 2000.0), st.lists(st.floats(0.0, 200.0), max_size=1))
    def test_advice_taken_makes_the_policy_affordable(
        self, plan: dict[tuple[int, tuple[str, str]], tuple[float, int]], income: float, spent_by_history: list[float]
    ) -> None:
        start = Quarter.parse("2023Q1")
        scenario = small_scenario(
            income, tuple(f"2023Q1 workforce packaging {amount!r} until 2024Q4" for amount in spent_by_history)
        )
        policy = Policy(
            tuple(
                Setting(start + ahead, *key, amount, {"until": start + ahead + lasting})
                for (ahead, key), (amount, lasting) in plan.items()
            )
        )
        history = Policy.of_history(scenario, "USA")
        problems = policy_problems(policy, scenario, "USA")
        if not problems:
            assert_paid(history + policy, policy, income)
            return
        advice = str(problems[0])
        if single := re.search(r"Shrink '(.+)' from (\S+) to (\S+) M USD", advice):
            better = [with_amount(s, float(single[3])) if str(s) == single[1] else s for s in policy.settings]
            assert better != list(policy.settings)
        elif every := re.search(r"multiply the amounts by (\S+) in", advice):
            better = [with_amount(s, s.amount * float(every[1])) for s in policy.settings]
        else:
            assert "leave out" in advice
            better = [s for s in policy.settings if f"'{s}'" not in advice]
        assert policy_problems(Policy(tuple(better)), scenario, "USA") == ()


def with_amount(setting: Setting, amount: float) -> Setting:
    return Setting(setting.quarter, setting.lever, setting.item, amount, setting.options)


def assert_paid(plan: Policy, policy: Policy, income_musd_per_year: float) -> None:
    """Counts the money again, a quarter at a time: what the policy adds has come in before it is spent."""
    spent = spent_by_policy = 0.0
    for ahead in range(12):
        for setting in plan.in_force(Quarter.parse("2023Q1") + ahead):
            spent += setting.amount
            spent_by_policy += setting.amount if setting in policy.settings else 0.0
        assert spent_by_policy == 0.0 or spent <= income_musd_per_year / 4 * (ahead + 1) + 1e-5

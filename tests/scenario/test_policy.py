"""Policies as in a manual: writing them, reading them, slicing them, and what is said when one is wrong."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygame.catalogue import JURISDICTIONS, LEVERS, Lever, Option, Quarter
from policygame.errors import UserError
from policygame.scenario.policy import MAX_BYTES, Policy, PolicyError, Setting, TextPlace
from policygame.scenario.policy_lines import MOST_PROBLEMS
from policygame.scenario.setting import OptionValue, number_text

FULL = "2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500 guardrail CHN,VNM priority until 2026Q4"
JURISDICTION_LIST = "TWN, USA, CHN, KOR, JPN, EUR, MYS, SGP, IND, VNM, ROW"


def quarter(text: str) -> Quarter:
    return Quarter.parse(text)


def messages(text: str) -> list[str]:
    """What ``Policy.parse`` says about a text, problem by problem."""
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text)
    return [str(problem) for problem in caught.value.problems]


# Random valid settings, from the declarations of the catalogue.


def option_values(option: Option, start: Quarter) -> st.SearchStrategy[OptionValue]:
    if option.kind == "number":
        assert option.low is not None
        assert option.high is not None
        if option.unit == "years":
            return st.integers(int(option.low), int(option.high))
        return st.floats(option.low, option.high)
    if option.kind == "jurisdictions":
        return st.lists(st.sampled_from(list(JURISDICTIONS)), min_size=1, unique=True).map(tuple)
    if option.kind == "quarter":
        return st.integers(0, 40).map(lambda ahead: start + ahead)
    return st.just(True)


@st.composite
def settings(draw: st.DrawFn) -> Setting:
    lever: Lever = LEVERS[draw(st.sampled_from(list(LEVERS)))]
    start = quarter("2022Q1") + draw(st.integers(0, 43))
    amount = draw(st.floats(lever.low, lever.high))
    named = [name for name, option in lever.options.items() if option.required or draw(st.booleans())]
    options = {name: draw(option_values(lever.options[name], start)) for name in named}
    return Setting(start, lever.id, draw(st.sampled_from(lever.items)), amount, options)


policies = st.lists(settings(), max_size=12, unique_by=lambda setting: (setting.quarter, *setting.key)).map(
    lambda list_: Policy(tuple(list_))
)
quarters = st.integers(-4, 90).map(lambda ahead: quarter("2022Q1") + ahead)


class TestLineForm:
    def test_a_line_states_quarter_lever_item_amount_and_options(self) -> None:
        setting = Policy.parse_line(FULL)
        assert (setting.quarter, setting.lever, setting.item, setting.amount) == (
            quarter("2024Q1"),
            "packaging_grant",
            "interposer_2_5d",
            0.4,
        )
        assert dict(setting.options) == {"cap": 1500.0, "guardrail": ("CHN", "VNM"), "priority": True, "until": quarter("2026Q4")}
        assert str(setting) == FULL

    def test_what_a_setting_states_is_read_by_the_option_name(self) -> None:
        setting = Policy.parse_line("2024Q1 purchase_commitment interposer_2_5d 12 price 9000 years 5")
        assert (setting.number("price"), setting.number("years"), setting.number("cap"), setting.until) == (
            9000.0,
            5.0,
            None,
            None,
        )
        assert isinstance(setting.options["years"], int)
        grant = Policy.parse_line(FULL)
        assert (grant.flag("priority"), grant.flag("guardrail"), grant.jurisdictions("guardrail")) == (
            True,
            False,
            ("CHN", "VNM"),
        )
        assert (grant.number("priority"), grant.jurisdictions("cap"), grant.until) == (None, (), quarter("2026Q4"))

    def test_options_stand_in_any_order_and_comments_and_blanks_do_not_count(self) -> None:
        text = "\n# plan\n\t2024Q1   packaging_grant interposer_2_5d 0.40"
        text += " until 2026Q4 priority guardrail VNM,CHN cap 1.5e3 # big\r\n\n"
        assert str(Policy.parse(text)) == FULL

    def test_lines_are_sorted_by_quarter_then_by_the_order_of_the_catalogue(self) -> None:
        lines = [
            "2023Q1 stockpile defence 3",
            "2024Q1 packaging_grant fan_out 0.1",
            "2024Q1 packaging_grant hybrid_3d 0.1",
            "2024Q1 workforce packaging 9",
        ]
        assert str(Policy.parse("\n".join(reversed(lines)))) == "\n".join(lines)

    @pytest.mark.parametrize(
        ("written", "canonical"),
        [
            ("0.4", "0.4"),
            (".50", "0.5"),
            ("+1e-1", "0.1"),
            ("0", "0"),
            ("-0.0", "0"),
            ("1e-7", "1e-07"),
            ("0.30000000000000004", "0.30000000000000004"),
        ],
    )
    def test_amounts_are_written_as_the_shortest_text_of_the_float(self, written: str, canonical: str) -> None:
        assert str(Policy.parse_line(f"2024Q1 packaging_grant fan_out {written}")).split()[3] == canonical

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_number_text_reads_back_as_the_same_float(self, number: float) -> None:
        assert float(number_text(number)) == number

    @given(policies)
    def test_the_text_of_a_policy_reads_back_as_the_policy(self, policy: Policy) -> None:
        again = Policy.parse(str(policy))
        assert again == policy
        assert hash(again) == hash(policy)
        assert str(again) == str(policy)

    @given(settings())
    def test_the_line_of_a_setting_reads_back_as_the_setting(self, setting: Setting) -> None:
        assert Policy.parse_line(str(setting)) == setting

    @given(policies)
    def test_a_policy_survives_pickling_and_copying(self, policy: Policy) -> None:
        assert pickle.loads(pickle.dumps(policy)) == policy
        assert copy.deepcopy(policy) == policy

    @given(st.text(alphabet="2024Q1 packaging_grant,fan_out 0.4cap#\n", max_size=200) | st.text(max_size=200))
    def test_any_text_is_a_policy_or_a_policy_error(self, text: str) -> None:
        lines: list[int] = []
        policy = Policy()
        try:
            policy = Policy.parse(text)
        except PolicyError as error:
            lines = [problem.place.line for problem in error.problems] or [0]
        assert all(1 <= line <= text.count("\n") + 1 for line in lines)
        assert Policy.parse(str(policy)) == policy


class TestSetting:
    def test_what_python_gives_is_brought_to_one_form(self) -> None:
        options = {"guardrail": ["VNM", "CHN"], "cap": 1500, "priority": False}
        setting = Setting(quarter("2024Q1"), "packaging_grant", "fan_out", 0, options)  # type: ignore[arg-type]
        assert str(setting) == "2024Q1 packaging_grant fan_out 0 cap 1500 guardrail CHN,VNM"
        assert repr(setting) == f"Policy.parse_line('{setting}')"

    def test_settings_are_values_that_nobody_changes(self) -> None:
        one, two = Policy.parse_line(FULL), Policy.parse_line(FULL, TextPlace(7, source="plan.txt"))
        assert one == two
        assert len({one, two}) == 1
        assert one != Policy.parse_line(FULL.replace("1500", "1501"))
        with pytest.raises(TypeError):
            one.options["cap"] = 3.0  # type: ignore[index]

    def test_a_setting_that_breaks_the_catalogue_cannot_be_built(self) -> None:
        with pytest.raises(PolicyError) as caught:
            Setting(quarter("2024Q1"), "fab_grant", "fan_out", 0.8, {"cap": float("nan"), "price": 3.0})
        assert str(caught.value) == (
            "a setting has 4 errors:\n"
            "  unknown item of fab_grant 'fan_out'; allowed are wafers_leading, wafers_advanced, wafers_mature.\n"
            "  amount 0.8 is out of bounds; allowed is 0 to 0.7 share of capex\n"
            "  cap nan is out of bounds; allowed is 0 to 1000000 M USD\n"
            "  unknown option of fab_grant 'price'; allowed are cap, until."
        )
        assert isinstance(caught.value, UserError)

    @pytest.mark.parametrize(
        ("lever", "item", "amount", "options", "said"),
        [
            ("grant", "fan_out", 0.1, {}, f"unknown lever 'grant'; allowed are {', '.join(LEVERS)}. Did you mean 'fab_grant'?"),
            ("workforce", "packaging", True, {}, "amount 'True' is not a number; allowed is 0 to 2000 M USD / quarter"),
            ("workforce", "packaging", "50", {}, "amount '50' is not a number; allowed is 0 to 2000 M USD / quarter"),
            (
                "workforce",
                "packaging",
                50,
                {"until": "2026Q4"},
                "until '2026Q4' is not a Quarter; make one with Quarter.parse('2026Q4')",
            ),
            ("packaging_grant", "fan_out", 0.1, {"priority": "yes"}, "priority is a flag: True or False, not 'yes'"),
            (
                "packaging_grant",
                "fan_out",
                0.1,
                {"guardrail": "CHN"},
                f"guardrail 'CHN' is not a list of jurisdictions; allowed are {JURISDICTION_LIST}",
            ),
            (
                "packaging_grant",
                "fan_out",
                0.1,
                {"guardrail": ()},
                f"guardrail names no jurisdiction; allowed are {JURISDICTION_LIST}",
            ),
        ],
    )
    def test_each_mistake_from_python_has_its_sentence(
        self, lever: str, item: str, amount: float, options: dict[str, OptionValue], said: str
    ) -> None:
        with pytest.raises(PolicyError) as caught:
            Setting(quarter("2024Q1"), lever, item, amount, options)
        assert str(caught.value) == f"a setting has an error:\n  {said}"

    def test_a_quarter_written_as_text_is_refused(self) -> None:
        with pytest.raises(PolicyError, match=r"'2024Q1' is not a Quarter; make one with Quarter\.parse"):
            Setting("2024Q1", "workforce", "packaging", 50)  # type: ignore[arg-type]


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (
                "24Q1 workforce packaging 50",
                "line 1, column 1: '24Q1' is not a quarter; write the year, Q and 1 to 4, like 2024Q1",
            ),
            (
                "2024Q1 workforse packaging 50",
                f"line 1, column 8: unknown lever 'workforse'; allowed are {', '.join(LEVERS)}. Did you mean 'workforce'?",
            ),
            (
                "2024Q1 packaging_grant Fan-Out 0.4",
                "line 1, column 24: unknown item of packaging_grant 'Fan-Out'; allowed are conventional, fan_out, "
                "interposer_2_5d, hybrid_3d. Did you mean 'fan_out'?",
            ),
            ("2024Q1 workforce people 5", "line 1, column 18: unknown item of workforce 'people'; allowed is packaging."),
            (
                "2024Q1 packaging_grant fan_out 40%",
                "line 1, column 32: amount '40%' is not a number; allowed is 0 to 0.7 share of capex, written like 0.4 or 1500",
            ),
            (
                "2024Q1 packaging_grant fan_out 0.71",
                "line 1, column 32: amount 0.71 is out of bounds; allowed is 0 to 0.7 share of capex",
            ),
            (
                "2024Q1 workforce packaging -1",
                "line 1, column 28: amount -1 is out of bounds; allowed is 0 to 2000 M USD / quarter",
            ),
            (
                "2024Q1 workforce packaging 1e999",
                "line 1, column 28: amount inf is out of bounds; allowed is 0 to 2000 M USD / quarter",
            ),
            (
                "2024Q1 workforce packaging nan",
                "line 1, column 28: amount 'nan' is not a number; allowed is 0 to 2000 M USD / quarter, written like 0.4 or 1500",
            ),
            (
                "2024Q1 workforce",
                "line 1, column 17: the line ends before its item and amount; write it like "
                "'2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500'",
            ),
            (
                "2024Q1 fab_grant wafers_leading 0.2 caps 1500 until 2025Q4",
                "line 1, column 37: unknown option of fab_grant 'caps'; allowed are cap, until. Did you mean 'cap'?",
            ),
            (
                "2024Q1 fab_grant wafers_leading 0.2 cap",
                "line 1, column 37: option 'cap' needs a value: write 'cap <0 to 1000000 M USD>'",
            ),
            (
                "2024Q1 fab_grant wafers_leading 0.2 cap until 2025Q4",
                "line 1, column 37: option 'cap' needs a value: write 'cap <0 to 1000000 M USD>'",
            ),
            ("2024Q1 workforce packaging 50 until", "line 1, column 31: option 'until' needs a value: write 'until 2026Q4'"),
            (
                "2024Q1 packaging_grant fan_out 0.1 guardrail",
                f"line 1, column 36: option 'guardrail' needs a value: write 'guardrail CHN,VNM' (any of {JURISDICTION_LIST})",
            ),
            (
                "2024Q1 fab_grant wafers_leading 0.2 cap much",
                "line 1, column 41: cap 'much' is not a number; allowed is 0 to 1000000 M USD, written like 0.4 or 1500",
            ),
            (
                "2024Q1 fab_grant wafers_leading 0.2 cap -5",
                "line 1, column 41: cap -5 is out of bounds; allowed is 0 to 1000000 M USD",
            ),
            ("2024Q1 fab_grant wafers_leading 0.2 cap 5 cap 6", "line 1, column 43: option 'cap' stands twice; leave one out"),
            (
                "2024Q1 purchase_commitment fan_out 9 price 900 years 2.5",
                "line 1, column 54: years 2.5 must be a whole number of years",
            ),
            (
                "2024Q1 purchase_commitment fan_out 9 price 900 years 11",
                "line 1, column 54: years 11 is out of bounds; allowed is 1 to 10 years",
            ),
            (
                "2024Q1 purchase_commitment fan_out 9 price 900",
                "line 1, column 8: purchase_commitment needs 'years': add 'years <1 to 10 years>'. How long the guarantee runs.",
            ),
            (
                "2024Q1 export_control tools 1",
                f"line 1, column 8: export_control needs 'on': add 'on CHN,VNM' (any of {JURISDICTION_LIST}). "
                "The jurisdictions that the control is aimed at.",
            ),
            (
                "2024Q1 export_control tools 1 on CHN,cnh",
                f"line 1, column 38: unknown jurisdiction after 'on' 'cnh'; allowed are {JURISDICTION_LIST}. Did you mean 'CHN'?",
            ),
            ("2024Q1 export_control tools 1 on CHN,VNM,CHN", "line 1, column 42: on names CHN twice; leave one out"),
            (
                "2024Q1 export_control tools 1 on CHN, VNM",
                "line 1, column 38: on has an empty place in its list; join the ids by commas without spaces, like CHN,VNM",
            ),
            (
                "2024Q1 workforce packaging 50 until 2026",
                "line 1, column 37: '2026' is not a quarter; write the year, Q and 1 to 4, like 2024Q1",
            ),
            (
                "2024Q1 workforce packaging 50 until 2023Q4",
                "line 1, column 37: ends in 2023Q4, before it begins in 2024Q1; 'until' is the last quarter in which it holds",
            ),
        ],
    )
    def test_each_mistake_has_its_place_and_sentence(self, line: str, said: str) -> None:
        assert messages(line) == [said]

    def test_all_mistakes_of_a_text_are_told_at_once_in_order(self) -> None:
        text = f"{FULL}\n2024Q5 workforce packaging 3000\n# fine\n2025Q1 stockpile defense 5\n"
        with pytest.raises(PolicyError) as caught:
            Policy.parse(text, source="plan.txt")
        assert str(caught.value) == (
            "the policy in plan.txt has 3 errors:\n"
            "  line 2, column 1 of plan.txt: '2024Q5' is not a quarter; write the year, Q and 1 to 4, like 2024Q1\n"
            "  line 2, column 28 of plan.txt: amount 3000 is out of bounds; allowed is 0 to 2000 M USD / quarter\n"
            "  line 4, column 18 of plan.txt: unknown item of stockpile 'defense'; allowed are ai_accelerator, datacenter_cpu, "
            "memory_intensive, mobile, automotive_industrial, defence. Did you mean 'defence'?"
        )

    def test_a_decision_that_stands_twice_is_named_with_both_lines(self) -> None:
        text = "2024Q1 workforce packaging 50\n2025Q1 workforce packaging 50\n2024Q1 workforce packaging 60"
        assert messages(text) == [
            "line 3, '2024Q1 workforce packaging 60': decides workforce packaging in 2024Q1 again, after line 1; keep one of them"
        ]
        with pytest.raises(PolicyError, match="again, after '2024Q1 workforce packaging 50'; keep one of them"):
            Policy(tuple(Setting(quarter("2024Q1"), "workforce", "packaging", amount) for amount in (50, 60)))

    def test_a_mistake_in_an_unknown_option_does_not_hide_the_next_option(self) -> None:
        said = messages("2024Q1 fab_grant wafers_leading 0.2 roof 3 tiles until never")
        assert said == [
            "line 1, column 37: unknown option of fab_grant 'roof'; allowed are cap, until.",
            "line 1, column 56: 'never' is not a quarter; write the year, Q and 1 to 4, like 2024Q1",
        ]

    def test_ending_a_lever_needs_none_of_its_options(self) -> None:
        assert str(Policy.parse_line("2024Q1 export_control tools 0")) == "2024Q1 export_control tools 0"

    @pytest.mark.parametrize("line", ["", "   ", "# only a comment"])
    def test_a_line_without_a_setting_is_refused_where_one_is_asked_for(self, line: str) -> None:
        with pytest.raises(PolicyError) as caught:
            Policy.parse_line(line, TextPlace(source="history.USA[2]"))
        assert str(caught.value) == (
            "a line of a policy has an error:\n  history.USA[2]: there is no setting in it; write it like "
            "'2024Q1 packaging_grant interposer_2_5d 0.4 cap 1500'"
        )

    def test_a_text_that_is_no_policy_is_not_read_to_its_end(self) -> None:
        said = messages("x\n" * 400_000)
        assert MOST_PROBLEMS < len(said) <= MOST_PROBLEMS + 10
        assert said[-1] == ("line 501: reading stopped here, too much is wrong before; is this text a policy?")

    def test_a_very_long_word_is_cut_in_the_message(self) -> None:
        word = r"\x1b" * 40 + "..."
        said = f"line 1, column 1: '{word}' is not a quarter; write the year, Q and 1 to 4, like 2024Q1"
        assert messages("\x1b" * 900 + " y")[0] == said

    def test_a_very_long_line_is_refused_and_a_long_comment_is_not(self) -> None:
        said = messages("2024Q1 workforce packaging 5\n2024Q1 export_control tools 1 on " + "CHN," * 200_000)
        assert said == ["line 2, column 1001: the line has 800033 characters; allowed are 1000, one decision a line"]
        assert messages(" " * 1001 + "x") == [
            "line 1, column 1001: the line has 1002 characters; allowed are 1000, one decision a line"
        ]
        assert len(Policy.parse("2024Q1 workforce packaging 5 # " + "x" * 5000).settings) == 1

    def test_an_error_tells_a_thousand_problems_and_counts_the_rest(self) -> None:
        with pytest.raises(PolicyError) as caught:
            Policy.parse("2024Q1 workforce packaging 5\n" * 1012)
        assert len(caught.value.problems) == 1011
        assert str(caught.value).splitlines()[-1] == "  ... and 11 more"

    def test_errors_can_be_pickled(self) -> None:
        with pytest.raises(PolicyError) as caught:
            Policy.parse("2024Q1 workforce")
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


class TestTime:
    def test_a_setting_holds_until_the_next_of_its_lever_and_item(self) -> None:
        policy = Policy.parse("2024Q1 workforce packaging 50\n2024Q1 packaging_grant fan_out 0.2\n2025Q1 workforce packaging 80")
        grant = ("packaging_grant", "fan_out")
        assert policy.levels(quarter("2023Q4")) == {}
        assert policy.levels(quarter("2024Q4")) == {grant: 0.2, ("workforce", "packaging"): 50.0}
        assert policy.levels(quarter("2099Q4")) == {grant: 0.2, ("workforce", "packaging"): 80.0}
        assert list(policy.levels(quarter("2025Q1"))) == [grant, ("workforce", "packaging")]

    def test_until_is_the_last_quarter_and_what_was_replaced_does_not_return(self) -> None:
        policy = Policy.parse("2024Q1 workforce packaging 50\n2025Q1 workforce packaging 80 until 2025Q2")
        amounts = [policy.levels(quarter("2024Q4") + ahead).get(("workforce", "packaging")) for ahead in range(4)]
        assert amounts == [50.0, 80.0, 80.0, None]

    def test_amount_zero_ends_a_lever(self) -> None:
        policy = Policy.parse("2024Q1 workforce packaging 50\n2025Q1 workforce packaging 0")
        assert [str(setting) for setting in policy.in_force(quarter("2024Q4"))] == ["2024Q1 workforce packaging 50"]
        assert policy.in_force(quarter("2025Q1")) == ()

    @given(policies, quarters)
    def test_in_force_is_the_newest_setting_of_each_key_that_has_not_ended(self, policy: Policy, now: Quarter) -> None:
        expected = []
        for key in {setting.key for setting in policy.settings}:
            newest = max((s for s in policy.settings if s.key == key and s.quarter <= now), key=lambda s: s.quarter, default=None)
            if newest is not None and newest.amount > 0 and (newest.until is None or newest.until >= now):
                expected.append(newest)
        in_force = policy.in_force(now)
        assert len(in_force) == len(expected)
        assert set(in_force) == set(expected)

    @given(policies, quarters)
    def test_slices_put_together_are_the_whole(self, policy: Policy, now: Quarter) -> None:
        assert policy.before(now) + policy.since(now) == policy
        assert policy.until(now) == policy.before(now + 1)
        assert policy.until(now).in_force(now) == policy.in_force(now)
        assert all(setting.quarter < now for setting in policy.before(now).settings)


class TestPuttingTogether:
    def test_the_second_policy_decides_where_both_do(self) -> None:
        played = Policy.parse("2024Q1 workforce packaging 50\n2024Q1 packaging_grant fan_out 0.2")
        draft = Policy.parse("2024Q1 workforce packaging 80 until 2025Q4\n2025Q1 packaging_grant fan_out 0.3")
        assert str(played + draft) == (
            "2024Q1 packaging_grant fan_out 0.2\n2024Q1 workforce packaging 80 until 2025Q4\n2025Q1 packaging_grant fan_out 0.3"
        )

    @given(policies, policies)
    def test_a_sum_decides_what_both_decide(self, first: Policy, second: Policy) -> None:
        total = first + second
        assert set(second.settings) <= set(total.settings) <= set(first.settings) | set(second.settings)
        assert {(s.quarter, s.key) for s in total.settings} == {(s.quarter, s.key) for s in (*first.settings, *second.settings)}
        assert first + Policy() == Policy() + first == first

    @given(policies)
    def test_without_leaves_out_one_setting(self, policy: Policy) -> None:
        for index, setting in enumerate(policy.settings):
            rest = policy.without(index)
            assert setting not in rest.settings
            assert rest + Policy((setting,)) == policy

    def test_without_a_replacement_the_earlier_setting_holds_on(self) -> None:
        policy = Policy.parse("2024Q1 workforce packaging 50\n2025Q1 workforce packaging 80")
        assert policy.without(1).levels(quarter("2026Q1")) == {("workforce", "packaging"): 50.0}
        with pytest.raises(IndexError):
            policy.without(2)


class TestFiles:
    def test_a_policy_file_is_read_and_its_lines_are_remembered(self, tmp_path: Path) -> None:
        file = tmp_path / "plan.txt"
        file.write_bytes(b"\xef\xbb\xbf# plan\r\n" + FULL.encode() + b"\r\n")
        policy = Policy.read(file)
        assert str(policy) == FULL
        assert str(policy.settings[0].place) == f"line 2 of {file}"
        assert Policy.read(str(file)) == policy

    def test_errors_name_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "plan.txt"
        file.write_text("2024Q1 workforce packaging lots")
        with pytest.raises(PolicyError) as caught:
            Policy.read(file)
        assert str(caught.value).startswith(
            f"the policy in {file} has an error:\n  line 1, column 28 of {file}: amount 'lots' is not a number;"
        )

    def test_a_missing_file_is_said_with_the_nearest_name(self, tmp_path: Path) -> None:
        (tmp_path / "plan.txt").write_text("")
        missing = tmp_path / "plam.txt"
        with pytest.raises(PolicyError) as caught:
            Policy.read(missing)
        assert str(caught.value) == f"the policy has an error:\n  {missing}: there is no such file. Did you mean 'plan.txt'?"
        with pytest.raises(PolicyError, match=r"there is no such file\.$"):
            Policy.read(tmp_path / "nowhere" / "plan.txt")

    def test_a_folder_a_large_file_and_a_file_that_is_not_utf_8_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyError, match="this is not a file; name a text file with one setting a line"):
            Policy.read(tmp_path)
        large = tmp_path / "large.txt"
        large.write_bytes(b"#" * MAX_BYTES)
        assert Policy.read(large) == Policy()
        large.write_bytes(b"#" * (MAX_BYTES + 1))
        with pytest.raises(PolicyError, match="it has more than 1000000 bytes; a policy has one short line per decision"):
            Policy.read(large)
        latin = tmp_path / "latin.txt"
        latin.write_bytes("# plan\n# für\n".encode("latin-1"))
        with pytest.raises(PolicyError, match=r"latin\.txt: line 2 is not UTF-8 \(byte 11 of the file\); save it as UTF-8 text"):
            Policy.read(latin)

    def test_a_name_that_no_file_can_have_is_refused(self) -> None:
        with pytest.raises(PolicyError, match="it cannot be read: "):
            Policy.read("plan\0.txt")
        with pytest.raises(PolicyError, match="it cannot be read: "):
            Policy.read("x" * 5000)

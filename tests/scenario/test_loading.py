"""Files that cannot be read, or are no scenario: each told with its place, none with a traceback, none with a hang."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policygame.errors import UserError
from policygame.scenario import Scenario, ScenarioError, load_scenario, shipped_scenarios
from policygame.scenario.problems import MOST_PROBLEMS, SHOWN, Problem, path_text
from policygame.scenario.yaml_reader import MOST_NODES


def told(name: object) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)  # type: ignore[arg-type]
    assert isinstance(caught.value, UserError)
    return str(caught.value)


# finding the file -----------------------------------------------------------------------------------------------------


def test_a_valid_file_loads(small: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(small)
    scenario = load_scenario(file)
    assert isinstance(scenario, Scenario)
    assert scenario.origin == str(file)
    assert scenario.firms["SK hynix"].lines[0].capacity.value == 2000
    assert load_scenario(str(file)).hash == scenario.hash


def test_every_shipped_scenario_is_found_by_its_own_name() -> None:
    for name, path in shipped_scenarios().items():
        scenario = load_scenario(name)
        assert (scenario.name, scenario.origin) == (name, str(path))


def test_an_unknown_name_lists_the_shipped_ones_and_the_nearest() -> None:
    line = told("ai-surge-2032")
    assert line.startswith("'ai-surge-2032': found no scenario of that name; allowed a shipped scenario (ai-surge-2023")
    assert line.endswith("Did you mean 'ai-surge-2023'?")


@pytest.mark.parametrize("name", ["", "no\0thing", "x" * 5000, "\x1b[31mred"])
def test_strange_names_are_told_plainly(name: str) -> None:
    line = told(name)
    assert "found no scenario of that name" in line
    assert line.isprintable()


def test_a_missing_file(tmp_path: Path) -> None:
    file = tmp_path / "absent.yaml"
    assert told(file) == f"{file}: found no such file; allowed the path of a scenario file"


def test_a_directory(tmp_path: Path) -> None:
    assert told(tmp_path) == f"{tmp_path}: found a directory; allowed a scenario file"


def test_a_device_or_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert told(pipe) == f"{pipe}: found something that is no ordinary file; allowed a scenario file"


def test_a_name_that_the_system_refuses(tmp_path: Path) -> None:
    line = told(tmp_path / ("x" * 300 + ".yaml"))
    assert "found a file that cannot be read (File name too long); allowed a readable scenario file" in line


def test_sixty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    with file.open("wb") as stream:
        stream.truncate(60_000_000)
    assert told(file) == f"{file}: found a file of 60.0 MB; allowed at most 4 MB"


# writing --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file(refuse_text, text: str) -> None:
    refused = refuse_text(text)
    assert refused.lines == [
        f"{refused.file}:1:1: found an empty file; "
        "allowed a mapping with format, name, title and the other sections of a scenario"
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("- a\n- b\n", "a list of 2"), ("just words", "the text 'just words'"), ("12", "12"), ("true", "true")]
)
def test_a_file_that_is_no_mapping(refuse_text, text: str, found: str) -> None:
    refused = refuse_text(text)
    assert refused.lines[0].startswith(f"{refused.file}:1:1: found {found}; allowed a mapping with format")


def test_text_that_is_not_utf8_names_the_byte(refuse_text) -> None:
    refused = refuse_text("format: 1\ntitle: für alle\n".encode("latin-1"))
    assert refused.lines == [f"{refused.file}:2:9: found the byte 0xfc, which is not UTF-8; allowed text in UTF-8"]


def test_utf16_is_not_utf8(refuse_text) -> None:
    refused = refuse_text("format: 1\n".encode("utf-16"))
    assert refused.lines == [f"{refused.file}:1:1: found the byte 0xff, which is not UTF-8; allowed text in UTF-8"]


def test_a_byte_order_mark_is_no_mistake(small: str, tmp_path: Path) -> None:
    file = tmp_path / "marked.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + small.encode())
    assert load_scenario(file).name == "small"


def test_binary_garbage(refuse_text) -> None:
    refused = refuse_text(b"PK\x03\x04" + bytes(range(128)))
    assert refused.lines == [f"{refused.file}:1:3: found a character that does not print (code 0x0003); allowed text"]


def test_a_tab_as_indentation(refuse_text) -> None:
    refused = refuse_text("format: 1\nfirms:\n\tTSMC: 1\n")
    assert refused.lines[0].startswith(f"{refused.file}:3:1: found a mistake in the writing: ")
    assert refused.lines[0].endswith("allowed YAML; indent with spaces, not tabs")


def test_an_unclosed_bracket(refuse_text) -> None:
    refused = refuse_text("format: 1\nallies: [TWN, USA\ntitle: x\n")
    assert refused.lines[0].startswith(f"{refused.file}:3:6: found a mistake in the writing: ")


def test_two_documents(refuse_text) -> None:
    refused = refuse_text("format: 1\n---\nformat: 2\n")
    assert refused.lines == [f"{refused.file}:2:1: found a second document; allowed one document in a file"]


def test_a_key_that_stands_twice(refuse) -> None:
    refused = refuse(("    kind: osat\n", "    kind: osat\n    kind: foundry\n"))
    first = refused.text[: refused.text.index("    kind: osat")].count("\n") + 1
    expected = f"firms.ASE.kind: found the key 'kind' again (first in line {first}); allowed each key once"
    line = refused.text[: refused.text.index("    kind: osat\n    kind: foundry")].count("\n") + 2
    assert refused.lines == [f"{refused.file}:{line}:5: {expected}"]


def test_a_list_as_a_key(refuse_text) -> None:
    refused = refuse_text("format: 1\n? [a, b]\n: c\n")
    assert refused.lines == [f"{refused.file}:2:3: found a mapping or list as a key; allowed a word as a key"]


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("!!python/object/apply:os.system ['echo broken']", "!!python/object/apply:os.system"),
        ("!!python/name:os.system", "!!python/name:os.system"),
        ("!mine 5", "!mine"),
        ("!!float 5", "!!float"),
    ],
)
def test_tags_are_refused_and_nothing_runs(refuse, tag: str, shown: str) -> None:
    refused = refuse(("title: A small world", f"title: {tag}"))
    assert refused.lines[0] == f"{refused.file}:3:8: title: found the tag '{shown}'; allowed plain values without tags"


def test_aliases_that_explode(refuse_text) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    refused = refuse_text("\n".join(rows) + "\n")
    assert refused.lines == [
        f"{refused.file}:5:45: found more than {MOST_NODES:,} values (each alias repeats what it stands for); "
        f"allowed at most {MOST_NODES:,} values in a file"
    ]


def test_an_alias_of_itself(refuse_text) -> None:
    refused = refuse_text("firms: &f\n  A: *f\n")
    assert refused.lines == [
        f"{refused.file}:2:6: firms.A: found the alias *f, whose anchor is not complete before it; "
        "allowed an alias of an anchor that stands earlier"
    ]


def test_an_alias_that_is_not_anchored(refuse_text) -> None:
    refused = refuse_text("firms: *nothing\n")
    assert refused.lines[0].startswith(f"{refused.file}:1:8: firms: found the alias *nothing")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 500))]
)
def test_deep_nesting(refuse_text, text: str) -> None:
    refused = refuse_text(text)
    assert "found values nested more than 32 deep; allowed at most 32 levels" in refused.lines[-1]


def test_too_many_values(refuse_text) -> None:
    refused = refuse_text("a: [" + "1," * 300_000 + "]")
    assert f"found more than {MOST_NODES:,} values; allowed" in refused.lines[0]


@pytest.mark.parametrize("words", ["yes", "no", "on", "off", "2022-01-01", "12:30:00", "0x1F", "1__0"])
def test_words_that_other_readers_turn_into_something_else_stay_words(small: str, tmp_path: Path, words: str) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(small.replace("title: A small world", f"title: {words}"))
    assert load_scenario(file).title == words


# wrong types and words ------------------------------------------------------------------------------------------------

CAPACITY = "capacity: {value: 30, assumption: [20, 40]}"
ADDRESS = "firms.ASE.lines[0].capacity"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("true", "true"),
        ("'30'", "the text '30'"),
        ("thirty", "the text 'thirty'"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("-.inf", "-.inf"),
        ("9" * 350, "9" * 37 + "..."),
        ("null", "nothing (null)"),
        ("[1]", "a list of 1"),
        ("{}", "an empty mapping"),
        ("2022-01-01", "the text '2022-01-01'"),
    ],
)
def test_a_value_that_is_no_number(refuse, written: str, found: str) -> None:
    refused = refuse((CAPACITY, f"capacity: {{value: {written} , assumption: [20, 40]}}"))
    place = refused.at(f"{written} , assumption") if written[0] not in "[{" else refused.at(f"value: {written} , assumption")
    assert refused.lines == [f"{place}{ADDRESS}.value: found {found}; allowed a finite number, at least 0 kwpm"]


def test_a_number_as_large_as_it_gets_keeps_its_unit_and_range(refuse) -> None:
    refused = refuse((CAPACITY, "capacity: {value: 123456789012345678901234567890, assumption: [20, 40]}"))
    assert refused.lines == [
        f"{refused.at('1234567890123')}{ADDRESS}: found 1.23457e+29; allowed a value inside its own range, 20 to 40"
    ]


def test_a_negative_capacity(refuse) -> None:
    refused = refuse((CAPACITY, "capacity: {value: -3, assumption: [-4, 40]}"))
    assert refused.lines == [f"{refused.at('-3, assumption')}{ADDRESS}: found -3; allowed at least 0 kwpm"]


def test_a_range_out_of_bounds_is_shown_at_the_range(refuse) -> None:
    refused = refuse((CAPACITY, "capacity: {value: 3, assumption: [-4, 40]}"))
    assert refused.lines == [f"{refused.at('assumption: [-4, 40]')}{ADDRESS}: found -4; allowed at least 0 kwpm"]


def test_the_unit_of_a_line_is_that_of_its_stage(refuse) -> None:
    refused = refuse(("capacity: {value: 50, assumption: [30, 90]}", "capacity: {value: -5, assumption: [-9, 90]}"))
    assert refused.lines[0].endswith("firms.SK hynix.lines[1].capacity: found -5; allowed at least 0 million cm2 / quarter")


def test_a_number_without_its_source(refuse) -> None:
    refused = refuse((CAPACITY, "capacity: 30"))
    place = refused.at("30\n  SK hynix")
    assert refused.lines == [
        f"{place}{ADDRESS}: found 30; allowed a number with its source, "
        "{value: ..., assumption: [lowest, highest]}: at least 0 kwpm"
    ]


@pytest.mark.parametrize(
    ("number", "at", "found", "allowed"),
    [
        ("{value: 30}", "capacity: {value: 30}", "a number without a source", "exactly one of figure, derived, assumption"),
        (
            "{value: 30, figure: cowos_2022end, assumption: [1, 40]}",
            "capacity: {value: 30, figure",
            "figure and assumption",
            "exactly one of figure, derived, assumption",
        ),
        (
            "{value: 30, derived: from d_capex_kwpm}",
            "capacity: {value: 30, derived",
            "'derived' without a range",
            "'derived' together with 'range: [lowest, highest]'",
        ),
        ("{value: 50, assumption: [20, 40]}", "50, assumption: [20, 40]", "50", "a value inside its own range, 20 to 40"),
        ("{value: 30, assumption: [40, 20]}", "assumption: [40, 20]", "a range from 40 down to 20", "[lowest, highest]"),
        (
            "{value: 30, assumption: [20, 40], range: [1, 2]}",
            "range: [1, 2]",
            "'range' beside 'assumption'",
            "'range' beside 'derived' only",
        ),
        (
            "{value: 30, assumption: [30, 30], draw: true}",
            "true}\n",
            "draw: true without a range",
            "'draw' with an assumed or derived range of some width",
        ),
    ],
)
def test_a_number_whose_source_does_not_fit(refuse, number: str, at: str, found: str, allowed: str) -> None:
    refused = refuse(("draw: true}", "draw: false}"), (CAPACITY, f"capacity: {number}"))
    assert refused.lines == [f"{refused.at(at)}{ADDRESS}: found {found}; allowed {allowed}"]


def test_an_unknown_key_is_told_with_the_allowed_and_the_nearest(refuse) -> None:
    refused = refuse(("    cash_musd: {value: 2000", "    cash_musdd: 7\n    cash_musd: {value: 2000"))
    assert refused.lines == [
        f"{refused.at('cash_musdd')}firms.ASE.cash_musdd: found unknown key 'cash_musdd'; allowed kind, headquarters, cash_musd, "
        "hurdle_premium, lines, note. Did you mean 'cash_musd'?"
    ]


def test_a_missing_key_is_told_where_it_should_stand(refuse) -> None:
    refused = refuse(("    kind: osat\n", ""))
    assert refused.lines == [f"{refused.at('ASE:')}firms.ASE.kind: found nothing; allowed one of foundry, osat, supplier"]


def test_a_word_that_the_catalogue_does_not_have(refuse) -> None:
    refused = refuse(("stage: fan_out", "stage: fan_outs"))
    assert refused.lines[0].startswith(
        f"{refused.at('fan_outs')}firms.ASE.lines[0].stage: found unknown stage 'fan_outs'; allowed wafers_lead"
    )
    assert refused.lines[0].endswith("tools. Did you mean 'fan_out'?")


def test_a_key_that_the_catalogue_does_not_have(refuse) -> None:
    refused = refuse(("      TWN: {value: 0.29,", "      TWM: {value: 0.29,"))
    address = "segments.ai_accelerator.destinations.TWM"
    assert refused.lines[0].startswith(f"{refused.at('TWM')}{address}: found unknown jurisdiction 'TWM'; allowed TWN, USA")
    assert refused.lines[0].endswith("Did you mean 'TWN'?")


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("start: 2022Q1", "start: 2022-01-01", "2022-01-01", "start: found the text '2022-01-01'; allowed a quarter like 2023Q1"),
        ("start: 2022Q1", "start: 2022", "2022\n", "start: found 2022; allowed a quarter like 2023Q1"),
        ("format: 1", "format: 2", "2\nname", "format: found 2; allowed one of 1"),
        (
            "name: small",
            "name: Small World",
            "Small World",
            "name: found the text 'Small World'; allowed 2 to 64 lower-case letters, digits",
        ),
        (
            "end: 2024Q4",
            "end: 2024Q4\nquarters_per_turn: 9",
            "9\njur",
            "quarters_per_turn: found 9; allowed a whole number from 1 to 8",
        ),
        (
            "end: 2024Q4",
            "end: 2024Q4\nquarters_per_turn: 2.5",
            "2.5\njur",
            "quarters_per_turn: found 2.5; allowed a whole number from 1 to 8",
        ),
        (
            "node_nm: 7",
            "node_nm: 8",
            "8\n            hbm",
            "designers.NVIDIA.products[0].generations[0].node_nm: found 8; allowed one of 3, 5, 7, 10, 14, 28",
        ),
        (
            "        S: {value",
            "        X: {value",
            "X: {",
            "jurisdictions.TWN.government.mandate.X: found unknown key 'X'; allowed a mapping whose keys are S, R",
        ),
        (
            "allies: [USA]",
            "allies: USA",
            "USA\n    brown",
            "jurisdictions.TWN.allies: found the text 'USA'; allowed a list of words, each a jurisdiction: TWN, USA, CHN",
        ),
        (
            "draw: true",
            "draw: 'yes'",
            "'yes'",
            "segments.ai_accelerator.demand_kunits_per_quarter.draw: found the text 'yes'; allowed true or false",
        ),
        (
            "assumption: [20, 40]}\n  SK",
            "assumption: 20}\n  SK",
            "20}\n  SK",
            "firms.ASE.lines[0].capacity.assumption: found 20; allowed a range, [lowest, highest]",
        ),
    ],
)
def test_other_wrong_values_in_plain_words(refuse, old: str, new: str, at: str, said: str) -> None:
    refused = refuse((old, new))
    assert refused.lines[0].startswith(refused.at(at) + said), refused.lines


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file(refuse) -> None:
    refused = refuse(
        ("title: A small world", "title: !x A small world"),
        ("play_from: 2022Q3", "play_from: 2021Q3"),
        ("USA: {value: 0.7,", "USA: {value: 0.6,"),
        ("    kind: osat", "    kind: osat\n    colour: red"),
        (CAPACITY, "capacity: {value: -3, assumption: [-4, 40]}"),
        ("          - firm: TSMC\n", "          - firm: TSCM\n"),
        ("figure: pk_per_wafer_h100", "figure: pk_per_wafer_h1000"),
        ("line: 2023Q1 tax_credit packaging 0.05", "line: 2023Q1 tax_credit packaging 5"),
    )
    assert [problem.path for problem in refused.problems] == [
        "title",
        "play_from",
        "segments.ai_accelerator.destinations",
        "firms.ASE.colour",
        "firms.ASE.lines[0].capacity",
        "designers.NVIDIA.products[0].wafers[0].firm",
        "designers.NVIDIA.products[0].generations[0].recipes[0].packages_per_wafer.figure",
        "history.TWN[0].line",
    ]
    assert all(problem.line and problem.column for problem in refused.problems)


def test_a_flood_of_problems_is_cut(refuse_text) -> None:
    refused = refuse_text("format: 1\n" + "".join(f"unknown_{n}: 1\n" for n in range(20_000)))
    assert len(refused.problems) == MOST_PROBLEMS
    assert len(refused.lines) == SHOWN + 1
    assert refused.lines[-1] == f"... and {MOST_PROBLEMS - SHOWN} more problems (checking stopped at 1,000)"


def test_more_problems_than_are_shown_are_all_in_the_error(refuse_text) -> None:
    refused = refuse_text("".join(f"unknown_{n}: 1\n" for n in range(300)))
    assert len(refused.problems) == 300 + 14
    assert refused.lines[-1] == "... and 214 more problems"


def test_what_is_shown_of_a_file_stays_on_its_line_and_cannot_move_the_cursor(refuse) -> None:
    refused = refuse(("    kind: osat", '    kind: "a\\e[31m\\nb"\n    "k\\e]0;\\a\\n": 1'))
    assert len(refused.lines) == len(refused.problems) == 2
    assert all(line.isprintable() for line in refused.lines)


def test_addresses_are_written_as_people_do() -> None:
    assert path_text(("firms", "SK hynix", "lines", 0, "capacity")) == "firms.SK hynix.lines[0].capacity"
    assert path_text(("firms", "a.b")) == "firms['a.b']"
    assert (
        str(Problem("x.yaml", None, None, "", "a", "b", " Did you mean 'c'?")) == "x.yaml: found a; allowed b. Did you mean 'c'?"
    )

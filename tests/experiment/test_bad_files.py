"""Bad experiment files: every error at once, with file, line, column and field, what was found and what is allowed; nothing is run."""

from __future__ import annotations

import pytest

import policygame.experiment.loading
import policygame.simulation
from policygame.experiment import ExperimentError, load_experiment
from tests.experiment.small import UNCERTAINTIES

AMOUNT = "2023Q1 packaging_grant interposer_2_5d X cap 500"

WRONG = [
    (("format: 1", "format: 2"), "format", ["found 2", "one of 1"]),
    (("name: small", "name: Small one"), "name", ["'Small one'", "lower-case letters"]),
    (("scenario: first-game", "scenario: first-gmae"), "scenario", ["'first-gmae'", "Did you mean 'first-game'?"]),
    (("scenario: first-game", "scenario: missing.yaml"), "scenario", ["'missing.yaml'", "from the experiment's folder"]),
    (("horizon: 2023Q2", "horizon: 2031Q1"), "horizon", ["2031Q1", "2023Q1 (when play begins) to 2028Q4"]),
    (("horizon: 2023Q2", "horizon: soon"), "horizon", ["'soon'", "a quarter like 2023Q1"]),
    (("parameters.phantom_eta", "parameters.phantom_beta"), "phantom_beta", ["Did you mean 'parameters.phantom_eta'?"]),
    (("parameters.phantom_eta:", "parameters.tool_lead_quarters:"), "tool_lead", ["the same in every world"]),
    (("parameters.phantom_eta:", "parameters.phantom_eta: {fitted: true}"), "phantom_eta", ["which was not fitted"]),
    (("parameters.phantom_eta:", "parameters.*_nothing:"), "_nothing", ["no number of first-game"]),
    (("uniform: [4, 12]", "uniform: [12, 4]"), "location_weight", ["12 to 4", "[lowest, highest] in this order"]),
    (("uniform: [4, 12]", "uniform: [-4, 12]"), "location_weight", ["found -4", "0 to 100"]),
    (("uniform: [4, 12]", "uniform: [4]"), "location_weight", ["found nothing", "a finite number"]),
    (
        ("uniform: [4, 12]", "uniform: [4, 12], choice: [5]"),
        "location_weight",
        ["uniform and choice", "one of uniform, loguniform"],
    ),
    (("uniform: [4, 12]", "unifrom: [4, 12]"), "location_weight", ["unknown key 'unifrom'", "Did you mean 'uniform'?"]),
    (("uniform: [4, 12]", "uniform: [4, 12], start: 2023Q1"), "location_weight", ["'start' beside capacity.STAGE only"]),
    (("triangular: [0.9, 1, 1.1]", "triangular: [0.9, 2, 1.1]"), "capacity.hbm", ["[lowest, most likely, highest]"]),
    (("capacity.hbm", "capacity.hmb"), "capacity.hmb", ["unknown stage 'hmb'", "Did you mean 'hbm'?"]),
    (("{triangular: [0.9, 1, 1.1], start: 2022Q3}", "{}"), "capacity.hbm", ["no spread", "like {uniform: [0.9, 1.1]}"]),
    (("USA: [history", "USE: [history"), "levers.USE", ["unknown government 'USE'", "Did you mean 'USA'?"]),
    (("whole-chain]", "whole-chian]"), "levers.USA[1]", ["neither a bot nor a file", "Did you mean 'whole-chain'?"]),
    (
        ("whole-chain]", "2024Q1 packging_grant fan_out 0.4]"),
        "levers.USA[1]",
        ["'packging_grant'", "Did you mean 'packaging_grant'?"],
    ),
    (("whole-chain]", "2024Q1 packaging_rnd fan_out 900]"), "levers.USA[1]", ["fixed outlays", "Shrink"]),
    (("whole-chain]", "history]"), "levers.USA[1]", ["'history' again"]),
    (
        ("levers:\n  USA", "arms:\n  one: {USA: history, USB: history}\nlevers:\n  USA"),
        "arms.one.USB",
        ["unknown government 'USB'"],
    ),
    (("levers:\n  USA", "arms:\n  one: {USA: history}\nlevers:\n  USA"), "levers.USA", ["either in 'levers' or in 'arms'"]),
    (
        ("levers:\n  USA", "arms:\n  one: {others: 2024Q1 packaging_grant fan_out 0.4}\nlevers:\n  USA"),
        "others",
        ["TWN may not use packaging_grant"],
    ),
    (("government: KOR", "government: TWN"), "amounts.korea.line", ["TWN may not use packaging_grant"]),
    ((AMOUNT, "2023Q1 packaging_grant interposer_2_5d 0.1"), "amounts.korea.line", ["with X for the amount"]),
    (("uniform: [0, 0.3]", "uniform: [0, 0.5]"), "amounts.korea.line", ["over the bound of KOR", "0 to 0.3"]),
    (("government: KOR", "government: USA"), "amounts.korea", ["which the bot whole-chain decides"]),
    (("korea:", "run:"), "amounts.run", ["the name 'run'"]),
    (
        ("metric: hhi_packaging, entity: site", "metric: hhi_packging, entity: site"),
        "outcomes.hhi.metric",
        ["Did you mean 'hhi_packaging'?"],
    ),
    (("entity: site", "entity: sight"), "outcomes.hhi.entity", ["'sight'", "Did you mean 'site'?"]),
    (("item: interposer_2_5d, at", "item: interposer, at"), "outcomes.hhi.item", ["'interposer'", "interposer_2_5d"]),
    (("at: 2023Q2", "at: 2024Q1"), "outcomes.hhi.at", ["2024Q1", "a quarter that is run, 2022Q1 to 2023Q2"]),
    (("at: 2023Q2", "at: 2023Q2, reduce: mean"), "outcomes.hhi", ["'at' beside 'reduce'"]),
    (("reduce: mean", "reduce: median"), "outcomes.lead.reduce", ["'median'", "one of last, mean, sum, min, max"]),
    (("entities: [world]", "entities: [word]"), "series[0].entities[0]", ["'word'", "Did you mean 'world'?"]),
    (("keep: quarterly\n", ""), "", ["'series' beside 'keep: quarterly'"]),
    (("latin_hypercube", "latin_hypercubes"), "design.method", ["'latin_hypercubes'", "latin_hypercube, sobol, morris, table"]),
    (("points: 6}", "levels: 6}"), "design", ["'levels' with latin_hypercube", "points, seed"]),
    (("latin_hypercube, points: 6", "latin_hypercube"), "design", ["latin_hypercube without 'points'"]),
    (("latin_hypercube, points: 6", "full_factorial"), "design", ["full_factorial without 'levels'"]),
    (("latin_hypercube, points: 6", "sobol, points: 6"), "design", ["a power of two"]),
    (("latin_hypercube, points: 6", "replicates"), "design", ["which move nothing"]),
    (("latin_hypercube, points: 6", "table, file: no.csv"), "uncertainties", ["its columns are the uncertainties"]),
    (("points: 6", "points: 0"), "design.points", ["a whole number from 1 to 10000000"]),
    (("{n: 2,", "{n: 9000000,"), "seeds.n", ["9000000", "a whole number from 1 to 1000000"]),
    (("points: 6}\nseeds: {n: 2,", "points: 9000000}\nseeds: {n: 3,"), "design", ["54,000,000 runs", "at most 50,000,000"]),
    (("{n: 2,", "{n: 2, first: 1000000000000000000,"), "seeds.first", ["a whole number from 0 to 100000000000000000"]),
    (("title: A small", "titel: A small"), "titel", ["unknown key 'titel'", "Did you mean 'title'?"]),
]


@pytest.fixture(autouse=True)
def _never_steps(monkeypatch):
    def step(*given: object) -> None:
        raise AssertionError("the model was stepped in spite of bad input")

    monkeypatch.setattr("policygame.model.model.PackagingModel.step", step)
    assert policygame.simulation.PackagingModel.step is step


@pytest.fixture(autouse=True)
def _reads_the_scenario_once(monkeypatch, small):
    load = policygame.experiment.loading.load_scenario

    def loading(name):
        return small.scenario if name == "first-game" else load(name)

    monkeypatch.setattr("policygame.experiment.loading.load_scenario", loading)


def problems_of(file):
    with pytest.raises(ExperimentError) as refused:
        load_experiment(file)
    return refused.value.problems


@pytest.mark.parametrize(("change", "path", "words"), WRONG, ids=lambda value: str(value)[:50])
def test_one_mistake_is_told_with_its_place(write, change, path, words):
    file = write(change)
    told = [problem for problem in problems_of(file) if path in problem.path]
    assert told, [str(problem) for problem in problems_of(file)]
    problem = told[0]
    for word in words:
        assert word in str(problem), str(problem)
    assert problem.file == str(file)
    line = file.read_text().splitlines()[problem.line - 1]
    assert problem.column <= len(line) + 1  # where nothing stands behind a key, just behind it
    assert str(problem).startswith(f"{file}:{problem.line}:{problem.column}: ")


def test_all_mistakes_are_told_at_once(write):
    changes = [
        ("horizon: 2023Q2", "horizon: 2040Q1"),
        ("parameters.phantom_eta", "parameters.phantom_beta"),
        ("uniform: [4, 12]", "uniform: [12, 4]"),
        ("whole-chain]", "whole-chian]"),
        ("government: KOR", "government: KRO"),
        ("entity: site", "entity: sight"),
        ("reduce: mean", "reduce: median"),
        ("points: 6", "points: none"),
        ("{n: 2,", "{n: 0,"),
    ]
    problems = problems_of(write(*changes))
    assert len(problems) == len(changes)
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_mistakes_of_a_scenario_of_ones_own_are_told_in_its_file(write, tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "extends: first-game\nname: mine\ntitle: Mine\nsummary: Mine.\nparameters: {phantom_eta: 3}\n"
    )
    problems = problems_of(write(("scenario: first-game", "scenario: mine.yaml")))
    assert problems[0].file == str(tmp_path / "mine.yaml")
    assert "parameters.phantom_eta" in problems[0].path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters.phantom_eta,parameters.phantom_eta\n1,1\n", ["a different name for each column"]),
        ("parameters.phantom_beta,korea\n1,0.1\n", ["parameters.phantom_beta", "Did you mean 'parameters.phantom_eta'?"]),
        ("parameters.phantom_eta,korea\n1\n", ["points.csv:2", "1 cells", "2 cells, as in the header"]),
        ("parameters.phantom_eta,korea\n1,0.1\nmany,0.1\n", ["points.csv:3", "'many'", "a number"]),
        ("parameters.phantom_eta,korea\n1,0.9\n", ["points.csv:2", "'0.9'", "0 to 0.7"]),
        ("parameters.phantom_eta\n1\n", ["no column of korea"]),
        ("parameters.phantom_eta,korea,arm\n1,0.1,USA\n", ["unknown arm 'USA'", "USA=history"]),
        ("parameters.phantom_eta,korea\n", ["no row"]),
        (None, ["cannot be read (No such file or directory)"]),
    ],
)
def test_mistakes_of_a_table_are_told_in_its_file(write, tmp_path, text, words):
    if text is not None:
        (tmp_path / "points.csv").write_text(text)
    file = write(
        ("{method: latin_hypercube, points: 6}", "{method: table, file: points.csv}"),
        (UNCERTAINTIES, ""),
        ("whole-chain]", "2024Q1 packaging_grant fan_out 0.1]"),
    )
    told = "\n".join(map(str, problems_of(file)))
    for word in words:
        assert word in told


@pytest.mark.parametrize("text", ["", "[]", "just words", "a: [", "\x00"])
def test_files_that_are_no_experiment(tmp_path, text):
    (tmp_path / "bad.yaml").write_text(text)
    assert problems_of(tmp_path / "bad.yaml")


def test_names_that_are_no_experiment(tmp_path):
    assert "Did you mean 'subsidy-race'?" in str(problems_of("subsidy-raze")[0])
    assert "an experiment file" in str(problems_of(tmp_path / "none.yaml")[0])

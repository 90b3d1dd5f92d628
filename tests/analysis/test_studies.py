"""Studies: planted answers are found with the right verdict, files with mistakes are told, and the shipped ones hold for this model."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from policygame.analysis import findings as f
from policygame.analysis import open_sample, studies
from policygame.analysis.studies import (
    StudyError,
    load_study,
    read_study,
    result_of,
    shipped_studies,
    store_study,
    stored_file,
    stored_study,
    told,
)
from policygame.experiment import ExperimentError, load_experiment
from tests.analysis.planted import HEAD, OUTCOMES, plant
from tests.experiment.small import run_here

TWO = """\
  lead: {metric: lead_time_weeks, item: ai_accelerator, at: 2023Q2}
arms: {nobody: {others: laissez-faire}, grants: {USA: whole-chain, others: laissez-faire}}
seeds: {n: 200}
"""
CLAIM = "{claim: c, source: own, outcome: hhi, arm: grants, versus: nobody, "
STUDY = f"""\
study:
  against: nobody
  sources: {{own: {{cite: A. Someone (2026), says: It does.}}}}
  findings:
    - {CLAIM}expected: higher}}
    - {CLAIM}expected: lower}}
    - {CLAIM}expected: none, within: 0.2}}
    - {CLAIM}expected: none, within: 0.05}}
    - {{claim: c, source: none, outcome: hhi, arm: grants, versus: nobody}}
    - {{claim: c, source: own, outcome: lead, arm: grants, versus: nobody, expected: higher}}
    - {{claim: c, source: lbd_ik, outcome: lead, arm: nobody, versus: grants, expected: lower}}
"""


def _shifted(plan, runs):
    """In the arm of grants a tenth more of ``hhi``, and no more of ``lead`` than chance; worlds differ much more than that."""
    chance = np.random.Generator(np.random.Philox(3))
    n = plan.experiment.seeds.n
    world, noise = 2000.0 + 500.0 * chance.standard_normal(n), chance.standard_normal(n) * 2.0
    grants, at = plan.arms_of(runs) == 1, plan.replicates_of(runs)
    return {
        "hhi": world[at] * np.where(grants, 1.1, 1.0) + grants * 10.0 * chance.standard_normal(len(runs)),
        "lead": 20.0 + noise[at] + grants * (noise[::-1][at] - noise.mean()),
    }


def test_a_planted_difference_is_found_and_held_against_what_the_source_says(tmp_path):
    out = plant(tmp_path, HEAD + OUTCOMES + TWO + STUDY, _shifted)
    found = result_of(load_study(str(tmp_path / "planted.yaml")), out)
    assert [one.verdict for one in found.findings] == [
        f.AS_SAID, f.OTHERWISE, f.AS_SAID, f.OTHERWISE, f.NOT_SAID, f.UNTOLD, f.UNTOLD,
    ]  # fmt: skip
    effect = found.findings[0].effect
    assert effect.share_low < 0.1 < effect.share_high < 0.11, "the chance of worlds that both arms share is not in it"
    assert effect.low < effect.value == pytest.approx(0.1 * effect.base, rel=0.02)
    assert effect.worlds == 200
    assert found.findings[-1].effect.value == pytest.approx(-found.findings[-2].effect.value)
    assert {(arm, outcome) for arm, outcome, _ in found.effects} == {("grants", "hhi"), ("grants", "lead")}
    assert found.sources["lbd_ik"].cite.endswith("(figure lbd_ik)")
    assert (found.first_seed, found.last_seed, found.games) == (1, 200, 400)
    file = tmp_path / "found.json"
    file.write_text(json.dumps(told(found)), encoding="utf-8")
    assert told(read_study(file)) == told(found)


def test_a_sign_that_is_certain_and_worth_nothing_is_called_so(tmp_path):
    def hardly(plan, runs):
        return {"hhi": 2000.0 + plan.replicates_of(runs) + (plan.arms_of(runs) == 1), "lead": np.ones(len(runs))}

    out = plant(tmp_path, HEAD + OUTCOMES + TWO + STUDY, hardly)
    found = result_of(load_study(str(tmp_path / "planted.yaml")), out)
    assert [one.verdict for one in found.findings][:2] == [f.HARDLY, f.OTHERWISE]
    assert found.findings[5].verdict == f.OTHERWISE, "exactly nothing is not higher"


def test_the_interval_of_a_difference_in_per_cent_holds_the_truth_as_often_as_it_says():
    chance = np.random.Generator(np.random.Philox(5))
    held = 0
    for _ in range(400):
        base = 10.0 + chance.standard_normal(60)
        effect = f.difference(1.2 * base + 0.5 * chance.standard_normal(60), base)
        held += effect.share_low <= 0.2 <= effect.share_high
    assert 366 <= held <= 393  # 95 % of 400, within three standard deviations


def test_a_world_without_a_value_is_left_out_with_its_twin():
    effect = f.difference(np.array([2.0, np.nan, 4.0]), np.array([1.0, 1.0, np.nan]))
    assert (effect.value, effect.worlds) == (1.0, 1)
    with pytest.raises(f.AnalysisError, match="no world has a value"):
        f.difference(np.array([np.nan]), np.array([1.0]))


def test_partial_rank_correlations_are_those_of_what_other_quantities_leave_over():
    chance = np.random.Generator(np.random.Philox(7))
    x = chance.random((300, 4))
    x[:, 1] += x[:, 0]
    x[:, 3] = 1.0
    y = np.exp(3.0 * x[:, 0] - 2.0 * x[:, 1]) + 0.1 * chance.random(300)
    value, low, high = f.partial_rank_correlations(x, y)
    ranks = np.argsort(np.argsort(np.column_stack([x[:, :3], y]), axis=0), axis=0) + 1.0
    for n in range(3):
        others = np.column_stack([np.ones(300), np.delete(ranks[:, :3], n, axis=1)])
        rest = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (ranks[:, n], ranks[:, 3])]
        assert value[n] == pytest.approx(np.corrcoef(*rest)[0, 1], abs=1e-9)
    assert np.isnan(value[3]), "what does not vary has no influence"
    assert value[0] > 0.5 > -0.5 > value[1]
    assert all(low[:3] < value[:3])
    assert all(value[:3] < high[:3])
    assert np.array_equal(f.partial_rank_correlations(x, np.log(y))[0], value, equal_nan=True), "any rising scale says the same"
    assert np.isnan(f.partial_rank_correlations(x, np.ones(300))[0]).all()


def test_the_interval_of_what_has_no_influence_holds_nothing_as_often_as_it_says():
    chance = np.random.Generator(np.random.Philox(9))
    held = 0
    for _ in range(400):
        x = chance.random((80, 3))
        _, low, high = f.partial_rank_correlations(x, x[:, 0] + x[:, 1] + 0.5 * chance.random(80))
        held += low[2] < 0.0 < high[2]
    assert 366 <= held <= 393


TABLE = """\
  wafers: {metric: utilisation, item: wafers_leading, at: 2023Q2}
  packs: {metric: utilisation, item: interposer_2_5d, at: 2023Q2}
arms: {nobody: {others: laissez-faire}, grants: {USA: whole-chain, others: laissez-faire}}
design:
  method: table
  rows:
    - {arm: nobody, capacity.hbm: 1}
    - {arm: grants, capacity.hbm: 1}
    - {arm: nobody, capacity.hbm: 1.1}
    - {arm: grants, capacity.hbm: 1.1}
seeds: {n: 5}
study:
  against: nobody
  findings:
    - {claim: c, source: assumption, outcome: hhi, arm: nobody, where: {capacity.hbm: 1.1}, versus: nobody, expected: higher}
    - {claim: c, source: assumption, outcome: hhi, arm: grants, where: {capacity.hbm: 1.1}, versus: nobody, expected: higher}
    - {claim: c, source: assumption, outcome: packs, less: wafers, arm: grants, expected: higher}
"""


def test_points_of_a_table_and_outcomes_of_an_arm_are_compared(tmp_path):
    def formula(plan, runs):
        more = plan.values[plan.points_of(runs), 0] > 1.0
        grants = plan.arms_of(runs) == 1
        return {"hhi": 100.0 + 7.0 * more + 20.0 * grants + plan.replicates_of(runs), "wafers": 0.5 + 0.0 * more,
                "packs": 0.75 + 0.1 * grants}  # fmt: skip

    out = plant(tmp_path, HEAD + OUTCOMES + TABLE, formula)
    sample = open_sample(out)
    study = load_experiment(tmp_path / "planted.yaml").experiment.study
    values = [one.effect.value for one in f.findings(sample, study)]
    assert values == pytest.approx([7.0, 20.0, 0.35])
    assert {outcome: effect.value for _, outcome, effect in f.effects(sample, "nobody")}["hhi"] == pytest.approx(20.0)


ARMS, NOBODY = "outcome: hhi, arm: grants", "outcome: hhi, arm: grants, versus: nobody"
WRONG = [
    (f"{NOBODY}, expected: higher", "outcome: hhj, arm: grants, versus: nobody", "Did you mean 'hhi'"),
    ("against: nobody", "against: nobdy", "Did you mean 'nobody'"),
    (f"{NOBODY}, expected: higher", f"{ARMS}, versus: grants", "compared with itself"),
    ("source: lbd_ik", "source: lbd_ikk", "Did you mean 'lbd_ik'"),
    ("expected: none, within: 0.2", "expected: none", "'within: a share' where none is expected"),
    (f"source: none, {NOBODY}", f"source: none, {ARMS}", "one of versus, less, quantity"),
    (f"source: none, {NOBODY}", f"source: none, {NOBODY}, expected: lower", "a source, or no expectation"),
    (f"{NOBODY}, expected: lower", f"{ARMS}, less: lead", "an outcome of the same unit"),
    (f"{NOBODY}, expected: lower", f"{ARMS}, quantity: capacity.hbm", "there are none"),
    (f"{NOBODY}, expected: lower", f"{ARMS}, where: {{capacity.hbm: 2}}, versus: nobody", "unknown quantity 'capacity.hbm'"),
    (f"{NOBODY}, expected: lower", "outcome: hhi, versus: nobody", "no arm"),
    ("seeds: {n: 200}", "seeds: {n: 200, arms: nested}", "arms or points with worlds of their own"),
    ("own: {cite", "none: {cite", "neither assumption nor none"),
    ("cite: A. Someone (2026), ", "", "sources.own.cite"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_a_study_with_a_mistake_is_told_with_its_line(tmp_path, old, new, said):
    text = (HEAD + OUTCOMES + TWO + STUDY).replace(old, new, 1)
    assert text != HEAD + OUTCOMES + TWO + STUDY
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentError) as error:
        load_experiment(file)
    assert said in str(error.value)
    assert all(problem.line for problem in error.value.problems)


def test_a_row_that_is_not_run_is_told(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        (HEAD + OUTCOMES + TABLE).replace("where: {capacity.hbm: 1.1}, versus", "where: {capacity.hbm: 1.2}, versus", 1)
    )
    with pytest.raises(ExperimentError, match="a point that is not run in the arm 'nobody'"):
        load_experiment(file)


# --- those that ship ---

plan_of = cache(load_study)


def test_the_four_that_are_promised_ship():
    assert set(shipped_studies()) == {"packaging-binds", "subsidy-race", "what-matters", "export-control"}


@pytest.mark.parametrize("name", list(shipped_studies()))
def test_a_shipped_study_runs_in_a_few_worlds_and_answers_every_claim(name, tmp_path):
    plan = plan_of(name).reduced(2, 90)
    run_here(plan, tmp_path / "out")
    found = result_of(plan, tmp_path / "out")
    assert found.failed == 0
    assert len(found.findings) == len(plan.experiment.study.findings)
    assert all(np.isfinite([one.effect.value, one.effect.low, one.effect.high]).all() for one in found.findings)
    assert all(one.source in found.sources for one in found.findings)
    assert found.effects or found.influences
    with pytest.raises(StudyError, match="not a quick or an older one"):
        store_study(found)


def test_stored_results_are_those_of_the_shipped_files_and_this_model():
    """Where this fails, run ``policygame study NAME --store`` for each that is named, and ``python -m policygame.docs``."""
    assert [name for name in shipped_studies() if read_study(stored_file(name)).declared != studies.declared(plan_of(name))] == []


def test_a_result_of_another_model_or_file_holds_no_more(tmp_path, monkeypatch):
    found, own = read_study(stored_file("subsidy-race")), studies.declared(plan_of("subsidy-race"))
    monkeypatch.setattr(studies, "load_study", lambda name: replace(plan_of(name)))
    monkeypatch.setattr(studies, "stored_file", lambda name: tmp_path / f"{name}.study.json")
    assert stored_study("subsidy-race") is None
    assert store_study(replace(found, declared=own)) == tmp_path / "subsidy-race.study.json"
    assert stored_study("subsidy-race") is not None
    monkeypatch.setattr("policygame.experiment.plan.model_version", lambda: "0.0.0+0")
    assert stored_study("subsidy-race") is None
    with pytest.raises(StudyError, match="shipped studies"):
        store_study(replace(found, name="my-own"))


def test_a_file_without_a_result_is_told(tmp_path: Path):
    with pytest.raises(StudyError, match="cannot be read"):
        read_study(tmp_path / "nowhere.json")
    (tmp_path / "other.json").write_text('{"name": "first-game"}', encoding="utf-8")
    with pytest.raises(StudyError, match="holds no result of a study"):
        read_study(tmp_path / "other.json")


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", list(shipped_studies()))
def test_a_full_run_finds_what_is_stored(name, tmp_path):
    plan = load_study(name)
    run_here(plan, tmp_path / "out")
    again, kept = told(result_of(plan, tmp_path / "out")), told(read_study(stored_file(name)))
    assert again == kept

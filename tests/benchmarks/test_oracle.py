"""The engine agrees with the same rules on plain floats, one world at a time, and is many times as fast."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from itertools import islice

import pytest

from policygame.benchmark import one_core
from policygame.experiment.loading import load_experiment
from policygame.model.phases import packaging
from policygame.scenario import load_scenario
from policygame.scenario.policy import Policy
from policygame.simulation import Simulation
from tests.benchmarks.oracle import METRICS, OracleModel, play
from tests.benchmarks.oracle.compare import differences, metric_differences, seats
from tests.experiment.small import run_here

NOBODY: dict[str, Policy] = {}
RACE = {
    "TWN": Policy.parse("2022Q1 tax_credit packaging 0.25\n2022Q1 tax_credit fabrication 0.05"),
    "USA": Policy.parse(
        "2022Q1 packaging_grant interposer_2_5d 0.5 cap 300\n"
        "2023Q1 packaging_grant conventional 0.3\n"
        "2022Q1 fab_grant wafers_leading 0.3 cap 20000 until 2025Q4"
    ),
    "CHN": Policy.parse("2022Q1 packaging_grant interposer_2_5d 0.6 cap 100\n2024Q1 tax_credit fabrication 0.3"),
    "KOR": Policy.parse("2022Q2 packaging_grant interposer_2_5d 0.3\n2023Q1 tax_credit packaging 0.15"),
}


@pytest.mark.parametrize(
    ("scenario", "seed", "policies", "quarters"),
    [
        ("first-game", 1, NOBODY, 28),
        ("first-game", 3, RACE, 28),  # purses run dry, programmes are suspended, sites stand still
        ("ai-surge-2023", 3, RACE, 28),  # stacked logic, buyers who trust few places, numbers of the posterior
        ("strait-crisis", 5, RACE, 16),  # a disruption that is announced
    ],
    ids=["nobody", "race", "all places", "strait crisis"],
)
def test_every_state_agrees_after_every_phase(scenario, seed, policies, quarters):
    assert list(islice(differences(load_scenario(scenario), seed, policies, quarters), 5)) == []


@pytest.mark.parametrize("policies", [NOBODY, RACE], ids=["nobody", "race"])
def test_every_metric_of_a_game_agrees(policies):
    assert list(islice(metric_differences(load_scenario("first-game"), range(11, 16), policies, 28), 5)) == []


def test_a_rule_that_changes_is_found_in_its_phase(monkeypatch):
    monkeypatch.setattr(packaging, "RELATION_GAIN", packaging.RELATION_GAIN * (1.0 + 1e-6))
    first = next(differences(load_scenario("first-game"), 1, NOBODY, 1))
    assert first.startswith("quarter 0, packaging: relation[")


def test_every_part_of_the_quarter_acts():
    """What the comparison covers: none of these mechanisms stands still in the largest of the worlds that are compared."""
    world = OracleModel(load_scenario("ai-surge-2023"), 3, RACE)
    seen = dict.fromkeys(ACTIONS, False)
    for _ in range(28):
        world.step()
        for name, happens in ACTIONS.items():
            seen[name] = seen[name] or happens(world)
    assert [name for name, acted in seen.items() if not acted] == []


ACTIONS: dict[str, Callable[[OracleModel], bool]] = {
    "an outage": lambda w: any(place.outage > 0.01 for place in w.places.values()),
    "a supply interruption": lambda w: any(lost > 0.0 for place in w.places.values() for lost in place.interruption.values()),
    "double orders": lambda w: any(product.phantom > 1.0 for product in w.products),
    "a die bank": lambda w: any(product.die_bank > product.demand for product in w.products),
    "slots rationed": lambda w: any(product.fill < 0.9 for product in w.products),
    "HBM short": lambda w: _short(w, "hbm"),
    "substrates short": lambda w: _short(w, "substrate"),
    "tools short": lambda w: _short(w, "tools"),
    "a queue": lambda w: any(product.queue > product.demand for product in w.products),
    "a dear stage": lambda w: any(stage.price > 1.1 for stage in w.stages.values()),
    "prepayment": lambda w: any(edge.prepaid_musd > 1.0 for edge in w.edges),
    "debt": lambda w: any(firm.debt_musd > 1.0 for firm in w.firms.values()),
    "learning": lambda w: any(line.defects < 0.9 * (1.0 - 0.9955) for line in w.stages["interposer_2_5d"].lines),
    "a relation that fades": lambda w: any(0.0 < edge.qualification < 0.5 for edge in w.edges),
    "shells ordered": lambda w: any(line.shell_orders > 0.1 for line in w.packaging),
    "tools started": lambda w: any(line.tools_started > 0.1 for line in w.packaging),
    "orders dropped": lambda w: any(line.dropped > 0.1 for line in w.packaging),
    "a conversion": lambda w: any(line.gained > 0.0 for line in w.packaging),
    "an idle line": lambda w: any(line.utilisation < w.p.idle_threshold for line in w.packaging if line.capacity > 0.0),
    "grants paid": lambda w: _outlay(w, "packaging_grant") > 1.0,
    "fab grants paid": lambda w: _outlay(w, "fab_grant") > 1.0,
    "tax credits": lambda w: _outlay(w, "tax_credit") > 1.0,
    "a cap used up": lambda w: any(left < 1.0 for place in _governed(w) for left in place.government.cap_left_musd.values()),
    "a programme suspended": lambda w: any(place.suspension_quarters > 0.0 and place.government.grant for place in _governed(w)),
    "a purse run dry": lambda w: any(place.government.purse_musd["packaging"] < 1.0 for place in _governed(w)),
}


def _short(world, item):
    return any(line.asked > 1.001 * (line.room + line.inventory) > 0.0 for line in world.stages[item].lines)


def _governed(world):
    return [place for place in world.places.values() if place.government is not None]


def _outlay(world, lever):
    return sum(place.government.outlay_musd.get(lever, 0.0) for place in _governed(world))


WORLDS = 512
AIM = 50.0
EXPERIMENT = """\
format: 1
name: oracle
title: Many games
scenario: first-game
arms: {race: {}}
outcomes:
OUTCOMES
seeds: {n: WORLDS}
"""


@pytest.mark.slow
@pytest.mark.benchmark
def test_games_per_second_beside_plain_floats(tmp_path, capsys):
    """Whole games of first-game with all compared metrics, set-up included, on one core; ``policygame batch`` plays its history."""
    scenario = load_scenario("first-game")
    text = EXPERIMENT.replace("OUTCOMES", "\n".join(_one_outcome_each())).replace("WORLDS", str(WORLDS))
    (tmp_path / "many.yaml").write_text(text)
    plan = load_experiment(str(tmp_path / "many.yaml"))
    folders = iter(range(100))

    def plain() -> object:
        return [play(scenario, seed, RACE) for seed in (1, 2, 3)]

    def engine() -> object:
        return Simulation(scenario, range(1, WORLDS + 1), seats(scenario, RACE), metrics=METRICS).run(28).result()

    def batch() -> object:
        return run_here(plan, tmp_path / str(next(folders)))

    with one_core():
        seconds = _interleaved(plain, engine, batch)
    rates = [3 / seconds[0], WORLDS / seconds[1], WORLDS / seconds[2]]
    with capsys.disabled():
        print(
            f"\nfirst-game, 28 quarters, {len(METRICS)} metrics: plain floats {rates[0]:.1f} games/s, "
            f"engine {rates[1]:.0f} games/s among {WORLDS} worlds ({rates[1] / rates[0]:.0f} times), "
            f"policygame batch of one outcome a metric {rates[2]:.0f} games/s ({rates[2] / rates[0]:.0f} times)"
        )
    assert rates[1] / rates[0] >= AIM


def _one_outcome_each() -> list[str]:
    """A line of an experiment file for every metric that is compared: the mean of its first series over the game."""
    recorded = play(load_scenario("first-game"), 1, quarters=1)[0]
    lines = []
    for metric in METRICS:
        _, entity, item = next(key for key in recorded if key[0] == metric)
        lines.append(f'  {metric}: {{metric: {metric}, entity: "{entity}", item: "{item}", reduce: mean}}')
    return lines


def _interleaved(*actions: Callable[[], object], repeats: int = 5) -> list[float]:
    """Median seconds of each action, tried in turn, so that a machine that slows down slows all; a first round is thrown away."""
    rounds = [[_seconds(action) for action in actions] for _ in range(repeats + 1)]
    return [statistics.median(column) for column in zip(*rounds[1:], strict=True)]


def _seconds(action: Callable[[], object]) -> float:
    gc.collect()
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin

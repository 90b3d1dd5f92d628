"""What the scenario substrate-2021 promises: substrates bind, not packaging; they come late; money for materials helps."""

from __future__ import annotations

import numpy as np
import pytest

from policygame import Policy, bottleneck_value, load_scenario, simulate

NAME = "substrate-2021"
SEEDS = range(1001, 1017)
FUNDERS = ("JPN", "CHN", "EUR")
NOBODY = {place: Policy.parse("") for place in (*FUNDERS, "TWN", "USA", "KOR")}
SHORTAGE = slice(4, 12)
"""2021 and 2022, counted from the start."""


@pytest.fixture(scope="module")
def untouched():
    return run({})


def run(policies, quarters=18):
    metrics = ["deliveries_kunits", "real_lead_time_weeks", "utilisation"]
    return simulate(NAME, SEEDS, policies=NOBODY | policies, quarters=quarters, metrics=metrics)


def delivered(result):
    """(world,): data-centre processors of 2021 and 2022, in thousands."""
    return result.array("deliveries_kunits", item="datacenter_cpu")[SHORTAGE].sum(axis=0)


@pytest.mark.slow
def test_substrates_bind_and_packaging_does_not():
    found = bottleneck_value(NAME, start="2021Q1", quarters=6, seeds=list(SEEDS))
    shares = found.shares("datacenter_cpu").set_index("stage")
    assert shares["share"]["substrate"] >= 0.8
    packaging = list(load_scenario(NAME).technologies)
    assert (shares.loc[packaging, ["share", "share_tied"]].to_numpy() == 0.0).all()


@pytest.mark.slow
def test_lead_times_rise_with_the_boom_and_fall_once_lines_and_the_bust_have_come(untouched):
    weeks = np.median(untouched.array("real_lead_time_weeks", item="datacenter_cpu"), axis=1)
    use = np.median(untouched.array("utilisation", item="substrate"), axis=1)
    assert weeks[0] < 6.1
    assert weeks[7] > weeks[0] + 2.0  # the end of 2021
    assert weeks[16] < weeks[0] + 0.5  # the start of 2024
    assert use[7] > 0.95 > 0.8 > use[16]


@pytest.mark.slow
def test_money_for_materials_delivers_where_packaging_grants_do_not(untouched):
    materials, packaging = (
        delivered(run({place: Policy.parse(line) for place in FUNDERS}, quarters=12))
        for line in (
            "2021Q1 supplier_programme substrate 100 until 2022Q4",
            "2021Q1 packaging_grant interposer_2_5d 0.4 cap 800 until 2022Q4",
        )
    )
    base = delivered(untouched)
    assert np.median(materials / base - 1.0) > 0.005
    assert (materials > base).mean() >= 0.9
    assert np.median(np.abs(packaging / base - 1.0)) < 0.0005

"""What an outlook may know, what it must not, and that divided, begun or longer work gives the same numbers."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from policygame import Policy, Simulation, compare
from policygame.catalogue import LEVERS
from policygame.game import outlook, presents
from policygame.game.outlook import Answer, Block, Cancelled, OutlookError, Request, answer_block, merge, other_seeds
from policygame.scenario import PolicyError

LEAD = ("lead_time_weeks", "world", "ai_accelerator")
CAPACITY = ("packaging_capacity_kwpm", "country:USA", "interposer_2_5d")
RIVAL = ("leadership", "country:TWN", "packaging")
GRANT = "2023Q1 packaging_grant interposer_2_5d 0.5"
ASKED = Request(
    scenario="first-game",
    seed=7,
    in_force=(("USA", "2022Q1 packaging_rnd interposer_2_5d 20"), ("CHN", "2022Q3 packaging_rnd interposer_2_5d 40")),
    present=4,
    turn_quarters=2,
    seat="USA",
    draft=GRANT,
    seeds=(1, 2, 3, 4, 5, 6),
    quarters=24,
    series=(LEAD, CAPACITY, RIVAL),
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    outlook.forget()
    yield
    outlook.forget()


def answer(request: Request) -> Answer:
    return merge(request, [answer_block(request, request.seeds)])


def same(one: Block, other: Block) -> bool:
    arrays = ("base", "draft", "base_outlay", "draft_outlay", "today")
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in arrays)


def test_an_outlook_is_a_comparison_from_the_present_with_the_rivals_as_they_are() -> None:
    block = answer_block(ASKED, ASKED.seeds)
    decided = {"TWN": Policy(), "KOR": Policy()} | {seat: Policy.parse(lines) for seat, lines in ASKED.in_force}
    game = Simulation("first-game", [7], decided).run(4)
    draft = {"USA": decided["USA"] + Policy.parse(GRANT)}
    found = compare(game, draft=draft, seeds=ASKED.seeds, quarters=24)
    for row, series in enumerate(ASKED.series):
        assert np.array_equal(block.base[row], found.base.array(*series))
        assert np.array_equal(block.draft[row], found.draft.array(*series))
        assert block.today[row] == game.result().array(*series)[-1, 0]
    for row, lever in enumerate(LEVERS):
        assert np.array_equal(block.draft_outlay[row], found.draft.array("outlay_musd", "government:USA", lever))
    assert block.draft[1, -1].mean() > block.base[1, -1].mean() + 0.05  # the grant did something


@pytest.mark.parametrize("draft", ["", "2023Q1 packaging_rnd interposer_2_5d 20", "2023Q1 packaging_rnd conventional 0"])
def test_a_draft_that_changes_nothing_differs_by_exactly_zero(draft: str) -> None:
    block = answer_block(replace(ASKED, draft=draft), ASKED.seeds)
    assert np.array_equal(block.base, block.draft)
    assert np.array_equal(block.base_outlay, block.draft_outlay)
    found = merge(replace(ASKED, draft=draft), [block])
    assert not found.difference.any()
    assert [(s.better, s.same, s.worse) for s in found.shares] == [(0, 6, 0)] * 3


def test_a_draft_of_nothing_is_what_is_in_force_and_runs_no_worlds_of_its_own() -> None:
    answer_block(replace(ASKED, draft="", quarters=2), ASKED.seeds)
    assert len(outlook._drafts) == 0
    answer_block(replace(ASKED, quarters=2), ASKED.seeds)
    assert len(outlook._drafts) == 1


def test_a_present_that_many_threads_ask_for_is_replayed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[int, ...]] = []

    class Counted(presents.Simulation):
        def _begin(self, states: object, parent: object) -> None:
            begun.append(self.seeds)
            super()._begin(states, parent)  # type: ignore[arg-type]

    monkeypatch.setattr(presents, "Simulation", Counted)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: presents.the_present(ASKED.past), range(8)))
    assert begun == [(7,)]
    assert all(one is found[0] for one in found)


def test_what_the_game_will_become_does_not_move_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The game's own shocks after the present are replaced by others: nothing of the answer reads them."""
    before = answer_block(ASKED, ASKED.seeds)
    outlook.forget()
    drawn = presents.Simulation

    class OtherFuture(drawn):  # type: ignore[valid-type, misc]
        def _begin(self, states: object, parent: object) -> None:
            super()._begin(states, parent)
            for block in self._blocks:
                if self.seeds == (7,):
                    for name in ("demand", "surge", "surge_size", "outage", "interruption", "reversal", "retaliation"):
                        draws = getattr(block.model.shocks, name)
                        draws[4:] = draws[4:][::-1]

    monkeypatch.setattr(presents, "Simulation", OtherFuture)
    assert same(answer_block(ASKED, ASKED.seeds), before)
    outlook.forget()
    late = Simulation("first-game", [7]).run(20).result().array(*LEAD)
    other = OtherFuture("first-game", [7]).run(20).result().array(*LEAD)
    assert np.array_equal(late[:4], other[:4])
    assert not np.array_equal(late[4:], other[4:])  # the game's own future did become another


@pytest.mark.parametrize("line", ["2023Q1 packaging_grant interposer_2_5d 0.1", "2024Q1 packaging_grant interposer_2_5d 0"])
def test_what_rivals_have_sealed_or_will_decide_is_refused(line: str) -> None:
    told = ("CHN", f"2022Q3 packaging_rnd interposer_2_5d 40\n{line}")
    with pytest.raises(OutlookError, match="not in force yet"):
        answer_block(replace(ASKED, in_force=(ASKED.in_force[0], told)), ASKED.seeds)


def test_what_rivals_have_announced_does_move_an_answer() -> None:
    other = replace(ASKED, in_force=ASKED.in_force[:1])
    assert not np.array_equal(answer_block(other, ASKED.seeds).base, answer_block(ASKED, ASKED.seeds).base)


def test_worlds_divided_among_processes_make_the_same_answer() -> None:
    whole = answer(ASKED)
    outlook.forget()
    first = answer_block(ASKED, ASKED.seeds[:3])
    outlook.forget()
    parted = merge(ASKED, [first, answer_block(ASKED, ASKED.seeds[3:])])
    assert parted.worlds == whole.worlds == 6
    for name in ("base", "draft", "today", "difference"):
        assert np.array_equal(getattr(parted, name), getattr(whole, name))
    assert (parted.shares, parted.outlay, parted.quarters) == (whole.shares, whole.outlay, whole.quarters)


def test_worlds_that_were_begun_go_on_to_the_same_numbers() -> None:
    answer_block(replace(ASKED, quarters=3), ASKED.seeds)
    longer = answer_block(ASKED, ASKED.seeds)
    shorter = answer_block(replace(ASKED, quarters=3), ASKED.seeds)
    outlook.forget()
    assert same(longer, answer_block(ASKED, ASKED.seeds))
    assert shorter.base.shape == (3, 3, 6)
    assert np.array_equal(shorter.draft, longer.draft[:, :3])


def test_an_answer_ends_with_the_scenario() -> None:
    found = answer(replace(ASKED, quarters=100))
    assert [str(q) for q in (found.quarters[0], found.quarters[-1])] == ["2023Q1", "2028Q4"]
    assert found.base.shape == (3, 5, 24)


def test_a_cancelled_request_stops_between_quarters_and_can_be_asked_again() -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 5

    with pytest.raises(Cancelled):
        answer_block(ASKED, ASKED.seeds, cancelled)
    assert len(asked) == 5
    again = answer_block(ASKED, ASKED.seeds)
    outlook.forget()
    assert same(again, answer_block(ASKED, ASKED.seeds))


def test_quantiles_shares_and_outlays_are_those_of_the_worlds() -> None:
    block = answer_block(ASKED, ASKED.seeds)
    found = merge(ASKED, [block])
    assert np.allclose(found.base[0, :, -1], np.quantile(block.base[0, -1], [0.05, 0.25, 0.5, 0.75, 0.95]), rtol=1e-12)
    gain = block.draft[1, -1] - block.base[1, -1]
    assert found.shares[1].better == (gain > 0.05).sum() > 0
    assert found.shares[1].same == (np.abs(gain) <= 0.05).sum() > 0
    assert found.shares[1].wanted == "higher"
    assert found.shares[0].wanted == "lower"
    assert found.shares[2].wanted is None  # a rival's lead is nobody's aim here
    assert all(s.worlds == 6 for s in found.shares)
    grant = next(line for line in found.outlay if line.lever == "packaging_grant")
    spent = block.draft_outlay[list(LEVERS).index("packaging_grant")]
    assert grant.now_musd == np.median(spent[:2].sum(axis=0))
    assert grant.later_musd == np.median(spent[2:].sum(axis=0)) > 0.0
    assert (grant.base_now_musd, grant.base_later_musd) == (0.0, 0.0)
    research = next(line for line in found.outlay if line.lever == "packaging_rnd")
    assert (research.now_musd, research.later_musd) == (40.0, 440.0)


def test_fewer_weeks_are_better_and_a_hair_is_the_same() -> None:
    base = np.array([10.0, 10.0, 10.0, 10.0, 0.0, 400.0])
    draft = np.array([9.0, 9.999, 11.0, 8.0, 1e-9, 401.0])
    assert outlook._shares(base, draft, "lower", 0.5) == outlook.Shares(2, 3, 1, "lower")
    assert outlook._shares(base, draft, "higher", 0.5) == outlook.Shares(1, 3, 2, "higher")
    assert outlook._shares(base, draft, None, 0.5) == outlook.Shares(1, 3, 2, None)


def test_the_worlds_of_an_outlook_are_others_than_the_games() -> None:
    assert 7 not in other_seeds(7, 200)
    assert len(set(other_seeds(7, 200))) == 200
    assert other_seeds(7, 200)[:6] == other_seeds(7, 6)


def test_requests_and_blocks_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ASKED)) == ASKED
    assert len({ASKED, replace(ASKED), replace(ASKED, draft="")}) == 2
    block = answer_block(replace(ASKED, quarters=1), ASKED.seeds[:2])
    assert same(pickle.loads(pickle.dumps(block)), block)


def test_a_process_keeps_few_worlds() -> None:
    for amount in range(1, 8):
        asked = replace(ASKED, quarters=1, draft=f"2023Q1 packaging_rnd interposer_2_5d {amount}", seed=7 + 100 * amount)
        answer_block(asked, ASKED.seeds[:2])
    assert len(presents._presents) == presents.PRESENTS
    assert len(outlook._drafts) == outlook.DRAFTS
    assert len(outlook._worlds) == outlook.BASES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 3}, "own seed 3"),
        ({"seat": "XXX"}, "unknown government 'XXX'"),
        ({"in_force": (("MYS", ""),)}, "unknown government 'MYS'"),
        ({"present": 28}, "allowed are 0 to 27"),
        ({"draft": "2024Q3 packaging_rnd interposer_2_5d 5"}, "not dated 2023Q1"),
        ({"draft": "2022Q1 packaging_rnd interposer_2_5d 5"}, "not dated 2023Q1"),
        ({"quarters": 0}, "1 or more"),
        ({"series": ()}, "at least one series"),
    ],
)
def test_what_cannot_be_asked_is_told(change: dict[str, object], message: str) -> None:
    with pytest.raises(OutlookError, match=message):
        answer_block(replace(ASKED, **change), ASKED.seeds)  # type: ignore[arg-type]


def test_a_draft_that_the_role_may_not_decide_is_refused_by_the_policy() -> None:
    with pytest.raises(PolicyError, match="out of bounds"):
        answer_block(replace(ASKED, draft="2023Q1 packaging_grant interposer_2_5d 0.9"), ASKED.seeds)
    with pytest.raises(PolicyError, match="may not use stockpile"):
        answer_block(replace(ASKED, draft="2023Q1 stockpile ai_accelerator 9"), ASKED.seeds)


def test_a_draft_that_could_not_be_paid_for_ever_still_has_an_outlook() -> None:
    """Money is judged turn by turn, by the treasury; for good, nobody could pay this."""
    draft = "2023Q1 packaging_rnd interposer_2_5d 300"
    game = Simulation("first-game", [7])
    with pytest.raises(PolicyError, match="fixed outlays"):
        game.branch(policies={"USA": Policy.parse(draft)})
    assert answer_block(replace(ASKED, draft=draft, quarters=2), ASKED.seeds).draft_outlay.max() > 0.0


def test_blocks_must_be_of_different_worlds() -> None:
    block = answer_block(replace(ASKED, quarters=1), ASKED.seeds[:2])
    with pytest.raises(OutlookError, match="stands in two blocks"):
        merge(ASKED, [block, block])
    with pytest.raises(OutlookError, match="at least one block"):
        merge(ASKED, [])

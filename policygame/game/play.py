"""A whole game from a file of decisions: the same events as in the browser, without one.

The file is plain text. It names a scenario, a seed and the seats that somebody plays, each followed by its dated lines; bots play the rest:

    scenario first-game
    seed 7
    seat USA Ann
    2023Q1 packaging_grant interposer_2_5d 0.4 cap 1500
    2024Q1 packaging_grant interposer_2_5d 0.2
    bot CHN subsidy-matcher

What a line may say is ``scenario.policy``'s business; here lines are dealt out to the turns that they are dated in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from policygame.catalogue import nearest
from policygame.errors import UserError
from policygame.game import commands as c
from policygame.game.bot_seats import decision_of
from policygame.game.commands import Command, Refused
from policygame.game.events import Event
from policygame.game.game import Game, create_game
from policygame.game.position import Position
from policygame.game.resolution import resolve
from policygame.game.turns import Calendar, seats_of
from policygame.model.agents.government import Strategy
from policygame.scenario import Policy, PolicyError, load_scenario

__all__ = ["Plan", "PlanError", "play", "read_plan"]

_WORDS = ("scenario", "seed", "seat", "bot")
OnTurn = Callable[[Game, Position], None]


class PlanError(UserError):
    """A file of decisions that cannot be played."""


@dataclass(frozen=True)
class Plan:
    """What is to be played: ``players`` names who plays a seat, ``policies`` what they decide, ``bots`` who plays which other seat."""

    scenario: str
    seed: int = 1
    players: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    bots: Mapping[str, str] = field(default_factory=dict)


def read_plan(text: str, source: str = "the file") -> Plan:
    """The plan that a text states; PlanError names the line that is wrong."""
    scenario, seed, seat = "", 1, ""
    players: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    bots: dict[str, str] = {}
    for number, whole in enumerate(text.splitlines(), start=1):
        words = whole.partition("#")[0].split()
        if not words:
            continue
        keyword, rest = words[0], words[1:]
        if keyword in _WORDS and not rest:
            raise PlanError(f"{source}, line {number}: '{keyword}' needs a value")
        match keyword:
            case "scenario":
                scenario = rest[0]
            case "seed":
                if not rest[0].isdecimal() or int(rest[0]) >= 2**63:
                    raise PlanError(f"{source}, line {number}: a seed is a whole number from 0 on; found {rest[0]!r}")
                seed = int(rest[0])
            case "seat":
                seat = rest[0]
                players[seat] = " ".join(rest[1:]) or seat
                lines.setdefault(seat, [])
            case "bot":
                if len(rest) != 2:
                    raise PlanError(f"{source}, line {number}: write 'bot SEAT NAME', like 'bot CHN subsidy-matcher'")
                bots[rest[0]] = rest[1]
            case _ if keyword[:1].isdigit():
                if not seat:
                    raise PlanError(f"{source}, line {number}: a decision stands before any 'seat'; write 'seat USA' above it")
                lines[seat].append(whole)
            case _:
                hint = nearest(keyword, _WORDS)
                allowed = "scenario, seed, seat, bot or a dated decision like '2023Q1 packaging_grant fan_out 0.4'"
                raise PlanError(f"{source}, line {number}: {keyword!r} is not understood; a line begins with {allowed}.{hint}")
    if not scenario:
        raise PlanError(f"{source} names no scenario; begin it with a line like 'scenario first-game'")
    if not players:
        raise PlanError(f"{source} names nobody who plays; write 'seat USA' above its decisions")
    try:
        policies = {name: Policy.parse("\n".join(own)) for name, own in lines.items()}
    except PolicyError as error:
        raise PlanError(f"{source}: {error}") from None
    return Plan(scenario, seed, players, policies, bots)


def play(
    plan: Plan,
    *,
    turns: int | None = None,
    on_turn: OnTurn | None = None,
    strategies: Mapping[str, Strategy] | None = None,
) -> list[Event]:
    """Play a plan to the scenario's end, or through ``turns``; returns the log. ``on_turn`` hears the game and position after each.

    ``strategies``: seat of a player -> what decides for it in every turn, instead of lines of the plan. What it decides goes into the log
    as lines, judged as a person's are, so that whoever has the game needs no strategy.

    Refused where a decision is, as in the browser; PlanError where a line is dated in no turn.
    """
    scenario = load_scenario(plan.scenario)
    _check_dates(plan, Calendar.of(scenario), seats_of(scenario))
    name = f"play-{plan.scenario}-{plan.seed}"
    log = create_game(scenario, game_id=name, code="PLAY", seed=plan.seed, owner_token=name, bots=plan.bots, predictions=False)
    game = Game.of(log)
    position = Position.of(game)

    def act(command: Command, token: str) -> None:
        nonlocal game
        for event in game.decide(command, token=token, position=position):
            log.append(event)
            game = game.apply(event)

    for seat, player in plan.players.items():
        act(c.ClaimSeat(seat=seat, player=player), f"{name}-{seat}")
    while game.phase == "playing" and (turns is None or game.turn <= turns):
        for seat in plan.players:
            decided = decision_of(position, seat, strategies[seat]) if strategies and seat in strategies else plan.policies[seat]
            lines = tuple(str(setting) for setting in decided.settings if setting.quarter == game.quarter)
            act(c.SubmitDecision(seat=seat, turn=game.turn, lines=lines), f"{name}-{seat}")
        events, position = resolve(game, position)
        for event in events:
            log.append(event)
            game = game.apply(event)
        if on_turn is not None:
            on_turn(game, position)
    return log


def _check_dates(plan: Plan, calendar: Calendar, seats: tuple[str, ...]) -> None:
    """Every decision is dated the first quarter of a turn: there and nowhere else can a player decide."""
    begins = [calendar.begins(turn) for turn in range(1, calendar.turns + 1)]
    for seat, policy in plan.policies.items():
        if seat not in seats:
            raise Refused(
                "unknown_seat",
                f"There is no seat {seat!r} in {plan.scenario}; seats are {', '.join(seats)}.{nearest(seat, seats)}",
            )
        for setting in policy.settings:
            if setting.quarter not in begins:
                told = ", ".join(map(str, begins[:3])) + (f", ... to {begins[-1]}" if len(begins) > 3 else "")
                raise PlanError(f"{seat}: '{setting}' is dated in no turn's first quarter; turns begin in {told}")

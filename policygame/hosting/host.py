"""``Host``: the one place where games are changed. It judges commands by the rules, writes what follows, and resolves turns.

Every command is appended to the log before it is acknowledged. When all people at a table have decided, the turn is resolved at once,
and all that follows from it is appended as one: a process that is killed leaves the turn either resolved or not, never by halves, and
``recover`` resolves what was left. What a player may see is made here too, by ``policygame.game.views``.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policygame.errors import UserError
from policygame.game import Game, Position, Refused, SeatView, create_game, event_json, parse_event, resolve, view_of
from policygame.game.commands import Command, parse_command
from policygame.game.events import Event, GameCreated
from policygame.game.handin import game_file
from policygame.game.programs import Program, is_program
from policygame.game.scenarios import scenario_named
from policygame.hosting.codes import SHORTEST_TOKEN, is_code, new_code, new_id, new_seed, new_token
from policygame.hosting.files import imported, public_events, usable_id
from policygame.hosting.notices import Notices
from policygame.hosting.resent import has_happened
from policygame.hosting.stored import stored_result, unrecorded
from policygame.result import Result
from policygame.scenario import Scenario, shipped_scenarios
from policygame.simulation import check_seeds
from policygame.store import CodeTaken, Conflict, Store, StoredGame, UnknownGame

__all__ = ["POSITIONS", "Entry", "Host"]

POSITIONS = 32
"""Games whose position is kept ready; that of another is replayed when it is asked for."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """How somebody gets into a game: its id, the code that others join by, and their own secret token."""

    game_id: str
    code: str
    token: str


@dataclass(frozen=True)
class _Standing:
    """A game and where it stands; ``stored``: what to show of it where its model is no longer there to replay it."""

    game: Game
    position: Position
    stored: Result | None = None


class _Table:
    """The lock of one game, and its standing as long as that is kept; ``anew``: its owner wants results of another model's game
    derived by the installed one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.standing: _Standing | None = None
        self.anew = False


class Host:
    """The games of one store. Safe to use from several threads; whoever changes the same game waits for one another."""

    def __init__(self, store: Store, *, positions: int = POSITIONS, programs: Sequence[Program] = ()) -> None:
        """``programs`` may sit where bots do, in games that name them."""
        self.store = store
        self.programs = tuple(programs)
        self._positions = positions
        self._lock = threading.Lock()
        self._tables: dict[str, _Table] = {}
        self._kept: OrderedDict[str, _Table] = OrderedDict()
        self._notices = Notices()

    # coming in -------------------------------------------------------------------------------------------------------

    def create(
        self,
        scenario: str,
        seat: str | None,
        player: str,
        *,
        seed: int | None = None,
        bots: Mapping[str, str] | None = None,
        together: bool = False,
        predictions: bool = True,
        assignment: bool = False,
        token: str | None = None,
    ) -> Entry:
        """Create a game of a shipped scenario and sit down in ``seat`` (None: own the game and hold no seat).

        ``seed`` None: one is drawn. ``bots`` names bots of seats, or programs that this host has. ``together``: others may join
        before the owner starts it.
        ``token``: the secret of somebody who has one already. Raises ``Refused``.
        """
        own = _checked_token(token)
        loaded = _shipped(scenario)
        chosen = new_seed() if seed is None else check_seeds([seed])[0]
        game_id = new_id()
        for place, bot in (bots or {}).items():
            if is_program(bot) and not any(one.name == bot and one.fits(loaded.name, place) for one in self.programs):
                raise Refused("out_of_bounds", f"No program {bot} plays {place} of {loaded.name} on this server.")

        def events(code: str) -> list[Event]:
            log = create_game(
                loaded,
                game_id=game_id,
                code=code,
                seed=chosen,
                owner_token=own,
                bots=bots,
                predictions=predictions,
                together=together,
                assignment=assignment,
            )
            if seat is not None:
                log += Game.of(log).decide(_claim(seat, player), token=own)
            return log

        return Entry(game_id, self._begin(game_id, new_code(), events), own)

    def join(self, code: str, player: str, seat: str, *, token: str | None = None) -> Entry:
        """Take a free seat of the game with that code. Raises ``Refused`` where there is none, or the seat is taken."""
        own = _checked_token(token)
        found = self.find(code)
        if found is None:
            raise Refused("unknown_game", "No game has this code. Ask whoever created the game to read it to you again.")
        self.act(found.id, own, _claim(seat, player))
        return Entry(found.id, found.code, own)

    def find(self, code: str) -> StoredGame | None:
        """The game of a code, if there is one."""
        wanted = code.strip().upper()
        return self.store.find_code(wanted) if is_code(wanted) else None

    def _begin(self, game_id: str, code: str, events: Callable[[str], Sequence[Event]]) -> str:
        """Write the first events of a game; another code is drawn where it is taken. Returns the code."""
        while True:
            log = events(code)
            game = Game.of(log)
            try:
                self.store.create(game_id, code, game.scenario.name, _texts(log), status=game.phase)
            except CodeTaken:
                code = new_code()
            else:
                return code

    # playing ---------------------------------------------------------------------------------------------------------

    def act(self, game_id: str, token: str | None, command: Command) -> None:
        """Carry out a command; when this returns, what it changed is on the disk, and a turn that all have decided is resolved.

        A command that is sent again is answered with what holds. Raises ``Refused`` with a reason where the game does not carry it
        out, and ``StoreError`` where the database does not take it; the game is then as it was.
        """
        table, before = self._table(game_id), None
        try:
            with table.lock:
                before = self._stand(game_id, table).game.sequence
                self._decide(game_id, table, token, command)
                self._resolve(game_id, table)
        finally:
            after = table.standing
            if before is not None and (after is None or after.game.sequence != before):
                self._notices.tell(game_id)

    def _decide(self, game_id: str, table: _Table, token: str | None, command: Command) -> None:
        """Append what a command makes happen; judged anew whenever somebody else has appended meanwhile."""
        while True:
            standing = self._stand(game_id, table)
            if has_happened(standing.game, token, command):
                return
            events = standing.game.decide(command, token=token, position=standing.position)
            try:
                self._append(game_id, table, standing.game, events, standing.position)
            except Conflict:
                continue
            return

    def _resolve(self, game_id: str, table: _Table) -> bool:
        """Resolve the current turn if everybody has decided; whether it was resolved here."""
        while True:
            standing = self._stand(game_id, table)
            if not (standing.game.ready and standing.game.same_model):
                return False
            events, following = resolve(standing.game, standing.position, self.programs)
            try:
                results = unrecorded(following, self.store.turns_with_results(game_id))
                self._append(game_id, table, standing.game, events, following, results)
            except Conflict:
                continue
            return True

    def _append(
        self,
        game_id: str,
        table: _Table,
        game: Game,
        events: Sequence[Event],
        position: Position,
        results: Mapping[int, bytes] | None = None,
    ) -> None:
        """Write events, then stand where they lead; whatever goes wrong, the log is asked again where the game stands."""
        if not events:
            return
        after = game
        for event in events:
            after = after.apply(event)
        try:
            self.store.append(game_id, game.sequence, _texts(events), status=after.phase, results=results)
            self._keep(game_id, table, _Standing(after, position))
        except BaseException:  # an interrupt, too, may come when the log has them already
            table.standing = None
            raise

    def recover(self) -> list[str]:
        """Resolve every turn that all people had decided when a server ended; the ids of those games. To be called at start."""
        resolved = []
        for stored in self.store.games():
            if stored.status != "playing":
                continue
            table = self._table(stored.id)
            try:
                with table.lock:
                    if self._ready(stored.id) and self._resolve(stored.id, table):
                        resolved.append(stored.id)
            except UserError as error:
                _log.warning("the game %s cannot be played on: %s", stored.id, error)
            except Exception:  # one game must not keep all others from being hosted
                _log.exception("the game %s cannot be played on", stored.id)
        for game_id in resolved:
            self._notices.tell(game_id)
        return resolved

    def _ready(self, game_id: str) -> bool:
        """Whether a turn waits to be resolved, without replaying the game."""
        game = Game.of(map(parse_event, self.store.events(game_id)))
        return game.ready and game.same_model

    # looking ---------------------------------------------------------------------------------------------------------

    def view(self, game_id: str, token: str | None) -> SeatView:
        """What whoever holds ``token`` may see of a game. Raises ``Refused`` for an unknown one.

        A game of another model is shown from the results that were stored when it was played, if they are there, and no model runs.
        """
        standing, table = self._standing(game_id), self._table(game_id)
        return view_of(standing.game, standing.position, token, stored=standing.stored, asked_anew=table.anew)

    def rederive(self, game_id: str, token: str | None, *, anew: bool = True) -> None:
        """Show a game of another model as the installed one derives it from its decisions; ``anew`` False: from its stored results again.

        For its owner. Holds for everybody who looks, as long as this host is there; log and stored results stay as they are, and the
        game is not played on. Raises ``Refused``.
        """
        table = self._table(game_id)
        with table.lock:
            game = self._stand(game_id, table).game
            if not game.is_owner(token):
                raise Refused("not_the_owner", "Only whoever created the game may do this.")
            changed = table.anew != anew and not game.same_model
            if changed:
                table.anew, table.standing = anew, None
        if changed:
            self._notices.tell(game_id)

    def game(self, game_id: str) -> Game:
        """The game, with everything that is secret in it: for the server's own use."""
        return self._standing(game_id).game

    def position(self, game_id: str) -> Position:
        """Where a game stands by the installed model, with everything that is secret in it: for the server's own use."""
        return self._standing(game_id).position

    def subscribe(self, game_id: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after every change of a game, from the thread that made it and with no lock held; returns what ends that.

        One that raises is not called again.
        """
        return self._notices.subscribe(game_id, callback)

    # files -----------------------------------------------------------------------------------------------------------

    def game_file(self, game_id: str, *, whole: bool = False) -> str:
        """The game as a file. Drafts and what is sealed in the open turn are left out, unless ``whole``, which is for the operator."""
        events = self._events(game_id)
        return game_file(events if whole else public_events(events))

    def import_file(self, text: str | bytes, source: str = "the file") -> str:
        """Take in a game from a file, and return its id. Raises ``GameFileError`` if it holds none.

        It gets another code where its own is taken, and another id where another log has it; the same log is not taken in twice.
        """
        events = imported(text, source)
        created = events[0]
        assert isinstance(created, GameCreated)
        there = self._log_of(created.game_id) if usable_id(created) else None
        if there is not None and there[1:] == events[1:] and _same_but_code(there[0], created):
            return created.game_id
        game_id = created.game_id if there is None and usable_id(created) else new_id()

        def log(code: str) -> list[Event]:
            return [created.model_copy(update={"game_id": game_id, "code": code}), *events[1:]]

        self._begin(game_id, created.code if is_code(created.code) else new_code(), log)
        return game_id

    def _log_of(self, game_id: str) -> list[Event] | None:
        try:
            return self._events(game_id)
        except Refused:
            return None

    def _events(self, game_id: str) -> list[Event]:
        try:
            return [parse_event(text) for text in self.store.events(game_id)]
        except UnknownGame as error:
            raise _unknown_game() from error

    # where games stand -----------------------------------------------------------------------------------------------

    def _standing(self, game_id: str) -> _Standing:
        """Where a game stands; nobody waits for a turn that is being resolved: before it is written, it has not happened."""
        table = self._table(game_id)
        standing = table.standing
        if standing is None:
            with table.lock:
                standing = self._stand(game_id, table)
        else:
            self._touch(game_id, table)
        return standing

    def _table(self, game_id: str) -> _Table:
        """The table of a game that exists."""
        with self._lock:
            table = self._tables.get(game_id)
        if table is None:
            if self.store.game(game_id) is None:
                raise _unknown_game()
            with self._lock:
                table = self._tables.setdefault(game_id, _Table())
        return table

    def _stand(self, game_id: str, table: _Table) -> _Standing:
        """Where a game stands; the caller holds its lock."""
        standing = table.standing
        if standing is None:
            game = Game.of(self._events(game_id))
            stored = None if game.same_model or table.anew else stored_result(self.store, game)
            standing = _Standing(game, Position.of(game), stored)
            self._keep(game_id, table, standing)
        return standing

    def _keep(self, game_id: str, table: _Table, standing: _Standing) -> None:
        """Keep a standing ready, its world replayed unless it is shown as stored; the caller holds the game's lock."""
        if standing.stored is None:
            _ = standing.position.result
        table.standing = standing
        self._touch(game_id, table)

    def _touch(self, game_id: str, table: _Table) -> None:
        """Count a game as used last, and let go of the standing that was used longest ago."""
        with self._lock:
            self._kept[game_id] = table
            self._kept.move_to_end(game_id)
            while len(self._kept) > self._positions:
                self._kept.popitem(last=False)[1].standing = None


def _texts(events: Sequence[Event]) -> list[str]:
    return [event_json(event) for event in events]


def _claim(seat: str, player: str) -> Command:
    """The command to take a seat, its bounds checked."""
    return parse_command(json.dumps({"kind": "claim_seat", "seat": seat, "player": player}))


def _checked_token(token: str | None) -> str:
    if token is None:
        return new_token()
    if len(token) < SHORTEST_TOKEN:
        raise Refused("wrong_token", f"A token has at least {SHORTEST_TOKEN} characters, so that nobody can guess it.")
    return token


def _shipped(name: str) -> Scenario:
    """A scenario that ships with the program: a name that comes from a browser must not be a path of this machine."""
    if name not in shipped_scenarios():
        raise Refused("out_of_bounds", f"There is no scenario {name[:80]!r}; there are {', '.join(shipped_scenarios())}.")
    return scenario_named(name)


def _unknown_game() -> Refused:
    return Refused("unknown_game", "There is no such game on this server. Join again with the game's code.")


def _same_but_code(there: Event, created: GameCreated) -> bool:
    return isinstance(there, GameCreated) and there.model_copy(update={"code": created.code}) == created

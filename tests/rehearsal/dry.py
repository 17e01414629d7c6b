"""A rehearsal without a server: the same people against the pure domain, one act at a time."""

from collections.abc import Callable
from typing import Any

from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.ensemble import people_of, script_of
from evalroom.rehearsal.people import Act
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.catalogue import read_command
from evalroom.sessions.evolving import fold
from evalroom.sessions.genesis import open_session
from evalroom.sessions.messages import Event
from evalroom.sessions.session import decide
from evalroom.sessions.state import Session
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.visibility import audience_of, view
from tests.sessions.cast import seated_actor

MOST_ACTS = 5_000


class DryStage:
    """Everybody of one scenario around one state. An account's id is its login."""

    def __init__(self, tender: Tender, scenario: str, seed: int = 1) -> None:
        self.script = script_of(tender, SCENARIOS[scenario], seed)
        recusal = self.script.scenario.has("recusal")
        self.cast = cast_of(tender, substitute=recusal)
        accounts = {part.login: part.login for part in self.cast.everyone}
        self.people = people_of(self.script, self.cast, accounts)
        self.logins = {part.key: part.login for part in self.cast.everyone}
        self.events: list[Event] = []
        self.acts: list[tuple[str, str, dict[str, Any]]] = []
        self.at = 1
        self.after_each_act: Callable[[], None] = lambda: None
        appointments = {
            part.login: part.appointment
            for part in self.cast.everyone
            if part.appointment is not None
        }
        self.state: Session = fold(None, self._open(tender, appointments), self.at)

    def play(self, until: Callable[[Session], bool] = lambda state: state.over) -> Session:
        """Let each do what he would do, in turn, until nobody has anything to do."""
        for _ in range(MOST_ACTS):
            if until(self.state) or not self._round():
                return self.state
        raise AssertionError("the rehearsal does not end")

    def would(self, key: str) -> Act | None:
        """What somebody would do now; asked twice he says the same."""
        login = self.logins[key]
        if login not in self.state.seats.appointments:
            return None
        seen = view(self.state, audience_of(self.state, login))
        act = self.people[key].next(seen)
        assert self.people[key].next(seen) == act
        return act

    def _round(self) -> bool:
        acted = False
        for key, person in self.people.items():
            act = self.would(key)
            if act is None:
                continue
            acted = True
            self._give(self.logins[key], act.name, act.args, act.seen)
            person.done(act)
            self.acts.append((key, act.name, act.args))
        return acted

    def _give(self, login: str, name: str, args: dict[str, Any], seen: int | None) -> None:
        self.at += 1_000
        command = read_command(name, args)
        actor = seated_actor(self.state, login)
        events = decide(self.state, command, actor, self.at, seen)
        assert events, f"{name} by {login} changes nothing"
        self.events += events
        self.state = fold(self.state, events, self.at)
        self.after_each_act()

    @staticmethod
    def _open(tender: Tender, appointments: Any) -> tuple[Event, ...]:
        return open_session(
            "0" * 32,
            tender,
            appointments,
            by="system-office",
            seed="5e" * 32,
            key="k1",
            public_key="00" * 32,
            rehearsal=True,
        )

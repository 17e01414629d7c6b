"""The gate between rules and media: what the session's state says about who may see and hear."""

from collections.abc import Callable
from typing import Final

from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Source
from evalroom.monitoring.hub import Hub
from evalroom.room import Room, Rooms
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import same_seat
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import audience_of, watching
from evalroom.sessions.visibility.audience import Audience
from evalroom.sessions.visibility.watching import KINDS, Source as Named, source_for

AWAY_RETRY_MS: Final = 1_000

Turn = tuple[tuple[int, int], ...]
"""Of all sections: which round is revealed, which is under way. It is another one whenever a seal
has come or gone."""


class SessionGate:
    """Asks the rooms of this node. A session has to be open (`ready`) before it is asked about."""

    def __init__(self, rooms: Rooms, hub: Hub, clock: Clock) -> None:
        self._rooms = rooms
        self._hub = hub
        self._clock = clock
        # When this node first saw a screen unsealed in a turn: what arrived before is not shown.
        self._unsealed: dict[tuple[str, str], tuple[Turn, int]] = {}

    async def ready(self, session: str) -> Room:
        """Load a session. Raises `Refused`."""
        return await self._rooms.open(session)

    def may_publish(self, principal: Principal, session: str, source: str) -> None:
        """Raise `Refused` unless this source is his to show or say, here and now."""
        principal.within(session, "publish", source)
        principal.takes_part()
        state = self._room(session).session
        audience = audience_of(state, principal.id)
        named = source_for(state, audience, source)
        watching.may_publish(state, audience, principal.id, principal.device, named)

    def may_watch(self, principal: Principal, session: str, source: str) -> None:
        """Raise `Refused` unless he may see or hear it now; nobody hears himself."""
        principal.within(session, "watch", source)
        self._may_watch(principal, self._room(session).session, source)

    def sources(self, principal: Principal, session: str) -> tuple[Source, ...]:
        """All that he may see or hear now: seats in the order of the tender, then venues, then
        whoever else speaks. Raises `Refused` for whoever has nothing to watch in this session.
        """
        principal.within_any(session, "watch")
        state = self._room(session).session
        _onlooker(state, principal)
        names = [f"seat.{seat.member}.{kind}" for seat in state.tender.seats for kind in KINDS]
        streams = (stream.source for stream in self._hub.streams(session) if stream.live)
        others = (s for s in streams if not s.startswith("seat."))
        names += sorted(others, key=lambda s: (not s.startswith("venue."), s))
        return tuple(s for name in names if (s := self._shown(principal, state, name)))

    def watch(self, session: str, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called in the step in which the session's state changes."""
        return self._room(session).watch(told)

    def muted(self, session: str) -> frozenset[str]:
        """The microphones that are closed."""
        room = self._rooms.find(session)
        muted = () if room is None else room.session.speaking.muted
        return frozenset(f"seat.{member}.microphone" for member in muted)

    def look(self, session: str) -> None:
        """Forget since when screens are open that have been sealed again."""
        room = self._rooms.find(session)
        for key in [key for key in self._unsealed if key[0] == session]:
            if room is None or sealed_live(room.session, key[1]):
                del self._unsealed[key]

    def forget(self, session: str) -> None:
        """A session is over, or nobody is here any more."""
        for key in [key for key in self._unsealed if key[0] == session]:
            del self._unsealed[key]

    def _may_watch(self, principal: Principal, state: Session, source: str) -> Named:
        audience = _onlooker(state, principal)
        named = source_for(state, audience, source)
        if named.kind == "microphone" and (
            named.account == principal.id or (named.member or "") == audience.member
        ):
            raise Refused("own_voice")
        watching.may_watch(state, audience, named)
        return named

    def _shown(self, principal: Principal, state: Session, name: str) -> Source | None:
        try:
            principal.within(state.id, "watch", name)
            named = self._may_watch(principal, state, name)
        except Refused:
            return None
        label = {
            key: value
            for key in ("member", "venue", "account")
            if (value := getattr(named, key)) is not None
        }
        whose = name.partition(".")[0]
        since = self._since(principal, state, named)
        return Source(name, named.kind, f"source.{whose}.{named.kind}", label, since)

    def _since(self, principal: Principal, state: Session, named: Named) -> int:
        if named.kind != "screen" or named.member is None:
            return 0
        if audience_of(state, principal.id).member == named.member:
            return 0
        key, turn = (state.id, named.member), _turn(state)
        known = self._unsealed.get(key)
        if known is None or known[0] != turn:
            known = self._unsealed[key] = turn, self._clock.wall()
        return known[1]

    def _room(self, session: str) -> Room:
        room = self._rooms.find(session)
        if room is None:
            raise Refused("unavailable", retry_ms=AWAY_RETRY_MS)
        return room


def _onlooker(state: Session, principal: Principal) -> Audience:
    """As whom somebody sees and hears from where he is: a member at the device of his seat alone.
    Raises `Refused`.
    """
    principal.takes_part()
    audience = audience_of(state, principal.id)
    if not same_seat(state, audience.member, principal.device):
        raise Refused("other_device")
    return audience


def sealed_live(state: Session, member: str) -> bool:
    """Whether nobody but the member sees this screen now."""
    return watching.screen_sealed(state, member) and not state.recordings.opened(member)


def _turn(state: Session) -> Turn:
    revealed, progress = state.sheets.revealed, state.sheets.progress
    return tuple(
        (revealed.get(section, 0), progress[section].round if section in progress else 0)
        for section in state.plan.section_scorers
    )

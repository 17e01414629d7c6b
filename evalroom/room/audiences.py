"""The streams of a room: each audience is told of a change once, whoever and however many listen.

What is told is put into a frame at once, within the same turn of the loop in which the entry became
part of the state, and before its author is answered: so no answer overtakes a change, and a reader
who joins between two entries misses nothing and hears nothing twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evalroom.identity.principal import Principal
from evalroom.room.bugs import place_of
from evalroom.room.limits import (
    BUSY_RETRY_MS,
    EPHEMERAL_OWED_BYTES,
    OWED_CHECK_BYTES,
    READERS,
    REVEALED_CELLS,
)
from evalroom.room.means import Frames, Sink
from evalroom.sessions.messages import Event
from evalroom.sessions.people import Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import same_seat
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import (
    Audience,
    Change,
    audience_of,
    changes,
    concerned,
    newly_revealed,
)
from evalroom.sessions.visibility.audience import left_out
from evalroom.wire.limits import MARK_CHANGES, OWED_BYTES

log = logging.getLogger(__name__)


class Membership:
    """One reader's place in a room."""

    __slots__ = ("_leave", "audience", "principal", "sink")

    def __init__(
        self,
        principal: Principal,
        audience: Audience,
        sink: Sink,
        leave: "Callable[[Membership], None]",
    ) -> None:
        self.principal = principal
        self.audience = audience
        self.sink = sink
        self._leave: Callable[[Membership], None] | None = leave

    def leave(self) -> None:
        """Give the place up; the sink is written no more. Safe to repeat."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave(self)


_Told = list[Sequence[Change]]


class _Stream:
    """One audience. `readers` is never written to, only replaced: a good-bye may come from within
    a walk over it."""

    __slots__ = ("readers", "since_mark", "told", "unchecked")

    def __init__(self) -> None:
        self.readers: tuple[Membership, ...] = ()
        self.told: _Told = []
        self.since_mark = 0
        self.unchecked = 0


class Audiences:
    """Everyone who listens to one session on this node."""

    def __init__(
        self, frames: Frames, seal: Callable[[Audience], bytes], wall: Callable[[], int]
    ) -> None:
        """`seal` gives an audience its token for the present state."""
        self._frames = frames
        self._seal = seal
        self._wall = wall
        self._streams: dict[Audience, _Stream] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def members(self) -> dict[str, int]:
        """How many readers each member of the committee has here."""
        found: dict[str, int] = {}
        for audience, stream in self._streams.items():
            if audience.member is not None:
                found[audience.member] = found.get(audience.member, 0) + len(stream.readers)
        return found

    def holding(self, office: Role) -> frozenset[str]:
        """The accounts that hold an office and have a reader here."""
        return frozenset(
            reader.principal.id
            for audience, stream in self._streams.items()
            if audience.holds(office)
            for reader in stream.readers
        )

    def join(
        self,
        principal: Principal,
        audience: Audience,
        sink: Sink,
        missed: Sequence[Change],
        left: Callable[[Membership], None],
    ) -> Membership:
        """Tell what was missed and listen from here on. Raises `Refused("busy")`."""
        if self._size >= READERS:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)

        def leave(membership: Membership) -> None:
            self._take_out(membership)
            left(membership)

        membership = Membership(principal, audience, sink, leave)
        stream = self._streams.setdefault(audience, _Stream())
        if missed:
            sink.write(self._frames.changes([missed]))
            sink.write(self._frames.mark(self._seal(audience), self._wall()))
        stream.readers = (*stream.readers, membership)
        self._size += 1
        return membership

    def tell(self, before: Session, events: Sequence[Event], after: Session) -> None:
        """Take note of an entry for every audience; `flush` says it."""
        if before.seats is not after.seats:
            self._part(before, after)
        members = concerned(events)
        for audience, stream in tuple(self._streams.items()):
            if members is not None and audience.member not in members:
                continue
            try:
                found = told_of(before, events, after, audience)
            except Exception as bug:
                # A fault in one view must not keep a committed entry from the others.
                log.error("bug: no changes for an audience: %s", place_of(bug))
                self._dismiss(stream, "restart", True)
            else:
                if found:
                    stream.told.append(found)

    def flush(self) -> None:
        """Put on the line what has been noted since the last time, each payload encoded once.

        Only at the end of a run of entries: a mark that goes along stands for all of them.
        """
        encoded: list[tuple[_Told, bytes]] = []
        for audience, stream in tuple(self._streams.items()):
            told = stream.told
            if told:
                stream.told = []
                try:
                    frame = self._frame(told, encoded)
                except Exception as bug:
                    log.error("bug: no frame for an audience: %s", place_of(bug))
                    self._dismiss(stream, "restart", True)
                else:
                    self._write(stream, frame)
                    self._count(audience, stream, told)

    def mark(self) -> None:
        """Give every reader a fresh token."""
        for audience, stream in tuple(self._streams.items()):
            self._drop_slow(stream)
            self._mark(audience, stream)

    def presence(self, session: Session, states: Mapping[str, str]) -> None:
        """Tell who of the committee is there to everyone who may follow the session now."""
        frame = self._frames.presence(states)
        for audience, stream in tuple(self._streams.items()):
            if not left_out(session, audience):
                self._write(stream, frame)

    def ephemeral(self, reaches: Callable[[Audience], bool], message: Mapping[str, Any]) -> None:
        """Pass something on to these audiences, sparing those who are behind."""
        frame: bytes | None = None
        for audience, stream in tuple(self._streams.items()):
            if not reaches(audience):
                continue
            frame = frame or self._frames.ephemeral(message)
            for reader in stream.readers:
                if reader.sink.owed() <= EPHEMERAL_OWED_BYTES:
                    reader.sink.write(frame)

    def dismiss(self, code: str, come_back: bool, spread_ms: int = 0) -> None:
        """Say good-bye to all, asking them to come back over the next `spread_ms`."""
        readers = [reader for stream in self._streams.values() for reader in stream.readers]
        for place, reader in enumerate(readers):
            retry_ms = place * spread_ms // len(readers) if spread_ms else None
            self._part_with(reader, code, come_back, retry_ms)

    def _frame(self, told: _Told, encoded: list[tuple[_Told, bytes]]) -> bytes:
        for known, frame in encoded:
            if known == told:
                return frame
        encoded.append((told, self._frames.changes(told)))
        return encoded[-1][1]

    def _part(self, before: Session, after: Session) -> None:
        """Let go whose audience this entry ended, or whose seat another device took."""
        appointed = before.seats.appointments is not after.seats.appointments
        for audience, stream in tuple(self._streams.items()):
            for reader in stream.readers:
                if appointed and (word := _parting_word(after, reader)):
                    self._part_with(reader, word, word == "audience_changed")
                elif not same_seat(after, audience.member, reader.principal.device):
                    self._part_with(reader, "other_device", False)

    def _count(self, audience: Audience, stream: _Stream, told: _Told) -> None:
        stream.since_mark += sum(map(len, told))
        if stream.since_mark >= MARK_CHANGES:
            self._mark(audience, stream)

    def _mark(self, audience: Audience, stream: _Stream) -> None:
        stream.since_mark = 0
        if stream.readers:
            self._write(stream, self._frames.mark(self._seal(audience), self._wall()))

    def _write(self, stream: _Stream, frame: bytes) -> None:
        for reader in stream.readers:
            reader.sink.write(frame)
        stream.unchecked += len(frame)
        if stream.unchecked > OWED_CHECK_BYTES:
            self._drop_slow(stream)

    def _drop_slow(self, stream: _Stream) -> None:
        stream.unchecked = 0
        for reader in stream.readers:
            if reader.sink.owed() > OWED_BYTES:
                self._part_with(reader, "slow", True)

    def _dismiss(self, stream: _Stream, code: str, come_back: bool) -> None:
        for reader in stream.readers:
            self._part_with(reader, code, come_back)

    def _part_with(
        self, reader: Membership, code: str, come_back: bool, retry_ms: int | None = None
    ) -> None:
        reader.leave()
        reader.sink.bye(code, come_back, retry_ms)

    def _take_out(self, membership: Membership) -> None:
        stream = self._streams[membership.audience]
        stream.readers = tuple(reader for reader in stream.readers if reader is not membership)
        self._size -= 1
        if not stream.readers:
            del self._streams[membership.audience]


def told_of(
    before: Session, events: Sequence[Event], after: Session, audience: Audience
) -> Sequence[Change]:
    """What an audience is told of entries: their changes, or that it has to fetch its view."""
    if newly_revealed(before, after, audience) > REVEALED_CELLS:
        return (["refetch", []],)
    return changes(before, events, after, audience)


def _parting_word(after: Session, reader: Membership) -> str | None:
    try:
        reader.principal.takes_part()
        audience = audience_of(after, reader.principal.id)
    except Refused:
        return "revoked"
    return None if audience == reader.audience else "audience_changed"

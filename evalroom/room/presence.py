"""Who of the committee has a socket, here or on another node; and whether the supervisor who speaks
with a seat still has one. Presence is not attendance.

Presence flickers, expires and is never stored: each node says every few seconds who is with it, and
what it said holds for a lease. Attendance is a finding in the ledger: a seated member out of reach
for longer than a reload takes. It is made by the node that held his socket; by the others when that
node is gone, or has been silent about it for as long again. Made twice, it decides to nothing; so
does what every node finds of a supervisor who has left an intercom open.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from evalroom.room.limits import LEASE_SECONDS, LINK_GRACE_SECONDS
from evalroom.sessions.faults import ReportLinkBack, ReportLinkLost
from evalroom.sessions.messages import Command
from evalroom.sessions.speaking import ReportCallerLost
from evalroom.sessions.state import Session

State = Literal["online", "away", "unknown"]


class _Word(Struct, frozen=True):
    members: tuple[str, ...]
    supervisors: tuple[str, ...]
    until: float


class Presence:
    """The presence of one session's members, as one node knows it. Times are monotonic seconds."""

    def __init__(self, seated: Iterable[str], now: float) -> None:
        """`seated` members are expected: whoever held their sockets before is not to be heard."""
        self._here: tuple[str, ...] = ()
        self._supervisors: tuple[str, ...] = ()
        self._caller_missed: float | None = None
        self._elsewhere: dict[bytes, _Word] = {}
        self._missed = dict.fromkeys(seated, now)

    @property
    def here(self) -> tuple[str, ...]:
        """Members who have a socket on this node."""
        return self._here

    @property
    def supervisors(self) -> tuple[str, ...]:
        """Supervisors (accounts) who have a socket on this node."""
        return self._supervisors

    def seen_here(
        self, members: Iterable[str], now: float, supervisors: Iterable[str] = ()
    ) -> None:
        """Take note of who has a socket here now."""
        self._supervisors = tuple(sorted(supervisors))
        present = tuple(sorted(members))
        for member in self._here:
            if member not in present:
                self._missed[member] = now
        self._here = present

    def heard(
        self, node: bytes, members: tuple[str, ...], now: float, supervisors: tuple[str, ...] = ()
    ) -> None:
        """Take note of another node's word, which replaces its earlier one."""
        earlier = self._elsewhere.get(node)
        for member in earlier.members if earlier else ():
            if member not in members:
                self._missed.setdefault(member, now + LINK_GRACE_SECONDS)
        self._elsewhere[node] = _Word(members, supervisors, now + LEASE_SECONDS)

    def expire(self, now: float) -> None:
        """Forget the word of nodes that have gone silent; whom they held is missed from then on."""
        silent = [node for node, word in self._elsewhere.items() if word.until <= now]
        for node in silent:
            for member in self._elsewhere.pop(node).members:
                self._missed.setdefault(member, now)

    def states(self, members: Iterable[str], *, heard: bool) -> Mapping[str, State]:
        """What to show of each member; `heard` says whether other nodes can be heard at all."""
        elsewhere = {member for word in self._elsewhere.values() for member in word.members}
        absent: State = "away" if heard else "unknown"
        return {
            member: "online" if member in self._here or member in elsewhere else absent
            for member in members
        }

    def findings(self, session: Session, now: float, *, heard: bool) -> tuple[Command, ...]:
        """What is to go on record now: links lost for good, members who are back here, a supervisor
        who has left an intercom open.
        """
        lost = session.attendance.lost
        back = (ReportLinkBack(member=member) for member in self._here if member in lost)
        gone = (ReportLinkLost(member=m) for m in self._out_of_reach(session, now, heard))
        return (*back, *gone, *self._caller_lost(session, now, heard))

    def _caller_lost(self, session: Session, now: float, heard: bool) -> Iterable[Command]:
        intercom = session.speaking.intercom
        if intercom is None or self._sees_supervisor(intercom.by):
            self._caller_missed = None
        elif self._caller_missed is None:
            self._caller_missed = now
        elif heard and now - self._caller_missed >= LINK_GRACE_SECONDS:
            yield ReportCallerLost(principal=intercom.by)

    def _sees_supervisor(self, principal: str) -> bool:
        words = self._elsewhere.values()
        return principal in self._supervisors or any(principal in w.supervisors for w in words)

    def _out_of_reach(self, session: Session, now: float, heard: bool) -> Iterable[str]:
        states = self.states(self._missed, heard=heard)
        for member, since in tuple(self._missed.items()):
            settled = member in session.attendance.lost or member not in session.seats.bound
            if states[member] == "online" or settled:
                del self._missed[member]
            elif states[member] == "away" and now - since >= LINK_GRACE_SECONDS:
                yield member

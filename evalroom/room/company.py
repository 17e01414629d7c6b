"""The company in a room: who of the committee is there on whatever node, who is told of it, what of
it is to go on record, and what members say to each other in passing.
"""

from collections.abc import Mapping
from typing import Any

from evalroom.room import gossip
from evalroom.room.audiences import Audiences
from evalroom.room.discussion import reach
from evalroom.room.limits import LEASE_EVERY
from evalroom.room.means import Means
from evalroom.room.presence import Presence, State
from evalroom.sessions.messages import Command
from evalroom.sessions.state import Session


class Company:
    """The members around one session, as this node knows of them."""

    def __init__(self, means: Means, audiences: Audiences, session: Session) -> None:
        self.presence = Presence(session.seats.bound, means.clock.monotonic())
        self._means = means
        self._audiences = audiences
        self._topic = gossip.topic(session.id)
        self._shown: Mapping[str, State] = {}

    def states(self, session: Session) -> Mapping[str, State]:
        """What to show of each member."""
        members = (member.id for member in session.tender.committee)
        return self.presence.states(members, heard=self._means.bus.up)

    def findings(self, session: Session) -> tuple[Command, ...]:
        """What is to go on record now; after the end of a session nobody is missed."""
        now, heard = self._means.clock.monotonic(), self._means.bus.up
        return () if session.over else self.presence.findings(session, now, heard=heard)

    def count(self) -> None:
        """See who has a socket here: somebody has come or gone."""
        members, supervisors = self._audiences.members(), self._audiences.holding("supervisor")
        self.presence.seen_here(members, self._means.clock.monotonic(), supervisors)

    def heard(self, lease: gossip.Lease) -> None:
        """Take another node's word on who is there."""
        now = self._means.clock.monotonic()
        self.presence.heard(lease.node, lease.members, now, lease.supervisors)

    def each_second(self, second: int, session: Session) -> None:
        """Tell everybody who has come and gone, and the other nodes who is here."""
        self.presence.expire(self._means.clock.monotonic())
        states = self.states(session)
        changed = states != self._shown
        if changed:
            self._shown = states
            self._audiences.presence(session, states)
        somebody = self.presence.here or self.presence.supervisors
        if changed or (somebody and second % LEASE_EVERY == 0):
            self.say_who_is_here()

    def say_who_is_here(self) -> None:
        """Tell the other nodes."""
        here = self.presence
        lease = gossip.lease(self._means.node, here.here, here.supervisors)
        self._means.bus.publish(self._topic, lease)

    def say(self, session: Session, member: str, message: Mapping[str, Any]) -> None:
        """Pass on what a member says here, on every node, or drop it."""
        self.pass_on(session, member, message)
        self._means.bus.publish(self._topic, gossip.passing(self._means.node, member, message))

    def pass_on(self, session: Session, member: str, message: Mapping[str, Any]) -> None:
        """Pass on what a member has said, to whom on this node it may reach."""
        reaches = reach(session, member, message)
        if reaches is not None:
            self._audiences.ephemeral(reaches, {**message, "member": member})

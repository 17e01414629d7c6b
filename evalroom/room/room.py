"""One live session in this process: who is in it, what they see, what they do.

The recorder is its only writer; this is where its entries become changes for whoever listens, and
hints for other nodes. All of it runs on one event loop, and whatever is not awaited is atomic: a
reader joins between two entries, never within one.
"""

import asyncio
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from evalroom.identity.principal import Principal
from evalroom.room import gossip
from evalroom.room.audiences import Audiences, Membership
from evalroom.room.bridge import Bridge
from evalroom.room.bugs import place_of
from evalroom.room.chores import Chores
from evalroom.room.company import Company
from evalroom.room.drafts import Answer, Wish
from evalroom.room.limits import IDLE_SECONDS, SECOND, UNAVAILABLE_RETRY_MS
from evalroom.room.loading import Folding, Loaded
from evalroom.room.means import Means, Sink
from evalroom.room.minutes import MinuteBook
from evalroom.room.moved import Moved, Owner
from evalroom.room.recorder import Recorder
from evalroom.room.watchers import Watchers
from evalroom.sessions.catalogue import read_command
from evalroom.sessions.faults import Look
from evalroom.sessions.minutes import line_for, readable
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.report import report
from evalroom.sessions.seats import same_seat
from evalroom.sessions.sheets import EnterScores
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import Audience, audience_of, may_read, view
from evalroom.sessions.visibility.audience import left_out, reads_report
from evalroom.storage.entry import Head
from evalroom.wire.limits import MARK_SECONDS

log = logging.getLogger(__name__)


class Room:
    """A session, live. `id` is its id in hex."""

    def __init__(
        self,
        means: Means,
        loaded: Loaded,
        folding: Folding,
        gone: Callable[["Room", str], None],
    ) -> None:
        """`gone` is told when the room has ended by itself, with the reason. Made on the loop."""
        session = loaded.standing.session
        self.id = session.id
        self._means = means
        self._gone = gone
        owner = Owner(self._moved, self._settled, self._ended)
        self._recorder = Recorder(means, loaded.standing, loaded.tail, owner)
        self._bridge = Bridge(means, loaded, folding, self._recorder)
        self._audiences = Audiences(means.frames, self._bridge.token, means.clock.wall)
        self._chores = Chores(means, self._recorder, loaded.snapshot)
        self._minutes = MinuteBook(means.ledger, bytes.fromhex(self.id))
        self._views: dict[Audience, dict[str, Any]] = {}
        self._finishing = False
        self._touched = means.clock.monotonic()
        self._company = Company(means, self._audiences, session)
        self._unsubscribe = means.bus.subscribe(gossip.topic(self.id), self._heard)
        self._watchers = Watchers(self._touch)
        self._timer = asyncio.get_running_loop().create_task(self._keep_time())

    @property
    def session(self) -> Session:
        """The state now."""
        return self._recorder.standing.session

    @property
    def head(self) -> Head:
        """The last entry that is part of the state."""
        return self._recorder.standing.head

    @property
    def over(self) -> bool:
        """Whether the session has ended: from then on it is only read."""
        return self.session.over

    @property
    def idle(self) -> bool:
        """Whether nobody has been here for a while and nothing waits to be done."""
        quiet = self._means.clock.monotonic() - self._touched >= IDLE_SECONDS
        used = self._audiences or self._watchers
        return quiet and not (used or self._chores.looks or self._recorder.busy)

    @property
    def has_readers(self) -> bool:
        """Whether anybody listens here."""
        return len(self._audiences) > 0

    def audience(self, principal: Principal) -> Audience:
        """As whom this principal sees the session. Raises `Refused("not_invited")`."""
        principal.takes_part()
        return audience_of(self.session, principal.id)

    def view(self, audience: Audience) -> dict[str, Any]:
        """Everything an audience may see, and the token to join with: `audience`, `view` (shared
        by all who ask at this moment: not to be changed), `token` (base64url). Raises
        `Refused("restart")` when the room is being left.
        """
        self._enter()
        return {
            "audience": msgspec.to_builtins(audience),
            "view": self._view(audience),
            "token": urlsafe_b64encode(self._bridge.token(audience)).rstrip(b"=").decode(),
        }

    async def reach(self, principal: Principal, token: bytes) -> None:
        """Prepare to `join` from a token that lies ahead of this node, or far back: read on in the
        ledger, or back. For any other there is nothing to wait for.

        Raises `Refused`: as `join`, and `ledger_unavailable`.
        """
        self._enter()
        await self._bridge.reach(self.audience(principal), token)

    def join(self, principal: Principal, token: bytes, sink: Sink) -> Membership:
        """Write what was missed since `token`, and from then on everything that changes. A token
        may lie back by as much as the tail can hold, once it was given to `reach`.

        Raises `Refused`: `not_invited`, `other_device`, `token_invalid`, `stale_token` (fetch the
        view again), `busy`, `restart`.
        """
        self._enter()
        audience = self.audience(principal)
        if not same_seat(self.session, audience.member, principal.device):
            raise Refused("other_device")
        missed = self._bridge.missed(audience, token)
        joined = self._audiences.join(principal, audience, sink, missed, self._left)
        self._company.count()
        # Whoever may know of nobody is told of nobody: it is the last word of every answer.
        states = {} if left_out(self.session, audience) else self._company.states(self.session)
        sink.write(self._means.frames.presence(states))
        return joined

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: Mapping[str, Any], seen: int | None
    ) -> Answer:
        """Decide, commit, tell everyone, answer. The same id gets the same answer again.

        Raises `Refused` and `Malformed`, and then nothing has changed.
        """
        self._enter()
        command = read_command(name, args)
        if self._chores.looks and not isinstance(command, EnterScores):
            # What somebody looked at is on record before he, or anyone, acts upon it.
            await self._chores.record_looks()
        return await self._recorder.submit(Wish(actor, command_id, command, seen))

    def ephemeral(self, principal: Principal, message: Mapping[str, Any]) -> None:
        """Pass on what is not kept to whom it may reach, or drop it; never raises."""
        held = self.session.seats.appointments.get(principal.id)
        if held is not None and held.member is not None:
            self._company.say(self.session, held.member, message)

    def may_read(self, audience: Audience, sha256: str) -> bool:
        """Whether an audience may open this document now."""
        return may_read(self.session, audience, sha256)

    def looked(self, principal: Principal, what: str) -> None:
        """Put a look at a document on record, before it is shown. Raises `Refused`: `busy`,
        `restart`.
        """
        self._enter()
        if not self.session.over:
            at = max(self._means.clock.wall(), self._recorder.standing.at)
            self._chores.looks.note(principal.id, what, at)

    async def minutes(self, audience: Audience) -> list[dict[str, Any]]:
        """The lines of the minutes that an audience may read. Raises `LedgerUnavailable`."""
        self._enter()
        lines = await self._minutes.lines()
        session = self.session
        mine = (line for line in lines if readable(session, line, audience))
        return [line_for(session, line, audience) for line in mine]

    def report(self, audience: Audience) -> dict[str, Any]:
        """The report, for who may read it now. Raises `Refused("report_sealed")`."""
        session = self.session
        if not reads_report(session, audience):
            raise Refused("report_sealed")
        return report(session)

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called in the very step in which the state changes, and when this room ends;
        give what ends that. A room that is watched is not let go.
        """
        return self._watchers.add(told)

    def watched(self, looks: Sequence[Look]) -> None:
        """Put looks that are over on record; the session may be so as well. Raises `Refused`, and
        then none of them is kept.
        """
        self._enter()
        self._chores.looks.note_all(looks)

    def look_up(self, beyond: int = 0) -> None:
        """Read on in the ledger, which goes up to `beyond` at least: hints may have been lost."""
        if not beyond or beyond > self.head.seq:
            self._recorder.fall_behind()

    async def finish(self, code: str, *, come_back: bool, spread_ms: int = 0) -> None:
        """Answer what was submitted, put on record what waits, save the state, say good-bye."""
        self._finishing = True
        self._stop()
        await self._recorder.worked_off()
        await self._chores.finish()
        self._audiences.dismiss(code, come_back, spread_ms)
        self._company.say_who_is_here()
        self._recorder.end("restart")

    def _view(self, audience: Audience) -> dict[str, Any]:
        # A whole venue that reloads asks for the same few views within a moment.
        shown = self._views.get(audience)
        if shown is None:
            shown = self._views[audience] = view(self.session, audience)
        return shown

    def _left(self, _: Membership) -> None:
        self._touch()
        self._company.count()

    def _moved(self, moved: Moved) -> None:
        self._views.clear()
        self._audiences.tell(moved.before, moved.events, moved.after.session)
        self._watchers.tell()
        self._chores.moved(moved)
        if moved.own:
            message = gossip.committed(self._means.node, moved.entry)
            self._means.bus.publish(gossip.topic(self.id), message)

    def _settled(self) -> None:
        self._audiences.flush()

    def _ended(self, code: str) -> None:
        self._stop()
        self._chores.stop()
        self._audiences.dismiss(code if code == "unknown_version" else "restart", True)
        self._gone(self, code)
        self._watchers.tell()

    def _heard(self, message: bytes) -> None:
        said = gossip.read(message)
        if said is None or said.node == self._means.node:
            return
        match said:
            case gossip.Committed(entry=entry):
                self._recorder.hear(entry)
            case gossip.Grown(seq=seq):
                if seq > self.head.seq:
                    self._recorder.fall_behind()
            case gossip.Lease():
                self._company.heard(said)
            case gossip.Passing(member=member, message=passing):
                self._company.pass_on(self.session, member, passing)

    async def _keep_time(self) -> None:
        second = 0
        while True:
            await self._means.clock.sleep(SECOND)
            second += 1
            try:
                self._each_second(second)
            except Exception as bug:
                log.error("bug: a room's second failed: %s", place_of(bug))

    def _each_second(self, second: int) -> None:
        self._recorder.compare()
        self._views.clear()
        self._company.each_second(second, self.session)
        if second % MARK_SECONDS == 0:
            self._audiences.mark()
        self._chores.each_second(second, self._company.findings(self.session))

    def _enter(self) -> None:
        """Whoever held on to a room that has ended is to open the session anew."""
        if self._finishing or self._recorder.ended is not None:
            raise Refused("restart", retry_ms=UNAVAILABLE_RETRY_MS)
        self._touch()

    def _touch(self) -> None:
        self._touched = self._means.clock.monotonic()

    def _stop(self) -> None:
        self._timer.cancel()
        self._bridge.stop()
        self._unsubscribe()

"""The only writer of a session in this process: wish after wish, answered after the commit.

Theory. The ledger orders: whoever appends at the next seq has it, on whatever node. So a wish is
decided on the state as this node knows it, and appended at the seq after it; a lost race means that
the state was old, and the wish is decided again. An append whose outcome nobody learnt may have
landed: before the next one the ledger is read. Nothing is answered, and nobody is told, before the
entry is in the ledger; what is told afterwards is told before the answer.
"""

import asyncio
import logging
from collections import OrderedDict, deque

from evalroom.room.drafts import Answer, Draft, Wish, answer_again, answer_to, draft
from evalroom.room.limits import (
    BUSY_RETRY_MS,
    RACES,
    RECENT_BYTES,
    RECENT_COMMANDS,
    UNAVAILABLE_RETRY_MS,
)
from evalroom.room.means import Means
from evalroom.room.moved import Moved, Owner
from evalroom.room.standing import Standing, follow
from evalroom.room.tail import Step, Tail
from evalroom.sessions.messages import Event
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended, LedgerDamaged, LedgerUnavailable
from evalroom.storage.records import UnknownEvent
from evalroom.wire.limits import MAILBOX_COMMANDS

log = logging.getLogger(__name__)


class Recorder:
    """Keeps `standing` and `tail` at the head of the ledger, and moves them on."""

    def __init__(self, means: Means, standing: Standing, tail: Tail, owner: Owner) -> None:
        self.standing = standing
        self.tail = tail
        self.ended: str | None = None
        """Why nothing can be recorded here any more: a code to refuse with."""
        self._means = means
        self._session = bytes.fromhex(standing.session.id)
        self._owner = owner
        self._mailbox: deque[tuple[Wish, asyncio.Future[Answer]]] = deque()
        self._recent: OrderedDict[bytes, Entry] = OrderedDict()
        self._working: asyncio.Task[None] | None = None
        # The ledger may hold more than we know: true until a read has begun after the doubt.
        self._behind = False
        self._look = False
        self._fresh = False
        # Whether the ledger was read to its end, for whoever waits for that.
        self._reading_on: asyncio.Future[bool] | None = None

    @property
    def busy(self) -> bool:
        """Whether there is a wish, or a look at the ledger, under way."""
        return self._working is not None

    async def submit(self, wish: Wish) -> Answer:
        """Decide, commit, tell, answer. Raises `Refused`, and then nothing has changed.

        A caller that is cancelled does not take the wish back.
        """
        if self.ended is not None:
            raise Refused(self.ended, retry_ms=BUSY_RETRY_MS)
        if len(self._mailbox) >= MAILBOX_COMMANDS:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._mailbox.append((wish, answer))
        self._wake()
        return await answer

    def hear(self, entry: Entry) -> None:
        """Take an entry that another node says it has committed; the ledger decides in doubt."""
        ahead = entry.seq - self.standing.head.seq
        if ahead < 1 or self.ended is not None:
            return
        if ahead > 1 or self._behind:
            self.fall_behind()
            return
        try:
            self._follow(entry)
        except LedgerDamaged:
            self.fall_behind()
        except UnknownEvent:
            self.end("unknown_version")
        else:
            self._owner.settled()

    def fall_behind(self) -> None:
        """There is more in the ledger than we know: read it, before anything else is decided."""
        self._behind = True
        self._look = True
        self._wake()

    async def read_on(self) -> None:
        """Read the ledger to its end. Raises `Refused`: `ledger_unavailable`, or why nothing can
        be recorded here any more.
        """
        reached = False
        if self.ended is None:
            read = self._reading_on or asyncio.get_running_loop().create_future()
            self._reading_on = read
            self.fall_behind()
            reached = await asyncio.shield(read)
        if self.ended is not None:
            raise Refused(self.ended, retry_ms=BUSY_RETRY_MS)
        if not reached:
            raise Refused("ledger_unavailable", retry_ms=UNAVAILABLE_RETRY_MS)

    def compare(self) -> None:
        """See whether we are where the ledger is; not needed right after an entry of our own."""
        if self._fresh:
            self._fresh = False
        else:
            self._look = True
            self._wake()

    def end(self, code: str) -> None:
        """Record nothing more; whoever waits is refused with `code`, and the owner is told."""
        if self.ended is not None:
            return
        self.ended = code
        _release(self._reading_on, False)
        waiting, self._mailbox = self._mailbox, deque()
        for _, answer in waiting:
            if not answer.done():
                answer.set_exception(Refused(code, retry_ms=BUSY_RETRY_MS))
        self._owner.ended(code)

    async def worked_off(self) -> None:
        """Wait until everything that was submitted is answered."""
        while self._working is not None:
            await asyncio.wait((self._working,))

    def _wake(self) -> None:
        if self._working is None and self.ended is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while (look := self._look) or self._mailbox:
                if look:
                    self._look = False
                    await self._look_up()
                else:
                    await self._attend(*self._mailbox.popleft())
        finally:
            self._working = None

    async def _attend(self, wish: Wish, answer: "asyncio.Future[Answer]") -> None:
        try:
            given = await self._act(wish)
        except LedgerUnavailable:
            _fail(answer, Refused("ledger_unavailable", retry_ms=UNAVAILABLE_RETRY_MS))
        except Exception as error:
            _fail(answer, error)
        else:
            # A submitter that was cancelled asks for no answer.
            if not answer.done():
                answer.set_result(given)

    async def _act(self, wish: Wish) -> Answer:
        keys = self._means.keys.signing
        if (earlier := self._recent.get(wish.command_id)) is not None:
            return answer_again(earlier, wish, keys)
        for _ in range(RACES):
            if self._behind:
                await self._catch_up()
            decided_on = self.standing
            try:
                made = await draft(decided_on, wish, self._means)
            except Refused as refusal:
                answer = await self._unmoved(wish, refusal, decided_on)
            else:
                kept = self._append(wish, made) if made else self._unmoved(wish, None, decided_on)
                answer = await kept
            if answer is not None:
                return answer
        raise Refused("busy", retry_ms=BUSY_RETRY_MS)

    async def _append(self, wish: Wish, made: Draft) -> Answer | None:
        """Commit a draft; None when it came too late and the wish has to be decided again."""
        try:
            outcome = await self._means.ledger.append(made.entry, made.due)
        except BaseException:
            self._behind = True
            raise
        match outcome:
            case Appended.STORED:
                self._fresh = True
                self._move(made.entry, made.events, made.after, own=True)
                self._owner.settled()
                return answer_to(made.entry, made.events, self._means.keys.signing)
            case Appended.SEQ_TAKEN:
                self._behind = True
                return None
            case Appended.COMMAND_KNOWN:
                return await self._answered(wish)

    async def _unmoved(
        self, wish: Wish, refusal: Refused | None, decided_on: Standing
    ) -> Answer | None:
        """A wish that moves nothing: it may have been granted before, or we may be behind."""
        answer = await self._answered(wish)
        if answer is not None:
            return answer
        if await self._more_in_ledger() or self.standing is not decided_on:
            return None
        if refusal is not None:
            raise refusal
        return Answer()

    async def _answered(self, wish: Wish) -> Answer | None:
        """The answer this command got when it was committed, told after what it changed."""
        entry = await self._means.ledger.find(self._session, wish.command_id)
        if entry is None:
            return None
        if entry.seq > self.standing.head.seq:
            await self._catch_up()
        return answer_again(entry, wish, self._means.keys.signing)

    async def _look_up(self) -> None:
        waiting, self._reading_on = self._reading_on, None
        reached = False
        try:
            if self._behind or await self._more_in_ledger():
                await self._catch_up()
            reached = True
        except LedgerUnavailable:
            # The next wish, or the next second, tries again.
            log.warning("the ledger cannot be read now")
        except Refused:
            # The room has ended, and everyone has been told.
            return
        finally:
            _release(waiting, reached)

    async def _more_in_ledger(self) -> bool:
        """Compare heads. A ledger that holds less, or something else, is not what we followed."""
        known = self.standing.head
        head = await self._means.ledger.head(self._session)
        if head is None or head.seq < known.seq or (head.seq == known.seq and head != known):
            self.end("restart")
            raise Refused("restart", retry_ms=BUSY_RETRY_MS)
        self._behind = self._behind or head.seq > self.standing.head.seq
        return self._behind

    async def _catch_up(self) -> None:
        self._behind = False
        try:
            while page := await self._means.ledger.read(self._session, self.standing.head.seq):
                for entry in page:
                    if entry.seq > self.standing.head.seq:
                        self._follow(entry)
                self._owner.settled()
        except UnknownEvent:
            self.end("unknown_version")
            raise Refused("unknown_version", retry_ms=BUSY_RETRY_MS) from None
        except LedgerDamaged:
            log.critical("the ledger does not continue what was read of it: the session is let go")
            self.end("ledger_damaged")
            raise Refused("ledger_damaged") from None
        except BaseException:
            self._behind = True
            raise

    def _follow(self, entry: Entry) -> None:
        after, recorded = follow(self.standing, entry)
        self._move(entry, recorded.events, after, own=False)

    def _move(self, entry: Entry, events: tuple[Event, ...], after: Standing, *, own: bool) -> None:
        before = self.standing
        self.standing = after
        weight = sum(map(len, entry.bodies))
        self.tail.add(Step(after.head, entry.at, events, weight), after)
        if weight <= RECENT_BYTES:
            self._recent[entry.command_id] = entry
            if len(self._recent) > RECENT_COMMANDS:
                self._recent.popitem(last=False)
        self._owner.moved(Moved(before.session, events, after, entry, own))


def _release(waiting: "asyncio.Future[bool] | None", reached: bool) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(reached)


def _fail(answer: "asyncio.Future[Answer]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)

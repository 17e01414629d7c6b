"""The sessions of this node: made, opened when somebody comes, let go when nobody is left."""

import asyncio
import logging
from collections import OrderedDict
from typing import Final

from msgspec.structs import replace

from evalroom.room.deadlines import Deadlines
from evalroom.room.drafts import drafted
from evalroom.room.limits import BUSY_RETRY_MS, LOST_ROOMS, ROOMS, SECOND, UNAVAILABLE_RETRY_MS
from evalroom.room.loading import Folding
from evalroom.room.means import Means, Pool
from evalroom.room.room import Room
from evalroom.room.sweep import Sweep
from evalroom.sessions.genesis import open_session
from evalroom.sessions.people import Actor, Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender
from evalroom.storage.entry import GENESIS, ID_BYTES
from evalroom.storage.ledger import Appended, LedgerDamaged, LedgerUnavailable
from evalroom.storage.records import UnknownEvent, compose

log = logging.getLogger(__name__)

SPREAD_MS: Final = 10_000
"""Over how long the readers of a node that stops are asked to come back, so that the node they come
to is not met by all of them at once."""


class Rooms:
    """All live sessions of one node."""

    def __init__(self, means: Means) -> None:
        """Made on the event loop; `start` and `close` frame its life."""
        means = replace(means, random=Pool(means.random))
        self._means = means
        self._folding = Folding(means.ledger)
        self._rooms: dict[str, Room] = {}
        self._loading: dict[str, asyncio.Task[Room]] = {}
        self._lost: OrderedDict[str, str] = OrderedDict()
        self._ending: set[asyncio.Task[None]] = set()
        self._deadlines = Deadlines(means, self.open)
        self._sweep = Sweep(means, self.live)
        self._tasks: list[asyncio.Task[None]] = []
        self._unwatch = means.bus.watch(self._bus_changed)
        self._closed = False

    def __len__(self) -> int:
        return len(self._rooms)

    def live(self) -> tuple[Room, ...]:
        """The rooms that are open on this node."""
        return tuple(self._rooms.values())

    def find(self, session: str) -> Room | None:
        """The room of a session, if it is open on this node."""
        return self._rooms.get(session)

    def start(self) -> None:
        """Begin to meet deadlines, to keep up with other nodes, to let go of what nobody uses."""
        loop = asyncio.get_running_loop()
        for work in (self._deadlines.run(), self._sweep.run(), self._tidy()):
            self._tasks.append(loop.create_task(work))

    async def create(
        self,
        session: str,
        tender: Tender,
        appointments: dict[str, Appointment],
        *,
        by: str,
        rehearsal: bool = False,
    ) -> None:
        """Write the genesis of a new session; `session` is its id, 16 random bytes in hex.

        Raises `TenderFaults`, `Refused` (an appointment does not fit; `session_exists`;
        `ledger_unavailable`, and then there may be a session that nobody knows of).
        """
        means = self._means
        raw = _bytes_of(session)
        at = means.clock.wall()
        key = means.keys.signing.at(at)
        # A thread: looking for everything wrong with a large tender takes its time.
        events = await asyncio.to_thread(
            open_session,
            session,
            tender,
            appointments,
            by=by,
            seed=means.random(32).hex(),
            key=key.key_id.hex(),
            public_key=key.public.hex(),
            rehearsal=rehearsal,
        )
        command_id, actor = means.random(ID_BYTES), Actor(principal=by)
        entry = compose(GENESIS, raw, at, actor, command_id, "OpenSession", events, means.random)
        made = drafted(None, entry, events)
        try:
            outcome = await means.ledger.append(entry, made.due)
        except LedgerUnavailable:
            raise _unavailable() from None
        if outcome is not Appended.STORED:
            raise Refused("session_exists")

    async def open(self, session: str) -> Room:
        """Find a session or load it; many who ask at once cause one loading.

        Raises `Refused`: `unknown_session`, `unknown_version` and `ledger_damaged` (this program
        cannot read it), `ledger_unavailable`, `busy` (no room left), `restart`.
        """
        room = self._rooms.get(session)
        if room is not None:
            return room
        if self._closed:
            raise Refused("restart", retry_ms=UNAVAILABLE_RETRY_MS)
        if session in self._lost:
            raise Refused(self._lost[session], retry_ms=UNAVAILABLE_RETRY_MS)
        loading = self._loading.get(session)
        if loading is None:
            loading = asyncio.get_running_loop().create_task(self._load(session))
            self._loading[session] = loading
            loading.add_done_callback(lambda done: self._loaded(session, done))
        # One of those who wait may be cancelled; the others still want the room.
        return await asyncio.shield(loading)

    async def close(self, *, spread_ms: int = SPREAD_MS) -> None:
        """Finish every room: what was submitted is answered, everyone is told to come back."""
        self._closed = True
        self._unwatch()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._loading.values(), return_exceptions=True)
        rooms = self.live()
        await asyncio.gather(
            *(room.finish("restart", come_back=True, spread_ms=spread_ms) for room in rooms),
            *self._ending,
        )

    async def _load(self, session: str) -> Room:
        if len(self._rooms) + len(self._loading) > ROOMS:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        try:
            loaded = await self._folding.load(_bytes_of(session))
        except LedgerUnavailable:
            raise _unavailable() from None
        except UnknownEvent as unknown:
            log.critical("written by a newer version: %s", unknown)
            raise self._lose(session, "unknown_version") from None
        except LedgerDamaged as damaged:
            log.critical("%s", damaged)
            raise self._lose(session, "ledger_damaged") from None
        if loaded is None:
            raise Refused("unknown_session", session=session)
        if self._closed:
            raise Refused("restart", retry_ms=UNAVAILABLE_RETRY_MS)
        room = Room(self._means, loaded, self._folding, self._gone)
        self._rooms[session] = room
        return room

    def _loaded(self, session: str, done: "asyncio.Task[Room]") -> None:
        del self._loading[session]
        if not done.cancelled():
            # Whoever wanted the room may be gone: then nobody else asks how it went.
            done.exception()

    def _lose(self, session: str, code: str) -> Refused:
        self._lost[session] = code
        if len(self._lost) > LOST_ROOMS:
            self._lost.popitem(last=False)
        return Refused(code, retry_ms=UNAVAILABLE_RETRY_MS)

    def _gone(self, room: Room, code: str) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
        if code in ("unknown_version", "ledger_damaged"):
            self._lose(room.id, code)

    def _bus_changed(self, up: bool) -> None:
        if up:
            # What was said meanwhile was said to nobody.
            for room in self.live():
                room.look_up()

    async def _tidy(self) -> None:
        while True:
            await self._means.clock.sleep(SECOND)
            for room in self.live():
                if room.idle:
                    # Whoever comes from now on gets a room of his own; this one has no readers.
                    del self._rooms[room.id]
                    self._end(room)

    def _end(self, room: Room) -> None:
        ending = asyncio.get_running_loop().create_task(room.finish("restart", come_back=True))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _bytes_of(session: str) -> bytes:
    try:
        found = bytes.fromhex(session)
    except ValueError:
        raise Refused("unknown_session", session=session[:32]) from None
    if len(found) != ID_BYTES or found.hex() != session:
        raise Refused("unknown_session", session=session[:32])
    return found


def _unavailable() -> Refused:
    return Refused("ledger_unavailable", retry_ms=UNAVAILABLE_RETRY_MS)

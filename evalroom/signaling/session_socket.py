"""One socket in one session: where its room writes, and where its answers go."""

import asyncio
from collections.abc import Callable
from typing import Final

from evalroom.identity.principal import Principal
from evalroom.signaling.fast_path import DirectSocket
from evalroom.signaling.faults import fault_of
from evalroom.signaling.rates import Bucket
from evalroom.signaling.rooms import Membership, Room
from evalroom.wire import limits
from evalroom.wire.frames import Frames
from evalroom.wire.messages import Bye, Done, NotDone

# Closing codes of WebSocket (RFC 6455, section 7.4.1; 1012 from the registry of section 11.7)
_CLOSE_CODES: Final = {"restart": 1012, "protocol": 1002}
_frames = Frames()


class SessionSocket:
    """A `Sink`. What is written before the answer to CONNECT waits until that is on the line.

    `before_write` is called before an answer or a good-bye, never before what the room itself
    writes: a room that gathers changes puts there what flushes them, so that an answer never
    overtakes a change that was decided before it.
    """

    __slots__ = (
        "_goes", "_held", "_link", "_membership", "_on_gone", "before_write", "doubted",
        "ephemerals", "member", "places", "principal", "room", "session", "sid", "used", "write",
    )  # fmt: skip

    def __init__(
        self,
        sid: str,
        link: DirectSocket,
        session: str,
        principal: Principal,
        room: Room,
        member: str | None,
        ephemerals: Bucket,
        on_gone: "Callable[[SessionSocket], None]",
        now: int = 0,
    ) -> None:
        """`now` is the server's time (ms) at which its owner was recognised."""
        self.sid = sid
        self.session = session
        self.principal = principal
        self.room = room
        self.member = member
        self.ephemerals = ephemerals
        self.places = asyncio.Semaphore(limits.IN_FLIGHT)
        """Places for commands that are not answered yet."""
        self.doubted = False
        """Whether its owner has to be asked for again before he acts."""
        self.used = now
        """When its owner's acts were last told to the door."""
        self.before_write: Callable[[], None] | None = None
        self._link = link
        self._membership: Membership | None = None
        self._on_gone: Callable[[SessionSocket], None] | None = on_gone
        self._held: list[bytes] | None = []
        # Where a frame goes changes with the socket's life, and is no question at each frame.
        self.write: Callable[[bytes], None] = self._held.append
        self._goes: Callable[[], None] | None = None

    @property
    def is_gone(self) -> bool:
        """Whether good-bye has been said, or the line is cut."""
        return self._on_gone is None

    def join(self, token: bytes) -> None:
        """Take a place in the room from `token` on; raises Refused("stale_token")."""
        self._membership = self.room.join(self.principal, token, self)

    def open(self) -> None:
        """Let out what was held back: the answer to CONNECT is on the line."""
        held, self._held = self._held, None
        writer = self._link.writer
        self.write = self._link.write if writer is None else writer.write
        for frame in held or ():
            self.write(frame)
        if self._goes is not None:
            self._goes()

    def owed(self) -> int:
        """Bytes that this reader has been written and has not taken."""
        return self._link.owed()

    def answer(self, ack: int, said: Done | NotDone) -> None:
        """Acknowledge a command, after all changes that were decided before."""
        try:
            frame = _frames.ack(ack, said)
        except Exception as error:
            # What a room gave for a receipt cannot be written; the command itself is committed.
            fault = fault_of(error, "writing an answer", self.principal.id, self.sid)
            frame = _frames.ack(ack, fault) if isinstance(fault, NotDone) else b""
        self._settle()
        self.write(frame)

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        """Say the last word and let the reader go; stock clients come back or not, as told."""
        if self._on_gone is None:
            return
        self._settle()
        self._is_gone()
        self.write(_frames.bye(farewell(code, come_back, retry_ms)))
        if not come_back:
            self.write(_frames.disconnect())
        if code == "slow" or self.owed() > limits.OWED_BYTES:
            # Behind all that he owes already, he would not hear it in time.
            self._go(self._link.abort)
        else:
            self._go(lambda: self._link.hang_up(_CLOSE_CODES.get(code, 1000)))

    def gone(self) -> None:
        """The connection is no more."""
        self._is_gone()
        self.write = _nowhere
        self._leave()

    def hang_up(self) -> None:
        """Close the connection politely, without a word."""
        self._link.hang_up()

    def _settle(self) -> None:
        if self.before_write is not None:
            self.before_write()

    def _is_gone(self) -> None:
        on_gone, self._on_gone = self._on_gone, None
        if on_gone is not None:
            on_gone(self)

    def _go(self, goes: Callable[[], None]) -> None:
        if self._held is not None:
            self._goes = goes
            return
        self.write = _nowhere
        # Not at once: a room may say good-bye while it goes through its readers.
        asyncio.get_running_loop().call_soon(self._leave)
        goes()

    def _leave(self) -> None:
        self.before_write = None
        self._goes = None
        membership, self._membership = self._membership, None
        if membership is not None:
            membership.leave()


def farewell(code: str, come_back: bool, retry_ms: int | None) -> Bye:
    """Give the payload of a good-bye."""
    return Bye(code, come_back) if retry_ms is None else Bye(code, come_back, retry_ms)


def _nowhere(_: bytes) -> None:
    pass

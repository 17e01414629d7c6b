"""One subscription over WebRTC: its lines, each of which shows one stream at a time."""

from typing import TYPE_CHECKING, Final

from evalroom.identity.principal import Principal
from evalroom.monitoring import rtc
from evalroom.monitoring.connections import Connection
from evalroom.monitoring.keyframes import Use
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import EncodedFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from evalroom.monitoring.watching import Looking


class Line:
    """One source in one slot of a subscription."""

    def __init__(self, slot: rtc.OutletSlot) -> None:
        self.slot: Final = slot
        self.stream: Stream | None = None
        slot.on_key_request = self._wants_key

    def listen_to(self, stream: Stream | None) -> None:
        """Pass this stream on from now on, instead of the one before."""
        if stream is self.stream:
            return
        if self.stream is not None:
            self.stream.detach(self)
        self.stream = stream
        if stream is not None:
            self.slot.switch()
            stream.attach(self, need_key=False, use=Use.VIEWED)
            if stream.kind != "microphone":
                stream.want_key("joined")

    def take(self, _stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        """Pass it on at once, or drop it: a peer connection holds nothing back."""
        self.slot.send(frame)

    def renewed(self, _stream: Stream) -> None:
        """Another publication of the source: the same one goes on, for the listener."""
        self.slot.switch()

    def ended(self, _stream: Stream, _code: str) -> None:
        """Nothing comes until it is published again."""
        self.stream = None

    def _wants_key(self) -> None:
        if self.stream is not None:
            self.stream.want_key("peer")


class Subscription(Connection):
    """One connection that watches or listens."""

    def __init__(self, name: str, principal: Principal, session: str, source: str) -> None:
        super().__init__(name, principal, session, source)
        self.outlet: rtc.Outlet | None = None
        self.lines: tuple[Line, ...] = ()
        self.looking: list[Looking] = []
        self.undo: list[Callable[[], None]] = []

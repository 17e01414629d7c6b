"""The two ends of a stream that crosses from one node to another."""

from typing import TYPE_CHECKING, Final

from evalroom.bus.bus import MESSAGE_BYTES, Bus
from evalroom.monitoring.hub import Publishing
from evalroom.monitoring.relay_messages import Passed, encode
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import Codec, EncodedFrame

if TYPE_CHECKING:
    from collections.abc import Callable


class Sender:
    """Passes one stream of this node on, as long as somebody elsewhere wishes for it."""

    def __init__(self, bus: Bus, topic: str, until: float) -> None:
        self.until = until
        self._bus = bus
        self._topic = topic
        self._count = 0

    def take(self, _stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        """Pass a frame on; one that no bus carries leaves a gap."""
        self._count += 1
        passed = Passed(
            self._count, frame.codec, frame.key, frame.layer, frame.ticks, frame.arrival,
            frame.data, frame.payloads,
        )  # fmt: skip
        message = encode(passed)
        if len(message) <= MESSAGE_BYTES:
            self._bus.publish(self._topic, message)

    def renewed(self, _stream: Stream) -> None:
        """Whoever hears it sees a gap, and waits for the key frame that begins the new epoch."""
        self._count += 1

    def ended(self, _stream: Stream, _code: str) -> None:
        """The next telling says so."""


class Borrowed:
    """One stream of another node, as it is shown here."""

    def __init__(self, node: str, publishing: Publishing, seen: float) -> None:
        self.node: Final = node
        self.publishing: Final = publishing
        self.seen = seen
        self.wanted = False
        self.unsubscribe: Callable[[], None] = lambda: None
        self._count: int | None = None

    def begin_anew(self) -> None:
        """Nothing follows what was taken before: the sender may be another one by now."""
        self._count = None

    def take(self, passed: Passed) -> bool:
        """Show a frame. False when it cannot be shown before a key frame has come."""
        follows = self._count is not None and passed.count == self._count + 1
        opus = passed.codec == Codec.OPUS
        if not (follows or passed.key or opus):
            return False
        self._count = passed.count
        self.publishing.push(
            EncodedFrame(
                Codec(passed.codec), passed.data, passed.key, passed.layer, passed.ticks,
                passed.arrival, passed.payloads,
            )
        )  # fmt: skip
        return True

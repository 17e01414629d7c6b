"""Whole frames out of ordered packets: on the marker bit, never a packet later."""

from collections.abc import Callable, Sequence
from typing import Final

from evalroom.monitoring.rtc import h264, vp8
from evalroom.monitoring.rtc.limits import (
    FRAME_BYTES,
    FRAME_PACKETS,
    PARAMETER_SET_BYTES,
    TICKS_JUMP_SECONDS,
)
from evalroom.monitoring.rtc.rtp import Packet
from evalroom.wire.media_frame import LAYERS, Codec, EncodedFrame

_WRAP: Final = 1 << 32


class Ticks:
    """A publisher's 32-bit media clock as a number that only grows."""

    def __init__(self, rate: int) -> None:
        self._most = rate * TICKS_JUMP_SECONDS
        self._last = -1
        self.offset = 0
        """What was added to the clock's own, whole turns included, for the last timestamp."""

    def of(self, timestamp: int) -> int:
        if self._last < 0:
            self._last = timestamp
            return timestamp
        ahead = (timestamp + self.offset - self._last + (_WRAP >> 1)) % _WRAP - (_WRAP >> 1)
        # A clock that was set is followed from where we are, as if it had taken one step.
        if ahead < 0 or ahead > self._most:
            ahead = 1
        self._last += ahead
        self.offset = self._last - timestamp
        return self._last


class Assembly:
    """One codec's packets become frames. After a loss, pictures are dropped up to the next key
    frame: what would come before shows rubbish.
    """

    def __init__(self, codec: Codec, wall: Callable[[], int]) -> None:
        """`wall` tells server time in milliseconds: a frame arrives with its last packet."""
        self.codec = codec
        self._wall = wall
        self.needs_key = codec is not Codec.OPUS
        """Pictures are dropped until a key frame has come."""
        self.dropped = 0
        self.ticks = Ticks(codec.clock_rate)
        self._expected = -1
        self._timestamp = -1
        self._parts: list[bytes] = []
        self._bytes = 0
        self._whole = True
        self._parameters: dict[int, bytes] = {}

    def push(self, packet: Packet) -> Sequence[EncodedFrame]:
        """Take the next packet in order; gives the frames that are whole with it. A second one
        comes only of a sender that leaves out markers.
        """
        gap = packet.sequence != self._expected and self._expected >= 0
        if gap:
            self._break()
        self._expected = (packet.sequence + 1) & 0xFFFF
        if not packet.payload:
            return ()
        if self.codec is Codec.OPUS:
            return (self._sound(packet),)
        frames: Sequence[EncodedFrame] = ()
        if packet.timestamp != self._timestamp:
            if self._parts:
                frames = self._finish()
                self._whole = not gap or self.codec is Codec.VP8
            self._timestamp = packet.timestamp
        self._add(packet.payload)
        if packet.marker:
            frames = (*frames, *self._finish())
        return frames

    def _sound(self, packet: Packet) -> EncodedFrame:
        ticks = self.ticks.of(packet.timestamp)
        payload = packet.payload
        return EncodedFrame(Codec.OPUS, payload, True, 0, ticks, self._wall(), (payload,))

    def _break(self) -> None:
        # Between two pictures, VP8 tells by itself whether the next one has its beginning.
        self._whole = self.codec is Codec.VP8 and not self._parts
        self.needs_key = self.codec is not Codec.OPUS

    def _add(self, payload: bytes) -> None:
        self._bytes += len(payload)
        if self._bytes > FRAME_BYTES or len(self._parts) >= FRAME_PACKETS:
            # Kept as one mark, so that the end of the frame is still seen.
            self._parts = [b""]
            self._break()
        else:
            self._parts.append(payload)

    def _finish(self) -> Sequence[EncodedFrame]:
        parts, whole = self._parts, self._whole
        self._parts, self._bytes, self._whole = [], 0, True
        frame = self._frame(tuple(parts), self._wall()) if whole else None
        if frame is None or (self.needs_key and not frame.key):
            self.dropped += frame is not None or not whole
            return ()
        self.needs_key = False
        return (frame,)

    def _frame(self, payloads: tuple[bytes, ...], arrival: int) -> EncodedFrame | None:
        if self.codec is Codec.VP8:
            return self._vp8(payloads, arrival)
        return self._h264(payloads, arrival)

    def _vp8(self, payloads: tuple[bytes, ...], arrival: int) -> EncodedFrame | None:
        first = vp8.descriptor(payloads[0])
        if first is None or not first.starts:
            self._break_off()
            return None
        parts = [payloads[0][first.length :]]
        for payload in payloads[1:]:
            found = vp8.descriptor(payload)
            if found is None:
                self._break_off()
                return None
            parts.append(payload[found.length :])
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        ticks = self.ticks.of(self._timestamp)
        layer = min(first.layer, LAYERS - 1)
        return EncodedFrame(Codec.VP8, data, vp8.is_key(data), layer, ticks, arrival, payloads)

    def _h264(self, payloads: tuple[bytes, ...], arrival: int) -> EncodedFrame | None:
        units = h264.assemble(payloads)
        if units is None:
            self._break_off()
            return None
        kinds = {h264.kind(unit) for unit in units}
        for unit in units:
            if h264.kind(unit) in (h264.SPS, h264.PPS) and len(unit) <= PARAMETER_SET_BYTES:
                self._parameters[h264.kind(unit)] = unit
        if not h264.has_picture(units):
            return None
        key = h264.IDR in kinds
        if key and not {h264.SPS, h264.PPS} <= kinds:
            if len(self._parameters) < 2:
                return None
            sets = [self._parameters[h264.SPS], self._parameters[h264.PPS]]
            units = sets + [unit for unit in units if h264.kind(unit) not in (h264.SPS, h264.PPS)]
            payloads = (*h264.packetise(sets), *payloads)
        ticks = self.ticks.of(self._timestamp)
        return EncodedFrame(Codec.H264, h264.annex_b(units), key, 0, ticks, arrival, payloads)

    def _break_off(self) -> None:
        self.needs_key = True
        self.dropped += 1

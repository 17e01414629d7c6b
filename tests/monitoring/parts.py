"""What tests of streams and walls stand on: a clock, frames, a gate, a line that notes."""

import json
from collections.abc import Callable
from functools import cache

from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Kind, Source
from evalroom.monitoring.stream import Stream
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec, EncodedFrame, FrameHeader, read_header

SESSION = "5" * 32
OTHER_SESSION = "6" * 32
START = 1_772_323_200_000

VERA = Principal("vera", device="d1")
ADA = Principal("ada", device="d2")

CAMERA, SCREEN, SOUND = "seat.m1.camera", "seat.m1.screen", "seat.m1.microphone"


class HandClock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.ms = START

    def wall(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


def frame(
    at: int = 0,
    *,
    key: bool = False,
    layer: int = 0,
    size: int = 100,
    codec: Codec = Codec.VP8,
) -> EncodedFrame:
    """A frame that arrived `at` milliseconds after the start."""
    return EncodedFrame(codec, data_of(size), key, layer, at * 90, START + at)


@cache
def data_of(size: int) -> bytes:
    """So many bytes, made once."""
    return b"\xaa" * size


class PlainGate:
    """Says yes to what `open` holds, by principal; every change is told at once."""

    def __init__(self, *sources: tuple[str, Kind]) -> None:
        self.kinds: dict[str, Kind] = dict(sources)
        self.open: dict[str, list[str]] = {"vera": [*self.kinds], "ada": [*self.kinds]}
        self.since: dict[str, int] = {}
        self.fails = False
        self.away = False
        self.watchers: dict[object, Callable[[], None]] = {}

    def may_publish(self, principal: Principal, session: str, source: str) -> None:
        raise Refused("wrong_role")

    def may_watch(self, principal: Principal, session: str, source: str) -> None:
        if self.fails:
            raise RuntimeError("the gate is broken")
        if source not in self._mine(principal):
            raise Refused("screen_sealed")

    def sources(self, principal: Principal, session: str) -> tuple[Source, ...]:
        return tuple(
            Source(
                name, self.kinds[name], "source." + self.kinds[name], {"seat": "302-1"},
                self.since.get(name, 0),
            )
            for name in self._mine(principal)
        )  # fmt: skip

    def watch(self, session: str, told: Callable[[], None]) -> Callable[[], None]:
        key = object()
        self.watchers[key] = told
        return lambda: self.watchers.pop(key, None) and None

    def seal(self, source: str) -> None:
        """From now on nobody sees it."""
        for mine in self.open.values():
            if source in mine:
                mine.remove(source)
        self.changed()

    def unseal(self, source: str, since: int = 0) -> None:
        """From now on everybody does, what arrived since."""
        self.since[source] = since
        for mine in self.open.values():
            mine.append(source)
        self.changed()

    def changed(self) -> None:
        for told in tuple(self.watchers.values()):
            told()

    def _mine(self, principal: Principal) -> list[str]:
        if self.away:
            raise Refused("unavailable", retry_ms=1_000)
        if principal.id not in self.open:
            raise Refused("not_invited")
        return self.open[principal.id]


class NotingLine:
    """A line that takes everything, and owes what the test says."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.owes = 0
        self.closed: tuple[int, str] | None = None

    def write(self, data: bytes) -> None:
        assert self.closed is None, "nothing comes after a good-bye"
        self.frames.append(data)

    def owed(self) -> int:
        return self.owes

    @property
    def waits(self) -> bool:
        return self.owes > 0

    def bye(self, code: int, reason: str) -> None:
        self.closed = self.closed or (int(code), reason)

    def pictures(self) -> list[FrameHeader]:
        """What was sent of pictures since somebody last asked; the rest stays."""
        found = [read_header(body(sent)) for sent in self.frames if sent[0] == 0x82]
        self.frames = [sent for sent in self.frames if sent[0] != 0x82]
        return found

    def words(self) -> list[dict[str, object]]:
        """What was said beside pictures since somebody last asked."""
        found = [json.loads(body(sent)) for sent in self.frames if sent[0] == 0x81]
        self.frames = [sent for sent in self.frames if sent[0] != 0x81]
        return found


def body(sent: bytes) -> bytes:
    """The payload of a server's WebSocket frame."""
    return sent[{126: 4, 127: 10}.get(sent[1], 2) :]


class NotingTaker:
    """Takes everything and notes it."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, int]] = []
        self.told: list[str] = []

    def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
        self.taken.append((stream.epoch, seq))

    def renewed(self, stream: Stream) -> None:
        self.told.append(f"renewed {stream.epoch}")

    def ended(self, stream: Stream, code: str) -> None:
        self.told.append(f"ended {code}")

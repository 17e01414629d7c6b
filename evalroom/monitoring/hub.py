"""The streams of one node: who publishes what, and who is told when that changes."""

import itertools
import logging
from collections.abc import Callable, Iterable
from typing import Final

from evalroom.clock import Clock
from evalroom.monitoring.gate import Kind
from evalroom.monitoring.limits import KEY_SPACING_MS, STREAMS_PER_NODE, STREAMS_PER_SESSION
from evalroom.monitoring.stream import Figures, Stream
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec, EncodedFrame

log = logging.getLogger(__name__)

Told = Callable[[Stream], None]
"""Told of a stream that has come, gone, been renewed, or shown its codec; must not raise."""

REPLACED: Final = "replaced"
"""How a publication ends when another of the same source begins."""

LET_GO: Final = "let_go"
"""How all of a session end when this node keeps it no longer."""


class Publishing:
    """One publication of one stream: the hand that puts frames in."""

    def __init__(self, hub: "Hub", stream: Stream, on_end: Callable[[str], None] | None) -> None:
        self.stream: Final = stream
        self._hub = hub
        self._on_end = on_end
        self._over = False

    @property
    def over(self) -> bool:
        """Whether it has ended or been replaced."""
        return self._over

    def push(self, frame: EncodedFrame, level: int | None = None) -> None:
        """Put in the next frame, of sound with its loudness; after the end it goes nowhere."""
        if self._over:
            return
        if level is not None:
            self.stream.level = level
        if self.stream.push(frame):
            self._hub.tell(self.stream)

    def expect(self, codec: Codec | None) -> None:
        """Its frames will be of this codec, though none has come yet."""
        if not self._over and codec is not None and self.stream.codec is None:
            self.stream.codec = codec
            self._hub.tell(self.stream)

    def end(self, code: str) -> None:
        """Nothing comes any more; whoever takes the stream is told `code`. Safe to repeat."""
        if not self._over:
            self._over = True
            self._hub.ended(self.stream, code)

    def cut(self, code: str) -> None:
        """Take the hand away: the one who publishes is told `code`, takers are not."""
        if not self._over:
            self._over = True
            if self._on_end is not None:
                self._on_end(code)


class Hub:
    """All streams by session and source. Times come from `clock`; epochs begin at its seconds, so
    that a node that has restarted never repeats one.
    """

    def __init__(self, clock: Clock) -> None:
        self.figures: Final = Figures()
        self._clock = clock
        self._handles = itertools.count(1)
        self._sessions: dict[str, dict[str, Stream]] = {}
        self._by_handle: dict[int, Stream] = {}
        self._publishing: dict[Stream, Publishing] = {}
        self._told: dict[str, dict[object, Told]] = {}

    def __len__(self) -> int:
        return len(self._by_handle)

    def stream(self, session: str, source: str) -> Stream | None:
        """The stream of a source, live or not, if this node has ever had it."""
        return self._sessions.get(session, {}).get(source)

    def streams(self, session: str) -> tuple[Stream, ...]:
        """All streams of a session, live or not."""
        return tuple(self._sessions.get(session, {}).values())

    def by_handle(self, handle: int) -> Stream | None:
        """The stream of this handle."""
        return self._by_handle.get(handle)

    def publish(
        self,
        session: str,
        source: str,
        kind: Kind,
        ask_key: Callable[[], None] | None,
        ports_rtp: bool,
        *,
        on_end: Callable[[str], None] | None = None,
        on_wanted: Callable[[bool], None] | None = None,
    ) -> Publishing:
        """Begin to publish a source; an earlier publication of it ends, its takers go on.

        `ask_key` asks the source for a key frame; None for one that cannot be asked. `on_end` is
        told when somebody else ends the publication (`replaced`, `let_go`), `on_wanted` when the
        first taker comes and when the last has gone. Raises Refused("too_many_streams").
        """
        stream = self.stream(session, source) or self._make(session, source, kind)
        earlier = self._publishing.pop(stream, None)
        if earlier is not None:
            earlier.cut(REPLACED)
        epoch = max(stream.epoch + 1, self._clock.wall() // 1000)
        stream.begin(epoch, ask_key, on_wanted, ports_rtp)
        publishing = self._publishing[stream] = Publishing(self, stream, on_end)
        self.figures.publications += 1
        self.tell(stream)
        return publishing

    def watch(self, session: str, told: Told) -> Callable[[], None]:
        """Have `told` called of each change to a session's streams; give what ends that."""
        key = object()
        self._told.setdefault(session, {})[key] = told

        def unwatch() -> None:
            watching = self._told.get(session)
            if watching is not None:
                watching.pop(key, None)
                if not watching:
                    del self._told[session]

        return unwatch

    def let_go(self, session: str) -> None:
        """Forget a session: its publications end, its streams are no more."""
        for stream in self.streams(session):
            self._drop(stream)

    async def run(self) -> None:
        """Remind quiet streams of key frames that are due, for ever."""
        while True:
            await self._clock.sleep(KEY_SPACING_MS / 1000)
            self.look()

    def look(self) -> None:
        """Ask for each key frame that is due though no frame has come to remind of it."""
        for stream in tuple(self._publishing):
            stream.look()

    # For publications

    def ended(self, stream: Stream, code: str) -> None:
        """A publication has ended by itself."""
        self._publishing.pop(stream, None)
        stream.end(code)
        self.tell(stream)

    def tell(self, stream: Stream) -> None:
        """Tell whoever watches the session that something about this stream is new."""
        for told in tuple(self._told.get(stream.session, {}).values()):
            try:
                told(stream)
            except Exception:
                log.exception("somebody who watches a session's streams failed")

    def _make(self, session: str, source: str, kind: Kind) -> Stream:
        kept = self._sessions.get(session, {})
        if len(kept) >= STREAMS_PER_SESSION:
            self._make_room(kept.values(), STREAMS_PER_SESSION)
        if len(self._by_handle) >= STREAMS_PER_NODE:
            self._make_room(self._by_handle.values(), STREAMS_PER_NODE)
        stream = Stream(next(self._handles), session, source, kind, self._clock, self.figures)
        self._sessions.setdefault(session, {})[source] = stream
        self._by_handle[stream.handle] = stream
        return stream

    def _make_room(self, streams: Iterable[Stream], most: int) -> None:
        """Drop the oldest stream that nobody publishes; raises Refused when all are in use."""
        for stream in streams:
            if not stream.live:
                self._drop(stream)
                return
        raise Refused("too_many_streams", most=most)

    def _drop(self, stream: Stream) -> None:
        publishing = self._publishing.pop(stream, None)
        if publishing is not None:
            publishing.cut(LET_GO)
        stream.end(LET_GO)
        del self._by_handle[stream.handle]
        sources = self._sessions[stream.session]
        del sources[stream.source]
        if not sources:
            del self._sessions[stream.session]
        self.tell(stream)

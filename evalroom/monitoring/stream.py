"""One stream: numbered frames from whoever publishes a source, passed on to all who take it."""

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final, Literal, Protocol

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.monitoring.floor import UNTOLD_DBOV
from evalroom.monitoring.gate import Kind
from evalroom.monitoring.gop import Gop
from evalroom.monitoring.keyframes import IDLE_PERIOD, KeyFrames, Use
from evalroom.wire.frames import BINARY, websocket_frame
from evalroom.wire.media_frame import Codec, EncodedFrame, header_of

log = logging.getLogger(__name__)

KeyReason = Literal["joined", "resumed", "raised", "cache", "hole", "peer", "size"]
"""Why a key frame is wished for: somebody began, goes on after a drop, wants a higher layer; the
cache was given up; frames were lost on the way; a peer asked (PLI); its size is to be known."""


class Figures(Struct):
    """What the streams of a node have counted since its start."""

    publications: int = 0
    media_frames: int = 0
    media_bytes: int = 0
    key_frames_wished: int = 0
    key_frames_asked: int = 0
    caches_given_up: int = 0
    takers_failed: int = 0


class Taker(Protocol):
    """Whoever takes a stream's frames. Nothing here may block, or raise: whoever does is let go."""

    def take(self, stream: "Stream", seq: int, frame: EncodedFrame) -> None:
        """The next frame, in order and at once."""
        ...

    def renewed(self, stream: "Stream") -> None:
        """A new epoch begins: `seq` starts again at 0, codec and size may be others."""
        ...

    def ended(self, stream: "Stream", code: str) -> None:
        """Nothing comes any more; the taker has been detached."""
        ...


class Stream:
    """A source of a session on this node. It outlives its publications: its handle stays, its epoch
    grows with each. Made by the hub.
    """

    def __init__(
        self, handle: int, session: str, source: str, kind: Kind, clock: Clock, figures: Figures
    ) -> None:
        self.handle: Final = handle
        self.session: Final = session
        self.source: Final = source
        self.kind: Final[Kind] = kind
        self.codec: Codec | None = None
        self.epoch = 0
        self.live = False
        self.over = ""
        """With what code its last publication ended, while there is no other."""
        self.borrowed = False
        """Whether it comes from another node, and only while somebody takes it here."""
        self.ports_rtp = False
        """Whether its frames bring the RTP payloads they came in."""
        self.top_layer = 0
        """The highest temporal layer that this epoch has shown."""
        self.level: int | None = None
        """How loud it is (RFC 6464: 0 the loudest, 127 silence), as far as its source tells."""
        self.passing = 0, 0
        """Number and arrival of the frame that is being passed on: one pair for all who take it."""
        self.gop: Final = Gop()
        self._clock = clock
        self._figures = figures
        self._seq = 0
        self._keys = KeyFrames(asks=False, now=self._now())
        self._ask_key: Callable[[], None] | None = None
        self._on_wanted: Callable[[bool], None] | None = None
        self._takers: dict[Taker, Use] = {}
        self._uses: Counter[Use] = Counter()
        self._pass: tuple[Taker, ...] | None = ()
        self._changes = 0
        self._period = IDLE_PERIOD
        self._built: tuple[EncodedFrame | None, bytes] = (None, b"")

    @property
    def asks(self) -> bool:
        """Whether its source can be asked for a key frame."""
        return self._keys.asks

    @property
    def takers(self) -> int:
        """How many take it."""
        return len(self._takers)

    @property
    def loudness(self) -> int | None:
        """How loud it counts on the floor; None for a picture, and while nothing is heard."""
        if self.kind != "microphone" or not self.live:
            return None
        return UNTOLD_DBOV if self.level is None and self.codec is not None else self.level

    # For those who take it

    def attach(self, taker: Taker, need_key: bool = True, use: Use = Use.VIEWED) -> None:
        """Hand the frames from the next one on to `taker`. With `need_key` it cannot begin in the
        middle: a key frame is wished for unless the cache has one.
        """
        first = not self._takers
        earlier = self._takers.get(taker)
        if earlier is not None:
            self._uses[earlier] -= 1
        self._takers[taker] = use
        self._uses[use] += 1
        self._regroup()
        if first and self._on_wanted is not None:
            self._on_wanted(True)
        if need_key and not self.gop:
            self.want_key("joined")

    def detach(self, taker: Taker) -> None:
        """Hand it nothing more, not even the frame that is being passed on; safe to repeat."""
        use = self._takers.pop(taker, None)
        if use is None:
            return
        self._uses[use] -= 1
        self._regroup()
        if not self._takers and self._on_wanted is not None:
            # Nothing comes from now on: what is held would be shown as the present.
            self.gop.clear()
            self._on_wanted(False)

    def want_key(self, reason: KeyReason) -> None:
        """Wish for a key frame; the source is asked as soon as it may be."""
        self._figures.key_frames_wished += 1
        if self.live and not self._keys.wished:
            log.debug("stream %d wants a key frame: %s", self.handle, reason)
        self._keys.wish()
        self._ask_if_due()

    def message(self, seq: int, frame: EncodedFrame) -> bytes:
        """The whole WebSocket frame of a frame of this epoch, built once for all viewers."""
        built = self._built
        if built[0] is frame:
            return built[1]
        message = websocket_frame(
            BINARY, header_of(frame, self.handle, self.epoch, seq) + frame.data
        )
        self._built = frame, message
        return message

    # For the hub

    def begin(
        self,
        epoch: int,
        ask_key: Callable[[], None] | None,
        on_wanted: Callable[[bool], None] | None,
        ports_rtp: bool,
    ) -> None:
        """A publication begins: everyone who takes the stream goes on with the new epoch."""
        self.live = True
        self.borrowed = on_wanted is not None
        self.over = ""
        self.ports_rtp = ports_rtp
        self._ask_key = ask_key
        self._on_wanted = on_wanted
        self._keys = KeyFrames(asks=ask_key is not None, now=self._now())
        self._renew(epoch)
        if on_wanted is not None and self._takers:
            on_wanted(True)
        if self._takers:
            self.want_key("joined")

    def push(self, frame: EncodedFrame) -> bool:
        """Number a frame and pass it on. True when it is the first that tells the codec."""
        renewed = frame.codec is not self.codec
        if renewed:
            if self.codec is not None:
                self._renew(self.epoch + 1)
            self.codec = frame.codec
        seq = self._seq
        self._seq = seq + 1
        self._figures.media_frames += 1
        self._figures.media_bytes += len(frame.data)
        if frame.layer > self.top_layer:
            self.top_layer = frame.layer
        if frame.key:
            self._keys.came(self._now())
        if self.gop.add(seq, frame):
            self._figures.caches_given_up += 1
            self.want_key("cache")
        self.passing = seq, frame.arrival
        self._pass_on(seq, frame)
        self._ask_if_due()
        return renewed

    def end(self, code: str) -> None:
        """Nobody publishes the source any more: whoever took it is told, and let go."""
        self.live = False
        self.over = code
        self._ask_key = self._on_wanted = None
        self._keys = KeyFrames(asks=False, now=self._now())
        self.codec = None
        self.gop.clear()
        self._built = None, b""
        takers = tuple(self._takers)
        self._takers.clear()
        self._uses.clear()
        self._regroup()
        for taker in takers:
            self._tell(taker, partial(taker.ended, self, code))

    def look(self) -> None:
        """Ask for a key frame that is due although no frame comes to remind of it."""
        if self.live:
            self._ask_if_due()

    def _renew(self, epoch: int) -> None:
        self.epoch = epoch
        self.codec = None
        self.level = None
        self.top_layer = 0
        self._seq = 0
        self.gop.clear()
        self._built = None, b""
        for taker in tuple(self._takers):
            if taker in self._takers:
                self._tell(taker, partial(taker.renewed, self))

    def _pass_on(self, seq: int, frame: EncodedFrame) -> None:
        # Who comes during the pass begins with the next frame, who goes does not get this one.
        if self._pass is None:
            self._pass = tuple(self._takers)
        changes = self._changes
        for taker in self._pass:
            if changes != self._changes and taker not in self._takers:
                continue
            try:
                taker.take(self, seq, frame)
            except Exception:
                self._fails(taker)

    def _tell(self, taker: Taker, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception:
            self._fails(taker)

    def _fails(self, taker: Taker) -> None:
        self._figures.takers_failed += 1
        log.exception("a %s failed and is let go", type(taker).__name__)
        self.detach(taker)

    def _regroup(self) -> None:
        self._changes += 1
        self._pass = None
        periods = [use.period for use, count in self._uses.items() if count]
        self._period = min(periods, default=IDLE_PERIOD)

    def _ask_if_due(self) -> None:
        if self._ask_key is None or not self._keys.due(self._now(), self._period):
            return
        self._figures.key_frames_asked += 1
        try:
            self._ask_key()
        except Exception:
            log.exception("a source could not be asked for a key frame")

    def _now(self) -> int:
        return int(self._clock.monotonic() * 1000)

"""One viewer of the wall: what he asked for, what he may see of it, and what he is told.

Whether he may is asked anew at each change of the session: what he may no longer see stops in the
same step, before any further frame.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import UNSET

from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Gate, Source
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.limits import (
    GOP_FRAMES,
    REPLAY_FRAMES,
    REPLAY_TOGETHER,
    SLOW_BYTES,
    WALL_STREAMS,
)
from evalroom.monitoring.stream import Stream
from evalroom.monitoring.tile import SMALL_WIDTH, Line, Tile, WallFigures, layer_for
from evalroom.monitoring.wall_messages import (
    Ended,
    Listed,
    NotShown,
    Streams,
    Subscription,
    WallClose,
    frame_of,
    read_control,
)
from evalroom.monitoring.watching import Looking, Looks
from evalroom.sessions.refusals import Malformed, Refused

log = logging.getLogger(__name__)

HIDDEN_FROM_YOU: Final = "not_shown"
"""Ends what the gate failed on: who cannot be told to be allowed is not."""


class Shown:
    """A subscription: the tile while the wall can be seen, the look it is."""

    __slots__ = ("looking", "source", "tile", "width")

    def __init__(self, tile: Tile, source: str, width: int) -> None:
        self.tile = tile
        self.source = source
        self.width = width
        self.looking: Looking | None = None


class Viewer:
    """One wall. `soon` calls back when the loop comes round, so that many changes of one step are
    told once. Not thread-safe; all of it is synchronous.
    """

    def __init__(
        self,
        session: str,
        principal: Principal,
        *,
        hub: Hub,
        gate: Gate,
        line: Line,
        looks: Looks,
        soon: Callable[[Callable[[], None]], object],
        figures: WallFigures,
    ) -> None:
        self.session: Final = session
        self.principal = principal
        self._hub = hub
        self._gate = gate
        self._line = line
        self._looks = looks
        self._soon = soon
        self._figures = figures
        self._shown: dict[int, Shown] = {}
        self._hidden = False
        self._open = False
        self._due = False
        self._told = b""
        self._unwatch: tuple[Callable[[], None], ...] = ()

    @property
    def streams(self) -> int:
        """How many streams are subscribed to."""
        return len(self._shown)

    def open(self) -> None:
        """Tell what may be seen, and go on telling. Raises Refused when nothing ever may."""
        self._gate.sources(self.principal, self.session)
        self._open = True
        self._unwatch = (
            self._gate.watch(self.session, self._ask_again),
            self._hub.watch(self.session, self._changed),
        )
        self._list()

    def take(self, text: str | bytes) -> int:
        """Take a message; give what it counts as. Raises Malformed."""
        control = read_control(text)
        for stream, seq in control.ack.items():
            if (shown := self._shown.get(stream)) is not None:
                shown.tile.ack(seq)
        for stream in control.unsubscribe:
            self._stop(stream)
        if control.subscribe:
            self._subscribe(control.subscribe)
        if control.hidden is not None:
            self._hide(control.hidden)
        return 1 + len(control.subscribe)

    def renew(self, principal: Principal) -> None:
        """The same viewer, known anew: what he may see is asked again."""
        if principal != self.principal:
            self.principal = principal
            self._ask_again()

    def close(self) -> None:
        """See nothing more, hear of nothing more; safe to repeat."""
        self._open = False
        for unwatch in self._unwatch:
            unwatch()
        self._unwatch = ()
        for stream in tuple(self._shown):
            self._stop(stream)

    # Subscriptions

    def _subscribe(self, wanted: tuple[Subscription, ...]) -> None:
        if len({subscription.stream for subscription in wanted}) < len(wanted):
            raise Malformed("message.subscribe", "names a stream twice")
        fresh: list[Shown] = []
        for subscription in wanted:
            try:
                fresh += self._grant(subscription)
            except Refused as refused:
                self._stop(subscription.stream)
                retry_ms = refused.params.get("retry_ms", UNSET)
                self._say(NotShown(subscription.stream, refused.code, retry_ms))
        # First all, then the pictures: which tile is the one looked at shows in the end.
        self._show(fresh)

    def _grant(self, wanted: Subscription) -> list[Shown]:
        stream = self._hub.by_handle(wanted.stream)
        if stream is None or stream.session != self.session or not stream.live:
            raise Refused("unknown_stream")
        self._ask(stream.source)
        if stream.kind == "microphone":
            raise Refused("heard_by_whep")
        wish = layer_for(wanted.layer, wanted.width)
        shown = self._shown.get(wanted.stream)
        if shown is not None:
            shown.width = wanted.width
            shown.tile.want(wish)
            return []
        if len(self._shown) >= WALL_STREAMS:
            raise Refused("too_many_streams", most=WALL_STREAMS)
        tile = Tile(stream, self._line, wish, self._ended, self._figures)
        shown = self._shown[wanted.stream] = Shown(tile, stream.source, wanted.width)
        return [shown]

    def _show(self, fresh: Sequence[Shown]) -> None:
        """Send their pictures, once each look is taken up."""
        if self._hidden or not fresh:
            return
        since = {source.name: source.since for source in self._sources()}
        share = max(1, min(REPLAY_FRAMES, REPLAY_TOGETHER // len(fresh)))
        for shown in fresh:
            handle = shown.tile.stream.handle
            if not self._open or self._shown.get(handle) is not shown:
                continue
            try:
                if shown.source not in since:
                    raise Refused(HIDDEN_FROM_YOU)
                look = self._looks.begin(self.principal.id, self.session, shown.source)
            except Refused as refused:
                self._stop(handle)
                self._say(NotShown(handle, refused.code, refused.params.get("retry_ms", UNSET)))
            else:
                shown.looking = look
                replay = GOP_FRAMES if self._is_focused(shown) else share
                shown.tile.show(replay=replay, since=since[shown.source])

    def _conceal(self, shown: Shown) -> None:
        shown.tile.hide()
        if shown.looking is not None:
            self._looks.end(shown.looking)
            shown.looking = None

    def _stop(self, handle: int) -> None:
        shown = self._shown.pop(handle, None)
        if shown is not None:
            self._conceal(shown)

    def _hide(self, hidden: bool) -> None:
        if hidden == self._hidden:
            return
        self._hidden = hidden
        for shown in self._shown.values():
            self._conceal(shown)
        self._show(tuple(self._shown.values()))

    def _is_focused(self, shown: Shown) -> bool:
        """Whether this is the one large picture of the wall."""
        large = [other for other in self._shown.values() if other.width > SMALL_WIDTH]
        return large == [shown]

    # What may be seen

    def _ask(self, source: str) -> None:
        """Raise Refused unless the source may be seen now; a gate that fails allows nothing."""
        try:
            self._gate.may_watch(self.principal, self.session, source)
        except Refused:
            raise
        except Exception:
            log.exception("a gate failed, and what it was asked about is not shown")
            raise Refused(HIDDEN_FROM_YOU) from None

    def _ask_again(self) -> None:
        """The session has changed: stop what may no longer be seen, now."""
        for handle, shown in tuple(self._shown.items()):
            try:
                self._ask(shown.source)
            except Refused as refused:
                self._figures.wall_seals += 1
                self._stop(handle)
                self._say(Ended(handle, refused.code))
        self._list_soon()

    def _sources(self) -> tuple[Source, ...]:
        """What may be seen now: nothing for somebody who has no business here any more, or not for
        the moment, and nothing when the gate fails.
        """
        try:
            return self._gate.sources(self.principal, self.session)
        except Refused as refused:
            later = "retry_ms" in refused.params
            self._leave(WallClose.TRY_LATER if later else WallClose.FORBIDDEN, refused.code)
        except Exception:
            log.exception("a gate failed, and nothing is listed")
        return ()

    # What is told

    def _changed(self, stream: Stream) -> None:
        shown = self._shown.get(stream.handle)
        if shown is not None and not stream.live:
            self._ended(shown.tile, stream.over)
        self._list_soon()

    def _list_soon(self) -> None:
        if self._open and not self._due:
            self._due = True
            self._soon(self._list)

    def _list(self) -> None:
        """Tell what may be seen, if that is something else than was told last."""
        self._due = False
        if not self._open:
            return
        message = frame_of(Streams(tuple(self._listed())))
        if self._open and message != self._told:
            self._told = message
            self._write(message)

    def _listed(self) -> Iterator[Listed]:
        for source in self._sources():
            stream = self._hub.stream(self.session, source.name)
            if stream is not None and stream.live:
                codec = None if stream.codec is None else stream.codec.name.lower()
                yield Listed(
                    stream.handle, source.name, source.kind, codec, stream.epoch,
                    source.label_key, dict(source.label),
                )  # fmt: skip

    def _ended(self, tile: Tile, code: str) -> None:
        self._stop(tile.stream.handle)
        self._say(Ended(tile.stream.handle, code))

    def _say(self, message: Ended | NotShown) -> None:
        self._write(frame_of(message))

    def _write(self, message: bytes) -> None:
        if not self._open:
            return
        self._line.write(message)
        if self._line.owed() > SLOW_BYTES:
            self._figures.walls_cut_off += 1
            self._leave(WallClose.SLOW, "slow")

    def _leave(self, code: WallClose, reason: str) -> None:
        self.close()
        self._line.bye(code, reason)

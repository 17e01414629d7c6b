"""A camera, and one tile that shows it."""

from evalroom.monitoring.hub import Hub
from evalroom.monitoring.limits import REPLAY_FRAMES
from evalroom.monitoring.tile import Tile, WallFigures
from tests.monitoring.parts import CAMERA, SESSION, START, HandClock, NotingLine, frame

FRAME_MS = 66
# Temporal layers of VP8 L1T3, over and over.
L1T3 = (0, 2, 1, 2)


class Scene:
    """A camera of fifteen frames a second that answers when asked, and one tile."""

    def __init__(self, *, layers: tuple[int, ...] = (0,), asks: bool = True, wish: int = 2) -> None:
        self.clock = HandClock()
        self.hub = Hub(self.clock)
        self.asked = 0
        self.layers = layers
        self.count = 0
        ask = self._asked if asks else None
        self.publishing = self.hub.publish(SESSION, CAMERA, "camera", ask, ports_rtp=True)
        self.line = NotingLine()
        self.ended: list[str] = []
        self.figures = WallFigures()
        self.tile = Tile(
            self.publishing.stream, self.line, wish, lambda _, code: self.ended.append(code),
            self.figures,
        )  # fmt: skip

    def _asked(self) -> None:
        self.asked += 1

    def push(self, frames: int = 1, *, key: bool = False, acks: bool = False) -> None:
        """Frames of the camera, the first a key frame if wished; taken at once with `acks`."""
        for number in range(frames):
            self.clock.ms += FRAME_MS
            is_key = key and number == 0
            if is_key:
                self.count = 0
            layer = self.layers[self.count % len(self.layers)]
            self.count += 1
            self.publishing.push(frame(self.clock.ms - START, key=is_key, layer=layer, size=500))
            if acks:
                self.ack()

    def ack(self) -> None:
        """Everything that was sent has been taken."""
        if self.tile._sent:
            self.tile.ack(self.tile._sent[-1][0])

    def sent(self) -> list[tuple[int, bool]]:
        """Number and kind of what has been sent since somebody last asked."""
        return [(header.seq, header.key) for header in self.line.pictures()]

    def show(self, *, replay: int = REPLAY_FRAMES, since: int = 0) -> None:
        self.tile.show(replay=replay, since=since)

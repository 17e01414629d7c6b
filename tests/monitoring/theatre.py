"""A seat with camera, screen and microphone, and somebody before the wall."""

import json
from collections.abc import Callable  # noqa: TC003 — as elsewhere in these tests

from evalroom.monitoring.gate import Kind
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.tile import WallFigures
from evalroom.monitoring.viewer import Viewer
from evalroom.monitoring.watching import Look, Looks
from evalroom.wire.media_frame import Codec
from tests.monitoring.parts import (
    CAMERA,
    SCREEN,
    SESSION,
    SOUND,
    START,
    VERA,
    HandClock,
    NotingLine,
    PlainGate,
    frame,
)

KINDS: dict[str, Kind] = {CAMERA: "camera", SCREEN: "screen", SOUND: "microphone"}


class Theatre:
    """A seat with camera, screen and microphone, and Vera before the wall."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.hub = Hub(self.clock)
        self.gate = PlainGate(*KINDS.items())
        self.line = NotingLine()
        self.recorded: list[Look] = []
        self.looks = Looks(lambda _, looks: self.recorded.extend(looks), self.clock)
        self.later: list[Callable[[], None]] = []
        self.figures = WallFigures()
        self.publishing = {source: self.publish(source) for source in KINDS}
        self.viewer = self.seat()

    def publish(self, source: str, session: str = SESSION) -> Publishing:
        kind = KINDS.get(source, "camera")
        return self.hub.publish(session, source, kind, lambda: None, ports_rtp=True)

    def seat(self) -> Viewer:
        return Viewer(
            SESSION, VERA, hub=self.hub, gate=self.gate, line=self.line, looks=self.looks,
            soon=lambda call: self.later.append(call), figures=self.figures,
        )  # fmt: skip

    def turn(self) -> None:
        """The loop comes round."""
        later, self.later = self.later, []
        for call in later:
            call()

    def handle(self, source: str) -> int:
        return self.publishing[source].stream.handle

    def say(self, **message: object) -> int:
        return self.viewer.take(json.dumps(message))

    def subscribe(self, *sources: str, layer: int = 2, width: int = 640) -> None:
        self.say(
            subscribe=[
                {"stream": self.handle(source), "layer": layer, "width": width}
                for source in sources
            ]
        )

    def push(self, *sources: str, key: bool = False) -> None:
        self.clock.ms += 66
        for source in sources:
            codec = Codec.OPUS if source == SOUND else Codec.VP8
            self.publishing[source].push(
                frame(self.clock.ms - START, key=key or codec is Codec.OPUS, codec=codec)
            )

    def seen(self) -> list[str]:
        """Of which sources pictures have come since somebody last asked."""
        names = {publishing.stream.handle: name for name, publishing in self.publishing.items()}
        return [names[header.stream] for header in self.line.pictures()]

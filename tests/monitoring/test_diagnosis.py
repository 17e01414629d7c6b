"""Diagnosis: real frames through the hub, and what is said about them."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from evalroom.monitoring.diagnosis import OPENED_SECONDS, Diagnosis, Thresholds
from evalroom.monitoring.findings import Condition
from evalroom.monitoring.gate import Kind
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.identity.parts import StillClock
from tests.media import Motion, frames, sounds

SESSION = "0" * 32


class Heard:
    """The alarms that were raised and lowered."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Condition, bool]] = []
        self.pictures: list[bytes | None] = []

    def begun(self, session: str, source: str, condition: Condition, picture: bytes | None) -> None:
        assert session == SESSION
        self.told.append((source, condition, True))
        self.pictures.append(picture)

    def over(self, session: str, source: str, condition: Condition) -> None:
        assert session == SESSION
        self.told.append((source, condition, False))


def drifting(seconds: int, rate: float) -> list[EncodedFrame]:
    """A key frame each second of a camera whose clock goes at `rate`, and its picture moves."""
    keys = [frame for frame in frames(Codec.VP8, 60) if frame.key]
    return [
        replace(keys[n % len(keys)], ticks=round(n * 90_000 * rate), arrival=1_000_000 + n * 1_000)
        for n in range(seconds)
    ]


class Watchroom:
    """A hub, a diagnosis, and seconds that pass one by one."""

    def __init__(self) -> None:
        self.clock = StillClock(1_000_000)
        self.hub = Hub(self.clock)
        self.heard = Heard()
        self.diagnosis = Diagnosis(self.hub, self.clock, self.heard)

    def publish(self, source: str, kind: Kind) -> Publishing:
        return self.hub.publish(SESSION, source, kind, lambda: None, True)

    async def seconds(self, count: int, *shown: tuple[Publishing, list[EncodedFrame], int]) -> None:
        """Each second every publication shows its next so many frames, over and over."""
        for second in range(count):
            for publishing, film, rate in shown:
                for n in range(rate):
                    publishing.push(film[(second * rate + n) % len(film)])
            await self.diagnosis.look()
            self.clock.now += 1_000


@pytest.fixture
async def room() -> AsyncIterator[Watchroom]:
    room = Watchroom()
    room.diagnosis.begin(SESSION, Thresholds(after=4, silence=6))
    yield room
    room.diagnosis.close()


def film(motion: Motion, codec: Codec = Codec.VP8) -> list[EncodedFrame]:
    return frames(codec, 60, motion=motion)


@pytest.mark.rule("M83")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
@pytest.mark.parametrize(
    ("motion", "condition"), [("black", "black"), ("covered", "occluded"), ("frozen", "frozen")]
)
async def test_a_camera_that_goes_wrong_is_found_with_its_picture_and_is_over_when_it_is(
    room: Watchroom, codec: Codec, motion: Motion, condition: Condition
) -> None:
    camera = room.publish("seat.m1.camera", "camera")
    await room.seconds(6, (camera, film("moving", codec), 15))
    assert room.heard.told == []
    await room.seconds(10, (camera, film(motion, codec), 15))
    assert room.heard.told == [("seat.m1.camera", condition, True)]
    [picture] = room.heard.pictures
    assert picture is not None
    assert picture.startswith(b"\xff\xd8")
    await room.seconds(6, (camera, film("moving", codec), 15))
    assert room.heard.told[1:] == [("seat.m1.camera", condition, False)]


@pytest.mark.rule("M84")
async def test_a_source_that_stays_away_is_missed_after_its_time_and_welcomed_back(
    room: Watchroom,
) -> None:
    camera = room.publish("seat.m1.camera", "camera")
    screen = room.publish("seat.m1.screen", "screen")
    await room.seconds(3, (camera, film("moving"), 15), (screen, film("frozen"), 15))
    camera.end("closed")
    screen.end("closed")
    await room.seconds(4)
    assert room.heard.told == []
    await room.seconds(1)
    assert room.heard.told == [
        ("seat.m1.camera", "no_stream", True),
        ("seat.m1.screen", "screen_capture_lost", True),
    ]
    assert room.heard.pictures == [None, None]
    again = room.publish("seat.m1.camera", "camera")
    await room.seconds(4, (again, film("moving"), 15))
    assert room.heard.told[2:] == [("seat.m1.camera", "no_stream", False)]


@pytest.mark.rule("M83")
async def test_of_a_screen_no_picture_leaves_the_room(room: Watchroom) -> None:
    screen = room.publish("seat.m1.screen", "screen")
    await room.seconds(8, (screen, film("black"), 15))
    assert room.heard.told == [("seat.m1.screen", "black", True)]
    assert room.heard.pictures == [None]


@pytest.mark.rule("M82")
async def test_a_microphone_that_hears_nothing_is_found(room: Watchroom) -> None:
    microphone = room.publish("seat.m1.microphone", "microphone")
    microphone.stream.level = 127
    await room.seconds(9, (microphone, sounds(100), 50))
    assert room.heard.told == [("seat.m1.microphone", "audio_silent", True)]


@pytest.mark.rule("M83")
async def test_a_picture_that_does_not_open_is_no_reason_to_stop(room: Watchroom) -> None:
    camera = room.publish("seat.m1.camera", "camera")
    camera.push(EncodedFrame(Codec.VP8, b"\xfe" * 40, True, 0, 0, 0))
    await room.diagnosis.look()
    await room.seconds(8, (camera, film("black"), 15))
    assert [condition for _, condition, _ in room.heard.told] == ["black"]


async def test_nothing_is_missed_of_a_session_that_is_over(room: Watchroom) -> None:
    camera = room.publish("seat.m1.camera", "camera")
    await room.seconds(2, (camera, film("moving"), 15))
    room.diagnosis.end(SESSION)
    assert camera.stream.takers == 0
    camera.end("over")
    await room.seconds(10)
    assert room.heard.told == []


@pytest.mark.rule("M85")
@pytest.mark.parametrize(("kind", "found"), [("camera", True), ("screen", False)])
async def test_a_camera_whose_clock_runs_wrong_is_found_and_a_screen_is_left_to_its_page(
    room: Watchroom, kind: Kind, found: bool
) -> None:
    source = f"seat.m1.{kind}"
    shown = room.publish(source, kind)
    await room.seconds(80, (shown, drifting(80, 0.97), 1))
    assert [told for told in room.heard.told if told[1] == "clock_drift"] == (
        [(source, "clock_drift", True)] if found else []
    )


@pytest.mark.rule("M84")
@pytest.mark.parametrize("keys", [True, False])
async def test_who_sends_no_picture_is_missed_however_much_he_sends(
    room: Watchroom, keys: bool
) -> None:
    camera = room.publish("seat.m1.camera", "camera")
    good = film("moving")
    await room.seconds(3, (camera, good, 15))
    # The first byte tells a key frame to whoever passes it on; what follows opens for nobody.
    rubbish = [replace(frame, key=keys, data=frame.data[:1] + bytes(20)) for frame in good]
    await room.seconds(round(OPENED_SECONDS) + 8, (camera, rubbish, 15))
    assert room.heard.told == [("seat.m1.camera", "no_stream", True)]
    await room.seconds(4, (camera, good, 15))
    assert room.heard.told[1:] == [("seat.m1.camera", "no_stream", False)]

"""Recording: real frames through the hub into segments that play."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from evalroom.monitoring import recorder as recorder_module
from evalroom.monitoring.recorder import QUICK_MS, QUICK_SEGMENTS
from evalroom.wire.media_frame import Codec
from tests.media import frames, sounds
from tests.monitoring.recorded import CAMERA, MICROPHONE, SESSION, Studio, recorded


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with recorded(tmp_path) as made:
        yield made


@pytest.mark.rule("M66")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
async def test_what_a_camera_shows_is_recorded_from_its_first_key_frame_to_its_last(
    studio: Studio, codec: Codec
) -> None:
    camera = studio.publish(CAMERA)
    shown = frames(codec, 60)
    await studio.show(camera, shown[:40])
    await studio.show(camera, shown[40:])
    await studio.recording.end(SESSION)
    [footage] = await studio.segments()
    assert await studio.pictures(footage) == 60
    assert (footage.begun, footage.ended) == (shown[0].arrival, shown[-1].arrival)
    [told] = studio.told.segments
    assert told.footage == footage
    lies = await asyncio.to_thread(footage.path.read_bytes)
    assert sha256(lies).hexdigest() == told.written.sha256


@pytest.mark.rule("M66")
async def test_frames_before_the_first_key_frame_are_left_out(studio: Studio) -> None:
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 60)[5:])
    await studio.recording.end(SESSION)
    [footage] = await studio.segments()
    assert await studio.pictures(footage) == 30


@pytest.mark.rule("M66")
async def test_a_microphone_lies_beside_its_camera_and_alone_without_one(studio: Studio) -> None:
    microphone = studio.publish(MICROPHONE, "microphone")
    await studio.show(microphone, sounds(50))
    camera = studio.publish(CAMERA)
    picture, sound = frames(Codec.VP8, 60, at=1_002_000), sounds(200, at=1_002_000, ticks=48_000)
    for one in sorted([*picture, *sound], key=lambda f: f.arrival):
        (microphone if one.codec is Codec.OPUS else camera).push(one)
    await studio.recording.write()
    await studio.recording.end(SESSION)
    [alone] = await studio.segments(MICROPHONE)
    assert alone.ended - alone.begun == 980
    [both] = await studio.segments()
    assert await studio.pictures(both) == 60
    samples = await asyncio.to_thread(studio.decoded, both, "audio")
    assert sum(frame.samples for frame in samples) > 3.5 * 48_000
    # Beside the picture: the sound that came with the first picture begins with it.
    assert samples[0].time < 0.1


@pytest.mark.rule("M64")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264, None])
@pytest.mark.parametrize("with_sound", [True, False])
async def test_ffprobe_finds_nothing_wrong_with_any_recording(
    studio: Studio, codec: Codec | None, with_sound: bool, tmp_path: Path
) -> None:
    """`codec` is None for a sound that is recorded alone."""
    shown = [] if codec is None else frames(codec, 60)
    heard = sounds(200) if with_sound or codec is None else []
    camera = studio.publish(CAMERA) if shown else None
    microphone = studio.publish(MICROPHONE, "microphone") if heard else None
    for one in sorted([*shown, *heard], key=lambda frame: frame.arrival):
        source = microphone if one.codec is Codec.OPUS else camera
        assert source is not None
        source.push(one)
    await studio.recording.write()
    await studio.recording.end(SESSION)
    [footage] = await studio.segments(CAMERA if shown else MICROPHONE)
    file = tmp_path / f"recording.{footage.container}"
    whole = await asyncio.to_thread(lambda: b"".join(studio.shelf.read(footage)))
    file.write_bytes(whole)
    counted = await asyncio.to_thread(packets, file)
    assert counted == {
        **({codec.name.lower(): 60} if codec else {}),
        **({"opus": len(heard)} if heard else {}),
    }


def packets(file: Path) -> dict[str, int]:
    """How many packets of each codec ffprobe counts in a file that it finds nothing wrong with."""
    told = subprocess.run(
        [
            "ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(file),
        ],
        capture_output=True,
        check=True,
        timeout=30,
    )  # fmt: skip
    assert told.stderr == b""
    streams = json.loads(told.stdout)["streams"]
    return {stream["codec_name"]: int(stream["nb_read_packets"]) for stream in streams}


@pytest.mark.rule("M67")
async def test_a_new_size_codec_or_publication_begins_a_new_segment(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    await studio.show(camera, frames(Codec.VP8, 30))
    await studio.show(camera, frames(Codec.VP8, 30, at=1_002_000, ticks=180_000, size=(96, 64)))
    await studio.show(camera, frames(Codec.H264, 30, at=1_004_000, ticks=360_000))
    again = studio.publish(CAMERA)
    await studio.show(again, frames(Codec.H264, 30, at=1_006_000))
    await studio.recording.end(SESSION)
    assert [(f.container, await studio.pictures(f)) for f in await studio.segments()] == [
        ("webm", 30), ("webm", 30), ("mp4", 30), ("mp4", 30),
    ]  # fmt: skip


@pytest.mark.rule("M70")
async def test_an_alarm_ends_the_piece_so_that_the_moments_before_it_can_be_seen(
    studio: Studio,
) -> None:
    camera = studio.publish(CAMERA)
    shown = frames(Codec.VP8, 300)
    await studio.show(camera, shown[:60])
    studio.recording.wanted(SESSION, MICROPHONE)
    # Four seconds are no piece: it goes on until it holds fifteen.
    await studio.show(camera, shown[60:240])
    assert studio.told.segments == []
    await studio.show(camera, shown[240:])
    [told] = studio.told.segments
    assert told.footage.ended == shown[239].arrival
    studio.recording.wanted(SESSION, "seat.m9.camera")
    await studio.recording.end(SESSION)
    assert len(await studio.segments()) == 2


@pytest.mark.rule("M67")
async def test_another_h264_size_begins_a_new_segment(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    await studio.show(camera, frames(Codec.H264, 30))
    await studio.show(camera, frames(Codec.H264, 30, at=1_002_000, ticks=180_000, size=(96, 64)))
    await studio.recording.end(SESSION)
    assert [await studio.pictures(f) for f in await studio.segments()] == [30, 30]


@pytest.mark.rule("M67")
async def test_a_segment_ends_at_the_first_key_frame_after_its_time(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "SEGMENT_SECONDS", 3)
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 120))
    await studio.recording.end(SESSION)
    assert [await studio.pictures(f) for f in await studio.segments()] == [60, 60]


@pytest.mark.rule("M67")
async def test_a_media_clock_that_jumps_begins_a_new_segment(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    await studio.show(camera, frames(Codec.VP8, 30))
    await studio.show(camera, frames(Codec.VP8, 30, at=1_002_000, ticks=9_000_000))
    await studio.recording.end(SESSION)
    assert len(await studio.segments()) == 2


async def test_no_thread_is_left_and_nothing_is_recorded_of_a_session_that_was_not_begun(
    studio: Studio,
) -> None:
    other = studio.hub.publish("1" * 32, CAMERA, "camera", None, False)
    for frame in frames(Codec.VP8, 30):
        other.push(frame)
    await studio.recording.write()
    assert studio.recording.recorders == 0


@pytest.mark.rule("M67", "M72")
async def test_a_picture_that_changes_its_size_all_the_time_makes_few_segments(
    studio: Studio,
) -> None:
    camera = studio.publish(CAMERA)
    sizes = [
        next(frame for frame in frames(Codec.VP8, 30, size=size) if frame.key)
        for size in ((160, 90), (176, 96))
    ]
    for second in range(30):
        shown = [
            replace(sizes[n % 2], arrival=1_000_000 + second * 1_000 + n // 2 * 100)
            for n in range(20)
        ]
        await studio.show(camera, shown)
    camera.end("closed")
    await studio.recording.end(SESSION)
    segments = await studio.segments()
    assert len(segments) == len(studio.told.segments) == QUICK_SEGMENTS + 30_000 // QUICK_MS - 1
    assert len({segment.begun for segment in segments}) == len(segments)
    assert studio.told.losses == []

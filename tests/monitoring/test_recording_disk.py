"""Recording when the disk is full, failing or slow, and the alarms before it is."""

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from evalroom.footage.segment_file import SegmentWriter
from evalroom.monitoring import recorder as recorder_module
from evalroom.monitoring.recording_disk import (
    CRITICAL_BYTES,
    FULL_BYTES,
    LOW_BYTES,
    DiskLimits,
    RecordingDisk,
)
from evalroom.wire.media_frame import Codec
from tests.media import frames
from tests.monitoring.recorded import CAMERA, SCREEN, SESSION, Studio, Told, recorded


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with recorded(tmp_path) as made:
        yield made


@pytest.mark.rule("M69")
async def test_a_disk_that_is_full_stops_the_recording_and_nothing_else(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = studio.publish(CAMERA)
    shown = frames(Codec.VP8, 90)
    await studio.show(camera, shown[:30])

    def full(_writer: SegmentWriter, _part: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(SegmentWriter, "write", full)
    for frame in shown[30:60]:
        camera.push(frame)
    await studio.recording.write()
    monkeypatch.undo()
    await studio.clock.sleep(10)
    assert studio.told.losses == [(SESSION, "disk_full")]
    await studio.show(camera, shown[60:])
    await studio.recording.end(SESSION)
    assert [gap.cause for gap in studio.told.gaps] == ["disk_full"]


@pytest.mark.rule("M69")
async def test_an_alarm_comes_before_the_disk_is_full_and_the_ledger_keeps_its_room(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [LOW_BYTES - 1]
    monkeypatch.setattr(studio.shelf, "free_bytes", lambda: free[0])
    camera = studio.publish(CAMERA)
    await studio.recording._look_at_the_disk()
    assert (SESSION, "disk_low") in studio.told.alarms
    await studio.show(camera, frames(Codec.VP8, 30))
    await studio.clock.sleep(5)
    free[0] = FULL_BYTES - 1
    await studio.recording._look_at_the_disk()
    assert studio.told.losses == [(SESSION, "disk_full")]
    await studio.show(camera, frames(Codec.VP8, 30, at=1_002_000, ticks=180_000))
    [only] = await studio.segments()
    assert await studio.pictures(only) == 30
    free[0] = 2 * FULL_BYTES
    await studio.recording._look_at_the_disk()
    await studio.show(camera, frames(Codec.VP8, 30, at=1_008_000, ticks=720_000))
    await studio.recording.end(SESSION)
    before, _ = await studio.segments()
    # Since the last picture that lies on the disk, not since the disk was looked at.
    assert [(gap.cause, gap.begun) for gap in studio.told.gaps] == [("disk_full", before.ended)]


@pytest.mark.rule("M69")
async def test_a_disk_that_is_too_slow_costs_pictures_and_no_memory(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "PENDING_BYTES", 20_000)
    camera = studio.publish(CAMERA)
    shown = frames(Codec.VP8, 90)
    await studio.show(camera, shown[:60])
    await studio.show(camera, shown[60:])
    await studio.recording.write()
    [gap] = studio.told.gaps
    assert gap.cause == "overload"
    assert gap.ended == shown[60].arrival


@pytest.mark.rule("M71")
def test_a_disk_is_alarmed_early_then_urgently_and_is_well_again_with_room_to_spare() -> None:
    told = Told()
    disk = RecordingDisk(DiskLimits(4_000 << 20, 1_000 << 20), told)

    def look(free: int) -> tuple[int, list[tuple[str, str]]]:
        disk.look(free << 20, ["s"])
        found, told.alarms = told.alarms, []
        return disk.level, found

    low, critical = ("s", "disk_low"), ("s", "disk_critical")
    assert look(4_000) == (0, [("s", "no disk_low"), ("s", "no disk_critical")])
    assert look(4_000) == (0, [])
    assert look(3_999) == (1, [low])
    assert look(4_399) == (1, [low])
    assert look(999) == (2, [low, critical])
    assert look(511) == (3, [low, critical])
    assert look(1_023) == (3, [low, critical])
    assert look(1_099) == (2, [low, critical])
    assert look(1_100) == (1, [low, ("s", "no disk_critical")])
    assert look(4_400) == (0, [("s", "no disk_low")])


@pytest.mark.rule("M71")
def test_a_session_that_begins_on_a_low_disk_is_alarmed_and_one_on_a_good_disk_is_cleared() -> None:
    told = Told()
    disk = RecordingDisk(DiskLimits(), told)
    disk.look(LOW_BYTES - 1, ["one"])
    disk.look(LOW_BYTES - 1, ["one", "two"])
    assert told.alarms[-2:] == [("two", "disk_low"), ("two", "no disk_critical")]
    disk.look(LOW_BYTES * 2, ["one", "two"])
    assert told.alarms[-2:] == [("one", "no disk_low"), ("two", "no disk_low")]


@pytest.mark.rule("M72")
async def test_one_source_that_cannot_be_written_is_a_gap_and_no_loss_of_the_session(
    studio: Studio,
) -> None:
    camera, screen = studio.publish(CAMERA), studio.publish(SCREEN, "screen")
    shown = frames(Codec.VP8, 90)
    for frame in shown[:30]:
        screen.push(replace(frame, data=bytes(40)))
    await studio.show(camera, shown[:30])
    assert studio.told.losses == []
    camera.end("closed")
    await studio.clock.sleep(10)
    for frame in shown[30:60]:
        screen.push(frame)
    await studio.recording.write()
    assert (studio.told.losses, studio.told.returns) == ([], [])


@pytest.mark.rule("M72")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
async def test_who_alone_publishes_and_sends_no_pictures_makes_no_loss_and_hides_none(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, codec: Codec
) -> None:
    camera, screen = studio.publish(CAMERA), studio.publish(SCREEN, "screen")
    rubbish = [replace(f, codec=codec, key=True, data=b"\0\0\1\x67?") for f in frames(Codec.VP8, 4)]
    await studio.show(screen, rubbish)
    camera.end("closed")
    await studio.show(screen, rubbish)
    assert studio.told.losses == []
    again = studio.publish(CAMERA)
    with monkeypatch.context() as broken:
        broken.setattr(SegmentWriter, "write", _failing)
        again.push(frames(Codec.VP8, 30)[0])
        await studio.show(screen, rubbish)
    assert studio.told.losses == [(SESSION, "write_failed")], "the one that counts is not written"
    studio.clock.now += 10_000
    await studio.show(screen, frames(Codec.VP8, 30, at=2_000_000))
    assert studio.told.returns == [SESSION]
    assert [(gap.source, gap.cause) for gap in studio.told.gaps] == [(SCREEN, "unreadable")]


def _failing(_writer: SegmentWriter, _part: bytes) -> None:
    raise OSError(errno.EIO, "broken")


@pytest.mark.rule("M72")
async def test_a_recording_that_is_lost_and_back_is_told_once_each_time(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = studio.publish(CAMERA)
    free = [FULL_BYTES - 1]
    monkeypatch.setattr(studio.shelf, "free_bytes", lambda: free[0])
    for _ in range(2):
        await studio.recording._look_at_the_disk()
        await studio.show(camera, frames(Codec.VP8, 30))
    assert studio.told.losses == [(SESSION, "disk_full")]
    free[0] = CRITICAL_BYTES
    await studio.recording._look_at_the_disk()
    await studio.show(camera, frames(Codec.VP8, 30, at=1_002_000, ticks=180_000))
    assert studio.told.returns == [SESSION]
    free[0] = FULL_BYTES - 1
    await studio.recording._look_at_the_disk()
    assert studio.told.losses == [(SESSION, "disk_full")] * 2


@pytest.mark.rule("M72")
async def test_what_begins_while_the_disk_is_full_is_lost_as_well(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.shelf, "free_bytes", lambda: 0)
    await studio.recording._look_at_the_disk()
    assert studio.told.losses == []
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 30))
    await studio.recording._look_at_the_disk()
    assert studio.told.losses == [(SESSION, "disk_full")]
    assert await studio.segments() == ()

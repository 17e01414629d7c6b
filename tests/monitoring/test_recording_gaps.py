"""Gaps of recordings: what is missing, from when to when, and why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evalroom.monitoring.hub import Publishing
from evalroom.monitoring.relay import LAPSE_SECONDS, LAPSED
from evalroom.wire.media_frame import Codec
from tests.media import frames, sounds
from tests.monitoring.recorded import CAMERA, MICROPHONE, SESSION, Studio, recorded


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with recorded(tmp_path) as made:
        yield made


@pytest.mark.rule("M68")
@pytest.mark.parametrize("back_elsewhere", [False, True])
async def test_what_another_node_recorded_leaves_a_gap_when_it_comes_here_late(
    studio: Studio, back_elsewhere: bool
) -> None:
    def borrowed() -> Publishing:
        return studio.hub.publish(
            SESSION, CAMERA, "camera", None, True, on_wanted=lambda _: None
        )  # fmt: skip

    borrowed().end("elsewhere")
    studio.clock.now += 60_000
    if back_elsewhere:
        borrowed()
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 30, at=studio.clock.now))
    gaps = [(gap.source, gap.ended - gap.begun, gap.cause) for gap in studio.told.gaps]
    assert gaps == ([] if back_elsewhere else [(CAMERA, 60_000, "elsewhere")])
    assert not studio.recording._ended


@pytest.mark.rule("M68")
async def test_what_a_node_that_died_recorded_is_missed_since_it_was_heard_of_last(
    studio: Studio,
) -> None:
    dead = studio.hub.publish(SESSION, CAMERA, "camera", None, True, on_wanted=lambda _: None)
    # Nobody hears of it for LAPSE_SECONDS; its publisher has found another node a second later.
    dead.end(LAPSED)
    studio.clock.now += 1_000
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 30, at=studio.clock.now))
    gaps = [(gap.source, gap.ended - gap.begun, gap.cause) for gap in studio.told.gaps]
    assert gaps == [(CAMERA, 1_000 + LAPSE_SECONDS * 1000, "failed")]


@pytest.mark.rule("M68")
async def test_a_source_that_was_away_leaves_a_gap_with_its_reason(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    await studio.show(camera, frames(Codec.VP8, 30))
    gone = studio.clock.wall()
    camera.end("closed")
    await studio.clock.sleep(10)
    back = studio.clock.wall()
    again = studio.publish(CAMERA)
    await studio.clock.sleep(1)
    await studio.show(again, frames(Codec.VP8, 30, at=back))
    [gap] = studio.told.gaps
    assert (gap.session, gap.source, gap.begun, gap.cause) == (SESSION, CAMERA, gone, "closed")
    # Since its first picture, not since that was written.
    assert gap.ended == back


@pytest.mark.rule("M68")
async def test_who_falls_silent_is_missed_since_his_last_picture(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    shown = frames(Codec.VP8, 30)
    await studio.show(camera, shown)
    await studio.clock.sleep(12)
    camera.end("silent")
    await studio.recording._closed()
    back = studio.clock.wall()
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 30, at=back))
    [gap] = studio.told.gaps
    assert (gap.begun, gap.ended, gap.cause) == (shown[-1].arrival, back, "silent")


@pytest.mark.rule("M68")
async def test_a_short_change_of_camera_is_no_gap(studio: Studio) -> None:
    camera = studio.publish(CAMERA)
    await studio.show(camera, frames(Codec.VP8, 30))
    camera.end("closed")
    await studio.clock.sleep(2)
    back = studio.clock.wall()
    await studio.show(studio.publish(CAMERA), frames(Codec.VP8, 30, at=back))
    assert studio.told.gaps == []


@pytest.mark.rule("M61", "M68")
async def test_what_a_killed_node_had_open_is_closed_and_reported_by_the_next(
    tmp_path: Path,
) -> None:
    before = Studio(tmp_path)
    before.recording.begin(SESSION)
    await before.show(before.publish(CAMERA), frames(Codec.VP8, 60))
    for recorder in before.recording._recorders.values():
        recorder.desk._give_up()
    after = Studio(tmp_path)
    await after.recording.start()
    [told] = after.told.segments
    assert await after.pictures(told.footage) >= 30
    after.recording.begin(SESSION)
    after.clock.now = told.footage.ended + 60_000
    await after.show(after.publish(CAMERA), frames(Codec.VP8, 30, at=after.clock.now))
    assert [gap.cause for gap in after.told.gaps] == ["crash"]
    await after.recording.close()
    await before.recording.close()


@pytest.mark.rule("M68")
@pytest.mark.parametrize(("away", "gaps"), [(2_000, []), (60_000, ["restart"])])
async def test_what_a_stopped_node_recorded_leaves_a_gap_when_it_is_started_again(
    tmp_path: Path, away: int, gaps: list[str]
) -> None:
    before = Studio(tmp_path)
    before.recording.begin(SESSION)
    await before.show(before.publish(CAMERA), frames(Codec.VP8, 60))
    await before.recording.close()
    [told] = before.told.segments
    after = Studio(tmp_path)
    await after.recording.start()
    after.recording.begin(SESSION)
    for _ in range(2):
        after.clock.now = back = told.footage.ended + away
        camera = after.publish(CAMERA)
        await after.show(camera, frames(Codec.VP8, 30, at=back))
        await after.show(camera, frames(Codec.VP8, 30, at=back + 2_000, ticks=180_000))
    assert [gap.cause for gap in after.told.gaps] == gaps
    assert all(gap.begun == told.footage.ended for gap in after.told.gaps)
    await after.recording.close()


@pytest.mark.rule("M68")
async def test_a_sound_that_lay_beside_its_picture_was_not_away(tmp_path: Path) -> None:
    before = Studio(tmp_path)
    before.recording.begin(SESSION)
    await before.show(before.publish(MICROPHONE, "microphone"), sounds(50))
    await before.show(before.publish(CAMERA), frames(Codec.VP8, 60, at=1_020_000))
    await before.recording.close()
    told = max(before.told.segments, key=lambda segment: segment.footage.ended)
    after = Studio(tmp_path)
    after.recording.begin(SESSION)
    for back in (told.footage.ended + 1_000, told.footage.ended + 60_000):
        after.clock.now = back
        sound = after.publish(MICROPHONE, "microphone")
        await after.show(sound, sounds(50, at=back))
        sound.end("closed")
    assert [gap.source for gap in after.told.gaps] == [MICROPHONE]
    assert after.told.gaps[0].cause == "closed"
    await after.recording.close()

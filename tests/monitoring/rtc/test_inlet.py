"""What a publisher encoded is what comes out, byte for byte, whatever the network does."""

from itertools import pairwise

import pytest

from evalroom.monitoring.rtc import RtcSettings, h264
from evalroom.wire.media_frame import Codec
from tests.monitoring.rtc import media
from tests.monitoring.rtc.peers import SETTINGS, Publisher, fates, published, until

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


PATHS = {
    "datagram path": SETTINGS,
    "library path": RtcSettings(
        addresses=SETTINGS.addresses, ports=SETTINGS.ports, datagram_path=False
    ),
}


@pytest.mark.parametrize("settings", PATHS.values(), ids=PATHS.keys())
@pytest.mark.rule("M1")
async def test_a_publishers_pictures_and_sound_come_out_byte_for_byte(
    settings: RtcSettings,
) -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    publisher.add(Codec.OPUS, media.opus())
    async with published(publisher, settings) as (inlet, seen):
        publisher.start()
        await until(lambda: len(seen.video) == 60 and len(seen.audio) == 50)
        assert [frame.data for frame in seen.video] == [one.data for one in media.vp8()]
        assert [frame.key for frame in seen.video] == [one.key for one in media.vp8()]
        assert [frame.data for frame in seen.audio] == [one.data for one in media.opus()]
        begun = seen.video[0].ticks
        assert [frame.ticks - begun for frame in seen.video] == [s.ticks for s in media.vp8()]
        assert [track.codec for track in inlet.tracks] == [Codec.VP8, Codec.OPUS]
        assert publisher.resent == 0
        assert publisher.key_requests == 0
    assert seen.ends == ["closed"]


@pytest.mark.rule("M6")
async def test_h264_comes_out_in_annex_b_unit_for_unit() -> None:
    publisher = Publisher()
    publisher.add(Codec.H264, media.h264())
    async with published(publisher) as (_, seen):
        publisher.start()
        await until(lambda: len(seen.video) == 60)
        for frame, sent in zip(seen.video, media.h264(), strict=True):
            assert h264.units_of(frame.data) == h264.units_of(sent.data)
            assert frame.key == sent.key
            assert frame.data.startswith(h264.START_CODE)


@pytest.mark.parametrize("loss", [0.02, 0.05, 0.10])
@pytest.mark.parametrize("settings", PATHS.values(), ids=PATHS.keys())
@pytest.mark.rule("M3")
async def test_lost_packets_are_sent_again_and_no_picture_is_missing(
    loss: float, settings: RtcSettings
) -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    async with published(publisher, settings) as (inlet, seen):
        # Nobody can miss the first packet of all, nor the last: nothing shows that they were sent.
        publisher.spoil(fates(7, loss=loss, twice=0.05, overtaken=0.05, spare=10))
        publisher.start()
        await publisher.reels[0].over.wait()
        await until(lambda: len(seen.video) >= 57)
        sent = [one.data for one in media.vp8()]
        assert [frame.data for frame in seen.video] == sent[: len(seen.video)]
        assert publisher.wire is not None
        assert publisher.wire.lost > 0
        stats = inlet.tracks[0].stats
        assert stats.lost == 0
        assert stats.recovered > 0
        assert publisher.key_requests == 0
        # Most are there after one request: a request or an answer is lost as often as a packet.
        assert publisher.resent <= 3 * publisher.wire.lost + 10


@pytest.mark.rule("M2")
async def test_a_publisher_that_sends_nothing_again_is_asked_for_a_key_frame() -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    async with published(publisher) as (inlet, seen):
        publisher.deaf = True
        publisher.spoil(fates(7, loss=0.04, spare=10))
        publisher.start()
        await publisher.reels[0].over.wait()
        await until(lambda: publisher.key_requests > 0)
        stats = inlet.tracks[0].stats
        assert stats.lost > 0
        assert stats.nacked > stats.lost
        sent = {one.data: number for number, one in enumerate(media.vp8())}
        shown = [sent[frame.data] for frame in seen.video]
        assert shown == sorted(shown)
        # A picture that follows on a hole is a key frame.
        for before, after in pairwise(shown):
            assert after == before + 1 or media.vp8()[after].key

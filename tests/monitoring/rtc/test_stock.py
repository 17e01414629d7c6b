"""The library's own path, should it be needed: same frames in, same frames out."""

import asyncio
import threading

import pytest
from aiortc.mediastreams import MediaStreamError

from evalroom.monitoring.rtc import RtcSettings, h264
from evalroom.monitoring.rtc.stock import QUEUED_FRAMES, StockTrack
from evalroom.wire.media_frame import Codec
from tests.monitoring.rtc import media
from tests.monitoring.rtc.peers import SETTINGS, Publisher, published, settled, until
from tests.monitoring.rtc.test_outlet import frames, paced, subscribed

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


STOCK = RtcSettings(addresses=SETTINGS.addresses, ports=SETTINGS.ports, stock=True)


@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
@pytest.mark.rule("M22")
async def test_a_publishers_pictures_come_out(codec: Codec) -> None:
    publisher = Publisher()
    sent = media.vp8() if codec is Codec.VP8 else media.h264()
    publisher.add(codec, sent)
    publisher.add(Codec.OPUS, media.opus())
    async with published(publisher, STOCK) as (inlet, seen):
        publisher.start()
        await until(lambda: len(seen.video) == 59 and len(seen.audio) >= 40)
        for frame, one in zip(seen.video, sent, strict=False):
            assert h264.units_of(frame.data) == h264.units_of(one.data)
            assert codec is Codec.H264 or frame.data == one.data
            assert frame.key == one.key
        assert [frame.data for frame in seen.audio] == [s.data for s in media.opus()][
            : len(seen.audio)
        ]
        before = publisher.key_requests
        inlet.tracks[0].request_key()
        await until(lambda: publisher.key_requests == before + 1)
        assert inlet.tracks[0].stats.frames == 59
    assert seen.ends == ["closed"]
    assert [one.name for one in threading.enumerate() if "decoder" in one.name] == []


@pytest.mark.rule("M22")
async def test_a_subscriber_gets_every_picture() -> None:
    async with subscribed("video", settings=STOCK) as (outlet, there, ends, asked):
        sent = frames(Codec.VP8)
        slot = outlet.slots[0]
        slot.send(sent[3])
        assert asked.times >= 1
        await paced(slot, sent)
        await until(lambda: len(there.data["video0"]) == 59)
        assert there.data["video0"] == [frame.data for frame in sent[:-1]]
        before = asked.times
        receiver = there.transceivers[0].receiver
        await receiver._send_rtcp_pli(outlet._connection.getTransceivers()[0].sender._ssrc)
        await until(lambda: asked.times == before + 1)
        slot.switch()
        assert slot.stats.frames == 60
    assert ends == ["closed"]


async def test_a_library_that_does_not_keep_up_has_only_so_much_to_send() -> None:
    track = StockTrack("video")
    packet = media.packet_of(media.vp8()[0], 90_000)
    taken = [track.put(packet) for _ in range(QUEUED_FRAMES + 10)]
    assert sum(taken) == QUEUED_FRAMES
    track.end()
    for _ in range(QUEUED_FRAMES):
        await track.recv()
    with pytest.raises(MediaStreamError):
        await asyncio.wait_for(track.recv(), 1)
    await settled()

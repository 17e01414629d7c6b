"""A connection ends once, for one reason, and leaves nothing behind."""

import asyncio
import gc
import os
import weakref
from typing import Any

import pytest

from evalroom.clock import SystemClock
from evalroom.monitoring.rtc import Inlet, InletTrack, Reason, life, limits, receive
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc import media
from tests.monitoring.rtc.offers import GOOD
from tests.monitoring.rtc.peers import (
    CLOCK,
    SETTINGS,
    Publisher,
    Seen,
    published,
    settled,
    until,
)

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


class Leap(SystemClock):
    """The machine's clock, with leaps."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after connections often: how long it has been is told by a clock that leaps."""
    monkeypatch.setattr(life, "LOOK_SECONDS", 0.02)


async def test_a_publisher_that_leaves_ends_its_publication() -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    async with published(publisher) as (_, seen):
        publisher.start()
        await until(lambda: len(seen.video) > 5)
        await publisher.connection.close()
        await until(lambda: bool(seen.ends))
    assert seen.ends == ["closed"]
    assert seen.after_end == 0


@pytest.mark.rule("M13")
async def test_what_was_opened_is_closed_task_by_task_and_socket_by_socket() -> None:
    for _ in range(2):
        before = descriptors()
        publisher = Publisher()
        publisher.add(Codec.VP8, media.vp8())
        publisher.add(Codec.OPUS, media.opus())
        async with published(publisher) as (inlet, seen):
            assert descriptors() > before
            publisher.start()
            await until(lambda seen=seen: len(seen.video) > 5)  # type: ignore[misc]
            await inlet.close()
            await inlet.close()
        assert seen.ends == ["closed"]
        assert descriptors() == before


@pytest.mark.rule("M13")
async def test_closing_while_connecting_leaves_nothing() -> None:
    before = descriptors()
    inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    await asyncio.sleep(0.1)
    await inlet.close()
    await settled()
    assert descriptors() == before


@pytest.mark.rule("M25")
async def test_connections_that_have_grown_old_are_let_go_when_they_are_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = 4
    monkeypatch.setattr(life, "CLOSED_KEPT", most)
    gc.disable()
    try:
        over = []
        for _ in range(2 * most):
            inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
            over.append(weakref.ref(inlet._connection))
            await inlet.close()
            del inlet
            await settled()
        assert sum(one() is not None for one in over) <= most
    finally:
        gc.enable()


@pytest.mark.usefixtures("hurried")
@pytest.mark.rule("M13")
async def test_a_publisher_that_never_comes_has_failed() -> None:
    clock, ends = Leap(), list[Reason]()
    inlet = await receive(GOOD, lambda *_: None, ends.append, clock, SETTINGS)
    clock.ahead += limits.CONNECT_SECONDS
    await until(lambda: bool(ends))
    assert ends == ["failed"]
    await inlet.close()
    assert ends == ["failed"]
    await settled()


@pytest.mark.usefixtures("hurried")
@pytest.mark.rule("M13")
async def test_a_publisher_of_whom_nothing_is_heard_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, publisher = Leap(), Publisher()
    publisher.add(Codec.VP8, media.vp8())
    async with published(publisher, clock=clock) as (_, seen):
        publisher.start()
        await until(lambda: len(seen.video) > 5)
        # A publisher that is heard now and then is not silent, however long it lasts.
        for _ in range(5):
            clock.ahead += limits.SILENT_SECONDS * 0.8
            heard = len(seen.video)
            await until(lambda heard=heard: len(seen.video) > heard)  # type: ignore[misc]
        publisher.spoil(lambda: (0, False))
        assert publisher.wire is not None
        # Not even a report leaves it any more.
        monkeypatch.setattr(publisher.wire, "sendto", lambda *_: None)
        # What was under way may still be heard: time goes on until it is long ago.
        while not seen.ends:
            clock.ahead += limits.SILENT_SECONDS
            await asyncio.sleep(0.05)
    assert seen.ends == ["silent"]


async def test_a_publisher_with_another_certificate_has_failed() -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    offer = await publisher.offer()
    lines = [
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
        if line.startswith("a=fingerprint:sha-256")
        else line
        for line in offer.split("\r\n")
        if not line.startswith(("a=fingerprint:sha-384", "a=fingerprint:sha-512"))
    ]
    seen = Seen()
    inlet = await receive("\r\n".join(lines), seen.frame, seen.ends.append, CLOCK, SETTINGS)
    await publisher.take(inlet.answer)
    await until(lambda: bool(seen.ends))
    assert seen.ends == ["failed"]
    await inlet.close()
    await publisher.connection.close()
    await settled()


async def test_a_publication_may_be_closed_by_the_frame_it_gives() -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    ends: list[Reason] = []
    frames: list[EncodedFrame] = []
    closing: list[asyncio.Task[None]] = []
    kept: list[Inlet] = []

    def once(track: InletTrack, frame: EncodedFrame) -> None:
        frames.append(frame)
        if not closing:
            closing.append(asyncio.ensure_future(kept[0].close()))
            kept[0]._life.end("closed")

    kept.append(await receive(await publisher.offer(), once, ends.append, CLOCK, SETTINGS))
    await publisher.take(kept[0].answer)
    publisher.start()
    await until(lambda: bool(closing))
    await closing[0]
    assert len(frames) == 1
    assert ends == ["closed"]
    await publisher.connection.close()
    await settled()


async def test_a_refusal_of_the_library_has_a_name_and_leaves_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = descriptors()
    text = GOOD.replace("VP8/90000", "VP9/90000").replace("42001f", "640c1f")
    with pytest.raises(ValueError, match="unsupported_codec"):
        await receive(text, lambda *_: None, lambda _: None, CLOCK, SETTINGS)

    async def broken(self: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("aiortc.RTCPeerConnection.createAnswer", broken)
    with pytest.raises(RuntimeError):
        await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    await settled()
    assert descriptors() == before

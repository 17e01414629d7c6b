"""The streams of one node."""

import pytest

from evalroom.monitoring import hub as hubs
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.stream import Stream
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec
from tests.monitoring.parts import (
    CAMERA,
    OTHER_SESSION,
    SCREEN,
    SESSION,
    HandClock,
    NotingTaker,
    frame,
)


@pytest.fixture
def hub() -> Hub:
    return Hub(HandClock())


def publish(hub: Hub, source: str = CAMERA, session: str = SESSION) -> Publishing:
    return hub.publish(session, source, "camera", None, ports_rtp=False)


@pytest.mark.rule("M30")
def test_every_source_has_one_handle_of_its_own_and_keeps_it(hub: Hub) -> None:
    handles = {
        publish(hub, source, session).stream.handle
        for session in (SESSION, OTHER_SESSION)
        for source in (CAMERA, SCREEN)
    }
    assert len(handles) == len(hub) == 4
    first = publish(hub)
    first.end("closed")
    assert publish(hub).stream is first.stream is hub.by_handle(first.stream.handle)
    assert hub.stream(SESSION, CAMERA) is first.stream
    assert hub.stream(SESSION, "seat.m9.camera") is None


@pytest.mark.rule("M32")
def test_a_new_publication_takes_the_place_of_the_old_and_takers_go_on(hub: Hub) -> None:
    ends: list[str] = []
    old = hub.publish(SESSION, CAMERA, "camera", None, ports_rtp=False, on_end=ends.append)
    taker = NotingTaker()
    old.stream.attach(taker)
    old.push(frame(0, key=True))
    new = publish(hub)
    assert (ends, old.over, new.over) == (["replaced"], True, False)
    old.push(frame(1, key=True))
    old.end("closed")
    assert old.stream.live, "the dead hand does nothing"
    new.push(frame(2, key=True))
    assert [seq for _, seq in taker.taken] == [0, 0]


@pytest.mark.rule("M32")
def test_an_ended_publication_tells_its_takers_and_lets_them_go(hub: Hub) -> None:
    publishing, taker = publish(hub), NotingTaker()
    publishing.stream.attach(taker)
    publishing.push(frame(0, key=True))
    publishing.end("silent")
    publishing.end("closed")
    publishing.push(frame(1, key=True))
    stream = publishing.stream
    assert taker.told == ["ended silent"]
    assert len(taker.taken) == 1
    assert (stream.live, stream.over, stream.takers, len(stream.gop)) == (False, "silent", 0, 0)
    assert hub.streams(SESSION) == (stream,)


@pytest.mark.rule("M32")
def test_who_waits_for_a_source_that_is_away_gets_its_next_publication(hub: Hub) -> None:
    publish(hub).end("closed")
    stream, taker = hub.streams(SESSION)[0], NotingTaker()
    stream.attach(taker)
    asked: list[bool] = []
    back = hub.publish(SESSION, CAMERA, "camera", lambda: asked.append(True), ports_rtp=False)
    back.push(frame(0, key=True))
    assert asked == [True]
    assert taker.taken == [(stream.epoch, 0)]


def test_whoever_watches_a_session_is_told_of_its_streams_and_no_others(hub: Hub) -> None:
    told: list[tuple[str, bool, object]] = []

    def tell(stream: Stream) -> None:
        told.append((stream.source, stream.live, stream.codec and stream.codec.name))

    def fail(stream: Stream) -> None:
        raise ZeroDivisionError

    hub.watch(SESSION, fail)
    unwatch = hub.watch(SESSION, tell)
    publishing = publish(hub)
    publish(hub, session=OTHER_SESSION)
    publishing.push(frame(0, key=True))
    publishing.push(frame(1))
    publishing.end("closed")
    unwatch()
    unwatch()
    publish(hub)
    assert told == [(CAMERA, True, None), (CAMERA, True, "VP8"), (CAMERA, False, None)]


@pytest.mark.rule("M33")
def test_a_session_has_a_bounded_number_of_streams_and_the_dead_make_way(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "STREAMS_PER_SESSION", 3)
    first, _, _ = (publish(hub, f"venue.main.camera.{n}") for n in range(3))
    with pytest.raises(Refused, match="too_many_streams"):
        publish(hub, "venue.main.camera.3")
    assert publish(hub, "venue.main.camera.0").stream is first.stream, "no new one"
    publish(hub, session=OTHER_SESSION)
    first = publish(hub, "venue.main.camera.0")
    first.end("closed")
    publish(hub, "venue.main.camera.3")
    assert hub.stream(SESSION, "venue.main.camera.0") is None
    assert len(hub.streams(SESSION)) == 3


@pytest.mark.rule("M33")
def test_a_node_has_a_bounded_number_of_streams(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "STREAMS_PER_NODE", 2)
    one = publish(hub)
    publish(hub, session=OTHER_SESSION)
    with pytest.raises(Refused, match="too_many_streams"):
        publish(hub, SCREEN)
    one.end("closed")
    publish(hub, SCREEN, OTHER_SESSION)
    assert hub.streams(SESSION) == ()


@pytest.mark.rule("M32")
def test_a_session_that_is_let_go_leaves_nothing_behind(hub: Hub) -> None:
    ends: list[str] = []
    publishing = hub.publish(SESSION, CAMERA, "camera", None, ports_rtp=False, on_end=ends.append)
    taker = NotingTaker()
    publishing.stream.attach(taker)
    publish(hub, SCREEN).end("closed")
    hub.let_go(SESSION)
    hub.let_go(SESSION)
    publishing.push(frame(0, key=True))
    publishing.end("closed")
    assert (ends, taker.told, taker.taken) == (["let_go"], ["ended let_go"], [])
    assert (len(hub), hub.streams(SESSION)) == (0, ())
    assert hub.by_handle(publishing.stream.handle) is None


@pytest.mark.rule("M36")
async def test_the_hub_looks_after_quiet_streams_as_time_goes_by() -> None:
    class Enough(Exception):
        pass

    class ShortDay(HandClock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            if len(asked) == 3:
                raise Enough

    asked: list[int] = []
    hub = Hub(ShortDay())
    publishing = hub.publish(SESSION, CAMERA, "camera", lambda: asked.append(1), ports_rtp=False)
    publishing.stream.attach(NotingTaker())
    with pytest.raises(Enough):
        await hub.run()
    assert len(asked) == 3, "unanswered, it is asked again"


def test_how_loud_a_source_is_stands_at_its_stream_until_it_is_another() -> None:
    hub = Hub(HandClock())
    publishing = hub.publish(SESSION, "seat.m1.microphone", "microphone", None, ports_rtp=True)
    levels = []
    for level in (30, None, 90):
        publishing.push(frame(0, key=True, codec=Codec.OPUS), level)
        levels.append(publishing.stream.level)
    publish(hub, "seat.m1.microphone")
    assert [*levels, publishing.stream.level] == [30, 30, 90, None]

"""One stream: numbers, the one pass, key frames that are asked for, bytes built once."""

import logging

import pytest

from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.keyframes import Use
from evalroom.monitoring.limits import GOP_FRAMES, KEY_KEPT_MS, KEY_VIEWED_MS
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import Codec, EncodedFrame, read_header
from tests.monitoring.parts import CAMERA, SESSION, START, HandClock, NotingTaker, body, frame


class House:
    """A hub with one camera that notes when it is asked for a key frame."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.hub = Hub(self.clock)
        self.asked: list[int] = []
        self.publishing = self.publish()

    @property
    def stream(self) -> Stream:
        return self.publishing.stream

    def publish(self, *, asks: bool = True) -> Publishing:
        ask = (lambda: self.asked.append(self.clock.ms - START)) if asks else None
        return self.hub.publish(SESSION, CAMERA, "camera", ask, ports_rtp=True)

    def push(
        self, *, key: bool = False, later: int = 66, layer: int = 0, size: int = 100
    ) -> EncodedFrame:
        self.clock.ms += later
        new = frame(self.clock.ms - START, key=key, layer=layer, size=size)
        self.publishing.push(new)
        return new


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.rule("M30")
def test_frames_are_numbered_from_0_within_an_epoch_and_epochs_grow(house: House) -> None:
    taker = NotingTaker()
    house.stream.attach(taker)
    first = house.stream.epoch
    assert first == START // 1000, "a node that has restarted begins later than it ended"
    house.push(key=True)
    house.push()
    handle = house.stream.handle
    house.publishing = house.publish()
    house.push(key=True)
    assert taker.taken == [(first, 0), (first, 1), (first + 1, 0)]
    assert taker.told == [f"renewed {first + 1}"]
    assert house.stream.handle == handle


@pytest.mark.rule("M30")
def test_another_codec_within_a_publication_begins_an_epoch_too(house: House) -> None:
    taker = NotingTaker()
    house.stream.attach(taker)
    epoch = house.stream.epoch
    house.push(key=True)
    house.publishing.push(frame(200, key=True, codec=Codec.H264))
    assert taker.taken == [(epoch, 0), (epoch + 1, 0)]
    assert house.stream.codec is Codec.H264
    assert len(house.stream.gop) == 1


@pytest.mark.rule("M38")
def test_the_bytes_of_a_frame_are_built_once_for_all_who_take_it(house: House) -> None:
    sent: list[bytes] = []

    class Sender(NotingTaker):
        def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
            sent.append(stream.message(seq, frame))

    for _ in range(3):
        house.stream.attach(Sender())
    house.push(key=True)
    new = house.push(layer=2, size=70_000)
    assert sent[3] is sent[4] is sent[5]
    payload = body(sent[5])
    header = read_header(payload)
    assert payload[28:] == new.data
    assert (header.stream, header.epoch, header.seq) == (
        house.stream.handle,
        house.stream.epoch,
        1,
    )
    assert (header.key, header.layer, header.codec) == (False, 2, Codec.VP8)
    assert header.server_ms == new.arrival % 2**32


class Meddler(NotingTaker):
    """Does something to the stream in the middle of a pass."""

    def __init__(self, attaches: list[NotingTaker], detaches: list[NotingTaker]) -> None:
        super().__init__()
        self.attaches, self.detaches = attaches, detaches

    def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
        super().take(stream, seq, frame)
        for taker in self.detaches:
            stream.detach(taker)
        for taker in self.attaches:
            stream.attach(taker)


@pytest.mark.rule("M31")
def test_who_goes_during_the_pass_gets_nothing_and_who_comes_begins_with_the_next(
    house: House,
) -> None:
    before, after, fresh = NotingTaker(), NotingTaker(), NotingTaker()
    meddler = Meddler([fresh], [before, after])
    for taker in (before, meddler, after):
        house.stream.attach(taker)
    house.push(key=True)
    house.push()
    assert [seq for _, seq in before.taken] == [0]
    assert after.taken == []
    assert [seq for _, seq in meddler.taken] == [0, 1]
    assert [seq for _, seq in fresh.taken] == [1]


@pytest.mark.rule("M31")
def test_a_taker_that_goes_in_its_own_turn_is_the_only_one_gone(house: House) -> None:
    others = [NotingTaker() for _ in range(3)]
    shy = Meddler([], [])
    shy.detaches = [shy]
    for taker in (others[0], shy, *others[1:]):
        house.stream.attach(taker)
    house.push(key=True)
    house.push()
    assert [len(taker.taken) for taker in (*others, shy)] == [2, 2, 2, 1]


@pytest.mark.rule("M31")
def test_a_taker_that_fails_is_let_go_alone_and_put_on_record(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(NotingTaker):
        def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
            super().take(stream, seq, frame)
            raise ZeroDivisionError

    broken, sound = Broken(), NotingTaker()
    house.stream.attach(broken)
    house.stream.attach(sound)
    with caplog.at_level(logging.ERROR):
        house.push(key=True)
    house.push()
    assert (len(broken.taken), len(sound.taken)) == (1, 2)
    assert house.hub.figures.takers_failed == 1
    assert "a Broken failed and is let go" in caplog.text


@pytest.mark.rule("M31")
def test_takers_that_fail_as_they_are_told_harm_nobody(house: House) -> None:
    class Broken(NotingTaker):
        def renewed(self, stream: Stream) -> None:
            raise ZeroDivisionError

        def ended(self, stream: Stream, code: str) -> None:
            raise ZeroDivisionError

    sound = NotingTaker()
    house.stream.attach(Broken())
    house.stream.attach(sound)
    house.publishing = house.publish()
    house.stream.attach(Broken())
    house.publishing.end("closed")
    assert len(sound.told) == 2
    assert house.hub.figures.takers_failed == 2
    assert house.stream.takers == 0


@pytest.mark.rule("M36")
def test_the_first_taker_has_a_key_frame_asked_for_when_none_is_kept(house: House) -> None:
    house.stream.attach(NotingTaker())
    assert house.asked == [0]
    house.stream.attach(NotingTaker())
    assert house.asked == [0], "it is under way"
    house.push(key=True)
    house.stream.attach(NotingTaker())
    house.push()
    assert house.asked == [0], "the cache has one"


@pytest.mark.rule("M36")
def test_a_cache_that_was_given_up_has_a_key_frame_asked_for(house: House) -> None:
    house.push(key=True)
    for _ in range(GOP_FRAMES):
        house.push(later=5)
    assert house.hub.figures.caches_given_up == 1
    assert house.asked == [66 + GOP_FRAMES * 5]


@pytest.mark.rule("M37")
def test_the_most_demanding_use_sets_the_period_and_goes_with_its_taker(house: House) -> None:
    viewer, recorder = NotingTaker(), NotingTaker()
    house.push(key=True)
    house.stream.attach(viewer, use=Use.VIEWED)
    house.stream.attach(recorder, use=Use.RECORDED)
    house.stream.attach(recorder, use=Use.DIAGNOSED)

    def next_ask() -> int:
        house.push(key=True)
        start, known = house.clock.ms, len(house.asked)
        while len(house.asked) == known:
            house.push(later=100)
        return house.clock.ms - start

    assert next_ask() == KEY_KEPT_MS
    house.stream.detach(recorder)
    house.stream.detach(recorder)
    assert next_ask() == KEY_VIEWED_MS
    house.stream.detach(viewer)
    assert next_ask() > KEY_VIEWED_MS, "idle, or a cache that grew too old"


@pytest.mark.rule("M36")
async def test_a_quiet_source_is_asked_again_though_no_frame_reminds_of_it(house: House) -> None:
    house.stream.attach(NotingTaker())
    assert house.asked == [0]
    house.clock.ms += 600
    house.hub.look()
    assert house.asked == [0, 600]


@pytest.mark.rule("M36")
def test_a_source_that_fails_as_it_is_asked_is_put_on_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def ask() -> None:
        raise OSError

    publishing = Hub(HandClock()).publish(SESSION, CAMERA, "camera", ask, ports_rtp=False)
    with caplog.at_level(logging.ERROR):
        publishing.stream.attach(NotingTaker())
    assert "could not be asked" in caplog.text


def test_whoever_brings_the_frames_is_told_when_somebody_wants_them() -> None:
    wanted: list[bool] = []
    publishing = Hub(HandClock()).publish(
        SESSION, CAMERA, "camera", None, ports_rtp=False, on_wanted=wanted.append
    )
    one, two = NotingTaker(), NotingTaker()
    for taker in (one, two):
        publishing.stream.attach(taker)
    for taker in (one, two):
        publishing.stream.detach(taker)
    assert wanted == [True, False]

"""Which frames of one stream go to one viewer, and what becomes of him when he reads too slowly."""

from collections import deque

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring import limits
from evalroom.wire.media_frame import EncodedFrame
from tests.monitoring.parts import CAMERA, SESSION, START, frame
from tests.monitoring.tile_scene import FRAME_MS, L1T3, Scene


@pytest.mark.rule("M35")
def test_a_late_joiner_gets_a_short_cache_and_goes_on_without_a_gap() -> None:
    scene = Scene()
    scene.push(5, key=True)
    scene.show()
    scene.push(2)
    assert scene.sent() == [(seq, seq == 0) for seq in range(7)]
    assert scene.asked == 0
    assert scene.figures.wall_replays == 1


@pytest.mark.rule("M35")
def test_a_late_joiner_with_a_long_cache_waits_for_the_key_frame_that_is_asked_for() -> None:
    scene = Scene()
    scene.push(30, key=True)
    scene.show()
    scene.push(3)
    assert (scene.sent(), scene.asked) == ([], 1)
    scene.push(2, key=True)
    assert scene.sent() == [(33, True), (34, False)]


@pytest.mark.rule("M35")
def test_the_tile_that_is_looked_at_gets_a_long_cache_and_is_not_taken_for_slow() -> None:
    scene = Scene()
    scene.push(45, key=True)
    scene.show(replay=limits.GOP_FRAMES)
    assert len(scene.sent()) == 45
    scene.push(10)
    assert len(scene.sent()) == 10
    assert scene.figures.wall_drops == 0


@pytest.mark.rule("M35")
def test_of_a_source_that_cannot_be_asked_a_late_joiner_gets_a_still_picture() -> None:
    scene = Scene(asks=False)
    scene.push(30, key=True)
    scene.show()
    scene.push(3)
    assert scene.sent() == [(0, True)]
    scene.push(2, key=True)
    assert [seq for seq, _ in scene.sent()] == [33, 34]


@pytest.mark.rule("M35")
def test_a_replay_leaves_out_the_layers_that_are_not_wanted() -> None:
    scene = Scene(layers=L1T3, wish=0)
    scene.push(9, key=True)
    scene.show()
    scene.push(4)
    assert [seq for seq, _ in scene.sent()] == [0, 4, 8, 12]


@pytest.mark.rule("M41")
def test_nothing_that_arrived_under_a_seal_is_shown_after_it() -> None:
    scene = Scene()
    scene.push(5, key=True)
    scene.show(replay=limits.GOP_FRAMES, since=scene.clock.ms)
    scene.push(3)
    assert scene.sent() == []
    scene.push(key=True)
    assert [key for _, key in scene.sent()] == [True]


@pytest.mark.rule("M42")
def test_more_than_twenty_unacknowledged_frames_stop_the_pictures() -> None:
    scene = Scene()
    scene.show()
    scene.push(key=True)
    # Fast enough that their number counts before their age.
    for _ in range(60):
        scene.clock.ms += 10
        scene.publishing.push(frame(scene.clock.ms - START))
    assert len(scene.sent()) == limits.LAG_FRAMES + 1
    assert scene.figures.wall_drops == 1


@pytest.mark.rule("M42")
def test_an_unacknowledged_frame_of_a_second_stops_the_pictures_of_a_slow_screen_too() -> None:
    scene = Scene()
    scene.show()
    scene.push(30, key=True)
    assert len(scene.sent()) == 1 + limits.LAG_MS // FRAME_MS


@pytest.mark.rule("M42")
def test_a_line_that_owes_too_much_stops_the_pictures() -> None:
    scene = Scene()
    scene.show()
    scene.push(3, key=True, acks=True)
    scene.line.owes = limits.BEHIND_BYTES
    scene.push(acks=True)
    assert len(scene.sent()) == 4
    scene.line.owes += 1
    scene.push(3, key=True)
    assert scene.sent() == []


@pytest.mark.rule("M42")
def test_pictures_go_on_at_a_key_frame_when_what_was_sent_has_been_taken() -> None:
    scene = Scene()
    scene.show()
    scene.push(30, key=True)
    [*_, (last, _)] = scene.sent()
    asked = scene.asked
    scene.push(2, key=True)
    assert (scene.sent(), scene.asked) == ([], asked), "who reads nothing needs no key frame"
    scene.tile.ack(last - limits.RESUME_LAG_FRAMES - 1)
    scene.push(2, key=True)
    assert scene.sent() == [], "one too many is still on the way"
    scene.tile.ack(last - limits.RESUME_LAG_FRAMES)
    scene.line.owes = limits.RESUME_BYTES
    scene.push(2, key=True)
    assert scene.sent() == [], "or waits in the line"
    scene.line.owes -= 1
    scene.push()
    assert (scene.sent(), scene.asked) == ([], asked + 1), "now a key frame is worth asking for"
    scene.push(3, key=True)
    assert [key for _, key in scene.sent()] == [True, False, False]


@pytest.mark.rule("M30", "M32")
def test_a_new_epoch_begins_at_its_key_frame_whatever_was_owed_of_the_old() -> None:
    scene = Scene()
    scene.show()
    scene.push(10, key=True)
    scene.sent()
    scene.publishing = scene.hub.publish(SESSION, CAMERA, "camera", scene._asked, ports_rtp=True)
    scene.tile.ack(9)
    scene.push(2)
    assert scene.sent() == []
    scene.push(3, key=True)
    assert scene.sent() == [(2, True), (3, False), (4, False)]


@pytest.mark.rule("M42")
def test_nobody_begins_with_a_stream_while_his_line_owes_too_much() -> None:
    scene = Scene()
    scene.push(3, key=True)
    scene.line.owes = limits.BEHIND_BYTES + 1
    scene.show(replay=limits.GOP_FRAMES)
    scene.push(2, key=True)
    assert scene.sent() == []
    scene.line.owes = 0
    scene.push(2, key=True)
    assert len(scene.sent()) == 2


def test_an_acknowledgement_of_what_was_never_sent_says_nothing() -> None:
    scene = Scene()
    scene.show()
    scene.push(5, key=True)
    scene.tile.ack(2**32 - 1)
    assert len(scene.tile._sent) == 5
    scene.tile.ack(3)
    scene.tile.ack(1)
    assert len(scene.tile._sent) == 1


def test_a_hidden_tile_gets_nothing_and_takes_nothing() -> None:
    scene = Scene()
    scene.show()
    scene.push(2, key=True)
    scene.tile.hide()
    scene.tile.hide()
    scene.push(2, key=True)
    assert len(scene.sent()) == 2
    assert scene.publishing.stream.takers == 0


# A moment of a whole day with a bad line: a frame (key or not, of some layer), an acknowledgement
# of so much, or another fill of the line.
DAY = st.lists(
    st.one_of(
        st.tuples(st.just("frame"), st.integers(0, 12)),
        st.tuples(st.just("ack"), st.integers(0, 30)),
        st.tuples(st.just("owes"), st.sampled_from([0, 20_000, 40_000, 300_000])),
        st.tuples(st.just("want"), st.integers(0, 2)),
    ),
    max_size=300,
)


@pytest.mark.rule("M42", "M44")
@given(DAY)
def test_whatever_happens_a_decoder_can_use_what_is_sent_and_the_lag_is_bounded(
    day: list[tuple[str, int]],
) -> None:
    scene = Scene(layers=L1T3)
    scene.show()
    stream, unacked, source = scene.publishing.stream, deque[int](), dict[int, EncodedFrame]()
    decoder = Decoder()
    for kind, value in day:
        if kind == "frame":
            scene.clock.ms += FRAME_MS
            new = frame(
                scene.clock.ms - START, key=value == 0, layer=0 if value == 0 else L1T3[value % 4]
            )
            source[stream._seq] = new
            owed = scene.line.owes
            scene.publishing.push(new)
            for seq, _ in scene.sent():
                assert owed <= limits.BEHIND_BYTES
                unacked.append(seq)
                decoder.take(seq, source)
            assert len(unacked) <= limits.LAG_FRAMES + 1
        elif kind == "ack":
            for _ in range(min(value, len(unacked))):
                scene.tile.ack(unacked.popleft())
        elif kind == "want":
            scene.tile.want(value)
        else:
            scene.line.owes = value


class Decoder:
    """Knows what a picture of three temporal layers leans on: the last of every lower layer, and
    for the base layer the picture before it, without a hole."""

    def __init__(self) -> None:
        self.last = [-1, -1, -1]

    def take(self, seq: int, source: dict[int, EncodedFrame]) -> None:
        new = source[seq]
        if new.key:
            self.last = [seq, seq, seq]
            return
        for layer in range(new.layer + 1):
            # The newest earlier frame of this layer is one that has been decoded.
            newest = max((n for n in source if n < seq and self._is(source[n], layer)), default=-1)
            assert newest <= self.last[layer], f"{seq} leans on {newest}, which was left out"
        self.last[new.layer] = seq

    @staticmethod
    def _is(old: EncodedFrame, layer: int) -> bool:
        return old.key or old.layer == layer

"""What a late joiner gets."""

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.gop import Gop
from evalroom.monitoring.limits import GOP_BYTES, GOP_FRAMES, GOP_MS, REPLAY_FRAMES
from evalroom.wire.media_frame import EncodedFrame
from tests.monitoring.parts import START, frame

ROOM = 1 << 30


# A frame after so long, of so much, of this layer; one in a few is a key frame.
MOMENT = st.tuples(
    st.sampled_from([0, 15, 66, 66, 66, 300, 5_000, -2_000]),
    st.sampled_from([60, 3_300, 15_800, 90_000, 600_000]),
    st.integers(0, 2),
    st.sampled_from([False] * 20 + [True]),
)


def film(moments: list[tuple[int, int, int, bool]]) -> list[EncodedFrame]:
    """Frames of any kind, in the order of their arrival; now and then a clock jumps."""
    frames, at = [frame(0, key=True)], 0
    for later, size, layer, key in moments:
        at += later
        frames.append(frame(at, key=key, layer=0 if key else layer, size=size))
    return frames


FOOTAGE = st.lists(MOMENT, max_size=110).map(film)


@pytest.mark.rule("M34")
@given(FOOTAGE)
def test_the_cache_is_a_key_frame_and_all_after_it_within_every_limit(
    frames: list[EncodedFrame],
) -> None:
    gop = Gop()
    for seq, new in enumerate(frames):
        before = gop.frames
        given_up = gop.add(seq, new)
        held = gop.frames
        assert len(held) == len(gop) <= GOP_FRAMES
        assert gop.bytes == sum(len(kept.data) for _, kept in held) <= GOP_BYTES
        if held:
            assert held[0][1].key
            assert not any(kept.key for _, kept in held[1:])
            assert held[-1] == (seq, new), "the newest is always among them"
            assert held[-1][1].arrival - held[0][1].arrival <= GOP_MS
            assert [number for number, _ in held] == list(range(held[0][0], seq + 1)), "no hole"
        assert given_up == (bool(before) and not held and not new.key)


@pytest.mark.rule("M34")
@pytest.mark.parametrize(
    ("frames", "kept"),
    [
        ([frame(0, key=True), frame(GOP_MS)], 2),
        ([frame(0, key=True), frame(GOP_MS + 1)], 0),
        ([frame(0, key=True, size=GOP_BYTES - 1), frame(1, size=1)], 2),
        ([frame(0, key=True, size=GOP_BYTES), frame(1, size=1)], 0),
        ([frame(0, key=True), *(frame(i) for i in range(GOP_FRAMES - 1))], GOP_FRAMES),
        ([frame(0, key=True), *(frame(i) for i in range(GOP_FRAMES))], 0),
    ],
    ids=["4 s", "more", "512 KB", "one more", "90 frames", "91"],
)
def test_a_cache_is_given_up_just_past_each_limit(frames: list[EncodedFrame], kept: int) -> None:
    gop = Gop()
    told = [gop.add(seq, new) for seq, new in enumerate(frames)]
    assert len(gop) == kept
    assert told == [False] * (len(frames) - 1) + [kept == 0]


@pytest.mark.rule("M34")
def test_after_the_cache_was_given_up_nobody_is_asked_again_for_each_frame() -> None:
    gop = Gop()
    told = [gop.add(seq, frame(seq * 70, key=seq == 0)) for seq in range(200)]
    assert told.count(True) == 1


@pytest.mark.rule("M34")
def test_a_key_frame_larger_than_the_cache_is_not_kept_and_not_asked_for_again() -> None:
    gop = Gop()
    assert not gop.add(0, frame(0, key=True, size=GOP_BYTES + 1))
    assert not gop.add(1, frame(1))
    assert not gop


@pytest.mark.rule("M35")
@given(FOOTAGE, st.integers(-1, 2), st.integers(1, 90), st.integers(0, 700_000), st.integers(-1, 9))
def test_a_replay_can_be_decoded_and_is_short(
    frames: list[EncodedFrame], layer: int, most: int, room: int, since: int
) -> None:
    gop = Gop()
    for seq, new in enumerate(frames):
        gop.add(seq, new)
    since = START + since * 500
    replay = gop.replay(layer=layer, most=most, room=room, since=since)
    wanted = [held for held in gop.frames if held[1].layer <= layer]
    if replay:
        assert list(replay) == wanted, "all of it, or nothing"
        assert replay[0][1].key
        assert all(sent.arrival >= since for _, sent in replay[:1])
        assert len(replay) <= most
        assert sum(len(sent.data) for _, sent in replay) <= room
    still = gop.still(room=room, since=since)
    assert len(still) <= 1
    assert all(sent.key and sent.arrival >= since and len(sent.data) <= room for _, sent in still)


@pytest.mark.rule("M35")
def test_a_replay_is_the_whole_cache_or_nothing() -> None:
    gop = Gop()
    for seq in range(REPLAY_FRAMES):
        gop.add(seq, frame(seq, key=seq == 0))
    assert len(gop.replay(layer=2, most=REPLAY_FRAMES, room=ROOM)) == REPLAY_FRAMES
    gop.add(REPLAY_FRAMES, frame(REPLAY_FRAMES))
    assert gop.replay(layer=2, most=REPLAY_FRAMES, room=ROOM) == ()
    assert len(gop.replay(layer=2, most=GOP_FRAMES, room=ROOM)) == REPLAY_FRAMES + 1


@pytest.mark.rule("M41")
def test_what_arrived_under_a_seal_is_not_replayed() -> None:
    gop = Gop()
    gop.add(0, frame(0, key=True))
    gop.add(1, frame(100))
    assert gop.replay(layer=2, most=GOP_FRAMES, room=ROOM, since=START)
    assert not gop.replay(layer=2, most=GOP_FRAMES, room=ROOM, since=START + 1)
    assert not gop.still(room=ROOM, since=START + 1)

"""What simulated cameras show can be read, and is no reason for an alarm."""

import av
import numpy as np
import pytest

from evalroom.monitoring.findings import Condition, PictureWatch
from evalroom.monitoring.picture import look_at
from evalroom.rehearsal.drawing import Sight, clock_of
from evalroom.rehearsal.films import (
    KEY_EVERY,
    PICTURES,
    PICTURES_PER_SECOND,
    Scene,
    minute,
    still,
)
from evalroom.wire.media_frame import Codec, EncodedFrame

SEAT, ROOM = Sight("302-1", tint=2, seed=3), Sight("CAM-1", people=4, tint=5, seed=1)
SCREEN = Sight("302-1", people=0, tint=2, seed=3)
AFTER = 10.0


def found(film: tuple[bytes, ...], seconds: int, screen: bool = False) -> set[Condition]:
    """What the diagnosis finds in a film, by a key frame each two seconds."""
    watch = PictureWatch(AFTER, screen=screen)
    conditions = set()
    for second in range(0, seconds, 2):
        data = film[second * KEY_EVERY % len(film)]
        look = look_at(EncodedFrame(Codec.VP8, data, True, 0, 0, 0))
        conditions |= {one.condition for one in watch.look(look, float(second))}
    return conditions


@pytest.mark.rule("M150")
@pytest.mark.parametrize("sight", [SEAT, ROOM, SCREEN])
def test_each_picture_of_a_minute_can_be_told_from_all_others(sight: Sight) -> None:
    film = minute(sight)
    decoder = av.CodecContext.create("vp8", "r")
    pictures = [p for data in film for p in decoder.decode(av.Packet(data))]
    read = [clock_of(np.asarray(p.to_ndarray(format="gray"))) for p in pictures]
    assert read == list(range(PICTURES))
    keys = [n for n, data in enumerate(film) if not data[0] & 1]
    assert keys == list(range(0, PICTURES, KEY_EVERY))
    assert PICTURES == 60 * PICTURES_PER_SECOND
    assert sum(map(len, film)) < 60 * 10_000


@pytest.mark.rule("M150")
@pytest.mark.parametrize("sight", [SEAT, ROOM, SCREEN])
def test_people_at_work_are_no_reason_for_an_alarm(sight: Sight) -> None:
    assert found(minute(sight), 180, screen=sight is SCREEN) == set()


@pytest.mark.rule("M150")
@pytest.mark.parametrize(
    ("scene", "condition"), [("frozen", "frozen"), ("black", "black"), ("covered", "occluded")]
)
def test_a_fault_on_order_is_found(scene: Scene, condition: Condition) -> None:
    film = still(SEAT, scene, 7)
    assert not film[0][0] & 1
    assert found(film, 20) == {condition}


@pytest.mark.rule("M150")
def test_a_screen_that_goes_black_is_found() -> None:
    assert found(still(SCREEN, "black", 7), 20, screen=True) == {"black"}

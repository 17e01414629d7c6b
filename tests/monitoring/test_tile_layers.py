"""A viewer who reads too slowly gets fewer layers, and more again when he keeps up."""

import pytest

from evalroom.monitoring import limits
from evalroom.monitoring.tile import layer_for
from evalroom.monitoring.wall_messages import KEYS_ONLY
from tests.monitoring.tile_scene import L1T3, Scene


def stall(scene: Scene) -> None:
    """Read nothing until the pictures stop, then everything."""
    while not scene.tile._dropped:
        scene.push()
    scene.ack()
    scene.push(key=True, acks=True)


@pytest.mark.rule("M43")
def test_three_drops_in_thirty_seconds_lower_the_layer_and_in_the_end_leave_key_frames() -> None:
    scene = Scene(layers=L1T3)
    scene.push(4, key=True)
    scene.show()
    told = []
    for _ in range(3):
        for _ in range(limits.DROPS):
            stall(scene)
        told += scene.line.words()
    handle = scene.publishing.stream.handle
    assert told == [{"lowered": handle, "layer": layer} for layer in (1, 0, KEYS_ONLY)]
    scene.sent()
    for _ in range(5):
        scene.push(20, key=True, acks=True)
    assert [key for _, key in scene.sent()] == [True] * 5


@pytest.mark.rule("M43")
def test_a_stream_without_layers_is_lowered_to_key_frames_at_once() -> None:
    scene = Scene()
    scene.push(4, key=True)
    scene.show()
    for _ in range(limits.DROPS):
        stall(scene)
    assert [said["layer"] for said in scene.line.words()] == [KEYS_ONLY]


@pytest.mark.rule("M43")
def test_drops_that_lie_far_apart_lower_nothing() -> None:
    scene = Scene(layers=L1T3)
    scene.push(4, key=True)
    scene.show()
    for _ in range(3 * limits.DROPS):
        stall(scene)
        scene.clock.ms += 1000 * limits.DROP_SECONDS // 2
        scene.push(key=True, acks=True)
    assert scene.line.words() == []


@pytest.mark.rule("M43")
def test_after_a_calm_minute_the_next_layer_is_tried_again() -> None:
    scene = Scene(layers=L1T3)
    scene.push(4, key=True)
    scene.show()
    for _ in range(2 * limits.DROPS):
        stall(scene)
    assert [said["layer"] for said in scene.line.words()] == [1, 0]
    told = []
    for _ in range(80):
        scene.push(30, key=True, acks=True)
        told += [said["layer"] for said in scene.line.words()]
    assert told == [1, 2]
    scene.sent()
    scene.push(30, key=True, acks=True)
    assert len(scene.sent()) == 30


@pytest.mark.rule("M43")
def test_whoever_reads_nothing_is_not_calm() -> None:
    scene = Scene()
    scene.push(4, key=True)
    scene.show()
    for _ in range(limits.DROPS):
        stall(scene)
    scene.line.words()
    scene.sent()
    for _ in range(100):
        scene.push(30, key=True)
    assert len(scene.sent()) <= limits.RESUME_LAG_FRAMES + 1
    assert scene.line.words() == []


@pytest.mark.rule("M44")
@pytest.mark.parametrize(
    ("wanted", "width", "layer"),
    [(2, 1920, 2), (2, 201, 2), (2, 200, 1), (2, 121, 1), (2, 120, 0), (0, 1920, 0), (1, 90, 0)],
)
def test_the_lower_of_wish_and_width_decides(wanted: int, width: int, layer: int) -> None:
    assert layer_for(wanted, width) == layer


@pytest.mark.rule("M44")
def test_a_lower_layer_holds_at_once_and_a_higher_one_from_the_next_key_frame() -> None:
    scene = Scene(layers=L1T3)
    scene.push(4, key=True)
    scene.show()
    scene.tile.want(0)
    scene.sent()
    scene.push(4, acks=True)
    assert [seq for seq, _ in scene.sent()] == [4]
    scene.tile.want(1)
    assert scene.asked == 1
    scene.push(4, acks=True)
    assert len(scene.sent()) == 1, "its frames may lean on what was left out"
    scene.push(8, key=True, acks=True)
    assert len(scene.sent()) == 4


@pytest.mark.rule("M44")
def test_a_new_wish_lifts_what_was_lowered() -> None:
    scene = Scene()
    scene.push(4, key=True)
    scene.show()
    for _ in range(limits.DROPS):
        stall(scene)
    scene.tile.want(2)
    scene.sent()
    scene.push(10, key=True, acks=True)
    assert len(scene.sent()) == 10

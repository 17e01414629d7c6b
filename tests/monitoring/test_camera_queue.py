"""A loop that does not keep up with a camera loses pictures, and no memory."""

import pytest

from evalroom.monitoring.camera_queue import WAITING_BYTES, WAITING_FRAMES, CameraQueue
from tests.monitoring.parts import frame


@pytest.mark.rule("M144")
def test_the_loop_is_called_once_for_all_that_waits() -> None:
    queue = CameraQueue()
    assert [queue.put(frame(n, key=n == 0)) for n in range(3)] == [True, False, False]
    assert len(queue.take()) == 3
    assert queue.put(frame(3))
    assert (len(queue.take()), queue.dropped) == (1, 0)


@pytest.mark.rule("M144")
def test_too_many_waiting_are_dropped_to_the_next_key_frame() -> None:
    queue = CameraQueue()
    for n in range(WAITING_FRAMES + 5):
        queue.put(frame(n, key=n == 0))
    assert queue.take() == ()
    assert queue.dropped == WAITING_FRAMES + 5
    assert not queue.put(frame(100))
    assert queue.put(frame(101, key=True))
    queue.put(frame(102))
    assert [one.key for one in queue.take()] == [True, False]


@pytest.mark.rule("M144")
def test_a_key_frame_that_finds_the_queue_full_begins_it_anew() -> None:
    queue = CameraQueue()
    for n in range(WAITING_FRAMES):
        queue.put(frame(n, key=n == 0))
    assert queue.put(frame(WAITING_FRAMES, key=True))
    assert [one.key for one in queue.take()] == [True]


@pytest.mark.rule("M144")
def test_large_pictures_fill_it_too() -> None:
    queue = CameraQueue()
    half = WAITING_BYTES // 2
    for n in range(3):
        queue.put(frame(n, key=n == 0, size=half))
    assert queue.dropped == 3

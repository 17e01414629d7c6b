"""Watchers are told at once, and none of them is in another's way."""

import asyncio

import pytest

from evalroom.room.limits import IDLE_SECONDS
from evalroom.room.watchers import Watchers
from tests.room.parts import Node, in_virtual_time


def nobody() -> None:
    """Whom it does not concern that a watch has ended."""


@pytest.mark.rule("R53")
def test_a_watcher_that_fails_keeps_nothing_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    def fails() -> None:
        raise ValueError("secret")

    watchers = Watchers(nobody)
    for watcher in (lambda: told.append("first"), fails, lambda: told.append("last")):
        watchers.add(watcher)
    watchers.tell()
    assert told == ["first", "last"]
    assert "a watcher of a room failed" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.rule("R53")
def test_a_watch_may_end_while_others_are_told_and_once_more() -> None:
    told: list[str] = []
    watchers = Watchers(nobody)
    ends = watchers.add(lambda: ends())
    watchers.add(lambda: told.append("told"))
    watchers.tell()
    watchers.tell()
    ends()
    assert (len(watchers), told) == (1, ["told", "told"])


@pytest.mark.rule("R53")
@in_virtual_time
async def test_a_room_that_is_watched_stays_and_its_watchers_hear_of_each_change_and_the_end() -> (
    None
):
    node = Node()
    room = await node.room()
    node.rooms.start()
    told: list[int] = []
    unwatch = room.watch(lambda: told.append(room.head.seq))
    await node.act("m1", "CheckIn")
    assert told == [2]
    await asyncio.sleep(2 * IDLE_SECONDS)
    assert node.rooms.live() == (room,)
    room._recorder.end("restart")
    assert told[-1:] == [room.head.seq]
    assert len(told) == 2
    unwatch()
    await node.rooms.close()

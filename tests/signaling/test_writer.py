"""The direct writer alone, on a transport whose network is the test."""

import asyncio
from collections.abc import Callable

import pytest

from evalroom.signaling.writer import DirectWriter, Tick
from evalroom.wire.limits import OWED_BYTES

Calls = list[Callable[[], None]]


class SlowTransport(asyncio.Transport):
    """Takes `takes` bytes and owes the rest."""

    def __init__(self, takes: int = 10**9) -> None:
        super().__init__()
        self.takes = takes
        self.writes: list[bytes] = []
        self.owes = 0
        self.aborted = False

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        assert not self.is_closing(), "a closing transport complains on the log"
        self.writes.append(data)
        taken = min(len(data), self.takes)
        self.takes -= taken
        self.owes += len(data) - taken

    def get_write_buffer_size(self) -> int:
        return self.owes

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True
        self.owes = 0


class Turn:
    """A loop that comes round when the test says so."""

    def __init__(self) -> None:
        self._soon: Calls = []
        self.tick = Tick(self._soon.append)

    def __call__(self) -> None:
        soon, self._soon[:] = self._soon[:], []
        for call in soon:
            call()

    @property
    def asked(self) -> int:
        return len(self._soon)


@pytest.fixture
def turn() -> Turn:
    return Turn()


@pytest.mark.rule("W21")
def test_what_one_tick_says_to_a_reader_is_one_write_in_order(turn: Turn) -> None:
    transports = [SlowTransport(), SlowTransport()]
    writers = [DirectWriter(transport, turn.tick) for transport in transports]
    for frame in (b"change ", b"answer ", b"change"):
        for writer in writers:
            writer.write(frame)
    assert turn.asked == 1, "one call of the loop for all writers"
    assert [transport.writes for transport in transports] == [[], []]
    assert writers[0].owed() == len(b"change answer change")
    turn()
    assert [transport.writes for transport in transports] == [[b"change answer change"]] * 2
    assert writers[0].owed() == 0


def test_a_single_frame_is_written_as_it_is(turn: Turn) -> None:
    transport = SlowTransport()
    frame = b"the very bytes"
    DirectWriter(transport, turn.tick).write(frame)
    turn()
    assert transport.writes[0] is frame


@pytest.mark.rule("W22")
def test_a_reader_who_owes_too_much_is_cut_off_and_nobody_else(turn: Turn) -> None:
    stuck, well = SlowTransport(takes=10), SlowTransport()
    slow, quick = DirectWriter(stuck, turn.tick), DirectWriter(well, turn.tick)
    frame = bytes(OWED_BYTES // 4)
    for _ in range(4):
        slow.write(frame)
        quick.write(frame)
        turn()
    assert not stuck.aborted, "what is allowed is allowed to the last byte"
    assert slow.owed() == OWED_BYTES - 10
    slow.write(bytes(11))
    quick.write(bytes(11))
    turn()
    assert stuck.aborted
    assert slow.owed() == 0
    assert not well.aborted
    assert turn.tick.cut_off == 1
    slow.write(frame)
    turn()
    assert len(stuck.writes) == 5
    assert slow.owed() == 0, "nothing is kept for whoever has gone"


def test_a_tick_that_says_too_much_at_once_is_bounded_as_well(turn: Turn) -> None:
    stuck = SlowTransport(takes=0)
    writer = DirectWriter(stuck, turn.tick)
    for _ in range(100):
        writer.write(bytes(OWED_BYTES // 10))
    assert stuck.aborted
    assert sum(map(len, stuck.writes)) <= OWED_BYTES * 2
    # Whoever keeps up is told all of it.
    well = SlowTransport()
    writer = DirectWriter(well, turn.tick)
    for _ in range(100):
        writer.write(bytes(OWED_BYTES // 10))
    turn()
    assert sum(map(len, well.writes)) == 100 * (OWED_BYTES // 10)


def test_closing_hands_over_what_was_gathered_and_takes_no_more(turn: Turn) -> None:
    transport = SlowTransport()
    writer = DirectWriter(transport, turn.tick)
    writer.write(b"bye")
    writer.close()
    writer.write(b"and another thing")
    turn()
    assert transport.writes == [b"bye"]


def test_a_line_that_closed_in_the_meantime_is_not_written_to(turn: Turn) -> None:
    transport = SlowTransport()
    writer = DirectWriter(transport, turn.tick)
    writer.write(b"too late")
    transport.aborted = True
    turn()
    assert transport.writes == []
    assert writer.owed() == 0

"""Packets come out in the order they were sent, whatever the network does, and nothing is held for
ever."""

import random

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.rtc.limits import NACK_SECONDS, NACKED_PACKETS, REORDER_PACKETS
from evalroom.monitoring.rtc.reorder import Reorder
from evalroom.monitoring.rtc.rtp import Packet


def packet(number: int) -> Packet:
    return Packet(96, False, number & 0xFFFF, number, 1, b"x")


class Reader:
    """Pushes numbers, keeps what comes out."""

    def __init__(self, patience: float = 0.5, *, repair: bool = True) -> None:
        self.reorder = Reorder(patience, repair=repair)
        self.out: list[int] = []
        self.nacked: list[int] = []

    def push(self, number: int, now: float = 0.0) -> None:
        due = self.reorder.push(packet(number), now)
        if due is None:
            self.out.append(number)
        else:
            self._take(due.nack, due.packets)

    def due(self, now: float) -> None:
        due = self.reorder.due(now)
        self._take(due.nack, due.packets)

    def _take(self, nack: list[int], packets: list[Packet]) -> None:
        self.nacked += nack
        # The timestamp carries the number that does not wrap.
        self.out += [one.timestamp for one in packets]


def test_packets_in_order_pass_without_being_held() -> None:
    reader = Reader()
    for number in range(65_530, 65_550):
        reader.push(number)
        assert not reader.reorder.waiting
    assert reader.out == list(range(65_530, 65_550))


def test_an_overtaken_packet_comes_out_in_its_place() -> None:
    reader = Reader()
    for number in (10, 12, 13, 11, 14):
        reader.push(number)
    assert reader.out == [10, 11, 12, 13, 14]
    assert reader.reorder.recovered == 1


def test_a_repeated_packet_is_counted_and_thrown_away() -> None:
    reader = Reader()
    for number in (10, 11, 11, 10, 13, 13, 12):
        reader.push(number)
    assert reader.out == [10, 11, 12, 13]
    assert reader.reorder.duplicates == 3


@pytest.mark.rule("M2")
def test_a_missing_packet_is_asked_for_at_once_and_every_60_ms_until_it_is_given_up() -> None:
    reader = Reader(patience=0.5)
    reader.push(10, 0.0)
    reader.push(12, 0.0)
    assert reader.nacked == [11]
    for step in range(1, 40):
        reader.due(step * 0.02)
    assert reader.nacked == [11] * (1 + int(0.48 / NACK_SECONDS))
    assert reader.out == [10, 12]
    assert reader.reorder.lost == 1
    assert not reader.reorder.waiting


def test_what_stands_between_two_holes_is_free_when_the_first_is_given_up() -> None:
    reader = Reader()
    reader.push(10, 0.0)
    reader.push(12, 0.0)
    reader.push(14, 0.3)
    reader.due(0.5)
    assert reader.out == [10, 12]
    reader.due(0.8)
    assert reader.out == [10, 12, 14]


def test_where_nobody_sends_again_nobody_is_asked() -> None:
    reader = Reader(patience=0.06, repair=False)
    reader.push(10, 0.0)
    reader.push(12, 0.0)
    reader.due(0.06)
    assert reader.nacked == []
    assert reader.out == [10, 12]


def test_a_jump_of_the_sequence_begins_anew() -> None:
    reader = Reader()
    reader.push(10)
    reader.push(12)
    reader.push(10 + REORDER_PACKETS + 5)
    assert reader.out == [10, 12, 10 + REORDER_PACKETS + 5]
    assert not reader.reorder.waiting
    reader.push(10 + REORDER_PACKETS + 6)
    assert reader.out[-1] == 10 + REORDER_PACKETS + 6


@pytest.mark.rule("M21")
def test_more_holes_than_can_be_asked_for_are_given_up_from_the_oldest() -> None:
    reader = Reader()
    reader.push(0)
    reader.push(NACKED_PACKETS + 50)
    assert reader.reorder.lost == 49
    assert len(reader.nacked) == NACKED_PACKETS
    assert reader.out == [0]


@pytest.mark.rule("M21")
def test_what_is_held_has_a_limit() -> None:
    reader = Reader()
    reader.push(0)
    for number in range(2, 4 * REORDER_PACKETS):
        reader.push(number)
    # The one that never came was left behind with the sequence it belonged to.
    assert len(reader.reorder._held) <= REORDER_PACKETS
    assert reader.out[-1] == 4 * REORDER_PACKETS - 1


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("loss", [0.02, 0.05, 0.10])
@pytest.mark.rule("M3")
def test_repair_needs_few_rounds_and_the_longest_gap_is_three_tenths_of_a_second(
    loss: float, seed: int
) -> None:
    """A wire on which requests and answers get lost too; time is counted in packets of 1 ms."""
    chance = random.Random(seed)
    reader = Reader(patience=0.5)
    answers: list[tuple[float, int]] = []
    asked = sent = 0
    longest, last = 0.0, 0.0
    for number in range(5_000):
        now = number / 1_000
        before = len(reader.out)
        while answers and answers[0][0] <= now:
            reader.push(answers.pop(0)[1], now)
        if chance.random() >= loss:
            reader.push(number, now)
        if number % 60 == 0:
            reader.due(now)
        for wanted in reader.nacked:
            asked += 1
            if chance.random() >= loss:
                sent += 1
                answers.append((now + 0.03, wanted))
        reader.nacked.clear()
        if len(reader.out) > before:
            longest, last = max(longest, now - last), now
    assert reader.out == sorted(set(reader.out))
    assert reader.reorder.lost == 0
    # Almost always one request is enough, at 10 % every hundredth packet needs a third.
    assert asked <= 5_000 * loss * (1 + 3 * loss) * 1.2
    assert longest <= 0.3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80), st.integers(0, 65_535))
def test_whatever_order_they_come_in_they_leave_in_order_and_once(
    numbers: list[int], start: int
) -> None:
    reader = Reader()
    for step, number in enumerate(numbers):
        reader.push(start + 100 + number, step * 0.01)
    reader.due(1_000.0)
    assert reader.out == sorted(set(reader.out))
    first = numbers[0]
    assert set(reader.out) >= {start + 100 + number for number in numbers if number >= first} - {
        start + 100 + number for number in numbers if number < first
    }
    assert not reader.reorder.waiting


def test_a_retransmission_fills_its_hole_and_moves_nothing_else() -> None:
    reader = Reader()
    for number in (10, 12):
        reader.push(number)
    for stray in (9, 10, 12, 13, 5_000):
        assert reader.reorder.fill(packet(stray), 0.0) == ([], [])
    found = reader.reorder.fill(packet(11), 0.0)
    assert [one.sequence for one in found.packets] == [11, 12]
    reader.push(13)
    assert reader.out == [10, 13]

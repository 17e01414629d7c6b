"""What was sent is kept a while, and sent again neither too soon nor too often."""

import pytest

from evalroom.monitoring.rtc.history import History, Sent
from evalroom.monitoring.rtc.limits import HISTORY_PACKETS, RESEND_SECONDS, RESENDS


def kept(count: int, begin: int = 0) -> History:
    history = History()
    for number in range(begin, begin + count):
        history.keep(number & 0xFFFF, b"h", b"%d" % number)
    return history


def test_a_packet_is_given_again() -> None:
    assert kept(10).again(3, 0.0) == Sent(3, b"h", b"3")
    assert kept(10).again(11, 0.0) is None


@pytest.mark.rule("M18")
def test_only_so_many_packets_are_kept() -> None:
    history = kept(HISTORY_PACKETS + 10, 65_300)
    assert history.again(65_309, 0.0) is None
    found = history.again(65_310, 0.0)
    assert found is not None
    assert found.payload == b"65310"


@pytest.mark.rule("M18")
def test_the_same_request_twice_is_answered_once() -> None:
    history = kept(10)
    assert history.again(3, 1.0) is not None
    assert history.again(3, 1.0 + RESEND_SECONDS / 2) is None
    assert history.again(3, 1.0 + RESEND_SECONDS) is not None


@pytest.mark.rule("M18")
def test_one_packet_is_sent_again_only_so_often() -> None:
    history = kept(10)
    given = [history.again(3, float(second)) for second in range(RESENDS + 5)]
    assert sum(one is not None for one in given) == RESENDS


def test_what_is_forgotten_is_forgotten_whole() -> None:
    history = kept(HISTORY_PACKETS)
    for number in range(HISTORY_PACKETS):
        history.again(number, 0.0)
    for number in range(HISTORY_PACKETS):
        history.keep(number + HISTORY_PACKETS, b"h", b"p")
    assert history._again == {}

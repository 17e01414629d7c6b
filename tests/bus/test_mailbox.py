"""A bounded waiting place."""

import pytest

from evalroom.bus.mailbox import Mailbox


@pytest.mark.rule("B7")
def test_a_mailbox_keeps_all_in_order_or_says_that_it_lost_something() -> None:
    box: Mailbox[int] = Mailbox(3)
    assert [box.put(n) for n in range(5)] == [True, True, True, False, False]
    assert (len(box), box.lost) == (3, 2)
    assert box.take() == [0, 1, 2]
    assert (box.take(), box.lost, box.put(9)) == ([], 0, True)


@pytest.mark.rule("B7")
def test_a_mailbox_that_lost_something_keeps_nothing_more_until_it_is_emptied() -> None:
    box: Mailbox[str] = Mailbox(1)
    box.put("a")
    box.put("b")
    assert box.take() == ["a"]
    assert box.put("c")

"""Stepping out for a while, and more time."""

import pytest
from msgspec.structs import replace

from evalroom.sessions.minutes import lines
from evalroom.sessions.people import Acting
from evalroom.sessions.requests import (
    MoreTimeDue,
    RequestMoreTime,
    ReturnedToSeat,
    request_more_time,
)
from evalroom.sessions.tender.model import Member
from tests.sessions.cast import HANA, STAN, VERA, brought_to


@pytest.mark.rule("E52")
def test_staff_let_a_member_step_out_and_everyone_sees_since_when() -> None:
    table = brought_to("detailed")
    table.act("m1", "RequestLeave")
    assert table.act("m1", "RequestLeave") == ()
    asked = table.at - 10
    table.act(STAN, "AnswerLeave", member="m1", granted=True)
    for who in ("m1", "m5", HANA, VERA):
        assert table.view(who)["leaves"] == {"m1": {"asked": asked, "granted": table.at}}
    assert table.act("m1", "ReturnToSeat") == (ReturnedToSeat(member="m1", away_ms=10),)
    assert table.view("m5")["leaves"] == {}
    assert table.act("m1", "ReturnToSeat") == ()


@pytest.mark.rule("E52")
def test_a_member_may_be_asked_to_wait_or_think_better_of_it() -> None:
    table = brought_to("detailed")
    table.act("m1", "RequestLeave")
    table.act(HANA, "AnswerLeave", member="m1", granted=False)
    assert table.view("m1")["leaves"] == {}
    table.act("m1", "RequestLeave")
    assert table.act("m1", "ReturnToSeat") == (ReturnedToSeat(member="m1", away_ms=0),)
    refusal = table.refused(HANA, "AnswerLeave", member="m1", granted=True)
    assert refusal.code == "no_leave_asked"


@pytest.mark.rule("E52")
def test_staff_answer_the_seats_of_their_venue() -> None:
    table = brought_to("detailed")
    table.act("m5", "RequestLeave")
    refusal = table.refused(STAN, "AnswerLeave", member="m5", granted=True)
    assert refusal.code == "other_venue"
    assert table.refused(VERA, "AnswerLeave", member="m5", granted=True).code == "wrong_role"
    assert table.refused("m1", "AnswerLeave", member="m5", granted=True).code == "wrong_role"


@pytest.mark.rule("E52")
def test_stepping_out_is_in_the_minutes_without_a_reason() -> None:
    table = brought_to("detailed")
    table.act("m1", "RequestLeave")
    table.act(STAN, "AnswerLeave", member="m1", granted=True)
    table.act("m1", "ReturnToSeat")
    told = [line for at, events in table.log[-3:] for line in lines(events, at)]
    assert [line.params for line in told] == [{"member": "m1"}, {"member": "m1", "away_ms": 10}]


@pytest.mark.rule("E53")
def test_more_than_a_third_make_more_time_due() -> None:
    table = brought_to("detailed")
    table.act("m1", "RequestMoreTime")
    assert table.act("m1", "RequestMoreTime") == ()
    assert table.view("m1")["more_time"] == {"asked": ["m1"], "due": None}
    assert table.view("m2")["more_time"] == {"asked": [], "due": None}
    assert table.view(HANA)["more_time"]["asked"] == ["m1"]
    table.act("m2", "RequestMoreTime")
    for who in ("m1", "m5", HANA):
        assert table.view(who)["more_time"] == {"asked": [], "due": table.at}
    assert len(table.act("m1", "RequestMoreTime")) == 1


@pytest.mark.rule("E53")
def test_a_third_is_not_more_than_a_third() -> None:
    session = brought_to("detailed").state
    nine = tuple(Member(f"m{n}", f"专家{n}号") for n in range(1, 10))
    session = replace(session, tender=replace(session.tender, committee=nine))
    due = []
    for asked in range(4):
        already = replace(session.requests, more_time=tuple(m.id for m in nine[:asked]))
        by = Acting("x", nine[asked].id, (), None, "device-x")
        events = request_more_time(replace(session, requests=already), RequestMoreTime(), by, 0)
        due.append(MoreTimeDue in map(type, events))
    assert due == [False, False, False, True]

"""Hands, microphones, and a supervisor's word to one seat."""

from typing import Any

import pytest

from tests.sessions.cast import HANA, VERA, brought_to


@pytest.mark.rule("E10")
def test_hands_wait_in_the_order_they_were_raised() -> None:
    table = brought_to("price")
    for member in ("m3", "m2", "m3"):
        table.act(member, "RaiseHand")
    assert table.view("m5")["speaking"]["hands"] == ["m3", "m2"]
    assert table.refused("m4", "LowerHand", member="m3").code == "wrong_role"
    table.act("m2", "LowerHand")
    table.act(HANA, "LowerHand", member="m3")
    assert table.view("m5")["speaking"]["hands"] == []
    assert table.act("m2", "LowerHand") == ()
    assert table.refused(HANA, "LowerHand").code == "member_unknown"


@pytest.mark.rule("E10")
def test_whoever_leads_takes_a_hand_down() -> None:
    table = brought_to("price")
    table.act("m3", "RaiseHand")
    table.act(table.lead, "LowerHand", member="m3")
    assert table.view(HANA)["speaking"]["hands"] == []


@pytest.mark.rule("E11")
def test_nobody_is_unmuted_but_by_himself() -> None:
    table = brought_to("price")
    table.act(HANA, "Mute")
    assert table.view("m1")["speaking"]["muted"] == ["m1", "m2", "m3", "m4", "m5"]
    table.act("m2", "Unmute")
    assert table.act("m2", "Unmute") == ()
    assert table.view("m1")["speaking"]["muted"] == ["m1", "m3", "m4", "m5"]
    table.act("m1", "Mute", member="m2")
    assert table.act("m1", "Mute", member="m2") == ()
    assert table.refused("m2", "Mute", member="m1").code == "wrong_role"
    assert table.refused(HANA, "Mute", member="m9").code == "member_unknown"
    assert table.refused(HANA, "Unmute").code == "wrong_role"


@pytest.mark.rule("E11")
def test_a_member_closes_his_own_microphone_and_nobody_elses() -> None:
    table = brought_to("price")
    (closed,) = table.act("m2", "Mute", member="m2")
    assert getattr(closed, "member", None) == "m2"
    assert table.act("m2", "Mute", member="m2") == ()
    assert table.view("m5")["speaking"]["muted"] == ["m2"]
    for member in ("m3", None, "m9"):
        assert table.refused("m2", "Mute", member=member).code == "wrong_role"
    table.act("m2", "Unmute")
    assert table.view("m5")["speaking"]["muted"] == []


@pytest.mark.rule("E12")
def test_all_seats_see_that_a_supervisor_speaks_with_one() -> None:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    since = table.at
    for who in ("m1", "m2", HANA):
        assert table.view(who)["speaking"]["intercom"] == {"member": "m2", "since": since}
    assert table.refused(VERA, "OpenIntercom", member="m3").code == "intercom_busy"
    (closed,) = table.act(VERA, "CloseIntercom")
    assert vars_of(closed) == ("m2", VERA, table.at - since, "hung_up")
    assert table.view("m1")["speaking"]["intercom"] is None
    assert table.act(VERA, "CloseIntercom") == ()


@pytest.mark.rule("E12")
def test_an_intercom_needs_somebody_at_the_seat_and_is_its_openers_to_close() -> None:
    table = brought_to("check_in")
    assert table.refused(VERA, "OpenIntercom", member="m2").code == "not_checked_in"
    table = brought_to("detailed")
    table.act("system", "Appoint", principal="victor", roles=["supervisor"])
    table.act(VERA, "OpenIntercom", member="m2")
    assert table.refused("victor", "CloseIntercom").code == "not_your_intercom"


@pytest.mark.rule("E13")
def test_an_intercom_ends_with_its_opener_and_no_other() -> None:
    table = brought_to("detailed")
    assert table.act("system", "ReportCallerLost", principal=VERA) == ()
    table.act(VERA, "OpenIntercom", member="m2")
    since = table.at
    assert table.act("system", "ReportCallerLost", principal="victor") == ()
    assert table.refused(VERA, "ReportCallerLost", principal=VERA).code == "wrong_role"
    (closed,) = table.act("system", "ReportCallerLost", principal=VERA)
    assert vars_of(closed) == ("m2", VERA, table.at - since, "caller_gone")
    assert table.view("m1")["speaking"]["intercom"] is None


@pytest.mark.rule("E13")
@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("Revoke", {"principal": VERA, "reason": "换人"}),
        ("Appoint", {"principal": VERA, "roles": ["auditor"]}),
    ],
)
def test_whoever_is_no_supervisor_any_more_has_no_intercom_in_the_same_entry(
    command: str, args: dict[str, Any]
) -> None:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    *_, closed = table.act("system", command, **args)
    assert getattr(closed, "cause", None) == "caller_gone"
    assert table.state.speaking.intercom is None


@pytest.mark.rule("E13")
@pytest.mark.parametrize(
    ("who", "command", "args"),
    [
        ("system", "ReportLinkLost", {}),
        (HANA, "ReleaseSeat", {"reason": "设备故障"}),
    ],
)
def test_a_member_who_is_gone_has_neither_hand_nor_intercom(
    who: str, command: str, args: dict[str, Any]
) -> None:
    table = brought_to("detailed")
    for member in ("m3", "m2"):
        table.act(member, "RaiseHand")
    table.act(VERA, "OpenIntercom", member="m2")
    table.act(HANA, "Mute", member="m2")
    _, lowered, closed = table.act(who, command, member="m2", **args)
    assert (getattr(lowered, "member", None), getattr(closed, "cause", None)) == ("m2", "seat_gone")
    # What was closed to him stays closed: he opens it himself when he is back.
    shown = {"open": False, "hands": ["m3"], "muted": ["m2"], "intercom": None}
    assert table.view("m1")["speaking"] == shown


@pytest.mark.rule("E13")
def test_somebody_else_who_is_gone_ends_no_intercom_and_the_end_of_the_session_does() -> None:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    (lost,) = table.act("system", "ReportLinkLost", member="m3")
    assert type(lost).__name__ == "LinkLost"
    *_, closed = table.act(HANA, "AbortSession", reason="项目终止")
    assert getattr(closed, "cause", None) == "over"


def vars_of(event: object) -> tuple[object, ...]:
    return tuple(getattr(event, name) for name in ("member", "by", "ms", "cause"))

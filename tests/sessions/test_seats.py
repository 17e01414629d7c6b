"""Seats, devices and offices."""

import pytest
from msgspec.structs import replace

from evalroom.sessions.catalogue import COMMANDS, read_command
from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Event
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.phases import authorise
from evalroom.sessions.refusals import Refused
from evalroom.sessions.report import report_content
from evalroom.sessions.seats import CheckedIn, same_seat
from evalroom.sessions.session import acting, decide
from tests.sessions.cast import (
    HANA,
    STAN,
    VERA,
    WANG,
    Table,
    brought_to,
    small_tender,
    with_policy,
)


@pytest.mark.rule("S10")
def test_a_member_is_bound_to_his_planned_workstation_and_the_device_he_came_from() -> None:
    table = Table()
    events = table.act("m4", "CheckIn")
    assert events == (CheckedIn("m4", "w4", "device-dora", paired=True),)
    assert table.refused("m4", "CheckIn").code == "already_checked_in"


@pytest.mark.rule("S10")
def test_one_device_seats_one_member() -> None:

    table = Table()
    table.act("m1", "CheckIn")
    with pytest.raises(Refused, match="device_taken"):
        decide(table.state, read_command("CheckIn", {}), Actor("boris", "device-ada"), 2_000)
    with pytest.raises(Refused, match="device_unknown"):
        decide(table.state, read_command("CheckIn", {}), Actor("boris"), 2_000)


@pytest.mark.rule("S54")
@pytest.mark.parametrize("seat_browser", ["paired", "first_browser"])
def test_nobody_checks_in_at_a_browser_of_another_workstation(seat_browser: str) -> None:
    table = Table(with_policy(small_tender(), seat_browser=seat_browser))
    with pytest.raises(Refused) as refused:
        check_in(table, "w2")
    assert refused.value.code == "other_workstation"
    assert refused.value.params == {"planned": "w1", "here": "w2"}


@pytest.mark.rule("S54")
def test_a_browser_without_a_place_is_refused_unless_a_policy_takes_the_first_one() -> None:
    with pytest.raises(Refused) as refused:
        check_in(Table(), None)
    assert (refused.value.code, refused.value.params) == (
        "workstation_unpaired",
        {"workstation": "w1"},
    )
    anywhere = Table(with_policy(small_tender(), seat_browser="first_browser"))
    assert check_in(anywhere, None) == (CheckedIn("m1", "w1", "device-ada", paired=False),)
    assert check_in(anywhere, "w1") == (CheckedIn("m1", "w1", "device-ada", paired=True),)


@pytest.mark.rule("S54")
def test_a_workstation_that_was_not_verified_is_shown_and_reported() -> None:
    tender = with_policy(small_tender(), seat_browser="first_browser")
    table = Table(tender)
    events = check_in(table, None)
    table.log.append((table.at, events))
    table.state = fold(table.state, events, table.at)
    table.act("m2", "CheckIn")
    for who in (HANA, VERA, STAN, WANG):
        shown = table.view(who)["committee"]
        assert [shown[m]["paired"] for m in ("m1", "m2", "m3")] == [False, True, None]
    assert table.view("m2")["committee"]["m1"]["paired"] is None
    assert table.state.seats.unverified == ("m1",)
    table.act(HANA, "ReleaseSeat", member="m1", reason="换至指定工位")
    table.act("m1", "CheckIn")
    assert table.state.seats.unverified == ("m1",), "what was recorded is not undone"


@pytest.mark.rule("S54")
@pytest.mark.rule("S33")
def test_sitting_down_anew_while_the_report_is_signed_does_not_change_it() -> None:
    table = brought_to("signing", with_policy(small_tender(), seat_browser="first_browser"))
    before = report_content(table.state)
    assert [m["workstation_verified"] for m in before["committee"]] == [True] * 5
    table.act(HANA, "ReleaseSeat", member="m1", reason="工作站故障")
    table.state = fold(table.state, check_in(table, None), table.at)
    assert table.state.seats.bound["m1"].paired is False
    assert report_content(table.state) == before


def check_in(table: Table, workstation: str | None) -> tuple[Event, ...]:
    """What comes of m1's check-in from his browser, paired with this workstation or none."""
    actor = Actor("ada", "device-ada", workstation)
    return decide(table.state, read_command("CheckIn", {}), actor, table.at)


@pytest.mark.rule("S11")
def test_where_the_host_confirms_faces_the_phase_waits_for_the_last_of_them() -> None:
    table = Table(with_policy(small_tender(), identity="host_visual"))
    table.everyone("CheckIn")
    assert table.phase == "check_in"
    assert table.view("m1")["gate"][0]["params"] == {"members": ["m1", "m2", "m3", "m4", "m5"]}
    for member in ("m1", "m2", "m3"):
        table.act(STAN, "ConfirmIdentity", member=member, method="id_card")
    assert table.refused(STAN, "ConfirmIdentity", member="m4", method="id_card").code == (
        "other_venue"
    )
    assert table.refused(STAN, "ConfirmIdentity", member="m1", method="id_card").code == (
        "already_confirmed"
    )
    table.act(HANA, "ConfirmIdentity", member="m4", method="visual")
    table.act(HANA, "ConfirmIdentity", member="m5", method="visual")
    assert table.phase == "declaration"


@pytest.mark.rule("S10")
def test_a_released_seat_is_taken_again_from_another_device() -> None:
    table = brought_to("detailed")
    assert table.refused(HANA, "ReleaseSeat", member="m9", reason="x").code == "not_checked_in"
    table.act(HANA, "ReleaseSeat", member="m3", reason="工作站故障")
    assert table.view("m3")["me"]["seated"] is False
    table.act("m3", "CheckIn")
    assert table.view("m3")["me"]["seated"] is True


@pytest.mark.rule("S12")
def test_the_agency_fills_staff_offices_and_only_those() -> None:
    table = Table()
    table.act(HANA, "Appoint", principal="wu", roles=["witness"], venue="east")
    assert table.act(HANA, "Appoint", principal="wu", roles=["witness"], venue="east") == ()
    table.act(HANA, "Appoint", principal="wu", roles=["center_staff", "witness"])
    for roles, code in (
        (["supervisor"], "not_yours_to_appoint"),
        ([], "role_unknown"),
    ):
        assert table.refused(HANA, "Appoint", principal="x", roles=roles).code == code
    assert table.refused(SYSTEM, "Appoint", principal="x", roles=["system"]).code == "role_unknown"
    assert table.refused(HANA, "Appoint", principal="ada", roles=["witness"]).code == (
        "member_holds_no_office"
    )
    assert table.refused(HANA, "Appoint", principal="x", roles=["witness"], venue="?").code == (
        "venue_unknown"
    )
    assert table.refused(HANA, "Appoint", principal=VERA, roles=["witness"]).code == (
        "not_yours_to_appoint"
    )


@pytest.mark.rule("S12")
def test_a_revoked_account_is_a_stranger_from_that_entry_on() -> None:
    table = Table()
    table.act(HANA, "Revoke", principal=STAN, reason="换班")
    assert table.refused(STAN, "RecordRemark", text="x").code == "not_invited"
    assert table.refused(HANA, "Revoke", principal=STAN, reason="x").code == "not_appointed"
    assert table.refused(HANA, "Revoke", principal=VERA, reason="x").code == "not_yours_to_appoint"
    assert table.refused(HANA, "Revoke", principal="ada", reason="x").code == "member_not_revocable"
    table.act(SYSTEM, "Revoke", principal="ada", reason="账号停用")
    assert table.refused("m1", "CheckIn").code == "not_invited"


@pytest.mark.rule("S56")
def test_a_member_looks_on_from_his_seat_and_after_the_end_from_anywhere() -> None:
    table = brought_to("signing")
    assert same_seat(table.state, "m1", "device-ada")
    assert not same_seat(table.state, "m1", "another")
    assert not same_seat(table.state, "m1", None)
    assert same_seat(table.state, None, "another"), "an office is at no seat"
    assert same_seat(Table().state, "m1", "another"), "nobody has sat down yet"
    closed = brought_to("closed")
    assert same_seat(closed.state, "m1", "another")
    for command in COMMANDS:
        with pytest.raises(Refused, match=r"session_over|wrong_role|other_device"):
            authorise(closed.state, COMMANDS[command], acting(closed.state, Actor("ada", "x")))


def test_a_member_without_a_planned_seat_is_told_so() -> None:

    table = Table()
    table.state = replace(table.state, tender=replace(table.state.tender, seats=()))
    assert table.refused("m1", "CheckIn").code == "no_seat_planned"

"""Seats, devices and offices."""

import pytest
from msgspec.structs import replace

from evalroom.sessions.catalogue import read_command
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import CheckedIn
from evalroom.sessions.session import decide
from tests.sessions.cast import (
    HANA,
    STAN,
    VERA,
    Table,
    brought_to,
    small_tender,
    with_policy,
)


@pytest.mark.rule("S10")
def test_a_member_is_bound_to_his_planned_workstation_and_the_device_he_came_from() -> None:
    table = Table()
    events = table.act("m4", "CheckIn")
    assert events == (CheckedIn(member="m4", workstation="w4", device="device-dora"),)
    assert table.refused("m4", "CheckIn").code == "already_checked_in"


@pytest.mark.rule("S10")
def test_one_device_seats_one_member() -> None:

    table = Table()
    table.act("m1", "CheckIn")
    with pytest.raises(Refused, match="device_taken"):
        decide(table.state, read_command("CheckIn", {}), Actor("boris", "device-ada"), 2_000)
    with pytest.raises(Refused, match="device_unknown"):
        decide(table.state, read_command("CheckIn", {}), Actor("boris"), 2_000)


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


def test_a_member_without_a_planned_seat_is_told_so() -> None:

    table = Table()
    table.state = replace(table.state, tender=replace(table.state.tender, seats=()))
    assert table.refused("m1", "CheckIn").code == "no_seat_planned"

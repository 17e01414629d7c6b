"""Links lost and back, and looks."""

import pytest

from evalroom.sessions.faults import (
    INCIDENTS_KEPT,
    REMARKS_KEPT,
    Attendance,
    SecondDeviceRefused,
    evolve,
)
from evalroom.sessions.interventions import RemarkRecorded
from evalroom.sessions.people import SYSTEM
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to


@pytest.mark.rule("S40")
def test_a_lost_seat_is_told_once_and_its_absence_measured() -> None:
    table = brought_to("detailed")
    table.act(SYSTEM, "ReportLinkLost", member="m3")
    assert table.act(SYSTEM, "ReportLinkLost", member="m3") == ()
    assert table.view("m1")["committee"]["m3"]["reachable"] is False
    (back,) = table.act(SYSTEM, "ReportLinkBack", member="m3", at=table.at + 4_000)
    assert back.away_ms == 4_010  # type: ignore[attr-defined]
    assert table.act(SYSTEM, "ReportLinkBack", member="m3") == ()


@pytest.mark.rule("S40")
def test_nobody_is_missed_who_has_not_sat_down() -> None:
    table = brought_to("check_in")
    assert table.act(SYSTEM, "ReportLinkLost", member="m3") == ()


@pytest.mark.rule("S41")
def test_looks_are_recorded_for_supervisor_and_auditor_alone() -> None:
    table = brought_to("detailed")
    looks = [{"principal": "ada", "what": "d1", "at": 1_000}]
    table.act(SYSTEM, "RecordLooks", looks=looks)
    assert table.view(VERA)["looks"] == 1
    assert table.view(WANG)["looks"] is None
    assert table.refused("m1", "RecordLooks", looks=looks).code == "wrong_role"
    future = [{**looks[0], "at": table.at + 10**6}]
    assert table.refused(SYSTEM, "RecordLooks", looks=future).code == "look_impossible"
    stranger = [{**looks[0], "principal": "nobody"}]
    assert table.refused(SYSTEM, "RecordLooks", looks=stranger).code == "look_impossible"


@pytest.mark.rule("S41")
def test_a_look_of_one_who_has_left_since_is_recorded() -> None:
    table = brought_to("declaration")
    table.act(HANA, "Revoke", principal=WANG, reason="换班")
    substitute = {"id": "m6", "alias": "专家6号"}
    table.act(
        HANA, "ReplaceMember",
        member="m5", substitute=substitute, principal="fay", workstation="w6", reason="回避",
    )  # fmt: skip
    for gone in (WANG, "emil"):
        table.act(SYSTEM, "RecordLooks", looks=[{"principal": gone, "what": "d1", "at": 1_000}])
    assert table.state.attendance.looks == 2


@pytest.mark.rule("S41")
def test_looks_from_before_the_end_are_recorded_after_it_and_no_later_ones() -> None:
    table = brought_to("closed")
    look = {"principal": "ada", "what": "d1", "at": table.state.phase_since}
    table.act(SYSTEM, "RecordLooks", looks=[look], at=table.at + 5_000)
    late = [look, {**look, "at": table.state.phase_since + 1}]
    assert table.refused(SYSTEM, "RecordLooks", looks=late).code == "look_impossible"
    assert table.view(VERA)["looks"] == 1
    assert (table.phase, table.state.over) == ("closed", True)


@pytest.mark.rule("S55")
def test_a_second_device_is_an_incident_for_those_who_watch_and_the_staff_of_that_venue() -> None:
    table = brought_to("detailed")
    table.act(HANA, "Appoint", principal="su", roles=["sub_venue_contact"], venue="east")
    table.act(VERA, "Pause", clause="第八条")
    table.act(SYSTEM, "ReportSecondDevice", member="m5")
    incident = {"at": table.at, "code": "second_device", "member": "m5", "venue": "east"}
    for who in (HANA, VERA, WANG, "su"):
        assert table.view(who)["incidents"] == [incident]
    for who in ("m5", "m1", STAN):
        assert table.view(who)["incidents"] == []
    assert table.refused("m5", "ReportSecondDevice", member="m5").code == "wrong_role"
    assert brought_to("closed").refused(SYSTEM, "ReportSecondDevice", member="m5").code == (
        "session_over"
    )


@pytest.mark.rule("S55")
def test_a_device_that_goes_on_trying_is_put_on_record_once_a_minute() -> None:
    table = brought_to("declaration")
    assert table.act(SYSTEM, "ReportSecondDevice", member="m1", at=10_000) != ()
    assert table.act(SYSTEM, "ReportSecondDevice", member="m1", at=69_999) == ()
    assert table.act(SYSTEM, "ReportSecondDevice", member="m2", at=69_999) != ()
    assert table.act(SYSTEM, "ReportSecondDevice", member="m1", at=70_000) != ()
    assert Table().act(SYSTEM, "ReportSecondDevice", member="m1") == (), "no seat is bound yet"
    attendance = Attendance()
    for number in range(INCIDENTS_KEPT + 5):
        attendance = evolve(attendance, SecondDeviceRefused("m1", "main"), number)
    assert [one.at for one in attendance.incidents] == list(range(5, INCIDENTS_KEPT + 5))


@pytest.mark.rule("S39")
def test_live_remarks_are_the_latest_ones() -> None:
    attendance = Attendance()
    for number in range(REMARKS_KEPT + 5):
        attendance = evolve(attendance, RemarkRecorded("v", "supervisor", f"{number}"), number)
    assert len(attendance.remarks) == REMARKS_KEPT
    assert attendance.remarks[0].text == "5"

"""Links lost and back, and looks."""

import pytest

from evalroom.sessions.faults import REMARKS_KEPT, Attendance, evolve
from evalroom.sessions.interventions import RemarkRecorded
from evalroom.sessions.people import SYSTEM
from tests.sessions.cast import VERA, WANG, brought_to


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


@pytest.mark.rule("S39")
def test_live_remarks_are_the_latest_ones() -> None:
    attendance = Attendance()
    for number in range(REMARKS_KEPT + 5):
        attendance = evolve(attendance, RemarkRecorded("v", "supervisor", f"{number}"), number)
    assert len(attendance.remarks) == REMARKS_KEPT
    assert attendance.remarks[0].text == "5"

"""Alarms: raised, acknowledged, handled, closed; going up when nobody takes them."""

import pytest

from evalroom.sessions.alarm_register import CLOSED_KEPT, LADDER, LEVELS
from evalroom.sessions.deadlines import next_due
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to, small_tender, tick

SNAPSHOT = "ab" * 32


def frozen(table: Table, source: str = "seat.m1.camera") -> None:
    table.act("system", "RaiseAlarm", kind="frozen", source=source, snapshot=SNAPSHOT)


@pytest.mark.rule("E30")
def test_an_alarm_is_taken_handled_and_closed() -> None:
    table = brought_to("detailed")
    frozen(table)
    assert table.view(VERA)["alarms"]["1"] == {
        "kind": "frozen", "level": "warning", "source": "seat.m1.camera", "member": "m1",
        "venue": "main", "at": table.at, "stage": "raised", "asks": "witness", "subsided": None,
        "times": 1, "snapshot": SNAPSHOT, "by": None, "how": None,
    }  # fmt: skip
    assert table.refused(VERA, "HandleAlarm", alarm=1, how="x").code == "alarm_not_acknowledged"
    assert table.refused(VERA, "CloseAlarm", alarm=1).code == "alarm_not_handled"
    table.act(WANG, "AcknowledgeAlarm", alarm=1)
    assert table.refused(VERA, "AcknowledgeAlarm", alarm=1).code == "alarm_taken"
    table.act(STAN, "HandleAlarm", alarm=1, how="重新插好摄像头")
    assert table.refused(VERA, "HandleAlarm", alarm=1, how="x").code == "alarm_handled"
    table.act(WANG, "CloseAlarm", alarm=1)
    assert table.view(VERA)["alarms"]["1"]["stage"] == "closed"
    assert table.refused(VERA, "CloseAlarm", alarm=1).code == "alarm_closed"
    assert table.refused(VERA, "CloseAlarm", alarm=2).code == "alarm_unknown"


@pytest.mark.rule("E30")
def test_a_false_alarm_is_closed_at_once_with_a_note() -> None:
    table = brought_to("detailed")
    frozen(table)
    assert table.refused(VERA, "CloseAlarm", alarm=1, false=True).code == "note_wanted"
    table.act(VERA, "CloseAlarm", alarm=1, false=True, note="专家在读纸质文件")
    assert table.view(VERA)["alarms"]["1"]["stage"] == "false"


@pytest.mark.rule("E31")
def test_what_is_known_is_not_raised_again_and_what_comes_back_is_the_same_alarm() -> None:
    table = brought_to("detailed")
    frozen(table)
    assert table.act("system", "RaiseAlarm", kind="frozen", source="seat.m1.camera") == ()
    table.act("system", "SubsideAlarm", kind="frozen", source="seat.m1.camera")
    assert table.act("system", "SubsideAlarm", kind="frozen", source="seat.m1.camera") == ()
    assert table.view(VERA)["alarms"]["1"]["stage"] == "raised"
    frozen(table)
    assert table.view(VERA)["alarms"]["1"]["times"] == 2
    assert table.view(VERA)["alarms"]["1"]["subsided"] is None
    table.act(VERA, "CloseAlarm", alarm=1, false=True, note="误报")
    # Closed, and still frozen: nobody is called again before it has moved.
    assert table.act("system", "RaiseAlarm", kind="frozen", source="seat.m1.camera") == ()
    table.act("system", "SubsideAlarm", kind="frozen", source="seat.m1.camera")
    frozen(table)
    assert sorted(table.view(VERA)["alarms"]) == ["1", "2"]


@pytest.mark.rule("E32")
def test_an_alarm_that_nobody_takes_goes_up() -> None:
    table = brought_to("detailed", small_tender(alarm_escalation_seconds="30"))
    frozen(table)
    first = table.at + 30_000
    assert next_due(table.state) == first
    assert tick(table, first - 1) == ()
    for step, office in enumerate(LADDER[1:]):
        (event,) = tick(table, first + step * 30_000)
        assert getattr(event, "to", None) == office
        assert table.view(VERA)["alarms"]["1"]["asks"] == office
    assert next_due(table.state) is None


@pytest.mark.rule("E32")
def test_an_alarm_that_is_taken_stays_where_it_is() -> None:
    table = brought_to("detailed")
    frozen(table)
    table.act(WANG, "AcknowledgeAlarm", alarm=1)
    assert next_due(table.state) is None
    frozen(table, "seat.m2.camera")
    table.act(HANA, "AbortSession", reason="项目终止")
    assert next_due(table.state) is None


@pytest.mark.rule("E33")
def test_an_alarm_concerns_the_offices_of_its_venue_and_no_member() -> None:
    table = brought_to("detailed")
    frozen(table, "seat.m5.camera")
    assert "1" in table.view(HANA)["alarms"]
    assert table.view(WANG)["alarms"] == {}
    assert table.view(STAN)["alarms"] == {}
    assert table.view("m5")["alarms"] == {}
    assert table.refused(WANG, "AcknowledgeAlarm", alarm=1).code == "alarm_unknown"


@pytest.mark.rule("E34")
def test_a_page_reports_its_own_seat() -> None:
    table = brought_to("detailed")
    table.act("m2", "ReportWorkstation", kind="page_left")
    assert table.view(VERA)["alarms"]["1"]["source"] == "seat.m2.screen"
    assert table.act("m2", "ReportWorkstation", kind="page_left") == ()
    table.act("m2", "ReportWorkstation", kind="page_left", over=True)
    assert table.view(VERA)["alarms"]["1"]["subsided"] == table.at
    assert table.act("m2", "ReportWorkstation", kind="second_screen", over=True) == ()


@pytest.mark.rule("E35")
def test_no_snapshot_of_a_screen_and_no_alarm_of_a_source_that_is_not() -> None:
    table = brought_to("detailed")
    refusal = table.refused(
        "system", "RaiseAlarm", kind="frozen", source="seat.m1.screen", snapshot=SNAPSHOT
    )
    assert refusal.code == "screen_sealed"
    refusal = table.refused("system", "RaiseAlarm", kind="frozen", source="seat.m9.camera")
    assert refusal.code == "unknown_source"


@pytest.mark.rule("E37")
def test_little_room_for_recordings_is_for_the_agency_first_and_for_no_venue() -> None:
    table = brought_to("detailed", small_tender(alarm_escalation_seconds="30"))
    table.act("system", "RaiseAlarm", kind="disk_low", source="recording")
    alarm = table.view(HANA)["alarms"]["1"]
    assert (alarm["level"], alarm["asks"], alarm["member"], alarm["venue"]) == (
        "warning", "agency_lead", None, None,
    )  # fmt: skip
    assert table.view(STAN)["alarms"] == {}
    tick(table, table.at + 30_000)
    assert table.view(VERA)["alarms"]["1"]["asks"] == "supervisor"
    table.act("system", "RaiseAlarm", kind="disk_critical", source="recording")
    assert table.view(HANA)["alarms"]["2"]["level"] == "critical"
    table.act("system", "SubsideAlarm", kind="disk_critical", source="recording")
    assert table.view(HANA)["alarms"]["1"]["subsided"] is None
    refusal = table.refused("system", "RaiseAlarm", kind="frozen", source="recording")
    assert refusal.code == "unknown_source"


@pytest.mark.rule("E36")
def test_the_register_keeps_what_is_open_and_the_latest_of_what_is_done() -> None:
    table = brought_to("detailed")
    frozen(table, "seat.m2.camera")
    for _ in range(CLOSED_KEPT + 3):
        frozen(table)
        number = table.state.alarms.count
        table.act("system", "SubsideAlarm", kind="frozen", source="seat.m1.camera")
        table.act(VERA, "CloseAlarm", alarm=number, false=True, note="误报")
    shown = table.view(VERA)["alarms"]
    assert len(shown) == CLOSED_KEPT + 1
    assert shown["1"]["stage"] == "raised"
    assert "2" not in shown


@pytest.mark.rule("E30")
def test_every_kind_has_a_level() -> None:
    from typing import get_args

    from evalroom.sessions.alarm_register import Found, Reported

    assert set(LEVELS) == {*get_args(Found), *get_args(Reported)}

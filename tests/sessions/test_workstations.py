"""Devices tried before the review, workstations cleared after it."""

import pytest

from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.session import decide
from evalroom.sessions.workstations import ReportCleared
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to

GOOD = {"what": "camera", "outcome": "ok", "note": "USB 摄像头"}
POOR = {"what": "network", "outcome": "poor", "note": "延迟 186 ms"}


@pytest.mark.rule("E50")
def test_devices_are_tried_before_anybody_sits_down_and_the_organisers_see_it() -> None:
    table = Table()
    table.act("m1", "ReportDeviceCheck", checks=[GOOD, POOR])
    for who in ("m1", HANA, VERA, WANG, STAN):
        checked = table.view(who)["workstations"]["m1"]["checked"]
        assert checked == {"at": table.at, "checks": [GOOD, POOR]}
    assert table.view("m2")["workstations"] == {}


@pytest.mark.rule("E50")
def test_staff_see_the_devices_of_their_own_venue_alone() -> None:
    table = Table()
    table.act("m5", "ReportDeviceCheck", checks=[GOOD])
    assert table.view(STAN)["workstations"] == {}
    assert list(table.view(HANA)["workstations"]) == ["m5"]


@pytest.mark.rule("E50")
def test_the_last_report_counts_and_the_same_again_is_no_news() -> None:
    table = Table()
    table.act("m1", "ReportDeviceCheck", checks=[POOR])
    assert table.act("m1", "ReportDeviceCheck", checks=[POOR]) == ()
    table.act("m1", "ReportDeviceCheck", checks=[POOR | {"outcome": "ok"}])
    assert table.view(HANA)["workstations"]["m1"]["checked"]["checks"][0]["outcome"] == "ok"
    assert table.refused("m1", "ReportDeviceCheck", checks=[GOOD, GOOD]).code == "device_twice"
    assert table.refused(HANA, "ReportDeviceCheck", checks=[GOOD]).code == "wrong_role"


@pytest.mark.rule("E60")
def test_a_workstation_whose_clock_is_far_off_is_an_alarm_until_it_is_not() -> None:
    def clock(outcome: str) -> dict[str, str]:
        return {"what": "clock", "outcome": outcome, "note": "偏差 402 秒"}

    table = Table()
    table.act("m1", "ReportDeviceCheck", checks=[GOOD, clock("poor")])
    assert table.view(HANA)["alarms"] == {}
    table.act("m1", "ReportDeviceCheck", checks=[GOOD, clock("failed")])
    alarm = table.view(HANA)["alarms"]["1"]
    assert (alarm["kind"], alarm["source"], alarm["subsided"]) == (
        "clock_drift", "seat.m1.screen", None,
    )  # fmt: skip
    table.act("m1", "ReportDeviceCheck", checks=[GOOD, clock("skipped")])
    table.act("m1", "ReportDeviceCheck", checks=[GOOD])
    assert table.view(HANA)["alarms"]["1"]["subsided"] is None
    table.act("m1", "ReportDeviceCheck", checks=[GOOD, clock("ok")])
    assert table.view(HANA)["alarms"]["1"]["subsided"] == table.at


@pytest.mark.rule("E51")
def test_a_workstation_is_cleared_when_all_is_over_and_from_the_seat() -> None:
    table = brought_to("signing")
    assert table.refused("m1", "ReportCleared").code == "not_over"
    table.act(HANA, "AbortSession", reason="项目终止")
    elsewhere = Actor("ada", device="another")
    with pytest.raises(Refused, match="other_device"):
        decide(table.state, ReportCleared(), elsewhere, table.at)
    table.act("m1", "ReportCleared")
    assert table.act("m1", "ReportCleared") == ()
    assert table.view(VERA)["workstations"]["m1"]["cleared"] == table.at - 10
    assert "m2" not in table.view(VERA)["workstations"]

"""The minutes tell the ledger without a score in them."""

import msgspec
import pytest

from evalroom.sessions.minutes import LINES, line_for, lines, readable
from tests.sessions.cast import HANA, VERA, WANG, Table, brought_to


def read_by(table: Table, who: str) -> list[str]:
    audience = table.audience(who)
    return [
        line.code
        for at, events in table.log
        for line in lines(events, at)
        if readable(table.state, line, audience)
    ]


@pytest.mark.rule("S47")
def test_the_minutes_tell_an_evaluation_in_order() -> None:
    told = read_by(brought_to("closed"), "m1")
    order = ["SessionOpened", "CheckedIn", "DisciplineAnnounced", "BallotTallied", "LeadElected",
             "Revealed", "PricesScored", "ResultComputed", "ReportSubmitted", "ReportSigned",
             "SessionClosed"]  # fmt: skip
    assert [told.index(code) for code in order] == sorted(told.index(code) for code in order)


@pytest.mark.rule("S47")
def test_edits_and_ballots_leave_no_line() -> None:
    told = read_by(brought_to("closed"), VERA)
    assert not {"ScoresEntered", "BallotCast", "VoteCast", "SectionScored"} & set(told)


@pytest.mark.rule("S47")
def test_no_line_holds_a_score_or_a_dissent() -> None:
    table = brought_to("detailed")
    table.enter("m1", "technical", lambda c, bid: "37.5" if c == "t1" else "20")
    written = [msgspec.json.encode(x) for at, e in table.log for x in lines(e, at)]
    assert not any(b"37.5" in line for line in written)


@pytest.mark.rule("S48")
def test_remarks_are_for_inspectors_and_lost_links_for_watchers() -> None:
    table = brought_to("detailed")
    table.act(WANG, "RecordRemark", text="x")
    table.act("system", "ReportLinkLost", member="m2")
    assert "RemarkRecorded" in read_by(table, VERA)
    assert "RemarkRecorded" not in read_by(table, HANA)
    assert "LinkLost" in read_by(table, HANA)
    assert "LinkLost" not in read_by(table, "m1")


@pytest.mark.rule("S55")
def test_a_second_device_is_told_to_those_who_watch_and_to_the_staff_of_that_venue() -> None:
    table = brought_to("detailed")
    table.act(HANA, "Appoint", principal="su", roles=["sub_venue_contact"], venue="east")
    table.act("system", "ReportSecondDevice", member="m5")
    readers = {who for who in ("m5", HANA, VERA, WANG, "stan", "su") if _tells(table, who)}
    assert readers == {HANA, VERA, WANG, "su"}


def _tells(table: Table, who: str) -> bool:
    return "SecondDeviceRefused" in read_by(table, who)


def _author(table: Table, who: str, code: str) -> str | None:
    audience = table.audience(who)
    of = [line for at, events in table.log for line in lines(events, at) if line.code == code]
    by: str | None = line_for(table.state, of[-1], audience)["params"].get("by")
    return by


@pytest.mark.rule("S59")
def test_agency_and_supervisor_read_whose_act_a_line_tells_and_the_seats_do_not() -> None:
    table = brought_to("detailed")
    table.act(VERA, "SendNotice", kind="reminder", text="请保持安静", member="m1")
    table.act(VERA, "Pause", clause="第四十八条")
    table.act(VERA, "Resume")
    for code in ("NoticeSent", "Paused", "Resumed"):
        assert _author(table, VERA, code) == _author(table, HANA, code) == VERA
        assert _author(table, "m1", code) is _author(table, WANG, code) is None
    assert _author(table, VERA, "LeadElected") == "ballot"


@pytest.mark.rule("S59")
def test_no_line_tells_the_account_of_a_member() -> None:
    table = brought_to("detailed")
    leader = table.state.lead.member
    assert leader is not None
    table.act(leader, "Mute")
    assert _author(table, VERA, "Muted") is None


def test_each_line_names_fields_its_event_has() -> None:
    for event, (_, names) in LINES.items():
        assert set(names) <= set(event.__struct_fields__), event

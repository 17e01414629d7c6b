"""Recordings as evidence, and the early look that takes two persons."""

from typing import Any

import pytest
from msgspec.structs import replace

from evalroom.sessions.minutes import line_for, lines
from evalroom.sessions.report import report_content
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.watching import may_watch, source_of
from tests.sessions.cast import HANA, VERA, WANG, Table, brought_to, small_tender

HASH = "cd" * 32


def segment(table: Table, **changed: object) -> dict[str, object]:
    return {
        "source": "seat.m1.camera", "epoch": 1, "begun": table.at - 10, "ended": table.at,
        "bytes": 1_000, "sha256": HASH, **changed,
    }  # fmt: skip


@pytest.mark.rule("E40")
def test_hashes_of_closed_pieces_are_on_record_even_after_the_end() -> None:
    table = brought_to("detailed")
    table.act(HANA, "AbortSession", reason="项目终止")
    (event,) = table.act("system", "SealSegments", segments=[segment(table)])
    assert type(event).__name__ == "SegmentsSealed"
    assert table.state.recordings.segments == 1
    assert table.refused(VERA, "SealSegments", segments=[segment(table)]).code == "wrong_role"


@pytest.mark.rule("E45")
def test_how_large_the_recording_of_a_sealed_screen_is_nobody_is_told() -> None:
    table = brought_to("detailed")
    screen = segment(table, source="seat.m1.screen")
    events = table.act("system", "SealSegments", segments=[segment(table), screen])
    [line] = lines(events, table.at)

    def sizes(state: Session) -> list[int | None]:
        told = line_for(state, line, table.audience(VERA))["params"]["segments"]
        return [each.get("bytes") for each in told]

    assert sizes(table.state) == [1_000, None]
    assert sizes(replace(table.state, phase="failed")) == [1_000, None]
    assert sizes(replace(table.state, phase="closed")) == [1_000, 1_000]
    table.act(VERA, "RequestScreen", member="m1", clause="第三十条")
    assert sizes(table.state) == [1_000, None]
    table.act(WANG, "GrantScreen", member="m1")
    assert sizes(table.state) == [1_000, 1_000]


@pytest.mark.rule("E40")
def test_a_piece_ends_after_it_began_and_not_in_the_future() -> None:
    table = brought_to("detailed")
    later = [segment(table, ended=table.at + 60_000)]
    assert table.refused("system", "SealSegments", segments=later).code == "segment_impossible"
    turned = [segment(table, begun=table.at + 5, ended=table.at)]
    assert table.refused("system", "SealSegments", segments=turned).code == "segment_impossible"
    refusal = table.refused(
        "system", "ReportRecordingGap", source="s", begun=9, ended=8, cause="crash"
    )
    assert refusal.code == "segment_impossible"


@pytest.mark.rule("E41")
def test_government_procurement_pauses_when_nothing_is_recorded_any_more() -> None:
    table = brought_to("detailed", small_tender("government_procurement"))
    table.act("system", "ReportRecordingLost", cause="disk_full")
    assert table.view("m1")["pause"]["kind"] == "technical"
    assert table.view(VERA)["recording"]["lost"] == "disk_full"
    assert table.act("system", "ReportRecordingLost", cause="disk_full") == ()
    table.act(HANA, "Resume", note="已换盘")


@pytest.mark.rule("E41")
def test_works_go_on_unless_the_policy_pauses_them() -> None:
    table = brought_to("detailed")
    table.act("system", "ReportRecordingLost", cause="disk_full")
    assert table.state.pause is None
    strict = brought_to("detailed", small_tender(recording_lost="pause"))
    strict.act("system", "ReportRecordingLost", cause="disk_full")
    assert strict.state.pause is not None


@pytest.mark.rule("E46")
def test_a_gap_is_on_record_and_in_the_minutes_of_those_who_watch() -> None:
    table = brought_to("detailed")
    table.act(
        "system", "ReportRecordingGap", source="seat.m1.camera", begun=10, ended=20, cause="crash"
    )
    assert table.view(VERA)["recording"]["gaps"] == 1
    assert table.view("m1")["recording"] == {"gaps": None, "lost": None}


@pytest.mark.rule("E46")
def test_whoever_is_recorded_knows_it_and_knows_when_he_is_not() -> None:
    table = brought_to("detailed")
    table.act("system", "ReportRecordingLost", cause="disk_full")
    assert table.view("m1")["recording"] == {"gaps": None, "lost": "disk_full"}


@pytest.mark.rule("E44")
def test_a_recording_that_is_back_ends_the_loss_and_no_pause_and_may_be_lost_again() -> None:
    table = brought_to("detailed", small_tender(recording_lost="pause"))
    assert table.act("system", "ReportRecordingBack") == ()
    table.act("system", "ReportRecordingLost", cause="disk_full")
    (back,) = table.act("system", "ReportRecordingBack")
    assert type(back).__name__ == "RecordingBack"
    assert table.view(VERA)["recording"]["lost"] is None
    assert table.view("m1")["pause"]["kind"] == "technical"
    table.act(HANA, "Resume", note="已换盘")
    _, paused = table.act("system", "ReportRecordingLost", cause="disk_full")
    assert type(paused).__name__ == "Paused"


@pytest.mark.rule("E42")
def test_a_clip_is_a_supervisors_and_of_the_past() -> None:
    table = brought_to("detailed")
    times: dict[str, Any] = {"begun": table.at - 10, "ended": table.at}
    clip: dict[str, Any] = {"source": "seat.m1.camera", "sha256": HASH}
    (event,) = table.act("system", "RecordClip", taker=VERA, **clip, **times)
    assert getattr(event, "by", None) == VERA
    refusal = table.refused("system", "RecordClip", taker=HANA, **clip, **times)
    assert refusal.code == "wrong_role"
    refusal = table.refused("system", "RecordClip", taker=VERA, **clip, begun=5, ended=5)
    assert refusal.code == "segment_impossible"


@pytest.mark.rule("E43")
def test_a_sealed_screen_opens_early_to_two_persons_and_a_clause() -> None:
    table = brought_to("detailed")
    assert table.refused(VERA, "GrantScreen", member="m2").code == "screen_not_requested"
    table.act(VERA, "RequestScreen", member="m2", clause="监督办法第9条")
    assert table.refused(VERA, "GrantScreen", member="m2").code == "two_persons_wanted"
    assert table.refused(VERA, "RequestScreen", member="m2", clause="x").code == "screen_requested"
    assert table.refused(VERA, "RequestScreen", member="m9", clause="x").code == "member_unknown"
    assert table.view(VERA)["sources"]["seat.m2.screen"]["refused"] == "screen_sealed"
    assert table.view("m2")["screens"] == {}
    table.act(WANG, "GrantScreen", member="m2")
    assert table.act(HANA, "GrantScreen", member="m2") == ()
    may_watch(table.state, table.audience(VERA), source_of(table.state, "seat.m2.screen"))
    assert table.view("m2")["screens"] == {"m2": {"clause": "监督办法第9条", "granted": True}}
    assert table.view("m1")["screens"] == {}
    assert table.view(VERA)["sources"]["seat.m1.screen"]["refused"] == "screen_sealed"


@pytest.mark.rule("E43")
def test_the_report_says_who_was_looked_at_early_and_on_what_clause() -> None:
    table = brought_to("detailed")
    table.act(VERA, "RequestScreen", member="m2", clause="监督办法第9条")
    table.act(VERA, "RequestScreen", member="m3", clause="监督办法第9条")
    table.act(HANA, "GrantScreen", member="m2")
    for section in ("technical", "business"):
        table.fill(section)
        table.act(table.lead, "CloseGroup", section=section)
    table.everyone("ConfirmPrices")
    assert report_content(table.state)["screens"] == [{"member": "m2", "clause": "监督办法第9条"}]
    assert table.refused(HANA, "GrantScreen", member="m3").code == "wrong_phase"

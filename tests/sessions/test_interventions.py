"""Pauses, their clocks, and the ends that are not a report."""

import pytest

from evalroom.sessions.interventions import HOUR_MS, next_due
from tests.sessions.cast import HANA, STAN, VERA, WANG, Table, brought_to, small_tender, tick


@pytest.mark.rule("S36")
def test_each_office_ends_its_own_pause() -> None:
    table = brought_to("detailed")
    assert table.refused(VERA, "Resume").code == "not_paused"
    table.act(VERA, "Pause", clause="实施条例62", document="监〔2026〕7号")
    assert table.refused(HANA, "Resume").code == "not_your_pause"
    assert table.refused(HANA, "PauseTechnically", reason="x").code == "paused"
    table.act(VERA, "Resume", note="核实完毕")
    table.act(HANA, "PauseTechnically", reason="副场断网")
    assert table.refused(VERA, "Resume").code == "not_your_pause"
    table.act(HANA, "Resume")


@pytest.mark.rule("S36")
def test_a_pause_in_mid_edit_freezes_the_sheet_as_it_is() -> None:
    table = brought_to("detailed")
    table.enter("m1", "technical")
    before = table.view("m1")["sheet"]
    table.act(HANA, "PauseTechnically", reason="断电")
    cells = [{"bid": "B1", "criterion": "t1", "value": "9"}]
    assert table.refused("m1", "EnterScores", cells=cells).code == "paused"
    assert table.view("m1")["sheet"] == before


@pytest.mark.rule("S37")
def test_a_supervisors_pause_wants_its_document_number_within_a_day() -> None:
    table = brought_to("detailed")
    table.act(VERA, "Pause", clause="条例第62条")
    due = table.at + 24 * HOUR_MS
    assert next_due(table.state) == due
    assert tick(table, due - 1) == ()
    names = [type(event).__name__ for event in tick(table, due)]
    assert names == ["PauseDocumentOverdue"]
    assert table.view("m1")["pause"]["overdue"] is True
    assert tick(table, due + 1) == ()
    table.act(VERA, "SupplyPauseDocument", document="监〔2026〕8号")
    refusal = table.refused(VERA, "SupplyPauseDocument", document="x")
    assert refusal.code == "document_known"


@pytest.mark.rule("S37")
def test_a_document_number_belongs_to_a_supervisors_pause() -> None:
    table = brought_to("detailed")
    assert table.refused(VERA, "SupplyPauseDocument", document="x").code == "not_paused"
    table.act(VERA, "Pause", clause="条例第62条", document="监〔2026〕8号")
    assert next_due(table.state) is None


@pytest.mark.rule("S37")
def test_the_fault_clock_runs_only_where_the_policy_sets_one() -> None:
    table = brought_to("detailed", small_tender(technical_pause_hours="4"))
    table.act(HANA, "PauseTechnically", reason="服务器故障")
    due = table.at + 4 * HOUR_MS
    assert [type(e).__name__ for e in tick(table, due)] == ["FaultClockExpired"]
    quiet = brought_to("detailed")
    quiet.act(HANA, "PauseTechnically", reason="服务器故障")
    assert next_due(quiet.state) is None


@pytest.mark.rule("S37")
def test_time_alone_changes_nothing_when_nothing_is_due() -> None:
    assert tick(Table(), 10**15) == ()


@pytest.mark.rule("S38")
def test_the_lead_stops_an_evaluation_whose_document_is_defective() -> None:
    table = brought_to("detailed")
    table.act(HANA, "PauseTechnically", reason="核实")
    table.act("m1", "StopEvaluation", ground="document_defective", explanation="评分标准自相矛盾")
    assert (table.phase, table.state.ending) == ("evaluation_stopped", "document_defective")
    assert table.state.pause is None
    assert table.refused("m1", "StopEvaluation", ground="document_unlawful",
                         explanation="x").code == "session_over"  # fmt: skip


@pytest.mark.rule("S38")
def test_the_agency_aborts_a_session_that_cannot_be_held() -> None:
    table = Table()
    table.act(HANA, "AbortSession", reason="采购任务取消")
    assert table.phase == "aborted"
    assert table.view("m1")["phase"]["over"] is True


@pytest.mark.rule("S39")
def test_remarks_are_seen_by_watchers_and_by_the_office_that_made_them() -> None:
    table = brought_to("detailed")
    table.act(WANG, "RecordRemark", text="专家3号离席两分钟", member="m3")
    table.act(VERA, "RecordRemark", text="主场巡查正常")
    assert table.refused(VERA, "RecordRemark", text="x", member="m9").code == "member_unknown"
    assert [r["text"] for r in table.view(VERA)["remarks"]] == ["专家3号离席两分钟", "主场巡查正常"]
    assert [r["text"] for r in table.view(WANG)["remarks"]] == ["专家3号离席两分钟"]
    assert table.view(STAN)["remarks"] == table.view("m3")["remarks"] == []

"""The report, its signatures, and the close."""

import pytest

from evalroom.sessions.handwriting import MOST_POINTS
from evalroom.sessions.report import report, report_hash
from tests.sessions.cast import HANA, VERA, Table, brought_to, small_tender, with_policy


def at_signing() -> tuple[Table, str]:
    table = brought_to("signing")
    sha256 = table.state.signing.report
    assert sha256 is not None
    return table, sha256


@pytest.mark.rule("S33")
def test_a_member_signs_the_report_on_the_table_and_no_other() -> None:
    table, sha256 = at_signing()
    assert table.refused("m1", "SignReport", report="0" * 64).code == "other_report"
    table.act("m1", "SignReport", report=sha256)
    assert table.refused("m1", "SignReport", report=sha256).code == "already_settled"
    refusal = table.refused("m1", "RefuseToSign", report=sha256, reason="x")
    assert refusal.code == "already_settled"


@pytest.mark.rule("S34")
def test_dissent_refusal_and_silence_are_three_different_things_in_the_report() -> None:
    table, sha256 = at_signing()
    table.act("m1", "SignReport", report=sha256)
    table.act("m2", "SignReport", report=sha256, dissent="对B2技术分有异议")
    table.act("m3", "RefuseToSign", report=sha256, reason="不同意推荐结果")
    table.act("m4", "SignReport", report=sha256)
    assert table.refused("m1", "CloseSession").params == {"members": ["m5"]}
    assert table.refused("m1", "RecordSilentRefusal", member="m1", note="x").code == (
        "not_about_yourself"
    )
    assert table.refused("m1", "RecordSilentRefusal", member="m4", note="x").code == (
        "already_settled"
    )
    assert table.refused("m1", "RecordSilentRefusal", member="m9", note="x").code == (
        "member_unknown"
    )
    table.act("m1", "RecordSilentRefusal", member="m5", note="拒绝签字且未书面说明")
    states = {m: s["state"] for m, s in report(table.state)["signatures"].items()}
    assert states == {
        "m1": "signed",
        "m2": "signed_with_dissent",
        "m3": "refused_with_text",
        "m4": "signed",
        "m5": "refused_silent",
    }
    assert table.view("m4")["report"]["signatures"]["m2"]["text"] == "对B2技术分有异议"
    assert table.view(VERA)["report"]["signatures"]["m2"]["text"] is None
    table.act("m1", "CloseSession")
    assert table.phase == "closed"
    assert table.view(VERA)["report"]["signatures"]["m2"]["text"] == "对B2技术分有异议"


@pytest.mark.rule("S33")
def test_signing_and_pausing_never_change_what_is_signed() -> None:
    table, sha256 = at_signing()
    table.act("m2", "SignReport", report=sha256, dissent="异议")
    table.act(HANA, "PauseTechnically", reason="网络")
    table.act(HANA, "ReleaseSeat", member="m3", reason="工作站故障")
    table.act(HANA, "Resume")
    assert report_hash(table.state) == sha256


@pytest.mark.rule("S35")
def test_without_a_lead_report_and_close_need_everyones_word() -> None:
    table = brought_to("declaration", with_policy(small_tender(), lead="none"))
    table.act(HANA, "AnnounceDiscipline")
    table.everyone("Commit")
    for section in ("conformity", "technical", "business"):
        table.fill(section)
        table.everyone("CloseGroup", section=section)
    table.everyone("ConfirmPrices")
    for member in ("m1", "m2", "m3", "m4"):
        table.act(member, "SubmitReport")
    assert table.refused("m1", "SubmitReport").code == "already_confirmed"
    assert table.phase == "summary"
    table.act("m5", "SubmitReport")
    table.everyone("SignReport", report=table.state.signing.report)
    table.everyone("CloseSession")
    assert table.phase == "closed"


NAME = (((12, 30), (80, 64), (91, 120)), ((200, 20), (200, 180)))


@pytest.mark.rule("S60")
def test_a_name_written_by_hand_is_part_of_the_record_and_read_with_the_report() -> None:
    table, sha256 = at_signing()
    table.act("m1", "SignReport", report=sha256, hand=NAME)
    table.act("m2", "SignReport", report=sha256, dissent="异议", hand=NAME)
    table.act("m3", "SignReport", report=sha256)
    signatures = report(table.state)["signatures"]
    assert signatures["m1"]["hand"] == signatures["m2"]["hand"] == NAME
    assert signatures["m3"]["hand"] is None
    by_hand = {m: s["by_hand"] for m, s in table.view("m4")["report"]["signatures"].items()}
    assert by_hand == {"m1": True, "m2": True, "m3": False}
    assert report_hash(table.state) == sha256


@pytest.mark.rule("S60")
def test_a_dot_is_no_name_and_a_scribble_without_end_is_refused() -> None:
    table, sha256 = at_signing()
    dot = (((5, 5), (5, 5)), ((5, 5),))
    assert table.refused("m1", "SignReport", report=sha256, hand=dot).code == "signature_empty"
    line = tuple((at % 600, 7) for at in range(MOST_POINTS))
    refusal = table.refused("m1", "SignReport", report=sha256, hand=(line, ((1, 1),)))
    assert (refusal.code, refusal.params) == (
        "signature_too_long",
        {"points": MOST_POINTS + 1, "most": MOST_POINTS},
    )
    table.act("m1", "SignReport", report=sha256, hand=(line,))

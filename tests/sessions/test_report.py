"""The report as a value."""

from hashlib import sha256

import msgspec
import pytest

from evalroom.sessions.report import canonical, report, report_content
from tests.sessions.cast import brought_to, small_tender


@pytest.mark.rule("S49")
def test_the_report_is_reproducible_and_its_hash_is_that_of_its_canonical_json() -> None:
    first, second = (brought_to("closed", small_tender("government_procurement")) for _ in "ab")
    told = report(first.state)
    assert told["content"] == report(second.state)["content"]
    assert told["sha256"] == sha256(canonical(told["content"])).hexdigest()
    assert told["sha256"] == first.state.signing.report
    again = msgspec.json.decode(canonical(told["content"]))
    assert canonical(again) == canonical(told["content"])


@pytest.mark.rule("S49")
def test_the_report_holds_the_sheets_it_was_computed_from_and_no_float() -> None:
    content = msgspec.json.decode(canonical(report_content(brought_to("closed").state)))
    assert content["sheets"]["technical"]["m5"]["B4"]["t1"] == {"value": "10", "reason": ""}
    assert content["result"]["standings"][0]["total"] == "50.00"

    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(floats(v) for v in value.values())
        if isinstance(value, list):
            return any(floats(v) for v in value)
        return isinstance(value, float)

    assert not floats(content)


@pytest.mark.rule("S50")
def test_a_rejection_is_reported_with_item_reasons_and_place() -> None:
    table = brought_to("preliminary")
    evidence = {"document": "d1", "page": 7}
    for number, member in enumerate(table.members):
        table.enter(member, "conformity")
        if number < 3:
            failed = {"bid": "B4", "criterion": "q1", "value": "fail", "reason": f"未盖章{number}"}
            table.act(member, "EnterScores", cells=[{**failed, "evidence": evidence}])
        table.act(member, "ClosePersonally", section="conformity")
    table.act("m1", "CloseGroup", section="conformity")
    (rejection,) = report_content(table.state)["rejections"]
    assert (rejection["bid"], rejection["criterion"]) == ("B4", "q1")
    assert [r["reason"] for r in rejection["reasons"]] == ["未盖章0", "未盖章1", "未盖章2"]
    assert rejection["reasons"][0]["evidence"]["page"] == 7


@pytest.mark.rule("S50")
def test_the_vote_on_going_on_is_reported_with_its_reasons() -> None:
    table = brought_to("preliminary")
    table.fill("conformity", lambda c, bid: "pass" if bid in ("B1", "B2") else "fail")
    table.act("m1", "CloseGroup", section="conformity")
    for member in table.members:
        table.act(member, "CastVote", choice="continue", reason="仍有竞争")
    vote = report_content(table.state)["vote"]
    assert vote["outcome"] == "continue"
    assert vote["votes"]["m5"] == {"choice": "continue", "reason": "仍有竞争"}

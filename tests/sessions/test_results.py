"""Facts computed from revealed sheets, abnormal prices, and the agency's check."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from evalroom.sessions.tender.model import Benchmark
from tests.sessions.cast import HANA, VERA, Table, brought_to, small_tender

GOVERNMENT = small_tender("government_procurement")


def priced(*prices: int) -> Table:
    """A government procurement at the end of its conformity review, with these prices."""
    bids = tuple(
        replace(bid, price=Decimal(price))
        for bid, price in zip(GOVERNMENT.bids, prices, strict=True)
    )
    table = brought_to("preliminary", replace(GOVERNMENT, bids=bids))
    table.fill("conformity")
    table.act("m1", "CloseGroup", section="conformity")
    return table


@pytest.mark.rule("S27")
def test_a_majority_of_fails_rejects_a_bid_and_a_minority_does_not() -> None:
    table = brought_to("preliminary")
    for number, member in enumerate(table.members):
        table.enter(member, "conformity", lambda c, bid, n=number: (
            "fail" if (bid == "B2" and n < 3) or (bid == "B3" and n < 2) else "pass"
        ))  # fmt: skip
        table.act(member, "ClosePersonally", section="conformity")
    table.act("m1", "CloseGroup", section="conformity")
    assert table.state.rejected == {"B2": "conformity"}
    assert table.view("m1")["bids"]["B2"]["rejected"] is True
    assert table.view(VERA)["bids"]["B2"]["rejected"] is False


@pytest.mark.rule("S28")
def test_without_an_abnormally_low_price_the_phase_passes_by_itself() -> None:
    table = priced(1000, 1010, 1020, 1030)
    assert table.phase == "detailed"
    assert table.state.results.abnormal == {}


@pytest.mark.rule("S28")
def test_an_abnormally_low_price_stops_the_session_until_it_is_explained() -> None:
    table = priced(1000, 1010, 1020, 400)
    assert table.phase == "abnormal_price"
    assert table.view("m1")["pause"]["kind"] == "needs_explanation"
    assert set(table.view("m1")["results"]["abnormal"]) == {"B4"}
    assert table.view("m1")["gate"] == [
        {"code": "prices_explained", "met": False, "params": {"bids": ["B4"]}}
    ]
    for office in (HANA, VERA):
        assert table.refused(office, "Resume").code == "needs_explanation"
    table.act(HANA, "AbortSession", reason="转入线下说明程序")
    assert table.phase == "aborted"


@pytest.mark.rule("S29")
def test_prices_are_scored_when_their_phase_opens_and_every_member_confirms_them() -> None:
    table = brought_to("price")
    prices = table.state.results.prices
    assert prices is not None
    assert [str(p.points) for p in prices] == ["20.00", "19.98", "19.96", "19.94"]
    for member in ("m1", "m2", "m3", "m4"):
        table.act(member, "ConfirmPrices")
    assert table.refused("m1", "ConfirmPrices").code == "already_confirmed"
    assert table.phase == "price"
    table.act("m5", "ConfirmPrices")
    assert table.phase == "summary"


@pytest.mark.rule("S29")
def test_the_result_is_a_fact_with_totals_ranks_and_candidates() -> None:
    table = brought_to("summary")
    result = table.state.results.result
    assert result is not None
    assert [(s.bid, str(s.total), s.rank) for s in result.standings] == [
        ("B1", "50.00", 1),
        ("B2", "49.98", 2),
        ("B3", "49.96", 3),
        ("B4", "49.94", 4),
    ]
    assert [s.bid for s in result.standings if s.recommended] == ["B1", "B2", "B3"]


@pytest.mark.rule("S30")
def test_in_government_procurement_the_agency_checks_before_the_report_is_signed() -> None:
    table = brought_to("summary", GOVERNMENT)
    assert table.refused("m1", "SubmitReport").code == "result_not_verified"
    assert table.view(HANA)["results"]["result"] is not None
    table.act(HANA, "AcceptResult")
    assert table.refused(HANA, "AcceptResult").code == "already_accepted"
    late = table.refused(HANA, "RequestRecheck", ground="arithmetic_error", reason="x")
    assert late.code == "already_verified"
    table.act("m1", "SubmitReport")
    assert table.phase == "signing"


@pytest.mark.rule("S30")
def test_a_recheck_holds_the_report_until_the_committee_has_answered_on_record() -> None:
    table = brought_to("summary", GOVERNMENT)
    assert table.refused("m1", "RefuseRecheck", reason="x").code == "no_recheck_requested"
    table.act(HANA, "RequestRecheck", ground="arithmetic_error", reason="B2 合计有误")
    assert table.refused(HANA, "AcceptResult").code == "recheck_pending"
    assert table.refused("m1", "SubmitReport").code == "result_not_verified"
    assert table.view("m2")["results"]["recheck"]["ground"] == "arithmetic_error"
    table.act("m1", "RefuseRecheck", reason="已复算, 无误")
    assert table.view(HANA)["results"]["verification"] == "refused"
    table.act("m1", "SubmitReport")
    assert table.phase == "signing"


@pytest.mark.rule("S30")
def test_in_works_the_agency_sees_no_figure_before_the_report_is_closed() -> None:
    table = brought_to("summary")
    for who in (HANA, VERA, "wang"):
        assert table.view(who)["results"]["result"] is None
    assert table.view("m3")["results"]["result"] is not None
    closed = brought_to("closed")
    assert closed.view(HANA)["results"]["result"] is not None
    assert closed.view("wang")["results"]["result"] is None


@pytest.mark.rule("S29")
def test_when_no_bid_is_left_that_makes_the_benchmark_the_committee_can_only_stop() -> None:
    tender = small_tender()
    assert tender.price is not None
    rule = replace(tender.price, benchmark=Benchmark(not_in_benchmark=("B1", "B2", "B3")))
    table = brought_to("preliminary", replace(tender, price=rule))
    table.fill("conformity", lambda c, bid: "fail" if bid == "B4" else "pass")
    table.act("m1", "CloseGroup", section="conformity")
    for section in ("technical", "business"):
        table.fill(section)
        table.act("m1", "CloseGroup", section=section)
    assert table.phase == "price"
    assert table.view("m1")["pause"]["reason"] == "benchmark_missing"
    assert table.refused(HANA, "Resume").code == "needs_explanation"
    table.act("m1", "StopEvaluation", ground="document_defective", explanation="基准价无法计算")
    assert table.phase == "evaluation_stopped"

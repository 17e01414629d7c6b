from decimal import Decimal

import msgspec
import pytest

from evalroom.sessions.scoring.abnormal import review_prices
from evalroom.sessions.scoring.facts import (
    SCORING_VERSION,
    AbnormalReview,
    Outlier,
    PriceScore,
    Result,
    SectionScore,
    Verdict,
)
from evalroom.sessions.scoring.outliers import find_outliers
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.scoring.ranking import rank
from evalroom.sessions.scoring.sections import score_section
from evalroom.sessions.scoring.verdicts import judge_section
from tests.sessions.scoring.build import (
    bid,
    claim,
    column,
    deduction,
    merged,
    pass_fail,
    points,
    price_rule,
    tender,
)

ONE = tender(
    pass_fail(),
    points("quality", "40"),
    deduction(),
    bids=[bid("a", "100", claim("domestic", "0.20")), bid("b", "120")],
    price=price_rule(),
    policies={"outlier_threshold": "0.30"},
)
SHEETS = merged(
    *(column("pass pass pass", "licence", of) for of in "ab"),
    column("30 33 3", of="a"),
    column("36 38 40", of="b"),
    *(column("apply none none", "defect", of) for of in "ab"),
)


@pytest.mark.rule("C33")
def test_facts_come_back_from_an_event_as_they_went_in() -> None:
    verdicts = judge_section(ONE, "conformity", SHEETS, ["a", "b"])
    scores = score_section(ONE, "technical", SHEETS, ["a", "b"])
    prices = score_prices(ONE, ["a", "b"])
    ranked = rank(ONE, scores, prices, ["a", "b"], SHEETS)
    flags = find_outliers(ONE, ["technical"], SHEETS, ["a", "b"])
    review = review_prices(ONE, ["a", "b"])
    assert flags
    for facts, kind in (
        (verdicts, tuple[Verdict, ...]),
        (scores, tuple[SectionScore, ...]),
        (prices, tuple[PriceScore, ...]),
        (ranked, Result),
        (flags, tuple[Outlier, ...]),
        (review, AbnormalReview),
    ):
        stored = msgspec.json.encode(facts)
        assert msgspec.json.decode(stored, type=kind) == facts
        assert msgspec.json.encode(msgspec.json.decode(stored, type=kind)) == stored


@pytest.mark.rule("C2")
def test_numbers_of_facts_are_decimal_texts() -> None:
    (first, _) = score_prices(ONE, ["a", "b"])
    assert msgspec.json.decode(msgspec.json.encode(first)) == {
        "bid": "a",
        "original": "100",
        "deductions": [{"basis": "domestic", "rate": "0.20", "counted": True, "reason": ""}],
        "evaluated": "80.00",
        "benchmark": "80.00",
        "points": "30.00",
    }


@pytest.mark.rule("C19")
def test_facts_on_record_are_enough_to_rank() -> None:
    scores = [
        SectionScore("technical", of, (), Decimal(total), total)
        for of, total in (("a", "40.01"), ("b", "45.00"))
    ]
    prices = score_prices(ONE, ["a", "b"])
    ranked = rank(ONE, scores, prices, ["a", "b"], {})
    assert [(one.bid, str(one.total), one.rank) for one in ranked.standings] == [
        ("a", "70.01", 1),
        ("b", "65.00", 2),
    ]
    assert ranked.scoring_version == SCORING_VERSION == 1

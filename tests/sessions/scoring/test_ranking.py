from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.facts import Result, SectionScore
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.scoring.ranking import rank, tie_breakers
from evalroom.sessions.scoring.sections import score_section
from evalroom.sessions.tender.model import Tender, TieBreaker, TieField
from tests.sessions.scoring.build import (
    bid,
    claim,
    column,
    ids,
    merged,
    points,
    price_rule,
    rule,
    tender,
)

CHEAPER = TieBreaker("price", "ascending")
BETTER = TieBreaker("technical", "descending")
TRUSTED = TieBreaker("credit", "descending")


def scored(section: str, **totals: str) -> list[SectionScore]:
    return [
        SectionScore(section, name, (), Decimal(total), total) for name, total in totals.items()
    ]


def ranked(one: Tender, scores: Sequence[SectionScore], *valid: str) -> Result:
    valid = valid or tuple(ids(one.bids))
    return rank(one, scores, score_prices(one, valid), valid, {})


def places(result: Result) -> list[tuple[str, int]]:
    return [(standing.bid, standing.rank) for standing in result.standings]


@pytest.mark.rule("C19")
def test_the_higher_total_comes_first() -> None:
    one = tender(bids=3)
    result = ranked(one, scored("technical", b1="88", b2="91", b3="90"))
    assert places(result) == [("b2", 1), ("b3", 2), ("b1", 3)]
    assert result.scoring_version == 1


@pytest.mark.rule("C19")
def test_of_equal_totals_the_lower_price_comes_first() -> None:
    one = tender(bids=[bid("a", "100"), bid("b", "99")], tie_breakers=(CHEAPER,))
    assert places(ranked(one, scored("technical", a="89", b="89"))) == [("b", 1), ("a", 2)]


@pytest.mark.rule("C19")
def test_what_nothing_tells_apart_shares_a_rank_and_the_next_is_skipped() -> None:
    bids = [bid("a", "100"), bid("b", "100"), bid("c", "90")]
    one = tender(bids=bids, tie_breakers=(CHEAPER,))
    result = ranked(one, scored("technical", a="89", b="89", c="88"))
    assert places(result) == [("a", 1), ("b", 1), ("c", 3)]


@pytest.mark.rule("C19")
def test_technical_points_decide_when_totals_and_prices_are_equal() -> None:
    bids = [bid("a", "100"), bid("b", "100")]
    one = tender(bids=bids, tie_breakers=(CHEAPER, BETTER))
    scores = scored("technical", a="50", b="60") + scored("business", a="39", b="29")
    assert places(ranked(one, scores)) == [("b", 1), ("a", 2)]


@pytest.mark.rule("C19")
def test_credit_named_first_beats_the_price() -> None:
    bids = [
        bid("a", "99", credit_score=Decimal(90)),
        bid("b", "100", credit_score=Decimal(95)),
    ]
    one = tender(bids=bids, tie_breakers=(TRUSTED, CHEAPER))
    assert places(ranked(one, scored("technical", a="89", b="89"))) == [("b", 1), ("a", 2)]


@pytest.mark.rule("C19")
def test_the_price_that_breaks_a_tie_is_the_original_one() -> None:
    bids = [bid("a", "100", claim("other", "0.20")), bid("b", "90")]
    rules = (CHEAPER,), (TieBreaker("evaluated_price", "ascending"),)
    first = [
        ranked(
            tender(bids=bids, tie_breakers=breakers, price=price_rule("0")),
            scored("technical", a="89", b="89"),
        )
        for breakers in rules
    ]
    assert [result.standings[0].bid for result in first] == ["b", "a"]


@pytest.mark.rule("C19")
def test_which_sections_are_technical_is_the_tenders_to_say() -> None:
    one = tender(bids=2, tie_breakers=(BETTER,), policies={"technical_sections": "business"})
    scores = scored("technical", b1="50", b2="60") + scored("business", b1="39", b2="29")
    assert places(ranked(one, scores)) == [("b1", 1), ("b2", 2)]


@pytest.mark.rule("C19")
@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("price", "price_missing"),
        ("evaluated_price", "price_missing"),
        ("credit", "credit_missing"),
        ("technical", "technical_section_unknown"),
    ],
)
def test_only_a_tie_asks_for_what_may_be_missing(field: TieField, code: str) -> None:
    one = tender(bids=2, tie_breakers=(TieBreaker(field, "ascending"),))
    assert places(ranked(one, scored("business", b1="88", b2="89"))) == [("b2", 1), ("b1", 2)]
    with pytest.raises(Unscorable) as refused:
        ranked(one, scored("business", b1="89", b2="89"))
    assert refused.value.code == code


@pytest.mark.rule("C20")
def test_government_procurement_puts_the_lower_price_first_where_the_tender_is_silent() -> None:
    bids = [bid("a", "100"), bid("b", "99")]
    silent = tender(bids=bids, regime="government_procurement")
    assert places(ranked(silent, scored("technical", a="89", b="89"))) == [("b", 1), ("a", 2)]
    works = tender(bids=bids)
    assert places(ranked(works, scored("technical", a="89", b="89"))) == [("a", 1), ("b", 1)]
    by_price = tender(bids=bids, regime="government_procurement", method="lowest_price")
    assert tie_breakers(by_price) == ()


@pytest.mark.rule("C31")
def test_by_a_lowest_price_method_the_evaluated_price_orders_the_bids() -> None:
    bids = [bid("a", "100"), bid("b", "110", claim("small_micro", "0.20")), bid("c", "100")]
    one = tender(bids=bids, method="lowest_price", regime="government_procurement")
    result = ranked(one, [])
    assert places(result) == [("b", 1), ("a", 2), ("c", 2)]
    assert {str(standing.total) for standing in result.standings} == {"0.00"}


@pytest.mark.rule("C14", "C19")
def test_totals_rank_as_they_are_rounded_or_whole_if_they_are_not() -> None:
    scores = scored("technical", b1="89.001", b2="89.002")
    rounded = ranked(tender(bids=2), scores)
    assert [(str(one.total), one.rank) for one in rounded.standings] == [("89.00", 1)] * 2
    whole = ranked(tender(bids=2, aggregation=rule(round_at=())), scores)
    assert [(one.bid, str(one.total), one.exact) for one in whole.standings] == [
        ("b2", "89.00", "89.002"),
        ("b1", "89.00", "89.001"),
    ]


@pytest.mark.rule("C14")
def test_a_total_is_made_of_what_the_sections_carry_on() -> None:
    scores = [
        SectionScore("technical", "b1", (), Decimal("8.33"), "25/3"),
        SectionScore("business", "b1", (), Decimal("7.33"), "22/3"),
        SectionScore("other", "b1", (), Decimal("6.33"), "19/3"),
    ]
    (standing,) = ranked(tender(), scores).standings
    assert (str(standing.total), standing.exact) == ("22.00", "22")
    assert standing.sections == {
        "technical": Decimal("8.33"),
        "business": Decimal("7.33"),
        "other": Decimal("6.33"),
    }
    assert standing.price_points is None


@pytest.mark.rule("C12")
def test_grand_totals_of_members_are_averaged_across_sections_and_the_price_is_added() -> None:
    items = points("one", "10"), points("two", "20", section="business")
    sheets = merged(column("10 6 8 9 7", "one"), column("12 18 15 11 17", "two"))
    for level, total in (("grand_total", "53.00"), ("section_total", "52.67")):
        one = tender(
            *items,
            bids=[bid("b1", "100")],
            price=price_rule(),
            aggregation=rule(method="trimmed_mean", level=level),
        )
        sections = [
            score
            for section in ("technical", "business")
            for score in score_section(one, section, sheets, ["b1"])
        ]
        result = rank(one, sections, score_prices(one, ["b1"]), ["b1"], sheets)
        assert str(result.standings[0].total) == total
        assert [str(points) for points in result.standings[0].sections.values()] == [
            "8.00",
            "14.67",
        ]


@pytest.mark.rule("C28")
def test_a_bid_without_all_its_scores_has_no_rank() -> None:
    one = tender(bids=[bid("a", "1"), bid("b", "2")], price=price_rule())
    whole = scored("technical", a="1", b="2")
    for scores, prices in (
        (whole[:1], score_prices(one, "ab")),
        (whole, score_prices(one, "a")),
    ):
        with pytest.raises(Unscorable) as refused:
            rank(one, scores, prices, ["a", "b"], {})
        assert (refused.value.code, refused.value.params) == ("score_missing", {"bid": "b"})


@pytest.mark.rule("C19")
def test_bids_that_are_out_are_not_ranked() -> None:
    result = ranked(tender(bids=3), scored("technical", b1="1", b2="2", b3="3"), "b1", "b3")
    assert places(result) == [("b3", 1), ("b1", 2)]
    assert rank(tender(bids=3), [], (), [], {}).standings == ()


@pytest.mark.rule("C22")
def test_the_first_ranks_are_recommended_as_far_as_candidates_go() -> None:
    scores = scored("technical", b1="90", b2="89", b3="88", b4="88", b5="87")
    result = ranked(tender(bids=5), scores)
    assert [(one.rank, one.recommended, one.reason) for one in result.standings] == [
        (1, True, ""),
        (2, True, ""),
        (3, True, ""),
        (3, True, ""),
        (5, False, "beyond_candidates"),
    ]


totals = st.lists(st.integers(0, 5), min_size=1, max_size=7)


@pytest.mark.rule("C19", "C25")
@given(totals.flatmap(lambda some: st.tuples(st.just(some), st.permutations(range(len(some))))))
def test_ranks_follow_from_totals_whatever_the_order_of_the_bids(
    case: tuple[list[int], list[int]],
) -> None:
    some, order = case
    names = [f"b{place}" for place in order]
    scores = scored("technical", **{f"b{place}": str(total) for place, total in enumerate(some)})
    result = ranked(tender(bids=[bid(name) for name in names]), scores)
    assert {standing.bid: standing.rank for standing in result.standings} == {
        f"b{place}": 1 + sum(other > total for other in some) for place, total in enumerate(some)
    }
    assert [Fraction(standing.total) for standing in result.standings] == sorted(some, reverse=True)

import ast
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from evalroom.sessions.scoring.tally import Tally, tally, trace_tally
from evalroom.sessions.scoring.trace import (
    AnyStep,
    Averaged,
    Compared,
    Evaluated,
    Judged,
    Priced,
    Settled,
    Summed,
    trace_prices,
    trace_section,
)
from evalroom.sessions.tender.model import Benchmark, Level, Opening, TieBreaker
from tests.sessions.scoring.build import (
    bid,
    claim,
    column,
    deduction,
    merged,
    pass_fail,
    points,
    price_rule,
    rule,
    tender,
)

BIDS = [
    bid("a", "1000", claim("domestic", "0.20")),
    bid("b", "1200", claim("small_micro", "0.10"), claim("domestic", "0.20")),
    bid("c", "1000"),
]
ITEMS = (
    pass_fail(),
    points("one", "10"),
    points("two", "20"),
    points("same", "5", objective="each_then_match"),
    deduction(),
)
SHEETS = merged(
    *(column("pass pass pass pass fail", "licence", of.id) for of in BIDS),
    *(column("10 6 8 9 7", "one", of.id) for of in BIDS),
    *(column("12 18 15 11 17", "two", of.id) for of in BIDS),
    *(column("3 3 3 3 3", "same", of.id) for of in BIDS),
    *(column("apply apply apply none none", "defect", of.id) for of in BIDS),
)


def evaluation(level: Level = "item", **fields: object) -> tuple[Tally, tuple[AnyStep, ...]]:
    how = rule(method="trimmed_mean", level=level, **fields)
    one = tender(*ITEMS, bids=BIDS, price=price_rule(), aggregation=how)
    counted = tally(one, SHEETS)
    return counted, trace_tally(one, SHEETS, counted, members=True)


def evaluate(formula: str) -> Fraction:
    """A formula of the trace, worked out by somebody who trusts nobody."""

    def value(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return value(left) + value(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return value(left) - value(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return value(left) * value(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return value(left) / value(right)
            case _:
                return Fraction(ast.get_source_segment(formula, node) or "")

    return value(ast.parse(formula, mode="eval").body)


@pytest.mark.rule("C27")
@pytest.mark.parametrize("level", ["item", "section_total", "grand_total"])
@pytest.mark.parametrize("round_at", [(), ("item",), ("section", "total")])
def test_every_formula_gives_its_exact_value_and_rounds_to_what_was_carried_on(
    level: Level, round_at: tuple[str, ...]
) -> None:
    _, steps = evaluation(level, round_at=round_at)
    reckoned = [s for s in steps if isinstance(s, Averaged | Summed | Evaluated | Priced)]
    assert {type(step) for step in reckoned} == {Averaged, Summed, Evaluated, Priced}
    for step in reckoned:
        exact = evaluate(step.formula)
        assert Fraction(step.exact) == exact
        if step.places is None:
            assert step.value == step.exact
        else:
            scaled = exact * 10**step.places
            assert Fraction(step.value) * 10**step.places == int(scaled + Fraction(1, 2))


@pytest.mark.rule("C27")
def test_a_trace_ends_on_the_totals_of_the_result() -> None:
    for level in ("item", "section_total", "grand_total"):
        counted, steps = evaluation(level)
        totals = {
            s.bid: Fraction(s.value) for s in steps if isinstance(s, Summed) and not s.section
        }
        assert totals == {s.bid: Fraction(s.total) for s in counted.result.standings}


@pytest.mark.rule("C27")
def test_it_is_shown_who_was_dropped_and_what_was_kept() -> None:
    _, steps = evaluation()
    step = next(s for s in steps if isinstance(s, Averaged) and s.criteria == ("two",))
    assert step.method == "trimmed_mean"
    assert [(one.member, one.points) for one in step.lowest] == [("m4", "11")]
    assert [(one.member, one.points) for one in step.highest] == [("m2", "18")]
    assert step.formula == "(12 + 15 + 17) / 3"
    assert (step.exact, step.places, step.value) == ("44/3", None, "44/3")


@pytest.mark.rule("C27")
def test_without_leave_no_step_names_a_member_or_keeps_his_place() -> None:
    one = tender(*ITEMS, bids=BIDS, price=price_rule())
    traces = [
        trace_tally(one, sheets, tally(one, sheets), members=False)
        for sheets in (SHEETS, {f"m{6 - int(m[1:])}": rows for m, rows in SHEETS.items()})
    ]
    assert traces[0] == traces[1]
    assert {
        value.member
        for step in traces[0]
        if isinstance(step, Averaged)
        for value in (*step.kept, *step.lowest, *step.highest)
    } == {""}


@pytest.mark.rule("C27")
def test_votes_are_shown_with_their_count() -> None:
    _, steps = evaluation()
    assert Judged("conformity", "a", "licence", 4, 1, True) in steps
    assert Settled("technical", "a", "defect", "apply", 3, 5, "8") in steps
    assert Settled("technical", "a", "same", "3", None, None, "3") in steps


@pytest.mark.rule("C27")
def test_prices_are_shown_with_the_preferences_that_count() -> None:
    _, steps = evaluation()
    evaluated = {s.bid: s.formula for s in steps if isinstance(s, Evaluated)}
    assert evaluated == {
        "a": "1000 * (1 - 0.20)",
        "b": "1200 * (1 - 0.10 - 0.20)",
        "c": "1000",
    }
    points_of = {s.bid: (s.formula, s.exact, s.value) for s in steps if isinstance(s, Priced)}
    assert points_of["b"] == ("30 * 800.00 / 840.00", "200/7", "28.57")


@pytest.mark.rule("C27", "C32")
def test_a_price_below_a_fixed_benchmark_is_shown_with_its_cap() -> None:
    fixed = Opening(benchmark=Decimal("120.00"))
    rule = price_rule(benchmark=Benchmark(fixed_at="opening"))
    one = tender(bids=[bid("a", "100")], price=rule, opening_record=fixed)
    steps = [s for s in trace_prices(one, ["a"]) if isinstance(s, Priced)]
    assert [(s.formula, s.exact, s.value) for s in steps] == [
        ("min(30, 30 * 120.00 / 100.00)", "30", "30.00")
    ]


@pytest.mark.rule("C27")
def test_a_trace_is_of_bids_still_in_the_evaluation() -> None:
    one = tender(points(), bids=2)
    (mean, total) = trace_section(one, "technical", column("8", of="b2"), ["b2"])
    assert isinstance(mean, Averaged)
    assert isinstance(total, Summed)
    assert (mean.bid, total.bid) == ("b2", "b2")


@pytest.mark.rule("C27")
def test_a_tender_that_scores_no_price_shows_none() -> None:
    assert list(trace_prices(tender(), ["b1"])) == []
    assert list(trace_prices(tender(bids=[bid("a", "1")], price=price_rule()), [])) == []


@pytest.mark.rule("C27", "C19")
def test_each_criterion_that_a_tie_needed_is_shown() -> None:
    bids = [bid("a", "100"), bid("b", "100"), bid("c", "99")]
    breakers = TieBreaker("price", "ascending"), TieBreaker("technical", "descending")
    one = tender(points(), bids=bids, tie_breakers=breakers)
    sheets = merged(*(column("80", of=of) for of in "abc"))
    steps = trace_tally(one, sheets, tally(one, sheets), members=False)
    assert [s for s in steps if isinstance(s, Compared)] == [
        Compared("price", "ascending", {"a": "100", "b": "100", "c": "99"}, (("c",), ("a", "b"))),
        Compared("technical", "descending", {"a": "80", "b": "80"}, (("a", "b"),)),
    ]


@pytest.mark.rule("C27")
def test_a_trace_can_be_stored() -> None:
    _, steps = evaluation()
    stored = msgspec.json.encode(steps)
    assert msgspec.json.decode(stored, type=tuple[AnyStep, ...]) == steps

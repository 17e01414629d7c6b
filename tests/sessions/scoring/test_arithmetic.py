import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.arithmetic import (
    MAX_DIGITS,
    MAX_PLACES,
    cell_fault,
    cell_points,
    exact_sum,
    exact_text,
    full_mark,
    on_grid,
    parse_decimal,
    round_half_up,
)
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Criterion
from tests.sessions.scoring.build import deduction, pass_fail, points

fractions = st.fractions(
    min_value=-(10**MAX_DIGITS), max_value=10**MAX_DIGITS, max_denominator=10**9
)
numbers = st.decimals(
    min_value=0, max_value=10**9, places=MAX_PLACES, allow_nan=False, allow_infinity=False
)

FIXED = Criterion(
    "awards", "technical", "获奖", "fixed", values=tuple(map(Decimal, ("0", "2", "4", "6")))
)
OFF = Criterion(
    "errors", "technical", "差错", "deduction_range", Decimal(10), interval=Decimal("0.5")
)


@pytest.mark.rule("C2")
@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("84.125", "84.13"),  # banker's rounding gives 84.12
        ("1.005", "1.01"),  # a binary float gives 1.0
        ("2.675", "2.68"),  # a binary float gives 2.67
        ("70.045", "70.05"),  # banker's rounding gives 70.04
        ("99.995", "100.00"),
        ("-84.125", "-84.13"),
        ("-0.004", "0.00"),
        ("8", "8.00"),
        ("0.0049999999999999999999999999999999999999", "0.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert str(round_half_up(Decimal(value), 2)) == rounded
    assert str(round_half_up(Fraction(value), 2)) == rounded


@pytest.mark.rule("C2")
@pytest.mark.parametrize("places", range(MAX_PLACES + 1))
def test_a_rounded_number_shows_its_places_and_never_an_exponent(places: int) -> None:
    shown = str(round_half_up(Fraction(1, 10**9), places))
    assert shown == ("0." + "0" * places if places else "0")


@pytest.mark.rule("C2")
@pytest.mark.parametrize("places", [-1, MAX_PLACES + 1])
def test_there_are_no_more_places_than_six(places: int) -> None:
    with pytest.raises(ValueError, match="places"):
        round_half_up(Fraction(1), places)


@pytest.mark.rule("C2")
@given(fractions, st.integers(0, MAX_PLACES))
def test_rounding_is_the_nearest_multiple_and_a_tie_goes_outwards(
    value: Fraction, places: int
) -> None:
    step = Fraction(1, 10**places)
    off = Fraction(round_half_up(value, places)) - value
    assert abs(off) <= step / 2
    if abs(off) == step / 2:
        assert abs(value + off) > abs(value)


@pytest.mark.rule("C1")
@given(fractions, st.integers(0, MAX_PLACES), st.integers(1, 9))
def test_no_precision_of_a_context_changes_a_result(
    value: Fraction, places: int, precision: int
) -> None:
    expected = round_half_up(value, places)
    with decimal.localcontext() as context:
        context.prec = precision
        context.traps[decimal.Inexact] = True
        assert round_half_up(value, places) == expected
        assert str(round_half_up(expected, places)) == str(expected)


@pytest.mark.rule("C1")
@given(st.lists(st.one_of(numbers, fractions)))
def test_a_sum_is_whole(values: list[Decimal | Fraction]) -> None:
    with decimal.localcontext() as context:
        context.prec = 1
        context.traps[decimal.Inexact] = True
        found = exact_sum(values)
    assert found == sum((Fraction(value) for value in values), Fraction(0))


@pytest.mark.rule("C1")
@given(fractions)
def test_an_exact_value_survives_its_text(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(25, 3), "25/3"),
        (Fraction(28_7109375, 10**7), "28.7109375"),
        (Fraction(8), "8"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 2**40), "0.0000000000009094947017729282379150390625"),
    ],
)
def test_an_exact_value_is_written_as_a_decimal_where_its_expansion_ends(
    value: Fraction, text: str
) -> None:
    assert exact_text(value) == text


@pytest.mark.rule("C3")
@pytest.mark.parametrize("text", ["0", "-3", "6.0", "0.000001", "999999999999999.999999"])
def test_a_plain_decimal_number_is_read_as_it_is_written(text: str) -> None:
    assert str(parse_decimal(text)) == text


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " 6",
        "6 ",
        "6\n",
        "+6",
        "6.",
        ".5",
        "06",
        "-0",
        "-0.0",
        "1e3",
        "1_000",
        "1,5",
        "NaN",
        "Infinity",
        "٦",
        "\uff16",
        "六",
        "0.0000001",
        "1" * (MAX_DIGITS + 1),
        "9" * 100_000,
    ],
)
def test_anything_else_is_not_a_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"plain decimal|minus zero"):
        parse_decimal(text)


@pytest.mark.rule("C3")
def test_a_caller_may_allow_fewer_places() -> None:
    assert parse_decimal("6.5", max_places=1) == Decimal("6.5")
    with pytest.raises(ValueError, match="plain decimal"):
        parse_decimal("6.55", max_places=1)


@pytest.mark.rule("C3")
@given(numbers, numbers.filter(bool), st.integers(0, 10**6))
def test_the_grid_is_exactly_the_multiples_of_the_interval(
    value: Decimal, interval: Decimal, times: int
) -> None:
    far = Decimal(10**MAX_DIGITS)
    multiple = Fraction(value) / Fraction(interval)
    assert on_grid(value, interval, far) is (multiple == int(multiple))
    on_it = Decimal(exact_text(Fraction(interval) * times))
    assert on_grid(on_it, interval, far)


@pytest.mark.rule("C3")
def test_the_maximum_may_stand_beside_the_grid() -> None:
    interval, maximum = Decimal("0.3"), Decimal(1)
    assert [
        text
        for text in ("0", "0.3", "0.6", "0.9", "1")
        if not on_grid(Decimal(text), interval, maximum)
    ] == []
    assert not on_grid(Decimal("0.95"), interval, maximum)
    assert on_grid(Decimal("0.123456"), None, maximum)


@pytest.mark.rule("C3")
def test_an_interval_of_nothing_is_no_grid() -> None:
    with pytest.raises(Unscorable) as refused:
        on_grid(Decimal(1), Decimal(0), Decimal(2))
    assert refused.value.code == "interval_not_positive"


@pytest.mark.rule("C3", "C4")
@pytest.mark.parametrize(
    ("criterion", "value", "fault"),
    [
        (points(most="15", interval=Decimal("0.5")), "14.5", None),
        (points(most="15", interval=Decimal("0.5")), "15", None),
        (points(most="15", interval=Decimal("0.5")), "15.5", "value_out_of_range"),
        (points(most="15", interval=Decimal("0.5")), "-0.5", "value_out_of_range"),
        (points(most="15", interval=Decimal("0.5")), "14.6", "value_off_interval"),
        (points(most="15"), "14.666666", None),
        (points(most="15"), "fourteen", "value_not_a_number"),
        (OFF, "0.5", None),
        (OFF, "10.5", "value_out_of_range"),
        (FIXED, "4", None),
        (FIXED, "4.0", None),
        (FIXED, "5", "value_not_in_list"),
        (FIXED, "four", "value_not_a_number"),
        (pass_fail(), "pass", None),
        (pass_fail(), "fail", None),
        (pass_fail(), "PASS", "value_unknown"),
        (deduction(), "apply", None),
        (deduction(), "none", None),
        (deduction(), "2", "value_unknown"),
    ],
)
def test_a_cell_takes_what_its_kind_takes(
    criterion: Criterion, value: str, fault: str | None
) -> None:
    assert cell_fault(criterion, value) == fault


@pytest.mark.rule("C4")
@pytest.mark.parametrize(
    ("criterion", "value", "worth"),
    [
        (points(most="15"), "14.5", "14.5"),
        (FIXED, "6", "6"),
        (deduction(), "apply", "8"),
        (deduction(), "none", "10"),
        (OFF, "0.5", "9.5"),
        (OFF, "10", "0"),
    ],
)
def test_a_cell_is_worth_what_was_given_or_what_was_left(
    criterion: Criterion, value: str, worth: str
) -> None:
    assert str(cell_points(criterion, value)) == worth


@pytest.mark.rule("C1")
def test_what_is_left_after_a_deduction_is_exact_in_any_context() -> None:
    criterion = deduction(most="999999999999999", off="0.000001")
    with decimal.localcontext() as context:
        context.prec = 3
        left = cell_points(criterion, "apply")
    assert str(left) == "999999999999998.999999"


@pytest.mark.rule("C4")
@pytest.mark.parametrize(
    ("criterion", "value"), [(pass_fail(), "pass"), (points(most="15"), "16"), (deduction(), "2")]
)
def test_what_gives_no_points_is_not_silently_nothing(criterion: Criterion, value: str) -> None:
    with pytest.raises(Unscorable) as refused:
        cell_points(criterion, value)
    assert str(refused.value) == f"value_without_points(criterion={criterion.id})"


@pytest.mark.rule("C4")
def test_a_criterion_without_its_numbers_is_named() -> None:
    bare = Criterion("bare", "technical", "", "range")
    with pytest.raises(Unscorable, match="bare") as refused:
        cell_fault(bare, "1")
    assert refused.value.code == "points_missing"
    free = Criterion("free", "technical", "", "deduction", points=Decimal(5))
    with pytest.raises(Unscorable) as refused:
        cell_points(free, "apply")
    assert refused.value.code == "deduction_missing"


@pytest.mark.rule("C4")
def test_the_full_mark_of_a_list_is_its_best_value_unless_the_tender_says_otherwise() -> None:
    assert full_mark(FIXED) == 6
    assert full_mark(Criterion("c", "s", "", "fixed", points=Decimal(8), values=FIXED.values)) == 8

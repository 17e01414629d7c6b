"""Exact numbers: what a cell is worth, whether it may stand, and the one rounding that exists.

Between what a member typed and a declared rounding everything is a `Fraction`. `Decimal` is only
read, compared and shown: its own arithmetic rounds silently to the precision of a global context,
so none of it is used.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal, assert_never

from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Criterion

CellFaultCode = Literal[
    "value_not_a_number",
    "value_out_of_range",
    "value_off_interval",
    "value_not_in_list",
    "value_unknown",
]

# Money has two places and the finest scoring interval in use three; six leaves room, and up to six
# places the text of a Decimal never falls into exponent notation.
MAX_PLACES = 6

# Fifteen digits before the point hold any price in any currency's smallest unit; longer texts only
# cost time.
MAX_DIGITS = 15

_NUMBER = re.compile(rf"-?(?:0|[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(?:\.([0-9]+))?")


def parse_decimal(text: str, max_places: int = MAX_PLACES) -> Decimal:
    """A plain decimal number: minus if any, digits, and if any a point with digits.

    Raises ValueError for anything else, for more than `MAX_DIGITS` digits before the point or
    `max_places` after it.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or len(match[1] or "") > max_places:
        raise ValueError("not a plain decimal number")
    number = Decimal(text)
    if number.is_zero() and number.is_signed():
        raise ValueError("nothing is written as minus zero")
    return number


def round_half_up(value: Fraction | Decimal, places: int) -> Decimal:
    """Round to `places` decimals, ties away from zero; the result always shows that many.

    Raises ValueError unless 0 ≤ places ≤ `MAX_PLACES`.
    """
    if not 0 <= places <= MAX_PLACES:
        raise ValueError(f"places must be between 0 and {MAX_PLACES}")
    scaled = Fraction(value) * 10**places
    units, rest = divmod(abs(scaled.numerator), scaled.denominator)
    units += 2 * rest >= scaled.denominator
    sign = "-" if scaled < 0 and units else ""
    return Decimal(f"{sign}{units}E-{places}")


def exact_sum(values: Iterable[Decimal | Fraction]) -> Fraction:
    """The sum, whole; far cheaper over many cells than adding fraction to fraction."""
    numerator, denominator = 0, 1
    for value in values:
        units, per = value.as_integer_ratio()
        common = lcm(denominator, per)
        numerator = numerator * (common // denominator) + units * (common // per)
        denominator = common
    return Fraction(numerator, denominator)


def exact_text(value: Fraction) -> str:
    """The whole value as text that `Fraction` reads: `28.7109375`, or `25/3` if it never ends."""
    places = _places_needed(value.denominator)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    return format(Decimal(f"{value.numerator * 10**places // value.denominator}E-{places}"), "f")


def on_grid(value: Decimal, interval: Decimal | None, maximum: Decimal) -> bool:
    """Whether a value is one of 0, interval, 2·interval …, the maximum, or has no interval.

    Raises Unscorable("interval_not_positive").
    """
    if interval is None or value == maximum:
        return True
    if interval <= 0:
        raise Unscorable("interval_not_positive")
    units, per = value.as_integer_ratio()
    step, steps_per = interval.as_integer_ratio()
    return units * steps_per % (step * per) == 0


def cell_fault(criterion: Criterion, value: str) -> CellFaultCode | None:
    """Why `value` may not stand in a cell of `criterion`, or None.

    Raises Unscorable when the criterion itself lacks what its kind needs.
    """
    match criterion.kind:
        case "pass_fail":
            return None if value in ("pass", "fail") else "value_unknown"
        case "deduction":
            return None if value in ("apply", "none") else "value_unknown"
        case "fixed":
            return _fault_of_listed(criterion, value)
        case "range" | "deduction_range":
            return _fault_of_ranged(criterion, value)
        case _:
            assert_never(criterion.kind)


def cell_points(criterion: Criterion, value: str) -> Decimal:
    """Points that one cell is worth: as typed, or what a deduction leaves of the full mark.

    Raises Unscorable for a value that `cell_fault` refuses and for pass/fail items, which are worth
    no points.
    """
    if criterion.kind == "pass_fail" or cell_fault(criterion, value) is not None:
        raise Unscorable("value_without_points", criterion=criterion.id)
    match criterion.kind:
        case "range" | "fixed":
            return Decimal(value)
        case "deduction":
            lost = deduction_of(criterion) if value == "apply" else Decimal(0)
            return _difference(full_mark(criterion), lost)
        case "deduction_range":
            return _difference(full_mark(criterion), Decimal(value))
        case _:
            assert_never(criterion.kind)


def full_mark(criterion: Criterion) -> Decimal:
    """The most points the criterion can give; raises Unscorable("points_missing")."""
    if criterion.kind == "fixed" and criterion.points is None and criterion.values:
        return max(criterion.values)
    if criterion.points is None:
        raise Unscorable("points_missing", criterion=criterion.id)
    return criterion.points


def deduction_of(criterion: Criterion) -> Decimal:
    """What an applied deduction costs; raises Unscorable("deduction_missing")."""
    if criterion.deduction is None:
        raise Unscorable("deduction_missing", criterion=criterion.id)
    return criterion.deduction


def _fault_of_listed(criterion: Criterion, value: str) -> CellFaultCode | None:
    try:
        number = parse_decimal(value)
    except ValueError:
        return "value_not_a_number"
    return None if number in criterion.values else "value_not_in_list"


def _fault_of_ranged(criterion: Criterion, value: str) -> CellFaultCode | None:
    maximum = full_mark(criterion)
    try:
        number = parse_decimal(value)
    except ValueError:
        return "value_not_a_number"
    if not 0 <= number <= maximum:
        return "value_out_of_range"
    return None if on_grid(number, criterion.interval, maximum) else "value_off_interval"


def _difference(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    return Decimal(exact_text(Fraction(minuend) - Fraction(subtrahend)))


def _places_needed(denominator: int) -> int | None:
    """How many decimal places the expansion of 1/denominator has, or None when it never ends."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None

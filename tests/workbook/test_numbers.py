"""A number is read as it is shown, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from evalroom.workbook.faults import CellFault
from evalroom.workbook.numbers import shown_decimal, typed_decimal


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (2288231.72, "General", "2288231.72"),
        (2288231.72, "0.00", "2288231.72"),
        (2288231.72, "#,##0.00", "2288231.72"),
        (2288231.72, "#,##0.00_ ;[Red]\\-#,##0.00\\ ", "2288231.72"),
        (2288231.72, '"¥"#,##0.00', "2288231.72"),
        (2288231.72, '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ', "2288231.72"),
        (2288231.72, "[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00", "2288231.72"),
        (2288231.72, '0.00"元"', "2288231.72"),
        (2296472, "0.00", "2296472.00"),
        (2296472.0, "General", "2296472.0"),
        (20, "General", "20"),
        (20, "@", "20"),
        (20, "0", "20"),
        (0.5, "0.0#", "0.5"),
        (0.5, "#.##", "0.5"),
        (5, "#.##", "5"),
        (-3.5, "0.00", "-3.50"),
        (0, "0.00", "0.00"),
        (0.000001, "General", "0.000001"),
        (123456789012.345, "General", "123456789012.345"),
    ],
)
def test_a_stored_number_becomes_the_decimal_that_is_shown(
    value: float, number_format: str, shown: str
) -> None:
    assert shown_decimal(value, number_format, rate=False) == shown


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("value", "number_format", "code"),
    [
        (2288231.725, "0.00", "number_shown_rounded"),
        (12.5, "0", "number_shown_rounded"),
        (0.1 + 0.2, "General", "number_not_exact"),
        (1 / 3, "0.00", "number_not_exact"),
        (914403001922038216, "0", "number_not_exact"),
        (float("inf"), "General", "number_not_exact"),
        (1e20, "General", "decimal_too_many_digits"),
        (1e300, "0.00", "decimal_too_many_digits"),
        (0.0000001, "General", "decimal_too_many_places"),
        (0.1, "0%", "percent_in_amount"),
        (2288231.72, "0.00E+00", "number_format_unclear"),
        (2288231.72, "# ?/?", "number_format_unclear"),
        (2288231.72, "#,##0,", "number_format_unclear"),
        (2288231.72, '0.00"万元"', "number_format_unclear"),
        (2288231.72, "[DBNum2]0.00", "number_format_unclear"),
        (2288231.72, "[>100]0.00", "number_format_unclear"),
        (2288231.72, "[$" * 100_000, "number_format_unclear"),
        (2288231.72, "", ""),
    ],
)
def test_a_number_shown_otherwise_than_stored_is_refused(
    value: float, number_format: str, code: str
) -> None:
    if not code:
        assert shown_decimal(value, number_format, rate=False) == "2288231.72"
        return
    with pytest.raises(CellFault) as refused:
        shown_decimal(value, number_format, rate=False)
    assert refused.value.code == code


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.1, "0%", "0.10"),
        (0.125, "0.0%", "0.125"),
        (0.1, "0.00%", "0.1000"),
        (0.1, "0.00", "0.10"),
        (0.1, "General", "0.1"),
    ],
)
def test_a_rate_may_be_shown_in_per_cent(value: float, number_format: str, shown: str) -> None:
    assert shown_decimal(value, number_format, rate=True) == shown


def test_a_rounded_per_cent_is_refused_too() -> None:
    with pytest.raises(CellFault, match="number_shown_rounded"):
        shown_decimal(0.125, "0%", rate=True)


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("text", "rate", "read"),
    [
        ("2288231.72", False, "2288231.72"),
        ("2,288,231.72", False, "2288231.72"),
        ("¥ 2,288,231.72 元", False, "2288231.72"),
        ("-1,000", False, "-1000"),
        ("20.00", False, "20.00"),
        ("10%", True, "0.10"),
        ("10.5 %", True, "0.105"),
        ("0.10", True, "0.10"),
    ],
)
def test_a_typed_number_is_understood(text: str, rate: bool, read: str) -> None:
    assert typed_decimal(text, rate=rate) == read
    assert typed_decimal("".join(full_width(sign) for sign in text), rate=rate) == read


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("text", "rate", "code"),
    [
        ("2288,231.72", False, "decimal_malformed"),
        ("1,00", False, "decimal_malformed"),
        ("228万元", False, "decimal_malformed"),
        ("10%", False, "decimal_malformed"),
        ("十%", True, "decimal_malformed"),
        ("1 000", False, "decimal_malformed"),
        ("10²", False, "decimal_malformed"),
        ("1e5", False, "decimal_exponent"),
        ("", False, "decimal_malformed"),
        ("0.00001%", True, "decimal_too_many_places"),
    ],
)
def test_what_is_not_clearly_a_number_is_refused(text: str, rate: bool, code: str) -> None:
    with pytest.raises(CellFault) as refused:
        typed_decimal(text, rate=rate)
    assert refused.value.code == code


@pytest.mark.rule("T19")
@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 6))
def test_a_decimal_survives_being_stored_as_a_binary_number(number: Decimal, places: int) -> None:
    text = format(number, "f")
    if number.is_zero() and number.is_signed():
        text = text.removeprefix("-")
    assert shown_decimal(float(text), "0.0000", rate=False) == text
    assert Decimal(shown_decimal(float(text), "General", rate=False)) == number


def full_width(sign: str) -> str:
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign

"""One spelling for a decimal number."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.arithmetic import parse_decimal
from evalroom.sessions.tender.decimals import decimal_fault


@pytest.mark.rule("T2")
@pytest.mark.parametrize("text", ["0", "0.00", "12", "2288231.72", "-3.5", "9" * 15, "0.000001"])
def test_a_plain_decimal_is_accepted(text: str) -> None:
    assert decimal_fault(text) is None


@pytest.mark.rule("T2")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "decimal_malformed"),
        (".5", "decimal_malformed"),
        ("5.", "decimal_malformed"),
        ("+5", "decimal_malformed"),
        ("05", "decimal_malformed"),
        ("1,000", "decimal_malformed"),
        ("\uff11\uff12", "decimal_malformed"),
        ("\u0663", "decimal_malformed"),
        ("12 ", "decimal_malformed"),
        ("12\n", "decimal_malformed"),
        ("-0", "decimal_malformed"),
        ("-0.00", "decimal_malformed"),
        ("十", "decimal_malformed"),
        ("1" * 1_000_000 + "x", "decimal_malformed"),
        ("1e5", "decimal_exponent"),
        ("-1.5E-3", "decimal_exponent"),
        ("NaN", "decimal_not_finite"),
        ("-Infinity", "decimal_not_finite"),
        ("1" * 16, "decimal_too_many_digits"),
        ("0.0000001", "decimal_too_many_places"),
    ],
)
def test_any_other_spelling_is_refused_by_name(text: str, code: str) -> None:
    assert decimal_fault(text) == code


@given(st.text(alphabet="-0123456789.eE+ ", max_size=25) | st.text(max_size=10))
def test_file_and_score_agree_on_what_a_number_is(text: str) -> None:
    """What a file may hold a member may type, and the other way round."""
    try:
        parse_decimal(text)
    except ValueError:
        assert decimal_fault(text) is not None
    else:
        assert decimal_fault(text) is None
        assert format(Decimal(text), "f") == text

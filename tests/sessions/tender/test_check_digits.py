"""Numbers that prove themselves."""

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.tender.check_digits import firm_fault, person_fault, region_fault

# Codes of well-known firms, as they print them on every invoice.
FIRMS = ["914403001922038216", "9144030071526726XG", "91330100799655058B"]

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.rule("T14")
@pytest.mark.parametrize("code", FIRMS)
def test_the_code_of_a_real_firm_passes(code: str) -> None:
    assert firm_fault(code) is None


@pytest.mark.rule("T14")
@given(
    st.sampled_from(FIRMS), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY")
)
def test_one_wrong_sign_in_a_firms_code_is_noticed(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    assert firm_fault(wrong) == (None if wrong == code else "uscc_check_digit")


@pytest.mark.rule("T14")
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("914403001922038217", "uscc_check_digit"),
        ("91440300192203821", "uscc_malformed"),
        ("91440300192203821O", "uscc_malformed"),
        ("9144030071526726xg", "uscc_malformed"),
    ],
)
def test_a_wrong_firms_code_is_named(code: str, fault: str) -> None:
    assert firm_fault(code) == fault


@pytest.mark.rule("T14")
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("11010519491231002X", None),
        ("440524188001010014", None),
        ("440524188001010015", "id_card_check_digit"),
        ("44052418800101001x", "id_card_malformed"),
        ("440524188013010014", "id_card_malformed"),
        ("44052418800101001", "id_card_malformed"),
    ],
)
def test_an_identity_number_proves_itself(code: str, fault: str | None) -> None:
    assert person_fault(code) == fault


@pytest.mark.rule("T14")
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("440400", None),
        ("820000", None),
        ("990000", "region_malformed"),
        ("4404", "region_malformed"),
        ("\uff14\uff140400", "region_malformed"),
    ],
)
def test_a_region_begins_with_a_province(code: str, fault: str | None) -> None:
    assert region_fault(code) == fault

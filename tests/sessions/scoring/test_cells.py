from decimal import Decimal

import pytest

from evalroom.sessions.scoring.cells import (
    common_value,
    differing,
    entered_values,
    plain_sheets,
    structured_value,
)
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Criterion, SheetCell
from tests.sessions.scoring.build import bid, column, points, tender

MATCHING = points(objective="each_then_match")
ONE_ENTERS = points(objective="one_enters_all_confirm")
READ = points(objective="from_structured_data", source="awards", most="10")
CREDIT = points(objective="from_structured_data", source="credit_score")
THREE = ("m1", "m2", "m3")


def test_sheets_of_a_file_lose_their_reasons() -> None:
    written = tender(sheets={"m1": {"b1": {"quality": SheetCell("8", "清晰"), "record": "6"}}})
    assert plain_sheets(written) == {"m1": {"b1": {"quality": "8", "record": "6"}}}
    assert plain_sheets(tender()) == {}


@pytest.mark.rule("C9")
def test_structured_data_are_read_from_the_bid() -> None:
    one = bid("b1", data={"awards": "6"}, credit_score=Decimal("92.50"))
    assert common_value(READ, one, (), {}) == "6"
    assert common_value(CREDIT, one, (), {}) == "92.50"
    assert structured_value(CREDIT, bid("b2")) is None


@pytest.mark.rule("C9", "C28")
@pytest.mark.parametrize("data", [{}, {"awards": "11"}, {"awards": "many"}])
def test_structured_data_that_say_nothing_usable_are_missing(data: dict[str, str]) -> None:
    with pytest.raises(Unscorable) as refused:
        common_value(READ, bid("b1", data=data), (), {})
    assert refused.value.code == "data_missing"


@pytest.mark.rule("C28")
def test_a_missing_cell_is_never_taken_for_nothing() -> None:
    with pytest.raises(Unscorable) as refused:
        entered_values(MATCHING, "b1", THREE, column("6 6"))
    assert refused.value.code == "cell_missing"
    with pytest.raises(Unscorable) as refused:
        entered_values(MATCHING, "b1", (), column("6 6"))
    assert refused.value.code == "no_scorers"


@pytest.mark.rule("C9")
def test_one_entry_is_enough_where_one_enters_and_all_confirm() -> None:
    assert common_value(ONE_ENTERS, bid("b1"), THREE, column("6")) == "6"
    assert common_value(ONE_ENTERS, bid("b1"), THREE, column("6 6.0 6")) == "6"
    with pytest.raises(Unscorable) as refused:
        common_value(ONE_ENTERS, bid("b1"), THREE, {})
    assert refused.value.code == "cell_missing"


@pytest.mark.rule("C8", "C9")
@pytest.mark.parametrize("item", [MATCHING, ONE_ENTERS])
def test_there_is_no_common_value_while_members_differ(item: Criterion) -> None:
    with pytest.raises(Unscorable) as refused:
        common_value(item, bid("b1"), THREE, column("6 6 4"))
    assert (refused.value.code, refused.value.params) == (
        "mismatch",
        {"criterion": "quality", "bid": "b1"},
    )


@pytest.mark.rule("C9")
def test_numbers_are_compared_as_numbers_and_words_as_words() -> None:
    assert not differing(["6", "6.0", "6.00"])
    assert not differing([])
    assert not differing(["pass", "pass"])
    assert differing(["pass", "fail"])
    assert differing(["6", "6.000001"])

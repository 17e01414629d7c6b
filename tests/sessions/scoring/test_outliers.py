import pytest

from evalroom.sessions.scoring.facts import Outlier
from evalroom.sessions.scoring.outliers import find_outliers
from evalroom.sessions.tender.model import Level
from tests.sessions.scoring.build import column, merged, points, rule, tender

THIRD = {"outlier_threshold": "0.30"}
SUBSTITUTED = THIRD | {"outlier_substitution": "mean_of_others"}


def flags(values: str, policies: dict[str, str]) -> tuple[Outlier, ...]:
    one = tender(points(most="200"), policies=policies)
    return find_outliers(one, ["technical"], column(values), ["b1"])


@pytest.mark.rule("C24")
def test_one_of_five_far_below_the_mean_is_flagged() -> None:
    (flag,) = flags("85 88 90 86 40", THIRD)
    assert (flag.member, str(flag.value), str(flag.mean)) == ("m5", "40", "77.80")
    assert (str(flag.low), str(flag.high)) == ("54.46", "101.14")
    assert (flag.section, flag.criteria, flag.bid) == ("technical", ("quality",), "b1")
    assert flag.others_mean is flag.substituted is None


@pytest.mark.rule("C24")
def test_one_of_seven_is_flagged_with_its_deviation() -> None:
    (flag,) = flags("34 33 35 36 34.5 20 35.5", THIRD)
    assert (flag.member, str(flag.mean), str(flag.deviation)) == ("m6", "32.57", "-38.60")


@pytest.mark.rule("C24")
def test_the_mean_of_the_others_is_shown_where_the_tender_wants_it() -> None:
    (flag,) = flags("85 88 90 86 40", SUBSTITUTED)
    assert (str(flag.others_mean), str(flag.substituted)) == ("87.25", "87.25")


@pytest.mark.rule("C24")
def test_two_outliers_do_not_substitute_each_other() -> None:
    first, second = flags("50 50 50 50 50 10 90", SUBSTITUTED)
    assert (first.member, second.member) == ("m6", "m7")
    assert str(first.others_mean) == str(second.others_mean) == "50.00"
    assert str(first.substituted) == "50.00"


@pytest.mark.rule("C24")
def test_where_everybody_is_far_off_nobody_is_left_to_substitute() -> None:
    found = flags("10 90", SUBSTITUTED)
    assert [flag.others_mean for flag in found] == [None, None]


@pytest.mark.rule("C24")
def test_the_bound_itself_is_not_far() -> None:
    assert flags("70 130 100", THIRD) == ()
    assert [flag.member for flag in flags("69.9 130.1 100", THIRD)] == ["m1", "m2"]
    assert flags("0 0 0", THIRD) == ()


@pytest.mark.rule("C24")
def test_values_of_a_rejected_bid_are_not_compared() -> None:
    one = tender(points(), bids=2, policies=THIRD)
    sheets = merged(column("85 88 90 86 40"), column("85 88 90 86 40", of="b2"))
    (flag,) = find_outliers(one, ["technical"], sheets, ["b2"])
    assert flag.bid == "b2"


@pytest.mark.rule("C24")
def test_nobody_is_flagged_unless_the_tender_asks() -> None:
    assert flags("85 88 90 86 40", {}) == ()


@pytest.mark.rule("C24")
@pytest.mark.parametrize(
    ("level", "found"),
    [
        ("item", [("technical", ("one",))]),
        ("section_total", [("technical", ("one", "two"))]),
        ("grand_total", []),
    ],
)
def test_compared_is_what_the_tender_averages(
    level: Level, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    items = points("one"), points("two"), points("three", section="business")
    one = tender(*items, policies=THIRD, aggregation=rule(level=level))
    sheets = merged(
        column("40 20 42", "one"), column("10 10 10", "two"), column("100 100 100", "three")
    )
    flagged = find_outliers(one, ["technical", "business"], sheets, ["b1"])
    assert [(flag.section, flag.criteria) for flag in flagged] == found


@pytest.mark.rule("C24")
def test_a_flagged_grand_total_belongs_to_no_section() -> None:
    items = points("one"), points("two", section="business")
    one = tender(*items, policies=THIRD, aggregation=rule(level="grand_total"))
    sheets = merged(column("40 20 42", "one"), column("40 20 42", "two"))
    (flag,) = find_outliers(one, ["technical", "business"], sheets, ["b1"])
    assert (flag.section, flag.criteria, str(flag.value)) == ("", ("one", "two"), "40")

import pytest

from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Member, ScoredBy
from tests.sessions.scoring.build import column, merged, points, tender

COMMITTEE = (
    Member("ada", "专家1号", discipline="technical"),
    Member("boris", "专家2号", discipline="economic"),
    Member(
        "chen", "采购人代表", seniority="procuring_entity_representative", discipline="economic"
    ),
)


@pytest.mark.rule("C5")
@pytest.mark.parametrize(
    ("scored_by", "who"),
    [
        ("all", ("ada", "boris", "chen")),
        ("technical", ("ada",)),
        ("economic", ("boris", "chen")),
        ("experts", ("ada", "boris")),
    ],
)
def test_an_item_is_put_to_those_it_names(scored_by: ScoredBy, who: tuple[str, ...]) -> None:
    item = points(scored_by=scored_by)
    assert scorers(tender(item, members=COMMITTEE), item) == who


@pytest.mark.rule("C5")
def test_nobody_fills_what_is_read_from_structured_data() -> None:
    item = points(objective="from_structured_data", source="certificates")
    assert scorers(tender(item, members=3), item) == ()


@pytest.mark.rule("C5")
def test_without_a_committee_the_members_are_those_of_the_sheets() -> None:
    whole, part = points("whole"), points("part", scored_by="technical")
    bare = tender(whole, part)
    sheets = merged(column("1 2 3", "whole"), column("1 2", "part"))
    assert scorers(bare, whole, sheets) == ("m1", "m2", "m3")
    assert scorers(bare, part, sheets) == ("m1", "m2")
    assert scorers(bare, whole) == ()

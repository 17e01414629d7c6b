"""Who scores what: the committee's members that an item is put to."""

from collections.abc import Mapping
from typing import assert_never

from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.tender.model import Criterion, Member, Tender


def scorers(tender: Tender, criterion: Criterion, sheets: Sheets | None = None) -> tuple[str, ...]:
    """Ids of the members who fill this item, in the order of the committee.

    Nobody types structured data. A tender without a committee (arithmetic only) has the members of
    its sheets: all of them for items scored by all, else those who filled the item for some bid.
    """
    if criterion.objective == "from_structured_data":
        return ()
    if tender.committee:
        return tuple(member.id for member in tender.committee if _scores(member, criterion))
    return tuple(sorted(m for m, sheet in (sheets or {}).items() if _filled(criterion, sheet)))


def _scores(member: Member, criterion: Criterion) -> bool:
    match criterion.scored_by:
        case "all":
            return True
        case "experts":
            return member.seniority == "expert"
        case "technical" | "economic" as discipline:
            return member.discipline == discipline
        case _:
            assert_never(criterion.scored_by)


def _filled(criterion: Criterion, sheet: Mapping[str, Mapping[str, str]]) -> bool:
    return criterion.scored_by == "all" or any(criterion.id in cells for cells in sheet.values())

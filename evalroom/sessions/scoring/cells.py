"""The members' sheets: member → bid → criterion → value text, only what exists."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from evalroom.sessions.scoring.arithmetic import cell_fault, parse_decimal
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Bid, Criterion, SheetCell, Tender

Sheets = Mapping[str, Mapping[str, Mapping[str, str]]]


def plain_sheets(tender: Tender) -> dict[str, dict[str, dict[str, str]]]:
    """The sheets of a tender file without their reasons; none is an empty map."""
    return {
        member: {
            bid: {criterion: _text(cell) for criterion, cell in cells.items()}
            for bid, cells in sheet.items()
        }
        for member, sheet in (tender.sheets or {}).items()
    }


def structured_value(criterion: Criterion, bid: Bid) -> str | None:
    """What the bid's own data say for an item that nobody types, or None where they are silent."""
    if criterion.source == "credit_score":
        return None if bid.credit_score is None else format(bid.credit_score, "f")
    return bid.data.get(criterion.source)


def entered_values(
    criterion: Criterion, bid: str, members: Sequence[str], sheets: Sheets
) -> list[tuple[str, str]]:
    """(member, value) of every scorer of the item; raises Unscorable("cell_missing") when one is
    not there.
    """
    entered = _existing(criterion, bid, members, sheets)
    if len(entered) < len(members):
        raise Unscorable("cell_missing", criterion=criterion.id, bid=bid)
    if not entered:
        raise Unscorable("no_scorers", criterion=criterion.id)
    return entered


def common_value(criterion: Criterion, bid: Bid, members: Sequence[str], sheets: Sheets) -> str:
    """The one value of an objective item.

    Raises Unscorable: "data_missing", "cell_missing", or "mismatch" while the members still differ.
    """
    if criterion.objective == "from_structured_data":
        value = structured_value(criterion, bid)
        if value is None or cell_fault(criterion, value) is not None:
            raise Unscorable("data_missing", criterion=criterion.id, bid=bid.id)
        return value
    if criterion.objective == "one_enters_all_confirm":
        entered = _existing(criterion, bid.id, members, sheets)
        if not entered:
            raise Unscorable("cell_missing", criterion=criterion.id, bid=bid.id)
    else:
        entered = entered_values(criterion, bid.id, members, sheets)
    if differing(value for _, value in entered):
        raise Unscorable("mismatch", criterion=criterion.id, bid=bid.id)
    return entered[0][1]


def differing(values: Iterable[str]) -> bool:
    """Whether the values are not all one, numbers compared as numbers: `6` and `6.0` are."""
    return len({_comparable(value) for value in values}) > 1


def _existing(
    criterion: Criterion, bid: str, members: Sequence[str], sheets: Sheets
) -> list[tuple[str, str]]:
    found = []
    for member in members:
        value = sheets.get(member, {}).get(bid, {}).get(criterion.id)
        if value is not None:
            found.append((member, value))
    return found


def _comparable(value: str) -> Decimal | str:
    try:
        return parse_decimal(value)
    except ValueError:
        return value


def _text(cell: str | SheetCell) -> str:
    return cell.value if isinstance(cell, SheetCell) else cell

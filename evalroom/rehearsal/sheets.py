"""The sheets that simulated members end on: those of the tender file where it has them, otherwise
plausible values on the grid of each item.
"""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final

from msgspec import Struct

from evalroom.sessions.plan import is_typed
from evalroom.sessions.scoring.arithmetic import full_mark
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Criterion, SheetCell, Tender
from evalroom.sessions.tender.policies import policy

STEP: Final = Decimal("0.5")
"""The interval people score in where the tender names none."""

FAILING: Final = "未提供招标文件要求的证明材料"
DEDUCTED: Final = "存在偏离，按评分标准扣分"
SCORED: Final = "响应情况与招标文件要求逐项对照"
_REASONS: Final = {"fail": FAILING, "apply": DEDUCTED}


class Written(Struct, frozen=True):
    """What stands in a cell: the value, and the reason where one is due."""

    value: str
    reason: str = ""


Sheet = dict[tuple[str, str], Written]
"""One member's cells by (bid, criterion)."""


def sheets_of(tender: Tender, seed: int) -> dict[str, Sheet]:
    """Every member's whole sheet, the same for the same tender and seed."""
    made = _invented(tender, seed) if tender.sheets is None else _given(tender)
    return {
        member: {cell: _reasoned(tender, cell[1], written) for cell, written in sheet.items()}
        for member, sheet in made.items()
    }


def in_file(sheets: Mapping[str, Sheet]) -> dict[str, dict[str, dict[str, str | SheetCell]]]:
    """The sheets in the form of a tender file: member → bid → criterion → cell."""
    found: dict[str, dict[str, dict[str, str | SheetCell]]] = {}
    for member, sheet in sheets.items():
        for (bid, criterion), written in sheet.items():
            cell = SheetCell(value=written.value, reason=written.reason)
            found.setdefault(member, {}).setdefault(bid, {})[criterion] = cell
    return found


def another(criterion: Criterion, written: Written) -> Written | None:
    """Something else that may stand in the cell; None where the item allows nothing else."""
    value = _another(criterion, written.value)
    return None if value is None else Written(value, written.reason or _REASONS.get(value, ""))


def _another(criterion: Criterion, value: str) -> str | None:
    match criterion.kind:
        case "pass_fail":
            return "fail" if value == "pass" else "pass"
        case "deduction":
            return "apply" if value == "none" else "none"
        case "fixed":
            others = [v for v in criterion.values if v != Decimal(value)]
            return _text(others[0]) if others else None
        case "range" | "deduction_range":
            step = criterion.interval or STEP
            lower = Decimal(value) - step
            if lower >= 0 and lower % step == 0:
                return _text(lower)
            return "0" if Decimal(value) else _text(min(step, full_mark(criterion)))


def _given(tender: Tender) -> dict[str, Sheet]:
    return {
        member: {
            (bid, criterion): _written(cell)
            for bid, cells in sheet.items()
            for criterion, cell in cells.items()
        }
        for member, sheet in (tender.sheets or {}).items()
    }


def _written(cell: str | SheetCell) -> Written:
    if isinstance(cell, SheetCell):
        return Written(cell.value, cell.reason)
    return Written(cell)


def _invented(tender: Tender, seed: int) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {member.id: {} for member in tender.committee}
    weak = _weak_spot(tender, seed)
    for criterion in tender.criteria:
        if not is_typed(criterion):
            continue
        for bid in tender.bids:
            for member in scorers(tender, criterion):
                # An objective item has one value, whoever types it.
                who = "all" if criterion.objective or _unanimous(tender, criterion) else member
                chance = Random(f"{seed}/{criterion.id}/{bid.id}/{who}")
                quality = Random(f"{seed}/{bid.id}").uniform(0.6, 0.9)
                cell = bid.id, criterion.id
                value = _invent(criterion, quality, chance, weak=cell == weak)
                sheets[member][cell] = Written(value)
    return sheets


def _weak_spot(tender: Tender, seed: int) -> tuple[str, str] | None:
    """An item that one bid fails, where enough bids are left without it."""
    items = [c.id for c in tender.criteria if c.kind == "pass_fail" and is_typed(c)]
    if not items or len(tender.bids) <= int(policy(tender, "min_valid_bids")):
        return None
    chance = Random(f"{seed}/weak")
    return chance.choice(tender.bids).id, chance.choice(items)


def _unanimous(tender: Tender, criterion: Criterion) -> bool:
    return criterion.kind == "pass_fail" and policy(tender, "pass_fail") == "unanimous"


def _invent(criterion: Criterion, quality: float, chance: Random, *, weak: bool) -> str:
    match criterion.kind:
        case "pass_fail":
            return "fail" if weak and chance.random() < 0.8 else "pass"
        case "deduction":
            return "apply" if chance.random() < 0.1 else "none"
        case "fixed":
            place = (quality + chance.uniform(-0.1, 0.1)) * len(criterion.values)
            ordered = sorted(criterion.values)
            return _text(ordered[min(max(int(place), 0), len(ordered) - 1)])
        case "range":
            return _on_grid(criterion, quality + chance.uniform(-0.15, 0.1))
        case "deduction_range":
            return _on_grid(criterion, (1 - quality) * chance.random())


def _on_grid(criterion: Criterion, share: float) -> str:
    step, most = criterion.interval or STEP, full_mark(criterion)
    steps = int(most / step * Decimal(f"{min(max(share, 0.0), 1.0):.4f}"))
    return _text(min(step * steps, most))


def _reasoned(tender: Tender, criterion: str, written: Written) -> Written:
    if written.reason:
        return written
    required = any(c.id == criterion and c.reason_required for c in tender.criteria)
    return Written(written.value, _REASONS.get(written.value, SCORED if required else ""))


def _text(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")

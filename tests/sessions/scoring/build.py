"""Small tenders for arithmetic: say what matters, the rest has a value that changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.tender.model import (
    FORMAT,
    Aggregation,
    Bid,
    Criterion,
    Deduction,
    Lot,
    Member,
    Policy,
    PriceRule,
    Section,
    Tender,
)

TECHNICAL = Section("technical", "技术", "detailed")
BUSINESS = Section("business", "商务", "detailed")
CONFORMITY = Section("conformity", "符合性", "preliminary")


def tender(
    *criteria: Criterion,
    bids: Sequence[Bid] | int = 1,
    members: Sequence[Member] | int = 0,
    policies: Mapping[str, str] | None = None,
    **fields: Any,
) -> Tender:
    """A tender with these criteria; numbers of bids and members make b1, b2 … and m1, m2 …"""
    if isinstance(bids, int):
        bids = [bid(f"b{number}") for number in range(1, bids + 1)]
    if isinstance(members, int):
        members = [Member(f"m{number}", f"专家{number}号") for number in range(1, members + 1)]
    fields.setdefault("regime", "works")
    fields.setdefault("sections", (CONFORMITY, TECHNICAL, BUSINESS))
    return Tender(
        format=FORMAT,
        title="算例",
        lot=Lot("1", "一标段"),
        bids=tuple(bids),
        criteria=criteria,
        committee=tuple(members),
        policies=tuple(Policy(name, value) for name, value in (policies or {}).items()),
        **fields,
    )


def bid(name: str, price: str | None = None, *claims: Deduction, **fields: Any) -> Bid:
    return Bid(
        id=name,
        bidder=f"投标人{name}",
        price=None if price is None else Decimal(price),
        deductions=claims,
        **fields,
    )


def claim(basis: Any, rate: str) -> Deduction:
    return Deduction(basis, Decimal(rate))


def points(name: str = "quality", most: str = "100", **fields: Any) -> Criterion:
    """An item of kind `range`."""
    fields.setdefault("section", "technical")
    return Criterion(id=name, title=name, kind="range", points=Decimal(most), **fields)


def pass_fail(name: str = "licence", **fields: Any) -> Criterion:
    return Criterion(id=name, section="conformity", title=name, kind="pass_fail", **fields)


def deduction(name: str = "defect", most: str = "10", off: str = "2", **fields: Any) -> Criterion:
    return Criterion(
        id=name,
        section="technical",
        title=name,
        kind="deduction",
        points=Decimal(most),
        deduction=Decimal(off),
        **fields,
    )


def column(values: str, criterion: str = "quality", of: str = "b1") -> Sheets:
    """What m1, m2 … entered for one item of one bid, as one text with blanks."""
    return {
        f"m{number}": {of: {criterion: value}} for number, value in enumerate(values.split(), 1)
    }


def merged(*sheets: Sheets) -> Sheets:
    """All cells of all sheets together."""
    whole: dict[str, dict[str, dict[str, str]]] = {}
    for sheet in sheets:
        for member, rows in sheet.items():
            for of, cells in rows.items():
                whole.setdefault(member, {}).setdefault(of, {}).update(cells)
    return whole


def rule(**fields: Any) -> Aggregation:
    return Aggregation(**fields)


def price_rule(most: str = "30", **fields: Any) -> PriceRule:
    return PriceRule(points=Decimal(most), **fields)


def ids(bids: Iterable[Bid]) -> list[str]:
    return [one.id for one in bids]

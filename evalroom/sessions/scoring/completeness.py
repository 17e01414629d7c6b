"""Whether a tender file can be scored: parts that fit, complete sheets, existing prices.

This is about shape, never about law: a tender that no regulation allows is still arithmetic. Every
fault is named with its path, all at once. A bid needs no cells after the section in which it fails.
"""

from collections.abc import Collection, Iterator, Sequence

from evalroom.sessions.scoring.arithmetic import MAX_PLACES, cell_fault, exact_sum
from evalroom.sessions.scoring.cells import Sheets, plain_sheets, structured_value
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.price import original_price, price_rule
from evalroom.sessions.scoring.verdicts import judge_section, mismatches
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.faults import Fault, error, in_order, under
from evalroom.sessions.tender.model import Bid, Criterion, Tender
from evalroom.sessions.tender.policies import policy_faults


def scoring_faults(tender: Tender) -> tuple[Fault, ...]:
    """Everything that keeps the file from being scored, in the order of its paths."""
    parts = list(_faults_of_parts(tender))
    if parts:
        return in_order(parts)
    check = _SheetCheck(tender, plain_sheets(tender))
    return in_order([*check.strangers(), *check.sections()])


def _faults_of_parts(tender: Tender) -> Iterator[Fault]:
    yield from _twice("bids", [bid.id for bid in tender.bids])
    yield from _twice("sections", [section.id for section in tender.sections])
    yield from _twice("criteria", [criterion.id for criterion in tender.criteria])
    yield from _twice("committee", [member.id for member in tender.committee])
    sections = {section.id for section in tender.sections}
    for place, criterion in enumerate(tender.criteria):
        path = f"criteria[{place}]"
        if criterion.section not in sections:
            yield error(f"{path}.section", "no_such_section", id=criterion.section)
        yield from _faults_of_criterion(criterion, path)
    yield from _faults_of_rules(tender)
    yield from policy_faults(tender)


def _twice(path: str, ids: Sequence[str]) -> Iterator[Fault]:
    first: set[str] = set()
    for place, name in enumerate(ids):
        if name in first:
            yield error(f"{path}[{place}].id", "id_twice", id=name)
        first.add(name)


def _faults_of_criterion(criterion: Criterion, path: str) -> Iterator[Fault]:
    if criterion.kind in ("range", "deduction", "deduction_range") and criterion.points is None:
        yield error(f"{path}.points", "points_missing")
    if criterion.kind == "fixed" and not criterion.values:
        yield error(f"{path}.values", "values_missing")
    if criterion.kind == "deduction":
        yield from _faults_of_deduction(criterion, path)
    if criterion.interval is not None and criterion.interval <= 0:
        yield error(f"{path}.interval", "interval_not_positive")


def _faults_of_deduction(criterion: Criterion, path: str) -> Iterator[Fault]:
    off, points = criterion.deduction, criterion.points
    if off is None:
        yield error(f"{path}.deduction", "deduction_missing")
    elif points is not None and not 0 <= off <= points:
        yield error(f"{path}.deduction", "deduction_beyond_points", points=f"{points:f}")


def _faults_of_rules(tender: Tender) -> Iterator[Fault]:
    rule = tender.aggregation
    places = {"aggregation.places": rule.places}
    if tender.price is not None:
        places["price.places"] = tender.price.places
        places["price.evaluated_price_places"] = tender.price.evaluated_price_places
        if tender.price.points < 0:
            yield error("price.points", "amount_not_positive")
    for path, value in places.items():
        if value > MAX_PLACES:
            yield error(path, "too_many_places", limit=MAX_PLACES)
    if rule.method == "trimmed_mean" and rule.min_members_to_trim <= 2 * rule.trim_each_side:
        yield error("aggregation.min_members_to_trim", "trim_leaves_nobody")
    for place, bid in enumerate(tender.bids):
        yield from _faults_of_claims(bid, f"bids[{place}].deductions")


def _faults_of_claims(bid: Bid, path: str) -> Iterator[Fault]:
    for place, claim in enumerate(bid.deductions):
        if not 0 <= claim.rate < 1:
            yield error(f"{path}[{place}].rate", "rate_beyond_one")
    if exact_sum(claim.rate for claim in bid.deductions) >= 1:
        yield error(path, "deductions_take_all")


class _SheetCheck:
    """The sheets beside the tender, with who scores what looked up once."""

    def __init__(self, tender: Tender, sheets: Sheets) -> None:
        self.tender = tender
        self.sheets = sheets
        self.scorers = {item.id: scorers(tender, item, sheets) for item in tender.criteria}
        self.absent = [
            member.id
            for member in tender.committee
            if member.id not in sheets and any(member.id in who for who in self.scorers.values())
        ]

    def strangers(self) -> Iterator[Fault]:
        """Sheets, rows and cells of no member, no bid, no item, or of an item that others score."""
        members = {member.id for member in self.tender.committee} or set(self.sheets)
        bids = {bid.id for bid in self.tender.bids}
        for member, sheet in self.sheets.items():
            path = under("sheets", member)
            if member not in members:
                yield error(path, "member_unknown")
                continue
            for bid, cells in sheet.items():
                if bid not in bids:
                    yield error(under(path, bid), "bid_unknown")
                    continue
                for item in cells:
                    if item not in self.scorers:
                        yield error(under(under(path, bid), item), "criterion_unknown")
                    elif member not in self.scorers[item]:
                        yield error(under(under(path, bid), item), "not_a_scorer")

    def sections(self) -> Iterator[Fault]:
        """What is missing or may not stand, section by section, following the bids as they fail."""
        typed = any(c.objective != "from_structured_data" for c in self.tender.criteria)
        if typed and not self.sheets:
            yield error("sheets", "missing")
            return
        for member in self.absent:
            yield error(under("sheets", member), "sheet_missing")
        valid = {bid.id for bid in self.tender.bids}
        for section in self.tender.sections:
            faulty: set[str] = set()
            for bid, fault in self._section(section.id, valid):
                faulty.add(bid)
                yield fault
            valid -= self._failed(section.id, valid - faulty)
        yield from self._prices(valid)

    def _section(self, section: str, valid: Collection[str]) -> Iterator[tuple[str, Fault]]:
        for place, item in enumerate(self.tender.criteria):
            if item.section != section:
                continue
            if item.objective != "from_structured_data" and not self.scorers[item.id]:
                yield (
                    "",
                    error(f"criteria[{place}].scored_by", "no_scorers", scored_by=item.scored_by),
                )
                continue
            for number, bid in enumerate(self.tender.bids):
                if bid.id not in valid:
                    continue
                faults = list(self._cells(item, number, bid))
                if not faults and mismatches(self.tender, [item], self.sheets, [bid.id]):
                    faults = [error(f"criteria[{place}]", "values_differ", bid=bid.id)]
                for fault in faults:
                    yield bid.id, fault

    def _cells(self, item: Criterion, number: int, bid: Bid) -> Iterator[Fault]:
        if item.objective == "from_structured_data":
            yield from _structured(item, f"bids[{number}]", bid)
            return
        one_is_enough = item.objective == "one_enters_all_confirm"
        filled = False
        for member in self.scorers[item.id]:
            value = self.sheets.get(member, {}).get(bid.id, {}).get(item.id)
            path = under(under(under("sheets", member), bid.id), item.id)
            if value is not None:
                filled = True
                if code := cell_fault(item, value):
                    yield error(path, code)
            elif not one_is_enough and member not in self.absent:
                yield error(path, "cell_missing")
        if one_is_enough and not filled:
            yield error("sheets", "item_missing", criterion=item.id, bid=bid.id)

    def _failed(self, section: str, sound: Collection[str]) -> set[str]:
        """Bids that the section rejects, as far as their cells are there to say so."""
        failed = set()
        for bid in sound:
            try:
                verdicts = judge_section(self.tender, section, self.sheets, [bid])
            except Unscorable:
                continue
            failed |= {verdict.bid for verdict in verdicts if not verdict.passed}
        return failed

    def _prices(self, valid: Collection[str]) -> Iterator[Fault]:
        if price_rule(self.tender) is None:
            return
        for number, bid in enumerate(self.tender.bids):
            if bid.id in valid:
                try:
                    original_price(self.tender, bid)
                except Unscorable as fault:
                    yield error(f"bids[{number}].price", fault.code)


def _structured(item: Criterion, path: str, bid: Bid) -> Iterator[Fault]:
    path = (
        under(path, "credit_score")
        if item.source == "credit_score"
        else under(f"{path}.data", item.source)
    )
    value = structured_value(item, bid)
    if value is None:
        yield error(path, "data_missing", criterion=item.id)
    elif cell_fault(item, value) is not None:
        yield error(path, "data_does_not_fit", criterion=item.id)

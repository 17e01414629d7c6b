"""How a result came about, step by step: what was averaged, dropped, rounded, summed, compared.

Steps are computed by the same functions as the result. Numbers are texts: `exact` is the whole
value before rounding, `value` what was carried on, `places` where it was rounded, None where it was
not. Names of members stand in a trace only if asked for, for a published result; otherwise the
values are sorted, so that no place in a row names its author.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from evalroom.sessions.scoring.aggregation import Average, Entered
from evalroom.sessions.scoring.arithmetic import exact_sum, exact_text, round_half_up
from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.scoring.facts import Claim, PriceScore, SectionScore, Verdict
from evalroom.sessions.scoring.price import (
    evaluate_price,
    exact_points,
    find_benchmark,
    price_rule,
)
from evalroom.sessions.scoring.ranking import Split, add_up, order
from evalroom.sessions.scoring.sections import (
    Part,
    Plan,
    Work,
    plan_sections,
    work_grand_total,
    work_section,
)
from evalroom.sessions.tender.model import Bid, PriceRule, Tender


class Step(Struct, frozen=True, tag_field="step"):
    """One step of the way from sheets to ranks."""


class Judged(Step, frozen=True, tag="judged"):
    """A pass/fail item: how many scorers passed and failed the bid."""

    section: str
    bid: str
    criterion: str
    passes: int
    fails: int
    passed: bool


class MemberValue(Struct, frozen=True):
    """A member's points for one unit; `member` is empty where names are not to be shown."""

    member: str
    points: str


class Averaged(Step, frozen=True, tag="averaged"):
    """One value out of the members': `kept` were averaged, `lowest` and `highest` left out.

    `criteria` are the items that each member's points are the sum of; `section` is empty for grand
    totals.
    """

    section: str
    bid: str
    criteria: tuple[str, ...]
    method: str
    kept: tuple[MemberValue, ...]
    lowest: tuple[MemberValue, ...]
    highest: tuple[MemberValue, ...]
    formula: str
    exact: str
    places: int | None
    value: str


class Settled(Step, frozen=True, tag="settled"):
    """An item that is one for all: a common value, or `votes` of `of` for a deduction."""

    section: str
    bid: str
    criterion: str
    entered: str
    votes: int | None
    of: int | None
    value: str


class Summed(Step, frozen=True, tag="summed"):
    """The sum of a section, or with an empty `section` the total with the price points."""

    section: str
    bid: str
    formula: str
    exact: str
    places: int | None
    value: str


class Evaluated(Step, frozen=True, tag="evaluated"):
    """The price that is compared: the original price less the preferences that count."""

    bid: str
    claims: tuple[Claim, ...]
    formula: str
    exact: str
    places: int | None
    value: str


class Priced(Step, frozen=True, tag="priced"):
    """The points of a price: full mark × benchmark ÷ evaluated price."""

    bid: str
    formula: str
    exact: str
    places: int | None
    value: str


class Compared(Step, frozen=True, tag="compared"):
    """Bids equal so far, told apart by a further criterion; `groups` are best first."""

    field: str
    direction: str
    values: dict[str, str]
    groups: tuple[tuple[str, ...], ...]


AnyStep = Judged | Averaged | Settled | Summed | Evaluated | Priced | Compared


def trace_verdicts(verdicts: Mapping[str, Iterable[Verdict]]) -> Iterator[AnyStep]:
    """Section → its verdicts, item by item."""
    for section, judged in verdicts.items():
        for verdict in judged:
            for item in verdict.items:
                yield Judged(
                    section, verdict.bid, item.criterion, item.passes, item.fails, item.passed
                )


def trace_section(
    tender: Tender, section: str, sheets: Sheets, valid: Collection[str], members: bool = False
) -> Iterator[AnyStep]:
    """How each valid bid's points of one section came about."""
    plan = plan_sections(tender, (section,), sheets)
    rounds = tender.aggregation.level != "grand_total" and "section" in tender.aggregation.round_at
    for bid in tender.bids:
        if bid.id in valid:
            work = work_section(plan, bid)
            yield from _parts(plan, work, section, members)
            places = tender.aggregation.places if rounds else None
            yield _summed(section, work.bid, [p.points for p in work.parts], work.carried, places)


def trace_prices(tender: Tender, valid: Collection[str]) -> Iterator[AnyStep]:
    """How each valid bid's price points came about."""
    rule = price_rule(tender)
    if rule is None or not valid:
        return
    benchmark = find_benchmark(tender, valid)
    for bid in tender.bids:
        if bid.id in valid:
            yield from _price(tender, bid, valid, rule, benchmark)


def trace_ranking(
    tender: Tender,
    section_scores: Sequence[SectionScore],
    price_scores: Sequence[PriceScore],
    valid: Collection[str],
    sheets: Sheets,
    members: bool = False,
) -> Iterator[AnyStep]:
    """How each total came about, and how bids with equal totals were told apart."""
    rule = tender.aggregation
    scored = add_up(tender, section_scores, price_scores, valid, sheets)
    plan = plan_sections(tender, {score.section for score in section_scores}, sheets)
    for one in scored:
        if rule.level == "grand_total":
            work = work_grand_total(plan, one.bid)
            yield from _parts(plan, work, "", members)
            terms = [part.points for part in work.parts]
        else:
            terms = [Fraction(score.exact) for score in one.sections.values()]
        terms += [Fraction(one.price.points)] if one.price else []
        places = rule.places if "total" in rule.round_at else None
        yield _summed("", one.bid.id, terms, one.total, places)
    yield from map(_compared, order(tender, scored)[1])


def _parts(plan: Plan, work: Work, section: str, members: bool) -> Iterator[AnyStep]:
    rule = plan.tender.aggregation
    rounds = rule.level == "item" and "item" in rule.round_at
    for part in work.parts:
        if part.average is None:
            yield _settled(section, work.bid, part)
        else:
            places = rule.places if rounds else None
            yield _averaged(section, work.bid, part, part.average, places, members)


def _averaged(
    section: str, bid: str, part: Part, average: Average, places: int | None, members: bool
) -> Averaged:
    terms = " + ".join(exact_text(one.points) for one in average.kept)
    divided = len(average.kept) > 1
    return Averaged(
        section,
        bid,
        criteria=tuple(criterion.id for criterion in part.criteria),
        method=average.method,
        kept=_shown(average.kept, members),
        lowest=_shown(average.lowest, members),
        highest=_shown(average.highest, members),
        formula=f"({terms}) / {len(average.kept)}" if divided else terms,
        exact=exact_text(average.exact),
        places=places,
        value=exact_text(part.points),
    )


def _shown(entered: Iterable[Entered], members: bool) -> tuple[MemberValue, ...]:
    """`entered` is sorted by points; without names equal values cannot be told apart."""
    return tuple(
        MemberValue(one.member if members else "", exact_text(one.points)) for one in entered
    )


def _settled(section: str, bid: str, part: Part) -> Settled:
    return Settled(
        section,
        bid,
        criterion=part.criteria[0].id,
        entered=part.value,
        votes=part.vote.votes if part.vote else None,
        of=part.vote.of if part.vote else None,
        value=exact_text(part.points),
    )


def _summed(
    section: str, bid: str, terms: Sequence[Fraction], carried: Fraction, places: int | None
) -> Summed:
    formula = " + ".join(map(exact_text, terms)) or "0"
    exact = exact_text(exact_sum(terms))
    return Summed(section, bid, formula, exact, places, exact_text(carried))


def _price(
    tender: Tender, bid: Bid, valid: Collection[str], rule: PriceRule, benchmark: Decimal
) -> Iterator[AnyStep]:
    found = evaluate_price(tender, bid, valid, rule)
    off = "".join(f" - {claim.rate:f}" for claim in found.claims if claim.counted)
    yield Evaluated(
        bid.id,
        found.claims,
        formula=f"{found.original:f} * (1{off})" if off else f"{found.original:f}",
        exact=exact_text(found.exact),
        places=rule.evaluated_price_places,
        value=f"{found.price:f}",
    )
    exact = exact_points(rule, benchmark, found.price)
    formula = f"{rule.points:f} * {benchmark:f} / {found.price:f}"
    yield Priced(
        bid.id,
        formula=formula if benchmark <= found.price else f"min({rule.points:f}, {formula})",
        exact=exact_text(exact),
        places=rule.places,
        value=f"{round_half_up(exact, rule.places):f}",
    )


def _compared(split: Split) -> Compared:
    values = {bid: exact_text(value) for bid, value in split.values.items()}
    return Compared(split.rule.field, split.rule.direction, values, split.groups)

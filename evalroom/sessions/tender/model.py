"""The tender as a value: everything the committee needs to know before it sits down.

Money, points and rates are `Decimal`, written as decimal strings in files and on the wire; a JSON
number is refused so that no binary fraction can ever slip in. Identifiers inside one tender
(`Bid.id`, `Criterion.id`, …) are short opaque strings; identifiers from the outside world are pairs
of scheme and text, and are never refused for their length.

Nothing here is checked beyond its type: `validation` says whether the parts fit together and
whether the law allows them.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

FORMAT = "evalroom-tender/1"

Regime = Literal["works", "works_two_envelope", "government_procurement"]
Method = Literal["comprehensive", "lowest_evaluated", "lowest_price"]
Category = Literal["works", "goods", "services"]
Stage = Literal["preliminary", "detailed"]
Kind = Literal["pass_fail", "range", "fixed", "deduction", "deduction_range"]
ObjectiveMode = Literal["each_then_match", "one_enters_all_confirm", "from_structured_data"]
ScoredBy = Literal["all", "technical", "economic", "experts"]
Seniority = Literal["expert", "procuring_entity_representative"]
Discipline = Literal["technical", "economic"]
VenueRole = Literal["main", "sub"]
FirmSize = Literal["micro", "small", "medium", "large"]
Basis = Literal["small_micro", "consortium", "subcontract", "domestic", "other"]
Level = Literal["item", "section_total", "grand_total"]
TieField = Literal["total", "price", "evaluated_price", "technical", "credit"]


class Frozen(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A value of the tender file; unknown fields are faults."""


class Lot(Frozen, frozen=True):
    """标段 / 包: what one session evaluates."""

    id: str
    title: str


class Evidence(Frozen, frozen=True):
    """A place in a bid: document, page from 1, rectangle as left, top, right, bottom in thousandths
    of the page.
    """

    document: str
    page: int
    rectangle: tuple[int, int, int, int] | None = None


class Deduction(Frozen, frozen=True):
    """One price preference a bid claims (价格扣除): `rate` 0.10 is ten per cent of the price."""

    basis: Basis
    rate: Decimal
    evidence: str = ""


class Partner(Frozen, frozen=True):
    """A member of a consortium and its share of the contract as a fraction."""

    name: str
    uscc: str = ""
    share: Decimal | None = None
    size: FirmSize | None = None


class Document(Frozen, frozen=True):
    """A file of a bid, named by its SHA-256; `section` seals it until that stage opens."""

    id: str
    title: str
    sha256: str
    pages: int | None = None
    section: str | None = None


class Bid(Frozen, frozen=True):
    """投标文件: one bidder's offer for the lot. `price` is the original one; nothing changes it."""

    id: str
    bidder: str
    price: Decimal | None = None
    uscc: str = ""
    consortium: tuple[Partner, ...] = ()
    size: FirmSize | None = None
    manufacturer_size: FirmSize | None = None
    domestic_ratio: Decimal | None = None
    brand: str = ""
    deductions: tuple[Deduction, ...] = ()
    fingerprints: dict[str, str] = field(default_factory=dict)
    credit_score: Decimal | None = None
    file_hash: str = ""
    data: dict[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()


class Section(Frozen, frozen=True):
    """A group of criteria that is opened, closed and revealed as one (符合性, 技术, 商务 …)."""

    id: str
    title: str
    stage: Stage


class Band(Frozen, frozen=True):
    """A named part of a range without gaps between neighbours: 优 13≤x≤15, 良 10≤x<13."""

    label: str
    low: Decimal
    high: Decimal
    includes_high: bool = False


class Criterion(Frozen, frozen=True):
    """评审因素: one item every scorer fills for every bid.

    - `pass_fail`: value `pass` or `fail`.
    - `range`: points in [0, `points`], on the grid of `interval` if one is given.
    - `fixed`: one of `values`.
    - `deduction`: value `apply` or `none`; `apply` costs `deduction` points of `points`.
    - `deduction_range`: points taken off, in [0, `points`], on the grid of `interval`.

    `objective` makes the item equal for all scorers, never averaged. With `from_structured_data`
    the server reads `bids[].data[source]` (or `credit_score`) and nobody types it.
    """

    id: str
    section: str
    title: str
    kind: Kind
    points: Decimal | None = None
    interval: Decimal | None = None
    values: tuple[Decimal, ...] = ()
    deduction: Decimal | None = None
    objective: ObjectiveMode | None = None
    source: str = ""
    scored_by: ScoredBy = "all"
    clause: str = ""
    guidance: str = ""
    bands: tuple[Band, ...] = ()
    reason_required: bool = False


class Aggregation(Frozen, frozen=True):
    """How the members' scores become one (评分汇总办法); the choice changes winners."""

    method: Literal["mean", "trimmed_mean", "median"] = "mean"
    trim_each_side: int = 1
    min_members_to_trim: int = 5
    level: Level = "item"
    round_at: tuple[Literal["item", "section", "total"], ...] = ("section", "total")
    places: int = 2


class Benchmark(Frozen, frozen=True):
    """评标基准价: when it is fixed and what it is made from."""

    fixed_at: Literal["opening", "after_preliminary", "price_phase"] = "price_phase"
    basis: str = ""
    not_in_benchmark: tuple[str, ...] = ()


class AbnormalPrice(Frozen, frozen=True):
    """Rates below which a price must be explained (异常低价审查).

    Source: 财库 2026 年 2 号, in force from 2026-02-01.
    """

    of_mean: Decimal = Decimal("0.50")
    of_next_lowest: Decimal = Decimal("0.50")
    of_ceiling: Decimal = Decimal("0.45")


class PriceRule(Frozen, frozen=True):
    """The price score: `points` is its full mark."""

    points: Decimal
    family: Literal["lowest_first"] = "lowest_first"
    visible: Literal["at_opening", "hidden_until_technical_closed", "second_opening"] = "at_opening"
    places: int = 2
    evaluated_price_places: int = 2
    benchmark: Benchmark = Benchmark()
    abnormal: AbnormalPrice = AbnormalPrice()


class TieBreaker(Frozen, frozen=True):
    """One further criterion for equal totals, e.g. price ascending."""

    field: TieField
    direction: Literal["ascending", "descending"]


class Opening(Frozen, frozen=True):
    """开标记录, imported: prices read out, parameters drawn, a benchmark if it was fixed there."""

    at: str = ""
    prices: dict[str, Decimal] = field(default_factory=dict)
    draws: dict[str, str] = field(default_factory=dict)
    benchmark: Decimal | None = None


class Member(Frozen, frozen=True):
    """A member of the committee. `alias` is what others see (专家1号); the name stays secret.

    `identifiers` are pairs of scheme and text, such as 专家编号; never for a screen.
    """

    id: str
    alias: str
    name: str = ""
    seniority: Seniority = "expert"
    discipline: Discipline = "technical"
    identifiers: dict[str, str] = field(default_factory=dict)


class Venue(Frozen, frozen=True):
    """A place of the session: one main venue (主场) and any number of sub-venues (副场).

    `region` is the six digits of GB/T 2260 (行政区划代码).
    """

    id: str
    title: str
    role: VenueRole = "sub"
    region: str = ""


class Seat(Frozen, frozen=True):
    """A workstation (工位) of a venue and the member who is to sit there."""

    workstation: str
    venue: str
    member: str


class Policy(Frozen, frozen=True):
    """A rule that differs by place: name, value, the clause it rests on, the day it holds from."""

    name: str
    value: str
    source_clause: str = ""
    effective_from: str = ""


class SheetCell(Frozen, frozen=True):
    """One cell of a sheet in the file: the value with its reason."""

    value: str
    reason: str = ""


class Tender(Frozen, frozen=True):
    """One lot of one tender with its bids, rules, committee and places.

    `sheets` (member → bid → criterion → cell) are for recomputing and rehearsing only.
    """

    format: str
    title: str
    regime: Regime
    lot: Lot
    bids: tuple[Bid, ...]
    sections: tuple[Section, ...]
    criteria: tuple[Criterion, ...]
    method: Method = "comprehensive"
    category: Category = "services"
    procuring_entity: str = ""
    agent: str = ""
    region: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    budget: Decimal | None = None
    ceiling_price: Decimal | None = None
    reserved_for_small: bool = False
    core_product: str = ""
    opening_record: Opening | None = None
    aggregation: Aggregation = Aggregation()
    price: PriceRule | None = None
    tie_breakers: tuple[TieBreaker, ...] = ()
    candidates: int = 3
    committee: tuple[Member, ...] = ()
    venues: tuple[Venue, ...] = ()
    seats: tuple[Seat, ...] = ()
    policies: tuple[Policy, ...] = ()
    sheets: dict[str, dict[str, dict[str, str | SheetCell]]] | None = None
    notes: str = ""

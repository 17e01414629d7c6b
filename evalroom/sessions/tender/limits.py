"""How big a tender file may be, part by part: each limit with its value and its reason.

The largest session anybody has reported holds 119 bids in one package. The limits leave room above
it: 119 bids × 200 criteria × 15 members are 357,000 cells.
"""

from typing import NamedTuple


class Limit(NamedTuple):
    """A name that fault and manual show, the largest value allowed, and why."""

    name: str
    value: int
    reason: str


FILE_BYTES = Limit("file_bytes", 32 * 2**20, "357,000 cells with ids and short reasons take 25 MB.")
CONTAINERS = Limit(
    "containers",
    500_000,
    "Opening brackets and braces; 357,000 cells with a reason each have one. Counted before "
    "parsing, because an empty list takes twenty times its two characters in memory.",
)
VALUES = Limit("values", 2_000_000, "Commas, counted before parsing for the same reason.")
FAULTS = Limit("faults", 1_000, "Nobody mends more at a time; a broken file could have millions.")
SHOWN_CHARS = Limit("shown_chars", 40, "What a fault quotes; the path leads to the rest.")
PATH_KEY_CHARS = Limit("path_key_chars", 64, "What a path shows of an unusual key.")

BIDS = Limit("bids", 300, "119 in the largest package known.")
CRITERIA = Limit("criteria", 300, "200 in the largest catalogue known.")
SECTIONS = Limit("sections", 50, "A section is opened, closed and revealed by hand.")
MEMBERS = Limit("members", 31, "Committees have 5 to 9 members, design juries up to 15.")
CELLS = Limit("cells", 400_000, "Members × bids × criteria of one session: 119 × 200 × 15.")
VENUES = Limit("venues", 31, "No more places than members.")
POLICIES = Limit("policies", 100, "Every policy once, with room to grow.")
DOCUMENTS = Limit("documents", 500, "Files of one bid; large ones come in some hundred.")
PARTNERS = Limit("partners", 20, "Firms in one consortium.")
DEDUCTIONS = Limit("deductions", 20, "Price preferences claimed by one bid; there are five bases.")
BANDS = Limit("bands", 20, "Named parts of one range; 优 良 中 差 are four.")
LIST_VALUES = Limit("list_values", 200, "Values of a fixed list: 0 to 100 in steps of a half.")
TIE_BREAKERS = Limit("tie_breakers", 10, "There are five fields to choose from.")
ROUNDINGS = Limit("roundings", 3, "Item, section, total.")
ENTRIES = Limit("entries", 200, "Pairs of one table of names and texts: fingerprints, data, draws.")

IDENTIFIER_CHARS = Limit("identifier_chars", 64, "Ids stand in every change and path of a session.")
KEY_CHARS = Limit("key_chars", 100, "Names of schemes, data and drawn parameters.")
LINE_CHARS = Limit("line_chars", 500, "Titles, names and clauses: what fits a row on paper.")
CELL_CHARS = Limit("cell_chars", 32, "A score with its six places, `pass`, `apply`.")
REASON_CHARS = Limit("reason_chars", 4_000, "As for a reason given live: a page of a minute book.")
PROSE_CHARS = Limit("prose_chars", 20_000, "Notes and guidance; below the 32,767 of a cell.")

DECIMAL_DIGITS = Limit("decimal_digits", 15, "Digits before the point: any price in any currency.")
DECIMAL_PLACES = Limit("decimal_places", 6, "Digits after the point: money has 2, rates up to 5.")
WHOLE_NUMBER = Limit("whole_number", 1_000_000, "Page counts and places; far from any overflow.")
ROUNDING_PLACES = Limit("rounding_places", 6, "As many as a decimal may have.")

EVERY = tuple(limit for limit in list(globals().values()) if isinstance(limit, Limit))

LISTS: dict[str, Limit] = {
    "Tender.bids": BIDS,
    "Tender.sections": SECTIONS,
    "Tender.criteria": CRITERIA,
    "Tender.committee": MEMBERS,
    "Tender.venues": VENUES,
    "Tender.seats": MEMBERS,
    "Tender.policies": POLICIES,
    "Tender.tie_breakers": TIE_BREAKERS,
    "Tender.sheets": BIDS,
    "Opening.prices": BIDS,
    "Bid.consortium": PARTNERS,
    "Bid.deductions": DEDUCTIONS,
    "Bid.documents": DOCUMENTS,
    "Criterion.values": LIST_VALUES,
    "Criterion.bands": BANDS,
    "Aggregation.round_at": ROUNDINGS,
    "Benchmark.not_in_benchmark": BIDS,
}
"""Most parts of a list or a table of names; `ENTRIES` where nothing is said."""

IDENTIFIERS = frozenset(
    {
        "Lot.id",
        "Bid.id",
        "Document.id",
        "Document.section",
        "Section.id",
        "Criterion.id",
        "Criterion.section",
        "Criterion.source",
        "Member.id",
        "Venue.id",
        "Seat.workstation",
        "Seat.venue",
        "Seat.member",
        "Policy.name",
        "Benchmark.not_in_benchmark",
    }
)

TEXTS: dict[str, Limit] = {
    **dict.fromkeys(IDENTIFIERS, IDENTIFIER_CHARS),
    "Tender.notes": PROSE_CHARS,
    "Criterion.guidance": PROSE_CHARS,
    "SheetCell.value": CELL_CHARS,
    "SheetCell.reason": REASON_CHARS,
    "Tender.sheets": CELL_CHARS,
}
"""Longest text of a field; `LINE_CHARS` where nothing is said."""

PROSE = frozenset({"Tender.notes", "Criterion.guidance", "SheetCell.reason"})
"""Fields that may run over several lines; all others are one line."""

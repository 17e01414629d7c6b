"""A tender written into a workbook and read again is the same tender."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from evalroom.sessions.tender import model
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.reading import read_value
from evalroom.sessions.tender.words import Lang
from evalroom.workbook import WorkbookFaults, examine, write_workbook
from evalroom.workbook.limits import TEXT_CHARS
from tests.sessions.tender.examples import lawful, tender
from tests.workbook.books import lawful_with_all_sheets, located

SIGNS = st.sampled_from("ab项目 \\|=;；、,，\uff5c\uff1d0123456789.≤<x-_%'\"*") | st.characters(
    codec="utf-8", exclude_categories=["C", "Z"]
)


def line(most: int = 12) -> st.SearchStrategy[str]:
    return st.text(SIGNS, min_size=1, max_size=most).map(str.strip).filter(bool)


LINE = line()
OPTIONAL = LINE | st.just("")
PROSE = st.text(SIGNS | st.sampled_from("\n\n"), max_size=30).map(str.strip)
AMOUNT = st.one_of(
    st.decimals(0, 10**9, places=2),
    st.decimals(0, 10**14, places=6),
    st.integers(0, 10**15 - 1).map(Decimal),
)
RATE = st.decimals(0, 1, places=4)
PAIRS = st.dictionaries(LINE, OPTIONAL, max_size=3)


def one_of_words(owner: type, field: str) -> st.SearchStrategy[Any]:
    kind = next(f for f in msgspec.structs.fields(owner) if f.name == field).type
    return st.from_type(kind)


def listed(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


def unique(strategy: st.SearchStrategy[Any], name: str = "id") -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=3, unique_by=lambda one: getattr(one, name)).map(tuple)


BAND = st.builds(model.Band, LINE, AMOUNT, AMOUNT, st.booleans())
DEDUCTION = st.builds(model.Deduction, one_of_words(model.Deduction, "basis"), RATE, OPTIONAL)
PARTNER = st.builds(
    model.Partner,
    LINE,
    st.sampled_from(["", "914403001922038216"]),
    st.none() | RATE,
    one_of_words(model.Partner, "size"),
)
BID = st.builds(
    model.Bid,
    id=LINE,
    bidder=LINE,
    price=st.none() | AMOUNT,
    uscc=st.sampled_from(["", "914403001922038216"]),
    consortium=listed(PARTNER),
    size=one_of_words(model.Bid, "size"),
    manufacturer_size=one_of_words(model.Bid, "manufacturer_size"),
    domestic_ratio=st.none() | RATE,
    brand=OPTIONAL,
    deductions=listed(DEDUCTION),
    fingerprints=PAIRS,
    credit_score=st.none() | AMOUNT | st.decimals(-100, 0, places=1).filter(bool),
    file_hash=st.sampled_from(["", "0" * 64]),
    data=PAIRS,
)
SECTION = st.builds(model.Section, LINE, LINE, one_of_words(model.Section, "stage"))
VENUE = st.builds(
    model.Venue, LINE, LINE, one_of_words(model.Venue, "role"), st.sampled_from(["", "440400"])
)
MEMBER = st.builds(
    model.Member,
    LINE,
    LINE,
    OPTIONAL,
    one_of_words(model.Member, "seniority"),
    one_of_words(model.Member, "discipline"),
    PAIRS,
)
WHOLE = st.integers(0, 20)
AGGREGATION = st.builds(
    model.Aggregation,
    one_of_words(model.Aggregation, "method"),
    WHOLE,
    WHOLE,
    one_of_words(model.Aggregation, "level"),
    listed(st.sampled_from(["item", "section", "total"])),
    WHOLE,
)
POLICY = st.builds(model.Policy, LINE, LINE, OPTIONAL, st.sampled_from(["", "2026-02-01"]))
OPENING = st.builds(
    model.Opening,
    st.just("2026-03-18T09:30"),
    st.dictionaries(LINE, AMOUNT, max_size=3),
    PAIRS,
    st.none() | AMOUNT,
)


def criterion(section: str) -> st.SearchStrategy[model.Criterion]:
    return st.builds(
        model.Criterion,
        id=LINE,
        section=st.just(section),
        title=LINE,
        kind=one_of_words(model.Criterion, "kind"),
        points=st.none() | AMOUNT,
        interval=st.none() | AMOUNT,
        values=listed(AMOUNT),
        deduction=st.none() | AMOUNT,
        objective=one_of_words(model.Criterion, "objective"),
        source=OPTIONAL,
        scored_by=one_of_words(model.Criterion, "scored_by"),
        clause=OPTIONAL,
        guidance=PROSE,
        bands=listed(BAND),
        reason_required=st.booleans(),
    )


def seat(venue: str) -> st.SearchStrategy[model.Seat]:
    return st.builds(model.Seat, LINE, st.just(venue), LINE)


@st.composite
def tenders(draw: st.DrawFn) -> Tender:
    """Anything a workbook carries, whether or not it fits together."""
    sections, venues = draw(unique(SECTION)), draw(unique(VENUE))
    in_sections = st.sampled_from(sections).flatmap(lambda one: criterion(one.id))
    in_venues = st.sampled_from(venues).flatmap(lambda one: seat(one.id))
    return Tender(
        format=model.FORMAT,
        title=draw(LINE),
        regime=draw(one_of_words(Tender, "regime")),
        lot=model.Lot(draw(LINE), draw(LINE)),
        bids=draw(listed(BID)),
        sections=sections,
        criteria=draw(listed(in_sections)) if sections else (),
        method=draw(one_of_words(Tender, "method")),
        category=draw(one_of_words(Tender, "category")),
        procuring_entity=draw(OPTIONAL),
        agent=draw(OPTIONAL),
        region=draw(st.sampled_from(["", "440400"])),
        identifiers=draw(PAIRS),
        budget=draw(st.none() | AMOUNT),
        ceiling_price=draw(st.none() | AMOUNT),
        reserved_for_small=draw(st.booleans()),
        core_product=draw(OPTIONAL),
        opening_record=draw(st.none() | OPENING),
        aggregation=draw(AGGREGATION),
        price=draw(st.none() | prices()),
        tie_breakers=draw(listed(st.from_type(model.TieBreaker))),
        candidates=draw(st.integers(0, 9)),
        committee=draw(listed(MEMBER)),
        venues=venues,
        seats=draw(listed(in_venues)) if venues else (),
        policies=draw(listed(POLICY)),
        notes=draw(PROSE),
    )


def prices() -> st.SearchStrategy[model.PriceRule]:
    benchmark = st.builds(
        model.Benchmark, one_of_words(model.Benchmark, "fixed_at"), OPTIONAL, listed(LINE)
    )
    abnormal = st.builds(model.AbnormalPrice, RATE, RATE, RATE)
    return st.builds(
        model.PriceRule,
        points=AMOUNT,
        visible=one_of_words(model.PriceRule, "visible"),
        places=st.integers(0, 6),
        evaluated_price_places=st.integers(0, 6),
        benchmark=benchmark,
        abnormal=abnormal,
    )


@pytest.mark.rule("T17")
@pytest.mark.slow(60)
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(tenders(), st.sampled_from(["zh-CN", "en"]))
def test_reading_what_was_written_gives_the_same_tender(value: Tender, lang: Lang) -> None:
    back = examine(write_workbook(value, lang)).value
    assert read_value(back) == value
    assert msgspec.to_builtins(read_value(back)) == msgspec.to_builtins(value)


@pytest.mark.rule("T17")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_lawful_tender_has_no_fault_as_a_workbook_either(lang: Lang) -> None:
    result = examine(write_workbook(tender(lawful_with_all_sheets()), lang), for_session=True)
    assert located(result) == set()
    assert result.tender == tender(lawful_with_all_sheets())


@pytest.mark.rule("T17")
def test_sheets_and_files_are_what_a_workbook_does_not_carry() -> None:
    value = lawful()
    value["sheets"] = {"m1": {}}
    value["bids"][0]["documents"] = [{"id": "d", "title": "d", "sha256": "0" * 64}]
    assert examine(write_workbook(tender(value))).tender == tender()


def test_texts_that_look_like_formulas_errors_or_codes_stay_texts() -> None:
    value = lawful()
    value["notes"] = "=1+1"
    value["procuring_entity"] = "#N/A"
    value["agent"] = "_x0041_"
    assert examine(write_workbook(tender(value))).tender == tender(value)


@pytest.mark.rule("T17", "T19")
@pytest.mark.parametrize("budget", ["12345678901234.56", "999999999999999.999999", "0.100000"])
def test_a_number_that_a_spreadsheet_cannot_keep_is_written_as_a_text(budget: str) -> None:
    value = lawful()
    value["budget"] = budget
    assert str(examine(write_workbook(tender(value))).value["budget"]) == budget


@pytest.mark.rule("T4")
def test_a_text_longer_than_a_cell_is_named_before_it_would_be_cut() -> None:
    value = lawful()
    value["bids"][1]["data"] = {f"数据{number}": "长" * 400 for number in range(100)}
    with pytest.raises(WorkbookFaults) as refused:
        write_workbook(tender(value))
    [fault] = refused.value.faults
    assert (fault.place, fault.code) == ("投标人!L3", "cell_too_long")
    assert fault.params["limit"] == TEXT_CHARS.value

"""Price preferences are lawful, and the same for all bids."""

from typing import Any

import pytest

from evalroom.sessions.tender.model import Basis
from evalroom.sessions.tender.preferences import lawful_range
from tests.sessions.tender.examples import Found, Value, changed, errors, found, lawful, tender


def claim(basis: str, rate: str, evidence: str = "声明函") -> Value:
    return {"basis": basis, "rate": rate, "evidence": evidence}


def claiming(*claims: Value, **fields: Any) -> Value:
    """The lawful tender whose second bid, a small firm, claims preferences."""
    value = changed(lambda v: v.update(fields))
    value["bids"][1].update(size="small", manufacturer_size="small", deductions=list(claims))
    if fields.get("category") == "goods":
        value["price"] = {"points": "30"}
        value["criteria"][1]["points"] = "30"
    return value


@pytest.mark.rule("T12")
@pytest.mark.parametrize(
    ("category", "basis", "rate", "lawful"),
    [
        ("services", "small_micro", "0.10", True),
        ("services", "small_micro", "0.20", True),
        ("services", "small_micro", "0.0999", False),
        ("goods", "small_micro", "0.21", False),
        ("works", "small_micro", "0.05", True),
        ("works", "small_micro", "0.10", False),
        ("goods", "subcontract", "0.04", True),
        ("goods", "subcontract", "0.06", True),
        ("goods", "subcontract", "0.10", False),
        ("works", "subcontract", "0.02", True),
        ("works", "subcontract", "0.05", False),
        ("goods", "domestic", "0.20", True),
        ("goods", "domestic", "0.10", False),
        ("goods", "other", "0.33", True),
    ],
)
def test_rates_lie_within_the_ranges_of_the_law(
    category: str, basis: str, rate: str, lawful: bool
) -> None:
    path = "bids[1].deductions[0].rate"
    expected: Found = set() if lawful else {(path, "deduction_rate_unlawful")}
    assert found(claiming(claim(basis, rate), category=category)) == expected


@pytest.mark.rule("T12")
def test_a_tender_has_one_rate_for_each_basis() -> None:
    """Arithmetic with two rates is possible; a tender with them is not."""
    value = claiming(claim("small_micro", "0.10"))
    value["bids"][2].update(size="micro", deductions=[claim("small_micro", "0.20")])
    assert errors(value) == {("bids[2].deductions[0].rate", "deduction_rates_differ")}
    value["bids"][2]["deductions"] = [claim("small_micro", "0.1")]
    assert found(value) == set()


@pytest.mark.rule("T12")
@pytest.mark.parametrize(
    ("basis", "rate", "refused"),
    [
        ("small_micro", "0.10", True),
        ("subcontract", "0.05", True),
        ("domestic", "0.20", False),
    ],
)
def test_a_package_reserved_for_small_firms_has_no_preference_for_them(
    basis: str, rate: str, refused: bool
) -> None:
    value = claiming(claim(basis, rate), reserved_for_small=True)
    expected: Found = {("bids[1].deductions[0]", "deduction_in_reserved_package")}
    assert errors(value) == (expected if refused else set())


@pytest.mark.rule("T12")
@pytest.mark.parametrize(
    ("category", "sizes", "found_code", "severe"),
    [
        ("services", {"size": "large"}, "deduction_for_larger_firm", True),
        ("services", {"size": None}, "deduction_size_unknown", False),
        ("goods", {"size": "large"}, "", False),
        ("goods", {"manufacturer_size": "medium"}, "deduction_for_larger_firm", True),
        ("goods", {"manufacturer_size": None}, "deduction_size_unknown", False),
    ],
)
def test_for_goods_the_manufacturer_counts_else_the_bidder(
    category: str, sizes: Value, found_code: str, severe: bool
) -> None:
    value = claiming(claim("small_micro", "0.10"), category=category)
    value["bids"][1].update(sizes)
    expected: Found = {("bids[1].deductions[0]", found_code)} if found_code else set()
    assert found(value) == expected
    assert errors(value) == (expected if severe else set())


def test_a_preference_names_its_evidence() -> None:
    value = claiming(claim("small_micro", "0.10", evidence=""))
    assert found(value) == {("bids[1].deductions[0].evidence", "deduction_without_evidence")}
    assert errors(value) == set()


def test_a_consortium_is_described_where_it_is_claimed() -> None:
    value = claiming(claim("consortium", "0.05"))
    assert found(value) == {("bids[1].deductions[0]", "deduction_without_consortium")}
    value["bids"][1]["consortium"] = [{"name": "a"}, {"name": "b"}]
    assert found(value) == set()


def test_domestic_products_are_preferred_only_to_others() -> None:
    value = lawful()
    for bid in value["bids"]:
        bid["deductions"] = [claim("domestic", "0.20")]
    assert found(value) == {("bids[0].deductions[0]", "domestic_among_domestic")}
    assert errors(value) == set()
    value["bids"][0]["deductions"] = []
    assert found(value) == set()


def test_a_preference_in_works_is_pointed_out() -> None:
    value = claiming(claim("small_micro", "0.05"), regime="works", category="works")
    assert found(value) == {("bids[1].deductions[0]", "deduction_outside_procurement")}


@pytest.mark.parametrize("basis", ["small_micro", "consortium", "subcontract", "domestic"])
def test_works_have_ranges_of_their_own(basis: Basis) -> None:
    goods = lawful_range(tender(changed(lambda v: v.update(category="goods"))), basis)
    works = lawful_range(tender(changed(lambda v: v.update(category="works"))), basis)
    assert (goods == works) is (basis == "domestic")

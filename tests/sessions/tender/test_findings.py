"""What an import finds in the bids, and does not stop at."""

import pytest

from tests.sessions.tender.examples import Value, changed, errors, found, lawful


@pytest.mark.rule("T13")
def test_a_price_above_the_ceiling_is_found_not_refused() -> None:
    value = changed(lambda v: v.update(ceiling_price="910000"))
    assert found(value) == {("bids[2].price", "price_above_ceiling")}
    assert errors(value) == set()


@pytest.mark.rule("T13")
def test_the_budget_is_a_ceiling_in_government_procurement_only() -> None:
    value = changed(lambda v: v.update(budget="900000"))
    assert {path for path, _ in found(value)} == {"bids[1].price", "bids[2].price"}
    value["regime"] = "works"
    assert found(value) == set()


@pytest.mark.rule("T13")
def test_a_price_unlike_the_opening_record_is_found() -> None:
    value = lawful()
    value["opening_record"] = {"prices": {"甲": "900000.01", "乙": "910000"}}
    assert found(value) == {
        ("bids[0].price", "price_unlike_opening"),
        ("bids[2].price", "price_not_in_opening"),
    }
    assert errors(value) == set()
    value["bids"][0]["price"] = None
    value["opening_record"]["prices"] = {"甲": "2000000", "乙": "910000", "丙": "920000"}
    assert found(value) == {("bids[0].price", "price_above_ceiling")}


@pytest.mark.rule("T13")
def test_bids_that_share_what_they_should_not_are_found() -> None:
    value = lawful()
    first, second, third = value["bids"]
    first.update(uscc="914403001922038216", fingerprints={"MAC 地址": "aa", "CPU": "1"})
    second.update(bidder=first["bidder"], file_hash="a" * 64, fingerprints={"CPU": "2"})
    third.update(
        uscc=first["uscc"],
        file_hash="A" * 64,
        fingerprints={"MAC 地址": "aa", "CPU": "", "硬盘": "aa"},
    )
    assert found(value) == {
        ("bids[1].bidder", "bidder_twice"),
        ("bids[2].uscc", "bidder_twice"),
        ("bids[2].file_hash", "file_twice"),
        ('bids[2].fingerprints["MAC 地址"]', "fingerprint_shared"),
    }
    assert errors(value) == set()


def test_a_digest_of_unusual_form_is_found() -> None:
    value = changed(lambda v: v["bids"][0].update(file_hash="md5:1"))
    assert found(value) == {("bids[0].file_hash", "file_hash_unusual")}


@pytest.mark.rule("T13")
def test_bids_with_one_brand_of_the_core_product_are_found() -> None:
    value = changed(lambda v: v.update(core_product="服务器"))
    value["bids"][0]["brand"] = "Alpha"
    value["bids"][1]["brand"] = " alpha".strip().upper()
    assert found(value) == {("bids[1].brand", "brand_shared"), ("bids[2].brand", "brand_missing")}
    value["regime"] = "works"
    assert found(value) == set()


def test_a_rejection_in_the_sheets_has_a_reason() -> None:
    value = changed(lambda v: v["criteria"][1].update(reason_required=True))
    value["sheets"] = {member["id"]: sheet() for member in value["committee"]}
    value["sheets"]["m1"]["甲"]["c1"] = "fail"
    value["sheets"]["m2"]["甲"]["c1"] = {"value": "fail", "reason": "未盖章"}
    value["sheets"]["m3"]["乙"]["t1"] = "40"
    assert found(value) == {
        ("sheets.m1.甲.c1", "cell_without_reason"),
        ("sheets.m3.乙.t1", "cell_without_reason"),
    }
    assert errors(value) == set()


def sheet() -> Value:
    cells = {"c1": "pass", "t1": {"value": "40", "reason": "良好"}, "t2": "20"}
    return {bid: dict(cells) for bid in ("甲", "乙", "丙")}

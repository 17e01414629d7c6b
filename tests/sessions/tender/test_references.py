"""Parts of a tender know each other."""

from collections.abc import Callable

import pytest

from tests.sessions.tender.examples import Value, bid, changed, criterion, errors, member


def document(name: str, section: str | None = None) -> Value:
    return {"id": name, "title": name, "sha256": "0" * 64, "section": section}


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda v: v["bids"].append(bid("甲")), "bids[3].id"),
        (lambda v: v["sections"].append(dict(v["sections"][1])), "sections[2].id"),
        (lambda v: v["criteria"].append(dict(v["criteria"][0])), "criteria[3].id"),
        (lambda v: v["venues"].append({"id": "v1", "title": "x"}), "venues[2].id"),
        (lambda v: v["seats"][1].update(workstation="1"), "seats[1].workstation"),
        (
            lambda v: v["bids"][1].update(documents=[document("d"), document("d")]),
            "bids[1].documents[1].id",
        ),
        (
            lambda v: v["committee"].extend([member(6), member(6, alias="另一人")]),
            "committee[6].id",
        ),
    ],
)
def test_an_id_stands_once(change: Callable[[Value], object], path: str) -> None:
    assert (path, "id_twice") in errors(changed(change))


@pytest.mark.rule("T6")
@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (
            lambda v: v["criteria"].append(criterion("x", "none", points="1")),
            "criteria[3].section",
            "no_such_section",
        ),
        (
            lambda v: v["bids"][1].update(documents=[document("d", "tech"), document("e", "x")]),
            "bids[1].documents[1].section",
            "no_such_section",
        ),
        (lambda v: v["seats"][2].update(venue="v9"), "seats[2].venue", "no_such_venue"),
        (lambda v: v["seats"][2].update(member="m9"), "seats[2].member", "no_such_member"),
        (
            lambda v: v.update(opening_record={"prices": {"甲": "1", "丁": "1"}}),
            "opening_record.prices.丁",
            "no_such_bid",
        ),
        (
            lambda v: v["price"].update(benchmark={"not_in_benchmark": ["甲", "丁"]}),
            "price.benchmark.not_in_benchmark[1]",
            "no_such_bid",
        ),
        (
            lambda v: v["sections"].append({"id": "x", "title": "x", "stage": "detailed"}),
            "sections[2]",
            "section_without_criteria",
        ),
    ],
)
def test_what_is_referred_to_exists(
    change: Callable[[Value], object], path: str, code: str
) -> None:
    assert (path, code) in errors(changed(change))


def test_a_tender_without_price_and_opening_refers_to_no_bids() -> None:
    assert errors(changed(lambda v: v.update(price=None, category="works"))) == {
        ("criteria", "points_do_not_sum")
    }

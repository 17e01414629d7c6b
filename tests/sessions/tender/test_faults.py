"""Faults: their places, their order, what they show."""

import pytest

from evalroom.sessions.tender.faults import (
    Fault,
    TenderFaults,
    error,
    in_order,
    shortened,
    similar,
    under,
    warning,
)
from evalroom.sessions.tender.limits import EVERY, FAULTS, LISTS, TEXTS


@pytest.mark.rule("T1")
@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "bids", "bids"),
        ("bids", 2, "bids[2]"),
        ("bids[2]", "price", "bids[2].price"),
        ("identifiers", "项目编号", "identifiers.项目编号"),
        ("identifiers", "a b", 'identifiers["a b"]'),
        ("identifiers", "a.b", 'identifiers["a.b"]'),
        ("identifiers", "2号", 'identifiers["2号"]'),
        ("identifiers", 'a"\n', 'identifiers["a\\"�"]'),
        ("", "a-b", '["a-b"]'),
    ],
)
def test_a_path_leads_to_one_place(path: str, key: str | int, expected: str) -> None:
    assert under(path, key) == expected


@pytest.mark.rule("T1")
def test_faults_are_sorted_by_path_and_then_by_code() -> None:
    faults = [error("b[10]", "x"), error("b[2]", "y"), error("", "z"), error("b[2]", "a")]
    assert [f"{fault.path} {fault.code}" for fault in in_order(faults)] == [
        " z",
        "b[2] a",
        "b[2] y",
        "b[10] x",
    ]


@pytest.mark.rule("T4")
def test_past_the_limit_one_more_fault_says_so() -> None:
    faults = [error(f"b[{number}]", "x") for number in range(FAULTS.value + 5)]
    assert in_order(faults)[-1] == Fault("", "more_faults", {"shown": FAULTS.value})
    assert len(in_order(faults)) == FAULTS.value + 1
    assert len(in_order(faults[: FAULTS.value])) == FAULTS.value


def test_a_fault_shows_itself_in_one_line() -> None:
    assert str(error("bids[2].price", "amount_not_positive")) == (
        "bids[2].price: amount_not_positive()"
    )
    assert str(TenderFaults([error("", "file_empty"), warning("a", "b", c=1)])) == (
        "(file): file_empty()\na: b(c=1)"
    )


def test_what_is_long_or_invisible_is_shown_shortened() -> None:
    assert shortened("项目" * 30) == "项目" * 20 + "…"
    assert shortened("a\tb\u202e") == "a�b�"


def test_only_a_near_miss_gives_a_suggestion() -> None:
    assert similar("prise", ["price", "points"]) == {"suggestion": "price"}
    assert similar("zzz", ["price", "points"]) == {}


@pytest.mark.rule("T4")
def test_every_limit_has_a_name_of_its_own_a_value_and_a_reason() -> None:
    assert len({limit.name for limit in EVERY}) == len(EVERY) > 30
    assert all(limit.value > 0 and limit.reason.endswith(".") for limit in EVERY)
    assert {*LISTS.values(), *TEXTS.values()} <= set(EVERY)

"""A small lawful tender as a JSON value, and what the checks say about variations of it."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from evalroom.sessions.tender.faults import Fault, TenderFaults
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.reading import read_tender, read_value
from evalroom.sessions.tender.validation import faults_of

Value = dict[str, Any]
Found = set[tuple[str, str]]


def lawful() -> Value:
    """Government procurement of services: three bids, five members, two venues, no fault."""
    return deepcopy(_LAWFUL)


def changed(change: Callable[[Value], object]) -> Value:
    """The lawful tender after `change` has had its way with it."""
    value = lawful()
    change(value)
    return value


def tender(value: Value | None = None) -> Tender:
    return read_value(lawful() if value is None else value)


def shape_found(value: object) -> Found:
    """(path, code) of every fault of reading; empty when the value can be read."""
    try:
        read_tender(json.dumps(value).encode())
    except TenderFaults as faults:
        return located(faults.faults)
    return set()


def found(value: Value, *, for_session: bool = False) -> Found:
    """(path, code) of every fault of validation, errors and warnings."""
    return located(faults_of(tender(value), for_session=for_session))


def errors(value: Value, *, for_session: bool = False) -> Found:
    faults = faults_of(tender(value), for_session=for_session)
    return located([fault for fault in faults if fault.severity == "error"])


def located(faults: tuple[Fault, ...] | list[Fault]) -> Found:
    return {(fault.path, fault.code) for fault in faults}


def bid(name: str, price: str | None = "900000.00", **more: Any) -> Value:
    return {"id": name, "bidder": f"{name}公司", "price": price, **more}


def criterion(name: str, section: str = "tech", kind: str = "range", **more: Any) -> Value:
    return {"id": name, "section": section, "title": name, "kind": kind, **more}


def member(number: int, **more: Any) -> Value:
    return {"id": f"m{number}", "alias": f"专家{number}号", **more}


_LAWFUL: Value = {
    "format": "evalroom-tender/1",
    "title": "测试项目",
    "regime": "government_procurement",
    "category": "services",
    "lot": {"id": "1", "title": "第一包"},
    "budget": "1000000.00",
    "bids": [
        bid("甲", "900000.00"),
        bid("乙", "910000.00"),
        bid("丙", "920000.00"),
    ],
    "sections": [
        {"id": "conformity", "title": "符合性审查", "stage": "preliminary"},
        {"id": "tech", "title": "技术", "stage": "detailed"},
    ],
    "criteria": [
        criterion("c1", "conformity", "pass_fail"),
        criterion("t1", points="50", interval="0.5"),
        criterion("t2", kind="fixed", points="40", values=["0", "20", "40"]),
    ],
    "price": {"points": "10"},
    "committee": [member(number) for number in range(1, 6)],
    "venues": [
        {"id": "v1", "title": "主场", "role": "main", "region": "440400"},
        {"id": "v2", "title": "副场"},
    ],
    "seats": [
        {"workstation": f"{number}", "venue": "v1" if number < 4 else "v2", "member": f"m{number}"}
        for number in range(1, 6)
    ],
}

"""What a person does next, judging by nothing but what he sees: plausible, a little random, and now
and then something that the rules will refuse.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from msgspec import Struct


class Act(Struct, frozen=True):
    """A command as a page would send it."""

    name: str
    args: dict[str, Any]
    seen: int | None = None


def next_act(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    """The next act of whoever sees this view; `number` tells his acts apart."""
    if view["phase"]["over"]:
        return None
    if chance.random() < 0.01:
        return Act("CloseSession", {})
    if view["me"]["member"] is not None:
        return _member(view, chance, number)
    office = view["me"]["roles"][0] if view["me"]["roles"] else ""
    if office == "agency_lead":
        return _agency(view, chance, number)
    if office == "supervisor":
        return _supervisor(view, chance, number)
    if office and chance.random() < 0.1:
        return Act("RecordRemark", {"text": f"remark {number}"})
    return None


def _agency(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    pause, phase = view["pause"], view["phase"]["name"]
    if pause is not None:
        return Act("Resume", {}) if pause["kind"] == "technical" and chance.random() < 0.5 else None
    if phase == "declaration" and not _met(view, "discipline_announced"):
        return Act("AnnounceDiscipline", {})
    dice = chance.random()
    if dice < 0.02:
        return Act("PauseTechnically", {"reason": f"power {number}"})
    if dice < 0.06:
        roles = ["witness"] if chance.random() < 0.5 else ["center_staff", "witness"]
        return Act("Appoint", {"principal": "wang", "roles": roles})
    if dice < 0.08:
        return Act("Revoke", {"principal": "wang", "reason": "shift over"})
    if dice < 0.10:
        return Act("ReleaseSeat", {"member": f"m{chance.randint(1, 5)}", "reason": "screen broke"})
    return None


def _supervisor(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    pause, dice = view["pause"], chance.random()
    if pause is not None and pause["kind"] == "supervision":
        if not pause["document"] and dice < 0.3:
            return Act("SupplyPauseDocument", {"document": f"no. {number}"})
        return Act("Resume", {"note": "go on"}) if dice < 0.6 else None
    if pause is None and dice < 0.02:
        return Act("Pause", {"clause": f"art. {number}"}, view["phase"]["revision"])
    return Act("RecordRemark", {"text": f"seen {number}"}) if dice > 0.97 else None


def _member(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    me, phase = view["me"], view["phase"]["name"]
    if not me["seated"]:
        return Act("CheckIn", {})
    if view["pause"] is not None and chance.random() < 0.9:
        return None
    if phase == "declaration":
        return None if me["committed"] else Act("Commit", {})
    if phase == "lead":
        return _election(view, chance)
    if phase in ("preliminary", "detailed"):
        return _review(view, chance, number)
    return _closing(view, chance, number)


def _election(view: dict[str, Any], chance: Random) -> Act | None:
    ballot, me = view["ballot"], view["me"]["member"]
    if ballot["lead"] is None:
        if me in ballot["voted"] or not ballot["candidates"]:
            return None
        favourite = ballot["candidates"][0]
        choice = favourite if chance.random() < 0.5 else chance.choice(ballot["candidates"])
        return Act("CastBallot", {"candidate": choice})
    if ballot["lead"] == me and not ballot["start_requested"]:
        return Act("RequestStart", {})
    return None


def _review(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    me = view["me"]["member"]
    if view["vote"]["open"] and me not in view["vote"]["voted"]:
        choice = "continue" if chance.random() < 0.9 else "reject_all"
        return Act("CastVote", {"choice": choice, "reason": f"because {number}"})
    for section, rows in view["sheet"].items():
        state = view["sections"][section]
        if state["group_closed"]:
            continue
        if not view["committee"][me]["finished"][section]:
            return _sheet(view, chance, number, section, rows)
        waiting = [m for m in view["committee"].values() if m["finished"].get(section) is False]
        if view["ballot"]["lead"] == me and not waiting and state["checked"]:
            return Act("CloseGroup", {"section": section})
    return None


def _sheet(
    view: dict[str, Any], chance: Random, number: int, section: str, rows: dict[str, Any]
) -> Act:
    open_cells = list(_open_cells(view, section))
    empty = [
        (bid, criterion)
        for bid, criterion in open_cells
        if criterion["id"] not in rows.get(bid, {"cells": {}})["cells"]
    ]
    if not empty and chance.random() < 0.7:
        return Act("ClosePersonally", {"section": section})
    chosen = chance.sample(
        empty or open_cells, k=min(len(empty or open_cells), chance.randint(1, 3))
    )
    me = view["me"]["member"]
    cells = [
        {
            "bid": bid,
            "criterion": criterion["id"],
            "value": _value(criterion, chance),
            "reason": secret(me, section, number),
        }
        for bid, criterion in chosen
    ]
    bids = {bid for bid, _ in chosen}
    seen = rows.get(min(bids), {"revision": 0})["revision"] if len(bids) == 1 else None
    return Act("EnterScores", {"cells": cells}, seen)


def secret(member: str, section: str, number: int) -> str:
    """A reason that no one else may see before the reveal, and that can be found in any bytes."""
    return f"secret.{member}.{section}.{number}."


def _open_cells(view: dict[str, Any], section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reopened = view["sections"][section]["reopened"]
    for bid, shown in view["bids"].items():
        if shown["rejected"]:
            continue
        for criterion in view["tender"]["criteria"]:
            if criterion["section"] != section:
                continue
            if not reopened or criterion["id"] in reopened.get(bid, ()):
                yield bid, criterion


def _value(criterion: dict[str, Any], chance: Random) -> str:
    if criterion["kind"] == "pass_fail":
        return "pass" if chance.random() < 0.97 else "fail"
    if criterion["objective"] is not None:
        return "10" if chance.random() < 0.97 else "12"
    if criterion["kind"] == "fixed":
        value: str = chance.choice(criterion["values"])
        return value
    return f"{chance.randint(0, 80) / 2:g}"


def _closing(view: dict[str, Any], chance: Random, number: int) -> Act | None:
    me, phase, leads = view["me"]["member"], view["phase"]["name"], False
    leads = view["ballot"]["lead"] == me
    if phase == "price":
        return None if me in view["results"]["prices_confirmed"] else Act("ConfirmPrices", {})
    if phase == "summary":
        return Act("SubmitReport", {}) if leads else None
    if phase != "signing":
        return None
    report, signed = view["report"]["sha256"], view["report"]["signatures"]
    if me not in signed:
        if chance.random() < 0.1:
            return Act("RefuseToSign", {"report": report, "reason": f"no {number}"})
        dissent = f"but {number}" if chance.random() < 0.2 else None
        return Act("SignReport", {"report": report, "dissent": dissent})
    if leads and len(signed) == len(view["committee"]):
        return Act("CloseSession", {})
    return None


def _met(view: dict[str, Any], code: str) -> bool:
    return all(condition["met"] for condition in view["gate"] if condition["code"] == code)

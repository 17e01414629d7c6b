"""People who wait for a guest: what each would do on the view he has."""

from typing import Any

import pytest

from evalroom.rehearsal.behaviour import Habits, Member
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Act, Person
from evalroom.rehearsal.residents import HAND_EVERY, Onlooker, Receptionist, Resident
from evalroom.rehearsal.sheets import sheets_of
from tests.sessions.cast import small_tender

TENDER = small_tender()
SHEETS = sheets_of(TENDER, 1)
NAME, GUEST = "m2", "m5"
SECTION = "technical"


def view(**parts: Any) -> View:
    """As a member sees it in the scoring, with his own sheet full."""
    cells = {
        bid.id: {
            "revision": 7,
            "cells": {c: {"value": w.value} for (b, c), w in SHEETS[NAME].items() if b == bid.id},
        }
        for bid in TENDER.bids
    }
    shown: View = {
        "phase": {"name": "detailed", "over": False, "chain": ["detailed"], "revision": 3},
        "pause": None,
        "pause_request": None,
        "me": {"seated": True},
        "vote": {"open": False},
        "notices": {},
        "speaking": {"hands": []},
        "incidents": [],
        "screens": {},
        "ballot": {"lead": "m1"},
        "bids": {bid.id: {"rejected": False} for bid in TENDER.bids},
        "committee": {m: {"finished": {SECTION: False}, "checked_in": True} for m in (NAME, GUEST)},
        "sections": {SECTION: {"reopened": {}, "checked": False, "group_closed": False}},
        "sheet": {SECTION: cells},
    }
    return {**shown, **parts}


def resident(*, quick: bool = False) -> Resident:
    member = Member(NAME, TENDER, SHEETS[NAME], Habits(doubts=0), 1)
    return Resident(member, TENDER, SHEETS[NAME], GUEST, quick=quick)


def acted(person: Person, seen: View, times: int) -> list[Act]:
    """What he does one after the other, all of which is taken."""
    acts = []
    for _ in range(times):
        act = person.next(seen)
        assert act is not None
        assert person.next(seen) == act, "he may be asked twice"
        person.done(act)
        acts.append(act)
    return acts


def after_his_entries(person: Resident, seen: View) -> None:
    for act in acted(person, seen, len(TENDER.bids)):
        assert act.name == "EnterScores"


@pytest.mark.rule("K52")
def test_he_thinks_again_and_again_until_the_guest_has_finished() -> None:
    person, seen = resident(), view()
    after_his_entries(person, seen)
    acts = acted(person, seen, 2 * HAND_EVERY)
    assert {act.name for act in acts} == {"EnterScores", "RaiseHand"}
    for act in acts:
        if act.name == "EnterScores":
            (cell,) = act.args["cells"]
            meant = SHEETS[NAME][cell["bid"], cell["criterion"]]
            assert cell["value"] != meant.value, "his final score stands there already"
            assert act.seen == 7
    seen["committee"][GUEST]["finished"][SECTION] = True
    assert [act.name for act in acted(person, seen, 1)] == ["ClosePersonally"]


@pytest.mark.rule("K52")
def test_what_he_has_changed_he_changes_back() -> None:
    person, seen = resident(), view()
    after_his_entries(person, seen)
    for row in seen["sheet"][SECTION].values():
        for cell in row["cells"].values():
            cell["value"] = "0.1"
    (act,) = [act for act in acted(person, seen, 2) if act.name == "EnterScores"][:1]
    (cell,) = act.args["cells"]
    assert cell["value"] == SHEETS[NAME][cell["bid"], cell["criterion"]].value


@pytest.mark.rule("K52")
def test_a_quick_one_finishes_before_the_guest() -> None:
    person, seen = resident(quick=True), view()
    after_his_entries(person, seen)
    assert acted(person, seen, 1)[0].name == "ClosePersonally"


@pytest.mark.rule("K52")
def test_a_hand_that_is_up_comes_down_and_a_notice_comes_first() -> None:
    person = resident()
    after_his_entries(person, view())
    up = view(speaking={"hands": [NAME]})
    assert acted(person, up, 1)[0].name == "LowerHand"
    notices = {"3": {"members": [NAME], "confirmed": {}}}
    first = person.next(view(notices=notices))
    assert first == Act("ConfirmNotice", {"notice": 3}, pace="promptly")
    confirmed = {"3": {"members": [NAME], "confirmed": {NAME: 1}}}
    assert person.next(view(notices=confirmed)) != first


@pytest.mark.rule("K52")
def test_in_a_pause_and_at_the_end_nobody_moves() -> None:
    person = resident()
    assert person.next(view(pause={"kind": "supervision"})) is None
    over = view(phase={"name": "aborted", "over": True, "chain": []})
    people: list[Person] = [person, Receptionist(GUEST), Onlooker()]
    assert [one.next(over) for one in people] == [None, None, None]


@pytest.mark.rule("K52")
def test_the_guests_seat_is_freed_once_and_again_for_each_stranger_at_it() -> None:
    person = Receptionist(GUEST)
    seated, free = view(), view()
    free["committee"][GUEST]["checked_in"] = False
    assert acted(person, seated, 1)[0].name == "ReleaseSeat"
    assert acted(person, free, 1)[0].name == "SendNotice"
    assert person.next(free) is None
    assert person.next(seated) is None, "the guest sits there now"
    knocked = view(incidents=[{"member": GUEST}, {"member": GUEST}, {"member": NAME}])
    assert acted(person, knocked, 1)[0].name == "ReleaseSeat"
    assert person.next(knocked) is None, "both were the same guest"


@pytest.mark.rule("K52")
def test_what_a_supervisor_asks_for_is_granted() -> None:
    asked = view(pause_request={"clause": "第七条"})
    act = Receptionist(GUEST).next(asked)
    assert act is not None
    assert (act.name, act.args["granted"]) == ("AnswerPauseRequest", True)
    screens = {"m1": {"granted": True}, NAME: {"granted": False}}
    act = Onlooker().next(view(screens=screens))
    assert act == Act("GrantScreen", {"member": NAME}, pace="reading")

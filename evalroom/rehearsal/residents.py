"""People of a living session: they take their time, think again, ask for the floor, read what they
are told, and wait for the one who comes from outside. What he has come to do they leave to him.

Each is a person as `people.py` has them: what he would do is a function of his view and of how much
he has done, so that he may be asked any number of times.
"""

from random import Random
from typing import Final

from msgspec.structs import replace

from evalroom.rehearsal.behaviour import Member
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.officers import AgencyLead, Witness
from evalroom.rehearsal.people import Act
from evalroom.rehearsal.sheets import Sheet, Written, another
from evalroom.sessions.tender.model import Tender

HAND_EVERY: Final = 5
"""Of so many times that somebody has nothing to do but wait, he asks for the floor once."""


class Resident:
    """A member who does not finish before the guest has: meanwhile he changes scores and changes
    them back. One who is `quick` does.
    """

    def __init__(
        self, member: Member, tender: Tender, sheet: Sheet, guest: str, *, quick: bool
    ) -> None:
        self._member = member
        self._name = member.member
        self._criteria = {c.id: c for c in tender.criteria}
        self._sheet = sheet
        self._guest = guest
        self._quick = quick
        self._done = 0

    def next(self, view: View) -> Act | None:
        """What he would do now."""
        if view["phase"]["over"]:
            return None
        act = _receipt(view, self._name) or self._member.next(view)
        if act is None or act.name != "ClosePersonally":
            return self._hand(view) if act is None else act
        if self._quick or _finished(view, self._guest, act.args["section"]):
            return act
        if self._name in view["speaking"]["hands"] or self._done % HAND_EVERY == 0:
            return self._hand(view)
        return self._second_thought(view, act.args["section"]) or self._hand(view)

    def done(self, act: Act) -> None:
        """Remember it."""
        self._done += 1
        self._member.done(act)

    def _hand(self, view: View) -> Act | None:
        """Ask for the floor, and after a while no longer; not before there is something to say."""
        if view["pause"] is not None or view["phase"]["name"] != "detailed":
            return None
        if self._name in view["speaking"]["hands"]:
            return Act("LowerHand", pace="pondering")
        return Act("RaiseHand", pace="waiting") if self._done % HAND_EVERY == 0 else None

    def _second_thought(self, view: View, section: str) -> Act | None:
        """Another score in one cell; where another stands already, the one he ends on."""
        free = [
            cell
            for cell in self._sheet
            if self._criteria[cell[1]].section == section and self._may_doubt(view, cell)
        ]
        if not free:
            return None
        bid, criterion = cell = Random(f"{self._name}/{self._done // 2}").choice(free)
        row = view["sheet"][section].get(bid)
        standing = row["cells"].get(criterion, {}).get("value") if row else None
        meant = self._sheet[cell]
        if standing == meant.value:
            meant = another(self._criteria[criterion], meant) or meant
        return _entry(bid, criterion, meant, row["revision"] if row else 0)

    def _may_doubt(self, view: View, cell: tuple[str, str]) -> bool:
        criterion = self._criteria[cell[1]]
        graded = criterion.kind in ("range", "deduction_range") and criterion.objective is None
        return graded and cell[0] in view["bids"] and not view["bids"][cell[0]]["rejected"]


class Receptionist:
    """The agency's lead while a guest is expected: frees his seat when somebody else sat there, or
    when he comes from another browser; grants what is asked; leaves alone what can wait.
    """

    def __init__(self, guest: str) -> None:
        self._lead = AgencyLead()
        self._guest = guest
        self._freed = False
        self._welcomed = False
        self._strangers = self._answered = 0

    def next(self, view: View) -> Act | None:
        """What the agency's lead would do now."""
        if view["phase"]["over"]:
            return None
        if view["pause_request"] is not None:
            args = {"granted": True, "reason": "同意，请核实后恢复"}
            return Act("AnswerPauseRequest", args, pace="reading")
        if view["phase"]["name"] == "detailed":
            return self._receive(view)
        act = self._lead.next(view)
        # Who is at the agency's desk himself has the first word on the result.
        return replace(act, pace="waiting") if act and act.name == "AcceptResult" else act

    def done(self, act: Act) -> None:
        """Remember it."""
        if act.name == "ReleaseSeat":
            self._freed, self._answered = True, self._strangers
        self._welcomed |= act.name == "SendNotice"
        self._lead.done(act)

    def _receive(self, view: View) -> Act | None:
        self._strangers = sum(one["member"] == self._guest for one in view["incidents"])
        wanted = not self._freed or self._strangers > self._answered
        if wanted and view["committee"][self._guest]["checked_in"]:
            reason = "评委更换电脑" if self._freed else "评委暂时离席，稍后到席"
            return Act("ReleaseSeat", {"member": self._guest, "reason": reason}, pace="at_once")
        if self._freed and not self._welcomed:
            text = "一位评委稍后到席。请各位独立评审，评审意见请填写理由。"
            return Act("SendNotice", {"kind": "announcement", "text": text}, pace="reading")
        return None


class Onlooker:
    """A witness who, beside his remark, is the second person for an early look at a screen."""

    def __init__(self) -> None:
        self._witness = Witness()

    def next(self, view: View) -> Act | None:
        """What the witness would do now."""
        if view["phase"]["over"]:
            return None
        for member, asked in view["screens"].items():
            if not asked["granted"]:
                return Act("GrantScreen", {"member": member}, pace="reading")
        return self._witness.next(view)

    def done(self, act: Act) -> None:
        """Remember it."""
        if act.name == "RecordRemark":
            self._witness.done(act)


def _receipt(view: View, member: str) -> Act | None:
    """The first notice that he has not confirmed."""
    for number, notice in view["notices"].items():
        if member in notice["members"] and member not in notice["confirmed"]:
            return Act("ConfirmNotice", {"notice": int(number)}, pace="promptly")
    return None


def _finished(view: View, member: str, section: str) -> bool:
    return bool(view["committee"][member]["finished"].get(section, True))


def _entry(bid: str, criterion: str, written: Written, seen: int) -> Act:
    cell = {"bid": bid, "criterion": criterion, "value": written.value, "reason": written.reason}
    return Act("EnterScores", {"cells": [cell]}, pace="pondering", seen=seen)

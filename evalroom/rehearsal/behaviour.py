"""How a simulated member of the committee behaves: reads bid by bid, enters scores, changes his
mind here and there, ends on his own sheet, closes it, votes, confirms, signs.
"""

from random import Random
from typing import Any, Literal

from msgspec import Struct

from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Act, condition, met, missing
from evalroom.rehearsal.sheets import Sheet, Written, another
from evalroom.sessions.tender.model import Criterion, Tender

Cell = tuple[str, str]
"""(bid, criterion)."""


Signing = Literal["signs", "dissents", "stays_silent"]


class Habits(Struct, frozen=True, kw_only=True):
    """What sets one member apart. `doubts` is the share of bids of which he changes a score again;
    `slips` is an objective cell he gets wrong until it is re-opened; `cuts_at` counts the entries
    after which his link breaks; `ballots` are his votes for the lead, round by round.
    """

    doubts: float = 0.25
    slips: Cell | None = None
    cuts_at: int | None = None
    recuses: bool = False
    ballots: tuple[str, ...] = ()
    signs: Signing = "signs"
    notes_silence: bool = False
    reading: float = 1.0


class Entry(Struct, frozen=True):
    """Cells of one bid that are entered at once."""

    bid: str
    cells: dict[str, Written]
    doubtful: bool = False


class Member:
    """One member of the committee."""

    def __init__(
        self, member: str, tender: Tender, sheet: Sheet, habits: Habits, seed: int
    ) -> None:
        self.member = member
        self.habits = habits
        self._criteria: dict[str, Criterion] = {c.id: c for c in tender.criteria}
        self._led = True
        self._sheet = sheet
        self._chance = Random(f"{seed}/{member}")
        self._entries: dict[str, list[Entry]] = {}
        self._entered = 0
        self._asked: set[tuple[str, str]] = set()
        self._corrects = False

    def next(self, view: View) -> Act | None:
        """What this member would do now."""
        if view["pause"] is not None or view["phase"]["over"]:
            return None
        if not view["me"]["seated"]:
            return Act("CheckIn")
        self._led = "lead" in view["phase"]["chain"]
        match view["phase"]["name"]:
            case "declaration":
                return self._declare(view)
            case "lead":
                return self._elect(view)
            case "preliminary" | "detailed":
                return self._vote(view) or self._review(view)
            case "price":
                return self._confirm(view)
            case "summary":
                return self._submit(view)
            case "signing":
                return self._sign(view)
            case _:
                return None

    def done(self, act: Act) -> None:
        """Cross off what was done."""
        match act.name:
            case "EnterScores":
                self._entered += 1
                section = self._criteria[act.args["cells"][0]["criterion"]].section
                if self._entries.get(section):
                    self._entries[section].pop(0)
            case "CloseGroup" | "SubmitReport" | "CloseSession":
                self._asked.add((act.name, act.args.get("section", "")))
            case _:
                pass

    def _declare(self, view: View) -> Act | None:
        me = view["me"]
        if me["committed"] or me["recused"] or not met(view, "discipline_announced"):
            return None
        if self.habits.recuses:
            return Act("Recuse", {"ground": "employment", "explanation": "三年内曾在投标人处任职"})
        return Act("Commit", pace="reading")

    def _elect(self, view: View) -> Act | None:
        ballot = view["ballot"]
        if ballot["lead"] == self.member and not ballot["start_requested"]:
            return Act("RequestStart")
        if ballot["lead"] or ballot["deadlocked"] or ballot["own"] or not ballot["candidates"]:
            return None
        meant = self.habits.ballots[ballot["round"] - 1 : ballot["round"]]
        candidate = next(iter(meant), ballot["candidates"][0])
        return Act("CastBallot", {"candidate": candidate})

    def _vote(self, view: View) -> Act | None:
        vote = view["vote"]
        if not vote["open"] or self.member in vote["voted"]:
            return None
        reason = "各有效投标报价差异明显，仍具有竞争性"
        return Act("CastVote", {"choice": "continue", "reason": reason}, pace="pondering")

    def _review(self, view: View) -> Act | None:
        for section in view["sheet"]:
            if not view["committee"][self.member]["finished"].get(section, True):
                return self._score(view, section)
        return self._close_group(view)

    def _score(self, view: View, section: str) -> Act:
        reopened = view["sections"][section]["reopened"]
        if reopened:
            return self._correct(view, section, reopened)
        if section not in self._entries:
            self._entries[section] = self._read(view, section)
        entries = self._entries[section]
        while entries and view["bids"][entries[0].bid]["rejected"]:
            entries.pop(0)
        if not entries:
            return Act("ClosePersonally", {"section": section}, seen=view["phase"]["revision"])
        return self._enter(view, section, entries[0])

    def _correct(self, view: View, section: str, reopened: dict[str, list[str]]) -> Act:
        """Look at what must be equal for all and is not, and mend what is one's own mistake."""
        self._corrects = True
        own = view["sheet"][section]
        for bid, criteria in reopened.items():
            standing = own.get(bid, {"cells": {}})["cells"]
            wrong = {
                c: self._sheet[bid, c]
                for c in criteria
                if (bid, c) in self._sheet
                and standing.get(c, {}).get("value") != self._sheet[bid, c].value
            }
            if wrong:
                return self._enter(view, section, Entry(bid, wrong))
        return Act("ClosePersonally", {"section": section}, pace="reading")

    def _enter(self, view: View, section: str, entry: Entry) -> Act:
        row = view["sheet"][section].get(entry.bid)
        cells = [
            {"bid": entry.bid, "criterion": c, "value": w.value, "reason": w.reason}
            for c, w in entry.cells.items()
        ]
        return Act(
            "EnterScores",
            {"cells": cells},
            pace="pondering" if entry.doubtful else "reading",
            seen=row["revision"] if row else 0,
            cut=self._entered == self.habits.cuts_at,
        )

    def _read(self, view: View, section: str) -> list[Entry]:
        """The entries of a section: every bid once, then the scores he had doubts about."""
        mine: dict[str, dict[str, Written]] = {bid: {} for bid in view["bids"]}
        for cell, written in self._sheet.items():
            if self._criteria[cell[1]].section == section and cell[0] in mine:
                mine[cell[0]][cell[1]] = self._as_seen(cell, written)
        first, again = [], []
        for bid, cells in mine.items():
            doubt = self._doubt(cells)
            if cells:
                first.append(Entry(bid, cells | doubt))
            if doubt:
                again.append(Entry(bid, {c: cells[c] for c in doubt}, doubtful=True))
        return first + again

    def _as_seen(self, cell: Cell, written: Written) -> Written:
        if cell != self.habits.slips or self._corrects:
            return written
        return another(self._criteria[cell[1]], written) or written

    def _doubt(self, cells: dict[str, Written]) -> dict[str, Written]:
        """One score that he will see otherwise after he has read the other bids."""
        if self._chance.random() >= self.habits.doubts:
            return {}
        free = [c for c in cells if self._doubtful(c)]
        if not free:
            return {}
        criterion = self._chance.choice(free)
        other = another(self._criteria[criterion], cells[criterion])
        return {} if other is None else {criterion: other}

    def _doubtful(self, criterion: str) -> bool:
        item = self._criteria[criterion]
        return item.kind in ("range", "fixed") and item.objective is None

    def _leads(self, view: View) -> bool:
        return view["ballot"]["lead"] == self.member or not self._led

    def _close_group(self, view: View) -> Act | None:
        if not self._leads(view):
            return None
        for section, progress in view["sections"].items():
            asked = ("CloseGroup", section) in self._asked
            if progress["checked"] and not progress["group_closed"] and not asked:
                return Act("CloseGroup", {"section": section})
        return None

    def _confirm(self, view: View) -> Act | None:
        if self.member in missing(view, "prices_confirmed"):
            return Act("ConfirmPrices", pace="reading")
        return None

    def _submit(self, view: View) -> Act | None:
        unmet = condition(view, "result_verified")
        if not self._leads(view) or (unmet is not None and not unmet["met"]):
            return None
        return self._once("SubmitReport", view["report"]["confirmed"].get("submit_report", ()))

    def _sign(self, view: View) -> Act | None:
        report = view["report"]
        if self.member not in report["signatures"]:
            return self._settle(report["sha256"])
        if not self._leads(view):
            return None
        if met(view, "all_signed"):
            return self._once("CloseSession", report["confirmed"].get("close_session", ()))
        return self._note_silence(missing(view, "all_signed"))

    def _settle(self, report: str) -> Act | None:
        args: dict[str, Any] = {"report": report}
        match self.habits.signs:
            case "signs":
                return Act("SignReport", args, pace="reading")
            case "dissents":
                args["dissent"] = "对第二名投标人实施方案的评分偏高，保留意见。"
                return Act("SignReport", args, pace="pondering")
            case "stays_silent":
                return None

    def _note_silence(self, silent: tuple[str, ...]) -> Act | None:
        """Whoever alone neither signs nor writes, after some waiting, is put on record."""
        if not self.habits.notes_silence or len(silent) != 1:
            return None
        note = "经两次提请，既不签署也未书面说明理由"
        return Act("RecordSilentRefusal", {"member": silent[0], "note": note}, pace="waiting")

    def _once(self, name: str, confirmed: Any) -> Act | None:
        return None if self.member in confirmed else Act(name)

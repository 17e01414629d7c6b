"""What an onlooker is told: the noteworthy moments of one evaluation, each in one line, found by
comparing the agency lead's view with what it was before.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.words import Words
from evalroom.sessions.tender.model import Tender


class Note(Struct, frozen=True):
    """One line, `after` so many seconds; `title` marks the beginning of a phase."""

    after: float
    text: str
    title: bool = False


class Chronicle:
    """The notes of one session so far."""

    def __init__(self, tender: Tender, words: Words) -> None:
        self._words = words
        self._sections = {section.id: section.title for section in tender.sections}
        self._bidders = {bid.id: bid.bidder for bid in tender.bids}
        self._criteria = {criterion.id: criterion.title for criterion in tender.criteria}
        self._before: View | None = None
        self._aliases: dict[str, str] = {}
        self.notes: list[Note] = []

    def look(self, view: View, after: float) -> None:
        """Note what is new in a view."""
        if view is self._before:
            return
        for member, shown in view["committee"].items():
            self._aliases[member] = shown["alias"]
        before = self._before
        self._before = view
        if before is not None:
            for key, params in self._moments(before, view):
                self._note(after, key, **params)
        if before is None or before["phase"]["name"] != view["phase"]["name"]:
            self._note(after, "note.phase", phase=self._phase(view), title=True)

    def link(self, member: str, after: float, *, back: bool) -> None:
        """Note a link that was lost, or is back."""
        self._note(after, "note.back" if back else "note.cut", member=self._alias(member))

    def _moments(self, before: View, view: View) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from self._people(before, view)
        yield from self._election(before, view)
        yield from self._pause(before["pause"], view["pause"])
        yield from self._review(before, view)

    def _people(self, before: View, view: View) -> Iterator[tuple[str, dict[str, Any]]]:
        for member, shown in view["committee"].items():
            alias = {"member": self._alias(member)}
            earlier = before["committee"].get(member)
            if earlier is None:
                yield "note.replaced", alias
                continue
            if shown["recused"] and not earlier["recused"]:
                yield "note.recused", alias
            signed = shown["signature"]
            if signed != earlier["signature"] and signed in _SIGNATURES:
                yield _SIGNATURES[signed], alias

    def _election(self, before: View, view: View) -> Iterator[tuple[str, dict[str, Any]]]:
        ballot, earlier = view["ballot"], before["ballot"]
        if ballot["round"] > max(earlier["round"], 1):
            yield "note.tied", {"round": ballot["round"] - 1}
        if ballot["lead"] and not earlier["lead"]:
            votes = ballot["tallies"][-1] if ballot["tallies"] else {}
            if list(votes.values()).count(max(votes.values(), default=0)) > 1:
                yield "note.lot", {"rounds": ballot["round"]}
            alias = self._alias(ballot["lead"])
            yield "note.elected", {"member": alias, "lead": self._words("seat.lead")}

    def _pause(self, before: Any, pause: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if pause is not None and before is None:
            document = pause["document"] or pause["kind"]
            yield "note.paused", {"reason": pause["reason"], "document": document}
        if pause is None and before is not None:
            yield "note.resumed", {}

    def _review(self, before: View, view: View) -> Iterator[tuple[str, dict[str, Any]]]:
        for section, shown in view["sections"].items():
            earlier = before["sections"].get(section, {"reopened": {}, "revealed": 0})
            if shown["reopened"] and not earlier["reopened"]:
                items = [
                    f"{self._bidders[bid]}·{self._criteria[criterion]}"
                    for bid, criteria in shown["reopened"].items()
                    for criterion in criteria
                ]
                yield "note.reopened", {"items": "、".join(items)}
            if shown["revealed"] > earlier["revealed"]:
                yield "note.revealed", {"section": self._sections[section]}

    def _phase(self, view: View) -> str:
        return self._words(f"phase.{view['phase']['name']}")

    def _alias(self, member: str) -> str:
        return self._aliases.get(member, member)

    def _note(self, after: float, key: str, *, title: bool = False, **params: Any) -> None:
        self.notes.append(Note(after, self._words(key, **params), title))


_SIGNATURES = {
    "signed_with_dissent": "note.dissent",
    "refused_with_text": "note.dissent",
    "refused_silent": "note.silent",
}

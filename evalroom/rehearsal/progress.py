"""The rehearsal on the terminal: phases, seats and what happens, as one calm picture where it can
be redrawn, line by line anywhere else.
"""

from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evalroom.rehearsal.chronicle import Chronicle, Note
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.words import Words
from evalroom.sessions.tender.model import Tender

NOTES_SHOWN = 9
NOTES_LEAST = 3
"""Lines of events: as many as a screen has room for below phases and seats, within these bounds."""

LINES_TAKEN = 8
"""Lines of a picture that hold neither a seat nor an event; the phases take up to three."""

USUAL_WIDTH = 80
GAP = 3
"""Columns between two columns of seats; in a narrower terminal it is one."""

VENUE_LEAST = 6
"""Columns of a venue's name that are always shown."""

STEP = 0.2
"""Seconds between two pictures: faster than anybody reads."""


class Screen:
    """Shows one evaluation. Use `with`; call `show` as often as something may have changed."""

    def __init__(self, console: Console, tender: Tender, words: Words) -> None:
        self.chronicle = Chronicle(tender, words)
        self._console = console
        self._tender = tender
        self._words = words
        self._told = 0
        self._cut: set[str] = set()
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(console=console, auto_refresh=False, transient=False)

    def __enter__(self) -> "Screen":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, view: View, seconds: float, cut: set[str]) -> None:
        """Draw, or tell what is new; `cut` are members whose link is down."""
        for member in sorted(cut - self._cut):
            self.chronicle.link(member, seconds, back=False)
        for member in sorted(self._cut - cut):
            self.chronicle.link(member, seconds, back=True)
        self._cut = set(cut)
        self.chronicle.look(view, seconds)
        if self._live is not None:
            self._live.update(self._picture(view, seconds), refresh=True)
            return
        for note in self.chronicle.notes[self._told :]:
            self._console.print(_line(note, plain=True), soft_wrap=True, highlight=False)
        self._told = len(self.chronicle.notes)

    def _picture(self, view: View, seconds: float) -> RenderableType:
        return Group(
            Text(),
            self._headline(view, seconds),
            Padding(self._chain(view), (0, 2)),
            Text(),
            Padding(self._seats(view), (0, 2)),
            Text(),
            *(Padding(_line(note), (0, 2)) for note in self._latest(len(view["committee"]))),
        )

    def _latest(self, seats: int) -> list[Note]:
        room = self._console.size.height - seats - LINES_TAKEN
        return self.chronicle.notes[-max(NOTES_LEAST, min(room, NOTES_SHOWN)) :]

    def _headline(self, view: View, seconds: float) -> Text:
        head = Text(no_wrap=True, overflow="ellipsis")
        head.append(f"  {self._tender.title}", style="bold")
        head.append(f" · {self._tender.lot.title}")
        if view["session"]["rehearsal"]:
            head.append(f"  {self._words('drill')}", style="yellow")
        head.append(f"  {self._words('elapsed', seconds=f'{seconds:.0f}')}", style="dim")
        return head

    def _chain(self, view: View) -> Text:
        chain, now = view["phase"]["chain"], view["phase"]["name"]
        past = chain.index(now) if now in chain else len(chain)
        line = Text()
        for place, phase in enumerate(chain):
            style = "green" if place < past else "bold cyan" if place == past else "dim"
            line.append(" → " if place else "", style="dim")
            line.append(self._words(f"phase.{phase}"), style=style)
        if now not in chain:
            line.append(" → ", style="dim")
            line.append(self._words(f"phase.{now}"), style="bold green")
        return line

    def _seats(self, view: View) -> Table:
        rows = list(self._rows(view))
        apart = GAP if self._console.width >= USUAL_WIDTH else 1
        taken = sum(max(cell_len(row[column]) for row in rows) for column in (1, 2, 3))
        # Where it is narrow, a venue gives way: who sits there, and how far he is, must be read.
        room = max(self._console.width - taken - 3 * apart - 4, VENUE_LEAST)
        table = Table.grid(padding=(0, apart))
        for venue, workstation, alias, state, style in rows:
            table.add_row(_within(venue, room), workstation, alias, Text(state, style=style))
        return table

    def _rows(self, view: View) -> Iterator[tuple[str, str, str, str, str]]:
        last = None
        for member, shown in view["committee"].items():
            venue = view["venues"].get(shown["venue"], {}).get("title", "")
            state, style = self._state(member, shown, view)
            alias = shown["alias"]
            if shown["lead"]:
                alias += (
                    f"（{self._words('seat.lead')}）"
                    if _wide(alias)
                    else (f" ({self._words('seat.lead')})")
                )
            yield "" if venue == last else venue, shown["workstation"] or "", alias, state, style
            last = venue

    def _state(self, member: str, shown: Any, view: View) -> tuple[str, str]:
        key = _state_of(member, shown, view, self._cut)
        return self._words(f"seat.{key}"), _STYLES.get(key, "default")


def _state_of(member: str, shown: Any, view: View, cut: set[str]) -> str:
    if member in cut:
        return "cut"
    if shown["recused"]:
        return "recused"
    if shown["signature"]:
        return str(shown["signature"])
    open_ = [
        finished
        for section, finished in shown["finished"].items()
        if not view["sections"][section]["group_closed"]
    ]
    if view["phase"]["name"] in ("preliminary", "detailed") and open_:
        return "finished" if all(open_) else "unfinished"
    if not shown["checked_in"]:
        return "absent"
    return "committed" if shown["committed"] else "seated"


_STYLES = {
    "cut": "red",
    "recused": "red",
    "absent": "dim",
    "unfinished": "yellow",
    "finished": "green",
    "signed": "green",
    "signed_with_dissent": "magenta",
    "refused_with_text": "magenta",
    "refused_silent": "magenta",
}


def _wide(text: str) -> bool:
    return cell_len(text) > len(text)


def _within(text: str, room: int) -> str:
    return text if cell_len(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"


def _line(note: Note, *, plain: bool = False) -> Text:
    line = Text(no_wrap=not plain, overflow="ellipsis")
    line.append(f"{note.after:6.1f}s  ", style="dim")
    line.append(note.text, style="bold" if note.title else "default")
    return line

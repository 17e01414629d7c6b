"""What a rehearsal leaves on the terminal when it is over: result, checks, load."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from evalroom.rehearsal.load import Load
from evalroom.rehearsal.verdict import Check, Verdict
from evalroom.rehearsal.words import Words
from evalroom.sessions.scoring.facts import Standing
from evalroom.sessions.tender.model import Tender


class Paper:
    """Prints results in one language."""

    def __init__(self, console: Console, tender: Tender, words: Words) -> None:
        self._console = console
        self._words = words
        self._bidders = {bid.id: bid.bidder for bid in tender.bids}

    def standings(
        self, standings: Sequence[Standing], notice: Mapping[str, Decimal] | None = None
    ) -> None:
        """The bids by rank; `notice` are the totals somebody else has published, by bid."""
        if not standings:
            return
        head = ["rank", "bidder", "price_points", "total"]
        head += ["notice"] if notice is not None else []
        rows = [list(map(self._words, head))]
        for one in standings:
            price = "" if one.price_points is None else f"{one.price_points:f}"
            row = [str(one.rank), self._bidders[one.bid], price, f"{one.total:f}"]
            row += [f"{notice[one.bid]:f}"] if notice is not None else []
            rows.append(row)
        self.table(rows, [name != "bidder" for name in head], ["dim", "bold"])

    def table(
        self, rows: Sequence[Sequence[str]], right: Sequence[bool], styles: Sequence[str] = ()
    ) -> None:
        """Rows in columns that line up, whatever the width of their characters; `right` says which
        columns hold numbers, `styles` belong to the first rows.
        """
        self._console.print()
        widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        for place, row in enumerate(rows):
            cells = [
                " " * (width - cell_len(cell)) + cell if number else set_cell_size(cell, width)
                for cell, width, number in zip(row, widths, right, strict=True)
            ]
            style = styles[place] if place < len(styles) else ""
            line = Text(f"  {'   '.join(cells)}".rstrip(), style=style)
            self._console.print(line, soft_wrap=True)
        self._console.print()

    def checks(self, verdict: Verdict) -> None:
        """One line for each check."""
        for check in verdict.checks:
            self._console.print(self._check(check), soft_wrap=True)
        self._ending(verdict.right)

    def summary(self, verdicts: Sequence[Verdict]) -> None:
        """Many sessions: how many are right, and each thing that is not, once."""
        wrong = [verdict for verdict in verdicts if not verdict.right]
        faults = {c.code: c for verdict in wrong for c in verdict.checks if not c.right}
        for check in faults.values():
            self._console.print(self._check(check), soft_wrap=True)
        self._ending(not wrong, f" · {len(verdicts) - len(wrong)}/{len(verdicts)}")

    def load(self, load: Load) -> None:
        """One line on answer times and CPU."""
        figures = {
            "commands": load.commands,
            "p50": f"{load.p50:.1f}",
            "p99": f"{load.p99:.1f}",
            "seat_p50": f"{load.seat_p50:.1f}",
            "seat_p99": f"{load.seat_p99:.1f}",
            "cpu": f"{load.cpu:.1f}",
            "share": f"{load.share:.0f}",
        }
        for line in self._words("load", **figures).splitlines():
            self._console.print(Text(f"  {line}", style="dim"), soft_wrap=True)

    def _ending(self, right: bool, count: str = "") -> None:
        key, style = ("right", "bold green") if right else ("wrong", "bold red")
        self._console.print(Text(f"\n  {self._words(key)}{count}", style=style))

    def _check(self, check: Check) -> Text:
        line = Text("  ")
        if check.right:
            line.append("✓ ", style="green")
            line.append(self._words(f"check.{check.code}", **check.params))
        else:
            line.append("✗ ", style="red")
            line.append(self._words(f"fault.{check.code}", **check.params), style="red")
        return line

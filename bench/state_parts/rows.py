"""The table of a bench: each row one promise, with what it was measured against."""

import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One promise. `met` None: not measured here. `beside` are peers and limits, by name."""

    what: str
    ours: str
    target: str
    met: bool | None
    beside: dict[str, str]
    note: str = ""


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many of theirs is one of ours: the median over pairs that were measured together."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


WORDS = {True: "met", False: "NOT MET", None: "–"}


def header() -> None:
    print(f"\n{'':9} {'what':62} {'ours':>24}  target")


def show(row: Row) -> None:
    print(f"{WORDS[row.met]:9} {row.what:62} {row.ours:>24}  {row.target}")
    for name, figure in row.beside.items():
        print(f"{'':9}   {name:60} {figure:>24}")
    if row.note:
        print(f"{'':9}   {row.note}")
    sys.stdout.flush()


def summed_up(rows: Sequence[Row]) -> bool:
    """Say how many promises are kept; whether none is broken."""
    met, broken, open_ = (sum(row.met is word for row in rows) for word in WORDS)
    print(f"\n{met} met, {broken} not met, {open_} not measured here")
    return not broken

"""What is done in the sessions of a bench: who sits there, who types what, who hears it."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

ITEMS = 8
"""Scored items of a session; with 4 bids and 5 members, 160 cells."""


class Meeting(Struct, frozen=True):
    """A session, and a token for each who sits in it."""

    session: str
    tokens: dict[str, bytes]


class Play(Struct, frozen=True):
    """`seats` are the accounts behind the sockets of a session; the first one gives the commands,
    and the first `hearing` of them are told each. `marker` is in what they are told, once.
    """

    name: str
    seats: tuple[str, ...]
    hearing: int
    marker: bytes
    scored: bool = False
    reason: str = "power"

    @property
    def audiences(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.seats))

    def command(self, turn: int) -> tuple[str, dict[str, Any]]:
        """The name and the arguments of a session's next command."""
        if self.scored:
            cell = {"bid": f"B{turn % 4 + 1}", "criterion": f"t{turn % ITEMS + 1}",
                    "value": f"{turn % 59 / 10:g}", "reason": ""}  # fmt: skip
            return "EnterScores", {"cells": [cell]}
        return ("Resume", {}) if turn % 2 else ("PauseTechnically", {"reason": self.reason})


_PAUSES = Play("pauses", ("hana",) * 4 + ("vera",) * 4 + ("wang",) * 4, 12, b"\xa5pause")
"""The agency pauses, and goes on: 12 sockets of three audiences are told."""

_SCORES = Play(
    "scores", ("ada", "boris", "chen", "dora", "emil", *_PAUSES.seats[:7]), 1, b"\xa5cells", True
)
"""A member changes a cell: sealed, so that of 12 sockets one is told."""

_WORDS = replace(_PAUSES, name="words", reason=("power " * 600).strip())
"""The same with many words."""

PLAYS = {play.name: play for play in (_PAUSES, _SCORES, _WORDS)}

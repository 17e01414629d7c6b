"""The floor: who is heard of all who speak. Pure; loudness in decibels below full scale (RFC 6464).

The loudest few have it. Whoever has it keeps it through the breath between two words, and loses it
to somebody plainly louder, not to a cough: with three places a conversation changes hands without
anybody noticing.
"""

from collections.abc import Mapping
from typing import Final

PLACES: Final = 3
"""Nobody understands more voices at once; each further one costs every listener its share."""

AUDIBLE_DBOV: Final = 60
"""Quieter than this is a room, not a voice."""

UNTOLD_DBOV: Final = AUDIBLE_DBOV - 1
"""Counts for who does not tell how loud he is: he is heard as long as there is a place for him."""

HOLD_SECONDS: Final = 1.2
"""How long somebody who falls silent keeps his place."""

LOUDER_DB: Final = 6
"""How much louder a newcomer has to be than who has a place, to take it."""

SMOOTHING: Final = 0.3
"""Share of the newest loudness in the one that counts, at a ranking each fifth of a second."""

RANK_SECONDS: Final = 0.2


class Floor:
    """The voices of one session, ranked as time passes."""

    def __init__(self) -> None:
        self._levels: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._holding: list[str] = []

    @property
    def ranking(self) -> tuple[str, ...]:
        """Sources that are audible, those who have the floor first, then by loudness."""
        rest = sorted(
            (s for s in self._heard if s not in self._holding), key=lambda s: self._levels[s]
        )
        return (*self._holding, *rest)

    def rank(self, levels: Mapping[str, int], now: float) -> None:
        """Hear everybody: the latest loudness of each open microphone, `now` in seconds."""
        for source in set(self._levels) - set(levels):
            del self._levels[source]
            self._heard.pop(source, None)
        for source, level in levels.items():
            before = self._levels.get(source, float(level))
            # A voice is heard at its first syllable, and fades by and by.
            share = 1.0 if level < before else SMOOTHING
            self._levels[source] = before + (level - before) * share
            if level < AUDIBLE_DBOV:
                self._heard[source] = now
        self._heard = {s: at for s, at in self._heard.items() if now - at <= HOLD_SECONDS}
        self._holding = [s for s in self._holding if s in self._heard]
        self._give_places()

    def _give_places(self) -> None:
        waiting = sorted(
            (s for s in self._heard if s not in self._holding), key=lambda s: self._levels[s]
        )
        for source in waiting:
            if len(self._holding) < PLACES:
                self._holding.append(source)
                continue
            faintest = max(self._holding, key=lambda s: self._levels[s])
            if self._levels[faintest] - self._levels[source] < LOUDER_DB:
                break
            self._holding[self._holding.index(faintest)] = source

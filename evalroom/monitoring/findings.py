"""What is wrong with a picture or a sound (视频质量诊断): pure, from a few figures per key frame.

A condition has to hold for a while before it is found, and to be away for two looks before it is
over: a hand before the lens is no alarm, a cover is. Of several that hold at once the gravest
alone is found, because a black picture is frozen, dark and without contrast as well.
"""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

Condition = Literal[
    "no_stream", "screen_capture_lost", "black", "occluded", "frozen", "overexposed", "dark",
    "blurred", "scene_moved", "audio_silent", "audio_clipped", "clock_drift", "disk_low",
    "disk_critical",
]  # fmt: skip

BLACK_MEAN: Final = 24.0
"""Mean light of 0…255 up to which a picture without contrast is black; video black is 16."""
FLAT: Final = 6.0
"""Standard deviation of the luma up to which a picture has no contrast: a cover, a wall, a cap."""
DARK_MEAN: Final = 45.0
"""A room at night with a screen's light in it is brighter."""
BRIGHT_MEAN: Final = 225.0
"""A window behind a face is darker, taken as a whole."""
STILL: Final = 3.0
"""Change of a cell of the thumbnail (0…255) up to which it is the same: encoders alone make up to
2.5 of it from key frame to key frame, a head that turns makes five and more. A room in which
nothing at all moves cannot be told from a frozen picture, and is looked at by somebody."""
SOFT: Final = 0.3
"""Share of the usual sharpness (edges) below which a picture is blurred."""
USUAL_LOOKS: Final = 15
"""Looks that make what is usual for a source: half a minute at a key frame each two seconds."""
MOVED: Final = 0.35
"""Likeness (correlation, -1…1) to the usual scene below which the camera looks elsewhere."""
AWAY_LOOKS: Final = 2
"""Looks in a row without a condition after which it is over."""

SILENT_DBOV: Final = 75
"""Loudness below full scale (RFC 6464) beyond which there is nothing but the converter's noise."""
CLIPPED_DBOV: Final = 3
"""Loudness that no voice reaches without being cut off."""
CLIPPED_SHARE: Final = 0.3
"""Share of a second's packets that have to be so loud."""

GRAVEST_FIRST: Final[tuple[Condition, ...]] = (
    "black", "occluded", "frozen", "overexposed", "dark", "scene_moved", "blurred",
)  # fmt: skip


OF_SCREENS: Final[tuple[Condition, ...]] = ("black",)
"""Somebody who reads a page keeps his screen still for minutes."""


class Look(Struct, frozen=True):
    """A key frame in figures: luma's mean and standard deviation (0…255), edges (mean horizontal
    gradient), a thumbnail of its luma, and by how much its colours are lighter than its luma, which
    knows little of blue.
    """

    mean: float
    deviation: float
    edges: float
    thumbnail: tuple[float, ...] = ()
    colour: float = 0.0

    @property
    def light(self) -> float:
        """How light it is to the eye, on luma's scale: a saturated picture is not dark."""
        return self.mean + self.colour


class Found(Struct, frozen=True):
    """A condition begins (`over` False) or ends."""

    condition: Condition
    over: bool = False


class Spell:
    """One condition at one source: how long it has held, whether it has been found."""

    def __init__(self, condition: Condition, after: float) -> None:
        """`after`: seconds it has to hold."""
        self.condition: Final = condition
        self.found = False
        self._after = after
        self._since: float | None = None
        self._away = 0

    def look(self, holds: bool, now: float, since: float | None = None) -> Found | None:
        """What changes, now that it holds, `since` an earlier look perhaps, or does not; both in
        seconds of a steady clock.
        """
        if holds:
            self._away = 0
            if self._since is None:
                self._since = now if since is None else since
            if not self.found and now - self._since >= self._after:
                self.found = True
                return Found(self.condition)
            return None
        self._away += 1
        if self.found and self._away < AWAY_LOOKS:
            return None
        self._since = None
        if self.found:
            self.found = False
            return Found(self.condition, over=True)
        return None


class PictureWatch:
    """The looks at one picture source, and what is wrong with it."""

    def __init__(self, after: float, *, screen: bool = False) -> None:
        """`after`: seconds that a condition has to hold (policy `alarm_after_seconds`)."""
        self._conditions = OF_SCREENS if screen else GRAVEST_FIRST
        self._spells = {name: Spell(name, after) for name in self._conditions}
        self._still: tuple[float, ...] = ()
        self._still_since = 0.0
        self._edges: list[float] = []
        self._scene: list[tuple[float, ...]] = []

    def look(self, look: Look, now: float) -> Iterator[Found]:
        """A key frame was looked at."""
        moved = _differs(look.thumbnail, self._still)
        if moved:
            self._still, self._still_since = look.thumbnail, now
        holding = next((n for n in self._conditions if self._holds(n, look, moved)), None)
        for name, spell in self._spells.items():
            # A picture stands still from its first look on, not from the second that shows it.
            since = self._still_since if name == "frozen" else None
            if (found := spell.look(name == holding, now, since)) is not None:
                yield found
        if holding is None:
            self._learn(look)

    def _holds(self, condition: Condition, look: Look, moved: bool) -> bool:
        match condition:
            case "black":
                return look.light <= BLACK_MEAN and look.deviation <= FLAT
            case "occluded":
                return look.deviation <= FLAT
            case "frozen":
                return not moved
            case "overexposed":
                return look.mean >= BRIGHT_MEAN
            case "dark":
                return look.light <= DARK_MEAN
            case "blurred":
                usual = _median(self._edges)
                return usual is not None and look.edges < SOFT * usual
            case "scene_moved":
                return self._elsewhere(look)
            case _:
                return False

    def _elsewhere(self, look: Look) -> bool:
        if len(self._scene) < USUAL_LOOKS:
            return False
        # Against the newest of what is usual: daylight wanders, a camera that was turned jumps.
        return likeness(look.thumbnail, self._scene[-1]) < MOVED

    def _learn(self, look: Look) -> None:
        self._edges = [*self._edges, look.edges][-USUAL_LOOKS:]
        self._scene = [*self._scene, look.thumbnail][-USUAL_LOOKS:]


class SoundWatch:
    """The loudness of one microphone, second by second."""

    def __init__(self, silent_after: float, clipped_after: float) -> None:
        """Seconds that each condition has to hold."""
        self._silent = Spell("audio_silent", silent_after)
        self._clipped = Spell("audio_clipped", clipped_after)

    def second(self, levels: list[int], now: float) -> Iterator[Found]:
        """The loudness (dB below full scale) of a second's packets; none, when nothing came."""
        silent = bool(levels) and min(levels) >= SILENT_DBOV
        loud = sum(level <= CLIPPED_DBOV for level in levels)
        clipped = bool(levels) and loud >= CLIPPED_SHARE * len(levels)
        for spell, holds in ((self._silent, silent), (self._clipped, clipped)):
            if (found := spell.look(holds, now)) is not None:
                yield found


def likeness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Correlation of two thumbnails, 1 for the same scene in any light; 1 for one without contrast,
    of which nothing can be said.
    """
    if len(one) != len(other) or not one:
        return 1.0
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    pairs = [(a - mean_one, b - mean_other) for a, b in zip(one, other, strict=True)]
    spread = sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs)
    return 1.0 if spread < 1e-6 else sum(a * b for a, b in pairs) / spread**0.5


def _differs(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether any cell is another; two thumbnails of which one is missing are."""
    if len(one) != len(other):
        return True
    return any(abs(a - b) > STILL for a, b in zip(one, other, strict=True))


def _median(values: list[float]) -> float | None:
    return sorted(values)[len(values) // 2] if len(values) >= USUAL_LOOKS else None

"""The pictures of simulated cameras and screens: people at their desks, drawn with a few ellipses,
or a sheet that fills; the name of the place and the second of the minute. One look tells which seat
it is, and that it lives.
"""

from functools import cache
from typing import Any, Final

import numpy as np
from msgspec import Struct

WIDTH: Final = 320
HEIGHT: Final = 180

BLOCKS: Final = 16
BLOCK: Final = 8
"""Of the counting clock: sixteen squares in the upper left corner, each a unit of the encoder."""

ROWS: Final = 5
COLUMNS: Final = 5
CELL_WIDE: Final = 48
CELL_HIGH: Final = 17
SHEET_TOP: Final = 62
SHEET_LEFT: Final = 20
"""Of the sheet on a screen: as many scores as one enters in a minute, clear of name and clock."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
"""A picture in three planes below each other (yuv420p): 270 rows of 320."""


class Sight(Struct, frozen=True):
    """What a camera looks at: one person at a seat, or several `people` in a room; or a screen,
    `people` being 0. Those letters of its `name` that can be drawn are burned in; `tint` and `seed`
    make it differ from others.
    """

    name: str
    people: int = 1
    tint: int = 0
    seed: int = 0


def drawn(sight: Sight, number: int, rate: int) -> Pixels:
    """Picture `number` of a minute, at `rate` pictures a second."""
    picture = _background(sight).copy()
    turn = 2 * np.pi * number / (60 * rate)
    for place in range(sight.people):
        _person(picture, sight, place, turn)
    if not sight.people:
        _scores(picture, sight, number // rate)
    # Clear of the title above a tile, and of what a tile of another shape cuts off at the sides.
    _write(picture, f"{number // rate % 60:02d}", WIDTH - 68, 34, 3)
    _write(picture, sight.name, 30, HEIGHT - 24, 2)
    for place in range(BLOCKS):
        shade = 235 if number >> place & 1 else 16
        picture[:BLOCK, place * BLOCK : (place + 1) * BLOCK] = shade
    return picture


def flat(shade: int) -> Pixels:
    """A picture of one shade."""
    picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    picture[:HEIGHT] = shade
    return picture


def clock_of(luma: Pixels) -> int:
    """The number that a picture's counting clock shows."""
    row = luma[BLOCK // 2, BLOCK // 2 : BLOCKS * BLOCK : BLOCK]
    return sum(1 << place for place, white in enumerate(row > 128) if white)


@cache
def _background(sight: Sight) -> Pixels:
    """A wall with a window, tinted; of a screen an empty sheet."""
    picture = flat(0 if sight.people else 54)
    if not sight.people:
        picture[:BLOCK] = 40
        for row in range(ROWS + 1):
            picture[SHEET_TOP + row * CELL_HIGH, SHEET_LEFT:-SHEET_LEFT] = 90
        return picture
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture[:HEIGHT] = (150 - down * 0.25 + across * 0.05).astype(np.uint8)
    left = 96 + sight.seed * 53 % 110
    picture[24:84, left : left + 70] = 205
    picture[52:55, left : left + 70] = picture[24:84, left + 33 : left + 36] = 120
    _colour(picture, 0, HEIGHT, 0, WIDTH, *_TINTS[sight.tint % len(_TINTS)])
    return picture


def _person(picture: Pixels, sight: Sight, place: int, turn: float) -> None:
    """Head, shoulders and desk of one person, swaying; periods divide the minute."""
    size = 1.0 if sight.people == 1 else 0.5
    step = WIDTH / sight.people
    pace = 5 + (sight.seed + place * 3) % 4 * 2
    sway = np.sin(turn * pace + place * 2 + sight.seed) * 14 * size
    nod = np.sin(turn * pace * 3 + sight.seed) * 4 * size
    x, y = step * (place + 0.5) + sway, HEIGHT * (0.50 if size == 1 else 0.62) + nod
    clothes = _CLOTHES[(sight.seed + place) % len(_CLOTHES)]
    _ellipse(picture, x - sway * 0.6, y + 62 * size, 52 * size, 44 * size, 62, clothes)
    _ellipse(picture, x, y - 8 * size, 23 * size, 26 * size, 40, _HAIR)
    _ellipse(picture, x, y, 20 * size, 25 * size, 165 + place * 6 % 20, _SKIN)
    for side in (-7, 7):
        _ellipse(picture, x + side * size, y - 3 * size, 2.5 * size, 2 * size, 30, _HAIR)
    top = round(y - nod + 66 * size)
    left, right = round(step * place + 4), round(step * (place + 1) - 4)
    picture[top : top + 8, left:right] = 92
    _colour(picture, top, top + 8, left, right, *_DESK)
    hand = x + np.sin(turn * 30 + place) * 16 * size
    _ellipse(picture, hand, top - 2 * size, 8 * size, 5 * size, 170, _SKIN)


def _scores(picture: Pixels, sight: Sight, second: int) -> None:
    """The sheet of somebody who enters a score each two seconds, bid by bid; the last one lit."""
    entered = min(second // 2 + 1, ROWS * COLUMNS)
    for place in range(entered):
        column, row = divmod(place, ROWS)
        x, y = SHEET_LEFT + 44 + column * CELL_WIDE, SHEET_TOP + 5 + row * CELL_HIGH
        if place == entered - 1:
            picture[y - 4 : y + CELL_HIGH - 6, x - 8 : x + CELL_WIDE - 12] = 120
        _write(picture, f"{(sight.seed * 7 + place * 5) % 20 + 5}", x, y, 1)
    for row in range(ROWS):
        y = SHEET_TOP + 7 + row * CELL_HIGH
        picture[y : y + 4, SHEET_LEFT : SHEET_LEFT + 20 + (sight.seed + row * 7) % 14] = 130


def _ellipse(
    picture: Pixels, x: float, y: float, wide: float, high: float, shade: int, hue: tuple[int, int]
) -> None:
    top, bottom = max(0, int(y - high)), min(HEIGHT, int(y + high) + 1)
    left, right = max(0, int(x - wide)), min(WIDTH, int(x + wide) + 1)
    if top >= bottom or left >= right:
        return
    down, across = np.ogrid[top:bottom, left:right]
    inside = ((across - x) / wide) ** 2 + ((down - y) / high) ** 2 <= 1
    picture[:HEIGHT][top:bottom, left:right][inside] = shade
    coarse = inside[top % 2 :: 2, left % 2 :: 2]
    for plane, value in zip(_chroma(picture), hue, strict=True):
        rows = (top + 1) // 2
        columns = (left + 1) // 2
        plane[rows : rows + coarse.shape[0], columns : columns + coarse.shape[1]][coarse] = value


def _colour(
    picture: Pixels, top: int, bottom: int, left: int, right: int, blue: int, red: int
) -> None:
    for plane, value in zip(_chroma(picture), (blue, red), strict=True):
        plane[top // 2 : bottom // 2, left // 2 : right // 2] = value


def _chroma(picture: Pixels) -> tuple[Pixels, Pixels]:
    """The two planes of colour, each half as wide and half as high."""
    half = HEIGHT // 2, WIDTH // 2
    size = half[0] * half[1]
    both = picture[HEIGHT:].reshape(-1)
    return both[:size].reshape(half), both[size:].reshape(half)


def _write(picture: Pixels, text: str, x: int, y: int, scale: int) -> None:
    """Light letters on a dark plate."""
    text = "".join(letter for letter in text if letter in _LETTERS)
    wide = len(text) * 6 * scale
    picture[y - scale : y + 8 * scale, x - scale : x + wide] = 30
    for place, letter in enumerate(text):
        rows = [[row >> bit & 1 for bit in (4, 3, 2, 1, 0)] for row in _LETTERS[letter]]
        glyph = np.array(rows, bool)
        large = glyph.repeat(scale, 0).repeat(scale, 1)
        left = x + place * 6 * scale
        picture[y : y + 7 * scale, left : left + 5 * scale][large] = 230


_TINTS: Final = (
    (136, 118), (118, 128), (140, 126), (120, 138), (128, 116), (134, 134),
    (116, 122), (142, 120), (124, 140), (130, 112), (112, 134), (126, 126),
)  # fmt: skip
"""Blue and red of a wall."""

_CLOTHES: Final = ((148, 112), (122, 142), (126, 120), (128, 128), (140, 134))
_HAIR: Final = (128, 130)
_SKIN: Final = (110, 148)
_DESK: Final = (112, 138)

_LETTERS: Final[dict[str, tuple[int, ...]]] = {
    "0": (14, 17, 19, 21, 25, 17, 14), "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31), "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2), "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14), "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14), "9": (14, 17, 17, 15, 1, 2, 12),
    "A": (14, 17, 17, 17, 31, 17, 17), "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14), "D": (28, 18, 17, 17, 17, 18, 28),
    "E": (31, 16, 16, 30, 16, 16, 31), "M": (17, 27, 21, 21, 17, 17, 17),
    "-": (0, 0, 0, 31, 0, 0, 0),
}  # fmt: skip
"""Seven rows of five dots."""

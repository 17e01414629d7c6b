"""A signature by hand (手写签名): what the pen did, and not a picture of it.

Strokes are drawn in a field of fixed size, in whole units from its upper left corner, so that the
same signature prints at any size and is part of the entry in the record that gives it.
"""

from typing import Annotated

from msgspec import Meta

from evalroom.sessions.refusals import Refused

WIDTH, HEIGHT = 600, 200
"""The field: three to one, as the place for a name on a printed report."""
MOST_POINTS = 2_048
"""Of all strokes together: forty seconds of a pen that is read fifty times a second, and a quarter
of the longest message.
"""

Point = tuple[Annotated[int, Meta(ge=0, le=WIDTH)], Annotated[int, Meta(ge=0, le=HEIGHT)]]
Stroke = Annotated[tuple[Point, ...], Meta(min_length=1, max_length=MOST_POINTS)]
Hand = Annotated[tuple[Stroke, ...], Meta(min_length=1, max_length=128)]


def check_hand(hand: Hand | None) -> None:
    """Raises `Refused` for a signature that is longer than any name or is only a dot."""
    if hand is None:
        return
    points = [point for stroke in hand for point in stroke]
    if len(points) > MOST_POINTS:
        raise Refused("signature_too_long", points=len(points), most=MOST_POINTS)
    if len(set(points)) == 1:
        raise Refused("signature_empty")

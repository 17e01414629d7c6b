"""Named parts of a range (优 13≤x≤15, 良 10≤x<13): every value a member can give has one name."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from evalroom.sessions.tender.faults import Fault, error, warning
from evalroom.sessions.tender.model import Band


def band_faults(bands: Sequence[Band], points: Decimal, criterion: str) -> Iterator[Fault]:
    """Bands that are empty, leave a gap, overlap, or leave the full mark without a name."""
    if not bands:
        return
    for place, band in enumerate(bands):
        path = f"{criterion}.bands[{place}]"
        if band.low > band.high or (band.low == band.high and not band.includes_high):
            yield error(path, "band_empty", label=band.label)
        if band.low < 0 or band.high > points:
            yield error(path, "band_beyond_points", label=band.label, points=str(points))
    order = sorted(range(len(bands)), key=lambda place: (bands[place].low, bands[place].high))
    for lower, upper in pairwise(order):
        yield from _between(bands[lower], bands[upper], f"{criterion}.bands[{upper}]")
    top, bottom = bands[order[-1]], bands[order[0]]
    if top.high < points or not top.includes_high:
        yield error(
            f"{criterion}.bands[{order[-1]}]", "band_top_open", label=top.label, points=str(points)
        )
    if bottom.low > 0:
        yield warning(
            f"{criterion}.bands[{order[0]}]",
            "band_bottom_open",
            label=bottom.label,
            low=str(bottom.low),
        )


def _between(lower: Band, upper: Band, path: str) -> Iterator[Fault]:
    if lower.high < upper.low:
        yield error(path, "band_gap", lower=lower.label, upper=upper.label)
    elif lower.high > upper.low or lower.includes_high:
        yield error(path, "band_overlap", lower=lower.label, upper=upper.label)
